//! What a subscriber asks about a subscription that it has, and how it ends.

use crate::addressing::EndpointReference;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::wsman::Expiration;
use crate::wsman::eventing::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

pub(super) const EXPIRES: QName = QName::new(NAMESPACE, "Expires");
pub(super) const SUBSCRIPTION_MANAGER: QName = QName::new(NAMESPACE, "SubscriptionManager");
const STATUS: QName = QName::new(NAMESPACE, "Status");
const REASON: QName = QName::new(NAMESPACE, "Reason");

/// [WS-Eventing 3.4] Unsubscribe: the subscription ends. Its response has an empty body.
///
/// [WS-Eventing 3.4]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsubscribe;

/// [WS-Eventing 3.3] GetStatus: when does the subscription expire?
///
/// [WS-Eventing 3.3]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GetStatus;

/// [WS-Eventing 3.2] Renew: the subscription is to last longer.
///
/// [WS-Eventing 3.2]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Renew {
    /// Until when.
    pub expires: Option<Expiration>,
}

/// [WS-Eventing 3.2] RenewResponse.
///
/// [WS-Eventing 3.2]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RenewResponse {
    /// Until when the subscription lasts now.
    pub expires: Option<Expiration>,
}

/// [WS-Eventing 3.3] GetStatusResponse.
///
/// [WS-Eventing 3.3]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GetStatusResponse {
    /// Until when the subscription lasts.
    pub expires: Option<Expiration>,
}

text_newtype! {
    /// [WS-Eventing 3.5] The URI that says why a subscription ended.
    ///
    /// [WS-Eventing 3.5]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
    EndStatus
}

impl EndStatus {
    /// The sink could not be reached, or didn't acknowledge.
    pub const DELIVERY_FAILURE: &'static str =
        "http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryFailure";
    /// The source goes.
    pub const SOURCE_SHUTTING_DOWN: &'static str =
        "http://schemas.xmlsoap.org/ws/2004/08/eventing/SourceShuttingDown";
    /// The source ends it for another reason.
    pub const SOURCE_CANCELING: &'static str =
        "http://schemas.xmlsoap.org/ws/2004/08/eventing/SourceCanceling";
}

/// [WS-Eventing 3.5] SubscriptionEnd: the subscription ended before its time. Nobody answers it.
///
/// [WS-Eventing 3.5]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionEnd {
    /// Which subscription.
    pub subscription_manager: EndpointReference,
    /// Why.
    pub status: EndStatus,
    /// The same for people.
    pub reason: Option<String>,
}

impl Unsubscribe {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Unsubscribe");
}

impl GetStatus {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "GetStatus");
}

impl Renew {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Renew");
}

impl RenewResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "RenewResponse");
}

impl GetStatusResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "GetStatusResponse");
}

impl SubscriptionEnd {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "SubscriptionEnd");
}

/// The `Expires` of an element of the name.
pub(super) fn expires(element: Element<'_>, name: QName) -> Result<Option<Expiration>, XmlError> {
    element.require_name(name)?.child(EXPIRES).map(Element::read).transpose()
}

pub(super) fn write_expires(expires: Option<Expiration>, writer: &mut Writer) {
    if let Some(expires) = expires {
        expires.write_as(EXPIRES, writer);
    }
}

impl FromXml for Unsubscribe {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_name(Self::NAME).map(|_| Self)
    }
}

impl ToXml for Unsubscribe {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}

impl FromXml for GetStatus {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_name(Self::NAME).map(|_| Self)
    }
}

impl ToXml for GetStatus {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}

impl FromXml for Renew {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { expires: expires(element, Self::NAME)? })
    }
}

impl ToXml for Renew {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| write_expires(self.expires, w));
    }
}

impl FromXml for RenewResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { expires: expires(element, Self::NAME)? })
    }
}

impl ToXml for RenewResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| write_expires(self.expires, w));
    }
}

impl FromXml for GetStatusResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { expires: expires(element, Self::NAME)? })
    }
}

impl ToXml for GetStatusResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| write_expires(self.expires, w));
    }
}

impl FromXml for SubscriptionEnd {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        let reason = element.child(REASON).map(|child| text_of(child).map(str::to_owned));
        Ok(Self {
            subscription_manager: element.require_child(SUBSCRIPTION_MANAGER)?.read()?,
            status: EndStatus::new(text_of(element.require_child(STATUS)?)?),
            reason: reason.transpose()?,
        })
    }
}

impl ToXml for SubscriptionEnd {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            self.subscription_manager.write_as(SUBSCRIPTION_MANAGER, false, w);
            w.text_element(STATUS, self.status.as_str());
            if let Some(reason) = &self.reason {
                w.text_element(REASON, reason);
            }
        });
    }
}
