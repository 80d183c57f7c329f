//! [RFC 4120 3.1], [RFC 4120 3.3] The client's side of the exchanges with a KDC: a password becomes a ticket-granting
//! ticket, and that a ticket for a service, or a forwarded one.
//!
//! Octets in, octets out; [`frame`] and [`Unframer`] are what TCP wants around them. What came is believed when it
//! decrypts with a key that the KDC alone shares, and then says what was asked: a KRB-ERROR never does, so that nothing
//! but one more request follows from it.
//!
//! ```no_run
//! use winrm_harness::auth::kerberos;
//! use winrm_harness::auth::kerberos::kdc;
//! # fn exchange(_: &[u8]) -> Vec<u8> { Vec::new() }
//! # fn given() -> kdc::Given { kdc::Given { now: kerberos::Time { unix_s: 1, micros: 0 }, random: Box::new(|octets| octets.fill(7)) } }
//!
//! let account = kdc::Account::principal("EXAMPLE.TEST", "alice");
//! let (mut expect, mut request) = kdc::AsExchange::begin(account, "wonderland", kdc::Wish::default(), given())?;
//! let ticket_granting_ticket = loop {
//!     match expect.step(&exchange(&request))? {
//!         kdc::AsStep::Send(next, octets) => (expect, request) = (next, octets),
//!         kdc::AsStep::Done(credential) => break credential,
//!     }
//! };
//! # let _ = ticket_granting_ticket;
//! # Ok::<(), winrm_harness::auth::AuthError>(())
//! ```

mod as_exchange;
mod error;
mod krb_error;
mod options;
mod preauth;
mod proof;
mod reply;
mod request;
mod tcp;
mod tgs_exchange;

pub use as_exchange::AsExchange;
pub use as_exchange::AsStep;
pub use as_exchange::ExpectAsRep;
pub use error::KdcError;
pub use options::Account;
pub use options::Given;
pub use options::KdcOptions;
pub use options::Wish;
pub use tcp::Unframer;
pub use tcp::frame;
pub use tgs_exchange::ExpectTgsRep;
pub use tgs_exchange::TgsExchange;
pub use tgs_exchange::TgsStep;

#[cfg(test)]
mod tests;
