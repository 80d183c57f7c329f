use insta::assert_snapshot;
use proptest::prelude::*;

use crate::addressing;
use crate::addressing::AddressingError;
use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::addressing::ReplyTo;
use crate::limits::WSMAN_ACTIVITY_ID_CHARS_MAX;
use crate::limits::WSMAN_OPTIONS_MAX;
use crate::limits::WSMAN_SELECTORS_MAX;
use crate::limits::WSMAN_URI_BYTES_MAX;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::wsman::ActivityId;
use crate::wsman::DataLocale;
use crate::wsman::Duration;
use crate::wsman::Locale;
use crate::wsman::MICROSOFT;
use crate::wsman::MaxEnvelopeSize;
use crate::wsman::NAMESPACE;
use crate::wsman::OperationId;
use crate::wsman::OperationTimeout;
use crate::wsman::OptionEntry;
use crate::wsman::OptionSet;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::ResponseHeader;
use crate::wsman::Selector;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::wsman::SequenceId;
use crate::wsman::SessionId;
use crate::wsman::WsmanError;
use crate::wsman::transfer;
use crate::xml::QName;
use crate::xml::ToXml;

fn minimal() -> RequestHeader {
    let uri = ResourceUri::new(ResourceUri::CMD);
    RequestHeader::new(transfer::CREATE, "http://h:5985/wsman", MessageId::new("uuid:1"), uri)
}

/// An anonymous reference with one reference parameter.
fn reference(text: &str) -> EndpointReference {
    let name = QName::new(MICROSOFT, "Known");
    let parameters =
        Opaque::build(EndpointReference::REFERENCE_PARAMETERS, |w| w.text_element(name, text)).unwrap();
    EndpointReference { reference_parameters: Some(parameters), ..EndpointReference::anonymous() }
}

fn full() -> RequestHeader {
    RequestHeader {
        selector_set: SelectorSet::of("ShellId", "S1"),
        option_set: OptionSet(vec![OptionEntry::new("WINRS_NOPROFILE", "FALSE")]),
        max_envelope_size: Some(MaxEnvelopeSize(153_600)),
        operation_timeout: Some(OperationTimeout(Duration::from_millis(60_000))),
        locale: Some(Locale::new("en-US")),
        data_locale: Some(DataLocale::new("de-DE")),
        session_id: Some(SessionId::new("uuid:2")),
        operation_id: Some(OperationId::new("uuid:3")),
        sequence_id: Some(SequenceId::FIRST),
        activity_id: Some(ActivityId::new("uuid:4")),
        ..minimal()
    }
}

fn write(header: &impl ToXml) -> String {
    Envelope::write(None, &RESPONSE_NAMESPACES, |w| w.write(header), |_| {})
}

fn read(text: &str) -> Result<RequestHeader, WsmanError> {
    RequestHeader::read(&Envelope::decode(text.as_bytes(), None).unwrap())
}

/// A minimal request with `blocks` more.
fn with(blocks: &str) -> Result<RequestHeader, WsmanError> {
    read(&write(&minimal()).replace("</s:Header>", &format!("{blocks}</s:Header>")))
}

/// A minimal request in which `from` is `to`.
fn changed(from: &str, to: &str) -> WsmanError {
    let text = write(&minimal());
    assert!(text.contains(from), "{text}");
    read(&text.replace(from, to)).unwrap_err()
}

