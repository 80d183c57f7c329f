use std::collections::BTreeMap;

use crate::assertion::Bindings;
use crate::assertion::Mismatch;
use crate::assertion::check_assertion;
use crate::assertion::describe_fault;
use crate::engine::EngineError;
use crate::engine::judge::Charge;
use crate::engine::judge::Complaint;
use crate::engine::judge::Judgement;
use crate::engine::judge::Lenience;
use crate::engine::observation::Observation;
use crate::report::CaseResult;
use crate::report::Finding;
use crate::report::Judged;
use crate::report::Redactor;
use crate::requirement::Catalogue;
use crate::requirement::Level;
use crate::requirement::RequirementId;
use crate::verdict::Verdict;
use crate::wsx::Assertion;
use crate::wsx::Case;
use crate::wsx::StepNumber;

/// Collects what a case finds and rolls it up.
pub(crate) struct Outcome<'a> {
    case: &'a Case,
    catalogue: &'a Catalogue,
    redactor: &'a Redactor,
    charged: BTreeMap<RequirementId, Verdict>,
    findings: Vec<Finding>,
    labels: Vec<String>,
    /// Why the case didn't come to its end, if a finding doesn't say so.
    reason: Option<(Verdict, String)>,
    /// What a reader wants to know whatever the verdict.
    notes: Vec<String>,
    /// Whether steps were left out.
    is_cut_short: bool,
}

impl<'a> Outcome<'a> {
    pub(crate) fn new(case: &'a Case, catalogue: &'a Catalogue, redactor: &'a Redactor) -> Self {
        Self {
            case,
            catalogue,
            redactor,
            charged: BTreeMap::new(),
            findings: Vec::new(),
            labels: Vec::new(),
            reason: None,
            notes: Vec::new(),
            is_cut_short: false,
        }
    }

    /// Adds what a step's sections say. `place` is the step, as `02 c1`; `direction` is that of the peer's sections.
    pub(crate) fn step(&mut self, place: &str, direction: char, judgement: Judgement, seen: &Observation) {
        judgement.leniences.into_iter().for_each(|lenience| self.lenient(lenience));
        let fault = seen.envelope.as_ref().and_then(|document| describe_fault(document.root()));
        for Complaint { charge, layer, mut mismatch } in judgement.complaints {
            if let (Some(fault), "http" | "soap") = (&fault, layer) {
                mismatch.got.push_str(&format!(", the fault {fault}"));
            }
            let place = format!("{place} {direction} {layer}");
            match charge {
                Charge::Inconclusive => self.find(Verdict::Inconclusive, Vec::new(), place, mismatch, seen),
                Charge::Against(ids) => {
                    let verdicts = ids.iter().map(|id| (id, Verdict::of_mismatch(self.level(id))));
                    let verdicts: Vec<(RequirementId, Verdict)> =
                        verdicts.map(|(id, verdict)| (id.clone(), verdict)).collect();
                    let worst = verdicts.iter().map(|(_, verdict)| *verdict).max();
                    verdicts.into_iter().for_each(|(id, verdict)| self.charge(id, verdict));
                    self.find(worst.unwrap_or(Verdict::Fail), ids, place, mismatch, seen);
                }
            }
        }
    }

    /// Checks the lines of an `assert` section against what was seen, and says whether to go on.
    pub(crate) fn assert(
        &mut self,
        number: StepNumber,
        assertions: &[Assertion],
        seen: &BTreeMap<StepNumber, Observation>,
        bindings: &mut Bindings,
    ) -> bool {
        let mut holds = true;
        for assertion in assertions {
            let Some(seen) = seen.get(&assertion.step) else {
                self.error(&number.to_string(), &EngineError::Step(assertion.step));
                return false;
            };
            if let Err(mismatch) = check_assertion(assertion, seen.came(), bindings) {
                let verdict = Verdict::of_mismatch(assertion.level);
                let id = &assertion.requirement;
                self.charge(id.clone(), verdict);
                self.find(verdict, vec![id.clone()], format!("{number} assert"), mismatch, seen);
                holds = false;
            }
        }
        holds
    }

