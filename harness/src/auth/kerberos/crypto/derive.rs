use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use sha2::Sha384;
use zeroize::Zeroizing;

use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::crypto::aes::Aes;
use crate::auth::kerberos::crypto::n_fold::n_fold_128;
use crate::auth::kerberos::encryption_type::Suite;

/// A key that was derived of a protocol key for one purpose.
pub(crate) type Derived = Zeroizing<Vec<u8>>;

/// [RFC 3961 5.3] What a derived key is for: the last octet of the constant it is derived with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Kc
    Checksum,
    /// Ke
    Encryption,
    /// Ki
    Integrity,
}

impl Suite {
    /// The key of one usage and purpose. `None` of RC4, and of a key of the wrong length.
    pub(crate) fn derive_for(self, key: &[u8], usage: KeyUsage, purpose: Purpose) -> Option<Derived> {
        let [a, b, c, d] = usage.0.to_be_bytes();
        let last = match purpose {
            Purpose::Checksum => 0x99,
            Purpose::Encryption => 0xAA,
            Purpose::Integrity => 0x55,
        };
        self.derive(key, &[a, b, c, d, last], self.derived_len(purpose))
    }

    /// [RFC 3961 5.1] DK, [RFC 8009 3] KDF-HMAC-SHA2: `len` octets of `key` and `constant`.
    pub(crate) fn derive(self, key: &[u8], constant: &[u8], len: usize) -> Option<Derived> {
        match self {
            Self::Aes128Sha1 | Self::Aes256Sha1 => derive_by_aes(key, constant, len),
            Self::Aes128Sha256 => derive_by_hmac(Hmac::<Sha256>::new_from_slice(key).ok()?, constant, len),
            Self::Aes256Sha384 => derive_by_hmac(Hmac::<Sha384>::new_from_slice(key).ok()?, constant, len),
            Self::Rc4 => None,
        }
    }

    /// [RFC 8009 5] The keys of HMAC-SHA384 have 192 bits; all others are as long as the protocol key.
    fn derived_len(self, purpose: Purpose) -> usize {
        match (self, purpose) {
            (Self::Aes256Sha384, Purpose::Checksum | Purpose::Integrity) => 24,
            _ => self.key_len(),
        }
    }
}

fn derive_by_aes(key: &[u8], constant: &[u8], len: usize) -> Option<Derived> {
    let cipher = Aes::new(key)?;
    let mut block = Zeroizing::new(n_fold_128(constant));
    let mut derived = Zeroizing::new(Vec::with_capacity(len.next_multiple_of(block.len())));
    while derived.len() < len {
        *block = cipher.encrypt_block(*block);
        derived.extend_from_slice(&*block);
    }
    derived.truncate(len);
    Some(derived)
}

/// One call of the HMAC is long enough for all lengths that there are.
fn derive_by_hmac(mut mac: impl Mac, label: &[u8], len: usize) -> Option<Derived> {
    let bits = u32::try_from(len).ok()?.checked_mul(8)?;
    mac.update(&1_u32.to_be_bytes());
    mac.update(label);
    mac.update(&[0]);
    mac.update(&bits.to_be_bytes());
    let whole = Zeroizing::new(mac.finalize().into_bytes().to_vec());
    whole.get(..len).map(|derived| Zeroizing::new(derived.to_vec()))
}
