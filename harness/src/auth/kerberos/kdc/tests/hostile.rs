//! What a KDC, or whoever pretends to be one, must not get away with.
use proptest::prelude::*;

use crate::auth::AuthError;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::ErrorCode;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::TicketFlags;
use crate::auth::kerberos::kdc::Account;
use crate::auth::kerberos::kdc::AsExchange;
use crate::auth::kerberos::kdc::AsStep;
use crate::auth::kerberos::kdc::KdcError;
use crate::auth::kerberos::kdc::KdcOptions;
use crate::auth::kerberos::kdc::TgsExchange;
use crate::auth::kerberos::kdc::TgsStep;
use crate::auth::kerberos::kdc::Wish;
use crate::auth::kerberos::kdc::preauth::PaData;
use crate::auth::kerberos::kdc::tests::begin;
use crate::auth::kerberos::kdc::tests::done;
use crate::auth::kerberos::kdc::tests::fake::Answer;
use crate::auth::kerberos::kdc::tests::fake::name;
use crate::auth::kerberos::kdc::tests::fake::ticket_granting_ticket;
use crate::auth::kerberos::kdc::tests::given;
use crate::auth::kerberos::kdc::tests::proved;
use crate::auth::kerberos::kdc::tests::recorded;
use crate::auth::kerberos::kdc::tests::recorded::NOW;
use crate::auth::kerberos::kdc::tests::recorded::PASSWORD;
use crate::auth::kerberos::kdc::tests::recorded::octets;
use crate::auth::kerberos::kdc::tests::wish;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::name_to_der;
use crate::auth::kerberos::wire::sequence;
use crate::codec::CodecError;
use crate::limits::KDC_MESSAGE_BYTES_MAX;
use crate::limits::KDC_PADATA_MAX;
use crate::limits::KDC_REFERRALS_MAX;
use crate::limits::KERBEROS_ITERATIONS_MAX;

/// [RFC 4120 5.9.1] KRB-ERROR
fn krb_error(code: i64, data: &[u8]) -> Vec<u8> {
    let server = name("EXAMPLE.TEST", &["krbtgt", "EXAMPLE.TEST"]);
    message(
        30,
        &[
            field(0, &integer(5)),
            field(1, &integer(30)),
            field(4, &time::to_der(NOW + 7)),
            field(5, &integer(0)),
            field(6, &integer(code)),
            field(9, &general_string(&server.realm)),
            field(10, &name_to_der(NameType::SERVICE, &server)),
            field(12, &element(Tag::OCTET_STRING, data)),
        ],
    )
}

fn padata(kind: i64, value: &[u8]) -> Vec<u8> {
    sequence(&[field(1, &integer(kind)), field(2, &element(Tag::OCTET_STRING, value))])
}

/// METHOD-DATA that wants a timestamp by one of these types, with these iterations.
fn method_data(recipes: &[(EncryptionType, u32)]) -> Vec<u8> {
    let entry = |(kind, iterations): &(EncryptionType, u32)| {
        let iterations = element(Tag::OCTET_STRING, &iterations.to_be_bytes());
        sequence(&[
            field(0, &integer(kind.0.into())),
            field(1, &general_string("salt")),
            field(2, &iterations),
        ])
    };
    let info = sequence(&recipes.iter().map(entry).collect::<Vec<_>>());
    sequence(&[padata(2, &[]), padata(19, &info)])
}

fn refused(result: Result<AsStep, AuthError>) -> AuthError {
    result.map(|step| format!("{step:?}")).unwrap_err()
}

#[test]
fn iterations_without_end_are_refused_before_they_are_made() {
    let aes = EncryptionType::AES256_CTS_HMAC_SHA1_96;
    for found in [0, KERBEROS_ITERATIONS_MAX + 1, u32::MAX] {
        let answer = krb_error(25, &method_data(&[(aes, found)]));
        let error = AuthError::Iterations { found, max: KERBEROS_ITERATIONS_MAX };
        assert_eq!(refused(begin(PASSWORD).step(&answer)), error);
    }
}

#[test]
fn an_error_can_not_talk_us_into_a_weaker_type_than_it_names_too() {
    let (rc4, aes) = (EncryptionType::RC4_HMAC, EncryptionType::AES128_CTS_HMAC_SHA1_96);
    let wish = Wish { encryption_types: EncryptionType::KNOWN.to_vec(), ..wish() };
    let account = Account::principal("EXAMPLE.TEST", "alice");
    let (expect, _) = AsExchange::begin(account, PASSWORD, wish, given()).unwrap();
    let step = expect.step(&krb_error(25, &method_data(&[(rc4, 0), (aes, 10)]))).unwrap();
    let AsStep::Send(_, request) = step else { panic!("a proof is due") };
    let request: picky_krb::messages::AsReq = picky_asn1_der::from_bytes(&request).unwrap();
    let proof = &request.0.padata.0.as_ref().unwrap().0.0[0].padata_data.0.0;
    let proof: picky_krb::data_types::EncryptedData = picky_asn1_der::from_bytes(proof).unwrap();
    assert_eq!(proof.etype.0.0, [17]);
    // One that was not offered is not used, though we could.
    let only_rc4 = krb_error(25, &method_data(&[(rc4, 0)]));
    assert_eq!(refused(begin(PASSWORD).step(&only_rc4)), KdcError::NoPreauthentication.into());
}

