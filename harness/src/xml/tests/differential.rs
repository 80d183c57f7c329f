//! The same verdict and the same infoset as roxmltree.

use proptest::prelude::*;

use crate::xml::Document;
use crate::xml::Element;
use crate::xml::Node;
use crate::xml::Rule;
use crate::xml::XmlError;

/// Pieces that make documents that are nearly XML.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "<a>", "</a>", "<b>", "</b>", "<a/>", "<p:a xmlns:p='u'>", "</p:a>", "<p:b/>", "<b xmlns='d'>",
            "<c d='1'/>", "<c d='1' d='2'/>", "<c p:d='1' d='2' xmlns:p='u'/>", "<c xmlns:p='u' xmlns:q='u' p:d='' q:d=''/>",
        ]),
        4 => prop::sample::select(vec![
            "x", " ", "\n", "\r\n", "\t", "&lt;", "&amp;", "&#65;", "&#x41;", "&#0;", "&x;", "&", "]]>", "]]", ">", "é",
            "<![CDATA[<&]]>", "<![CDATA[]]>", "<!-- c -->", "<!-- - -->", "<!----->", "<?pi x?>", "<?xml version='1.0'?>",
        ]),
        1 => prop::sample::select(vec![
            "<", "<a", "<a b>", "<a b=c>", "<a b='<'/>", "<a b='&lt;\n\t&#10;'/>", "<a b='1'c='2'/>", "<1/>", "<a:/>",
            "<x:a/>", "</ a>", "</a >", "<a />", "< a/>", "\u{1}", "\u{FFFE}", "<a xmlns:p=''/>", "<a xml:lang='e'/>",
            "<a xmlns:xml='u'/>", "<a b=\"'\"/>",
        ]),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Where we refuse what roxmltree reads, with the reason. There is nothing that we read and it refuses.
fn known_difference(error: &XmlError, text: &str) -> Option<&'static str> {
    let XmlError::NotWellFormed { rule, .. } = error else { return None };
    match rule {
        Rule::NoDtd => Some("SOAP forbids a document type declaration"),
        Rule::ReservedPrefix if text.contains("=''") => {
            Some("Namespaces in XML 1.0 does not let a prefix be unbound")
        }
        _ => None,
    }
}

fn infoset(element: Element<'_>, out: &mut String) {
    out.push_str(&format!("<{{{}}}{}", element.namespace(), element.local()));
    let mut attributes: Vec<_> =
        element.attributes().map(|a| format!(" {{{}}}{}={:?}", a.namespace, a.local, a.value)).collect();
    attributes.sort();
    out.push_str(&attributes.concat());
    for node in element.nodes() {
        match node {
            Node::Text(text) => out.push_str(&format!(" {text:?}")),
            Node::Element(child) => infoset(child, out),
        }
    }
    out.push('>');
}

fn other_infoset(element: roxmltree::Node<'_, '_>, out: &mut String) {
    let name = element.tag_name();
    out.push_str(&format!("<{{{}}}{}", name.namespace().unwrap_or_default(), name.name()));
    let name = |a: &roxmltree::Attribute<'_, '_>| a.namespace().unwrap_or_default().to_owned();
    let mut attributes: Vec<_> =
        element.attributes().map(|a| format!(" {{{}}}{}={:?}", name(&a), a.name(), a.value())).collect();
    attributes.sort();
    out.push_str(&attributes.concat());
    let mut text = String::new();
    for child in element.children() {
        if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
        if child.is_element() {
            flush(&mut text, out);
            other_infoset(child, out);
        }
    }
    flush(&mut text, out);
    out.push('>');
}

fn flush(text: &mut String, out: &mut String) {
    if !text.is_empty() {
        out.push_str(&format!(" {text:?}"));
    }
    text.clear();
}

fn compare(text: &str) -> Result<(), TestCaseError> {
    let ours = Document::parse(text.as_bytes());
    let theirs = roxmltree::Document::parse(text);
    if ours.is_ok() != theirs.is_ok() {
        let verdicts =
            format!("{text:?}: ours {:?}, theirs {:?}", ours.as_ref().err(), theirs.as_ref().err());
        prop_assert!(ours.is_err_and(|error| known_difference(&error, text).is_some()), "{}", verdicts);
        return Ok(());
    }
    if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
        let (mut one, mut other) = (String::new(), String::new());
        infoset(ours.root(), &mut one);
        other_infoset(theirs.root_element(), &mut other);
        prop_assert_eq!(one, other, "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn soup_is_judged_and_read_as_by_another_parser(text in soup()) {
        compare(&text)?;
        compare(&format!("<r>{text}</r>"))?;
        compare(&format!("<r xmlns:p='outer' xmlns='default'>{text}</r>"))?;
    }

    #[test]
    fn any_octets_are_judged_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = Document::parse(&bytes);
    }
}
