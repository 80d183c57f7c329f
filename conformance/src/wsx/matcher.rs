use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a `{{name=kind}}` accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matcher {
    /// A UUID in its 8-4-4-4-12 form, either letter case; a `uuid:` before it is not part of it.
    Uuid,
    /// A decimal integer, perhaps negative.
    Int,
    /// Anything but nothing.
    Text,
    /// Base64 with padding; white space inside is skipped, as XML allows it. May be empty.
    Base64,
    /// A scheme, a colon and something without white space.
    Uri,
    /// An xs:duration.
    Duration,
    /// Anything, nothing included.
    Any,
}

impl Matcher {
    pub(crate) const ALL: [Self; 7] =
        [Self::Uuid, Self::Int, Self::Text, Self::Base64, Self::Uri, Self::Duration, Self::Any];

    /// The matcher of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|matcher| matcher.as_str() == name)
    }

    /// Its name in a case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Int => "int",
            Self::Text => "text",
            Self::Base64 => "base64",
            Self::Uri => "uri",
            Self::Duration => "duration",
            Self::Any => "any",
        }
    }

    /// Whether it accepts the text.
    pub fn matches(self, text: &str) -> bool {
        match self {
            Self::Uuid => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
            Self::Int => is_int(text),
            Self::Text => !text.is_empty(),
            Self::Base64 => is_base64(text),
            Self::Uri => is_uri(text),
            Self::Duration => is_duration(text),
            Self::Any => true,
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit())
}

fn is_base64(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).is_ok()
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && !rest.chars().any(char::is_whitespace)
}

/// [XML Schema 2, 3.2.6] duration: `-PnYnMnDTnHnMnS`, with at least one part, and one after each `T`.
fn is_duration(text: &str) -> bool {
    let Some(body) = text.strip_prefix('-').unwrap_or(text).strip_prefix('P') else { return false };
    let (date, time) = body.split_once('T').map_or((body, None), |(date, time)| (date, Some(time)));
    let Some(date_parts) = duration_parts(date, "YMD", false) else { return false };
    match time {
        None => date_parts > 0,
        Some(time) => duration_parts(time, "HMS", true).is_some_and(|time_parts| time_parts > 0),
    }
}

/// How many number-and-unit pairs the text has, if the units come in that order.
fn duration_parts(text: &str, units: &str, fraction_allowed: bool) -> Option<usize> {
    let mut units_left = units.chars();
    let mut rest = text;
    let mut parts = 0;
    while !rest.is_empty() {
        let (at, unit) = rest.char_indices().find(|(_, c)| c.is_ascii_alphabetic())?;
        let (number, tail) = rest.split_at_checked(at)?;
        units_left.find(|candidate| *candidate == unit)?;
        let whole = match number.split_once('.') {
            Some((whole, fraction)) if fraction_allowed && unit == 'S' && is_int(fraction) => whole,
            Some(_) => return None,
            None => number,
        };
        if whole.is_empty() || !whole.bytes().all(|octet| octet.is_ascii_digit()) {
            return None;
        }
        rest = tail.strip_prefix(unit)?;
        parts += 1;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matcher: Matcher, accepted: &[&str], refused: &[&str]) {
        for text in accepted {
            assert!(matcher.matches(text), "{matcher} should accept {text:?}");
        }
        for text in refused {
            assert!(!matcher.matches(text), "{matcher} should refuse {text:?}");
        }
    }

    #[test]
    fn a_uuid_has_one_form_and_either_case() {
        let accepted = ["11111111-2222-3333-4444-555555555555", "AAAAAAAA-bbbb-3333-4444-555555555555"];
        check(
            Matcher::Uuid,
            &accepted,
            &["", "1111111122223333444455555555555", "{11111111-2222-3333-4444-55555555}"],
        );
    }

    #[test]
    fn numbers_durations_and_addresses_follow_their_grammar() {
        check(Matcher::Int, &["0", "-12", "+3"], &["", "-", "1.0", "1a"]);
        check(
            Matcher::Duration,
            &["PT60S", "PT60.000S", "P1Y2M3DT4H5M6S", "-P1D", "P0DT0H0M20S"],
            &["", "P", "PT", "60", "PT1.5H", "P1S", "P1DT", "PT5M3H", "PT.5S"],
        );
        check(Matcher::Uri, &["http://x/", "urn:a"], &["", "x", ":a", "1:a", "http:", "urn:a b"]);
    }

    #[test]
    fn text_base64_and_any_differ_on_nothing() {
        check(Matcher::Text, &["x"], &[""]);
        check(Matcher::Base64, &["", "YQ==", "Y Q=\n="], &["YQ", "*"]);
        check(Matcher::Any, &["", "x"], &[]);
    }
}
