//! What the acceptor takes and what it refuses.

use std::sync::Arc;

use picky_krb::messages as picky;

use crate::auth::AuthError;
use crate::auth::ChannelBindingPolicy;
use crate::auth::ChannelBindings;
use crate::auth::Delegation;
use crate::auth::Mechanism;
use crate::auth::Protection;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::kerberos::tests::minted::*;
use crate::auth::kerberos::*;

fn misbehaving(misbehaviour: Misbehaviour) -> InitiatorOptions {
    InitiatorOptions { misbehaviour: Some(misbehaviour), ..Default::default() }
}

/// What an ordinary acceptor says to the token that such a client sends.
fn refusal(minted: &Minted, options: InitiatorOptions) -> AuthError {
    acceptor(AcceptorPolicy::default()).step(&minted.token(options)).unwrap_err()
}

fn kerberos(error: KerberosError) -> AuthError {
    AuthError::Kerberos(error)
}

#[test]
fn every_type_of_session_key_is_proved_and_protects_messages() {
    for session_type in EncryptionType::KNOWN {
        let minted = Minted { session_type, ..Default::default() };
        let mut client = minted.initiator(InitiatorOptions::default());
        let mut server = acceptor(AcceptorPolicy::default());
        assert_eq!(server.principal(), None);
        establish(&mut client, &mut server);
        converse(&mut client, &mut server);
        let principal = server.principal().unwrap();
        assert_eq!((principal.domain.as_str(), principal.user.as_str()), ("EXAMPLE.TEST", "alice"));
        for established in [client.established().unwrap(), server.established().unwrap()] {
            assert_eq!(established.mechanism, Mechanism::Kerberos);
            assert!(established.is_mutual);
            assert_eq!(established.cipher, AES256.name(), "the best that the client offers");
            assert_eq!(established.delegation, Delegation::None);
        }
    }
}

#[test]
fn a_client_that_offers_no_types_keeps_the_one_of_its_key() {
    for session_type in EncryptionType::KNOWN {
        let minted = Minted { session_type, ..Default::default() };
        let options = InitiatorOptions { encryption_types: Vec::new(), ..Default::default() };
        let (mut client, mut server) = (minted.initiator(options), acceptor(AcceptorPolicy::default()));
        establish(&mut client, &mut server);
        converse(&mut client, &mut server);
        assert_eq!(server.established().unwrap().cipher, session_type.name());
        assert_eq!(client.established(), server.established());
        let is_rc4 = session_type == EncryptionType::RC4_HMAC;
        assert_eq!(server.ticket().unwrap().acceptor_subkey, (!is_rc4).then_some(session_type));
    }
}

#[test]
fn without_mutual_authentication_there_is_no_answer_and_nothing_is_claimed() {
    for subkey in [true, false] {
        let options = InitiatorOptions { mutual: false, subkey, ..Default::default() };
        let mut client = Minted::default().initiator(options);
        let mut server = acceptor(AcceptorPolicy::default());
        establish(&mut client, &mut server);
        converse(&mut client, &mut server);
        assert!(!client.established().unwrap().is_mutual);
        assert!(!server.established().unwrap().is_mutual);
    }
}

#[test]
fn what_the_ticket_says_is_told() {
    let flags = TicketFlags(TicketFlags::OK_AS_DELEGATE.0 | TicketFlags::FORWARDABLE.0);
    let minted = Minted { flags, ticket_type: EncryptionType::RC4_HMAC, ..Default::default() };
    let mut server = acceptor(AcceptorPolicy::default());
    assert_eq!(server.ticket(), None);
    establish(&mut minted.initiator(InitiatorOptions::default()), &mut server);
    let expected = TicketFacts {
        server: service("HTTP"),
        ticket: EncryptionType::RC4_HMAC,
        session_key: AES256,
        acceptor_subkey: Some(AES256),
        flags,
        end_time: NOW + HOUR,
    };
    assert_eq!(server.ticket(), Some(&expected));
    assert!(expected.ticket.is_weak());
}

