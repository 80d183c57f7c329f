//! Nobody logs on who does not prove the password, whatever tokens he sends; and after an error nothing works.
//!
//! The acceptor has a fixed nonce and the one account, so there is exactly one genuine exchange, whose MIC covers all
//! of its tokens. The first octet of an input says what the rest is: tokens for the acceptor of NTLM, tokens for that of
//! `Negotiate`, changes to the fields of the genuine AUTHENTICATE, or somebody who has the wrong password or breaks a
//! rule.

use winrm_harness::auth::AuthError;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::ntlm;
use winrm_harness::auth::ntlm::Authenticate;
use winrm_harness::auth::ntlm::Misbehaviour;
use winrm_harness::auth::ntlm::NegotiateFlags;
use winrm_harness::auth::ntlm::Tail;
use winrm_harness::auth::ntlm::WireText;
use winrm_harness::codec::Decode;
use winrm_harness::codec::Encode;

use crate::allocation::within;

/// Octets that an acceptor may allocate for each octet of input.
const FACTOR: usize = 32;
/// Tokens of one exchange; more than any genuine one has.
const TOKENS_MAX: usize = 5;
const PASSWORD: &str = "wonderland";

/// What makes a server, so that a test can show a careless one being found.
pub type Server = dyn Fn() -> ntlm::Acceptor;

/// The two tokens of the genuine client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genuine {
    /// NEGOTIATE.
    pub first: Vec<u8>,
    /// AUTHENTICATE.
    pub third: Vec<u8>,
}

/// The oracle.
pub fn auth_ntlm_accept(input: &[u8]) {
    judge(input, &|| acceptor(ntlm::AcceptorPolicy::default()));
}

/// The oracle over any server.
pub fn judge(input: &[u8], server: &Server) {
    let Some((mode, rest)) = input.split_first() else { return };
    match mode % 4 {
        0 => judge_tokens(rest, &mut server()),
        1 => judge_tokens(rest, &mut negotiate::Acceptor::new(server())),
        2 => judge_fields(rest, server),
        _ => judge_client(rest, server),
    }
}

/// A server with a known nonce.
#[must_use]
pub fn acceptor(policy: ntlm::AcceptorPolicy) -> ntlm::Acceptor {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", PASSWORD)]);
    let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
    ntlm::Acceptor::new(accounts, ntlm::ServerNames::workgroup("HOST"), policy, given)
}

/// A client whose every octet is known.
#[must_use]
pub fn client(password: &str) -> ntlm::FixedInitiator {
    let key = ntlm::ExportedSessionKey([0x55; 16]);
    let credential = ntlm::Credential::password("", "alice", password);
    ntlm::FixedInitiator::new(credential, ntlm::FixedGiven::new([0xAA; 8], key))
}

/// The exchange that the server has to accept.
#[must_use]
pub fn genuine() -> Genuine {
    let (mut client, mut server) = (client(PASSWORD), acceptor(ntlm::AcceptorPolicy::default()));
    let first = token(client.step(&[]));
    let challenge = token(server.step(&first));
    let third = token(client.step(&challenge));
    Genuine { first, third }
}

/// Tokens in the spelling of an input: each behind its length in two octets.
#[must_use]
pub fn input_of(mode: u8, tokens: &[&[u8]]) -> Vec<u8> {
    let mut input = vec![mode];
    for token in tokens {
        input.extend_from_slice(&u16::try_from(token.len()).unwrap_or(u16::MAX).to_be_bytes());
        input.extend_from_slice(token);
    }
    input
}

fn token(step: Result<Step, AuthError>) -> Vec<u8> {
    match step {
        Ok(Step::Continue(token) | Step::Complete(Some(token))) => token,
        other => panic!("a genuine exchange has another token here: {other:?}"),
    }
}

/// The reverse of [`input_of`], as far as it goes.
pub(crate) fn tokens_of(mut input: &[u8]) -> Vec<&[u8]> {
    let mut tokens = Vec::new();
    while let Some((len, rest)) = input.split_first_chunk::<2>() {
        let len = usize::from(u16::from_be_bytes(*len)).min(rest.len());
        let (token, rest) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        tokens.push(token);
        input = rest;
        if tokens.len() == TOKENS_MAX {
            break;
        }
    }
    tokens
}

/// Only tokens that hold the genuine ones to the octet may complete a context.
fn judge_tokens(rest: &[u8], server: &mut dyn SecurityContext) {
    let tokens = tokens_of(rest);
    if within(FACTOR, rest.len(), || is_accepted(&tokens, server)) {
        let genuine = genuine();
        let came = |wanted: &[u8]| {
            tokens.iter().any(|token| token.windows(wanted.len()).any(|window| window == wanted))
        };
        assert!(came(&genuine.first) && came(&genuine.third), "accepted without the genuine tokens");
    }
}

/// Plays the tokens to the end. Looks at what must hold in between and behind an error.
fn is_accepted(tokens: &[&[u8]], server: &mut dyn SecurityContext) -> bool {
    for token in tokens {
        assert_eq!(server.principal(), None, "somebody is known before the proof");
        assert!(server.seal(&mut b"early".to_vec()).is_err(), "messages are sealed before the proof");
        match server.step(token) {
            Ok(Step::Continue(_)) => {}
            Ok(Step::Complete(_)) => {
                assert_eq!(server.principal().map(|principal| principal.user.as_str()), Some("alice"));
                return true;
            }
            Err(_) => {
                judge_dead(server);
                return false;
            }
        }
    }
    false
}

