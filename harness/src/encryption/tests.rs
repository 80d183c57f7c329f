use proptest::prelude::any;
use proptest::prelude::prop;
use proptest::prelude::prop_assert;
use proptest::prelude::prop_assert_eq;
use proptest::proptest;

use crate::auth::AuthError;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::encryption::Charset;
use crate::encryption::EncryptedMessage;
use crate::encryption::EncryptionError;
use crate::encryption::Form;
use crate::encryption::Portion;
use crate::encryption::Protocol;
use crate::encryption::Tolerance;
use crate::encryption::ToleranceSet;
use crate::http::multipart::MultipartError;
use crate::limits::CREDSSP_PORTION_BYTES_MAX;
use crate::limits::TLS_RECORD_BYTES_MAX;
use crate::limits::TLS_RECORDS_MAX;

const SPNEGO: &[u8] =
    br#"multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary""#;
const CREDSSP_MANY: &[u8] =
    br#"multipart/x-multi-encrypted;protocol="application/HTTP-CredSSP-session-encrypted";boundary="Encrypted Boundary""#;

/// Xor with a constant and a counter in the header: wrong order and wrong content are noticed, nothing else is.
struct Toy {
    sealed: u8,
    unsealed: u8,
    layout: Layout,
}

#[derive(PartialEq)]
enum Layout {
    Ntlm,
    Rc4Kerberos,
    Tls,
}

fn toy(layout: Layout) -> Toy {
    Toy { sealed: 0, unsealed: 0, layout }
}

impl SecurityContext for Toy {
    fn step(&mut self, _: &[u8]) -> Result<Step, AuthError> {
        Ok(Step::Complete(None))
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        message.iter_mut().for_each(|octet| *octet ^= 0x5A);
        self.sealed += 1;
        match self.layout {
            Layout::Ntlm => Ok(vec![1, 0, 0, 0, self.sealed]),
            Layout::Rc4Kerberos => {
                message.push(1 ^ 0x5A);
                Ok(vec![0x60, self.sealed])
            }
            Layout::Tls => {
                message.extend_from_slice(&[self.sealed; 16]);
                let [high, low] = u16::try_from(message.len() + 8).unwrap().to_be_bytes();
                let header = vec![23, 3, 3, high, low, 9, 9, 9, 9, 9, 9, 9, 9];
                message.splice(..0, header.iter().copied());
                Ok(header)
            }
        }
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        self.unsealed += 1;
        if self.layout == Layout::Tls {
            assert_eq!(header, b"");
            message.drain(..13);
            let trailer = message.split_off(message.len() - 16);
            assert_eq!(trailer, [self.unsealed; 16]);
        } else if header.last() != Some(&self.unsealed) {
            return Err(AuthError::NotEstablished);
        }
        message.iter_mut().for_each(|octet| *octet ^= 0x5A);
        Ok(())
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }
}

/// A message whose ciphertext is exactly this.
fn message(ciphertext: &[u8]) -> EncryptedMessage {
    let token = [&[1, 0, 0, 0][..], &[7; 12]].concat();
    let portion =
        Portion { plaintext_len: ciphertext.len(), length_field: 16, token, ciphertext: ciphertext.to_vec() };
    EncryptedMessage { protocol: Protocol::Spnego, charset: Charset::Utf8, portions: vec![portion] }
}

fn golden() -> Vec<u8> {
    [
        b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n".as_slice(),
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=5\r\n--Encrypted Boundary\r\n",
        b"\tContent-Type: application/octet-stream\r\n\x10\0\0\0\x01\0\0\0\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07",
        b"abc\r\n--Encrypted Boundary--\r\n",
    ]
    .concat()
}

/// The golden body with one piece replaced.
fn golden_with(old: &str, new: &str) -> Vec<u8> {
    let body = String::from_utf8(golden()).unwrap();
    assert!(body.contains(old), "{old}");
    body.replacen(old, new, 1).into_bytes()
}

fn refused(body: &[u8]) -> EncryptionError {
    EncryptedMessage::decode(SPNEGO, body, ToleranceSet::ALL).unwrap_err()
}

#[test]
fn the_frame_has_exactly_the_octets_of_the_specification() {
    assert_eq!(message(b"abc\r\n").encode(Form::default()), golden());
    let decoded = EncryptedMessage::decode(SPNEGO, &golden(), ToleranceSet::SPEC).unwrap();
    assert_eq!(decoded.message, message(b"abc\r\n"));
    assert!(decoded.used.is_empty());
    assert_eq!(decoded.message.content_type().to_string().as_bytes(), SPNEGO);
}

