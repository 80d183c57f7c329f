//! Streaming Lossless Data Compression: scheme 1 is literals and pointers into the last 1024 octets, scheme 2 is
//! literals alone, for data that scheme 1 would lengthen.

use crate::compression::CompressionError;
use crate::compression::bits::BitReader;
use crate::compression::bits::BitWriter;
use crate::compression::matches::Matcher;
use crate::compression::matches::Reach;

/// [ECMA-321 8.2] octets of the history.
const HISTORY_BYTES: usize = 1024;
/// [ECMA-321 8.4.2] what a copy pointer reaches. The oldest octet of the history is left alone: it is the one that the
/// first copied octet overwrites.
const REACH: Reach = Reach { distance_max: HISTORY_BYTES - 1, len_min: 2, len_max: 271 };

const FLUSH: u32 = 0b0000;
const SCHEME_1: u32 = 0b0001;
const SCHEME_2: u32 = 0b0010;
const FILE_MARK: u32 = 0b0011;
const END_OF_RECORD: u32 = 0b0100;
const RESET_1: u32 = 0b0101;
const RESET_2: u32 = 0b0110;
const END_MARKER: u32 = 0b1111;

/// [ECMA-321] Streaming Lossless Data Compression, and the message that [MS-WSMV 2.2.9.2] makes of it.
///
/// [ECMA-321]: https://ecma-international.org/publications-and-standards/standards/ecma-321/
/// [MS-WSMV 2.2.9.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy)]
pub struct Sldc;

impl Sldc {
    /// [MS-WSMV 2.2.9.2] the compressed data, then its length when decompressed in four octets, the lowest first.
    ///
    /// [MS-WSMV 2.2.9.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    #[must_use]
    pub fn encode(data: &[u8]) -> Vec<u8> {
        let mut octets = Self::compress(data);
        // A message of 4 GiB is far above every bound of an envelope.
        octets.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
        octets
    }

    /// The data of such a message; at most `bytes_max` octets.
    pub fn decode(octets: &[u8], bytes_max: usize) -> Result<Vec<u8>, CompressionError> {
        let (stream, stated) = octets.split_last_chunk::<4>().ok_or(CompressionError::Truncated)?;
        let stated = usize::try_from(u32::from_le_bytes(*stated)).unwrap_or(usize::MAX);
        let data = Self::decompress(stream, bytes_max)?;
        match data.len() == stated {
            true => Ok(data),
            false => Err(CompressionError::Length { stated, found: data.len() }),
        }
    }

    /// One record, in the scheme that makes it shorter, ended and filled up to 32 bits as Windows does.
    #[must_use]
    pub fn compress(data: &[u8]) -> Vec<u8> {
        let (first, second) = (scheme_1(data), scheme_2(data));
        if first.len() < second.len() { first } else { second }
    }

    /// The data of a stream, at most `bytes_max` octets: the records up to the end of the last one, joined.
    pub fn decompress(octets: &[u8], bytes_max: usize) -> Result<Vec<u8>, CompressionError> {
        Decoder::new(octets, bytes_max).run()
    }
}

fn control(symbol: u32, bits: &mut BitWriter) {
    bits.put(0x1FF, 9);
    bits.put(symbol, 4);
}

fn scheme_1(data: &[u8]) -> Vec<u8> {
    let mut bits = BitWriter::default();
    control(RESET_1, &mut bits);
    let mut matcher = Matcher::new(data, REACH);
    let mut at = 0_usize;
    while let Some(octet) = data.get(at) {
        let step = match matcher.find() {
            Some(found) => {
                let place = at.saturating_sub(found.distance) % HISTORY_BYTES;
                bits.put(1, 1);
                match_count(u32::try_from(found.len).unwrap_or(0), &mut bits);
                bits.put(u32::try_from(place).unwrap_or(0), 10);
                found.len
            }
            None => {
                bits.put(u32::from(*octet), 9);
                1
            }
        };
        matcher.skip(step);
        at = at.saturating_add(step);
    }
    control(END_OF_RECORD, &mut bits);
    bits.finish()
}

/// [ECMA-321 8.4.2] the field of 2 to 271: a prefix of ones says how many bits follow.
fn match_count(count: u32, bits: &mut BitWriter) {
    let (prefix, prefix_len, first, len) = match count {
        ..4 => (0b0, 1, 2, 1),
        4..8 => (0b10, 2, 4, 2),
        8..16 => (0b110, 3, 8, 3),
        16..32 => (0b1110, 4, 16, 4),
        _ => (0b1111, 4, 32, 8),
    };
    bits.put(prefix, prefix_len);
    bits.put(count.saturating_sub(first), len);
}

