//! Each codec's round trip, and what it makes of spoiled octets.

use proptest::prelude::*;

use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::ntlm::*;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;

fn octets() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40)
}

fn text() -> impl Strategy<Value = WireText> {
    octets().prop_map(|octets| WireText::from_octets(&octets))
}

fn av_pairs() -> impl Strategy<Value = AvPairs> {
    let pair = (1..=u16::MAX, octets()).prop_map(|(id, value)| AvPair { id: AvId(id), value });
    prop::collection::vec(pair, 0..12).prop_map(AvPairs::new)
}

fn flags() -> impl Strategy<Value = NegotiateFlags> {
    any::<u32>().prop_map(NegotiateFlags)
}

fn version() -> impl Strategy<Value = Version> {
    any::<[u8; 8]>().prop_map(Version)
}

fn tail() -> impl Strategy<Value = Tail> {
    prop_oneof![
        Just(Tail::None),
        (octets(), flags()).prop_map(|(key, flags)| Tail::Flags(key, flags)),
        (octets(), flags(), version()).prop_map(|(key, flags, version)| Tail::Version(key, flags, version)),
        (octets(), flags(), version(), any::<[u8; 16]>())
            .prop_map(|(key, flags, version, mic)| Tail::Mic(key, flags, version, mic)),
    ]
}

fn check<T: Encode + Decode + PartialEq + std::fmt::Debug>(value: &T) -> Result<(), TestCaseError> {
    let bytes = value.to_bytes().unwrap();
    prop_assert_eq!(&T::from_bytes(&bytes).unwrap(), value);
    for end in 0..bytes.len() {
        let _ = T::from_bytes(&bytes[..end]);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_negotiate_round_trips(
        (flags, domain, workstation) in (flags(), text(), text()),
        version in prop::option::of(version()),
    ) {
        check(&Negotiate { flags, domain, workstation, version })?;
    }

    #[test]
    fn a_challenge_round_trips(
        (flags, server_challenge, target_name) in (flags(), any::<[u8; 8]>(), text()),
        target_info in prop::option::of(av_pairs()),
        version in prop::option::of(version()),
    ) {
        let flags = match target_info {
            Some(_) => flags | NegotiateFlags::TARGET_INFO,
            None => flags,
        };
        check(&Challenge { flags, server_challenge, target_name, target_info, version })?;
    }

    #[test]
    fn an_authenticate_round_trips(
        (lm_response, nt_response, domain) in (octets(), octets(), text()),
        (user, workstation, tail) in (text(), text(), tail()),
    ) {
        check(&Authenticate { lm_response, nt_response, domain, user, workstation, tail })?;
    }

    #[test]
    fn av_pairs_and_responses_round_trip(
        (time, client_challenge) in (any::<u64>(), any::<[u8; 8]>()),
        (av_pairs, padding) in (av_pairs(), octets()),
    ) {
        check(&av_pairs)?;
        check(&NtlmV2Response { timestamp: FileTime(time), client_challenge, av_pairs, padding })?;
    }
}

#[test]
fn short_negotiates_of_old_clients_decode() {
    let mut bytes = b"NTLMSSP\0\x01\0\0\0\x07\x82\x08\xE2".to_vec();
    let flags = NegotiateFlags(0xE208_8207);
    let expected = Negotiate { version: None, ..Negotiate::new(flags) };
    assert_eq!(Negotiate::from_bytes(&bytes), Ok(expected.clone()));
    bytes.extend_from_slice(&[0; 16]);
    assert_eq!(Negotiate::from_bytes(&bytes), Ok(expected));
    bytes.extend_from_slice(&[7; 8]);
    assert_eq!(Negotiate::from_bytes(&bytes).unwrap().version, Some(Version([7; 8])));
    assert!(Negotiate::from_bytes(&bytes[..20]).is_err());
}

#[test]
fn challenges_of_old_servers_decode() {
    let header = b"NTLMSSP\0\x02\0\0\0\x02\0\x02\0";
    let nonce = [9; 8];
    for header_len in [32_u8, 40, 48, 56] {
        let mut bytes = header.to_vec();
        bytes.extend_from_slice(&[header_len, 0, 0, 0, 5, 2, 2, 0]);
        bytes.extend_from_slice(&nonce);
        bytes.resize(header_len.into(), 0);
        bytes.extend_from_slice(b"N\0");
        let challenge = Challenge::from_bytes(&bytes).unwrap();
        assert_eq!(challenge.target_name, WireText::utf16("N"));
        assert_eq!((challenge.server_challenge, &challenge.target_info), (nonce, &None));
        assert_eq!(challenge.version.is_some(), header_len == 56);
    }
}

#[test]
fn a_part_outside_the_message_or_inside_the_fixed_part_is_refused() {
    let flags = NegotiateFlags::UNICODE;
    let message = Negotiate { domain: WireText::utf16("AB"), ..Negotiate::new(flags) };
    let with_offset = |offset: u8| {
        let mut bytes = message.to_bytes().unwrap();
        bytes[20] = offset;
        Negotiate::from_bytes(&bytes)
    };
    let field = "DomainNameFields";
    assert_eq!(with_offset(40), Ok(message.clone()));
    assert_eq!(with_offset(41), Err(CodecError::OutOfRange { field, offset: 41, len: 4 }));
    assert_eq!(with_offset(23), Err(CodecError::OutOfRange { field, offset: 23, len: 4 }));
    assert!(with_offset(24).is_ok());
    assert_eq!(with_offset(255), Err(CodecError::OutOfRange { field, offset: 255, len: 4 }));
    let mut bytes = message.to_bytes().unwrap();
    bytes[20..24].fill(0xFF);
    assert!(matches!(Negotiate::from_bytes(&bytes), Err(CodecError::OutOfRange { .. })));
}

#[test]
fn a_maximum_length_is_not_read() {
    let mut bytes =
        Negotiate { domain: WireText::utf16("AB"), ..Negotiate::new(NegotiateFlags(1)) }.to_bytes().unwrap();
    let expected = Negotiate::from_bytes(&bytes);
    bytes[18..20].fill(0xFF);
    assert_eq!(Negotiate::from_bytes(&bytes), expected);
}

#[test]
fn a_part_too_long_for_its_field_is_not_encoded() {
    let message =
        |len| Negotiate { domain: WireText::from_octets(&vec![1; len]), ..Negotiate::new(NegotiateFlags(0)) };
    assert!(message(65_535).to_bytes().is_ok());
    let (field, len, len_max) = ("DomainNameFields", 65_536, 65_535);
    assert_eq!(message(65_536).to_bytes(), Err(CodecError::TooLong { field, len, len_max }));
}

fn tokens() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let (mut client, mut server) = (client(), server());
    let Ok(Step::Continue(negotiate)) = client.step(&[]) else { panic!() };
    let Ok(Step::Continue(challenge)) = server.step(&negotiate) else { panic!() };
    let Ok(Step::Complete(Some(authenticate))) = client.step(&challenge) else { panic!() };
    (negotiate, challenge, authenticate)
}

