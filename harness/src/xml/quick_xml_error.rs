use quick_xml::Error as QuickXmlError;
use quick_xml::errors::IllFormedError;
use quick_xml::escape::EscapeError;

use crate::xml::Rule;
use crate::xml::XmlError;

/// Which rule a document breaks that quick-xml itself refuses.
pub(super) fn quick_xml_error(error: &QuickXmlError, offset: usize) -> XmlError {
    let rule = match error {
        QuickXmlError::IllFormed(
            IllFormedError::UnmatchedEndTag(_) | IllFormedError::MismatchedEndTag { .. },
        ) => Rule::EndTag,
        QuickXmlError::IllFormed(IllFormedError::MissingEndTag(_)) => Rule::UnclosedElement,
        QuickXmlError::IllFormed(IllFormedError::DoubleHyphenInComment) => Rule::DoubleHyphen,
        QuickXmlError::IllFormed(IllFormedError::MissingDeclVersion(_) | IllFormedError::UnknownVersion) => {
            Rule::Declaration
        }
        QuickXmlError::Escape(EscapeError::InvalidCharRef(_)) => Rule::CharacterReference,
        QuickXmlError::Escape(_) => Rule::UnknownEntity,
        QuickXmlError::InvalidAttr(_) => Rule::AttributeSyntax,
        _ => Rule::Syntax,
    };
    XmlError::NotWellFormed { rule, offset }
}
