//! [MS-XCA 2.1.4.2] canonical Huffman codes of at most 15 bits for 512 symbols.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::compression::CompressionError;

/// [MS-XCA 2.1] symbols: 256 literals, then 256 kinds of matches.
pub(super) const SYMBOLS: usize = 512;
/// [MS-XCA 2.1.4.2] bits of the longest code: each length is stored in four bits.
pub(super) const CODE_BITS_MAX: u32 = 15;
/// [MS-XCA 2.1.4.3] octets of the table of lengths.
pub(super) const TABLE_BYTES: usize = 256;

/// The code lengths of all symbols; zero for one that doesn't occur.
pub(super) struct CodeLengths([u32; SYMBOLS]);

/// What a decoder finds under the next 15 bits. Small: a block of 300 octets makes 32768 of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) symbol: u16,
    pub(super) bits: u8,
}

impl CodeLengths {
    /// [MS-XCA 2.1.4.3] the lower half of an octet comes first.
    pub(super) fn read(table: &[u8; TABLE_BYTES]) -> Self {
        let mut lengths = [0; SYMBOLS];
        let halves = table.iter().flat_map(|octet| [u32::from(octet & 0xF), u32::from(octet >> 4)]);
        for (length, half) in lengths.iter_mut().zip(halves) {
            *length = half;
        }
        Self(lengths)
    }

    pub(super) fn write(&self, output: &mut Vec<u8>) {
        for pair in self.0.chunks(2) {
            if let [low, high] = pair {
                let [octet, ..] = (low | (high << 4)).to_le_bytes();
                output.push(octet);
            }
        }
    }

    /// The lengths that make the symbols short which occur often. Counts that lead to a longer code than may be are
    /// made more alike until they don't: a count of one is the end of that, and then all codes are of nine bits.
    pub(super) fn of_counts(counts: &[u32; SYMBOLS]) -> Self {
        let mut counts = *counts;
        loop {
            let lengths = depths(&counts);
            if lengths.iter().all(|length| *length <= CODE_BITS_MAX) {
                return Self(lengths);
            }
            for count in counts.iter_mut().filter(|count| **count > 0) {
                *count = count.div_ceil(2);
            }
        }
    }

    /// Symbols that occur, the shortest codes first and in each length by number: the order of the codes themselves.
    fn in_order(&self) -> impl Iterator<Item = Entry> {
        (1..=15_u8).flat_map(move |bits| {
            let of_length = (0_u16..).zip(&self.0).filter(move |(_, length)| **length == u32::from(bits));
            of_length.map(move |(symbol, _)| Entry { symbol, bits })
        })
    }

    /// [MS-XCA 2.2.4] what each 15 bits begin with. "If CurrentTableEntry does not equal 2^15, the compressed data is
    /// not valid", in either direction.
    pub(super) fn decoding_table(&self) -> Result<Vec<Entry>, CompressionError> {
        let size = 1_usize << CODE_BITS_MAX;
        let mut table = Vec::with_capacity(size);
        for entry in self.in_order() {
            let room = size.saturating_sub(table.len());
            let count = 1_usize << CODE_BITS_MAX.saturating_sub(u32::from(entry.bits));
            if count > room {
                return Err(CompressionError::Codes);
            }
            table.extend(std::iter::repeat_n(entry, count));
        }
        match table.len() == size {
            true => Ok(table),
            false => Err(CompressionError::Codes),
        }
    }

    /// The code of each symbol, and its length in bits.
    pub(super) fn codes(&self) -> [(u32, u32); SYMBOLS] {
        let mut codes = [(0, 0); SYMBOLS];
        let mut next = 0_u32;
        for entry in self.in_order() {
            let bits = u32::from(entry.bits);
            let shift = CODE_BITS_MAX.saturating_sub(bits);
            if let Some(code) = codes.get_mut(usize::from(entry.symbol)) {
                *code = (next >> shift, bits);
            }
            next = next.saturating_add(1 << shift);
        }
        codes
    }
}

/// How deep each symbol is in the tree that joins the two rarest again and again. At least two symbols occur: the end
/// of the data and what is before it.
fn depths(counts: &[u32; SYMBOLS]) -> [u32; SYMBOLS] {
    let mut heap: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
    // The parent of each node: first the symbols, then what joins them.
    let mut parents: Vec<Option<usize>> = vec![None; SYMBOLS];
    heap.extend(
        counts.iter().enumerate().filter(|(_, c)| **c > 0).map(|(node, count)| Reverse((*count, node))),
    );
    while let (Some(Reverse((rare, first))), Some(Reverse((other, second)))) = (heap.pop(), heap.pop()) {
        let joined = parents.len();
        parents.push(None);
        for child in [first, second] {
            if let Some(parent) = parents.get_mut(child) {
                *parent = Some(joined);
            }
        }
        heap.push(Reverse((rare.saturating_add(other), joined)));
    }
    let mut depths = vec![0_u32; parents.len()];
    // A parent comes after its children, so from the end each knows its own depth.
    for node in (0..parents.len()).rev() {
        let above = parents.get(node).copied().flatten().and_then(|parent| depths.get(parent).copied());
        if let (Some(depth), Some(above)) = (depths.get_mut(node), above) {
            *depth = above.saturating_add(1);
        }
    }
    let mut of_symbols = [0; SYMBOLS];
    for (symbol, depth) in of_symbols.iter_mut().zip(depths) {
        *symbol = depth;
    }
    of_symbols
}
