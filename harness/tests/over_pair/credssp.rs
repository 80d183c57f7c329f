//! The reference client hands its password over by CredSSP, and only to the server that it authenticated.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use winrm_harness::auth::Delegation;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::credssp::Acceptor;
use winrm_harness::auth::credssp::AcceptorPolicy;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::ntlm;
use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Refusal;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::ServerIdentity;
use winrm_harness::auth::policy::Unproven;
use winrm_harness::client::Endpoint;
use winrm_harness::client::HandshakeStep;
use winrm_harness::client::LogonStep;
use winrm_harness::client::SequenceError;
use winrm_harness::client::Session;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::encryption::ToleranceSet;
use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::pair::Secrets;
use winrm_harness::tls::Identity;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

use crate::logon::given;
use crate::logon::logon;
use crate::logon::trusting;
use crate::wire::PASSWORD;

fn endpoint() -> Endpoint {
    Endpoint { host: "reference:5985".to_owned(), path: "/wsman".to_owned() }
}

fn policy() -> ClientPolicy {
    ClientPolicy { credssp: true, ..trusting() }
}

fn acceptor(versions: Versions, password: &str) -> Acceptor {
    let certified = rcgen::generate_simple_self_signed(vec!["reference".to_owned()]).unwrap();
    let key = certified.signing_key.serialize_pem();
    let identity = Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes()).unwrap();
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", password)]);
    let (names, policy) = (ntlm::ServerNames::workgroup("REFERENCE"), ntlm::AcceptorPolicy::default());
    let now = ntlm::FileTime::from_unix_seconds(1_700_000_000);
    let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now };
    let inner = negotiate::Acceptor::new(ntlm::Acceptor::new(accounts, names, policy, given));
    let server = SessionServer::new(&identity, versions).unwrap();
    Acceptor::new(&server, Box::new(inner), AcceptorPolicy::default()).unwrap()
}

fn unauthorized(token: &[u8]) -> Response {
    let value = format!("CredSSP {}", STANDARD.encode(token));
    Response::new(Status::UNAUTHORIZED).with_header("WWW-Authenticate", value)
}

/// Plays the server to a logon; what went over the wire comes back too.
fn log_on(server: &mut Acceptor) -> (Result<Session, SequenceError>, Vec<u8>) {
    let LogonStep::Send(mut state, mut request) =
        logon(Scheme::CredSsp, policy()).begin(endpoint(), given()).unwrap()
    else {
        panic!("CredSSP has tokens");
    };
    let mut wire = Vec::new();
    loop {
        assert!(request.body.is_empty());
        wire.extend_from_slice(&request.encode());
        let authorization = request.headers.text("Authorization").unwrap();
        let token = STANDARD.decode(authorization.strip_prefix("CredSSP ").unwrap()).unwrap();
        let response = match server.step(&token) {
            Ok(Step::Continue(token)) => unauthorized(&token),
            Ok(Step::Complete(None)) => Response::new(Status::OK),
            Ok(Step::Complete(Some(_))) => panic!("the client has the last word"),
            Err(_) => Response::new(Status::UNAUTHORIZED).with_header("WWW-Authenticate", "CredSSP"),
        };
        match state.step(&response) {
            Ok(HandshakeStep::Send(next, leg)) => (state, request) = (next, leg),
            Ok(HandshakeStep::Done(session)) => return (Ok(session), wire),
            Err(error) => return (Err(error), wire),
        }
    }
}

fn secrets() -> Secrets {
    Secrets::default().and_text("password", PASSWORD).and_text("SOAP", "an envelope that is long")
}

#[test]
fn sec_34_a_password_is_handed_over_inside_tls_and_messages_of_any_length_are_sealed() {
    for versions in [Versions::Tls12, Versions::Tls13] {
        let mut server = acceptor(versions, PASSWORD);
        let (session, wire) = log_on(&mut server);
        let mut session = session.unwrap();
        assert!(session.seals());
        assert_eq!(session.identity(), ServerIdentity::Unverified { why: Unproven::Ntlm });
        assert_eq!(secrets().leaks_in(&wire), []);
        let Delegation::Password(handed) = &server.established().unwrap().delegation else {
            panic!("no password");
        };
        assert_eq!((handed.user_name.as_str(), handed.password.as_str()), ("alice", PASSWORD));
        for len in [1, 16_383, 16_384, 16_385, 32_769] {
            let envelope: String = "an envelope that is long ".chars().cycle().take(len).collect();
            let request = session.request(&envelope).unwrap();
            assert_eq!(secrets().leaks_in(&request.encode()), []);
            let content_type = request.headers.first("Content-Type").unwrap();
            let is_many = content_type.starts_with(b"multipart/x-multi-encrypted");
            assert_eq!(is_many, len > 16_384, "{len} octets");
            let decoded =
                EncryptedMessage::decode(content_type, request.body.octets(), ToleranceSet::SPEC).unwrap();
            let asked = decoded.unseal(&mut server).unwrap().plaintext;
            assert!(asked == envelope.as_bytes(), "{len} octets");
            let answer =
                EncryptedMessage::seal(&mut server, Protocol::CredSsp, Charset::Utf8, asked).unwrap();
            let response = Response::new(Status::OK)
                .with_header("Content-Type", answer.content_type().to_string())
                .with_body(answer.encode(Form::default()));
            assert!(session.open(&response).unwrap().envelope == envelope.as_bytes(), "{len} octets");
        }
    }
}

#[test]
fn a_server_that_does_not_know_the_password_gets_none() {
    for versions in [Versions::Tls12, Versions::Tls13] {
        let mut server = acceptor(versions, "another password");
        let (refused, wire) = log_on(&mut server);
        assert_eq!(refused.err(), Some(SequenceError::CredentialsRefused));
        assert_eq!(secrets().leaks_in(&wire), []);
        assert!(server.established().is_none());
    }
}

#[test]
fn sec_35_credssp_that_is_not_switched_on_sends_nothing() {
    let refused = logon(Scheme::CredSsp, trusting()).begin(endpoint(), given()).err();
    let refusal = Refusal::SchemeOff { scheme: Scheme::CredSsp };
    assert_eq!(refused, Some(SequenceError::Policy(refusal)));
}
