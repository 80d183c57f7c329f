//! Whole handshakes: the library's client, our own clients, and our server.

use proptest::prelude::*;

use crate::auth::AuthError;
use crate::auth::ChannelBindings;
use crate::auth::Role;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::ntlm::*;

const LENGTHS: [usize; 5] = [0, 1, 255, 4096, 500_000];

fn accounts() -> Accounts {
    Accounts::new(vec![Account::new("ACME", "Alice", "Wönderland"), Account::new("", "bob", "")])
}

fn acceptor_with(policy: AcceptorPolicy) -> Acceptor {
    let mut names = ServerNames::workgroup("server");
    names.netbios_domain = "ACME".to_owned();
    names.dns_domain = "acme.example".to_owned();
    let given =
        AcceptorGiven { server_challenge: *b"\x01#Eg\x89\xab\xcd\xef", now: FileTime::from_unix_seconds(9) };
    Acceptor::new(accounts(), names, policy, given)
}

fn acceptor() -> Acceptor {
    acceptor_with(AcceptorPolicy::default())
}

fn alice() -> Credential {
    Credential::password("ACME", "alice", "Wönderland")
}

fn fixed(credential: Credential) -> FixedInitiator {
    FixedInitiator::new(credential, FixedGiven::new([0xAA; 8], ExportedSessionKey([0x55; 16])))
}

fn handshake(client: &mut dyn SecurityContext, server: &mut dyn SecurityContext) -> Result<(), AuthError> {
    let Step::Continue(negotiate) = client.step(&[])? else { panic!("the first of three messages") };
    let Step::Continue(challenge) = server.step(&negotiate)? else { panic!("the second of three messages") };
    let Step::Complete(Some(authenticate)) = client.step(&challenge)? else { panic!("the last message") };
    assert_eq!(server.step(&authenticate)?, Step::Complete(None));
    Ok(())
}

fn exchange(from: &mut dyn SecurityContext, to: &mut dyn SecurityContext, len: usize) {
    let plain: Vec<u8> = (0..=255).cycle().take(len).collect();
    let mut message = plain.clone();
    let signature = from.seal(&mut message).unwrap();
    assert_eq!(message.len(), len);
    assert!(len < 16 || message != plain);
    to.unseal(&signature, &mut message).unwrap();
    assert!(message == plain);
}

fn refusal(misbehaviour: Misbehaviour) -> AuthError {
    refusal_by(AcceptorPolicy::default(), misbehaviour)
}

fn refusal_by(policy: AcceptorPolicy, misbehaviour: Misbehaviour) -> AuthError {
    let bindings = ChannelBindings::tls_server_end_point(&[1; 32]);
    let mut client = fixed(alice()).bound_to(bindings).misbehaving(misbehaviour);
    handshake(&mut client, &mut acceptor_with(policy)).unwrap_err()
}

#[test]
fn the_library_as_client_logs_on_and_both_unseal_each_other() {
    let mut client = Initiator::new(alice(), None).unwrap();
    let mut server = acceptor();
    handshake(&mut client, &mut server).unwrap();
    let principal = server.principal().unwrap();
    assert_eq!((principal.domain.as_str(), principal.user.as_str()), ("ACME", "Alice"));
    for len in LENGTHS {
        exchange(&mut client, &mut server, len);
        exchange(&mut server, &mut client, len);
    }
}

#[test]
fn our_client_logs_on_and_both_unseal_each_other() {
    let mut client = fixed(Credential::password("", "BOB@server", ""));
    let mut server = acceptor();
    handshake(&mut client, &mut server).unwrap();
    for len in LENGTHS {
        exchange(&mut client, &mut server, len);
        exchange(&mut server, &mut client, len);
    }
}

#[test]
fn a_hash_is_as_good_as_its_password() {
    let credential = Credential::hash("ACME", "alice", NtHash::from_password("Wönderland"));
    handshake(&mut Initiator::new(credential, None).unwrap(), &mut acceptor()).unwrap();
}

