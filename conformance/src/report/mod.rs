//! The record of a run, and what is told of it. Every format is made from the one record.

mod json;
mod redactor;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::requirement::Catalogue;
use crate::requirement::Level;
use crate::requirement::RequirementId;
use crate::verdict::Conformance;
use crate::verdict::RollUp;
use crate::verdict::Standing;
use crate::verdict::Verdict;

pub use json::json;
pub use redactor::Redactor;
pub use text::Style;
pub use text::text;

/// Everything a run has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// What was run.
    pub header: RunHeader,
    /// Each case, in order.
    pub cases: Vec<CaseResult>,
    /// Each requirement that a case named, by id.
    pub requirements: Vec<RequirementResult>,
    /// Each profile that a case belongs to, by name.
    pub profiles: Vec<ProfileResult>,
    /// Why not everything that was selected came to the point; empty if it did.
    pub incomplete: Vec<String>,
}

/// What was run, on what, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHeader {
    /// The version of the command.
    pub tool_version: String,
    /// `server`, `client` or `capture`.
    pub role: String,
    /// The address, or the name of the recording.
    pub endpoint: String,
    /// What every random choice came from.
    pub seed: u64,
    /// How the endpoint was reached, where a server was under test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<Connections>,
    /// When it began, [RFC 3339].
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
    pub started: String,
}

/// How an endpoint was reached: what a reader has to know before he believes anything of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// The other address of the same server, over HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub https: Option<String>,
    /// The scheme that cases logged on by which ask for nothing particular.
    pub scheme: String,
    /// What proved who the server is, or that nothing did.
    pub server_identity: String,
    /// The versions of TLS that were used, of all cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tls_versions: Vec<String>,
    /// The cipher suites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tls_ciphers: Vec<String>,
    /// What proved the users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mechanisms: Vec<String>,
    /// The encryption types of Kerberos' messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub etypes: Vec<String>,
}

/// How one case went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseResult {
    /// Its id.
    pub id: String,
    /// What holds if it passes.
    pub title: String,
    /// The profiles it belongs to.
    pub profiles: Vec<String>,
    /// How it ended.
    pub verdict: Verdict,
    /// Why, if a word is needed: the tolerance, the missing need, the timeout.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The reason of the expectation that expects this verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_because: Option<String>,
    /// What it says of each requirement it tests.
    pub judged: Vec<Judged>,
    /// What isn't as it should be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// How long it took.
    pub duration_ms: u64,
}

/// What a case says of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The requirement.
    pub requirement: RequirementId,
    /// The verdict.
    pub verdict: Verdict,
}

/// Something that isn't as it should be, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad it is.
    pub verdict: Verdict,
    /// What it counts against; nothing if it only keeps the case from coming to the point.
    pub requirements: Vec<RequirementId>,
    /// Where in the case, as `02 c1 < http`.
    pub place: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub got: String,
    /// What was sent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Excerpt>,
    /// What came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Excerpt>,
}

/// The beginning of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// How many octets the message has.
    pub octets: u64,
    /// Its beginning, as text or as hex.
    pub shown: Shown,
}

/// Octets as one can read them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Text.
    Text(String),
    /// Pairs of hexadecimal digits.
    Hex(String),
}

/// Octets of a message that a record keeps as text.
pub const EXCERPT_TEXT_BYTES_MAX: usize = 4096;
/// Octets of a message that a record keeps as hex.
pub const EXCERPT_HEX_BYTES_MAX: usize = 256;

impl Excerpt {
    /// The beginning of a message, without the secrets of the run.
    pub fn new(message: &[u8], redactor: &Redactor) -> Self {
        let octets = u64::try_from(message.len()).unwrap_or(u64::MAX);
        // Redaction comes before the cut: half a secret is one as well.
        let clean = redactor.octets(message);
        let readable = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
        let shown = match std::str::from_utf8(&clean) {
            Ok(text) if text.chars().all(readable) => Shown::Text(beginning(&redactor.text(text))),
            _ => {
                let shown = clean.iter().take(EXCERPT_HEX_BYTES_MAX);
                Shown::Hex(shown.map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" "))
            }
        };
        Self { octets, shown }
    }
}

fn beginning(text: &str) -> String {
    let fits = text.char_indices().take_while(|(at, c)| at + c.len_utf8() <= EXCERPT_TEXT_BYTES_MAX);
    fits.map(|(_, c)| c).collect()
}

/// Where a requirement stands after the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementResult {
    /// Its id.
    pub id: RequirementId,
    /// Its level.
    pub level: Level,
    /// Its sentence.
    pub summary: String,
    /// Where it stands.
    pub standing: Standing,
}

/// Whether the endpoint keeps a profile, as far as the selected cases tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileResult {
    /// Its name.
    pub profile: String,
    /// Whether the endpoint keeps it.
    pub conformance: Conformance,
}

impl RunRecord {
    /// Rolls the cases of a run up. `aborted` says why the run ended early, if it did; no profile is conformant then.
    /// Cases of a profile that were not selected belong here as `not-run`, or their requirements aren't missed.
    pub fn new(
        header: RunHeader,
        cases: Vec<CaseResult>,
        catalogue: &Catalogue,
        aborted: Option<String>,
    ) -> Self {
        let mut roll_up = RollUp::default();
        let mut by_profile: BTreeMap<&str, BTreeSet<&RequirementId>> = BTreeMap::new();
        for case in &cases {
            for judged in &case.judged {
                roll_up.add(&judged.requirement, judged.verdict);
                for profile in &case.profiles {
                    by_profile.entry(profile).or_default().insert(&judged.requirement);
                }
            }
        }
        let level = |id: &RequirementId| catalogue.requirement(id).map_or(Level::Must, |known| known.level);
        let profiles = by_profile.iter().map(|(profile, ids)| {
            let conformance = match Conformance::of(ids.iter().map(|id| (level(id), roll_up.standing(id)))) {
                Conformance::Conformant if aborted.is_some() => Conformance::Incomplete,
                conformance => conformance,
            };
            ProfileResult { profile: (*profile).to_owned(), conformance }
        });
        let requirements = roll_up.standings().map(|(id, standing)| RequirementResult {
            id: id.clone(),
            level: level(id),
            summary: catalogue.requirement(id).map_or(String::new(), |known| known.summary.clone()),
            standing,
        });
        let (profiles, requirements) = (profiles.collect(), requirements.collect());
        let incomplete = aborted.into_iter().chain(unfinished(&cases)).collect();
        Self { header, cases, requirements, profiles, incomplete }
    }

    /// How many cases ended so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cases.iter().filter(|case| case.verdict == verdict).count()
    }
}

fn unfinished(cases: &[CaseResult]) -> impl Iterator<Item = String> {
    let unfinished =
        cases.iter().filter(|case| matches!(case.verdict, Verdict::Inconclusive | Verdict::Error));
    unfinished.map(|case| format!("{} is {}: {}", case.id, case.verdict, case.reason))
}
