//! [RFC 4120 5.2.3] KerberosTime: `YYYYMMDDHHMMSSZ` and nothing else.

use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::codec::CodecError;

const DAY_S: u64 = 86_400;
/// Days from 1 March of the year 0 to 1 January 1970.
const EPOCH_DAYS: u64 = 719_468;
const DAYS_PER_400_YEARS: u64 = 146_097;

/// Seconds since 1970 of the contents of a GeneralizedTime; what is earlier counts as 1970.
pub(crate) fn parse(contents: &[u8], name: &'static str) -> Result<u64, CodecError> {
    let bad = CodecError::BadText { field: name };
    let (digits, zone) = contents.split_at_checked(14).ok_or(bad.clone())?;
    if zone != b"Z" || !digits.iter().all(u8::is_ascii_digit) {
        return Err(bad);
    }
    let number = |from: usize, to: usize| {
        let digits = digits.get(from..to).unwrap_or_default();
        digits.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit & 0x0F))
    };
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    let (hour, minute, second) = (number(8, 10), number(10, 12), number(12, 14));
    let is_date = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    // A leap second counts as the one after it.
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return Err(bad);
    }
    let days = days_from_civil(year, month, day).saturating_sub(EPOCH_DAYS);
    match year < 1970 {
        true => Ok(0),
        false => Ok(days * DAY_S + hour * 3600 + minute * 60 + second),
    }
}

/// A GeneralizedTime. What is later than the year 9999 has no form and becomes its end.
pub(crate) fn to_der(unix_s: u64) -> Vec<u8> {
    /// The last second of 9999.
    const LAST: u64 = 253_402_300_799;
    let unix_s = unix_s.min(LAST);
    let (year, month, day) = civil_from_days(unix_s / DAY_S + EPOCH_DAYS);
    let second = unix_s % DAY_S;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    element(Tag::GENERALIZED_TIME, text.as_bytes())
}

fn days_of(year: u64, month: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1 March of the year 0, in the proleptic Gregorian calendar. A year begins in March here, so that the leap
/// day is its last.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = if month > 2 { year } else { year.saturating_sub(1) };
    let month = (month + 9) % 12;
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1
}

fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let era = days / DAYS_PER_400_YEARS;
    let day_of_era = days % DAYS_PER_400_YEARS;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / (DAYS_PER_400_YEARS - 1)) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let is_next_year = month >= 10;
    let month = if is_next_year { month - 9 } else { month + 3 };
    (era * 400 + year_of_era + u64::from(is_next_year), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_have_their_text_and_come_back() {
        // By `date -u -d @… +%Y%m%d%H%M%SZ`.
        for (unix_s, text) in [
            (0, "19700101000000Z"),
            (951_782_399, "20000228235959Z"),
            (951_782_400, "20000229000000Z"),
            (951_868_800, "20000301000000Z"),
            (1_709_164_800, "20240229000000Z"),
            (4_107_542_399, "21000228235959Z"),
            (4_107_542_400, "21000301000000Z"),
            (253_402_300_799, "99991231235959Z"),
        ] {
            assert_eq!(to_der(unix_s)[2..], *text.as_bytes());
            assert_eq!(parse(text.as_bytes(), "").unwrap(), unix_s);
        }
    }

    #[test]
    fn other_forms_and_impossible_dates_are_refused() {
        for text in [
            "",
            "Z",
            "20240229000000",
            "20240229000000z",
            "20240229000000.1Z",
            "20240229000000+0100",
            "20230229000000Z",
            "20241301000000Z",
            "20240001000000Z",
            "20240100000000Z",
            "20240101240000Z",
            "20240101006000Z",
            "20240101000061Z",
            "2024010100000 Z",
            "21000229000000Z",
        ] {
            assert!(parse(text.as_bytes(), "").is_err(), "{text}");
        }
        assert_eq!(parse(b"19691231235959Z", "").unwrap(), 0);
        assert_eq!(to_der(u64::MAX), to_der(253_402_300_799));
    }
}
