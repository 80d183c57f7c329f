use super::*;
use crate::auth::Delegation;
use crate::auth::Mechanism;
use crate::tls::Session;
use crate::tls::SessionError;

const VERSIONS: [Versions; 3] = [Versions::Tls12, Versions::Tls13, Versions::Both];

fn refused_by_server(error: CredSspError) -> Result<(), AuthError> {
    Err(AuthError::CredSsp(error))
}

#[test]
fn the_password_arrives_and_both_know_each_other() {
    for tls in VERSIONS {
        let (client, server) = established(tls);
        assert_eq!(server.principal().map(|principal| principal.user.as_str()), Some("alice"));
        let at_server = server.established().unwrap();
        assert_eq!(at_server.delegation, Delegation::Password(Box::new(credentials())));
        assert_eq!((at_server.mechanism, at_server.is_mutual), (Mechanism::CredSsp, true));
        let at_client = client.established().unwrap();
        assert_eq!((at_client.cipher, at_client.is_mutual), (at_server.cipher, true));
        assert_eq!(at_client.cipher.starts_with("TLS13_"), tls != Versions::Tls12);
        assert_eq!(at_client.delegation, Delegation::None);
    }
}

#[test]
fn every_version_binds_the_key() {
    for (own, peer) in [(2, 2), (2, 6), (3, 4), (4, 3), (5, 6), (6, 5), (6, 6), (6, 7), (9, 6)] {
        let options =
            InitiatorOptions { version: Version(own), version_min: Version::V2, ..Default::default() };
        let policy = AcceptorPolicy { version: Version(peer), version_min: Version::V2 };
        let outcome = play(&mut client_with(options), &mut server_with(policy));
        assert_eq!((outcome.client, outcome.server), (Ok(()), Ok(())), "{own} {peer}");
    }
}

#[test]
fn a_patched_server_refuses_old_clients_and_says_so_where_the_version_can() {
    for old in [0, 1, 2, 3, 4] {
        let options =
            InitiatorOptions { version: Version(old), version_min: Version(0), ..Default::default() };
        let outcome = play(&mut client_with(options), &mut server_with(AcceptorPolicy::default()));
        let error = CredSspError::VersionRefused { version_min: Version::V5, found: Version(old) };
        assert_eq!(outcome.server, refused_by_server(error));
        let told = outcome.client == Err(CredSspError::Refused(NtStatus::NOT_SUPPORTED).into());
        assert_eq!(told, old >= 3, "version {old}");
    }
}

#[test]
fn a_patched_client_refuses_old_servers_before_it_says_anything_of_use() {
    let policy = AcceptorPolicy { version: Version::V4, version_min: Version::V2 };
    let outcome = play(&mut client_with(InitiatorOptions::default()), &mut server_with(policy));
    let error = CredSspError::VersionRefused { version_min: Version::V5, found: Version::V4 };
    assert_eq!(outcome.client, Err(error.into()));
}

#[test]
fn a_wrong_password_comes_back_as_a_logon_failure() {
    let inner = Box::new(negotiate::Initiator::new(ntlm_client("wrong")));
    let mut client = Initiator::new(credentials(), inner, InitiatorOptions::default(), random()).unwrap();
    let mut server = server_with(AcceptorPolicy::default());
    let outcome = play(&mut client, &mut server);
    assert_eq!(outcome.server, Err(AuthError::WrongPassword));
    assert_eq!(outcome.client, Err(CredSspError::Refused(NtStatus::LOGON_FAILURE).into()));
    assert!(server.principal().is_none() && server.established().is_none());
}

#[test]
fn bare_ntlm_inside_works_too() {
    let mut client = Initiator::new(
        credentials(),
        Box::new(ntlm_client("wonderland")),
        InitiatorOptions::default(),
        random(),
    )
    .unwrap();
    let server = server_of(Versions::Both);
    let mut server = Acceptor::new(&server, Box::new(ntlm_server()), AcceptorPolicy::default()).unwrap();
    let outcome = play(&mut client, &mut server);
    assert_eq!((outcome.client, outcome.server), (Ok(()), Ok(())));
}

