//! The reference client: requests out, responses in, no socket and no clock.
//!
//! A connection is first authenticated ([`ExpectToken`]), which makes a [`Session`] that seals and opens envelopes; on
//! that, [`ExpectShellCreated`] and the states behind it run commands.

mod handshake;
mod reply;
mod requests;
mod robust;
mod session;
mod shell;

pub use handshake::Endpoint;
pub use handshake::ExpectToken;
pub use handshake::HandshakeStep;
pub use reply::Reply;
pub use requests::Outgoing;
pub use requests::Requests;
pub use robust::ExpectMessage;
pub use robust::Finished;
pub use robust::Retry;
pub use robust::RobustStep;
pub use session::Opened;
pub use session::SequenceError;
pub use session::Session;
pub use shell::Collected;
pub use shell::ExpectCommandStarted;
pub use shell::ExpectOutput;
pub use shell::ExpectShellCreated;
pub use shell::OpenShell;
pub use shell::OutputStep;
pub use shell::RunningCommand;
