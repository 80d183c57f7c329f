//! Whole SPNEGO handshakes, and the round trips of its tokens.

use proptest::prelude::*;
use sspi::Sspi;
use sspi::SspiImpl;

use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::library;
use crate::auth::negotiate::*;
use crate::auth::ntlm;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::SPNEGO_MECH_TYPES_MAX;
use crate::limits::SPNEGO_OID_BYTES_MAX;

const LENGTHS: [usize; 5] = [0, 1, 255, 4096, 500_000];

fn acceptor() -> Acceptor {
    Acceptor::new(acceptor_of_ntlm())
}

pub(super) fn acceptor_of_ntlm() -> ntlm::Acceptor {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", "wonderland")]);
    let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(9) };
    let names = ntlm::ServerNames::workgroup("host");
    ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given)
}

pub(super) fn alice() -> ntlm::Credential {
    ntlm::Credential::password("", "alice", "wonderland")
}

fn by_library() -> Initiator {
    Initiator::new(ntlm::Initiator::new(alice(), None).unwrap())
}

pub(super) fn inner_fixed() -> ntlm::FixedInitiator {
    let given = ntlm::FixedGiven::new([0xAA; 8], ntlm::ExportedSessionKey([0x55; 16]));
    ntlm::FixedInitiator::new(alice(), given)
}

fn fixed() -> Initiator {
    Initiator::fixed(inner_fixed())
}

/// Hands tokens to and fro until both sides are complete; returns how many there were.
pub(super) fn handshake(
    client: &mut dyn SecurityContext,
    server: &mut dyn SecurityContext,
) -> Result<usize, AuthError> {
    let mut step = client.step(&[])?;
    let mut to_server = true;
    for count in 1..10 {
        let (Step::Continue(token) | Step::Complete(Some(token))) = step else { return Ok(count - 1) };
        step = if to_server { server.step(&token)? } else { client.step(&token)? };
        to_server = !to_server;
    }
    panic!("the handshake does not end");
}

pub(super) fn exchange(client: &mut dyn SecurityContext, server: &mut dyn SecurityContext) {
    for len in LENGTHS {
        let plain: Vec<u8> = (0..=255).cycle().take(len).collect();
        let mut message = plain.clone();
        let signature = client.seal(&mut message).unwrap();
        server.unseal(&signature, &mut message).unwrap();
        assert!(message == plain);
        let signature = server.seal(&mut message).unwrap();
        client.unseal(&signature, &mut message).unwrap();
        assert!(message == plain);
    }
}

#[test]
fn a_client_with_ntlm_first_logs_on_in_four_tokens() {
    for mut client in [by_library(), fixed()] {
        let mut server = acceptor();
        assert_eq!(handshake(&mut client, &mut server), Ok(4));
        assert_eq!(server.principal().unwrap().user, "alice");
        exchange(&mut client, &mut server);
    }
}

#[test]
fn a_client_with_kerberos_first_is_led_to_ntlm_in_six_tokens() {
    for client in [by_library(), fixed()] {
        let mut client = client.with_offer(Offer::KerberosThenNtlm);
        let mut server = acceptor();
        assert_eq!(handshake(&mut client, &mut server), Ok(6));
        exchange(&mut client, &mut server);
    }
}

#[test]
fn bare_ntlm_is_taken_too() {
    let mut client = ntlm::Initiator::new(alice(), None).unwrap();
    let mut server = acceptor();
    assert_eq!(handshake(&mut client, &mut server), Ok(3));
    exchange(&mut client, &mut server);
}

/// The library's own SPNEGO, which shares no line with ours.
struct LibraryNegotiate {
    context: sspi::Negotiate,
    credentials: Option<sspi::CredentialsBuffers>,
}

