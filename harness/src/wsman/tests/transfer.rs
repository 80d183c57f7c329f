use proptest::prelude::*;

use crate::addressing::Address;
use crate::soap::Envelope;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::ResourceUri;
use crate::wsman::Selector;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::wsman::transfer::RequestedEpr;
use crate::wsman::transfer::ResourceCreated;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::ToXml;

fn text() -> impl Strategy<Value = String> {
    // Text is trimmed where it is read.
    "[a-z&<>\"'\u{e9}]([a-z &<>\"'\t\n\u{1F600}]{0,8}[a-z&<>\"'])?"
}

fn created() -> impl Strategy<Value = ResourceCreated> {
    let selector =
        (text(), text()).prop_map(|(name, value)| Selector { name, value: SelectorValue::Text(value) });
    let selectors = prop::collection::vec(selector, 0..4);
    (text(), text(), selectors).prop_map(|(address, uri, selectors)| ResourceCreated {
        address: Address::new(&address),
        resource_uri: ResourceUri::new(&uri),
        selector_set: SelectorSet(selectors),
    })
}

fn through_an_envelope<T: ToXml + FromXml>(value: &T) -> T {
    let text = Envelope::write(None, &RESPONSE_NAMESPACES, |w| w.write(value), |_| {});
    let envelope = Envelope::decode(text.as_bytes(), None).unwrap();
    envelope.header_blocks().next().unwrap().element.read().unwrap()
}

proptest! {
    #[test]
    fn a_reference_of_what_was_created_round_trips(created in created()) {
        prop_assert_eq!(through_an_envelope(&created), created);
    }

    #[test]
    fn a_requested_reference_round_trips(
        epr in prop_oneof![
            created().prop_map(RequestedEpr::Reference),
            Just(RequestedEpr::Invalid),
            Just(RequestedEpr::Unknown),
        ]
    ) {
        prop_assert_eq!(through_an_envelope(&epr), epr);
    }
}

#[test]
fn a_reference_of_what_was_created_may_have_a_wrapper() {
    let uris = "xmlns:x='http://schemas.xmlsoap.org/ws/2004/09/transfer' xmlns:a='http://schemas.xmlsoap.org/ws/2004/08/addressing' xmlns:w='http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd'";
    let inside = "<a:Address>u</a:Address><a:ReferenceParameters><w:ResourceURI>r</w:ResourceURI></a:ReferenceParameters>";
    let read =
        |text: String| Document::parse(text.as_bytes()).unwrap().root().read::<ResourceCreated>().unwrap();
    let bare = read(format!("<x:ResourceCreated {uris}>{inside}</x:ResourceCreated>"));
    let wrapped = read(format!(
        "<x:ResourceCreated {uris}><a:EndpointReference>{inside}</a:EndpointReference></x:ResourceCreated>"
    ));
    assert_eq!((bare.resource_uri.as_str(), &bare), ("r", &wrapped));
}
