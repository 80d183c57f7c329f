//! Where the octets at a place have stood before: what both compressors look for.

use std::collections::HashMap;

use crate::limits::COMPRESSION_CANDIDATES_MAX;

/// An earlier place with the same octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    /// How far back it is, from 1.
    pub(super) distance: usize,
    /// How many octets are the same.
    pub(super) len: usize,
}

/// What a format can express.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) distance_max: usize,
    pub(super) len_min: usize,
    pub(super) len_max: usize,
}

/// Finds matches in `data`, which is gone through from its start to its end.
pub(super) struct Matcher<'a> {
    data: &'a [u8],
    reach: Reach,
    /// The last place of each short run of octets.
    last: HashMap<&'a [u8], usize>,
    /// For each place the one before it that begins alike.
    before: Vec<Option<usize>>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(data: &'a [u8], reach: Reach) -> Self {
        Self { data, reach, last: HashMap::new(), before: Vec::with_capacity(data.len()) }
    }

    /// The longest match at the next place. Only the last few candidates are looked at, so that data which begins
    /// alike everywhere takes no quadratic time.
    pub(super) fn find(&self) -> Option<Match> {
        let at = self.before.len();
        let mut candidate = self.last.get(self.key(at)?).copied();
        let mut best: Option<Match> = None;
        for _ in 0..COMPRESSION_CANDIDATES_MAX {
            let Some(place) = candidate else { break };
            let distance = at.saturating_sub(place);
            if distance > self.reach.distance_max {
                break;
            }
            let len = self.same(place, at);
            if best.is_none_or(|best| best.len < len) {
                best = Some(Match { distance, len });
            }
            candidate = self.before.get(place).copied().flatten();
        }
        best
    }

    /// Goes on by so many octets.
    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            let at = self.before.len();
            let before = self.key(at).and_then(|key| self.last.insert(key, at));
            self.before.push(before);
        }
    }

    fn key(&self, at: usize) -> Option<&'a [u8]> {
        self.data.get(at..at.saturating_add(self.reach.len_min))
    }

    fn same(&self, place: usize, at: usize) -> usize {
        let there = self.data.get(place..).unwrap_or_default().iter();
        let here = self.data.get(at..).unwrap_or_default().iter();
        there.zip(here).take(self.reach.len_max).take_while(|(there, here)| there == here).count()
    }
}

#[cfg(test)]
mod tests {
    use super::Match;
    use super::Matcher;
    use super::Reach;
    use crate::limits::COMPRESSION_CANDIDATES_MAX;

    #[test]
    fn the_last_candidate_that_is_looked_at_is_found_and_one_before_it_is_not() {
        for (others, len) in [(COMPRESSION_CANDIDATES_MAX - 1, 4), (COMPRESSION_CANDIDATES_MAX, 2)] {
            let between: String =
                (b'0'..).take(others).map(|octet| format!("ab{}", char::from(octet))).collect();
            let data = format!("abXY{between}abXY");
            let reach = Reach { distance_max: 1000, len_min: 2, len_max: 9 };
            let mut matcher = Matcher::new(data.as_bytes(), reach);
            matcher.skip(data.len() - 4);
            let found = matcher.find().map(|Match { len, .. }| len);
            assert_eq!(found, Some(len), "{others}");
        }
    }
}
