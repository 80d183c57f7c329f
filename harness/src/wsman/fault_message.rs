use crate::addressing::Action;
use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::soap::Envelope;
use crate::soap::ExpandedName;
use crate::soap::Fault;
use crate::soap::Opaque;
use crate::soap::Upgrade;
use crate::wsman::ActivityId;
use crate::wsman::FaultDescription;
use crate::wsman::FaultDetail;
use crate::wsman::FaultReason;
use crate::wsman::OperationId;
use crate::wsman::ProviderFault;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::ResponseHeader;
use crate::wsman::SequenceId;
use crate::wsman::WsmanFault;
use crate::wsman::enumeration;
use crate::wsman::eventing;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;

const SUPPORTED_DELIVERY_MODE: QName = QName::new(eventing::NAMESPACE, "SupportedDeliveryMode");
const EVENTING_DIALECT: QName = QName::new(eventing::NAMESPACE, "SupportedDialect");
const ENUMERATION_DIALECT: QName = QName::new(enumeration::NAMESPACE, "SupportedDialect");

/// What a fault message needs besides its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultContext {
    /// The identity of the fault message.
    pub message_id: MessageId,
    /// The request's, when it could be read.
    pub request_id: Option<MessageId>,
    /// The operation that the request is part of.
    pub operation_id: Option<OperationId>,
    /// The number of the fault in it.
    pub sequence_id: Option<SequenceId>,
    /// The name under which the client knows this machine.
    pub machine: String,
    /// What to tell people instead of the usual sentence.
    pub message: Option<String>,
    /// What the plug-in said.
    pub provider_fault: Option<ProviderFault>,
    /// Where the fault goes, whose reference parameters it carries.
    pub fault_to: Option<EndpointReference>,
    /// The request's, for tracing.
    pub activity_id: Option<ActivityId>,
}

impl FaultReason {
    /// The whole message as Windows writes it: no RelatesTo when the request's id could not be read.
    #[must_use]
    pub fn to_envelope(&self, context: &FaultContext) -> String {
        let description = self.describe();
        let header = ResponseHeader {
            relates_to: context.request_id.as_ref().map(Into::into),
            activity_id: context.activity_id.clone(),
            operation_id: context.operation_id.clone(),
            sequence_id: context.sequence_id,
            ..ResponseHeader::unrelated(description.action, context.message_id.clone())
        };
        let [addressing, transfer, wsman, microsoft] = RESPONSE_NAMESPACES;
        let declared = [addressing, transfer, enumeration::NAMESPACE, wsman, microsoft];
        let headers = |w: &mut Writer| {
            w.write(&header);
            self.write_headers(w);
            if let Some(fault_to) = &context.fault_to {
                fault_to.write_header_blocks(w);
            }
        };
        Envelope::write(Some("en-US"), &declared, headers, |body| {
            body.write(&self.to_fault(&description, context));
        })
    }

    fn write_headers(&self, writer: &mut Writer) {
        match self {
            Self::MustUnderstand(blocks) => blocks.iter().for_each(|block| writer.write(block)),
            Self::VersionMismatch => writer.write(&Upgrade::to_soap12()),
            _ => {}
        }
    }

    fn to_fault(&self, description: &FaultDescription, context: &FaultContext) -> Fault {
        let message = context.message.clone().unwrap_or_else(|| description.sentence.to_owned());
        let detail = WsmanFault {
            code: description.wsman_code,
            machine: Some(context.machine.clone()),
            // Windows leaves the text to the plug-in when there is one.
            message: if context.provider_fault.is_some() { String::new() } else { message.clone() },
            provider_fault: context.provider_fault.clone().map(Box::new),
        };
        Fault {
            code: description.code.clone(),
            subcode: description.subcode.map(ExpandedName::from),
            reason: message,
            lang: "en-US".to_owned(),
            detail: Opaque::build(Fault::DETAIL, |w| self.write_detail(description, &detail, w)).ok(),
        }
    }

    fn write_detail(&self, description: &FaultDescription, fault: &WsmanFault, writer: &mut Writer) {
        self.write_own_detail(writer);
        if let Some(name) = description.detail {
            writer.text_element(FaultDetail::NAME, FaultDetail::of(name).as_str());
        }
        fault.to_xml(writer);
    }

    /// What a subcode has in its detail besides a `FaultDetail`.
    fn write_own_detail(&self, writer: &mut Writer) {
        let mut list = |name, values: &[String]| values.iter().for_each(|v| writer.text_element(name, v));
        match self {
            Self::ActionNotSupported { action, .. } => writer.text_element(Action::NAME, action.as_str()),
            Self::DeliveryModeRequestedUnavailable(modes) => list(SUPPORTED_DELIVERY_MODE, modes),
            Self::FilterDialectRequestedUnavailable(dialects) => list(ENUMERATION_DIALECT, dialects),
            Self::FilteringRequestedUnavailable(dialects) => list(EVENTING_DIALECT, dialects),
            Self::MessageInformationHeaderRequired(name) => write_missing(name, writer),
            _ => {}
        }
    }
}

/// The QName of a header block that is missing, `name` being `{uri}local`.
fn write_missing(name: &str, writer: &mut Writer) {
    let (namespace, local) = name.trim_start_matches('{').split_once('}').unwrap_or(("", name));
    let name = ExpandedName { namespace: namespace.to_owned(), local: local.to_owned() };
    writer.element(FaultDetail::NAME, |w| {
        let name = name.spell(w);
        w.text(&name);
    });
}
