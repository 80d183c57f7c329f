//! [WS-Eventing] Subscribe, Unsubscribe, Renew and what is delivered, with the extensions of DSP0226 10.
//!
//! [WS-Eventing]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/

mod bookmark;
mod delivery;
mod event;
mod manage;
mod notification;
mod subscribe;

#[cfg(test)]
mod tests;

use crate::xml::Namespace;

pub use bookmark::Bookmark;
pub use delivery::ConnectionRetry;
pub use delivery::Delivery;
pub use delivery::DeliveryMode;
pub use delivery::EnvelopeLimit;
pub use delivery::EnvelopePolicy;
pub use event::Event;
pub use event::EventContent;
pub use manage::EndStatus;
pub use manage::GetStatus;
pub use manage::GetStatusResponse;
pub use manage::Renew;
pub use manage::RenewResponse;
pub use manage::SubscriptionEnd;
pub use manage::Unsubscribe;
pub use notification::Ack;
pub use notification::Notification;
pub use notification::NotificationBody;
pub use subscribe::Filter;
pub use subscribe::Identifier;
pub use subscribe::Subscribe;
pub use subscribe::SubscribeError;
pub use subscribe::SubscribeResponse;

/// The WS-Eventing namespace.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.xmlsoap.org/ws/2004/08/eventing", "e");

/// The action of a Subscribe.
pub const SUBSCRIBE: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/Subscribe";
/// The action of its response.
pub const SUBSCRIBE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/SubscribeResponse";
/// The action of an Unsubscribe.
pub const UNSUBSCRIBE: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/Unsubscribe";
/// The action of its response.
pub const UNSUBSCRIBE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/UnsubscribeResponse";
/// The action of a Renew.
pub const RENEW: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/Renew";
/// The action of its response.
pub const RENEW_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/RenewResponse";
/// The action of a `GetStatus`.
pub const GET_STATUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/GetStatus";
/// The action of its response.
pub const GET_STATUS_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/GetStatusResponse";
/// The action of a `SubscriptionEnd`, which has no response.
pub const SUBSCRIPTION_END: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/SubscriptionEnd";
/// The action of the faults that WS-Eventing defines.
pub const FAULT: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/fault";

/// The action of an event that has none of its own.
pub const EVENT: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Event";
/// The action of a batch of events.
pub const EVENTS: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Events";
/// The action of what is sent when there are no events.
pub const HEARTBEAT: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Heartbeat";
/// The action of what is sent in place of events that are lost.
pub const DROPPED_EVENTS: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/DroppedEvents";
/// The action of an acknowledgement.
pub const ACK: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Ack";

/// The dialect of the filters that event logs take, [MS-WSMV 3.1.4.1.30.5].
///
/// [MS-WSMV 3.1.4.1.30.5]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
pub const EVENT_QUERY: &str = "http://schemas.microsoft.com/win/2004/08/events/eventquery";
