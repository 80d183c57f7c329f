//! What came in a step against what its `<` sections expect.

use winrm_harness::encryption::Tolerance;
use winrm_harness::encryption::ToleranceSet;

use crate::assertion::Bindings;
use crate::assertion::Mismatch;
use crate::assertion::match_bytes;
use crate::assertion::match_envelope;
use crate::assertion::match_fault;
use crate::assertion::match_http;
use crate::assertion::match_request;
use crate::engine::link::Arrival;
use crate::engine::observation::AuthEnd;
use crate::engine::observation::Observation;
use crate::engine::observation::Protection;
use crate::requirement::RequirementId;
use crate::wsx::Answer;
use crate::wsx::AuthOutcome;
use crate::wsx::Blame;
use crate::wsx::Case;
use crate::wsx::Expect;
use crate::wsx::SealRule;
use crate::wsx::Send;
use crate::wsx::Sent;
use crate::wsx::SoapPattern;

/// The rule that an answer in clear to a sealed request breaks.
const REPLY_SAME_SCHEME: &str = "MS-WSMV:2.2.9.1/reply-same-scheme";
/// What every requirement about sealed bodies starts with.
const SEALED_BODIES: &str = "MS-WSMV:2.2.9.1";

/// Against whom something counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Charge {
    /// Against these requirements, each at its level.
    Against(Vec<RequirementId>),
    /// The case can't come to the point.
    Inconclusive,
}

/// A mismatch, where it is and against whom it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) charge: Charge,
    /// The layer of the section.
    pub(crate) layer: &'static str,
    pub(crate) mismatch: Mismatch,
}

/// Something that was tolerated, by its name, and the requirements that passed leniently because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lenience {
    pub(crate) label: String,
    pub(crate) requirements: Vec<RequirementId>,
}

/// What a step's sections say of its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) complaints: Vec<Complaint>,
    pub(crate) leniences: Vec<Lenience>,
}

/// Judges a step. Bindings of sections that match stay.
pub(crate) fn judge(
    case: &Case,
    expects: &[Expect],
    seen: &Observation,
    bindings: &mut Bindings,
) -> Judgement {
    let mut judgement = Judgement::default();
    for expect in expects.iter().filter(|expect| expect.any_of.is_none()) {
        if let Err(mismatch) = compare(&expect.answer, seen, bindings) {
            judgement.complain(case, expect, seen, mismatch);
        }
    }
    alternatives(case, expects, seen, bindings, &mut judgement);
    unsaid(case, expects, seen, &mut judgement);
    judgement.put_setup_first(expects.iter().map(|expect| &expect.blame));
    judgement
}

/// Judges the request of a step by its `>` sections. Bindings of sections that match stay.
pub(crate) fn judge_request(
    case: &Case,
    sends: &[Sent],
    seen: &Observation,
    bindings: &mut Bindings,
) -> Judgement {
    let mut judgement = Judgement::default();
    for Sent { blame, send } in sends {
        if let Err(mismatch) = compare_request(send, seen, bindings) {
            let charge = charge(case, blame, seen, matches!(send, Send::Closed));
            judgement.complaints.push(Complaint { charge, layer: send.layer(), mismatch });
        }
    }
    let says_auth = sends.iter().any(|sent| matches!(sent.send, Send::Auth(_)));
    if let (Some(AuthEnd::Refused(reason)), false) = (&seen.auth, says_auth) {
        let mismatch = Mismatch::new("the credentials of the case", reason.clone());
        judgement.complaints.push(Complaint { charge: Charge::Inconclusive, layer: "auth", mismatch });
    }
    judgement.put_setup_first(sends.iter().map(|sent| &sent.blame));
    judgement
}

impl Judgement {
    /// A failed precondition makes the rest of the step meaningless.
    fn put_setup_first<'b>(&mut self, mut blames: impl Iterator<Item = &'b Blame>) {
        let is_inconclusive = |complaint: &Complaint| complaint.charge == Charge::Inconclusive;
        if blames.any(|blame| *blame == Blame::Setup) && self.complaints.iter().any(is_inconclusive) {
            self.complaints.retain(is_inconclusive);
        }
    }

    fn complain(&mut self, case: &Case, expect: &Expect, seen: &Observation, mismatch: Mismatch) {
        let of_the_end = matches!(expect.answer, Answer::Closed | Answer::Tls(_));
        let charge = charge(case, &expect.blame, seen, of_the_end);
        self.complaints.push(Complaint { charge, layer: expect.answer.layer(), mismatch });
    }
}