    /// The case can't be played as it stands.
    pub(crate) fn error(&mut self, place: &str, error: &EngineError) {
        self.stop(Verdict::Error, format!("{place}: {error}"));
    }

    /// The case ends here.
    pub(crate) fn stop(&mut self, verdict: Verdict, reason: String) {
        self.reason.get_or_insert((verdict, reason));
    }

    /// Something to tell that changes no verdict.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Steps are left out after what was found.
    pub(crate) fn cut_short(&mut self) {
        self.is_cut_short = true;
    }

    /// Rolls everything up.
    pub(crate) fn result(self, duration_ms: u64) -> CaseResult {
        let found = self.findings.iter().map(|finding| finding.verdict).max();
        let stopped = self.reason.as_ref().map(|(verdict, _)| *verdict);
        let lenient = (!self.labels.is_empty()).then_some(Verdict::PassLenient);
        let charged = self.charged.values().copied().max();
        let all = [found, stopped, lenient, charged];
        let verdict = all.into_iter().flatten().fold(Verdict::Pass, Verdict::worst);
        // A case that is left out half-way says nothing, unless it has found something before.
        let is_left_out = stopped == Some(Verdict::NotRun) && verdict == Verdict::Pass;
        let verdict = if is_left_out { Verdict::NotRun } else { verdict };
        let judged = self.case.front.requires.iter().map(|id| self.judged(id, verdict)).collect();
        let inconclusive = self.findings.iter().find(|finding| finding.verdict == Verdict::Inconclusive);
        let reason = match (&self.reason, inconclusive) {
            (Some((_, reason)), _) => reason.clone(),
            (None, Some(finding)) => {
                format!("{}: expected {}, got {}", finding.place, finding.expected, finding.got)
            }
            (None, None) => self.labels.join(", "),
        };
        let said = std::iter::once(reason).filter(|reason| !reason.is_empty());
        let reason = said.chain(self.notes.iter().cloned()).collect::<Vec<_>>().join("; ");
        let front = &self.case.front;
        CaseResult {
            id: front.id.clone(),
            title: front.title.clone(),
            profiles: front.profiles.clone(),
            verdict,
            reason: self.redactor.text(&reason),
            expected_because: None,
            judged,
            findings: self.findings,
            duration_ms,
        }
    }

    /// What the case says of a requirement that nothing counts against depends on how far it came.
    fn judged(&self, id: &RequirementId, case: Verdict) -> Judged {
        let verdict = match self.charged.get(id) {
            Some(verdict) => *verdict,
            None if matches!(case, Verdict::Inconclusive | Verdict::Error) => case,
            None if self.is_cut_short || self.reason.is_some() => Verdict::NotRun,
            None => Verdict::Pass,
        };
        Judged { requirement: id.clone(), verdict }
    }

    fn lenient(&mut self, lenience: Lenience) {
        for id in lenience.requirements {
            self.charge(id, Verdict::PassLenient);
        }
        let label = format!("tolerated: {}", lenience.label);
        if !self.labels.contains(&label) {
            self.labels.push(label);
        }
    }

    fn charge(&mut self, id: RequirementId, verdict: Verdict) {
        let entry = self.charged.entry(id).or_insert(Verdict::Pass);
        *entry = entry.worst(verdict);
    }

    fn level(&self, id: &RequirementId) -> Level {
        self.catalogue.requirement(id).map_or(Level::Must, |requirement| requirement.level)
    }

    fn find(
        &mut self,
        verdict: Verdict,
        requirements: Vec<RequirementId>,
        place: String,
        mismatch: Mismatch,
        seen: &Observation,
    ) {
        // One step, one exchange: its evidence stands with its first finding.
        let step = |place: &str| place.split(['<', '>']).next().map(str::to_owned);
        let is_first = self.findings.last().is_none_or(|last| step(&last.place) != step(&place));
        self.findings.push(Finding {
            verdict,
            requirements,
            place,
            expected: mismatch.expected,
            got: mismatch.got,
            sent: seen.sent_excerpt(self.redactor).filter(|_| is_first),
            received: seen.received_excerpt(self.redactor).filter(|_| is_first),
        });
    }
}
