use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::addressing::To;
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
use crate::xml::Writer;

/// What all requests of a sequence share.
pub struct Requests {
    /// The URL of the service.
    pub to: String,
    /// When the server has to answer at the latest.
    pub operation_timeout: Duration,
    /// Gives each request an identity that was not used before.
    pub new_message_id: Box<dyn FnMut() -> MessageId + Send>,
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
    pub fn new(to: &str, mut random: impl FnMut() -> [u8; 16] + Send + 'static) -> Self {
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
        let mut header = self.header(action, resource_uri.clone());
        edit(&mut header);
        let envelope = write(&header, None, body);
        Outgoing { envelope, message_id: header.message_id }
    }

    /// Writes a request to what a reference names: its parameters and properties become header blocks.
    pub(super) fn write_to(
        &mut self,
        reference: &EndpointReference,
        action: &str,
        body: Option<&impl ToXml>,
    ) -> Outgoing {
        let header = RequestHeader {
            to: To::new(reference.address.as_str()),
            resource_uri: None,
            ..self.header(action, ResourceUri::new(""))
        };
        let envelope = write(&header, Some(reference), body);
        Outgoing { envelope, message_id: header.message_id }
    }

    fn header(&mut self, action: &str, resource_uri: ResourceUri) -> RequestHeader {
        let message_id = (self.new_message_id)();
        RequestHeader {
            max_envelope_size: Some(MaxEnvelopeSize(153_600)),
            operation_timeout: Some(OperationTimeout(self.operation_timeout)),
            ..RequestHeader::new(action, &self.to, message_id, resource_uri)
        }
    }
}

fn write(header: &RequestHeader, reference: Option<&EndpointReference>, body: Option<&impl ToXml>) -> String {
    let headers = |w: &mut Writer| {
        w.write(header);
        let parts =
            reference.into_iter().flat_map(|r| r.reference_properties.iter().chain(&r.reference_parameters));
        for block in parts.flat_map(|part| part.element().children()) {
            w.copy(block);
        }
    };
    Envelope::write(None, &RESPONSE_NAMESPACES, headers, |w| {
        if let Some(body) = body {
            w.write(body);
        }
    })
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