#[test]
fn a_password_that_looks_like_the_librarys_hash_notation_is_a_password() {
    let given = AcceptorGiven { server_challenge: [1; 8], now: FileTime(1) };
    for password in ["$NTLM$:00112233445566778899aabbccddeeff", "$NTLM$:aéééééééééééééééb", "$NTLM$:"]
    {
        let accounts = Accounts::new(vec![Account::new("", "carol", password)]);
        let names = ServerNames::workgroup("server");
        let mut server = Acceptor::new(accounts, names, AcceptorPolicy::default(), given);
        let credential = Credential::password("", "carol", password);
        assert_eq!(handshake(&mut Initiator::new(credential, None).unwrap(), &mut server), Ok(()));
    }
}

#[test]
fn a_wrong_user_and_a_wrong_password_are_refused() {
    let logon = |domain, user, password| {
        let credential = Credential::password(domain, user, password);
        let by_library = handshake(&mut Initiator::new(credential.clone(), None).unwrap(), &mut acceptor());
        assert_eq!(handshake(&mut fixed(credential), &mut acceptor()), by_library);
        by_library
    };
    assert_eq!(logon("ACME", "alice", "wönderland"), Err(AuthError::WrongPassword));
    assert_eq!(logon("ACME", "mallory", "Wönderland"), Err(AuthError::UnknownAccount));
    assert_eq!(logon("EVIL", "alice", "Wönderland"), Err(AuthError::UnknownAccount));
    assert_eq!(logon("", "nobody", ""), Err(AuthError::UnknownAccount));
    assert_eq!(Initiator::new(Credential::password("", "", ""), None).unwrap_err(), AuthError::Anonymous);
}

#[test]
fn a_missing_or_wrong_mic_is_refused() {
    assert_eq!(refusal(Misbehaviour::OmitMic), AuthError::MicMissing);
    assert_eq!(refusal(Misbehaviour::DenyMic), AuthError::MicMissing);
    assert_eq!(refusal(Misbehaviour::PromiseMicInVain), AuthError::MicMissing);
    assert_eq!(refusal(Misbehaviour::ZeroMic), AuthError::MicWrong);
    assert_eq!(refusal(Misbehaviour::CorruptMic), AuthError::MicWrong);
}

#[test]
fn a_mic_that_is_not_promised_is_not_needed_where_the_policy_says_so() {
    let policy = AcceptorPolicy { mic: MicPolicy::IfPromised, ..Default::default() };
    let mut client = fixed(alice()).misbehaving(Misbehaviour::OmitMic);
    assert_eq!(handshake(&mut client, &mut acceptor_with(policy.clone())), Ok(()));
    assert_eq!(refusal_by(policy, Misbehaviour::ZeroMic), AuthError::MicWrong);
}

#[test]
fn a_zeroed_proof_is_refused_whatever_the_mic_says() {
    assert_eq!(refusal(Misbehaviour::ZeroProof), AuthError::WrongPassword);
}

#[test]
fn less_than_full_strength_is_refused() {
    for flag in [
        NegotiateFlags::KEY_128,
        NegotiateFlags::KEY_EXCHANGE,
        NegotiateFlags::SEAL,
        NegotiateFlags::SIGN,
        NegotiateFlags::EXTENDED_SESSION_SECURITY,
        NegotiateFlags::UNICODE,
    ] {
        assert_eq!(refusal(Misbehaviour::ClearFlags(flag)), AuthError::WeakFlags { missing: flag });
        let mut given = FixedGiven::new([0; 8], ExportedSessionKey([0; 16]));
        given.flags = given.flags.without(flag);
        let mut client = FixedInitiator::new(alice(), given);
        let refused = handshake(&mut client, &mut acceptor());
        assert_eq!(refused, Err(AuthError::WeakFlags { missing: flag }));
    }
}