impl SecurityContext for LibraryNegotiate {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let Self { context, credentials } = self;
        let mut input = library::input(token, None);
        let mut output = library::output();
        let flags = sspi::ClientRequestFlags::CONFIDENTIALITY
            | sspi::ClientRequestFlags::INTEGRITY
            | sspi::ClientRequestFlags::USE_DCE_STYLE;
        let status = library::guard(|| {
            let mut builder = context
                .initialize_security_context()
                .with_credentials_handle(credentials)
                .with_context_requirements(flags)
                .with_target_data_representation(sspi::DataRepresentation::Native)
                .with_input(&mut input)
                .with_output(&mut output);
            Ok(context.initialize_security_context_impl(&mut builder)?.resolve_to_result()?.status)
        })?;
        let token = library::take_token(output);
        Ok(match (status, token.is_empty()) {
            (sspi::SecurityStatus::Ok, true) => Step::Complete(None),
            (sspi::SecurityStatus::Ok, false) => Step::Complete(Some(token)),
            _ => Step::Continue(token),
        })
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        library::seal(&mut self.context, 16, message)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        library::unseal(&mut self.context, 16, header, message)
    }

    fn principal(&self) -> Option<&crate::auth::Principal> {
        None
    }
}

#[test]
fn the_librarys_own_spnego_logs_on_with_mech_list_mics_both_ways() {
    let config = sspi::ntlm::NtlmConfig { client_computer_name: None };
    let packages = Some("ntlm,!kerberos,!pku2u".to_owned());
    let config = sspi::NegotiateConfig::new(Box::new(config), packages, "CLI".to_owned());
    let identity = sspi::AuthIdentityBuffers::from_utf8("alice", "", "wonderland");
    let mut client = LibraryNegotiate {
        context: sspi::Negotiate::new_client(config).unwrap(),
        credentials: Some(sspi::CredentialsBuffers::AuthIdentity(identity)),
    };
    let mut server = acceptor();
    assert_eq!(handshake(&mut client, &mut server), Ok(4));
    exchange(&mut client, &mut server);
}

fn third_token(client: &mut Initiator, server: &mut Acceptor) -> NegTokenResp {
    let Ok(Step::Continue(init)) = client.step(&[]) else { panic!() };
    let Ok(Step::Continue(mut answer)) = server.step(&init) else { panic!() };
    let response = NegTokenResp::from_bytes(&answer).unwrap();
    if response.response_token.is_none() {
        let Ok(Step::Continue(negotiate)) = client.step(&answer) else { panic!() };
        let Ok(Step::Continue(challenge)) = server.step(&negotiate) else { panic!() };
        answer = challenge;
    }
    let Ok(Step::Continue(token)) = client.step(&answer) else { panic!() };
    NegTokenResp::from_bytes(&token).unwrap()
}

#[test]
fn a_missing_mech_list_mic_is_refused_only_where_ntlm_was_not_the_favourite() {
    let last = |offer| {
        let mut server = acceptor();
        let mut response = third_token(&mut fixed().with_offer(offer), &mut server);
        response.mech_list_mic = None;
        server.step(&response.to_bytes().unwrap())
    };
    let completed = NegTokenResp { neg_state: Some(NegState::ACCEPT_COMPLETED), ..Default::default() };
    assert_eq!(last(Offer::Ntlm), Ok(Step::Complete(Some(completed.to_bytes().unwrap()))));
    assert_eq!(last(Offer::KerberosThenNtlm), Err(AuthError::MechListMicWrong));
}

#[test]
fn a_changed_list_of_mechanisms_is_refused() {
    let mut client = fixed().with_offer(Offer::KerberosThenNtlm);
    let mut server = acceptor();
    let Ok(Step::Continue(init)) = client.step(&[]) else { panic!() };
    let mut init = NegTokenInit::from_bytes(&init).unwrap();
    init.mech_types.0.remove(0);
    let Ok(Step::Continue(choice)) = server.step(&init.to_bytes().unwrap()) else { panic!() };
    let Ok(Step::Continue(negotiate)) = client.step(&choice) else { panic!() };
    let Ok(Step::Continue(challenge)) = server.step(&negotiate) else { panic!() };
    let Ok(Step::Continue(authenticate)) = client.step(&challenge) else { panic!() };
    assert_eq!(server.step(&authenticate), Err(AuthError::MechListMicWrong));
    assert_eq!(server.principal(), None);
}

