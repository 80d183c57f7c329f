//! Many cases.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use winrm_harness::net::Clock;

use crate::engine::budget::Budget;
use crate::engine::cancel::Cancel;
use crate::engine::cleanup::LeftShells;
use crate::engine::cleanup::delete_shells;
use crate::engine::client;
use crate::engine::learned::Learned;
use crate::engine::outcome::Outcome;
use crate::engine::play::play;
use crate::engine::random::Random;
use crate::engine::setting::Setting;
use crate::report::CaseResult;
use crate::report::Connections;
use crate::report::Redactor;
use crate::requirement::Catalogue;
use crate::subject::Capabilities;
use crate::subject::Client;
use crate::subject::Subject;
use crate::verdict::Verdict;
use crate::wsx::Case;
use crate::wsx::Role;
use crate::wsx::Safety;

/// Traces that wait to be told.
const TRACES_MAX: usize = 16;

/// How to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Cases at once.
    pub jobs: usize,
    /// Cases at once that may create shells.
    pub shells_max: usize,
    /// How long an answer may take beyond the OperationTimeout of its request.
    pub timeout: Duration,
    /// What identifiers come from.
    pub seed: u64,
    /// Whether to tell what goes over the wire.
    pub traces: bool,
}

/// What happens during a run.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A case is over.
    Finished(&'a CaseResult),
    /// What goes over the wire, without secrets.
    Trace(&'a str),
    /// How the endpoint was reached, at the end of the run.
    Reached(&'a Connections),
}

/// Runs the cases against a server and tells how each went, in their order. Those that can't be run are in the list as
/// well.
pub async fn run(
    cases: Vec<Case>,
    subject: Subject,
    catalogue: Catalogue,
    options: Options,
    cancel: Cancel,
    mut tell: impl FnMut(Event<'_>),
) -> Vec<CaseResult> {
    let redactor = redactor(&subject);
    let budget = Budget::new(subject.allowances.allow(Safety::Lockout));
    let (setting, traced) = setting(subject, redactor, catalogue, options, cancel, budget);
    let shared = Arc::clone(&setting);
    let results = schedule(cases, options, traced, &mut tell, move |case| {
        let setting = Arc::clone(&shared);
        async move { run_one(&setting, case).await }
    })
    .await;
    tell(Event::Reached(&setting.learned.connections(&setting.subject)));
    results
}

/// What knows the secrets of a run: passwords, keys, tickets.
pub fn redactor(subject: &Subject) -> Redactor {
    let logons = subject.logons().map(|logon| (&*logon.user, &*logon.password));
    let redactor = Redactor::new().all_credentials(logons);
    subject.tickets.secrets().into_iter().fold(redactor, Redactor::secret_octets)
}

/// Runs the cases against a client, as [`run`] does against a server.
pub async fn run_client(
    cases: Vec<Case>,
    client: Client,
    catalogue: Catalogue,
    options: Options,
    cancel: Cancel,
    tell: impl FnMut(Event<'_>),
) -> Vec<CaseResult> {
    let redactor = Redactor::new().credentials(&client.logon.user, &client.logon.password);
    let (setting, traced) = setting(client, redactor, catalogue, options, cancel, Budget::default());
    schedule(cases, options, traced, tell, move |case| {
        let setting = Arc::clone(&setting);
        async move { run_one_client(&setting, case).await }
    })
    .await
}

fn setting<S>(
    subject: S,
    redactor: Redactor,
    catalogue: Catalogue,
    options: Options,
    cancel: Cancel,
    budget: Budget,
) -> (Arc<Setting<S>>, mpsc::Receiver<String>) {
    let (trace, traced) = mpsc::channel(TRACES_MAX);
    let trace = options.traces.then_some(trace);
    let Options { timeout, seed, .. } = options;
    let learned = Learned::default();
    let setting = Setting { subject, catalogue, redactor, timeout, seed, cancel, budget, learned, trace };
    (Arc::new(setting), traced)
}

/// Plays so many cases at once as the options allow.
async fn schedule<F>(
    cases: Vec<Case>,
    options: Options,
    mut traced: mpsc::Receiver<String>,
    mut tell: impl FnMut(Event<'_>),
    play: impl Fn(Case) -> F,
) -> Vec<CaseResult>
where
    F: Future<Output = CaseResult> + Send + 'static,
{
    let jobs = Arc::new(Semaphore::new(options.jobs.max(1)));
    let places_max = u32::try_from(options.jobs.max(1)).unwrap_or(u32::MAX);
    let shells = Arc::new(Semaphore::new(options.shells_max.max(1)));
    let mut tasks = JoinSet::new();
    let mut results: Vec<Option<CaseResult>> = cases.iter().map(|_| None).collect();
    for (index, case) in cases.into_iter().enumerate() {
        let (jobs, shells) = (Arc::clone(&jobs), Arc::clone(&shells));
        let needs_shell = case.front.needs.iter().any(|need| need.starts_with("shell."));
        // What changes the endpoint changes it for every case: it has all the places at once.
        let places = if case.front.safety == Safety::Destructive { places_max } else { 1 };
        let played = play(case);
        tasks.spawn(async move {
            // The semaphores are never closed.
            let _shell = if needs_shell { shells.acquire().await.ok() } else { None };
            let _job = jobs.acquire_many(places).await.ok();
            (index, played.await)
        });
    }
    loop {
        let joined = tokio::select! {
            Some(text) = traced.recv() => {
                tell(Event::Trace(&text));
                continue;
            }
            joined = tasks.join_next() => joined,
        };
        let Some(joined) = joined else { break };
        let Ok((index, result)) = joined else { continue };
        tell(Event::Finished(&result));
        if let Some(place) = results.get_mut(index) {
            *place = Some(result);
        }
    }
    results.into_iter().flatten().collect()
}

/// Runs a case in a task of its own, so that a panic is an error of that case and its shells are deleted all the same.
async fn run_one(setting: &Arc<Setting<Subject>>, case: Case) -> CaseResult {
    let case = Arc::new(case);
    if let Some((verdict, reason)) = obstacle(setting, &case) {
        return unplayed(setting, &case, verdict, reason);
    }
    let clock = Clock::default();
    let left = LeftShells::default();
    let task = {
        let (setting, case, left) = (Arc::clone(setting), Arc::clone(&case), left.clone());
        tokio::spawn(async move { play_and_clean(&setting, &case, &left, clock).await })
    };
    match task.await {
        Ok(result) => result,
        Err(error) => {
            let mut random = Random::new(setting.seed, &case.front.id);
            delete_shells(&left, &setting.subject, &mut random).await;
            unplayed(setting, &case, Verdict::Error, format!("the engine failed: {error}"))
        }
    }
}

async fn play_and_clean(
    setting: &Setting<Subject>,
    case: &Case,
    left: &LeftShells,
    clock: Clock,
) -> CaseResult {
    let mut outcome = play(setting, case, left).await;
    let mut random = Random::new(setting.seed.wrapping_add(1), &case.front.id);
    let failed = delete_shells(left, &setting.subject, &mut random).await;
    if !failed.is_empty() {
        outcome.stop(Verdict::Inconclusive, format!("a shell may be left: {}", failed.join(", ")));
    }
    outcome.result(clock.elapsed_ms())
}

/// The same for a client; what it leaves running ends with the task.
async fn run_one_client(setting: &Arc<Setting<Client>>, case: Case) -> CaseResult {
    let case = Arc::new(case);
    let capabilities = Capabilities::of_client_engine();
    if let Some((verdict, reason)) = obstacle_of_any(setting, &case, Role::Client, &capabilities) {
        return unplayed(setting, &case, verdict, reason);
    }
    let clock = Clock::default();
    let task = {
        let (setting, case) = (Arc::clone(setting), Arc::clone(&case));
        tokio::spawn(async move {
            let outcome = client::play(&setting, &case).await;
            outcome.map(|outcome| outcome.result(clock.elapsed_ms()))
        })
    };
    match task.await {
        Ok(Some(result)) => result,
        Ok(None) => {
            let reason = "the client doesn't support it: it ended with 127".to_owned();
            unplayed(setting, &case, Verdict::NotApplicable, reason)
        }
        Err(error) => unplayed(setting, &case, Verdict::Error, format!("the engine failed: {error}")),
    }
}

/// Why a case isn't played at all.
fn obstacle(setting: &Setting<Subject>, case: &Case) -> Option<(Verdict, String)> {
    let subject = &setting.subject;
    let obstacle = obstacle_of_any(setting, case, Role::Server, &subject.capabilities);
    if obstacle.is_none() && !subject.allowances.allow(case.front.safety) {
        let word = format!("{:?}", case.front.safety).to_lowercase();
        return Some((Verdict::NotRun, format!("it needs `--allow {word}`")));
    }
    obstacle
}

fn obstacle_of_any<S>(
    setting: &Setting<S>,
    case: &Case,
    role: Role,
    capabilities: &Capabilities,
) -> Option<(Verdict, String)> {
    if setting.cancel.is_cancelled() {
        return Some((Verdict::NotRun, "the run was called off".to_owned()));
    }
    if !case.front.roles.contains(&role) {
        return Some((Verdict::NotApplicable, format!("it doesn't test {role}s")));
    }
    let missing = capabilities.missing(&case.front.needs).join(",");
    if missing.is_empty() {
        return None;
    }
    let reason = match role {
        Role::Server => format!("the endpoint lacks {missing} (`--has {missing}` if it has it)"),
        Role::Client | Role::Capture => format!("this engine lacks {missing}"),
    };
    Some((Verdict::NotApplicable, reason))
}

fn unplayed<S>(setting: &Setting<S>, case: &Case, verdict: Verdict, reason: String) -> CaseResult {
    let mut outcome = Outcome::new(case, &setting.catalogue, &setting.redactor);
    outcome.stop(verdict, reason);
    let mut result = outcome.result(0);
    result.verdict = verdict;
    result.judged.iter_mut().for_each(|judged| judged.verdict = verdict);
    result
}
