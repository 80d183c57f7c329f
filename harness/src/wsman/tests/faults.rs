use insta::assert_snapshot;
use proptest::prelude::*;

use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::MessageId;
use crate::limits::WSMAN_FAULT_DEPTH_MAX;
use crate::soap::Envelope;
use crate::soap::FaultCode;
use crate::soap::SoapError;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::wsman::FaultContext;
use crate::wsman::FaultDetail;
use crate::wsman::FaultReason;
use crate::wsman::InvalidSelectors;
use crate::wsman::NAMESPACE;
use crate::wsman::ProviderFault;
use crate::wsman::ResponseHeader;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanError;
use crate::wsman::WsmanErrorCode;
use crate::wsman::WsmanFault;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::CimValue;
use crate::xml::Document;
use crate::xml::OwnedName;
use crate::xml::QName;

fn context() -> FaultContext {
    FaultContext {
        message_id: MessageId::new("uuid:9"),
        request_id: Some(MessageId::new("uuid:1")),
        operation_id: None,
        sequence_id: None,
        machine: "host".to_owned(),
        message: None,
        provider_fault: None,
        fault_to: None,
        activity_id: None,
    }
}

fn wsman_fault() -> impl Strategy<Value = WsmanFault> {
    let text = || proptest::option::of(trimmed());
    let leaf = (any::<u32>(), text(), text()).prop_map(|(code, machine, message)| WsmanFault {
        code: WsmanErrorCode(code),
        machine,
        message: message.unwrap_or_default(),
        provider_fault: None,
    });
    leaf.prop_recursive(3, 4, 1, move |inner| {
        (inner.clone(), proptest::option::of(inner), text(), text(), text()).prop_map(
            |(outer, fault, provider, path, message)| WsmanFault {
                provider_fault: Some(Box::new(ProviderFault {
                    provider,
                    path,
                    message: message.unwrap_or_default(),
                    fault,
                    ..ProviderFault::default()
                })),
                ..outer
            },
        )
    })
}

proptest! {
    #[test]
    fn a_wsman_fault_is_read_as_it_was_written(fault in wsman_fault()) {
        prop_assert_eq!(round_trip(&fault), fault);
    }
}

