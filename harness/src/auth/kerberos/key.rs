use std::fmt;

use zeroize::Zeroizing;

use crate::auth::AuthError;

/// [RFC 4120 7.5.1] The purpose of a key, which is mixed into what is derived of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(pub u32);

/// [RFC 3961 8] The number of an encryption type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EncryptionType(pub i32);

/// [RFC 4120 5.2.9] EncryptionKey: a protocol key and what it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    encryption_type: EncryptionType,
    octets: Zeroizing<Vec<u8>>,
}

impl EncryptionType {
    /// [RFC 3962]
    pub const AES128_CTS_HMAC_SHA1_96: Self = Self(17);
    /// [RFC 3962]
    pub const AES256_CTS_HMAC_SHA1_96: Self = Self(18);
    /// [RFC 8009]
    pub const AES128_CTS_HMAC_SHA256_128: Self = Self(19);
    /// [RFC 8009]
    pub const AES256_CTS_HMAC_SHA384_192: Self = Self(20);
    /// [RFC 4757]
    pub const RC4_HMAC: Self = Self(23);
}

impl Key {
    /// A key of these octets, whose number has to fit the type.
    pub fn new(encryption_type: EncryptionType, octets: &[u8]) -> Result<Self, AuthError> {
        Ok(Self { encryption_type, octets: Zeroizing::new(octets.to_vec()) })
    }

    /// [RFC 3961 3] string-to-key. `iterations` is what the KDC said in ETYPE-INFO2, else the type's own number.
    pub fn from_password(
        encryption_type: EncryptionType,
        password: &str,
        salt: &str,
        iterations: Option<u32>,
    ) -> Result<Self, AuthError> {
        let _ = (encryption_type, password, salt, iterations);
        Err(AuthError::NotEstablished)
    }

    /// What the key is for.
    #[must_use]
    pub fn encryption_type(&self) -> EncryptionType {
        self.encryption_type
    }

    /// The octets of the protocol key.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// [RFC 3961 5.3] `confounder` fills the first block: as many octets of it as the type has in one.
    pub fn encrypt(
        &self,
        usage: KeyUsage,
        confounder: [u8; 16],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, AuthError> {
        let _ = (usage, confounder, plaintext);
        Err(AuthError::NotEstablished)
    }

    /// [RFC 3961 5.3] Checks and decrypts; the confounder is gone.
    pub fn decrypt(&self, usage: KeyUsage, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let _ = (usage, ciphertext);
        Err(AuthError::NotEstablished)
    }

    /// [RFC 3961 5.4] get_mic: the checksum of the type's own checksum mechanism.
    pub fn checksum(&self, usage: KeyUsage, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        let _ = (usage, data);
        Err(AuthError::NotEstablished)
    }
}

/// No key in a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("encryption_type", &self.encryption_type).finish_non_exhaustive()
    }
}
