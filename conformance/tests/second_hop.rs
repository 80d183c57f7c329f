//! What a server can do at a third host in the name of who logged on there: with NTLM or Kerberos nothing, with a
//! forwarded ticket or CredSSP all that the user can.
//!
//! The rows with tickets need the Debian packages `krb5-kdc krb5-admin-server krb5-user`.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test reads its own data")]

#[expect(dead_code, reason = "the tests of the KDC itself ask more of a realm")]
#[path = "kdc/realm.rs"]
mod realm;

use std::fs;

use realm::PASSWORD;
use realm::REALM;
use realm::Realm;
use winrm_harness::auth::kerberos::Keytab;
use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::TrustedHosts;
use winrm_harness::client::Collected;
use winrm_harness::client::ExpectShellCreated;
use winrm_harness::client::Logon;
use winrm_harness::client::OpenShell;
use winrm_harness::client::OutputStep;
use winrm_harness::net;
use winrm_harness::net::Client;
use winrm_harness::net::Listener;
use winrm_harness::net::Surroundings;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::shell::Shell;
use winrm_harness::tls::Identity;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

/// The first host and the third, as a user names them: by a name, since an address has no ticket.
struct Hosts {
    first: String,
    third: String,
}

/// What the keys of the realm are for; without a realm the hosts know NTLM alone.
fn config(computer: &str, realm: Option<&Realm>) -> Config {
    let account = Account { user: "alice".to_owned(), password: PASSWORD.to_owned(), is_administrator: true };
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = certified.signing_key.serialize_pem();
    let identity = Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes()).unwrap();
    let config = Config {
        computer: computer.to_owned(),
        accounts: vec![account],
        credssp: true,
        credssp_server: Some(SessionServer::new(&identity, Versions::Both).unwrap()),
        ..Config::default()
    };
    let Some(realm) = realm else { return config };
    let keytab = fs::read(realm.path("service.keytab")).unwrap();
    let service_keys = Keytab::parse(&keytab).unwrap();
    Config { realm: REALM.to_owned(), service_keys, kdc: realm.address(), ..config }
}

async fn serve(config: Config) -> String {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_address().unwrap().port();
    tokio::spawn(listener.serve(config));
    format!("http://localhost:{port}/wsman")
}

async fn hosts(realm: Option<&Realm>) -> Hosts {
    Hosts { first: serve(config("FIRST", realm)).await, third: serve(config("THIRD", realm)).await }
}

async fn log_on(address: &str, scheme: Scheme, policy: ClientPolicy, realm: Option<&Realm>) -> Client {
    let logon = Logon::new(scheme, "alice", PASSWORD).under(policy);
    let realm = realm.map(|realm| net::Realm::new(REALM, realm.kdc()));
    let surroundings = Surroundings { realm, ..Surroundings::default() };
    Client::log_on_among(address, &logon, surroundings).await.unwrap()
}

fn trusting() -> ClientPolicy {
    ClientPolicy::trusting(TrustedHosts::parse("localhost").unwrap())
}

async fn open_shell(client: &mut Client) -> OpenShell {
    let shell = Shell::with_streams("stdin", "stdout stderr");
    let (state, outgoing) = ExpectShellCreated::begin(client.requests(), &shell);
    state.step(client.exchange(&outgoing).await.unwrap()).unwrap()
}

async fn run(client: &mut Client, shell: OpenShell, command: &str) -> (OpenShell, Collected) {
    let (state, outgoing) = shell.command(command, &[]);
    let mut running = state.step(client.exchange(&outgoing).await.unwrap()).unwrap();
    loop {
        let (state, outgoing) = running.receive();
        match state.step(client.exchange(&outgoing).await.unwrap()).unwrap() {
            OutputStep::Running(again) => running = again,
            OutputStep::Done(shell, _, collected) => return (shell, collected),
        }
    }
}

/// What a hop says and its exit code.
async fn hop(client: &mut Client, shell: OpenShell, third: &str) -> (OpenShell, String, u32) {
    let (shell, collected) = run(client, shell, &format!("hop {third}")).await;
    let said = String::from_utf8([collected.stdout, collected.stderr].concat()).unwrap();
    (shell, said, collected.exit_code.unwrap().0)
}

