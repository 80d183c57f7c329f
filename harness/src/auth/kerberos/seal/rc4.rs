use md5::Digest;
use md5::Md5;
use rc4::StreamCipher;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::auth::AuthError;
use crate::auth::Role;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::SealFault;
use crate::auth::kerberos::crypto::Rc4Key;
use crate::auth::kerberos::seal::Verified;

/// Octets of a confounder.
pub(crate) const CONFOUNDER_LEN: usize = 8;
/// Octets that are hashed and ciphered in one go.
const CHUNK_LEN: usize = 8 * 1024;
/// [RFC 4121 4.1] The object identifier of Kerberos, as DER.
const KERBEROS: [u8; 11] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02];
/// Octets of a wrap token before its message.
const WRAP_LEN: usize = 32;
/// Octets of a MIC token.
const MIC_LEN: usize = 24;
/// Octets of the longest framing and of a wrap token without its message.
const BEGINNING_LEN_MAX: usize = 6 + KERBEROS.len() + WRAP_LEN;
/// TOK_ID, SGN_ALG, SEAL_ALG, Filler
const WRAP: [u8; 8] = [0x02, 0x01, 0x11, 0x00, 0x10, 0x00, 0xFF, 0xFF];
/// TOK_ID, SGN_ALG, Filler
const MIC: [u8; 8] = [0x01, 0x01, 0x11, 0x00, 0xFF, 0xFF, 0xFF, 0xFF];
/// [RFC 4757 7.3] The T of what is wrapped.
const WRAP_SALT: u32 = 13;
/// [RFC 4757 7.2] The T of what is signed.
const MIC_SALT: u32 = 15;

/// [RFC 4757 7] The tokens of one sender.
pub(crate) struct Rc4Tokens {
    /// Kss
    key: Rc4Key,
    /// What Kcrypt of a message is made of.
    crypt: Rc4Key,
    /// What Kseq of a message is made of.
    sequence: Rc4Key,
    /// What follows the sequence number: 00 or FF.
    direction: [u8; 4],
}

/// What of a token is in clear, and the sequence number, which anybody who has the key can read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rc4Token {
    checksum: [u8; 8],
    confounder: [u8; CONFOUNDER_LEN],
    number: u32,
}

impl Rc4Token {
    /// The sequence number.
    pub(crate) fn number(self) -> u64 {
        self.number.into()
    }
}

impl Rc4Tokens {
    pub(crate) fn new(key: &Key, sender: Role) -> Result<Self, AuthError> {
        let key = key.rc4()?;
        let direction = if sender == Role::Acceptor { [0xFF; 4] } else { [0; 4] };
        Ok(Self { crypt: key.local().subkey(&[0; 4]), sequence: key.subkey(&[0; 4]), key, direction })
    }

    /// [RFC 4757 7.3] Encrypts `message` in place. The octet of padding that every message should end with is left out,
    /// as [MS-WSMV 2.2.9.1] wants and Windows does it.
    pub(crate) fn wrap(&self, sequence: u64, confounder: [u8; 8], message: &mut [u8]) -> Vec<u8> {
        let number = low(sequence);
        let mut hash = start(WRAP_SALT, WRAP);
        hash.update(confounder);
        let mut cipher = self.crypt.subkey(&number.to_be_bytes()).stream();
        let mut sealed_confounder = confounder;
        cipher.apply_keystream(&mut sealed_confounder);
        for chunk in message.chunks_mut(CHUNK_LEN) {
            hash.update(&*chunk);
            cipher.apply_keystream(chunk);
        }
        let checksum = self.checksum(hash);
        let token = [&WRAP[..], &self.seal_number(number, checksum), &checksum, &sealed_confounder].concat();
        framed(&token, message.len())
    }

    /// The octets that the message with this number will be combined with.
    pub(crate) fn key_stream(&self, sequence: u64, len: usize) -> Vec<u8> {
        let mut cipher = self.crypt.subkey(&low(sequence).to_be_bytes()).stream();
        cipher.apply_keystream(&mut [0; CONFOUNDER_LEN]);
        let mut octets = vec![0; len];
        cipher.apply_keystream(&mut octets);
        octets
    }

