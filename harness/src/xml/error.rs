use std::fmt;

/// Why a document was refused. The peer is at fault in every case; `offset` counts octets of the document as UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum XmlError {
    /// The octets are not text in the encoding that the peer named or showed.
    BadEncoding {
        /// What the octets were read as.
        expected: &'static str,
        /// Where the first bad octet is.
        offset: usize,
    },
    /// The declaration names an encoding other than UTF-8 and UTF-16.
    UnsupportedEncoding {
        /// The name as the peer wrote it.
        name: String,
    },
    /// A bound of [`crate::limits`] was passed.
    TooMany {
        /// What there was too much of.
        what: &'static str,
        /// The bound.
        max: usize,
        /// Where.
        offset: usize,
    },
    /// The document is not well-formed XML 1.0 with namespaces, or uses what SOAP forbids.
    NotWellFormed {
        /// The rule that it breaks.
        rule: Rule,
        /// Where.
        offset: usize,
    },
    /// An element was expected here and did not come.
    MissingElement {
        /// Its name, as `{uri}local`.
        expected: String,
        /// Its parent's name.
        inside: String,
        /// Where the parent starts.
        offset: usize,
    },
    /// Another element came than the one that is allowed here.
    UnexpectedElement {
        /// The names that are allowed.
        expected: String,
        /// The name that came.
        found: String,
        /// Where.
        offset: usize,
    },
    /// An attribute was expected and did not come.
    MissingAttribute {
        /// Its name, as `{uri}local`.
        expected: String,
        /// The element's name.
        inside: String,
        /// Where the element starts.
        offset: usize,
    },
    /// The text of an element or attribute is not of its type.
    BadValue {
        /// The element or attribute.
        name: String,
        /// What its type allows.
        expected: &'static str,
        /// The first octets of what came.
        found: String,
        /// Where.
        offset: usize,
    },
}

/// The constraint that a document breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// A tag, comment, CDATA section or processing instruction is cut off or misspelt.
    Syntax,
    /// An end tag closes another element than the one that is open, or none.
    EndTag,
    /// The document ends inside an element.
    UnclosedElement,
    /// There is no element, or more than one, at the top.
    OneRoot,
    /// Text stands outside the root element.
    TextOutsideRoot,
    /// There is a document type declaration.
    NoDtd,
    /// An entity other than the five predefined ones is used.
    UnknownEntity,
    /// A character reference is not a number or names no XML character.
    CharacterReference,
    /// A character that XML 1.0 does not allow.
    Character,
    /// `]]>` outside a CDATA section.
    CdataEnd,
    /// `<` in an attribute value.
    LessThanInAttribute,
    /// An attribute without value, quotes, or white space before it.
    AttributeSyntax,
    /// Two attributes of one element have the same expanded name.
    DuplicateAttribute,
    /// An element, attribute or processing instruction has a name that is none.
    Name,
    /// A prefix is not bound to a namespace.
    UnboundPrefix,
    /// `xml` or `xmlns` is bound to another namespace, or a prefix to none.
    ReservedPrefix,
    /// The XML declaration is not at the start, or is not one of XML 1.0.
    Declaration,
    /// `--` inside a comment.
    DoubleHyphen,
}

impl Rule {
    fn sentence(self) -> &'static str {
        match self {
            Self::Syntax => "a tag, comment or section is cut off or misspelt",
            Self::EndTag => "an end tag does not close the element that is open",
            Self::UnclosedElement => "the document ends inside an element",
            Self::OneRoot => "expected exactly one root element",
            Self::TextOutsideRoot => "expected only white space outside the root element",
            Self::NoDtd => "a document type declaration is not allowed",
            Self::UnknownEntity => "expected one of the entities lt, gt, amp, apos, quot",
            Self::CharacterReference => "expected a character reference to an XML character",
            Self::Character => "a character that XML 1.0 does not allow",
            Self::CdataEnd => "`]]>` outside a CDATA section",
            Self::LessThanInAttribute => "`<` in an attribute value",
            Self::AttributeSyntax => "expected white space, a name, `=` and a quoted value",
            Self::DuplicateAttribute => "two attributes of one element have the same name",
            Self::Name => "expected an XML name",
            Self::UnboundPrefix => "a prefix is not bound to a namespace",
            Self::ReservedPrefix => {
                "a reserved prefix or namespace is bound, or a prefix is bound to nothing"
            }
            Self::Declaration => "expected an XML 1.0 declaration at the start or none at all",
            Self::DoubleHyphen => "`--` inside a comment",
        }
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadEncoding { expected, offset } => {
                write!(f, "expected {expected} text, and octet {offset} is none")
            }
            Self::UnsupportedEncoding { name } => {
                write!(f, "unsupported encoding `{name}`: expected UTF-8 or UTF-16")
            }
            Self::TooMany { what, max, offset } => {
                write!(f, "too many {what} at octet {offset}: at most {max} are allowed")
            }
            Self::NotWellFormed { rule, offset } => {
                write!(f, "not well-formed XML at octet {offset}: {}", rule.sentence())
            }
            Self::MissingElement { expected, inside, offset } => {
                write!(f, "expected element {expected} inside {inside} at octet {offset}, and it is missing")
            }
            Self::UnexpectedElement { expected, found, offset } => {
                write!(f, "expected element {expected} at octet {offset}, found {found}")
            }
            Self::MissingAttribute { expected, inside, offset } => {
                write!(f, "expected attribute {expected} on {inside} at octet {offset}, and it is missing")
            }
            Self::BadValue { name, expected, found, offset } => {
                write!(f, "bad value `{found}` of {name} at octet {offset}: expected {expected}")
            }
        }
    }
}

impl std::error::Error for XmlError {}
