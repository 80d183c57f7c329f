use std::fmt;

use crate::soap::SoapError;
use crate::xml::XmlError;

/// Why the addressing of a message was refused. The peer is at fault in every case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressingError {
    /// The message is no SOAP envelope.
    Soap(SoapError),
    /// A header block that the message must have is missing.
    MissingHeader {
        /// Its name, as `{uri}local`.
        name: String,
    },
    /// A header block that may come once came again.
    RepeatedHeader {
        /// Its name, as `{uri}local`.
        name: String,
    },
    /// A header block is empty and must not be.
    EmptyHeader {
        /// Its name, as `{uri}local`.
        name: String,
    },
    /// A header block is longer than it may be.
    LongHeader {
        /// Its name, as `{uri}local`.
        name: String,
        /// The bound in octets.
        bytes_max: usize,
    },
    /// A reference has more properties and parameters than may come back.
    TooManyParameters {
        /// The name of the header block, as `{uri}local`.
        name: String,
        /// The bound.
        max: usize,
    },
    /// The content of a header block is not of its type.
    InvalidHeader(XmlError),
}

impl fmt::Display for AddressingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Soap(error) => error.fmt(f),
            Self::MissingHeader { name } => write!(f, "expected header {name}, and it is missing"),
            Self::RepeatedHeader { name } => write!(f, "expected one header {name}, found more"),
            Self::EmptyHeader { name } => write!(f, "expected a value in header {name}, found none"),
            Self::LongHeader { name, bytes_max } => {
                write!(f, "header {name} is too long: at most {bytes_max} octets are allowed")
            }
            Self::TooManyParameters { name, max } => {
                write!(f, "header {name} has too many reference parameters: at most {max} are allowed")
            }
            Self::InvalidHeader(error) => write!(f, "invalid header: {error}"),
        }
    }
}

impl std::error::Error for AddressingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Soap(error) => Some(error),
            Self::InvalidHeader(error) => Some(error),
            _ => None,
        }
    }
}

impl From<SoapError> for AddressingError {
    fn from(error: SoapError) -> Self {
        Self::Soap(error)
    }
}

/// What fails to be read while headers are read is a header.
impl From<XmlError> for AddressingError {
    fn from(error: XmlError) -> Self {
        Self::InvalidHeader(error)
    }
}
