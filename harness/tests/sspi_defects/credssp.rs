use std::sync::LazyLock;

use sspi::credssp::ClientMode;
use sspi::credssp::ClientState;
use sspi::credssp::CredSspClient;
use sspi::credssp::CredSspMode;
use sspi::credssp::CredSspServer;
use sspi::credssp::CredentialsProxy;
use sspi::credssp::NStatusCode;
use sspi::credssp::ServerError;
use sspi::credssp::ServerMode;
use sspi::credssp::ServerState;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::credssp::Acceptor;
use winrm_harness::auth::credssp::AcceptorPolicy;
use winrm_harness::auth::credssp::CredSspError;
use winrm_harness::auth::credssp::Initiator;
use winrm_harness::auth::credssp::InitiatorOptions;
use winrm_harness::auth::credssp::NtStatus;
use winrm_harness::auth::credssp::PasswordCreds;
use winrm_harness::auth::credssp::TsRequest;
use winrm_harness::auth::credssp::Version;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::ntlm;
use winrm_harness::codec::Decode;
use winrm_harness::codec::Encode;
use winrm_harness::tls::Identity;
use winrm_harness::tls::Session;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

use crate::support::identity;
use crate::support::negotiate_config;
use crate::support::ntlm_config;
use crate::support::our_acceptor;
use crate::support::panics;
use crate::support::token;

type LibraryRequest = sspi::credssp::TsRequest;

static TLS: LazyLock<SessionServer> = LazyLock::new(|| {
    let certified = rcgen::generate_simple_self_signed(vec!["host.example.test".to_owned()]).unwrap();
    let key = certified.signing_key.serialize_pem();
    let identity = Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes()).unwrap();
    SessionServer::new(&identity, Versions::Both).unwrap()
});

struct Accounts;

impl CredentialsProxy for Accounts {
    type AuthenticationData = sspi::AuthIdentity;

    fn auth_data_by_user(&mut self, _: &sspi::Username) -> std::io::Result<sspi::AuthIdentity> {
        Ok(identity("DOM\\alice", "wonderland"))
    }

    fn auth_data(&mut self) -> std::io::Result<Vec<sspi::AuthIdentity>> {
        Ok(vec![identity("DOM\\alice", "wonderland")])
    }
}

fn our_client(inner: Box<dyn SecurityContext>) -> Initiator {
    let credentials = PasswordCreds {
        domain_name: "DOM".to_owned(),
        user_name: "alice".to_owned(),
        password: "wonderland".to_owned().into(),
    };
    let random = Box::new(|octets: &mut [u8]| octets.fill(7));
    Initiator::new(credentials, inner, InitiatorOptions::default(), random).unwrap()
}

fn ntlm_client(password: &str) -> Box<ntlm::Initiator> {
    Box::new(ntlm::Initiator::new(ntlm::Credential::password("DOM", "alice", password), None).unwrap())
}

fn our_server() -> Acceptor {
    Acceptor::new(&TLS, Box::new(our_acceptor("alice", "wonderland")), AcceptorPolicy::default()).unwrap()
}

fn octets_of(request: &LibraryRequest) -> Vec<u8> {
    let mut octets = Vec::new();
    request.encode_ts_request(&mut octets).unwrap();
    octets
}

/// The TLS of somebody who talks to our server.
fn shaken(server: &mut Acceptor) -> Session {
    let mut session = Session::client(Versions::Both).unwrap();
    let mut flight = session.receive(Vec::new()).unwrap().to_send;
    while !session.is_established() || !flight.is_empty() {
        flight = session.receive(token(server.step(&flight))).unwrap().to_send;
    }
    session
}

/// Our client's next request, when its TLS is done; `session` is the server's side of that.
fn next_request(client: &mut Initiator, session: &mut Session, answer: &[u8]) -> Result<Vec<u8>, AuthError> {
    let mut to_client = answer.to_vec();
    if !to_client.is_empty() {
        session.seal(&mut to_client).unwrap();
    }
    loop {
        let received = session.receive(token(Ok(client.step(&to_client)?))).unwrap();
        if !received.plaintext.is_empty() {
            return Ok(received.plaintext);
        }
        to_client = received.to_send;
    }
}

