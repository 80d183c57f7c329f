use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use winrm_conformance::report::CaseResult;
use winrm_conformance::verdict::Verdict;
use winrm_harness::server::Mutant;

use crate::command::Run;
use crate::command::command;
use crate::reference::play_all;

/// Cases of one mutant that the matrix prints.
const SHOWN_MAX: usize = 4;

/// Mutants that no case can notice yet, and why. Whoever writes the case takes the line away.
const UNNOTICED: &[(&str, &str)] = &[];

/// Cases that noticed something: an inconclusive one proves nothing, a tolerated deviation is named.
fn complaints(results: &[CaseResult]) -> BTreeSet<String> {
    let noticed = [Verdict::Fail, Verdict::Warn, Verdict::Info, Verdict::PassLenient];
    let bad = |result: &&CaseResult| noticed.contains(&result.verdict);
    results.iter().filter(bad).map(|result| result.id.clone()).collect()
}

/// Mutants that are tried at once: most of a run is waiting for what takes its time on purpose.
const WORKERS: usize = 8;

/// The cases that notice each mutant, in the order of [`Mutant::ALL`].
fn killers(usual: &BTreeSet<String>) -> Vec<Vec<String>> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, mutant, _)) = Mutant::ALL.get(index) else { return };
                    let noticed = complaints(&play_all(Some(*mutant)));
                    let killers = noticed.difference(usual).cloned().collect();
                    found.lock().unwrap().insert(index, killers);
                }
            });
        }
    });
    found.into_inner().unwrap().into_values().collect()
}

#[test]
fn every_mutant_is_killed_by_some_case() {
    let killers = killers(&complaints(&play_all(None)));
    let mut survivors = Vec::new();
    println!("{:26} killed by", "mutant");
    for ((name, ..), killers) in Mutant::ALL.iter().zip(&killers) {
        let shown: Vec<&str> = killers.iter().take(SHOWN_MAX).map(String::as_str).collect();
        println!("{name:26} {:3}  {}", killers.len(), shown.join(" "));
        let is_expected = UNNOTICED.iter().any(|(unnoticed, _)| unnoticed == name);
        assert!(killers.is_empty() || !is_expected, "{name} is noticed: take its line out of UNNOTICED");
        if killers.is_empty() && !is_expected {
            survivors.push(*name);
        }
    }
    assert!(survivors.is_empty(), "these mutants survive: {survivors:?}");
}

/// The mutant fails a case that names one of the requirements that it breaks.
fn check(mutant: &str, broken: &[&str]) {
    let Run { code, stdout, stderr } =
        command(&["server", "--mutant", mutant, "--format", "json", "--seed", "7"]);
    assert_eq!(code, 1, "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let judged =
        report["cases"].as_array().unwrap().iter().flat_map(|case| case["judged"].as_array().unwrap());
    let failed: BTreeSet<&str> = judged
        .filter(|judged| judged["verdict"] == "fail")
        .map(|judged| judged["requirement"].as_str().unwrap())
        .collect();
    assert!(broken.iter().any(|id| failed.contains(id)), "failed only {failed:?}");
}

#[test]
fn a_line_break_before_the_closing_boundary_fails_the_cases_about_the_frame() {
    check("crlf-before-close", &["MS-WSMV:2.2.9.1.1.2/two-parts", "MS-WSMV:2.2.9.1.1.2.2/ciphertext-length"]);
}

#[test]
fn answers_in_clear_fail_the_cases_about_sealed_replies() {
    check("plain-answers", &["MS-WSMV:2.2.9.1/reply-same-scheme"]);
}

#[test]
fn a_wrong_relates_to_fails_the_cases_about_it() {
    check("relates-to-wrong", &["DSP0226:5.4.4/relates-to-exact"]);
}

#[test]
fn a_server_that_is_silent_all_the_time_has_not_closed_the_connection() {
    let case = ["server", "--run", "fault.http.slow-request", "--allow", "destructive", "--timeout", "3"];
    let held = command(&case);
    assert_eq!(held.code, 0, "{}", held.stdout);
    let silent = command(&[case.as_slice(), &["--mutant", "put-not-stored"]].concat());
    assert!(silent.stdout.contains("and it stays open"), "{}", silent.stdout);
    assert_eq!(silent.code, 1, "{}", silent.stdout);
}
