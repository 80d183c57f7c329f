use std::fmt;

/// Why a text is no WQL query that is known here. Offsets count octets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WqlError {
    /// The text is too long.
    TooLong {
        /// The bound.
        bytes_max: usize,
    },
    /// A bound of [`crate::limits`] was passed.
    TooMany {
        /// What there was too much of.
        what: &'static str,
        /// The bound.
        max: usize,
    },
    /// A character that no token begins with.
    Character {
        /// The character.
        found: char,
        /// Where.
        offset: usize,
    },
    /// A string without its end.
    Unclosed {
        /// Where it begins.
        offset: usize,
    },
    /// Something else was expected.
    Unexpected {
        /// What is allowed here.
        expected: &'static str,
        /// Where; the length of the text when it ends too early.
        offset: usize,
    },
    /// A `[` in a pattern of LIKE that no `]` closes, or nothing between them.
    Pattern,
}

impl fmt::Display for WqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes_max } => {
                write!(f, "the query is too long: at most {bytes_max} octets are allowed")
            }
            Self::TooMany { what, max } => write!(f, "too many {what}: at most {max} are allowed"),
            Self::Character { found, offset } => {
                write!(f, "expected a word, a value or an operator at octet {offset}, found `{found}`")
            }
            Self::Unclosed { offset } => write!(f, "expected an end of the string at octet {offset}"),
            Self::Unexpected { expected, offset } => write!(f, "expected {expected} at octet {offset}"),
            Self::Pattern => f.write_str("expected characters between [ and ] in the pattern"),
        }
    }
}

impl std::error::Error for WqlError {}
