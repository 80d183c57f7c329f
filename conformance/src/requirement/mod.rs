//! The catalogue: what is required, of whom, how strongly, and what we know it from.

mod catalogue;
mod codes;

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

pub use catalogue::Catalogue;
pub use catalogue::FILES;
pub use codes::code_name;

/// The stable name of a requirement, `DOCUMENT:SECTION` or `DOCUMENT:SECTION/slug`; never reused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequirementId(String);

impl RequirementId {
    /// Parses the id: a document in capitals, a colon, a section, and optionally a slash and a lower-case slug.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        let invalid = || RequirementError::InvalidId { got: text.to_owned() };
        let (document, rest) = text.split_once(':').ok_or_else(invalid)?;
        let (section, slug) =
            rest.split_once('/').map_or((rest, None), |(section, slug)| (section, Some(slug)));
        let document_is_valid = all(document, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
        let section_is_valid = all(section, |c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
        let slug_is_valid =
            slug.is_none_or(|slug| all(slug, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        if document_is_valid && section_is_valid && slug_is_valid {
            return Ok(Self(text.to_owned()));
        }
        Err(invalid())
    }

    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The document that states the rule: what stands before the colon.
    pub fn document(&self) -> &str {
        self.0.split_once(':').map_or("", |(document, _)| document)
    }

    /// Whether this is one of our policy checks, which never count as a violation of a specification.
    pub fn is_policy(&self) -> bool {
        self.document() == "POLICY"
    }
}

fn all(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RequirementId {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RequirementId {
    type Error = RequirementError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RequirementId> for String {
    fn from(id: RequirementId) -> Self {
        id.0
    }
}

/// [RFC 2119] How strongly a rule binds. The order is of strength: `May < Should < Must`.
///
/// [RFC 2119]: https://www.rfc-editor.org/rfc/rfc2119
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A violation is worth knowing, no more.
    May,
    /// A violation needs a good reason.
    Should,
    /// A violation fails.
    Must,
}

impl Level {
    /// The level of a word in capitals.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "MUST" => Some(Self::Must),
            "SHOULD" => Some(Self::Should),
            "MAY" => Some(Self::May),
            _ => None,
        }
    }

    /// The word in capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whom a rule binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The side that sends requests.
    Client,
    /// The side that answers.
    Server,
    /// Either side.
    Both,
}

/// What it takes to test a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Testable {
    /// One canned request, or a look at a recording.
    Replay,
    /// A stateful session, timing, credentials, configuration or a hostile counterpart.
    Live,
    /// A check of codecs or cryptography without a connection.
    Unit,
    /// Nothing known tests it.
    No,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Both => "both",
        })
    }
}

impl fmt::Display for Testable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Replay => "replay",
            Self::Live => "live",
            Self::Unit => "unit",
            Self::No => "no",
        })
    }
}

/// What an entry rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Read in the document that the id names.
    Text,
    /// Read in a source that quotes the rule.
    Quoted,
    /// Read in a source that cites the rule by its number.
    Cited,
    /// Read in the schema.
    Schema,
    /// Seen in real exchanges.
    Recording,
    /// Read in the June 2005 text that the document grew from.
    Predecessor,
    /// From general knowledge.
    Memory,
    /// A rule of this project, after the vendor's guidance.
    Policy,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its stable name.
    pub id: RequirementId,
    /// How strongly it binds.
    pub level: Level,
    /// Whom it binds.
    pub subject: Subject,
    /// The chapter of a report it belongs to, as `shell` or `encryption`.
    pub area: String,
    /// The rule in our words, a sentence.
    pub summary: String,
    /// What it takes to test it.
    pub testable: Testable,
    /// How one would test it.
    pub how: String,
    /// Whether the rule was read where its id says.
    pub verified: bool,
    /// What the entry rests on.
    pub basis: Basis,
    /// The fault that a violation of the sender earns, `subcode/detail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_fault: Option<String>,
    /// The WSManFault Code of that fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_code: Option<String>,
    /// The HTTP status that answers a violation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_http: Option<String>,
    /// Further sections that state the same rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_to: Vec<String>,
    /// The rule number in the June 2005 text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wsman2005: Option<String>,
    /// The rule number that follows from it; derived, not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dsp0226_likely: Option<String>,
    /// The same rule under the number of another edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// `windows`: observed behaviour, to be tolerated and never certified against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Where the rule was read, if not in the document of the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What real products do where they do something else, and what a case therefore passes, a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// Why no case tests it, a sentence; an entry that a case tests has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untested: Option<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The catalogue it stands in, as `dsp0226`.
    #[serde(skip)]
    pub catalogue: String,
}

/// What can be wrong with a catalogue or with a reference into it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequirementError {
    /// The text isn't an id.
    InvalidId {
        /// The text.
        got: String,
    },
    /// A file of the catalogue isn't what it should be.
    InvalidFile {
        /// Its name.
        file: String,
        /// What the TOML reader says.
        message: String,
    },
    /// Two entries have one id.
    DuplicateId {
        /// The id.
        id: RequirementId,
    },
}

impl fmt::Display for RequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidId { got } => {
                write!(
                    f,
                    "invalid requirement id `{got}`: expected `DOCUMENT:SECTION` or `DOCUMENT:SECTION/slug`"
                )
            }
            Self::InvalidFile { file, message } => write!(f, "invalid catalogue {file}: {message}"),
            Self::DuplicateId { id } => write!(f, "requirement `{id}` is defined twice"),
        }
    }
}

impl Error for RequirementError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_and_without_slug_are_read() {
        for id in ["DSP0226:R7.6-5", "MS-WSMV:3.1.4.14/retry-after-timeout", "POLICY:SEC-08"] {
            assert_eq!(RequirementId::parse(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for id in ["", "DSP0226", "dsp0226:R1", "DSP0226:", "DSP0226:R1/", "DSP0226:R1/Big", "A:b c"] {
            assert_eq!(RequirementId::parse(id), Err(RequirementError::InvalidId { got: id.to_owned() }));
        }
    }

    #[test]
    fn levels_are_ordered_by_strength() {
        assert!(Level::May < Level::Should && Level::Should < Level::Must);
    }
}
