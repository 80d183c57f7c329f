//! Envelopes whose ciphertext looks like what it is not: the end of a line, the end of the body.
//!
//! A receiver that strips white space from ciphertext, or looks for the boundary instead of counting octets, fails once in
//! thousands of messages. Here the message is found on which it fails now. It stays an envelope of the same meaning:
//! white space follows it, or a comment is in it.

use crate::auth::CHAINED_BLOCK_LEN;
use crate::auth::Chained;
use crate::auth::Foresight;
use crate::auth::SecurityContext;
use crate::encryption::Charset;
use crate::encryption::EncryptionError;
use crate::limits::HOSTILE_PADDING_BYTES_MAX;
use crate::limits::HOSTILE_TRIES_MAX;

/// What the ciphertext of an envelope has on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hostility {
    /// CR and LF at its end.
    EndsWithCrLf,
    /// NUL at its end.
    EndsWithNul,
    /// A space at its end.
    EndsWithSpace,
    /// CR at its end.
    EndsWithCr,
    /// LF at its end.
    EndsWithLf,
    /// Two hyphens at its end, as if the delimiter had begun.
    EndsWithDashes,
    /// A whole delimiter line.
    ContainsBoundary,
    /// A whole closing delimiter line.
    ContainsClosingBoundary,
    /// The delimiter, header and first octet of a second part.
    ContainsPartHeader,
}

impl Hostility {
    /// Each with the place and the name that cases and the command line have for it, and its octets.
    pub const ALL: &'static [(Self, &'static str, &'static str, &'static [u8])] = &[
        (Self::EndsWithCrLf, "ends-with", "crlf", b"\r\n"),
        (Self::EndsWithNul, "ends-with", "nul", b"\0"),
        (Self::EndsWithSpace, "ends-with", "space", b" "),
        (Self::EndsWithCr, "ends-with", "cr", b"\r"),
        (Self::EndsWithLf, "ends-with", "lf", b"\n"),
        (Self::EndsWithDashes, "ends-with", "dashes", b"--"),
        (Self::ContainsBoundary, "contains", "boundary", b"\r\n--Encrypted Boundary\r\n"),
        (Self::ContainsClosingBoundary, "contains", "closing-boundary", b"\r\n--Encrypted Boundary--\r\n"),
        (
            Self::ContainsPartHeader,
            "contains",
            "part-header",
            b"\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n\x10",
        ),
    ];

    /// `ends-with` or `contains`, and what.
    #[must_use]
    pub fn find(place: &str, name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, known_place, known, _)| (*known_place, *known) == (place, name)).map(|row| row.0)
    }

    /// The octets.
    #[must_use]
    pub fn octets(self) -> &'static [u8] {
        Self::ALL.iter().find(|row| row.0 == self).map_or(&[], |row| row.3)
    }

    /// Whether a ciphertext has them at its end or inside.
    #[must_use]
    pub fn is_in(self, ciphertext: &[u8]) -> bool {
        match self.is_at_end() {
            true => ciphertext.ends_with(self.octets()),
            false => ciphertext.windows(self.octets().len()).any(|window| window == self.octets()),
        }
    }

    fn is_at_end(self) -> bool {
        Self::ALL.iter().any(|row| row.0 == self && row.1 == "ends-with")
    }
}

/// The octets of an envelope that means what `envelope` means, and whose ciphertext is hostile if it is what `context` seals
/// next.
///
/// What is inside a ciphertext can be chosen only where that is a key stream, which RC4 is, and only in UTF-16, in which
/// nearly every two octets are a character. What is at its end is looked for under AES too. CredSSP can't be foreseen.
pub fn hostile_plaintext(
    context: &mut dyn SecurityContext,
    charset: Charset,
    envelope: &str,
    hostility: Hostility,
) -> Result<Vec<u8>, EncryptionError> {
    let plaintext = encode(charset, envelope, true);
    let len = plaintext.len().saturating_add(HOSTILE_PADDING_BYTES_MAX);
    match (context.foresee(len)?, hostility.is_at_end()) {
        (Foresight::KeyStream(stream), true) => end_by_key_stream(plaintext, charset, &stream, hostility),
        (Foresight::Chained(chained), true) => end_by_trying(plaintext, charset, &chained, hostility),
        (Foresight::KeyStream(stream), false) if charset == Charset::Utf16 => {
            put_inside(envelope, &stream, hostility)
        }
        (_, false) => Err(EncryptionError::HostileNotExpressible),
    }
}

