use rustls::ClientConnection;
use rustls::CommonState;
use rustls::ServerConnection;
use rustls::pki_types::UnixTime;

use crate::tls::Certificate;
use crate::tls::Now;
use crate::tls::ServerTls;
use crate::tls::TlsError;
use crate::tls::client_verifier::issuer;

/// What a connection runs over, as far as the layers above need to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Channel {
    /// TCP alone.
    #[default]
    Clear,
    /// TLS.
    Tls(Box<TlsChannel>),
}

/// What is known of a TLS connection once its handshake is over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsChannel {
    /// [RFC 5929 4.1] The hash of the server's certificate, which authentications are bound to.
    pub end_point_hash: Vec<u8>,
    /// The DER of the server's certificate.
    pub server_certificate: Vec<u8>,
    /// As `TLSv1.3`.
    pub version: String,
    /// As `TLS13_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// The DER of the client's certificate, if it proved to have one.
    pub client_certificate: Option<Vec<u8>>,
    /// The DER of the certificate that signed the client's, if the client sent it or the server knows it: certificate
    /// mappings go by its thumbprint. A certificate that is signed by itself is its own.
    pub client_issuer: Option<Vec<u8>>,
}

impl Channel {
    /// What the client knows of a connection whose handshake is over.
    pub fn of_client(connection: &ClientConnection) -> Result<Self, TlsError> {
        let shown =
            connection.peer_certificates().and_then(<[_]>::first).ok_or(TlsError::MalformedCertificate)?;
        let server = Certificate::parse(shown)?;
        Ok(Self::Tls(Box::new(TlsChannel::new(&server, connection))))
    }

    /// What the server knows of a connection whose handshake is over. `now` is when.
    #[must_use]
    pub fn of_server(connection: &ServerConnection, server: &ServerTls, now: &Now) -> Self {
        let mut channel = TlsChannel::new(server.identity.certificate(), connection);
        let chain = connection.peer_certificates().unwrap_or_default();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now()));
        channel.client_certificate = chain.first().map(|certificate| certificate.to_vec());
        channel.client_issuer = issuer(chain, server.client_roots(), now).map(|issuer| issuer.der().to_vec());
        Self::Tls(Box::new(channel))
    }
}

impl TlsChannel {
    fn new(server: &Certificate, state: &CommonState) -> Self {
        let version = state.protocol_version().and_then(|version| version.as_str());
        let suite = state.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
        Self {
            end_point_hash: server.end_point_hash(),
            server_certificate: server.der().to_vec(),
            version: version.unwrap_or_default().replace("TLSv1_", "TLSv1."),
            cipher_suite: suite.unwrap_or_default().to_owned(),
            client_certificate: None,
            client_issuer: None,
        }
    }
}
