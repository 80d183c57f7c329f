//! [RFC 3961 3] What a key of any encryption type does.
use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::Random;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::crypto::Integrity;
use crate::auth::kerberos::crypto::MessageKeys;
use crate::auth::kerberos::crypto::Parts;
use crate::auth::kerberos::crypto::Purpose;
use crate::auth::kerberos::crypto::Rc4Key;
use crate::auth::kerberos::crypto::rc4_salt;
use crate::auth::kerberos::crypto::string_to_key;
use crate::auth::kerberos::encryption_type::Suite;

/// [RFC 4120 7.5.1] The purpose of a key, which is mixed into what is derived of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(pub u32);

/// [RFC 4120 5.2.9] EncryptionKey: a protocol key and what it is for.
///
/// ```
/// use winrm_harness::auth::kerberos::EncryptionType;
/// use winrm_harness::auth::kerberos::Key;
/// use winrm_harness::auth::kerberos::KeyUsage;
///
/// let aes = EncryptionType::AES256_CTS_HMAC_SHA1_96;
/// let key = Key::from_password(aes, "wonderland", "EXAMPLE.TESTalice", None)?;
/// let sealed = key.encrypt(KeyUsage(1), [7; 16], b"a timestamp")?;
/// assert_eq!(sealed.len(), 16 + 11 + 12);
/// assert_eq!(*key.decrypt(KeyUsage(1), &sealed)?, b"a timestamp");
/// # Ok::<(), winrm_harness::auth::AuthError>(())
/// ```
#[derive(Clone)]
pub struct Key {
    encryption_type: EncryptionType,
    octets: Zeroizing<Vec<u8>>,
}

impl KeyUsage {
    /// [RFC 4121 2] What an acceptor wraps.
    pub const ACCEPTOR_SEAL: Self = Self(22);
    /// [RFC 4121 2] What an acceptor signs.
    pub const ACCEPTOR_SIGN: Self = Self(23);
    /// [RFC 4121 2] What an initiator wraps.
    pub const INITIATOR_SEAL: Self = Self(24);
    /// [RFC 4121 2] What an initiator signs.
    pub const INITIATOR_SIGN: Self = Self(25);
}

impl Key {
    /// A key of these octets, whose number has to fit the type.
    pub fn new(encryption_type: EncryptionType, octets: &[u8]) -> Result<Self, AuthError> {
        let expected = encryption_type.suite()?.key_len();
        if octets.len() != expected {
            return Err(AuthError::KeyLength { expected, found: octets.len() });
        }
        Ok(Self { encryption_type, octets: Zeroizing::new(octets.to_vec()) })
    }

    /// [RFC 3961 3] string-to-key. `iterations` is what the KDC said in ETYPE-INFO2, else the type's own number. RC4 has
    /// neither salt nor iterations: its key is the NT hash. A salt is octets: nothing says that they are UTF-8.
    pub fn from_password(
        encryption_type: EncryptionType,
        password: &str,
        salt: impl AsRef<[u8]>,
        iterations: Option<u32>,
    ) -> Result<Self, AuthError> {
        let octets = string_to_key(encryption_type, password, salt.as_ref(), iterations)?;
        Ok(Self { encryption_type, octets })
    }

    /// [RFC 3961 3] random-to-key: a fresh key, for a session or as a subkey. `random` fills all of its octets.
    pub fn generate(encryption_type: EncryptionType, random: &mut Random) -> Result<Self, AuthError> {
        let mut octets = Zeroizing::new(vec![0; encryption_type.suite()?.key_len()]);
        random(&mut octets);
        Ok(Self { encryption_type, octets })
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
        let suite = self.encryption_type.suite()?;
        if suite == Suite::Rc4 {
            let [confounder @ .., _, _, _, _, _, _, _, _] = confounder;
            return Ok(self.rc4()?.encrypt(usage, confounder, plaintext));
        }
        let keys = self.message_keys(suite, usage)?;
        let (mut confounder, mut body) = (confounder, plaintext.to_vec());
        let mut checksum = [0; Integrity::LEN_MAX];
        let checksum = checksum.get_mut(..keys.checksum_len()).unwrap_or_default();
        keys.encrypt(Parts { confounder: &mut confounder, body: &mut body, tail: &mut [] }, checksum);
        Ok([&confounder[..], &body, checksum].concat())
    }

