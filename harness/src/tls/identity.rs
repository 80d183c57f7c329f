use std::fmt;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;
use rustls::sign::SingleCertAndKey;

use crate::tls::Certificate;
use crate::tls::TlsError;

/// Who a side is: a certificate, those that lead from it to a trusted one, and its private key.
#[derive(Clone)]
pub struct Identity {
    certificate: Certificate,
    certified: Arc<CertifiedKey>,
}

impl Identity {
    /// Reads the chain, the own certificate first, and the key: PKCS #8, PKCS #1 or SEC 1, without a password. They have
    /// to fit.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = Certificate::parse_pem(chain)?;
        let key =
            PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Pem { expected: "a private key" })?;
        let signer = provider().key_provider.load_private_key(key).map_err(|_| TlsError::KeyDoesNotFit)?;
        let own = chain.first().ok_or(TlsError::Pem { expected: "a certificate" })?.clone();
        let chain = chain.into_iter().map(|certificate| CertificateDer::from(certificate.der().to_vec()));
        let certified = CertifiedKey::new(chain.collect(), signer);
        certified.keys_match().map_err(|_| TlsError::KeyDoesNotFit)?;
        Ok(Self { certificate: own, certified: Arc::new(certified) })
    }

    /// The own certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(crate) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::new(SingleCertAndKey::from(Arc::clone(&self.certified)))
    }
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// No key in a log.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}