#[test]
fn what_a_client_does_wrong_is_refused() {
    let malformed = |error| matches!(error, AuthError::SignatureLayout { .. } | AuthError::SignatureWrong);
    let is = |expected: CredSspError| move |error: AuthError| error == expected.clone().into();
    type Expected = Box<dyn Fn(AuthError) -> bool>;
    let rows: [(Misbehaviour, Expected); 5] = [
        (Misbehaviour::NoNonce, Box::new(is(CredSspError::FieldMissing { field: "clientNonce" }))),
        (Misbehaviour::WrongPubKeyAuth, Box::new(is(CredSspError::BindingWrong))),
        (Misbehaviour::ShortPubKeyAuth, Box::new(malformed)),
        (Misbehaviour::CredentialsEarly, Box::new(is(CredSspError::FieldUnexpected { field: "authInfo" }))),
        (Misbehaviour::NoCredentials, Box::new(is(CredSspError::FieldMissing { field: "authInfo" }))),
    ];
    for (misbehaviour, is_expected) in rows {
        let mut client = client_with(InitiatorOptions::default()).misbehaving(misbehaviour);
        let mut server = server_with(AcceptorPolicy::default());
        let error = play(&mut client, &mut server).server.unwrap_err();
        assert!(is_expected(error.clone()), "{misbehaviour:?}: {error}");
        assert!(server.principal().is_none() && server.established().is_none(), "{misbehaviour:?}");
    }
}

#[test]
fn what_a_server_does_wrong_costs_it_the_password() {
    for version in [Version::V4, Version::V6] {
        for misbehaviour in
            [Misbehaviour::WrongPubKeyAuth, Misbehaviour::ShortPubKeyAuth, Misbehaviour::ReflectedPubKeyAuth]
        {
            let options = InitiatorOptions { version_min: Version::V2, ..Default::default() };
            let policy = AcceptorPolicy { version, version_min: Version::V2 };
            let mut client = client_with(options);
            let mut server = server_with(policy).misbehaving(misbehaviour);
            let outcome = play(&mut client, &mut server);
            let error = outcome.client.unwrap_err();
            assert_eq!(
                error == CredSspError::BindingWrong.into(),
                misbehaviour != Misbehaviour::ShortPubKeyAuth,
                "{misbehaviour:?}: {error}"
            );
            assert_eq!(outcome.server, Err(AuthError::NotEstablished), "it never saw credentials");
            assert_eq!(client.seal(&mut b"x".to_vec()), Err(AuthError::Finished));
        }
    }
}

/// Two TLS connections and one authentication: what is inside goes from one to the other as it is.
#[test]
fn who_sits_between_gets_no_password() {
    let mut client = client_with(InitiatorOptions::default());
    let mut server = server_with(AcceptorPolicy::default());
    let between = SessionServer::new(&identity("between"), Versions::Both).unwrap();
    let (mut to_client, mut to_server) =
        (Session::server(&between).unwrap(), Session::client(Versions::Both).unwrap());

    let mut token = to_server.receive(Vec::new()).unwrap().to_send;
    while !to_server.is_established() || !token.is_empty() {
        token = to_server.receive(token_of(server.step(&token))).unwrap().to_send;
    }
    let mut token = token_of(client.step(&[]));
    loop {
        let received = to_client.receive(token).unwrap();
        let mut answer = received.plaintext;
        if answer.is_empty() {
            token = token_of(client.step(&received.to_send));
            continue;
        }
        to_server.seal(&mut answer).unwrap();
        let step = server.step(&answer);
        let is_refused = step.is_err();
        let mut forwarded = match step {
            Ok(step) => token_of(Ok(step)),
            Err(error) => {
                assert_eq!(error, CredSspError::BindingWrong.into());
                server.refusal().unwrap()
            }
        };
        forwarded = to_server.receive(forwarded).unwrap().plaintext;
        to_client.seal(&mut forwarded).unwrap();
        if is_refused {
            assert_eq!(client.step(&forwarded), Err(CredSspError::Refused(NtStatus::LOGON_FAILURE).into()));
            return;
        }
        token = token_of(client.step(&forwarded));
    }
}

