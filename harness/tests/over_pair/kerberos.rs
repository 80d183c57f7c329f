//! The reference client logs on by a ticket, and knows the server by it or not at all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use winrm_harness::auth::Delegation;
use winrm_harness::auth::Mechanism;
use winrm_harness::auth::Random;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::kerberos::Acceptor;
use winrm_harness::auth::kerberos::AcceptorCredentials;
use winrm_harness::auth::kerberos::AcceptorGiven;
use winrm_harness::auth::kerberos::AcceptorPolicy;
use winrm_harness::auth::kerberos::Credential;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::Key;
use winrm_harness::auth::kerberos::KeyVersion;
use winrm_harness::auth::kerberos::Keytab;
use winrm_harness::auth::kerberos::KeytabEntry;
use winrm_harness::auth::kerberos::Mint;
use winrm_harness::auth::kerberos::MintedTicket;
use winrm_harness::auth::kerberos::NameType;
use winrm_harness::auth::kerberos::PrincipalName;
use winrm_harness::auth::kerberos::TicketFlags;
use winrm_harness::auth::kerberos::Time;
use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Refusal;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::ServerIdentity;
use winrm_harness::client::Endpoint;
use winrm_harness::client::HandshakeStep;
use winrm_harness::client::Logon;
use winrm_harness::client::LogonGiven;
use winrm_harness::client::LogonStep;
use winrm_harness::client::SequenceError;
use winrm_harness::client::Session;
use winrm_harness::client::get_config;
use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::pair::Pair;
use winrm_harness::pair::PairError;
use winrm_harness::pair::Secrets;
use winrm_harness::server::Config;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::config::ConfigType;

use crate::wire::Wire;
use crate::wire::config;
use crate::wire::requests;

const REALM: &str = "EXAMPLE.TEST";
const SERVICE_KEY: [u8; 32] = [7; 32];
/// The time of a pair, which stands still: seconds since 1970.
const NOW: u64 = (0x01DC_0000_0000_0000 - 116_444_736_000_000_000) / 10_000_000;

fn principal(name: &str) -> PrincipalName {
    let components = name.split('/').map(str::to_owned).collect();
    PrincipalName { realm: REALM.to_owned(), components }
}

fn key() -> Key {
    Key::new(EncryptionType::AES256_CTS_HMAC_SHA1_96, &SERVICE_KEY).unwrap()
}

fn keytab() -> Keytab {
    let (principal, key) = (principal("HTTP/reference"), key());
    let (name_type, version) = (NameType::SERVICE, KeyVersion(1));
    Keytab { entries: vec![KeytabEntry { principal, name_type, timestamp: 0, version, key }] }
}

pub(crate) fn server() -> Config {
    Config { realm: REALM.to_owned(), service_keys: keytab(), ..config() }
}

pub(crate) fn ticket(service: &str) -> Credential {
    flagged(service, TicketFlags::FORWARDABLE)
}

pub(crate) fn flagged(service: &str, flags: TicketFlags) -> Credential {
    let mint = Mint { service: principal(service), key: key(), key_version: Some(1) };
    let minted = MintedTicket { flags, ..MintedTicket::new(principal("alice"), NOW - 60, NOW + 3600) };
    mint.strike(&minted, &mut random(1)).unwrap()
}

fn random(seed: u8) -> Random {
    let mut next = seed;
    Box::new(move |octets| {
        for octet in octets {
            next = next.wrapping_mul(141).wrapping_add(3);
            *octet = next;
        }
    })
}

pub(crate) fn given(ticket: Credential) -> LogonGiven {
    let now = Time { unix_s: NOW, micros: 0 };
    LogonGiven { ticket: Some(ticket), ..LogonGiven::clear(random(2), now) }
}

/// Without a password, so that nothing but the ticket can have done it.
pub(crate) fn logon(scheme: Scheme) -> Logon {
    Logon::new(scheme, "alice", "")
}

#[test]
fn sec_22_a_ticket_logs_on_seals_and_proves_the_server() {
    for scheme in [Scheme::Negotiate, Scheme::Kerberos] {
        let mut pair = Pair::new(server());
        let connection = pair.connect();
        let session = pair.log_on_as(connection, &logon(scheme), given(ticket("HTTP/reference"))).unwrap();
        assert_eq!(session.identity(), ServerIdentity::Kerberos);
        assert!(session.seals());
        let proved = session.established().unwrap();
        assert_eq!((proved.mechanism, proved.is_mutual), (Mechanism::Kerberos, true));
        let mut wire = Wire { pair, connection, session, exchanges: 0 };
        for _ in 0..3 {
            let (state, outgoing) = get_config::<ConfigType>(requests(60_000), SelectorSet::default());
            state.step(wire.ask(&outgoing)).unwrap();
        }
        let session_key = ticket("HTTP/reference").session_key;
        let secrets = Secrets::default()
            .and_octets("session key", session_key.octets())
            .and_octets("service key", &SERVICE_KEY)
            .and_text("SOAP", "http://www.w3.org/2003/05/soap-envelope");
        assert_eq!(wire.pair.leaks(&secrets), [], "{scheme}");
    }
}