#[test]
fn old_and_anonymous_responses_are_refused() {
    assert_eq!(refusal(Misbehaviour::NtlmV1), AuthError::OldResponse { nt_response_len: 24 });
    assert_eq!(refusal(Misbehaviour::LmOnly), AuthError::OldResponse { nt_response_len: 0 });
    assert_eq!(refusal(Misbehaviour::Anonymous), AuthError::Anonymous);
}

#[test]
fn a_session_key_of_another_length_is_refused() {
    for len in [0, 15, 17] {
        assert_eq!(refusal(Misbehaviour::SessionKeyLength(len)), AuthError::SessionKeyLength { len });
    }
}

#[test]
fn channel_bindings_are_held_to_the_policy() {
    let ours = ChannelBindings::tls_server_end_point(&[1; 32]);
    let strict =
        AcceptorPolicy { channel_bindings: ChannelBindingPolicy::Strict(ours.clone()), ..Default::default() };
    let relaxed = AcceptorPolicy {
        channel_bindings: ChannelBindingPolicy::Relaxed(ours.clone()),
        ..Default::default()
    };
    let logon = |policy: &AcceptorPolicy, bindings: Option<ChannelBindings>| {
        let mut client = Initiator::new(alice(), bindings).unwrap();
        handshake(&mut client, &mut acceptor_with(policy.clone()))
    };
    let theirs = ChannelBindings::tls_server_end_point(&[2; 32]);
    assert_eq!(logon(&strict, Some(ours.clone())), Ok(()));
    assert_eq!(logon(&strict, None), Err(AuthError::ChannelBindingsMissing));
    assert_eq!(logon(&strict, Some(theirs.clone())), Err(AuthError::ChannelBindingsWrong));
    assert_eq!(logon(&relaxed, Some(ours)), Ok(()));
    assert_eq!(logon(&relaxed, None), Ok(()));
    assert_eq!(logon(&relaxed, Some(theirs.clone())), Err(AuthError::ChannelBindingsWrong));
    assert_eq!(logon(&AcceptorPolicy::default(), Some(theirs)), Ok(()));
    let wrong = refusal_by(relaxed, Misbehaviour::WrongChannelBindings);
    assert_eq!(wrong, AuthError::ChannelBindingsWrong);
    let missing = refusal_by(strict, Misbehaviour::OmitChannelBindings);
    assert_eq!(missing, AuthError::ChannelBindingsMissing);
}

#[test]
fn messages_out_of_turn_end_the_context() {
    let mut client = fixed(alice());
    let Ok(Step::Continue(negotiate)) = client.step(&[]) else { panic!() };
    let Ok(Step::Continue(challenge)) = acceptor().step(&negotiate) else { panic!() };
    let Ok(Step::Complete(Some(authenticate))) = client.step(&challenge) else { panic!() };
    let unexpected = |expected, found| Err(AuthError::UnexpectedToken { expected, found });

    let mut server = acceptor();
    let first = unexpected(TokenKind::NtlmNegotiate, TokenKind::NtlmAuthenticate);
    assert_eq!(server.step(&authenticate), first);
    assert_eq!(server.step(&negotiate), Err(AuthError::Finished));

    let mut server = acceptor();
    server.step(&negotiate).unwrap();
    assert_eq!(server.step(&negotiate), unexpected(TokenKind::NtlmAuthenticate, TokenKind::NtlmNegotiate));
    assert_eq!(server.step(&authenticate), Err(AuthError::Finished));

    let mut server = acceptor();
    server.step(&negotiate).unwrap();
    server.step(&authenticate).unwrap();
    assert_eq!(server.step(&authenticate), Err(AuthError::Finished));
    assert_eq!(server.seal(&mut vec![1]), Err(AuthError::Finished));
    assert_eq!(server.principal(), None);
}

