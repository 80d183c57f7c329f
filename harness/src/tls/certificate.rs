use std::fmt;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha1::Sha1;
use sha2::Digest;
use sha2::Sha256;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ExtendedKeyUsage;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::limits::CERTIFICATE_BYTES_MAX;
use crate::limits::CERTIFICATE_NAMES_MAX;
use crate::limits::PEM_CERTIFICATES_MAX;
use crate::tls::AlternativeName;
use crate::tls::SignatureAlgorithm;
use crate::tls::TlsError;
use crate::tls::error::hex;
use crate::tls::names::distinguished;

/// [RFC 5280 4.1] What a certificate says. Nothing of it is true before somebody has verified the chain that it is in.
///
/// [RFC 5280 4.1]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    facts: Facts,
}

#[derive(Clone, PartialEq, Eq)]
struct Facts {
    subject: String,
    issuer: String,
    subject_der: Vec<u8>,
    issuer_der: Vec<u8>,
    common_names: Vec<String>,
    alternative_names: Vec<AlternativeName>,
    not_before: i64,
    not_after: i64,
    /// None without the extension: then it is for anything.
    purposes: Option<Vec<Purpose>>,
    key: KeyAlgorithm,
    signature: SignatureAlgorithm,
}

/// [RFC 5280 4.2.1.12] What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// id-kp-serverAuth
    ServerAuth,
    /// id-kp-clientAuth
    ClientAuth,
    /// anyExtendedKeyUsage
    Any,
    /// Something else.
    Other,
}

/// What a certificate's key is, and its length where that can be too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA with a modulus of so many bits.
    Rsa {
        /// The bits.
        bits: usize,
    },
    /// A point on a curve over a field of so many bits.
    EllipticCurve {
        /// The bits.
        bits: usize,
    },
    /// [RFC 8410] Ed25519 and whatever else there is.
    Other,
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// [RFC 5280 4.1] All of `der` has to be it.
    pub fn parse(der: &[u8]) -> Result<Self, TlsError> {
        if CERTIFICATE_BYTES_MAX < der.len() {
            return Err(TlsError::CertificateTooLong { len: der.len(), len_max: CERTIFICATE_BYTES_MAX });
        }
        // The parser has panicked on hostile input before now, and these octets come from peers.
        let facts = catch_unwind(AssertUnwindSafe(|| Facts::read(der))).ok().flatten();
        let facts = facts.ok_or(TlsError::MalformedCertificate)?;
        if CERTIFICATE_NAMES_MAX < facts.alternative_names.len() {
            return Err(TlsError::TooManyNames { count_max: CERTIFICATE_NAMES_MAX });
        }
        Ok(Self { der: der.to_vec(), facts })
    }

    /// The certificates in a PEM file, in its order.
    pub fn parse_pem(pem: &[u8]) -> Result<Vec<Self>, TlsError> {
        let mut certificates = Vec::new();
        for der in CertificateDer::pem_slice_iter(pem) {
            let der = der.map_err(|_| TlsError::Pem { expected: "certificates" })?;
            certificates.push(Self::parse(&der)?);
            if PEM_CERTIFICATES_MAX < certificates.len() {
                return Err(TlsError::TooManyCertificates { count_max: PEM_CERTIFICATES_MAX });
            }
        }
        match certificates.is_empty() {
            true => Err(TlsError::Pem { expected: "a certificate" }),
            false => Ok(certificates),
        }
    }

    /// Its octets.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whose it is, as `CN=host, O=company` in its own order.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.facts.subject
    }

    /// Who signed it, as it says.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.facts.issuer
    }

    /// The `CN` of the subject; there may be more than one.
    #[must_use]
    pub fn common_names(&self) -> &[String] {
        &self.facts.common_names
    }

    /// Its other names.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        &self.facts.alternative_names
    }

    /// The first second in which it is valid, since 1970.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.facts.not_before
    }

    /// The last second in which it is valid, since 1970.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.facts.not_after
    }

    /// What it says that its key is for; `None` where it says nothing, which forbids nothing.
    #[must_use]
    pub fn purposes(&self) -> Option<&[Purpose]> {
        self.facts.purposes.as_deref()
    }

    /// Whether its key may be used for that.
    #[must_use]
    pub fn is_for(&self, purpose: Purpose) -> bool {
        let is_it = |allowed: &Purpose| *allowed == purpose || *allowed == Purpose::Any;
        self.facts.purposes.as_ref().is_none_or(|purposes| purposes.iter().any(is_it))
    }

    /// What its key is.
    #[must_use]
    pub fn key(&self) -> KeyAlgorithm {
        self.facts.key
    }

    /// What it is signed with.
    #[must_use]
    pub fn signature(&self) -> &SignatureAlgorithm {
        &self.facts.signature
    }

    /// [RFC 5280 3.2] Whether it names itself as its issuer.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.facts.subject_der == self.facts.issuer_der
    }

    /// Whether `issuer` has the name of the one who signed this; that it did sign, a signature has to show.
    #[must_use]
    pub fn names_issuer(&self, issuer: &Self) -> bool {
        self.facts.issuer_der == issuer.facts.subject_der
    }

    /// What Windows calls a certificate: the SHA-1 of its octets. A name, no proof of anything.
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 20] {
        Sha1::digest(&self.der).into()
    }

    /// The thumbprint as Windows writes it: 40 hexadecimal digits.
    #[must_use]
    pub fn thumbprint_text(&self) -> String {
        hex(&self.thumbprint()).to_uppercase()
    }

    /// The SHA-256 of its octets.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// [RFC 5929 4.1] What authentications over a connection to the owner of this certificate are bound to; see
    /// [`SignatureAlgorithm::end_point_hash`].
    ///
    /// [RFC 5929 4.1]: https://www.rfc-editor.org/rfc/rfc5929#section-4.1
    #[must_use]
    pub fn end_point_hash(&self) -> Vec<u8> {
        self.facts.signature.end_point_hash(&self.der)
    }
}

