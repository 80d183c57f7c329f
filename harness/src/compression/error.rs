use std::fmt;

/// Why octets could not be decompressed. The peer is at fault in every case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompressionError {
    /// The octets end inside a symbol, a table or a block.
    Truncated,
    /// What came out would be longer than the caller takes.
    TooLong {
        /// The bound in octets.
        bytes_max: usize,
    },
    /// The length that is stated is not that of the data.
    Length {
        /// What is stated.
        stated: usize,
        /// What came out.
        found: usize,
    },
    /// Octets follow the end of the data.
    Trailing {
        /// How many.
        count: usize,
    },
    /// SLDC: the first symbol is no reset, so that no decoder can begin there.
    NoReset,
    /// SLDC: a control symbol that the standard reserves.
    ControlSymbol {
        /// The four bits that tell it from the others.
        found: u32,
    },
    /// A match copies octets that never were.
    Match {
        /// SLDC: where in the history it begins. Xpress: how far back.
        place: usize,
        /// How many octets there are.
        available: usize,
    },
    /// Xpress: the lengths of the codes make no complete prefix code.
    Codes,
    /// Xpress: a long match is shorter than a short one.
    MatchLength {
        /// What is stated.
        found: usize,
    },
}

impl fmt::Display for CompressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("expected more compressed data, found its end"),
            Self::TooLong { bytes_max } => {
                write!(f, "expected at most {bytes_max} octets when decompressed, found more")
            }
            Self::Length { stated, found } => {
                write!(f, "expected {stated} octets when decompressed, found {found}")
            }
            Self::Trailing { count } => {
                write!(f, "expected the end of the compressed data, found {count} octets more")
            }
            Self::NoReset => f.write_str("expected a Reset 1 or Reset 2 symbol first"),
            Self::ControlSymbol { found } => write!(f, "reserved control symbol {found:04b}"),
            Self::Match { place, available } => {
                write!(f, "expected a match within {available} octets, found one at {place}")
            }
            Self::Codes => f.write_str("expected code lengths of a complete prefix code"),
            Self::MatchLength { found } => {
                write!(f, "expected a match length of at least 15 in two octets, found {found}")
            }
        }
    }
}

impl std::error::Error for CompressionError {}
