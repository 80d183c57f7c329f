//! Each rule refused and its near miss accepted, and each bound stood on.

use crate::limits::XML_ATTRIBUTES_MAX;
use crate::limits::XML_BYTES_MAX;
use crate::limits::XML_DEPTH_MAX;
use crate::limits::XML_NAME_BYTES_MAX;
use crate::limits::XML_NAMESPACES_MAX;
use crate::limits::XML_NODES_MAX;
use crate::xml::Charset;
use crate::xml::Document;
use crate::xml::QName;
use crate::xml::Rule;
use crate::xml::XML;
use crate::xml::XmlError;

fn parse(text: &str) -> Result<Document, XmlError> {
    Document::parse(text.as_bytes())
}

#[track_caller]
fn check(rule: Rule, wrong: &[&str], near_misses: &[&str]) {
    for text in wrong {
        match parse(text) {
            Err(XmlError::NotWellFormed { rule: found, .. }) => assert_eq!(found, rule, "{text:?}"),
            other => panic!("{text:?}: expected {rule:?}, got {other:?}"),
        }
    }
    for text in near_misses {
        parse(text).unwrap_or_else(|e| panic!("{text:?}: {e}"));
    }
}

#[test]
fn tags_must_be_complete() {
    check(
        Rule::Syntax,
        &["<a", "<a><!-- </a>", "<a><![CDATA[x</a>", "<a><?x</a>", "<a><!x></a>"],
        &["<a></a>", "<a><!-- --></a>", "<a><![CDATA[x]]></a>", "<a><?x?></a>"],
    );
}

#[test]
fn end_tags_close_what_is_open() {
    check(Rule::EndTag, &["<a></b>", "<a><b></a></b>", "</a>", "<a/></a>"], &["<a></a >", "<a><b></b></a>"]);
    check(Rule::UnclosedElement, &["<a>", "<a><b></b>", "<a>text"], &["<a/>"]);
}

#[test]
fn there_is_one_root() {
    check(Rule::OneRoot, &["", " ", "<!-- -->", "<a/><b/>"], &[" \n<a/>\n", "<!-- --><a/><?x?>"]);
    check(Rule::TextOutsideRoot, &["x<a/>", "<a/>x", "<a/>&lt;", "<a/><![CDATA[]]>"], &["<a>x</a>"]);
}

#[test]
fn a_document_type_declaration_is_refused() {
    for text in [
        "<!DOCTYPE a><a/>",
        r#"<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>"#,
        r#"<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#,
    ] {
        let error = parse(text).unwrap_err();
        assert!(matches!(error, XmlError::NotWellFormed { rule: Rule::NoDtd, .. }), "{text}: {error}");
    }
    assert!(parse("<a>DOCTYPE</a>").is_ok());
}

#[test]
fn references_name_a_character_that_xml_has() {
    check(
        Rule::UnknownEntity,
        &["<a>&x;</a>", "<a>&nbsp;</a>", "<a>&LT;</a>"],
        &["<a>&lt;&gt;&amp;&apos;&quot;</a>"],
    );
    check(
        Rule::CharacterReference,
        &[
            "<a>&#0;</a>",
            "<a>&#x1F;</a>",
            "<a>&#xD800;</a>",
            "<a>&#xFFFE;</a>",
            "<a>&#x110000;</a>",
            "<a>&#a;</a>",
            "<a b='&#0;'/>",
        ],
        &["<a>&#9;&#x10FFFF;&#xFFFD;</a>", "<a b='&#x20;'/>"],
    );
}

#[test]
fn characters_are_those_of_xml() {
    check(
        Rule::Character,
        &["<a>\0</a>", "<a>\u{1}</a>", "<a b='\u{1f}'/>", "<a>\u{FFFE}</a>", "<a><!--\u{8}--></a>"],
        &["<a>\t\n\r\u{7F}\u{FFFD}\u{10000}</a>"],
    );
    check(Rule::CdataEnd, &["<a>]]></a>"], &["<a>]] ></a>", "<a>]]&gt;</a>", "<a b=']]>'/>"]);
    check(Rule::DoubleHyphen, &["<a><!-- -- --></a>", "<!-----><a/>"], &["<a><!-- - - --></a>"]);
}

