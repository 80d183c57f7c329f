use std::fmt;

use rustls::AlertDescription;
use rustls::CertificateError;
use rustls::InvalidMessage;
use rustls::OtherError;
use rustls::PeerIncompatible;
use x509_parser::time::ASN1Time;

use crate::tls::Purpose;
use crate::tls::SignatureAlgorithm;
use crate::tls::Versions;

/// Why there is no TLS connection. Each says what was expected, what came, and where that helps what to do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TlsError {
    /// A certificate breaks the layout of RFC 5280.
    MalformedCertificate,
    /// A certificate is longer than the bound.
    CertificateTooLong {
        /// Octets that it has.
        len: usize,
        /// The bound.
        len_max: usize,
    },
    /// A certificate has more names than the bound.
    TooManyNames {
        /// The bound.
        count_max: usize,
    },
    /// A PEM file has more certificates than the bound.
    TooManyCertificates {
        /// The bound.
        count_max: usize,
    },
    /// A PEM file lacks something, or holds it damaged.
    Pem {
        /// What it should hold.
        expected: &'static str,
    },
    /// The private key is not the one of the certificate, or of a kind that can't sign in TLS.
    KeyDoesNotFit,
    /// What is to be trusted by is empty.
    NothingTrusted,
    /// Somebody is to be connected to who has neither a DNS name nor an address.
    NoServerName {
        /// What is there instead.
        name: String,
    },
    /// The certificate is not valid any more.
    Expired {
        /// The last second in which it was.
        not_after: i64,
        /// The second of the handshake.
        now: i64,
    },
    /// The certificate is not valid yet.
    NotYetValid {
        /// The first second in which it will be.
        not_before: i64,
        /// The second of the handshake.
        now: i64,
    },
    /// The server's certificate is for other names.
    WrongName {
        /// The name that was connected to.
        expected: String,
        /// Those of the certificate.
        found: Vec<String>,
    },
    /// No trusted certificate signed it.
    UnknownIssuer {
        /// Who it says did.
        issuer: String,
    },
    /// Nobody but its own subject signed it.
    SelfSigned {
        /// Its subject.
        subject: String,
        /// Its SHA-256.
        sha256: [u8; 32],
    },
    /// The certificate is another one than the pinned.
    WrongPin {
        /// Its SHA-256.
        sha256: [u8; 32],
    },
    /// The certificate is for something else.
    WrongPurpose {
        /// What it should be for.
        expected: Purpose,
        /// What it is for.
        found: Vec<Purpose>,
    },
    /// The certificate is signed with MD5 or SHA-1.
    WeakSignature(SignatureAlgorithm),
    /// The certificate's key is too short.
    WeakKey {
        /// Bits that it has.
        bits: usize,
        /// Bits that it has to have.
        bits_min: usize,
    },
    /// The peer speaks no version of TLS that this side takes.
    NoCommonVersion {
        /// What this side takes, if that is known.
        expected: Versions,
    },
    /// The peers have no cipher suite, group or signature scheme in common.
    NoCommonCipher,
    /// The peer doesn't speak TLS.
    NotTls,
    /// The server wants a certificate of the client, and the client has none.
    ClientCertificateRequired,
    /// The client sent no certificate, and this server requires one.
    ClientCertificateMissing,
    /// The handshake took more octets than the bound.
    HandshakeTooLong {
        /// The bound.
        len_max: usize,
    },
    /// The peer gave up, and this is all it says.
    Alert(AlertDescription),
    /// Something else.
    Handshake(Box<rustls::Error>),
}

impl TlsError {
    /// What an error of the layers between stands for, if TLS is at its bottom. `expected` is what this side takes.
    #[must_use]
    pub fn find(error: &(dyn std::error::Error + 'static), expected: Versions) -> Option<Self> {
        if let Some(error) = error.downcast_ref::<Self>() {
            return Some(error.clone());
        }
        error.downcast_ref::<rustls::Error>().map(|error| Self::of(error, expected))
    }

    pub(crate) fn of(error: &rustls::Error, expected: Versions) -> Self {
        let other = || Self::Handshake(Box::new(error.clone()));
        match error {
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(error))) => {
                error.downcast_ref::<Self>().cloned().unwrap_or_else(other)
            }
            rustls::Error::InvalidCertificate(CertificateError::BadEncoding) => Self::MalformedCertificate,
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::NotTls,
            rustls::Error::NoCertificatesPresented => Self::ClientCertificateMissing,
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
                Self::ClientCertificateRequired
            }
            rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
                Self::NoCommonVersion { expected }
            }
            rustls::Error::AlertReceived(alert) => Self::Alert(*alert),
            rustls::Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
                | PeerIncompatible::SupportedVersionsExtensionRequired
                | PeerIncompatible::Tls12NotOffered
                | PeerIncompatible::Tls12NotOfferedOrEnabled,
            ) => Self::NoCommonVersion { expected },
            rustls::Error::PeerIncompatible(
                PeerIncompatible::NoCipherSuitesInCommon
                | PeerIncompatible::NoKxGroupsInCommon
                | PeerIncompatible::NoSignatureSchemesInCommon,
            ) => Self::NoCommonCipher,
            _ => other(),
        }
    }

    /// As what a verifier of rustls gives back.
    pub(crate) fn into_library(self) -> rustls::Error {
        let other = OtherError(std::sync::Arc::new(self));
        rustls::Error::InvalidCertificate(CertificateError::Other(other))
    }
}