fn token_of(step: Result<Step, AuthError>) -> Vec<u8> {
    match step {
        Ok(Step::Continue(token)) => token,
        other => panic!("expected a token, got {other:?}"),
    }
}

#[test]
fn the_handshake_is_full_and_asks_for_no_client_certificate() {
    let server = server_of(Versions::Tls12);
    for _ in 0..2 {
        let mut client = client_with(over(Versions::Tls12));
        let mut server = Acceptor::new(&server, spnego_server(), AcceptorPolicy::default()).unwrap();
        let tokens = play(&mut client, &mut server).tokens;
        // [RFC 5246 7.4] Messages of the server's first flight by their type: hello, certificate, key, done.
        assert_eq!(handshake_types(&tokens[1]), [2, 11, 12, 14]);
        // Session id and ticket extension: nothing of the connection before is offered again.
        assert_eq!(tokens[0][43], 0, "an empty session id");
    }
}

#[test]
fn the_last_flight_of_tls13_is_answered_by_a_ticket() {
    let mut client = client_with(over(Versions::Tls13));
    let tokens = play(&mut client, &mut server_with(AcceptorPolicy::default())).tokens;
    // requests-credssp gives up at a header without a token. [RFC 8446 5.2] A ticket is sealed like what comes after it.
    assert_eq!(tokens[3].first(), Some(&23));
}

#[test]
fn without_a_common_version_of_tls_the_server_sends_an_alert() {
    let mut client = client_with(over(Versions::Tls12));
    let server = server_of(Versions::Tls13);
    let mut server = Acceptor::new(&server, spnego_server(), AcceptorPolicy::default()).unwrap();
    let outcome = play(&mut client, &mut server);
    assert!(matches!(outcome.server, Err(AuthError::CredSsp(CredSspError::Tls(SessionError::Tls { .. })))));
    assert_eq!(outcome.tokens[1].get(..6), Some(&[21, 3, 3, 0, 2, 2][..]), "a fatal alert");
    assert!(matches!(outcome.client, Err(AuthError::CredSsp(CredSspError::Tls(SessionError::Tls { .. })))));
}

#[test]
fn nothing_is_sealed_before_the_end() {
    let mut client = client_with(InitiatorOptions::default());
    assert_eq!(client.seal(&mut b"x".to_vec()), Err(AuthError::NotEstablished));
    let mut server = server_with(AcceptorPolicy::default());
    let mut message = b"x".to_vec();
    assert_eq!(server.unseal(&[], &mut message), Err(AuthError::NotEstablished));
    assert_eq!(message, b"");
}

#[test]
fn a_log_shows_no_password() {
    let (client, server) = established(Versions::Both);
    let log = format!("{client:?} {server:?} {:?}", server.established());
    assert!(!log.contains("wonderland"), "{log}");
}

/// The handshake messages of records in clear.
fn handshake_types(flight: &[u8]) -> Vec<u8> {
    let mut messages = Vec::new();
    let mut rest = flight;
    while let [22, 3, 3, high, low, tail @ ..] = rest {
        let (record, next) = tail.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        messages.extend_from_slice(record);
        rest = next;
    }
    let (mut types, mut rest) = (Vec::new(), messages.as_slice());
    while let [kind, a, b, c, tail @ ..] = rest {
        types.push(*kind);
        let len = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap();
        rest = tail.split_at(len).1;
    }
    types
}