#[test]
fn a_request_is_written_as_windows_clients_do() {
    assert_snapshot!(write(&full()).replace("><", ">\n<"), @r#"
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd">
<s:Header>
<a:To>http://h:5985/wsman</a:To>
<w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
<a:ReplyTo>
<a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
</a:ReplyTo>
<a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Create</a:Action>
<w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize>
<a:MessageID>uuid:1</a:MessageID>
<w:Locale xml:lang="en-US" s:mustUnderstand="false"/>
<p:DataLocale xml:lang="de-DE" s:mustUnderstand="false"/>
<p:SessionId s:mustUnderstand="false">uuid:2</p:SessionId>
<p:OperationID s:mustUnderstand="false">uuid:3</p:OperationID>
<p:SequenceId s:mustUnderstand="false">1</p:SequenceId>
<p:ActivityId>uuid:4</p:ActivityId>
<w:OptionSet s:mustUnderstand="true">
<w:Option Name="WINRS_NOPROFILE">FALSE</w:Option>
</w:OptionSet>
<w:SelectorSet>
<w:Selector Name="ShellId">S1</w:Selector>
</w:SelectorSet>
<w:OperationTimeout>PT60.000S</w:OperationTimeout>
</s:Header>
<s:Body/>
</s:Envelope>
"#);
    assert_eq!(read(&write(&full())), Ok(full()));
}

#[test]
fn a_response_is_written_as_windows_does() {
    let header = ResponseHeader::to_request(&full(), transfer::CREATE_RESPONSE, MessageId::new("uuid:9"));
    let text = write(&header);
    assert_snapshot!(text.replace("><", ">\n<"), @r#"
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd">
<s:Header>
<a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/CreateResponse</a:Action>
<a:MessageID>uuid:9</a:MessageID>
<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>
<a:RelatesTo>uuid:1</a:RelatesTo>
</s:Header>
<s:Body/>
</s:Envelope>
"#);
    let envelope = Envelope::decode(text.as_bytes(), None).unwrap();
    assert_eq!(ResponseHeader::read(&envelope), Ok(header));
}

fn selector() -> impl Strategy<Value = Selector> {
    let value = prop_oneof![
        trimmed().prop_map(SelectorValue::Text),
        trimmed().prop_map(|a| SelectorValue::Reference(Box::new(EndpointReference::to_address(&a)))),
    ];
    ("[a-zA-Z _<&\"]{1,10}", value).prop_map(|(name, value)| Selector { name, value })
}

fn option() -> impl Strategy<Value = OptionEntry> {
    let text = proptest::option::of(trimmed());
    (trimmed(), text.clone(), any::<Option<bool>>(), text).prop_map(
        |(name, value, must_comply, value_type)| OptionEntry {
            name,
            value: value.unwrap_or_default(),
            must_comply,
            value_type,
        },
    )
}

proptest! {
    #[test]
    fn selectors_and_options_are_read_as_they_were_written(
        selectors in proptest::collection::vec(selector(), 0..5),
        options in proptest::collection::vec(option(), 0..5),
    ) {
        let (selectors, options) = (SelectorSet(selectors), OptionSet(options));
        prop_assert_eq!(round_trip(&selectors), selectors);
        prop_assert_eq!(round_trip(&options), options);
    }

    #[test]
    fn a_request_header_is_read_as_it_was_written(
        texts in proptest::collection::vec(trimmed(), 8),
        size in 8192_u64..,
        millis: u64,
        sequence in 1_u64..,
        is_retransmission: bool,
        option in option(),
    ) {
        let header = RequestHeader {
            selector_set: SelectorSet::of(&texts[0], &texts[1]),
            option_set: OptionSet(vec![option]),
            max_envelope_size: Some(MaxEnvelopeSize(size)),
            operation_timeout: Some(OperationTimeout(Duration::from_millis(millis))),
            locale: Some(Locale::new(&texts[2])),
            session_id: Some(SessionId::new(&texts[3])),
            operation_id: Some(OperationId::new(&texts[4])),
            is_retransmission,
            sequence_id: Some(SequenceId(sequence)),
            ..RequestHeader::new(&texts[5], &texts[6], MessageId::new(&texts[7]), ResourceUri::new(&texts[0]))
        };
        prop_assert_eq!(read(&write(&header)), Ok(header));
    }
}

#[test]
fn a_header_that_must_be_there_is_missed_by_name() {
    for (name, block) in
        [("Action", "a:Action"), ("To", "a:To"), ("MessageID", "a:MessageID"), ("ReplyTo", "a:ReplyTo")]
    {
        let text = write(&minimal()).replace(block, "a:Other");
        let error = read(&text).unwrap_err();
        let name = format!("{{{}}}{name}", addressing::NAMESPACE.uri);
        assert_eq!(error, AddressingError::MissingHeader { name }.into());
    }
}

#[test]
fn a_reply_to_somewhere_else_is_refused() {
    let error = changed(addressing::ANONYMOUS, "http://evil/");
    assert_eq!(error, WsmanError::AddressingMode { address: "http://evil/".to_owned() });
    let fault_to = "<a:FaultTo><a:Address>http://evil/</a:Address></a:FaultTo>";
    assert_eq!(
        with(fault_to).unwrap_err(),
        WsmanError::AddressingMode { address: "http://evil/".to_owned() }
    );
    assert_eq!(ReplyTo::NAME.local, "ReplyTo");
}

#[test]
fn wrong_values_are_told_apart() {
    let timeout = |text: &str| with(&format!("<w:OperationTimeout>{text}</w:OperationTimeout>"));
    assert_eq!(timeout("PT-1S"), Err(WsmanError::InvalidTimeout { found: "PT-1S".to_owned() }));
    assert!(timeout("\n PT20S ").is_ok());
    let size = |text: &str| with(&format!("<w:MaxEnvelopeSize>{text}</w:MaxEnvelopeSize>"));
    assert_eq!(size("8191"), Err(WsmanError::EnvelopeSizeTooSmall { found: 8191 }));
    assert!(size("8192").is_ok());
    let invalid = |result: Result<_, WsmanError>| {
        matches!(result, Err(WsmanError::Addressing(AddressingError::InvalidHeader(_))))
    };
    assert!(invalid(size("-1")));
    assert!(invalid(with("<p:SequenceId>0</p:SequenceId>")));
    assert!(invalid(with("<w:SelectorSet><w:Selector>x</w:Selector></w:SelectorSet>")));
    let locale = |must| with(&format!(r#"<w:Locale xml:lang="en" s:mustUnderstand="{must}"/>"#));
    assert_eq!(locale("true"), Err(WsmanError::MandatoryLocale));
    assert_eq!(locale("false").unwrap().locale, Some(Locale::new("en")));
    let data = r#"<p:DataLocale xml:lang="en" s:mustUnderstand="1"/>"#;
    assert_eq!(with(data), Err(WsmanError::MandatoryDataLocale));
    let twice = "<p:SessionId>1</p:SessionId><p:SessionId>1</p:SessionId>";
    let name = SessionId::NAME.to_string();
    assert_eq!(with(twice), Err(AddressingError::RepeatedHeader { name }.into()));
}

#[test]
fn each_bound_on_a_header_is_stood_on() {
    let uri = |count: usize| {
        read(&write(&RequestHeader { resource_uri: Some(ResourceUri::new(&"x".repeat(count))), ..minimal() }))
    };
    assert!(uri(WSMAN_URI_BYTES_MAX).is_ok());
    let bytes_max = WSMAN_URI_BYTES_MAX;
    assert_eq!(uri(WSMAN_URI_BYTES_MAX + 1), Err(WsmanError::UriTooLong { bytes_max }));
    let selectors = |count: usize| {
        let selectors = (0..count).map(|i| format!(r#"<w:Selector Name="n{i}">x</w:Selector>"#));
        with(&format!("<w:SelectorSet>{}</w:SelectorSet>", selectors.collect::<String>()))
    };
    assert!(selectors(WSMAN_SELECTORS_MAX).is_ok());
    let max = WSMAN_SELECTORS_MAX;
    assert_eq!(selectors(WSMAN_SELECTORS_MAX + 1), Err(WsmanError::TooManySelectors { max }));
    let options = |count: usize| {
        with(&format!("<w:OptionSet>{}</w:OptionSet>", r#"<w:Option Name="n"/>"#.repeat(count)))
    };
    assert!(options(WSMAN_OPTIONS_MAX).is_ok());
    let max = WSMAN_OPTIONS_MAX;
    assert_eq!(options(WSMAN_OPTIONS_MAX + 1), Err(WsmanError::TooManyOptions { max }));
    let activity = |count| with(&format!("<p:ActivityId>{}</p:ActivityId>", "é".repeat(count)));
    assert!(activity(WSMAN_ACTIVITY_ID_CHARS_MAX).is_ok());
    assert!(activity(WSMAN_ACTIVITY_ID_CHARS_MAX + 1).is_err());
}

#[test]
fn selectors_are_found_whatever_their_case_and_come_once() {
    let set = SelectorSet::of("ShellId", "S1");
    assert_eq!(set.text("SHELLID"), Some("S1"));
    let twice = r#"<w:SelectorSet><w:Selector Name="a">1</w:Selector><w:Selector Name="A">2</w:Selector></w:SelectorSet>"#;
    assert_eq!(with(twice), Err(WsmanError::DuplicateSelector { name: "A".to_owned() }));
}

#[test]
fn a_mandatory_block_that_nobody_knows_is_reported() {
    let block = r#"<q:Odd xmlns:q="urn:q" s:mustUnderstand="true"/>"#;
    let header = with(block).unwrap();
    let names: Vec<_> = header.not_understood(&[]).into_iter().map(|n| n.0.to_string()).collect();
    assert_eq!(names, ["{urn:q}Odd"]);
    let known = QName::new(crate::xml::Namespace::new("urn:q", "q"), "Odd");
    assert_eq!(header.not_understood(&[known]), []);
    for harmless in [r#"<q:Odd xmlns:q="urn:q" mustUnderstand="true"/>"#, r#"<a:To2 s:mustUnderstand="0"/>"#]
    {
        assert_eq!(with(harmless).unwrap().not_understood(&[]), []);
    }
    assert_eq!((NAMESPACE.prefix, MICROSOFT.prefix), ("w", "p"));
}

#[test]
fn mandatory_comply_is_read_in_any_case_and_options_by_any_case() {
    let header =
        with(r#"<w:OptionSet><w:Option Name="a" MustComply="True">TRUE</w:Option></w:OptionSet>"#).unwrap();
    assert_eq!(header.option_set.0[0].must_comply, Some(true));
    assert!(header.option_set.is_true("A"));
    assert!(!header.option_set.is_true("b"));
}

#[test]
fn references_to_reply_to_are_read_as_they_were_written() {
    let header = RequestHeader {
        reply_to: reference("R&1 <\"'>"),
        fault_to: Some(reference("F\u{e9}]]>")),
        ..minimal()
    };
    assert_eq!(read(&write(&header)), Ok(header));
}
