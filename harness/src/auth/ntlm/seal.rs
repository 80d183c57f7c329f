use std::fmt;

use hmac::Hmac;
use hmac::Mac;
use md5::Md5;
use rc4::KeyInit;
use rc4::Rc4;
use rc4::StreamCipher;

use crate::auth::AuthError;
use crate::auth::Role;
use crate::auth::ntlm::ExportedSessionKey;
use crate::auth::ntlm::NegotiateFlags;
use crate::auth::ntlm::crypto::hmac_md5;

/// Octets of an NTLM signature.
pub const SIGNATURE_LEN: usize = 16;

/// [MS-NLMP 2.2.2.9.2] Version, the only one there is.
const VERSION: [u8; 4] = 1_u32.to_le_bytes();

/// Octets that are hashed and ciphered in one go, few enough to be in the cache still the second time.
const CHUNK_LEN: usize = 8 * 1024;

/// [MS-NLMP 3.4] Session security of an established session, with extended session security.
///
/// The receiver's own count of messages is what is checked and hashed; the number on the wire only has to equal it.
/// A wrong number changes nothing. A wrong checksum ends the direction, because its key stream has been used up.
///
/// ```
/// use winrm_harness::auth::ntlm::ExportedSessionKey;
/// use winrm_harness::auth::ntlm::NegotiateFlags;
/// use winrm_harness::auth::Role;
/// use winrm_harness::auth::ntlm::Seal;
///
/// let key = ExportedSessionKey([0x55; 16]);
/// let mut client = Seal::new(&key, NegotiateFlags::FULL_STRENGTH, Role::Initiator);
/// let mut server = Seal::new(&key, NegotiateFlags::FULL_STRENGTH, Role::Acceptor);
/// let mut message = *b"secret";
/// let signature = client.seal(&mut message)?;
/// server.unseal(&signature, &mut message)?;
/// assert_eq!(&message, b"secret");
/// # Ok::<(), winrm_harness::auth::AuthError>(())
/// ```
pub struct Seal {
    send: Direction,
    receive: Direction,
}

/// What protects the messages of one sender.
struct Direction {
    cipher: Rc4,
    seal_key: [u8; 16],
    /// Octets that were sealed since the key stream began, with those of their checksums.
    key_stream_used: usize,
    /// The HMAC before any message, its key already hashed.
    mac: Hmac<Md5>,
    sequence: Sequence,
    checksum: Checksum,
    /// Whether a checksum without a message took octets of the key stream since that was last started.
    has_signed: bool,
}

/// [MS-NLMP 3.4.4] SeqNum
#[derive(Debug, Clone, Copy)]
enum Sequence {
    /// The number of the next message.
    Next(u32),
    /// All numbers were used.
    Exhausted,
    /// A checksum was wrong, and with it the place in the key stream.
    Broken,
}

/// Whether the checksum is encrypted too, which key exchange decides.
#[derive(Clone, Copy)]
enum Checksum {
    Encrypted,
    Clear,
}

impl Seal {
    /// The session security of `role` after an authentication that agreed on `flags`.
    pub fn new(key: &ExportedSessionKey, flags: NegotiateFlags, role: Role) -> Self {
        Self { send: Direction::new(key, flags, role), receive: Direction::new(key, flags, role.peer()) }
    }

    /// [MS-NLMP 3.4.3] SEAL: encrypts `message` in place and returns its signature.
    pub fn seal(&mut self, message: &mut [u8]) -> Result<[u8; SIGNATURE_LEN], AuthError> {
        let sequence = self.send.sequence.number()?;
        let mut mac = self.send.start_mac(sequence);
        for chunk in message.chunks_mut(CHUNK_LEN) {
            mac.update(chunk);
            self.send.cipher.apply_keystream(chunk);
        }
        self.send.key_stream_used = self.send.key_stream_used.saturating_add(message.len());
        Ok(self.send.finish(sequence, mac))
    }

    /// The reverse of [`seal`](Self::seal). On an error `message` is all zeros, or untouched if the signature's fixed
    /// parts were already wrong.
    pub fn unseal(&mut self, signature: &[u8], message: &mut [u8]) -> Result<(), AuthError> {
        let (sequence, checksum) = self.receive.open(signature)?;
        let mut mac = self.receive.start_mac(sequence);
        for chunk in message.chunks_mut(CHUNK_LEN) {
            self.receive.cipher.apply_keystream(chunk);
            mac.update(chunk);
        }
        self.receive.verify(sequence, checksum, mac).inspect_err(|_| message.fill(0))
    }

    /// The octets that the next message will be combined with.
    pub(crate) fn key_stream(&self, len: usize) -> Vec<u8> {
        let mut cipher = new_cipher(&self.send.seal_key);
        let mut skipped = [0; CHUNK_LEN];
        let mut rest = self.send.key_stream_used;
        while let Some(chunk) = skipped.get_mut(..rest.min(CHUNK_LEN)).filter(|chunk| !chunk.is_empty()) {
            cipher.apply_keystream(chunk);
            rest = rest.saturating_sub(chunk.len());
        }
        let mut octets = vec![0; len];
        cipher.apply_keystream(&mut octets);
        octets
    }

