use std::fmt;

use crate::addressing::AddressingError;
use crate::soap::SoapError;
use crate::xml::XmlError;

/// Why a WS-Management message was refused. The peer is at fault in every case;
/// [`super::FaultReason::of`] says which fault a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WsmanError {
    /// Its envelope or its addressing is wrong.
    Addressing(AddressingError),
    /// A reply is to go elsewhere than back over the connection, which no Windows service does.
    AddressingMode {
        /// The address that was asked for.
        address: String,
    },
    /// `OperationTimeout` is no duration.
    InvalidTimeout {
        /// What came.
        found: String,
    },
    /// `MaxEnvelopeSize` leaves no room for an answer.
    EnvelopeSizeTooSmall {
        /// What came.
        found: u64,
    },
    /// The resource URI is longer than it may be.
    UriTooLong {
        /// The bound in octets.
        bytes_max: usize,
    },
    /// There are more selectors than may be.
    TooManySelectors {
        /// The bound.
        max: usize,
    },
    /// There are more options than may be.
    TooManyOptions {
        /// The bound.
        max: usize,
    },
    /// A part of a selector set is longer than it may be.
    LongSelector {
        /// Which part.
        what: &'static str,
        /// The bound.
        max: usize,
    },
    /// A part of an option is longer than it may be.
    LongOption {
        /// Which part.
        what: &'static str,
        /// The bound in characters.
        max: usize,
    },
    /// A selector holds neither text nor one reference.
    SelectorKind {
        /// The name of the selector.
        name: String,
    },
    /// Two selectors have the same name.
    DuplicateSelector {
        /// The name.
        name: String,
    },
    /// A header block that must be mandatory is not.
    NotMandatory {
        /// Its name.
        name: String,
    },
    /// `Locale` is mandatory, which no Windows service accepts.
    MandatoryLocale,
    /// `DataLocale` is mandatory, which no Windows service accepts.
    MandatoryDataLocale,
    /// The body is not what its schema says.
    Body(XmlError),
}

impl fmt::Display for WsmanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addressing(error) => error.fmt(f),
            Self::AddressingMode { address } => {
                write!(f, "expected the anonymous reply address, found `{address}`")
            }
            Self::InvalidTimeout { found } => {
                write!(f, "invalid OperationTimeout `{found}`: expected a duration such as PT60.000S")
            }
            Self::EnvelopeSizeTooSmall { found } => {
                write!(f, "MaxEnvelopeSize {found} is too small: expected at least 8192")
            }
            Self::UriTooLong { bytes_max } => {
                write!(f, "the resource URI is too long: at most {bytes_max} octets are allowed")
            }
            Self::TooManySelectors { max } => write!(f, "too many selectors: at most {max} are allowed"),
            Self::TooManyOptions { max } => write!(f, "too many options: at most {max} are allowed"),
            Self::LongSelector { what, max } => {
                write!(f, "the {what} of a selector set is too long: at most {max} is allowed")
            }
            Self::LongOption { what, max } => {
                write!(f, "the {what} of an option is too long: at most {max} characters are allowed")
            }
            Self::SelectorKind { name } => {
                write!(
                    f,
                    "expected text or one endpoint reference in selector `{name}`, found other elements"
                )
            }
            Self::DuplicateSelector { name } => write!(f, "expected one selector `{name}`, found more"),
            Self::NotMandatory { name } => write!(f, "expected {name} with mustUnderstand"),
            Self::MandatoryLocale => f.write_str("expected Locale without mustUnderstand"),
            Self::MandatoryDataLocale => f.write_str("expected DataLocale without mustUnderstand"),
            Self::Body(error) => write!(f, "invalid body: {error}"),
        }
    }
}

impl std::error::Error for WsmanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Addressing(error) => Some(error),
            Self::Body(error) => Some(error),
            _ => None,
        }
    }
}

impl From<AddressingError> for WsmanError {
    fn from(error: AddressingError) -> Self {
        Self::Addressing(error)
    }
}

impl From<SoapError> for WsmanError {
    fn from(error: SoapError) -> Self {
        Self::Addressing(AddressingError::Soap(error))
    }
}

/// What fails to be read outside the headers is the body.
impl From<XmlError> for WsmanError {
    fn from(error: XmlError) -> Self {
        Self::Body(error)
    }
}
