//! FILETIME as people write it.

/// Ticks of 100 ns in a second.
const TICKS_PER_SECOND: u64 = 10_000_000;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// [RFC 3339] A FILETIME in UTC, to the second.
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
pub(crate) fn timestamp(filetime: u64) -> String {
    let seconds = filetime / TICKS_PER_SECOND;
    let time = seconds % SECONDS_PER_DAY;
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(filetime))
}

/// The day of a FILETIME in UTC, `2027-01-31`.
pub(crate) fn date(filetime: u64) -> String {
    // FILETIME counts from 1601-01-01, with which a cycle of 400 years begins.
    let days = filetime / TICKS_PER_SECOND / SECONDS_PER_DAY;
    let (cycles, mut day) = (days / 146_097, days % 146_097);
    // The last day of each century and of each cycle belongs to the year before.
    let centuries = (day / 36_524).min(3);
    day -= centuries * 36_524;
    let fours = day / 1461;
    day -= fours * 1461;
    let years = (day / 365).min(3);
    day -= years * 365;
    let year = 1601 + cycles * 400 + centuries * 100 + fours * 4 + years;
    let is_leap = years == 3 && (fours != 24 || centuries == 3);
    let february = if is_leap { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FILETIME of the beginning of 1970.
    const UNIX: u64 = 116_444_736_000_000_000;

    #[test]
    fn days_and_seconds_come_out_as_a_calendar_has_them() {
        let at = |unix_seconds: u64| timestamp(UNIX + unix_seconds * TICKS_PER_SECOND);
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_709_164_800), "2024-02-29T00:00:00Z");
        assert_eq!(at(1_735_689_599), "2024-12-31T23:59:59Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00Z");
        assert_eq!(date(0), "1601-01-01");
    }
}