impl Facts {
    fn read(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let common_names = certificate.subject().iter_common_name();
        let names = certificate.subject_alternative_name().ok()?;
        let names = names.map(|names| names.value.general_names.as_slice()).unwrap_or_default();
        let purposes = certificate.extended_key_usage().ok()?;
        Some(Self {
            subject: distinguished(certificate.subject())?,
            issuer: distinguished(certificate.issuer())?,
            subject_der: certificate.subject().as_raw().to_vec(),
            issuer_der: certificate.issuer().as_raw().to_vec(),
            common_names: common_names.filter_map(|name| name.as_str().ok()).map(str::to_owned).collect(),
            alternative_names: names.iter().filter_map(AlternativeName::read).collect(),
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            purposes: purposes.map(|usage| Purpose::read(usage.value)),
            key: KeyAlgorithm::read(certificate.public_key()),
            signature: SignatureAlgorithm::read(&certificate.signature_algorithm),
        })
    }
}

impl Purpose {
    fn read(usage: &ExtendedKeyUsage<'_>) -> Vec<Self> {
        let is_other = usage.code_signing
            || usage.email_protection
            || usage.time_stamping
            || usage.ocsp_signing
            || !usage.other.is_empty();
        let told = [
            (usage.server_auth, Self::ServerAuth),
            (usage.client_auth, Self::ClientAuth),
            (usage.any, Self::Any),
            (is_other, Self::Other),
        ];
        told.into_iter().filter(|(is_told, _)| *is_told).map(|(_, purpose)| purpose).collect()
    }
}

impl KeyAlgorithm {
    fn read(key: &SubjectPublicKeyInfo<'_>) -> Self {
        match key.parsed() {
            Ok(PublicKey::RSA(key)) => Self::Rsa { bits: bits(key.modulus) },
            Ok(PublicKey::EC(point)) => Self::EllipticCurve { bits: point.key_size() },
            _ => Self::Other,
        }
    }
}

/// Bits of a number, leading zeros not counted.
fn bits(number: &[u8]) -> usize {
    let number = number.iter().copied().skip_while(|octet| *octet == 0).collect::<Vec<_>>();
    let leading = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(leading).unwrap_or(0))
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({:?}, {} octets)", self.facts.subject, self.der.len())
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServerAuth => "server authentication",
            Self::ClientAuth => "client authentication",
            Self::Any => "anything",
            Self::Other => "something else",
        })
    }
}

/// What [`Certificate::parse`] does below its guard.
#[cfg(test)]
pub(crate) fn read_unguarded(der: &[u8]) -> bool {
    Facts::read(der).is_some()
}
