use proptest::prelude::*;

use super::*;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::CREDSSP_ROUNDS_MAX;
use crate::limits::TOKEN_BYTES_MAX;
use crate::tls::Session;

/// A mechanism that never ends.
struct Endless(usize);

impl SecurityContext for Endless {
    fn step(&mut self, _: &[u8]) -> Result<Step, AuthError> {
        self.0 += 1;
        Ok(Step::Continue(vec![7]))
    }

    fn seal(&mut self, _: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        Err(AuthError::NotEstablished)
    }

    fn unseal(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<(), AuthError> {
        Err(AuthError::NotEstablished)
    }

    fn principal(&self) -> Option<&crate::auth::Principal> {
        None
    }
}

/// A client of TLS alone, with the handshake done, and the server that it talks to.
fn raw_client() -> (Session, Acceptor) {
    let mut server = server_with(AcceptorPolicy::default());
    let session = shaken(&mut server);
    (session, server)
}

fn shaken(server: &mut Acceptor) -> Session {
    let mut session = Session::client(Versions::Both).unwrap();
    let mut flight = session.receive(Vec::new()).unwrap().to_send;
    while !session.is_established() || !flight.is_empty() {
        let Ok(Step::Continue(token)) = server.step(&flight) else { panic!("a handshake goes on") };
        flight = session.receive(token).unwrap().to_send;
    }
    session
}

fn send(session: &mut Session, server: &mut Acceptor, plaintext: &[u8]) -> Result<Step, AuthError> {
    let mut records = plaintext.to_vec();
    session.seal(&mut records).unwrap();
    server.step(&records)
}

#[test]
fn ten_messages_inside_are_taken_and_the_next_is_not() {
    let tls = server_of(Versions::Both);
    let mut server = Acceptor::new(&tls, Box::new(Endless(0)), AcceptorPolicy::default()).unwrap();
    let mut session = shaken(&mut server);
    let request = TsRequest { nego_tokens: vec![vec![7]], ..TsRequest::new(Version::V6) }.to_bytes().unwrap();
    for _ in 0..CREDSSP_ROUNDS_MAX {
        assert!(send(&mut session, &mut server, &request).is_ok());
    }
    let error = CredSspError::TooManyRounds { rounds_max: CREDSSP_ROUNDS_MAX };
    assert_eq!(send(&mut session, &mut server, &request), Err(error.into()));
}

#[test]
fn a_client_gives_an_endless_server_up() {
    let tls = server_of(Versions::Both);
    let mut server = Acceptor::new(&tls, Box::new(Endless(0)), AcceptorPolicy::default()).unwrap();
    let mut client =
        Initiator::new(credentials(), Box::new(Endless(0)), InitiatorOptions::default(), random()).unwrap();
    let mut to_client = Vec::new();
    let error = loop {
        match client.step(&to_client) {
            Err(error) => break error,
            Ok(Step::Complete(_)) => panic!("nothing was proved"),
            Ok(Step::Continue(token)) => match server.step(&token) {
                Ok(Step::Continue(answer)) => to_client = answer,
                other => panic!("the server goes on: {other:?}"),
            },
        }
    };
    assert_eq!(error, CredSspError::TooManyRounds { rounds_max: CREDSSP_ROUNDS_MAX }.into());
}

#[test]
fn each_phase_takes_its_own_fields_only() {
    let first = |change: fn(&mut TsRequest)| {
        let mut request = TsRequest { nego_tokens: vec![vec![7]], ..TsRequest::new(Version::V6) };
        change(&mut request);
        let (mut session, mut server) = raw_client();
        send(&mut session, &mut server, &request.to_bytes().unwrap()).unwrap_err()
    };
    let unexpected = |field| AuthError::CredSsp(CredSspError::FieldUnexpected { field });
    assert_eq!(first(|request| request.auth_info = Some(vec![7])), unexpected("authInfo"));
    assert_eq!(first(|request| request.error_code = Some(NtStatus(1))), unexpected("errorCode"));
    assert_eq!(first(|request| request.nego_tokens.push(vec![7])), unexpected("negoTokens"));
    let missing = CredSspError::FieldMissing { field: "negoTokens" };
    assert_eq!(first(|request| request.nego_tokens.clear()), missing.into());
}

#[test]
fn a_version_that_changes_on_the_way_is_refused() {
    let (mut session, mut server) = raw_client();
    let Ok(Step::Continue(negotiate)) = ntlm_client("wonderland").step(&[]) else { panic!("NEGOTIATE") };
    let request = |version| TsRequest { nego_tokens: vec![negotiate.clone()], ..TsRequest::new(version) };
    send(&mut session, &mut server, &request(Version::V6).to_bytes().unwrap()).unwrap();
    let error = send(&mut session, &mut server, &request(Version::V5).to_bytes().unwrap());
    let expected = CredSspError::VersionChanged { expected: Version::V6, found: Version::V5 };
    assert_eq!(error, Err(expected.into()));
}

#[test]
fn a_nonce_has_32_octets() {
    for len in [0, 31, 33] {
        let mut client = client_with(InitiatorOptions::default());
        let mut server = server_with(AcceptorPolicy::default());
        let tls = server_of(Versions::Both);
        let (mut to_client, mut to_server) = (Session::server(&tls).unwrap(), shaken(&mut server));
        let mut token = Vec::new();
        let error = loop {
            let Ok(Step::Continue(sent)) = client.step(&token) else { panic!("the client goes on") };
            let received = to_client.receive(sent).unwrap();
            token = received.to_send;
            if received.plaintext.is_empty() {
                continue;
            }
            let mut request = TsRequest::from_bytes(&received.plaintext).unwrap();
            request.client_nonce = request.client_nonce.map(|_| vec![7; len]);
            match send(&mut to_server, &mut server, &request.to_bytes().unwrap()) {
                Err(error) => break error,
                Ok(Step::Continue(answer)) => {
                    let mut answer = to_server.receive(answer).unwrap().plaintext;
                    to_client.seal(&mut answer).unwrap();
                    token = answer;
                }
                Ok(Step::Complete(_)) => panic!("the nonce was taken"),
            }
        };
        assert_eq!(error, CredSspError::NonceLength { len }.into());
    }
}

#[test]
fn a_token_of_64_kib_is_read_and_one_octet_more_is_not() {
    for (len, is_too_long) in [(TOKEN_BYTES_MAX, false), (TOKEN_BYTES_MAX + 1, true)] {
        let error = server_with(AcceptorPolicy::default()).step(&vec![22; len]).unwrap_err();
        assert_eq!(
            error == AuthError::TokenTooLong { len, len_max: TOKEN_BYTES_MAX },
            is_too_long,
            "{error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_octets_for_a_request_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(request) = TsRequest::from_bytes(&octets) {
            prop_assert_eq!(TsRequest::from_bytes(&request.to_bytes().unwrap()), Ok(request));
        }
        let _ = PasswordCreds::from_ts_credentials(&octets);
    }

    #[test]
    fn a_request_with_wrong_octets_is_read_as_what_it_says_or_not_at_all(
        place in 0..70_usize, octet in any::<u8>(),
    ) {
        let request = TsRequest {
            nego_tokens: vec![vec![7; 8]],
            pub_key_auth: Some(vec![8; 16]),
            client_nonce: Some(vec![9; 32]),
            ..TsRequest::new(Version::V6)
        };
        let mut octets = request.to_bytes().unwrap();
        octets[place] = octet;
        if let Ok(read) = TsRequest::from_bytes(&octets) {
            prop_assert_eq!(read.to_bytes().unwrap(), octets);
        }
    }

    #[test]
    fn no_octets_in_place_of_a_token_get_anywhere(
        tokens in 0..5_usize, octets in proptest::collection::vec(any::<u8>(), 0..200), is_inside in any::<bool>(),
    ) {
        let (mut client, mut server) =
            (client_with(InitiatorOptions::default()), server_with(AcceptorPolicy::default()));
        let mut to_client = Vec::new();
        for _ in 0..tokens {
            let Ok(Step::Continue(token)) = client.step(&to_client) else { return Ok(()) };
            let Ok(Step::Continue(answer)) = server.step(&token) else { return Ok(()) };
            to_client = answer;
        }
        if is_inside && tokens > 2 && !octets.is_empty() {
            prop_assert!(client.step(&octets).is_err());
        }
        let outcome = server.step(&octets);
        prop_assert!(!matches!(outcome, Ok(Step::Complete(_))));
        prop_assert!(server.principal().is_none());
    }
}
