use std::collections::BTreeSet;
use std::fs;
use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use clap::ValueEnum;
use winrm_harness::net::Clock;
use winrm_harness::net::Listener;
use winrm_harness::net::random_octets;
use winrm_harness::wsman::ResourceUri;

use crate::cli::cases::Selection;
use crate::cli::cases::all_cases;
use crate::cli::error::CliError;
use crate::cli::files::cases_of;
use crate::cli::progress::Progress;
use crate::cli::serve::ReferenceArguments;
use crate::cli::serve::password;
use crate::cli::time::date;
use crate::cli::time::timestamp;
use crate::engine;
use crate::engine::Canceller;
use crate::engine::Event;
use crate::engine::canceller;
use crate::expectation::Day;
use crate::expectation::Expectations;
use crate::expectation::Outcome;
use crate::expectation::Surprise;
use crate::expectation::exit_code;
use crate::report;
use crate::report::CaseResult;
use crate::report::Redactor;
use crate::report::RunHeader;
use crate::report::RunRecord;
use crate::report::Style;
use crate::requirement::Catalogue;
use crate::requirement::RequirementId;
use crate::subject::Allowances;
use crate::subject::Capabilities;
use crate::subject::EndpointUrl;
use crate::subject::Logon;
use crate::subject::Scheme;
use crate::subject::Subject;
use crate::verdict::ExitCode;
use crate::verdict::Verdict;
use crate::wsx::Case;
use crate::wsx::Safety;

/// Arguments of `server`.
#[derive(Debug, Args)]
pub(crate) struct ServerArguments {
    /// The endpoint, as http://host:5985/wsman; the built-in reference server if it is left out
    url: Option<String>,
    /// Who logs on, as `user` or `DOMAIN\user`
    #[arg(long, requires = "url")]
    user: Option<String>,
    /// How a case logs on that asks for nothing particular
    #[arg(long, value_enum, default_value_t = Authentication::Negotiate, requires = "url")]
    auth: Authentication,
    /// A resource that the user can read without selectors
    #[arg(long, value_name = "URI", default_value = ResourceUri::CONFIG)]
    resource: String,
    /// The environment variable that holds the password
    #[arg(long, value_name = "VARIABLE", default_value = "WINRM_PASSWORD")]
    password_env: String,
    #[command(flatten)]
    selection: Selection,
    /// Cases at once
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Cases at once that may create shells
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    max_shells: u16,
    /// Seconds that an answer may take beyond the OperationTimeout of its request
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Where identifiers come from, to repeat a run
    #[arg(long)]
    seed: Option<u64>,
    /// Also cases that may do this to the endpoint
    #[arg(long, value_enum, value_delimiter = ',')]
    allow: Vec<Allowance>,
    /// The endpoint also has this (see `needs` in a case); may be repeated
    #[arg(long, value_name = "CAPABILITY")]
    has: Vec<String>,
    /// The endpoint doesn't have this; may be repeated
    #[arg(long, value_name = "CAPABILITY")]
    lacks: Vec<String>,
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
    /// Break the built-in server on purpose; `--mutant list` lists the ways
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    mutant: Option<String>,
}

/// [`Safety`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Allowance {
    /// It may cost time or resources
    Load,
    /// It may lock an account out
    Lockout,
    /// It may change or end something
    Destructive,
}

/// [`Scheme`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Authentication {
    /// NTLM, envelopes sealed: what Windows does by itself
    Negotiate,
    /// User and password in clear on every request, and envelopes too
    Basic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How a run went.
struct Ran {
    started: String,
    seed: u64,
    results: Vec<CaseResult>,
    aborted: Option<String>,
}

/// `server`
pub(crate) async fn server(arguments: ServerArguments) -> Result<ExitCode, CliError> {
    if arguments.mutant.as_deref() == Some("list") {
        return Ok(crate::cli::serve::list_mutants());
    }
    let catalogue = Catalogue::embedded()?;
    let expectations = expectations(arguments.expectations.as_deref())?;
    let cases = match arguments.file.as_slice() {
        [] => all_cases()?,
        files => cases_of(files)?,
    };
    let is_selected = |case: &Case| arguments.selection.selects(case, &catalogue);
    let (selected, skipped): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(is_selected);
    if selected.is_empty() {
        eprintln!("error: no case is selected: `winrm-conformance list` prints them all");
        return Ok(ExitCode::NothingSelected);
    }
    let (subject, _reference) = subject(&arguments).await?;
    let timeout = Duration::from_secs(arguments.timeout);
    engine::is_reachable(&subject.url, timeout)
        .await
        .map_err(|error| CliError::Unreachable(error.to_string()))?;
    let redactor = Redactor::new().credentials(&subject.logon.user, &subject.logon.password);
    let endpoint = subject.url.to_string();
    let mut ran = play(&arguments, selected, subject, catalogue.clone(), timeout).await;
    let code = judge(&mut ran, &skipped, &expectations)?;
    let header = RunHeader {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        role: "server".to_owned(),
        endpoint,
        seed: ran.seed,
        started: ran.started,
    };
    let record = RunRecord::new(header, ran.results, &catalogue, ran.aborted);
    write(&record, &redactor, &arguments)?;
    Ok(code)
}

