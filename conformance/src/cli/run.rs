//! What `server` and `client` share: which cases, how they are played, and what is told of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use clap::ValueEnum;
use winrm_harness::net::Clock;
use winrm_harness::net::random_octets;

use crate::cli::cases::Selection;
use crate::cli::cases::all_cases;
use crate::cli::error::CliError;
use crate::cli::files::cases_of;
use crate::cli::progress::Progress;
use crate::cli::time::date;
use crate::cli::time::timestamp;
use crate::engine::Cancel;
use crate::engine::Canceller;
use crate::engine::Event;
use crate::engine::Options;
use crate::engine::canceller;
use crate::expectation::Day;
use crate::expectation::Expectations;
use crate::expectation::Outcome;
use crate::expectation::Surprise;
use crate::expectation::exit_code;
use crate::report;
use crate::report::CaseResult;
use crate::report::Connections;
use crate::report::Redactor;
use crate::report::RunHeader;
use crate::report::RunRecord;
use crate::report::Style;
use crate::requirement::Catalogue;
use crate::requirement::RequirementId;
use crate::verdict::ExitCode;
use crate::verdict::Verdict;
use crate::wsx::Case;
use crate::wsx::Role;

/// Arguments of every run.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    selection: Selection,
    /// Cases at once
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Seconds that an answer may take beyond the OperationTimeout of its request, or a client for its next one
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Where identifiers come from, to repeat a run
    #[arg(long)]
    seed: Option<u64>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    output: Option<String>,
    /// Known deviations, a TOML file
    #[arg(long, value_name = "FILE")]
    expectations: Option<String>,
    /// Play the case in this file instead of those in the binary; may be repeated
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
    /// Tell on stderr what goes over the wire, sealed envelopes in clear
    #[arg(long)]
    trace: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

impl RunArguments {
    /// How long an answer may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// The cases of a run, and what their results are held against.
pub(crate) struct Prepared {
    role: Role,
    catalogue: Catalogue,
    expectations: Expectations,
    selected: Vec<Case>,
    skipped: Vec<Case>,
}

/// Reads cases and expectations; `None` if no case is selected.
pub(crate) fn prepare(arguments: &RunArguments, role: Role) -> Result<Option<Prepared>, CliError> {
    let catalogue = Catalogue::embedded()?;
    let expectations = expectations(arguments.expectations.as_deref())?;
    let cases = match arguments.file.as_slice() {
        [] => all_cases()?,
        files => cases_of(files)?,
    };
    let is_selected =
        |case: &Case| case.front.roles.contains(&role) && arguments.selection.selects(case, &catalogue);
    let (selected, skipped): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(is_selected);
    if selected.is_empty() {
        eprintln!("error: no case for {role}s is selected: `winrm-conformance list` prints them all");
        return Ok(None);
    }
    Ok(Some(Prepared { role, catalogue, expectations, selected, skipped }))
}

fn expectations(file: Option<&str>) -> Result<Expectations, CliError> {
    let Some(file) = file else { return Ok(Expectations::default()) };
    let text = fs::read_to_string(file).map_err(|error| CliError::File(file.to_owned(), error))?;
    Ok(Expectations::parse(&text)?)
}

/// What an engine is given.
pub(crate) struct Play<'t> {
    pub(crate) cases: Vec<Case>,
    pub(crate) catalogue: Catalogue,
    pub(crate) options: Options,
    pub(crate) cancel: Cancel,
    pub(crate) tell: &'t mut dyn FnMut(Event<'_>),
}

/// How a run went.
struct Ran {
    started: String,
    seed: u64,
    connections: Option<Connections>,
    results: Vec<CaseResult>,
    aborted: Option<String>,
}

