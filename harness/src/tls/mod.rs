//! TLS without sockets: certificates, what is required of them, and what a connection over TLS knows of itself.
//!
//! Alone names rustls' configuration and x509-parser. A caller with sockets takes [`ServerTls::config`] or
//! [`ClientTls::config`], lets a handshake take place, and asks for the [`Channel`] that came of it.
//!
//! A server asks for a client's certificate in the first handshake or never: rustls has neither the renegotiation of
//! TLS 1.2 nor the post-handshake authentication of TLS 1.3, [RFC 8446 4.6.2], by which Windows asks once it has seen the
//! request. A client that has to wait for that gets no certificate across to this server, and this client's certificate
//! gets to a Windows server only if that asks at once (`clientcertnegotiation=enable` of its binding).
//!
//! Sessions are never resumed, so a channel binding is always of a certificate that this very connection was shown.
//!
//! [RFC 8446 4.6.2]: https://www.rfc-editor.org/rfc/rfc8446#section-4.6.2

mod certificate;
mod channel;
mod checks;
mod client;
mod client_verifier;
mod error;
mod identity;
mod names;
mod server;
mod server_verifier;
mod session;
mod session_config;
mod session_error;
mod signature;
#[cfg(test)]
mod tests;
mod time;

pub use certificate::Certificate;
pub use certificate::KeyAlgorithm;
pub use certificate::Purpose;
pub use channel::Channel;
pub use channel::TlsChannel;
pub use client::ClientTls;
pub use client::Pin;
pub use client::ServerTrust;
pub use error::TlsError;
pub use identity::Identity;
pub use names::AlternativeName;
pub use server::ClientCertificates;
pub use server::ClientTrust;
pub use server::ServerTls;
pub use session::Received;
pub use session::Session;
pub use session_config::SessionServer;
pub use session_error::SessionError;
pub use signature::HashAlgorithm;
pub use signature::SignatureAlgorithm;
pub use time::Now;
pub use time::Versions;
