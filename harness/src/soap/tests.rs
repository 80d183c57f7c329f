use insta::assert_snapshot;
use proptest::prelude::*;

use crate::limits::SOAP_HEADERS_MAX;
use crate::soap::Envelope;
use crate::soap::ExpandedName;
use crate::soap::Fault;
use crate::soap::FaultCode;
use crate::soap::MustUnderstand;
use crate::soap::NotUnderstood;
use crate::soap::Opaque;
use crate::soap::SoapError;
use crate::soap::Upgrade;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::Rule;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const TEST: Namespace = Namespace::new("urn:test", "t");

fn envelope(inside: &str) -> Result<Envelope, SoapError> {
    let text =
        format!(r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{inside}</s:Envelope>"#);
    Envelope::decode(text.as_bytes(), None)
}

/// Writes a value and reads it again.
pub(crate) fn round_trip<T: ToXml + FromXml>(value: &T) -> T {
    let mut writer = Writer::new();
    writer.write(value);
    let text = writer.finish();
    let document = Document::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text}"));
    document.root().read().unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Text without white space around it: what a trimmed value can be.
pub(crate) fn trimmed() -> impl Strategy<Value = String> + Clone {
    "[a-zA-Z0-9<>&\"'é日{}:/._-]([ -~é日\n]{0,20}[a-zA-Z0-9<>&\"'é日])?"
}

fn expanded_name() -> impl Strategy<Value = ExpandedName> {
    ("(|urn:[a-z<&\"]{1,8}|http://www[.]w3[.]org/2003/05/soap-envelope)", "[A-Za-z_][A-Za-z0-9._-]{0,8}")
        .prop_map(|(namespace, local)| ExpandedName { namespace, local })
}

fn fault_code() -> impl Strategy<Value = FaultCode> {
    prop_oneof![
        Just(FaultCode::Sender),
        Just(FaultCode::Receiver),
        Just(FaultCode::MustUnderstand),
        Just(FaultCode::VersionMismatch),
        Just(FaultCode::DataEncodingUnknown),
        "[a-z]{1,8}".prop_map(|local| {
            FaultCode::Other(ExpandedName { namespace: "urn:other".to_owned(), local })
        }),
    ]
}

proptest! {
    #[test]
    fn a_fault_is_read_as_it_was_written(
        code in fault_code(),
        subcode in proptest::option::of(expanded_name()),
        reason in "[ -~é\n\t]{0,40}",
        lang in "(|en|en-US)",
        detail in proptest::option::of("[ -~]{0,20}"),
    ) {
        let detail = detail.map(|text| Opaque::build(Fault::DETAIL, |w| w.text(&text)).unwrap());
        let fault = Fault { code, subcode, reason, lang, detail };
        prop_assert_eq!(round_trip(&fault), fault);
    }

    #[test]
    fn names_in_header_blocks_are_read_as_they_were_written(name in expanded_name(), other in expanded_name()) {
        let not_understood = NotUnderstood(name.clone());
        prop_assert_eq!(round_trip(&not_understood), not_understood);
        let upgrade = Upgrade(vec![name, other]);
        prop_assert_eq!(round_trip(&upgrade), upgrade);
    }

    #[test]
    fn decode_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Envelope::decode(&bytes, None);
    }
}

#[test]
fn an_envelope_has_at_most_one_header_then_one_body_and_nothing_more() {
    assert!(envelope("<s:Body/>").is_ok());
    assert!(envelope("<s:Header/>\n<s:Body/> ").is_ok());
    assert_eq!(envelope("").unwrap_err(), SoapError::MissingBody);
    assert_eq!(envelope("<s:Header/>").unwrap_err(), SoapError::MissingBody);
    for wrong in [
        "<s:Body/><s:Body/>",
        "<s:Body/><s:Header/>",
        "<s:Header/><s:Header/><s:Body/>",
        "<s:Header/><s:Body/><x/>",
        "<x/><s:Body/>",
        "<Body/>",
    ] {
        let error = envelope(wrong).unwrap_err();
        assert!(matches!(error, SoapError::UnexpectedChild { .. }), "{wrong}: {error}");
    }
}

