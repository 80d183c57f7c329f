use std::fmt;

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use md4::Md4;
use md5::Digest;
use md5::Md5;
use rc4::Rc4;
use rc4::StreamCipher;

use crate::auth::Role;
use crate::auth::ntlm::NegotiateFlags;

/// [MS-NLMP 3.3.1] NTOWFv1: MD4 of the password. As good as the password, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct NtHash(pub [u8; 16]);

/// [MS-NLMP 3.1.1.1] ExportedSessionKey: all keys of the session come from it. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ExportedSessionKey(pub [u8; 16]);

/// [MS-NLMP 3.3.2] NTOWFv2, the key of the responses of one user in one domain.
pub(crate) struct ResponseKey([u8; 16]);

/// [MS-NLMP 3.3.2] SessionBaseKey, which for NTLMv2 is the KeyExchangeKey too.
pub(crate) struct SessionBaseKey([u8; 16]);

impl NtHash {
    /// The hash of `password`.
    pub fn from_password(password: &str) -> Self {
        let mut hash = Md4::new();
        for unit in password.encode_utf16() {
            hash.update(unit.to_le_bytes());
        }
        Self(hash.finalize().into())
    }
}

impl ResponseKey {
    /// `user` is upper-cased here; `domain` is hashed as it stood in the message.
    pub(crate) fn new(hash: &NtHash, user: &str, domain: &str) -> Self {
        let mut mac = hmac_md5(&hash.0);
        for unit in user.chars().map(upper_case).collect::<String>().encode_utf16() {
            mac.update(&unit.to_le_bytes());
        }
        for unit in domain.encode_utf16() {
            mac.update(&unit.to_le_bytes());
        }
        Self(finish(mac))
    }

    /// NTProofStr over the server's nonce and everything that follows the proof in the response.
    pub(crate) fn proof(&self, server_challenge: &[u8; 8], client_challenge: &[u8]) -> [u8; 16] {
        finish(self.proof_mac(server_challenge, client_challenge))
    }

    /// Compares in constant time.
    pub(crate) fn verify_proof(
        &self,
        server_challenge: &[u8; 8],
        client_challenge: &[u8],
        proof: &[u8],
    ) -> bool {
        self.proof_mac(server_challenge, client_challenge).verify_slice(proof).is_ok()
    }

    pub(crate) fn session_base_key(&self, proof: &[u8]) -> SessionBaseKey {
        let mut mac = hmac_md5(&self.0);
        mac.update(proof);
        SessionBaseKey(finish(mac))
    }

    fn proof_mac(&self, server_challenge: &[u8; 8], client_challenge: &[u8]) -> Hmac<Md5> {
        let mut mac = hmac_md5(&self.0);
        mac.update(server_challenge);
        mac.update(client_challenge);
        mac
    }
}

impl SessionBaseKey {
    /// [MS-NLMP 3.1.5.1.2] EncryptedRandomSessionKey, or back: RC4 is its own inverse.
    pub(crate) fn exchange(&self, mut key: [u8; 16]) -> [u8; 16] {
        if let Ok(mut cipher) = Rc4::new_from_slice(&self.0) {
            cipher.apply_keystream(&mut key);
        }
        key
    }

    /// The session key where no key exchange was negotiated.
    pub(crate) fn into_exported(self) -> ExportedSessionKey {
        ExportedSessionKey(self.0)
    }
}

impl ExportedSessionKey {
    /// [MS-NLMP 3.1.5.1.2] MIC over the three messages, that of the third one zeroed.
    pub(crate) fn mic(&self, messages: [&[u8]; 3]) -> [u8; 16] {
        finish(self.mic_mac(messages))
    }

    /// Compares in constant time.
    pub(crate) fn verify_mic(&self, messages: [&[u8]; 3], mic: &[u8; 16]) -> bool {
        self.mic_mac(messages).verify_slice(mic).is_ok()
    }

    fn mic_mac(&self, messages: [&[u8]; 3]) -> Hmac<Md5> {
        let mut mac = hmac_md5(&self.0);
        for message in messages {
            mac.update(message);
        }
        mac
    }

    /// [MS-NLMP 3.4.5.2] SIGNKEY of the messages that `sender` sends.
    pub(crate) fn sign_key(&self, sender: Role) -> [u8; 16] {
        let purpose = match sender {
            Role::Initiator => b"session key to client-to-server signing key magic constant\0",
            Role::Acceptor => b"session key to server-to-client signing key magic constant\0",
        };
        md5(&[&self.0, purpose])
    }

    /// [MS-NLMP 3.4.5.3] SEALKEY of the messages that `sender` sends, under extended session security.
    pub(crate) fn seal_key(&self, flags: NegotiateFlags, sender: Role) -> [u8; 16] {
        let purpose = match sender {
            Role::Initiator => b"session key to client-to-server sealing key magic constant\0",
            Role::Acceptor => b"session key to server-to-client sealing key magic constant\0",
        };
        let strength = if flags.contains(NegotiateFlags::KEY_128) {
            16
        } else if flags.contains(NegotiateFlags::KEY_56) {
            7
        } else {
            5
        };
        md5(&[self.0.get(..strength).unwrap_or(&self.0), purpose])
    }
}

/// Windows upper-cases one UTF-16 unit at a time, so a letter whose upper case is two letters stays as it is.
fn upper_case(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}

fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

pub(crate) fn hmac_md5(key: &[u8; 16]) -> Hmac<Md5> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

fn finish(mac: Hmac<Md5>) -> [u8; 16] {
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for NtHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NtHash(..)")
    }
}

impl fmt::Debug for ExportedSessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportedSessionKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_with_a_longer_upper_case_stays() {
        assert_eq!("straßeÿ".chars().map(upper_case).collect::<String>(), "STRAßEŸ");
    }

    #[test]
    fn a_key_without_the_closing_zero_of_its_constant_differs() {
        let key = ExportedSessionKey([0x55; 16]);
        let purpose = b"session key to client-to-server signing key magic constant";
        assert_ne!(key.sign_key(Role::Initiator), md5(&[&key.0, purpose]));
    }
}
