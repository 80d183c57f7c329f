/// [MS-DTYP 2.3.3] FILETIME: 100 nanoseconds since the start of the year 1601, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileTime(pub u64);

/// Seconds from the start of 1601 to the start of 1970.
const UNIX_EPOCH_SECONDS: u64 = 11_644_473_600;
const TICKS_PER_SECOND: u64 = 10_000_000;

impl FileTime {
    /// The time that many seconds after the start of 1970; the last representable one if that is too late.
    pub fn from_unix_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_add(UNIX_EPOCH_SECONDS).saturating_mul(TICKS_PER_SECOND))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unix_epoch_is_the_well_known_number_of_ticks() {
        assert_eq!(FileTime::from_unix_seconds(0), FileTime(116_444_736_000_000_000));
        assert_eq!(FileTime::from_unix_seconds(u64::MAX), FileTime(u64::MAX));
    }
}