fn judge_dead(server: &mut dyn SecurityContext) {
    let genuine = genuine();
    assert_eq!(server.step(&genuine.first), Err(AuthError::Finished), "a dead context takes a token");
    assert_eq!(server.step(&genuine.third), Err(AuthError::Finished), "a dead context takes a token");
    assert_eq!(server.principal(), None, "a dead context knows somebody");
    assert!(server.seal(&mut b"late".to_vec()).is_err(), "a dead context seals");
    assert!(server.unseal(&[0; 16], &mut b"late".to_vec()).is_err(), "a dead context unseals");
}

/// The genuine AUTHENTICATE with other fields. Its layout may be spelled anew; its content may not differ.
fn judge_fields(rest: &[u8], server: &Server) {
    let genuine = genuine();
    let mut message = match Authenticate::from_bytes(&genuine.third) {
        Ok(message) => message,
        Err(error) => panic!("the genuine token is not decoded: {error}"),
    };
    for change in rest.as_chunks::<3>().0.iter().take(8) {
        change_field(&mut message, *change);
    }
    let Ok(changed) = message.to_bytes() else { return };
    assert_eq!(
        Authenticate::from_bytes(&changed),
        Ok(message),
        "a token changed when it was encoded and decoded"
    );
    let accepted = is_accepted(&[&genuine.first, &changed], &mut server());
    assert_eq!(accepted, changed == genuine.third, "accepted is not the same as genuine");
}

/// Which field, where in it, and the mask; a mask of 0 cuts the field there.
fn change_field(message: &mut Authenticate, [field, offset, mask]: [u8; 3]) {
    let offset = usize::from(offset);
    let text = |name: &mut WireText| {
        let mut octets = name.as_octets().to_vec();
        change_octets(&mut octets, offset, mask);
        *name = WireText::from_octets(&octets);
    };
    match field % 6 {
        0 => change_octets(&mut message.lm_response, offset, mask),
        1 => change_octets(&mut message.nt_response, offset, mask),
        2 => text(&mut message.domain),
        3 => text(&mut message.user),
        4 => text(&mut message.workstation),
        _ => change_tail(&mut message.tail, offset, mask),
    }
}

/// The key, the MIC and, for the other offsets, the flags.
fn change_tail(tail: &mut Tail, offset: usize, mask: u8) {
    match (tail, offset) {
        (Tail::Flags(key, _) | Tail::Version(key, ..) | Tail::Mic(key, ..), 0..16) => {
            change_octets(key, offset, mask);
        }
        (Tail::Mic(.., mic), 16..32) => {
            if let Some(octet) = mic.get_mut(offset.saturating_sub(16)) {
                *octet ^= mask;
            }
        }
        (Tail::Flags(_, flags) | Tail::Version(_, flags, _) | Tail::Mic(_, flags, ..), _) => {
            let shift = u32::try_from(offset % 32).unwrap_or_default();
            *flags = NegotiateFlags(flags.0 ^ u32::from(mask).wrapping_shl(shift));
        }
        (Tail::None, _) => {}
    }
}

fn change_octets(octets: &mut Vec<u8>, offset: usize, mask: u8) {
    let offset = offset % octets.len().max(1);
    if mask == 0 {
        octets.truncate(offset);
    } else if let Some(octet) = octets.get_mut(offset) {
        *octet ^= mask;
    }
}

/// A client of our own that breaks one rule, with a password that is the rest of the input.
fn judge_client(rest: &[u8], server: &Server) {
    let Some((rule, password)) = rest.split_first() else { return };
    let password = String::from_utf8_lossy(password);
    let mut client = client(&password);
    let is_honest = match misbehaviour(*rule) {
        Some(misbehaviour) => {
            client = client.misbehaving(misbehaviour);
            false
        }
        None => true,
    };
    let mut server = server();
    let first = token(client.step(&[]));
    let Ok(Step::Continue(challenge)) = server.step(&first) else {
        panic!("the genuine first token is refused")
    };
    let Ok(Step::Complete(Some(third))) = client.step(&challenge) else { return };
    let accepted = is_accepted(&[&third], &mut server);
    assert_eq!(accepted, is_honest && password == PASSWORD, "rule {rule} with password {password:?}");
}

/// The rules that break a logon under the default policy when they are broken.
fn misbehaviour(rule: u8) -> Option<Misbehaviour> {
    match rule % 12 {
        0 => None,
        1 => Some(Misbehaviour::OmitMic),
        2 => Some(Misbehaviour::DenyMic),
        3 => Some(Misbehaviour::PromiseMicInVain),
        4 => Some(Misbehaviour::ZeroMic),
        5 => Some(Misbehaviour::CorruptMic),
        6 => Some(Misbehaviour::ClearFlags(NegotiateFlags::SEAL)),
        7 => Some(Misbehaviour::NtlmV1),
        8 => Some(Misbehaviour::LmOnly),
        9 => Some(Misbehaviour::Anonymous),
        10 => Some(Misbehaviour::SessionKeyLength(usize::from(rule / 12))),
        _ => Some(Misbehaviour::ZeroProof),
    }
}