#[test]
fn attributes_are_spelled_and_unique() {
    check(Rule::LessThanInAttribute, &["<a b='<'/>"], &["<a b='&lt;>'/>"]);
    check(
        Rule::AttributeSyntax,
        &["<a b/>", "<a b=c/>", "<a b='c'd='e'/>", "<a b=/>", "<a 'b'/>"],
        &["<a b = 'c'\n d=\"e\"/>"],
    );
    check(
        Rule::DuplicateAttribute,
        &["<a b='1' b='2'/>", "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", "<a xmlns='u' xmlns='u'/>"],
        &["<a xmlns:x='u' b='1' x:b='2'/>", "<a b='1' B='2'/>"],
    );
}

#[test]
fn names_and_prefixes_are_those_of_namespaces() {
    check(
        Rule::Name,
        &[
            "<a:/>",
            "<a><b</a>",
            "<:a/>",
            "<1/>",
            "<a b:='x'/>",
            "<a><?a:b?></a>",
            "<x xmlns:x='u'><x:y:z/></x>",
        ],
        &["<_/>", "<é-1.2/>", "<a><?b?></a>"],
    );
    check(
        Rule::UnboundPrefix,
        &["<x:a/>", "<a x:b=''/>", "<a><b xmlns:x='u'/><x:c/></a>"],
        &["<x:a xmlns:x='u'/>"],
    );
    check(
        Rule::ReservedPrefix,
        &[
            "<a xmlns:x=''/>",
            "<a xmlns:xml='u'/>",
            "<a xmlns:xmlns='u'/>",
            "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
            "<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>",
        ],
        &["<a xmlns=''/>", "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>"],
    );
}

#[test]
fn the_declaration_stands_first_and_is_of_xml_1_0() {
    check(
        Rule::Declaration,
        &[" <?xml version='1.0'?><a/>", "<a/><?xml version='1.0'?>"],
        &["<?xml version='1.0'?><a/>", "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n<a/>"],
    );
    assert!(parse("<?xml version='1.1'?><a/>").is_err());
    assert!(parse("<?xml encoding='utf-8'?><a/>").is_err());
}

#[test]
fn the_prefix_xml_is_bound_without_a_declaration() {
    let document = parse("<a xml:lang='en'><xml:b/></a>").unwrap();
    assert_eq!(document.root().attribute(QName::new(XML, "lang")), Some("en"));
    assert!(document.root().children().next().unwrap().is(QName::new(XML, "b")));
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let text = "<?xml version='1.0' encoding='utf-16'?><a>é日𝄞</a>";
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        for marked in [text.to_owned(), format!("\u{FEFF}{text}")] {
            let document = Document::parse(&utf16(&marked, order)).unwrap();
            assert_eq!(document.root().text(), "é日𝄞");
        }
    }
    let odd = utf16("<a/>", u16::to_le_bytes);
    assert!(matches!(Document::parse(&odd[..7]), Err(XmlError::BadEncoding { .. })));
    let lone = [utf16("<a>", u16::to_le_bytes), vec![0x00, 0xD8], utf16("</a>", u16::to_le_bytes)].concat();
    assert!(matches!(Document::parse(&lone), Err(XmlError::BadEncoding { .. })));
}

#[test]
fn the_charset_of_http_wins_over_the_declaration() {
    let text = "<?xml version='1.0' encoding='utf-16'?><a/>";
    assert!(Document::parse_as(text.as_bytes(), Charset::Utf8).is_ok());
    let latin = "<?xml version='1.0' encoding='iso-8859-1'?><a/>";
    assert!(matches!(parse(latin), Err(XmlError::UnsupportedEncoding { .. })));
    assert!(Document::parse_as(latin.as_bytes(), Charset::Utf8).is_ok());
    assert!(matches!(Document::parse(b"<a>\xFF</a>"), Err(XmlError::BadEncoding { offset: 3, .. })));
    assert_eq!(Document::parse(b"\xEF\xBB\xBF<a>x</a>").unwrap().root().text(), "x");
}

