//! [RFC 4120] and [RFC 4121] Kerberos: tickets that prove a name, and the seals of the session they make.
//!
//! The ASN.1 messages are picky-krb's. Ciphers, seals and both sides of the AP exchange are our own: the `sspi` crate's
//! acceptor knows one encryption type, no bindings, no replay and no delegation, and its seal derives its keys anew for
//! each message.

mod credential;
mod crypto;
mod encryption_type;
mod key;
mod seal;

pub use credential::Credential;
pub use credential::PrincipalName;
pub use encryption_type::ChecksumType;
pub use encryption_type::EncryptionType;
pub use key::Key;
pub use key::KeyUsage;
pub use seal::Seal;
pub use seal::SealFault;
pub use seal::SequenceRule;
