use crate::addressing::AddressingError;
use crate::addressing::EndpointReference;
use crate::addressing::NAMESPACE;
use crate::limits::WSA_REFERENCE_PARAMETERS_MAX;
use crate::limits::WSMAN_MESSAGE_ID_BYTES_MAX;
use crate::limits::WSMAN_URI_BYTES_MAX;
use crate::soap::Envelope;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::xml::Element;
use crate::xml::QName;

text_newtype! {
    /// [WS-Addressing 3] Action, the URI of what the message asks or answers.
    ///
    /// [WS-Addressing 3]: https://www.w3.org/submissions/ws-addressing/
    Action
}

text_newtype! {
    /// [WS-Addressing 3] To, the address of the receiver; some clients send only its path.
    ///
    /// [WS-Addressing 3]: https://www.w3.org/submissions/ws-addressing/
    To
}

text_newtype! {
    /// [WS-Addressing 3] MessageID. Windows sends `uuid:` and an upper case GUID, and takes any string up to 2 KB.
    ///
    /// [WS-Addressing 3]: https://www.w3.org/submissions/ws-addressing/
    MessageId
}

text_newtype! {
    /// [WS-Addressing 3] RelatesTo, which is the request's MessageID byte for byte.
    ///
    /// [WS-Addressing 3]: https://www.w3.org/submissions/ws-addressing/
    RelatesTo
}

/// [WS-Addressing 3] ReplyTo, where the response goes.
///
/// [WS-Addressing 3]: https://www.w3.org/submissions/ws-addressing/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo(pub EndpointReference);

/// [WS-Addressing 3] FaultTo, where a fault goes.
///
/// [WS-Addressing 3]: https://www.w3.org/submissions/ws-addressing/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultTo(pub EndpointReference);

impl Action {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "Action");
}

impl To {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "To");
}

impl MessageId {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "MessageID");

    /// The id of a message whose other headers may be wrong, so that a fault can still relate to it.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Option<Self> {
        let id = Self::new(envelope.header(Self::NAME)?.text());
        (!id.as_str().is_empty() && id.as_str().len() <= WSMAN_MESSAGE_ID_BYTES_MAX).then_some(id)
    }
}

impl RelatesTo {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "RelatesTo");

    /// Whether this is the reply to `message_id`.
    #[must_use]
    pub fn is_reply_to(&self, message_id: &MessageId) -> bool {
        self.as_str() == message_id.as_str()
    }
}

impl From<&MessageId> for RelatesTo {
    fn from(id: &MessageId) -> Self {
        Self::new(id.as_str())
    }
}

impl ReplyTo {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "ReplyTo");
}

impl FaultTo {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "FaultTo");
}

/// [WS-Addressing 3] The message information headers, as far as they came; each at most once.
///
/// [WS-Addressing 3]: https://www.w3.org/submissions/ws-addressing/
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageInformation {
    /// What the message asks or answers.
    pub action: Option<Action>,
    /// Who is to receive it.
    pub to: Option<To>,
    /// Its identity.
    pub message_id: Option<MessageId>,
    /// Which message it answers.
    pub relates_to: Option<RelatesTo>,
    /// Where its response goes.
    pub reply_to: Option<ReplyTo>,
    /// Where its fault goes.
    pub fault_to: Option<FaultTo>,
}

impl MessageInformation {
    /// Reads what is there. A header that came twice, is empty or too long is an error; one that is missing is not, and
    /// of `RelatesTo` the first that can be read is taken.
    pub fn read(envelope: &Envelope) -> Result<Self, AddressingError> {
        let mut found = Self::default();
        for element in envelope.header_blocks().map(|block| block.element) {
            if element.is(Action::NAME) {
                set(&mut found.action, Action::new(text(element, WSMAN_URI_BYTES_MAX)?), element)?;
            } else if element.is(To::NAME) {
                set(&mut found.to, To::new(text(element, WSMAN_URI_BYTES_MAX)?), element)?;
            } else if element.is(MessageId::NAME) {
                let id = MessageId::new(text(element, WSMAN_MESSAGE_ID_BYTES_MAX)?);
                set(&mut found.message_id, id, element)?;
            } else if element.is(RelatesTo::NAME) {
                // It may come more than once, and in a request it says nothing: it is no reason to refuse a message.
                let id = text(element, WSMAN_MESSAGE_ID_BYTES_MAX).ok().map(RelatesTo::new);
                found.relates_to = found.relates_to.or(id);
            } else if element.is(ReplyTo::NAME) {
                set(&mut found.reply_to, ReplyTo(reference(element)?), element)?;
            } else if element.is(FaultTo::NAME) {
                set(&mut found.fault_to, FaultTo(reference(element)?), element)?;
            }
        }
        Ok(found)
    }
}

/// Reads a reference whose properties and parameters come back as header blocks.
fn reference(element: Element<'_>) -> Result<EndpointReference, AddressingError> {
    let groups = [EndpointReference::REFERENCE_PROPERTIES, EndpointReference::REFERENCE_PARAMETERS];
    let mut parameters =
        groups.into_iter().filter_map(|name| element.child(name)).flat_map(Element::children);
    if parameters.nth(WSA_REFERENCE_PARAMETERS_MAX).is_some() {
        let name = element.expanded_name();
        return Err(AddressingError::TooManyParameters { name, max: WSA_REFERENCE_PARAMETERS_MAX });
    }
    Ok(element.read()?)
}

fn text(element: Element<'_>, bytes_max: usize) -> Result<&str, AddressingError> {
    let text = text_of(element)?;
    if text.is_empty() {
        return Err(AddressingError::EmptyHeader { name: element.expanded_name() });
    }
    if text.len() > bytes_max {
        return Err(AddressingError::LongHeader { name: element.expanded_name(), bytes_max });
    }
    Ok(text)
}

fn set<T>(slot: &mut Option<T>, value: T, element: Element<'_>) -> Result<(), AddressingError> {
    if slot.replace(value).is_some() {
        return Err(AddressingError::RepeatedHeader { name: element.expanded_name() });
    }
    Ok(())
}
