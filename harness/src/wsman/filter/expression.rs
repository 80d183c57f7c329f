use std::fmt;

use crate::soap::Opaque;
use crate::wsman;
use crate::wsman::SelectorSet;
use crate::wsman::filter::SELECTOR_FILTER;
use crate::wsman::xpath;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Node;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const FILTER: QName = QName::new(wsman::NAMESPACE, "Filter");
const DIALECT: QName = QName::local("Dialect");

/// [DSP0226 8.3] Filter, in whichever namespace it came.
///
/// [DSP0226 8.3]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The URI of its language; XPath 1.0 without it.
    pub dialect: Option<String>,
    /// The whole element, since the content of some dialects is XML and prefixes in others mean what they mean there.
    pub content: Opaque,
}

/// [DSP0226 8.2.1] What a filter holds.
///
/// [DSP0226 8.2.1]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy)]
pub enum Expression<'f> {
    /// Text, trimmed, such as a query.
    Text(&'f str),
    /// One element, such as a set of selectors.
    Element(Element<'f>),
}

/// Why a filter holds no expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpressionError {
    /// Text and elements.
    Mixed,
    /// More than one element.
    Siblings,
    /// Nothing.
    Empty,
}

impl Filter {
    /// A filter whose content is text, such as a WQL query.
    pub fn of_text(dialect: &str, text: &str) -> Result<Self, XmlError> {
        Self::build(dialect, |w| w.text(text))
    }

    /// A filter by the values of selectors.
    pub fn of_selectors(selectors: &SelectorSet) -> Result<Self, XmlError> {
        Self::build(SELECTOR_FILTER, |w| w.write(selectors))
    }

    fn build(dialect: &str, inside: impl FnOnce(&mut Writer)) -> Result<Self, XmlError> {
        let content = Opaque::build(FILTER, |w| {
            w.attribute(DIALECT, dialect);
            inside(w);
        })?;
        Ok(Self { dialect: Some(dialect.to_owned()), content })
    }

    /// The URI of the language, said or not.
    #[must_use]
    pub fn dialect(&self) -> &str {
        self.dialect.as_deref().map_or(xpath::XPATH, str::trim)
    }

    /// What the filter holds: "plain text or one XML element; mixed content or sibling elements are not accepted".
    pub fn expression(&self) -> Result<Expression<'_>, ExpressionError> {
        let element = self.content.element();
        let text = element.trimmed_text();
        let is_text = |node: &Node<'_>| matches!(node, Node::Text(text) if !text.trim().is_empty());
        let has_text = element.nodes().any(|node| is_text(&node));
        let mut children = element.children();
        match (children.next(), children.next()) {
            (None, _) if text.is_empty() => Err(ExpressionError::Empty),
            (None, _) => Ok(Expression::Text(text)),
            (Some(_), _) if has_text => Err(ExpressionError::Mixed),
            (Some(_), Some(_)) => Err(ExpressionError::Siblings),
            (Some(child), None) => Ok(Expression::Element(child)),
        }
    }

    /// The prefixes that hold in the expression, innermost first, and what they stand for.
    #[must_use]
    pub fn namespaces(&self) -> Vec<(String, String)> {
        let declared = self.content.element().declarations();
        declared.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect()
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mixed => "expected text or one element in the filter, found both",
            Self::Siblings => "expected one element in the filter, found more",
            Self::Empty => "expected an expression in the filter, found nothing",
        })
    }
}

impl std::error::Error for ExpressionError {}

/// Reads any element of the type, whatever its name.
impl FromXml for Filter {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { dialect: element.attribute(DIALECT).map(str::to_owned), content: element.read()? })
    }
}

/// Writes the element as it came.
impl ToXml for Filter {
    fn to_xml(&self, writer: &mut Writer) {
        writer.write(&self.content);
    }
}
