//! What protects the messages of a session once tickets have proved who its sides are.

mod cfx;
mod fault;
mod header;
mod rc4;
mod sequence;

#[cfg(test)]
mod mit;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod tests;

use std::fmt;

pub use fault::SealFault;
pub use sequence::SequenceRule;

use crate::auth::AuthError;
use crate::auth::Chained;
use crate::auth::Foresight;
use crate::auth::Random;
use crate::auth::Role;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::encryption_type::Suite;
use crate::auth::kerberos::seal::cfx::Cfx;
use crate::auth::kerberos::seal::rc4::Rc4Tokens;
use crate::auth::kerberos::seal::sequence::ReceiveSequence;
use crate::auth::kerberos::seal::sequence::SendSequence;
use crate::auth::kerberos::seal::sequence::Width;

/// [RFC 4121 4.2], [RFC 4757 7] Wrap and MIC tokens of an established session, both directions.
///
/// All keys are derived once, here. A wrap token is parted as WinRM wants it, [MS-KILE 3.4.5.4.1]: the message keeps its
/// length and its place, and the rest is its header, 60 octets of AES with SHA-1. What comes may be parted elsewhere and
/// be turned and filled in any way.
///
/// A token that is refused changes nothing: it does not move the count, and the genuine one that comes after it is taken.
/// So a forger can neither end a session nor shift it.
///
/// ```
/// use winrm_harness::auth::Role;
/// use winrm_harness::auth::kerberos::EncryptionType;
/// use winrm_harness::auth::kerberos::Key;
/// use winrm_harness::auth::kerberos::Seal;
///
/// let key = Key::new(EncryptionType::AES256_CTS_HMAC_SHA1_96, &[0x55; 32])?;
/// let zeros = || Box::new(|octets: &mut [u8]| octets.fill(0));
/// let mut client = Seal::new(&key, Role::Initiator, true, 100, 200, zeros())?;
/// let mut server = Seal::new(&key, Role::Acceptor, true, 200, 100, zeros())?;
/// let mut message = b"secret".to_vec();
/// let header = client.seal(&mut message)?;
/// assert_eq!((header.len(), message.len()), (60, 6));
/// server.unseal(&header, &mut message)?;
/// assert_eq!(message, b"secret");
/// # Ok::<(), winrm_harness::auth::AuthError>(())
/// ```
pub struct Seal {
    tokens: Tokens,
    send: SendSequence,
    receive: ReceiveSequence,
    random: Random,
    /// The confounder of the next message, if somebody has asked for it.
    foreseen: Option<[u8; cfx::CONFOUNDER_LEN]>,
    encryption_type: EncryptionType,
}

/// The tokens of both sides: what is sent, what comes.
enum Tokens {
    Cfx(Box<[Cfx; 2]>),
    Rc4(Box<[Rc4Tokens; 2]>),
}

/// A token whose checksum fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verified {
    number: u64,
    checksum: [u8; 8],
}

impl Seal {
    /// The tokens of `role` under `key`: the acceptor's subkey if it asserted one, else the initiator's, else the key of
    /// the session. The numbers are those in the authenticator and in the AP-REP. `random` makes the confounders.
    pub fn new(
        key: &Key,
        role: Role,
        acceptor_subkey: bool,
        send_sequence: u64,
        receive_sequence: u64,
        random: Random,
    ) -> Result<Self, AuthError> {
        let encryption_type = key.encryption_type();
        let (tokens, width) = match encryption_type.suite()? {
            Suite::Rc4 => {
                let both = [Rc4Tokens::new(key, role)?, Rc4Tokens::new(key, role.peer())?];
                (Tokens::Rc4(Box::new(both)), Width::Bits32)
            }
            suite => {
                let of = |sender| Cfx::new(key, suite, sender, acceptor_subkey);
                (Tokens::Cfx(Box::new([of(role)?, of(role.peer())?])), Width::Bits64)
            }
        };
        let send = SendSequence::new(send_sequence, width);
        let receive = ReceiveSequence::new(receive_sequence, width);
        Ok(Self { tokens, send, receive, random, foreseen: None, encryption_type })
    }

    /// Demands other sequence numbers of the peer than the default.
    #[must_use]
    pub fn with_sequence_rule(mut self, rule: SequenceRule) -> Self {
        self.receive.set_rule(rule);
        self
    }

