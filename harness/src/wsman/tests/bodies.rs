use insta::assert_snapshot;
use proptest::prelude::*;

use crate::addressing::Address;
use crate::soap::Envelope;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::identify::Identify;
use crate::wsman::identify::IdentifyResponse;
use crate::wsman::transfer::ResourceCreated;
use crate::xml::Document;

proptest! {
    #[test]
    fn bodies_are_read_as_they_were_written(
        texts in proptest::collection::vec(trimmed(), 4),
        flags: [bool; 4],
    ) {
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
