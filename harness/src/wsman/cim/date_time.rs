use std::fmt;

use crate::wsman::Duration;
use crate::wsman::cim::TimeForm;

const MICROS_PER_SECOND: u32 = 1_000_000;
/// [XML Schema 3.2.7.3]
const UTC_OFFSET_MINUTES_MAX: u16 = 840;

/// [DSP0004 5.2.4] datetime: a point in time or an interval, which WMI writes as 25 characters and XML as
/// `xs:dateTime` or `xs:duration`. All forms are read.
///
/// [DSP0004 5.2.4]: https://www.dmtf.org/standards/cim
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CimDateTime {
    /// A point in time.
    Point(Point),
    /// How long something lasts.
    Interval(Interval),
}

/// A date and a time of day somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The year, 1 to 9999.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
    /// The second.
    pub second: u8,
    /// The rest in microseconds, less than a million.
    pub micros: u32,
    /// Minutes east of UTC, at most 840 either way: WMI has digits for more, XML doesn't.
    pub utc_offset_minutes: i16,
}

/// A number of days and a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// Whole days, at most 99999999.
    pub days: u32,
    /// Seconds of the last day, less than 86400.
    pub seconds: u32,
    /// The rest in microseconds, less than a million.
    pub micros: u32,
}

impl CimDateTime {
    /// Reads any of the forms; `None` when it is none or names no such day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with('P') {
            return interval(text).map(Self::Interval);
        }
        match text.as_bytes() {
            [_, _, _, _, b'-', ..] => xml_point(text).map(Self::Point),
            [.., b':', b'0', b'0', b'0'] => wmi_interval(text).map(Self::Interval),
            _ => wmi_point(text).map(Self::Point),
        }
    }

    /// The 25 characters of WMI: `20261122213000.000000+060` or `00000001020304.000005:000`.
    #[must_use]
    pub fn to_wmi(&self) -> String {
        match self {
            Self::Point(p) => {
                let sign = if p.utc_offset_minutes < 0 { '-' } else { '+' };
                format!(
                    "{:04}{:02}{:02}{:02}{:02}{:02}.{:06}{sign}{:03}",
                    p.year,
                    p.month,
                    p.day,
                    p.hour,
                    p.minute,
                    p.second,
                    p.micros,
                    p.utc_offset_minutes.unsigned_abs(),
                )
            }
            Self::Interval(i) => {
                let (hours, minutes, seconds) = i.clock();
                format!("{:08}{hours:02}{minutes:02}{seconds:02}.{:06}:000", i.days, i.micros)
            }
        }
    }

    /// The child element that it stands in.
    #[must_use]
    pub fn form(&self) -> TimeForm {
        match self {
            Self::Point(_) => TimeForm::Datetime,
            Self::Interval(_) => TimeForm::Interval,
        }
    }
}

/// The form of XML Schema.
impl fmt::Display for CimDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Point(point) => point.fmt(f),
            Self::Interval(interval) => interval.fmt(f),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, .. } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        write_micros(self.micros, f)?;
        let minutes = self.utc_offset_minutes.unsigned_abs();
        match self.utc_offset_minutes {
            0 => f.write_str("Z"),
            offset => {
                let sign = if offset < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = self.clock();
        write!(f, "P{}DT{hours}H{minutes}M{seconds}", self.days)?;
        write_micros(self.micros, f)?;
        f.write_str("S")
    }
}

impl Interval {
    fn clock(self) -> (u32, u32, u32) {
        (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60)
    }
}

fn write_micros(micros: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if micros == 0 {
        return Ok(());
    }
    f.write_str(format!(".{micros:06}").trim_end_matches('0'))
}

impl Point {
    /// The same, when there is such a day and such a time.
    fn checked(self) -> Option<Self> {
        let year = self.year;
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let is_day = (1..=9999).contains(&self.year) && (1..=days).contains(&self.day);
        let is_time = self.hour < 24 && self.minute < 60 && self.second < 60;
        let is_zone = self.utc_offset_minutes.unsigned_abs() <= UTC_OFFSET_MINUTES_MAX;
        (is_day && is_time && is_zone).then_some(self)
    }
}

