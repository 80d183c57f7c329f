use sspi::SecurityStatus;
use sspi::Sspi;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::ntlm;
use winrm_harness::codec::Decode;

use crate::support::accept;
use crate::support::identity;
use crate::support::initiate;
use crate::support::now_s;
use crate::support::our_acceptor;
use crate::support::our_client;
use crate::support::panics;
use crate::support::token;

/// A change to a whole AUTHENTICATE that leaves nothing of what proves the password.
type Forgery = fn(&mut [u8]);

/// Clears NTLMSSP_NEGOTIATE_TARGET_INFO.
fn without_target_info(authenticate: &mut [u8]) {
    authenticate[62] &= !0x80;
}

/// Gives MsvAvFlags, whose bit 2 promises a MIC, another value.
fn set_av_flags(authenticate: &mut [u8], flags: u8) {
    let promise = [6, 0, 4, 0, 2, 0, 0, 0];
    let place = authenticate.windows(promise.len()).position(|window| window == promise).unwrap();
    authenticate[place + 4] = flags;
}

fn zero_proof(authenticate: &mut [u8]) {
    let offset = u32::from_le_bytes(authenticate[24..28].try_into().unwrap());
    let offset = usize::try_from(offset).unwrap();
    authenticate[offset..offset + 16].fill(0);
}

/// User, domain and what is done to the message of somebody who does not know the password.
const FORGERIES: [(&str, &str, Forgery); 4] = [
    ("DOM", "alice", without_target_info),
    ("DOM", "alice", |message| set_av_flags(message, 0)),
    ("DOM", "alice", |message| set_av_flags(message, 6)),
    ("NOPE", "nobody", |message| {
        set_av_flags(message, 0);
        zero_proof(message);
    }),
];

/// The name that the library's acceptor believes.
fn library_believes(domain: &str, user: &str, forgery: Forgery) -> sspi::Result<String> {
    let mut server = sspi::Ntlm::new();
    let mut credentials = Some(sspi::AuthIdentityBuffers::from(identity("DOM\\alice", "wonderland")));
    let mut client = our_client(domain, user, "wrong");
    let (_, challenge) = accept(&mut server, &mut credentials, &token(client.step(&[])))?;
    let mut authenticate = token(client.step(&challenge));
    forgery(&mut authenticate);
    let (status, _) = accept(&mut server, &mut credentials, &authenticate)?;
    assert_eq!(status, SecurityStatus::CompleteNeeded);
    server.complete_auth_token(&mut [])?;
    Ok(server.query_context_names()?.username.inner().to_owned())
}

fn ours_says(domain: &str, user: &str, forgery: Forgery) -> Result<Step, AuthError> {
    let mut server = our_acceptor("alice", "wonderland");
    let mut client = our_client(domain, user, "wrong");
    let challenge = token(server.step(&token(client.step(&[]))));
    let mut authenticate = token(client.step(&challenge));
    forgery(&mut authenticate);
    server.step(&authenticate)
}

#[test]
fn a_wrong_password_is_refused_also_where_nothing_promises_a_mic() {
    for (domain, user, forgery) in FORGERIES {
        let refused = if user == "alice" { AuthError::WrongPassword } else { AuthError::UnknownAccount };
        assert_eq!(ours_says(domain, user, forgery), Err(refused));
        let believed = library_believes(domain, user, forgery).unwrap();
        assert!(believed.contains(user), "{believed}");
    }
    let honest = library_believes("DOM", "alice", |_| ());
    assert_eq!(honest.unwrap_err().error_type, sspi::ErrorKind::LogonDenied);
}

/// A NEGOTIATE that offers both character sets and LM_KEY.
const NEGOTIATE: [u8; 40] = *b"NTLMSSP\0\x01\0\0\0\xB7\x82\x08\xE2\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0A\0\x7C\x4F\0\0\0\x0F";

fn library_challenge() -> ntlm::Challenge {
    let mut credentials = Some(sspi::AuthIdentityBuffers::from(identity("DOM\\alice", "wonderland")));
    let (_, challenge) = accept(&mut sspi::Ntlm::new(), &mut credentials, &NEGOTIATE).unwrap();
    ntlm::Challenge::from_bytes(&challenge).unwrap()
}

fn our_challenge() -> ntlm::Challenge {
    let challenge = token(our_acceptor("alice", "wonderland").step(&NEGOTIATE));
    ntlm::Challenge::from_bytes(&challenge).unwrap()
}

