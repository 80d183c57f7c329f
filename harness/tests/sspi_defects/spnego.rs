use sspi::CredentialUse;
use sspi::SecurityStatus;
use sspi::Sspi;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::negotiate::MechType;
use winrm_harness::auth::negotiate::MechTypes;
use winrm_harness::auth::negotiate::NegState;
use winrm_harness::auth::negotiate::NegTokenInit;
use winrm_harness::auth::negotiate::NegTokenResp;
use winrm_harness::codec::Decode;
use winrm_harness::codec::Encode;

use crate::support::accept;
use crate::support::identity;
use crate::support::negotiate_config;
use crate::support::our_acceptor;
use crate::support::our_client;
use crate::support::panics;
use crate::support::token;

/// A server of the library with one account, and the handle to it.
fn library_server() -> (sspi::Negotiate, Option<sspi::CredentialsBuffers>) {
    let account = identity("alice", "wonderland");
    let mut server = sspi::Negotiate::new_server(negotiate_config(), vec![account.clone()]).unwrap();
    let account = sspi::Credentials::AuthIdentity(account);
    let handle = server
        .acquire_credentials_handle()
        .with_credential_use(CredentialUse::Inbound)
        .with_auth_data(&account)
        .execute(&mut server)
        .unwrap()
        .credentials_handle;
    (server, handle)
}

fn our_server() -> negotiate::Acceptor {
    negotiate::Acceptor::new(our_acceptor("alice", "wonderland"))
}

/// The frame of [RFC 4121 4.1] around an AP-REQ of which nothing but the start is here.
const AP_REQ: [u8; 22] = [
    0x60, 0x14, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02, 0x01, 0x00, 0x6E, 0x05,
    0x30, 0x03, 0xA0, 0x01, 0x05,
];

#[test]
fn a_malformed_first_token_is_a_typed_error() {
    for first in [&b"\x60\x82"[..], b"\x60\x00", b"\xA1\x07\x30\x05\xA0\x03\x0A\x01\x00", &AP_REQ] {
        let refused = our_server().step(first).unwrap_err();
        let is_kerberos = first == AP_REQ;
        match refused {
            AuthError::NoCommonMechanism => assert!(is_kerberos),
            AuthError::Malformed(_) => assert!(!is_kerberos),
            other => panic!("{other:?}"),
        }
        let (mut server, mut handle) = library_server();
        assert!(panics(|| accept(&mut server, &mut handle, first)), "{first:02X?}");
    }
}

#[test]
fn a_bare_ntlm_message_gets_a_challenge_under_negotiate() {
    let negotiate = token(our_client("DOM", "alice", "wonderland").step(&[]));
    assert!(
        matches!(our_server().step(&negotiate), Ok(Step::Continue(challenge)) if challenge.starts_with(b"NTLMSSP\0"))
    );
    let (mut server, mut handle) = library_server();
    assert!(accept(&mut server, &mut handle, &negotiate).is_err());
}

fn init(negotiate: Vec<u8>) -> Vec<u8> {
    let mech_types = MechTypes(vec![MechType::NTLM]);
    let mech_token = Some(negotiate);
    NegTokenInit { mech_types, req_flags: None, mech_token, hints: None, mech_list_mic: None }
        .to_bytes()
        .unwrap()
}

/// A client's last answer: complete, and no mechListMIC.
fn last(authenticate: Vec<u8>) -> Vec<u8> {
    let neg_state = Some(NegState::ACCEPT_COMPLETED);
    let response_token = Some(authenticate);
    NegTokenResp { neg_state, supported_mech: None, response_token, mech_list_mic: None }.to_bytes().unwrap()
}

/// Plays somebody with a password that nobody has.
fn log_on<E>(user: &str, mut server: impl FnMut(&[u8]) -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
    let mut client = our_client("", user, "whatever");
    let answer = server(&init(token(client.step(&[]))))?;
    let challenge = NegTokenResp::from_bytes(&answer).unwrap().response_token.unwrap();
    server(&last(token(client.step(&challenge))))
}

#[test]
fn a_user_of_the_name_guest_behind_a_slash_is_nobody() {
    let mut ours = our_server();
    let refused = log_on("/GUEST", |sent| ours.step(sent).map(|step| token(Ok(step))));
    assert_eq!(refused, Err(AuthError::UnknownAccount));
    assert_eq!(ours.principal(), None);

    let (mut server, mut handle) = library_server();
    let mut statuses = Vec::new();
    let mut library = |sent: &[u8]| {
        let (status, answer) = accept(&mut server, &mut handle, sent)?;
        statuses.push(status);
        Ok::<_, sspi::Error>(answer)
    };
    assert!(log_on("/GUEST", &mut library).is_ok());
    assert_eq!(statuses, [SecurityStatus::ContinueNeeded, SecurityStatus::Ok]);
    assert_eq!(server.query_context_names().unwrap().username.inner(), "/GUEST");

    let (mut server, mut handle) = library_server();
    let mallory = log_on("mallory", |sent| accept(&mut server, &mut handle, sent).map(|(_, answer)| answer));
    assert!(mallory.is_err(), "it is the name alone");
}
