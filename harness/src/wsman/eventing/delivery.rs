use crate::addressing::EndpointReference;
use crate::soap::number;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::wsman;
use crate::wsman::Duration;
use crate::wsman::Locale;
use crate::wsman::MaxEnvelopeSize;
use crate::wsman::eventing::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XML;
use crate::xml::XmlError;

const MODE: QName = QName::local("Mode");
const NOTIFY_TO: QName = QName::new(NAMESPACE, "NotifyTo");
const AUTH: QName = QName::new(wsman::NAMESPACE, "Auth");
const PROFILE: QName = QName::local("Profile");
const HEARTBEATS: QName = QName::new(wsman::NAMESPACE, "Heartbeats");
const MAX_ELEMENTS: QName = QName::new(wsman::NAMESPACE, "MaxElements");
const MAX_TIME: QName = QName::new(wsman::NAMESPACE, "MaxTime");
const POLICY: QName = QName::local("Policy");
const CONNECTION_RETRY: QName = QName::new(wsman::NAMESPACE, "ConnectionRetry");
const TOTAL: QName = QName::local("Total");
const CONTENT_ENCODING: QName = QName::new(wsman::NAMESPACE, "ContentEncoding");
const LANG: QName = QName::new(XML, "lang");

text_newtype! {
    /// [DSP0226 10.2.9.1] The URI that says how events come to the subscriber.
    ///
    /// [DSP0226 10.2.9.1]: https://www.dmtf.org/standards/wsman
    DeliveryMode
}

impl DeliveryMode {
    /// Each event in a message of its own.
    pub const PUSH: &'static str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryModes/Push";
    /// The same, each message acknowledged before the next.
    pub const PUSH_WITH_ACK: &'static str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/PushWithAck";
    /// Many events in a message, each message acknowledged before the next.
    pub const EVENTS: &'static str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Events";
    /// The subscriber fetches them with Pull.
    pub const PULL: &'static str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull";
    /// Every mode that the text defines.
    pub const ALL: [&'static str; 4] = [Self::PUSH, Self::PUSH_WITH_ACK, Self::EVENTS, Self::PULL];
}

/// [WS-Eventing 3.1] Delivery: where events go, how, and how many at once. The extensions are of DSP0226 10.2.
///
/// [WS-Eventing 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Push when it is missing.
    pub mode: Option<DeliveryMode>,
    /// Where to push events.
    pub notify_to: Option<EndpointReference>,
    /// The URI of the security profile that deliveries are to use.
    pub auth_profile: Option<String>,
    /// The longest silence: something is sent at least so often.
    pub heartbeats: Option<Duration>,
    /// How many events at most in one batch.
    pub max_elements: Option<u32>,
    /// How long a batch may wait to be filled.
    pub max_time: Option<Duration>,
    /// How large a delivery may be.
    pub max_envelope_size: Option<EnvelopeLimit>,
    /// How often to try again.
    pub connection_retry: Option<ConnectionRetry>,
    /// The language of the events.
    pub locale: Option<Locale>,
    /// `UTF-8` or `UTF-16`.
    pub content_encoding: Option<String>,
}

/// [DSP0226 10.2.4] MaxEnvelopeSize of a delivery, and what becomes of an event that doesn't fit.
///
/// [DSP0226 10.2.4]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeLimit {
    /// Octets of the largest envelope.
    pub size: MaxEnvelopeSize,
    /// What to do with an event that is larger; the service's choice when it is missing.
    pub policy: Option<EnvelopePolicy>,
}

/// [DSP0226 10.2.4] What becomes of an event that is larger than the sink takes.
///
/// [DSP0226 10.2.4]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopePolicy {
    /// The subscription ends.
    CancelSubscription,
    /// It is left out.
    Skip,
    /// It is left out and counted in a `DroppedEvents`.
    Notify,
    /// A word that the text doesn't know.
    Other(String),
}

/// [DSP0226 10.2.3] ConnectionRetry: how to go on when the sink can't be reached.
///
/// [DSP0226 10.2.3]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionRetry {
    /// How many times to try again before the subscription ends.
    pub total: u32,
    /// How long to wait before each.
    pub interval: Duration,
}

impl Delivery {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Delivery");

