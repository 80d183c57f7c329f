//! How the TLS inside CredSSP is set up.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::DigitallySignedStruct;
use rustls::ServerConfig;
use rustls::SignatureScheme;
use rustls::SupportedProtocolVersion;
use rustls::client::Resumption;
use rustls::client::UnbufferedClientConnection;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::crypto::ring;
use rustls::crypto::verify_tls12_signature;
use rustls::crypto::verify_tls13_signature;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::server::NoServerSessionStorage;
use rustls::server::UnbufferedServerConnection;
use rustls::time_provider::TimeProvider;

use crate::tls::SessionError;

/// Which versions of TLS a [`Session`](crate::tls::Session) offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SessionVersions {
    /// TLS 1.2 alone: what Windows before 11 and Server 2022 does.
    Tls12,
    /// TLS 1.3 alone.
    Tls13,
    /// Both.
    #[default]
    Both,
}

impl SessionVersions {
    fn supported(self) -> &'static [&'static SupportedProtocolVersion] {
        static TLS12: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS12];
        static TLS13: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS13];
        match self {
            Self::Tls12 => &TLS12,
            Self::Tls13 => &TLS13,
            Self::Both => rustls::ALL_VERSIONS,
        }
    }
}

/// What the server of a [`Session`](crate::tls::Session) needs: certificate, key, versions. Cheap to clone; one for all
/// connections.
#[derive(Clone)]
pub struct SessionServer {
    config: Arc<ServerConfig>,
    public_key: Arc<[u8]>,
}

impl SessionServer {
    /// A server with this chain, its own certificate first, and the key of that in PKCS#8, SEC 1 or PKCS#1, all DER.
    pub fn new(chain: Vec<Vec<u8>>, key: Vec<u8>, versions: SessionVersions) -> Result<Self, SessionError> {
        let chain: Vec<_> = chain.into_iter().map(CertificateDer::from).collect();
        let certificate = chain.first().ok_or(SessionError::Certificate)?;
        let public_key = subject_public_key(certificate)?.into();
        let key = PrivateKeyDer::try_from(key).map_err(|_| SessionError::PrivateKey)?;
        let builder = ServerConfig::builder_with_details(provider(), Arc::new(NoClock))
            .with_protocol_versions(versions.supported())?;
        let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
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

pub(super) fn client(versions: SessionVersions) -> Result<UnbufferedClientConnection, SessionError> {
    let provider = provider();
    let verifier = AnyCertificate(provider.signature_verification_algorithms);
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(NoClock))
        .with_protocol_versions(versions.supported())?
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

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Nothing here depends on the time: no certificate is judged and no ticket is given.
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
