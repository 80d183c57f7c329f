//! On each bound, and one past it.

use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::kerberos::authenticator::Authenticator;
use crate::auth::kerberos::authenticator::Extras;
use crate::auth::kerberos::tests::minted::*;
use crate::auth::kerberos::wire;
use crate::auth::kerberos::*;
use crate::codec::CodecError;
use crate::limits::*;

fn is_too_long(error: &CodecError) -> bool {
    matches!(error, CodecError::TooLong { .. })
}

#[test]
fn of_names() {
    let parse = |components: usize, len: usize| {
        let name = PrincipalName { realm: String::new(), components: vec!["x".repeat(len); components] };
        let der = wire::name_to_der(NameType::PRINCIPAL, &name);
        let contents = crate::auth::der::only(&der, Tag::SEQUENCE, "").unwrap();
        wire::parse_name(contents).map(|(_, components)| components.len())
    };
    let (count, len) = (KERBEROS_NAME_COMPONENTS_MAX, KERBEROS_NAME_BYTES_MAX);
    assert_eq!(parse(count, len), Ok(count));
    assert!(is_too_long(&parse(count + 1, 1).unwrap_err()));
    assert!(is_too_long(&parse(1, len + 1).unwrap_err()));
}

#[test]
fn of_authorization_data() {
    let elements = |count: usize| {
        let der = wire::authorization_to_der(&vec![(7, Vec::new()); count]);
        let contents = crate::auth::der::only(&der, Tag::SEQUENCE, "").unwrap().to_vec();
        wire::parse_authorization(&contents).map(|elements| elements.len())
    };
    let max = KERBEROS_AUTHORIZATION_ELEMENTS_MAX;
    assert_eq!(elements(max), Ok(max));
    assert!(is_too_long(&elements(max + 1).unwrap_err()));
}

#[test]
fn of_offered_encryption_types_past_which_the_offer_is_as_good_as_absent() {
    let offered = |count: usize| {
        let offered = vec![AES256; count];
        let authenticator = Authenticator {
            client_kind: NameType::PRINCIPAL,
            client: name(&["alice"]),
            checksum: None,
            time: Time::default(),
            subkey: None,
            sequence: None,
            extras: Extras { offered, ..Default::default() },
        };
        Authenticator::parse(&authenticator.to_der()).unwrap().extras.offered.len()
    };
    assert_eq!(offered(KERBEROS_ENCRYPTION_TYPES_MAX), KERBEROS_ENCRYPTION_TYPES_MAX);
    assert_eq!(offered(KERBEROS_ENCRYPTION_TYPES_MAX + 1), 0);
}

#[test]
fn of_tickets_in_a_delegated_credential() {
    let ticket = Minted::default().credential().ticket;
    let open = |count: usize| {
        let key = session_key(AES256);
        let tickets = ticket.repeat(count);
        let credential = Credential { ticket: tickets, ..Minted::default().credential() };
        let sealed = krb_cred::seal(&credential, &key, [0; 16], Time::default()).unwrap();
        krb_cred::open(&sealed, &[&key]).map(|credential| credential.ticket)
    };
    assert_eq!(open(KERBEROS_CRED_TICKETS_MAX), Ok(ticket.clone()));
    let Err(AuthError::Malformed(error)) = open(KERBEROS_CRED_TICKETS_MAX + 1) else { panic!("no bound") };
    assert!(is_too_long(&error));
}

#[test]
fn of_keytabs() {
    let keytab = |count: usize| {
        let entry = entry(name(&["x"]), 1, key(EncryptionType::RC4_HMAC, 1));
        Keytab { entries: vec![entry; count] }.to_bytes().unwrap()
    };
    assert_eq!(Keytab::parse(&keytab(KEYTAB_ENTRIES_MAX)).unwrap().entries.len(), KEYTAB_ENTRIES_MAX);
    let too_long = |file: &[u8]| match Keytab::parse(file) {
        Err(AuthError::Malformed(error)) => is_too_long(&error),
        _ => false,
    };
    assert!(too_long(&keytab(KEYTAB_ENTRIES_MAX + 1)));
    let hole = |len: usize| {
        let hole = -i32::try_from(len - 6).unwrap();
        [&[5, 2], &hole.to_be_bytes()[..], &vec![0; len - 6]].concat()
    };
    assert_eq!(Keytab::parse(&hole(KEYTAB_BYTES_MAX)), Ok(Keytab::default()));
    assert!(too_long(&hole(KEYTAB_BYTES_MAX + 1)));
}

#[test]
fn of_keys_that_are_tried() {
    let step = |wrong_keys: usize| {
        let mut entries = vec![entry(service("HTTP"), 1, key(AES256, 1)); wrong_keys];
        entries.push(entry(service("HTTP"), 1, service_key(AES256)));
        let credentials = std::sync::Arc::new(AcceptorCredentials::new(Keytab { entries }));
        let token = Minted::default().token(InitiatorOptions::default());
        acceptor_of(&credentials, AcceptorPolicy::default(), NOW).step(&token).map(|_| ())
    };
    assert_eq!(step(KERBEROS_KEYS_TRIED_MAX - 1), Ok(()));
    assert_eq!(step(KERBEROS_KEYS_TRIED_MAX), Err(KerberosError::TicketModified.into()));
}

#[test]
fn of_numbers() {
    let parse = |octets: &[u8]| wire::uint32(octets, "");
    for (value, octets) in [
        (0, &[0][..]),
        (127, &[0x7F]),
        (128, &[0, 0x80]),
        (0x7FFF_FFFF, &[0x7F, 0xFF, 0xFF, 0xFF]),
        (0xFFFF_FFFF, &[0, 0xFF, 0xFF, 0xFF, 0xFF]),
    ] {
        assert_eq!(parse(octets), Ok(value));
        assert_eq!(wire::integer(value.into()), element(Tag::INTEGER, octets));
    }
    assert_eq!(parse(&[0xFF]), Ok(u32::MAX), "with a sign, as old peers write it");
    assert_eq!(wire::integer(-138), element(Tag::INTEGER, &[0xFF, 0x76]));
    assert_eq!(wire::int32(&[0xFF, 0x76], ""), Ok(-138));
    assert!(parse(&[1, 0, 0, 0, 0]).is_err());
    assert!(parse(&[]).is_err());
    assert!(parse(&[0; 9]).is_err());
    assert_eq!(wire::micros(&[0x0F, 0x42, 0x3F], ""), Ok(999_999));
    assert!(wire::micros(&[0x0F, 0x42, 0x40], "").is_err());
    assert_eq!(wire::parse_flags(&[0, 0x40], ""), Ok(0x4000_0000));
    assert_eq!(wire::parse_flags(&[0, 1, 2, 3, 4, 5], ""), Ok(0x0102_0304));
    assert!(wire::parse_flags(&[], "").is_err());
    assert!(wire::parse_flags(&[8, 0], "").is_err());
}
