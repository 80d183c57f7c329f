//! How a case, a requirement, a profile and a run end.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::requirement::Level;
use crate::requirement::RequirementId;

/// How a case ended. The order is of badness: within a case a verdict only worsens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It wasn't selected, or the run ended before it.
    NotRun,
    /// The endpoint doesn't have what the case needs.
    NotApplicable,
    /// All is as it should be.
    Pass,
    /// A named tolerance says that it may be so.
    PassLenient,
    /// A MAY doesn't hold; worth knowing.
    Info,
    /// A SHOULD doesn't hold.
    Warn,
    /// The case could not come to the point: a timeout, a lost connection, a precondition.
    Inconclusive,
    /// A MUST doesn't hold, and the bytes prove it.
    Fail,
    /// Our own fault.
    Error,
}

impl Verdict {
    /// All, from best to worst.
    pub const ALL: [Self; 9] = [
        Self::NotRun,
        Self::NotApplicable,
        Self::Pass,
        Self::PassLenient,
        Self::Info,
        Self::Warn,
        Self::Inconclusive,
        Self::Fail,
        Self::Error,
    ];

    /// The verdict of something that a rule of that level required and that didn't hold.
    pub fn of_mismatch(level: Level) -> Self {
        match level {
            Level::Must => Self::Fail,
            Level::Should => Self::Warn,
            Level::May => Self::Info,
        }
    }

    /// The worse of two.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        self.max(other)
    }

    /// The word in reports and expectations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotRun => "not-run",
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
            Self::PassLenient => "pass-lenient",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// Whether the case came to the point and was content.
    pub fn is_pass(self) -> bool {
        matches!(self, Self::Pass | Self::PassLenient)
    }

    /// Whether it says anything about the endpoint.
    pub fn is_conclusive(self) -> bool {
        matches!(self, Self::Pass | Self::PassLenient | Self::Info | Self::Warn | Self::Fail)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a requirement stands after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// No case of it ran to the point. Never a pass.
    Untested,
    /// It asks for what the endpoint doesn't have.
    NotApplicable,
    /// The worst verdict of its cases.
    Tested(Verdict),
}

impl Standing {
    /// Rolls the verdicts of the cases of one requirement up.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let verdicts: BTreeSet<Verdict> = verdicts.into_iter().collect();
        if verdicts.contains(&Verdict::Fail) {
            // What is proven stays proven, whatever became of the other cases.
            return Self::Tested(Verdict::Fail);
        }
        match verdicts.last() {
            None | Some(Verdict::NotRun | Verdict::Inconclusive | Verdict::Error) => Self::Untested,
            Some(Verdict::NotApplicable) => Self::NotApplicable,
            Some(worst) => Self::Tested(*worst),
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untested => f.pad("untested"),
            Self::NotApplicable => f.pad("not-applicable"),
            Self::Tested(verdict) => verdict.fmt(f),
        }
    }
}

/// Whether an endpoint keeps a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conformance {
    /// Every applicable MUST passed, and none is untested.
    Conformant,
    /// A MUST failed.
    NonConformant,
    /// Nothing failed, but a MUST is untested or passed with a warning only, or there was nothing to test.
    Incomplete,
}

impl Conformance {
    /// Judges a profile by its requirements.
    pub fn of(requirements: impl IntoIterator<Item = (Level, Standing)>) -> Self {
        let musts =
            requirements.into_iter().filter(|(level, _)| *level == Level::Must).map(|(_, standing)| standing);
        let standings: Vec<Standing> =
            musts.filter(|standing| *standing != Standing::NotApplicable).collect();
        if standings.contains(&Standing::Tested(Verdict::Fail)) {
            return Self::NonConformant;
        }
        let passed = |standing: &Standing| matches!(standing, Standing::Tested(verdict) if verdict.is_pass());
        if standings.is_empty() || !standings.iter().all(passed) {
            return Self::Incomplete;
        }
        Self::Conformant
    }
}

impl fmt::Display for Conformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Conformant => "conformant",
            Self::NonConformant => "not conformant",
            Self::Incomplete => "incomplete",
        })
    }
}

/// Collects what each case says of each requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollUp {
    verdicts: BTreeMap<RequirementId, BTreeSet<Verdict>>,
}

impl RollUp {
    /// Adds what a case says of a requirement.
    pub fn add(&mut self, id: &RequirementId, verdict: Verdict) {
        self.verdicts.entry(id.clone()).or_default().insert(verdict);
    }

    /// Where the requirement stands.
    pub fn standing(&self, id: &RequirementId) -> Standing {
        Standing::of(self.verdicts.get(id).into_iter().flatten().copied())
    }

