use std::time::Duration;

use winrm_conformance::engine;
use winrm_conformance::engine::Options;
use winrm_conformance::engine::canceller;
use winrm_conformance::reference;
use winrm_conformance::reference::Users;
use winrm_conformance::report::CaseResult;
use winrm_conformance::requirement::Catalogue;
use winrm_conformance::subject::Logon;
use winrm_conformance::verdict::Verdict;
use winrm_conformance::wsx::Case;
use winrm_conformance::wsx::embedded_cases;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;

/// Plays every case of the binary against a reference server in this process.
pub(crate) fn play_all(mutant: Option<Mutant>) -> Vec<CaseResult> {
    let cases: Vec<Case> = embedded_cases().map(|case| case.parse().unwrap()).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let logon = |user: &str| Logon::new(user, "Wonderland 1");
        let users = Users {
            administrator: logon("conformance"),
            other: logon("colleague"),
            ordinary: logon("visitor"),
        };
        let config = Config { mutant, max_shells_per_user: 1000, ..Config::default() };
        let (subject, _server) = reference::start(config, &users).await.unwrap();
        let timeout = Duration::from_secs(30);
        let options = Options { jobs: 8, shells_max: 8, timeout, seed: 7, traces: false };
        let (_canceller, cancel) = canceller();
        let catalogue = Catalogue::embedded().unwrap();
        engine::run(cases, subject, catalogue, options, cancel, |_| {}).await
    })
}

#[test]
fn the_reference_server_passes_every_case() {
    let results = play_all(None);
    assert_eq!(results.len(), embedded_cases().count());
    let failed: Vec<String> = results
        .iter()
        .filter(|result| !result.verdict.is_pass() && result.verdict != Verdict::NotApplicable)
        .map(|result| {
            let findings: Vec<String> = result
                .findings
                .iter()
                .map(|finding| format!("expected {}, got {}", finding.expected, finding.got))
                .collect();
            format!("{} is {}: {} {}", result.id, result.verdict, result.reason, findings.join("; "))
        })
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
