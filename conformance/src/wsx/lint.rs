//! What a case may not be although it reads well.

use std::collections::BTreeSet;
use std::fmt;

use crate::requirement::Catalogue;
use crate::requirement::Level;
use crate::requirement::RequirementId;
use crate::wsx::case::Answer;
use crate::wsx::case::Assertion;
use crate::wsx::case::Blame;
use crate::wsx::case::Case;
use crate::wsx::case::CleanUp;
use crate::wsx::case::Condition;
use crate::wsx::case::Exchange;
use crate::wsx::case::Expect;
use crate::wsx::case::HttpLine;
use crate::wsx::case::Role;
use crate::wsx::case::Send;
use crate::wsx::case::SoapPattern;
use crate::wsx::case::StatusPattern;
use crate::wsx::case::Step;
use crate::wsx::case::StepBody;
use crate::wsx::case::StepNumber;
use crate::wsx::heading::is_slug;
use crate::wsx::template::Piece;
use crate::wsx::template::Template;
use crate::wsx::template::VariableName;

/// The profiles that a case can belong to.
pub const PROFILES: &[&str] = &[
    "wsman-base",
    "wsman-enumeration",
    "wsman-eventing",
    "wsmv",
    "winrm-shell",
    "winrm-auth",
    "psrp",
    "secure-transport",
    "robustness",
];

/// What a case can need of an endpoint.
pub const NEEDS: &[&str] = &[
    "auth.basic",
    "auth.certificate",
    "auth.credssp",
    "auth.kerberos",
    "auth.negotiate",
    "auth.ntlm",
    "cim",
    "compression",
    "config",
    "default-auth",
    "eventing",
    "http",
    "https",
    "identify",
    "minted-tickets",
    "other-user",
    "reference-cim",
    "reference-commands",
    "resource",
    "robust",
    "seal",
    "second-hop",
    "shell.cmd",
    "shell.powershell",
    "slow",
    "user.ordinary",
];

/// Whose known deviations a case can tolerate; `spec` is a liberty that the text itself grants.
pub const TOLERANCES: &[&str] = &["spec", "windows", "exchange", "omi", "openwsman", "amt"];

/// Something wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lint {
    /// The id isn't the path with dots, or a segment isn't a slug.
    Id {
        /// The id that the path asks for.
        expected: String,
        /// The id.
        got: String,
    },
    /// A segment of the id counts instead of saying something.
    Ordinal(String),
    /// The title says nothing.
    NoTitle,
    /// The catalogue doesn't have it.
    UnknownRequirement(RequirementId),
    /// It binds more strongly here than in the catalogue.
    TooStrong {
        /// The requirement.
        requirement: RequirementId,
        /// Its level in the catalogue.
        catalogue: Level,
    },
    /// No such profile, need or tolerance.
    UnknownWord {
        /// Which of them.
        what: &'static str,
        /// The word.
        got: String,
    },
    /// Something is used that no step before binds and the engine doesn't give.
    Unbound {
        /// The step.
        step: StepNumber,
        /// The name.
        variable: VariableName,
    },
    /// Bound twice: the second should be a use.
    Rebound {
        /// The step.
        step: StepNumber,
        /// The name.
        variable: VariableName,
    },
    /// A step has two sections of one layer in one direction.
    Repeated {
        /// The step.
        step: StepNumber,
        /// The layer.
        layer: &'static str,
    },
    /// An assertion looks at a step that has not happened.
    LooksAhead(StepNumber),
    /// No section and no assertion could fail.
    CannotFail,
    /// `setup` or `for` after `>` where no client is under test.
    BlamesNobody(StepNumber),
    /// A `<` section of a case for clients stands for more than one message.
    ManyMessages {
        /// The step.
        step: StepNumber,
        /// The layer.
        layer: &'static str,
    },
    /// It names no requirement, no profile or no role.
    Empty(&'static str),
}

/// Looks for everything wrong with a case whose path below the corpus is `path`.
pub fn lint(case: &Case, path: &str, catalogue: &Catalogue) -> Vec<Lint> {
    let mut lints = Vec::new();
    lint_id(case, path, &mut lints);
    lint_front(case, &mut lints);
    lint_requirements(case, catalogue, &mut lints);
    lint_steps(case, &mut lints);
    lint_roles(case, &mut lints);
    if !can_fail(case) {
        lints.push(Lint::CannotFail);
    }
    lints
}

fn lint_id(case: &Case, path: &str, lints: &mut Vec<Lint>) {
    let expected = path.strip_suffix(".wsx").unwrap_or(path).replace('/', ".");
    if expected != case.front.id || !expected.split('.').all(is_slug) {
        lints.push(Lint::Id { expected, got: case.front.id.clone() });
    }
    for segment in case.front.id.split('.') {
        let without_number: String = segment.chars().filter(|c| !c.is_ascii_digit() && *c != '-').collect();
        if without_number.is_empty() || (without_number.len() < segment.len() && is_counter(&without_number))
        {
            lints.push(Lint::Ordinal(segment.to_owned()));
        }
    }
}

