//! Recorded and published messages of other implementations: what is well-formed is read and written again with the
//! same infoset, by the judgement of roxmltree, and what is not is refused.
//!
//! The recordings are not part of the project. Where they are not beside the checkout, nothing is compared.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this file is a test"
)]

#[path = "fixtures/messages.rs"]
mod messages;

use std::path::Path;
use std::path::PathBuf;

use winrm_harness::soap::Envelope;
use winrm_harness::soap::SoapError;
use winrm_harness::xml::Document;
use winrm_harness::xml::Rule;
use winrm_harness::xml::Writer;
use winrm_harness::xml::XmlError;

/// One file of the manifest that says whether it is XML.
struct Fixture {
    path: String,
    bytes: Vec<u8>,
    is_well_formed: bool,
    is_soap: bool,
    /// How many documents the manifest counts in it, for a file that holds several.
    documents: Option<usize>,
}

/// Files that the manifest calls SOAP and that are no SOAP 1.2 envelopes, with what is wrong with them.
const NOT_AN_ENVELOPE: &[(&str, &str)] = &[
    (
        "Devolutions+ironPosh/crates/ironposh-winrm/tests/resources/malformed/missing_body.xml",
        "expected a Body in the envelope, and it is missing",
    ),
    // The tests of masterzen/winrm build a header alone.
    (
        "masterzen+winrm/_extracted/soap__header_test.go/L00039_TestHeaderBuild.expected.xml",
        "expected a Body in the envelope, and it is missing",
    ),
    (
        "masterzen+winrm/_extracted/soap__header_test.go/L00063_TestOtherHeaderBuild.expected.xml",
        "expected a Body in the envelope, and it is missing",
    ),
    (
        "masterzen+winrm/_extracted/soap__header_test.go/L00091_TestAddOptionHeaderBuild.expected.xml",
        "expected a Body in the envelope, and it is missing",
    ),
    // The stub server of dylanmei/winrmtest leaves out the Body.
    (
        "dylanmei+winrmtest/_extracted/wsman.go/L00070_ServeHTTP.Write.xml",
        "expected Header and Body in the envelope at octet 148, found \
         {http://schemas.microsoft.com/wbem/wsman/1/windows/shell}ShellId",
    ),
    (
        "dylanmei+winrmtest/_extracted/wsman.go/L00086_ServeHTTP.Sprintf.xml",
        "expected Header and Body in the envelope at octet 148, found \
         {http://schemas.microsoft.com/wbem/wsman/1/windows/shell}CommandId",
    ),
    (
        "dylanmei+winrmtest/_extracted/wsman.go/L00108_ServeHTTP.Sprintf.xml",
        "expected Header and Body in the envelope at octet 148, found \
         {http://schemas.microsoft.com/wbem/wsman/1/windows/shell}ReceiveResponse",
    ),
    (
        "dylanmei+winrmtest/_extracted/wsman_test.go/L00194_Test_deleting_a_shell.NewReader.xml",
        "expected a Body in the envelope, and it is missing",
    ),
];

/// Files that the manifest calls well-formed and that are refused all the same, with the rule they break.
const REFUSED: &[(&str, Rule)] =
    &[("cloudsoft+winrm4j/client/src/test/resources/recordings/win12.xml", Rule::NoDtd)];

/// Files that the manifest calls not well-formed and that are read all the same: the tool that judged them also wants
/// namespace names to be URIs without white space, which neither XML 1.0 nor Namespaces in XML makes a condition.
const READ: &[&str] = &[
    // xmlns:x="{S}"
    "Devolutions+ironPosh/_extracted/crates__ironposh-winrm__src__soap__mod.rs/\
     L00107_accepts_envelope_root_regardless_of_prefix.xml",
    // A line end at the start of xmlns:cfg.
    "awakecoding+openspecs/_extracted/skills__windows-protocols__MS-WSMAN__MS-WSMAN.md/013_L01670.xml",
];

