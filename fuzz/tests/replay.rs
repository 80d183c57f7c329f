//! What the fuzz targets start from and what they once found, on every toolchain and without a fuzzer.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "seeds and regressions are files")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use winrm_fuzz::TARGETS;
use winrm_fuzz::seeds;

fn corpus(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(kind)
}

/// Names and contents of the files of a folder, which may be missing.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn each_oracle_holds_for_its_seeds() {
    for target in TARGETS {
        let seeds = files(&corpus("seeds").join(target.name));
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for (name, octets) in seeds {
            println!("{}/{name}", target.name);
            (target.oracle)(&octets);
        }
    }
}

#[test]
fn what_once_broke_an_oracle_breaks_it_no_more() {
    for target in TARGETS {
        for (name, octets) in files(&corpus("regressions").join(target.name)) {
            println!("{}/{name}", target.name);
            (target.oracle)(&octets);
        }
    }
}

#[test]
fn the_seeds_are_those_that_the_harness_makes() {
    let mut expected: Vec<_> =
        seeds::all().into_iter().map(|s| (s.target.to_owned(), s.name.to_owned(), s.octets)).collect();
    let mut found = Vec::new();
    for folder in names(&corpus("seeds")) {
        let files = files(&corpus("seeds").join(&folder));
        found.extend(files.into_iter().map(|(name, octets)| (folder.clone(), name, octets)));
    }
    expected.sort();
    found.sort();
    let names = |seeds: &[(String, String, Vec<u8>)]| -> Vec<String> {
        seeds.iter().map(|(target, name, _)| format!("{target}/{name}")).collect()
    };
    assert_eq!(
        names(&found),
        names(&expected),
        "write them anew with `cargo run -p winrm-fuzz --example seeds`"
    );
    assert!(found == expected, "write them anew with `cargo run -p winrm-fuzz --example seeds`");
}

#[test]
fn each_target_has_an_oracle_a_file_an_entry_and_seeds_and_nothing_else_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let targets: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let sources = |folder: &str| -> BTreeSet<String> {
        let names = names(&root.join(folder));
        names
            .iter()
            .filter_map(|name| name.strip_suffix(".rs"))
            .filter(|name| *name != "mod")
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(sources("src/oracles"), targets);
    assert_eq!(sources("fuzz_targets"), targets);
    assert_eq!(names(&corpus("seeds")), targets);
    assert!(!corpus("regressions").exists() || names(&corpus("regressions")).is_subset(&targets));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    for target in &targets {
        let entry = format!(
            "[[bin]]\nname = \"{target}\"\npath = \"fuzz_targets/{target}.rs\"\nrequired-features = [\"libfuzzer\"]\n\
             test = false\ndoc = false\nbench = false\n"
        );
        assert!(manifest.contains(&entry), "{entry}");
        let glue = fs::read_to_string(root.join(format!("fuzz_targets/{target}.rs"))).unwrap();
        assert!(glue.contains(&format!("winrm_fuzz::oracles::{target}(data)")), "{glue}");
    }
}
