use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::Role;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::SealFault;
use crate::auth::kerberos::crypto::Integrity;
use crate::auth::kerberos::crypto::MessageKeys;
use crate::auth::kerberos::crypto::Parts;
use crate::auth::kerberos::encryption_type::Suite;
use crate::auth::kerberos::seal::Verified;
use crate::auth::kerberos::seal::header::Flags;
use crate::auth::kerberos::seal::header::HEADER_LEN;
use crate::auth::kerberos::seal::header::Header;

/// Octets of a confounder.
pub(crate) const CONFOUNDER_LEN: usize = 16;

/// [RFC 4121 4.2] The tokens of one sender, its keys expanded.
pub(crate) struct Cfx {
    wrap: MessageKeys,
    mic: Integrity,
    flags: Flags,
}

/// What the header of a wrap token says, once it is known to be one that may come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WrapToken {
    header: [u8; HEADER_LEN],
    extra_count: usize,
    right_rotation_count: usize,
    pub(crate) sequence: u64,
}

impl Cfx {
    pub(crate) fn new(
        key: &Key,
        suite: Suite,
        sender: Role,
        acceptor_subkey: bool,
    ) -> Result<Self, AuthError> {
        let (wrap, mic) = match sender {
            Role::Initiator => (KeyUsage::INITIATOR_SEAL, KeyUsage::INITIATOR_SIGN),
            Role::Acceptor => (KeyUsage::ACCEPTOR_SEAL, KeyUsage::ACCEPTOR_SIGN),
        };
        Ok(Self {
            wrap: key.message_keys(suite, wrap)?,
            mic: key.checksum_mac(suite, mic)?,
            flags: Flags::of(sender, acceptor_subkey),
        })
    }

    /// [MS-KILE 3.4.5.4.1] Encrypts `message` in place. EC is 0, and RRC as long as what follows the message, so that
    /// all of that goes into the header that is returned, behind the token's own and before the confounder.
    pub(crate) fn wrap(
        &self,
        sequence: u64,
        mut confounder: [u8; CONFOUNDER_LEN],
        message: &mut [u8],
    ) -> Vec<u8> {
        let counted = |right_rotation_count| {
            let flags = self.flags.sealed();
            Header::Wrap { flags, extra_count: 0, right_rotation_count, sequence }.encode()
        };
        let trailer_len = HEADER_LEN + self.wrap.checksum_len();
        // [RFC 4121 4.2.4] "The RRC field in the to-be-encrypted header contains the hex value 00 00."
        let mut copy = counted(0);
        let mut checksum = [0; Integrity::LEN_MAX];
        let checksum = checksum.get_mut(..self.wrap.checksum_len()).unwrap_or_default();
        self.wrap.encrypt(Parts { confounder: &mut confounder, body: message, tail: &mut copy }, checksum);
        let header = counted(u16::try_from(trailer_len).unwrap_or_default());
        [&header[..], &copy, checksum, &confounder].concat()
    }

    /// What of a wrap token is in clear.
    pub(crate) fn read(&self, octets: &[u8], message: &[u8]) -> Result<WrapToken, AuthError> {
        let header = first_octets(octets, message).ok_or(AuthError::SealRefused(SealFault::TooShort))?;
        let Header::Wrap { flags, extra_count, right_rotation_count, sequence } = Header::decode(header)?
        else {
            return Err(AuthError::SealRefused(SealFault::TokenId));
        };
        flags.check(self.flags.sealed())?;
        let (extra_count, right_rotation_count) = (extra_count.into(), right_rotation_count.into());
        Ok(WrapToken { header, extra_count, right_rotation_count, sequence })
    }

    /// Decrypts `message` in place if all else of the token is in `octets`, as WinRM has it. On an error `message` holds
    /// what nobody may use.
    pub(crate) fn unwrap(
        &self,
        token: WrapToken,
        octets: &[u8],
        message: &mut Vec<u8>,
    ) -> Result<Verified, AuthError> {
        match self.in_place(token, octets) {
            Some((mut copy, checksum, mut confounder)) => {
                let parts = Parts { confounder: &mut confounder, body: message, tail: &mut copy };
                self.wrap.decrypt(parts, checksum)?;
                token.verified(copy, checksum)
            }
            None => self.unwrap_together(token, octets, message),
        }
    }