#[test]
fn hostile_ciphertext_is_read_by_its_length() {
    let hostile: [&[u8]; 10] = [
        b"",
        b"\r\n",
        b"ends in\r\n",
        b"ends in nul\0",
        b"ends in blank ",
        b"\r\n--Encrypted Boundary--\r\n",
        b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n\x10\0\0\0",
        b"--Encrypted Boundary--\r\n",
        b"-",
        b"--Encrypted Boundary--\r\n--Encrypted Boundary\r\n",
    ];
    for ciphertext in hostile {
        let body = message(ciphertext).encode(Form::default());
        let decoded = EncryptedMessage::decode(SPNEGO, &body, ToleranceSet::SPEC).unwrap();
        assert_eq!(decoded.message, message(ciphertext), "{}", ciphertext.escape_ascii());
    }
}

#[test]
fn each_deviation_is_named_when_granted_and_refused_when_not() {
    let cases = [
        (Tolerance::NoTab, golden_with("\tOriginalContent", "OriginalContent")),
        (Tolerance::NoTab, golden_with("\tContent-Type", "  Content-Type")),
        (Tolerance::SpacedBoundary, golden_with("--Encrypted Boundary--", "-- Encrypted Boundary--")),
        (Tolerance::CrlfAfterClose, golden_with("Boundary--\r\n", "Boundary--\r\n\r\n")),
        (Tolerance::CrlfBeforeClose, golden_with("abc\r\n--Enc", "abc\r\n\r\n--Enc")),
        (Tolerance::HeaderCase, golden_with("Length=5", "length=5")),
        (Tolerance::HeaderCase, golden_with("UTF-8", "utf-8")),
        (Tolerance::HeaderCase, golden_with("\tContent-Type", "\tContent-type")),
        (Tolerance::FieldOrder, golden_with("charset=UTF-8;Length=5", "Length=5;charset=UTF-8")),
    ];
    for (tolerance, body) in cases {
        let decode = |granted| EncryptedMessage::decode(SPNEGO, &body, granted);
        let needed = ToleranceSet::SPEC.with(tolerance);
        assert_eq!(decode(ToleranceSet::ALL).unwrap().used, needed);
        assert_eq!(decode(needed).unwrap().message, message(b"abc\r\n"));
        let without = ToleranceSet::ALL.without(tolerance);
        assert_eq!(decode(without), Err(EncryptionError::NotTolerated(tolerance)));
    }
}

#[test]
fn a_body_is_answered_in_its_own_form() {
    for deviation in
        [Tolerance::NoTab, Tolerance::SpacedBoundary, Tolerance::CrlfAfterClose, Tolerance::CrlfBeforeClose]
    {
        let form = Form::from(ToleranceSet::SPEC.with(deviation));
        assert_ne!(form, Form::default());
        let body = message(b"x").encode(form);
        let used = EncryptedMessage::decode(SPNEGO, &body, ToleranceSet::ALL).unwrap().used;
        assert_eq!(Form::from(used), form);
    }
}

#[test]
fn a_wrong_length_is_refused_without_reading_past_it() {
    let delimiter =
        |body: &[u8]| matches!(refused(body), EncryptionError::Frame(MultipartError::Delimiter { .. }));
    assert!(delimiter(&golden_with("Length=5", "Length=4")));
    assert!(delimiter(&golden_with("Length=5", "Length=6")));
    assert!(delimiter(&golden_with("Length=5", "Length=0")));
    assert!(matches!(
        refused(&golden_with("Length=5", "Length=4294967296")),
        EncryptionError::Frame(MultipartError::Truncated { expected: 4_294_967_296, got: 29, .. })
    ));
    for length in ["", "-5", "+5", " 5", "0x5", "five", "18446744073709551616"] {
        let error = refused(&golden_with("Length=5", &format!("Length={length}")));
        assert_eq!(error, EncryptionError::Length { found: length.into() });
    }
}

#[test]
fn a_wrong_length_field_is_refused() {
    let field = |value: u32| {
        let mut body = golden();
        let at = body.len() - b"abc\r\n--Encrypted Boundary--\r\n".len() - 20;
        body[at..at + 4].copy_from_slice(&value.to_le_bytes());
        refused(&body)
    };
    assert_eq!(field(u32::MAX), EncryptionError::LengthField { expected: u32::MAX, got: 45 });
    assert_eq!(field(46), EncryptionError::LengthField { expected: 46, got: 45 });
    for other in [0, 15, 17, 0x1000_0000] {
        assert!(
            matches!(field(other), EncryptionError::Frame(_) | EncryptionError::LengthField { .. }),
            "{other}"
        );
    }
}

