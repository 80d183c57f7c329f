//! sspi's CredSSP, which nobody here wrote, on the other side. Its TLS is ours, as it has none.

use proptest::prelude::*;
use sspi::credssp::ClientMode;
use sspi::credssp::ClientState;
use sspi::credssp::CredSspClient;
use sspi::credssp::CredSspMode;
use sspi::credssp::CredSspServer;
use sspi::credssp::CredentialsProxy;
use sspi::credssp::NStatusCode;
use sspi::credssp::ServerMode;
use sspi::credssp::ServerState;

use super::*;
use crate::auth::Delegation;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::tls::Session;

type LibraryRequest = sspi::credssp::TsRequest;

fn library_identity(password: &str) -> sspi::AuthIdentity {
    let username = sspi::Username::parse("DOM\\alice").unwrap();
    sspi::AuthIdentity { username, password: password.to_owned().into() }
}

struct Accounts;

impl CredentialsProxy for Accounts {
    type AuthenticationData = sspi::AuthIdentity;

    fn auth_data_by_user(&mut self, _: &sspi::Username) -> std::io::Result<sspi::AuthIdentity> {
        Ok(library_identity("wonderland"))
    }

    fn auth_data(&mut self) -> std::io::Result<Vec<sspi::AuthIdentity>> {
        Ok(vec![library_identity("wonderland")])
    }
}

fn ntlm_config() -> sspi::ntlm::NtlmConfig {
    sspi::ntlm::NtlmConfig { client_computer_name: Some("CLI".to_owned()) }
}

fn negotiate_config() -> sspi::NegotiateConfig {
    let packages = Some("ntlm,!kerberos,!pku2u".to_owned());
    sspi::NegotiateConfig::new(Box::new(ntlm_config()), packages, "CLI".to_owned())
}

fn octets_of(request: &LibraryRequest) -> Vec<u8> {
    let mut octets = Vec::new();
    request.encode_ts_request(&mut octets).unwrap();
    octets
}

fn token(step: Result<Step, AuthError>) -> Vec<u8> {
    match step.unwrap() {
        Step::Continue(token) => token,
        Step::Complete(token) => token.unwrap_or_default(),
    }
}

/// The library's client against our server.
fn library_client(mode: ClientMode, tls: Versions, password: &str) -> (Acceptor, Option<AuthError>) {
    let inner = match mode {
        ClientMode::Ntlm(_) => Box::new(ntlm_server()),
        _ => spnego_server(),
    };
    let mut server = Acceptor::new(&server_of(Versions::Both), inner, AcceptorPolicy::default()).unwrap();
    let mut session = Session::client(tls).unwrap();
    let mut flight = session.receive(Vec::new()).unwrap().to_send;
    while !session.is_established() || !flight.is_empty() {
        flight = session.receive(token(server.step(&flight))).unwrap().to_send;
    }
    let credentials = sspi::Credentials::AuthIdentity(library_identity(password));
    let key = session.public_key().unwrap().to_vec();
    let spn = "HTTP/host.example.test".to_owned();
    let mut client = CredSspClient::new(key, credentials, CredSspMode::WithCredentials, mode, spn).unwrap();
    let mut request = LibraryRequest::default();
    loop {
        let state = client.process(request).resolve_to_result().unwrap();
        let (ClientState::ReplyNeeded(answer) | ClientState::FinalMessage(answer)) = &state;
        let mut records = octets_of(answer);
        session.seal(&mut records).unwrap();
        let step = match server.step(&records) {
            Err(error) => return (server, Some(error)),
            Ok(step) => step,
        };
        if matches!(state, ClientState::FinalMessage(_)) {
            assert_eq!(step, Step::Complete(None));
            return (server, None);
        }
        let plaintext = session.receive(token(Ok(step))).unwrap().plaintext;
        request = LibraryRequest::from_buffer(&plaintext).unwrap();
    }
}

#[test]
fn the_client_of_sspi_hands_its_password_over_to_our_server() {
    for tls in [Versions::Tls12, Versions::Tls13] {
        for mode in [ClientMode::Ntlm(ntlm_config()), ClientMode::Negotiate(negotiate_config())] {
            let (server, error) = library_client(mode, tls, "wonderland");
            assert_eq!(error, None);
            let delegation = &server.established().unwrap().delegation;
            assert_eq!(*delegation, Delegation::Password(Box::new(credentials())));
        }
    }
}

