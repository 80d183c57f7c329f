//! Reads the tables of README.md and the source files they speak of. Files only, no Rust parser: an import is a path
//! that begins with `crate::`, on a line that is no comment.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// One row of a module table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) module: String,
    pub(crate) may_import: BTreeSet<String>,
}

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "this test is about files")]
pub(crate) fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The rows of the table that follows `heading` in README.md, in their order.
pub(crate) fn table(heading: &str) -> Vec<Row> {
    parse_table(&read(&workspace().join("README.md")), heading)
}

fn parse_table(readme: &str, heading: &str) -> Vec<Row> {
    let rows: Vec<Row> = readme
        .lines()
        .skip_while(|line| *line != heading)
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(parse_row)
        .collect();
    assert!(!rows.is_empty(), "README.md has no table after {heading:?}");
    rows
}

/// `| \`module\` | what belongs there | what it may import, or – |`
fn parse_row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [module, _, imports] = cells[..] else { panic!("expected three cells in {line:?}") };
    let may_import = imports.split_whitespace().filter(|word| *word != "–").map(str::to_owned).collect();
    Row { module: module.trim_matches('`').to_owned(), may_import }
}

/// Every `.rs` file below `folder`, sorted.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The files of each module of `src`; the crate's root and its main function belong to none.
pub(crate) fn modules(src: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut modules: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in rust_files(src) {
        let first = file.strip_prefix(src).unwrap().components().next().unwrap();
        let name = first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if name != "lib" && name != "main" {
            modules.entry(name).or_default().push(file);
        }
    }
    modules
}

/// The text without the lines that are comments.
pub(crate) fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// What stands after each `prefix` in `text`: `{` or the name of a module.
pub(crate) fn names_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(prefix)
        .map(|(at, _)| text.split_at(at))
        .filter(|(before, _)| !before.ends_with(is_name))
        .map(|(_, found)| {
            let rest = found.trim_start_matches(prefix);
            let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
            if name.is_empty() { rest.chars().take(1).collect() } else { name }
        })
        .collect()
}

/// Everything that is wrong with the imports of `module`, which are in `files`.
pub(crate) fn imports_outside(row: &Row, files: &[PathBuf]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        let code = code(&read(file));
        let mut imports = names_after(&code, "crate::");
        imports.extend(
            names_after(&code, "super::super::").into_iter().map(|name| format!("super::super::{name}")),
        );
        if is_root(file, &row.module) {
            imports.extend(names_after(&code, "use super::").into_iter().filter(|name| name != "*"));
        }
        if code.contains("winrm_harness::") {
            imports.insert("harness".to_owned());
        }
        imports.retain(|name| *name != row.module && !row.may_import.contains(name));
        let shown = file.strip_prefix(workspace()).unwrap().display();
        wrong.extend(
            imports.into_iter().map(|name| format!("{shown}: `{}` may not import `{name}`", row.module)),
        );
    }
    wrong
}

/// Whether `super` is the crate in this file, tests aside.
fn is_root(file: &Path, module: &str) -> bool {
    file.ends_with(format!("src/{module}.rs")) || file.ends_with(format!("src/{module}/mod.rs"))
}

/// The rules of one table, all at once, so that one run shows everything that is wrong.
pub(crate) fn check(heading: &str, src: &Path) -> Vec<String> {
    let rows = table(heading);
    let modules = modules(src);
    let listed: BTreeSet<&str> = rows.iter().map(|row| row.module.as_str()).collect();
    let existing: BTreeSet<&str> = modules.keys().map(String::as_str).collect();
    let mut wrong: Vec<String> = Vec::new();
    wrong.extend(listed.difference(&existing).map(|name| format!("`{name}` is in the table and not in src")));
    wrong.extend(existing.difference(&listed).map(|name| format!("`{name}` is in src and not in the table")));
    let mut above = BTreeSet::from(["harness".to_owned()]);
    for row in &rows {
        wrong.extend(
            row.may_import
                .difference(&above)
                .map(|name| format!("the row of `{}` names `{name}`, which is no row above it", row.module)),
        );
        above.insert(row.module.clone());
        wrong.extend(imports_outside(row, modules.get(&row.module).map_or(&[], Vec::as_slice)));
    }
    wrong
}

#[test]
fn a_table_ends_where_its_lines_end_and_a_dash_is_no_module() {
    let readme = "### a\ntext\n\n| m | w | i |\n|---|---|---|\n| `x` | z | – |\n| `y` | z | x w |\n\n| `q` | z | – |\n";
    let rows = parse_table(readme, "### a");
    let names: Vec<(&str, Vec<&String>)> =
        rows.iter().map(|row| (row.module.as_str(), row.may_import.iter().collect())).collect();
    assert_eq!(names, [("x", vec![]), ("y", vec![&"w".to_owned(), &"x".to_owned()])]);
}

#[test]
fn imports_are_seen_in_code_and_not_in_comments() {
    let text = "use crate::soap::Envelope;\n/// [`crate::net`]\n    // crate::pair\nlet x = crate::xml::f();\nuse crate::{a};\nmycrate::no";
    assert_eq!(names_after(&code(text), "crate::").into_iter().collect::<Vec<_>>(), ["soap", "xml", "{"]);
}
