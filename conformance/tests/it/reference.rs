use std::time::Duration;

use winrm_conformance::engine;
use winrm_conformance::engine::Options;
use winrm_conformance::engine::canceller;
use winrm_conformance::report::CaseResult;
use winrm_conformance::requirement::Catalogue;
use winrm_conformance::subject::Allowances;
use winrm_conformance::subject::Capabilities;
use winrm_conformance::subject::EndpointUrl;
use winrm_conformance::subject::Logon;
use winrm_conformance::subject::Scheme;
use winrm_conformance::subject::Subject;
use winrm_conformance::verdict::Verdict;
use winrm_conformance::wsx::Case;
use winrm_conformance::wsx::Safety;
use winrm_conformance::wsx::embedded_cases;
use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;
use winrm_harness::wsman::ResourceUri;

/// Plays every case of the binary against a reference server in this process.
pub(crate) fn play_all(mutant: Option<Mutant>) -> Vec<CaseResult> {
    let cases: Vec<Case> = embedded_cases().map(|case| case.parse().unwrap()).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/wsman", listener.local_address().unwrap());
        let (user, password) = ("conformance".to_owned(), "Wonderland 1".to_owned());
        let account = |user: &str, is_administrator| Account {
            user: user.to_owned(),
            password: password.clone(),
            is_administrator,
        };
        let accounts = vec![account(&user, true), account("colleague", true), account("visitor", false)];
        let logon = |user: &str| Logon::new(user, &password);
        let config = Config { accounts, mutant, max_shells_per_user: 1000, ..Config::default() };
        let server = tokio::spawn(listener.serve(config));
        let subject = Subject {
            url: EndpointUrl::parse(&url).unwrap(),
            logon: logon(&user),
            other_logon: Some(logon("colleague")),
            ordinary_logon: Some(logon("visitor")),
            scheme: Scheme::default(),
            resource_uri: ResourceUri::CONFIG.to_owned(),
            capabilities: Capabilities::reference(),
            allowances: Allowances::new([Safety::Load, Safety::Lockout, Safety::Destructive]),
        };
        let timeout = Duration::from_secs(30);
        let options = Options { jobs: 8, shells_max: 8, timeout, seed: 7, traces: false };
        let (_canceller, cancel) = canceller();
        let catalogue = Catalogue::embedded().unwrap();
        let results = engine::run(cases, subject, catalogue, options, cancel, |_| {}).await;
        server.abort();
        results
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
