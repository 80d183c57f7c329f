use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::addressing::MessageInformation;
use crate::addressing::RelatesTo;
use crate::addressing::ReplyTo;
use crate::addressing::To;
use crate::soap::Envelope;
use crate::soap::MUST_UNDERSTAND;
use crate::soap::Opaque;
use crate::wsman;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::WsmanError;
use crate::wsman::eventing::ACK;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::EVENTS;
use crate::wsman::eventing::Event;
use crate::wsman::eventing::EventContent;
use crate::wsman::eventing::HEARTBEAT;
use crate::wsman::eventing::Identifier;
use crate::wsman::eventing::SUBSCRIPTION_END;
use crate::wsman::eventing::SubscriptionEnd;
use crate::xml::Element;
use crate::xml::QName;
use crate::xml::Writer;
use crate::xml::XmlError;

const WSMAN_EVENTS: QName = QName::new(wsman::NAMESPACE, "Events");
const ACK_REQUESTED: QName = QName::new(wsman::NAMESPACE, "AckRequested");

/// [DSP0226 10.2.8] What a source sends to a sink: a request, whose reply is at most an acknowledgement.
///
/// [DSP0226 10.2.8]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The address of the sink.
    pub to: To,
    /// The identity of the message, which the acknowledgement names.
    pub message_id: MessageId,
    /// The reference parameters and properties of the sink, each as it came.
    pub reference: Vec<Opaque>,
    /// The place after the last event of the message.
    pub bookmark: Option<Bookmark>,
    /// Whether the sink has to acknowledge the message.
    pub is_ack_requested: bool,
    /// What it tells.
    pub body: NotificationBody,
}

/// What a [`Notification`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationBody {
    /// A batch.
    Events(Vec<Event>),
    /// One event; its action is the message's.
    Event(Event),
    /// That the subscription lives. Windows sends an empty batch under another action.
    Heartbeat,
    /// That it ended.
    End(SubscriptionEnd),
}

/// [DSP0226 10.7] Ack: the answer to a message that asks for one.
///
/// [DSP0226 10.7]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// Its own identity.
    pub message_id: Option<MessageId>,
    /// The message that it acknowledges.
    pub relates_to: RelatesTo,
}

impl Notification {
    /// The header blocks of a message to `sink` that its reference asks for.
    pub fn reference_of(sink: &EndpointReference) -> Vec<Opaque> {
        let parts = sink.reference_properties.iter().chain(&sink.reference_parameters);
        parts.flat_map(|part| part.element().children()).filter_map(|child| child.read().ok()).collect()
    }

    /// The identifier of the subscription, if the sink's reference holds one.
    #[must_use]
    pub fn identifier(&self) -> Option<Identifier> {
        let block = self.reference.iter().find(|block| block.element().is(Identifier::NAME));
        block.map(|block| Identifier::new(block.element().text()))
    }

    /// Reads a message that came to a sink. Header blocks that the text doesn't define count as the sink's reference.
    pub fn read(envelope: &Envelope) -> Result<Self, WsmanError> {
        let found = MessageInformation::read(envelope)?;
        let missing = |name: QName| AddressingError::MissingHeader { name: name.to_string() };
        let action = found.action.ok_or_else(|| missing(Action::NAME))?;
        let own = [Action::NAME, To::NAME, MessageId::NAME, ReplyTo::NAME, Bookmark::NAME, ACK_REQUESTED];
        let others = envelope.header_blocks().map(|block| block.element);
        let others: Vec<_> = others.filter(|element| !own.iter().any(|name| element.is(*name))).collect();
        check_copies(&others)?;
        Ok(Self {
            to: found.to.ok_or_else(|| missing(To::NAME))?,
            message_id: found.message_id.ok_or_else(|| missing(MessageId::NAME))?,
            reference: others.into_iter().map(Element::read).collect::<Result<_, _>>()?,
            bookmark: envelope.header(Bookmark::NAME).map(Element::read).transpose()?,
            is_ack_requested: envelope.header(ACK_REQUESTED).is_some(),
            body: NotificationBody::read(action, envelope)?,
        })
    }

