//! Blocks become data within the bound or an error, in linear memory; data comes back as it was compressed.

use winrm_harness::compression::Xpress;

use crate::allocation::within;

/// Octets of data that blocks may become for each of their own.
const GROWTH: usize = 64;
/// Octets that decompressing may allocate for each octet of input: the table of codes takes 128 KiB for a block, which is
/// never shorter than 256 octets, and a buffer that grows by doubling is counted twice.
const FACTOR: usize = 512 + 4 * GROWTH;

/// The oracle. The first octet chooses what the others are: blocks, or what one block holds.
pub fn compression_xpress_decode(input: &[u8]) {
    judge(input, Xpress::compress);
}

/// The oracle over any way to compress, so that a test can show a wrong one being found.
pub fn judge(input: &[u8], compress: impl Fn(&[u8]) -> Vec<u8>) {
    let Some((mode, octets)) = input.split_first() else { return };
    let bytes_max = octets.len().saturating_mul(GROWTH);
    let data = within(FACTOR, input.len(), || match mode {
        0 => Xpress::decompress(octets, bytes_max),
        _ => Xpress::decode(octets, bytes_max.min(usize::from(*mode).saturating_mul(300))),
    });
    if let Ok(data) = &data {
        assert!(data.len() <= bytes_max, "{} octets became {}", octets.len(), data.len());
    }
    for data in [octets, &data.unwrap_or_default()] {
        match Xpress::decompress(&compress(data), data.len()) {
            Ok(again) => assert_eq!(again, data, "data changed when it was compressed"),
            Err(error) => panic!("data that was compressed is not read: {error}"),
        }
    }
}