/// Against whom a mismatch counts. Where nothing came, only the end of the connection can be judged.
fn charge(case: &Case, blame: &Blame, seen: &Observation, of_the_end: bool) -> Charge {
    let came = matches!(
        seen.arrival,
        Arrival::Answer(_) | Arrival::Asked(_) | Arrival::NotHttp(_) | Arrival::NotAwaited
    );
    if !came && !of_the_end {
        return Charge::Inconclusive;
    }
    match blame {
        Blame::Required => Charge::Against(case.front.requires.clone()),
        Blame::Only(ids) => Charge::Against(ids.clone()),
        Blame::Setup => Charge::Inconclusive,
    }
}

/// One group of the labelled sections must match as a whole; the first that does is taken.
fn alternatives(
    case: &Case,
    expects: &[Expect],
    seen: &Observation,
    bindings: &mut Bindings,
    judgement: &mut Judgement,
) {
    let mut labels: Vec<&str> = Vec::new();
    for label in expects.iter().filter_map(|expect| expect.any_of.as_deref()) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let mut misses: Vec<(&Expect, Mismatch)> = Vec::new();
    for label in &labels {
        let mark = bindings.mark();
        let mut group = expects.iter().filter(|expect| expect.any_of.as_deref() == Some(*label));
        let miss = group.find_map(|expect| {
            compare(&expect.answer, seen, bindings).err().map(|mismatch| (expect, mismatch))
        });
        match miss {
            None => {
                if case.front.tolerates.iter().any(|tolerated| tolerated == label) {
                    judgement.leniences.push(lenience(case, expects, label));
                }
                return;
            }
            Some(miss) => {
                bindings.rewind(mark);
                misses.push(miss);
            }
        }
    }
    let Some((first, _)) = misses.first() else { return };
    let expected: Vec<String> =
        labels.iter().zip(&misses).map(|(label, (_, miss))| format!("{label}: {}", miss.expected)).collect();
    let mut got: Vec<String> = misses.iter().map(|(_, miss)| miss.got.clone()).collect();
    got.dedup();
    let mismatch = Mismatch::new(format!("one of {}", expected.join("; ")), got.join("; "));
    judgement.complain(case, first, seen, mismatch);
}

fn lenience(case: &Case, expects: &[Expect], label: &str) -> Lenience {
    let blames = expects.iter().filter(|expect| expect.any_of.as_deref() == Some(label));
    let mut requirements = Vec::new();
    for expect in blames {
        match &expect.blame {
            Blame::Required => requirements.extend(case.front.requires.iter().cloned()),
            Blame::Only(ids) => requirements.extend(ids.iter().cloned()),
            Blame::Setup => {}
        }
    }
    Lenience { label: label.to_owned(), requirements }
}

/// What holds although no section says it: who authenticates is accepted, and an answer is sealed as its request was.
fn unsaid(case: &Case, expects: &[Expect], seen: &Observation, judgement: &mut Judgement) {
    let says = |wanted: fn(&Answer) -> bool| expects.iter().any(|expect| wanted(&expect.answer));
    if !says(|answer| matches!(answer, Answer::Auth(_)))
        && let Some(AuthEnd::Refused(reason) | AuthEnd::Broken(reason)) = &seen.auth
    {
        let mismatch = Mismatch::new("the authentication to be accepted", reason.clone());
        judgement.complaints.push(Complaint { charge: Charge::Inconclusive, layer: "auth", mismatch });
    }
    if !says(|answer| matches!(answer, Answer::Tls(_)))
        && let Some(AuthEnd::Refused(reason) | AuthEnd::Broken(reason)) = &seen.tls
    {
        let mismatch = Mismatch::new("the handshake of TLS to succeed", reason.clone());
        judgement.complaints.push(Complaint { charge: Charge::Inconclusive, layer: "tls", mismatch });
    }
    let seal_is_said = says(|answer| matches!(answer, Answer::Sealed(_)));
    match &seen.protection {
        Protection::Clear if seen.request_was_sealed && !seal_is_said && is_from_the_service(seen) => {
            let charge = match required(case, |id| id == REPLY_SAME_SCHEME) {
                ids if ids.is_empty() => Charge::Inconclusive,
                ids => Charge::Against(ids),
            };
            let mismatch = Mismatch::new("a sealed answer to a sealed request", "an answer in clear");
            judgement.complaints.push(Complaint { charge, layer: "sealed", mismatch });
        }
        Protection::Unopenable(reason) if !seal_is_said => {
            let charge = match required(case, |id| id.starts_with(SEALED_BODIES)) {
                ids if ids.is_empty() => Charge::Inconclusive,
                ids => Charge::Against(ids),
            };
            let mismatch = Mismatch::new("a sealed answer that opens", reason.clone());
            judgement.complaints.push(Complaint { charge, layer: "sealed", mismatch });
        }
        Protection::Sealed(used) if !used.is_empty() => tolerances(case, *used, judgement),
        _ => {}
    }
}

/// HTTP.sys answers some requests before the service sees them, and these answers can't be sealed; they are no XML.
fn is_from_the_service(seen: &Observation) -> bool {
    seen.envelope.is_some()
}