#[test]
fn missing_and_odd_parts_are_refused_by_name() {
    let unexpected = |name: &str| EncryptionError::UnexpectedHeader { name: name.into() };
    let one_part = golden_with(
        "--Encrypted Boundary\r\n\tContent-Type: application/octet",
        "--Encrypted Boundary--\r\nx",
    );
    assert_eq!(refused(&one_part), EncryptionError::OnePart);
    assert_eq!(refused(&golden_with("OriginalContent", "Originalcontents")), unexpected("Originalcontents"));
    assert_eq!(
        refused(&golden_with("\tOriginalContent", "\tContent-Type: x\r\n\tOriginalContent")),
        unexpected("Content-Type")
    );
    let original = "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=5\r\n";
    assert_eq!(
        refused(&golden_with(original, "")),
        EncryptionError::MissingHeader { name: "OriginalContent" }
    );
    assert_eq!(refused(&golden_with("UTF-8", "KOI8-R")), EncryptionError::Charset { found: "KOI8-R".into() });
    for (old, new) in [
        (";Length=5", ""),
        (";charset=UTF-8", ""),
        ("charset", "type"),
        ("Length=5", "Length=5;Length=5"),
        ("Length=5", "Size=5"),
    ] {
        assert!(matches!(refused(&golden_with(old, new)), EncryptionError::OriginalContent { .. }), "{new}");
    }
    for (old, new) in [("octet-stream", "octets"), ("soap+xml", "xml"), ("SPNEGO", "CredSSP")] {
        assert!(matches!(refused(&golden_with(old, new)), EncryptionError::PartType { .. }), "{new}");
    }
    let two = [golden(), golden()].concat();
    assert_eq!(refused(&two), EncryptionError::Trailing { bytes: golden().len() });
    let pairs = golden_with(
        "abc\r\n--Encrypted Boundary--\r\n",
        &format!("abc\r\n{}", String::from_utf8(golden()).unwrap()),
    );
    assert_eq!(refused(&pairs), EncryptionError::Pairs { found: 2 });
    assert_eq!(refused(b"--Encrypted Boundary--\r\n"), EncryptionError::Pairs { found: 0 });
}

#[test]
fn the_content_type_must_announce_the_frame() {
    let decode = |content_type: &str| {
        EncryptedMessage::decode(content_type.as_bytes(), &golden(), ToleranceSet::ALL).unwrap_err()
    };
    assert_eq!(
        decode("application/soap+xml;charset=UTF-8"),
        EncryptionError::NotEncrypted { found: "application/soap+xml".into() }
    );
    assert_eq!(
        decode("multipart/encrypted;protocol=x"),
        EncryptionError::MissingParameter { name: "boundary" }
    );
    assert_eq!(
        decode("multipart/encrypted;boundary=x"),
        EncryptionError::MissingParameter { name: "protocol" }
    );
    assert_eq!(
        decode("multipart/encrypted;protocol=x;boundary=x"),
        EncryptionError::Boundary { found: "x".into() }
    );
    assert!(matches!(decode(""), EncryptionError::ContentType(_)));
}

#[test]
fn kerberos_may_name_spnego_inside_and_not_the_other_way_round() {
    let kerberos = String::from_utf8(SPNEGO.to_vec()).unwrap().replace("SPNEGO", "Kerberos");
    let decode =
        |content_type: &[u8], body: &[u8]| EncryptedMessage::decode(content_type, body, ToleranceSet::SPEC);
    assert_eq!(decode(kerberos.as_bytes(), &golden()).unwrap().message.protocol, Protocol::Kerberos);
    assert!(decode(SPNEGO, &golden_with("SPNEGO", "Kerberos")).is_err());
}

#[test]
fn an_unknown_protocol_survives() {
    let content_type = String::from_utf8(SPNEGO.to_vec()).unwrap().replace("SPNEGO", "Next");
    let decoded =
        EncryptedMessage::decode(content_type.as_bytes(), &golden_with("SPNEGO", "Next"), ToleranceSet::SPEC)
            .unwrap();
    assert_eq!(decoded.message.protocol, Protocol::Other("application/HTTP-Next-session-encrypted".into()));
    assert_eq!(decoded.message.encode(Form::default()), golden_with("SPNEGO", "Next"));
}