/// Our client and our server, and somebody between who changes what they say: which refused, and why.
fn between(to_server: fn(&mut TsRequest), to_client: fn(&mut TsRequest)) -> Result<(), AuthError> {
    let (mut client, mut server) = (our_client(ntlm_client("wonderland")), our_server());
    let (mut of_client, mut of_server) = (Session::server(&TLS).unwrap(), shaken(&mut server));
    let mut answer = Vec::new();
    loop {
        let request = next_request(&mut client, &mut of_client, &answer)?;
        let mut request = TsRequest::from_bytes(&request).unwrap();
        to_server(&mut request);
        let mut records = request.to_bytes().unwrap();
        of_server.seal(&mut records).unwrap();
        let records = match server.step(&records)? {
            Step::Continue(records) => records,
            Step::Complete(_) => return Ok(()),
        };
        let mut response = TsRequest::from_bytes(&of_server.receive(records).unwrap().plaintext).unwrap();
        to_client(&mut response);
        answer = response.to_bytes().unwrap();
    }
}

/// Who ended an exchange with the library's server.
#[derive(Debug)]
enum Ended {
    ByLibrary(Box<ServerError>),
    ByOurs(AuthError),
}

/// Our client and the library's server, which gets its requests changed.
fn library_server(
    mode: ServerMode,
    inner: Box<dyn SecurityContext>,
    change: fn(&mut LibraryRequest),
) -> Result<sspi::AuthIdentity, Ended> {
    let (mut client, mut session) = (our_client(inner), Session::server(&TLS).unwrap());
    let mut server = CredSspServer::new(TLS.public_key().to_vec(), Accounts, mode).unwrap();
    let mut answer = Vec::new();
    loop {
        let request = next_request(&mut client, &mut session, &answer).map_err(Ended::ByOurs)?;
        let mut request = LibraryRequest::from_buffer(&request).unwrap();
        change(&mut request);
        let state = server.process(request).resolve_to_result();
        match state.map_err(|error| Ended::ByLibrary(Box::new(error)))? {
            ServerState::ReplyNeeded(reply) => answer = octets_of(&reply),
            ServerState::Finished(identity) => return Ok(identity),
        }
    }
}

/// The library's client and our server, whose answers are changed.
fn library_client(change: fn(&mut LibraryRequest)) {
    let mut server = our_server();
    let mut session = shaken(&mut server);
    let credentials = sspi::Credentials::AuthIdentity(identity("DOM\\alice", "wonderland"));
    let (mode, spn) = (ClientMode::Ntlm(ntlm_config()), "HTTP/host.example.test".to_owned());
    let key = session.public_key().unwrap().to_vec();
    let mut client = CredSspClient::new(key, credentials, CredSspMode::WithCredentials, mode, spn).unwrap();
    let mut request = LibraryRequest::default();
    while let ClientState::ReplyNeeded(answer) = client.process(request).resolve_to_result().unwrap() {
        let mut records = octets_of(&answer);
        session.seal(&mut records).unwrap();
        let plaintext = session.receive(token(server.step(&records))).unwrap().plaintext;
        request = LibraryRequest::from_buffer(&plaintext).unwrap();
        change(&mut request);
    }
}

fn empty(field: &mut Option<Vec<u8>>) {
    if let Some(octets) = field {
        octets.clear();
    }
}

fn ntlm_mode() -> ServerMode {
    ServerMode::Ntlm(ntlm_config())
}

#[test]
fn a_sealed_field_shorter_than_its_signature_is_a_typed_error() {
    let too_short = Err(AuthError::SignatureLayout { len: 0 });
    assert_eq!(between(|_| (), |_| ()), Ok(()));
    assert_eq!(between(|request| empty(&mut request.pub_key_auth), |_| ()), too_short);
    assert_eq!(between(|request| empty(&mut request.auth_info), |_| ()), too_short);
    assert_eq!(between(|_| (), |response| empty(&mut response.pub_key_auth)), too_short);

    assert!(library_server(ntlm_mode(), ntlm_client("wonderland"), |_| ()).is_ok());
    let changes: [fn(&mut LibraryRequest); 2] =
        [|request| empty(&mut request.pub_key_auth), |request| empty(&mut request.auth_info)];
    for change in changes {
        assert!(panics(|| library_server(ntlm_mode(), ntlm_client("wonderland"), change).map(drop)));
    }
    library_client(|_| ());
    assert!(panics(|| library_client(|response| empty(&mut response.pub_key_auth))));
}

