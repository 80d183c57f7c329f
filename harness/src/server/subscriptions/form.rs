use crate::server::resources::event_log::CHANNEL;
use crate::server::resources::event_log::Format;
use crate::server::resources::event_log::LoggedEvent;
use crate::server::resources::event_log::RecordId;
use crate::soap::Opaque;
use crate::wsman::FaultReason;
use crate::wsman::InvalidBookmark;
use crate::wsman::OptionSet;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::Event;
use crate::wsman::eventing::EventContent;
use crate::xml::Element;
use crate::xml::QName;
use crate::xml::Writer;

const LIST: QName = QName::local("BookmarkList");
const PLACE: QName = QName::local("Bookmark");
const CHANNEL_NAME: QName = QName::local("Channel");
const RECORD_ID: QName = QName::local("RecordId");
const IS_CURRENT: QName = QName::local("IsCurrent");

/// How the events of a subscription are written ([MS-WSMV] 3.1.4.1.30.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Form {
    format: Format,
    /// Whether the event is text that nobody on the way looks into.
    is_cdata: bool,
}

impl Form {
    pub(super) fn asked(options: &OptionSet) -> Self {
        let is_rendered =
            options.value("ContentFormat").is_some_and(|v| v.eq_ignore_ascii_case("RenderedText"));
        Self {
            format: if is_rendered { Format::RenderedText } else { Format::Raw },
            is_cdata: is_on(options, "CDATA"),
        }
    }

    /// The event as it is delivered. [DSP0226 10.2.8] None of them has an action of its own.
    pub(super) fn event(self, event: &LoggedEvent) -> Event {
        let text = || EventContent::Text(event.text(self.format));
        Event::new(match self.is_cdata {
            true => text(),
            false => event.element(self.format).map_or_else(|_| text(), EventContent::Xml),
        })
    }

    /// In a body, where there can be no text, an event is always an element.
    pub(super) fn without_cdata(self) -> Self {
        Self { is_cdata: false, ..self }
    }
}

/// Options such as `CDATA` are on by being there, often as `xsi:nil`.
pub(super) fn is_on(options: &OptionSet, name: &str) -> bool {
    options.value(name).is_some_and(|value| !value.eq_ignore_ascii_case("false"))
}

/// How many octets an event takes in a message: no fewer than it has alone.
pub(super) fn octets_of(event: &Event) -> usize {
    let mut writer = Writer::new();
    writer.write(event);
    writer.finish().len()
}

/// The bookmark behind an event, in the form of Windows.
pub(super) fn bookmark_at(record_id: RecordId) -> Option<Bookmark> {
    let element = Opaque::build(Bookmark::NAME, |w| {
        w.element(LIST, |w| {
            w.element(PLACE, |w| {
                w.attribute(CHANNEL_NAME, CHANNEL);
                w.attribute(RECORD_ID, &record_id.to_string());
                w.attribute(IS_CURRENT, "true");
            });
        });
    });
    element.ok().map(Bookmark::At)
}

/// The event behind which a bookmark is.
pub(super) fn place_of(bookmark: &Bookmark) -> Result<RecordId, FaultReason> {
    let Bookmark::At(element) = bookmark else { return Ok(RecordId(0)) };
    let place = only_child(element.element(), LIST).and_then(|list| only_child(list, PLACE));
    let place = place.filter(|place| place.attribute(CHANNEL_NAME) == Some(CHANNEL));
    let number = place.and_then(|place| place.attribute(RECORD_ID)?.parse().ok());
    Ok(RecordId(number.ok_or(FaultReason::InvalidBookmark(InvalidBookmark::Invalid))?))
}

fn only_child(parent: Element<'_>, name: QName) -> Option<Element<'_>> {
    let mut children = parent.children();
    let first = children.next().filter(|child| child.is(name));
    first.filter(|_| children.next().is_none())
}
