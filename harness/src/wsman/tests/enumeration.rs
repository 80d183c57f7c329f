use insta::assert_snapshot;
use proptest::prelude::*;

use crate::addressing::EndpointReference;
use crate::limits::OPAQUE_DECLARATION_BYTES_MAX;
use crate::soap::Opaque;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::wsman::DateTime;
use crate::wsman::Duration;
use crate::wsman::Expiration;
use crate::wsman::SelectorSet;
use crate::wsman::enumeration::Enumerate;
use crate::wsman::enumeration::EnumerateResponse;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::EnumerationMode;
use crate::wsman::enumeration::Item;
use crate::wsman::enumeration::Items;
use crate::wsman::enumeration::Pull;
use crate::wsman::enumeration::PullResponse;
use crate::wsman::enumeration::Release;
use crate::wsman::enumeration::TotalItemsCountEstimate;
use crate::wsman::filter::Filter;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const OBJECT: QName = QName::local("EndOfSequence");

fn object(text: &str) -> Opaque {
    Opaque::build(OBJECT, |w| w.text(text)).unwrap()
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        trimmed().prop_map(|text| Item::Object(object(&text))),
        trimmed().prop_map(|text| Item::Reference(EndpointReference::to_address(&text))),
        trimmed()
            .prop_map(|text| Item::ObjectAndReference(object(&text), EndpointReference::to_address(&text))),
    ]
}

fn mode() -> impl Strategy<Value = EnumerationMode> {
    prop_oneof![
        Just(EnumerationMode::Object),
        Just(EnumerationMode::Epr),
        Just(EnumerationMode::ObjectAndEpr),
        trimmed().prop_map(EnumerationMode::Other),
    ]
}

