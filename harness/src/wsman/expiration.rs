use std::fmt;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::soap::text_of;
use crate::wsman::Duration;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::Writer;
use crate::xml::XmlError;

/// FILETIME of the start of the year 1970.
const UNIX_EPOCH: i128 = 116_444_736_000_000_000;
/// FILETIME of the last tick of the year 9999, which is the last that RFC 3339 can write.
const LAST: u64 = 2_650_467_743_999_999_999;
const TICKS_PER_MILLI: u64 = 10_000;

/// [WS-Enumeration 3.1] ExpirationType, which WS-Eventing has too: how long, or until when.
///
/// [WS-Enumeration 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiration {
    /// From now on.
    Duration(Duration),
    /// Until then.
    DateTime(DateTime),
}

/// [XML Schema 3.2.7] dateTime, as FILETIME: 100 nanoseconds since the start of the year 1601, UTC.
///
/// A time without zone is taken as UTC; digits behind the seventh decimal are dropped; years from 1601 to 9999 are known.
///
/// [XML Schema 3.2.7]: https://www.w3.org/TR/xmlschema-2/#dateTime
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(u64);

impl Expiration {
    /// How much time is left at `now`; `None` when there is none, as both specifications refuse it.
    #[must_use]
    pub fn remaining(self, now: DateTime) -> Option<Duration> {
        let left = match self {
            Self::Duration(duration) => duration,
            Self::DateTime(then) => Duration::from_millis(then.0.saturating_sub(now.0) / TICKS_PER_MILLI),
        };
        (left.as_millis() > 0).then_some(left)
    }

    /// The expiration that lasts `left` from `now`, of the same kind as this one: what a grant is told in.
    #[must_use]
    pub fn granted(self, left: Duration, now: DateTime) -> Self {
        match self {
            Self::Duration(_) => Self::Duration(left),
            Self::DateTime(_) => {
                let ticks = left.as_millis().saturating_mul(TICKS_PER_MILLI);
                Self::DateTime(DateTime::from_filetime(now.0.saturating_add(ticks)))
            }
        }
    }

    /// Writes the expiration as `name`, which each of the two specifications has in its own namespace.
    pub fn write_as(self, name: QName, writer: &mut Writer) {
        writer.text_element(name, &self.to_string());
    }
}

impl DateTime {
    /// The time of a FILETIME; the last one of the year 9999 if it is later.
    #[must_use]
    pub const fn from_filetime(ticks: u64) -> Self {
        Self(if ticks < LAST { ticks } else { LAST })
    }

    /// The FILETIME.
    #[must_use]
    pub const fn filetime(self) -> u64 {
        self.0
    }

    /// Reads the lexical form; `None` when it is none or out of range.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let clock = text.get(11..)?;
        let has_zone = clock.contains(['Z', '+', '-']);
        let zoned = if has_zone { text.to_owned() } else { [text, "Z"].concat() };
        // RFC 3339 lets other separators and lower case pass, which XML Schema doesn't.
        if text.as_bytes().get(10) != Some(&b'T') || zoned.contains('z') {
            return None;
        }
        let nanos = OffsetDateTime::parse(&zoned, &Rfc3339).ok()?.unix_timestamp_nanos();
        u64::try_from(nanos.div_euclid(100).checked_add(UNIX_EPOCH)?).ok().map(Self::from_filetime)
    }
}

impl fmt::Display for Expiration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration(duration) => duration.fmt(f),
            Self::DateTime(time) => time.fmt(f),
        }
    }
}

/// `2026-11-22T21:04:05.5Z`
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0).saturating_sub(UNIX_EPOCH).saturating_mul(100);
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| fmt::Error)?;
        f.write_str(&time.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

/// Reads any element of the type, whatever its name.
impl FromXml for Expiration {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let text = text_of(element)?;
        let duration = Duration::parse(text).map(Self::Duration);
        duration
            .or_else(|| DateTime::parse(text).map(Self::DateTime))
            .ok_or_else(|| element.bad_value("a duration such as PT60.000S or a dateTime"))
    }
}