/// [DSP0226 13.1] UTF-16 begins with a byte order mark; Windows sends little-endian.
fn encode(charset: Charset, text: &str, begins: bool) -> Vec<u8> {
    match charset {
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Utf16 => {
            let mark = begins.then_some(0xFEFF);
            mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }
    }
}

/// [XML 2.3] S, which may follow the document element.
fn spaces(charset: Charset) -> [Vec<u8>; 4] {
    [" ", "\t", "\n", "\r"].map(|space| encode(charset, space, false))
}

/// As many spaces as it takes until those at the end meet octets of the key stream that give the wanted ones.
fn end_by_key_stream(
    mut plaintext: Vec<u8>,
    charset: Charset,
    stream: &[u8],
    hostility: Hostility,
) -> Result<Vec<u8>, EncryptionError> {
    let spaces = spaces(charset);
    let [space, ..] = &spaces;
    let wanted = hostility.octets();
    let last_count = wanted.len().div_ceil(space.len());
    let tries = HOSTILE_PADDING_BYTES_MAX / space.len();
    for _ in last_count..=tries {
        let under = stream.get(plaintext.len()..).unwrap_or_default();
        let under = under.get(..last_count.saturating_mul(space.len())).unwrap_or_default();
        if let Some(last) = last_spaces(&spaces, under, wanted) {
            plaintext.extend(last);
            return Ok(plaintext);
        }
        plaintext.extend_from_slice(space);
    }
    Err(EncryptionError::HostileNotFound { tries })
}

/// White space that `under` makes end in `wanted`.
fn last_spaces(spaces: &[Vec<u8>; 4], under: &[u8], wanted: &[u8]) -> Option<Vec<u8>> {
    let free = under.len().checked_sub(wanted.len())?;
    // What comes before the wanted octets, where these are fewer than a character has, may be anything.
    let wanted: Vec<Option<u8>> =
        std::iter::repeat_n(None, free).chain(wanted.iter().copied().map(Some)).collect();
    let width = spaces.first().map_or(1, Vec::len);
    let mut last = Vec::new();
    for (under, wanted) in under.chunks(width).zip(wanted.chunks(width)) {
        let fits = |space: &&Vec<u8>| {
            let mut octets = space.iter().zip(under).zip(wanted);
            octets.all(|((space, under), wanted)| wanted.is_none_or(|wanted| space ^ under == wanted))
        };
        last.extend_from_slice(spaces.iter().find(fits)?);
    }
    Some(last)
}

/// Octets of white space whose kinds are tried: two blocks, more kinds than [`HOSTILE_TRIES_MAX`] in UTF-16 too.
const TAIL_LEN: usize = 2 * CHAINED_BLOCK_LEN;

/// White space up to a block and then of all kinds. What is before that is encrypted once.
fn end_by_trying(
    mut plaintext: Vec<u8>,
    charset: Charset,
    chained: &Chained<'_>,
    hostility: Hostility,
) -> Result<Vec<u8>, EncryptionError> {
    let spaces = spaces(charset);
    let [space, ..] = &spaces;
    while plaintext.len() < 2 * CHAINED_BLOCK_LEN || !plaintext.len().is_multiple_of(CHAINED_BLOCK_LEN) {
        plaintext.extend_from_slice(space);
    }
    let confounder = confounder_behind(&plaintext, chained);
    for number in 0..HOSTILE_TRIES_MAX {
        let tail = tail(&spaces, number);
        let mut sealed = tail.clone();
        chained.encrypt(confounder, &mut sealed);
        if sealed.ends_with(hostility.octets()) {
            plaintext.extend(tail);
            return Ok(plaintext);
        }
    }
    let tries = usize::try_from(HOSTILE_TRIES_MAX).unwrap_or(usize::MAX);
    Err(EncryptionError::HostileNotFound { tries })
}

