//! The module table of the suite in README.md, held against `src/`; and the rules that every package obeys.
#![cfg(test)]

mod rules;
#[path = "../../harness/tests/layers/source.rs"]
mod source;

use std::path::Path;

#[test]
fn each_conformance_module_imports_only_what_its_row_names() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let wrong = source::check("### Modules of the suite, lowest first", &src);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