    /// What precedes the message goes out of it, and what is behind it in the octets goes into it.
    pub(crate) fn read(&self, octets: &[u8], message: &mut Vec<u8>) -> Result<Rc4Token, AuthError> {
        let beginning =
            octets.iter().chain(message.iter()).copied().take(BEGINNING_LEN_MAX).collect::<Vec<_>>();
        let token_at = unframed(&beginning, octets.len().saturating_add(message.len()))?;
        let body_at = token_at.saturating_add(WRAP_LEN);
        let fixed = beginning.get(token_at..body_at).ok_or(AuthError::SealRefused(SealFault::TooShort))?;
        let read = self.read_fixed(fixed, WRAP)?;
        match octets.get(body_at..) {
            Some([]) => {}
            Some(body) => message.splice(..0, body.iter().copied()).for_each(drop),
            None => drop(message.drain(..body_at.saturating_sub(octets.len()))),
        }
        Ok(read)
    }

    /// Decrypts in place. On an error `message` holds what nobody may use.
    pub(crate) fn unwrap(&self, token: Rc4Token, message: &mut Vec<u8>) -> Result<Verified, AuthError> {
        let mut hash = start(WRAP_SALT, WRAP);
        let mut cipher = self.crypt.subkey(&token.number.to_be_bytes()).stream();
        let mut confounder = token.confounder;
        cipher.apply_keystream(&mut confounder);
        hash.update(confounder);
        for chunk in message.chunks_mut(CHUNK_LEN) {
            cipher.apply_keystream(chunk);
            hash.update(&*chunk);
        }
        self.verify(hash, token)?;
        // Whoever keeps to the RFC pads with one octet that counts itself. No text ends in it.
        if message.last() == Some(&1) {
            message.pop();
        }
        Verified::new(token.number(), &token.checksum)
    }

    /// [RFC 4757 7.2]
    pub(crate) fn mic(&self, sequence: u64, data: &[u8]) -> Vec<u8> {
        let mut hash = start(MIC_SALT, MIC);
        hash.update(data);
        let checksum = self.checksum(hash);
        framed(&[&MIC[..], &self.seal_number(low(sequence), checksum), &checksum].concat(), 0)
    }

    pub(crate) fn verify_mic(&self, token: &[u8], data: &[u8]) -> Result<Verified, AuthError> {
        let fixed = token.get(unframed(token, token.len())?..).unwrap_or_default();
        if fixed.len() != MIC_LEN {
            return Err(AuthError::SealRefused(SealFault::TooShort));
        }
        let token = self.read_fixed(fixed, MIC)?;
        let mut hash = start(MIC_SALT, MIC);
        hash.update(data);
        self.verify(hash, token)?;
        Verified::new(token.number(), &token.checksum)
    }

    fn read_fixed(&self, token: &[u8], expected: [u8; 8]) -> Result<Rc4Token, AuthError> {
        let too_short = AuthError::SealRefused(SealFault::TooShort);
        let (fixed, rest) = token.split_first_chunk::<8>().ok_or(too_short.clone())?;
        let (number, rest) = rest.split_first_chunk::<8>().ok_or(too_short.clone())?;
        let (checksum, rest) = rest.split_first_chunk::<8>().ok_or(too_short)?;
        if *fixed != expected {
            return Err(AuthError::SealRefused(fault_of(*fixed, expected)));
        }
        let number = self.open_number(*number, *checksum)?;
        let confounder = rest.first_chunk().copied().unwrap_or_default();
        Ok(Rc4Token { checksum: *checksum, confounder, number })
    }

    /// SND_SEQ
    fn seal_number(&self, number: u32, checksum: [u8; 8]) -> [u8; 8] {
        let [a, b, c, d] = number.to_be_bytes();
        let [e, f, g, h] = self.direction;
        let mut octets = [a, b, c, d, e, f, g, h];
        self.sequence.subkey(&checksum).apply(&mut octets);
        octets
    }