#[test]
fn an_authenticate_is_of_no_use_on_another_connection() {
    let mut client = fixed(alice());
    let Ok(Step::Continue(negotiate)) = client.step(&[]) else { panic!() };
    let Ok(Step::Continue(challenge)) = acceptor().step(&negotiate) else { panic!() };
    let Ok(Step::Complete(Some(authenticate))) = client.step(&challenge) else { panic!() };
    let given = AcceptorGiven { server_challenge: [0xCC; 8], now: FileTime::from_unix_seconds(9) };
    let names = ServerNames::workgroup("server");
    let mut other = Acceptor::new(accounts(), names, AcceptorPolicy::default(), given);
    other.step(&negotiate).unwrap();
    assert_eq!(other.step(&authenticate), Err(AuthError::WrongPassword));
}

#[test]
fn nothing_is_sealed_before_the_context_is_complete() {
    fn check(context: &mut dyn SecurityContext) {
        let mut message = vec![1];
        assert_eq!(context.seal(&mut message), Err(AuthError::NotEstablished));
        assert_eq!(message, [1]);
        assert_eq!(context.unseal(&[0; 16], &mut message), Err(AuthError::NotEstablished));
        assert!(message.is_empty());
    }
    check(&mut acceptor());
    check(&mut fixed(alice()));
    check(&mut Initiator::new(alice(), None).unwrap());
}

#[test]
fn a_session_without_seal_is_possible_only_under_tls() {
    let mut given = FixedGiven::new([0; 8], ExportedSessionKey([0; 16]));
    given.flags = given.flags.without(NegotiateFlags::SEAL).without(NegotiateFlags::KEY_EXCHANGE);
    let policy = AcceptorPolicy { protection: Protection::Elsewhere, ..Default::default() };
    let mut server = acceptor_with(policy);
    let mut client =
        FixedInitiator::new(alice(), given).misbehaving(Misbehaviour::ClearFlags(NegotiateFlags(0)));
    handshake(&mut client, &mut server).unwrap();
    assert_eq!(server.seal(&mut Vec::new()), Err(AuthError::SealingNotNegotiated));
}

#[test]
fn the_librarys_client_refuses_a_weak_challenge() {
    let mut client = Initiator::new(alice(), None).unwrap();
    let Ok(Step::Continue(negotiate)) = client.step(&[]) else { panic!() };
    let Ok(Step::Continue(challenge)) = acceptor().step(&negotiate) else { panic!() };
    let mut weak = <Challenge as crate::codec::Decode>::from_bytes(&challenge).unwrap();
    weak.flags = weak.flags.without(NegotiateFlags::KEY_128);
    let weak = crate::codec::Encode::to_bytes(&weak).unwrap();
    let missing = NegotiateFlags::KEY_128;
    assert_eq!(client.step(&weak), Err(AuthError::WeakFlags { missing }));
    assert_eq!(client.step(&challenge), Err(AuthError::Finished));
}

#[test]
fn debug_output_holds_no_secret() {
    let mut client = fixed(Credential::password("ACME", "alice", "Wönderland"));
    let mut server = acceptor();
    handshake(&mut client, &mut server).unwrap();
    let key = ExportedSessionKey([0x55; 16]);
    let seal = Seal::new(&key, NegotiateFlags::FULL_STRENGTH, Role::Acceptor);
    let library = Initiator::new(alice(), None).unwrap();
    let output = format!("{client:?}{server:?}{seal:?}{key:?}{library:?}{:?}{:?}", alice(), accounts());
    for secret in ["nderland", "85, 85", "55, 55", "0x55", "5555"] {
        assert!(!output.contains(secret), "{output}");
    }
}

proptest! {
    #[test]
    fn any_octets_as_a_token_are_a_typed_error_or_a_step(token in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = b"NTLMSSP\0".to_vec();
        bytes.extend_from_slice(&token);
        for token in [token, bytes] {
            let _ = acceptor().step(&token);
            let mut client = fixed(alice());
            client.step(&[]).unwrap();
            let _ = client.step(&token);
        }
    }
}
