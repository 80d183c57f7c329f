//! [MS-XCA 2.1] from octets to codes.

use crate::compression::matches::Match;
use crate::compression::matches::Matcher;
use crate::compression::matches::Reach;
use crate::compression::xpress::codes::CodeLengths;
use crate::compression::xpress::codes::SYMBOLS;
use crate::limits::XPRESS_BLOCK_BYTES_MAX;

/// [MS-XCA 2.1.4.3] the symbol behind the data, which some decoders wait for.
const END_OF_DATA: usize = 256;
/// [MS-XCA 2.1.4.1] what a match reaches; its length is bounded by the block.
const REACH: Reach = Reach { distance_max: 65_535, len_min: 3, len_max: XPRESS_BLOCK_BYTES_MAX };

/// What the data is cut into.
enum Piece {
    Literal(u8),
    Match(Match),
}

impl Piece {
    fn symbol(&self) -> usize {
        match self {
            Self::Literal(octet) => usize::from(*octet),
            Self::Match(found) => {
                let high_bit = usize::try_from(found.distance.max(1).ilog2()).unwrap_or(0);
                256 + found.len.saturating_sub(3).min(15) + 16 * high_bit
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Literal(_) => 1,
            Self::Match(found) => found.len,
        }
    }
}

/// The table and the codes of at most 64 KiB.
pub(super) fn encode(data: &[u8]) -> Vec<u8> {
    let pieces = cut(data);
    let mut counts = [0_u32; SYMBOLS];
    for symbol in pieces.iter().map(Piece::symbol).chain([END_OF_DATA]) {
        if let Some(count) = counts.get_mut(symbol) {
            *count = count.saturating_add(1);
        }
    }
    let lengths = CodeLengths::of_counts(&counts);
    let codes = lengths.codes();
    let code = |symbol: usize| codes.get(symbol).copied().unwrap_or_default();
    let mut table = Vec::new();
    lengths.write(&mut table);
    let mut output = Output::behind(table);
    for piece in &pieces {
        let (bits, width) = code(piece.symbol());
        output.put(bits, width);
        if let Piece::Match(found) = piece {
            output.length(found.len.saturating_sub(3));
            let high_bit = found.distance.max(1).ilog2();
            output.put(u32::try_from(found.distance).unwrap_or(0), high_bit);
        }
    }
    let (bits, width) = code(END_OF_DATA);
    output.put(bits, width);
    output.finish()
}

fn cut(data: &[u8]) -> Vec<Piece> {
    let mut matcher = Matcher::new(data, REACH);
    let (mut pieces, mut at) = (Vec::new(), 0_usize);
    while let Some(octet) = data.get(at) {
        let piece = matcher.find().map_or(Piece::Literal(*octet), Piece::Match);
        matcher.skip(piece.len());
        at = at.saturating_add(piece.len());
        pieces.push(piece);
    }
    pieces
}

/// [MS-XCA 2.1.4.3] a reader holds two words of 16 bits before it looks for the octets of a length, so the places of
/// the next two words are kept free while octets go behind them.
struct Output {
    octets: Vec<u8>,
    /// Where the word that is being filled goes, and where the one behind it.
    places: [usize; 2],
    word: u32,
    free_bits: u32,
}

impl Output {
    fn behind(mut octets: Vec<u8>) -> Self {
        let start = octets.len();
        octets.extend([0; 4]);
        Self { octets, places: [start, start.saturating_add(2)], word: 0, free_bits: 16 }
    }

    /// Puts the lowest `width` bits; at most 15.
    fn put(&mut self, bits: u32, width: u32) {
        let bits = bits & ((1_u32 << width).wrapping_sub(1));
        match self.free_bits.checked_sub(width) {
            Some(free_bits) => {
                self.free_bits = free_bits;
                self.word = (self.word << width) | bits;
            }
            None => {
                let left = width.saturating_sub(self.free_bits);
                self.word = (self.word << self.free_bits) | (bits >> left);
                self.write_word();
                self.word = bits & ((1_u32 << left).wrapping_sub(1));
                self.free_bits = 16_u32.saturating_sub(left);
            }
        }
    }

    /// Writes the full word, and keeps the next place free.
    fn write_word(&mut self) {
        let [place, next] = self.places;
        let [low, high, ..] = self.word.to_le_bytes();
        for (octet, value) in self.octets.iter_mut().skip(place).zip([low, high]) {
            *octet = value;
        }
        self.places = [next, self.octets.len()];
        self.octets.extend([0; 2]);
    }

    /// What of a length, less three, does not fit its symbol.
    fn length(&mut self, len: usize) {
        let Some(rest) = len.checked_sub(15) else { return };
        match u8::try_from(rest) {
            Ok(rest) if rest < 255 => self.octets.push(rest),
            _ => {
                self.octets.push(255);
                match u16::try_from(len) {
                    Ok(len) => self.octets.extend(len.to_le_bytes()),
                    Err(_) => {
                        self.octets.extend([0; 2]);
                        self.octets.extend(u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
                    }
                }
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.word <<= self.free_bits;
        let [place, _] = self.places;
        let [low, high, ..] = self.word.to_le_bytes();
        for (octet, value) in self.octets.iter_mut().skip(place).zip([low, high]) {
            *octet = value;
        }
        self.octets
    }
}
