use crate::addressing::Action;
use crate::soap::Opaque;
use crate::wsman;
use crate::wsman::eventing::DROPPED_EVENTS;
use crate::wsman::eventing::EVENT;
use crate::wsman::eventing::HEARTBEAT;
use crate::xml::Document;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const ACTION: QName = QName::local("Action");
const DROPPED: QName = QName::new(wsman::NAMESPACE, "DroppedEvents");

/// [DSP0226 10.2.9.4] Event: one event of a batch, and one that is delivered alone.
///
/// [DSP0226 10.2.9.4]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What kind of event it is.
    pub action: Action,
    /// What happened.
    pub content: EventContent,
}

/// What an [`Event`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventContent {
    /// Nothing, as in a heartbeat.
    Empty,
    /// The element of the event.
    Xml(Opaque),
    /// The same as text, which Windows sends in a CDATA section when the option `CDATA` asks for it.
    Text(String),
}

impl Event {
    /// The name of the element in a batch.
    pub const NAME: QName = QName::new(wsman::NAMESPACE, "Event");

    /// An event without an action of its own: the URI that [MS-WSMV 3.1.4.1.30.2] says.
    ///
    /// [MS-WSMV 3.1.4.1.30.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    #[must_use]
    pub fn new(content: EventContent) -> Self {
        Self { action: Action::new(EVENT), content }
    }

    /// [DSP0226 10.2.5] The sign that the subscription lives.
    ///
    /// [DSP0226 10.2.5]: https://www.dmtf.org/standards/wsman
    #[must_use]
    pub fn heartbeat() -> Self {
        Self { action: Action::new(HEARTBEAT), content: EventContent::Empty }
    }

    /// [DSP0226 10.2.10] The place of `count` events that are lost.
    ///
    /// [DSP0226 10.2.10]: https://www.dmtf.org/standards/wsman
    #[must_use]
    pub fn dropped(count: u64) -> Self {
        let element = Opaque::build(DROPPED, |w| {
            w.attribute(ACTION, EVENT);
            w.text(&count.to_string());
        });
        let content = element.map_or(EventContent::Empty, EventContent::Xml);
        Self { action: Action::new(DROPPED_EVENTS), content }
    }

    /// How many events are lost here, if this says so.
    #[must_use]
    pub fn dropped_count(&self) -> Option<u64> {
        match &self.content {
            EventContent::Xml(element) if element.element().is(DROPPED) => {
                element.element().trimmed_text().parse().ok()
            }
            _ => None,
        }
    }

    /// Whether this only says that the subscription lives.
    #[must_use]
    pub fn is_heartbeat(&self) -> bool {
        self.action == HEARTBEAT
    }
}

impl EventContent {
    /// The element, read out of the text if it came as such; `None` for nothing.
    pub fn element(&self) -> Result<Option<Opaque>, XmlError> {
        match self {
            Self::Empty => Ok(None),
            Self::Xml(element) => Ok(Some(element.clone())),
            Self::Text(text) => Document::parse(text.as_bytes())?.root().read().map(Some),
        }
    }

    /// What stands inside `parent`.
    pub(super) fn inside(parent: Element<'_>) -> Result<Self, XmlError> {
        match parent.children().next() {
            Some(child) => child.read().map(Self::Xml),
            None if parent.trimmed_text().is_empty() => Ok(Self::Empty),
            None => Ok(Self::Text(parent.text().to_owned())),
        }
    }
}

impl FromXml for Event {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self {
            action: Action::new(element.attribute(ACTION).unwrap_or(EVENT)),
            content: EventContent::inside(element)?,
        })
    }
}

impl ToXml for Event {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.attribute(ACTION, self.action.as_str());
            w.write(&self.content);
        });
    }
}

impl ToXml for EventContent {
    fn to_xml(&self, writer: &mut Writer) {
        match self {
            Self::Empty => {}
            Self::Xml(element) => writer.write(element),
            Self::Text(text) => writer.text(text),
        }
    }
}