    /// The whole message. The action of a batch is the wrapper's, and each event in it has its own.
    #[must_use]
    pub fn to_envelope(&self) -> String {
        Envelope::write(None, &RESPONSE_NAMESPACES, |w| self.write_headers(w), |w| self.body.write(w))
    }

    fn write_headers(&self, writer: &mut Writer) {
        writer.text_element(To::NAME, self.to.as_str());
        EndpointReference::anonymous().write_as(ReplyTo::NAME, true, writer);
        writer.element(Action::NAME, |w| {
            w.attribute(MUST_UNDERSTAND, "true");
            w.text(self.body.action());
        });
        writer.text_element(MessageId::NAME, self.message_id.as_str());
        for block in &self.reference {
            writer.write(block);
        }
        if let Some(bookmark) = &self.bookmark {
            writer.write(bookmark);
        }
        if self.is_ack_requested {
            writer.empty_element(ACK_REQUESTED);
        }
    }
}

impl NotificationBody {
    /// The action of a message with this body.
    #[must_use]
    pub fn action(&self) -> &str {
        match self {
            Self::Events(_) => EVENTS,
            Self::Event(event) => event.action.as_str(),
            Self::Heartbeat => HEARTBEAT,
            Self::End(_) => SUBSCRIPTION_END,
        }
    }

    fn read(action: Action, envelope: &Envelope) -> Result<Self, WsmanError> {
        let body = envelope.body();
        match action.as_str() {
            HEARTBEAT => Ok(Self::Heartbeat),
            EVENTS => {
                let events = body.into_iter().flat_map(Element::children);
                let events: Vec<_> = events.filter(|child| child.is(Event::NAME)).collect();
                check_copies(&events)?;
                let events = events.into_iter().map(Element::read);
                Ok(Self::Events(events.collect::<Result<_, _>>()?))
            }
            SUBSCRIPTION_END => {
                let missing = || XmlError::MissingElement {
                    expected: SubscriptionEnd::NAME.to_string(),
                    inside: "Body".to_owned(),
                    offset: 0,
                };
                Ok(Self::End(body.ok_or_else(missing)?.read()?))
            }
            _ => {
                let content = match body {
                    Some(element) => EventContent::Xml(element.read()?),
                    None => EventContent::Empty,
                };
                Ok(Self::Event(Event { action, content }))
            }
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Events(events) => {
                writer.element(WSMAN_EVENTS, |w| events.iter().for_each(|event| w.write(event)));
            }
            Self::Event(event) => writer.write(&event.content),
            Self::Heartbeat => writer.empty_element(WSMAN_EVENTS),
            Self::End(end) => writer.write(end),
        }
    }
}

/// Whether so many elements of one parent may be kept.
fn check_copies(elements: &[Element<'_>]) -> Result<(), XmlError> {
    let parent = elements.first().and_then(|first| first.parent());
    parent.map_or(Ok(()), |parent| Opaque::require_room(parent, elements.len()))
}

impl Ack {
    /// Reads an acknowledgement; `None` for any other message.
    #[must_use]
    pub fn read(envelope: &Envelope) -> Option<Self> {
        let found = MessageInformation::read(envelope).ok()?;
        let is_ack = found.action.is_some_and(|action| action == ACK);
        let relates_to = found.relates_to.filter(|_| is_ack)?;
        Some(Self { message_id: found.message_id, relates_to })
    }

    /// The whole message.
    #[must_use]
    pub fn to_envelope(&self) -> String {
        let headers = |w: &mut Writer| {
            w.text_element(Action::NAME, ACK);
            if let Some(id) = &self.message_id {
                w.text_element(MessageId::NAME, id.as_str());
            }
            w.text_element(To::NAME, crate::addressing::ANONYMOUS);
            w.text_element(RelatesTo::NAME, self.relates_to.as_str());
        };
        Envelope::write(Some("en-US"), &RESPONSE_NAMESPACES, headers, |_| {})
    }
}
