//! WS-Addressing of August 2004, the draft that WS-Management uses: who a message is for, what it asks, what it answers.

mod endpoint_reference;
mod error;
mod message_information;

#[cfg(test)]
mod tests;

pub use endpoint_reference::Address;
pub use endpoint_reference::EndpointReference;
pub use error::AddressingError;
pub use message_information::Action;
pub use message_information::FaultTo;
pub use message_information::MessageId;
pub use message_information::MessageInformation;
pub use message_information::RelatesTo;
pub use message_information::ReplyTo;
pub use message_information::To;

use crate::xml::Namespace;

/// The WS-Addressing namespace.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.xmlsoap.org/ws/2004/08/addressing", "a");

/// The address of whoever is at the other end of the connection.
pub const ANONYMOUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

/// The action of the faults that WS-Addressing defines.
pub const FAULT: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
