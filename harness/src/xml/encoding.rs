use crate::limits::XML_BYTES_MAX;
use crate::xml::XmlError;
use crate::xml::characters::Survey;

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

/// The text of a document, without byte order mark.
pub(super) struct Decoded {
    /// A copy, with a little room for what is not spelled out in the document.
    pub(super) text: String,
    /// What stands in it.
    pub(super) survey: Survey,
    /// Whether the octets themselves or HTTP settled the encoding.
    pub(super) is_settled: bool,
}

/// Octets that are checked, surveyed and copied in one go, few enough to stay in the nearest cache all the while.
const BLOCK_LEN: usize = 4096;
/// Room behind the text for unescaped values and the namespace name of `xml`: most documents need no more.
const SPARE_LEN: usize = 512;

/// Decodes by byte order mark, else by the pattern of the first two octets unless `charset` contradicts it, else by
/// `charset`, else as UTF-8.
pub(super) fn decode(bytes: &[u8], charset: Option<Charset>) -> Result<Decoded, XmlError> {
    if bytes.len() > XML_BYTES_MAX {
        return Err(XmlError::TooMany { what: "octets", max: XML_BYTES_MAX, offset: XML_BYTES_MAX });
    }
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, true),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // No character of a document can be NUL, so these two can only be UTF-16, and are refused if HTTP says UTF-8.
        [_, 0, ..] if charset != Some(Charset::Utf8) => utf16(bytes, u16::from_le_bytes),
        [0, _, ..] if charset != Some(Charset::Utf8) => utf16(bytes, u16::from_be_bytes),
        _ if charset == Some(Charset::Utf16) => utf16(bytes, u16::from_le_bytes),
        _ => utf8(bytes, charset.is_some()),
    }
}

fn utf8(bytes: &[u8], is_settled: bool) -> Result<Decoded, XmlError> {
    let mut text = String::with_capacity(bytes.len().saturating_add(SPARE_LEN));
    let mut survey = Survey::default();
    while let Some(rest) = bytes.get(text.len()..).filter(|rest| !rest.is_empty()) {
        let block = utf8_block(rest).map_err(|at| XmlError::BadEncoding {
            expected: "UTF-8",
            offset: text.len().saturating_add(at),
        })?;
        survey.look(block, text.len());
        text.push_str(block);
    }
    Ok(Decoded { text, survey, is_settled })
}

/// As many whole characters as fit one block, at least one; or where the first octet stands that is none.
fn utf8_block(rest: &[u8]) -> Result<&str, usize> {
    let block = rest.get(..BLOCK_LEN).unwrap_or(rest);
    let error = match std::str::from_utf8(block) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let is_cut = error.error_len().is_none() && block.len() < rest.len() && error.valid_up_to() > 0;
    let whole = block.get(..error.valid_up_to()).filter(|_| is_cut).ok_or(error.valid_up_to())?;
    std::str::from_utf8(whole).map_err(|error| error.valid_up_to())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Decoded, XmlError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for (i, character) in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).enumerate() {
        let bad = XmlError::BadEncoding { expected: "UTF-16", offset: i.saturating_mul(2) };
        text.push(character.map_err(|_| bad)?);
    }
    if !odd.is_empty() {
        return Err(XmlError::BadEncoding { expected: "UTF-16", offset: bytes.len() });
    }
    let mut survey = Survey::default();
    survey.look(&text, 0);
    Ok(Decoded { text, survey, is_settled: true })
}

#[cfg(test)]
mod tests {
    use super::BLOCK_LEN;
    use super::decode;
    use crate::xml::Charset;
    use crate::xml::Document;
    use crate::xml::XmlError;

    #[test]
    fn characters_may_stand_across_the_end_of_a_block() {
        for before in BLOCK_LEN - 5..BLOCK_LEN + 5 {
            for character in ["a", "é", "日", "\u{1F600}"] {
                let text = format!("{}{character}{}", "x".repeat(before), "日".repeat(3000));
                assert_eq!(decode(text.as_bytes(), None).unwrap().text, text);
            }
        }
    }

    #[test]
    fn an_octet_that_is_no_utf_8_is_named_wherever_it_stands() {
        for before in [0, 1, BLOCK_LEN - 1, BLOCK_LEN, BLOCK_LEN + 1, 3 * BLOCK_LEN] {
            for bad in [b"\xFFab".as_slice(), b"\xC3", b"\xE6\x97", b"\xE6\x97a"] {
                let octets = [&vec![b'x'; before], bad].concat();
                let refused = decode(&octets, Some(Charset::Utf8)).map(|decoded| decoded.text);
                assert_eq!(refused, Err(XmlError::BadEncoding { expected: "UTF-8", offset: before }));
            }
        }
    }

    #[test]
    fn utf_16_without_a_mark_is_known_by_its_nul_unless_the_transport_says_utf_8() {
        let units: Vec<u16> = "<a/>".encode_utf16().collect();
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let octets: Vec<u8> = units.iter().copied().flat_map(unit).collect();
            for charset in [None, Some(Charset::Utf16)] {
                assert_eq!(decode(&octets, charset).unwrap().text, "<a/>");
            }
            assert!(Document::parse_as(&octets, Charset::Utf16).is_ok());
            assert!(Document::parse_as(&octets, Charset::Utf8).is_err());
        }
    }
}
