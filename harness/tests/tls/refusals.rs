use rcgen::CertificateParams;
use rcgen::ExtendedKeyUsagePurpose;
use rcgen::PKCS_RSA_SHA256;
use rcgen::PublicKeyData;
use rcgen::SignatureAlgorithm;
use rcgen::date_time_ymd;
use winrm_harness::net::Connection;
use winrm_harness::tls::Certificate;
use winrm_harness::tls::Channel;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::Pin;
use winrm_harness::tls::Purpose;
use winrm_harness::tls::ServerTrust;
use winrm_harness::tls::TlsError;

use crate::support::Authority;
use crate::support::Issued;
use crate::support::PATIENCE;
use crate::support::identifies;
use crate::support::liar;
use crate::support::lie;
use crate::support::refusal;
use crate::support::self_signed;
use crate::support::serve_as;
use crate::support::server_params;

/// What a client that trusts the authority refuses a server for whose certificate is changed like this.
async fn refusal_of(change: impl FnOnce(&mut CertificateParams)) -> TlsError {
    let authority = Authority::new("authority");
    let mut params = server_params();
    change(&mut params);
    let address = serve_as(authority.issue(&params).identity()).await;
    refusal(&address, &authority.trusted()).await
}

#[tokio::test]
async fn a_good_certificate_is_good_for_its_name_and_its_address() {
    let authority = Authority::new("authority");
    let issued = authority.issue(&server_params());
    let address = serve_as(issued.identity()).await;
    for expected_name in [None, Some("host.test".to_owned())] {
        let tls = ClientTls { expected_name, ..authority.trusted() };
        let mut connection = Connection::connect_tls(&address, &tls, PATIENCE).await.unwrap();
        assert!(identifies(&mut connection).await);
        let Channel::Tls(channel) = connection.channel() else { panic!("expected TLS") };
        assert_eq!(channel.end_point_hash, issued.certificate().sha256(), "ECDSA with SHA-256");
    }
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let refusal = refusal_of(|params| params.not_after = date_time_ymd(2020, 1, 2)).await;
    // By `date -u -d 2020-01-02 +%s`.
    assert!(matches!(refusal, TlsError::Expired { not_after: 1_577_923_200, .. }), "{refusal}");
    let told = refusal.to_string();
    assert!(told.starts_with("the certificate expired at Jan  2 00:00:00 2020 +00:00, and it is "), "{told}");
}

#[tokio::test]
async fn a_certificate_that_is_not_yet_valid_is_refused() {
    let refusal = refusal_of(|params| params.not_before = date_time_ymd(4000, 1, 1)).await;
    // By `date -u -d 4000-01-01 +%s`.
    assert!(matches!(refusal, TlsError::NotYetValid { not_before: 64_060_588_800, .. }), "{refusal}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let refusal = refusal_of(|params| {
        params.subject_alt_names.truncate(1);
    })
    .await;
    let found = vec!["host.test".to_owned()];
    assert_eq!(refusal, TlsError::WrongName { expected: "127.0.0.1".to_owned(), found });
    assert_eq!(
        refusal.to_string(),
        "expected a certificate for `127.0.0.1`, found one for `host.test`: connect by such a name"
    );
}

#[tokio::test]
async fn a_common_name_alone_is_no_name() {
    let authority = Authority::new("authority");
    let mut params = server_params();
    params.subject_alt_names.clear();
    let address = serve_as(authority.issue(&params).identity()).await;
    let tls = ClientTls { expected_name: Some("host.test".to_owned()), ..authority.trusted() };
    let expected = TlsError::WrongName { expected: "host.test".to_owned(), found: Vec::new() };
    assert_eq!(refusal(&address, &tls).await, expected);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let address = serve_as(Authority::new("stranger").issue(&server_params()).identity()).await;
    let refusal = refusal(&address, &Authority::new("authority").trusted()).await;
    assert_eq!(refusal, TlsError::UnknownIssuer { issuer: "CN=stranger".to_owned() });
}

#[tokio::test]
async fn an_authority_of_the_same_name_with_another_key_is_unknown() {
    let address = serve_as(Authority::new("authority").issue(&server_params()).identity()).await;
    let refusal = refusal(&address, &Authority::new("authority").trusted()).await;
    assert!(!matches!(refusal, TlsError::SelfSigned { .. }), "{refusal}");
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_with_the_pin_to_trust_it_by() {
    let issued = self_signed(&server_params());
    let address = serve_as(issued.identity()).await;
    let refused = refusal(&address, &Authority::new("authority").trusted()).await;
    let sha256 = issued.certificate().sha256();
    assert_eq!(refused, TlsError::SelfSigned { subject: "CN=host.test".to_owned(), sha256 });
    let told = refused.to_string();
    let pin = Pin::parse(told.rsplit_once(' ').unwrap().1).unwrap();
    let tls = ClientTls::new(ServerTrust::Pin(pin));
    assert!(identifies(&mut Connection::connect_tls(&address, &tls, PATIENCE).await.unwrap()).await);
}

#[tokio::test]
async fn a_certificate_that_is_trusted_itself_needs_nobody_to_sign_it() {
    let issued = self_signed(&server_params());
    let address = serve_as(issued.identity()).await;
    let tls = ClientTls::new(ServerTrust::Roots(vec![issued.certificate()]));
    assert!(identifies(&mut Connection::connect_tls(&address, &tls, PATIENCE).await.unwrap()).await);
    let tls = ClientTls { expected_name: Some("other.test".to_owned()), ..tls };
    assert!(
        matches!(refusal(&address, &tls).await, TlsError::WrongName { .. }),
        "its name counts all the same"
    );
}

#[tokio::test]
async fn a_certificate_for_clients_is_refused() {
    let refusal =
        refusal_of(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]).await;
    let found = vec![Purpose::ClientAuth];
    assert_eq!(refusal, TlsError::WrongPurpose { expected: Purpose::ServerAuth, found });
}