#[test]
fn another_version_of_soap_is_told_from_another_document() {
    let decode = |text: &str| Envelope::decode(text.as_bytes(), None).unwrap_err();
    let soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    let error = decode(&format!(r#"<e:Envelope xmlns:e="{soap11}"><e:Body/></e:Envelope>"#));
    assert_eq!(error, SoapError::VersionMismatch { found: soap11.to_owned() });
    assert_eq!(decode("<html/>"), SoapError::NotAnEnvelope { found: "html".to_owned() });
    assert_eq!(
        decode("<!DOCTYPE x><x/>"),
        SoapError::Xml(XmlError::NotWellFormed { rule: Rule::NoDtd, offset: 12 })
    );
}

#[test]
fn only_the_soap_attribute_makes_a_header_block_mandatory() {
    let said = |attributes: &str| {
        let text = format!("<s:Header><x {attributes}/></s:Header><s:Body/>");
        let envelope = envelope(&text).unwrap();
        envelope.header_blocks().next().unwrap().must_understand
    };
    assert_eq!(said(r#"s:mustUnderstand="true""#), MustUnderstand::Said(true));
    assert_eq!(said(r#"s:mustUnderstand=" 1 ""#), MustUnderstand::Said(true));
    assert_eq!(said(r#"s:mustUnderstand="0""#), MustUnderstand::Said(false));
    assert_eq!(said(r#"s:mustUnderstand="yes""#), MustUnderstand::Misspelt);
    assert_eq!(said(r#"mustUnderstand="true""#), MustUnderstand::Misspelt);
    assert_eq!(said(r#"xmlns:a="urn:a" a:mustUnderstand="true""#), MustUnderstand::Misspelt);
    assert_eq!(said(""), MustUnderstand::Absent);
}

#[test]
fn the_bound_on_header_blocks_is_stood_on() {
    let with = |count| envelope(&format!("<s:Header>{}</s:Header><s:Body/>", "<x/>".repeat(count)));
    assert_eq!(with(SOAP_HEADERS_MAX).unwrap().header_blocks().count(), SOAP_HEADERS_MAX);
    let error = with(SOAP_HEADERS_MAX + 1).unwrap_err();
    assert_eq!(error, SoapError::TooMany { what: "header blocks", max: SOAP_HEADERS_MAX });
}

#[test]
fn a_role_is_told_and_the_body_may_have_several_children() {
    let envelope =
        envelope(r#"<s:Header><x s:role="urn:next"/></s:Header><s:Body><a/> <b/></s:Body>"#).unwrap();
    assert_eq!(envelope.header_blocks().next().unwrap().role, Some("urn:next"));
    assert_eq!(envelope.body().unwrap().local(), "a");
    assert_eq!(envelope.body_children().map(|e| e.local().to_owned()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(envelope.fault(), Ok(None));
}

#[test]
fn names_in_content_are_resolved_by_local_declarations() {
    let envelope = envelope(
        r#"<s:Header><s:NotUnderstood qname="q:ResourceUri" xmlns:q="urn:q"/></s:Header>
           <s:Body><s:Fault><s:Code><s:Value>s:MustUnderstand</s:Value></s:Code>
           <s:Reason><s:Text xml:lang="">no</s:Text></s:Reason></s:Fault></s:Body>"#,
    )
    .unwrap();
    let name = ExpandedName { namespace: "urn:q".to_owned(), local: "ResourceUri".to_owned() };
    assert_eq!(envelope.not_understood().unwrap(), [NotUnderstood(name)]);
    let fault = envelope.fault().unwrap().unwrap();
    assert_eq!(
        (fault.code, fault.lang.as_str(), fault.reason.as_str()),
        (FaultCode::MustUnderstand, "", "no")
    );
    assert_eq!(envelope.upgrade(), Ok(None));
}

#[test]
fn a_fault_whose_code_has_an_unbound_prefix_is_an_error() {
    let envelope =
        envelope("<s:Body><s:Fault><s:Code><s:Value>q:Sender</s:Value></s:Code></s:Fault></s:Body>").unwrap();
    let error = envelope.fault().unwrap_err().to_string();
    assert!(error.contains("`q:Sender`"), "{error}");
}

#[test]
fn an_opaque_element_keeps_the_prefixes_that_its_content_means() {
    let document = Document::parse(br#"<r xmlns="urn:d" xmlns:q="urn:q"><c t="q:x">q:y</c></r>"#).unwrap();
    let opaque: Opaque = document.root().children().next().unwrap().read().unwrap();
    assert_eq!(opaque.element().resolve_qname("q:y"), Some(("urn:q", "y")));
    let mut writer = Writer::new();
    writer.element(QName::new(TEST, "outer"), |w| w.write(&opaque));
    assert_snapshot!(
        writer.finish(),
        @r#"<t:outer xmlns:t="urn:test"><c xmlns="urn:d" xmlns:q="urn:q" t="q:x">q:y</c></t:outer>"#
    );
}

#[test]
fn an_envelope_is_written_with_the_prefixes_that_were_declared() {
    let name = QName::new(TEST, "Ask");
    let text = Envelope::write(
        Some("en-US"),
        &[TEST],
        |header| header.write(&Upgrade::to_soap12()),
        |body| body.text_element(name, "a < b"),
    );
    assert_snapshot!(text, @r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xml:lang="en-US" xmlns:t="urn:test"><s:Header><s:Upgrade><s:SupportedEnvelope qname="s:Envelope"/></s:Upgrade></s:Header><s:Body><t:Ask>a &lt; b</t:Ask></s:Body></s:Envelope>"#);
    let envelope = Envelope::decode(text.as_bytes(), None).unwrap();
    assert_eq!(Envelope::decode(envelope.encode().as_bytes(), None).unwrap(), envelope);
    assert_eq!(envelope.upgrade().unwrap(), Some(Upgrade::to_soap12()));
}