#[test]
fn every_recorded_envelope_is_written_again_with_the_same_infoset() {
    let Some(fixtures) = fixtures() else { return };
    let (mut compared, mut wrong) = (0_usize, Vec::new());
    for fixture in fixtures.iter().filter(|f| f.is_well_formed && f.is_soap) {
        for (i, document) in documents(fixture).iter().enumerate() {
            let name = format!("{} #{i}", fixture.path);
            match Envelope::decode(document, None) {
                Ok(envelope) => wrong.extend(compare(&name, document, &envelope.encode())),
                Err(error) if is_expected(&fixture.path, &error) => {}
                Err(error) => wrong.push(format!("{name}: {error}")),
            }
            compared += 1;
        }
    }
    println!("compared {compared} envelopes");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 700, "only {compared} envelopes were compared");
}

#[test]
fn every_other_well_formed_document_is_written_again_with_the_same_infoset() {
    let Some(fixtures) = fixtures() else { return };
    let (mut compared, mut wrong) = (0_usize, Vec::new());
    for fixture in fixtures.iter().filter(|f| f.is_well_formed && !f.is_soap) {
        match Document::parse(&fixture.bytes) {
            Ok(document) => {
                let mut writer = Writer::new();
                writer.copy(document.root());
                wrong.extend(compare(&fixture.path, &fixture.bytes, &writer.finish()));
            }
            Err(error) if is_expected(&fixture.path, &error.clone().into()) => {}
            Err(error) => wrong.push(format!("{}: {error}", fixture.path)),
        }
        compared += 1;
    }
    println!("compared {compared} documents");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 150, "only {compared} documents were compared");
}

#[test]
fn every_document_that_is_not_well_formed_is_refused() {
    let Some(fixtures) = fixtures() else { return };
    let (mut refused, mut wrong) = (0_usize, Vec::new());
    for fixture in fixtures.iter().filter(|f| !f.is_well_formed) {
        let is_read = Document::parse(&fixture.bytes).is_ok();
        if is_read != READ.contains(&fixture.path.as_str()) {
            wrong.push(format!("{} {}", fixture.path, if is_read { "was read" } else { "was refused" }));
        }
        assert!(!is_read || roxmltree::Document::parse(&text(&fixture.bytes)).is_ok(), "{}", fixture.path);
        refused += 1;
    }
    println!("refused {refused} documents");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused >= 30, "only {refused} documents were looked at");
}

fn is_expected(path: &str, error: &SoapError) -> bool {
    match error {
        SoapError::Xml(XmlError::NotWellFormed { rule, .. }) => REFUSED.contains(&(path, *rule)),
        other => NOT_AN_ENVELOPE.contains(&(path, other.to_string().as_str())),
    }
}

/// What roxmltree finds different between a document and what was written for it.
fn compare(name: &str, original: &[u8], written: &str) -> Option<String> {
    let original = text(original);
    let expected = match roxmltree::Document::parse(&original) {
        Ok(document) => document,
        Err(error) => return Some(format!("{name}: roxmltree refuses the original: {error}")),
    };
    let found = match roxmltree::Document::parse(written) {
        Ok(document) => document,
        Err(error) => return Some(format!("{name}: roxmltree refuses what was written: {error}")),
    };
    let difference = difference(expected.root_element(), found.root_element())?;
    Some(format!("{name}: {difference}"))
}

/// The first difference of names, attributes, text or children; comments and processing instructions do not count.
fn difference(one: roxmltree::Node<'_, '_>, other: roxmltree::Node<'_, '_>) -> Option<String> {
    if one.tag_name() != other.tag_name() {
        return Some(format!("{:?} became {:?}", one.tag_name(), other.tag_name()));
    }
    let (expected, found) = (attributes(one), attributes(other));
    if expected != found {
        return Some(format!("attributes of {:?}: {expected:?} became {found:?}", one.tag_name()));
    }
    let (expected, found) = (children(one), children(other));
    if expected.len() != found.len() {
        return Some(format!("{:?}: {} children became {}", one.tag_name(), expected.len(), found.len()));
    }
    expected.into_iter().zip(found).find_map(|pair| match pair {
        (Child::Text(one), Child::Text(other)) if one == other => None,
        (Child::Element(one), Child::Element(other)) => difference(one, other),
        (one, other) => Some(format!("{one:?} became {other:?}")),
    })
}

#[derive(Debug)]
enum Child<'a, 'input> {
    Text(String),
    Element(roxmltree::Node<'a, 'input>),
}

