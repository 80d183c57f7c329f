//! Tokens that were cut, changed or made up.

use std::sync::Arc;
use std::sync::OnceLock;

use proptest::prelude::*;

use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::kerberos::tests::minted::*;
use crate::auth::kerberos::*;

/// A request and the answer to it.
fn exchange() -> &'static (Vec<u8>, Vec<u8>) {
    static EXCHANGE: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    EXCHANGE.get_or_init(|| {
        let request = Minted::default().token(InitiatorOptions::default());
        let Ok(Step::Complete(Some(answer))) = acceptor(AcceptorPolicy::default()).step(&request) else {
            panic!("mutual")
        };
        (request, answer)
    })
}

fn accept(token: &[u8]) -> Result<Step, AuthError> {
    acceptor(AcceptorPolicy::default()).step(token)
}

fn finish(token: &[u8]) -> Result<Step, AuthError> {
    let mut client = Minted::default().initiator(InitiatorOptions::default());
    client.step(&[]).unwrap();
    client.step(token)
}

/// Octets of a token in which some flips change nothing that anybody relies on, by the field they are in. All of them
/// travel in clear, and no key covers them.
fn is_free(token: &[u8], index: usize) -> bool {
    let find = |pattern: &[u8]| token.windows(pattern.len()).position(|window| window == pattern);
    // ap-options but for the two bits that are judged; the kvno of the ticket, which only orders the keys; name-type.
    let options = find(&[0xA2, 7, 3, 5, 0, 0x20]).map(|at| at + 5..at + 9);
    let kvno = find(&[0xA1, 3, 2, 1, 2, 0xA2]).map(|at| at + 4..at + 5);
    let name_type = find(&[0xA0, 3, 2, 1, 2, 0xA1]).map(|at| at + 4..at + 5);
    let unused_bits = find(&[0xA2, 7, 3, 5, 0, 0x20]).map(|at| at + 4..at + 5);
    [options, kvno, name_type, unused_bits].into_iter().flatten().any(|range| range.contains(&index))
}

#[test]
fn every_flipped_bit_of_a_request_is_refused_but_for_those_that_nothing_covers() {
    let (request, _) = exchange();
    for index in 0..request.len() {
        for bit in 0..8 {
            let mut token = request.clone();
            token[index] ^= 1 << bit;
            assert!(accept(&token).is_err() || is_free(request, index) || is_twin(&token), "{index} {bit}");
        }
    }
}

/// Names that are one to us: of another case, and the legacy name of Kerberos, which is one bit away.
fn is_twin(token: &[u8]) -> bool {
    let (request, _) = exchange();
    token.eq_ignore_ascii_case(request) || is_legacy(token)
}

fn is_legacy(token: &[u8]) -> bool {
    const LEGACY: [u8; 11] = [6, 9, 0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 1, 2, 2];
    token.windows(LEGACY.len()).any(|window| window == LEGACY)
}

#[test]
fn every_flipped_bit_of_an_answer_is_refused() {
    let (_, answer) = exchange();
    assert!(finish(answer).is_ok());
    for index in 0..answer.len() {
        for bit in 0..8 {
            let mut token = answer.clone();
            token[index] ^= 1 << bit;
            assert!(finish(&token).is_err() || is_legacy(&token), "{index} {bit}");
        }
    }
}

#[test]
fn every_cut_and_every_octet_more_is_refused() {
    let (request, answer) = exchange();
    for len in 0..request.len() {
        assert!(accept(&request[..len]).is_err(), "{len}");
    }
    for len in 0..answer.len() {
        assert!(finish(&answer[..len]).is_err(), "{len}");
    }
    assert!(accept(&[request, &[0][..]].concat()).is_err());
    assert!(finish(&[answer, &[0][..]].concat()).is_err());
}

#[test]
fn the_plaintexts_are_read_as_warily_as_the_tokens() {
    let (request, _) = exchange();
    let request = ap_req::ApReq::parse(token::unframe(request).unwrap().1).unwrap();
    let opened = |key: Key, usage, cipher: &[u8]| key.decrypt(usage, cipher).unwrap().to_vec();
    let ticket = request.ticket().unwrap().enc_part.cipher;
    let part = opened(service_key(AES256), KeyUsage::TICKET, &ticket);
    let authenticator = opened(session_key(AES256), KeyUsage::AUTHENTICATOR, &request.authenticator.cipher);
    assert!(ticket::EncTicketPart::parse(&part).is_ok());
    assert!(authenticator::Authenticator::parse(&authenticator).is_ok());
    for len in 0..part.len() {
        assert!(ticket::EncTicketPart::parse(&part[..len]).is_err());
    }
    for len in 0..authenticator.len() {
        assert!(authenticator::Authenticator::parse(&authenticator[..len]).is_err());
    }
}

proptest! {
    #[test]
    fn nothing_made_up_is_accepted(token in prop::collection::vec(any::<u8>(), 0..200), framed: bool) {
        let token = if framed { token::frame(token::TokenId::AP_REQ, &token) } else { token };
        prop_assert!(accept(&token).is_err());
        prop_assert!(finish(&token).is_err());
    }

    #[test]
    fn a_spliced_request_is_refused(at in 0_usize..900, other in prop::collection::vec(any::<u8>(), 1..40)) {
        let (request, _) = exchange();
        let mut token = request.clone();
        let at = at % token.len();
        let end = (at + other.len()).min(token.len());
        token.splice(at..end, other);
        let harmless = at < end && (at..end).all(|index| token.get(index) == request.get(index) || is_free(request, index));
        prop_assert!(accept(&token).is_err() || harmless || is_twin(&token));
    }

    #[test]
    fn plaintexts_of_any_octets_are_errors(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(ticket::EncTicketPart::parse(&octets).is_err());
        prop_assert!(authenticator::Authenticator::parse(&octets).is_err());
        prop_assert!(ap_rep::EncApRepPart::parse(&octets).is_err());
        prop_assert!(krb_cred::open(&octets, &[]).is_err());
        prop_assert!(krb_error::KrbError::parse(&octets).is_err());
    }

    #[test]
    fn any_octets_behind_the_version_are_a_keytab_or_an_error(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let keytab = Keytab::parse(&[&[5, 2][..], &octets].concat());
        if let Ok(keytab) = keytab {
            prop_assert!(keytab.entries.len() <= octets.len());
        }
    }
}

/// [MS-KILE 3.4.5] A ticket that somebody may replay in a burst: the cache is shared and looked at under a lock.
#[test]
fn of_many_connections_at_once_one_accepts() {
    let (request, _) = exchange();
    let credentials = Arc::new(AcceptorCredentials::new(keytab()));
    let accepted: usize = std::thread::scope(|scope| {
        let step = || acceptor_of(&credentials, AcceptorPolicy::default(), NOW).step(request).is_ok();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(step)).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(accepted, 1);
}
