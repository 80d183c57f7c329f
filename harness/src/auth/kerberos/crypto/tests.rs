use proptest::prelude::*;

use crate::auth::AuthError;
use crate::auth::kerberos::ChecksumType;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::crypto::Purpose;
use crate::auth::kerberos::crypto::n_fold::n_fold;
use crate::auth::kerberos::crypto::string_to_key;
use crate::auth::kerberos::crypto::vectors::CHECKSUMS;
use crate::auth::kerberos::crypto::vectors::CIPHERTEXTS;
use crate::auth::kerberos::crypto::vectors::DERIVED;
use crate::auth::kerberos::crypto::vectors::PASSWORDS;
use crate::limits::KERBEROS_ITERATIONS_MAX;

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn key(encryption_type: i32, octets: &str) -> Key {
    Key::new(EncryptionType(encryption_type), &hex(octets)).unwrap()
}

/// A key of a type, of octets that differ.
fn some_key(encryption_type: EncryptionType) -> Key {
    let octets = (0..encryption_type.key_len().unwrap()).map(|octet| u8::try_from(octet).unwrap());
    Key::new(encryption_type, &octets.collect::<Vec<_>>()).unwrap()
}

#[test]
fn n_fold_makes_the_vectors_of_rfc_3961() {
    let vectors = [
        ("012345", "be072631276b1955"),
        ("password", "78a07b6caf85fa"),
        ("Rough Consensus, and Running Code", "bb6ed30870b7f0e0"),
        ("password", "59e4a8ca7c0385c3c37b3f6d2000247cb6e6bd5b3e"),
        ("MASSACHVSETTS INSTITVTE OF TECHNOLOGY", "db3b0d8f0b061e603282b308a50841229ad798fab9540c1b"),
        ("Q", "518a54a215a8452a518a54a215a8452a518a54a215"),
        ("ba", "fb25d531ae8974499f52fd92ea9857c4ba24cf297e"),
        ("kerberos", "6b65726265726f73"),
        ("kerberos", "6b65726265726f737b9b5b2b93132b93"),
        ("kerberos", "8372c236344e5f1550cd0747e15d62ca7a5a3bcea4"),
        ("kerberos", "6b65726265726f737b9b5b2b93132b935c9bdcdad95c9899c4cae4dee6d6cae4"),
    ];
    for (input, folded) in vectors {
        let folded = hex(folded);
        let mut sum = vec![0; folded.len()];
        n_fold(input.as_bytes(), &mut sum);
        assert_eq!(sum, folded, "{}-fold({input})", folded.len() * 8);
    }
}

#[test]
fn n_fold_of_nothing_is_zeros() {
    let mut sum = [0; 16];
    n_fold(b"", &mut sum);
    assert_eq!(sum, [0; 16]);
    n_fold(b"kerberos", &mut []);
}

#[test]
fn derived_keys_are_those_of_the_vectors() {
    for (number, key, constant, derived) in DERIVED {
        let suite = EncryptionType(number).suite().unwrap();
        let constant = hex(constant);
        let (usage, purpose) = constant.split_at(4);
        let usage = KeyUsage(u32::from_be_bytes(usage.try_into().unwrap()));
        let purpose = match purpose {
            [0x99] => Purpose::Checksum,
            [0xAA] => Purpose::Encryption,
            [0x55] => Purpose::Integrity,
            other => panic!("no purpose has {other:x?}"),
        };
        let found = suite.derive_for(&hex(key), usage, purpose).unwrap();
        assert_eq!(*found, hex(derived), "{number} {purpose:?}");
    }
}

#[test]
fn keys_of_passwords_are_those_of_the_vectors() {
    for (number, password, salt, iterations, key) in PASSWORDS {
        let password = String::from_utf8(hex(password)).unwrap();
        let found = string_to_key(EncryptionType(number), &password, &hex(salt), Some(iterations)).unwrap();
        assert_eq!(*found, hex(key), "{number} {password} {iterations}");
    }
}

/// [MS-KILE 4.4]
#[test]
fn a_computers_password_makes_the_key_that_windows_says() {
    let password = "\u{FFFF}".repeat(0xF0 / 2);
    let aes = EncryptionType::AES128_CTS_HMAC_SHA1_96;
    let key = Key::from_password(aes, &password, "DOMAIN.COMhostclient.domain.com", Some(1000)).unwrap();
    assert_eq!(key.octets(), hex("b82ee122531c2d94821ac755bccb5879"));
}

/// [RFC 4757 2]
#[test]
fn an_rc4_key_is_the_nt_hash_whatever_the_salt() {
    let key = Key::from_password(EncryptionType::RC4_HMAC, "foo", "SALT", Some(0)).unwrap();
    assert_eq!(key.octets(), hex("ac8e657f83df82beea5d43bdaf7800cc"));
}

#[test]
fn a_key_of_a_password_has_the_iterations_of_its_type() {
    for (encryption_type, iterations) in [(18, 4096), (20, 32_768)] {
        let of = |iterations| {
            Key::from_password(EncryptionType(encryption_type), "wonderland", "EXAMPLE.TESTalice", iterations)
        };
        assert_eq!(of(None), of(Some(iterations)));
        assert_ne!(of(None), of(Some(iterations + 1)));
    }
}

#[test]
fn a_kdc_can_not_ask_for_more_iterations_than_the_bound_nor_for_none() {
    let aes = EncryptionType::AES128_CTS_HMAC_SHA1_96;
    let of = |iterations| Key::from_password(aes, "wonderland", "EXAMPLE.TESTalice", Some(iterations));
    assert!(of(KERBEROS_ITERATIONS_MAX).is_ok());
    for found in [0, KERBEROS_ITERATIONS_MAX + 1, u32::MAX] {
        assert_eq!(of(found), Err(AuthError::Iterations { found, max: KERBEROS_ITERATIONS_MAX }));
    }
}

