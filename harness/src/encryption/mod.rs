//! [2.2.9.1] Encrypted Message Types: a sealed SOAP envelope inside one HTTP body.
//!
//! [`EncryptedMessage`] is what such a body says; [`EncryptedMessage::decode`] names each deviation from the
//! specification that it had to tolerate, so that a report can tell a peer that is right from one that only works.
//!
//! [2.2.9.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/

mod decode;
mod encode;
mod error;
mod hostile;
mod message;
mod protocol;
mod reader;
mod tolerance;

pub use decode::Decoded;
pub use decode::Messages;
pub use encode::Form;
pub use error::EncryptionError;
pub use hostile::Hostility;
pub use hostile::hostile_plaintext;
pub use message::EncryptedMessage;
pub use message::Portion;
pub use message::Unsealed;
pub use protocol::Charset;
pub use protocol::Protocol;
pub use tolerance::Tolerance;
pub use tolerance::ToleranceSet;

#[cfg(test)]
mod recordings;
#[cfg(test)]
mod tests;
