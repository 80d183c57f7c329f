use std::fmt::Write as _;

use clap::Args;
use clap::ValueEnum;
use serde::Serialize;

use crate::cli::cases::all_cases;
use crate::cli::error::CliError;
use crate::coverage::Coverage;
use crate::coverage::Covered;
use crate::coverage::Manner;
use crate::coverage::Testing;
use crate::coverage::coverage;
use crate::requirement::Catalogue;
use crate::requirement::Requirement;
use crate::verdict::ExitCode;

const AFTER_HELP: &str = "\
A requirement has a mark:
  ✓  cases test it: those that obey it and those that break it, by who is under test
  ·  no case can, and the line says why
  !  no case does yet
  ✗  the catalogue says that none can, and one does: the catalogue is wrong, exit code 1

Examples:
  winrm-conformance requirements --spec DSP0226 --area transport
  winrm-conformance requirements --spec ms-wsmv-core --untested
  winrm-conformance requirements --format json > coverage.json";

/// Columns of the text form.
const COLUMNS: usize = 100;

/// Arguments of `requirements`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RequirementsArguments {
    /// Only requirements of this area, as `transport`
    #[arg(long)]
    area: Option<String>,
    /// Only those of this document or catalogue, as `DSP0226` or `ms-wsmv-core`
    #[arg(long)]
    spec: Option<String>,
    /// Only those that no case tests
    #[arg(long)]
    untested: bool,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

impl RequirementsArguments {
    fn selects(&self, coverage: &Coverage<'_>) -> bool {
        let requirement = coverage.requirement;
        let is_of = |spec: &String| {
            requirement.id.document().eq_ignore_ascii_case(spec)
                || requirement.catalogue.eq_ignore_ascii_case(spec)
        };
        self.area.as_ref().is_none_or(|area| requirement.area.eq_ignore_ascii_case(area))
            && self.spec.as_ref().is_none_or(is_of)
            && (!self.untested || coverage.testing.is_empty())
    }
}

/// `requirements`
pub(crate) fn requirements(arguments: &RequirementsArguments) -> Result<ExitCode, CliError> {
    let catalogue = Catalogue::embedded()?;
    let mut selected = coverage(&catalogue, &all_cases()?);
    selected.retain(|coverage| arguments.selects(coverage));
    if selected.is_empty() {
        eprintln!("error: no requirement is selected: `winrm-conformance requirements` lists them all");
        return Ok(ExitCode::NothingSelected);
    }
    match arguments.format {
        Format::Text => print!("{}", text(&selected)),
        Format::Json => println!("{}", json(&selected)?),
    }
    let is_stale = selected.iter().any(|coverage| matches!(coverage.covered(), Covered::Stale(_)));
    Ok(if is_stale { ExitCode::Unexpected } else { ExitCode::AsExpected })
}

/// One entry as programs read it.
#[derive(Serialize)]
struct Row<'a> {
    catalogue: &'a str,
    #[serde(flatten)]
    requirement: &'a Requirement,
    cases: &'a [Testing],
}

