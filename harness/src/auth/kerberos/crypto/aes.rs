use aes::Aes128Dec;
use aes::Aes128Enc;
use aes::Aes256Dec;
use aes::Aes256Enc;
use aes::Block;
use aes::cipher::BlockCipherDecrypt;
use aes::cipher::BlockCipherEncrypt;
use aes::cipher::BlockModeDecrypt;
use aes::cipher::BlockModeEncrypt;
use aes::cipher::InnerIvInit;
use aes::cipher::KeyInit;

/// Octets of a block.
pub(crate) const BLOCK_LEN: usize = 16;

/// An AES key, expanded for both directions.
#[derive(Clone)]
pub(crate) enum Aes {
    Aes128(Box<(Aes128Enc, Aes128Dec)>),
    Aes256(Box<(Aes256Enc, Aes256Dec)>),
}

/// One message that is being encrypted: CBC from an IV of zeros.
pub(crate) enum Encryptor<'a> {
    Aes128(cbc::Encryptor<&'a Aes128Enc>),
    Aes256(cbc::Encryptor<&'a Aes256Enc>),
}

/// One message that is being decrypted.
pub(crate) struct Decryptor<'a> {
    chain: Chain<'a>,
    cipher: &'a Aes,
}

enum Chain<'a> {
    Aes128(cbc::Decryptor<&'a Aes128Dec>),
    Aes256(cbc::Decryptor<&'a Aes256Dec>),
}

impl Aes {
    /// `None` of a key that has neither 16 nor 32 octets.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        if let Ok(key) = <[u8; 16]>::try_from(key) {
            return Some(Self::Aes128(Box::new((Aes128Enc::new(&key.into()), Aes128Dec::new(&key.into())))));
        }
        let key = <[u8; 32]>::try_from(key).ok()?;
        Some(Self::Aes256(Box::new((Aes256Enc::new(&key.into()), Aes256Dec::new(&key.into())))))
    }

    /// One block, without a mode: what [RFC 3961 5.1] derives keys with.
    pub(crate) fn encrypt_block(&self, block: [u8; BLOCK_LEN]) -> [u8; BLOCK_LEN] {
        let mut block = Block::from(block);
        match self {
            Self::Aes128(keys) => keys.0.encrypt_block(&mut block),
            Self::Aes256(keys) => keys.0.encrypt_block(&mut block),
        }
        block.into()
    }

    fn decrypt_block(&self, block: &mut Block) {
        match self {
            Self::Aes128(keys) => keys.1.decrypt_block(block),
            Self::Aes256(keys) => keys.1.decrypt_block(block),
        }
    }

    pub(crate) fn encryptor(&self) -> Encryptor<'_> {
        let iv = Block::default();
        match self {
            Self::Aes128(keys) => Encryptor::Aes128(cbc::Encryptor::inner_iv_init(&keys.0, &iv)),
            Self::Aes256(keys) => Encryptor::Aes256(cbc::Encryptor::inner_iv_init(&keys.0, &iv)),
        }
    }

    pub(crate) fn decryptor(&self) -> Decryptor<'_> {
        let iv = Block::default();
        let chain = match self {
            Self::Aes128(keys) => Chain::Aes128(cbc::Decryptor::inner_iv_init(&keys.1, &iv)),
            Self::Aes256(keys) => Chain::Aes256(cbc::Decryptor::inner_iv_init(&keys.1, &iv)),
        };
        Decryptor { chain, cipher: self }
    }
}

impl Encryptor<'_> {
    /// Whole blocks, not the last ones. Octets after the last whole block stay as they are.
    pub(crate) fn blocks(&mut self, octets: &mut [u8]) {
        let (blocks, _) = Block::slice_as_chunks_mut(octets);
        match self {
            Self::Aes128(chain) => chain.encrypt_blocks(blocks),
            Self::Aes256(chain) => chain.encrypt_blocks(blocks),
        }
    }

    /// [RFC 3962 5] The last 17 to 32 octets: the last two blocks change places, and what was stolen goes. 16 octets,
    /// which are a whole message, are encrypted as one block.
    pub(crate) fn last(&mut self, octets: &mut [u8]) {
        let Some((first, second)) =
            octets.split_at_mut_checked(BLOCK_LEN).filter(|(_, second)| !second.is_empty())
        else {
            return self.blocks(octets);
        };
        let mut padded = [0; 2 * BLOCK_LEN];
        let [one, two] = halves(&mut padded);
        one.copy_from_slice(first);
        copy(second, two);
        self.blocks(&mut padded);
        let [one, two] = halves(&mut padded);
        first.copy_from_slice(two);
        copy(one, second);
    }
}

impl Decryptor<'_> {
    /// Whole blocks, not the last ones; many at once, as each needs only the ciphertext of the one before.
    pub(crate) fn blocks(&mut self, octets: &mut [u8]) {
        let (blocks, _) = Block::slice_as_chunks_mut(octets);
        match &mut self.chain {
            Chain::Aes128(chain) => chain.decrypt_blocks(blocks),
            Chain::Aes256(chain) => chain.decrypt_blocks(blocks),
        }
    }

    /// The reverse of [`Encryptor::last`].
    pub(crate) fn last(&mut self, octets: &mut [u8]) {
        let Some((first, second)) =
            octets.split_at_mut_checked(BLOCK_LEN).filter(|(_, second)| !second.is_empty())
        else {
            return self.blocks(octets);
        };
        let mut padded = [0; 2 * BLOCK_LEN];
        let [one, two] = halves(&mut padded);
        two.copy_from_slice(first);
        // What was stolen is what the padding of zeros left of the first block's ciphertext.
        let mut stolen = Block::default();
        stolen.copy_from_slice(first);
        self.cipher.decrypt_block(&mut stolen);
        one.copy_from_slice(&stolen);
        copy(second, one);
        self.blocks(&mut padded);
        let [one, two] = halves(&mut padded);
        first.copy_from_slice(one);
        copy(two, second);
    }
}

fn halves(octets: &mut [u8; 2 * BLOCK_LEN]) -> [&mut [u8]; 2] {
    let (one, two) = octets.split_at_mut(BLOCK_LEN);
    [one, two]
}

/// As many octets as the shorter has.
fn copy(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
