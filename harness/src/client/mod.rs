//! The reference client: requests out, responses in, no socket and no clock.
//!
//! A connection is first authenticated ([`ExpectToken`]), which makes a [`Session`] that seals and opens envelopes; on
//! that, [`ShellSequence`] runs a command.

mod handshake;
mod session;

pub use handshake::Endpoint;
pub use handshake::ExpectToken;
pub use handshake::HandshakeStep;
pub use session::Opened;
pub use session::SequenceError;
pub use session::Session;
