//! Reference implementation of WS-Management, WinRM shells, HTTP authentication and message encryption, client and
//! server.
//!
//! The modules are layers, lowest first; README.md has the table of what each may import, and a test holds it.

pub mod addressing;
pub mod auth;
pub mod client;
pub mod codec;
pub mod compression;
pub mod encryption;
pub mod http;
pub mod limits;
#[cfg(feature = "net")]
pub mod net;
pub mod pair;
pub mod server;
pub mod shell;
pub mod soap;
pub mod tls;
pub mod wsman;
pub mod xml;
