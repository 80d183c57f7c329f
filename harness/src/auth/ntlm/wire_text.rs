use std::fmt;

use crate::auth::ntlm::NegotiateFlags;
use crate::codec::CodecError;

/// A name as it stands in a message. Its encoding depends on the message's flags, and its octets go into hashes, so
/// they are kept as they came.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct WireText(Vec<u8>);

impl WireText {
    /// A name in UTF-16.
    pub fn utf16(text: &str) -> Self {
        Self(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
    }

    /// A name as octets, in whatever encoding.
    pub fn from_octets(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }

    /// The octets.
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }

    /// The name as text: UTF-16 where `flags` say so, otherwise ASCII, because the code page of the sender is not in
    /// the message.
    pub fn to_text(&self, flags: NegotiateFlags, field: &'static str) -> Result<String, CodecError> {
        let bad_text = CodecError::BadText { field };
        if !flags.contains(NegotiateFlags::UNICODE) {
            let ascii = self.0.is_ascii().then(|| String::from_utf8(self.0.clone()));
            return ascii.and_then(Result::ok).ok_or(bad_text);
        }
        let (units, rest) = self.0.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(bad_text);
        }
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| bad_text)
    }
}

impl fmt::Debug for WireText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_text(NegotiateFlags::UNICODE, "") {
            Ok(text) => write!(f, "{text:?}"),
            Err(_) => write!(f, "{}", self.0.escape_ascii()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_utf16_or_ascii_as_the_flags_say() {
        let text = |octets: &[u8], flags| WireText::from_octets(octets).to_text(flags, "name");
        let bad_text = Err(CodecError::BadText { field: "name" });
        assert_eq!(text(b"a\0\xE4\0", NegotiateFlags::UNICODE), Ok("aä".to_owned()));
        assert_eq!(text(b"ab", NegotiateFlags::OEM), Ok("ab".to_owned()));
        assert_eq!(text(b"a\0b", NegotiateFlags::UNICODE), bad_text);
        assert_eq!(text(b"\0\xD8", NegotiateFlags::UNICODE), bad_text);
        assert_eq!(text(b"\xE4", NegotiateFlags::OEM), bad_text);
    }
}
