//! What this asks of a certificate beside the chain of signatures.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::UnixTime;

use crate::limits::RSA_KEY_BITS_MIN;
use crate::tls::Certificate;
use crate::tls::KeyAlgorithm;
use crate::tls::Purpose;
use crate::tls::TlsError;

/// Whether it is the time of the certificate and its key is long enough.
pub(crate) fn check_always(certificate: &Certificate, now: UnixTime) -> Result<(), TlsError> {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if now < not_before {
        return Err(TlsError::NotYetValid { not_before, now });
    }
    if not_after < now {
        return Err(TlsError::Expired { not_after, now });
    }
    match certificate.key() {
        KeyAlgorithm::Rsa { bits } if bits < RSA_KEY_BITS_MIN => {
            Err(TlsError::WeakKey { bits, bits_min: RSA_KEY_BITS_MIN })
        }
        _ => Ok(()),
    }
}

/// [`check_always`], and what somebody else vouches for: purpose and signature.
pub(crate) fn check_signed(
    certificate: &Certificate,
    purpose: Purpose,
    now: UnixTime,
) -> Result<(), TlsError> {
    check_always(certificate, now)?;
    if !certificate.is_for(purpose) {
        let found = certificate.purposes().unwrap_or_default().to_vec();
        return Err(TlsError::WrongPurpose { expected: purpose, found });
    }
    if certificate.signature().is_weak() {
        return Err(TlsError::WeakSignature(certificate.signature().clone()));
    }
    Ok(())
}

/// What to say of a certificate that no trusted one signed.
pub(crate) fn untrusted(certificate: &Certificate) -> TlsError {
    match certificate.is_self_issued() {
        true => {
            TlsError::SelfSigned { subject: certificate.subject().to_owned(), sha256: certificate.sha256() }
        }
        false => TlsError::UnknownIssuer { issuer: certificate.issuer().to_owned() },
    }
}

/// The certificates as rustls trusts them.
pub(crate) fn store(roots: &[Certificate]) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for root in roots {
        let added = store.add(CertificateDer::from(root.der()));
        added.map_err(|_| TlsError::MalformedCertificate)?;
    }
    Ok(store)
}
