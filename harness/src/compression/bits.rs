//! Bits, the most significant first.

use crate::compression::CompressionError;

/// Takes bits from octets.
pub(super) struct BitReader<'a> {
    octets: &'a [u8],
    /// Bits that were taken.
    position: usize,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { octets, position: 0 }
    }

    /// The next bits, without taking them. `width` is at most 16.
    pub(super) fn peek(&self, width: u32) -> Result<u32, CompressionError> {
        let (octet, offset) = (self.position / 8, self.position % 8);
        let wanted = usize::try_from(width).unwrap_or(usize::MAX);
        let bits = self.octets.len().saturating_mul(8);
        if self.position.saturating_add(wanted) > bits {
            return Err(CompressionError::Truncated);
        }
        let octet = |i: usize| u32::from(self.octets.get(octet.saturating_add(i)).copied().unwrap_or(0));
        let window = (octet(0) << 16) | (octet(1) << 8) | octet(2);
        let offset = u32::try_from(offset).unwrap_or(0);
        let shift = 24_u32.saturating_sub(offset).saturating_sub(width);
        Ok((window >> shift) & ((1_u32 << width).wrapping_sub(1)))
    }

    /// Takes the next bits. `width` is at most 16.
    pub(super) fn take(&mut self, width: u32) -> Result<u32, CompressionError> {
        let bits = self.peek(width)?;
        self.position = self.position.saturating_add(usize::try_from(width).unwrap_or(0));
        Ok(bits)
    }

    /// Whether the next nine bits are ones, as in SLDC before every control symbol and before nothing else.
    pub(super) fn is_at_control(&self) -> bool {
        self.peek(9) == Ok(0x1FF)
    }

    /// Goes on to the next multiple of 32 bits, or to the end if that is nearer.
    pub(super) fn align(&mut self) {
        self.position = self.position.next_multiple_of(32).min(self.octets.len().saturating_mul(8));
    }

    /// Octets that nothing was taken from.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.position.div_ceil(8)..).unwrap_or_default()
    }
}

/// Puts bits into octets.
#[derive(Default)]
pub(super) struct BitWriter {
    octets: Vec<u8>,
    /// Bits that make no whole octet yet, below the others.
    pending: u32,
    pending_len: u32,
}

impl BitWriter {
    /// Puts the lowest `width` bits of `bits`; at most 16.
    pub(super) fn put(&mut self, bits: u32, width: u32) {
        self.pending = (self.pending << width) | (bits & ((1_u32 << width).wrapping_sub(1)));
        self.pending_len = self.pending_len.saturating_add(width);
        while let Some(left) = self.pending_len.checked_sub(8) {
            let [octet, ..] = (self.pending >> left).to_le_bytes();
            self.octets.push(octet);
            self.pending_len = left;
        }
    }

    /// The octets, filled with zeros to a multiple of 32 bits.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.pending_len > 0 {
            self.put(0, 8_u32.saturating_sub(self.pending_len));
        }
        self.octets.resize(self.octets.len().next_multiple_of(4), 0);
        self.octets
    }
}
