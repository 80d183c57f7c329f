//! The frame that looks like [RFC 2046 5.1] multipart and is not: no empty line after the header lines of a part, no
//! CRLF before a delimiter that follows binary data.
//!
//! Ciphertext can hold any octets, the delimiter too. So [`FrameReader`] moves by lengths and by short lines only, and
//! has no way to search for a boundary.
//!
//! [RFC 2046 5.1]: https://www.rfc-editor.org/rfc/rfc2046#section-5.1

use std::fmt;

use crate::limits::MULTIPART_LINE_BYTES_MAX;

/// Reads a multipart body piece by piece.
#[derive(Debug, Clone, Copy)]
pub struct FrameReader<'a> {
    body: &'a [u8],
    boundary: &'a str,
    // INVARIANT: at <= body.len()
    at: usize,
}

/// A delimiter line as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiter {
    /// Whether it ends the body: `--boundary--`.
    pub closes: bool,
    /// Whether a blank stands before the boundary, as Exchange writes it.
    pub spaced: bool,
}

/// A header line of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartHeader<'a> {
    /// What stands before the name: one tab, if the peer goes by the specification.
    pub indent: &'a str,
    /// The name.
    pub name: &'a str,
    /// The value, white space around it left out.
    pub value: &'a str,
}

/// Why a body is not such a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MultipartError {
    /// Here a delimiter line should stand.
    Delimiter {
        /// Octets of the body before it.
        offset: usize,
        /// The first octets that came instead.
        found: Vec<u8>,
    },
    /// Here a header line `name: value` should stand.
    Header {
        /// Octets of the body before it.
        offset: usize,
    },
    /// A line has no CRLF within the bound.
    Line {
        /// Octets of the body before it.
        offset: usize,
        /// The bound.
        bytes_max: usize,
    },
    /// The body ends inside data of a known length.
    Truncated {
        /// Octets of the body before the data.
        offset: usize,
        /// How many octets the data have.
        expected: usize,
        /// How many came.
        got: usize,
    },
}

impl<'a> FrameReader<'a> {
    /// Reads `body`, which is delimited by `boundary`.
    #[must_use]
    pub fn new(body: &'a [u8], boundary: &'a str) -> Self {
        Self { body, boundary, at: 0 }
    }

    /// How many octets have been read.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// What has not been read.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.body.get(self.at..).unwrap_or_default()
    }

    /// The next `len` octets, whatever they hold.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], MultipartError> {
        let taken = self.rest().get(..len).ok_or(MultipartError::Truncated {
            offset: self.at,
            expected: len,
            got: self.rest().len(),
        })?;
        self.at = self.at.saturating_add(len);
        Ok(taken)
    }

    /// The delimiter line that stands `ahead` octets from here, which does not move the reader.
    #[must_use]
    pub fn peek_delimiter(&self, ahead: usize) -> Option<Delimiter> {
        let mut copy = *self;
        copy.take(ahead).ok()?;
        copy.delimiter().ok()
    }

    /// Skips `octets` if they stand here and says whether they did.
    pub fn eat(&mut self, octets: &[u8]) -> bool {
        let stands = self.rest().starts_with(octets);
        if stands {
            self.at = self.at.saturating_add(octets.len());
        }
        stands
    }

    /// The delimiter line that must stand here.
    pub fn delimiter(&mut self) -> Result<Delimiter, MultipartError> {
        let start = self.at;
        let opens = self.eat(b"--");
        let spaced = self.eat(b" ");
        let named = self.eat(self.boundary.as_bytes());
        let closes = self.eat(b"--");
        if opens && named && self.eat(b"\r\n") {
            return Ok(Delimiter { closes, spaced });
        }
        self.at = start;
        let shown = self.boundary.len().saturating_add(7).min(MULTIPART_LINE_BYTES_MAX);
        let found = self.rest().get(..shown).unwrap_or(self.rest()).to_vec();
        Err(MultipartError::Delimiter { offset: start, found })
    }

    /// The header line that must stand here.
    pub fn header(&mut self) -> Result<PartHeader<'a>, MultipartError> {
        let fault = MultipartError::Header { offset: self.at };
        let line = std::str::from_utf8(self.line()?).map_err(|_| fault.clone())?;
        let trimmed = line.trim_start_matches([' ', '\t']);
        let indent = line.strip_suffix(trimmed).unwrap_or_default();
        let (name, value) = trimmed.split_once(':').filter(|(name, _)| !name.is_empty()).ok_or(fault)?;
        Ok(PartHeader { indent, name, value: value.trim_matches(' ') })
    }

    fn line(&mut self) -> Result<&'a [u8], MultipartError> {
        let window = self.rest().get(..MULTIPART_LINE_BYTES_MAX.saturating_add(2)).unwrap_or(self.rest());
        let len = window
            .windows(2)
            .position(|pair| pair == b"\r\n")
            .ok_or(MultipartError::Line { offset: self.at, bytes_max: MULTIPART_LINE_BYTES_MAX })?;
        let line = self.take(len)?;
        self.eat(b"\r\n");
        Ok(line)
    }
}

