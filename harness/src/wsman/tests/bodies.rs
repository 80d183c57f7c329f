use insta::assert_snapshot;
use proptest::prelude::*;

use crate::addressing::Address;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::wsman::Duration;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::enumeration::Enumerate;
use crate::wsman::enumeration::EnumerateResponse;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::Filter;
use crate::wsman::enumeration::Pull;
use crate::wsman::enumeration::PullResponse;
use crate::wsman::enumeration::Release;
use crate::wsman::identify::Identify;
use crate::wsman::identify::IdentifyResponse;
use crate::wsman::transfer::ResourceCreated;
use crate::xml::Document;
use crate::xml::QName;
use crate::xml::Writer;

const ITEM: QName = QName::local("EndOfSequence");

fn items(build: fn(fn(&mut Writer)) -> Opaque, is_there: bool) -> Option<Opaque> {
    is_there.then(|| build(|w| w.empty_element(ITEM)))
}

proptest! {
    #[test]
    fn bodies_are_read_as_they_were_written(
        texts in proptest::collection::vec(trimmed(), 4),
        count in proptest::option::of(1_u32..),
        millis: Option<u64>,
        flags: [bool; 4],
    ) {
        let context = EnumerationContext::new(&texts[0]);
        let enumerate = Enumerate {
            optimize_enumeration: flags[0],
            max_elements: count,
            filter: flags[1].then(|| Filter::of_text(&texts[1], &texts[2]).unwrap()),
            enumeration_mode: flags[2].then(|| texts[3].clone()),
        };
        prop_assert_eq!(round_trip(&enumerate), enumerate);
        let max_time = millis.map(Duration::from_millis);
        let pull = Pull { context: context.clone(), max_time, max_elements: count };
        prop_assert_eq!(round_trip(&pull), pull);
        let found = items(|inside| EnumerateResponse::items(inside).unwrap(), flags[0]);
        let response = EnumerateResponse { context: context.clone(), items: found, is_end: flags[3] };
        prop_assert_eq!(round_trip(&response), response);
        let found = items(|inside| PullResponse::items(inside).unwrap(), flags[0]);
        let response = PullResponse { context: flags[1].then(|| context.clone()), items: found, is_end: flags[3] };
        prop_assert_eq!(round_trip(&response), response);
        let release = Release { context };
        prop_assert_eq!(round_trip(&release), release);
        let created = ResourceCreated {
            address: Address::new(&texts[0]),
            resource_uri: ResourceUri::new(&texts[1]),
            selector_set: SelectorSet::of(&texts[2], &texts[3]),
        };
        prop_assert_eq!(round_trip(&created), created);
        let identify = IdentifyResponse {
            protocol_version: texts[..2].to_vec(),
            product_vendor: flags[0].then(|| texts[2].clone()),
            product_version: flags[1].then(|| texts[3].clone()),
            security_profiles: flags[2].then(|| texts.clone()),
        };
        prop_assert_eq!(round_trip(&identify), identify);
    }
}

#[test]
fn an_identify_response_is_written_as_windows_does() {
    let text = IdentifyResponse::unauthenticated("Vendor").to_envelope();
    assert_snapshot!(text.replace("><", ">\n<"), @r#"
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xml:lang="en-US">
<s:Header/>
<s:Body>
<wsmid:IdentifyResponse xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">
<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>
<wsmid:ProductVendor>Vendor</wsmid:ProductVendor>
<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>
</wsmid:IdentifyResponse>
</s:Body>
</s:Envelope>
"#);
    assert!(Identify::is_asked(&Envelope::decode(Identify::to_envelope().as_bytes(), None).unwrap()));
    assert!(!Identify::is_asked(&Envelope::decode(text.as_bytes(), None).unwrap()));
}

#[test]
fn a_created_resource_is_read_with_and_without_the_reference_around_it() {
    let inside = r#"<a:Address>http://h/wsman</a:Address><a:ReferenceParameters>
        <w:ResourceURI> urn:r </w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">S1</w:Selector></w:SelectorSet>
        </a:ReferenceParameters>"#;
    for body in [inside.to_owned(), format!("<a:EndpointReference>{inside}</a:EndpointReference>")] {
        let text = format!(
            r#"<x:ResourceCreated xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"
            xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
            xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">{body}</x:ResourceCreated>"#
        );
        let created: ResourceCreated = Document::parse(text.as_bytes()).unwrap().root().read().unwrap();
        assert_eq!(created.resource_uri, "urn:r");
        assert_eq!(created.selector_set.text("shellid"), Some("S1"));
    }
}

#[test]
fn the_end_of_an_enumeration_is_read_in_either_namespace_and_not_inside_an_item() {
    let read = |inside: &str| {
        let text = format!(
            r#"<n:PullResponse xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"
            xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">{inside}</n:PullResponse>"#
        );
        Document::parse(text.as_bytes()).unwrap().root().read::<PullResponse>().unwrap()
    };
    assert!(read("<n:EndOfSequence/>").is_end);
    assert!(read("<w:EndOfSequence/>").is_end);
    let inside = read("<n:Items><n:EndOfSequence/></n:Items>");
    assert!(!inside.is_end);
    assert_eq!(inside.items.unwrap().element().children().count(), 1);
    assert!(read("<w:Items/>").items.is_some());
}