fn is_counter(word: &str) -> bool {
    ["case", "test", "step", "t", "c", "no"].contains(&word)
}

fn lint_front(case: &Case, lints: &mut Vec<Lint>) {
    let front = &case.front;
    if front.title.trim().is_empty() {
        lints.push(Lint::NoTitle);
    }
    let empty = [
        (front.requires.is_empty(), "requires"),
        (front.profiles.is_empty(), "profiles"),
        (front.roles.is_empty(), "roles"),
    ];
    lints.extend(empty.iter().filter(|(is_empty, _)| *is_empty).map(|(_, what)| Lint::Empty(what)));
    let words = [
        ("profile", &front.profiles, PROFILES),
        ("need", &front.needs, NEEDS),
        ("tolerance", &front.tolerates, TOLERANCES),
    ];
    for (what, used, known) in words {
        let unknown = used.iter().filter(|word| !known.contains(&word.as_str()));
        lints.extend(unknown.map(|word| Lint::UnknownWord { what, got: word.clone() }));
    }
}

fn exchanges(case: &Case) -> impl Iterator<Item = (StepNumber, &Exchange)> {
    case.steps.iter().filter_map(|step| match &step.body {
        StepBody::Exchange(exchange) => Some((step.number, exchange)),
        StepBody::Assert(_) => None,
    })
}

fn assertions(case: &Case) -> impl Iterator<Item = &Assertion> {
    case.steps.iter().flat_map(|step| match &step.body {
        StepBody::Exchange(_) => [].iter(),
        StepBody::Assert(assertions) => assertions.iter(),
    })
}

fn lint_requirements(case: &Case, catalogue: &Catalogue, lints: &mut Vec<Lint>) {
    let blamed =
        exchanges(case).flat_map(|(_, exchange)| &exchange.expects).flat_map(|expect| match &expect.blame {
            Blame::Only(ids) => ids.as_slice(),
            Blame::Required | Blame::Setup => &[],
        });
    let asserted = assertions(case).map(|assertion| &assertion.requirement);
    let named: BTreeSet<&RequirementId> = case.front.requires.iter().chain(blamed).chain(asserted).collect();
    let unknown = named.iter().filter(|id| catalogue.requirement(id).is_none());
    lints.extend(unknown.map(|id| Lint::UnknownRequirement((*id).clone())));
    for assertion in assertions(case) {
        if let Some(requirement) = catalogue.requirement(&assertion.requirement)
            && assertion.level > requirement.level
        {
            let catalogue = requirement.level;
            lints.push(Lint::TooStrong { requirement: assertion.requirement.clone(), catalogue });
        }
    }
}

fn lint_steps(case: &Case, lints: &mut Vec<Lint>) {
    let mut bound = BTreeSet::new();
    let mut happened = BTreeSet::new();
    let finally = case.finally.as_ref();
    for step in case.steps.iter().chain(finally.into_iter().flat_map(|finally| &finally.steps)) {
        lint_variables(step, &mut bound, lints);
        match &step.body {
            StepBody::Exchange(exchange) => {
                happened.insert(step.number);
                lint_repeated(step.number, exchange, lints);
            }
            StepBody::Assert(assertions) => {
                let ahead = assertions.iter().filter(|assertion| !happened.contains(&assertion.step));
                lints.extend(ahead.map(|assertion| Lint::LooksAhead(assertion.step)));
            }
        }
    }
    for CleanUp::DeleteShell(name) in finally.into_iter().flat_map(|finally| &finally.actions) {
        if !bound.contains(name) {
            let step = case.steps.last().map_or(StepNumber(1), |step| step.number);
            lints.push(Lint::Unbound { step, variable: name.clone() });
        }
    }
}

fn lint_variables(step: &Step, bound: &mut BTreeSet<VariableName>, lints: &mut Vec<Lint>) {
    // Alternatives of one step may bind the same name, and a value may be bound and used in one template.
    let before = bound.clone();
    for template in templates(step) {
        for name in template.binds() {
            if before.contains(name) || name.is_given() {
                lints.push(Lint::Rebound { step: step.number, variable: name.clone() });
            }
            bound.insert(name.clone());
        }
        let unbound = template.uses().filter(|name| !name.is_given() && !bound.contains(name));
        lints.extend(unbound.map(|name| Lint::Unbound { step: step.number, variable: name.clone() }));
    }
}

fn lint_repeated(step: StepNumber, exchange: &Exchange, lints: &mut Vec<Lint>) {
    let mut seen = BTreeSet::new();
    let sends = exchange.sends.iter().map(|sent| (">", sent.send.layer(), None));
    let expects =
        exchange.expects.iter().map(|expect| ("<", expect.answer.layer(), expect.any_of.as_deref()));
    for section in sends.chain(expects) {
        if !seen.insert(section) {
            lints.push(Lint::Repeated { step, layer: section.1 });
        }
    }
}

