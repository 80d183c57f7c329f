//! Bounded reading and writing of binary layouts.
//!
//! ```
//! use winrm_harness::codec::CodecError;
//! use winrm_harness::codec::ReadCursor;
//!
//! let mut cursor = ReadCursor::new(&[1, 0, 0xAB]);
//! assert_eq!(cursor.u16_le()?, 1);
//! assert_eq!(cursor.take(1)?, [0xAB]);
//! cursor.expect_end()?;
//! assert!(matches!(cursor.u8(), Err(CodecError::Truncated { wanted: 1, remaining: 0, .. })));
//! # Ok::<(), CodecError>(())
//! ```

use std::fmt;

/// A value with a binary form. The pair of [`Decode`].
pub trait Encode {
    /// Appends the binary form to `output`. Fails only where a length does not fit the field that carries it.
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError>;

    /// The binary form alone.
    fn to_bytes(&self) -> Result<Vec<u8>, CodecError> {
        let mut output = WriteBuf::new();
        self.encode(&mut output)?;
        Ok(output.into_bytes())
    }
}

/// A value that can be read from its binary form. The pair of [`Encode`].
pub trait Decode: Sized {
    /// Reads one value and leaves the cursor behind it.
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError>;

    /// Reads one value that is all of `input`.
    fn from_bytes(input: &[u8]) -> Result<Self, CodecError> {
        let mut cursor = ReadCursor::new(input);
        let value = Self::decode(&mut cursor)?;
        cursor.expect_end()?;
        Ok(value)
    }
}

/// Why octets are not what a layout says, or a value does not fit its layout.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodecError {
    /// The input ends before the field does.
    Truncated {
        /// Octets the field needs.
        wanted: usize,
        /// Octets that are left.
        remaining: usize,
        /// Where the field begins.
        offset: usize,
    },
    /// Octets follow the value.
    TrailingBytes {
        /// How many.
        remaining: usize,
    },
    /// A field points outside its message, or into the fixed part of it.
    OutOfRange {
        /// The field's name in the specification.
        field: &'static str,
        /// The offset that the field gives.
        offset: usize,
        /// The length that the field gives.
        len: usize,
    },
    /// A field holds a value that its layout excludes.
    BadValue {
        /// The field's name in the specification.
        field: &'static str,
        /// What it holds.
        value: u64,
    },
    /// A field is longer than its bound.
    TooLong {
        /// The field's name in the specification.
        field: &'static str,
        /// Its length.
        len: usize,
        /// The bound.
        len_max: usize,
    },
    /// A field is not text in its encoding.
    BadText {
        /// The field's name in the specification.
        field: &'static str,
    },
    /// A field that has to be there is not.
    Missing {
        /// The field's name in the specification.
        field: &'static str,
    },
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { wanted, remaining, offset } => {
                write!(f, "expected {wanted} octets at offset {offset}, found {remaining}")
            }
            Self::TrailingBytes { remaining } => write!(f, "expected the end, found {remaining} more octets"),
            Self::OutOfRange { field, offset, len } => {
                write!(f, "{field} points outside its place: offset {offset}, length {len}")
            }
            Self::BadValue { field, value } => write!(f, "{field} holds {value:#x}, which it must not"),
            Self::TooLong { field, len, len_max } => {
                write!(f, "{field} has {len} octets, expected at most {len_max}")
            }
            Self::BadText { field } => write!(f, "{field} is not text in its encoding"),
            Self::Missing { field } => write!(f, "{field} is missing"),
        }
    }
}

impl std::error::Error for CodecError {}

/// Reads fixed layouts from a slice; every read is checked, none copies more than it returns.
#[derive(Debug, Clone)]
pub struct ReadCursor<'a> {
    input: &'a [u8],
    // INVARIANT: offset <= input.len()
    offset: usize,
}

