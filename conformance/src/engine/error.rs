use std::fmt;

use winrm_harness::client::SequenceError;

use crate::assertion::Unbound;
use crate::subject::SubjectError;
use crate::wsx::AuthScheme;
use crate::wsx::ConnectionId;
use crate::wsx::StepNumber;

/// Why the engine could not do what a case says: our own fault, or that of the case, never the peer's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineError {
    /// A template uses a value that nothing bound.
    Unbound(Unbound),
    /// The engine for clients doesn't have the scheme.
    Scheme(AuthScheme),
    /// The run has no such address or certificate.
    Subject(SubjectError),
    /// The run has no such ticket, in words.
    Ticket(String),
    /// An option of an `auth` section that the engine doesn't know, or a value of one.
    Option {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    },
    /// A deviation of the frame that the engine doesn't know.
    Frame(String),
    /// What a ciphertext should have, which the engine doesn't know.
    Ciphertext(String),
    /// A change to a seal where nothing is sealed.
    NothingSealed,
    /// A reference to a step that hasn't happened.
    Step(StepNumber),
    /// A reference to a connection that hasn't authenticated.
    NoToken(ConnectionId),
    /// The sequence can't go on, and it isn't the peer's fault.
    Sequence(SequenceError),
    /// A `<` section that is no one message, or whose layer the engine for clients doesn't have.
    NotForClients(&'static str),
    /// The pattern of a section is no XML.
    Pattern(String),
}

impl From<Unbound> for EngineError {
    fn from(error: Unbound) -> Self {
        Self::Unbound(error)
    }
}

impl From<SubjectError> for EngineError {
    fn from(error: SubjectError) -> Self {
        Self::Subject(error)
    }
}

impl From<SequenceError> for EngineError {
    fn from(error: SequenceError) -> Self {
        Self::Sequence(error)
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbound(error) => error.fmt(f),
            Self::Scheme(scheme) => write!(f, "expected an authentication this engine has, found {scheme}"),
            Self::Subject(error) => error.fmt(f),
            Self::Ticket(reason) => f.write_str(reason),
            Self::Option { key, value } => {
                write!(f, "expected an option this engine has in the auth section, found `{key}={value}`")
            }
            Self::Frame(name) => write!(f, "expected a deviation of the frame by its name, found `{name}`"),
            Self::Ciphertext(name) => {
                write!(f, "expected what a ciphertext has by its name, found `{name}`")
            }
            Self::NothingSealed => {
                f.write_str("expected a sealed envelope in the step, found a `sealed` section alone")
            }
            Self::Step(step) => write!(f, "expected step {step} to have sent a sealed message"),
            Self::NoToken(connection) => write!(f, "expected {connection} to have sent a token"),
            Self::Sequence(error) => error.fmt(f),
            Self::NotForClients(layer) => {
                write!(f, "expected one message in clear for the client, found `< {layer}`")
            }
            Self::Pattern(reason) => write!(f, "expected {reason}"),
        }
    }
}

impl std::error::Error for EngineError {}
