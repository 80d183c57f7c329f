//! Messages recorded from other implementations, where they lie beside the checkout.

use std::path::Path;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::auth::der::Tag;
use crate::auth::der::only;
use crate::auth::kerberos::ap_rep::ApRep;
use crate::auth::kerberos::ap_rep::EncApRepPart;
use crate::auth::kerberos::ap_req::ApReq;
use crate::auth::kerberos::authenticator::Authenticator;
use crate::auth::kerberos::krb_error::KrbError;
use crate::auth::kerberos::token::TokenId;
use crate::auth::kerberos::token::unframe;
use crate::auth::kerberos::*;
use crate::auth::negotiate::NegTokenInit;
use crate::codec::Decode;

fn root() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    if !root.is_dir() {
        eprintln!("not run: there are no recorded messages at {}", root.display());
        return None;
    }
    Some(root)
}

#[expect(clippy::disallowed_methods, reason = "a test reads its own data")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |digit: u8| u8::try_from(char::from(digit).to_digit(16).unwrap()).unwrap();
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// The reference encodings of MIT's own tests, and keytabs of MIT's ktutil.
fn vector(name: &str) -> Option<Vec<u8>> {
    let file = root()?.join("jcmturner+gokrb5/_vectors/v8__test__testdata__test_vectors.json");
    let vectors: Value = serde_json::from_slice(&read(&file)).unwrap();
    let vector = vectors.as_array().unwrap().iter().find(|vector| vector["name"] == name);
    Some(hex(vector.unwrap_or_else(|| panic!("no vector {name}"))["hex"].as_str().unwrap()))
}

/// 10 June 1994 06:03:17, the moment of all of MIT's reference encodings.
const MOMENT: Time = Time { unix_s: 771_228_197, micros: 123_456 };

#[test]
fn mits_reference_encodings_are_read_and_written() {
    let Some(request) = vector("MarshaledKRB5ap_req") else { return };
    let parsed = ApReq::parse(&request).unwrap();
    assert_eq!(parsed.options, ap_req::ApOptions(0xFEDC_BA98));
    let ticket = parsed.ticket().unwrap();
    assert_eq!(ticket.server.realm, "ATHENA.MIT.EDU");
    assert_eq!(ticket.server.components, ["hftsai", "extra"]);
    assert_eq!((ticket.enc_part.encryption_type, ticket.enc_part.key_version), (EncryptionType(0), Some(5)));
    assert_eq!(ticket.enc_part.cipher, b"krbASN.1 test message");
    assert_eq!(parsed.to_der(), request);

    let answer = vector("MarshaledKRB5ap_rep").unwrap();
    let parsed = ApRep::parse(&answer).unwrap();
    assert_eq!(parsed.enc_part.cipher, b"krbASN.1 test message");
    assert_eq!(parsed.to_der(), answer);

    let part = vector("MarshaledKRB5ap_rep_enc_partOptionalsNULL").unwrap();
    let parsed = EncApRepPart::parse(&part).unwrap();
    assert_eq!((parsed.time, parsed.sequence), (MOMENT, None));
    assert_eq!(parsed.to_der(), part);

    let authenticator = vector("MarshaledKRB5authenticatorOptionalsNULL").unwrap();
    let parsed = Authenticator::parse(&authenticator).unwrap();
    assert_eq!((parsed.time, parsed.client.components.len()), (MOMENT, 2));
    assert_eq!(parsed.to_der(), authenticator);

    let error = vector("MarshaledKRB5error").unwrap();
    assert_eq!(KrbError::parse(&error).unwrap(), KrbError { code: ErrorCode(60), server_time: MOMENT });
}

