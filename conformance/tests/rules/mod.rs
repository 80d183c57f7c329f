//! Rules that every package obeys, each a test.

mod requirements;

use std::path::Path;
use std::path::PathBuf;

use crate::source::code;
use crate::source::read;
use crate::source::rust_files;
use crate::source::workspace;

const LINES_MAX: usize = 500;

const PACKAGES: &[&str] = &["harness", "conformance", "fuzz", "benches"];

/// What only some folders may name, and in which of them. Folders called `tests` may open sockets to try the rest.
const DOORS: &[(&str, &[&str])] = &[
    // The bench compares our reader with the bare tokenizer.
    ("quick_xml::", &["harness/src/xml", "benches/benches"]),
    ("sspi::", &["harness/src/auth"]),
    ("digest_auth::", &["harness/src/auth"]),
    ("x509_parser::", &["harness/src/tls"]),
    ("tokio_rustls::", &["harness/src/net"]),
    ("TcpStream", &["harness/src/net"]),
    ("TcpListener", &["harness/src/net"]),
    ("UdpSocket", &["harness/src/net"]),
    // A bench measures time.
    ("Instant::now", &["harness/src/net", "benches/src", "benches/benches"]),
    ("SystemTime::now", &["harness/src/net"]),
    ("libfuzzer_sys::", &["fuzz"]),
    ("arbitrary::", &["fuzz"]),
    ("criterion::", &["benches"]),
];

/// The same by the manifests: who may depend on what.
const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("quick-xml", &["harness", "benches"]),
    ("sspi", &["harness"]),
    ("digest_auth", &["harness"]),
    ("getrandom", &["harness"]),
    ("libfuzzer-sys", &["fuzz"]),
    ("arbitrary", &["fuzz"]),
    ("criterion", &["benches"]),
    ("clap", &["conformance"]),
    ("indicatif", &["conformance"]),
];

fn relative(file: &Path) -> String {
    file.strip_prefix(workspace()).unwrap().to_str().unwrap().to_owned()
}

fn all_rust_files() -> Vec<PathBuf> {
    PACKAGES.iter().flat_map(|package| rust_files(&workspace().join(package))).collect()
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_door_has_one_keeper() {
    let mut wrong = Vec::new();
    for file in all_rust_files() {
        let path = relative(&file);
        if path.contains("/tests/") {
            continue;
        }
        let code = code(&read(&file));
        for (name, homes) in DOORS {
            if code.contains(name) && !homes.iter().any(|home| path.starts_with(home)) {
                wrong.push(format!("{path}: `{name}` belongs in {homes:?}"));
            }
        }
    }
    report(&wrong);
}

#[test]
fn each_door_has_one_dependent() {
    let mut wrong = Vec::new();
    for package in PACKAGES {
        let manifest: toml::Table = read(&workspace().join(package).join("Cargo.toml")).parse().unwrap();
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(kind).and_then(toml::Value::as_table) else { continue };
            for (name, homes) in DEPENDENCIES {
                if table.contains_key(*name) && !homes.contains(package) {
                    wrong.push(format!("{package}/Cargo.toml: `{name}` belongs in {homes:?}"));
                }
            }
        }
    }
    report(&wrong);
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let lines = |file: &PathBuf| read(file).lines().count();
    let long =
        all_rust_files().into_iter().map(|file| (lines(&file), file)).filter(|(count, _)| *count > LINES_MAX);
    report(&long.map(|(count, file)| format!("{}: {count} lines", relative(&file))).collect::<Vec<_>>());
}

#[test]
fn nothing_is_ignored_or_left_for_later() {
    // Written apart, so that this file does not find itself.
    let words = [
        concat!("#[ign", "ore"),
        concat!("tod", "o!("),
        concat!("unimple", "mented!("),
        concat!("FIX", "ME"),
    ];
    let mut wrong = Vec::new();
    for file in all_rust_files() {
        let text = read(&file);
        wrong.extend(
            words
                .iter()
                .filter(|word| text.contains(**word))
                .map(|word| format!("{}: {word}", relative(&file))),
        );
    }
    report(&wrong);
}

#[test]
fn each_fuzz_target_has_an_oracle_seeds_and_an_entry() {
    let manifest: toml::Table = read(&workspace().join("fuzz/Cargo.toml")).parse().unwrap();
    let entries = manifest.get("bin").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let entries: Vec<&str> = entries.iter().map(|bin| bin["name"].as_str().unwrap()).collect();
    let files = rust_files(&workspace().join("fuzz/fuzz_targets"));
    let oracles: String = rust_files(&workspace().join("fuzz/src")).iter().map(|file| read(file)).collect();
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let seeds = workspace().join("corpus/seeds").join(name);
        if !entries.contains(&name) {
            wrong.push(format!("fuzz/Cargo.toml: no [[bin]] `{name}`"));
        }
        if !oracles.contains(name) {
            wrong.push(format!("fuzz/src: no oracle `{name}`"));
        }
        if !seeds.read_dir().is_ok_and(|mut folder| folder.next().is_some()) {
            wrong.push(format!("corpus/seeds/{name}: no seed"));
        }
    }
    let has_file = |name: &&str| files.iter().any(|file| file.file_stem().is_some_and(|stem| stem == *name));
    wrong.extend(
        entries
            .iter()
            .filter(|name| !has_file(name))
            .map(|name| format!("fuzz/fuzz_targets/{name}.rs: missing")),
    );
    report(&wrong);
}