#[test]
fn every_truncation_is_refused() {
    let body = golden();
    for end in 0..body.len() {
        for granted in [ToleranceSet::SPEC, ToleranceSet::ALL] {
            assert!(EncryptedMessage::decode(SPNEGO, &body[..end], granted).is_err(), "{end}");
        }
    }
}

#[test]
fn several_messages_in_one_body_come_out_in_their_order() {
    let body: Vec<u8> = [b"one\r\n".as_slice(), b"--Encrypted Boundary--\r\n", b""]
        .iter()
        .flat_map(|ciphertext| message(ciphertext).encode(Form::default()))
        .collect();
    let found: Vec<_> = EncryptedMessage::decode_all(SPNEGO, &body, ToleranceSet::SPEC)
        .unwrap()
        .map(|decoded| decoded.unwrap().message)
        .collect();
    assert_eq!(found, [message(b"one\r\n"), message(b"--Encrypted Boundary--\r\n"), message(b"")]);
    let broken = [body, b"rest".to_vec()].concat();
    let results: Vec<_> =
        EncryptedMessage::decode_all(SPNEGO, &broken, ToleranceSet::SPEC).unwrap().collect();
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, true, false]);
    assert_eq!(EncryptedMessage::decode_all(SPNEGO, b"", ToleranceSet::SPEC).unwrap().count(), 1);
}

#[test]
fn padding_is_for_rc4_kerberos_only_whether_length_counts_it_or_not() {
    let sealed = || {
        EncryptedMessage::seal(
            &mut toy(Layout::Rc4Kerberos),
            Protocol::Spnego,
            Charset::Utf8,
            b"plain".to_vec(),
        )
        .unwrap()
    };
    for (length, granted) in [(5, Tolerance::Padding), (6, Tolerance::Padding)] {
        let mut message = sealed();
        message.portions[0].plaintext_len = length;
        let body = message.encode(Form::default());
        let unsealed = EncryptedMessage::decode(SPNEGO, &body, ToleranceSet::WINDOWS)
            .and_then(|decoded| decoded.unseal(&mut toy(Layout::Rc4Kerberos)))
            .unwrap();
        assert_eq!(&unsealed.plaintext[..5], b"plain");
        assert_eq!(unsealed.used.contains(granted), length == 5);
    }
    let body = sealed().encode(Form::default());
    assert_eq!(
        EncryptedMessage::decode(SPNEGO, &body, ToleranceSet::SPEC),
        Err(EncryptionError::NotTolerated(Tolerance::Padding))
    );
}

#[test]
fn the_plaintext_must_have_the_length_that_was_announced() {
    let mut sealed =
        EncryptedMessage::seal(&mut toy(Layout::Ntlm), Protocol::Spnego, Charset::Utf8, b"plain".to_vec())
            .unwrap();
    sealed.portions[0].plaintext_len = 4;
    assert_eq!(
        sealed.unseal(&mut toy(Layout::Ntlm)),
        Err(EncryptionError::PlaintextLength { expected: 4, got: 5 })
    );
}

#[test]
fn a_seal_that_the_context_refuses_is_an_error() {
    let sealed =
        EncryptedMessage::seal(&mut toy(Layout::Ntlm), Protocol::Spnego, Charset::Utf8, b"plain".to_vec())
            .unwrap();
    let mut context = toy(Layout::Ntlm);
    assert_eq!(sealed.clone().unseal(&mut context), Ok(b"plain".to_vec()));
    assert_eq!(sealed.unseal(&mut context), Err(EncryptionError::Auth(AuthError::NotEstablished)));
}

#[test]
fn credssp_is_cut_above_16384_octets_and_joined_again() {
    for (len, portions) in [(0, 1), (16_383, 1), (16_384, 1), (16_385, 2), (32_768, 2), (32_769, 3)] {
        let plaintext: Vec<u8> = (0..len).map(|at: usize| at.to_le_bytes()[0]).collect();
        let sealed = EncryptedMessage::seal(
            &mut toy(Layout::Tls),
            Protocol::CredSsp,
            Charset::Utf8,
            plaintext.clone(),
        )
        .unwrap();
        assert_eq!(sealed.portions.len(), portions);
        assert!(
            sealed
                .portions
                .iter()
                .all(|portion| portion.plaintext_len <= CREDSSP_PORTION_BYTES_MAX
                    && portion.length_field == 16)
        );
        let content_type = sealed.content_type().to_string().into_bytes();
        assert_eq!(content_type == CREDSSP_MANY, portions > 1);
        let body = sealed.encode(Form::default());
        let closes = body.windows(24).filter(|window| *window == b"--Encrypted Boundary--\r\n").count();
        assert_eq!(closes, 1);
        let decoded = EncryptedMessage::decode(&content_type, &body, ToleranceSet::SPEC).unwrap();
        assert_eq!(decoded.message, sealed);
        assert_eq!(decoded.unseal(&mut toy(Layout::Tls)).unwrap().plaintext, plaintext);
    }
}