#[test]
fn the_client_of_sspi_with_a_wrong_password_is_refused() {
    let (server, error) = library_client(ClientMode::Ntlm(ntlm_config()), Versions::Both, "wrong");
    assert_eq!(error, Some(AuthError::WrongPassword));
    assert!(server.refusal().is_some() && server.principal().is_none());
}

/// Only with bare NTLM: the library's server drops the last SPNEGO token of a client that sends pubKeyAuth beside it.
#[test]
fn our_client_hands_its_password_over_to_the_server_of_sspi() {
    for tls in [Versions::Tls12, Versions::Tls13] {
        let mut client =
            Initiator::new(credentials(), Box::new(ntlm_client("wonderland")), over(tls), random()).unwrap();
        assert_eq!(library_server(&mut client), Some(library_identity("wonderland")));
        assert!(client.established().unwrap().is_mutual);
    }
}

#[test]
fn the_server_of_sspi_tells_our_client_why_it_refuses() {
    let inner = Box::new(ntlm_client("wrong"));
    let mut client = Initiator::new(credentials(), inner, InitiatorOptions::default(), random()).unwrap();
    assert_eq!(library_server(&mut client), None);
}

/// Our client against the library's server: what that got in the end.
fn library_server(client: &mut Initiator) -> Option<sspi::AuthIdentity> {
    let tls = server_of(Versions::Both);
    let mut session = Session::server(&tls).unwrap();
    let mut server =
        CredSspServer::new(tls.public_key().to_vec(), Accounts, ServerMode::Ntlm(ntlm_config())).unwrap();
    let mut to_client = Vec::new();
    loop {
        let received = session.receive(token(client.step(&to_client))).unwrap();
        if received.plaintext.is_empty() {
            to_client = received.to_send;
            continue;
        }
        let request = LibraryRequest::from_buffer(&received.plaintext).unwrap();
        match server.process(request).resolve_to_result() {
            Ok(ServerState::ReplyNeeded(answer)) => to_client = octets_of(&answer),
            Ok(ServerState::Finished(identity)) => return Some(identity),
            Err(error) => {
                let mut refusal = octets_of(&error.ts_request.unwrap());
                session.seal(&mut refusal).unwrap();
                let refused = client.step(&refusal).unwrap_err();
                assert!(matches!(refused, AuthError::CredSsp(CredSspError::Refused(_))), "{refused}");
                return None;
            }
        }
        session.seal(&mut to_client).unwrap();
    }
}

/// Of version 6: the library writes errorCode into version 5, where there is none, but does not count its octets.
fn requests() -> impl Strategy<Value = TsRequest> {
    let octets = || proptest::collection::vec(any::<u8>(), 0..300);
    let nonce = proptest::option::of(proptest::collection::vec(any::<u8>(), 32));
    let field = || proptest::option::of(octets());
    let status = proptest::option::of(1..=u32::MAX);
    (field(), field(), field(), status, nonce).prop_map(
        |(nego_token, auth_info, pub_key_auth, error_code, client_nonce)| TsRequest {
            version: Version::V6,
            nego_tokens: nego_token.into_iter().collect(),
            auth_info,
            pub_key_auth,
            error_code: error_code.map(NtStatus),
            client_nonce,
        },
    )
}

fn of_library(request: &TsRequest) -> LibraryRequest {
    LibraryRequest {
        version: request.version.0,
        nego_tokens: request.nego_tokens.first().cloned(),
        auth_info: request.auth_info.clone(),
        pub_key_auth: request.pub_key_auth.clone(),
        error_code: request.error_code.map(|status| NStatusCode(status.0)),
        client_nonce: request.client_nonce.clone().map(|nonce| nonce.try_into().unwrap()),
    }
}

proptest! {
    #[test]
    fn sspi_reads_what_we_write_and_we_read_what_it_writes(request in requests()) {
        // The library does not extend the sign of an integer in fewer than four octets. No NTSTATUS is that short.
        prop_assume!(request.error_code.is_none_or(|status| status.0 < 0xFF80_0000));
        let ours = request.to_bytes().unwrap();
        let read = LibraryRequest::from_buffer(&ours).unwrap();
        prop_assert_eq!(octets_of(&read), octets_of(&of_library(&request)));
        prop_assert_eq!(TsRequest::from_bytes(&octets_of(&of_library(&request))), Ok(request));
    }
}
