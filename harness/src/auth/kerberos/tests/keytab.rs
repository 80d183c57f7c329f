//! Keytabs of MIT's ktutil.

use crate::auth::AuthError;
use crate::auth::kerberos::tests::minted::*;
use crate::auth::kerberos::*;
use crate::codec::CodecError;

#[test]
fn it_comes_back_as_it_was() {
    let mut keytab = keytab();
    keytab.entries[1].version = KeyVersion(0x1_0002);
    keytab.entries[2].timestamp = 1_700_000_000;
    keytab.entries[3].name_type = NameType::SERVICE;
    assert_eq!(Keytab::parse(&keytab.to_bytes().unwrap()).unwrap(), keytab);
}

#[test]
fn holes_and_what_follows_the_end_are_passed_over() {
    let keytab = Keytab { entries: vec![entry(service("HTTP"), 2, service_key(AES256))] };
    let record = keytab.to_bytes().unwrap()[2..].to_vec();
    let hole = [&(-5_i32).to_be_bytes()[..], &[0xAA; 5]].concat();
    let last_hole = (-500_i32).to_be_bytes().to_vec();
    let end = vec![0; 4];
    for parts in [
        vec![hole.clone(), record.clone(), hole.clone()],
        vec![record.clone(), last_hole],
        vec![record.clone(), end.clone(), vec![1, 2, 3]],
    ] {
        let file = [vec![5, 2], parts.concat()].concat();
        assert_eq!(Keytab::parse(&file).unwrap(), keytab);
    }
    assert_eq!(Keytab::parse(&[5, 2]).unwrap(), Keytab::default());
}

#[test]
fn a_version_of_32_bits_replaces_the_one_of_eight() {
    let keytab = Keytab { entries: vec![entry(service("HTTP"), 258, service_key(AES256))] };
    let file = keytab.to_bytes().unwrap();
    let len = file.len();
    assert_eq!(Keytab::parse(&file).unwrap().entries[0].version, KeyVersion(258));
    let without = |tail: &[u8]| {
        let record = [&file[6..len - 4], tail].concat();
        let record_len = i32::try_from(record.len()).unwrap().to_be_bytes();
        Keytab::parse(&[&[5, 2], &record_len[..], &record].concat()).unwrap().entries[0].version
    };
    assert_eq!(without(&[]), KeyVersion(2));
    assert_eq!(without(&[0; 4]), KeyVersion(2));
}

#[test]
fn keys_of_unknown_types_are_passed_over_and_broken_files_are_refused() {
    let file = Keytab { entries: vec![entry(service("HTTP"), 2, service_key(AES256))] }.to_bytes().unwrap();
    let type_at = file.len() - 4 - 32 - 2 - 2;
    let mut des = file.clone();
    des[type_at + 1] = 3;
    assert_eq!(Keytab::parse(&des).unwrap(), Keytab::default());
    let mut short = file.clone();
    short[type_at + 1] = 17;
    assert_eq!(Keytab::parse(&short), Err(AuthError::KeyLength { expected: 16, found: 32 }));
    for len in (0..file.len()).filter(|len| *len != 2) {
        assert!(Keytab::parse(&file[..len]).is_err(), "{len}");
    }
    let version = CodecError::BadValue { field: "keytab version", value: 0x0501 };
    assert_eq!(Keytab::parse(&[5, 1]), Err(version.into()));
    assert!(Keytab::parse(&[5, 2, 0x7F, 0xFF, 0xFF, 0xFF, 0]).is_err());
}
