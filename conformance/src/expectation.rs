//! Known deviations: what must still go wrong, why, and until when.

use std::error::Error;
use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::requirement::RequirementId;
use crate::verdict::ExitCode;
use crate::verdict::Verdict;

/// A day, `2027-01-31`; days are ordered by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

impl Day {
    /// Parses year, month and day with hyphens between.
    pub fn parse(text: &str) -> Result<Self, ExpectationError> {
        let invalid = || ExpectationError::InvalidDay { got: text.to_owned() };
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return Err(invalid()) };
        let number = |part: &str, length: usize| part.parse::<u16>().ok().filter(|_| part.len() == length);
        let (Some(_), Some(1..=12), Some(1..=31)) = (number(year, 4), number(month, 2), number(day, 2))
        else {
            return Err(invalid());
        };
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Day {
    type Error = ExpectationError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

/// Why a deviation is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The endpoint is wrong.
    Defect,
    /// The endpoint doesn't have it.
    Unimplemented,
    /// The endpoint reads the rule otherwise.
    Disagreement,
    /// The place where it runs prevents it.
    Environment,
    /// It comes and goes: a pass is expected as well.
    Flaky,
}

/// One known deviation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The cases it is about, `*` for any run of characters.
    pub case: Option<String>,
    /// Or the requirement whose cases it is about.
    pub requirement: Option<RequirementId>,
    /// The verdicts that are expected.
    pub verdicts: Vec<Verdict>,
    /// What the message must contain, if anything.
    #[serde(default)]
    pub message: String,
    /// Why it is known.
    pub class: Class,
    /// Why, in words.
    pub reason: String,
    /// Where it is tracked.
    pub issue: Option<String>,
    /// Who minds it.
    pub owner: Option<String>,
    /// The last day it holds.
    pub expires: Option<Day>,
}

/// How a case ended, as far as expectations care. Cases that were not selected belong here too, as `not-run`, so that
/// an expectation about them isn't taken for stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// The case.
    pub case: &'a str,
    /// What it requires.
    pub requires: &'a [RequirementId],
    /// Its verdict.
    pub verdict: Verdict,
    /// What it says about it.
    pub message: &'a str,
}

/// Something in a run that isn't as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Surprise {
    /// A case failed, and nobody expected it.
    Failed(String),
    /// A case passed that should have failed.
    Passed(String),
    /// An expectation, by its number from 0, is past its day.
    Expired(usize),
    /// An expectation fits no case.
    FitsNothing(usize),
}

/// Known deviations, in the order of their file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// The entries.
    #[serde(default, rename = "expectation")]
    pub entries: Vec<Expectation>,
}

impl Expectations {
    /// Reads a TOML list of `[[expectation]]`.
    pub fn parse(text: &str) -> Result<Self, ExpectationError> {
        let expectations: Self = toml::from_str(text)
            .map_err(|error| ExpectationError::InvalidFile { message: error.message().to_owned() })?;
        for (index, entry) in expectations.entries.iter().enumerate() {
            if entry.case.is_some() == entry.requirement.is_some() {
                return Err(ExpectationError::NeedsOneSubject { index });
            }
            if entry.reason.trim().is_empty() || entry.verdicts.is_empty() {
                return Err(ExpectationError::SaysNothing { index });
            }
        }
        Ok(expectations)
    }

    /// The first entry that is about the case and expects how it ended.
    pub fn expecting(&self, outcome: &Outcome<'_>) -> Option<&Expectation> {
        self.entries.iter().find(|entry| entry.is_about(outcome) && entry.expects(outcome))
    }

    /// What isn't as expected.
    pub fn surprises(&self, outcomes: &[Outcome<'_>], today: &Day) -> Vec<Surprise> {
        let mut surprises: Vec<Surprise> =
            outcomes.iter().filter_map(|outcome| self.surprise(outcome)).collect();
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.expires.as_ref().is_some_and(|last| last < today) {
                surprises.push(Surprise::Expired(index));
            }
            if !outcomes.iter().any(|outcome| entry.is_about(outcome)) {
                surprises.push(Surprise::FitsNothing(index));
            }
        }
        surprises
    }

    fn surprise(&self, outcome: &Outcome<'_>) -> Option<Surprise> {
        if self.expecting(outcome).is_some() {
            return None;
        }
        if outcome.verdict == Verdict::Fail {
            return Some(Surprise::Failed(outcome.case.to_owned()));
        }
        let mut about = self.entries.iter().filter(|entry| entry.is_about(outcome));
        let should_not_pass = about.any(|entry| entry.class != Class::Flaky);
        (should_not_pass && outcome.verdict.is_pass()).then(|| Surprise::Passed(outcome.case.to_owned()))
    }
}

impl Expectation {
    fn is_about(&self, outcome: &Outcome<'_>) -> bool {
        let by_case = self.case.as_ref().is_some_and(|glob| matches_glob(glob, outcome.case));
        by_case || self.requirement.as_ref().is_some_and(|id| outcome.requires.contains(id))
    }

    fn expects(&self, outcome: &Outcome<'_>) -> bool {
        self.verdicts.contains(&outcome.verdict) && outcome.message.contains(&self.message)
    }
}