    /// Where each requirement that a case named stands, sorted by id.
    pub fn standings(&self) -> impl Iterator<Item = (&RequirementId, Standing)> {
        self.verdicts.iter().map(|(id, verdicts)| (id, Standing::of(verdicts.iter().copied())))
    }
}

/// What the command tells its caller; the same for every report format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExitCode {
    /// 0: everything is as expected.
    AsExpected,
    /// 1: something isn't.
    Unexpected,
    /// 2: the command was called wrongly.
    Usage,
    /// 3: the endpoint was out of reach, a case was inconclusive, or we made an error.
    Incomplete,
    /// 4: the selection selects nothing.
    NothingSelected,
    /// 5: an expectation has expired, or fits no case.
    StaleExpectations,
    /// 6: a certificate doesn't hold.
    CertificateInvalid,
}

impl From<ExitCode> for u8 {
    fn from(code: ExitCode) -> Self {
        match code {
            ExitCode::AsExpected => 0,
            ExitCode::Unexpected => 1,
            ExitCode::Usage => 2,
            ExitCode::Incomplete => 3,
            ExitCode::NothingSelected => 4,
            ExitCode::StaleExpectations => 5,
            ExitCode::CertificateInvalid => 6,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(u8::from(code))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    proptest! {
        #[test]
        fn a_verdict_only_worsens(verdicts in proptest::collection::vec(select(&Verdict::ALL[..]), 1..9)) {
            let mut rolled = Verdict::NotRun;
            for verdict in verdicts {
                let before = rolled;
                rolled = rolled.worst(verdict);
                prop_assert!(rolled >= before && rolled >= verdict);
            }
        }

        #[test]
        fn a_requirement_passes_only_if_every_case_came_to_the_point(
            verdicts in proptest::collection::vec(select(&Verdict::ALL[..]), 0..9),
        ) {
            let standing = Standing::of(verdicts.iter().copied());
            if let Standing::Tested(verdict) = standing {
                prop_assert!(verdicts.contains(&verdict) && verdict.is_conclusive());
            }
            if standing == Standing::Tested(Verdict::Pass) {
                prop_assert!(verdicts.iter().all(|verdict| *verdict <= Verdict::Pass));
            }
        }
    }

    #[test]
    fn what_did_not_run_is_untested_and_never_passes() {
        assert_eq!(Standing::of([]), Standing::Untested);
        assert_eq!(Standing::of([Verdict::NotRun]), Standing::Untested);
        assert_eq!(Standing::of([Verdict::Inconclusive, Verdict::Pass]), Standing::Untested);
        assert_eq!(Standing::of([Verdict::NotApplicable, Verdict::Pass]), Standing::Tested(Verdict::Pass));
        assert_eq!(RollUp::default().standing(&RequirementId::parse("A:1").unwrap()), Standing::Untested);
    }

    #[test]
    fn a_failure_is_not_hidden_by_a_case_that_came_to_nothing() {
        assert_eq!(Standing::of([Verdict::Fail, Verdict::Inconclusive]), Standing::Tested(Verdict::Fail));
        assert_eq!(Standing::of([Verdict::Fail, Verdict::Error]), Standing::Tested(Verdict::Fail));
    }

    #[test]
    fn a_profile_is_conformant_only_if_no_must_failed_or_is_untested() {
        let pass = (Level::Must, Standing::Tested(Verdict::Pass));
        let check = |others: &[(Level, Standing)]| Conformance::of(others.iter().copied().chain([pass]));
        assert_eq!(check(&[]), Conformance::Conformant);
        assert_eq!(check(&[(Level::Should, Standing::Untested)]), Conformance::Conformant);
        assert_eq!(check(&[(Level::Must, Standing::NotApplicable)]), Conformance::Conformant);
        assert_eq!(check(&[(Level::Must, Standing::Untested)]), Conformance::Incomplete);
        assert_eq!(check(&[(Level::Must, Standing::Tested(Verdict::Fail))]), Conformance::NonConformant);
        assert_eq!(check(&[(Level::Must, Standing::Tested(Verdict::Warn))]), Conformance::Incomplete);
        assert_eq!(Conformance::of([]), Conformance::Incomplete);
    }

    #[test]
    fn a_mismatch_weighs_as_its_level() {
        assert_eq!(Verdict::of_mismatch(Level::Must), Verdict::Fail);
        assert_eq!(Verdict::of_mismatch(Level::Should), Verdict::Warn);
        assert_eq!(Verdict::of_mismatch(Level::May), Verdict::Info);
    }
}