    /// [MS-NLMP 3.4.2] SIGN: the signature of a message that stays in clear.
    pub fn sign(&mut self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], AuthError> {
        let sequence = self.send.sequence.number()?;
        let mut mac = self.send.start_mac(sequence);
        mac.update(message);
        self.send.has_signed = true;
        Ok(self.send.finish(sequence, mac))
    }

    /// The reverse of [`sign`](Self::sign).
    pub fn verify(&mut self, signature: &[u8], message: &[u8]) -> Result<(), AuthError> {
        let (sequence, checksum) = self.receive.open(signature)?;
        let mut mac = self.receive.start_mac(sequence);
        mac.update(message);
        self.receive.has_signed = true;
        self.receive.verify(sequence, checksum, mac)
    }

    /// [MS-SPNG 3.2.5.1] Starts the key streams again of which a mechListMIC took octets since the last time. The
    /// sequence numbers go on. What was sealed between our MIC and the peer's stays as it is.
    pub(crate) fn restart(&mut self) {
        self.send.restart();
        self.receive.restart();
    }
}

impl Sequence {
    fn number(self) -> Result<u32, AuthError> {
        match self {
            Self::Next(number) => Ok(number),
            Self::Exhausted => Err(AuthError::SequenceExhausted),
            Self::Broken => Err(AuthError::Finished),
        }
    }

    fn after(number: u32) -> Self {
        number.checked_add(1).map_or(Self::Exhausted, Self::Next)
    }
}

impl Direction {
    fn new(key: &ExportedSessionKey, flags: NegotiateFlags, sender: Role) -> Self {
        let seal_key = key.seal_key(flags, sender);
        let encrypted = flags.contains(NegotiateFlags::KEY_EXCHANGE);
        Self {
            cipher: new_cipher(&seal_key),
            seal_key,
            key_stream_used: 0,
            mac: hmac_md5(&key.sign_key(sender)),
            sequence: Sequence::Next(0),
            checksum: if encrypted { Checksum::Encrypted } else { Checksum::Clear },
            has_signed: false,
        }
    }

    fn restart(&mut self) {
        if std::mem::take(&mut self.has_signed) {
            self.cipher = new_cipher(&self.seal_key);
            self.key_stream_used = 0;
        }
    }

    fn start_mac(&self, sequence: u32) -> Hmac<Md5> {
        let mut mac = self.mac.clone();
        mac.update(&sequence.to_le_bytes());
        mac
    }

    /// [MS-NLMP 3.4.4.2] MAC: the checksum comes from the key stream behind the message.
    fn finish(&mut self, sequence: u32, mac: Hmac<Md5>) -> [u8; SIGNATURE_LEN] {
        let digest: [u8; 16] = mac.finalize().into_bytes().into();
        let mut signature = [0; SIGNATURE_LEN];
        let (version, rest) = signature.split_at_mut(4);
        let (checksum, number) = rest.split_at_mut(8);
        version.copy_from_slice(&VERSION);
        checksum.copy_from_slice(digest.first_chunk::<8>().unwrap_or(&[0; 8]));
        if let Checksum::Encrypted = self.checksum {
            self.cipher.apply_keystream(checksum);
            self.key_stream_used = self.key_stream_used.saturating_add(checksum.len());
        }
        number.copy_from_slice(&sequence.to_le_bytes());
        self.sequence = Sequence::after(sequence);
        signature
    }

    /// Checks the fixed parts of a signature: before the key stream is touched, so that a replay changes nothing.
    fn open(&self, signature: &[u8]) -> Result<(u32, [u8; 8]), AuthError> {
        let layout = AuthError::SignatureLayout { len: signature.len() };
        let (version, rest) = signature.split_first_chunk::<4>().ok_or(layout.clone())?;
        let (checksum, number) = rest.split_first_chunk::<8>().ok_or(layout.clone())?;
        let number = <[u8; 4]>::try_from(number).map_err(|_| layout.clone())?;
        if *version != VERSION {
            return Err(layout);
        }
        let expected = self.sequence.number()?;
        let found = u32::from_le_bytes(number);
        if found != expected {
            return Err(AuthError::SequenceNumber { expected, found });
        }
        Ok((expected, *checksum))
    }

    fn verify(&mut self, sequence: u32, mut checksum: [u8; 8], mac: Hmac<Md5>) -> Result<(), AuthError> {
        if let Checksum::Encrypted = self.checksum {
            self.cipher.apply_keystream(&mut checksum);
        }
        if mac.verify_truncated_left(&checksum).is_err() {
            self.sequence = Sequence::Broken;
            return Err(AuthError::SignatureWrong);
        }
        self.sequence = Sequence::after(sequence);
        Ok(())
    }
}

