//! picky-krb reads what we write.

use picky_asn1::wrapper::IntegerAsn1;
use picky_asn1_der::from_bytes;
use picky_krb::data_types as picky_data;
use picky_krb::messages as picky;

use crate::auth::ChannelBindings;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::kerberos::tests::minted::*;
use crate::auth::kerberos::token::unframe;
use crate::auth::kerberos::*;

fn value(number: &IntegerAsn1) -> u64 {
    number.as_unsigned_bytes_be().iter().fold(0, |value, octet| value << 8 | u64::from(*octet))
}

/// The authenticator of a token, decrypted.
fn authenticator(token: &[u8]) -> (picky::ApReq, picky_data::Authenticator) {
    let request: picky::ApReq = from_bytes(unframe(token).unwrap().1).unwrap();
    let cipher = &request.0.authenticator.0.cipher.0.0;
    let opened = session_key(AES256).decrypt(KeyUsage(11), cipher).unwrap();
    let authenticator = from_bytes(&opened).unwrap();
    (request, authenticator)
}

#[test]
fn the_request_says_who_when_and_what_is_asked_for() {
    let channel_bindings = Some(ChannelBindings::tls_server_end_point(&[1; 32]));
    let encryption_types = vec![AES256];
    let options = InitiatorOptions { channel_bindings, encryption_types, ..Default::default() };
    let hash = options.channel_bindings.as_ref().unwrap().md5();
    let (request, authenticator) = authenticator(&Minted::default().token(options));
    assert_eq!(request.0.ap_options.0.0.as_bytes()[1..], [0x20, 0, 0, 0], "mutual-required");
    assert_eq!(value(&request.0.ticket.0.0.enc_part.0.etype.0), 18);
    let authenticator = authenticator.0;
    assert_eq!(authenticator.crealm.0.to_string(), "EXAMPLE.TEST");
    assert_eq!(authenticator.cname.0.name_string.0.0[0].to_string(), "alice");
    assert_eq!(value(&authenticator.cusec.0), 7);
    assert_eq!((authenticator.ctime.0.0.year(), authenticator.ctime.0.0.hour()), (2027, 8));
    assert_eq!(value(&authenticator.subkey.0.unwrap().0.key_type.0), 18);
    assert!(value(&authenticator.seq_number.0.unwrap().0) < 1 << 30);
    let checksum = authenticator.cksum.0.unwrap().0;
    assert_eq!(value(&checksum.cksumtype.0), 0x8003);
    let expected = [&[16, 0, 0, 0][..], &hash, &[0x3E, 0, 0, 0]].concat();
    assert_eq!(checksum.checksum.0.0, expected, "mutual, replay, sequence, confidentiality, integrity");
    let relevant = authenticator.authorization_data.0.unwrap().0.0;
    assert_eq!((relevant.len(), value(&relevant[0].ad_type.0)), (1, 1));
    let inner: picky_data::AuthorizationData = from_bytes(&relevant[0].ad_data.0.0).unwrap();
    let inner: Vec<_> = inner.0.iter().map(|one| (value(&one.ad_type.0), one.ad_data.0.0.clone())).collect();
    // An EtypeList of 18; KERB_AP_OPTIONS_CBT in four octets, the least significant first.
    assert_eq!(inner, [(129, vec![0x30, 3, 2, 1, 18]), (143, vec![0, 0x40, 0, 0])]);
}

#[test]
fn a_client_without_a_channel_says_nothing_about_it() {
    let options = InitiatorOptions { encryption_types: Vec::new(), ..Default::default() };
    let (_, authenticator) = authenticator(&Minted::default().token(options));
    assert!(authenticator.0.authorization_data.0.is_none());
    assert_eq!(authenticator.0.cksum.0.unwrap().0.checksum.0.0[4..20], [0; 16]);
}

#[test]
fn nothing_is_delegated_unless_asked_and_then_it_is_a_krb_cred() {
    let krbtgt = name(&["krbtgt", "EXAMPLE.TEST"]);
    let flags = TicketFlags::FORWARDED;
    let forwarded = Minted { server: krbtgt, flags, ..Default::default() }.credential();
    let options = InitiatorOptions { delegate: Some(forwarded.clone()), ..Default::default() };
    let (_, authenticator) = authenticator(&Minted::default().token(options));
    let checksum = authenticator.0.cksum.0.unwrap().0.checksum.0.0;
    assert_eq!(checksum[20..24], [0x3F, 0, 0, 0]);
    let cred: picky::KrbCred = from_bytes(&checksum[28..]).unwrap();
    assert_eq!(picky_asn1_der::to_vec(&cred.0.tickets.0.0[0]).unwrap(), forwarded.ticket);
    let cipher = &cred.0.enc_part.0.cipher.0.0;
    let part: picky_data::EncKrbCredPart =
        from_bytes(&session_key(AES256).decrypt(KeyUsage(14), cipher).unwrap()).unwrap();
    let info = &part.0.ticket_info.0.0[0];
    assert_eq!(info.key.0.key_value.0.0, forwarded.session_key.octets());
    assert_eq!(info.pname.0.as_ref().unwrap().0.name_string.0.0[0].to_string(), "alice");
    assert_eq!(info.sname.0.as_ref().unwrap().0.name_string.0.0[0].to_string(), "krbtgt");
    assert_eq!(info.flags.0.as_ref().unwrap().0.0.payload_view(), flags.0.to_be_bytes());
}

#[test]
fn the_answer_echoes_the_time_and_brings_a_subkey() {
    let mut client = Minted::default().initiator(InitiatorOptions::default());
    let Step::Continue(request) = client.step(&[]).unwrap() else { panic!("mutual") };
    let Step::Complete(Some(answer)) = acceptor(AcceptorPolicy::default()).step(&request).unwrap() else {
        panic!("mutual")
    };
    let answer: picky::ApRep = from_bytes(unframe(&answer).unwrap().1).unwrap();
    assert_eq!((value(&answer.0.pvno.0), value(&answer.0.msg_type.0)), (5, 15));
    let opened = session_key(AES256).decrypt(KeyUsage(12), &answer.0.enc_part.0.cipher.0.0).unwrap();
    let part: picky_data::EncApRepPart = from_bytes(&opened).unwrap();
    let (_, authenticator) = authenticator(&request);
    assert_eq!(part.0.ctime.0, authenticator.0.ctime.0);
    assert_eq!(value(&part.0.cusec.0), 7);
    assert_eq!(value(&part.0.subkey.0.unwrap().0.key_type.0), 18);
    assert!(part.0.seq_number.0.is_some());
}
