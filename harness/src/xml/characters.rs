//! [XML 1.0] productions for characters and names.
//!
//! [XML 1.0]: https://www.w3.org/TR/xml/#charsets

/// [2] Char.
pub(super) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// What one pass over a document's octets tells, so that no later step has to look for what is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Survey {
    /// Where the first character that is no [2] Char stands.
    pub(super) bad: Option<usize>,
    /// Whether there may be a carriage return.
    pub(super) has_carriage_return: bool,
    /// Whether there may be a `]`.
    pub(super) has_bracket: bool,
}

impl Survey {
    /// Adds what `text` tells, which stands at `base` of the document.
    ///
    /// In UTF-8 the characters outside [2] Char are the octets below 0x20 and the two sequences EF BF BE and EF BF BF,
    /// so that a pass over the octets decides it without decoding.
    pub(super) fn look(&mut self, text: &str, base: usize) {
        let octets = text.as_bytes();
        if is_plain(octets) {
            return;
        }
        self.has_carriage_return |= octets.contains(&b'\r');
        self.has_bracket |= octets.contains(&b']');
        if self.bad.is_none() {
            self.bad = first_bad_in(octets).map(|at| base.saturating_add(at));
        }
    }
}

/// The offset of the first character that is no [2] Char.
pub(super) fn first_bad_char(text: &str) -> Option<usize> {
    first_bad_in(text.as_bytes())
}

/// Whether all octets are ASCII from the blank on, without `]`. Most blocks are, so this has to be cheap: as signed
/// numbers the octets beyond ASCII are below the blank too, which leaves two comparisons.
fn is_plain(block: &[u8]) -> bool {
    let is_special = |b: u8| (b.cast_signed() < 0x20) | (b == b']');
    let (chunks, rest) = block.as_chunks::<64>();
    let any = |octets: &[u8]| octets.iter().fold(false, |any, &b| any | is_special(b));
    !chunks.iter().fold(any(rest), |found, chunk| found | any(chunk))
}

fn first_bad_in(text: &[u8]) -> Option<usize> {
    let suspicious =
        text.iter().fold(false, |any, &b| any | ((b < 0x20) & !matches!(b, 9 | 10 | 13)) | (b == 0xEF));
    let find = || text.iter().enumerate().find(|(at, b)| is_bad_at(text, *at, **b));
    suspicious.then(find)?.map(|(at, _)| at)
}

fn is_bad_at(bytes: &[u8], at: usize, byte: u8) -> bool {
    match byte {
        9 | 10 | 13 => false,
        0..0x20 => true,
        0xEF => bytes.get(at + 1) == Some(&0xBF) && matches!(bytes.get(at + 2), Some(0xBE | 0xBF)),
        _ => false,
    }
}

/// [Namespaces 4] NCName.
///
/// [Namespaces 4]: https://www.w3.org/TR/xml-names/#NT-NCName
pub(super) fn is_ncname(name: &str) -> bool {
    let ascii = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    match name.as_bytes().split_first() {
        None => false,
        Some((first, rest)) if (first.is_ascii_alphabetic() || *first == b'_') && rest.iter().all(ascii) => {
            true
        }
        Some(_) => {
            let mut characters = name.chars();
            characters.next().is_some_and(is_name_start) && characters.all(is_name_char)
        }
    }
}

/// [Namespaces 7] QName as prefix, empty for none, and local part.
pub(super) fn split_qname(name: &str) -> Option<(&str, &str)> {
    let (prefix, local) = match name.bytes().position(|b| b == b':') {
        None => return is_ncname(name).then_some(("", name)),
        Some(colon) => (name.get(..colon)?, name.get(colon.checked_add(1)?..)?),
    };
    (is_ncname(prefix) && is_ncname(local)).then_some((prefix, local))
}

/// [4] NameStartChar without the colon.
fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// [4a] NameChar without the colon.
fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// [3] S, all of it.
pub(super) fn is_white_space(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_characters_are_found_wherever_they_stand() {
        for bad in ["\0", "\u{1}", "\u{1f}", "\u{FFFE}", "\u{FFFF}"] {
            for length in [0, 1, 4095, 4096, 4097, 9000] {
                let text = format!("{}{bad}rest", "é".repeat(length));
                assert_eq!(first_bad_char(&text), Some(2 * length), "{bad:?} after {length}");
            }
        }
        assert_eq!(first_bad_char("\t\r\n \u{FFFD}\u{EFFFD}\u{D7FF}ﬀ"), None);
    }

    #[test]
    fn the_scan_agrees_with_the_production_for_every_character() {
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            assert_eq!(first_bad_char(&c.to_string()).is_none(), is_xml_char(c), "{c:?}");
        }
    }

    #[test]
    fn names_are_ncnames() {
        for good in ["a", "_", "Élan", "a-b.c_1", "日本"] {
            assert!(is_ncname(good), "{good}");
        }
        for bad in ["", "1a", "-a", ".a", "a:b", "a b", "a\u{d7}", "a/"] {
            assert!(!is_ncname(bad), "{bad}");
        }
    }
}
