//! What is written is read as it was meant.

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::xml::Document;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::Writer;

const ONE: Namespace = Namespace::new("urn:one", "p");
const TWO: Namespace = Namespace::new("urn:two", "p");
const DEFAULT: Namespace = Namespace::new("urn:default", "");
const NAMES: [QName; 4] =
    [QName::new(ONE, "one"), QName::new(TWO, "two"), QName::new(DEFAULT, "default"), QName::local("none")];

/// An element of any namespace with attributes of any namespace, two of which prefer the same prefix.
#[derive(Debug, Clone)]
struct Tree {
    name: QName,
    declared: Vec<Namespace>,
    attributes: Vec<(QName, String)>,
    text: String,
    children: Vec<Self>,
}

impl Tree {
    fn write(&self, writer: &mut Writer) {
        writer.element(self.name, |w| {
            self.declared.iter().for_each(|namespace| w.declare(*namespace));
            self.attributes.iter().for_each(|(name, value)| w.attribute(*name, value));
            w.text(&self.text);
            self.children.iter().for_each(|child| child.write(w));
        });
    }

    fn check(&self, found: crate::xml::Element<'_>) {
        assert!(found.is(self.name), "{} is not {}", found.expanded_name(), self.name);
        assert_eq!(found.attributes().count(), self.attributes.len());
        for (name, value) in &self.attributes {
            assert_eq!(found.attribute(*name), Some(value.as_str()), "{name}");
        }
        assert_eq!(found.text(), self.text);
        assert_eq!(found.children().count(), self.children.len());
        self.children.iter().zip(found.children()).for_each(|(child, found)| child.check(found));
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let node = || {
        (
            prop::sample::select(NAMES.to_vec()),
            prop::sample::subsequence(vec![ONE, TWO, DEFAULT], 0..3),
            prop::sample::subsequence(NAMES.to_vec(), 0..4),
            // Every character that has a meaning, and white space that a reader would normalise.
            proptest::collection::vec("[<>&'\"\\]\r\n\t a-zé\u{85}\u{2028}]{0,12}", 4),
            "[<>&'\"\\]\r\n\t a-zé\u{85}\u{2028}]{0,12}",
        )
            .prop_map(|(name, declared, attributes, values, text)| Tree {
                name,
                declared,
                attributes: attributes.into_iter().zip(values).collect(),
                text,
                children: Vec::new(),
            })
    };
    node().prop_recursive(4, 12, 3, move |inner| {
        (node(), proptest::collection::vec(inner, 1..3)).prop_map(|(mut tree, children)| {
            // One run of text is what `Element::text` gives, so that a parent has none.
            tree.text.clear();
            tree.children = children;
            tree
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_is_written_is_read_as_it_was_meant(tree in tree()) {
        let mut writer = Writer::new();
        tree.write(&mut writer);
        let text = writer.finish();
        let document = Document::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text}"));
        tree.check(document.root());
        roxmltree::Document::parse(&text).unwrap_or_else(|e| panic!("roxmltree: {e}: {text}"));
        let mut writer = Writer::new();
        writer.element(QName::new(DEFAULT, "outer"), |w| w.copy(document.root()));
        let copy = writer.finish();
        let copy = Document::parse(copy.as_bytes()).unwrap_or_else(|e| panic!("{e}: {copy}"));
        prop_assert!(copy.root().children().next().unwrap().is_same_infoset(document.root()), "{}", text);
    }

    #[test]
    fn any_text_makes_one_element_and_one_attribute(text: String) {
        let mut writer = Writer::new();
        writer.element(NAMES[0], |w| {
            w.attribute(NAMES[3], &text);
            w.text(&text);
        });
        let written = writer.finish();
        let document = Document::parse(written.as_bytes()).unwrap_or_else(|e| panic!("{e}: {written}"));
        let is_xml = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
        let expected: String = text.chars().map(|c| if is_xml(c) { c } else { '?' }).collect();
        prop_assert_eq!(document.root().text(), expected.as_str());
        prop_assert_eq!(document.root().attribute(NAMES[3]), Some(expected.as_str()));
        prop_assert_eq!(document.root().children().count(), 0);
    }
}

#[test]
fn a_prefix_that_the_open_tag_uses_is_not_bound_anew() {
    let mut writer = Writer::new();
    writer.element(NAMES[0], |w| {
        w.element(NAMES[0], |w| {
            w.declare(TWO);
            w.attribute(NAMES[1], "x");
        });
    });
    assert_snapshot!(writer.finish(), @r#"<p:one xmlns:p="urn:one"><p:one xmlns:ns1="urn:two" ns1:two="x"/></p:one>"#);
}

#[test]
fn a_namespace_that_came_from_a_peer_gets_a_prefix() {
    let mut writer = Writer::new();
    assert_eq!(writer.prefix_for_uri("urn:one"), None);
    writer.element(NAMES[0], |w| {
        assert_eq!(w.prefix_for_uri("urn:one").as_deref(), Some("p"));
        assert_eq!(w.prefix_for_uri("urn:<&\"").as_deref(), Some("ns1"));
        assert_eq!(w.prefix_for_uri("urn:other").as_deref(), Some("ns2"));
        w.text("");
        assert_eq!(w.prefix_for_uri("urn:late"), None);
    });
    let document = Document::parse(writer.finish().as_bytes()).unwrap();
    assert_eq!(document.root().resolve_prefix("ns1"), Some("urn:<&\""));
}

#[test]
fn a_copy_without_namespace_keeps_what_stands_inside() {
    let source = r#"<p:c xmlns:p="urn:p" xmlns="urn:d" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        ><p:When xsi:type="p:T" xsi:nil="false" n="&lt;">a<Inside/>&amp;<p:Inside/></p:When></p:c>"#;
    let document = Document::parse(source.as_bytes()).unwrap();
    let property = document.root().children().next().unwrap();
    let mut writer = Writer::new();
    writer.element(QName::new(Namespace::new("urn:default", ""), "f"), |w| w.copy_unqualified(property));
    let text = writer.finish();
    let copy = Document::parse(text.as_bytes()).unwrap();
    let when = copy.root().children().next().unwrap();
    assert_eq!((when.namespace(), when.local(), when.text()), ("", "When", "a"));
    let attributes: Vec<_> = when.attributes().map(|a| (a.namespace, a.local, a.value)).collect();
    assert_eq!(attributes, [(crate::xml::XSI.uri, "nil", "false"), ("", "n", "<")]);
    let inside: Vec<_> = when.children().map(|child| (child.namespace(), child.local())).collect();
    assert_eq!(inside, [("urn:d", "Inside"), ("urn:p", "Inside")]);
}
