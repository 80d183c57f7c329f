//! Streams of a shell: blocks of at most 64 KiB, each compressed on its own or written as it is.

mod codes;
mod decode;
mod encode;

use crate::compression::CompressionError;
use crate::limits::XPRESS_BLOCK_BYTES_MAX;

/// [MS-WSMV 3.2.4.1.19] note <134>: less than this is written as it is.
const COMPRESSED_BYTES_MIN: usize = 266;

/// [MS-XCA 2.1] LZ77+Huffman, in the blocks that [MS-WSMV 3.2.4.1.19] note <134> cuts a stream into: the length of the
/// data less one, the length of what is written less one, two octets each with the lowest first, and then it.
///
/// [MS-XCA 2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-xca
/// [MS-WSMV 3.2.4.1.19]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy)]
pub struct Xpress;

impl Xpress {
    /// The name of the algorithm as a `CompressionType`.
    pub const NAME: &'static str = "xpress";

    /// The blocks of a stream's octets; none for no octets.
    #[must_use]
    pub fn compress(data: &[u8]) -> Vec<u8> {
        let mut octets = Vec::new();
        for block in data.chunks(XPRESS_BLOCK_BYTES_MAX) {
            let compressed = match block.len() < COMPRESSED_BYTES_MIN {
                true => None,
                false => Some(encode::encode(block)).filter(|compressed| compressed.len() < block.len()),
            };
            let written = compressed.as_deref().unwrap_or(block);
            octets.extend(length_field(block.len()));
            octets.extend(length_field(written.len()));
            octets.extend_from_slice(written);
        }
        octets
    }

    /// The octets that such blocks hold, at most `bytes_max`.
    pub fn decompress(mut octets: &[u8], bytes_max: usize) -> Result<Vec<u8>, CompressionError> {
        let mut data = Vec::new();
        while !octets.is_empty() {
            let ([len_low, len_high, written_low, written_high], rest) =
                octets.split_first_chunk::<4>().ok_or(CompressionError::Truncated)?;
            let len = length(*len_low, *len_high);
            let (block, rest) = rest
                .split_at_checked(length(*written_low, *written_high))
                .ok_or(CompressionError::Truncated)?;
            if data.len().saturating_add(len) > bytes_max {
                return Err(CompressionError::TooLong { bytes_max });
            }
            match block.len() == len {
                true => data.extend_from_slice(block),
                false => data.extend(decode::decode(block, len)?),
            }
            octets = rest;
        }
        Ok(data)
    }

    /// [MS-XCA 2.2] the `len` octets that LZ77+Huffman data stands for, without lengths around it.
    ///
    /// [MS-XCA 2.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-xca
    pub fn decode(octets: &[u8], len: usize) -> Result<Vec<u8>, CompressionError> {
        decode::decode(octets, len)
    }
}

fn length_field(len: usize) -> [u8; 2] {
    u16::try_from(len.saturating_sub(1)).unwrap_or(u16::MAX).to_le_bytes()
}

fn length(low: u8, high: u8) -> usize {
    usize::from(u16::from_le_bytes([low, high])).saturating_add(1)
}