#[test]
fn ciphertexts_of_the_vectors_decrypt() {
    for (number, usage, octets, plaintext, ciphertext) in CIPHERTEXTS {
        let plain = key(number, octets).decrypt(KeyUsage(usage), &hex(ciphertext)).unwrap();
        assert_eq!(*plain, hex(plaintext), "{number} {usage}");
    }
}

#[test]
fn checksums_are_those_of_the_vectors() {
    for (number, usage, octets, data, checksum) in CHECKSUMS {
        let (key, data, checksum) = (key(number, octets), hex(data), hex(checksum));
        assert_eq!(key.checksum(KeyUsage(usage), &data), Ok(checksum.clone()), "{number}");
        assert_eq!(key.verify_checksum(KeyUsage(usage), &data, &checksum), Ok(()));
        let cut = checksum.split_last().unwrap().1;
        assert_eq!(key.verify_checksum(KeyUsage(usage), &data, cut), Err(AuthError::IntegrityWrong));
        assert_eq!(
            key.verify_checksum(KeyUsage(usage + 1), &data, &checksum),
            Err(AuthError::IntegrityWrong)
        );
    }
}

#[test]
fn a_key_has_the_length_of_its_type() {
    for encryption_type in EncryptionType::KNOWN {
        let expected = encryption_type.key_len().unwrap();
        for found in (0..64).filter(|len| *len != expected) {
            let key = Key::new(encryption_type, &vec![0; found]);
            assert_eq!(key, Err(AuthError::KeyLength { expected, found }));
        }
    }
}

#[test]
fn unknown_types_are_refused_by_number() {
    for found in [-1, 0, 1, 3, 16, 21, 24, 25, 26, i32::MAX].map(EncryptionType) {
        assert_eq!(Key::new(found, &[0; 16]), Err(AuthError::UnknownEncryptionType { found }));
        assert_eq!(
            Key::from_password(found, "wonderland", "", None),
            Err(AuthError::UnknownEncryptionType { found })
        );
        assert_eq!((found.key_len(), found.checksum_type(), found.name()), (None, None, "unknown"));
    }
}

#[test]
fn only_the_types_without_rc4_are_strong() {
    let weak = EncryptionType::KNOWN.map(EncryptionType::is_weak);
    assert_eq!(weak, [false, false, false, false, true]);
    assert!(EncryptionType(3).is_weak(), "single DES");
}

#[test]
fn each_type_has_its_own_checksum_type() {
    let numbers = EncryptionType::KNOWN.map(|known| known.checksum_type().map(|ChecksumType(number)| number));
    assert_eq!(numbers, [Some(20), Some(16), Some(19), Some(15), Some(-138)]);
}

#[test]
fn no_key_is_in_a_debug_print() {
    let key = Key::new(EncryptionType::RC4_HMAC, &[0xAB; 16]).unwrap();
    assert_eq!(format!("{key:?}"), "Key { encryption_type: EncryptionType(23), .. }");
}

#[test]
fn cut_ciphertexts_are_typed_errors() {
    for encryption_type in EncryptionType::KNOWN {
        let key = some_key(encryption_type);
        let whole = key.encrypt(KeyUsage(2), [7; 16], b"").unwrap();
        for len in 0..whole.len() {
            let cut = key.decrypt(KeyUsage(2), &whole[..len]);
            assert_eq!(cut, Err(AuthError::CiphertextTooShort { len, len_min: whole.len() }));
        }
    }
}

fn known() -> impl Strategy<Value = EncryptionType> {
    proptest::sample::select(&EncryptionType::KNOWN[..])
}

proptest! {
    #[test]
    fn what_was_encrypted_decrypts(
        encryption_type in known(),
        usage in any::<u32>().prop_map(KeyUsage),
        confounder in any::<[u8; 16]>(),
        plaintext in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let key = some_key(encryption_type);
        let ciphertext = key.encrypt(usage, confounder, &plaintext).unwrap();
        prop_assert_eq!(&*key.decrypt(usage, &ciphertext).unwrap(), &plaintext);
    }

    #[test]
    fn a_changed_octet_is_found(
        encryption_type in known(),
        plaintext in proptest::collection::vec(any::<u8>(), 0..100),
        place in any::<prop::sample::Index>(),
        change in 1..=u8::MAX,
    ) {
        let key = some_key(encryption_type);
        let mut ciphertext = key.encrypt(KeyUsage(11), [7; 16], &plaintext).unwrap();
        let place = place.index(ciphertext.len());
        ciphertext[place] ^= change;
        prop_assert_eq!(key.decrypt(KeyUsage(11), &ciphertext), Err(AuthError::IntegrityWrong));
    }

    /// picky-krb's ciphers are not those that we use.
    #[test]
    fn another_implementation_decrypts_what_we_encrypt(
        is_256 in any::<bool>(),
        usage in 1..30_u32,
        confounder in any::<[u8; 16]>(),
        plaintext in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let (ours, theirs) = if is_256 {
            (EncryptionType::AES256_CTS_HMAC_SHA1_96, picky_krb::crypto::CipherSuite::Aes256CtsHmacSha196)
        } else {
            (EncryptionType::AES128_CTS_HMAC_SHA1_96, picky_krb::crypto::CipherSuite::Aes128CtsHmacSha196)
        };
        let key = some_key(ours);
        let ciphertext = key.encrypt(KeyUsage(usage), confounder, &plaintext).unwrap();
        let usage = i32::try_from(usage).unwrap();
        let found = theirs.cipher().decrypt(key.octets(), usage, &ciphertext).unwrap();
        prop_assert_eq!(found, plaintext);
    }
}
