//! Authorities, certificates that are wrong in one thing, and servers that show them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::CertifiedIssuer;
use rcgen::DnType;
use rcgen::ExtendedKeyUsagePurpose;
use rcgen::IsCa;
use rcgen::KeyPair;
use rcgen::KeyUsagePurpose;
use rcgen::SanType;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;
use rustls::sign::SingleCertAndKey;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;
use winrm_harness::client::Endpoint;
use winrm_harness::client::Session;
use winrm_harness::http::Request;
use winrm_harness::http::Response;
use winrm_harness::net::Connection;
use winrm_harness::net::Listener;
use winrm_harness::net::NetError;
use winrm_harness::server::Config;
use winrm_harness::tls::Certificate;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::Identity;
use winrm_harness::tls::ServerTls;
use winrm_harness::tls::ServerTrust;
use winrm_harness::tls::TlsError;
use winrm_harness::wsman::identify::Identify;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who signs certificates.
pub(crate) struct Authority {
    pub(crate) issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    pub(crate) fn certificate(&self) -> Certificate {
        Certificate::parse(self.issuer.der()).unwrap()
    }

    pub(crate) fn issue(&self, params: &CertificateParams) -> Issued {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued { der: certificate.der().to_vec(), key: key.serialize_pem() }
    }

    /// A client that trusts this authority.
    pub(crate) fn trusted(&self) -> ClientTls {
        ClientTls::new(ServerTrust::Roots(vec![self.certificate()]))
    }
}

/// A certificate and its private key.
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    pub(crate) key: String,
}

impl Issued {
    pub(crate) fn certificate(&self) -> Certificate {
        Certificate::parse(&self.der).unwrap()
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity_with(&[])
    }

    /// The identity whose chain goes on with these.
    pub(crate) fn identity_with(&self, others: &[&[u8]]) -> Identity {
        let chain: String =
            std::iter::once(self.der.as_slice()).chain(others.iter().copied()).map(pem).collect();
        Identity::from_pem(chain.as_bytes(), self.key.as_bytes()).unwrap()
    }
}

pub(crate) fn pem(der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

pub(crate) fn self_signed(params: &CertificateParams) -> Issued {
    let key = KeyPair::generate().unwrap();
    Issued { der: params.self_signed(&key).unwrap().der().to_vec(), key: key.serialize_pem() }
}

/// A certificate with nothing wrong for a server at 127.0.0.1 and `host.test`.
pub(crate) fn server_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "host.test");
    params.subject_alt_names = vec![
        SanType::DnsName("host.test".try_into().unwrap()),
        SanType::IpAddress(IpAddr::from([127, 0, 0, 1])),
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// The reference server over HTTPS.
pub(crate) async fn serve(tls: ServerTls) -> (String, JoinHandle<std::io::Result<()>>) {
    let listener = Listener::bind_tls("127.0.0.1:0", tls).await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    (address, tokio::spawn(listener.serve(Config::default())))
}

/// The reference server over HTTPS, which shows this.
pub(crate) async fn serve_as(identity: Identity) -> String {
    serve(ServerTls::new(identity)).await.0
}

/// What a client refuses the server at `address` for.
pub(crate) async fn refusal(address: &str, tls: &ClientTls) -> TlsError {
    match Connection::connect_tls(address, tls, PATIENCE).await {
        Err(NetError::Tls(error)) => *error,
        other => panic!("expected a refusal by TLS, got {other:?}"),
    }
}

/// Identify without authentication.
pub(crate) fn identify() -> Request {
    let endpoint = Endpoint { host: "host.test".to_owned(), path: "/wsman".to_owned() };
    let request = Session::anonymous(endpoint).request(&Identify::to_envelope()).unwrap();
    request.with_header("WSMANIDENTIFY", "unauthenticated")
}

pub(crate) async fn exchange(connection: &mut Connection) -> Response {
    connection.send(&identify().encode()).await.unwrap();
    connection.receive().await.unwrap()
}

/// Whether Identify is answered over the connection.
pub(crate) async fn identifies(connection: &mut Connection) -> bool {
    let response = exchange(connection).await;
    let body = String::from_utf8(response.body.octets().to_vec()).unwrap();
    response.status.0 == 200 && body.contains("IdentifyResponse")
}

/// A configuration of rustls that shows a certificate and signs with a key, whether or not it is that of the certificate.
pub(crate) fn liar(der: &[u8], key: &str) -> ServerConfig {
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let key = ring::default_provider().key_provider.load_private_key(key).unwrap();
    let shown = CertifiedKey::new(vec![CertificateDer::from(der.to_vec())], key);
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)))
}

/// Serves one handshake of that configuration and says what came of it.
#[expect(clippy::disallowed_types, reason = "a server that the harness would not be")]
pub(crate) async fn lie(config: ServerConfig) -> String {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (stream, _) = socket.accept().await.unwrap();
        tokio_rustls::TlsAcceptor::from(Arc::new(config)).accept(stream).await.map(drop)
    });
    address
}

/// Answers the first octets of each connection with these, and reads on until the peer has closed it.
#[expect(clippy::disallowed_types, reason = "a server that the harness would not be")]
pub(crate) async fn answer(octets: Vec<u8>) -> String {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = socket.accept().await.unwrap();
        let mut heard = vec![0; 4096];
        let _ = stream.read(&mut heard).await.unwrap();
        stream.write_all(&octets).await.unwrap();
        while stream.read(&mut heard).await.is_ok_and(|count| count > 0) {}
    });
    address
}
