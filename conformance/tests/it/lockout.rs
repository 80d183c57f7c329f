use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
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
use winrm_conformance::subject::TicketSource;
use winrm_conformance::subject::TlsMeans;
use winrm_conformance::verdict::Verdict;
use winrm_conformance::wsx::Case;
use winrm_conformance::wsx::Safety;
use winrm_conformance::wsx::parse;
use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::net::Listener;

/// A case that sends a wrong password by Basic.
fn wrong(index: usize) -> Case {
    let text = format!(
        "wsx = 1\nid = \"wrong.password-{index}\"\ntitle = \"t\"\nrequires = [\"POLICY:SEC-08\"]\nprofiles = [\"robustness\"]\n\
         roles = [\"server\"]\nsafety = \"normal\"\n-- 01 c1 > auth --\nbasic user={{{{secret.user}}}} password=wrong{index}\n\
         -- 02 c1 > soap --\n<s:Envelope {{{{ns}}}}/>\n-- 02 c1 < http --\nHTTP/1.1 401\n"
    );
    parse("wrong/password.wsx", &text).unwrap()
}

/// What becomes of so many cases that send one account a wrong password, and how many came to the server.
fn play(count: usize, allowances: Allowances) -> (Vec<CaseResult>, usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/wsman", listener.local_address().unwrap());
        let came = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&came);
        let server = tokio::spawn(async move {
            loop {
                let mut connection = listener.accept(Duration::from_secs(20)).await.unwrap();
                while let Ok(request) = connection.receive().await {
                    if request.headers.text("Authorization").is_some() {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                    let refusal = Response::new(Status::UNAUTHORIZED).with_header("Content-Length", "0");
                    connection.send(&refusal.encode()).await.unwrap();
                }
            }
        });
        let subject = Subject {
            url: EndpointUrl::parse(&url).unwrap(),
            https: None,
            tls: TlsMeans::default(),
            tickets: TicketSource::None,
            logon: Logon::new("alice", "Wonderland 1"),
            scheme: Scheme::Basic,
            resource_uri: "urn:x".to_owned(),
            other_logon: None,
            ordinary_logon: None,
            capabilities: Capabilities::usual(),
            allowances,
        };
        let timeout = Duration::from_secs(20);
        let options = Options { jobs: 1, shells_max: 1, timeout, seed: 7, traces: false };
        let (_canceller, cancel) = canceller();
        let cases = (0..count).map(wrong).collect();
        let catalogue = Catalogue::embedded().unwrap();
        let results = engine::run(cases, subject, catalogue, options, cancel, |_| {}).await;
        server.abort();
        (results, came.load(Ordering::Relaxed))
    })
}

#[test]
fn no_more_than_two_wrong_passwords_of_an_account_reach_the_server() {
    let (results, came) = play(5, Allowances::default());
    assert_eq!(came, 2);
    let left_out: Vec<&CaseResult> =
        results.iter().filter(|result| result.verdict == Verdict::NotRun).collect();
    assert_eq!(left_out.len(), 3, "{results:#?}");
    assert!(left_out.iter().all(|result| result.reason.contains("--allow lockout")), "{left_out:#?}");
}

#[test]
fn who_allows_lockout_sends_them_all() {
    let (results, came) = play(5, Allowances::new([Safety::Lockout]));
    assert_eq!(came, 5);
    assert!(results.iter().all(|result| result.verdict == Verdict::Pass), "{results:#?}");
}
