//! [MS-CSSP] CredSSP: TLS inside the header, an inner authentication that is bound to its key, and then a password.
//!
//! Afterwards the records of that TLS are what seals messages, [MS-WSMV 2.2.9.1.3].
//!
//! [MS-CSSP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-cssp/

mod acceptor;
mod binding;
mod error;
mod initiator;
mod misbehaviour;
mod password_creds;
mod ts_credentials;
mod ts_request;
mod tunnel;

#[cfg(test)]
mod tests;

pub use acceptor::Acceptor;
pub use acceptor::AcceptorPolicy;
pub use error::CredSspError;
pub use initiator::Initiator;
pub use initiator::InitiatorOptions;
pub use misbehaviour::Misbehaviour;
pub use password_creds::PasswordCreds;
pub use ts_credentials::CredType;
pub use ts_request::NtStatus;
pub use ts_request::TsRequest;
pub use ts_request::Version;