#[test]
fn a_challenge_chooses_one_character_set_and_says_what_its_target_is() {
    const UNICODE_OEM_LM_KEY: u32 = 0x83;
    const TARGET_TYPE_DOMAIN_SERVER: u32 = 0x3_0000;
    let (ours, library) = (our_challenge(), library_challenge());
    assert_eq!(ours.flags.0 & UNICODE_OEM_LM_KEY, 1);
    assert_eq!(ours.flags.0 & TARGET_TYPE_DOMAIN_SERVER, 0x2_0000);
    let name = |challenge: &ntlm::Challenge| {
        let pairs = challenge.target_info.clone().unwrap();
        pairs.find(ntlm::AvId::NETBIOS_COMPUTER_NAME).unwrap().to_vec()
    };
    assert_eq!(name(&ours), b"H\0O\0S\0T\0");
    assert_eq!(library.flags.0 & UNICODE_OEM_LM_KEY, UNICODE_OEM_LM_KEY);
    assert_eq!(library.flags.0 & TARGET_TYPE_DOMAIN_SERVER, 0);
    assert_eq!(name(&library), b"");
}

#[test]
fn the_timestamp_of_a_challenge_is_the_time() {
    let timestamp = |challenge: &ntlm::Challenge| {
        let pairs = challenge.target_info.clone().unwrap();
        ntlm::FileTime(u64::from_le_bytes(pairs.find(ntlm::AvId::TIMESTAMP).unwrap().try_into().unwrap()))
    };
    assert_eq!(timestamp(&our_challenge()), ntlm::FileTime::from_unix_seconds(1));
    let before = now_s();
    let library = timestamp(&library_challenge());
    let late_by_61 =
        ntlm::FileTime::from_unix_seconds(before - 61)..ntlm::FileTime::from_unix_seconds(now_s() - 60);
    assert!(late_by_61.contains(&library), "{library:?}");
}

/// Has 32 octets after the prefix, and no boundary of a character at the second of them.
fn password_of_odd_characters() -> String {
    format!("$NTLM$:a{}b", "é".repeat(15))
}

#[test]
fn a_password_that_begins_like_a_hash_is_a_password() {
    let password = password_of_odd_characters();
    let mut server = our_acceptor("alice", &password);
    let mut client =
        ntlm::Initiator::new(ntlm::Credential::password("DOM", "alice", &password), None).unwrap();
    let challenge = token(server.step(&token(client.step(&[]))));
    let authenticate = token(client.step(&challenge));
    assert_eq!(server.step(&authenticate), Ok(Step::Complete(None)));

    assert!(panics(|| sspi::NtlmHash::try_from(password.strip_prefix("$NTLM$:").unwrap())));
    assert!(panics(|| library_logs_on_with(&password)));
}

/// What the library takes for a hash. It is that of no password here.
const HASH_AS_PASSWORD: &str = "$NTLM$:00112233445566778899aabbccddeeff";

fn library_logs_on_with(password: &str) -> Result<Step, AuthError> {
    let mut server = our_acceptor("alice", password);
    let mut client = sspi::Ntlm::with_config(crate::support::ntlm_config());
    let mut credentials = Some(sspi::AuthIdentityBuffers::from(identity("DOM\\alice", password)));
    let negotiate = initiate(&mut client, &mut credentials, &[]).unwrap();
    let challenge = token(server.step(&negotiate));
    server.step(&initiate(&mut client, &mut credentials, &challenge).unwrap())
}

/// Whoever has that password can't log on by the library, which takes it for the hash of another.
#[test]
fn a_password_that_looks_like_a_hash_has_no_second_meaning() {
    let mut server = our_acceptor("alice", HASH_AS_PASSWORD);
    let credential = ntlm::Credential::password("DOM", "alice", HASH_AS_PASSWORD);
    let mut client = ntlm::Initiator::new(credential, None).unwrap();
    let challenge = token(server.step(&token(client.step(&[]))));
    assert_eq!(server.step(&token(client.step(&challenge))), Ok(Step::Complete(None)));
    assert_eq!(library_logs_on_with(HASH_AS_PASSWORD), Err(AuthError::WrongPassword));
    assert_eq!(library_logs_on_with("wonderland"), Ok(Step::Complete(None)));
}

/// Ours has nothing to leave out: the credential is an argument of its constructor.
#[test]
fn a_client_without_credential_is_a_typed_error() {
    let nobody = ntlm::Credential::password("", "", "");
    assert_eq!(ntlm::Initiator::new(nobody, None).unwrap_err(), AuthError::Anonymous);
    let mut client = sspi::Ntlm::with_config(crate::support::ntlm_config());
    let negotiate = initiate(&mut client, &mut None, &[]).unwrap();
    let challenge = token(our_acceptor("alice", "wonderland").step(&negotiate));
    assert!(panics(|| initiate(&mut client, &mut None, &challenge)));
}
