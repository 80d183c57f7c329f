use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use md5::Digest;
use md5::Md5;
use rc4::Rc4;
use rc4::StreamCipher;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::kerberos::KeyUsage;

/// Octets of a confounder.
pub(crate) const CONFOUNDER_LEN: usize = 8;
/// Octets of a checksum.
const CHECKSUM_LEN: usize = 16;

/// [RFC 4757] A key of RC4-HMAC.
#[derive(Clone)]
pub(crate) struct Rc4Key(Zeroizing<[u8; 16]>);

impl Rc4Key {
    /// `None` of a key that has not 16 octets.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(key.try_into().ok()?)))
    }

    /// [RFC 4757 5] The checksum, then confounder and plaintext in one stream.
    pub(crate) fn encrypt(
        &self,
        usage: KeyUsage,
        confounder: [u8; CONFOUNDER_LEN],
        plaintext: &[u8],
    ) -> Vec<u8> {
        let key = self.of_usage(usage);
        let checksum = key.hmac(&[&confounder, plaintext]);
        let mut ciphertext = [&checksum, &confounder[..], plaintext].concat();
        if let Some(octets) = ciphertext.get_mut(CHECKSUM_LEN..) {
            key.subkey(&checksum).apply(octets);
        }
        ciphertext
    }

    /// The reverse of [`encrypt`](Self::encrypt).
    pub(crate) fn decrypt(
        &self,
        usage: KeyUsage,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let too_short =
            AuthError::CiphertextTooShort { len: ciphertext.len(), len_min: CHECKSUM_LEN + CONFOUNDER_LEN };
        let (checksum, rest) = ciphertext.split_first_chunk::<CHECKSUM_LEN>().ok_or(too_short.clone())?;
        if rest.len() < CONFOUNDER_LEN {
            return Err(too_short);
        }
        let key = self.of_usage(usage);
        let mut plaintext = Zeroizing::new(rest.to_vec());
        key.subkey(checksum).apply(&mut plaintext);
        if !bool::from(key.hmac(&[&plaintext]).ct_eq(checksum)) {
            return Err(AuthError::IntegrityWrong);
        }
        plaintext.drain(..CONFOUNDER_LEN);
        Ok(plaintext)
    }

    /// [RFC 4757 4] HMAC_MD5_ARCFOUR, which is not the HMAC of the data but that of its hash.
    pub(crate) fn checksum(&self, salt: u32, data: &[&[u8]]) -> [u8; CHECKSUM_LEN] {
        let mut hash = Md5::new();
        hash.update(salt.to_le_bytes());
        for data in data {
            hash.update(data);
        }
        self.sign(hash)
    }

    /// Ends what [`checksum`](Self::checksum) does, for data that is hashed piece by piece.
    pub(crate) fn sign(&self, hash: Md5) -> [u8; CHECKSUM_LEN] {
        self.subkey(b"signaturekey\0").hmac(&[&hash.finalize()])
    }

    /// A key made of this one and `octets`.
    pub(crate) fn subkey(&self, octets: &[u8]) -> Self {
        Self(Zeroizing::new(self.hmac(&[octets])))
    }

    /// [RFC 4757 7.3] Each octet XOR 0xF0: what a message is encrypted with, but not its sequence number.
    pub(crate) fn local(&self) -> Self {
        Self(Zeroizing::new(self.0.map(|octet| octet ^ 0xF0)))
    }

    /// A stream from its beginning, over `octets`.
    pub(crate) fn apply(&self, octets: &mut [u8]) {
        self.stream().apply_keystream(octets);
    }

    /// A stream from its beginning.
    #[expect(clippy::expect_used, reason = "RC4 takes 1 to 256 octets")]
    pub(crate) fn stream(&self) -> Rc4 {
        <Rc4 as KeyInit>::new_from_slice(&*self.0).expect("RC4 takes 16 octets")
    }

    fn of_usage(&self, usage: KeyUsage) -> Self {
        self.subkey(&salt(usage).to_le_bytes())
    }

    fn hmac(&self, data: &[&[u8]]) -> [u8; 16] {
        let mut mac = start(&self.0);
        for data in data {
            mac.update(data);
        }
        mac.finalize().into_bytes().into()
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn start(key: &[u8; 16]) -> Hmac<Md5> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// [RFC 4757 3] The T of a usage: the same number, but for those that Windows had before there were usages.
pub(crate) fn salt(usage: KeyUsage) -> u32 {
    match usage.0 {
        3 | 9 => 8,
        23 => 13,
        other => other,
    }
}
