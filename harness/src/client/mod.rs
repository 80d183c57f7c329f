//! The reference client: requests out, responses in, no socket and no clock.
//!
//! A connection is first authenticated ([`ExpectToken`]), which makes a [`Session`] that seals and opens envelopes; on
//! that, [`ExpectShellCreated`] and the states behind it run commands, [`RemoteResource`] is any resource,
//! [`Enumeration`] asks for all there is of something, and [`EventStream`] and [`Sink`] are the ends of subscriptions.

mod config;
mod digest;
mod enumeration;
mod error;
mod eventing;
mod handover;
mod handshake;
mod invoke;
mod logon;
mod mechanisms;
mod reply;
mod requests;
mod robust;
mod session;
mod shell;
mod sink;
mod transfer;

pub use config::ExpectConfig;
pub use config::get_config;
pub use config::put_config;
pub use enumeration::Enumeration;
pub use enumeration::EnumerationStep;
pub use enumeration::ExpectEnumerated;
pub use enumeration::ExpectPulled;
pub use enumeration::OpenEnumeration;
pub use error::SequenceError;
pub use eventing::EventStream;
pub use eventing::ExpectEvents;
pub use eventing::ExpectSubscribed;
pub use eventing::Occurrence;
pub use eventing::Subscribed;
pub use handover::HandedOver;
pub use handover::Handover;
pub use handshake::Endpoint;
pub use handshake::ExpectToken;
pub use handshake::HandshakeStep;
pub use invoke::ExpectMethodOutput;
pub use logon::Logon;
pub use logon::LogonGiven;
pub use logon::LogonStep;
pub use reply::Reply;
pub use requests::Outgoing;
pub use requests::Requests;
pub use robust::ExpectMessage;
pub use robust::Finished;
pub use robust::Retry;
pub use robust::RobustStep;
pub use session::Opened;
pub use session::Session;
pub use shell::Collected;
pub use shell::ExpectCommandStarted;
pub use shell::ExpectOutput;
pub use shell::ExpectShellCreated;
pub use shell::OpenShell;
pub use shell::OutputStep;
pub use shell::RunningCommand;
pub use sink::Received;
pub use sink::Sink;
pub use sink::Told;
pub use transfer::ExpectCreated;
pub use transfer::ExpectDeleted;
pub use transfer::ExpectFragment;
pub use transfer::ExpectInvoked;
pub use transfer::ExpectRepresentation;
pub use transfer::RemoteResource;
pub use transfer::Representation;