/// Elements and texts; texts that only a comment separates are one.
fn children<'a, 'input>(node: roxmltree::Node<'a, 'input>) -> Vec<Child<'a, 'input>> {
    let mut children = Vec::new();
    for child in node.children() {
        if child.is_element() {
            children.push(Child::Element(child));
            continue;
        }
        let text = child.text().filter(|text| child.is_text() && !text.is_empty()).unwrap_or_default();
        match children.last_mut() {
            Some(Child::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => children.push(Child::Text(text.to_owned())),
        }
    }
    children
}

fn attributes(node: roxmltree::Node<'_, '_>) -> Vec<(String, String, String)> {
    let mut attributes: Vec<_> = node
        .attributes()
        .map(|a| (a.namespace().unwrap_or_default().to_owned(), a.name().to_owned(), a.value().to_owned()))
        .collect();
    attributes.sort();
    attributes
}

/// A second decoder, so that ours is not compared with itself.
fn text(bytes: &[u8]) -> String {
    let units = |unit: fn([u8; 2]) -> u16| {
        let pairs: Vec<u16> = bytes.chunks(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&pairs).unwrap()
    };
    let text = match bytes {
        [0xFF, 0xFE, ..] | [_, 0, ..] => units(u16::from_le_bytes),
        [0xFE, 0xFF, ..] | [0, _, ..] => units(u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).unwrap(),
    };
    text.trim_start_matches('\u{FEFF}').to_owned()
}

/// The documents of a file: itself or, for a recording in YAML, each `request` and `response`.
fn documents(fixture: &Fixture) -> Vec<Vec<u8>> {
    if Path::new(&fixture.path).extension().is_none_or(|extension| extension != "yml") {
        return vec![fixture.bytes.clone()];
    }
    let recording = String::from_utf8(fixture.bytes.clone()).unwrap();
    let mut values: Vec<String> = Vec::new();
    for line in recording.lines().filter(|line| !line.starts_with('#')) {
        let entry = line.trim_start_matches("- ").trim_start();
        match entry.strip_prefix("request: ").or_else(|| entry.strip_prefix("response: ")) {
            Some(value) => values.push(value.to_owned()),
            // What follows is of another kind, and no document.
            None if is_key(entry) => values.push(String::new()),
            // A folded line: its line end and indentation stand for one space.
            None => values.last_mut().into_iter().for_each(|v| *v += &format!(" {}", line.trim_start())),
        }
    }
    let values = values.iter().map(|value| scalar(value));
    let documents: Vec<_> = values.filter(|text| text.starts_with('<')).map(String::into_bytes).collect();
    assert_eq!(Some(documents.len()), fixture.documents, "{}", fixture.path);
    documents
}

fn is_key(entry: &str) -> bool {
    let key = entry.split(": ").next().unwrap().trim_end_matches(':');
    key.len() < entry.len() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// A plain or single-quoted scalar of YAML.
fn scalar(value: &str) -> String {
    match value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
        Some(quoted) => quoted.replace("''", "'"),
        None => value.to_owned(),
    }
}

/// The files that the manifest judges. `None` when there is no manifest.
fn fixtures() -> Option<Vec<Fixture>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let Some(manifest) = read(&folder.join("MANIFEST.toml")) else {
        println!("fixtures not found, nothing compared");
        return None;
    };
    let manifest: toml::Table = String::from_utf8(manifest).unwrap().parse().unwrap();
    let files = manifest["file"].as_array().unwrap().iter();
    Some(files.filter_map(|file| fixture(&folder, file)).collect())
}

fn fixture(folder: &Path, file: &toml::Value) -> Option<Fixture> {
    let is_well_formed = file.get("well_formed")?.as_bool().unwrap();
    let path = file["file"].as_str().unwrap().to_owned();
    Some(Fixture {
        bytes: read(&folder.join(&path)).unwrap_or_else(|| panic!("{path} is in the manifest and not there")),
        path,
        is_well_formed,
        is_soap: file.get("soap").is_some_and(|soap| soap.as_bool() == Some(true)),
        documents: file.get("xml_documents").map(|n| usize::try_from(n.as_integer().unwrap()).unwrap()),
    })
}

#[expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}
