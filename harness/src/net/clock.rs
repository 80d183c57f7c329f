use std::sync::Arc;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crate::auth::kerberos::Time;
use crate::server::Moment;
use crate::tls::Now;

/// 1601-01-01 to 1970-01-01 in units of 100 ns, the distance from FILETIME to Unix time.
const FILETIME_UNIX_EPOCH: u64 = 116_444_736_000_000_000;

/// The machine's clocks, as the sequences want them.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Default for Clock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ticks = u64::try_from(since_epoch.as_nanos() / 100).unwrap_or(u64::MAX);
        Moment { elapsed_ms: self.elapsed_ms(), filetime: FILETIME_UNIX_EPOCH.saturating_add(ticks) }
    }

    /// Milliseconds since this clock was made; never runs backwards.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The machine's clock, as certificates want it.
pub(super) fn unix_seconds() -> Now {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}

/// The machine's clock, as Kerberos wants it.
pub(super) fn unix_time() -> Time {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time { unix_s: since_epoch.as_secs(), micros: since_epoch.subsec_micros() }
}

/// Fills `octets` with the operating system's randomness, for nonces and identifiers.
///
/// # Panics
///
/// When the operating system has no randomness: going on with guessable nonces would be worse.
pub fn random_octets(octets: &mut [u8]) {
    #[expect(clippy::expect_used, reason = "guessable nonces are worse than an end")]
    getrandom::fill(octets).expect("the operating system gives random octets");
}
