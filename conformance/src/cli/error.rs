use std::fmt;

use crate::expectation::ExpectationError;
use crate::requirement::RequirementError;
use crate::subject::SubjectError;
use crate::verdict::ExitCode;
use crate::wsx::WsxError;

/// Why the command ends before it has a result.
#[derive(Debug)]
pub(crate) enum CliError {
    /// The environment variable with the password isn't set.
    NoPassword(String),
    /// An option makes no sense here.
    Usage(String),
    /// The address or a capability is wrong.
    Subject(SubjectError),
    /// A case doesn't read.
    Case(WsxError),
    /// The catalogue or an id doesn't read.
    Requirement(RequirementError),
    /// The list of expectations doesn't read.
    Expectation(ExpectationError),
    /// A file can't be read or written.
    File(String, std::io::Error),
    /// Nobody answers at the address.
    Unreachable(String),
    /// A socket can't be bound.
    Listen(String, std::io::Error),
    /// Our own fault.
    Internal(String),
}

impl CliError {
    /// What to tell the caller of the command.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Unreachable(_) | Self::Listen(..) | Self::Internal(_) => ExitCode::Incomplete,
            _ => ExitCode::Usage,
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPassword(variable) => {
                write!(f, "expected the password in the environment variable {variable}, which isn't set")
            }
            Self::Usage(what) | Self::Internal(what) => f.write_str(what),
            Self::Subject(error) => error.fmt(f),
            Self::Case(error) => error.fmt(f),
            Self::Requirement(error) => error.fmt(f),
            Self::Expectation(error) => error.fmt(f),
            Self::File(name, error) => write!(f, "{name}: {error}"),
            Self::Unreachable(reason) => f.write_str(reason),
            Self::Listen(address, error) => write!(f, "cannot listen on {address}: {error}"),
        }
    }
}

impl std::error::Error for CliError {}

impl From<SubjectError> for CliError {
    fn from(error: SubjectError) -> Self {
        Self::Subject(error)
    }
}

impl From<WsxError> for CliError {
    fn from(error: WsxError) -> Self {
        Self::Case(error)
    }
}

impl From<RequirementError> for CliError {
    fn from(error: RequirementError) -> Self {
        Self::Requirement(error)
    }
}

impl From<ExpectationError> for CliError {
    fn from(error: ExpectationError) -> Self {
        Self::Expectation(error)
    }
}
