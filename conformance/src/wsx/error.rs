use std::error::Error;
use std::fmt;

/// A place in a case. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The name of the file, as the caller gave it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a text is no case, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WsxError {
    /// Where.
    pub at: Position,
    /// Why.
    pub reason: WsxReason,
}

/// Why a text is no case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WsxReason {
    /// Something else should stand here.
    Expected {
        /// What should.
        expected: &'static str,
        /// What does.
        got: String,
    },
    /// The front matter isn't the TOML it should be.
    FrontMatter {
        /// What the TOML reader says.
        message: String,
    },
    /// Something may occur once only.
    Duplicate {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something exceeds its bound.
    TooLarge {
        /// What.
        what: &'static str,
        /// The bound.
        max: usize,
    },
}

impl WsxReason {
    pub(crate) fn expected(expected: &'static str, got: &str) -> Self {
        const SHOWN_MAX: usize = 60;
        Self::Expected { expected, got: got.chars().take(SHOWN_MAX).collect() }
    }
}

impl fmt::Display for WsxReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected { expected, got } if got.is_empty() => {
                write!(f, "expected {expected}, got nothing")
            }
            Self::Expected { expected, got } => write!(f, "expected {expected}, got `{got}`"),
            Self::FrontMatter { message } => write!(f, "invalid front matter: {}", message.trim_end()),
            Self::Duplicate { what, name } => write!(f, "{what} `{name}` occurs twice"),
            Self::TooLarge { what, max } => write!(f, "{what} exceeds the bound of {max}"),
        }
    }
}

impl fmt::Display for WsxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.reason)
    }
}

impl Error for WsxError {}
