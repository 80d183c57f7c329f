//! What the initiator makes of answers.

use crate::auth::AuthError;
use crate::auth::Role;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::kerberos::ap_rep::ApRep;
use crate::auth::kerberos::ap_rep::EncApRepPart;
use crate::auth::kerberos::ap_req::ApReq;
use crate::auth::kerberos::authenticator::Authenticator;
use crate::auth::kerberos::tests::minted::*;
use crate::auth::kerberos::token::TokenId;
use crate::auth::kerberos::token::frame;
use crate::auth::kerberos::token::unframe;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::*;

fn kerberos(error: KerberosError) -> AuthError {
    AuthError::Kerberos(error)
}

fn waiting() -> Initiator {
    let mut client = Minted::default().initiator(InitiatorOptions::default());
    assert!(matches!(client.step(&[]), Ok(Step::Continue(_))));
    client
}

/// An AP-REP under `key` that echoes this time.
fn answer(key: &Key, time: Time, subkey: Option<Key>) -> Vec<u8> {
    let part = EncApRepPart { time, subkey, sequence: None };
    let cipher = key.encrypt(KeyUsage::AP_REP, [3; 16], &part.to_der()).unwrap();
    let encryption_type = key.encryption_type();
    let enc_part = EncryptedData { encryption_type, key_version: None, cipher };
    frame(TokenId::AP_REP, &ApRep { enc_part }.to_der())
}

const ASKED_AT: Time = Time { unix_s: NOW, micros: 7 };

#[test]
fn a_wrong_or_absent_proof_of_the_server_ends_the_context() {
    let right = session_key(AES256);
    assert_eq!(waiting().step(&answer(&right, ASKED_AT, None)), Ok(Step::Complete(None)));
    let later = Time { micros: 8, ..ASKED_AT };
    let earlier = Time { unix_s: NOW - 1, ..ASKED_AT };
    let id = |id| frame(TokenId(id), b"");
    let wrong_id = |found| KerberosError::WrongTokenId { expected: [2, 0], found };
    for (token, expected) in [
        (Vec::new(), KerberosError::AcceptorUnproved),
        (answer(&key(AES256, 1), ASKED_AT, None), KerberosError::AcceptorUnproved),
        (answer(&session_key(EncryptionType::RC4_HMAC), ASKED_AT, None), KerberosError::AcceptorUnproved),
        (answer(&right, later, None), KerberosError::AnswerToOther),
        (answer(&right, earlier, None), KerberosError::AnswerToOther),
        (id([1, 0]), wrong_id([1, 0])),
        (id([5, 4]), wrong_id([5, 4])),
    ] {
        let mut client = waiting();
        assert_eq!(client.step(&token), Err(kerberos(expected)));
        assert_eq!(client.established(), None);
        assert_eq!(client.step(&answer(&right, ASKED_AT, None)), Err(AuthError::Finished));
        assert_eq!(client.seal(&mut b"text".to_vec()), Err(AuthError::Finished));
    }
}

#[test]
fn its_own_request_does_not_serve_as_an_answer() {
    let mut client = Minted::default().initiator(InitiatorOptions::default());
    let Step::Continue(request) = client.step(&[]).unwrap() else { panic!("mutual") };
    assert!(client.step(&request).is_err());
}

#[test]
fn nothing_is_sealed_before_the_server_proved_itself() {
    assert_eq!(waiting().seal(&mut b"text".to_vec()), Err(AuthError::NotEstablished));
    assert_eq!(waiting().established(), None);
}

#[test]
fn a_server_that_was_not_asked_to_prove_itself_is_waited_for_in_vain() {
    let options = InitiatorOptions { misbehaviour: Some(Misbehaviour::NoMutual), ..Default::default() };
    let mut client = Minted::default().initiator(options);
    let Step::Continue(request) = client.step(&[]).unwrap() else { panic!("it waits") };
    assert_eq!(acceptor(AcceptorPolicy::default()).step(&request), Ok(Step::Complete(None)));
    assert_eq!(client.step(&[]), Err(kerberos(KerberosError::AcceptorUnproved)));
}

#[test]
fn an_expired_ticket_is_not_sent() {
    let mut client = Minted { end_time: NOW, ..Default::default() }.initiator(InitiatorOptions::default());
    let expired = KerberosError::TicketExpired { end_time: NOW, now: NOW };
    assert_eq!(client.step(&[]), Err(kerberos(expired)));
    let mut client =
        Minted { end_time: NOW + 1, ..Default::default() }.initiator(InitiatorOptions::default());
    assert!(client.step(&[]).is_ok());
}

#[test]
fn a_client_begins_without_a_token() {
    let mut client = Minted::default().initiator(InitiatorOptions::default());
    let (expected, found) = (TokenKind::Empty, TokenKind::Unknown);
    assert_eq!(client.step(b"x"), Err(AuthError::UnexpectedToken { expected, found }));
}

#[test]
fn the_same_time_and_randomness_make_the_same_token_and_other_randomness_another() {
    let token = || Minted::default().token(InitiatorOptions::default());
    assert_eq!(token(), token());
    let given = InitiatorGiven { now: ASKED_AT, random: random(2) };
    let mut other = Initiator::new(Minted::default().credential(), InitiatorOptions::default(), given);
    assert_ne!(other.step(&[]), Ok(Step::Continue(token())));
}

#[test]
fn the_subkey_of_the_answer_counts_unless_both_are_rc4() {
    let rc4 = EncryptionType::RC4_HMAC;
    for (session_type, subkey_type) in [(AES256, rc4), (rc4, AES256), (AES256, AES256), (rc4, rc4)] {
        let mut client = Minted { session_type, ..Default::default() }.initiator(InitiatorOptions::default());
        let Step::Continue(request) = client.step(&[]).unwrap() else { panic!("mutual") };
        let sequence = sequence_of(&request, session_type);
        let subkey = Some(key(subkey_type, 1));
        client.step(&answer(&session_key(session_type), ASKED_AT, subkey)).unwrap();
        assert_eq!(client.established().unwrap().cipher, subkey_type.name());
        let mut message = b"text".to_vec();
        let header = client.seal(&mut message).unwrap();
        let mut peer = Seal::new(&key(subkey_type, 1), Role::Acceptor, true, 0, sequence, random(9)).unwrap();
        let is_theirs = peer.unseal(&header, &mut message).is_ok();
        assert_eq!(is_theirs, (session_type, subkey_type) != (rc4, rc4));
    }
}

/// Where the client's numbers begin.
fn sequence_of(request: &[u8], session_type: EncryptionType) -> u64 {
    let request = ApReq::parse(unframe(request).unwrap().1).unwrap();
    let opened = session_key(session_type).decrypt(KeyUsage::AUTHENTICATOR, &request.authenticator.cipher);
    Authenticator::parse(&opened.unwrap()).unwrap().sequence.unwrap().into()
}

#[test]
fn no_key_is_printed() {
    let minted = Minted::default();
    let text = format!(
        "{:?} {:?} {:?} {:?}",
        minted.credential(),
        keytab(),
        minted.initiator(InitiatorOptions::default()),
        acceptor(AcceptorPolicy::default())
    );
    for secret in ["85, 85", "94, 94", "5555", "5e5e"] {
        assert!(!text.contains(secret), "{text}");
    }
}
