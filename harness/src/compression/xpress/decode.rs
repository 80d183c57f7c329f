//! [MS-XCA 2.2] from codes to octets.

use crate::compression::CompressionError;
use crate::compression::xpress::codes::CODE_BITS_MAX;
use crate::compression::xpress::codes::CodeLengths;
use crate::compression::xpress::codes::Entry;
use crate::compression::xpress::codes::TABLE_BYTES;
use crate::limits::XPRESS_BLOCK_BYTES_MAX;

/// The `len` octets that `octets` stand for. Each 64 KiB of them have a table of their own.
pub(super) fn decode(mut octets: &[u8], len: usize) -> Result<Vec<u8>, CompressionError> {
    let mut output = Vec::new();
    while output.len() < len {
        let (table, rest) = octets.split_first_chunk::<TABLE_BYTES>().ok_or(CompressionError::Truncated)?;
        let mut block = Block {
            table: CodeLengths::read(table).decoding_table()?,
            input: Input::new(rest),
            block_end: output.len().saturating_add(XPRESS_BLOCK_BYTES_MAX),
            len,
            output: &mut output,
        };
        block.run()?;
        octets = block.input.octets;
    }
    // "If there is not enough space for a Huffman table and all output has been written, success is returned."
    match octets.len() < TABLE_BYTES {
        true => Ok(output),
        false => Err(CompressionError::Trailing { count: octets.len() }),
    }
}

struct Block<'a, 'o> {
    table: Vec<Entry>,
    input: Input<'a>,
    block_end: usize,
    len: usize,
    output: &'o mut Vec<u8>,
}

impl Block<'_, '_> {
    fn run(&mut self) -> Result<(), CompressionError> {
        while self.output.len() < self.len.min(self.block_end) {
            let code = usize::try_from(self.input.peek(CODE_BITS_MAX)).unwrap_or(usize::MAX);
            let entry = self.table.get(code).copied().unwrap_or_default();
            self.input.skip(u32::from(entry.bits))?;
            match u8::try_from(entry.symbol) {
                Ok(literal) => self.output.push(literal),
                Err(_) => self.copy(usize::from(entry.symbol))?,
            }
        }
        Ok(())
    }

    /// A match may reach into what it has just written.
    fn copy(&mut self, symbol: usize) -> Result<(), CompressionError> {
        let len = match symbol % 16 {
            15 => self.input.long_length()?,
            short => short,
        };
        let len = len.saturating_add(3);
        let distance_bits = u32::try_from(symbol.saturating_sub(256) / 16).unwrap_or(0);
        let low = usize::try_from(self.input.peek(distance_bits)).unwrap_or(usize::MAX);
        self.input.skip(distance_bits)?;
        let distance = low.saturating_add(1 << distance_bits);
        let available = self.output.len();
        let from =
            available.checked_sub(distance).ok_or(CompressionError::Match { place: distance, available })?;
        if len > self.len.saturating_sub(available) {
            return Err(CompressionError::TooLong { bytes_max: self.len });
        }
        for at in (from..).take(len) {
            let octet = self.output.get(at).copied().ok_or(CompressionError::Truncated)?;
            self.output.push(octet);
        }
        Ok(())
    }
}

/// [MS-XCA 2.2.4] bits in words of 16, among which whole octets stand that lengths are taken from: always the next
/// octets that no word was made of.
struct Input<'a> {
    octets: &'a [u8],
    /// The next bits, the first one highest.
    bits: u32,
    /// How many of them are left above the 16 that are always there; negative while a word is missing.
    extra: i64,
    /// Words that were taken from behind the end. Two are looked at without being needed.
    missing: u32,
}

impl<'a> Input<'a> {
    fn new(octets: &'a [u8]) -> Self {
        let mut input = Self { octets, bits: 0, extra: 16, missing: 0 };
        input.bits = (input.word() << 16) | input.word();
        input
    }

    fn word(&mut self) -> u32 {
        match self.octets.split_first_chunk::<2>() {
            Some((word, rest)) => {
                self.octets = rest;
                u32::from(u16::from_le_bytes(*word))
            }
            None => {
                self.missing = self.missing.saturating_add(1);
                0
            }
        }
    }

    /// The next bits; at most 15.
    fn peek(&self, width: u32) -> u32 {
        self.bits.checked_shr(32_u32.saturating_sub(width)).unwrap_or(0)
    }

    fn skip(&mut self, width: u32) -> Result<(), CompressionError> {
        self.bits = self.bits.checked_shl(width).unwrap_or(0);
        self.extra = self.extra.saturating_sub(i64::from(width));
        if self.extra < 0 {
            let shift = u32::try_from(self.extra.saturating_neg()).unwrap_or(0);
            let word = self.word();
            self.bits |= word.checked_shl(shift).unwrap_or(0);
            self.extra = self.extra.saturating_add(16);
        }
        match self.missing {
            0..=2 => Ok(()),
            _ => Err(CompressionError::Truncated),
        }
    }

    /// [MS-XCA 2.1.4.3] a length from 15 in an octet, or from 270 in two behind it, or in four behind those.
    fn long_length(&mut self) -> Result<usize, CompressionError> {
        let short = usize::from(self.octet()?);
        if short < 255 {
            return Ok(short.saturating_add(15));
        }
        let word = usize::from(u16::from_le_bytes([self.octet()?, self.octet()?]));
        let found = match word {
            0 => {
                let long = [self.octet()?, self.octet()?, self.octet()?, self.octet()?];
                usize::try_from(u32::from_le_bytes(long)).unwrap_or(usize::MAX)
            }
            word => word,
        };
        match found < 15 {
            true => Err(CompressionError::MatchLength { found }),
            false => Ok(found),
        }
    }

    fn octet(&mut self) -> Result<u8, CompressionError> {
        let (octet, rest) = self.octets.split_first().ok_or(CompressionError::Truncated)?;
        self.octets = rest;
        Ok(*octet)
    }
}
