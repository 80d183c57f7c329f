use std::fmt::Write as _;

use crate::report::CaseResult;
use crate::report::Connections;
use crate::report::Excerpt;
use crate::report::Finding;
use crate::report::Redactor;
use crate::report::RunRecord;
use crate::report::Shown;
use crate::verdict::Standing;
use crate::verdict::Verdict;

/// Whether to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences.
    Plain,
    /// ANSI colours.
    Colour,
}

impl Style {
    /// Colour on a terminal, unless [NO_COLOR] is set to something.
    ///
    /// [NO_COLOR]: https://no-color.org
    pub fn choose(is_terminal: bool, no_color: Option<&str>) -> Self {
        if is_terminal && no_color.is_none_or(str::is_empty) {
            return Self::Colour;
        }
        Self::Plain
    }

    fn paint(self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Pass | Verdict::PassLenient => "32",
            Verdict::Fail | Verdict::Error => "1;31",
            Verdict::Warn | Verdict::Inconclusive => "33",
            Verdict::Info => "36",
            Verdict::NotRun | Verdict::NotApplicable => "2",
        };
        self.wrap(code, text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

/// Lines of an excerpt that the text report shows; the JSON report has more.
const EXCERPT_LINES_MAX: usize = 12;

/// Characters of one line.
const LINE_CHARS_MAX: usize = 200;

/// The record for people: cases by area, what isn't as it should be in full, and the sums.
pub fn text(record: &RunRecord, redactor: &Redactor, style: Style) -> String {
    let record = redactor.record(record);
    let header = &record.header;
    let mut out = format!("winrm-conformance {}  {} {}\n", header.tool_version, header.role, header.endpoint);
    out.push_str(&format!("started {}  seed {}\n", header.started, header.seed));
    if let Some(connections) = &header.connections {
        print_connections(&mut out, connections);
    }
    let id_width = record.cases.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let mut area_before = "";
    for case in &record.cases {
        let area = case.id.split('.').next().unwrap_or("");
        if area != area_before {
            out.push_str(&format!("\n{}\n", style.wrap("1", area)));
            area_before = area;
        }
        print_case(&mut out, &record, case, id_width, style);
    }
    print_profiles(&mut out, &record, style);
    print_sums(&mut out, &record, style);
    out
}

/// How the endpoint was reached, a line each.
fn print_connections(out: &mut String, connections: &Connections) {
    let Connections { https, scheme, server_identity, tls_versions, tls_ciphers, mechanisms, etypes } =
        connections;
    if let Some(https) = https {
        out.push_str(&format!("https   {https}\n"));
    }
    out.push_str(&format!("logon   {scheme}; server {server_identity}\n"));
    let seen = [("TLS", tls_versions), ("", tls_ciphers), ("proved by", mechanisms), ("Kerberos", etypes)];
    let seen = seen.iter().filter(|(_, values)| !values.is_empty());
    let seen: Vec<String> =
        seen.map(|(what, values)| format!("{what} {}", values.join(", ")).trim().to_owned()).collect();
    if !seen.is_empty() {
        out.push_str(&format!("seen    {}\n", seen.join("; ")));
    }
}

fn print_case(out: &mut String, record: &RunRecord, case: &CaseResult, id_width: usize, style: Style) {
    let mark = match case.verdict {
        Verdict::Pass | Verdict::PassLenient => "✓",
        Verdict::Fail | Verdict::Error => "✗",
        Verdict::Warn | Verdict::Inconclusive => "!",
        Verdict::Info | Verdict::NotRun | Verdict::NotApplicable => "·",
    };
    let verdict = style.paint(case.verdict, &format!("{mark} {:14}", case.verdict));
    // INVARIANT: writing to a String doesn't fail.
    let _ = writeln!(out, "  {verdict} {:id_width$}  {}", case.id, style.wrap("2", &case.title));
    if !case.reason.is_empty() {
        let _ = writeln!(out, "      {}", case.reason);
    }
    if let Some(reason) = &case.expected_because {
        let _ = writeln!(out, "      expected: {reason}");
    }
    case.findings.iter().for_each(|finding| print_finding(out, record, finding, style));
}

fn print_finding(out: &mut String, record: &RunRecord, finding: &Finding, style: Style) {
    for id in &finding.requirements {
        let known = record.requirements.iter().find(|requirement| requirement.id == *id);
        let sentence =
            known.map_or(String::new(), |known| format!("{} {id}: {}", known.level, known.summary));
        let shown = if sentence.is_empty() { id.to_string() } else { sentence };
        out.push_str(&format!("      {}\n", style.wrap("1", &shown)));
    }
    out.push_str(&format!("        at        {}\n", finding.place));
    print_lines(out, "expected", &finding.expected);
    print_lines(out, "got", &finding.got);
    for (label, excerpt) in [("sent", &finding.sent), ("received", &finding.received)] {
        if let Some(excerpt) = excerpt {
            print_excerpt(out, label, excerpt);
        }
    }
}

fn print_lines(out: &mut String, label: &str, text: &str) {
    for (index, line) in text.lines().take(EXCERPT_LINES_MAX).enumerate() {
        let label = if index == 0 { label } else { "" };
        out.push_str(format!("        {label:9} {}", printable(line)).trim_end());
        out.push('\n');
    }
}

/// The line without what could steer a terminal: the bytes are the endpoint's. Envelopes without line ends are long:
/// the JSON report has more of them.
fn printable(line: &str) -> String {
    let clean = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
    let mut shown: String = line.chars().take(LINE_CHARS_MAX).map(clean).collect();
    if line.chars().nth(LINE_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

fn print_excerpt(out: &mut String, label: &str, excerpt: &Excerpt) {
    let (kind, lines) = match &excerpt.shown {
        Shown::Text(text) => ("", text.lines().map(str::to_owned).collect::<Vec<_>>()),
        Shown::Hex(hex) => (", hex", hex_rows(hex)),
    };
    let left_out = lines.len().saturating_sub(EXCERPT_LINES_MAX);
    out.push_str(&format!("        {label:9} {} octets{kind}\n", excerpt.octets));
    for line in lines.iter().take(EXCERPT_LINES_MAX) {
        out.push_str(format!("          | {}", printable(line)).trim_end());
        out.push('\n');
    }
    if left_out > 0 {
        out.push_str(&format!("          | … {left_out} more lines\n"));
    }
}

fn hex_rows(hex: &str) -> Vec<String> {
    const OCTETS_PER_ROW: usize = 16;
    let pairs: Vec<&str> = hex.split(' ').collect();
    pairs.chunks(OCTETS_PER_ROW).map(|row| row.join(" ")).collect()
}

fn print_profiles(out: &mut String, record: &RunRecord, style: Style) {
    if record.profiles.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", style.wrap("1", "Profiles, as far as the selected cases tell")));
    for result in &record.profiles {
        out.push_str(&format!("  {:18} {}\n", result.profile, result.conformance));
    }
}

fn print_sums(out: &mut String, record: &RunRecord, style: Style) {
    let counted = Verdict::ALL.iter().rev().map(|verdict| (*verdict, record.count(*verdict)));
    let cases = counted.filter(|(_, count)| *count > 0).map(|(v, n)| style.paint(v, &format!("{n} {v}")));
    let cases: Vec<String> = cases.collect();
    out.push_str(&format!("\n{} cases: {}\n", record.cases.len(), cases.join(", ")));
    print_requirements(out, record, "requirements", false);
    print_requirements(out, record, "policy checks", true);
    print_nuances(out, record);
    if !record.incomplete.is_empty() {
        out.push_str(&format!("\n{}\n", style.wrap("1;33", "INCOMPLETE")));
        for reason in &record.incomplete {
            out.push_str(&format!("  {}\n", printable(reason)));
        }
    }
}

/// What a reader of policy results has to know, where it applies: by the requirement that it qualifies.
const NUANCES: [(&str, &str); 4] = [
    (
        "POLICY:SEC-08",
        "over HTTP messages are always sealed only as long as AllowUnencrypted is false, its default",
    ),
    ("POLICY:SEC-33", "over HTTPS messages have no seal of their own by default: TLS is what protects them"),
    ("POLICY:SEC-26", "TrustedHosts is a setting of Windows' client: other clients never read it"),
    ("POLICY:SEC-28", "a host in TrustedHosts has proved nothing: its identity is not verified"),
];

fn print_nuances(out: &mut String, record: &RunRecord) {
    let is_tested = |id: &str| {
        let mut known = record.requirements.iter().filter(|requirement| requirement.id.as_str() == id);
        known.any(|requirement| matches!(requirement.standing, Standing::Tested(_)))
    };
    for (id, nuance) in NUANCES.iter().filter(|(id, _)| is_tested(id)) {
        out.push_str(&format!("  {id}: {nuance}\n"));
    }
}

/// Policy is counted apart: it never counts as a violation of a specification.
fn print_requirements(out: &mut String, record: &RunRecord, label: &str, policy: bool) {
    let standings = record.requirements.iter().filter(|requirement| requirement.id.is_policy() == policy);
    let standings: Vec<Standing> = standings.map(|requirement| requirement.standing).collect();
    let count = |wanted: fn(&&Standing) -> bool| standings.iter().filter(wanted).count();
    let passed = count(|standing| matches!(standing, Standing::Tested(verdict) if verdict.is_pass()));
    let failed = count(|standing| **standing == Standing::Tested(Verdict::Fail));
    let untested = count(|standing| **standing == Standing::Untested);
    if !standings.is_empty() {
        let all = standings.len();
        out.push_str(&format!("{all} {label}: {passed} passed, {failed} failed, {untested} untested\n"));
    }
}
