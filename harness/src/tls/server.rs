use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::NoServerSessionStorage;

use crate::tls::Certificate;
use crate::tls::Identity;
use crate::tls::Now;
use crate::tls::TlsError;
use crate::tls::Versions;
use crate::tls::client_verifier::ClientVerifier;
use crate::tls::identity::provider;
use crate::tls::time::Clock;

/// What a server shows of itself, and what it asks of clients.
#[derive(Debug, Clone)]
pub struct ServerTls {
    /// What it shows.
    pub identity: Identity,
    /// Whether it asks clients for theirs.
    pub client_certificates: ClientCertificates,
    /// The versions that it takes.
    pub versions: Versions,
}

/// Whether a server asks clients for certificates. It asks in the first handshake; see the [module](crate::tls) about what
/// else there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ClientCertificates {
    /// No.
    #[default]
    Off,
    /// A client may have one. A wrong one ends the handshake all the same.
    Requested(ClientTrust),
    /// No handshake without one.
    Required(ClientTrust),
}

/// Which certificates of clients are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientTrust {
    /// Those that one of these signed, for clients, in time.
    Roots(Vec<Certificate>),
    /// Any that is for clients and in time, as long as the client has its key: whom it stands for, the certificate mappings
    /// say alone, by the certificate that signed it, which the client has to send along if it is not self-signed.
    Mapped,
}

impl ServerTls {
    /// A server that shows this, takes TLS 1.2 and 1.3 and asks for nothing.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self { identity, client_certificates: ClientCertificates::Off, versions: Versions::Both }
    }

    /// The same server that asks clients for certificates.
    #[must_use]
    pub fn with_client_certificates(self, client_certificates: ClientCertificates) -> Self {
        Self { client_certificates, ..self }
    }

    /// The configuration of rustls that does this. `now` is asked at each handshake.
    pub fn config(&self, now: Now) -> Result<Arc<ServerConfig>, TlsError> {
        let provider = provider();
        let verifier =
            ClientVerifier::new(&self.client_certificates, provider.signature_verification_algorithms)?;
        let builder = ServerConfig::builder_with_details(provider, Arc::new(Clock(now)))
            .with_protocol_versions(&self.versions.supported())
            .map_err(|error| TlsError::of(&error, self.versions))?;
        let builder = match verifier {
            Some(verifier) => builder.with_client_cert_verifier(Arc::new(verifier)),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(self.identity.resolver());
        // Who resumes a session shows no certificate, and may have bound an authentication to another one.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Arc::new(config))
    }

    /// The certificates that clients are trusted by.
    pub(crate) fn client_roots(&self) -> &[Certificate] {
        match &self.client_certificates {
            ClientCertificates::Requested(ClientTrust::Roots(roots))
            | ClientCertificates::Required(ClientTrust::Roots(roots)) => roots,
            _ => &[],
        }
    }
}
