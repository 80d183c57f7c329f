use std::fmt;

use crate::auth::AuthError;
use crate::encryption::Tolerance;
use crate::http::media_type::MediaTypeError;
use crate::http::multipart::MultipartError;

/// Why a body cannot be unsealed, or a message not sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionError {
    /// The Content-Type cannot be parsed.
    ContentType(MediaTypeError),
    /// The Content-Type is neither `multipart/encrypted` nor `multipart/x-multi-encrypted`: the body is in clear.
    NotEncrypted {
        /// The media type that came.
        found: String,
    },
    /// The Content-Type has no parameter of this name.
    MissingParameter {
        /// The name.
        name: &'static str,
    },
    /// The boundary is not the one that the specification fixes.
    Boundary {
        /// The boundary that came.
        found: String,
    },
    /// The frame is broken.
    Frame(MultipartError),
    /// The body can only be read with a tolerance that was not granted.
    NotTolerated(Tolerance),
    /// The body has no second part.
    OnePart,
    /// A pair of parts follows the first, or does not, against the Content-Type.
    Pairs {
        /// How many came, as far as they were counted.
        found: usize,
    },
    /// A part lacks a header.
    MissingHeader {
        /// Its name.
        name: &'static str,
    },
    /// A part has a header twice, one that does not belong there, or too many.
    UnexpectedHeader {
        /// Its name.
        name: String,
    },
    /// A part has another Content-Type than it must.
    PartType {
        /// What it must have.
        expected: String,
        /// What it has.
        found: String,
    },
    /// OriginalContent lacks a field, has it twice or has one that is unknown.
    OriginalContent {
        /// The value of the header.
        found: String,
    },
    /// The plaintext is in a charset other than UTF-8 and UTF-16.
    Charset {
        /// The charset that came.
        found: String,
    },
    /// Length is not a decimal number that fits.
    Length {
        /// The value that came.
        found: String,
    },
    /// The length field of the second part names more octets than there are.
    LengthField {
        /// The field.
        expected: u32,
        /// The octets after it.
        got: usize,
    },
    /// CredSSP data are not TLS records of application data.
    TlsRecord {
        /// Octets of the data before the fault.
        offset: usize,
    },
    /// Octets follow the closing delimiter line.
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// The plaintext is not as long as Length says.
    PlaintextLength {
        /// What Length says.
        expected: usize,
        /// How long the plaintext is.
        got: usize,
    },
    /// The security context refused.
    Auth(AuthError),
    /// No text was found whose ciphertext has the octets that were asked for.
    HostileNotFound {
        /// How many were tried.
        tries: usize,
    },
    /// Octets that only an envelope in UTF-16 can have in its ciphertext, and a cipher that is a key stream; or an
    /// envelope that does not end in a closing tag.
    HostileNotExpressible,
}

impl From<MultipartError> for EncryptionError {
    fn from(error: MultipartError) -> Self {
        Self::Frame(error)
    }
}

impl From<MediaTypeError> for EncryptionError {
    fn from(error: MediaTypeError) -> Self {
        Self::ContentType(error)
    }
}

impl From<AuthError> for EncryptionError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl fmt::Display for EncryptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContentType(error) => write!(f, "content-type of a sealed message: {error}"),
            Self::NotEncrypted { found } => write!(f, "expected `multipart/encrypted`, found `{found}`"),
            Self::MissingParameter { name } => {
                write!(f, "expected a content-type parameter `{name}`, found none")
            }
            Self::Boundary { found } => write!(f, "expected boundary `Encrypted Boundary`, found `{found}`"),
            Self::Frame(error) => write!(f, "frame of a sealed message: {error}"),
            Self::NotTolerated(tolerance) => write!(f, "deviation `{tolerance}` is not tolerated"),
            Self::OnePart => f.write_str("expected two parts, found one"),
            Self::Pairs { found } => {
                write!(f, "number of part pairs does not fit the content-type: found {found}")
            }
            Self::MissingHeader { name } => write!(f, "expected part header `{name}`, found none"),
            Self::UnexpectedHeader { name } => write!(f, "unexpected part header `{name}`"),
            Self::PartType { expected, found } => {
                write!(f, "expected part type `{expected}`, found `{found}`")
            }
            Self::OriginalContent { found } => {
                write!(f, "expected `type=application/soap+xml;charset=…;Length=…`, found `{found}`")
            }
            Self::Charset { found } => write!(f, "expected charset UTF-8 or UTF-16, found `{found}`"),
            Self::Length { found } => write!(f, "expected a decimal Length, found `{found}`"),
            Self::LengthField { expected, got } => {
                write!(f, "expected a security header of {expected} octets, found {got} octets")
            }
            Self::TlsRecord { offset } => {
                write!(f, "expected a tls application data record at octet {offset}")
            }
            Self::Trailing { bytes } => write!(f, "expected the end of the body, found {bytes} more octets"),
            Self::PlaintextLength { expected, got } => {
                write!(f, "expected {expected} octets of plaintext, found {got}")
            }
            Self::Auth(error) => write!(f, "security context: {error:?}"),
            Self::HostileNotFound { tries } => {
                write!(f, "expected a text with such a ciphertext, found none among {tries}")
            }
            Self::HostileNotExpressible => {
                f.write_str("expected an envelope in utf-16 under a key stream, found another one")
            }
        }
    }
}

impl std::error::Error for EncryptionError {}