#[test]
fn credssp_records_are_bounded_and_must_be_records() {
    let decode = |records: &[u8]| {
        let portion =
            Portion { plaintext_len: 1, length_field: 16, token: Vec::new(), ciphertext: records.to_vec() };
        let message =
            EncryptedMessage { protocol: Protocol::CredSsp, charset: Charset::Utf8, portions: vec![portion] };
        let content_type = message.content_type().to_string();
        EncryptedMessage::decode(content_type.as_bytes(), &message.encode(Form::default()), ToleranceSet::ALL)
    };
    assert!(decode(&[23, 3, 3, 0, 1, 9].repeat(TLS_RECORDS_MAX)).is_ok());
    assert!(decode(&[23, 3, 3, 0, 1, 9].repeat(TLS_RECORDS_MAX + 1)).is_err());
    let record =
        |len: usize| [&[23, 3, 3][..], &u16::try_from(len).unwrap().to_be_bytes(), &vec![0; len]].concat();
    assert!(decode(&record(TLS_RECORD_BYTES_MAX)).is_ok());
    assert_eq!(decode(&record(TLS_RECORD_BYTES_MAX + 1)), Err(EncryptionError::TlsRecord { offset: 0 }));
    assert_eq!(decode(&[22, 3, 3, 0, 1, 9]), Err(EncryptionError::TlsRecord { offset: 0 }));
    assert_eq!(decode(&[23, 3, 3, 0, 99, 9]), Err(EncryptionError::TlsRecord { offset: 0 }));
    assert_eq!(decode(&[]), Err(EncryptionError::TlsRecord { offset: 0 }));
}

#[test]
fn a_large_message_is_sealed_in_place_and_copied_once() {
    let plaintext = vec![b'x'; 500 * 1024];
    let place = plaintext.as_ptr();
    let sealed =
        EncryptedMessage::seal(&mut toy(Layout::Ntlm), Protocol::Spnego, Charset::Utf8, plaintext).unwrap();
    assert_eq!(sealed.portions[0].ciphertext.as_ptr(), place);
    let body = sealed.encode(Form::default());
    assert!(body.capacity() - body.len() < 256, "the body was grown: {}", body.capacity());
}

proptest! {
    #[test]
    fn what_is_sealed_is_unsealed(
        plaintext in prop::collection::vec(any::<u8>(), 0..200), utf16 in any::<bool>(), kind in 0..3usize, deviations in 0..16u8,
    ) {
        let protocol = [Protocol::Spnego, Protocol::Kerberos, Protocol::CredSsp][kind].clone();
        let layout = || if kind == 2 { toy(Layout::Tls) } else { toy(Layout::Ntlm) };
        let charset = if utf16 { Charset::Utf16 } else { Charset::Utf8 };
        let form = Form {
            tab: deviations & 1 != 0, spaced_boundary: deviations & 2 != 0,
            crlf_before_close: kind != 2 && deviations & 4 != 0, crlf_after_close: deviations & 8 != 0,
        };
        let sealed = EncryptedMessage::seal(&mut layout(), protocol, charset, plaintext.clone()).unwrap();
        let body = sealed.encode(form);
        let decoded = EncryptedMessage::decode(sealed.content_type().to_string().as_bytes(), &body, ToleranceSet::ALL).unwrap();
        prop_assert_eq!(Form::from(decoded.used), form);
        prop_assert_eq!(&decoded.message, &sealed);
        prop_assert_eq!(decoded.unseal(&mut layout()).unwrap().plaintext, plaintext);
    }

    #[test]
    fn hostile_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let _ = EncryptedMessage::decode(SPNEGO, &octets, ToleranceSet::ALL);
        let _ = EncryptedMessage::decode(CREDSSP_MANY, &octets, ToleranceSet::ALL);
        let mut body = golden();
        let at = at.index(body.len());
        body[at] ^= flip;
        if let Ok(decoded) = EncryptedMessage::decode(SPNEGO, &body, ToleranceSet::SPEC) {
            prop_assert!(decoded.message != message(b"abc\r\n"));
        }
    }
}