fn client() -> FixedInitiator {
    let given = FixedGiven::new([0xAA; 8], ExportedSessionKey([0x55; 16]));
    FixedInitiator::new(Credential::password("ACME", "alice", "wonderland"), given)
}

fn server() -> Acceptor {
    let accounts = Accounts::new(vec![Account::new("ACME", "alice", "wonderland")]);
    let given = AcceptorGiven { server_challenge: [1; 8], now: FileTime(7) };
    Acceptor::new(accounts, ServerNames::workgroup("host"), AcceptorPolicy::default(), given)
}

/// Each octet set to each of a few values, and each truncation.
fn spoiled(token: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let truncated = (0..token.len()).map(|end| token[..end].to_vec());
    let changed = (0..token.len()).flat_map(move |place| {
        (0..8).map(|bit| 1 << bit).chain([0xFF, 0x7F, 0x80]).map(move |change: u8| {
            let mut changed = token.to_vec();
            changed[place] ^= change;
            changed
        })
    });
    truncated.chain(changed)
}

#[test]
fn no_spoiled_authenticate_is_accepted() {
    let (negotiate, _, authenticate) = tokens();
    let accepts = |token: &[u8]| {
        let mut server = server();
        server.step(&negotiate).unwrap();
        server.step(token).is_ok()
    };
    assert!(accepts(&authenticate));
    for token in spoiled(&authenticate) {
        assert!(!accepts(&token), "{token:02x?}");
    }
}

#[test]
fn a_negotiate_or_challenge_spoiled_on_its_way_ends_at_the_mic_at_the_latest() {
    let (negotiate, challenge, _) = tokens();
    let logs_on = |client_side: &dyn Fn(&[u8]) -> Vec<u8>, server_side: &dyn Fn(&[u8]) -> Vec<u8>| {
        let (mut client, mut server) = (client(), server());
        let Ok(Step::Continue(first)) = client.step(&[]) else { panic!() };
        let Ok(Step::Continue(second)) = server.step(&client_side(&first)) else { return false };
        let Ok(Step::Complete(Some(third))) = client.step(&server_side(&second)) else { return false };
        server.step(&third).is_ok()
    };
    let same = |token: &[u8]| token.to_vec();
    assert!(logs_on(&same, &same));
    for token in spoiled(&negotiate) {
        assert!(!logs_on(&|_| token.clone(), &same), "{token:02x?}");
    }
    for token in spoiled(&challenge) {
        assert!(!logs_on(&same, &|_| token.clone()), "{token:02x?}");
    }
}
