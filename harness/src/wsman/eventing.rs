//! [WS-Eventing] Subscribe, Unsubscribe, Renew, with the extensions of DSP0226 10.
//!
//! [WS-Eventing]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/

use crate::xml::Namespace;

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
