pub(crate) mod fake;
mod hostile;
pub(crate) mod recorded;

use recorded::MICROS;
use recorded::NOW;
use recorded::PASSWORD;
use recorded::octets;

use super::*;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::TicketFlags;
use crate::auth::kerberos::Time;

/// What the source of randomness below makes of four octets.
pub(crate) const NONCE: u32 = 0x1112_1314;

/// The time of the recording, and octets that count up.
fn given() -> Given {
    let count_up = |octets: &mut [u8]| octets.iter_mut().zip(0x11..).for_each(|(octet, next)| *octet = next);
    Given { now: Time { unix_s: NOW, micros: MICROS }, random: Box::new(count_up) }
}

fn wish() -> Wish {
    let encryption_types = vec![EncryptionType::AES256_CTS_HMAC_SHA1_96];
    Wish { encryption_types, pac: Some(false), ..Wish::default() }
}

fn begin(password: &str) -> ExpectAsRep {
    AsExchange::begin(Account::principal("EXAMPLE.TEST", "alice"), password, wish(), given()).unwrap().0
}

/// After the first answer of the recording.
fn proved(password: &str) -> (ExpectAsRep, Vec<u8>) {
    match begin(password).step(&octets(recorded::PREAUTH_REQUIRED)).unwrap() {
        AsStep::Send(expect, request) => (expect, request),
        AsStep::Done(_) => panic!("a proof is due"),
    }
}

fn done(step: AsStep) -> Credential {
    match step {
        AsStep::Done(credential) => credential,
        AsStep::Send(..) => panic!("the exchange is over"),
    }
}

#[test]
fn a_recorded_kdc_believes_our_proof_and_gives_a_ticket_granting_ticket() {
    let (expect, request) = proved(PASSWORD);
    assert_eq!(request, octets(recorded::AS_REQ));
    assert_eq!(expect.realm(), "EXAMPLE.TEST");
    let credential = done(expect.step(&octets(recorded::AS_REP)).unwrap());
    assert_eq!(credential.session_key.octets(), octets(recorded::AS_KEY));
    assert_eq!(credential.server, fake::name("EXAMPLE.TEST", &["krbtgt", "EXAMPLE.TEST"]));
    assert_eq!(credential.client, fake::name("EXAMPLE.TEST", &["alice"]));
    assert_eq!((credential.start_time, credential.end_time), (NOW, NOW + 36_000));
    assert!(TicketFlags(credential.flags).contains(TicketFlags::FORWARDABLE));
}

#[test]
fn a_recorded_ticket_granting_service_gives_a_ticket_for_a_service() {
    let credential = done(proved(PASSWORD).0.step(&octets(recorded::AS_REP)).unwrap());
    let (expect, request) = TgsExchange::begin(&credential, &["HTTP", "localhost"], wish(), given()).unwrap();
    assert_eq!(request, octets(recorded::TGS_REQ));
    let TgsStep::Done(ticket) = expect.step(&octets(recorded::TGS_REP)).unwrap() else {
        panic!("no referral was recorded")
    };
    assert_eq!(ticket.session_key.octets(), octets(recorded::TGS_KEY));
    assert_eq!(ticket.server, fake::name("EXAMPLE.TEST", &["HTTP", "localhost"]));
    // The ticket is passed on as it came: the octets are in the answer.
    let answer = octets(recorded::TGS_REP);
    assert!(answer.windows(ticket.ticket.len()).any(|window| window == ticket.ticket));
}

#[test]
fn another_library_reads_our_requests() {
    let first = AsExchange::begin(Account::enterprise("EXAMPLE.TEST", "a@b"), "", Wish::default(), given());
    let request: picky_krb::messages::AsReq = picky_asn1_der::from_bytes(&first.unwrap().1).unwrap();
    let body = &request.0.req_body.0;
    let client = &body.cname.0.as_ref().unwrap().0;
    assert_eq!(client.name_type.0.0, [10]);
    assert_eq!(client.name_string.0.0[0].as_bytes(), b"a@b");
    assert_eq!(body.realm.0.as_bytes(), b"EXAMPLE.TEST");
    assert_eq!(body.kdc_options.0.0.as_bytes(), [0, 0x40, 0x01, 0, 0]);
    assert_eq!(body.nonce.0.0, NONCE.to_be_bytes());
    let types: Vec<_> = body.etype.0.0.iter().map(|kind| kind.0.clone()).collect();
    assert_eq!(types, [[20], [18], [19], [17], [23]]);
    let padata = &request.0.padata.0.as_ref().unwrap().0.0;
    let kinds: Vec<_> = padata.iter().map(|element| element.padata_type.0.0.clone()).collect();
    assert_eq!(kinds, [vec![0, 128], vec![0, 149]]);
}

#[test]
fn nothing_that_is_printed_holds_the_password_or_a_key() {
    let (expect, _) = proved(PASSWORD);
    let credential = done(proved(PASSWORD).0.step(&octets(recorded::AS_REP)).unwrap());
    let printed = format!("{expect:?} {credential:?} {:?}", given());
    assert!(!printed.contains(PASSWORD), "{printed}");
    assert!(!printed.contains(&format!("{:?}", octets(recorded::AS_KEY))), "{printed}");
}
