//! The engine for clients against the client of the harness, whole and broken.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use winrm_conformance::engine;
use winrm_conformance::engine::Options;
use winrm_conformance::engine::canceller;
use winrm_conformance::report::CaseResult;
use winrm_conformance::requirement::Catalogue;
use winrm_conformance::subject::Client;
use winrm_conformance::subject::Logon;
use winrm_conformance::verdict::Verdict;
use winrm_conformance::wsx::Case;
use winrm_conformance::wsx::Role;
use winrm_conformance::wsx::embedded_cases;

use crate::command::command;
use crate::command::file;

/// The client, built once: cargo doesn't build the examples of another package for a test.
pub(crate) fn wsman_client() -> &'static Path {
    static CLIENT: OnceLock<PathBuf> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_BIN_EXE_winrm-conformance")).parent().unwrap();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "winrm-harness", "--example", "wsman_client"]);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        build.current_dir(env!("CARGO_MANIFEST_DIR")).env("CARGO_TARGET_DIR", folder.parent().unwrap());
        assert!(build.status().unwrap().success());
        folder.join("examples").join("wsman_client")
    })
}

fn cases() -> Vec<Case> {
    let cases = embedded_cases().map(|case| case.parse().unwrap());
    cases.filter(|case: &Case| case.front.roles.contains(&Role::Client)).collect()
}

/// Plays every case for clients with that trigger.
fn play_all(trigger: &str) -> Vec<CaseResult> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = Client { trigger: trigger.to_owned(), logon: Logon::new("alice", "Wonderland 1") };
        let timeout = Duration::from_secs(20);
        let options = Options { jobs: 16, shells_max: 16, timeout, seed: 7, traces: false };
        let (_canceller, cancel) = canceller();
        engine::run_client(cases(), client, Catalogue::embedded().unwrap(), options, cancel, |_| {}).await
    })
}

fn complaints(results: &[CaseResult]) -> BTreeSet<String> {
    let noticed = [Verdict::Fail, Verdict::Warn, Verdict::Info];
    results.iter().filter(|case| noticed.contains(&case.verdict)).map(|case| case.id.clone()).collect()
}

fn mutants() -> Vec<String> {
    let listed = Command::new(wsman_client()).args(["--mutant", "list"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    listed.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn the_client_of_the_harness_passes_every_case() {
    let results = play_all(wsman_client().to_str().unwrap());
    assert_eq!(results.len(), cases().len());
    let bad = results.iter().filter(|case| case.verdict != Verdict::Pass);
    let bad: Vec<String> = bad
        .map(|case| format!("{} {}: {} {:?}", case.id, case.verdict, case.reason, case.findings))
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn every_wrong_client_fails_a_case_and_every_case_fails_a_wrong_client() {
    let mut killed: BTreeMap<String, usize> = cases().into_iter().map(|case| (case.front.id, 0)).collect();
    let mut survivors = Vec::new();
    for mutant in mutants() {
        let killers = complaints(&play_all(&format!("{} --mutant {mutant}", wsman_client().display())));
        println!("{mutant:28} {:2}  {}", killers.len(), Vec::from_iter(killers.clone()).join(" "));
        if killers.is_empty() {
            survivors.push(mutant);
        }
        killers.iter().for_each(|case| *killed.get_mut(case).unwrap() += 1);
    }
    assert!(survivors.is_empty(), "these clients pass everything: {survivors:?}");
    let idle: Vec<&String> = killed.iter().filter(|(_, count)| **count == 0).map(|(case, _)| case).collect();
    assert!(idle.is_empty(), "no wrong client fails these cases: {idle:?}");
}

/// A run of the command, on one case.
fn run(trigger: &str, case: &str) -> (i32, String) {
    let run = command(&["client", "--trigger", trigger, "--run", case, "--timeout", "2"]);
    (run.code, run.stdout + &run.stderr)
}

#[test]
fn a_client_that_does_not_know_the_case_is_not_judged_by_it() {
    let (code, told) = run("exit 127", "client.get.limits");
    assert!(told.contains("not-applicable") && told.contains("127"), "{told}");
    assert_eq!(code, 0, "{told}");
}

#[test]
fn a_client_that_asks_nothing_is_inconclusive_and_its_exit_code_is_told() {
    let (code, told) = run("exit 9", "client.get.limits");
    assert!(told.contains("inconclusive") && told.contains("the client ended with 9"), "{told}");
    assert_eq!(code, 3, "{told}");
}

#[test]
fn a_client_that_never_ends_is_ended_and_said_to_be_silent() {
    let (code, told) = run("sleep 600; true", "client.get.limits");
    assert!(told.contains("no answer within 2 s") && told.contains("did not end"), "{told}");
    assert_eq!(code, 3, "{told}");
}

#[test]
fn the_report_shows_what_a_wrong_client_asked() {
    let trigger = format!("{} --mutant no-operation-timeout", wsman_client().display());
    let (code, told) = run(&trigger, "client.get.limits");
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("MUST MS-WSMV:3.2.4.1.2/client-operation-timeout"), "{told}");
    assert!(told.contains("| POST /wsman HTTP/1.1"), "{told}");
}

#[test]
fn a_known_deviation_of_a_client_is_expected_like_that_of_a_server() {
    let list = "[[expectation]]\ncase = 'client.get.limits'\nverdicts = ['fail']\nclass = 'defect'\n\
                reason = 'it never says how long'\n";
    let list = file("client-known.toml", list);
    let trigger = format!("{} --mutant no-operation-timeout", wsman_client().display());
    let run = command(&[
        "client",
        "--trigger",
        &trigger,
        "--run",
        "client.get.limits",
        "--expectations",
        list.to_str().unwrap(),
    ]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}