/// Has the cases played, compares the results with what is expected and writes the report.
pub(crate) async fn conduct(
    arguments: &RunArguments,
    prepared: Prepared,
    endpoint: String,
    redactor: &Redactor,
    engine: impl AsyncFnOnce(Play<'_>) -> Vec<CaseResult>,
) -> Result<ExitCode, CliError> {
    let Prepared { role, catalogue, expectations, selected, skipped } = prepared;
    let mut ran = play(arguments, selected, catalogue.clone(), engine).await;
    let code = judge(&mut ran, &skipped, &expectations)?;
    let header = RunHeader {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        role: role.to_string(),
        endpoint,
        seed: ran.seed,
        connections: ran.connections,
        started: ran.started,
    };
    let record = RunRecord::new(header, ran.results, &catalogue, ran.aborted);
    write(&record, redactor, arguments)?;
    Ok(code)
}

/// A password that nobody knows.
pub(crate) fn random_password() -> String {
    let mut octets = [0; 16];
    random_octets(&mut octets);
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

async fn play(
    arguments: &RunArguments,
    cases: Vec<Case>,
    catalogue: Catalogue,
    engine: impl AsyncFnOnce(Play<'_>) -> Vec<CaseResult>,
) -> Ran {
    let mut octets = [0; 8];
    random_octets(&mut octets);
    // TOML and JSON readers of other languages have 53 bits.
    let seed = arguments.seed.unwrap_or(u64::from_be_bytes(octets) >> 11);
    let jobs = usize::from(arguments.jobs);
    let options =
        Options { jobs, shells_max: jobs, timeout: arguments.timeout(), seed, traces: arguments.trace };
    let started = timestamp(Clock::default().now().filetime);
    let (canceller, cancel) = canceller();
    let signals = tokio::spawn(watch_signals(canceller));
    let mut progress = Progress::new(cases.len());
    let mut connections = None;
    let mut tell = |event: Event<'_>| match event {
        Event::Finished(result) => progress.finished(result),
        Event::Trace(text) => progress.print(text),
        Event::Reached(known) => connections = Some(known.clone()),
    };
    let results = engine(Play { cases, catalogue, options, cancel: cancel.clone(), tell: &mut tell }).await;
    progress.end();
    signals.abort();
    let aborted = cancel.is_cancelled().then(|| "interrupted".to_owned());
    Ran { started, seed, connections, results, aborted }
}

/// The first Ctrl-C lets the running cases clean up, the second doesn't wait for them.
async fn watch_signals(canceller: Canceller) {
    if tokio::signal::ctrl_c().await.is_err() {
        // No signals here: the run just goes on.
        std::future::pending::<()>().await;
    }
    eprintln!("interrupted: the running cases clean up (once more to leave them)");
    canceller.cancel();
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}

/// Compares the results with what is expected, and notes in them what was.
fn judge(ran: &mut Ran, skipped: &[Case], expectations: &Expectations) -> Result<ExitCode, CliError> {
    let described: Vec<(Vec<RequirementId>, String)> = ran.results.iter().map(describe).collect();
    let played = ran.results.iter().zip(&described).map(|(result, (requires, message))| Outcome {
        case: &result.id,
        requires,
        verdict: result.verdict,
        message,
    });
    let not_played = skipped.iter().map(|case| Outcome {
        case: &case.front.id,
        requires: &case.front.requires,
        verdict: Verdict::NotRun,
        message: "",
    });
    let outcomes: Vec<Outcome<'_>> = played.chain(not_played).collect();
    let today = Day::parse(&date(Clock::default().now().filetime))?;
    let surprises = expectations.surprises(&outcomes, &today);
    let code = exit_code(expectations, &outcomes, &surprises);
    tell_surprises(expectations, &surprises);
    let reasons: Vec<Option<String>> = outcomes
        .iter()
        .map(|outcome| expectations.expecting(outcome).map(|entry| entry.reason.clone()))
        .collect();
    for (result, reason) in ran.results.iter_mut().zip(reasons) {
        result.expected_because = reason;
    }
    Ok(if ran.aborted.is_some() { ExitCode::Incomplete } else { code })
}

fn describe(result: &CaseResult) -> (Vec<RequirementId>, String) {
    let requires: BTreeSet<&RequirementId> = result.judged.iter().map(|judged| &judged.requirement).collect();
    let findings =
        result.findings.iter().map(|finding| format!("expected {}, got {}", finding.expected, finding.got));
    let message: Vec<String> = std::iter::once(result.reason.clone()).chain(findings).collect();
    (requires.into_iter().cloned().collect(), message.join("\n"))
}

/// Unexpected failures are in the report; what only the list of expectations knows is told here.
fn tell_surprises(expectations: &Expectations, surprises: &[Surprise]) {
    let about = |index: usize| {
        let entry = expectations.entries.get(index);
        let requirement = entry.and_then(|entry| entry.requirement.as_ref()).map(ToString::to_string);
        entry.and_then(|entry| entry.case.clone()).or(requirement).unwrap_or_default()
    };
    for surprise in surprises {
        match surprise {
            Surprise::Passed(case) => eprintln!("expectation: {case} passes, and was expected not to"),
            Surprise::Expired(index) => eprintln!("expectation: {} has expired", about(*index)),
            Surprise::FitsNothing(index) => eprintln!("expectation: {} fits no case", about(*index)),
            Surprise::Failed(_) => {}
        }
    }
}

fn write(record: &RunRecord, redactor: &Redactor, arguments: &RunArguments) -> Result<(), CliError> {
    let is_terminal = arguments.output.is_none() && std::io::stdout().is_terminal();
    let no_color = std::env::var("NO_COLOR").ok();
    let mut text = match arguments.format {
        Format::Text => report::text(record, redactor, Style::choose(is_terminal, no_color.as_deref())),
        Format::Json => {
            report::json(record, redactor).map_err(|error| CliError::Internal(error.to_string()))?
        }
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    match &arguments.output {
        Some(file) => fs::write(file, text).map_err(|error| CliError::File(file.clone(), error)),
        None => {
            print!("{text}");
            Ok(())
        }
    }
}
