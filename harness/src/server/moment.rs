use crate::auth::kerberos::Time;

/// When something happens: the caller's clocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds on a clock that never runs backwards.
    pub elapsed_ms: u64,
    /// The wall clock as FILETIME, which NTLM puts into its challenge and Kerberos compares tickets with.
    pub filetime: u64,
}

/// Units of FILETIME from 1601 to 1970.
const EPOCH: u64 = 116_444_736_000_000_000;

impl Moment {
    /// The wall clock as Kerberos tells it.
    #[must_use]
    pub fn time(self) -> Time {
        let micros = self.filetime.saturating_sub(EPOCH) / 10;
        let micros_of_second = u32::try_from(micros % 1_000_000).unwrap_or_default();
        Time { unix_s: micros / 1_000_000, micros: micros_of_second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_is_the_same_in_both_spellings() {
        // By `date --utc --date=2026-01-02T03:04:05 +%s`.
        let filetime = 116_444_736_000_000_000 + 1_767_323_045 * 10_000_000 + 1_234_567;
        let moment = Moment { elapsed_ms: 0, filetime };
        assert_eq!(moment.time(), Time { unix_s: 1_767_323_045, micros: 123_456 });
        assert_eq!(Moment::default().time(), Time { unix_s: 0, micros: 0 });
    }
}