    /// [RFC 3961 5.3] Checks and decrypts; the confounder is gone.
    pub fn decrypt(&self, usage: KeyUsage, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let suite = self.encryption_type.suite()?;
        if suite == Suite::Rc4 {
            return self.rc4()?.decrypt(usage, ciphertext);
        }
        let keys = self.message_keys(suite, usage)?;
        let too_short =
            AuthError::CiphertextTooShort { len: ciphertext.len(), len_min: 16 + keys.checksum_len() };
        let (confounder, rest) = ciphertext.split_first_chunk::<16>().ok_or(too_short.clone())?;
        let body_len = rest.len().checked_sub(keys.checksum_len()).ok_or(too_short.clone())?;
        let (body, checksum) = rest.split_at_checked(body_len).ok_or(too_short)?;
        let mut confounder = *confounder;
        let mut body = Zeroizing::new(body.to_vec());
        keys.decrypt(Parts { confounder: &mut confounder, body: &mut body, tail: &mut [] }, checksum)
            .map_err(|_| AuthError::IntegrityWrong)?;
        Ok(body)
    }

    /// [RFC 3961 5.4] get_mic: the checksum of the type's own checksum mechanism, which
    /// [`EncryptionType::checksum_type`] numbers.
    pub fn checksum(&self, usage: KeyUsage, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        let suite = self.encryption_type.suite()?;
        if suite == Suite::Rc4 {
            return Ok(self.rc4()?.checksum(rc4_salt(usage), &[data]).to_vec());
        }
        let mut mac = self.checksum_mac(suite, usage)?;
        mac.update(data);
        let mut checksum = vec![0; mac.len()];
        mac.finish(&mut checksum);
        Ok(checksum)
    }

    /// [RFC 3961 5.4] verify_mic: compares in constant time.
    pub fn verify_checksum(&self, usage: KeyUsage, data: &[u8], checksum: &[u8]) -> Result<(), AuthError> {
        if bool::from(self.checksum(usage, data)?.ct_eq(checksum)) {
            return Ok(());
        }
        Err(AuthError::IntegrityWrong)
    }

    /// Kc of one usage, ready to be used often.
    pub(crate) fn checksum_mac(&self, suite: Suite, usage: KeyUsage) -> Result<Integrity, AuthError> {
        let key = suite.derive_for(&self.octets, usage, Purpose::Checksum);
        key.and_then(|key| Integrity::new(suite, &key)).ok_or_else(|| self.length_error(suite))
    }

    /// Ke and Ki of one usage, ready to be used often.
    pub(crate) fn message_keys(&self, suite: Suite, usage: KeyUsage) -> Result<MessageKeys, AuthError> {
        MessageKeys::new(suite, &self.octets, usage).ok_or_else(|| self.length_error(suite))
    }

    pub(crate) fn rc4(&self) -> Result<Rc4Key, AuthError> {
        Rc4Key::new(&self.octets).ok_or_else(|| self.length_error(Suite::Rc4))
    }

    fn length_error(&self, suite: Suite) -> AuthError {
        AuthError::KeyLength { expected: suite.key_len(), found: self.octets.len() }
    }
}

/// Takes as long for a wrong octet as for a right one.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.encryption_type == other.encryption_type && self.octets.ct_eq(&other.octets).into()
    }
}

impl Eq for Key {}

/// No key in a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("encryption_type", &self.encryption_type).finish_non_exhaustive()
    }
}
