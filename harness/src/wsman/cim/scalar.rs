use std::fmt;

use crate::wsman::cim::CimDateTime;

/// [DSP0004 5.2.2] The intrinsic types of CIM.
///
/// [DSP0004 5.2.2]: https://www.dmtf.org/standards/cim
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// An unsigned integer of 8 bits.
    Uint8,
    /// An unsigned integer of 16 bits.
    Uint16,
    /// An unsigned integer of 32 bits.
    Uint32,
    /// An unsigned integer of 64 bits.
    Uint64,
    /// A signed integer of 8 bits.
    Sint8,
    /// A signed integer of 16 bits.
    Sint16,
    /// A signed integer of 32 bits.
    Sint32,
    /// A signed integer of 64 bits.
    Sint64,
    /// An IEEE number of 32 bits.
    Real32,
    /// An IEEE number of 64 bits.
    Real64,
    /// One UTF-16 code unit, as its number.
    Char16,
    /// Text.
    String,
    /// A point in time or an interval.
    Datetime,
    /// A reference to an instance, which is no scalar.
    Reference,
    /// An embedded instance, which is no scalar.
    Instance,
}

/// A value of one of the [`Kind`]s that are text on the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// [`Kind::Boolean`].
    Boolean(bool),
    /// Any of the unsigned integers, and [`Kind::Char16`].
    Unsigned(u64),
    /// Any of the signed integers.
    Signed(i64),
    /// [`Kind::Real32`].
    Real32(f32),
    /// [`Kind::Real64`].
    Real64(f64),
    /// [`Kind::String`].
    String(String),
    /// [`Kind::Datetime`].
    Datetime(CimDateTime),
}

/// Why a text is no value of a [`Kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScalarError {
    /// It has not the form.
    TypeMismatch {
        /// What was expected.
        kind: Kind,
    },
    /// It has the form and is out of range.
    OutOfRange {
        /// What was expected.
        kind: Kind,
    },
}

impl Kind {
    /// Reads the text of a value. White space around it counts only in strings.
    pub fn read(self, text: &str) -> Result<Scalar, ScalarError> {
        let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
        let mismatch = ScalarError::TypeMismatch { kind: self };
        match self {
            Self::Boolean => boolean(trimmed).map(Scalar::Boolean).ok_or(mismatch),
            Self::Uint8 => self.unsigned(trimmed, u8::MAX.into()),
            Self::Uint16 | Self::Char16 => self.unsigned(trimmed, u16::MAX.into()),
            Self::Uint32 => self.unsigned(trimmed, u32::MAX.into()),
            Self::Uint64 => self.unsigned(trimmed, u64::MAX),
            Self::Sint8 => self.signed(trimmed, i8::MIN.into(), i8::MAX.into()),
            Self::Sint16 => self.signed(trimmed, i16::MIN.into(), i16::MAX.into()),
            Self::Sint32 => self.signed(trimmed, i32::MIN.into(), i32::MAX.into()),
            Self::Sint64 => self.signed(trimmed, i64::MIN, i64::MAX),
            Self::Real32 => real(trimmed).map(Scalar::Real32).ok_or(mismatch),
            Self::Real64 => real(trimmed).map(Scalar::Real64).ok_or(mismatch),
            Self::String => Ok(Scalar::String(text.to_owned())),
            Self::Datetime => CimDateTime::parse(trimmed).map(Scalar::Datetime).ok_or(mismatch),
            Self::Reference | Self::Instance => Err(mismatch),
        }
    }

    fn unsigned(self, text: &str, max: u64) -> Result<Scalar, ScalarError> {
        let positive = text.strip_prefix('+').unwrap_or(text);
        let digits = text.strip_prefix('-').unwrap_or(positive);
        // "-0" is in range, "-1" is not.
        let max = if text.starts_with('-') { 0 } else { max };
        let number = digits_of(digits).filter(|number| *number <= max);
        number.map(Scalar::Unsigned).ok_or_else(|| self.not_a_number(digits))
    }

    fn signed(self, text: &str, min: i64, max: i64) -> Result<Scalar, ScalarError> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let number = text.parse().ok().filter(|number| (min..=max).contains(number));
        number.map(Scalar::Signed).ok_or_else(|| self.not_a_number(digits))
    }

    /// Digits alone are a number that doesn't fit.
    fn not_a_number(self, digits: &str) -> ScalarError {
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return ScalarError::OutOfRange { kind: self };
        }
        ScalarError::TypeMismatch { kind: self }
    }
}

fn boolean(text: &str) -> Option<bool> {
    let is = |known: &str| text.eq_ignore_ascii_case(known);
    if is("true") || text == "1" {
        return Some(true);
    }
    (is("false") || text == "0").then_some(false)
}

fn digits_of(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// [XML Schema 3.2.4] `float` and `double`: `INF`, `-INF` and `NaN` are spelled just so.
fn real<T: std::str::FromStr>(text: &str) -> Option<T> {
    let is_number = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    match text {
        "INF" => "inf".parse().ok(),
        "-INF" => "-inf".parse().ok(),
        "NaN" => "nan".parse().ok(),
        _ => is_number.then(|| text.parse().ok())?,
    }
}

/// The text of the value, which [`Kind::read`] reads back.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Unsigned(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Real32(value) if value.is_finite() => write!(f, "{value:e}"),
            Self::Real64(value) if value.is_finite() => write!(f, "{value:e}"),
            Self::Real32(value) => f.write_str(not_finite(value.is_nan(), *value > 0.0)),
            Self::Real64(value) => f.write_str(not_finite(value.is_nan(), *value > 0.0)),
            Self::String(value) => f.write_str(value),
            Self::Datetime(value) => value.fmt(f),
        }
    }
}

fn not_finite(is_nan: bool, is_positive: bool) -> &'static str {
    match (is_nan, is_positive) {
        (true, _) => "NaN",
        (false, true) => "INF",
        (false, false) => "-INF",
    }
}

impl fmt::Display for ScalarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TypeMismatch { kind } => write!(f, "expected a value of type {kind:?}"),
            Self::OutOfRange { kind } => write!(f, "expected a number in the range of {kind:?}"),
        }
    }
}

impl std::error::Error for ScalarError {}