/// Takes `n` digits off the front.
fn take<T: std::str::FromStr>(text: &mut &str, n: usize) -> Option<T> {
    let (digits, rest) = text.split_at_checked(n)?;
    *text = rest;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn take_char(text: &mut &str, expected: char) -> Option<()> {
    *text = text.strip_prefix(expected)?;
    Some(())
}

/// `2026-11-22T21:30:00.5+01:00`; without a zone it is UTC.
fn xml_point(mut text: &str) -> Option<Point> {
    let text = &mut text;
    let year = take(text, 4)?;
    take_char(text, '-')?;
    let month = take(text, 2)?;
    take_char(text, '-')?;
    let day = take(text, 2)?;
    take_char(text, 'T')?;
    let hour = take(text, 2)?;
    take_char(text, ':')?;
    let minute = take(text, 2)?;
    take_char(text, ':')?;
    let second = take(text, 2)?;
    let micros = fraction(text)?;
    let utc_offset_minutes = zone(text)?;
    Point { year, month, day, hour, minute, second, micros, utc_offset_minutes }.checked()
}

/// Digits after a point, as microseconds; further digits are dropped.
fn fraction(text: &mut &str) -> Option<u32> {
    let Some(rest) = text.strip_prefix('.') else { return Some(0) };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at_checked(end)?;
    *text = rest;
    let six: String = digits.chars().chain("000000".chars()).take(6).collect();
    if digits.is_empty() { None } else { six.parse().ok() }
}

fn zone(text: &mut &str) -> Option<i16> {
    let sign = match *text {
        "" | "Z" => return Some(0),
        zone if zone.starts_with('-') => -1,
        zone if zone.starts_with('+') => 1,
        _ => return None,
    };
    *text = text.get(1..)?;
    let hours: i16 = take(text, 2)?;
    take_char(text, ':')?;
    let minutes: i16 = take(text, 2)?;
    let is_zone = text.is_empty() && hours <= 14 && minutes < 60;
    is_zone.then(|| hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(sign))?
}

fn wmi_point(mut text: &str) -> Option<Point> {
    let text = &mut text;
    let (year, month, day) = (take(text, 4)?, take(text, 2)?, take(text, 2)?);
    let (hour, minute, second) = (take(text, 2)?, take(text, 2)?, take(text, 2)?);
    take_char(text, '.')?;
    let micros = take(text, 6)?;
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    *text = text.get(1..)?;
    let minutes: i16 = take(text, 3)?;
    let utc_offset_minutes = minutes.checked_mul(sign)?;
    let point = Point { year, month, day, hour, minute, second, micros, utc_offset_minutes };
    text.is_empty().then(|| point.checked())?
}

fn wmi_interval(mut text: &str) -> Option<Interval> {
    let text = &mut text;
    let (days, hours, minutes, seconds): (_, u32, u32, u32) =
        (take(text, 8)?, take(text, 2)?, take(text, 2)?, take(text, 2)?);
    take_char(text, '.')?;
    let micros = take(text, 6)?;
    let is_time = *text == ":000" && hours < 24 && minutes < 60 && seconds < 60;
    is_time.then(|| Interval { days, seconds: hours * 3600 + minutes * 60 + seconds, micros })
}

/// `P1DT2H3M4.5S`, in microseconds: [`Duration`] knows milliseconds.
fn interval(text: &str) -> Option<Interval> {
    let whole = Duration::parse(text)?.as_millis() / 1000;
    let days = u32::try_from(whole / 86_400).ok().filter(|days| *days <= 99_999_999)?;
    let seconds = u32::try_from(whole % 86_400).ok()?;
    let mut rest = text.find('.').and_then(|at| text.get(at..)).unwrap_or_default();
    let micros = fraction(&mut rest)?;
    (micros < MICROS_PER_SECOND).then_some(Interval { days, seconds, micros })
}
