//! TLS without sockets: certificates, what is required of them, and what a connection over TLS knows of itself.
//!
//! Alone names rustls' configuration and x509-parser.

mod channel;

pub use channel::Channel;
pub use channel::TlsChannel;