impl fmt::Display for MultipartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delimiter { offset, found } => {
                write!(f, "expected a delimiter line at octet {offset}, found `{}`", found.escape_ascii())
            }
            Self::Header { offset } => write!(f, "expected a header line `name: value` at octet {offset}"),
            Self::Line { offset, bytes_max } => {
                write!(f, "expected a line of at most {bytes_max} octets and CRLF at octet {offset}")
            }
            Self::Truncated { offset, expected, got } => {
                write!(f, "expected {expected} octets from octet {offset} on, found {got}")
            }
        }
    }
}

impl std::error::Error for MultipartError {}

#[cfg(test)]
mod tests {
    use super::Delimiter;
    use super::FrameReader;
    use super::MultipartError;
    use super::PartHeader;
    use crate::limits::MULTIPART_LINE_BYTES_MAX;

    #[test]
    fn data_that_look_like_a_delimiter_are_data() {
        let mut reader = FrameReader::new(b"--b\r\n\tA: 1\r\n--b\r\n--b--\r\n", "b");
        assert_eq!(reader.delimiter(), Ok(Delimiter { closes: false, spaced: false }));
        assert_eq!(reader.header(), Ok(PartHeader { indent: "\t", name: "A", value: "1" }));
        assert_eq!(reader.take(5), Ok(b"--b\r\n".as_slice()));
        assert_eq!(reader.delimiter(), Ok(Delimiter { closes: true, spaced: false }));
        assert_eq!(reader.rest(), b"");
    }

    #[test]
    fn a_failed_delimiter_does_not_move_the_reader() {
        let mut reader = FrameReader::new(b"-- b--x", "b");
        assert_eq!(
            reader.delimiter(),
            Err(MultipartError::Delimiter { offset: 0, found: b"-- b--x".to_vec() })
        );
        assert_eq!(reader.offset(), 0);
        assert_eq!(
            FrameReader::new(b"..-- b--\r\n", "b").peek_delimiter(2),
            Some(Delimiter { closes: true, spaced: true })
        );
    }

    #[test]
    fn a_line_stands_on_its_bound() {
        let line = |len: usize| format!("A:{}\r\n", "1".repeat(len - 2));
        assert!(FrameReader::new(line(MULTIPART_LINE_BYTES_MAX).as_bytes(), "b").header().is_ok());
        let error = MultipartError::Line { offset: 0, bytes_max: MULTIPART_LINE_BYTES_MAX };
        assert_eq!(FrameReader::new(line(MULTIPART_LINE_BYTES_MAX + 1).as_bytes(), "b").header(), Err(error));
    }

    #[test]
    fn lines_without_a_name_or_in_no_charset_are_refused() {
        for line in [b"A 1\r\n".as_slice(), b"\t: 1\r\n", b"\xff: 1\r\n"] {
            assert_eq!(FrameReader::new(line, "b").header(), Err(MultipartError::Header { offset: 0 }));
        }
    }
}