#[track_caller]
fn is_too_many(result: Result<Document, XmlError>, bound: usize) {
    match result {
        Err(XmlError::TooMany { max, .. }) => assert_eq!(max, bound),
        other => panic!("expected a bound, got {:?}", other.map(|_| "a document")),
    }
}

#[test]
fn each_bound_is_stood_on() {
    let nested = |depth: usize| parse(&("<a>".repeat(depth) + &"</a>".repeat(depth)));
    assert!(nested(XML_DEPTH_MAX).is_ok());
    is_too_many(nested(XML_DEPTH_MAX + 1), XML_DEPTH_MAX);
    let attributes =
        |count: usize| parse(&format!("<a{}/>", (0..count).map(|i| format!(" b{i}=''")).collect::<String>()));
    assert!(attributes(XML_ATTRIBUTES_MAX).is_ok());
    is_too_many(attributes(XML_ATTRIBUTES_MAX + 1), XML_ATTRIBUTES_MAX);
    let declared = |count: usize| {
        let declarations = (0..count).map(|i| format!(" xmlns:n{i}='u'")).collect::<String>();
        parse(&format!("<a{declarations}><b xmlns:z='u'/></a>"))
    };
    assert!(declared(XML_NAMESPACES_MAX - 1).is_ok());
    is_too_many(declared(XML_NAMESPACES_MAX), XML_NAMESPACES_MAX);
    let name = |length: usize| parse(&format!("<{}/>", "a".repeat(length)));
    assert!(name(XML_NAME_BYTES_MAX).is_ok());
    is_too_many(name(XML_NAME_BYTES_MAX + 1), XML_NAME_BYTES_MAX);
    let size = |bytes: usize| parse(&format!("<a>{}</a>", " ".repeat(bytes - 7)));
    assert!(size(XML_BYTES_MAX).is_ok());
    is_too_many(size(XML_BYTES_MAX + 1), XML_BYTES_MAX);
}

#[test]
fn twenty_thousand_open_tags_stop_at_the_bound_on_depth() {
    let tag = format!("<a xmlns:n='{}'>", "u".repeat(36));
    let text = tag.repeat(20_000);
    match parse(&text) {
        Err(XmlError::TooMany { max: XML_DEPTH_MAX, offset, .. }) => {
            assert_eq!(offset, tag.len() * (XML_DEPTH_MAX + 1));
        }
        other => panic!("{:?}", other.map(|_| "a document")),
    }
}

#[test]
fn as_many_siblings_are_read_with_one_node_each() {
    let text = format!("<r>{}</r>", "<a xmlns:n='u' b='c'></a>".repeat(20_000));
    let document = parse(&text).unwrap();
    assert_eq!(document.nodes.len(), 20_001);
    assert_eq!(document.attributes.len(), 20_000);
    assert_eq!(document.root().children().count(), 20_000);
}

#[test]
fn a_text_of_many_references_is_copied_once() {
    let text = format!("<r>x{}</r>", "&lt;y".repeat(20_000));
    let document = parse(&text).unwrap();
    assert_eq!(document.nodes.len(), 2);
    assert_eq!(document.root().text().len(), 40_001);
    // The source, what every document starts with, and the joined text without its first copy.
    assert!(document.text.len() <= text.len() + 64 + 40_001 + 8, "{}", document.text.len());
}

#[test]
fn a_document_has_as_many_nodes_as_the_bound() {
    let with = |count: usize| parse(&format!("<r>{}</r>", "<a/>".repeat(count - 1)));
    assert!(with(XML_NODES_MAX).is_ok());
    is_too_many(with(XML_NODES_MAX + 1), XML_NODES_MAX);
}
