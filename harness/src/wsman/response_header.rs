use crate::addressing::ANONYMOUS;
use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::MessageId;
use crate::addressing::MessageInformation;
use crate::addressing::RelatesTo;
use crate::addressing::To;
use crate::soap::Envelope;
use crate::wsman::ActivityId;
use crate::wsman::OperationId;
use crate::wsman::RequestHeader;
use crate::wsman::SequenceId;
use crate::wsman::request_header::write_operation;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;

/// The header blocks of a response or a fault.
///
/// Only Action is required: a fault that was raised before the request's header was read relates to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHeader {
    /// What is answered.
    pub action: Action,
    /// The identity of the response.
    pub message_id: Option<MessageId>,
    /// Where it goes; the anonymous address.
    pub to: Option<To>,
    /// The request that it answers.
    pub relates_to: Option<RelatesTo>,
    /// The operation that it is part of; only when the request named one.
    pub operation_id: Option<OperationId>,
    /// The number of the message in its operation.
    pub sequence_id: Option<SequenceId>,
    /// For tracing.
    pub activity_id: Option<ActivityId>,
}

impl ResponseHeader {
    /// The header of a response to `request`. `message_id` is the response's own.
    #[must_use]
    pub fn to_request(request: &RequestHeader, action: &str, message_id: MessageId) -> Self {
        Self { relates_to: Some(RelatesTo::from(&request.message_id)), ..Self::unrelated(action, message_id) }
    }

    /// The header of a response to a message whose own header could not be read.
    #[must_use]
    pub fn unrelated(action: &str, message_id: MessageId) -> Self {
        Self {
            action: Action::new(action),
            message_id: Some(message_id),
            to: Some(To::new(ANONYMOUS)),
            relates_to: None,
            operation_id: None,
            sequence_id: None,
            activity_id: None,
        }
    }

    /// Reads the header blocks of a response.
    pub fn read(envelope: &Envelope) -> Result<Self, AddressingError> {
        let found = MessageInformation::read(envelope)?;
        let action = found.action;
        Ok(Self {
            action: action
                .ok_or_else(|| AddressingError::MissingHeader { name: Action::NAME.to_string() })?,
            message_id: found.message_id,
            to: found.to,
            relates_to: found.relates_to,
            operation_id: block(envelope, OperationId::NAME)?,
            sequence_id: block(envelope, SequenceId::NAME)?,
            activity_id: block(envelope, ActivityId::NAME)?,
        })
    }
}

fn block<T: FromXml>(envelope: &Envelope, name: QName) -> Result<Option<T>, AddressingError> {
    let mut blocks = envelope.header_blocks().filter(|block| block.element.is(name));
    let first = blocks.next();
    if blocks.next().is_some() {
        return Err(AddressingError::RepeatedHeader { name: name.to_string() });
    }
    Ok(first.map(|block| block.element.read()).transpose()?)
}

/// Writes the header blocks as Windows does: nothing is mandatory.
impl ToXml for ResponseHeader {
    fn to_xml(&self, writer: &mut Writer) {
        writer.text_element(Action::NAME, self.action.as_str());
        if let Some(id) = &self.message_id {
            writer.text_element(MessageId::NAME, id.as_str());
        }
        if let Some(to) = &self.to {
            writer.text_element(To::NAME, to.as_str());
        }
        if let Some(id) = &self.relates_to {
            writer.text_element(RelatesTo::NAME, id.as_str());
        }
        let id = self.operation_id.as_ref();
        write_operation(id, "false", self.sequence_id, self.activity_id.as_ref(), writer);
    }
}