async fn hopped(mut client: Client, third: &str) -> (String, u32) {
    let shell = open_shell(&mut client).await;
    let (_, said, code) = hop(&mut client, shell, third).await;
    (said, code)
}

const ALICE: &str = "third\\alice\r\n";

fn denied() -> (String, u32) {
    ("access is denied: nothing was delegated, and nobody's logon got HTTP 401\r\n".to_owned(), 5)
}

#[tokio::test]
async fn sec_36_without_a_realm_only_credssp_reaches_a_third_host() {
    let Hosts { first, third } = hosts(None).await;
    let ntlm = log_on(&first, Scheme::Negotiate, trusting(), None).await;
    assert_eq!(hopped(ntlm, &third).await, denied());
    let policy = ClientPolicy { credssp: true, ..trusting() };
    let credssp = log_on(&first, Scheme::CredSsp, policy, None).await;
    assert_eq!(hopped(credssp, &third).await, (ALICE.to_owned(), 0));
}

#[tokio::test]
async fn sec_36_in_a_realm_a_forwarded_ticket_and_credssp_reach_a_third_host() {
    let Some(realm) = Realm::start() else { return };
    let realm = Some(&realm);
    let Hosts { first, third } = hosts(realm).await;
    let ntlm = log_on(&first, Scheme::Ntlm, trusting(), None).await;
    assert_eq!(hopped(ntlm, &third).await, denied());
    // SEC-25: what nobody asked for is not forwarded.
    let kerberos = log_on(&first, Scheme::Kerberos, ClientPolicy::default(), realm).await;
    assert_eq!(kerberos.handover().to_string(), "delegation none, not ok-as-delegate");
    assert_eq!(hopped(kerberos, &third).await, denied());
    for scheme in [Scheme::Kerberos, Scheme::Negotiate] {
        let policy = ClientPolicy { delegate: true, ..ClientPolicy::default() };
        let forwarded = log_on(&first, scheme, policy, realm).await;
        let handed = "delegation unconstrained (forwarded ticket), not ok-as-delegate";
        assert_eq!(forwarded.handover().to_string(), handed);
        assert_eq!(hopped(forwarded, &third).await, (ALICE.to_owned(), 0), "{scheme}");
    }
    let policy = ClientPolicy { credssp: true, ..ClientPolicy::default() };
    let credssp = log_on(&first, Scheme::CredSsp, policy, realm).await;
    assert_eq!(hopped(credssp, &third).await, (ALICE.to_owned(), 0));
}

#[tokio::test]
async fn a_password_that_was_handed_over_is_gone_with_its_connection() {
    let Hosts { first, third } = hosts(None).await;
    let policy = ClientPolicy { credssp: true, ..trusting() };
    let mut credssp = log_on(&first, Scheme::CredSsp, policy, None).await;
    let shell = open_shell(&mut credssp).await;
    let (shell, said, code) = hop(&mut credssp, shell, &third).await;
    assert_eq!((said.as_str(), code), (ALICE, 0));
    drop(credssp);
    // The same shell, by a logon that delegates nothing.
    let mut ntlm = log_on(&first, Scheme::Negotiate, trusting(), None).await;
    let (_, said, code) = hop(&mut ntlm, shell, &third).await;
    assert_eq!((said, code), denied());
}

#[tokio::test]
async fn a_third_host_that_refuses_or_is_not_there_is_told() {
    let stranger = Config { accounts: Vec::new(), ..config("THIRD", None) };
    let (first, third) = (serve(config("FIRST", None)).await, serve(stranger).await);
    let policy = ClientPolicy { credssp: true, ..trusting() };
    let mut client = log_on(&first, Scheme::CredSsp, policy, None).await;
    let shell = open_shell(&mut client).await;
    let (shell, said, code) = hop(&mut client, shell, &third).await;
    assert!(said.starts_with("access is denied: ") && !said.contains(PASSWORD), "{said}");
    assert_eq!(code, 5);
    // Bound and let go, so that nobody is there.
    let port = Listener::bind("127.0.0.1:0").await.unwrap().local_address().unwrap().port();
    let (_, said, code) = hop(&mut client, shell, &format!("http://localhost:{port}/wsman")).await;
    assert!(said.starts_with("the host can't be reached: "), "{said}");
    assert_eq!(code, 53);
}
