use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::Sha256;
use sha2::Sha384;
use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::crypto::Derived;
use crate::auth::kerberos::encryption_type::Suite;
use crate::auth::ntlm::NtHash;
use crate::limits::KERBEROS_ITERATIONS_MAX;

/// [RFC 3962 4], [RFC 8009 4], [RFC 4757 2] The key of a password. `iterations` comes from a KDC that has proved
/// nothing yet: 0, which would mean 2^32, is as wrong as a number above the bound.
pub(crate) fn string_to_key(
    encryption_type: EncryptionType,
    password: &str,
    salt: &[u8],
    iterations: Option<u32>,
) -> Result<Derived, AuthError> {
    let suite = encryption_type.suite()?;
    let iterations = match (suite, iterations) {
        (Suite::Rc4, _) => return Ok(Zeroizing::new(NtHash::from_password(password).0.to_vec())),
        (Suite::Aes128Sha1 | Suite::Aes256Sha1, None) => 4096,
        (Suite::Aes128Sha256 | Suite::Aes256Sha384, None) => 32_768,
        (_, Some(iterations)) => iterations,
    };
    if !(1..=KERBEROS_ITERATIONS_MAX).contains(&iterations) {
        return Err(AuthError::Iterations { found: iterations, max: KERBEROS_ITERATIONS_MAX });
    }
    let mut stretched = Zeroizing::new(vec![0; suite.key_len()]);
    let password = password.as_bytes();
    match suite {
        Suite::Aes128Sha256 => {
            pbkdf2_hmac::<Sha256>(password, &named(encryption_type, salt), iterations, &mut stretched);
        }
        Suite::Aes256Sha384 => {
            pbkdf2_hmac::<Sha384>(password, &named(encryption_type, salt), iterations, &mut stretched);
        }
        _ => pbkdf2_hmac::<Sha1>(password, salt, iterations, &mut stretched),
    }
    suite.derive(&stretched, b"kerberos", suite.key_len()).ok_or(AuthError::NotEstablished)
}

/// [RFC 8009 4] saltp: no two types make one key of one password.
fn named(encryption_type: EncryptionType, salt: &[u8]) -> Vec<u8> {
    [encryption_type.name().as_bytes(), &[0], salt].concat()
}
