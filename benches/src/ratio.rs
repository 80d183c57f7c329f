//! The yardstick: what something costs, in units of the floor below it.

use std::fmt;
use std::time::Duration;
use std::time::Instant;

/// Turns that each side of a comparison gets. The least time of all turns counts, as noise only ever adds.
const ROUNDS: u32 = 400;
/// How long one turn has to take, so that the clock's own cost and resolution do not show.
const TURN_MIN: Duration = Duration::from_micros(100);

/// The cost of one thing in units of another, and what it may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    /// What was compared, as `bench/shape/size`.
    pub name: String,
    /// The cost in units of the floor.
    pub value: f64,
    /// The most that it may be; infinite when nothing is promised.
    pub limit: f64,
}

impl Ratio {
    /// Measures `subject` against `floor`, in turns.
    pub fn measure(name: String, limit: f64, mut subject: impl FnMut(), mut floor: impl FnMut()) -> Self {
        let (subject_count, floor_count) = (repetitions(&mut subject), repetitions(&mut floor));
        let (mut subject_best, mut floor_best) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..ROUNDS {
            subject_best = subject_best.min(seconds_each(subject_count, &mut subject));
            floor_best = floor_best.min(seconds_each(floor_count, &mut floor));
        }
        Self { name, value: subject_best / floor_best, limit }
    }

    /// Whether the cost is within its limit.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.value <= self.limit
    }
}

/// The line that the benches print.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ratio {} {:.2}", self.name, self.value)?;
        if self.limit.is_finite() {
            write!(f, " (limit {})", self.limit)?;
        }
        if !self.is_kept() {
            f.write_str(" PASSED THE LIMIT")?;
        }
        Ok(())
    }
}

/// How often `work` has to run to fill a turn.
fn repetitions(work: &mut impl FnMut()) -> u32 {
    let mut count = 1_u32;
    while count < 1 << 20 && seconds_each(count, work) * f64::from(count) < TURN_MIN.as_secs_f64() {
        count = count.saturating_mul(2);
    }
    count
}

fn seconds_each(count: u32, work: &mut impl FnMut()) -> f64 {
    #[expect(clippy::disallowed_methods, reason = "a bench is there to look at the clock")]
    let start = Instant::now();
    for _ in 0..count {
        work();
    }
    start.elapsed().as_secs_f64() / f64::from(count)
}

#[cfg(test)]
mod tests {
    use super::Ratio;

    #[test]
    fn a_line_says_when_a_limit_is_passed() {
        let ratio = |value| Ratio { name: "seal/16KiB".to_owned(), value, limit: 1.3 };
        assert_eq!(ratio(1.234).to_string(), "ratio seal/16KiB 1.23 (limit 1.3)");
        assert_eq!(ratio(1.456).to_string(), "ratio seal/16KiB 1.46 (limit 1.3) PASSED THE LIMIT");
        assert!(!ratio(f64::NAN).is_kept());
    }

    #[test]
    fn both_sides_get_their_turns() {
        let (mut subject, mut floor) = (0_u32, 0_u32);
        Ratio::measure(String::new(), 1.0, || subject += 1, || floor += 1);
        assert!(subject > 400 && floor > 400);
    }
}
