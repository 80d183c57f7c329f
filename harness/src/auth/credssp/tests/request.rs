use std::path::Path;

use super::*;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::CREDSSP_NEGO_TOKENS_MAX;
use crate::limits::CREDSSP_TEXT_BYTES_MAX;
use crate::limits::TOKEN_BYTES_MAX;

fn full() -> TsRequest {
    TsRequest {
        version: Version::V6,
        nego_tokens: vec![b"123".to_vec()],
        auth_info: Some(b"auth info".to_vec()),
        pub_key_auth: Some(b"pub key auth".to_vec()),
        error_code: Some(NtStatus(10)),
        client_nonce: Some(b"client nonce".to_vec()),
    }
}

fn with_status(status: u32) -> TsRequest {
    TsRequest { error_code: Some(NtStatus(status)), ..TsRequest::new(Version::V6) }
}

/// pyspnego's own test data, where they lie beside the checkout.
#[expect(clippy::disallowed_methods, reason = "a test reads its own data")]
fn recorded(name: &str) -> Option<Vec<u8>> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/jborean93+pyspnego/tests/data");
    let octets = std::fs::read(folder.join(name)).ok();
    if octets.is_none() {
        eprintln!("not run: there is no {name} in {}", folder.display());
    }
    octets
}

#[test]
fn a_request_of_pyspnego_has_the_same_octets_as_ours() {
    let Some(octets) = recorded("credssp_ts_request") else { return };
    assert_eq!(full().to_bytes().unwrap(), octets);
    assert_eq!(TsRequest::from_bytes(&octets), Ok(full()));
}

#[test]
fn credentials_of_pyspnego_have_the_same_octets_as_ours() {
    let Some(octets) = recorded("credssp_ts_credential_password") else { return };
    let credentials = PasswordCreds {
        domain_name: "domain name".to_owned(),
        user_name: "username".to_owned(),
        password: "password".to_owned().into(),
    };
    assert_eq!(*credentials.to_ts_credentials(), octets);
    assert_eq!(PasswordCreds::from_ts_credentials(&octets), Ok(credentials));
}

#[test]
fn recorded_smart_cards_and_remote_guards_are_refused_by_name() {
    for (name, found) in [
        ("credssp_ts_credential_smart_card", CredType::SMART_CARD),
        ("credssp_ts_credential_smart_card_full", CredType::SMART_CARD),
        ("credssp_ts_credential_remote_guard_multiple", CredType::REMOTE_GUARD),
        ("credssp_ts_credential_remote_guard_empty_supplemental", CredType::REMOTE_GUARD),
        ("credssp_ts_credential_remote_guard_no_supplemental", CredType::REMOTE_GUARD),
    ] {
        let Some(octets) = recorded(name) else { return };
        let error = PasswordCreds::from_ts_credentials(&octets).unwrap_err();
        assert_eq!(error, CredSspError::CredentialsRefused { found }, "{name}");
    }
}

#[test]
fn credentials_of_another_type_are_refused_and_so_are_two() {
    let credentials = credentials().to_ts_credentials();
    let mut other = credentials.to_vec();
    other[6] = 9;
    let found = CredType(9);
    assert_eq!(PasswordCreds::from_ts_credentials(&other), Err(CredSspError::CredentialsRefused { found }));
    // Another [1] credentials behind the first, in a sequence that is long enough for both.
    let inside = &credentials[2..];
    let second = &inside[5..];
    let two = element(Tag::SEQUENCE, &[inside, second].concat());
    let error = CodecError::TrailingBytes { remaining: second.len() };
    assert_eq!(PasswordCreds::from_ts_credentials(&two), Err(CredSspError::Malformed(error)));
}

/// The octets of the status are as sspi's and FreeRDP's servers write them.
#[test]
fn a_status_is_negative_in_four_octets_or_positive_in_five() {
    let octets = with_status(0xC000_006D).to_bytes().unwrap();
    assert_eq!(octets, b"\x30\x0D\xA0\x03\x02\x01\x06\xA4\x06\x02\x04\xC0\x00\x00\x6D");
    assert_eq!(TsRequest::from_bytes(&octets), Ok(with_status(0xC000_006D)));
    let positive = b"\x30\x0E\xA0\x03\x02\x01\x06\xA4\x07\x02\x05\x00\xC0\x00\x00\x6D";
    assert_eq!(TsRequest::from_bytes(positive), Ok(with_status(0xC000_006D)));
    let one = b"\x30\x0A\xA0\x03\x02\x01\x06\xA4\x03\x02\x01\xFF";
    assert_eq!(TsRequest::from_bytes(one), Ok(with_status(0xFFFF_FFFF)));
}