#[test]
fn each_broken_rule_has_its_own_refusal() {
    use Misbehaviour as M;
    let later = NOW + 301;
    let elsewhere = name(&["HTTP", "elsewhere.example.test"]);
    for (misbehaviour, expected) in [
        (M::OmitChecksum, KerberosError::SealingNotRequested),
        (M::NoSealing, KerberosError::SealingNotRequested),
        (M::ChecksumType(16), KerberosError::ChecksumType { found: 16 }),
        (M::OtherClient, KerberosError::ClientMismatch),
        (M::Clock(301), KerberosError::ClockSkew { client: later, now: NOW }),
        (M::Clock(-301), KerberosError::ClockSkew { client: NOW - 301, now: NOW }),
        (M::CorruptAuthenticator, KerberosError::AuthenticatorModified),
        (M::CorruptTicket, KerberosError::TicketModified),
        (M::OtherService(elsewhere), KerberosError::UnknownService),
        (M::UseSessionKey, KerberosError::UseSessionKey),
        (M::DceStyle, KerberosError::DceStyle),
    ] {
        assert_eq!(refusal(&Minted::default(), misbehaving(misbehaviour)), kerberos(expected));
    }
    let cut = refusal(&Minted::default(), misbehaving(M::CutChecksum(23)));
    assert!(matches!(cut, AuthError::Malformed(_)), "{cut}");
}

#[test]
fn clocks_may_differ_by_five_minutes_and_not_a_second_more() {
    for seconds in [300, -300] {
        let token = Minted::default().token(misbehaving(Misbehaviour::Clock(seconds)));
        assert!(acceptor(AcceptorPolicy::default()).step(&token).is_ok());
    }
    let starting = |start_time| Minted { start_time, ..Default::default() };
    let ending = |end_time| Minted { end_time, ..Default::default() };
    let expired = || misbehaving(Misbehaviour::ExpiredTicket);
    assert!(acceptor(AcceptorPolicy::default()).step(&starting(NOW + 300).token(expired())).is_ok());
    assert!(acceptor(AcceptorPolicy::default()).step(&ending(NOW - 300).token(expired())).is_ok());
    let (start_time, end_time, now) = (NOW + 301, NOW - 301, NOW);
    let early = kerberos(KerberosError::TicketNotYetValid { start_time, now });
    let late = kerberos(KerberosError::TicketExpired { end_time, now });
    assert_eq!(refusal(&starting(start_time), expired()), early);
    assert_eq!(refusal(&ending(end_time), expired()), late);
    let invalid = Minted { flags: TicketFlags::INVALID, ..Default::default() };
    assert_eq!(refusal(&invalid, InitiatorOptions::default()), kerberos(KerberosError::TicketInvalid));
}

#[test]
fn an_authenticator_is_accepted_once_on_whatever_connection() {
    let credentials = Arc::new(AcceptorCredentials::new(keytab()));
    let token = Minted::default().token(InitiatorOptions::default());
    let step = |now| acceptor_of(&credentials, AcceptorPolicy::default(), now).step(&token);
    assert!(step(NOW).is_ok());
    assert_eq!(step(NOW), Err(kerberos(KerberosError::Replay)));
    assert_eq!(step(NOW + 300), Err(kerberos(KerberosError::Replay)));
    let skew = KerberosError::ClockSkew { client: NOW, now: NOW + 301 };
    assert_eq!(step(NOW + 301), Err(kerberos(skew)));
    let other = misbehaving(Misbehaviour::Clock(1));
    let other = Minted::default().token(other);
    assert!(acceptor_of(&credentials, AcceptorPolicy::default(), NOW).step(&other).is_ok());
}

#[test]
fn a_full_replay_cache_refuses_the_new() {
    let cache = ReplayCache::with_entries_max(1);
    let credentials = Arc::new(AcceptorCredentials::remembering(keytab(), cache));
    let step = |seconds| {
        let token = Minted::default().token(misbehaving(Misbehaviour::Clock(seconds)));
        acceptor_of(&credentials, AcceptorPolicy::default(), NOW).step(&token).map(|_| ())
    };
    assert_eq!(step(0), Ok(()));
    assert_eq!(step(1), Err(kerberos(KerberosError::ReplayCacheFull { entries_max: 1 })));
    assert_eq!(step(0), Err(kerberos(KerberosError::Replay)));
}

