//! Certificates made by `openssl req`, one for each signature; what is expected of them was told by `openssl x509` and by
//! `sha224sum` to `sha512sum`.

use std::net::IpAddr;

use rcgen::CertificateParams;
use rcgen::KeyPair;
use rcgen::PKCS_ED25519;
use rcgen::SanType;

use crate::limits::CERTIFICATE_BYTES_MAX;
use crate::limits::CERTIFICATE_NAMES_MAX;
use crate::limits::PEM_CERTIFICATES_MAX;
use crate::tls::AlternativeName;
use crate::tls::Certificate;
use crate::tls::HashAlgorithm;
use crate::tls::Identity;
use crate::tls::KeyAlgorithm;
use crate::tls::Pin;
use crate::tls::Purpose;
use crate::tls::TlsError;
use crate::tls::certificate::read_unguarded;

type Row = (&'static str, &'static [u8], Option<HashAlgorithm>, &'static str);

/// Its name, the certificate, the hash function of its signature, the end point's hash.
#[rustfmt::skip]
const SIGNED: &[Row] = &[
    ("rsa_md5", include_bytes!("certificates/rsa_md5.der"), Some(HashAlgorithm::Md5),
     "028c0e2d9e86be7e909e6022b059ef194f41de5a289aa12ac23f3adb255d8905"),
    ("rsa_sha1", include_bytes!("certificates/rsa_sha1.der"), Some(HashAlgorithm::Sha1),
     "6c8871ef83142b0be7bc6bb85dd8eee5f68d59a665710377375d1cabd75e36a7"),
    ("ecdsa_sha1", include_bytes!("certificates/ecdsa_sha1.der"), Some(HashAlgorithm::Sha1),
     "4a251f061faa076f0369e38965cd4e028d22d47d6c5a641bf0e949f153ee422a"),
    ("pss_sha1", include_bytes!("certificates/pss_sha1.der"), Some(HashAlgorithm::Sha1),
     "3dd3729123987e6d0d6d26d570288d73251ee2c1a317e86f4bf5e55cd3cb3546"),
    ("rsa_sha224", include_bytes!("certificates/rsa_sha224.der"), Some(HashAlgorithm::Sha224),
     "81ef5cd1d51a17c6f1617167d64421ff092e1165547cf46a448d9576"),
    ("rsa_sha256", include_bytes!("certificates/rsa_sha256.der"), Some(HashAlgorithm::Sha256),
     "cab327957522d09a59b7674d93946bd962f91d515d77b31a5b13aeeb624d527c"),
    ("rsa_sha384", include_bytes!("certificates/rsa_sha384.der"), Some(HashAlgorithm::Sha384),
     "60d788c19a3a8f3fc93ac0f0235dd4d38573f3cb174d87c4d0cb0b0135b3396a\
             53385a171f97431949b0cadd5aef078d"),
    ("rsa_sha512", include_bytes!("certificates/rsa_sha512.der"), Some(HashAlgorithm::Sha512),
     "3d23c9e9a99aee103037c46069816e4724565db6f1d371633802ff9fbc998dae\
             dba7ca1aa240a6f4bb528af6d79e39a55d5d7d59c3493dd1b912fffb88afeab4"),
    ("pss_sha256", include_bytes!("certificates/pss_sha256.der"), Some(HashAlgorithm::Sha256),
     "62983b2cd067749253c997b4b4767b2d01b9b05f524a35a3ce72c066203a7fb3"),
    ("pss_sha384", include_bytes!("certificates/pss_sha384.der"), Some(HashAlgorithm::Sha384),
     "424cdc5cd4c87f953aeac88128d71aa5c8d1141d4b578435c872309cef2d4989\
             3857cdc45243b154436f4fa447fda426"),
    ("pss_sha512", include_bytes!("certificates/pss_sha512.der"), Some(HashAlgorithm::Sha512),
     "73833b570f117995b6b0172d101fd13cccc6fd6630d0478dd01cedf31723c7a3\
             45b81bc3d9777c0eeb23835a0961aa5694aaf111b9f84f5cddf769647cca6520"),
    ("ecdsa_sha256", include_bytes!("certificates/ecdsa_sha256.der"), Some(HashAlgorithm::Sha256),
     "d686f240083cacf0a741146f900ef9b678b6d3a35ff82bd38beb4ca646df5015"),
    ("ecdsa_sha384", include_bytes!("certificates/ecdsa_sha384.der"), Some(HashAlgorithm::Sha384),
     "bb703ac793738be33530db2fd5028f52e3df8285c1d81945353316a8cd3d9c57\
             705156816610dac91a31010bfc14c449"),
    ("ecdsa_sha512", include_bytes!("certificates/ecdsa_sha512.der"), Some(HashAlgorithm::Sha512),
     "866e1244d4e622e3607032f7cf8e29fbad8bb97a5c174650e44c7e744ed9f28c\
             806725c7dc52326c78975f877d629d7a5038258080c05f58022256d79af44362"),
    ("ed25519", include_bytes!("certificates/ed25519.der"), None,
     "0e13b5ba26da0fb4ad82b315ea4154d6325982c4ffdf01956666133266934727"),
    ("ed448", include_bytes!("certificates/ed448.der"), None,
     "704a22de9c6f64cbb9912e99adcfded6d3a84535360d984931ffd01bea60aeaa"),
];

const RSA_SHA256: &[u8] = include_bytes!("certificates/rsa_sha256.der");

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn the_end_point_hash_is_by_the_function_of_the_signature_and_never_a_broken_one() {
    for (name, der, hash, end_point) in SIGNED {
        let certificate = Certificate::parse(der).unwrap();
        assert_eq!(certificate.signature().hash, *hash, "{name}");
        assert_eq!(hex(&certificate.end_point_hash()), *end_point, "{name}");
    }
}

#[test]
fn only_md5_and_sha_1_are_weak() {
    let weak = SIGNED.iter().filter(|(_, der, ..)| Certificate::parse(der).unwrap().signature().is_weak());
    let weak: Vec<_> = weak.map(|(name, ..)| *name).collect();
    assert_eq!(weak, ["rsa_md5", "rsa_sha1", "ecdsa_sha1", "pss_sha1"]);
}

#[test]
fn a_certificate_is_read_as_openssl_reads_it() {
    let certificate = Certificate::parse(RSA_SHA256).unwrap();
    assert_eq!(certificate.subject(), "O=Test, CN=host.example.org");
    assert_eq!(certificate.issuer(), "O=Test, CN=host.example.org");
    assert_eq!(certificate.common_names(), ["host.example.org"]);
    let names = [
        AlternativeName::Dns("host.example.org".to_owned()),
        AlternativeName::Dns("*.example.org".to_owned()),
        AlternativeName::Ip(IpAddr::from([192, 0, 2, 7])),
        AlternativeName::Ip("2001:db8::7".parse().unwrap()),
    ];
    assert_eq!(certificate.alternative_names(), names);
    // 2026-11-23 00:25:39 to 2126-10-30 00:25:39, in seconds by `date`.
    assert_eq!((certificate.not_before(), certificate.not_after()), (1_795_393_539, 4_948_993_539));
    assert_eq!(certificate.purposes(), Some([Purpose::ServerAuth].as_slice()));
    assert!(certificate.is_for(Purpose::ServerAuth) && !certificate.is_for(Purpose::ClientAuth));
    assert_eq!(certificate.key(), KeyAlgorithm::Rsa { bits: 2048 });
    assert!(certificate.is_self_issued());
    assert_eq!(certificate.thumbprint_text(), "340E8BFC7628AF2F9129185F3FB5578F10A419D2");
}

#[test]
fn keys_are_told_with_their_length() {
    let key = |der: &[u8]| Certificate::parse(der).unwrap().key();
    assert_eq!(key(include_bytes!("certificates/rsa1024.der")), KeyAlgorithm::Rsa { bits: 1024 });
    assert_eq!(
        key(include_bytes!("certificates/ecdsa_sha384.der")),
        KeyAlgorithm::EllipticCurve { bits: 384 }
    );
    assert_eq!(key(include_bytes!("certificates/ed25519.der")), KeyAlgorithm::Other);
}

#[test]
fn a_users_certificate_tells_the_user_and_its_issuer() {
    let user = Certificate::parse(include_bytes!("certificates/upn_client.der")).unwrap();
    let issuer = Certificate::parse(include_bytes!("certificates/issuer.der")).unwrap();
    let names = [
        AlternativeName::UserPrincipal("alice@localhost".to_owned()),
        AlternativeName::Dns("alice.example.org".to_owned()),
        AlternativeName::Email("alice@example.org".to_owned()),
    ];
    assert_eq!(user.alternative_names(), names);
    assert!(user.names_issuer(&issuer) && !user.is_self_issued());
    assert_eq!(user.issuer(), "O=Test, CN=Issuer");
    assert_eq!(issuer.purposes(), None);
    assert!(issuer.is_for(Purpose::ClientAuth), "what says nothing forbids nothing");
}

#[test]
fn no_part_of_a_certificate_and_nothing_behind_one_is_a_certificate() {
    for len in 0..RSA_SHA256.len() {
        assert_eq!(Certificate::parse(&RSA_SHA256[..len]), Err(TlsError::MalformedCertificate), "{len}");
    }
    let longer = [RSA_SHA256, &[0]].concat();
    assert_eq!(Certificate::parse(&longer), Err(TlsError::MalformedCertificate));
}

#[test]
fn no_flipped_octet_makes_the_parser_panic() {
    for (name, der, ..) in SIGNED {
        for at in 0..der.len() {
            for flip in [0x01, 0x80, 0xFF] {
                let mut wrong = der.to_vec();
                wrong[at] ^= flip;
                // A panic would be caught and told as malformed; so this asks below that.
                let read = std::panic::catch_unwind(|| read_unguarded(&wrong));
                assert!(read.is_ok(), "{name}: {flip:#x} at {at}");
            }
        }
    }
}

fn self_made(params: &CertificateParams) -> Vec<u8> {
    // Its signatures have one length.
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

#[test]
fn a_certificate_has_as_many_names_as_the_bound_and_not_one_more() {
    let names = |count: usize| {
        let name = |index: usize| SanType::DnsName(format!("{index}").try_into().unwrap());
        let mut params = CertificateParams::default();
        params.subject_alt_names = (0..count).map(name).collect();
        params
    };
    let most = Certificate::parse(&self_made(&names(CERTIFICATE_NAMES_MAX))).unwrap();
    assert_eq!(most.alternative_names().len(), CERTIFICATE_NAMES_MAX);
    let refused = Certificate::parse(&self_made(&names(CERTIFICATE_NAMES_MAX + 1)));
    assert_eq!(refused, Err(TlsError::TooManyNames { count_max: CERTIFICATE_NAMES_MAX }));
}

#[test]
fn a_certificate_is_as_long_as_the_bound_and_not_an_octet_longer() {
    let of_len = |len: usize| {
        let extension = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![0; len]);
        let mut params = CertificateParams::default();
        params.custom_extensions = vec![extension];
        self_made(&params)
    };
    let longest = CERTIFICATE_BYTES_MAX;
    let overhead = of_len(longest - 1000).len() - (longest - 1000);
    let fitting = of_len(longest - overhead);
    assert_eq!(fitting.len(), longest);
    assert_eq!(Certificate::parse(&fitting).unwrap().der().len(), longest);
    let longer = [fitting, vec![0]].concat();
    let refusal = TlsError::CertificateTooLong { len: longest + 1, len_max: longest };
    assert_eq!(Certificate::parse(&longer), Err(refusal));
}

#[test]
fn a_pem_file_has_as_many_certificates_as_the_bound_and_not_one_more() {
    let one = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
    let most = Certificate::parse_pem(one.repeat(PEM_CERTIFICATES_MAX).as_bytes()).unwrap();
    assert_eq!(most.len(), PEM_CERTIFICATES_MAX);
    let refused = Certificate::parse_pem(one.repeat(PEM_CERTIFICATES_MAX + 1).as_bytes());
    assert_eq!(refused, Err(TlsError::TooManyCertificates { count_max: PEM_CERTIFICATES_MAX }));
}

#[test]
fn a_pem_file_without_what_is_wanted_is_refused() {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
    let missing = |expected| TlsError::Pem { expected };
    assert_eq!(Certificate::parse_pem(b""), Err(missing("a certificate")));
    let damaged = certificate.replace("M", "!");
    assert_eq!(Certificate::parse_pem(damaged.as_bytes()), Err(missing("certificates")));
    let refusal = Identity::from_pem(certificate.as_bytes(), certificate.as_bytes()).unwrap_err();
    assert_eq!(refusal, missing("a private key"));
}

#[test]
fn the_key_of_another_certificate_is_refused() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
    assert!(Identity::from_pem(certificate.as_bytes(), key.serialize_pem().as_bytes()).is_ok());
    let refusal = Identity::from_pem(certificate.as_bytes(), other.serialize_pem().as_bytes()).unwrap_err();
    assert_eq!(refusal, TlsError::KeyDoesNotFit);
}

#[test]
fn an_identity_tells_nobody_its_key() {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
    let identity = Identity::from_pem(certificate.as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    let told = format!("{identity:?}");
    assert!(told.starts_with("Identity { certificate: Certificate(\"CN=rcgen self signed cert\""), "{told}");
    assert!(told.ends_with(" octets), .. }"), "{told}");
}

#[test]
fn a_pin_is_64_digits_with_or_without_colons() {
    let pin = Pin(Certificate::parse(RSA_SHA256).unwrap().sha256());
    // By sha256sum.
    let digits = "cab327957522d09a59b7674d93946bd962f91d515d77b31a5b13aeeb624d527c";
    assert_eq!(pin.to_string(), format!("sha256:{digits}"));
    let colons = digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase());
    let colons = colons.collect::<Vec<_>>().join(":");
    for text in [digits.to_owned(), pin.to_string(), colons] {
        assert_eq!(Pin::parse(&text), Some(pin), "{text}");
    }
    for text in [
        "",
        "sha256:",
        digits.get(1..).unwrap(),
        digits.get(2..).unwrap(),
        &format!("{digits}00"),
        &digits.replace('a', "g"),
    ] {
        assert_eq!(Pin::parse(text), None, "{text}");
    }
}
