//! [RFC 4120] and [RFC 4121] Kerberos: tickets that prove a name, and the seals of the session they make.
//!
//! Ciphers, seals, and both sides of the AP exchange with its messages are our own: the `sspi` crate's acceptor knows one
//! encryption type, no bindings, no replay and no delegation, and its seal derives its keys anew for each message.

mod accepted;
mod acceptor;
mod acceptor_credentials;
mod ap_rep;
mod ap_req;
mod authenticator;
mod authenticator_checksum;
mod ccache;
mod credential;
mod crypto;
mod encryption_type;
mod error;
mod initiator;
pub mod kdc;
mod key;
mod key_usage;
mod keytab;
mod krb_cred;
mod krb_error;
mod mint;
mod replay;
mod request;
mod seal;
mod session;
mod ticket;
mod time;
mod token;
mod wire;

#[cfg(test)]
mod tests;

pub use acceptor::Acceptor;
pub use acceptor::AcceptorGiven;
pub use acceptor::AcceptorPolicy;
pub use acceptor_credentials::AcceptorCredentials;
pub use ccache::CredentialCache;
pub use credential::Credential;
pub use credential::PrincipalName;
pub use encryption_type::ChecksumType;
pub use encryption_type::EncryptionType;
pub use error::ErrorCode;
pub use error::KerberosError;
pub use initiator::Initiator;
pub use initiator::InitiatorGiven;
pub use initiator::InitiatorOptions;
pub use key::Key;
pub use key::KeyUsage;
pub use keytab::KeyVersion;
pub use keytab::Keytab;
pub use keytab::KeytabEntry;
pub use mint::Mint;
pub use mint::MintedTicket;
pub use replay::ReplayCache;
pub use request::Misbehaviour;
pub use seal::Seal;
pub use seal::SealFault;
pub use seal::SequenceRule;
pub use ticket::TicketFacts;
pub use ticket::TicketFlags;
pub use wire::NameType;
pub use wire::Time;