#[test]
fn a_client_holds_the_server_to_its_mech_list_mic() {
    let answer = |change: fn(&mut NegTokenResp)| {
        let (mut client, mut server) = (fixed(), acceptor());
        let third = third_token(&mut client, &mut server);
        let Ok(Step::Complete(Some(last))) = server.step(&third.to_bytes().unwrap()) else { panic!() };
        let mut last = NegTokenResp::from_bytes(&last).unwrap();
        change(&mut last);
        client.step(&last.to_bytes().unwrap())
    };
    assert_eq!(answer(|_| {}), Ok(Step::Complete(None)));
    assert_eq!(answer(|last| last.mech_list_mic = None), Err(AuthError::MechListMicWrong));
    let corrupt = |last: &mut NegTokenResp| last.mech_list_mic.as_mut().unwrap()[5] ^= 1;
    assert_eq!(answer(corrupt), Err(AuthError::MechListMicWrong));
    assert_eq!(answer(|last| last.neg_state = Some(NegState::REJECT)), Err(AuthError::Rejected));
}

#[test]
fn a_server_without_a_common_mechanism_refuses() {
    let init = NegTokenInit {
        mech_types: MechTypes(vec![MechType::KERBEROS]),
        req_flags: None,
        mech_token: Some(vec![1]),
        hints: None,
        mech_list_mic: None,
    };
    assert_eq!(acceptor().step(&init.to_bytes().unwrap()), Err(AuthError::NoCommonMechanism));
}

#[test]
fn required_flags_of_the_initiator_change_nothing() {
    let (mut client, mut server) = (fixed(), acceptor());
    let Ok(Step::Continue(init)) = client.step(&[]) else { panic!() };
    let plain = acceptor().step(&init);
    let mut init = NegTokenInit::from_bytes(&init).unwrap();
    init.req_flags = Some(vec![1, 0xFE]);
    assert_eq!(server.step(&init.to_bytes().unwrap()), plain);
}

/// Octets that made a well-known acceptor panic before anybody had logged on, and others of their kind.
#[test]
fn malformed_first_tokens_are_typed_errors() {
    let tokens = [
        &[0x60, 0x82][..],
        &[0x60, 0x00],
        &[0xA1, 0x07, 0x30, 0x05, 0xA0, 0x03, 0x0A, 0x01, 0x00],
        &[0x60, 0x80, 0, 0],
        &[0x60],
        &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        b"NTLMSSP",
    ];
    for token in tokens {
        assert_eq!(sniff(token), FirstToken::Unknown);
        assert!(matches!(acceptor().step(token), Err(AuthError::Malformed(_))), "{token:02x?}");
    }
    let found = TokenKind::Empty;
    let expected = TokenKind::NegTokenInit;
    assert_eq!(acceptor().step(&[]), Err(AuthError::UnexpectedToken { expected, found }));
}

#[test]
fn a_bare_kerberos_token_is_named() {
    let mut token = vec![0x60, 0x0F, 0x06, 0x09];
    token.extend_from_slice(MechType::KERBEROS.as_octets());
    token.extend_from_slice(&[1, 0, 0x6E, 0]);
    assert_eq!(token.len(), 17);
    assert_eq!(sniff(&token), FirstToken::Kerberos);
    assert_eq!(acceptor().step(&token), Err(AuthError::NoCommonMechanism));
    token.push(0);
    assert_eq!(sniff(&token), FirstToken::Unknown);
}

fn init_of(mech_types: Vec<MechType>) -> Result<NegTokenInit, CodecError> {
    let mech_types = MechTypes(mech_types);
    let init =
        NegTokenInit { mech_types, req_flags: None, mech_token: None, hints: None, mech_list_mic: None };
    NegTokenInit::from_bytes(&init.to_bytes()?)
}

#[test]
fn lists_and_identifiers_on_their_bounds_decode_and_one_past_them_do_not() {
    assert!(init_of(vec![MechType::NTLM; SPNEGO_MECH_TYPES_MAX]).is_ok());
    let too_many = init_of(vec![MechType::NTLM; SPNEGO_MECH_TYPES_MAX + 1]);
    assert!(matches!(too_many, Err(CodecError::TooLong { field: "mechTypes", .. })));
    assert_eq!(init_of(vec![]), Err(CodecError::Missing { field: "mechTypes" }));
    assert!(MechType::parse(&[1; SPNEGO_OID_BYTES_MAX]).is_ok());
    assert!(MechType::parse(&[1; SPNEGO_OID_BYTES_MAX + 1]).is_err());
    for octets in [&[][..], &[0x80, 1], &[1, 0x81], &[1, 0x80, 1]] {
        assert!(MechType::parse(octets).is_err(), "{octets:02x?}");
    }
    assert!(MechType::parse(&[0x81, 0x80, 1]).is_ok());
}