    fn open_number(&self, mut octets: [u8; 8], checksum: [u8; 8]) -> Result<u32, AuthError> {
        self.sequence.subkey(&checksum).apply(&mut octets);
        let [a, b, c, d, direction @ ..] = octets;
        if direction == self.direction {
            return Ok(u32::from_be_bytes([a, b, c, d]));
        }
        // What neither side can have sent was changed, or has another key.
        let ours = direction == self.direction.map(|octet| !octet);
        Err(if ours { AuthError::SealRefused(SealFault::Direction) } else { AuthError::SignatureWrong })
    }

    fn checksum(&self, hash: Md5) -> [u8; 8] {
        let [checksum @ .., _, _, _, _, _, _, _, _] = self.key.sign(hash);
        checksum
    }

    fn verify(&self, hash: Md5, token: Rc4Token) -> Result<(), AuthError> {
        let mut checksum = self.checksum(hash);
        let is_right = bool::from(checksum.ct_eq(&token.checksum));
        checksum.zeroize();
        if is_right { Ok(()) } else { Err(AuthError::SignatureWrong) }
    }
}

/// The number in 32 bits, which is how [`Width::Bits32`](crate::auth::kerberos::seal::sequence::Width) counts it.
fn low(sequence: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = sequence.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn start(salt: u32, header: [u8; 8]) -> Md5 {
    let mut hash = Md5::new();
    hash.update(salt.to_le_bytes());
    hash.update(header);
    hash
}

fn fault_of(found: [u8; 8], expected: [u8; 8]) -> SealFault {
    let [[id_0, id_1, rest @ ..], [other_0, other_1, other @ ..]] = [found, expected];
    if [id_0, id_1] != [other_0, other_1] {
        return SealFault::TokenId;
    }
    let [a, b, c, d, ..] = rest;
    let [e, f, g, h, ..] = other;
    if [a, b, c, d] == [e, f, g, h] { SealFault::Filler } else { SealFault::Algorithm }
}

/// [RFC 2743 3.1] The token behind its mechanism. The length counts the message too, which follows elsewhere.
fn framed(token: &[u8], message_len: usize) -> Vec<u8> {
    let len = KERBEROS.len() + token.len() + message_len;
    let octets = len.to_be_bytes();
    let significant = octets.iter().skip_while(|octet| **octet == 0).copied();
    let mut framed = vec![0x60];
    match u8::try_from(len) {
        Ok(len) if len < 0x80 => framed.push(len),
        _ => {
            let count = significant.clone().map(|_| 1_u8).sum::<u8>();
            framed.push(0x80 | count);
            framed.extend(significant);
        }
    }
    framed.extend_from_slice(&KERBEROS);
    framed.extend_from_slice(token);
    framed
}

/// Where the token behind the mechanism begins, if its length is what is there: `all_len` octets, of which these are the
/// first.
fn unframed(octets: &[u8], all_len: usize) -> Result<usize, AuthError> {
    let fault = || AuthError::SealRefused(SealFault::Framing);
    let rest = octets.strip_prefix(&[0x60]).ok_or_else(fault)?;
    let (first, rest) = rest.split_first().ok_or_else(fault)?;
    let (len, rest) = match first {
        0..=0x7F => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (len, rest) = rest.split_at_checked(usize::from(first & 0x7F)).ok_or_else(fault)?;
            (len.iter().fold(0, |len, octet| len << 8 | usize::from(*octet)), rest)
        }
        _ => return Err(fault()),
    };
    let mechanism_at = octets.len().saturating_sub(rest.len());
    if !rest.starts_with(&KERBEROS) || all_len.checked_sub(mechanism_at) != Some(len) {
        return Err(fault());
    }
    Ok(mechanism_at.saturating_add(KERBEROS.len()))
}
