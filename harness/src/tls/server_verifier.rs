use rustls::CertificateError;
use rustls::DigitallySignedStruct;
use rustls::RootCertStore;
use rustls::SignatureScheme;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::client::verify_server_name;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::crypto::verify_tls12_signature;
use rustls::crypto::verify_tls13_signature;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::server::ParsedCertificate;
use subtle::ConstantTimeEq;

use crate::tls::Certificate;
use crate::tls::Pin;
use crate::tls::Purpose;
use crate::tls::ServerTrust;
use crate::tls::TlsError;
use crate::tls::Versions;
use crate::tls::checks::check_always;
use crate::tls::checks::check_signed;
use crate::tls::checks::store;
use crate::tls::checks::untrusted;

/// What a client asks of the certificate of a server. The chain is rustls' business; the rest is here, so that each refusal
/// says what is wrong.
#[derive(Debug)]
pub(crate) struct ServerVerifier {
    trusted: Trusted,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
enum Trusted {
    Roots { store: RootCertStore, certificates: Vec<Certificate> },
    Pin(Pin),
}

impl ServerVerifier {
    pub(crate) fn new(trust: &ServerTrust, algorithms: WebPkiSupportedAlgorithms) -> Result<Self, TlsError> {
        let trusted = match trust {
            ServerTrust::Roots(roots) if roots.is_empty() => return Err(TlsError::NothingTrusted),
            ServerTrust::Roots(roots) => Trusted::Roots { store: store(roots)?, certificates: roots.clone() },
            ServerTrust::Pin(pin) => Trusted::Pin(*pin),
        };
        Ok(Self { trusted, algorithms })
    }

    fn verify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let certificate = Certificate::parse(end_entity)?;
        let (store, roots) = match &self.trusted {
            Trusted::Pin(pin) => return check_pin(&certificate, *pin, now),
            Trusted::Roots { store, certificates } => (store, certificates),
        };
        check_signed(&certificate, Purpose::ServerAuth, now)?;
        let parsed = ParsedCertificate::try_from(end_entity).map_err(|_| TlsError::MalformedCertificate)?;
        // One that is trusted itself needs nobody to vouch for it: `openssl req -x509` makes such.
        if !roots.contains(&certificate) {
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, store, intermediates, now, algorithms)
                .map_err(|error| refusal(&error, &certificate))?;
        }
        verify_server_name(&parsed, server_name).map_err(|error| match error {
            rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. }) => {
                wrong_name(&certificate, server_name)
            }
            error => refusal(&error, &certificate),
        })
    }
}

fn check_pin(certificate: &Certificate, pin: Pin, now: UnixTime) -> Result<(), TlsError> {
    let sha256 = certificate.sha256();
    if !bool::from(sha256.ct_eq(&pin.0)) {
        return Err(TlsError::WrongPin { sha256 });
    }
    check_always(certificate, now)
}

/// What the chain is refused for. The dates may be those of a certificate between.
fn refusal(error: &rustls::Error, certificate: &Certificate) -> TlsError {
    let seconds = |time: &UnixTime| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => untrusted(certificate),
        rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { time, not_after }) => {
            TlsError::Expired { not_after: seconds(not_after), now: seconds(time) }
        }
        rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext { time, not_before }) => {
            TlsError::NotYetValid { not_before: seconds(not_before), now: seconds(time) }
        }
        // A certificate of an authority that shows itself as a server, signed by itself.
        rustls::Error::InvalidCertificate(CertificateError::Other(_)) if certificate.is_self_issued() => {
            untrusted(certificate)
        }
        error => TlsError::of(error, Versions::Both),
    }
}

fn wrong_name(certificate: &Certificate, expected: &ServerName<'_>) -> TlsError {
    let found = certificate.alternative_names().iter().map(ToString::to_string).collect();
    TlsError::WrongName { expected: expected.to_str().into_owned(), found }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verify(end_entity, intermediates, server_name, now).map_err(TlsError::into_library)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