fn json(selected: &[Coverage<'_>]) -> Result<String, CliError> {
    let rows: Vec<Row<'_>> = selected
        .iter()
        .map(|coverage| Row {
            catalogue: &coverage.requirement.catalogue,
            requirement: coverage.requirement,
            cases: &coverage.testing,
        })
        .collect();
    serde_json::to_string_pretty(&rows).map_err(|error| CliError::Internal(error.to_string()))
}

fn text(selected: &[Coverage<'_>]) -> String {
    let mut sorted: Vec<&Coverage<'_>> = selected.iter().collect();
    sorted.sort_by_key(|coverage| (&coverage.requirement.catalogue, &coverage.requirement.area));
    let mut out = String::new();
    let mut before = (String::new(), String::new());
    for coverage in sorted {
        let requirement = coverage.requirement;
        let chapter = (requirement.catalogue.clone(), requirement.area.clone());
        if chapter != before {
            let space = if out.is_empty() { "" } else { "\n" };
            // INVARIANT: writing to a String doesn't fail.
            let _ = writeln!(out, "{space}{} {}", chapter.0, chapter.1);
            before = chapter;
        }
        print_one(&mut out, coverage);
    }
    print_apart(&mut out, selected);
    print_totals(&mut out, selected);
    out
}

fn print_one(out: &mut String, coverage: &Coverage<'_>) {
    let Requirement { id, level, subject, testable, .. } = coverage.requirement;
    let mark = match coverage.covered() {
        Covered::Tested => '✓',
        Covered::Excused(_) => '·',
        Covered::Waiting => '!',
        Covered::Stale(_) => '✗',
    };
    let _ = writeln!(out, "  {mark} {:6} {subject:6} {testable:6} {id}", level.as_str());
    for (manner, word) in [(Manner::Obeys, "obeyed"), (Manner::Breaks, "broken")] {
        let cases = coverage.testing.iter().filter(|testing| testing.manner == manner);
        let mut by_role: Vec<(String, Vec<&str>)> = Vec::new();
        for testing in cases {
            let roles: Vec<String> = testing.roles.iter().map(ToString::to_string).collect();
            let roles = roles.join(",");
            match by_role.iter_mut().find(|(known, _)| *known == roles) {
                Some((_, ids)) => ids.push(&testing.case),
                None => by_role.push((roles, vec![&testing.case])),
            }
        }
        for (roles, ids) in by_role {
            wrapped(out, &format!("      {word} {roles:8}"), &ids.join(" "));
        }
    }
    match coverage.covered() {
        Covered::Tested => {}
        Covered::Excused(reason) => wrapped(out, "      untested:", reason),
        Covered::Waiting => wrapped(out, "      no case yet:", &coverage.requirement.summary),
        Covered::Stale(reason) => wrapped(out, "      tested, although:", reason),
    }
}

/// A label and words behind it, in as many lines as they take.
fn wrapped(out: &mut String, label: &str, words: &str) {
    let indent = label.chars().count();
    let mut line = label.to_owned();
    let mut is_empty = true;
    for word in words.split_whitespace() {
        let columns = line.chars().count().saturating_add(word.chars().count());
        if columns >= COLUMNS && !is_empty {
            let _ = writeln!(out, "{line}");
            line = " ".repeat(indent);
        }
        line.push(' ');
        line.push_str(word);
        is_empty = false;
    }
    let _ = writeln!(out, "{line}");
}

/// What the catalogue calls testable by replay and its own reason says isn't: a reader shall not stumble over it.
fn print_apart(out: &mut String, selected: &[Coverage<'_>]) {
    let wrong: Vec<&Coverage<'_>> =
        selected.iter().filter(|coverage| coverage.is_wrongly_replayable()).collect();
    if wrong.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nCalled testable by replay, and no exchange can test them");
    for coverage in wrong {
        let _ = writeln!(out, "  {} {}", coverage.requirement.level, coverage.requirement.id);
        wrapped(out, "     ", coverage.requirement.untested.as_deref().unwrap_or_default());
    }
}

fn print_totals(out: &mut String, selected: &[Coverage<'_>]) {
    let _ = writeln!(out);
    total(out, "requirements", selected.iter());
    total(out, "MUST by replay", selected.iter().filter(|coverage| coverage.is_due()));
}

fn total<'a>(out: &mut String, label: &str, counted: impl Iterator<Item = &'a Coverage<'a>>) {
    let covered: Vec<Covered<'_>> = counted.map(Coverage::covered).collect();
    let count = |wanted: fn(&&Covered<'_>) -> bool| covered.iter().filter(wanted).count();
    let tested = count(|covered| matches!(covered, Covered::Tested | Covered::Stale(_)));
    let excused = count(|covered| matches!(covered, Covered::Excused(_)));
    let waiting = count(|covered| matches!(covered, Covered::Waiting));
    let all = covered.len();
    let _ = writeln!(
        out,
        "{all:4} {label:15} {tested} tested, {excused} untested for a reason, {waiting} without a case yet"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_below_their_label_and_a_long_one_stands_alone() {
        let mut out = String::new();
        wrapped(&mut out, "ab:", &format!("{} {} c", "x".repeat(60), "y".repeat(60)));
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines, [format!("ab: {}", "x".repeat(60)), format!("    {} c", "y".repeat(60))]);
        let mut out = String::new();
        wrapped(&mut out, "ab:", &"z".repeat(120));
        assert_eq!(out.lines().count(), 1);
    }
}
