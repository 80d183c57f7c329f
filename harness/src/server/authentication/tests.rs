use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::auth::AuthError;
use crate::auth::Principal;
use crate::server::Account;
use crate::server::ConnectionId;
use crate::server::Server;

use super::*;

/// A context that panics when it is asked for something.
struct Panics {
    at: At,
    principal: Principal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Step,
    Seal,
    Unseal,
}

impl Panics {
    fn at(at: At) -> Guarded {
        let principal = Principal { domain: "REFERENCE".to_owned(), user: "alice".to_owned() };
        Guarded::new(Box::new(Self { at, principal }))
    }

    fn when(&self, at: At) {
        assert!(self.at != at, "on purpose");
    }
}

impl SecurityContext for Panics {
    fn step(&mut self, _: &[u8]) -> Result<Step, AuthError> {
        self.when(At::Step);
        Ok(Step::Complete(None))
    }

    fn seal(&mut self, _: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.when(At::Seal);
        Ok(vec![0; 16])
    }

    fn unseal(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<(), AuthError> {
        self.when(At::Unseal);
        Ok(())
    }

    fn principal(&self) -> Option<&Principal> {
        Some(&self.principal)
    }
}

fn server() -> Server {
    let account =
        Account { user: "alice".to_owned(), password: "alice-password".to_owned(), is_administrator: true };
    Server::new(Config { accounts: vec![account], ..Config::default() }, Box::new(|octets| octets.fill(7)))
}

fn open(server: &mut Server, authentication: Authentication) -> ConnectionId {
    let id = server.open("192.0.2.1");
    server.connections.get_mut(&id).unwrap().authentication = authentication;
    id
}

/// What a connection whose context panics answers, and whether that ends it.
fn answer(server: &mut Server, id: ConnectionId, request: &Request) -> (String, bool) {
    server.receive(id, &request.encode(), Moment::default());
    let output = server.take_output(id);
    (String::from_utf8(output.octets).unwrap(), output.is_last)
}

fn post() -> Request {
    Request::new("POST", "/wsman").with_header("Host", "h")
}

/// An envelope whose seal is none.
fn sealed() -> Request {
    const PROTOCOL: &str = "application/HTTP-SPNEGO-session-encrypted";
    let envelope = "<nonsense/>";
    let body = format!(
        "--Encrypted Boundary\r\n\tContent-Type: {PROTOCOL}\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={}\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n\u{10}\0\0\0{}{envelope}--Encrypted Boundary--\r\n",
        envelope.len(),
        "\0".repeat(16)
    );
    let content_type = format!("multipart/encrypted;protocol=\"{PROTOCOL}\";boundary=\"Encrypted Boundary\"");
    post().with_header("Content-Type", content_type).with_body(body.into_bytes())
}

#[test]
fn a_panic_between_two_tokens_ends_its_connection_and_no_other() {
    let mut server = server();
    let context = Panics::at(At::Step);
    let other = server.open("192.0.2.2");
    let id = open(&mut server, Authentication::Negotiating { scheme: Scheme::Negotiate, context });
    let token = format!("Negotiate {}", STANDARD.encode("x"));
    let (answer_1, is_last) = answer(&mut server, id, &post().with_header("Authorization", token));
    assert!(answer_1.starts_with("HTTP/1.1 500") && is_last, "{answer_1}");
    let (answer_2, is_last) = answer(&mut server, other, &post());
    assert!(answer_2.starts_with("HTTP/1.1 401") && !is_last, "{answer_2}");
}

#[test]
fn a_panic_over_a_sealed_message_ends_its_connection_and_nothing_in_clear_goes_out() {
    for (at, status) in [(At::Unseal, "HTTP/1.1 400"), (At::Seal, "HTTP/1.1 500")] {
        let mut server = server();
        let user = User { name: "alice".to_owned(), is_administrator: true };
        let (scheme, context) = (Scheme::Negotiate, Panics::at(at));
        let id = open(&mut server, Authentication::Negotiated { scheme, context, user });
        let (answer, is_last) = answer(&mut server, id, &sealed());
        assert!(answer.starts_with(status) && is_last, "{at:?}: {answer}");
        assert!(answer.contains("Content-Length: 0"), "{at:?}: {answer}");
    }
}

#[test]
fn a_context_that_panicked_is_not_asked_again() {
    let mut context = Panics::at(At::Seal);
    assert!(context.principal().is_some());
    assert_eq!(context.seal(&mut Vec::new()), Err(AuthError::LibraryPanicked));
    assert_eq!(context.step(&[]), Err(AuthError::Finished));
    assert_eq!((context.principal(), context.is_broken()), (None, true));
}
