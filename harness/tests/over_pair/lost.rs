//! What the client over a socket does when a server forgets a sealed session, or lies in it: nothing is asked twice, and
//! nothing in clear.
#![expect(clippy::disallowed_types, reason = "the rogue server listens on a socket of its own")]

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Refusal;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::TrustedHosts;
use winrm_harness::client::Logon;
use winrm_harness::client::SequenceError;
use winrm_harness::client::get_config;
use winrm_harness::http::Framer;
use winrm_harness::http::Request;
use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::limits::HTTP_BODY_BYTES_MAX;
use winrm_harness::net::Client;
use winrm_harness::net::ClientError;
use winrm_harness::pair::Pair;
use winrm_harness::pair::Secrets;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::config::ConfigType;

use crate::wire::PASSWORD;
use crate::wire::config;

/// Authenticates honestly; what comes then is answered by `lie`. Gives back every octet that came and how many requests
/// they were, once the client is gone.
async fn rogue(listener: TcpListener, lie: Response) -> (Vec<u8>, usize) {
    let mut pair = Pair::new(config());
    let id = pair.connect();
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut framer = Framer::<Request>::requests(HTTP_BODY_BYTES_MAX);
    let (mut received, mut count) = (Vec::new(), 0);
    let mut buffer = [0; 4096];
    loop {
        let len = stream.read(&mut buffer).await.unwrap();
        if len == 0 {
            return (received, count);
        }
        received.extend_from_slice(&buffer[..len]);
        framer.push(&buffer[..len]);
        while let Some(request) = framer.next().unwrap() {
            count += 1;
            let is_leg = request.body.is_empty();
            let answer = if is_leg { pair.exchange(id, &request).unwrap() } else { lie.clone() };
            stream.write_all(&answer.encode()).await.unwrap();
        }
    }
}

/// Logs on and asks for the configuration three times; gives the errors, and what the server saw.
async fn ask_thrice(lie: Response) -> (Vec<ClientError>, Vec<u8>, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asking = async {
        let policy = ClientPolicy::trusting(TrustedHosts::parse("127.0.0.1").unwrap());
        let logon = Logon::new(Scheme::Negotiate, "alice", PASSWORD).under(policy);
        let mut client = Client::log_on(&address, &logon).await.unwrap();
        let mut errors = Vec::new();
        for _ in 0..3 {
            let (_, outgoing) = get_config::<ConfigType>(client.requests(), SelectorSet::default());
            errors.push(client.exchange(&outgoing).await.err().unwrap());
        }
        errors
    };
    let (errors, (received, count)) = tokio::join!(asking, rogue(listener, lie));
    (errors, received, count)
}

async fn check(lie: Response) -> SequenceError {
    let (mut errors, received, count) = ask_thrice(lie).await;
    let secrets = Secrets::default()
        .and_text("password", PASSWORD)
        .and_text("SOAP", "http://www.w3.org/2003/05/soap-envelope");
    assert_eq!(secrets.leaks_in(&received), []);
    assert_eq!(count, 3, "two legs and one request");
    for later in errors.drain(1..) {
        assert!(matches!(later, ClientError::Sequence(SequenceError::ApiMisuse { .. })), "{later:?}");
    }
    match errors.pop().unwrap() {
        ClientError::Sequence(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn sec_14_a_401_after_a_sealed_request_is_the_end_and_nothing_is_sent_again() {
    for offer in ["Negotiate", "Basic realm=\"WSMAN\"", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\""] {
        let status = Status::UNAUTHORIZED;
        let lie = Response::new(status).with_header("WWW-Authenticate", offer);
        assert_eq!(check(lie).await, SequenceError::SessionLost { status }, "{offer}");
    }
}

#[tokio::test]
async fn sec_11_an_answer_in_clear_is_the_end_and_nothing_is_sent_again() {
    for status in [Status(200), Status(500)] {
        let lie = Response::new(status)
            .with_header("Content-Type", "application/soap+xml;charset=UTF-8")
            .with_body(b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>".to_vec());
        assert_eq!(check(lie).await, SequenceError::AnswerInClear { status });
    }
}

#[tokio::test]
async fn an_empty_error_is_not_asked_about_again_in_clear() {
    let (errors, received, count) = ask_thrice(Response::new(Status(500))).await;
    assert_eq!(count, 5, "two legs and three requests, each sent once");
    for error in errors {
        let is_status = matches!(&error, ClientError::Sequence(SequenceError::UnexpectedStatus { .. }));
        assert!(is_status, "{error:?}");
    }
    let secrets = Secrets::default().and_text("SOAP", "http://www.w3.org/2003/05/soap-envelope");
    assert_eq!(secrets.leaks_in(&received), []);
}

#[tokio::test]
async fn sec_26_over_a_socket_no_octet_leaves_for_a_host_that_is_not_trusted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let logon = Logon::new(Scheme::Negotiate, "alice", PASSWORD);
    let (error, (received, count)) = tokio::join!(
        async { Client::log_on(&address, &logon).await.err().unwrap() },
        rogue(listener, Response::new(Status::OK)),
    );
    let is_refusal =
        matches!(&error, ClientError::Sequence(SequenceError::Policy(Refusal::UntrustedHost { .. })));
    assert!(is_refusal, "{error:?}");
    assert_eq!((received, count), (Vec::new(), 0));
}
