use std::collections::BTreeMap;

use serde::Deserialize;

use crate::requirement::Requirement;
use crate::requirement::RequirementError;
use crate::requirement::RequirementId;

/// The files of the catalogue, name and text; a test compares them with the folder.
pub const FILES: &[(&str, &str)] = &[
    ("auth.toml", include_str!("../../requirements/auth.toml")),
    ("base-specs.toml", include_str!("../../requirements/base-specs.toml")),
    ("dsp0226.toml", include_str!("../../requirements/dsp0226.toml")),
    ("ms-psrp.toml", include_str!("../../requirements/ms-psrp.toml")),
    ("ms-wsmv-core.toml", include_str!("../../requirements/ms-wsmv-core.toml")),
    ("ms-wsmv-encryption.toml", include_str!("../../requirements/ms-wsmv-encryption.toml")),
    ("ms-wsmv-shell.toml", include_str!("../../requirements/ms-wsmv-shell.toml")),
    ("policy.toml", include_str!("../../requirements/policy.toml")),
];

/// All requirements, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    requirements: BTreeMap<RequirementId, Requirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    catalogue: String,
    #[serde(rename = "format")]
    _format: u32,
    requirement: Vec<Requirement>,
}

impl Catalogue {
    /// The catalogue inside this binary.
    pub fn embedded() -> Result<Self, RequirementError> {
        let mut catalogue = Self::default();
        for (name, text) in FILES {
            catalogue.add_file(name, text)?;
        }
        Ok(catalogue)
    }

    /// Adds the requirements of one file.
    pub fn add_file(&mut self, name: &str, text: &str) -> Result<(), RequirementError> {
        let file: CatalogueFile = toml::from_str(text).map_err(|error| RequirementError::InvalidFile {
            file: name.to_owned(),
            message: error.message().to_owned(),
        })?;
        for requirement in file.requirement {
            let requirement = Requirement { catalogue: file.catalogue.clone(), ..requirement };
            let id = requirement.id.clone();
            if self.requirements.insert(id.clone(), requirement).is_some() {
                return Err(RequirementError::DuplicateId { id });
            }
        }
        Ok(())
    }

    /// The requirement of that id.
    pub fn requirement(&self, id: &RequirementId) -> Option<&Requirement> {
        self.requirements.get(id)
    }

    /// All requirements, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.requirements.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test compares the binary with the folder")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::requirement::Basis;

    #[test]
    fn every_entry_is_read_and_no_id_repeats() {
        let catalogue = Catalogue::embedded().unwrap();
        assert_eq!(catalogue.len(), 652);
    }

    #[test]
    fn the_binary_holds_exactly_the_files_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("requirements");
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        names.sort();
        assert_eq!(names, FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for (name, text) in FILES {
            assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), *text);
        }
    }

    #[test]
    fn every_summary_and_method_is_a_sentence() {
        for requirement in Catalogue::embedded().unwrap().iter() {
            for text in [&requirement.summary, &requirement.how] {
                assert!(text.len() > 5 && text.ends_with('.'), "{}: {text}", requirement.id);
            }
            assert!(!requirement.area.is_empty(), "{}", requirement.id);
            let observed = requirement.observed.as_ref();
            assert!(observed.is_none_or(|text| text.ends_with('.')), "{}", requirement.id);
            let untested = requirement.untested.as_ref();
            assert!(untested.is_none_or(|reason| reason.ends_with('.')), "{}", requirement.id);
        }
    }

    #[test]
    fn what_was_not_read_in_its_document_is_not_verified() {
        for requirement in Catalogue::embedded().unwrap().iter() {
            let unread = matches!(requirement.basis, Basis::Predecessor | Basis::Memory);
            assert_eq!(requirement.verified, !unread, "{}", requirement.id);
        }
    }

    #[test]
    fn the_same_id_twice_is_an_error() {
        let mut catalogue = Catalogue::embedded().unwrap();
        let (name, text) = FILES[0];
        assert!(matches!(catalogue.add_file(name, text), Err(RequirementError::DuplicateId { .. })));
    }
}
