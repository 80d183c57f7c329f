//! Tokens that nobody sends in good faith. None panics, none is accepted.

use proptest::prelude::*;

use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::der::explicit;
use crate::auth::negotiate::tests::acceptor_of_ntlm;
use crate::auth::negotiate::tests::inner_fixed;
use crate::auth::negotiate::toy::Side;
use crate::auth::negotiate::toy::Toy;
use crate::auth::negotiate::toy::token;
use crate::auth::negotiate::*;
use crate::auth::ntlm;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::TOKEN_BYTES_MAX;

fn server() -> Acceptor {
    let kerberos = Toy::boxed(MechType::KERBEROS, Side::Acceptor, 2);
    let ntlm = Box::new(acceptor_of_ntlm());
    Acceptor::new(Mechanisms::new(vec![(MechType::KERBEROS, kerberos), (MechType::NTLM, ntlm)]))
}

/// A first token of any SPNEGO fields.
fn init_of(fields: &[u8]) -> Vec<u8> {
    let name = element(Tag::OBJECT_IDENTIFIER, MechType::SPNEGO.as_octets());
    let choice = explicit(Tag::context(0), Tag::SEQUENCE, fields);
    element(Tag::APPLICATION_0, &[name, choice].concat())
}

fn malformed(token: &[u8]) -> CodecError {
    match server().step(token) {
        Err(AuthError::Malformed(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// The shortest of these made a well-known acceptor panic; the last is a whole AP-REQ as far as its frame goes.
#[test]
fn what_makes_other_acceptors_panic_is_a_typed_error() {
    for token in [&b"\x60\x82"[..], b"\x60\x00", b"\xA1\x07\x30\x05\xA0\x03\x0A\x01\x00"] {
        malformed(token);
    }
    let frame = [&b"\x06\x09"[..], MechType::KERBEROS.as_octets(), b"\x01\x00", &[0x6E; 700]].concat();
    let ap_req = element(Tag::APPLICATION_0, &frame);
    assert_eq!(sniff(&ap_req), FirstToken::Kerberos);
    assert_eq!(server().step(&ap_req), Err(AuthError::WrongPassword));
    assert_eq!(Acceptor::new(acceptor_of_ntlm()).step(&ap_req), Err(AuthError::NoCommonMechanism));
}

/// The name with which another acceptor lets everybody in.
#[test]
fn a_user_of_the_name_guest_behind_a_slash_is_nobody() {
    for domain in ["", "HOST"] {
        let credential = ntlm::Credential::password(domain, "/GUEST", "whatever");
        let given = ntlm::FixedGiven::new([0xAA; 8], ntlm::ExportedSessionKey([0x55; 16]));
        let mut client = Initiator::fixed(ntlm::FixedInitiator::new(credential, given));
        let mut server = server();
        let Ok(Step::Continue(init)) = client.step(&[]) else { panic!("a NegTokenInit") };
        let Ok(Step::Continue(challenge)) = server.step(&init) else { panic!("a CHALLENGE") };
        let Ok(Step::Continue(authenticate)) = client.step(&challenge) else { panic!("an AUTHENTICATE") };
        assert_eq!(server.step(&authenticate), Err(AuthError::UnknownAccount));
        assert_eq!(server.principal(), None);
    }
}

#[test]
fn ten_thousand_mechanisms_are_too_many_and_none_too_few() {
    let one = element(Tag::OBJECT_IDENTIFIER, &[1, 2]);
    let list = explicit(Tag::context(0), Tag::SEQUENCE, &one.repeat(10_000));
    assert!(matches!(malformed(&init_of(&list)), CodecError::TooLong { field: "mechTypes", .. }));
    let none = explicit(Tag::context(0), Tag::SEQUENCE, &[]);
    assert_eq!(malformed(&init_of(&none)), CodecError::Missing { field: "mechTypes" });
    assert_eq!(malformed(&init_of(&[])), CodecError::Missing { field: "mechTypes" });
}

#[test]
fn elements_inside_elements_without_end_are_refused_at_the_first_that_has_no_place() {
    let nested = (0..10_000).fold(Vec::new(), |inner: Vec<u8>, _| {
        // Only the outermost is opened, so the length of the others need not be kept right.
        [&[0x30, 0x80], inner.get(..inner.len().min(40_000)).unwrap()].concat()
    });
    let list = explicit(Tag::context(0), Tag::SEQUENCE, &nested);
    assert!(matches!(malformed(&init_of(&list)), CodecError::BadValue { field: "mechTypes", .. }));
    malformed(&nested);
}

#[test]
fn a_token_on_the_bound_is_read_and_one_past_it_is_not() {
    let init = |mech_token: Vec<u8>| {
        let mech_types = MechTypes(vec![MechType::NTLM]);
        let mech_token = Some(mech_token);
        let init = NegTokenInit { mech_types, req_flags: None, mech_token, hints: None, mech_list_mic: None };
        init.to_bytes().unwrap()
    };
    let overhead = init(vec![0; 60_000]).len() - 60_000;
    let fitting = init(vec![0; TOKEN_BYTES_MAX - overhead]);
    assert_eq!(fitting.len(), TOKEN_BYTES_MAX);
    assert!(matches!(server().step(&fitting), Err(AuthError::UnexpectedToken { .. })));
    let len = TOKEN_BYTES_MAX + 1;
    let too_long = Err(AuthError::TokenTooLong { len, len_max: TOKEN_BYTES_MAX });
    assert_eq!(server().step(&init(vec![0; len - overhead])), too_long);
    let mut client = Initiator::fixed(inner_fixed());
    client.step(&[]).unwrap();
    assert_eq!(client.step(&vec![0; len]), too_long);
}

/// The tokens of a genuine handshake: those to the server and those to the client.
fn genuine() -> [Vec<Vec<u8>>; 2] {
    let (mut client, mut server) = (client(), server_of_ntlm());
    let mut sent = [Vec::new(), Vec::new()];
    let mut step = client.step(&[]).unwrap();
    for index in 0..6 {
        let (Step::Continue(token) | Step::Complete(Some(token))) = step else { break };
        sent[index % 2].push(token.clone());
        step = if index % 2 == 0 { server.step(&token).unwrap() } else { client.step(&token).unwrap() };
    }
    sent
}

fn client() -> Initiator {
    let kerberos = Toy::boxed(MechType::KERBEROS, Side::Initiator, 2);
    let ntlm = Box::new(inner_fixed());
    Initiator::offering(vec![(MechType::KERBEROS, kerberos), (MechType::NTLM, ntlm)])
}

fn server_of_ntlm() -> Acceptor {
    Acceptor::new(acceptor_of_ntlm())
}

/// Plays tokens; says whether all of them were taken, and looks at what has to hold after an error.
fn play(context: &mut dyn SecurityContext, tokens: &[Vec<u8>]) -> bool {
    for token in tokens {
        if context.step(token).is_err() {
            assert_eq!(context.step(token), Err(AuthError::Finished));
            assert_eq!((context.principal(), context.established()), (None, None));
            assert!(context.seal(&mut b"late".to_vec()).is_err());
            return false;
        }
    }
    context.established().is_some()
}

#[test]
fn the_genuine_tokens_are_taken_by_both() {
    let [to_server, to_client] = genuine();
    assert_eq!((to_server.len(), to_client.len()), (3, 3));
    assert!(play(&mut server_of_ntlm(), &to_server));
    let with_start: Vec<_> = std::iter::once(Vec::new()).chain(to_client).collect();
    assert!(play(&mut client(), &with_start));
}

proptest! {
    #[test]
    fn any_octets_are_a_typed_error_or_a_step(tokens in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..4)) {
        play(&mut server(), &tokens);
        let with_start: Vec<_> = std::iter::once(Vec::new()).chain(tokens).collect();
        prop_assert!(!play(&mut client(), &with_start));
    }

    /// All but the states of the client, which say nothing, is under a MIC of the list or of NTLM.
    #[test]
    fn a_spoiled_token_is_refused_by_the_server_or_had_nothing_in_it(
        which in 0..3_usize, place in any::<prop::sample::Index>(), mask in 1..=255_u8,
    ) {
        let [mut to_server, _] = genuine();
        let token = &mut to_server[which];
        let place = place.index(token.len());
        token[place] ^= mask;
        if play(&mut server_of_ntlm(), &to_server) {
            let original = &genuine()[0][which];
            prop_assert!(says_the_same(&to_server[which], original), "{which} {place} {mask}");
        }
    }

    #[test]
    fn a_spoiled_token_is_refused_by_the_client_or_had_nothing_in_it(
        which in 0..3_usize, place in any::<prop::sample::Index>(), mask in 1..=255_u8,
    ) {
        let [_, mut to_client] = genuine();
        let token = &mut to_client[which];
        let place = place.index(token.len());
        token[place] ^= mask;
        let with_start: Vec<_> = std::iter::once(Vec::new()).chain(to_client.clone()).collect();
        let mut client = client();
        // What was done to the CHALLENGE is the server's to notice: NTLM's MIC covers it, not ours.
        let is_inside = which == 1;
        if play(&mut client, &with_start) && !is_inside {
            let original = &genuine()[1][which];
            prop_assert!(says_the_same(&to_client[which], original), "{which} {place} {mask}");
        }
    }
}

/// Whether two tokens differ in nothing but the sender's state, or in the token of a mechanism that was not chosen.
fn says_the_same(changed: &[u8], original: &[u8]) -> bool {
    match (NegTokenResp::from_bytes(changed), NegTokenResp::from_bytes(original)) {
        (Ok(changed), Ok(original)) => NegTokenResp { neg_state: original.neg_state, ..changed } == original,
        _ => match (NegTokenInit::from_bytes(changed), NegTokenInit::from_bytes(original)) {
            (Ok(changed), Ok(original)) => {
                NegTokenInit { mech_token: original.mech_token.clone(), ..changed } == original
            }
            _ => false,
        },
    }
}

#[test]
fn the_toys_first_token_is_what_is_sniffed_as_kerberos() {
    assert_eq!(sniff(&token(&MechType::KERBEROS, 0)), FirstToken::Kerberos);
}