    /// A delivery in `mode` with nothing else said.
    #[must_use]
    pub fn in_mode(mode: &str) -> Self {
        Self { mode: Some(DeliveryMode::new(mode)), ..Self::default() }
    }

    /// The mode, which is Push when none is named.
    #[must_use]
    pub fn mode(&self) -> &str {
        self.mode.as_ref().map_or(DeliveryMode::PUSH, DeliveryMode::as_str)
    }
}

impl EnvelopePolicy {
    fn parse(text: &str) -> Self {
        match text {
            "CancelSubscription" => Self::CancelSubscription,
            "Skip" => Self::Skip,
            "Notify" => Self::Notify,
            other => Self::Other(other.to_owned()),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::CancelSubscription => "CancelSubscription",
            Self::Skip => "Skip",
            Self::Notify => "Notify",
            Self::Other(other) => other,
        }
    }
}

impl FromXml for Delivery {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        let auth = element.child(AUTH).map(|child| child.require_attribute(PROFILE).map(str::to_owned));
        let encoding = element.child(CONTENT_ENCODING).map(|child| text_of(child).map(str::to_owned));
        Ok(Self {
            mode: element.attribute(MODE).map(DeliveryMode::new),
            notify_to: read(element, NOTIFY_TO)?,
            auth_profile: auth.transpose()?,
            heartbeats: read(element, HEARTBEATS)?,
            max_elements: element.child(MAX_ELEMENTS).map(count).transpose()?,
            max_time: read(element, MAX_TIME)?,
            max_envelope_size: read(element, MaxEnvelopeSize::NAME)?,
            connection_retry: read(element, CONNECTION_RETRY)?,
            locale: read(element, Locale::NAME)?,
            content_encoding: encoding.transpose()?,
        })
    }
}

fn read<T: FromXml>(parent: Element<'_>, name: QName) -> Result<Option<T>, XmlError> {
    parent.child(name).map(Element::read).transpose()
}

fn count(element: Element<'_>) -> Result<u32, XmlError> {
    match number(element, "a number from 1")? {
        0 => Err(element.bad_value("a number from 1")),
        count => Ok(count),
    }
}

impl ToXml for Delivery {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(mode) = &self.mode {
                w.attribute(MODE, mode.as_str());
            }
            duration(HEARTBEATS, self.heartbeats, w);
            if let Some(to) = &self.notify_to {
                to.write_as(NOTIFY_TO, false, w);
            }
            if let Some(profile) = &self.auth_profile {
                w.element(AUTH, |w| w.attribute(PROFILE, profile));
            }
            if let Some(retry) = &self.connection_retry {
                w.write(retry);
            }
            if let Some(count) = self.max_elements {
                w.text_element(MAX_ELEMENTS, &count.to_string());
            }
            duration(MAX_TIME, self.max_time, w);
            if let Some(limit) = &self.max_envelope_size {
                w.write(limit);
            }
            if let Some(locale) = &self.locale {
                w.element(Locale::NAME, |w| w.attribute(LANG, locale.as_str()));
            }
            if let Some(encoding) = &self.content_encoding {
                w.text_element(CONTENT_ENCODING, encoding);
            }
        });
    }
}

fn duration(name: QName, value: Option<Duration>, writer: &mut Writer) {
    if let Some(value) = value {
        writer.text_element(name, &value.to_string());
    }
}

impl FromXml for EnvelopeLimit {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { size: element.read()?, policy: element.attribute(POLICY).map(EnvelopePolicy::parse) })
    }
}

impl ToXml for EnvelopeLimit {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(MaxEnvelopeSize::NAME, |w| {
            if let Some(policy) = &self.policy {
                w.attribute(POLICY, policy.as_str());
            }
            w.text(&self.size.0.to_string());
        });
    }
}

impl FromXml for ConnectionRetry {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let total = element.require_attribute(TOTAL)?.trim_matches([' ', '\t', '\r', '\n']);
        Ok(Self {
            total: total.parse().map_err(|_| element.bad_value("the attribute Total, a number"))?,
            interval: element.read()?,
        })
    }
}

impl ToXml for ConnectionRetry {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(CONNECTION_RETRY, |w| {
            w.attribute(TOTAL, &self.total.to_string());
            w.text(&self.interval.to_string());
        });
    }
}