/// The confounder behind which a message is encrypted as it is behind `plaintext`, which has two whole blocks or more:
/// [RFC 3962 5] what goes into the cipher is a block combined with the ciphertext of the one before.
fn confounder_behind(plaintext: &[u8], chained: &Chained<'_>) -> [u8; CHAINED_BLOCK_LEN] {
    let mut sealed = [plaintext, &[b' '; TAIL_LEN]].concat();
    chained.encrypt(chained.confounder, &mut sealed);
    let last = plaintext.last_chunk::<CHAINED_BLOCK_LEN>().copied().unwrap_or_default();
    let before = plaintext.len().saturating_sub(2 * CHAINED_BLOCK_LEN);
    let before = sealed.get(before..).and_then(|rest| rest.first_chunk()).copied();
    let mut behind = before.unwrap_or([0; CHAINED_BLOCK_LEN]);
    behind.iter_mut().zip(last).for_each(|(octet, plain)| *octet ^= plain);
    behind
}

/// The white space of a number, whose digits to the base of four are its kinds.
fn tail(spaces: &[Vec<u8>; 4], mut number: u32) -> Vec<u8> {
    let mut tail = Vec::with_capacity(TAIL_LEN);
    while tail.len() < TAIL_LEN {
        let kind = spaces.iter().cycle().nth(usize::try_from(number % 4).unwrap_or_default());
        tail.extend_from_slice(kind.map_or(b"  ", Vec::as_slice));
        number /= 4;
    }
    tail
}

/// A comment before the last closing tag, moved by spaces until the wanted ciphertext is that of a text.
fn put_inside(envelope: &str, stream: &[u8], hostility: Hostility) -> Result<Vec<u8>, EncryptionError> {
    let tag_at = envelope.rfind("</").ok_or(EncryptionError::HostileNotExpressible)?;
    let (head, tag) = envelope.split_at(tag_at);
    let mut plaintext = encode(Charset::Utf16, &format!("{head}<!--"), true);
    let wanted = hostility.octets();
    // The text is behind the envelope's place at most by the padding, so that the key stream is long enough.
    let tries = HOSTILE_PADDING_BYTES_MAX.saturating_sub(wanted.len()).saturating_sub(16) / 2;
    for _ in 0..tries {
        let under = stream.get(plaintext.len()..).unwrap_or_default();
        let text: Vec<u8> = wanted.iter().zip(under).map(|(wanted, under)| wanted ^ under).collect();
        if text.len() == wanted.len() && text.as_chunks::<2>().0.iter().all(is_comment_text) {
            plaintext.extend(text);
            plaintext.extend(encode(Charset::Utf16, &format!("-->{tag}"), false));
            return Ok(plaintext);
        }
        plaintext.extend_from_slice(b" \0");
    }
    Err(EncryptionError::HostileNotFound { tries })
}

