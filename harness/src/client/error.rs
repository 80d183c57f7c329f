use std::fmt;

use crate::addressing::AddressingError;
use crate::auth::AuthError;
use crate::auth::policy::HostError;
use crate::auth::policy::Refusal;
use crate::compression::CompressionError;
use crate::encryption::EncryptionError;
use crate::encryption::Protocol;
use crate::http::Status;
use crate::http::challenge::ChallengeError;
use crate::soap::Fault;
use crate::soap::SoapError;
use crate::wsman::WsmanError;
use crate::xml::XmlError;

/// Why an exchange with a server can't go on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceError {
    /// The server refused user and password.
    CredentialsRefused,
    /// The server accepted the handshake without its last token.
    NoToken,
    /// Another status came than the handshake allows.
    UnexpectedStatus {
        /// What would have been right.
        expected: &'static str,
        /// What came.
        found: Status,
    },
    /// A challenge header that is none.
    Challenge(ChallengeError),
    /// The server's token is not what it should be.
    Auth(AuthError),
    /// A sealed body that can't be opened.
    Encryption(EncryptionError),
    /// An answer in clear inside a sealed session.
    AnswerInClear {
        /// The status it came with.
        status: Status,
    },
    /// A sealed answer in a session without keys.
    SealedWithoutKeys,
    /// An answer that is no envelope.
    Soap(SoapError),
    /// An answer to another request, or to none.
    UnrelatedAnswer {
        /// The request's MessageID.
        expected: String,
        /// The answer's RelatesTo.
        found: Option<String>,
    },
    /// A message of another operation.
    OtherOperation {
        /// The operation's OperationID.
        expected: String,
        /// The message's.
        found: String,
    },
    /// A message of the operation never came.
    MissedMessage {
        /// Its number.
        expected: u64,
        /// The number of the one that came instead.
        found: u64,
    },
    /// A message that no server sends.
    UnexpectedAction {
        /// Its action.
        found: String,
    },
    /// Header blocks that are wrong.
    Wsman(WsmanError),
    /// Compressed data that is none.
    Compression(CompressionError),
    /// A fault that ends the sequence.
    Faulted(Box<Fault>),
    /// A response without the body that its action has.
    MissingBody {
        /// The element, as `{uri}local`.
        expected: String,
    },
    /// A fragment was asked for, and the answer is not about one.
    FragmentIgnored,
    /// An enumeration goes on and on without items.
    NoProgress {
        /// How many responses in a row may hold none.
        empty_pages_max: usize,
    },
    /// The reference of a new resource lacks a selector.
    MissingSelector {
        /// Its name.
        name: &'static str,
    },
    /// The caller asked for what the session can't do.
    ApiMisuse {
        /// What.
        what: &'static str,
    },
    /// The policy lets nothing leave, or nothing more.
    Policy(Refusal),
    /// The endpoint names no host.
    Host(HostError),
    /// A handshake goes on and on.
    TooManyLegs {
        /// Requests that it may have.
        legs_max: usize,
    },
    /// Kerberos without the server's proof that it is the one that was meant.
    NotMutual,
    /// A sealed answer of another protocol than the session's.
    OtherProtocol {
        /// The session's.
        expected: Protocol,
        /// The answer's.
        found: Protocol,
    },
    /// The server does not know the session any more. What was asked was not asked again: it may have been done.
    SessionLost {
        /// The status that says so.
        status: Status,
    },
}

impl From<Refusal> for SequenceError {
    fn from(refusal: Refusal) -> Self {
        Self::Policy(refusal)
    }
}

impl From<HostError> for SequenceError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl From<AuthError> for SequenceError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl From<EncryptionError> for SequenceError {
    fn from(error: EncryptionError) -> Self {
        Self::Encryption(error)
    }
}

impl From<SoapError> for SequenceError {
    fn from(error: SoapError) -> Self {
        Self::Soap(error)
    }
}

impl From<WsmanError> for SequenceError {
    fn from(error: WsmanError) -> Self {
        Self::Wsman(error)
    }
}

impl From<AddressingError> for SequenceError {
    fn from(error: AddressingError) -> Self {
        Self::Wsman(error.into())
    }
}

impl From<CompressionError> for SequenceError {
    fn from(error: CompressionError) -> Self {
        Self::Compression(error)
    }
}

impl From<XmlError> for SequenceError {
    fn from(error: XmlError) -> Self {
        Self::Soap(error.into())
    }
}

impl From<ChallengeError> for SequenceError {
    fn from(error: ChallengeError) -> Self {
        Self::Challenge(error)
    }
}

impl fmt::Display for SequenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CredentialsRefused => f.write_str("the server refused user and password"),
            Self::NoToken => f.write_str("expected the server's last token, and it answered 200 without one"),
            Self::UnexpectedStatus { expected, found } => {
                write!(f, "expected status {expected}, found {found}")
            }
            Self::Challenge(error) => write!(f, "bad WWW-Authenticate header: {error}"),
            Self::Auth(error) => write!(f, "authentication failed: {error}"),
            Self::Encryption(error) => write!(f, "cannot open the sealed answer: {error}"),
            Self::AnswerInClear { status } => {
                write!(f, "expected a sealed answer, found one in clear with status {status}")
            }
            Self::SealedWithoutKeys => f.write_str("expected an answer in clear, found a sealed one"),
            Self::Soap(error) => write!(f, "expected a SOAP envelope: {error}"),
            Self::UnrelatedAnswer { expected, found: Some(found) } => {
                write!(f, "expected the answer to {expected}, found the answer to {found}")
            }
            Self::UnrelatedAnswer { expected, found: None } => {
                write!(f, "expected the answer to {expected}, found one without RelatesTo")
            }
            Self::OtherOperation { expected, found } => {
                write!(f, "expected a message of the operation {expected}, found one of {found}")
            }
            Self::MissedMessage { expected, found } => {
                write!(f, "expected message {expected} of the operation, found message {found}")
            }
            Self::UnexpectedAction { found } => {
                write!(f, "expected a message of the operation, found the action {found}")
            }
            Self::Wsman(error) => write!(f, "bad header of an answer: {error}"),
            Self::Compression(error) => write!(f, "cannot decompress the answer: {error}"),
            Self::Faulted(fault) => write!(f, "the server answered with a fault: {}", fault.reason),
            Self::MissingBody { expected } => write!(f, "expected {expected} in the body, and it is missing"),
            Self::FragmentIgnored => f.write_str("expected a fragment, and the service ignored that"),
            Self::NoProgress { empty_pages_max } => {
                write!(f, "expected an item after {empty_pages_max} responses without any, found none")
            }
            Self::MissingSelector { name } => {
                write!(f, "expected the selector {name} in the reference, and it is missing")
            }
            Self::ApiMisuse { what } => f.write_str(what),
            Self::Policy(refusal) => refusal.fmt(f),
            Self::Host(error) => error.fmt(f),
            Self::TooManyLegs { legs_max } => {
                write!(f, "expected the end of the handshake within {legs_max} requests")
            }
            Self::NotMutual => {
                f.write_str("expected the server to prove its identity by Kerberos, and it did not")
            }
            Self::OtherProtocol { expected, found } => {
                write!(f, "expected an answer sealed as {expected}, found {found}")
            }
            Self::SessionLost { status } => write!(
                f,
                "expected a sealed answer, found status {status}: the server does not know the session any more; nothing was sent again, log on anew"
            ),
        }
    }
}

impl std::error::Error for SequenceError {}