fn new_cipher(key: &[u8; 16]) -> Rc4 {
    #[expect(clippy::expect_used, reason = "RC4 takes keys of 1 to 256 octets")]
    Rc4::new_from_slice(key).expect("RC4 takes keys of 1 to 256 octets")
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal")
            .field("sent", &self.send.sequence)
            .field("received", &self.receive.sequence)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Seal, Seal) {
        let key = ExportedSessionKey([0x55; 16]);
        let flags = NegotiateFlags::FULL_STRENGTH;
        (Seal::new(&key, flags, Role::Initiator), Seal::new(&key, flags, Role::Acceptor))
    }

    #[test]
    fn every_changed_bit_of_signature_or_message_is_refused_and_leaves_zeros_or_ciphertext() {
        let plain = *b"<s:Envelope/>";
        for bit in 0..(SIGNATURE_LEN + plain.len()) * 8 {
            let (mut client, mut server) = pair();
            let mut message = plain;
            let signature = client.seal(&mut message).unwrap();
            let mut wire = [signature.as_slice(), &message].concat();
            wire[bit / 8] ^= 1 << (bit % 8);
            let (signature, message) = wire.split_at_mut(SIGNATURE_LEN);
            let sealed = message.to_vec();
            assert!(server.unseal(signature, message).is_err(), "bit {bit}");
            assert!(message.iter().all(|octet| *octet == 0) || message == sealed, "bit {bit}");
        }
    }

    #[test]
    fn a_replay_or_a_later_message_is_refused_by_our_own_count_and_harms_nothing() {
        let (mut client, mut server) = pair();
        let sealed: Vec<_> = (0..3)
            .map(|number| {
                let mut message = [number; 5];
                (client.seal(&mut message).unwrap(), message)
            })
            .collect();
        let mut unseal = |index: usize| {
            let (signature, mut message) = sealed[index];
            server.unseal(&signature, &mut message).map(|()| message)
        };
        assert_eq!(unseal(0), Ok([0; 5]));
        assert_eq!(unseal(0), Err(AuthError::SequenceNumber { expected: 1, found: 0 }));
        assert_eq!(unseal(2), Err(AuthError::SequenceNumber { expected: 1, found: 2 }));
        assert_eq!(unseal(1), Ok([1; 5]));
        assert_eq!(unseal(2), Ok([2; 5]));
    }

    #[test]
    fn a_message_with_its_number_rewritten_is_refused() {
        let (mut client, mut server) = pair();
        let mut first = *b"one";
        client.seal(&mut first).unwrap();
        let mut second = *b"two";
        let mut signature = client.seal(&mut second).unwrap();
        signature[12..].fill(0);
        assert_eq!(server.unseal(&signature, &mut second), Err(AuthError::SignatureWrong));
        assert_eq!(second, [0; 3]);
    }

    #[test]
    fn after_a_wrong_checksum_nothing_more_is_received() {
        let (mut client, mut server) = pair();
        let mut message = *b"one";
        let mut signature = client.seal(&mut message).unwrap();
        signature[4] ^= 1;
        assert_eq!(server.unseal(&signature, &mut message), Err(AuthError::SignatureWrong));
        let mut message = *b"two";
        let signature = client.seal(&mut message).unwrap();
        assert_eq!(server.unseal(&signature, &mut message), Err(AuthError::Finished));
    }

    #[test]
    fn a_message_sent_back_to_its_sender_is_refused() {
        let (mut client, _) = pair();
        let mut message = *b"one";
        let signature = client.seal(&mut message).unwrap();
        assert_eq!(client.unseal(&signature, &mut message), Err(AuthError::SignatureWrong));
    }

    #[test]
    fn the_last_sequence_number_is_used_and_none_after_it() {
        let (mut client, mut server) = pair();
        client.send.sequence = Sequence::Next(u32::MAX);
        server.receive.sequence = Sequence::Next(u32::MAX);
        let mut message = *b"last";
        let signature = client.seal(&mut message).unwrap();
        server.unseal(&signature, &mut message).unwrap();
        assert_eq!(&message, b"last");
        assert_eq!(client.seal(&mut message), Err(AuthError::SequenceExhausted));
        assert_eq!(server.unseal(&signature, &mut message), Err(AuthError::SequenceExhausted));
    }

    #[test]
    fn signatures_of_another_length_or_version_are_refused() {
        let (mut client, mut server) = pair();
        let mut message = *b"one";
        let signature = client.seal(&mut message).unwrap();
        for len in [0, 4, 12, 15] {
            let refused = server.unseal(&signature[..len], &mut message);
            assert_eq!(refused, Err(AuthError::SignatureLayout { len }));
        }
        let long = [signature.as_slice(), &[0]].concat();
        assert_eq!(server.unseal(&long, &mut message), Err(AuthError::SignatureLayout { len: 17 }));
        assert_eq!(server.unseal(&signature, &mut message), Ok(()));
    }

    #[test]
    fn a_signature_without_sealing_covers_the_message() {
        let (mut client, mut server) = pair();
        let signature = client.sign(b"list").unwrap();
        assert_eq!(server.verify(&signature, b"lost"), Err(AuthError::SignatureWrong));
        let (mut client, mut server) = pair();
        let signature = client.sign(b"list").unwrap();
        assert_eq!(server.verify(&signature, b"list"), Ok(()));
    }
}
