use std::fmt;

/// Octets of a block of AES, and of a confounder.
pub const CHAINED_BLOCK_LEN: usize = 16;

/// What the next [`seal`](crate::auth::SecurityContext::seal) will make of a message, for somebody who looks for a message
/// whose ciphertext has octets that a careless receiver stumbles over.
pub enum Foresight<'a> {
    /// The octets that the message will be combined with: RC4, of NTLM and of Kerberos.
    KeyStream(Vec<u8>),
    /// Each block depends on those before it: AES of Kerberos.
    Chained(Chained<'a>),
}

/// [RFC 3962 6] The confounder and the message, block by block; what is behind the message is always the same.
pub struct Chained<'a> {
    /// What is encrypted before the message. The seal has drawn it and keeps it for its next message.
    pub confounder: [u8; CHAINED_BLOCK_LEN],
    encrypt: Box<Encrypt<'a>>,
}

/// Encrypts a message behind a confounder in its place.
type Encrypt<'a> = dyn Fn([u8; CHAINED_BLOCK_LEN], &mut [u8]) + 'a;

impl<'a> Chained<'a> {
    /// With what encrypts a message behind a confounder in its place.
    pub fn new(
        confounder: [u8; CHAINED_BLOCK_LEN],
        encrypt: impl Fn([u8; CHAINED_BLOCK_LEN], &mut [u8]) + 'a,
    ) -> Self {
        Self { confounder, encrypt: Box::new(encrypt) }
    }

    /// Encrypts `message` as if `confounder` had been drawn. One that is the exclusive or of a block of a longer message
    /// and the ciphertext before it goes on where that message is after this block.
    pub fn encrypt(&self, confounder: [u8; CHAINED_BLOCK_LEN], message: &mut [u8]) {
        (self.encrypt)(confounder, message);
    }
}

/// No key stream in a log.
impl fmt::Debug for Foresight<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyStream(_) => "KeyStream",
            Self::Chained(_) => "Chained",
        })
    }
}