fn expiration() -> impl Strategy<Value = Expiration> {
    prop_oneof![
        any::<u64>().prop_map(|millis| Expiration::Duration(Duration::from_millis(millis))),
        (0..2_650_467_743_999_999_999_u64)
            .prop_map(|ticks| Expiration::DateTime(DateTime::from_filetime(ticks))),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    (trimmed(), trimmed(), any::<bool>()).prop_map(|(one, other, is_text)| match is_text {
        true => Filter::of_text(&one, &other).unwrap(),
        false => Filter::of_selectors(&SelectorSet::of(&one, &other)).unwrap(),
    })
}

proptest! {
    #[test]
    fn requests_are_read_as_they_were_written(
        text in trimmed(),
        max_elements in proptest::option::of(1_u32..),
        max_characters in proptest::option::of(1_u32..),
        millis: Option<u64>,
        optimize_enumeration: bool,
        filter in proptest::option::of(filter()),
        mode in mode(),
        expires in proptest::option::of(expiration()),
        end_to in proptest::option::of(trimmed()),
    ) {
        let end_to = end_to.map(|address| EndpointReference::to_address(&address));
        let enumerate = Enumerate { end_to, expires, optimize_enumeration, max_elements, filter, mode };
        prop_assert_eq!(round_trip(&enumerate), enumerate);
        let context = EnumerationContext::new(&text);
        let max_time = millis.map(Duration::from_millis);
        let pull = Pull { context: context.clone(), max_time, max_elements, max_characters };
        prop_assert_eq!(round_trip(&pull), pull);
        let release = Release { context };
        prop_assert_eq!(round_trip(&release), release);
    }

    #[test]
    fn responses_are_read_as_they_were_written(
        text in trimmed(),
        items in proptest::option::of(proptest::collection::vec(item(), 0..4)),
        expires in proptest::option::of(expiration()),
        is_end: bool,
        total: Option<u64>,
    ) {
        let items = items.map(Items);
        let context = EnumerationContext::new(&text);
        let response = EnumerateResponse { expires, context: context.clone(), items: items.clone(), is_end };
        prop_assert_eq!(round_trip(&response), response);
        let response = PullResponse { context: (!is_end).then_some(context), items, is_end };
        prop_assert_eq!(round_trip(&response), response);
        let estimate = TotalItemsCountEstimate(total);
        prop_assert_eq!(round_trip(&estimate), estimate);
    }
}

/// Reads an element whose namespaces are declared.
fn read<T: FromXml>(name: &str, inside: &str) -> Result<T, XmlError> {
    let text = format!(
        r#"<n:{name} xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"
        xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
        xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
        xmlns:q="urn:q">{inside}</n:{name}>"#
    );
    Document::parse(text.as_bytes()).unwrap().root().read()
}

#[test]
fn the_end_of_an_enumeration_is_read_in_either_namespace_and_not_inside_an_item() {
    let read = |inside: &str| read::<PullResponse>("PullResponse", inside).unwrap();
    assert!(read("<n:EndOfSequence/>").is_end);
    assert!(read("<w:EndOfSequence/>").is_end);
    let inside = read("<n:Items><n:EndOfSequence/></n:Items>");
    assert!(!inside.is_end);
    assert_eq!(inside.items.unwrap().0.len(), 1);
    assert_eq!(read("<w:Items/>").items, Some(Items::default()));
}

#[test]
fn what_recorded_peers_send_is_read() {
    let empty = "<n:EnumerationContext></n:EnumerationContext>";
    for (context, expected) in [(empty, ""), ("<n:EnumerationContext> 0\n</n:EnumerationContext>", "0")] {
        let response: EnumerateResponse = read("EnumerateResponse", context).unwrap();
        assert_eq!((response.context.as_str(), response.is_end), (expected, false));
    }
    let whole: EnumerateResponse = read("EnumerateResponse", "<w:Items/><w:EndOfSequence/>").unwrap();
    assert!(whole.context.is_empty());
    assert!(read::<EnumerateResponse>("EnumerateResponse", "<w:Items/>").is_err());
    let pair = "<n:Items><w:Item><q:o/><a:EndpointReference><a:Address>x</a:Address></a:EndpointReference></w:Item></n:Items>";
    let items = read::<PullResponse>("PullResponse", pair).unwrap().items.unwrap();
    let [item] = items.0.as_slice() else { panic!("{items:?}") };
    assert_eq!(item.object().unwrap().element().local(), "o");
    assert_eq!(item.reference().unwrap().address, *"x");
    let pull = "<n:EnumerationContext>1</n:EnumerationContext><n:MaxTime>PTM</n:MaxTime>";
    assert!(read::<Pull>("Pull", pull).is_err());
}

#[test]
fn a_context_of_elements_and_attributes_goes_back_as_it_came() {
    let inside = r#"<n:EnumerationContext q:v="1">t<q:deep><q:er/></q:deep></n:EnumerationContext>"#;
    let response: EnumerateResponse = read("EnumerateResponse", inside).unwrap();
    assert!(!response.context.is_empty());
    let mut writer = Writer::new();
    Release { context: response.context.clone() }.to_xml(&mut writer);
    let written = writer.finish();
    assert!(written.contains(r#"q:v="1">t<q:deep><q:er/></q:deep></n:EnumerationContext>"#), "{written}");
    assert_eq!(round_trip(&Release { context: response.context.clone() }).context, response.context);
}

#[test]
fn numbers_begin_with_one_and_have_no_end() {
    let max = |text: &str| {
        let inside = format!("<w:MaxElements>{text}</w:MaxElements>");
        read::<Enumerate>("Enumerate", &inside).map(|asked| asked.max_elements)
    };
    assert_eq!(max("1"), Ok(Some(1)));
    assert_eq!(max("4294967295"), Ok(Some(u32::MAX)));
    assert_eq!(max("4294967296"), Ok(Some(u32::MAX)));
    assert_eq!(max("99999999999999999999999999"), Ok(Some(u32::MAX)));
    for wrong in ["0", "-1", "x", "", "00"] {
        assert!(max(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_unknown_mode_is_kept_and_a_polymorphism_mode_ignored() {
    let mode = |inside: &str| read::<Enumerate>("Enumerate", inside).unwrap().mode;
    assert_eq!(mode("<w:EnumerationMode> EnumerateEPR </w:EnumerationMode>"), EnumerationMode::Epr);
    assert_eq!(
        mode("<w:EnumerationMode>enumerateepr</w:EnumerationMode>"),
        EnumerationMode::Other("enumerateepr".to_owned())
    );
    assert_eq!(mode("<q:PolymorphismMode>None</q:PolymorphismMode>"), EnumerationMode::Object);
}

#[test]
fn responses_are_written_as_windows_does() {
    let write = |value: &dyn ToXml| {
        let mut writer = Writer::new();
        value.to_xml(&mut writer);
        writer.finish().replace("><", ">\n<")
    };
    let items = Items(vec![Item::Object(object("x"))]);
    let context = EnumerationContext::new("");
    let first = EnumerateResponse { expires: None, context, items: Some(items.clone()), is_end: true };
    assert_snapshot!(write(&first), @r#"
<n:EnumerateResponse xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration">
<n:EnumerationContext>
</n:EnumerationContext>
<w:Items xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">
<EndOfSequence>x</EndOfSequence>
</w:Items>
<w:EndOfSequence xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"/>
</n:EnumerateResponse>
"#);
    let last = PullResponse { context: None, items: Some(items), is_end: true };
    assert_snapshot!(write(&last), @r#"
<n:PullResponse xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration">
<n:Items>
<EndOfSequence>x</EndOfSequence>
</n:Items>
<n:EndOfSequence/>
</n:PullResponse>
"#);
}

/// So many items below declarations of so many octets.
fn items_below(declared: usize, item: &str, count: usize) -> Result<Items, XmlError> {
    let own = "whttp://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\
               ahttp://schemas.xmlsoap.org/ws/2004/08/addressing";
    let long = "u".repeat(declared - own.len() - "q".len());
    let text = format!(
        "<Items xmlns:w='http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd' \
         xmlns:a='http://schemas.xmlsoap.org/ws/2004/08/addressing' xmlns:q='{long}'>{}</Items>",
        item.repeat(count)
    );
    Document::parse(text.as_bytes()).unwrap().root().read()
}

#[test]
fn a_long_declaration_is_copied_for_so_many_items_and_no_more() {
    let reference = "<a:EndpointReference><a:Address>x</a:Address></a:EndpointReference>";
    let pair = format!("<w:Item><o/>{reference}</w:Item>");
    let max = OPAQUE_DECLARATION_BYTES_MAX;
    for (item, copies) in [("<o/>", 1), (reference, 2), (pair.as_str(), 3)] {
        let count = 64 / copies;
        let declared = max / (count * copies);
        assert_eq!(items_below(declared, item, count).unwrap().0.len(), count, "{item}");
        for refused in [items_below(declared, item, count + 1), items_below(declared + 1, item, count)] {
            assert!(matches!(refused, Err(XmlError::TooMany { max: found, .. }) if found == max), "{item}");
        }
    }
}
