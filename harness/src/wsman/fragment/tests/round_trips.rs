use proptest::prelude::*;

use crate::limits::OPAQUE_DECLARATION_BYTES_MAX;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::wsman::FragmentTransfer;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::fragment::XmlFragment;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// Writes a value as a header block or a body of an envelope, where other prefixes are bound, and reads it.
fn through_an_envelope<T: ToXml + FromXml>(value: &T) -> Result<T, XmlError> {
    let text = Envelope::write(None, &RESPONSE_NAMESPACES, |w| w.write(value), |_| {});
    let envelope = Envelope::decode(text.as_bytes(), None).unwrap();
    envelope.header_blocks().next().unwrap().element.read()
}

fn read<T: FromXml>(text: &str) -> Result<T, XmlError> {
    Document::parse(text.as_bytes()).unwrap().root().read()
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z&<>\"' \t\n\r\u{e9}\u{1F600}]{0,12}"
}

fn header() -> impl Strategy<Value = FragmentTransfer> {
    let namespaces = prop::collection::btree_map("[ptu][a-z0-9.-]{0,3}", "urn:[a-z&\"<]{1,8}", 0..4);
    (prop::option::of("urn:[a-z&\"<]{0,8}"), namespaces, text()).prop_map(|(dialect, namespaces, rest)| {
        let namespaces: Vec<(String, String)> = namespaces.into_iter().collect();
        let names: Vec<String> = namespaces.iter().map(|(prefix, _)| format!("/{prefix}:Name")).collect();
        let expression = format!(".{}[. = '{rest}']", names.concat());
        FragmentTransfer { dialect, expression, namespaces }
    })
}

fn opaque(name: &str, attribute: &str, content: &str) -> Opaque {
    let mut writer = Writer::new();
    writer.text(content);
    let content = writer.finish();
    let attribute = attribute.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    read(&format!("<q:{name} xmlns:q='urn:q' q:a=\"{attribute}\">{content}<b/></q:{name}>")).unwrap()
}

fn content() -> impl Strategy<Value = XmlFragment> {
    let element = ("[a-zA-Z_][a-z0-9._-]{0,5}", "[a-z&<\"]{0,5}", text());
    let element = element.prop_map(|(name, attribute, content)| opaque(&name, &attribute, &content));
    prop_oneof![
        prop::collection::vec(element, 1..4).prop_map(XmlFragment::Elements),
        text().prop_map(XmlFragment::Text)
    ]
}

proptest! {
    #[test]
    fn a_fragment_transfer_round_trips(header in header()) {
        prop_assert_eq!(through_an_envelope(&header).unwrap(), header);
    }

    #[test]
    fn a_fragment_round_trips(content in content()) {
        prop_assert_eq!(through_an_envelope(&content).unwrap(), content);
    }
}

#[test]
fn a_prefix_of_the_expression_may_be_declared_anywhere_above() {
    let text = format!(
        "<e xmlns:p='urn:outer' xmlns:q='urn:q' xmlns:w='{}'><w:FragmentTransfer xmlns:p='urn:p' xmlns:r='urn:r'>\n p:A/q:B \
         </w:FragmentTransfer></e>",
        crate::wsman::NAMESPACE.uri
    );
    let document = Document::parse(text.as_bytes()).unwrap();
    let header: FragmentTransfer = document.root().children().next().unwrap().read().unwrap();
    let expected = [("p", "urn:p"), ("q", "urn:q")].map(|(p, uri)| (p.to_owned(), uri.to_owned()));
    assert_eq!((header.expression.as_str(), header.namespaces.as_slice()), ("p:A/q:B", expected.as_slice()));
}

#[test]
fn a_prefix_that_the_block_itself_needs_stays_what_it_is() {
    let namespaces = vec![("w".to_owned(), "urn:other".to_owned())];
    let header = FragmentTransfer { namespaces, ..FragmentTransfer::new("w:Name") };
    let read = through_an_envelope(&header).unwrap();
    assert_eq!(read.namespaces, [("w".to_owned(), crate::wsman::NAMESPACE.uri.to_owned())]);
}

#[test]
fn a_fragment_of_elements_and_text_is_none() {
    let wrapped = |content: &str| {
        let uri = crate::wsman::NAMESPACE.uri;
        read::<XmlFragment>(&format!("<w:XmlFragment xmlns:w='{uri}'>{content}</w:XmlFragment>"))
    };
    assert!(matches!(wrapped("a<b/>"), Err(XmlError::BadValue { .. })));
    assert!(matches!(wrapped("<b/>a"), Err(XmlError::BadValue { .. })));
    assert!(matches!(wrapped(" <b/>\n<c/> "), Ok(XmlFragment::Elements(elements)) if elements.len() == 2));
    assert_eq!(wrapped(" a<!-- c --> b "), Ok(XmlFragment::Text(" a b ".to_owned())));
    assert_eq!(wrapped(""), Ok(XmlFragment::Text(String::new())));
}

#[test]
fn an_expression_with_elements_in_it_is_none() {
    let uri = crate::wsman::NAMESPACE.uri;
    let text = format!("<w:FragmentTransfer xmlns:w='{uri}'>a<b/></w:FragmentTransfer>");
    assert!(matches!(read::<FragmentTransfer>(&text), Err(XmlError::BadValue { .. })));
}

#[test]
fn a_long_declaration_is_copied_for_so_many_elements_and_no_more() {
    let below = |declared: usize, count: usize| {
        let long = "u".repeat(declared - "q".len());
        let text = format!("<XmlFragment xmlns:q='{long}'>{}</XmlFragment>", "<o/>".repeat(count));
        Document::parse(text.as_bytes()).unwrap().root().read::<XmlFragment>().map(drop)
    };
    let (declared, count) = (OPAQUE_DECLARATION_BYTES_MAX / 64, 64);
    assert_eq!(below(declared, count), Ok(()));
    for refused in [below(declared, count + 1), below(declared + 1, count)] {
        assert!(matches!(refused, Err(XmlError::TooMany { max: OPAQUE_DECLARATION_BYTES_MAX, .. })));
    }
}
