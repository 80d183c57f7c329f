use std::fmt;

/// Why a challenge can't be answered. No variant carries a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestError {
    /// The server asks nothing in this scheme.
    NotOffered,
    /// A parameter that a challenge must have is not there.
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// A parameter comes twice, so that two readers may see two challenges.
    Repeated {
        /// Its name.
        name: String,
    },
    /// A value is longer than the bound.
    TooLong {
        /// The parameter.
        name: String,
        /// Octets that it has.
        len: usize,
        /// The bound.
        len_max: usize,
    },
    /// A value that can't stand between quotes, or is none that the parameter has.
    BadValue {
        /// The parameter.
        name: String,
    },
    /// The hash is none of RFC 7616.
    UnknownAlgorithm {
        /// Its name.
        found: String,
    },
    /// The server doesn't take `auth`: it wants the body hashed too, or knows RFC 2069 only.
    UnsupportedQop {
        /// What it takes.
        found: String,
    },
    /// The server refused the proof that was made for its challenge.
    Refused,
    /// The server calls its challenges stale, one after the other.
    AlwaysStale,
    /// The nonce was used as often as can be counted.
    NonceExhausted,
    /// The user, the password or the nonce of the caller can't be sent.
    NotExpressible {
        /// Which of them.
        what: &'static str,
    },
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered => f.write_str("expected a Digest challenge, and there is none"),
            Self::Missing { name } => write!(f, "expected the parameter `{name}` in the challenge"),
            Self::Repeated { name } => write!(f, "expected the parameter `{name}` once, found it again"),
            Self::TooLong { name, len, len_max } => {
                write!(f, "expected at most {len_max} octets in the parameter `{name}`, found {len}")
            }
            Self::BadValue { name } => write!(f, "bad value of the parameter `{name}`"),
            Self::UnknownAlgorithm { found } => {
                write!(f, "unknown algorithm `{found}`: expected MD5, SHA-256, SHA-512-256 or one with -sess")
            }
            Self::UnsupportedQop { found } => {
                write!(f, "unsupported quality of protection `{found}`: expected auth")
            }
            Self::Refused => f.write_str("the server refused user and password"),
            Self::AlwaysStale => f.write_str("expected a fresh challenge, found another stale one"),
            Self::NonceExhausted => f.write_str("all counts of the nonce are used up"),
            Self::NotExpressible { what } => write!(f, "the scheme can't carry this {what}"),
        }
    }
}

impl std::error::Error for DigestError {}
