//! How the TLS inside CredSSP is set up.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::DigitallySignedStruct;
use rustls::ServerConfig;
use rustls::SignatureScheme;
use rustls::client::Resumption;
use rustls::client::UnbufferedClientConnection;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::crypto::verify_tls12_signature;
use rustls::crypto::verify_tls13_signature;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::server::StoresServerSessions;
use rustls::server::UnbufferedServerConnection;
use rustls::time_provider::TimeProvider;

use crate::tls::Identity;
use crate::tls::SessionError;
use crate::tls::Versions;
use crate::tls::identity::provider;

/// What the server of a [`Session`](crate::tls::Session) needs. Cheap to clone; one for all connections.
#[derive(Clone)]
pub struct SessionServer {
    config: Arc<ServerConfig>,
    public_key: Arc<[u8]>,
}

impl SessionServer {
    /// A server that is `identity`.
    pub fn new(identity: &Identity, versions: Versions) -> Result<Self, SessionError> {
        let public_key = subject_public_key(identity.certificate().der())?.into();
        let builder = ServerConfig::builder_with_details(provider(), Arc::new(NoClock))
            .with_protocol_versions(&versions.supported())?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(identity.resolver());
        config.session_storage = Arc::new(Forgetful);
        config.send_tls13_tickets = 1;
        Ok(Self { config: Arc::new(config), public_key })
    }

    /// [RFC 5280 4.1.2.7] The contents of subjectPublicKey in the certificate.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    pub(super) fn connect(&self) -> Result<UnbufferedServerConnection, SessionError> {
        Ok(UnbufferedServerConnection::new(Arc::clone(&self.config))?)
    }
}

/// No key in a log.
impl fmt::Debug for SessionServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionServer").finish_non_exhaustive()
    }
}

pub(super) fn client(versions: Versions) -> Result<UnbufferedClientConnection, SessionError> {
    let provider = provider();
    let verifier = AnyCertificate(provider.signature_verification_algorithms);
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(NoClock))
        .with_protocol_versions(&versions.supported())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    let name = ServerName::try_from("credssp.invalid").map_err(|_| SessionError::Certificate)?;
    Ok(UnbufferedClientConnection::new(Arc::new(config), name)?)
}

/// [RFC 5280 4.1.2.7] subjectPublicKey of a certificate, without the octet that counts unused bits.
pub(super) fn subject_public_key(certificate: &[u8]) -> Result<Vec<u8>, SessionError> {
    let (rest, certificate) =
        x509_parser::parse_x509_certificate(certificate).map_err(|_| SessionError::Certificate)?;
    if !rest.is_empty() {
        return Err(SessionError::Certificate);
    }
    Ok(certificate.tbs_certificate.subject_pki.subject_public_key.data.into_owned())
}

/// [RFC 8446 4.6.1] Gives tickets that resume nothing. Clients take a header without a token after their last flight for
/// the end (requests-credssp does), and a ticket is what every other server has to say then.
#[derive(Debug)]
struct Forgetful;

impl StoresServerSessions for Forgetful {
    fn put(&self, _key: Vec<u8>, _value: Vec<u8>) -> bool {
        true
    }

    fn get(&self, _key: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn take(&self, _key: &[u8]) -> Option<Vec<u8>> {
        None
    }

    /// [RFC 5246 7.4.1.3] A session of TLS 1.2 gets no name.
    fn can_cache(&self) -> bool {
        false
    }
}

/// Nothing here depends on the time: no certificate is judged and no ticket is taken.
#[derive(Debug)]
struct NoClock;

impl TimeProvider for NoClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::ZERO))
    }
}

/// [MS-CSSP 3.1.5] Any certificate will do, because its key is bound by the authentication inside; but the peer has to
/// have the private key, so signatures of the handshake are verified.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
