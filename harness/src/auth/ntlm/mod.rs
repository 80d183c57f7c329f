//! [MS-NLMP] NTLM: three messages that prove a password, and RC4 with HMAC-MD5 for what follows.
//!
//! Only what WinRM uses is computed: NTLMv2, extended session security, connection-oriented. Everything else still
//! decodes, so that it can be refused by name.
//!
//! [`Acceptor`] and [`Seal`] are our own; [`Initiator`] is the `sspi` crate's, so neither judges itself.
//! [`FixedInitiator`] is ours and takes its random numbers as arguments; it can also misbehave.
//!
//! [MS-NLMP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp/

mod acceptor;
mod account;
mod authenticate;
mod av;
mod challenge;
mod crypto;
mod established;
mod fields;
mod fixed;
mod flags;
mod initiator;
mod message;
mod negotiate;
mod response;
mod seal;
mod time;
mod wire_text;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

pub use acceptor::Acceptor;
pub use acceptor::AcceptorGiven;
pub use acceptor::AcceptorPolicy;
pub use acceptor::MicPolicy;
pub use account::Account;
pub use account::Accounts;
pub use account::Credential;
pub use account::ServerNames;
pub use authenticate::Authenticate;
pub use authenticate::Tail;
pub use av::AvId;
pub use av::AvPair;
pub use av::AvPairs;
pub use challenge::Challenge;
pub use crypto::ExportedSessionKey;
pub use crypto::NtHash;
pub use fixed::FixedGiven;
pub use fixed::FixedInitiator;
pub use fixed::Misbehaviour;
pub use flags::NegotiateFlags;
pub use initiator::Initiator;
pub use message::MessageKind;
pub use negotiate::Negotiate;
pub use negotiate::Version;
pub use response::NtlmV2Response;
pub use seal::SIGNATURE_LEN;
pub use seal::Seal;
pub use time::FileTime;
pub use wire_text::WireText;

pub use crate::auth::ChannelBindingPolicy;
pub use crate::auth::Protection;