/// [XML 2.2, 2.5] A character that a comment may have anywhere: no control, no half of a pair, no hyphen.
fn is_comment_text(octets: &[u8; 2]) -> bool {
    let unit = u16::from_le_bytes(*octets);
    matches!(unit, 0x20..=0xD7FF | 0xE000..=0xFFFD) && unit != u16::from(b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::auth::AuthError;
    use crate::auth::Principal;
    use crate::auth::Role;
    use crate::auth::Step;
    use crate::auth::kerberos;
    use crate::auth::ntlm;

    const ENVELOPE: &str = "<s:Envelope><s:Body>\u{e9}</s:Body></s:Envelope>";

    /// One side of a session, or what foresees something else.
    enum Side {
        Ntlm(Box<ntlm::Seal>),
        Kerberos(Box<kerberos::Seal>),
        Stream(Vec<u8>),
        Constant(u8),
        Blind,
    }

    impl SecurityContext for Side {
        fn step(&mut self, _: &[u8]) -> Result<Step, AuthError> {
            Err(AuthError::Finished)
        }

        fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
            match self {
                Self::Ntlm(seal) => Ok(seal.seal(message)?.to_vec()),
                Self::Kerberos(seal) => seal.seal(message),
                _ => Err(AuthError::Finished),
            }
        }

        fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
            match self {
                Self::Ntlm(seal) => seal.unseal(header, message),
                Self::Kerberos(seal) => seal.unseal(header, message),
                _ => Err(AuthError::Finished),
            }
        }

        fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
            match self {
                Self::Ntlm(seal) => Ok(Foresight::KeyStream(seal.key_stream(len))),
                Self::Kerberos(seal) => seal.foresee(len),
                Self::Stream(stream) => Ok(Foresight::KeyStream(stream.clone())),
                Self::Constant(octet) => {
                    let octet = *octet;
                    let fill = move |_, message: &mut [u8]| message.fill(octet);
                    Ok(Foresight::Chained(Chained::new([0; CHAINED_BLOCK_LEN], fill)))
                }
                Self::Blind => Err(AuthError::SealUnforeseeable),
            }
        }

        fn principal(&self) -> Option<&Principal> {
            None
        }
    }

    fn ntlm() -> [Side; 2] {
        [Role::Initiator, Role::Acceptor].map(|role| {
            let key = ntlm::ExportedSessionKey([0x55; 16]);
            Side::Ntlm(Box::new(ntlm::Seal::new(&key, ntlm::NegotiateFlags::FULL_STRENGTH, role)))
        })
    }

    fn kerberos(encryption_type: kerberos::EncryptionType) -> [Side; 2] {
        [Role::Initiator, Role::Acceptor].map(|role| {
            let key = vec![0x55; encryption_type.key_len().unwrap()];
            let key = kerberos::Key::new(encryption_type, &key).unwrap();
            let mut count = 0_u8;
            let random = Box::new(move |octets: &mut [u8]| {
                count = count.wrapping_add(1);
                octets.fill(count);
            });
            Side::Kerberos(Box::new(kerberos::Seal::new(&key, role, true, 1, 1, random).unwrap()))
        })
    }

    /// Each kind in turn, both ways, on one session.
    fn check([mut client, mut server]: [Side; 2], charset: Charset, wanted: &[Hostility]) {
        for hostility in wanted {
            exchange(&mut client, &mut server, charset, *hostility);
            exchange(&mut server, &mut client, charset, *hostility);
        }
    }

    fn exchange(from: &mut Side, to: &mut Side, charset: Charset, hostility: Hostility) {
        let plaintext = hostile_plaintext(from, charset, ENVELOPE, hostility).unwrap();
        let mut message = plaintext.clone();
        let header = from.seal(&mut message).unwrap();
        assert!(hostility.is_in(&message), "{hostility:?} in {charset:?}");
        to.unseal(&header, &mut message).unwrap();
        assert_eq!(message, plaintext);
    }

    fn wanted(place: &str) -> Vec<Hostility> {
        Hostility::ALL.iter().filter(|row| row.1 == place).map(|row| row.0).collect()
    }

    #[test]
    fn every_ending_is_found_under_every_cipher_and_opens() {
        check(ntlm(), Charset::Utf8, &wanted("ends-with"));
        for encryption_type in kerberos::EncryptionType::KNOWN {
            check(kerberos(encryption_type), Charset::Utf8, &wanted("ends-with"));
        }
    }

    #[test]
    fn every_line_is_found_under_rc4_in_utf16_and_opens() {
        check(ntlm(), Charset::Utf16, &wanted("contains"));
        check(kerberos(kerberos::EncryptionType::RC4_HMAC), Charset::Utf16, &wanted("contains"));
    }

    #[test]
    fn an_ending_of_one_octet_is_found_in_utf16() {
        check(ntlm(), Charset::Utf16, &[Hostility::EndsWithNul]);
        let aes = kerberos(kerberos::EncryptionType::AES128_CTS_HMAC_SHA1_96);
        check(aes, Charset::Utf16, &[Hostility::EndsWithNul, Hostility::EndsWithCrLf]);
    }

    #[test]
    fn what_was_found_means_the_same() {
        let [mut client, _] = ntlm();
        let plain = hostile_plaintext(&mut client, Charset::Utf8, ENVELOPE, Hostility::EndsWithCrLf).unwrap();
        assert_eq!(String::from_utf8(plain).unwrap().trim_ascii_end(), ENVELOPE);
        let plain =
            hostile_plaintext(&mut client, Charset::Utf16, ENVELOPE, Hostility::ContainsPartHeader).unwrap();
        let units: Vec<u16> = plain.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        let text = String::from_utf16(&units).unwrap();
        let (head, rest) = text.split_once("<!--").unwrap();
        let (comment, tail) = rest.split_once("-->").unwrap();
        assert_eq!(format!("{head}{tail}"), format!("\u{feff}{ENVELOPE}"));
        assert!(!comment.contains('-'), "{comment:?}");
    }

    #[test]
    fn white_space_is_tried_up_to_its_bound() {
        let end = ENVELOPE.len() + HOSTILE_PADDING_BYTES_MAX;
        let found = |zeros_at: usize| {
            let mut stream = vec![0xFF; end + 1];
            stream[zeros_at..].fill(0);
            hostile_plaintext(&mut Side::Stream(stream), Charset::Utf8, ENVELOPE, Hostility::EndsWithCrLf)
        };
        assert_eq!(found(end - 2).unwrap().len(), end);
        let tries = HOSTILE_PADDING_BYTES_MAX;
        assert_eq!(found(end - 1), Err(EncryptionError::HostileNotFound { tries }));
    }

    #[test]
    fn texts_are_tried_up_to_their_bound() {
        let mut never = Side::Constant(b'x');
        let refused = hostile_plaintext(&mut never, Charset::Utf8, ENVELOPE, Hostility::EndsWithNul);
        let tries = usize::try_from(HOSTILE_TRIES_MAX).unwrap();
        assert_eq!(refused, Err(EncryptionError::HostileNotFound { tries }));
        let mut at_once = Side::Constant(0);
        assert!(hostile_plaintext(&mut at_once, Charset::Utf8, ENVELOPE, Hostility::EndsWithNul).is_ok());
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let refused = |side: &mut Side, charset, envelope| {
            hostile_plaintext(side, charset, envelope, Hostility::ContainsBoundary).unwrap_err()
        };
        let [mut client, _] = ntlm();
        let not_expressible = EncryptionError::HostileNotExpressible;
        assert_eq!(refused(&mut client, Charset::Utf8, ENVELOPE), not_expressible);
        assert_eq!(refused(&mut client, Charset::Utf16, "<s:Envelope/>"), not_expressible);
        let [mut aes, _] = kerberos(kerberos::EncryptionType::AES256_CTS_HMAC_SHA1_96);
        assert_eq!(refused(&mut aes, Charset::Utf16, ENVELOPE), not_expressible);
        let unforeseeable = EncryptionError::Auth(AuthError::SealUnforeseeable);
        assert_eq!(refused(&mut Side::Blind, Charset::Utf16, ENVELOPE), unforeseeable);
    }
}
