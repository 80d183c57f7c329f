use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// What must not be found in recorded octets, however it is spelled: as it is, in UTF-16, in base64 at any of its three
/// alignments, in hexadecimal digits.
///
/// ```
/// use winrm_harness::pair::Secrets;
/// use winrm_harness::pair::Spelling;
///
/// let secrets = Secrets::default().and_text("password", "wonderland");
/// assert!(secrets.leaks_in(b"Authorization: Negotiate TlRMTVNTUAAB").is_empty());
/// let leaks = secrets.leaks_in(b"Authorization: Basic YWxpY2U6d29uZGVybGFuZA==");
/// assert_eq!((leaks[0].name, leaks[0].spelling), ("password", Spelling::Base64));
/// ```
#[derive(Clone, Default)]
pub struct Secrets {
    needles: Vec<Needle>,
}

#[derive(Clone)]
struct Needle {
    name: &'static str,
    spelling: Spelling,
    octets: Vec<u8>,
}

/// A secret that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// What it is called.
    pub name: &'static str,
    /// How it is spelled there.
    pub spelling: Spelling,
    /// Octets before it.
    pub offset: usize,
}

/// How a secret may stand in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// As it is; a text in UTF-8.
    Plain,
    /// A text in UTF-16, little-endian.
    Utf16,
    /// Base64 of any of these and what stands around it.
    Base64,
    /// Hexadecimal digits.
    Hex,
}

impl Secrets {
    /// These secrets and a text: a password, or something that only an envelope in clear has.
    #[must_use]
    pub fn and_text(self, name: &'static str, text: &str) -> Self {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.and_spelled(name, Spelling::Plain, text.as_bytes()).and_spelled(name, Spelling::Utf16, &utf16)
    }

    /// These secrets and octets: a hash or a key.
    #[must_use]
    pub fn and_octets(self, name: &'static str, octets: &[u8]) -> Self {
        self.and_spelled(name, Spelling::Plain, octets)
    }

    fn and_spelled(mut self, name: &'static str, spelling: Spelling, octets: &[u8]) -> Self {
        let mut add = |spelling, octets| self.needles.push(Needle { name, spelling, octets });
        add(spelling, octets.to_vec());
        for shift in 0..3 {
            add(Spelling::Base64, in_base64(octets, shift));
        }
        let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        add(Spelling::Hex, hex.clone().into_bytes());
        add(Spelling::Hex, hex.to_uppercase().into_bytes());
        self
    }

    /// Where secrets stand in `octets`: the first place of each spelling.
    #[must_use]
    pub fn leaks_in(&self, octets: &[u8]) -> Vec<Leak> {
        let found = self.needles.iter().filter(|needle| !needle.octets.is_empty()).filter_map(|needle| {
            let offset = octets.windows(needle.octets.len()).position(|window| window == needle.octets)?;
            Some(Leak { name: needle.name, spelling: needle.spelling, offset })
        });
        found.collect()
    }
}

/// The digits of `octets` in a base64 text that they do not begin: `shift` octets stand before them. Digits that also say
/// something of what stands around are left out.
fn in_base64(octets: &[u8], shift: usize) -> Vec<u8> {
    let shifted: Vec<u8> = std::iter::repeat_n(0, shift).chain(octets.iter().copied()).collect();
    let text = STANDARD_NO_PAD.encode(&shifted);
    let whole_digits = shifted.len() * 8 / 6;
    let first = (shift * 8).div_ceil(6);
    text.as_bytes().get(first..whole_digits).unwrap_or_default().to_vec()
}

/// No secret in a log.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.needles.iter().map(|needle| needle.name);
        f.debug_set().entries(names.collect::<std::collections::BTreeSet<_>>()).finish()
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {:?} after {} octets", self.name, self.spelling, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const PASSWORD: &str = "Wonderland 1";

    fn spellings(octets: &[u8]) -> Vec<Spelling> {
        let secrets = Secrets::default().and_text("password", PASSWORD);
        secrets.leaks_in(octets).into_iter().map(|leak| leak.spelling).collect()
    }

    #[test]
    fn a_secret_is_found_however_it_is_spelled() {
        let utf16: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(spellings(format!("<p>{PASSWORD}</p>").as_bytes()), [Spelling::Plain]);
        assert_eq!(spellings(&[b"x".as_slice(), &utf16].concat()), [Spelling::Utf16]);
        assert_eq!(spellings(b"x 576f6e6465726c616e642031"), [Spelling::Hex]);
        assert_eq!(spellings(b"576F6E6465726C616E642031"), [Spelling::Hex]);
        for text in [PASSWORD.as_bytes(), utf16.as_slice()] {
            for before in 0..6 {
                for after in 0..3 {
                    let around = [vec![0xA5; before], text.to_vec(), vec![0x5A; after]].concat();
                    let found = spellings(STANDARD.encode(around).as_bytes());
                    assert_eq!(found, [Spelling::Base64], "{before} octets before, {after} after");
                }
            }
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(spellings(b""), []);
        assert_eq!(spellings(STANDARD.encode("wonderland 1").as_bytes()), []);
        assert_eq!(spellings(&PASSWORD.as_bytes()[1..]), []);
    }

    #[test]
    fn debug_output_names_secrets_and_shows_none() {
        let text = format!("{:?}", Secrets::default().and_text("password", PASSWORD));
        assert_eq!(text, "{\"password\"}");
    }
}
