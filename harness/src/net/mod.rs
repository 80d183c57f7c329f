//! Sockets, timers and randomness for the sequences of [`crate::client`] and [`crate::server`], on tokio.
//!
//! The only module with sockets and clocks.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is the module that sockets and clocks belong to"
)]

mod address;
mod client;
mod clock;
mod connection;
mod delivery;
mod errand;
mod kdc;
mod listener;
mod sink;
mod stream;
mod tickets;

pub use address::Address;
pub use address::AddressError;
pub use client::Client;
pub use client::ClientError;
pub use client::Events;
pub use client::Pages;
pub use client::Surroundings;
pub use clock::Clock;
pub use clock::random_octets;
use clock::unix_seconds;
pub use connection::Connection;
pub use connection::NetError;
pub use kdc::Kdc;
pub use kdc::TicketError;
pub use listener::Listener;
pub use sink::SinkListener;
pub use tickets::Realm;
