//! From a case to its canonical text.

use std::fmt::Write as _;

use crate::requirement::RequirementId;
use crate::wsx::case::Answer;
use crate::wsx::case::Assertion;
use crate::wsx::case::AuthDirective;
use crate::wsx::case::Blame;
use crate::wsx::case::Case;
use crate::wsx::case::CleanUp;
use crate::wsx::case::Condition;
use crate::wsx::case::Exchange;
use crate::wsx::case::FaultPattern;
use crate::wsx::case::FrontMatter;
use crate::wsx::case::HttpLine;
use crate::wsx::case::HttpPattern;
use crate::wsx::case::HttpRequest;
use crate::wsx::case::Look;
use crate::wsx::case::Send;
use crate::wsx::case::Sent;
use crate::wsx::case::SoapPattern;
use crate::wsx::case::StatusPattern;
use crate::wsx::case::Step;
use crate::wsx::case::StepBody;
use crate::wsx::case::StepNumber;
use crate::wsx::case::Tamper;
use crate::wsx::section::OUTCOMES;
use crate::wsx::section::SEAL_RULES;
use crate::wsx::template_print::Place;
use crate::wsx::words::COMPARISONS;
use crate::wsx::words::PARTS;
use crate::wsx::words::TEXT_COMPARISONS;
use crate::wsx::words::word;

/// Writes a case so that it reads back as it was. Comments are not part of a case.
pub fn print(case: &Case) -> String {
    let mut out = front_matter(&case.front);
    case.steps.iter().for_each(|step| print_step(&mut out, step));
    if let Some(finally) = &case.finally {
        out.push_str("-- finally --\n");
        for CleanUp::DeleteShell(name) in &finally.actions {
            line(&mut out, &format!("delete shell {{{{{name}}}}}"));
        }
        finally.steps.iter().for_each(|step| print_step(&mut out, step));
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn front_matter(front: &FrontMatter) -> String {
    let mut out = String::new();
    line(&mut out, &format!("wsx = {}", front.wsx));
    line(&mut out, &format!("id = {}", toml_text(&front.id)));
    line(&mut out, &format!("title = {}", toml_text(&front.title)));
    let requires = front.requires.iter().map(RequirementId::as_str);
    line(&mut out, &format!("requires = {}", toml_list(requires)));
    line(&mut out, &format!("profiles = {}", toml_list(front.profiles.iter().map(String::as_str))));
    let roles: Vec<String> = front.roles.iter().map(ToString::to_string).collect();
    line(&mut out, &format!("roles = {}", toml_list(roles.iter().map(String::as_str))));
    line(&mut out, &format!("needs = {}", toml_list(front.needs.iter().map(String::as_str))));
    let safety = format!("{:?}", front.safety).to_lowercase();
    line(&mut out, &format!("safety = {}", toml_text(&safety)));
    if !front.tolerates.is_empty() {
        line(&mut out, &format!("tolerates = {}", toml_list(front.tolerates.iter().map(String::as_str))));
    }
    out
}

fn toml_list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(toml_text).collect::<Vec<_>>().join(", "))
}

/// [TOML 1.0] basic string: quotes, backslashes and control characters are escaped.
fn toml_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // INVARIANT: writing to a String doesn't fail.
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn print_step(out: &mut String, step: &Step) {
    match &step.body {
        StepBody::Exchange(exchange) => print_exchange(out, step.number, exchange),
        StepBody::Assert(assertions) => {
            line(out, &format!("-- {} assert --", step.number));
            assertions.iter().for_each(|assertion| line(out, &assertion.to_string()));
        }
    }
}

fn print_exchange(out: &mut String, number: StepNumber, exchange: &Exchange) {
    if exchange.attempts_max != 1 {
        line(out, &format!("-- {number} loop {} --", exchange.attempts_max));
    }
    let connection = exchange.connection;
    for Sent { blame, send } in &exchange.sends {
        line(out, &format!("-- {number} {connection} > {}{} --", send.layer(), blame_text(blame)));
        print_lines(out, &send_text(send));
    }
    for expect in &exchange.expects {
        let blame = blame_text(&expect.blame);
        let any_of = expect.any_of.as_ref().map_or(String::new(), |label| format!(" any-of {label}"));
        line(out, &format!("-- {number} {connection} < {}{blame}{any_of} --", expect.answer.layer()));
        print_lines(out, &answer_text(&expect.answer));
    }
}

fn blame_text(blame: &Blame) -> String {
    match blame {
        Blame::Required => String::new(),
        Blame::Setup => " setup".to_owned(),
        Blame::Only(ids) => {
            format!(" for {}", ids.iter().map(RequirementId::as_str).collect::<Vec<_>>().join(","))
        }
    }
}

fn print_lines(out: &mut String, text: &str) {
    if !text.is_empty() {
        line(out, text.strip_suffix('\n').unwrap_or(text));
    }
}

impl Send {
    /// The layer in the heading of its section.
    pub fn layer(&self) -> &'static str {
        match self {
            Self::Tls(_) => "tls",
            Self::Auth(_) => "auth",
            Self::Http(_) => "http",
            Self::Soap(_) => "soap",
            Self::Sealed(_) => "sealed",
            Self::Bytes(_) => "bytes",
            Self::Closed => "closed",
        }
    }
}

