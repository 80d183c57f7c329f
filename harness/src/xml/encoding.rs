use std::borrow::Cow;

use crate::limits::XML_BYTES_MAX;
use crate::xml::XmlError;

/// The charset that HTTP named. It wins over the declaration in the document, as [RFC 7303 3] says.
///
/// [RFC 7303 3]: https://www.rfc-editor.org/rfc/rfc7303#section-3
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// `charset=UTF-8`
    Utf8,
    /// `charset=UTF-16`: the order of octets comes from the byte order mark, little-endian without one.
    Utf16,
}

impl Charset {
    /// The charset of a `charset` parameter, if the harness reads it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let is = |known: &str| name.trim_matches('"').eq_ignore_ascii_case(known);
        if is("utf-8") || is("utf8") || is("us-ascii") {
            return Some(Self::Utf8);
        }
        if is("utf-16") || is("utf-16le") || is("utf-16be") {
            return Some(Self::Utf16);
        }
        None
    }
}

/// The text of a document, without byte order mark, and whether the octets themselves settled the encoding.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) is_settled: bool,
}

/// Decodes by byte order mark, else by `charset`, else by the pattern of the first two octets, else as UTF-8.
pub(super) fn decode(bytes: &[u8], charset: Option<Charset>) -> Result<Decoded<'_>, XmlError> {
    if bytes.len() > XML_BYTES_MAX {
        return Err(XmlError::TooMany { what: "octets", max: XML_BYTES_MAX, offset: XML_BYTES_MAX });
    }
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, true),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // No character of a document can be NUL, so these two can only be UTF-16.
        [_, 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0, _, ..] => utf16(bytes, u16::from_be_bytes),
        _ if charset == Some(Charset::Utf16) => utf16(bytes, u16::from_le_bytes),
        _ => utf8(bytes, charset.is_some()),
    }
}

fn utf8(bytes: &[u8], is_settled: bool) -> Result<Decoded<'_>, XmlError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| XmlError::BadEncoding { expected: "UTF-8", offset: e.valid_up_to() })?;
    Ok(Decoded { text: Cow::Borrowed(text), is_settled })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Decoded<'static>, XmlError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for (i, character) in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).enumerate() {
        let bad = XmlError::BadEncoding { expected: "UTF-16", offset: i.saturating_mul(2) };
        text.push(character.map_err(|_| bad)?);
    }
    if !odd.is_empty() {
        return Err(XmlError::BadEncoding { expected: "UTF-16", offset: bytes.len() });
    }
    Ok(Decoded { text: Cow::Owned(text), is_settled: true })
}