impl<'a> ReadCursor<'a> {
    /// A cursor at the start of `input`.
    pub fn new(input: &'a [u8]) -> Self {
        Self { input, offset: 0 }
    }

    /// Octets read so far.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Octets left to read.
    pub fn remaining(&self) -> usize {
        self.input.len().saturating_sub(self.offset)
    }

    /// The next `len` octets.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], CodecError> {
        let truncated =
            CodecError::Truncated { wanted: len, remaining: self.remaining(), offset: self.offset };
        let end = self.offset.checked_add(len).ok_or(truncated.clone())?;
        let taken = self.input.get(self.offset..end).ok_or(truncated)?;
        self.offset = end;
        Ok(taken)
    }

    /// Everything that is left; the cursor is at the end afterwards.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.input.get(self.offset..).unwrap_or_default();
        self.offset = self.input.len();
        rest
    }

    /// The next `N` octets.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// One octet.
    pub fn u8(&mut self) -> Result<u8, CodecError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// Two octets, least significant first.
    pub fn u16_le(&mut self) -> Result<u16, CodecError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four octets, least significant first.
    pub fn u32_le(&mut self) -> Result<u32, CodecError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight octets, least significant first.
    pub fn u64_le(&mut self) -> Result<u64, CodecError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Four octets, most significant first.
    pub fn u32_be(&mut self) -> Result<u32, CodecError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Eight octets, most significant first.
    pub fn u64_be(&mut self) -> Result<u64, CodecError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// Fails if anything is left.
    pub fn expect_end(&self) -> Result<(), CodecError> {
        match self.remaining() {
            0 => Ok(()),
            remaining => Err(CodecError::TrailingBytes { remaining }),
        }
    }
}

/// Collects a binary form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteBuf {
    bytes: Vec<u8>,
}

impl WriteBuf {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Octets written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is written yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends octets as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends one octet.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends two octets, least significant first.
    pub fn u16_le(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    /// Appends four octets, least significant first.
    pub fn u32_le(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    /// Appends eight octets, least significant first.
    pub fn u64_le(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// Appends four octets, most significant first.
    pub fn u32_be(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    /// Appends eight octets, most significant first.
    pub fn u64_be(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_back_in_both_byte_orders() {
        let mut output = WriteBuf::new();
        output.u8(1);
        output.u16_le(0x0203);
        output.u32_le(0x0405_0607);
        output.u64_le(0x0809_0A0B_0C0D_0E0F);
        output.u32_be(0x1011_1213);
        output.u64_be(0x1415_1617_1819_1A1B);
        let bytes = output.into_bytes();
        assert_eq!(bytes[1..3], [3, 2]);
        assert_eq!(bytes[15..19], [0x10, 0x11, 0x12, 0x13]);
        let mut cursor = ReadCursor::new(&bytes);
        assert_eq!(cursor.u8(), Ok(1));
        assert_eq!(cursor.u16_le(), Ok(0x0203));
        assert_eq!(cursor.u32_le(), Ok(0x0405_0607));
        assert_eq!(cursor.u64_le(), Ok(0x0809_0A0B_0C0D_0E0F));
        assert_eq!(cursor.u32_be(), Ok(0x1011_1213));
        assert_eq!(cursor.u64_be(), Ok(0x1415_1617_1819_1A1B));
        assert_eq!(cursor.expect_end(), Ok(()));
    }

    #[test]
    fn a_read_past_the_end_says_where_and_moves_nothing() {
        let mut cursor = ReadCursor::new(&[1, 2, 3]);
        cursor.u8().unwrap();
        let truncated = CodecError::Truncated { wanted: 4, remaining: 2, offset: 1 };
        assert_eq!(cursor.u32_le(), Err(truncated));
        assert!(cursor.take(usize::MAX).is_err());
        assert_eq!(cursor.expect_end(), Err(CodecError::TrailingBytes { remaining: 2 }));
        assert_eq!(cursor.rest(), [2, 3]);
    }
}
