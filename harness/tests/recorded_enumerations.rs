//! What recorded products say about enumerations is read: requests, and responses with their items.
//!
//! The recordings are not part of the project. Where they are not beside the checkout, nothing is read.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "all of this file is a test")]

use std::path::Path;
use std::path::PathBuf;

use winrm_harness::soap::Envelope;
use winrm_harness::wsman::enumeration::Enumerate;
use winrm_harness::wsman::enumeration::EnumerateResponse;
use winrm_harness::wsman::enumeration::Pull;
use winrm_harness::wsman::enumeration::PullResponse;
use winrm_harness::wsman::enumeration::Release;
use winrm_harness::xml::Element;
use winrm_harness::xml::XmlError;

/// Answers of iDRAC out of which the authors of a test cut context and end: nothing says how they go on.
const CUT: &[&str] = &[
    "nic_enumeration-enum-ok.xml",
    "nic_integer-enum-ok.xml",
    "nic_string-enum-colliding.xml",
    "nic_string-enum-ok.xml",
    "raid_enumeration-enum-ok.xml",
    "raid_string-enum-ok.xml",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// What is wrong with a body that an enumeration has; `None` for any other body.
fn read(body: Element<'_>) -> Option<Result<(), XmlError>> {
    if body.is(Enumerate::NAME) {
        return Some(body.read::<Enumerate>().map(drop));
    }
    if body.is(EnumerateResponse::NAME) {
        return Some(body.read::<EnumerateResponse>().map(drop));
    }
    if body.is(Pull::NAME) {
        return Some(body.read::<Pull>().map(drop));
    }
    if body.is(PullResponse::NAME) {
        return Some(body.read::<PullResponse>().map(drop));
    }
    body.is(Release::NAME).then(|| body.read::<Release>().map(drop))
}

#[test]
fn every_recorded_enumeration_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    if !root.exists() {
        println!("no recordings at {}", root.display());
        return;
    }
    let mut paths = Vec::new();
    files(&root, &mut paths);
    let (mut count, mut wrong) = (0, Vec::new());
    for path in paths {
        let Ok(envelope) = Envelope::decode(&std::fs::read(&path).unwrap(), None) else { continue };
        let Some(outcome) = envelope.body().and_then(read) else { continue };
        count += 1;
        let is_cut = CUT.iter().any(|cut| path.ends_with(cut));
        if outcome.is_err() != is_cut {
            wrong.push(format!("{}: {outcome:?}", path.display()));
        }
    }
    println!("read {count} bodies");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 100, "only {count} bodies were read");
}
