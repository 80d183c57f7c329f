use std::fmt;

/// Why a text is no security descriptor that this reader knows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SddlError {
    /// It is longer than a descriptor can be.
    TooLong {
        /// The bound, in octets.
        bytes_max: usize,
    },
    /// It has more entries than an access control list can have.
    TooManyAces {
        /// The bound.
        aces_max: usize,
    },
    /// Neither two known letters nor a SID.
    Sid {
        /// The beginning of what came.
        found: String,
    },
    /// A part comes twice or out of order, or is none of `O:`, `G:`, `D:` and `S:`.
    Part {
        /// The beginning of what came.
        found: String,
    },
    /// A flag of a list or an entry is unknown.
    Flags {
        /// What came.
        found: String,
    },
    /// An entry isn't six fields in parentheses.
    Ace {
        /// The beginning of what came.
        found: String,
    },
    /// An entry neither allows nor denies: object and conditional entries are not for services.
    AceKind {
        /// The letters of its type.
        found: String,
    },
    /// The rights are neither pairs of known letters nor a number.
    Rights {
        /// What came.
        found: String,
    },
}

impl fmt::Display for SddlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes_max } => write!(f, "expected at most {bytes_max} octets of SDDL"),
            Self::TooManyAces { aces_max } => write!(f, "expected at most {aces_max} entries"),
            Self::Sid { found } => {
                write!(f, "expected a SID such as `BA` or `S-1-5-32-544`, found `{found}`")
            }
            Self::Part { found } => {
                write!(f, "expected `O:`, `G:`, `D:`, `S:` in this order, found `{found}`")
            }
            Self::Flags { found } => write!(f, "unknown flags `{found}`"),
            Self::Ace { found } => write!(f, "expected an entry such as `(A;;GA;;;BA)`, found `{found}`"),
            Self::AceKind { found } => write!(f, "expected an entry of type `A` or `D`, found `{found}`"),
            Self::Rights { found } => {
                write!(f, "expected rights such as `GA`, `GRGX` or `0x80000000`, found `{found}`")
            }
        }
    }
}

impl std::error::Error for SddlError {}