    /// The copy of the header, the checksum and the confounder, if they are what follows the header.
    fn in_place<'a>(
        &self,
        token: WrapToken,
        octets: &'a [u8],
    ) -> Option<([u8; HEADER_LEN], &'a [u8], [u8; CONFOUNDER_LEN])> {
        let checksum_len = self.wrap.checksum_len();
        if token.extra_count != 0 || token.right_rotation_count != HEADER_LEN + checksum_len {
            return None;
        }
        let (copy, rest) = octets.get(HEADER_LEN..)?.split_first_chunk()?;
        let (checksum, confounder) = rest.split_at_checked(checksum_len)?;
        Some((*copy, checksum, confounder.try_into().ok()?))
    }

    /// Any other EC, RRC or place where header and message were parted.
    fn unwrap_together(
        &self,
        token: WrapToken,
        octets: &[u8],
        message: &mut Vec<u8>,
    ) -> Result<Verified, AuthError> {
        let in_message = HEADER_LEN.saturating_sub(octets.len());
        let octets = octets.get(HEADER_LEN..).unwrap_or_default();
        let mut together = Zeroizing::new([octets, message.get(in_message..).unwrap_or_default()].concat());
        let shortest = CONFOUNDER_LEN + HEADER_LEN + self.wrap.checksum_len();
        let sealed_len =
            together.len().checked_sub(shortest).ok_or(AuthError::SealRefused(SealFault::TooShort))?;
        let body_len =
            sealed_len.checked_sub(token.extra_count).ok_or(AuthError::SealRefused(SealFault::ExtraCount))?;
        turn_left(&mut together, token.right_rotation_count);
        let verified = if token.extra_count == 0 {
            self.decrypt(token, &mut together)?
        } else {
            // [MS-KILE 3.4.5.4.1] "rotated by RRC+EC bytes, which is different from RRC alone".
            let mut windows = together.clone();
            turn_left(&mut windows, token.extra_count);
            match self.decrypt(token, &mut together) {
                Err(AuthError::SignatureWrong) => {
                    together = windows;
                    self.decrypt(token, &mut together)?
                }
                decrypted => decrypted?,
            }
        };
        message.clear();
        message
            .extend_from_slice(together.get(CONFOUNDER_LEN..CONFOUNDER_LEN + body_len).unwrap_or_default());
        Ok(verified)
    }

    /// All that follows the header, in its order.
    fn decrypt(&self, token: WrapToken, together: &mut [u8]) -> Result<Verified, AuthError> {
        let too_short = AuthError::SealRefused(SealFault::TooShort);
        let (confounder, rest) = together.split_first_chunk_mut().ok_or(too_short.clone())?;
        let checksum_at = rest.len().checked_sub(self.wrap.checksum_len()).ok_or(too_short.clone())?;
        let (rest, checksum) = rest.split_at_mut_checked(checksum_at).ok_or(too_short.clone())?;
        let (body, copy) = rest.split_last_chunk_mut::<HEADER_LEN>().ok_or(too_short)?;
        self.wrap.decrypt(Parts { confounder, body, tail: copy }, checksum)?;
        token.verified(*copy, checksum)
    }

    /// [RFC 4121 4.2.6.1] The checksum covers the data and then the header.
    pub(crate) fn mic(&self, sequence: u64, data: &[u8]) -> Vec<u8> {
        let header = Header::Mic { flags: self.flags, sequence }.encode();
        let mut mac = self.mic.clone();
        mac.update(data);
        mac.update(&header);
        let mut token = vec![0; HEADER_LEN + mac.len()];
        let (to, checksum) = token.split_at_mut(HEADER_LEN);
        to.copy_from_slice(&header);
        mac.finish(checksum);
        token
    }

    /// The sequence number that a MIC token claims, if it is one that may come.
    pub(crate) fn read_mic(&self, token: &[u8]) -> Result<u64, AuthError> {
        let header = token.first_chunk().ok_or(AuthError::SealRefused(SealFault::TooShort))?;
        let Header::Mic { flags, sequence } = Header::decode(*header)? else {
            return Err(AuthError::SealRefused(SealFault::TokenId));
        };
        flags.check(self.flags)?;
        Ok(sequence)
    }

    pub(crate) fn verify_mic(&self, sequence: u64, token: &[u8], data: &[u8]) -> Result<Verified, AuthError> {
        let (header, checksum) =
            token.split_at_checked(HEADER_LEN).ok_or(AuthError::SealRefused(SealFault::TooShort))?;
        let mut mac = self.mic.clone();
        mac.update(data);
        mac.update(header);
        mac.verify(checksum)?;
        Verified::new(sequence, checksum)
    }
}

impl WrapToken {
    /// The copy is covered by the checksum. Its RRC was not yet known, and some peers leave another one there than 0.
    fn verified(self, copy: [u8; HEADER_LEN], checksum: &[u8]) -> Result<Verified, AuthError> {
        let [a0, a1, a2, a3, a4, a5, _, _, a_sequence @ ..] = self.header;
        let [b0, b1, b2, b3, b4, b5, _, _, b_sequence @ ..] = copy;
        if [a0, a1, a2, a3, a4, a5] != [b0, b1, b2, b3, b4, b5] || a_sequence != b_sequence {
            return Err(AuthError::SealRefused(SealFault::HeaderCopy));
        }
        Verified::new(self.sequence, checksum)
    }
}

/// The header of a token that may be cut anywhere.
fn first_octets(octets: &[u8], message: &[u8]) -> Option<[u8; HEADER_LEN]> {
    let mut header = [0; HEADER_LEN];
    let mut all = octets.iter().chain(message);
    for octet in &mut header {
        *octet = *all.next()?;
    }
    Some(header)
}

/// [RFC 4121 4.2.5] "including rotation counts greater than the length of the token".
fn turn_left(octets: &mut [u8], count: usize) {
    let len = octets.len().max(1);
    octets.rotate_left(count % len);
}