/// What the command returns for a run. A proven surprise outweighs a stale list, and that an incomplete run.
pub fn exit_code(expectations: &Expectations, outcomes: &[Outcome<'_>], surprises: &[Surprise]) -> ExitCode {
    let is_surprise = |surprise: &Surprise| matches!(surprise, Surprise::Failed(_) | Surprise::Passed(_));
    if outcomes.iter().all(|outcome| outcome.verdict == Verdict::NotRun) {
        return ExitCode::NothingSelected;
    }
    if surprises.iter().any(is_surprise) {
        return ExitCode::Unexpected;
    }
    if !surprises.is_empty() {
        return ExitCode::StaleExpectations;
    }
    let came_to_nothing =
        |outcome: &&Outcome<'_>| matches!(outcome.verdict, Verdict::Inconclusive | Verdict::Error);
    if outcomes.iter().filter(came_to_nothing).any(|outcome| expectations.expecting(outcome).is_none()) {
        return ExitCode::Incomplete;
    }
    ExitCode::AsExpected
}

/// Whether the text fits the pattern, in which `*` stands for any run of characters. Never backtracks over a part that
/// fits, so the time is at most the product of the lengths.
pub fn matches_glob(pattern: &str, text: &str) -> bool {
    let Some((first, parts)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let (middle, last) = parts.rsplit_once('*').unwrap_or(("", parts));
    for part in middle.split('*') {
        match rest.split_once(part) {
            Some((_, tail)) => rest = tail,
            None if part.is_empty() => {}
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What can be wrong with a list of expectations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpectationError {
    /// It isn't the TOML it should be.
    InvalidFile {
        /// What the TOML reader says.
        message: String,
    },
    /// A day isn't one.
    InvalidDay {
        /// The text.
        got: String,
    },
    /// An entry has both `case` and `requirement`, or neither.
    NeedsOneSubject {
        /// The entry, from 0.
        index: usize,
    },
    /// An entry has no reason or no verdict.
    SaysNothing {
        /// The entry, from 0.
        index: usize,
    },
}

impl fmt::Display for ExpectationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidFile { message } => write!(f, "invalid expectations: {message}"),
            Self::InvalidDay { got } => write!(f, "invalid day `{got}`: expected `2027-01-31`"),
            Self::NeedsOneSubject { index } => {
                write!(f, "expectation {index}: expected either `case` or `requirement`")
            }
            Self::SaysNothing { index } => write!(f, "expectation {index}: expected a reason and a verdict"),
        }
    }
}

impl Error for ExpectationError {}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
        [[expectation]]
        case = "shell.*"
        verdicts = ["fail"]
        message = "500"
        class = "defect"
        reason = "The service answers 500"
        expires = "2027-01-31"
    "#;

    fn outcome(case: &'static str, verdict: Verdict, message: &'static str) -> Outcome<'static> {
        Outcome { case, requires: &[], verdict, message }
    }

    fn check(outcomes: &[Outcome<'_>], today: &str, surprises: &[Surprise], code: ExitCode) {
        let list = Expectations::parse(LIST).unwrap();
        let found = list.surprises(outcomes, &Day::parse(today).unwrap());
        assert_eq!(found, surprises);
        assert_eq!(exit_code(&list, outcomes, &found), code);
    }

    #[test]
    fn an_expected_failure_is_no_surprise_until_its_day_has_passed() {
        let outcomes = [outcome("shell.create", Verdict::Fail, "got 500")];
        check(&outcomes, "2027-01-31", &[], ExitCode::AsExpected);
        check(&outcomes, "2027-02-01", &[Surprise::Expired(0)], ExitCode::StaleExpectations);
    }

    #[test]
    fn another_failure_than_the_expected_one_is_a_surprise() {
        let outcomes = [outcome("shell.create", Verdict::Fail, "got 400")];
        check(&outcomes, "2027-01-01", &[Surprise::Failed("shell.create".to_owned())], ExitCode::Unexpected);
    }

    #[test]
    fn a_pass_that_should_fail_is_a_surprise() {
        let outcomes = [outcome("shell.create", Verdict::Pass, "")];
        check(&outcomes, "2027-01-01", &[Surprise::Passed("shell.create".to_owned())], ExitCode::Unexpected);
    }

    #[test]
    fn an_entry_that_fits_no_case_is_stale() {
        let outcomes = [outcome("base.identify", Verdict::Pass, "")];
        check(&outcomes, "2027-01-01", &[Surprise::FitsNothing(0)], ExitCode::StaleExpectations);
    }

    #[test]
    fn nothing_run_and_nothing_proven_have_their_own_codes() {
        check(&[outcome("shell.a", Verdict::NotRun, "")], "2027-01-01", &[], ExitCode::NothingSelected);
        check(&[outcome("shell.a", Verdict::Inconclusive, "")], "2027-01-01", &[], ExitCode::Incomplete);
    }

    #[test]
    fn an_entry_needs_one_subject_and_a_reason() {
        let both = LIST.replace("verdicts", "requirement = \"A:1\"\nverdicts");
        assert_eq!(Expectations::parse(&both), Err(ExpectationError::NeedsOneSubject { index: 0 }));
        let silent = LIST.replace("The service answers 500", " ");
        assert_eq!(Expectations::parse(&silent), Err(ExpectationError::SaysNothing { index: 0 }));
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text) in
            [("*", ""), ("a.*", "a.b"), ("*.b", "a.b"), ("a*b*c", "a.b.b.c"), ("a**", "a"), ("a", "a")]
        {
            assert!(matches_glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("a", "b"), ("a*", "b"), ("a*a", "a"), ("a*x*c", "abc"), ("*b", "ba"), ("", "a")]
        {
            assert!(!matches_glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn days_are_days() {
        assert!(Day::parse("2027-01-31").unwrap() < Day::parse("2027-02-01").unwrap());
        for text in ["", "2027-13-01", "2027-1-1", "27-01-01", "2027-01-32", "2027-01-01-01"] {
            assert!(Day::parse(text).is_err(), "{text}");
        }
    }
}