fn scheme_2(data: &[u8]) -> Vec<u8> {
    let mut bits = BitWriter::default();
    control(RESET_2, &mut bits);
    for octet in data {
        bits.put(u32::from(*octet), 8);
        if *octet == 0xFF {
            bits.put(0, 1);
        }
    }
    control(END_OF_RECORD, &mut bits);
    bits.finish()
}

/// How data symbols are read.
#[derive(Clone, Copy)]
enum Scheme {
    /// None may come before the first reset.
    Unknown,
    One,
    Two,
}

struct Decoder<'a> {
    bits: BitReader<'a>,
    bytes_max: usize,
    scheme: Scheme,
    output: Vec<u8>,
    /// How much of the output there was at the last reset: the history begins anew there.
    reset_at: usize,
    /// Whether nothing but filling and control symbols may follow.
    is_record_over: bool,
}

impl<'a> Decoder<'a> {
    fn new(octets: &'a [u8], bytes_max: usize) -> Self {
        Self {
            bits: BitReader::new(octets),
            bytes_max,
            scheme: Scheme::Unknown,
            output: Vec::new(),
            reset_at: 0,
            is_record_over: false,
        }
    }

    fn run(mut self) -> Result<Vec<u8>, CompressionError> {
        while !self.step()? {}
        self.bits.align();
        match self.bits.rest().len() {
            0 => Ok(self.output),
            count => Err(CompressionError::Trailing { count }),
        }
    }

    /// Reads a symbol. Whether it was the last one.
    fn step(&mut self) -> Result<bool, CompressionError> {
        if self.is_record_over && !self.bits.is_at_control() {
            self.bits.align();
            if !self.bits.is_at_control() {
                return Ok(true);
            }
        }
        if self.bits.is_at_control() {
            self.bits.take(9)?;
            let symbol = self.bits.take(4)?;
            return self.control(symbol);
        }
        match self.scheme {
            Scheme::Unknown => return Err(CompressionError::NoReset),
            Scheme::One if self.bits.take(1)? == 1 => self.copy()?,
            Scheme::One => {
                let octet = self.bits.take(8)?;
                self.put(octet)?;
            }
            Scheme::Two => {
                let octet = self.bits.take(8)?;
                if octet == 0xFF {
                    self.bits.take(1)?;
                }
                self.put(octet)?;
            }
        }
        Ok(false)
    }

    /// [ECMA-321 8.5] whether the symbol ends the stream.
    fn control(&mut self, symbol: u32) -> Result<bool, CompressionError> {
        match symbol {
            FLUSH | FILE_MARK => self.bits.align(),
            SCHEME_1 | SCHEME_2 | RESET_1 | RESET_2 => {
                self.is_record_over = false;
                self.scheme = if matches!(symbol, SCHEME_1 | RESET_1) { Scheme::One } else { Scheme::Two };
                if matches!(symbol, RESET_1 | RESET_2) {
                    self.reset_at = self.output.len();
                }
            }
            END_OF_RECORD => self.is_record_over = true,
            END_MARKER => return Ok(true),
            found => return Err(CompressionError::ControlSymbol { found }),
        }
        Ok(false)
    }

    /// [ECMA-321 8.4.2] copies octets of the history, which may be octets that it has just written. A place counts from
    /// the last reset, in turns of 1024.
    fn copy(&mut self) -> Result<(), CompressionError> {
        let count = self.match_count()?;
        let place = usize::try_from(self.bits.take(10)?).unwrap_or(usize::MAX);
        let written = self.output.len().saturating_sub(self.reset_at);
        if place >= written.min(HISTORY_BYTES) {
            return Err(CompressionError::Match { place, available: written.min(HISTORY_BYTES) });
        }
        // The turn before this one if the place has not been written in this one.
        let turn = written - written % HISTORY_BYTES;
        let from = match place < written % HISTORY_BYTES {
            true => turn + place,
            false => (turn + place).saturating_sub(HISTORY_BYTES),
        };
        for at in (self.reset_at + from..).take(count) {
            let octet = self.output.get(at).copied().ok_or(CompressionError::Truncated)?;
            self.put(u32::from(octet))?;
        }
        Ok(())
    }

    fn match_count(&mut self) -> Result<usize, CompressionError> {
        let (first, len) = match () {
            () if self.bits.take(1)? == 0 => (2, 1),
            () if self.bits.take(1)? == 0 => (4, 2),
            () if self.bits.take(1)? == 0 => (8, 3),
            () if self.bits.take(1)? == 0 => (16, 4),
            () => (32, 8),
        };
        let rest = self.bits.take(len)?;
        Ok(usize::try_from(rest).unwrap_or(0).saturating_add(first))
    }

    fn put(&mut self, octet: u32) -> Result<(), CompressionError> {
        if self.output.len() >= self.bytes_max {
            return Err(CompressionError::TooLong { bytes_max: self.bytes_max });
        }
        let [octet, ..] = octet.to_le_bytes();
        self.output.push(octet);
        Ok(())
    }
}