#[test]
fn a_ticket_for_somebody_else_proves_nobody() {
    let mut pair = Pair::new(server());
    let connection = pair.connect();
    let refused = pair.log_on_as(connection, &logon(Scheme::Kerberos), given(ticket("HTTP/other"))).err();
    let is_refusal =
        matches!(&refused, Some(PairError::Sequence(SequenceError::Policy(Refusal::OtherTicket { .. }))));
    assert!(is_refusal, "{refused:?}");
    assert_eq!(pair.recorded, []);
}

/// A server of ours with the key of the service, and what the client makes of its answer as `spoil` leaves it.
fn answered(
    scheme: Scheme,
    spoil: impl Fn(Vec<u8>) -> Response,
) -> (Result<Session, SequenceError>, Delegation) {
    let endpoint = Endpoint { host: "reference:5985".to_owned(), path: "/wsman".to_owned() };
    step(logon(scheme).begin(endpoint, given(ticket("HTTP/reference"))).unwrap(), spoil)
}

fn step(
    begun: LogonStep,
    spoil: impl Fn(Vec<u8>) -> Response,
) -> (Result<Session, SequenceError>, Delegation) {
    let LogonStep::Send(state, request) = begun else { panic!("Kerberos has tokens") };
    assert!(request.body.is_empty(), "SOAP before the server is known");
    let authorization = request.headers.text("Authorization").unwrap();
    let ap_req = STANDARD.decode(authorization.strip_prefix("Kerberos ").unwrap()).unwrap();
    let given = AcceptorGiven { now: Time { unix_s: NOW, micros: 0 }, random: random(9) };
    let credentials = std::sync::Arc::new(AcceptorCredentials::new(keytab()));
    let mut acceptor = Acceptor::new(credentials, AcceptorPolicy::default(), given);
    let Step::Complete(Some(ap_rep)) = acceptor.step(&ap_req).unwrap() else { panic!("mutual") };
    let delegation = acceptor.established().unwrap().delegation.clone();
    let session = match state.step(&spoil(ap_rep)) {
        Ok(HandshakeStep::Done(session)) => Ok(session),
        Ok(HandshakeStep::Send(..)) => panic!("a third leg"),
        Err(error) => Err(error),
    };
    (session, delegation)
}

fn ok(token: &[u8]) -> Response {
    let value = format!("Kerberos {}", STANDARD.encode(token));
    Response::new(Status::OK).with_header("WWW-Authenticate", value)
}

#[test]
fn sec_24_an_ap_rep_that_is_absent_or_wrong_ends_the_logon_even_on_a_200() {
    let session = |spoil: &dyn Fn(Vec<u8>) -> Response| answered(Scheme::Kerberos, spoil).0;
    assert!(session(&|ap_rep| ok(&ap_rep)).unwrap().seals());
    assert_eq!(session(&|_| Response::new(Status::OK)).err(), Some(SequenceError::NoToken));
    assert_eq!(session(&|_| ok(&[])).err(), Some(SequenceError::NoToken));
    let under_another_name = |ap_rep: Vec<u8>| {
        let value = format!("Negotiate {}", STANDARD.encode(ap_rep));
        Response::new(Status::OK).with_header("WWW-Authenticate", value)
    };
    assert_eq!(session(&under_another_name).err(), Some(SequenceError::NoToken));
    // Each octet of it counts but those that say how long the rest is, which make it malformed.
    let len = std::cell::Cell::new(1);
    let mut at = 0;
    while at < len.get() {
        let flipped = |mut ap_rep: Vec<u8>| {
            len.set(ap_rep.len());
            ap_rep[at] ^= 1;
            ok(&ap_rep)
        };
        let error = session(&flipped).err();
        assert!(matches!(error, Some(SequenceError::Auth(_))), "octet {at}: {error:?}");
        at += 1;
    }
    assert!(len.get() > 100);
}

#[test]
fn sec_24_an_ap_rep_of_another_logon_is_wrong() {
    let other = std::cell::RefCell::new(Vec::new());
    let keep = |ap_rep: Vec<u8>| {
        other.replace(ap_rep.clone());
        ok(&ap_rep)
    };
    let endpoint = Endpoint { host: "reference:5985".to_owned(), path: "/wsman".to_owned() };
    let later = LogonGiven { now: Time { unix_s: NOW, micros: 7 }, ..given(ticket("HTTP/reference")) };
    step(logon(Scheme::Kerberos).begin(endpoint, later).unwrap(), keep).0.unwrap();
    let replayed = answered(Scheme::Kerberos, |_| ok(&other.borrow())).0.err();
    assert!(matches!(replayed, Some(SequenceError::Auth(_))), "{replayed:?}");
}

#[test]
fn sec_25_a_ticket_is_forwarded_only_when_the_policy_says_so() {
    let delegation = |policy: ClientPolicy| {
        let endpoint = Endpoint { host: "reference:5985".to_owned(), path: "/wsman".to_owned() };
        let forwarded = Some(ticket("krbtgt/EXAMPLE.TEST"));
        let given = LogonGiven { forwarded, ..given(ticket("HTTP/reference")) };
        let begun = logon(Scheme::Kerberos).under(policy).begin(endpoint, given).unwrap();
        let (session, delegation) = step(begun, |ap_rep| ok(&ap_rep));
        session.unwrap();
        delegation
    };
    assert_eq!(delegation(ClientPolicy::default()), Delegation::None);
    let delegated = delegation(ClientPolicy { delegate: true, ..ClientPolicy::default() });
    assert!(matches!(delegated, Delegation::Ticket(_)), "{delegated:?}");
}
