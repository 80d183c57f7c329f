//! The module table of the harness in README.md, held against `src/`.
#![cfg(test)]

#[path = "layers/source.rs"]
mod source;

use std::path::Path;

const HEADING: &str = "### Modules of the harness, lowest first";

#[test]
fn each_harness_module_imports_only_what_its_row_names() {
    let wrong = source::check(HEADING, &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn client_and_server_never_import_each_other() {
    for row in source::table(HEADING) {
        let other = match row.module.as_str() {
            "client" => "server",
            "server" => "client",
            _ => continue,
        };
        assert!(!row.may_import.contains(other), "the row of `{}` names `{other}`", row.module);
    }
}
