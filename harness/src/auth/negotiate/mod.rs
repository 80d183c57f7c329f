//! [RFC 4178] SPNEGO, with the changes of [MS-SPNG], around any mechanism; and what a first token can be at all.
//!
//! ```
//! use winrm_harness::auth::negotiate::FirstToken;
//! use winrm_harness::auth::negotiate::sniff;
//!
//! assert_eq!(sniff(b"NTLMSSP\0\x01\0\0\0\0\0\0\0"), FirstToken::Ntlm);
//! assert_eq!(sniff(&[0x60, 0x82]), FirstToken::Unknown);
//! ```
//!
//! [RFC 4178]: https://www.rfc-editor.org/rfc/rfc4178
//! [MS-SPNG]: https://learn.microsoft.com/openspecs/windows_protocols/ms-spng/

mod acceptor;
mod chosen;
mod initiator;
mod mechanisms;
mod sniff;
mod token;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod selection;
#[cfg(test)]
mod state_tables;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod toy;

pub use acceptor::Acceptor;
pub use initiator::Initiator;
pub use initiator::Offer;
pub use mechanisms::ListMicPolicy;
pub use mechanisms::Mechanisms;
pub use sniff::FirstToken;
pub use sniff::sniff;
pub use token::MechType;
pub use token::MechTypes;
pub use token::NegState;
pub use token::NegTokenInit;
pub use token::NegTokenResp;