fn required(case: &Case, wanted: impl Fn(&str) -> bool) -> Vec<RequirementId> {
    case.front.requires.iter().filter(|id| wanted(id.as_str())).cloned().collect()
}

fn tolerances(case: &Case, used: ToleranceSet, judgement: &mut Judgement) {
    let granted = case.front.tolerates.iter().fold(ToleranceSet::SPEC, |granted, profile| {
        granted.union(match profile.as_str() {
            "windows" => ToleranceSet::WINDOWS,
            "exchange" => ToleranceSet::EXCHANGE,
            "omi" => ToleranceSet::OMI,
            _ => ToleranceSet::SPEC,
        })
    });
    for tolerance in used.iter() {
        let broken = required(case, |id| rules_of(tolerance).iter().any(|rule| id.ends_with(rule)));
        let is_usual = ToleranceSet::LENIENT.contains(tolerance);
        if granted.contains(tolerance) || (is_usual && broken.is_empty()) {
            judgement
                .leniences
                .push(Lenience { label: format!("sealing: {tolerance}"), requirements: broken });
            continue;
        }
        let charge = if broken.is_empty() { Charge::Inconclusive } else { Charge::Against(broken) };
        let mismatch = Mismatch::new("the frame of a sealed body as specified", wrong_frame(tolerance));
        judgement.complaints.push(Complaint { charge, layer: "sealed", mismatch });
    }
}

/// The requirements that a deviation breaks, by the end of their ids.
fn rules_of(tolerance: Tolerance) -> &'static [&'static str] {
    match tolerance {
        Tolerance::NoTab => &["2.2.9.1.1.2.1/leading-tab"],
        Tolerance::SpacedBoundary => &[
            "2.2.9.1.1.1/boundary-parameter",
            "2.2.9.1.1.2/two-parts",
            "OBS:encryption/boundary-lines",
            "OBS:encryption/delimiter-with-blank",
        ],
        Tolerance::CrlfAfterClose => &["2.2.9.1.1.2/two-parts"],
        Tolerance::CrlfBeforeClose => &[
            "2.2.9.1.1.2/two-parts",
            "2.2.9.1.1.2.2/ciphertext-length",
            "OBS:encryption/no-crlf-before-closing",
        ],
        Tolerance::Padding => &["/no-padding", "/original-content-length", "/ciphertext-length"],
        Tolerance::HeaderCase => &["2.2.9.1.1.2.1/case-sensitive"],
        Tolerance::FieldOrder => &["2.2.9.1.1.2.1/original-content-type"],
    }
}

fn wrong_frame(tolerance: Tolerance) -> String {
    let what = match tolerance {
        Tolerance::NoTab => "no tab before a part header",
        Tolerance::SpacedBoundary => "a blank between `--` and the boundary",
        Tolerance::CrlfAfterClose => "a CR LF after the closing delimiter line",
        Tolerance::CrlfBeforeClose => "a CR LF between ciphertext and closing delimiter",
        Tolerance::Padding => "padding that Length doesn't fit",
        Tolerance::HeaderCase => "part headers in another case",
        Tolerance::FieldOrder => "the fields of OriginalContent in another order",
    };
    format!("{what} ({tolerance})")
}

fn compare(answer: &Answer, seen: &Observation, bindings: &mut Bindings) -> Result<(), Mismatch> {
    match answer {
        Answer::Tls(outcome) => handshake(*outcome, seen),
        Answer::Auth(outcome) => authentication(*outcome, seen),
        Answer::Http(pattern) => match &seen.arrival {
            Arrival::Answer(response) => match_http(pattern, response, bindings),
            _ => Err(Mismatch::new("an HTTP answer", seen.arrived())),
        },
        Answer::Sealed(rule) => sealed(*rule, seen),
        Answer::Soap(SoapPattern::Absent) => match &seen.envelope {
            None => Ok(()),
            Some(_) => Err(Mismatch::new("no envelope", seen.arrived())),
        },
        Answer::Soap(SoapPattern::Like(pattern)) => match &seen.envelope {
            Some(document) => match_envelope(pattern, document.root(), bindings),
            None => Err(Mismatch::new("an envelope", seen.arrived())),
        },
        Answer::Fault(pattern) => match &seen.envelope {
            Some(document) => match_fault(pattern, document.root()),
            None => Err(Mismatch::new("a fault", seen.arrived())),
        },
        Answer::Bytes(octets) => match &seen.arrival {
            Arrival::Answer(response) => match_bytes(octets, &response.raw()),
            Arrival::Closed(received) => match_bytes(octets, received),
            _ => Err(Mismatch::new("octets", seen.arrived())),
        },
        Answer::Closed if seen.is_closed => Ok(()),
        Answer::Closed => {
            Err(Mismatch::new("the connection closed", format!("{}, and it stays open", seen.arrived())))
        }
    }
}

