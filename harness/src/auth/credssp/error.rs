use std::fmt;

use crate::auth::credssp::CredType;
use crate::auth::credssp::NtStatus;
use crate::auth::credssp::Version;
use crate::codec::CodecError;
use crate::tls::SessionError;

/// Why CredSSP was refused, beyond what the authentication inside says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredSspError {
    /// The TLS inside the header ended.
    Tls(SessionError),
    /// A TSRequest's octets break its layout.
    Malformed(CodecError),
    /// The peer knows no version that policy allows: [CVE-2018-0886].
    ///
    /// [CVE-2018-0886]: https://msrc.microsoft.com/update-guide/vulnerability/CVE-2018-0886
    VersionRefused {
        /// The oldest that is allowed.
        version_min: Version,
        /// The peer's newest.
        found: Version,
    },
    /// The peer names another version than before.
    VersionChanged {
        /// What it said first.
        expected: Version,
        /// What it says now.
        found: Version,
    },
    /// A field that this phase has to have is not there.
    FieldMissing {
        /// Its name in the specification.
        field: &'static str,
    },
    /// A field is there that this phase does not have.
    FieldUnexpected {
        /// Its name in the specification.
        field: &'static str,
    },
    /// The nonce hasn't 32 octets.
    NonceLength {
        /// What it has.
        len: usize,
    },
    /// The peer's pubKeyAuth is not of this TLS connection: somebody may sit between.
    BindingWrong,
    /// The server says why it refuses.
    Refused(NtStatus),
    /// Credentials of a kind that can't be used here.
    CredentialsRefused {
        /// Their kind.
        found: CredType,
    },
    /// The authentication inside takes too many messages.
    TooManyRounds {
        /// The bound.
        rounds_max: usize,
    },
    /// A message to seal is longer than what one record holds.
    PortionTooLong {
        /// Its length.
        len: usize,
        /// The bound.
        len_max: usize,
    },
}

impl From<SessionError> for CredSspError {
    fn from(error: SessionError) -> Self {
        Self::Tls(error)
    }
}

impl From<CodecError> for CredSspError {
    fn from(error: CodecError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for CredSspError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls(error) => error.fmt(f),
            Self::Malformed(error) => write!(f, "malformed TSRequest: {error}"),
            Self::VersionRefused { version_min, found } => {
                write!(f, "expected CredSSP version {} or newer, found {}", version_min.0, found.0)
            }
            Self::VersionChanged { expected, found } => {
                write!(f, "expected CredSSP version {} as before, found {}", expected.0, found.0)
            }
            Self::FieldMissing { field } => write!(f, "expected {field} in the TSRequest, found none"),
            Self::FieldUnexpected { field } => {
                write!(f, "the TSRequest has {field}, which is of another phase")
            }
            Self::NonceLength { len } => write!(f, "expected a nonce of 32 octets, found {len}"),
            Self::BindingWrong => f.write_str("pubKeyAuth does not fit the key of the TLS connection"),
            Self::Refused(NtStatus(status)) => write!(f, "the server refused: {status:#010x}"),
            Self::CredentialsRefused { found } => {
                let name = match *found {
                    CredType::SMART_CARD => "TSSmartCardCreds",
                    CredType::REMOTE_GUARD => "TSRemoteGuardCreds",
                    _ => "an unknown kind",
                };
                write!(f, "expected TSPasswordCreds, found {name} ({})", found.0)
            }
            Self::TooManyRounds { rounds_max } => {
                write!(f, "the authentication inside takes more than {rounds_max} messages")
            }
            Self::PortionTooLong { len, len_max } => {
                write!(f, "portion of {len} octets: expected at most {len_max}")
            }
        }
    }
}

impl std::error::Error for CredSspError {}