#[test]
fn a_second_demand_for_a_proof_ends_the_exchange() {
    let again = proved(PASSWORD).0.step(&octets(recorded::PREAUTH_REQUIRED));
    assert_eq!(refused(again), KdcError::PreauthenticationTwice.into());
}

#[test]
fn a_refusal_tells_both_clocks() {
    let error = KdcError::Refused { code: ErrorCode::SKEW, kdc_time: NOW + 7, now: NOW };
    assert_eq!(refused(begin(PASSWORD).step(&krb_error(37, &[]))), error.into());
}

#[test]
fn another_password_does_not_open_the_answer() {
    let opened = proved("wonderland").0.step(&octets(recorded::AS_REP));
    assert_eq!(refused(opened), KdcError::PasswordWrong.into());
}

#[test]
fn a_request_that_was_changed_on_its_way_is_noticed_by_the_echo() {
    let recorded = octets(recorded::AS_REP);
    let (mut expect, _) = proved(PASSWORD);
    expect.request_for_test().push(0);
    assert_eq!(refused(expect.step(&recorded)), KdcError::RequestModified.into());
}

/// What the sealed part says has to survive whatever else is changed.
#[test]
fn a_changed_answer_is_refused_or_says_the_same() {
    let answer = octets(recorded::AS_REP);
    let (expect, _) = proved(PASSWORD);
    let whole = done(expect.step(&answer).unwrap());
    let mut refused = 0;
    for index in 0..answer.len() {
        let mut changed = answer.clone();
        changed[index] ^= 1 << (index % 8);
        let (expect, _) = proved(PASSWORD);
        match expect.step(&changed) {
            Err(_) => refused += 1,
            Ok(step) => {
                let credential = done(step);
                assert_eq!(credential.session_key, whole.session_key, "{index}");
                assert_eq!(credential.server, whole.server, "{index}");
                assert_eq!(credential.end_time, whole.end_time, "{index}");
            }
        }
    }
    assert!(refused > answer.len() / 3, "{refused} of {}", answer.len());
}

#[test]
fn a_cut_answer_is_refused() {
    let answer = octets(recorded::AS_REP);
    let error = octets(recorded::PREAUTH_REQUIRED);
    for len in 0..answer.len() {
        assert!(begin(PASSWORD).step(&answer[..len]).is_err(), "{len}");
    }
    for len in 0..error.len() {
        assert!(begin(PASSWORD).step(&error[..len]).is_err(), "{len}");
    }
}

#[test]
fn padata_and_messages_have_bounds() {
    let list = |count: usize| PaData::parse_list(&padata(1, &[]).repeat(count));
    assert_eq!(list(KDC_PADATA_MAX).unwrap().len(), KDC_PADATA_MAX);
    let (len, len_max) = (KDC_PADATA_MAX + 1, KDC_PADATA_MAX);
    assert_eq!(list(len), Err(CodecError::TooLong { field: "padata", len, len_max }.into()));

    let too_long = |len: usize| refused(begin(PASSWORD).step(&vec![0x6B; len]));
    let (len, len_max) = (KDC_MESSAGE_BYTES_MAX + 1, KDC_MESSAGE_BYTES_MAX);
    assert_eq!(too_long(len), AuthError::TokenTooLong { len, len_max });
    assert!(matches!(too_long(len_max), AuthError::Malformed(_)));
}

proptest! {
    #[test]
    fn octets_of_any_kind_are_refused(octets in proptest::collection::vec(any::<u8>(), 0..200), tag in 0x60_u8..0x80) {
        let tagged = element(Tag(tag), &element(Tag::SEQUENCE, &octets));
        prop_assert!(begin(PASSWORD).step(&octets).is_err());
        prop_assert!(begin(PASSWORD).step(&tagged).is_err());
    }
}

/// What the client makes of an answer to a request for `HTTP/host.a.test`.
fn told(answer: &Answer) -> Result<Credential, AuthError> {
    let (expect, _) =
        TgsExchange::begin(&ticket_granting_ticket(), &["HTTP", "host.a.test"], wish(), given())?;
    match expect.step(&answer.to_der())? {
        TgsStep::Done(credential) => Ok(credential),
        TgsStep::Send(expect, _) => panic!("a referral to {}", expect.realm()),
    }
}

#[test]
fn an_answer_that_says_what_was_asked_is_taken() {
    assert_eq!(told(&Answer::default()).unwrap().server, name("A.TEST", &["HTTP", "host.a.test"]));
}

