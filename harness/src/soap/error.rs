use std::fmt;

use crate::xml::XmlError;

/// Why octets are no SOAP 1.2 envelope. The peer is at fault in every case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SoapError {
    /// It is not even XML, or a value in it is not of its type.
    Xml(XmlError),
    /// An `Envelope`, but of another SOAP version.
    VersionMismatch {
        /// The namespace that came.
        found: String,
    },
    /// The root element is not an `Envelope`.
    NotAnEnvelope {
        /// The name that came, as `{uri}local`.
        found: String,
    },
    /// The envelope has no `Body`.
    MissingBody,
    /// The envelope has something where [SOAP 1.2 5.1] allows only one `Header` followed by one `Body`.
    ///
    /// [SOAP 1.2 5.1]: https://www.w3.org/TR/soap12-part1/#soapenv
    UnexpectedChild {
        /// The name that came, as `{uri}local`.
        found: String,
        /// What may stand there.
        expected: &'static str,
        /// Where, in octets of the document as UTF-8.
        offset: usize,
    },
    /// A bound of [`crate::limits`] was passed.
    TooMany {
        /// What there was too much of.
        what: &'static str,
        /// The bound.
        max: usize,
    },
}

impl fmt::Display for SoapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(error) => error.fmt(f),
            Self::VersionMismatch { found } => {
                write!(f, "expected a SOAP 1.2 envelope, found one in namespace `{found}`")
            }
            Self::NotAnEnvelope { found } => write!(f, "expected a SOAP envelope, found {found}"),
            Self::MissingBody => f.write_str("expected a Body in the envelope, and it is missing"),
            Self::UnexpectedChild { found, expected, offset } => {
                write!(f, "expected {expected} in the envelope at octet {offset}, found {found}")
            }
            Self::TooMany { what, max } => write!(f, "too many {what}: at most {max} are allowed"),
        }
    }
}

impl std::error::Error for SoapError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Xml(error) => Some(error),
            _ => None,
        }
    }
}

impl From<XmlError> for SoapError {
    fn from(error: XmlError) -> Self {
        Self::Xml(error)
    }
}
