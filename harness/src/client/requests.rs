use crate::addressing::MessageId;
use crate::client::Reply;
use crate::client::SequenceError;
use crate::soap::Envelope;
use crate::wsman::Duration;
use crate::wsman::MaxEnvelopeSize;
use crate::wsman::OperationTimeout;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;

/// What all requests of a sequence share.
pub struct Requests {
    /// The URL of the service.
    pub to: String,
    /// When the server has to answer at the latest.
    pub operation_timeout: Duration,
    /// Gives each request an identity that was not used before.
    pub new_message_id: Box<dyn FnMut() -> MessageId>,
}

/// An envelope to send, and the identity that its answer has to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The envelope.
    pub envelope: String,
    /// Its MessageID.
    pub message_id: MessageId,
}

impl Requests {
    /// Requests to the service at `to`. `random` gives octets that never came before, of which identities are made.
    #[must_use]
    pub fn new(to: &str, mut random: impl FnMut() -> [u8; 16] + 'static) -> Self {
        let new_message_id = move || {
            let uuid = uuid::Builder::from_random_bytes(random()).into_uuid();
            MessageId::new(&format!("uuid:{}", uuid.hyphenated().to_string().to_uppercase()))
        };
        Self {
            to: to.to_owned(),
            operation_timeout: Duration::from_millis(60_000),
            new_message_id: Box::new(new_message_id),
        }
    }

    /// Writes a request. `edit` may change any of its header blocks.
    pub fn write(
        &mut self,
        resource_uri: &ResourceUri,
        action: &str,
        edit: impl FnOnce(&mut RequestHeader),
        body: Option<&impl ToXml>,
    ) -> Outgoing {
        let message_id = (self.new_message_id)();
        let mut header = RequestHeader {
            max_envelope_size: Some(MaxEnvelopeSize(153_600)),
            operation_timeout: Some(OperationTimeout(self.operation_timeout)),
            ..RequestHeader::new(action, &self.to, message_id.clone(), resource_uri.clone())
        };
        edit(&mut header);
        let envelope = Envelope::write(
            None,
            &RESPONSE_NAMESPACES,
            |w| w.write(&header),
            |w| {
                if let Some(body) = body {
                    w.write(body);
                }
            },
        );
        Outgoing { envelope, message_id }
    }
}

/// The typed body of a response; a fault here ends the sequence.
pub(super) fn body<T: FromXml>(reply: Reply, name: QName) -> Result<T, SequenceError> {
    match reply {
        Reply::Fault(fault) => Err(SequenceError::Faulted(Box::new(fault))),
        Reply::Response(envelope) => {
            let element = envelope.body_children().find(|child| child.is(name));
            let missing = || SequenceError::MissingBody { expected: name.to_string() };
            Ok(element.ok_or_else(missing)?.read()?)
        }
    }
}