fn expectations(file: Option<&str>) -> Result<Expectations, CliError> {
    let Some(file) = file else { return Ok(Expectations::default()) };
    let text = fs::read_to_string(file).map_err(|error| CliError::File(file.to_owned(), error))?;
    Ok(Expectations::parse(&text)?)
}

/// A running reference server; it ends with this.
struct Reference(tokio::task::JoinHandle<std::io::Result<()>>);

impl Drop for Reference {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn subject(arguments: &ServerArguments) -> Result<(Subject, Option<Reference>), CliError> {
    let allowed = arguments.allow.iter().map(|allowance| match allowance {
        Allowance::Load => Safety::Load,
        Allowance::Lockout => Safety::Lockout,
        Allowance::Destructive => Safety::Destructive,
    });
    let mut subject = Subject {
        url: EndpointUrl::parse(arguments.url.as_deref().unwrap_or("http://127.0.0.1"))?,
        logon: Logon::new(arguments.user.as_deref().unwrap_or("conformance"), ""),
        scheme: match arguments.auth {
            Authentication::Negotiate => Scheme::Negotiate,
            Authentication::Basic => Scheme::Basic,
        },
        resource_uri: arguments.resource.clone(),
        capabilities: match arguments.auth {
            Authentication::Negotiate => Capabilities::usual(),
            Authentication::Basic => Capabilities::unsealed(),
        },
        allowances: Allowances::new(allowed),
    };
    let mut reference = None;
    if arguments.url.is_some() {
        if arguments.user.is_none() {
            return Err(CliError::Usage("expected `--user NAME` with an address".to_owned()));
        }
        subject.logon.password = password(&arguments.password_env)?;
    } else {
        // It is ours: nobody is locked out of anything.
        subject.allowances = Allowances::new([Safety::Load, Safety::Lockout, Safety::Destructive]);
        subject.capabilities = Capabilities::reference();
        subject.logon.password = random_password();
        let guest = Logon::new("visitor", &random_password());
        let reference_arguments = ReferenceArguments::certified(arguments.mutant.clone());
        let config = reference_arguments.config(&subject.logon, Some(&guest))?;
        let address = "127.0.0.1:0";
        let failed = |error| CliError::Listen(address.to_owned(), error);
        let listener = Listener::bind(address).await.map_err(failed)?;
        let bound = listener.local_address().map_err(failed)?;
        subject.url = EndpointUrl::parse(&format!("http://{bound}/wsman"))?;
        reference = Some(Reference(tokio::spawn(listener.serve(config))));
    }
    for capability in &arguments.has {
        subject.capabilities.add(capability)?;
    }
    for capability in &arguments.lacks {
        subject.capabilities.remove(capability)?;
    }
    Ok((subject, reference))
}

fn random_password() -> String {
    let mut octets = [0; 16];
    random_octets(&mut octets);
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

async fn play(
    arguments: &ServerArguments,
    cases: Vec<Case>,
    subject: Subject,
    catalogue: Catalogue,
    timeout: Duration,
) -> Ran {
    let mut octets = [0; 8];
    random_octets(&mut octets);
    // TOML and JSON readers of other languages have 53 bits.
    let seed = arguments.seed.unwrap_or(u64::from_be_bytes(octets) >> 11);
    let options = engine::Options {
        jobs: usize::from(arguments.jobs),
        shells_max: usize::from(arguments.max_shells),
        timeout,
        seed,
        traces: arguments.trace,
    };
    let started = timestamp(Clock::default().now().filetime);
    let (canceller, cancel) = canceller();
    let signals = tokio::spawn(watch_signals(canceller));
    let mut progress = Progress::new(cases.len());
    let tell = |event: Event<'_>| match event {
        Event::Finished(result) => progress.finished(result),
        Event::Trace(text) => progress.print(text),
    };
    let results = engine::run(cases, subject, catalogue, options, cancel.clone(), tell).await;
    progress.end();
    signals.abort();
    let aborted = cancel.is_cancelled().then(|| "interrupted".to_owned());
    Ran { started, seed, results, aborted }
}

/// The first Ctrl-C lets the running cases clean up, the second doesn't wait for them.
async fn watch_signals(canceller: Canceller) {
    if tokio::signal::ctrl_c().await.is_err() {
        // No signals here: the run just goes on.
        std::future::pending::<()>().await;
    }
    eprintln!("interrupted: deleting the shells of the running cases (once more to leave them)");
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

fn write(record: &RunRecord, redactor: &Redactor, arguments: &ServerArguments) -> Result<(), CliError> {
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