#[test]
fn numbers_that_are_not_numbers_of_32_bits_in_their_shortest_form_are_refused() {
    for integer in
        [&b""[..], b"\0\x05", b"\xFF\xC0\0\0", b"\x01\0\0\0\0", b"\xFF\xC0\0\0\x6D", b"\0\0\xC0\0\0\x6D"]
    {
        let len = u8::try_from(integer.len()).unwrap();
        let head = [0x30, 9 + len, 0xA0, 3, 2, 1, 6, 0xA4, 2 + len, 2, len];
        assert!(TsRequest::from_bytes(&[&head, integer].concat()).is_err(), "{integer:02x?}");
    }
}

#[test]
fn fields_in_another_order_twice_or_unknown_are_refused() {
    let field = |number: u8| [0xA0 | number, 3, 4, 1, 7];
    let request = |fields: &[[u8; 5]]| {
        let fields = [&[0xA0, 3, 2, 1, 6][..], fields.concat().as_slice()].concat();
        TsRequest::from_bytes(&[&[0x30, u8::try_from(fields.len()).unwrap()], fields.as_slice()].concat())
    };
    assert!(request(&[field(2), field(3)]).is_ok());
    for fields in [[field(3), field(2)], [field(2), field(2)], [field(2), field(6)], [field(2), field(0)]] {
        assert_eq!(request(&fields), Err(CodecError::TrailingBytes { remaining: 5 }), "{fields:02x?}");
    }
}

#[test]
fn nothing_may_stand_behind_a_request_and_nothing_of_it_may_be_missing() {
    let octets = full().to_bytes().unwrap();
    for len in 0..octets.len() {
        assert!(TsRequest::from_bytes(&octets[..len]).is_err(), "{len}");
    }
    let longer = [octets.as_slice(), &[0]].concat();
    assert_eq!(TsRequest::from_bytes(&longer), Err(CodecError::TrailingBytes { remaining: 1 }));
}

#[test]
fn four_spnego_tokens_are_read_and_five_are_not() {
    let request = |count| TsRequest { nego_tokens: vec![vec![7]; count], ..TsRequest::new(Version::V6) };
    let most = request(CREDSSP_NEGO_TOKENS_MAX);
    assert_eq!(TsRequest::from_bytes(&most.to_bytes().unwrap()), Ok(most));
    let more = request(CREDSSP_NEGO_TOKENS_MAX + 1).to_bytes().unwrap();
    let error = CodecError::TooLong { field: "negoTokens", len: 5, len_max: 4 };
    assert_eq!(TsRequest::from_bytes(&more), Err(error));
    let none = b"\x30\x09\xA0\x03\x02\x01\x06\xA1\x02\x30\x00";
    assert_eq!(TsRequest::from_bytes(none), Err(CodecError::Missing { field: "negoToken" }));
}

#[test]
fn a_request_as_long_as_a_token_is_read_and_one_octet_more_is_not() {
    let request = |len| TsRequest { auth_info: Some(vec![7; len]), ..TsRequest::new(Version::V6) };
    let frame = request(65_000).to_bytes().unwrap().len() - 65_000;
    let most = request(TOKEN_BYTES_MAX - frame - 4).to_bytes().unwrap();
    assert!(TsRequest::from_bytes(&most).is_ok(), "{}", most.len());
    let len = TOKEN_BYTES_MAX + 1;
    let error = CodecError::TooLong { field: "TSRequest", len, len_max: TOKEN_BYTES_MAX };
    assert_eq!(TsRequest::from_bytes(&vec![0x30; len]), Err(error));
}

#[test]
fn texts_of_1024_units_are_read_and_longer_half_or_broken_ones_are_not() {
    let with = |password: String| PasswordCreds { password: password.into(), ..credentials() };
    let most = with("€".repeat(CREDSSP_TEXT_BYTES_MAX / 2));
    assert_eq!(PasswordCreds::from_ts_credentials(&most.to_ts_credentials()), Ok(most));
    let more = with("€".repeat(CREDSSP_TEXT_BYTES_MAX / 2 + 1)).to_ts_credentials();
    let error = CodecError::TooLong { field: "password", len: 2050, len_max: CREDSSP_TEXT_BYTES_MAX };
    assert_eq!(PasswordCreds::from_ts_credentials(&more), Err(CredSspError::Malformed(error)));
    let mut broken = with("ab".to_owned()).to_ts_credentials().to_vec();
    let last = broken.len() - 1;
    broken[last] = 0xD8;
    let error = CredSspError::Malformed(CodecError::BadText { field: "password" });
    assert_eq!(PasswordCreds::from_ts_credentials(&broken), Err(error));
}