#[test]
fn a_fault_is_written_as_windows_does() {
    let reason = FaultReason::InvalidSelectors(InvalidSelectors::Unexpected);
    assert_snapshot!(reason.to_envelope(&context()).replace("><", ">\n<"), @r#"
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xml:lang="en-US" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd">
<s:Header>
<a:Action>http://schemas.dmtf.org/wbem/wsman/1/wsman/fault</a:Action>
<a:MessageID>uuid:9</a:MessageID>
<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>
<a:RelatesTo>uuid:1</a:RelatesTo>
</s:Header>
<s:Body>
<s:Fault>
<s:Code>
<s:Value>s:Sender</s:Value>
<s:Subcode>
<s:Value>w:InvalidSelectors</s:Value>
</s:Subcode>
</s:Code>
<s:Reason>
<s:Text xml:lang="en-US">the selectors name no instance</s:Text>
</s:Reason>
<s:Detail>
<w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors</w:FaultDetail>
<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858843" Machine="host">
<f:Message>the selectors name no instance</f:Message>
</f:WSManFault>
</s:Detail>
</s:Fault>
</s:Body>
</s:Envelope>
"#);
}

#[test]
fn a_provider_fault_takes_the_place_of_the_text() {
    let provider_fault = ProviderFault {
        provider: Some("Shell cmd plugin".to_owned()),
        provider_id: Some("D9A2A039-A4B3-4A70-8CB9-8D7714EAD776".to_owned()),
        message: "no such file".to_owned(),
        extended_error: OwnedName::new("urn:c", "Status").map(|n| CimElement::new(n, CimValue::of("a < b"))),
        ..ProviderFault::default()
    };
    let context = FaultContext {
        message: Some("no such file".to_owned()),
        provider_fault: Some(provider_fault.clone()),
        ..context()
    };
    let text = FaultReason::InternalError(WsmanErrorCode::E_FILE_NOT_FOUND).to_envelope(&context);
    let fault = Envelope::decode(text.as_bytes(), None).unwrap().fault().unwrap().unwrap();
    assert_eq!(fault.reason, "no such file");
    let wsman = WsmanFault::in_fault(&fault).unwrap().unwrap();
    assert_eq!((wsman.code.0, wsman.message.as_str()), (2_147_942_402, ""));
    assert_eq!(*wsman.provider_fault.unwrap(), provider_fault);
}

#[test]
fn every_fault_is_read_as_it_was_written() {
    use crate::wsman::EncodingLimit;
    use crate::wsman::InvalidOptions;
    use crate::wsman::InvalidParameter;
    let code = WsmanErrorCode::QUOTA_MAX_SHELLS;
    let reasons = [
        (FaultReason::AccessDenied, "AccessDenied", "", 5),
        (FaultReason::action_not_supported(&Action::new("urn:x")), "ActionNotSupported", "", 2_150_858_771),
        (FaultReason::InvalidResourceUri, "DestinationUnreachable", "InvalidResourceURI", 2_150_858_811),
        (
            FaultReason::EncodingLimit(EncodingLimit::MinimumEnvelope),
            "EncodingLimit",
            "MinimumEnvelopeLimit",
            2_150_858_878,
        ),
        (
            FaultReason::InvalidSelectors(InvalidSelectors::Unexpected),
            "InvalidSelectors",
            "UnexpectedSelectors",
            2_150_858_843,
        ),
        (FaultReason::InvalidMessageInformationHeader, "InvalidMessageInformationHeader", "", 2_150_858_767),
        (
            FaultReason::MessageInformationHeaderRequired(String::new()),
            "MessageInformationHeaderRequired",
            "",
            2_150_858_769,
        ),
        (FaultReason::SchemaValidationError, "SchemaValidationError", "", 2_150_858_817),
        (
            FaultReason::InvalidParameter(InvalidParameter::InvalidValue),
            "InvalidParameter",
            "InvalidValue",
            87,
        ),
        (
            FaultReason::InvalidOptions(InvalidOptions::InvalidName),
            "InvalidOptions",
            "InvalidName",
            2_150_858_834,
        ),
        (
            FaultReason::UnsupportedFeature(UnsupportedFeature::AddressingMode),
            "UnsupportedFeature",
            "AddressingMode",
            2_150_858_870,
        ),
        (FaultReason::TimedOut, "TimedOut", "", 2_150_858_793),
        (FaultReason::QuotaLimit(code), "QuotaLimit", "", 2_150_859_173),
        (FaultReason::CannotProcessFilter, "CannotProcessFilter", "", 2_150_858_778),
        (FaultReason::InvalidEnumerationContext, "InvalidEnumerationContext", "", 2_150_858_779),
    ];
    for (reason, subcode, detail, code) in reasons {
        let envelope = Envelope::decode(reason.to_envelope(&context()).as_bytes(), None).unwrap();
        let fault = envelope.fault().unwrap().unwrap();
        assert_eq!(fault.subcode.as_ref().unwrap().local, subcode);
        assert_eq!(FaultDetail::in_fault(&fault).map_or(String::new(), |d| d.name().to_owned()), detail);
        assert_eq!(WsmanFault::in_fault(&fault).unwrap().unwrap().code, WsmanErrorCode(code), "{subcode}");
        let header = ResponseHeader::read(&envelope).unwrap();
        assert_eq!(header.action, reason.describe().action);
        assert_eq!(header.relates_to.unwrap(), "uuid:1");
        assert_eq!(reason.describe().http_status, 500);
    }
}

#[test]
fn the_faults_of_soap_itself_have_no_subcode_and_say_more_in_the_header() {
    let name = crate::soap::NotUnderstood(QName::new(NAMESPACE, "Odd").into());
    let text = FaultReason::MustUnderstand(vec![name.clone()])
        .to_envelope(&FaultContext { request_id: None, ..context() });
    let envelope = Envelope::decode(text.as_bytes(), None).unwrap();
    assert_eq!(envelope.not_understood().unwrap(), [name]);
    assert_eq!(ResponseHeader::read(&envelope).unwrap().relates_to, None);
    let fault = envelope.fault().unwrap().unwrap();
    assert_eq!((fault.code, fault.subcode), (FaultCode::MustUnderstand, None));
    let text = FaultReason::VersionMismatch.to_envelope(&context());
    let envelope = Envelope::decode(text.as_bytes(), None).unwrap();
    assert!(envelope.upgrade().unwrap().is_some());
    assert_eq!(envelope.fault().unwrap().unwrap().code, FaultCode::VersionMismatch);
}

#[test]
fn each_error_of_a_request_has_its_fault() {
    let of = |error: WsmanError| FaultReason::of(&error);
    let name = MessageId::NAME.to_string();
    let missing = |name: &str| AddressingError::MissingHeader { name: name.to_owned() }.into();
    assert_eq!(of(missing(&name)), FaultReason::InvalidMessageInformationHeader);
    assert_eq!(of(missing("ReplyTo")), FaultReason::MessageInformationHeaderRequired("ReplyTo".to_owned()));
    let timeout = WsmanError::InvalidTimeout { found: "P".to_owned() };
    assert_eq!(of(timeout), FaultReason::InvalidMessageInformationHeader);
    assert_eq!(of(SoapError::VersionMismatch { found: String::new() }.into()), FaultReason::VersionMismatch);
    assert_eq!(of(SoapError::MissingBody.into()), FaultReason::SchemaValidationError);
    let locale = FaultReason::UnsupportedFeature(UnsupportedFeature::Locale);
    assert_eq!(of(WsmanError::MandatoryLocale), locale);
    let duplicate = WsmanError::DuplicateSelector { name: String::new() };
    assert_eq!(of(duplicate), FaultReason::InvalidSelectors(InvalidSelectors::Duplicate));
}

#[test]
fn recorded_shapes_of_a_wsman_fault_are_read() {
    let read = |text: &str| {
        let text = text.replace(
            "<f:WSManFault",
            r#"<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault""#,
        );
        Document::parse(text.as_bytes()).unwrap().root().read::<WsmanFault>()
    };
    let fault = read(r#"<f:WSManFault Machine="" Code="4294967295" xml:lang="en"/>"#).unwrap();
    assert_eq!((fault.code.0, fault.machine.as_deref()), (u32::MAX, Some("")));
    let fault = read(r#"<f:WSManFault Code="5"><f:Message> x <f:ProviderFault>y<z/></f:ProviderFault></f:Message></f:WSManFault>"#).unwrap();
    assert_eq!((fault.machine, fault.message.as_str()), (None, "x"));
    assert_eq!(fault.provider_fault.unwrap().message, "y");
    for wrong in ["-1", "4294967296", "", "0x5"] {
        assert!(read(&format!(r#"<f:WSManFault Code="{wrong}"/>"#)).is_err(), "{wrong}");
    }
    assert!(read("<f:WSManFault/>").is_err());
}

#[test]
fn the_bound_on_nested_faults_is_stood_on() {
    let nested = |depth: usize| {
        let open = r#"<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="1"><f:Message><f:ProviderFault>"#;
        let close = "</f:ProviderFault></f:Message></f:WSManFault>";
        let text = open.repeat(depth) + &close.repeat(depth);
        Document::parse(text.as_bytes()).unwrap().root().read::<WsmanFault>()
    };
    assert!(nested(WSMAN_FAULT_DEPTH_MAX).is_ok());
    assert!(nested(WSMAN_FAULT_DEPTH_MAX + 1).is_err());
}

#[test]
fn a_code_has_a_name_and_an_unknown_one_is_a_value() {
    assert_eq!(WsmanErrorCode::OPERATION_TIMEDOUT.0, 2_150_858_793);
    assert_eq!(WsmanErrorCode::OPERATION_TIMEDOUT.name(), Some("ERROR_WSMAN_OPERATION_TIMEDOUT"));
    assert_eq!(WsmanErrorCode::UNEXPECTED_SELECTORS.0, 2_150_858_843);
    assert_eq!(format!("{:?}", WsmanErrorCode(1)), "0x00000001 unknown");
}
