//! TLS without sockets: certificates, what is required of them, and what a connection over TLS knows of itself.
//!
//! Alone names rustls' configuration and x509-parser.

mod channel;
mod session;
mod session_config;
mod session_error;

pub use channel::Channel;
pub use channel::TlsChannel;
pub use session::Received;
pub use session::Session;
pub use session_config::SessionServer;
pub use session_config::SessionVersions;
pub use session_error::SessionError;
