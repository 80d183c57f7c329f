//! Nobody logs on by Kerberos who has no ticket and its key, and no server passes for one that could not read it.
//!
//! Time, keys and randomness are constants, so there is one genuine request and one genuine answer. The first octet of
//! an input says what the rest is: a token for the acceptor, one for the initiator, changes to what is encrypted in the
//! authenticator or in the ticket, a keytab, or a client that breaks a rule.

use std::sync::Arc;
use std::sync::OnceLock;

use winrm_harness::auth::AuthError;
use winrm_harness::auth::Random;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::kerberos::Key;
use winrm_harness::auth::kerberos::KeyUsage;
use winrm_harness::auth::kerberos::Misbehaviour;

use crate::allocation::within;

/// Octets that a side may allocate for each octet of input.
const FACTOR: usize = 32;
const NOW: u64 = 1_800_000_000;
const AES256: kerberos::EncryptionType = kerberos::EncryptionType::AES256_CTS_HMAC_SHA1_96;
/// Octets at the end of a token that tell it: more than a name has, fewer than any ciphertext.
const TAIL: usize = 64;

/// What makes a server, so that a test can show a careless one being found.
pub type Server = dyn Fn() -> kerberos::Acceptor;

/// The genuine exchange, and what only its sides can read.
pub struct Genuine {
    /// The ticket.
    pub credential: kerberos::Credential,
    /// The AP-REQ.
    pub request: Vec<u8>,
    /// The AP-REP.
    pub answer: Vec<u8>,
    authenticator: Vec<u8>,
    ticket_part: Vec<u8>,
}

/// The oracle.
pub fn auth_kerberos_accept(input: &[u8]) {
    judge(input, &|| acceptor(kerberos::AcceptorPolicy::default()));
}

/// The oracle over any server.
pub fn judge(input: &[u8], server: &Server) {
    let Some((mode, rest)) = input.split_first() else { return };
    match mode % 6 {
        0 => judge_request(rest, server),
        1 => judge_answer(rest),
        2 => judge_authenticator(rest, server),
        3 => judge_ticket(rest, server),
        4 => judge_keytab(rest),
        _ => judge_client(rest, server),
    }
}

/// A server whose clock stands still.
#[must_use]
pub fn acceptor(policy: kerberos::AcceptorPolicy) -> kerberos::Acceptor {
    let entry = kerberos::KeytabEntry {
        principal: name(&["HTTP", "server.example.test"]),
        name_type: kerberos::NameType::SERVICE,
        timestamp: 0,
        version: kerberos::KeyVersion(1),
        key: service_key(),
    };
    let credentials = kerberos::AcceptorCredentials::new(kerberos::Keytab { entries: vec![entry] });
    let given = kerberos::AcceptorGiven { now: now(), random: constant() };
    kerberos::Acceptor::new(Arc::new(credentials), policy, given)
}

/// A client with the genuine ticket.
#[must_use]
pub fn client(misbehaviour: Option<Misbehaviour>) -> kerberos::Initiator {
    let options = kerberos::InitiatorOptions { misbehaviour, ..Default::default() };
    let given = kerberos::InitiatorGiven { now: now(), random: constant() };
    kerberos::Initiator::new(credential(), options, given)
}

/// The exchange that both sides have to accept.
pub fn genuine() -> &'static Genuine {
    static GENUINE: OnceLock<Genuine> = OnceLock::new();
    GENUINE.get_or_init(|| {
        let request = token(client(None).step(&[]));
        let answer = token(acceptor(kerberos::AcceptorPolicy::default()).step(&request));
        let credential = credential();
        let authenticator = opened(&credential.session_key, KeyUsage::AUTHENTICATOR, &request);
        let ticket_part = opened(&service_key(), KeyUsage::TICKET, &credential.ticket);
        Genuine { credential, request, answer, authenticator, ticket_part }
    })
}

fn now() -> kerberos::Time {
    kerberos::Time { unix_s: NOW, micros: 7 }
}

fn constant() -> Random {
    Box::new(|octets: &mut [u8]| octets.fill(7))
}

fn name(components: &[&str]) -> kerberos::PrincipalName {
    let components = components.iter().map(|component| (*component).to_owned()).collect();
    kerberos::PrincipalName { realm: "EXAMPLE.TEST".to_owned(), components }
}

fn service_key() -> Key {
    match Key::new(AES256, &[0x5E; 32]) {
        Ok(key) => key,
        Err(error) => panic!("a key of the right length is refused: {error}"),
    }
}

fn credential() -> kerberos::Credential {
    let service = name(&["HTTP", "server.example.test"]);
    let mint = kerberos::Mint { service, key: service_key(), key_version: Some(1) };
    let ticket =
        kerberos::MintedTicket::new(name(&["alice"]), NOW.saturating_sub(60), NOW.saturating_add(60));
    match mint.strike(&ticket, &mut constant()) {
        Ok(credential) => credential,
        Err(error) => panic!("no ticket is made: {error}"),
    }
}

fn token(step: Result<Step, AuthError>) -> Vec<u8> {
    match step {
        Ok(Step::Continue(token) | Step::Complete(Some(token))) => token,
        other => panic!("a genuine exchange has another token here: {other:?}"),
    }
}

/// What the ciphertext says that ends `octets`.
fn opened(key: &Key, usage: KeyUsage, octets: &[u8]) -> Vec<u8> {
    let tails = (0..octets.len()).filter_map(|start| octets.get(start..));
    let opened = tails.filter_map(|tail| key.decrypt(usage, tail).ok()).next();
    opened.map_or_else(|| panic!("the genuine token ends in no ciphertext"), |opened| opened.to_vec())
}