#[test]
fn each_thing_that_was_not_asked_is_an_error_of_its_own() {
    let good = Answer::default();
    let other = || name("A.TEST", &["HTTP", "other.a.test"]);
    let rc4 = Key::new(EncryptionType::RC4_HMAC, &[1; 16]).unwrap();
    let not_ours = Key::new(EncryptionType::AES256_CTS_HMAC_SHA1_96, &[1; 32]).unwrap();
    let not_asked = KdcError::EncryptionTypeNotAsked { found: EncryptionType::RC4_HMAC };
    let times = |start_time, end_time| KdcError::TimesWrong { start_time, end_time, now: NOW };
    let mallory = name("A.TEST", &["mallory"]);
    let elsewhere = name("B.TEST", &["alice"]);
    for (answer, error) in [
        (Answer { nonce: 1, ..good.clone() }, KdcError::NonceWrong),
        (Answer { client: mallory, ..good.clone() }, KdcError::ClientWrong),
        (Answer { client: elsewhere, ..good.clone() }, KdcError::ClientWrong),
        (Answer::of(other()), KdcError::ServerWrong),
        (Answer::of(name("B.TEST", &["HTTP", "host.a.test"])), KdcError::ServerWrong),
        (Answer { readable_server: other(), ..good.clone() }, KdcError::ServerWrong),
        (Answer { session_key: rc4.clone(), ..good.clone() }, not_asked.clone()),
        (Answer { sealed_with: rc4, ..good.clone() }, not_asked),
        (Answer { sealed_with: not_ours, ..good.clone() }, KdcError::NotFromKdc),
        (Answer { usage: KeyUsage(3), ..good.clone() }, KdcError::NotFromKdc),
        (Answer { start_time: NOW + 301, ..good.clone() }, times(NOW + 301, NOW + 3600)),
        (Answer { end_time: NOW, ..good.clone() }, times(NOW, NOW)),
        (Answer { end_time: NOW + 36_001, ..good.clone() }, times(NOW, NOW + 36_001)),
    ] {
        assert_eq!(told(&answer), Err(error.into()), "{answer:?}");
    }
    for good in
        [Answer { start_time: NOW + 300, ..good.clone() }, Answer { end_time: NOW + 36_000, ..good.clone() }]
    {
        assert!(told(&good).is_ok());
    }
}

#[test]
fn a_ticket_that_was_to_be_forwarded_and_is_not_is_refused() {
    let own = name("A.TEST", &["krbtgt", "A.TEST"]);
    let take = |flags| {
        let (expect, _) = TgsExchange::forward(&ticket_granting_ticket(), wish(), given()).unwrap();
        expect.step(&Answer { flags, ..Answer::of(own.clone()) }.to_der())
    };
    assert!(matches!(take(TicketFlags::FORWARDED), Ok(TgsStep::Done(_))));
    let refused = take(TicketFlags::FORWARDABLE).map(|step| format!("{step:?}"));
    assert_eq!(refused, Err(KdcError::NotForwarded.into()));
}

/// Follows referrals from realm to realm, as `next` names them by number.
fn wander(wish: Wish, next: impl Fn(usize) -> PrincipalName) -> (usize, Result<Credential, AuthError>) {
    let begun = TgsExchange::begin(&ticket_granting_ticket(), &["HTTP", "host.a.test"], wish, given());
    let (mut expect, _) = begun.unwrap();
    for count in 0..100 {
        match expect.step(&Answer::of(next(count)).to_der()) {
            Ok(TgsStep::Send(following, _)) => expect = following,
            Ok(TgsStep::Done(credential)) => return (count, Ok(credential)),
            Err(error) => return (count, Err(error)),
        }
    }
    panic!("referrals without end were followed")
}

#[test]
fn referrals_are_followed_up_to_a_bound() {
    let realm = |count: usize| if count == 0 { "A.TEST".to_owned() } else { format!("R{count}.TEST") };
    let refer = |count: usize| name(&realm(count), &["krbtgt", &realm(count + 1)]);
    let (count, found) = wander(wish(), |count| {
        if count == KDC_REFERRALS_MAX { name(&realm(count), &["HTTP", "host.a.test"]) } else { refer(count) }
    });
    assert_eq!(
        (count, found.map(|found| found.server.realm)),
        (KDC_REFERRALS_MAX, Ok(realm(KDC_REFERRALS_MAX)))
    );
    let too_many = KdcError::ReferralsTooMany { referrals_max: KDC_REFERRALS_MAX };
    assert_eq!(wander(wish(), refer), (KDC_REFERRALS_MAX, Err(too_many.into())));
}

#[test]
fn a_referral_in_a_circle_or_unasked_or_by_another_realm_is_refused() {
    let circle = |count: usize| match count {
        0 => name("A.TEST", &["krbtgt", "B.TEST"]),
        _ => name("B.TEST", &["krbtgt", "A.TEST"]),
    };
    assert_eq!(wander(wish(), circle), (1, Err(KdcError::ReferralLoop.into())));
    let unasked = Wish { options: KdcOptions::default(), ..wish() };
    assert_eq!(wander(unasked, circle), (0, Err(KdcError::ServerWrong.into())));
    let of_other = |_| name("C.TEST", &["krbtgt", "B.TEST"]);
    assert_eq!(wander(wish(), of_other), (0, Err(KdcError::ServerWrong.into())));
}