    /// What encrypts the messages.
    #[must_use]
    pub fn encryption_type(&self) -> EncryptionType {
        self.encryption_type
    }

    /// GSS_Wrap: encrypts `message` in place and returns what has to precede it.
    pub fn seal(&mut self, message: &mut [u8]) -> Result<Vec<u8>, AuthError> {
        let sequence = self.send.take()?;
        match &self.tokens {
            Tokens::Cfx(tokens) => {
                let drawn = self.foreseen.take();
                let confounder = drawn.unwrap_or_else(|| draw(&mut self.random));
                let [send, _] = &**tokens;
                Ok(send.wrap(sequence, confounder, message))
            }
            Tokens::Rc4(tokens) => {
                let mut confounder = [0; rc4::CONFOUNDER_LEN];
                (self.random)(&mut confounder);
                let [send, _] = &**tokens;
                Ok(send.wrap(sequence, confounder, message))
            }
        }
    }

    /// What the next [`seal`](Self::seal) will do. Whatever is signed before that changes it.
    pub(crate) fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        let sequence = self.send.peek()?;
        Ok(match &self.tokens {
            Tokens::Cfx(tokens) => {
                let confounder = *self.foreseen.get_or_insert_with(|| draw(&mut self.random));
                let [send, _] = &**tokens;
                Foresight::Chained(Chained::new(confounder, move |confounder, message| {
                    drop(send.wrap(sequence, confounder, message));
                }))
            }
            Tokens::Rc4(tokens) => {
                let [send, _] = &**tokens;
                Foresight::KeyStream(send.key_stream(sequence, len))
            }
        })
    }

    /// GSS_Unwrap: `header` and `message` are one token, parted where the sender liked to, or all of it in `header`.
    /// Decrypts in place if it can. On an error `message` is empty and its octets are zeros.
    pub fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = self.open(header, message).and_then(|verified| self.take(verified));
        unsealed.inspect_err(|_| {
            message.fill(0);
            message.clear();
        })
    }

    fn open(&self, header: &[u8], message: &mut Vec<u8>) -> Result<Verified, AuthError> {
        match &self.tokens {
            Tokens::Cfx(tokens) => {
                let [_, receive] = &**tokens;
                let token = receive.read(header, message)?;
                self.receive.expect(token.sequence)?;
                receive.unwrap(token, header, message)
            }
            Tokens::Rc4(tokens) => {
                let [_, receive] = &**tokens;
                let token = receive.read(header, message)?;
                self.receive.expect(token.number())?;
                receive.unwrap(token, message)
            }
        }
    }

    /// GSS_GetMIC: a checksum of `data`, which counts as a message.
    pub fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        let sequence = self.send.take()?;
        Ok(match &self.tokens {
            Tokens::Cfx(tokens) => {
                let [send, _] = &**tokens;
                send.mic(sequence, data)
            }
            Tokens::Rc4(tokens) => {
                let [send, _] = &**tokens;
                send.mic(sequence, data)
            }
        })
    }

    /// GSS_VerifyMIC: the reverse of [`sign`](Self::sign).
    pub fn verify(&mut self, mic: &[u8], data: &[u8]) -> Result<(), AuthError> {
        let verified = match &self.tokens {
            Tokens::Cfx(tokens) => {
                let [_, receive] = &**tokens;
                let sequence = receive.read_mic(mic)?;
                self.receive.expect(sequence)?;
                receive.verify_mic(sequence, mic, data)?
            }
            Tokens::Rc4(tokens) => {
                let [_, receive] = &**tokens;
                receive.verify_mic(mic, data)?
            }
        };
        self.take(verified)
    }

    fn take(&mut self, verified: Verified) -> Result<(), AuthError> {
        self.receive.accept(verified.number, verified.checksum)
    }
}

fn draw(random: &mut Random) -> [u8; cfx::CONFOUNDER_LEN] {
    let mut confounder = [0; cfx::CONFOUNDER_LEN];
    random(&mut confounder);
    confounder
}

impl Verified {
    /// All checksums have at least eight octets.
    fn new(number: u64, checksum: &[u8]) -> Result<Self, AuthError> {
        let checksum = checksum.first_chunk().ok_or(AuthError::SealRefused(SealFault::TooShort))?;
        Ok(Self { number, checksum: *checksum })
    }
}

/// No key in a log.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal")
            .field("encryption_type", &self.encryption_type)
            .field("send", &self.send)
            .finish_non_exhaustive()
    }
}
