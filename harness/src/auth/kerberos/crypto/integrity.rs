use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha1::Sha1;
use sha2::Sha256;
use sha2::Sha384;

use crate::auth::AuthError;
use crate::auth::kerberos::encryption_type::Suite;

/// The HMAC of an encryption type, its key already hashed, and cut to the type's length at the end.
#[derive(Clone)]
pub(crate) enum Integrity {
    /// [RFC 3962 6] 96 bits of 160.
    Sha1(Hmac<Sha1>),
    /// [RFC 8009 5] 128 bits of 256.
    Sha256(Hmac<Sha256>),
    /// [RFC 8009 5] 192 bits of 384.
    Sha384(Hmac<Sha384>),
}

impl Integrity {
    /// Most octets of a checksum.
    pub(crate) const LEN_MAX: usize = 24;

    /// `None` of RC4, whose checksums are made in another way.
    pub(crate) fn new(suite: Suite, key: &[u8]) -> Option<Self> {
        match suite {
            Suite::Aes128Sha1 | Suite::Aes256Sha1 => Hmac::new_from_slice(key).ok().map(Self::Sha1),
            Suite::Aes128Sha256 => Hmac::new_from_slice(key).ok().map(Self::Sha256),
            Suite::Aes256Sha384 => Hmac::new_from_slice(key).ok().map(Self::Sha384),
            Suite::Rc4 => None,
        }
    }

    /// Octets of a checksum.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Sha1(_) => 12,
            Self::Sha256(_) => 16,
            Self::Sha384(_) => Self::LEN_MAX,
        }
    }

    /// [RFC 8009 5] covers the ciphertext, and an IV of zeros before it; [RFC 3962 6] covers the plaintext.
    pub(crate) fn covers_ciphertext(&self) -> bool {
        !matches!(self, Self::Sha1(_))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Sha1(mac) => mac.update(data),
            Self::Sha256(mac) => mac.update(data),
            Self::Sha384(mac) => mac.update(data),
        }
    }

    /// Fills `checksum`, which has as many octets as [`len`](Self::len) says.
    pub(crate) fn finish(self, checksum: &mut [u8]) {
        let mut whole = [0; 48];
        let place = whole.iter_mut();
        match self {
            Self::Sha1(mac) => place.zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from),
            Self::Sha256(mac) => place.zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from),
            Self::Sha384(mac) => place.zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from),
        }
        checksum.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    }

    /// Compares in constant time; a checksum of another length is wrong.
    pub(crate) fn verify(self, checksum: &[u8]) -> Result<(), AuthError> {
        if checksum.len() != self.len() {
            return Err(AuthError::SignatureWrong);
        }
        let verified = match self {
            Self::Sha1(mac) => mac.verify_truncated_left(checksum),
            Self::Sha256(mac) => mac.verify_truncated_left(checksum),
            Self::Sha384(mac) => mac.verify_truncated_left(checksum),
        };
        verified.map_err(|_| AuthError::SignatureWrong)
    }
}
