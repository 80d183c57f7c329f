use std::fmt;

/// Why a text is no expression of these levels. `offset` counts octets of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum XPathError {
    /// A bound of [`crate::limits`] was passed.
    TooMany {
        /// What there was too much of.
        what: &'static str,
        /// The bound.
        max: usize,
        /// Where.
        offset: usize,
    },
    /// XPath 1.0 has it, and the levels leave it out.
    Unsupported {
        /// What it is.
        what: &'static str,
        /// Where.
        offset: usize,
    },
    /// It is no XPath.
    Unexpected {
        /// What would have been right.
        expected: &'static str,
        /// Where.
        offset: usize,
    },
    /// A prefix stands for nothing.
    UnboundPrefix {
        /// The prefix.
        prefix: String,
        /// Where.
        offset: usize,
    },
}

impl fmt::Display for XPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { what, max, offset } => {
                write!(f, "too many {what} at octet {offset} of the expression: at most {max} are allowed")
            }
            Self::Unsupported { what, offset } => {
                write!(f, "unsupported {what} at octet {offset} of the expression")
            }
            Self::Unexpected { expected, offset } => {
                write!(f, "expected {expected} at octet {offset} of the expression")
            }
            Self::UnboundPrefix { prefix, offset } => {
                write!(f, "unbound prefix `{prefix}` at octet {offset} of the expression")
            }
        }
    }
}

impl std::error::Error for XPathError {}