/// The templates of a step, in order.
fn templates(step: &Step) -> Vec<&Template> {
    let exchange = match &step.body {
        StepBody::Exchange(exchange) => exchange,
        StepBody::Assert(assertions) => {
            let texts = assertions.iter().filter_map(|assertion| match &assertion.condition {
                Condition::Text(_, text) => Some(text),
                _ => None,
            });
            return texts.collect();
        }
    };
    let sent = exchange.sends.iter().flat_map(|sent| match &sent.send {
        Send::Auth(auth) => auth.options.iter().map(|(_, value)| value).collect(),
        Send::Soap(envelope) => vec![envelope],
        Send::Http(request) => {
            let values = request.headers.iter().map(|(_, value)| value);
            std::iter::once(&request.start).chain(values).chain([&request.body]).collect()
        }
        Send::Tls(_) | Send::Sealed(_) | Send::Bytes(_) | Send::Closed => Vec::new(),
    });
    let expected = exchange.expects.iter().flat_map(|expect| match &expect.answer {
        Answer::Http(pattern) => pattern.lines.iter().filter_map(field_value).collect(),
        Answer::Soap(SoapPattern::Like(envelope)) => vec![envelope],
        _ => Vec::new(),
    });
    sent.chain(expected).collect()
}

fn field_value(line: &HttpLine) -> Option<&Template> {
    match line {
        HttpLine::Field(_, value) => Some(value),
        HttpLine::Absent(_) | HttpLine::Empty => None,
    }
}

/// What only makes sense when a client is under test, and what then must not be.
fn lint_roles(case: &Case, lints: &mut Vec<Lint>) {
    let is_for = |role| case.front.roles.contains(&role);
    for (step, exchange) in exchanges(case) {
        let blames = exchange.sends.iter().any(|sent| sent.blame != Blame::Required);
        if blames && !is_for(Role::Client) && !is_for(Role::Capture) {
            lints.push(Lint::BlamesNobody(step));
        }
        if is_for(Role::Client) {
            let many = exchange.expects.iter().filter(|expect| !is_one_message(expect));
            lints.extend(many.map(|expect| Lint::ManyMessages { step, layer: expect.answer.layer() }));
        }
    }
}

fn is_one_message(expect: &Expect) -> bool {
    let is_open = |template: &Template| {
        template.pieces().iter().any(|piece| matches!(piece, Piece::Match { .. } | Piece::Absent))
    };
    let is_one = match &expect.answer {
        Answer::Http(pattern) => {
            matches!(pattern.statuses.as_slice(), [StatusPattern::Exactly(_)])
                && !pattern.lines.iter().filter_map(field_value).any(is_open)
        }
        Answer::Soap(SoapPattern::Like(envelope)) => !is_open(envelope),
        Answer::Fault(_) | Answer::Sealed(_) | Answer::Tls(_) => false,
        Answer::Auth(_) | Answer::Soap(SoapPattern::Absent) | Answer::Bytes(_) | Answer::Closed => true,
    };
    is_one && expect.any_of.is_none()
}

fn can_fail(case: &Case) -> bool {
    let is_for = |role| case.front.roles.contains(&role);
    let judges_answers = is_for(Role::Server) || is_for(Role::Capture);
    let judges_requests = is_for(Role::Client) || is_for(Role::Capture);
    let judged = exchanges(case).any(|(_, exchange)| {
        let mut answers = exchange.expects.iter().map(|expect| &expect.blame);
        let asks = exchange.sends.iter().filter(|sent| !matches!(sent.send, Send::Auth(_) | Send::Tls(_)));
        (judges_answers && answers.any(|blame| *blame != Blame::Setup))
            || (judges_requests && asks.map(|sent| &sent.blame).any(|blame| *blame != Blame::Setup))
    });
    judged || assertions(case).next().is_some()
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id { expected, got } => {
                write!(f, "id `{got}`: expected `{expected}`, the path in lower-case words with dots")
            }
            Self::Ordinal(segment) => write!(f, "`{segment}` counts: say what the case is about"),
            Self::NoTitle => write!(f, "the title is empty"),
            Self::UnknownRequirement(id) => write!(f, "requirement `{id}` is not in the catalogue"),
            Self::TooStrong { requirement, catalogue } => {
                write!(f, "`{requirement}` is asserted more strongly than its level, {catalogue}")
            }
            Self::UnknownWord { what, got } => write!(f, "unknown {what} `{got}`"),
            Self::Unbound { step, variable } => {
                write!(f, "step {step} uses `{variable}`, which nothing before it binds")
            }
            Self::Rebound { step, variable } => write!(f, "step {step} binds `{variable}` again"),
            Self::Repeated { step, layer } => {
                write!(f, "step {step} has two `{layer}` sections in one direction")
            }
            Self::LooksAhead(step) => write!(f, "an assertion looks at step {step}, which has not happened"),
            Self::CannotFail => write!(f, "nothing in the case can fail"),
            Self::BlamesNobody(step) => {
                write!(f, "step {step} blames a `>` section, and no client is under test")
            }
            Self::ManyMessages { step, layer } => {
                write!(f, "step {step}: `< {layer}` is sent to clients and doesn't stand for one message")
            }
            Self::Empty(what) => write!(f, "`{what}` is empty"),
        }
    }
}