/// With arithmetic that does not look for overflow the library writes lengths that are too short instead.
#[test]
fn a_token_of_almost_64_kib_is_written_with_its_length() {
    for len in [65_520, 65_535] {
        let ours =
            TsRequest { nego_tokens: vec![vec![7; len]], ..TsRequest::new(Version::V6) }.to_bytes().unwrap();
        assert_eq!(ours[..2], [0x30, 0x83]);
        assert_eq!(
            usize::from(ours[2]) << 16 | usize::from(ours[3]) << 8 | usize::from(ours[4]),
            ours.len() - 5
        );
        let library = LibraryRequest { nego_tokens: Some(vec![7; len]), ..Default::default() };
        let wrong = |octets: Vec<u8>| octets != ours;
        assert!(panics(|| octets_of(&library)) || wrong(octets_of(&library)));
    }
}

#[test]
fn a_refused_password_is_status_logon_failure_and_nothing_else() {
    let mut client = our_client(ntlm_client("wrong"));
    let mut server = our_server();
    let (mut of_client, mut of_server) = (Session::server(&TLS).unwrap(), shaken(&mut server));
    let mut answer = Vec::new();
    let refused = loop {
        let mut records = next_request(&mut client, &mut of_client, &answer).unwrap();
        of_server.seal(&mut records).unwrap();
        match server.step(&records) {
            Ok(step) => answer = of_server.receive(token(Ok(step))).unwrap().plaintext,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, AuthError::WrongPassword);
    let refusal = of_server.receive(server.refusal().unwrap()).unwrap().plaintext;
    let only_code = TsRequest { error_code: Some(NtStatus::LOGON_FAILURE), ..TsRequest::new(Version::V6) };
    assert_eq!(TsRequest::from_bytes(&refusal), Ok(only_code));

    let ended = library_server(ntlm_mode(), ntlm_client("wrong"), |_| ());
    let Err(Ended::ByLibrary(error)) = ended else { panic!("{ended:?}") };
    let refusal = error.ts_request.unwrap();
    assert_eq!(refusal.error_code.unwrap().0 & 0xFFFF_0000, 0xC007_0000);
    assert!(refusal.pub_key_auth.is_some() && refusal.client_nonce.is_some());
}

#[test]
fn an_error_code_is_counted_in_every_version_that_it_is_written_in() {
    let counted = |octets: &[u8]| usize::from(octets[1]) + 2 == octets.len();
    for version in [5, 6] {
        let error_code = Some(NtStatus::LOGON_FAILURE);
        let ours = TsRequest { error_code, ..TsRequest::new(Version(version)) }.to_bytes().unwrap();
        assert!(counted(&ours));
        let error_code = Some(NStatusCode(0xC000_006D));
        let library = octets_of(&LibraryRequest { version, error_code, ..Default::default() });
        assert_eq!(counted(&library), version == 6, "{library:02X?}");
    }
}

/// A client with SPNEGO inside sends pubKeyAuth beside its last token; the library's server then forgets its own.
#[test]
fn a_client_with_spnego_inside_gets_the_servers_last_token() {
    let spnego = |password| {
        let credential = ntlm::Credential::password("DOM", "alice", password);
        Box::new(negotiate::Initiator::new(ntlm::Initiator::new(credential, None).unwrap()))
    };
    let mut client = our_client(spnego("wonderland"));
    let inner = negotiate::Acceptor::new(our_acceptor("alice", "wonderland"));
    let mut server = Acceptor::new(&TLS, Box::new(inner), AcceptorPolicy::default()).unwrap();
    let mut answer = Vec::new();
    while server.principal().is_none() {
        answer = token(server.step(&token(client.step(&answer))));
    }
    let negotiate = ServerMode::Negotiate(negotiate_config());
    let ended = library_server(negotiate, spnego("wonderland"), |_| ());
    let missing = AuthError::from(CredSspError::FieldMissing { field: "negoTokens" });
    assert!(matches!(&ended, Err(Ended::ByOurs(error)) if *error == missing), "{ended:?}");
}
