use crate::auth::AuthError;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::crypto::Integrity;
use crate::auth::kerberos::crypto::Purpose;
use crate::auth::kerberos::crypto::aes::Aes;
use crate::auth::kerberos::crypto::aes::BLOCK_LEN;
use crate::auth::kerberos::encryption_type::Suite;

/// Octets that are hashed and ciphered in one go, few enough to be in the cache still the second time. Whole blocks.
const CHUNK_LEN: usize = 8 * 1024;

/// The keys of one usage of an AES type, expanded: nothing is derived for a message.
#[derive(Clone)]
pub(crate) struct MessageKeys {
    cipher: Aes,
    integrity: Integrity,
}

/// The octets of one plaintext or ciphertext in their order, where they lie: in WinRM the two ends are in the header of
/// a message, and so the message keeps its length and place.
pub(crate) struct Parts<'a> {
    /// The confounder: one block.
    pub(crate) confounder: &'a mut [u8; BLOCK_LEN],
    /// What is sealed.
    pub(crate) body: &'a mut [u8],
    /// A block more, or none.
    pub(crate) tail: &'a mut [u8],
}

/// What [`Parts::each`] hands out.
enum Piece<'a> {
    /// Whole blocks.
    Blocks(&'a mut [u8]),
    /// The last 17 to 32 octets, or 16 if these are all.
    Last(&'a mut [u8]),
}

impl MessageKeys {
    /// The keys of `usage`. `None` of RC4, and of a key of the wrong length.
    pub(crate) fn new(suite: Suite, key: &[u8], usage: KeyUsage) -> Option<Self> {
        let encryption = suite.derive_for(key, usage, Purpose::Encryption)?;
        let integrity = suite.derive_for(key, usage, Purpose::Integrity)?;
        Some(Self { cipher: Aes::new(&encryption)?, integrity: Integrity::new(suite, &integrity)? })
    }

    /// Octets of a checksum.
    pub(crate) fn checksum_len(&self) -> usize {
        self.integrity.len()
    }

    /// [RFC 3961 5.3], [RFC 8009 5] Encrypts in place and fills `checksum`.
    pub(crate) fn encrypt(&self, parts: Parts<'_>, checksum: &mut [u8]) {
        let mut cipher = self.cipher.encryptor();
        let mut encrypt = |piece: &mut Piece<'_>| match piece {
            Piece::Blocks(octets) => cipher.blocks(octets),
            Piece::Last(octets) => cipher.last(octets),
        };
        let mut mac = self.start();
        if mac.covers_ciphertext() {
            parts.each(|mut piece| {
                encrypt(&mut piece);
                mac.update(piece.octets());
            });
        } else {
            parts.each(|mut piece| {
                mac.update(piece.octets());
                encrypt(&mut piece);
            });
        }
        mac.finish(checksum);
    }

    /// The reverse of [`encrypt`](Self::encrypt). On an error the parts hold what nobody may use.
    pub(crate) fn decrypt(&self, parts: Parts<'_>, checksum: &[u8]) -> Result<(), AuthError> {
        let mut cipher = self.cipher.decryptor();
        let mut decrypt = |piece: &mut Piece<'_>| match piece {
            Piece::Blocks(octets) => cipher.blocks(octets),
            Piece::Last(octets) => cipher.last(octets),
        };
        let mut mac = self.start();
        if mac.covers_ciphertext() {
            parts.each(|mut piece| {
                mac.update(piece.octets());
                decrypt(&mut piece);
            });
        } else {
            parts.each(|mut piece| {
                decrypt(&mut piece);
                mac.update(piece.octets());
            });
        }
        mac.verify(checksum)
    }

    fn start(&self) -> Integrity {
        let mut mac = self.integrity.clone();
        if mac.covers_ciphertext() {
            mac.update(&[0; BLOCK_LEN]);
        }
        mac
    }
}

impl Piece<'_> {
    fn octets(&self) -> &[u8] {
        match self {
            Self::Blocks(octets) | Self::Last(octets) => octets,
        }
    }
}

impl Parts<'_> {
    /// Calls `work` with all octets in their order: whole blocks where they lie, and the last ones in one piece.
    fn each(self, mut work: impl FnMut(Piece<'_>)) {
        let Self { confounder, body, tail } = self;
        let len = BLOCK_LEN + body.len() + tail.len();
        // What is not in whole blocks before the last 17 to 32 octets; 16 are all there is.
        let before = (len.saturating_sub(1) / BLOCK_LEN).saturating_sub(1) * BLOCK_LEN;
        if before == 0 {
            return last(&mut [confounder, body, tail], &mut work);
        }
        // INVARIANT: a tail of at most 16 octets is in the last 17, so that what is before them ends in the body.
        let (blocks, rest) = body.split_at_mut((before - BLOCK_LEN).min(body.len()));
        work(Piece::Blocks(confounder));
        for chunk in blocks.chunks_mut(CHUNK_LEN) {
            work(Piece::Blocks(chunk));
        }
        last(&mut [rest, tail], &mut work);
    }
}

/// The last octets, brought together and taken apart again.
fn last(places: &mut [&mut [u8]], work: &mut impl FnMut(Piece<'_>)) {
    let mut together = [0; 2 * BLOCK_LEN];
    let len = places.iter().map(|place| place.len()).sum::<usize>();
    let octets = places.iter().flat_map(|place| place.iter());
    together.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    if let Some(octets) = together.get_mut(..len) {
        work(Piece::Last(octets));
    }
    let octets = places.iter_mut().flat_map(|place| place.iter_mut());
    octets.zip(together).for_each(|(to, from)| *to = from);
}