/// [RFC 3279 2.2.3] The same certificate as if it were signed with ecdsa-with-SHA1, whose identifier is one octet shorter.
fn with_sha1(issued: &Issued) -> Issued {
    let (sha256, sha1) = (
        [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02].as_slice(),
        [0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01].as_slice(),
    );
    let mut der = issued.der.clone();
    for _ in 0..2 {
        let at = der.windows(sha256.len()).position(|octets| octets == sha256).unwrap();
        der.splice(at..at + sha256.len(), sha1.iter().copied());
    }
    // The lengths of both sequences around it, each of two octets: `30 82 LL LL`.
    for (at, less) in [(2, 2), (6, 1)] {
        let len = u16::from_be_bytes([der[at], der[at + 1]]) - less;
        der.splice(at..at + 2, len.to_be_bytes());
    }
    Issued { der, key: issued.key.clone() }
}

#[tokio::test]
async fn a_certificate_signed_with_sha_1_is_refused() {
    let authority = Authority::new("authority");
    let issued = with_sha1(&authority.issue(&server_params()));
    let address = serve_as(issued.identity()).await;
    let refusal = refusal(&address, &authority.trusted()).await;
    assert_eq!(refusal, TlsError::WeakSignature(issued.certificate().signature().clone()));
    assert_eq!(
        refusal.to_string(),
        "the certificate is signed with SHA-1 (1.2.840.10045.4.1): expected SHA-256 or better"
    );
}

/// An RSA key of 1024 bits, as RSAPublicKey.
struct ShortKey(Vec<u8>);

impl ShortKey {
    fn new() -> Self {
        let modulus = [0xC1; 128];
        let head = [0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00];
        Self([head.as_slice(), &modulus, &[0x02, 0x03, 0x01, 0x00, 0x01]].concat())
    }
}

impl PublicKeyData for ShortKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

#[tokio::test]
async fn a_certificate_with_a_short_key_is_refused() {
    let authority = Authority::new("authority");
    let short = server_params().signed_by(&ShortKey::new(), &authority.issuer).unwrap();
    let signer = authority.issue(&server_params());
    let weak = TlsError::WeakKey { bits: 1024, bits_min: 2048 };
    let address = lie(liar(short.der(), &signer.key)).await;
    assert_eq!(refusal(&address, &authority.trusted()).await, weak);
    // A pin doesn't make the key longer.
    let pin = Pin(Certificate::parse(short.der()).unwrap().sha256());
    let address = lie(liar(short.der(), &signer.key)).await;
    assert_eq!(refusal(&address, &ClientTls::new(ServerTrust::Pin(pin))).await, weak);
}

#[tokio::test]
async fn another_certificate_than_the_pinned_is_refused_whoever_signed_it() {
    let authority = Authority::new("authority");
    let issued = authority.issue(&server_params());
    let address = serve_as(issued.identity()).await;
    let tls = ClientTls::new(ServerTrust::Pin(Pin(authority.certificate().sha256())));
    let sha256 = issued.certificate().sha256();
    assert_eq!(refusal(&address, &tls).await, TlsError::WrongPin { sha256 });
}

#[tokio::test]
async fn a_pinned_certificate_that_expired_is_refused() {
    let mut params = server_params();
    params.not_after = date_time_ymd(2020, 1, 2);
    let issued = self_signed(&params);
    let address = serve_as(issued.identity()).await;
    let tls = ClientTls::new(ServerTrust::Pin(Pin(issued.certificate().sha256())));
    assert!(matches!(refusal(&address, &tls).await, TlsError::Expired { .. }));
}

#[tokio::test]
async fn who_shows_a_certificate_without_having_its_key_is_refused_pinned_or_not() {
    let authority = Authority::new("authority");
    let (real, other) = (authority.issue(&server_params()), authority.issue(&server_params()));
    let pin = ServerTrust::Pin(Pin(real.certificate().sha256()));
    for tls in [authority.trusted(), ClientTls::new(pin)] {
        let address = lie(liar(&real.der, &other.key)).await;
        let refusal = refusal(&address, &tls).await;
        assert!(refusal.to_string().contains("BadSignature"), "{refusal}");
    }
}

#[tokio::test]
async fn a_client_that_trusts_nobody_connects_to_nobody() {
    let address = serve_as(self_signed(&server_params()).identity()).await;
    let tls = ClientTls::new(ServerTrust::Roots(Vec::new()));
    assert_eq!(refusal(&address, &tls).await, TlsError::NothingTrusted);
}