/// [RFC 4178] gives no octets; these are from the ASN.1 by hand.
#[test]
fn tokens_have_the_octets_of_their_definition() {
    let init = NegTokenInit {
        mech_types: MechTypes(vec![MechType::NTLM]),
        req_flags: None,
        mech_token: Some(vec![0xAB]),
        hints: None,
        mech_list_mic: None,
    };
    let expected = [
        0x60, 0x21, 6, 6, 0x2B, 6, 1, 5, 5, 2, 0xA0, 0x17, 0x30, 0x15, 0xA0, 0x0E, 0x30, 0x0C, 6, 10, 0x2B,
        6, 1, 4, 1, 0x82, 0x37, 2, 2, 10, 0xA2, 3, 4, 1, 0xAB,
    ];
    assert_eq!(init.to_bytes().unwrap(), expected);
    let response = NegTokenResp {
        neg_state: Some(NegState::REQUEST_MIC),
        response_token: Some(vec![]),
        ..Default::default()
    };
    assert_eq!(response.to_bytes().unwrap(), [0xA1, 11, 0x30, 9, 0xA0, 3, 10, 1, 3, 0xA2, 2, 4, 0]);
}

fn octets() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(prop::collection::vec(any::<u8>(), 0..300))
}

fn mech_type() -> impl Strategy<Value = MechType> {
    let unknown =
        prop::collection::vec(0..0x80_u8, 1..20).prop_map(|octets| MechType::parse(&octets).unwrap());
    prop_oneof![Just(MechType::NTLM), Just(MechType::KERBEROS), unknown]
}

proptest! {
    #[test]
    fn a_neg_token_init_round_trips(
        mech_types in prop::collection::vec(mech_type(), 1..5),
        (req_flags, mech_token, hints, mech_list_mic) in (octets(), octets(), octets(), octets()),
    ) {
        let mech_types = MechTypes(mech_types);
        let init = NegTokenInit { mech_types, req_flags, mech_token, hints, mech_list_mic };
        let bytes = init.to_bytes().unwrap();
        prop_assert_eq!(NegTokenInit::from_bytes(&bytes), Ok(init));
    }

    #[test]
    fn a_neg_token_resp_round_trips(
        neg_state in prop::option::of((0..0x80_u8).prop_map(NegState)),
        supported_mech in prop::option::of(mech_type()),
        (response_token, mech_list_mic) in (octets(), octets()),
    ) {
        let response = NegTokenResp { neg_state, supported_mech, response_token, mech_list_mic };
        let bytes = response.to_bytes().unwrap();
        prop_assert_eq!(NegTokenResp::from_bytes(&bytes), Ok(response));
    }

    #[test]
    fn what_decodes_encodes_to_the_same_octets(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(response) = NegTokenResp::from_bytes(&bytes) {
            prop_assert_eq!(response.to_bytes().unwrap(), bytes);
        }
    }
}

#[test]
fn every_truncation_and_every_changed_octet_is_a_typed_error_or_a_step() {
    let (mut client, mut server) = (fixed(), acceptor());
    let Ok(Step::Continue(init)) = client.step(&[]) else { panic!() };
    let Ok(Step::Continue(_)) = server.step(&init) else { panic!() };
    let third = third_token(&mut fixed(), &mut acceptor()).to_bytes().unwrap();
    for end in 0..init.len() {
        assert!(acceptor().step(&init[..end]).is_err());
    }
    for end in 0..third.len() {
        let mut server = acceptor();
        server.step(&init).unwrap();
        assert!(server.step(&third[..end]).is_err());
    }
    for place in 0..third.len() {
        for value in [0, 0x7F, 0x80, 0xFF, third[place] ^ 1] {
            let mut changed = third.clone();
            changed[place] = value;
            let mut server = acceptor();
            server.step(&init).unwrap();
            let step = server.step(&changed);
            assert!(step.is_err() || changed == third || is_tolerated(&changed), "{place} {value} {step:?}");
        }
    }
}

/// negState of the client is not read, and a MIC whose tag is spoiled would have to be there still.
fn is_tolerated(changed: &[u8]) -> bool {
    let original = third_token(&mut fixed(), &mut acceptor());
    NegTokenResp::from_bytes(changed)
        .is_ok_and(|response| NegTokenResp { neg_state: original.neg_state, ..response } == original)
}
