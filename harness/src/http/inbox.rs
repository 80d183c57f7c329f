/// Octets that came and are not used up yet.
///
/// Using up moves a cursor; the octets behind it are dropped only when they are half of what is held, so that many
/// small messages in one large push cost linear time.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    octets: Vec<u8>,
    // INVARIANT: used <= octets.len()
    used: usize,
}

impl Inbox {
    pub(super) fn push(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.octets.get(self.used..).unwrap_or_default()
    }

    /// Up to `len` octets, used up with this call.
    pub(super) fn take(&mut self, len: usize) -> Vec<u8> {
        if self.used == 0 && self.octets.len() == len {
            return std::mem::take(&mut self.octets);
        }
        let taken = self.rest().get(..len).unwrap_or(self.rest()).to_vec();
        self.consume(taken.len());
        taken
    }

    /// Copies up to `len` octets to the end of each of `targets` and says how many.
    pub(super) fn move_to(&mut self, len: usize, targets: [&mut Vec<u8>; 2]) -> usize {
        let piece = self.rest().get(..len).unwrap_or(self.rest());
        for target in targets {
            target.extend_from_slice(piece);
        }
        let moved = piece.len();
        self.consume(moved);
        moved
    }

    pub(super) fn consume(&mut self, len: usize) {
        self.used = self.used.saturating_add(len).min(self.octets.len());
        if self.used.saturating_mul(2) >= self.octets.len() {
            self.octets.drain(..self.used);
            self.used = 0;
        }
    }

    pub(super) fn clear(&mut self) {
        self.octets = Vec::new();
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::Inbox;

    #[test]
    fn what_is_used_up_is_dropped() {
        let mut inbox = Inbox::default();
        for _ in 0..100 {
            inbox.push(&[7; 100]);
            assert_eq!(inbox.take(99), [7; 99]);
            assert!(inbox.octets.len() <= 2 * inbox.rest().len() + 100);
        }
        assert_eq!(inbox.rest(), [7; 100]);
    }
}
