//! Neither role of SPNEGO completes a negotiation that the peer does not prove, and two that complete agree.
//!
//! The first octet of an input says what the rest is: tokens for an acceptor, tokens for an initiator, or changes to the
//! tokens of a genuine handshake while they cross. Everything is fixed, so there is one genuine proof in each direction.

use winrm_harness::auth::AuthError;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::negotiate::Acceptor;
use winrm_harness::auth::negotiate::Initiator;
use winrm_harness::auth::negotiate::ListMicPolicy;
use winrm_harness::auth::negotiate::MechType;
use winrm_harness::auth::negotiate::Mechanisms;
use winrm_harness::auth::negotiate::Offer;
use winrm_harness::auth::ntlm;

use crate::allocation::within;
use crate::oracles::auth_ntlm_accept::acceptor;
use crate::oracles::auth_ntlm_accept::client;
use crate::oracles::auth_ntlm_accept::genuine;
use crate::oracles::auth_ntlm_accept::tokens_of;

/// Octets that a context may allocate for each octet of input.
const FACTOR: usize = 32;
/// Tokens of one handshake; more than any genuine one has.
const TOKENS_MAX: usize = 10;
const PASSWORD: &str = "wonderland";

/// What makes the two ends, so that a test can show careless ones being found.
pub trait Ends {
    /// A server that demands MICs by a policy.
    fn server(&self, policy: ListMicPolicy) -> Box<dyn SecurityContext>;
    /// A client that offers something.
    fn client(&self, offer: Offer) -> Box<dyn SecurityContext>;
}

/// Those of the harness.
#[derive(Debug, Clone, Copy)]
pub struct Harness;

impl Ends for Harness {
    fn server(&self, policy: ListMicPolicy) -> Box<dyn SecurityContext> {
        let ntlm = Box::new(acceptor(ntlm::AcceptorPolicy::default()));
        Box::new(Acceptor::new(Mechanisms::new(vec![(MechType::NTLM, ntlm)]).with_list_mic(policy)))
    }

    fn client(&self, offer: Offer) -> Box<dyn SecurityContext> {
        Box::new(Initiator::fixed(client(PASSWORD)).with_offer(offer))
    }
}

/// The oracle.
pub fn auth_negotiate_step(input: &[u8]) {
    judge(input, &Harness);
}

/// The oracle over any ends.
pub fn judge(input: &[u8], ends: &dyn Ends) {
    let Some((mode, rest)) = input.split_first() else { return };
    let offer = if mode & 4 == 0 { Offer::Ntlm } else { Offer::KerberosThenNtlm };
    let policy = match mode & 8 {
        0 => ListMicPolicy::UnlessClientsFavourite,
        _ => ListMicPolicy::UnlessFavouriteOfBoth,
    };
    match mode % 4 {
        0 => judge_acceptor(rest, ends.server(policy).as_mut()),
        1 => judge_initiator(rest, offer, ends),
        _ => judge_handshake(rest, ends.client(offer).as_mut(), ends.server(policy).as_mut()),
    }
}

/// Only tokens that hold those of the genuine client to the octet complete an acceptor.
fn judge_acceptor(rest: &[u8], server: &mut dyn SecurityContext) {
    let tokens = tokens_of(rest);
    if within(FACTOR, rest.len(), || is_complete(&tokens, server)) {
        let genuine = genuine();
        assert!(
            came(&tokens, &genuine.first) && came(&tokens, &genuine.third),
            "an acceptor is complete without the genuine tokens"
        );
    }
}

/// Only tokens that hold the server's signature over the list complete an initiator.
fn judge_initiator(rest: &[u8], offer: Offer, ends: &dyn Ends) {
    let tokens: Vec<&[u8]> = std::iter::once(&[][..]).chain(tokens_of(rest)).collect();
    let mut client = ends.client(offer);
    if within(FACTOR, rest.len(), || is_complete(&tokens, client.as_mut())) {
        assert!(came(&tokens, &genuine_mic(offer)), "an initiator is complete without the server's MIC");
    }
}

fn came(tokens: &[&[u8]], wanted: &[u8]) -> bool {
    tokens.iter().any(|token| token.windows(wanted.len()).any(|window| window == wanted))
}

/// The signature at the end of the server's last token. It depends on the list and on the session's key, which the
/// client chose, and on nothing of the server's.
fn genuine_mic(offer: Offer) -> Vec<u8> {
    let mut client = Harness.client(offer);
    let mut server = Harness.server(ListMicPolicy::default());
    let Some(last) = handshake(client.as_mut(), server.as_mut(), |_, _| {}) else {
        panic!("the genuine handshake is refused")
    };
    last.get(last.len().saturating_sub(ntlm::SIGNATURE_LEN)..).unwrap_or_default().to_vec()
}

/// Plays the tokens to the end. Looks at what must hold in between and behind an error.
fn is_complete(tokens: &[&[u8]], context: &mut dyn SecurityContext) -> bool {
    for token in tokens {
        assert_eq!(context.established(), None, "something is proved before the end");
        assert!(context.seal(&mut b"early".to_vec()).is_err(), "messages are sealed before the end");
        match context.step(token) {
            Ok(Step::Continue(_)) => {}
            Ok(Step::Complete(_)) => return true,
            Err(_) => {
                assert_eq!(context.step(token), Err(AuthError::Finished), "a dead context takes a token");
                assert_eq!((context.principal(), context.established()), (None, None));
                assert!(context.seal(&mut b"late".to_vec()).is_err(), "a dead context seals");
                return false;
            }
        }
    }
    false
}

/// Each three octets change one token: which, where, and the mask; a mask of 0 cuts the token there.
fn judge_handshake(rest: &[u8], client: &mut dyn SecurityContext, server: &mut dyn SecurityContext) {
    let changes: Vec<[u8; 3]> = rest.as_chunks::<3>().0.iter().take(4).copied().collect();
    let complete = handshake(client, server, |index, token| {
        for [_, offset, mask] in changes.iter().filter(|[which, ..]| usize::from(*which) == index) {
            let offset = usize::from(*offset) % token.len().max(1);
            match token.get_mut(offset) {
                Some(octet) if *mask != 0 => *octet ^= mask,
                _ => token.truncate(offset),
            }
        }
    });
    if complete.is_none() {
        assert!(!changes.is_empty(), "the genuine handshake is refused");
        return;
    }
    let mut message = b"secret".to_vec();
    let Ok(header) = client.seal(&mut message) else { panic!("a complete client does not seal") };
    assert_eq!(
        server.unseal(&header, &mut message),
        Ok(()),
        "two that are complete do not understand each other"
    );
    assert_eq!(message, b"secret", "a message changed when it was sealed and unsealed");
}

/// Hands tokens to and fro; `None` if somebody refuses one. The last token otherwise.
fn handshake(
    client: &mut dyn SecurityContext,
    server: &mut dyn SecurityContext,
    mut change: impl FnMut(usize, &mut Vec<u8>),
) -> Option<Vec<u8>> {
    let mut last = Vec::new();
    let mut step = client.step(&[]).ok()?;
    for index in 0..TOKENS_MAX {
        let (Step::Continue(mut token) | Step::Complete(Some(mut token))) = step else {
            let both = client.established().is_some() && server.established().is_some();
            return both.then_some(last);
        };
        change(index, &mut token);
        step = if index % 2 == 0 { server.step(&token) } else { client.step(&token) }.ok()?;
        last = token;
    }
    panic!("the handshake does not end");
}
