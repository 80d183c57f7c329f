//! Which cases test which requirement, and why the others are untested.

use serde::Serialize;

use crate::requirement::Catalogue;
use crate::requirement::Level;
use crate::requirement::Requirement;
use crate::requirement::Testable;
use crate::wsx::Answer;
use crate::wsx::AuthOutcome;
use crate::wsx::Blame;
use crate::wsx::Case;
use crate::wsx::Expect;
use crate::wsx::Role;
use crate::wsx::StatusPattern;
use crate::wsx::StepBody;

/// How a case goes about a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Manner {
    /// It does what is right and looks at the answer.
    Obeys,
    /// It does something wrong, which has to be refused.
    Breaks,
}

/// A case that tests a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Testing {
    /// Its id.
    pub case: String,
    /// Who is tested by it.
    pub roles: Vec<Role>,
    /// How.
    pub manner: Manner,
}

/// Where a requirement stands in the corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage<'a> {
    /// The requirement.
    pub requirement: &'a Requirement,
    /// The cases that test it, by id.
    pub testing: Vec<Testing>,
}

/// What there is to say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covered<'a> {
    /// Cases test it.
    Tested,
    /// None does, for this reason.
    Excused(&'a str),
    /// None does, and nothing says why.
    Waiting,
    /// Cases test it, although the catalogue says why none does.
    Stale(&'a str),
}

impl<'a> Coverage<'a> {
    /// What there is to say of it.
    pub fn covered(&self) -> Covered<'a> {
        match (self.testing.is_empty(), self.requirement.untested.as_deref()) {
            (false, None) => Covered::Tested,
            (false, Some(reason)) => Covered::Stale(reason),
            (true, Some(reason)) => Covered::Excused(reason),
            (true, None) => Covered::Waiting,
        }
    }

    /// Whether the catalogue calls it testable by replay, and its reason says why that can't be.
    pub fn is_wrongly_replayable(&self) -> bool {
        self.requirement.testable == Testable::Replay && matches!(self.covered(), Covered::Excused(_))
    }

    /// Whether a specification can't be certified without it: a MUST that a replay tests.
    pub fn is_due(&self) -> bool {
        self.requirement.level == Level::Must && self.requirement.testable == Testable::Replay
    }
}

/// Every requirement with the cases that test it, in the order of their ids.
pub fn coverage<'a>(catalogue: &'a Catalogue, cases: &[Case]) -> Vec<Coverage<'a>> {
    let of = |requirement: &'a Requirement| {
        let testing = cases.iter().filter(|case| case.front.requires.contains(&requirement.id));
        let mut testing: Vec<Testing> = testing.map(testing_of).collect();
        testing.sort_by(|one, other| one.case.cmp(&other.case));
        Coverage { requirement, testing }
    };
    catalogue.iter().map(of).collect()
}

fn testing_of(case: &Case) -> Testing {
    Testing { case: case.front.id.clone(), roles: case.front.roles.clone(), manner: manner(case) }
}

/// A case that expects a refusal breaks something on purpose.
fn manner(case: &Case) -> Manner {
    let exchanges = case.steps.iter().filter_map(|step| match &step.body {
        StepBody::Exchange(exchange) => Some(exchange),
        StepBody::Assert(_) => None,
    });
    let mut judged = exchanges.flat_map(|exchange| &exchange.expects);
    if judged.any(|expect| expect.blame != Blame::Setup && is_refusal(expect)) {
        return Manner::Breaks;
    }
    Manner::Obeys
}

fn is_refusal(expect: &Expect) -> bool {
    let is_error = |status: &StatusPattern| match status {
        StatusPattern::Exactly(code) => *code >= 400,
        StatusPattern::Class(digit) => *digit >= 4,
    };
    match &expect.answer {
        Answer::Tls(outcome) | Answer::Auth(outcome) => *outcome == AuthOutcome::Refused,
        Answer::Http(pattern) => pattern.statuses.iter().all(is_error),
        Answer::Fault(_) | Answer::Closed => true,
        Answer::Sealed(_) | Answer::Soap(_) | Answer::Bytes(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wsx::parse;

    const CATALOGUE: &str = r#"
catalogue = "x"
format = 1
[[requirement]]
id = "X:1"
level = "MUST"
subject = "server"
area = "fault"
summary = "A sentence."
testable = "replay"
how = "Somehow."
verified = true
basis = "text"
"#;

    fn catalogue(more: &str) -> Catalogue {
        let mut catalogue = Catalogue::default();
        catalogue.add_file("x.toml", &format!("{CATALOGUE}{more}")).unwrap();
        catalogue
    }

    fn case(sections: &str) -> Case {
        let front = "wsx = 1\nid = \"a.b\"\ntitle = \"t\"\nrequires = [\"X:1\"]\nprofiles = [\"wsmv\"]\n\
                     roles = [\"server\"]\nsafety = \"normal\"\n-- 01 c1 > soap --\n<a/>\n";
        parse("a/b.wsx", &format!("{front}{sections}")).unwrap()
    }

    #[test]
    fn a_requirement_is_tested_excused_or_waiting_and_both_is_stale() {
        let cases = [case("-- 01 c1 < http --\nHTTP/1.1 200\n")];
        let check = |more: &str, cases: &[Case], expected: Covered<'_>| {
            let catalogue = catalogue(more);
            assert_eq!(coverage(&catalogue, cases)[0].covered(), expected);
        };
        check("", &cases, Covered::Tested);
        check("", &[], Covered::Waiting);
        check("untested = 'Nobody can.'", &[], Covered::Excused("Nobody can."));
        check("untested = 'Nobody can.'", &cases, Covered::Stale("Nobody can."));
    }

    #[test]
    fn a_case_that_expects_a_refusal_breaks_the_rule_and_another_obeys_it() {
        let manner = |sections: &str| manner(&case(sections));
        assert_eq!(manner("-- 01 c1 < http --\nHTTP/1.1 200\n"), Manner::Obeys);
        assert_eq!(manner("-- 01 c1 < http --\nHTTP/1.1 200|500\n"), Manner::Obeys);
        assert_eq!(manner("-- 01 c1 < http --\nHTTP/1.1 400|5xx\n"), Manner::Breaks);
        assert_eq!(manner("-- 01 c1 < fault --\nsubcode w:TimedOut\n"), Manner::Breaks);
        assert_eq!(
            manner("-- 01 c1 < fault setup --\n-- 02 assert --\nMUST X:1  01.http  status == 500\n"),
            Manner::Obeys
        );
    }
}
