//! What pywinrm does is seen by whoever watches the event log, in pull and in push mode at once.
//!
//! Needs `conformance/peers/.venv`, which `conformance/peers/setup` makes.
#![cfg(test)]

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use winrm_harness::addressing::EndpointReference;
use winrm_harness::addressing::MessageId;
use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::TrustedHosts;
use winrm_harness::client::ExpectSubscribed;
use winrm_harness::client::Logon;
use winrm_harness::client::Occurrence;
use winrm_harness::client::Reply;
use winrm_harness::client::Sink;
use winrm_harness::client::Told;
use winrm_harness::net::Client;
use winrm_harness::net::Listener;
use winrm_harness::net::SinkListener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::eventing::Delivery;
use winrm_harness::wsman::eventing::DeliveryMode;
use winrm_harness::wsman::eventing::Identifier;
use winrm_harness::wsman::eventing::Subscribe;

const EVENT_LOG: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
const PASSWORD: &str = "Wonderland-7f3a";
const PASSWORD_VARIABLE: &str = "PEER_PASSWORD";
/// Logged on, shell created, command started, command ended, shell deleted.
const SESSION: [&str; 5] = ["1", "4", "6", "7", "5"];
const PATIENCE: Duration = Duration::from_secs(60);

/// EventID and user of an event.
fn told(occurrence: &Occurrence) -> (String, String) {
    let Occurrence::Event(event) = occurrence else { panic!("{occurrence:?}") };
    let content = event.content.element().unwrap().unwrap();
    let system = content.element().children().find(|child| child.local() == "System").unwrap();
    let id = system.children().find(|child| child.local() == "EventID").unwrap().text().to_owned();
    let data = content.element().children().find(|child| child.local() == "EventData").unwrap();
    let user = data.children().find(|child| child.attributes().any(|a| a.value == "UserName")).unwrap();
    (id, user.text().to_owned())
}

fn is_peers(occurrence: &Occurrence) -> bool {
    told(occurrence).1 == "peer"
}

async fn watcher(address: &str) -> Client {
    let policy = ClientPolicy::trusting(TrustedHosts::EVERYBODY);
    let logon = Logon::new(Scheme::Negotiate, "watcher", PASSWORD).under(policy);
    Client::log_on(address, &logon).await.unwrap()
}

/// The events of the peer in pull mode.
async fn pulled(mut client: Client, ready: tokio::sync::oneshot::Sender<()>) -> Vec<String> {
    let subscribe = Subscribe::to_everything(Delivery::in_mode(DeliveryMode::PULL));
    let mut events = client.subscribe(ResourceUri::new(EVENT_LOG), &subscribe).await.unwrap();
    ready.send(()).unwrap();
    let mut found = Vec::new();
    while found.len() < SESSION.len() {
        let occurrences = events.next().await.unwrap().unwrap();
        found.extend(occurrences.iter().filter(|o| is_peers(o)).map(|o| told(o).0));
    }
    events.unsubscribe().await.unwrap();
    found
}

/// The same in push mode, with acknowledgements.
async fn pushed(mut client: Client, ready: tokio::sync::oneshot::Sender<()>) -> Vec<String> {
    let socket = SinkListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/sink", socket.local_address().unwrap());
    let delivery = Delivery {
        notify_to: Some(EndpointReference::to_address(&address)),
        ..Delivery::in_mode(DeliveryMode::PUSH_WITH_ACK)
    };
    let subscribe = Subscribe::to_everything(delivery);
    let (state, outgoing) =
        ExpectSubscribed::begin(client.requests(), ResourceUri::new(EVENT_LOG), &subscribe);
    let (mut requests, subscribed) = state.step(client.exchange(&outgoing).await.unwrap()).unwrap();
    ready.send(()).unwrap();
    let mut sink = Sink::new(None::<Identifier>, Box::new(|| MessageId::new("uuid:of-the-sink")));
    let mut found = Vec::new();
    while found.len() < SESSION.len() {
        let Told::Occurrences(occurrences, _) = socket.next(&mut sink).await.unwrap() else { continue };
        found.extend(occurrences.iter().filter(|o| is_peers(o)).map(|o| told(o).0));
    }
    let unsubscribe = subscribed.unsubscribe(&mut requests);
    assert!(matches!(client.exchange(&unsubscribe).await.unwrap(), Reply::Response(_)));
    found
}

fn run_pywinrm(peers: &Path, address: &str) {
    let done = Command::new(peers.join(".venv/bin/python"))
        .arg(peers.join("run"))
        .args(["--endpoint", &format!("http://{address}/wsman")])
        .args(["--user", "peer", "--password-env", PASSWORD_VARIABLE])
        .args(["--client", "pywinrm", "--transport", "ntlm", "--scenario", "output"])
        .env(PASSWORD_VARIABLE, PASSWORD)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

#[test]
fn a_session_of_pywinrm_is_seen_in_pull_and_in_push_mode() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    if !peers.join(".venv").exists() {
        let message = "conformance/peers/.venv not found: run conformance/peers/setup; pywinrm was not run";
        assert!(std::env::var_os("CI").is_none(), "{message}");
        // Past the capture of the test runner, which would hide it.
        writeln!(std::io::stderr(), "{message}").unwrap();
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let account = |user: &str| Account {
            user: user.to_owned(),
            password: PASSWORD.to_owned(),
            is_administrator: true,
        };
        let config = Config { accounts: vec![account("watcher"), account("peer")], ..Config::default() };
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_address().unwrap().to_string();
        tokio::spawn(listener.serve(config));
        let (pull_ready, pull_is_ready) = tokio::sync::oneshot::channel();
        let (push_ready, push_is_ready) = tokio::sync::oneshot::channel();
        let local = tokio::task::LocalSet::new();
        let (puller, pusher) = (watcher(&address).await, watcher(&address).await);
        let watched = local.run_until(async {
            let watching = tokio::task::spawn_local(async {
                tokio::join!(pulled(puller, pull_ready), pushed(pusher, push_ready))
            });
            pull_is_ready.await.unwrap();
            push_is_ready.await.unwrap();
            tokio::task::spawn_blocking(move || run_pywinrm(&peers, &address)).await.unwrap();
            watching.await.unwrap()
        });
        let (pulled, pushed) = tokio::time::timeout(PATIENCE, watched).await.unwrap();
        assert_eq!(pulled, SESSION);
        assert_eq!(pushed, SESSION);
    });
}
