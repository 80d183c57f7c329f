use super::*;
use crate::auth::kerberos::ticket::EncTicketPart;

fn name(components: &[&str]) -> PrincipalName {
    let components = components.iter().map(|component| (*component).to_owned()).collect();
    PrincipalName { realm: "EXAMPLE.TEST".to_owned(), components }
}

fn mint() -> Mint {
    let key = Key::new(EncryptionType::AES128_CTS_HMAC_SHA256_128, &[3; 16]).unwrap();
    Mint { service: name(&["HTTP", "localhost"]), key, key_version: Some(300) }
}

fn random() -> Random {
    Box::new(|octets| octets.fill(0x2A))
}

fn ticket() -> MintedTicket {
    let flags = TicketFlags::FORWARDED.with(TicketFlags::OK_AS_DELEGATE);
    let session_key = EncryptionType::RC4_HMAC;
    MintedTicket { session_key, flags, ..MintedTicket::new(name(&["jürgen"]), 1_790_000_000, 1_790_000_001) }
}

#[test]
fn the_services_key_opens_a_ticket_that_says_what_was_asked() {
    let credential = mint().strike(&ticket(), &mut random()).unwrap();
    let readable = Ticket::parse(&credential.ticket).unwrap();
    assert_eq!(readable.server, mint().service);
    assert_eq!(readable.enc_part.key_version, Some(300));
    let sealed = mint().key.decrypt(TICKET, &readable.enc_part.cipher).unwrap();
    let sealed = EncTicketPart::parse(&sealed).unwrap();
    assert_eq!(sealed.client, name(&["jürgen"]));
    assert_eq!(sealed.key, credential.session_key);
    assert_eq!(sealed.key.octets(), [0x2A; 16]);
    assert_eq!((sealed.start_time, sealed.end_time), (1_790_000_000, 1_790_000_001));
    assert_eq!(sealed.flags, ticket().flags);
}

#[test]
fn another_library_reads_the_same() {
    let mint = mint();
    let ticket = MintedTicket { client: name(&["alice"]), ..ticket() };
    let credential = mint.strike(&ticket, &mut random()).unwrap();
    let outer: picky_krb::data_types::Ticket = picky_asn1_der::from_bytes(&credential.ticket).unwrap();
    assert_eq!(outer.0.realm.0.as_bytes(), b"EXAMPLE.TEST");
    let sealed = mint.key.decrypt(TICKET, &outer.0.enc_part.0.cipher.0.0).unwrap();
    let inner: picky_krb::data_types::EncTicketPart = picky_asn1_der::from_bytes(&sealed).unwrap();
    assert_eq!(inner.0.cname.0.name_string.0.0[0].as_bytes(), b"alice");
    assert_eq!(inner.0.key.0.key_type.0.0, [23]);
    assert_eq!(inner.0.flags.0.0.as_bytes(), [0, 0x20, 0x04, 0, 0]);
    assert_eq!((inner.0.endtime.0.0.year(), inner.0.endtime.0.0.second()), (2026, 21));
}