impl TlsError {
    /// What is wrong with a handshake, and not with a certificate.
    fn fmt_handshake(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommonVersion { expected } => {
                write!(f, "expected {expected}, and the peer has only another version: enable it there")
            }
            Self::NoCommonCipher => f.write_str("the peer has no cipher suite that this side takes"),
            Self::NotTls => f.write_str("expected TLS, found something else: is this the port of HTTP?"),
            Self::ClientCertificateRequired => f.write_str("the server requires a certificate of the client"),
            Self::ClientCertificateMissing => f.write_str("expected a certificate of the client, found none"),
            Self::HandshakeTooLong { len_max } => {
                write!(f, "expected a handshake of at most {len_max} octets")
            }
            Self::Alert(alert) => write!(f, "the peer ended the handshake: {alert:?}"),
            Self::Handshake(error) => write!(f, "the handshake failed: {error}"),
            _ => f.write_str("the certificate is refused"),
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedCertificate => f.write_str("expected an X.509 certificate, found something else"),
            Self::CertificateTooLong { len, len_max } => {
                write!(f, "certificate of {len} octets: expected at most {len_max}")
            }
            Self::TooManyNames { count_max } => {
                write!(f, "expected a certificate with at most {count_max} names")
            }
            Self::TooManyCertificates { count_max } => write!(f, "expected at most {count_max} certificates"),
            Self::Pem { expected } => write!(f, "expected {expected} in PEM, `-----BEGIN …`"),
            Self::KeyDoesNotFit => f.write_str("the private key does not belong to the certificate"),
            Self::NothingTrusted => f.write_str("expected a trusted certificate or a pin, found none"),
            Self::NoServerName { name } => write!(f, "expected a DNS name or an address, found `{name}`"),
            Self::Expired { not_after, now } => {
                let (not_after, now) = (date(*not_after), date(*now));
                write!(
                    f,
                    "the certificate expired at {not_after}, and it is {now}: renew it, or set the clock"
                )
            }
            Self::NotYetValid { not_before, now } => {
                let (not_before, now) = (date(*not_before), date(*now));
                write!(f, "the certificate is valid from {not_before} on, and it is {now}: set the clock")
            }
            Self::WrongName { expected, found } => {
                let found = found.join("`, `");
                write!(
                    f,
                    "expected a certificate for `{expected}`, found one for `{found}`: connect by such a name"
                )
            }
            Self::UnknownIssuer { issuer } => {
                write!(
                    f,
                    "the certificate is signed by `{issuer}`, which is not trusted: trust its certificate"
                )
            }
            Self::SelfSigned { subject, sha256 } => {
                let sha256 = hex(sha256);
                write!(
                    f,
                    "the certificate of `{subject}` is signed by nobody else: pin it as sha256:{sha256}"
                )
            }
            Self::WrongPin { sha256 } => {
                write!(f, "expected the pinned certificate, found sha256:{}", hex(sha256))
            }
            Self::WrongPurpose { expected, found } => {
                let found = found.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                write!(
                    f,
                    "expected a certificate for {expected}, found one for {found}: have one issued for that"
                )
            }
            Self::WeakSignature(algorithm) => {
                write!(f, "the certificate is signed with {algorithm}: expected SHA-256 or better")
            }
            Self::WeakKey { bits, bits_min } => {
                write!(f, "the certificate's key has {bits} bits: expected at least {bits_min}")
            }
            _ => self.fmt_handshake(f),
        }
    }
}

impl std::error::Error for TlsError {}

fn date(unix_seconds: i64) -> String {
    match ASN1Time::from_timestamp(unix_seconds) {
        Ok(time) => time.to_string(),
        Err(_) => unix_seconds.to_string(),
    }
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
