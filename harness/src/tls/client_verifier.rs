use std::sync::Arc;

use rustls::CertificateError;
use rustls::DigitallySignedStruct;
use rustls::DistinguishedName;
use rustls::SignatureScheme;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::crypto::verify_tls12_signature;
use rustls::crypto::verify_tls13_signature;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::UnixTime;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerified;
use rustls::server::danger::ClientCertVerifier;

use crate::limits::CLIENT_CHAIN_CERTIFICATES_MAX;
use crate::tls::Certificate;
use crate::tls::ClientCertificates;
use crate::tls::ClientTrust;
use crate::tls::Purpose;
use crate::tls::TlsError;
use crate::tls::Versions;
use crate::tls::checks::check_signed;
use crate::tls::checks::store;
use crate::tls::checks::untrusted;
use crate::tls::identity::provider;

/// What a server asks of the certificate of a client.
#[derive(Debug)]
pub(crate) struct ClientVerifier {
    is_required: bool,
    /// None where any chain will do.
    chain: Option<Arc<dyn ClientCertVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientVerifier {
    pub(crate) fn new(
        asked: &ClientCertificates,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Result<Option<Self>, TlsError> {
        let (is_required, trust) = match asked {
            ClientCertificates::Off => return Ok(None),
            ClientCertificates::Requested(trust) => (false, trust),
            ClientCertificates::Required(trust) => (true, trust),
        };
        let chain = match trust {
            ClientTrust::Roots(roots) => Some(signed_by(roots)?),
            ClientTrust::Mapped => None,
        };
        Ok(Some(Self { is_required, chain, algorithms }))
    }

    fn verify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let certificate = Certificate::parse(end_entity)?;
        check_signed(&certificate, Purpose::ClientAuth, now)?;
        let Some(chain) = &self.chain else { return Ok(()) };
        let verified = chain.verify_client_cert(end_entity, intermediates, now);
        verified.map(drop).map_err(|error| match error {
            rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => untrusted(&certificate),
            error => TlsError::of(&error, Versions::Both),
        })
    }
}

fn signed_by(roots: &[Certificate]) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store(roots)?), provider());
    verifier.build().map_err(|_| TlsError::NothingTrusted)
}

/// The certificate that signed the first of `chain`, among the others of it and the trusted ones. That it did is proved by
/// the signature: a name alone would let a client claim any issuer.
pub(crate) fn issuer(
    chain: &[CertificateDer<'_>],
    roots: &[Certificate],
    now: UnixTime,
) -> Option<Certificate> {
    let (first, others) = chain.split_first()?;
    let certificate = Certificate::parse(first).ok()?;
    if certificate.is_self_issued() {
        // Its name is its own thumbprint, whoever signed it.
        return Some(certificate);
    }
    let sent = others.iter().take(CLIENT_CHAIN_CERTIFICATES_MAX);
    let sent = sent.filter_map(|other| Certificate::parse(other).ok());
    let named = roots.iter().cloned().chain(sent).filter(|issuer| certificate.names_issuer(issuer));
    let mut named = named.take(CLIENT_CHAIN_CERTIFICATES_MAX);
    named.find(|issuer| {
        let verifier = signed_by(std::slice::from_ref(issuer));
        verifier.is_ok_and(|verifier| verifier.verify_client_cert(first, &[], now).is_ok())
    })
}

impl ClientCertVerifier for ClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.is_required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chain.as_ref().map(|chain| chain.root_hint_subjects()).unwrap_or_default()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.verify(end_entity, intermediates, now).map_err(TlsError::into_library)?;
        Ok(ClientCertVerified::assertion())
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
