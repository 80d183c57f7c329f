//! Instances, faults and outputs of methods that other implementations recorded or published, read through the types of
//! CIM and written again.
//!
//! The recordings are not part of the project. Where they are not beside the checkout, nothing is compared.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "all of this file is a test")]

use std::path::Path;
use std::path::PathBuf;

use winrm_harness::soap::Envelope;
use winrm_harness::soap::Fault;
use winrm_harness::wsman::WsmanFault;
use winrm_harness::wsman::cim::CimElement;
use winrm_harness::wsman::cim::WmiError;
use winrm_harness::xml::Document;
use winrm_harness::xml::Element;
use winrm_harness::xml::Node;
use winrm_harness::xml::QName;
use winrm_harness::xml::ToXml;
use winrm_harness::xml::Writer;
use winrm_harness::xml::XSI;

/// What an element must have in its namespace to be of a CIM class.
const CLASSES: [&str; 6] =
    ["/wbem/wscim/1/", "/wsman/1/wmi/", "/wbem/wscim/", "cim-schema", "amt-schema", "ips-schema"];

#[test]
fn every_recorded_instance_is_written_again_with_the_same_infoset() {
    let (mut instances, mut wrong) = (0_usize, Vec::new());
    for (path, envelope) in envelopes() {
        for element in envelope.body_children().flat_map(below).filter(|element| is_cim(*element)) {
            match element.read::<CimElement>() {
                Ok(read) => {
                    let lost = difference(element, written(&read).root());
                    wrong.extend(lost.map(|d| format!("{path}: {d}")));
                }
                Err(error) => wrong.push(format!("{path}: {error}")),
            }
            instances += 1;
        }
    }
    println!("compared {instances} instances");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(instances == 0 || instances >= 400, "only {instances} instances were compared");
}