/// `octets` with the ciphertext of `plaintext` at their end, which had as many octets before.
fn resealed(octets: &[u8], key: &Key, usage: KeyUsage, plaintext: &[u8]) -> Vec<u8> {
    let Ok(cipher) = key.encrypt(usage, [9; 16], plaintext) else { panic!("the key does not encrypt") };
    let start = octets.len().saturating_sub(cipher.len());
    [octets.get(..start).unwrap_or_default(), &cipher].concat()
}

fn has_tail(token: &[u8], genuine: &[u8]) -> bool {
    genuine.len() >= TAIL
        && token.ends_with(genuine.get(genuine.len().saturating_sub(TAIL)..).unwrap_or_default())
}

fn judge_request(token: &[u8], server: &Server) {
    let mut server = server();
    if within(FACTOR, token.len(), || is_accepted(token, &mut server)) {
        let genuine = genuine();
        let ticket =
            genuine.credential.ticket.last_chunk::<TAIL>().map(<[u8; TAIL]>::as_slice).unwrap_or_default();
        let has_ticket = token.windows(TAIL).any(|window| window == ticket);
        assert!(has_ticket && has_tail(token, &genuine.request), "accepted without the genuine request");
    }
}

fn is_accepted(token: &[u8], server: &mut dyn SecurityContext) -> bool {
    assert!(server.seal(&mut b"early".to_vec()).is_err(), "messages are sealed before the proof");
    match server.step(token) {
        Ok(Step::Continue(_)) => panic!("the acceptor has one step"),
        Ok(Step::Complete(_)) => {
            assert_eq!(server.principal().map(|principal| principal.user.as_str()), Some("alice"));
            true
        }
        Err(_) => {
            let again = server.step(&genuine().request);
            assert_eq!(again, Err(AuthError::Finished), "a dead context takes a token");
            assert_eq!(server.principal(), None, "a dead context knows somebody");
            assert!(server.seal(&mut b"late".to_vec()).is_err(), "a dead context seals");
            false
        }
    }
}

fn judge_answer(token: &[u8]) {
    let mut client = client(None);
    let Ok(Step::Continue(_)) = client.step(&[]) else { panic!("the client begins") };
    let accepted = within(FACTOR, token.len(), || client.step(token).is_ok());
    assert!(!accepted || has_tail(token, &genuine().answer), "accepted without the genuine answer");
    assert_eq!(client.established().is_some(), accepted, "established is not the same as accepted");
}

/// Changes of one octet each: where, in two octets, and the mask.
fn changed(plaintext: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut changed = plaintext.to_vec();
    for [high, low, mask] in changes.as_chunks::<3>().0.iter().take(8) {
        let offset = usize::from(u16::from_be_bytes([*high, *low])) % changed.len().max(1);
        if let Some(octet) = changed.get_mut(offset) {
            *octet ^= mask;
        }
    }
    changed
}

/// A client with the right keys may say what it likes, and is still who its ticket says.
fn judge_authenticator(changes: &[u8], server: &Server) {
    let genuine = genuine();
    let plaintext = changed(&genuine.authenticator, changes);
    let key = &genuine.credential.session_key;
    let request = resealed(&genuine.request, key, KeyUsage::AUTHENTICATOR, &plaintext);
    let accepted = is_accepted(&request, &mut server());
    assert!(accepted || plaintext != genuine.authenticator, "the genuine authenticator is refused");
}

fn judge_ticket(changes: &[u8], server: &Server) {
    let genuine = genuine();
    let plaintext = changed(&genuine.ticket_part, changes);
    let ticket = resealed(&genuine.credential.ticket, &service_key(), KeyUsage::TICKET, &plaintext);
    let credential = kerberos::Credential { ticket, ..genuine.credential.clone() };
    let given = kerberos::InitiatorGiven { now: now(), random: constant() };
    let mut client = kerberos::Initiator::new(credential, kerberos::InitiatorOptions::default(), given);
    let accepted = is_accepted(&token(client.step(&[])), &mut server());
    assert!(accepted || plaintext != genuine.ticket_part, "the genuine ticket is refused");
}

fn judge_keytab(file: &[u8]) {
    let Ok(keytab) = within(FACTOR, file.len(), || kerberos::Keytab::parse(file)) else { return };
    let again = keytab.to_bytes().and_then(|file| kerberos::Keytab::parse(&file));
    assert_eq!(again, Ok(keytab), "a keytab changed when it was written and read");
}

fn judge_client(rest: &[u8], server: &Server) {
    let Some(rule) = rest.first() else { return };
    let misbehaviour = misbehaviour(*rule);
    let is_honest = misbehaviour.is_none();
    let accepted = is_accepted(&token(client(misbehaviour).step(&[])), &mut server());
    assert_eq!(accepted, is_honest, "rule {rule}");
}

/// The rules that break a logon under the default policy when they are broken.
fn misbehaviour(rule: u8) -> Option<Misbehaviour> {
    match rule % 11 {
        0 => None,
        1 => Some(Misbehaviour::OmitChecksum),
        2 => Some(Misbehaviour::ChecksumType(i64::from(rule))),
        3 => Some(Misbehaviour::CutChecksum(usize::from(rule / 11))),
        4 => Some(Misbehaviour::OtherClient),
        5 => Some(Misbehaviour::Clock(301)),
        6 => Some(Misbehaviour::CorruptAuthenticator),
        7 => Some(Misbehaviour::CorruptTicket),
        8 => Some(Misbehaviour::UseSessionKey),
        9 => Some(Misbehaviour::NoSealing),
        _ => Some(Misbehaviour::DceStyle),
    }
}
