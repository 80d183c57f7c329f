use crate::addressing;
use crate::soap::FaultCode;
use crate::wsman;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration;
use crate::wsman::eventing;
use crate::wsman::transfer;
use crate::xml::Namespace;
use crate::xml::QName;

/// What a [`crate::wsman::FaultReason`] means on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultDescription {
    /// Who is at fault.
    pub code: FaultCode,
    /// The subcode; none for the faults that SOAP itself defines.
    pub subcode: Option<QName>,
    /// The last segment of the `FaultDetail`.
    pub detail: Option<&'static str>,
    /// The action of the fault message.
    pub action: &'static str,
    /// The code in `WSManFault`.
    pub wsman_code: WsmanErrorCode,
    /// The status of the HTTP response: Windows sends 500 whoever is at fault.
    pub http_status: u16,
    /// What to tell people when the caller has nothing better.
    pub sentence: &'static str,
}

fn sender(
    namespace: Namespace,
    local: &'static str,
    action: &'static str,
    wsman_code: WsmanErrorCode,
    sentence: &'static str,
) -> FaultDescription {
    FaultDescription {
        code: FaultCode::Sender,
        subcode: Some(QName::new(namespace, local)),
        detail: None,
        action,
        wsman_code,
        http_status: 500,
        sentence,
    }
}

pub(super) fn wsman(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(wsman::NAMESPACE, local, wsman::FAULT, code, sentence)
}

pub(super) fn wsa(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(addressing::NAMESPACE, local, addressing::FAULT, code, sentence)
}

pub(super) fn wsen(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(enumeration::NAMESPACE, local, enumeration::FAULT, code, sentence)
}

pub(super) fn wse(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(eventing::NAMESPACE, local, eventing::FAULT, code, sentence)
}

pub(super) fn wxf(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(transfer::NAMESPACE, local, transfer::FAULT, code, sentence)
}

pub(super) fn receiver(description: &FaultDescription) -> FaultDescription {
    FaultDescription { code: FaultCode::Receiver, ..description.clone() }
}
