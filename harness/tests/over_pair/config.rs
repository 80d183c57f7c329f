//! The reference client reads and changes the configuration of the reference server, in memory; and what recorded
//! services told of theirs is read.

use std::path::Path;
use std::path::PathBuf;

use winrm_harness::client::SequenceError;
use winrm_harness::client::get_config;
use winrm_harness::client::put_config;
use winrm_harness::server::Config;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::config::ConfigType;
use winrm_harness::wsman::config::ListenerType;
use winrm_harness::wsman::config::ServiceAuthType;
use winrm_harness::wsman::config::ServiceType;
use winrm_harness::wsman::config::Table;
use winrm_harness::wsman::sddl::SecurityDescriptor;
use winrm_harness::xml::Document;
use winrm_harness::xml::Writer;

use crate::wire::Wire;
use crate::wire::requests;

#[test]
fn a_table_is_got_changed_and_got_again() {
    let mut wire = Wire::new(Config::default());
    let (state, outgoing) = get_config::<ServiceType>(requests(60_000), SelectorSet::default());
    let (requests, before) = state.step(wire.ask(&outgoing)).unwrap();
    assert_eq!(before.auth.unwrap().basic, Some(false.into()));
    let auth = ServiceAuthType { basic: Some(true.into()), ..ServiceAuthType::default() };
    let change =
        ServiceType { auth: Some(auth), allow_unencrypted: Some(true.into()), ..ServiceType::default() };
    let (state, outgoing) = put_config(requests, SelectorSet::default(), &change);
    let (requests, told) = state.step(wire.ask(&outgoing)).unwrap();
    let (state, outgoing) = get_config::<ConfigType>(requests, SelectorSet::default());
    let (_, after) = state.step(wire.ask(&outgoing)).unwrap();
    assert_eq!(after.service.unwrap(), told);
    assert_eq!(told.auth.unwrap().basic, Some(true.into()));
    assert!(wire.pair.server.config().basic && wire.pair.server.config().allow_unencrypted);
}

#[test]
fn a_row_is_named_by_its_selectors_and_one_that_is_not_there_is_a_fault() {
    let mut wire = Wire::new(Config::default());
    let mut selectors = SelectorSet::of("Address", "*");
    selectors.0.extend(SelectorSet::of("Transport", "HTTP").0);
    let (state, outgoing) = get_config::<ListenerType>(requests(60_000), selectors);
    let (requests, listener) = state.step(wire.ask(&outgoing)).unwrap();
    assert_eq!((listener.port, listener.listening_on.len()), (Some(5985.into()), 2));
    let mut selectors = SelectorSet::of("Address", "*");
    selectors.0.extend(SelectorSet::of("Transport", "HTTPS").0);
    let (state, outgoing) = get_config::<ListenerType>(requests, selectors);
    assert!(matches!(state.step(wire.ask(&outgoing)), Err(SequenceError::Faulted(_))));
}

/// Whether `text` is read, every setting of it, and says the same when it is written again.
fn check(text: &str) {
    let document = Document::parse(text.as_bytes()).unwrap();
    let config = ConfigType::read_known(document.root()).unwrap();
    config.check().unwrap();
    let mut writer = Writer::new();
    writer.write(&config);
    assert_eq!(writer.finish(), text);
    let root = config.service.unwrap().root_sddl.unwrap().value;
    assert_eq!(SecurityDescriptor::parse(&root).unwrap().to_string(), root);
}

#[test]
fn recorded_configurations_are_read_and_written_again_octet_by_octet() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/jborean93+pypsrp");
    let mut count = 0;
    for file in files(&folder) {
        let text = String::from_utf8_lossy(&read(&file)).into_owned();
        for piece in text.split("<cfg:Config ").skip(1) {
            let (inside, _) = piece.split_once("</cfg:Config>").unwrap();
            check(&format!("<cfg:Config {inside}</cfg:Config>"));
            count += 1;
        }
    }
    match folder.exists() {
        true => assert!(count > 0),
        false => println!("fixtures not found, nothing compared"),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap()
}

/// The recordings below a folder; none where it isn't.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                found.push(path);
            }
        }
    }
    found
}
