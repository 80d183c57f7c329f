use crate::wsx::case::Case;
use crate::wsx::error::WsxError;
use crate::wsx::parse::parse;

/// A case inside this binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddedCase {
    /// Its path below `corpus/exchanges`, with `/` between.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Written by the build script from the folder.
const CASES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// The cases inside this binary, sorted by path.
pub fn embedded_cases() -> impl Iterator<Item = EmbeddedCase> {
    CASES.iter().map(|(path, text)| EmbeddedCase { path, text })
}

impl EmbeddedCase {
    /// Reads the case.
    pub fn parse(&self) -> Result<Case, WsxError> {
        parse(self.path, self.text)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the tests compare the binary with the folder")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::requirement::Catalogue;
    use crate::wsx::lint::lint;

    fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn the_binary_holds_exactly_the_cases_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/exchanges");
        let files = files_below(&folder);
        let mut names: Vec<_> = files.iter().map(|file| file.strip_prefix(&folder).unwrap()).collect();
        names.sort();
        let embedded: Vec<_> = embedded_cases().map(|case| Path::new(case.path)).collect();
        assert_eq!(embedded, names);
        for case in embedded_cases() {
            assert_eq!(std::fs::read_to_string(folder.join(case.path)).unwrap(), case.text);
        }
    }

    #[test]
    fn every_case_reads_and_has_no_lint() {
        let catalogue = Catalogue::embedded().unwrap();
        for embedded in embedded_cases() {
            let case = embedded.parse().unwrap_or_else(|error| panic!("{error}"));
            let lints: Vec<String> =
                lint(&case, embedded.path, &catalogue).iter().map(ToString::to_string).collect();
            assert!(lints.is_empty(), "{}: {lints:#?}", embedded.path);
        }
    }
}
