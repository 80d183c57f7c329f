use std::fmt;

use crate::soap::text_of;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::XmlError;

const MILLIS_PER_SECOND: u64 = 1000;

/// [XML Schema 3.2.6] duration, in whole milliseconds, as every time-out of WS-Management is.
///
/// A year counts 365 days and a month 30; digits behind the third decimal are dropped; a negative one is refused.
///
/// [XML Schema 3.2.6]: https://www.w3.org/TR/xmlschema-2/#duration
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

impl Duration {
    /// A number of milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The number of milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Reads the lexical form; `None` when it is none or doesn't fit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('P')?;
        let (date, time) = match text.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None if text.is_empty() => return None,
            None => (text, ""),
        };
        let date = fields(date, &[('Y', 365 * 86_400), ('M', 30 * 86_400), ('D', 86_400)])?;
        let time = fields(time, &[('H', 3600), ('M', 60), ('S', 1)])?;
        date.checked_add(time).map(Self)
    }

    /// The form in which Windows writes how long something has lasted: `P0DT0H1M2S`.
    #[must_use]
    pub fn to_fields(self) -> String {
        let seconds = self.0 / MILLIS_PER_SECOND;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        let fraction = match self.0 % MILLIS_PER_SECOND {
            0 => String::new(),
            millis => format!(".{millis:03}"),
        };
        format!("P{days}DT{hours}H{minutes}M{}{fraction}S", seconds % 60)
    }
}

/// The sum of the fields in milliseconds. Each designator comes at most once and in the order of `units`; only the
/// seconds, whose unit is 1, may have decimals.
fn fields(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut sum = 0_u64;
    for &(designator, seconds) in units {
        let Some((number, rest)) = text.split_once(designator) else { continue };
        let (whole, decimals) = match number.split_once('.') {
            Some((whole, decimals)) if seconds == 1 => (whole, Some(decimals)),
            _ => (number, None),
        };
        let millis = digits(whole)?.checked_mul(seconds)?.checked_mul(MILLIS_PER_SECOND)?;
        sum = sum.checked_add(millis)?.checked_add(decimals.map_or(Some(0), thousandths)?)?;
        text = rest;
    }
    text.is_empty().then_some(sum)
}

fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn thousandths(decimals: &str) -> Option<u64> {
    if decimals.is_empty() || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits(&decimals.chars().chain("000".chars()).take(3).collect::<String>())
}

/// The form in which Windows writes a time-out: `PT60.000S`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PT{}.{:03}S", self.0 / MILLIS_PER_SECOND, self.0 % MILLIS_PER_SECOND)
    }
}

impl FromXml for Duration {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Self::parse(text_of(element)?).ok_or_else(|| element.bad_value("a duration such as PT60.000S"))
    }
}