#[test]
fn a_type_that_the_policy_excludes_is_refused_wherever_it_is() {
    let no_rc4 = || AcceptorPolicy { encryption_types: vec![AES256], ..Default::default() };
    let rc4 = EncryptionType::RC4_HMAC;
    for minted in [
        Minted { ticket_type: rc4, ..Default::default() },
        Minted { session_type: rc4, ..Default::default() },
    ] {
        let refusal = acceptor(no_rc4()).step(&minted.token(InitiatorOptions::default()));
        assert_eq!(refusal, Err(kerberos(KerberosError::EncryptionTypeExcluded { found: rc4 })));
    }
}

#[test]
fn the_subkey_is_the_first_of_our_types_that_the_client_offers() {
    let [strongest, _, shorter, _, rc4] = EncryptionType::KNOWN;
    for (ours, offered, expected) in [
        (vec![AES256, strongest], vec![strongest, AES256], Some(AES256)),
        (vec![strongest, AES256], vec![AES256, strongest], Some(strongest)),
        (vec![AES256, shorter], vec![shorter], Some(shorter)),
        (vec![AES256, shorter], vec![EncryptionType(1), EncryptionType(-7)], Some(AES256)),
        (vec![AES256, rc4], vec![rc4], None),
    ] {
        let policy = AcceptorPolicy { encryption_types: ours, ..Default::default() };
        let options = InitiatorOptions { encryption_types: offered, ..Default::default() };
        let (mut client, mut server) = (Minted::default().initiator(options), acceptor(policy));
        establish(&mut client, &mut server);
        converse(&mut client, &mut server);
        assert_eq!(server.ticket().unwrap().acceptor_subkey, expected);
    }
}

#[test]
fn channel_bindings_are_judged_by_the_policy() {
    use ChannelBindingPolicy as P;
    use Misbehaviour as M;
    let bindings = || ChannelBindings::tls_server_end_point(&[1; 32]);
    let judge = |policy: P, bound: bool, misbehaviour: Option<M>| {
        let policy = AcceptorPolicy { channel_bindings: policy, ..Default::default() };
        let channel_bindings = bound.then(bindings);
        let options = InitiatorOptions { channel_bindings, misbehaviour, ..Default::default() };
        acceptor(policy).step(&Minted::default().token(options)).map(|_| ())
    };
    let (missing, wrong) = (Err(AuthError::ChannelBindingsMissing), Err(AuthError::ChannelBindingsWrong));
    for (bound, misbehaviour, relaxed, strict) in [
        (true, None, Ok(()), Ok(())),
        (true, Some(M::OmitBindingsOption), Ok(()), Ok(())),
        (false, None, Ok(()), missing.clone()),
        (true, Some(M::ForgetChannelBindings), Ok(()), missing.clone()),
        (true, Some(M::OmitChannelBindings), missing.clone(), missing.clone()),
        (true, Some(M::WrongChannelBindings), wrong.clone(), wrong.clone()),
    ] {
        assert_eq!(judge(P::None, bound, misbehaviour.clone()), Ok(()));
        assert_eq!(judge(P::Relaxed(bindings()), bound, misbehaviour.clone()), relaxed, "{misbehaviour:?}");
        assert_eq!(judge(P::Strict(bindings()), bound, misbehaviour.clone()), strict, "{misbehaviour:?}");
    }
}

#[test]
fn where_tls_protects_the_messages_sealing_need_not_be_asked_for_and_is_not_given() {
    let policy = AcceptorPolicy { protection: Protection::Elsewhere, ..Default::default() };
    let mut server = acceptor(policy);
    assert!(server.step(&Minted::default().token(misbehaving(Misbehaviour::NoSealing))).is_ok());
    assert_eq!(server.seal(&mut b"text".to_vec()), Err(AuthError::SealingNotNegotiated));
    assert!(server.sign(b"list of mechanisms").is_ok());
}

#[test]
fn a_delegated_ticket_arrives_whole_and_only_when_it_was_sent() {
    let flags = TicketFlags(TicketFlags::FORWARDED.0 | TicketFlags::FORWARDABLE.0);
    let krbtgt = name(&["krbtgt", "EXAMPLE.TEST"]);
    let forwarded = Minted { flags, server: krbtgt, ..Default::default() }.credential();
    let delegate = Some(forwarded.clone());
    let mut client = Minted::default().initiator(InitiatorOptions { delegate, ..Default::default() });
    let mut server = acceptor(AcceptorPolicy::default());
    establish(&mut client, &mut server);
    assert_eq!(server.established().unwrap().delegation, Delegation::Ticket(Box::new(forwarded)));
    assert_eq!(client.established().unwrap().delegation, Delegation::None);
}

