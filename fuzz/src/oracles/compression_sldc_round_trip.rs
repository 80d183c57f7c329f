//! Data comes back as it was compressed; octets that nobody compressed become data within the bound or an error, and
//! that data comes back too.

use winrm_harness::compression::CompressionError;
use winrm_harness::compression::Sldc;

use crate::allocation::within;

/// Octets of data that a stream may become for each of its own.
const GROWTH: usize = 16;
/// Octets that decompressing may allocate for each octet of input: a buffer that grows by doubling is counted twice.
const FACTOR: usize = 4 * GROWTH;

/// The oracle.
pub fn compression_sldc_round_trip(input: &[u8]) {
    judge(input, Sldc::encode);
}

/// The oracle over any way to compress, so that a test can show a wrong one being found.
pub fn judge(input: &[u8], encode: impl Fn(&[u8]) -> Vec<u8>) {
    let bytes_max = input.len().saturating_mul(GROWTH);
    for decode in [Sldc::decode, Sldc::decompress] {
        if let Ok(data) = within(FACTOR, input.len(), || decode(input, bytes_max)) {
            assert!(data.len() <= bytes_max, "{} octets became {}", input.len(), data.len());
            check(&data, &encode);
        }
    }
    check(input, &encode);
}

fn check(data: &[u8], encode: impl Fn(&[u8]) -> Vec<u8>) {
    let message = encode(data);
    match Sldc::decode(&message, data.len()) {
        Ok(again) => assert_eq!(again, data, "data changed when it was compressed"),
        Err(error) => panic!("data that was compressed is not read: {error}"),
    }
    if let Some(bytes_max) = data.len().checked_sub(1) {
        assert_eq!(Sldc::decode(&message, bytes_max), Err(CompressionError::TooLong { bytes_max }));
    }
}
