//! The two compressions of MS-WSMV: [`Sldc`] around the messages that deliver events, [`Xpress`] inside the streams of a
//! shell. Both are octets in, octets out, and what a peer's octets may grow to is the caller's bound.
//!
//! ```
//! use winrm_harness::compression::{CompressionError, Sldc, Xpress};
//!
//! let text = "so much, so much, so much".repeat(20).into_bytes();
//! assert_eq!(Sldc::decode(&Sldc::encode(&text), 500)?, text);
//! assert_eq!(Xpress::decompress(&Xpress::compress(&text), 500)?, text);
//! assert_eq!(Sldc::decode(&Sldc::encode(&text), 499), Err(CompressionError::TooLong { bytes_max: 499 }));
//! # Ok::<(), CompressionError>(())
//! ```

mod bits;
mod error;
mod matches;
mod sldc;
mod xpress;

pub use error::CompressionError;
pub use sldc::Sldc;
pub use xpress::Xpress;

#[cfg(test)]
mod tests;