fn compare_request(send: &Send, seen: &Observation, bindings: &mut Bindings) -> Result<(), Mismatch> {
    match (send, &seen.arrival) {
        (Send::Closed, Arrival::Over(_) | Arrival::Closed(_) | Arrival::Late(_)) => Ok(()),
        (Send::Closed, _) => Err(Mismatch::new("no further request", seen.arrived())),
        (Send::Auth(_), _) => match &seen.auth {
            Some(AuthEnd::Refused(reason) | AuthEnd::Broken(reason)) => {
                Err(Mismatch::new("the credentials of the case", reason.clone()))
            }
            Some(AuthEnd::Accepted) | None => Ok(()),
        },
        (Send::Http(pattern), Arrival::Asked(request)) => match_request(pattern, request, bindings),
        (Send::Bytes(octets), Arrival::Asked(request)) => match_bytes(octets, &request.raw()),
        (Send::Soap(pattern), Arrival::Asked(_)) => match &seen.envelope {
            Some(document) => match_envelope(pattern, document.root(), bindings),
            None => Err(Mismatch::new("an envelope", seen.arrived())),
        },
        (Send::Tls(_), _) => Err(Mismatch::new("a connection over TLS", "one in clear")),
        (Send::Sealed(_), Arrival::Asked(_)) => Err(Mismatch::new("a sealed request", "one in clear")),
        (Send::Http(_) | Send::Bytes(_) | Send::Soap(_) | Send::Sealed(_), _) => {
            Err(Mismatch::new("a request", seen.arrived()))
        }
    }
}

fn authentication(expected: AuthOutcome, seen: &Observation) -> Result<(), Mismatch> {
    match (expected, &seen.auth) {
        (AuthOutcome::Accepted, Some(AuthEnd::Accepted)) => Ok(()),
        (AuthOutcome::Refused, Some(AuthEnd::Refused(_))) => Ok(()),
        // Whoever hangs up refuses as well.
        (AuthOutcome::Refused, Some(AuthEnd::Broken(_))) if matches!(seen.arrival, Arrival::Closed(_)) => {
            Ok(())
        }
        (AuthOutcome::Accepted, Some(AuthEnd::Refused(reason) | AuthEnd::Broken(reason))) => {
            let came = seen.arrived();
            Err(Mismatch::new("the authentication to be accepted", format!("{reason} ({came})")))
        }
        (AuthOutcome::Refused, Some(AuthEnd::Accepted)) => {
            Err(Mismatch::new("the authentication to be refused", format!("accepted ({})", seen.arrived())))
        }
        (AuthOutcome::Refused, Some(AuthEnd::Broken(reason))) => {
            Err(Mismatch::new("the authentication to be refused", reason.clone()))
        }
        (_, None) => Err(Mismatch::new("an authentication in this step", "none")),
    }
}

fn handshake(expected: AuthOutcome, seen: &Observation) -> Result<(), Mismatch> {
    match (expected, &seen.tls) {
        (AuthOutcome::Accepted, Some(AuthEnd::Accepted))
        | (AuthOutcome::Refused, Some(AuthEnd::Refused(_))) => Ok(()),
        (AuthOutcome::Accepted, Some(AuthEnd::Refused(reason) | AuthEnd::Broken(reason))) => {
            Err(Mismatch::new("the handshake of TLS to succeed", reason.clone()))
        }
        (AuthOutcome::Refused, Some(AuthEnd::Accepted)) => {
            Err(Mismatch::new("the handshake of TLS to be refused", "accepted"))
        }
        (AuthOutcome::Refused, Some(AuthEnd::Broken(reason))) => {
            Err(Mismatch::new("the handshake of TLS to be refused by the server", reason.clone()))
        }
        (_, None) => Err(Mismatch::new("a handshake of TLS in this step", "none")),
    }
}

fn sealed(rule: SealRule, seen: &Observation) -> Result<(), Mismatch> {
    match (rule, &seen.protection) {
        (SealRule::Required, Protection::Sealed(_))
        | (SealRule::Forbidden, Protection::Clear | Protection::NoBody) => Ok(()),
        (SealRule::Required, Protection::Clear) => {
            Err(Mismatch::new("a sealed answer", "an answer in clear"))
        }
        (SealRule::Required, Protection::NoBody) => Err(Mismatch::new("a sealed answer", seen.arrived())),
        (SealRule::Required, Protection::Unopenable(reason)) => {
            Err(Mismatch::new("a sealed answer that opens", reason.clone()))
        }
        (SealRule::Forbidden, Protection::Sealed(_) | Protection::Unopenable(_)) => {
            Err(Mismatch::new("an answer in clear", "a sealed answer"))
        }
    }
}