impl Answer {
    /// The layer in the heading of its section.
    pub fn layer(&self) -> &'static str {
        match self {
            Self::Tls(_) => "tls",
            Self::Auth(_) => "auth",
            Self::Http(_) => "http",
            Self::Sealed(_) => "sealed",
            Self::Soap(_) => "soap",
            Self::Fault(_) => "fault",
            Self::Bytes(_) => "bytes",
            Self::Closed => "closed",
        }
    }
}

fn send_text(send: &Send) -> String {
    match send {
        Send::Tls(tls) => tls.to_string(),
        Send::Auth(auth) => auth_text(auth),
        Send::Http(request) => request_text(request),
        Send::Soap(envelope) => envelope.print(Place::Lines),
        Send::Sealed(tampers) => tampers.iter().map(|tamper| format!("{}\n", tamper_text(tamper))).collect(),
        Send::Bytes(octets) => hex_lines(octets),
        Send::Closed => String::new(),
    }
}

fn auth_text(auth: &AuthDirective) -> String {
    let options = auth.options.iter().map(|(key, value)| format!(" {key}={}", value.print(Place::Word)));
    format!("{}{}", auth.scheme, options.collect::<String>())
}

fn request_text(request: &HttpRequest) -> String {
    let mut out = String::new();
    line(&mut out, &request.start.print(Place::Line));
    for (name, value) in &request.headers {
        line(&mut out, format!("{name}: {}", value.print(Place::Line)).trim_end_matches(' '));
    }
    if !request.body.is_empty() {
        line(&mut out, &format!("\n{}", request.body.print(Place::Lines)));
    }
    out
}

fn tamper_text(tamper: &Tamper) -> String {
    match tamper {
        Tamper::Flip { part, octet } => format!("flip = \"{} {octet}\"", word(&PARTS, part)),
        Tamper::Frame(name) => format!("frame = \"{name}\""),
        Tamper::Length(change) => format!("length = \"{change:+}\""),
        Tamper::Sequence(change) => format!("sequence = \"{change:+}\""),
        Tamper::Protocol(protocol) => format!("protocol = \"{protocol}\""),
        Tamper::Context(connection) => format!("context = \"{connection}\""),
        Tamper::Replay(number) => format!("replay = \"{number}\""),
        Tamper::Truncate(octets) => format!("truncate = {octets}"),
        Tamper::Utf16 => "charset = \"utf-16\"".to_owned(),
        Tamper::Chunked(octets) => format!("chunked = {octets}"),
        Tamper::EndsWith(name) => format!("ends-with = \"{name}\""),
        Tamper::Contains(name) => format!("contains = \"{name}\""),
    }
}

fn hex_lines(octets: &[u8]) -> String {
    const OCTETS_PER_LINE: usize = 32;
    let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ");
    octets.chunks(OCTETS_PER_LINE).map(|octets| format!("{}\n", hex(octets))).collect()
}

fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Tls(outcome) | Answer::Auth(outcome) => word(&OUTCOMES, outcome).to_owned(),
        Answer::Http(pattern) => pattern_text(pattern),
        Answer::Sealed(rule) => word(&SEAL_RULES, rule).to_owned(),
        Answer::Soap(SoapPattern::Absent) => "absent".to_owned(),
        Answer::Soap(SoapPattern::Like(envelope)) => envelope.print(Place::Lines),
        Answer::Fault(fault) => fault_text(fault),
        Answer::Bytes(octets) => hex_lines(octets),
        Answer::Closed => String::new(),
    }
}

fn pattern_text(pattern: &HttpPattern) -> String {
    let statuses: Vec<String> = pattern.statuses.iter().map(StatusPattern::to_string).collect();
    let mut out = format!("HTTP/1.1 {}\n", statuses.join("|"));
    for http_line in &pattern.lines {
        let text = match http_line {
            HttpLine::Field(name, value) => format!("{name}: {}", value.print(Place::Line)),
            HttpLine::Absent(name) => format!("absent {name}"),
            HttpLine::Empty => "empty".to_owned(),
        };
        line(&mut out, text.trim_end_matches(' '));
    }
    out
}

fn fault_text(fault: &FaultPattern) -> String {
    let codes: Vec<String> = fault.wsmanfaults.iter().map(u32::to_string).collect();
    let rows = [
        ("code", &fault.codes),
        ("subcode", &fault.subcodes),
        ("detail", &fault.details),
        ("wsmanfault", &codes),
    ];
    let rows = rows.iter().filter(|(_, values)| !values.is_empty());
    rows.map(|(key, values)| format!("{key} {}\n", values.join(" | "))).collect()
}

impl std::fmt::Display for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}  {}.", self.level, self.requirement, self.step)?;
        match &self.look {
            Look::Path(path) => write!(f, "soap  xpath \"{path}\"")?,
            Look::Status => write!(f, "http  status")?,
            Look::Header(name) => write!(f, "http  header {name}")?,
            Look::Auth(name) => write!(f, "auth  {name}")?,
            Look::Tls(name) => write!(f, "tls  {name}")?,
        }
        match &self.condition {
            Condition::Exists => write!(f, " exists"),
            Condition::Absent => write!(f, " absent"),
            Condition::Is(matcher) => write!(f, " is {matcher}"),
            Condition::Number(comparison, number) => {
                write!(f, " {} {number}", word(&COMPARISONS, comparison))
            }
            Condition::Text(comparison, text) => {
                write!(f, " {} \"{}\"", word(&TEXT_COMPARISONS, comparison), text.print(Place::Line))
            }
        }
    }
}
