use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;

use crate::tls::Certificate;
use crate::tls::Identity;
use crate::tls::Now;
use crate::tls::TlsError;
use crate::tls::Versions;
use crate::tls::error::hex;
use crate::tls::identity::provider;
use crate::tls::server_verifier::ServerVerifier;
use crate::tls::time::Clock;

/// What a client asks of a server's certificate, and what it shows of itself. There is no way to ask nothing.
#[derive(Debug, Clone)]
pub struct ClientTls {
    /// Whom it believes.
    pub trust: ServerTrust,
    /// The name that the certificate has to have, if that is not the host of the address.
    pub expected_name: Option<String>,
    /// What it shows when the server asks.
    pub identity: Option<Identity>,
    /// The versions that it offers.
    pub versions: Versions,
}

/// Whom a client believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerTrust {
    /// Whoever has a certificate of one of these, for its name, for servers, in time, well signed. One of them itself will
    /// do as well.
    Roots(Vec<Certificate>),
    /// Whoever has exactly this certificate, whatever name, purpose and signature that has: for one that is signed by
    /// nobody else. Its time counts all the same, and the length of its key.
    Pin(Pin),
}

/// The SHA-256 of a certificate's octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin(pub [u8; 32]);

impl Pin {
    /// Reads 64 hexadecimal digits, maybe with colons between octets, maybe behind `sha256:`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text).replace(':', "");
        let mut pin = [0; 32];
        let mut octets = pin.iter_mut();
        for pair in digits.as_bytes().chunks(2) {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            let is_hex = pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            *octets.next()? = u8::from_str_radix(pair, 16).ok().filter(|_| is_hex)?;
        }
        octets.next().is_none().then_some(Self(pin))
    }
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sha256:{}", hex(&self.0))
    }
}

impl ClientTls {
    /// A client that believes these, offers TLS 1.2 and 1.3 and has no certificate itself.
    #[must_use]
    pub fn new(trust: ServerTrust) -> Self {
        Self { trust, expected_name: None, identity: None, versions: Versions::Both }
    }

    /// The same client with a certificate of its own.
    #[must_use]
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { identity: Some(identity), ..self }
    }

    /// The configuration of rustls that does this. `now` is asked at each handshake.
    pub fn config(&self, now: Now) -> Result<Arc<ClientConfig>, TlsError> {
        let provider = provider();
        let verifier = ServerVerifier::new(&self.trust, provider.signature_verification_algorithms)?;
        let builder = ClientConfig::builder_with_details(provider, Arc::new(Clock(now)))
            .with_protocol_versions(&self.versions.supported())
            .map_err(|error| TlsError::of(&error, self.versions))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.identity {
            Some(identity) => builder.with_client_cert_resolver(identity.resolver()),
            None => builder.with_no_client_auth(),
        };
        // A binding has to be of the certificate that this connection was shown.
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }

    /// The name that a server at `host` has to prove: without a port, an IPv6 address with or without brackets.
    pub fn server_name(&self, host: &str) -> Result<ServerName<'static>, TlsError> {
        let name = self.expected_name.as_deref().unwrap_or(host);
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        let parsed = ServerName::try_from(bare.to_owned());
        parsed.map_err(|_| TlsError::NoServerName { name: name.to_owned() })
    }
}
