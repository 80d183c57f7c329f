//! Octets become an envelope or an error, in linear memory; an envelope survives being written and read again; and
//! what is taken for an envelope is well-formed in the eyes of a reader that nobody here wrote.

use winrm_harness::soap::Envelope;
use winrm_harness::xml::Element;
use winrm_harness::xml::Node;

use crate::allocation::within;

/// Octets that decoding may allocate for each octet of input. The shortest element, `<a/>`, takes a node of 56 octets,
/// and a table that grows by doubling is counted twice.
const FACTOR: usize = 64;
/// The second reader takes cubic time in nested declarations, so it only judges what is short.
const SECOND_OPINION_LEN_MAX: usize = 4096;

/// The oracle.
pub fn soap_envelope_decode(input: &[u8]) {
    judge(input, Envelope::encode);
}

/// The oracle over any way to write an envelope, so that a test can show a wrong one being found.
pub fn judge(input: &[u8], encode: impl Fn(&Envelope) -> String) {
    let Ok(envelope) = within(FACTOR, input.len(), || Envelope::decode(input, None)) else { return };
    look_at(&envelope);
    compare_with_second_reader(input, &envelope);
    let text = encode(&envelope);
    let again = match Envelope::decode(text.as_bytes(), None) {
        Ok(again) => again,
        Err(error) => panic!("an envelope that was written is not read: {error}: {text}"),
    };
    assert_eq!(again, envelope, "an envelope changed when it was written and read: {text}");
    assert_eq!(encode(&again), text, "an envelope is written differently the second time");
}

/// Everything that borrows from an envelope can be asked for.
fn look_at(envelope: &Envelope) {
    assert!(envelope.header_blocks().count() <= winrm_harness::limits::SOAP_HEADERS_MAX);
    let fault = envelope.fault();
    assert!(envelope.body().is_some() || fault == Ok(None), "a fault without a body");
    if let Err(error) = &fault {
        assert!(!error.to_string().is_empty());
    }
    let _ = (envelope.not_understood(), envelope.upgrade());
}

/// One-directional: quick-xml below us is no validating reader, so the danger is in taking too much.
fn compare_with_second_reader(input: &[u8], envelope: &Envelope) {
    let Some(text) = std::str::from_utf8(input).ok().filter(|text| text.len() <= SECOND_OPINION_LEN_MAX)
    else {
        return;
    };
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    // UTF-16 without its mark is UTF-8 too, full of characters that the second reader rightly refuses.
    if text.contains('\0') {
        return;
    }
    // [XML 1.0 2.11] Line ends are translated before parsing; the second reader leaves a CR before a reference.
    let text = &text.replace("\r\n", "\n").replace('\r', "\n");
    let second = match roxmltree::Document::parse(text) {
        Ok(second) => second,
        Err(error) => panic!("taken for an envelope, but not well-formed: {error}"),
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    flatten(envelope.root(), &mut ours);
    flatten_second(second.root_element(), &mut theirs);
    assert_eq!(ours, theirs, "two readers disagree about {text}");
}

/// What a document says, in order.
#[derive(Debug, PartialEq)]
enum Item {
    Start(String, String, Vec<(String, String, String)>),
    Text(String),
    End,
}

fn push_text(items: &mut Vec<Item>, text: &str) {
    match items.last_mut() {
        Some(Item::Text(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => items.push(Item::Text(text.to_owned())),
    }
}

fn flatten(element: Element<'_>, items: &mut Vec<Item>) {
    let attribute = |a: winrm_harness::xml::Attribute<'_>| {
        (a.namespace.to_owned(), a.local.to_owned(), a.value.to_owned())
    };
    let attributes = element.attributes().map(attribute).collect();
    items.push(Item::Start(element.namespace().to_owned(), element.local().to_owned(), attributes));
    for node in element.nodes() {
        match node {
            Node::Text(text) => push_text(items, text),
            Node::Element(child) => flatten(child, items),
        }
    }
    items.push(Item::End);
}

fn flatten_second(element: roxmltree::Node<'_, '_>, items: &mut Vec<Item>) {
    let attribute = |a: roxmltree::Attribute<'_, '_>| {
        (a.namespace().unwrap_or_default().to_owned(), a.name().to_owned(), a.value().to_owned())
    };
    let name = element.tag_name();
    let attributes = element.attributes().map(attribute).collect();
    items.push(Item::Start(
        name.namespace().unwrap_or_default().to_owned(),
        name.name().to_owned(),
        attributes,
    ));
    for node in element.children() {
        if node.is_text() {
            push_text(items, node.text().unwrap_or_default());
        } else if node.is_element() {
            flatten_second(node, items);
        }
    }
    items.push(Item::End);
}