#[test]
fn another_class_of_the_same_host_has_the_same_key_and_case_does_not_matter() {
    for server in [service("WSMAN"), service("HOST"), service("http"), name(&["HTTP", "SERVER.Example.test"])]
    {
        let minted = Minted { server: server.clone(), ..Default::default() };
        let mut acceptor = acceptor(AcceptorPolicy::default());
        acceptor.step(&minted.token(InitiatorOptions::default())).unwrap();
        assert_eq!(acceptor.ticket().unwrap().server, server);
    }
    for server in [service("cifs"), name(&["HTTP", "other.example.test"]), name(&["server.example.test"])] {
        let unknown = refusal(&Minted { server, ..Default::default() }, InitiatorOptions::default());
        assert_eq!(unknown, kerberos(KerberosError::UnknownService));
    }
}

#[test]
fn an_older_key_opens_a_ticket_and_the_wrong_type_or_key_does_not() {
    let step = |entries: Vec<KeytabEntry>| {
        let credentials = Arc::new(AcceptorCredentials::new(Keytab { entries }));
        let token = Minted::default().token(InitiatorOptions::default());
        acceptor_of(&credentials, AcceptorPolicy::default(), NOW).step(&token).map(|_| ())
    };
    let of = |version, key| entry(service("HTTP"), version, key);
    let (right, wrong) = (|| service_key(AES256), || key(AES256, 1));
    assert_eq!(step(vec![of(1, wrong()), of(3, wrong()), of(2, right())]), Ok(()));
    assert_eq!(step(vec![of(2, wrong()), of(1, right())]), Ok(()));
    assert_eq!(step(vec![of(2, wrong())]), Err(kerberos(KerberosError::TicketModified)));
    let other_type = vec![of(2, service_key(EncryptionType::AES128_CTS_HMAC_SHA1_96))];
    assert_eq!(step(other_type), Err(kerberos(KerberosError::NoKey { found: AES256 })));
    assert_eq!(step(Vec::new()), Err(kerberos(KerberosError::UnknownService)));
}

#[test]
fn a_refusal_has_a_krb_error_with_the_code_of_the_rfc() {
    let (krb_error, nothing) = (
        |token: &[u8]| {
            let mut server = acceptor(AcceptorPolicy::default());
            server.step(token).unwrap_err();
            server.error_token().map(<[u8]>::to_vec)
        },
        None,
    );
    let token = krb_error(&Minted::default().token(misbehaving(Misbehaviour::Clock(999)))).unwrap();
    let (id, message) = token::unframe(&token).unwrap();
    assert_eq!(id, token::TokenId::KRB_ERROR);
    let error: picky::KrbError = picky_asn1_der::from_bytes(message).unwrap();
    assert_eq!(error.0.error_code.0, 37);
    assert_eq!(error.0.realm.0.to_string(), "EXAMPLE.TEST");
    // KERB-ERROR-DATA { data-type [1] 2 }
    assert_eq!(error.0.e_data.0.unwrap().0.0, [0x30, 5, 0xA1, 3, 2, 1, 2]);
    assert_eq!(krb_error(b"\x60\x02\x06\x00"), nothing);
    let mut client = Minted::default().initiator(InitiatorOptions::default());
    client.step(&[]).unwrap();
    let code = ErrorCode::SKEW;
    assert_eq!(client.step(&token), Err(kerberos(KerberosError::Refused { code })));
}

#[test]
fn a_dead_acceptor_stays_dead_and_a_complete_one_takes_no_more_tokens() {
    let token = Minted::default().token(InitiatorOptions::default());
    let mut server = acceptor(AcceptorPolicy::default());
    assert_eq!(server.seal(&mut b"text".to_vec()), Err(AuthError::NotEstablished));
    assert!(server.step(b"").is_err());
    assert_eq!(server.step(&token), Err(AuthError::Finished));
    let mut message = b"text".to_vec();
    assert_eq!(server.unseal(&[], &mut message), Err(AuthError::Finished));
    assert_eq!(message, b"");
    let mut server = acceptor(AcceptorPolicy::default());
    assert!(matches!(server.step(&token), Ok(Step::Complete(Some(_)))));
    assert_eq!(server.step(&token), Err(AuthError::Finished));
}