/// Their keys are of single DES, which we do not have: all up to there is read.
#[test]
fn reference_encodings_with_keys_of_des_are_refused_for_their_type_alone() {
    for name in ["MarshaledKRB5authenticator", "MarshaledKRB5enc_tkt_part", "MarshaledKRB5ap_rep_enc_part"] {
        let Some(octets) = vector(name) else { return };
        let refusal = match name {
            "MarshaledKRB5authenticator" => Authenticator::parse(&octets).map(|_| ()),
            "MarshaledKRB5enc_tkt_part" => ticket::EncTicketPart::parse(&octets).map(|_| ()),
            _ => EncApRepPart::parse(&octets).map(|_| ()),
        };
        let found = EncryptionType(1);
        assert_eq!(refusal, Err(crate::auth::AuthError::UnknownEncryptionType { found }), "{name}");
    }
}

#[test]
fn keytabs_of_mits_ktutil_are_read_and_written() {
    for (name, first, known) in [
        ("HTTP_KEYTAB", ["HTTP", "host.test.gokrb5"].as_slice(), 3),
        ("KEYTAB_SYSHTTP_TEST_GOKRB5", ["sysHTTP"].as_slice(), 1),
        ("KEYTAB_TESTUSER1_USER_GOKRB5", ["testuser1"].as_slice(), 0),
    ] {
        let Some(file) = vector(name) else { return };
        let keytab = Keytab::parse(&file).unwrap();
        assert_eq!(keytab.entries[0].principal.components, first);
        assert!(keytab.entries.len() >= known);
        assert_eq!(Keytab::parse(&keytab.to_bytes().unwrap()).unwrap(), keytab);
        if name == "KEYTAB_SYSHTTP_TEST_GOKRB5" {
            assert_eq!(keytab.entries[0].version, KeyVersion(2));
            assert_eq!(keytab.entries[0].timestamp, 0x590D_C5AF);
        }
    }
}

/// Windows' client to Windows' server, and pyspnego's recordings of Active Directory.
#[test]
fn recorded_requests_and_answers_of_windows_are_read() {
    let Some(root) = root() else { return };
    let data = root.join("jborean93+pyspnego/tests/data");
    for (file, expected) in [
        ("initial_context_token_krb_ap_req", TokenId::AP_REQ),
        ("initial_context_token_krb_ap_rep", TokenId::AP_REP),
    ] {
        check(&read(&data.join(file)), expected);
    }
    let mut tokens = 0;
    let capture = root.join("OTRF+Security-Datasets/pcap");
    for folder in std::fs::read_dir(capture).unwrap().map(|entry| entry.unwrap().path()) {
        let files = std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "http")) {
            for token in tokens_of(&read(&file)) {
                check(&token, TokenId::AP_REQ);
                tokens += 1;
            }
        }
    }
    assert!(tokens > 0, "the capture has no tokens");
    eprintln!("{tokens} requests of Windows' client");
}

/// Kerberos tokens in the `Authorization` fields of recorded HTTP.
fn tokens_of(octets: &[u8]) -> Vec<Vec<u8>> {
    let head = String::from_utf8_lossy(octets);
    let fields = head.lines().filter_map(|line| line.strip_prefix("Authorization: "));
    let words = fields.filter_map(|field| field.split(' ').nth(1));
    let tokens = words.filter_map(|word| STANDARD.decode(word).ok());
    let unwrap = |token: Vec<u8>| match NegTokenInit::from_bytes(&token) {
        Ok(init) => init.mech_token,
        Err(_) => Some(token),
    };
    tokens.filter_map(unwrap).filter(|token| unframe(token).is_ok()).collect()
}

fn check(token: &[u8], expected: TokenId) {
    let (id, message) = unframe(token).unwrap();
    assert_eq!(id, expected);
    if id == TokenId::AP_REP {
        assert_eq!(ApRep::parse(message).unwrap().to_der(), message);
        return;
    }
    let request = ApReq::parse(message).unwrap();
    assert_eq!(request.to_der(), message, "its encoding is as short as ours");
    let ticket = request.ticket().unwrap();
    assert!(ticket.enc_part.encryption_type.is_known());
    assert!(request.options.contains(ap_req::ApOptions::MUTUAL_REQUIRED));
    assert!(ticket.server.components.len() >= 2, "{:?}", ticket.server);
    only(&request.ticket, Tag::application(1), "").unwrap();
}