#[test]
fn every_recorded_fault_is_read_without_loss_of_code_and_message() {
    let (mut faults, mut codes, mut wmi_errors, mut extended) = (0, 0, 0, 0);
    let (mut unread, mut wrong) = (Vec::new(), Vec::new());
    for (path, envelope) in envelopes() {
        let fault = match envelope.fault() {
            Ok(Some(fault)) => fault,
            Ok(None) => continue,
            Err(error) => {
                unread.push(format!("{path}: {error}"));
                continue;
            }
        };
        faults += 1;
        let read = WsmanFault::in_fault(&fault).unwrap();
        let written = read.as_ref().map(written);
        let detail = fault.detail.as_ref().map(|detail| detail.element());
        let recorded = detail.and_then(|detail| detail.child(WsmanFault::NAME));
        assert_eq!(recorded.is_some(), read.is_some(), "{path}");
        if let (Some(recorded), Some(written)) = (recorded, &written) {
            codes += 1;
            wrong.extend(difference(recorded, written.root()).map(|d| format!("{path}: {d}")));
        }
        extended += usize::from(read.and_then(|r| r.provider_fault?.extended_error).is_some());
        if let Some(error) = WmiError::in_fault(&fault).unwrap() {
            wmi_errors += 1;
            wrong.extend(lost(&fault, &error).map(|d| format!("{path}: {d}")));
        }
    }
    println!(
        "read {faults} faults: {codes} WSManFault, {extended} ExtendedError, {wmi_errors} MSFT_WmiError"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let is_enough = codes >= 20 && wmi_errors >= 3 && extended >= 2 && unread.len() <= 12;
    assert!(faults == 0 || is_enough, "too few faults were read");
}

/// What of a `MSFT_WmiError` was lost.
fn lost(fault: &Fault, error: &WmiError) -> Option<String> {
    let detail = fault.detail.as_ref().unwrap().element();
    let recorded = detail.children().find(|child| child.local() == "MSFT_WmiError").unwrap();
    let text =
        |name: &str| recorded.children().find(|c| c.local() == name).map(|c| c.trimmed_text().to_owned());
    assert_eq!(error.code().map(|code| code.to_string()), text("error_Code"));
    assert_eq!(error.cim_status_code().map(|code| code.to_string()), text("CIMStatusCode"));
    assert_eq!(Some(error.message().to_owned()), text("Message"));
    difference(recorded, written(error).root())
}

fn written(value: &impl ToXml) -> Document {
    let mut writer = Writer::new();
    writer.write(value);
    Document::parse(writer.finish().as_bytes()).unwrap()
}

/// An element and, for what only wraps others, those inside.
fn below(element: Element<'_>) -> Vec<Element<'_>> {
    let wraps = ["EnumerateResponse", "PullResponse", "Items", "Item", "XmlFragment", "WSManFault"];
    let mut found = vec![element];
    if wraps.contains(&element.local()) {
        found.extend(element.children().flat_map(below));
    }
    found
}

fn is_cim(element: Element<'_>) -> bool {
    CLASSES.iter().any(|known| element.namespace().contains(known))
}

/// The first difference of names, attributes, text or children. White space around a text or between elements doesn't
/// count, `xsi:nil="false"` says nothing, nor does the
/// language, and a type is compared by the name that it means.
fn difference(one: Element<'_>, other: Element<'_>) -> Option<String> {
    if one.expanded_name() != other.expanded_name() {
        return Some(format!("{} became {}", one.expanded_name(), other.expanded_name()));
    }
    let name = one.expanded_name();
    let (expected, found) = (attributes(one), attributes(other));
    if expected != found {
        return Some(format!("attributes of {name}: {expected:?} became {found:?}"));
    }
    let (expected, found) = (text(one), text(other));
    if expected != found {
        return Some(format!("text of {name}: {expected:?} became {found:?}"));
    }
    if one.children().count() != other.children().count() {
        return Some(format!("children of {name}"));
    }
    one.children().zip(other.children()).find_map(|(one, other)| difference(one, other))
}

fn text(element: Element<'_>) -> String {
    let texts = element.nodes().filter_map(|node| match node {
        Node::Text(text) => Some(text.trim()),
        Node::Element(_) => None,
    });
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn attributes(element: Element<'_>) -> Vec<(String, String)> {
    let kind = QName::new(XSI, "type");
    let mut attributes: Vec<_> = element
        .attributes()
        .map(|a| {
            let is_type = a.namespace == XSI.uri && a.local == kind.local;
            let meant = is_type.then(|| element.resolve_qname(a.value)).flatten();
            let value = meant.map_or_else(|| a.value.to_owned(), |(uri, local)| format!("{{{uri}}}{local}"));
            (format!("{{{}}}{}", a.namespace, a.local), value)
        })
        .filter(|(name, value)| !(name.ends_with("}nil") && matches!(value.as_str(), "false" | "0")))
        .filter(|(name, _)| name != "{http://www.w3.org/XML/1998/namespace}lang")
        .collect();
    attributes.sort();
    attributes
}

/// Every envelope of the recordings.
fn envelopes() -> Vec<(String, Envelope)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    if !folder.exists() {
        println!("fixtures not found, nothing compared");
    }
    let mut paths = Vec::new();
    collect(&folder, &mut paths);
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let documents = documents(&std::fs::read(path).unwrap(), path);
        let envelopes = documents.into_iter().filter_map(|octets| Envelope::decode(&octets, None).ok());
        envelopes.map(move |envelope| (name.clone(), envelope)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(read).collect()
}

/// The file, or what a recording in YAML has of Windows: its folded lines are one, its doubled quotes are quotes.
fn documents(octets: &[u8], path: &Path) -> Vec<Vec<u8>> {
    const END: &str = "</s:Envelope>";
    if path.extension().is_some_and(|extension| extension == "xml") {
        return vec![octets.to_vec()];
    }
    let text = String::from_utf8_lossy(octets);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let text = lines.join(" ").replace("''", "'");
    let starts = text.split("<s:Envelope").skip(1);
    let whole = starts.filter_map(|rest| rest.split_once(END).map(|(inside, _)| inside));
    whole.map(|inside| ["<s:Envelope", inside, END].concat().into_bytes()).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "xml" || extension == "yml") {
            paths.push(path);
        }
    }
}
