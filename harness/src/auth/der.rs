//! [X.690] The little DER that SPNEGO, Kerberos and CredSSP need: definite lengths in their shortest form, tags below 31,
//! no recursion (a caller opens one level at a time, so the depth is that of its grammar).
//!
//! [X.690]: https://www.itu.int/rec/T-REC-X.690

use crate::codec::CodecError;
use crate::codec::ReadCursor;

/// An identifier octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag(pub(crate) u8);

impl Tag {
    pub(crate) const INTEGER: Self = Self(0x02);
    pub(crate) const BIT_STRING: Self = Self(0x03);
    pub(crate) const OCTET_STRING: Self = Self(0x04);
    pub(crate) const OBJECT_IDENTIFIER: Self = Self(0x06);
    pub(crate) const ENUMERATED: Self = Self(0x0A);
    pub(crate) const GENERALIZED_TIME: Self = Self(0x18);
    pub(crate) const GENERAL_STRING: Self = Self(0x1B);
    pub(crate) const SEQUENCE: Self = Self(0x30);
    /// [RFC 2743 3.1] InitialContextToken.
    pub(crate) const APPLICATION_0: Self = Self(0x60);

    /// An explicit context-specific tag.
    pub(crate) const fn context(number: u8) -> Self {
        Self(0xA0 | number)
    }

    /// A constructed application tag.
    pub(crate) const fn application(number: u8) -> Self {
        Self(0x60 | number)
    }
}

/// Reads elements one after the other.
pub(crate) struct DerReader<'a> {
    cursor: ReadCursor<'a>,
}

impl<'a> DerReader<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { cursor: ReadCursor::new(input) }
    }

    /// The contents of the next element, which has to have this tag.
    pub(crate) fn expect(&mut self, tag: Tag, field: &'static str) -> Result<&'a [u8], CodecError> {
        let found = self.cursor.u8().map_err(|_| CodecError::Missing { field })?;
        if found != tag.0 {
            return Err(CodecError::BadValue { field, value: u64::from(found) });
        }
        let len = self.length(field)?;
        self.cursor.take(len)
    }

    /// The contents of the next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: Tag, field: &'static str) -> Result<Option<&'a [u8]>, CodecError> {
        match self.cursor.clone().u8() {
            Ok(found) if found == tag.0 => self.expect(tag, field).map(Some),
            _ => Ok(None),
        }
    }

    /// The contents of an element of type `inner` inside the explicit tag `outer`, if that is there.
    pub(crate) fn optional_explicit(
        &mut self,
        outer: Tag,
        inner: Tag,
        field: &'static str,
    ) -> Result<Option<&'a [u8]>, CodecError> {
        self.optional(outer, field)?.map(|contents| only(contents, inner, field)).transpose()
    }

    /// The contents of an element of type `inner` inside the explicit tag `number`.
    pub(crate) fn explicit(
        &mut self,
        number: u8,
        inner: Tag,
        field: &'static str,
    ) -> Result<&'a [u8], CodecError> {
        only(self.expect(Tag::context(number), field)?, inner, field)
    }

    /// The next element, which has to have this tag, as it stands: tag, length and contents.
    pub(crate) fn whole(&mut self, tag: Tag, field: &'static str) -> Result<&'a [u8], CodecError> {
        let start = self.cursor.clone();
        self.expect(tag, field)?;
        let len = start.remaining().saturating_sub(self.cursor.remaining());
        start.clone().take(len)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cursor.remaining() == 0
    }

    pub(crate) fn expect_end(&self) -> Result<(), CodecError> {
        self.cursor.expect_end()
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.cursor.rest()
    }

    /// [X.690 10.1] Definite, and in as few octets as possible.
    fn length(&mut self, field: &'static str) -> Result<usize, CodecError> {
        let first = self.cursor.u8()?;
        if first < 0x80 {
            return Ok(usize::from(first));
        }
        let count = usize::from(first & 0x7F);
        let bad_length = CodecError::BadValue { field, value: u64::from(first) };
        if count == 0 || count > 4 {
            return Err(bad_length);
        }
        let octets = self.cursor.take(count)?;
        let value = octets.iter().fold(0_u64, |value, octet| value << 8 | u64::from(*octet));
        if value < 0x80 || octets.first() == Some(&0) {
            return Err(bad_length);
        }
        usize::try_from(value).map_err(|_| bad_length)
    }
}

/// The contents of the one element that `input` is.
pub(crate) fn only<'a>(input: &'a [u8], tag: Tag, field: &'static str) -> Result<&'a [u8], CodecError> {
    let mut reader = DerReader::new(input);
    let contents = reader.expect(tag, field)?;
    reader.expect_end()?;
    Ok(contents)
}

/// An element of these contents.
pub(crate) fn element(tag: Tag, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag.0];
    match u8::try_from(contents.len()) {
        Ok(len) if len < 0x80 => bytes.push(len),
        _ => {
            let octets = contents.len().to_be_bytes();
            let zeros = octets.iter().take_while(|octet| **octet == 0).count();
            let octets = octets.get(zeros..).unwrap_or_default();
            bytes.push(0x80 | u8::try_from(octets.len()).unwrap_or_default());
            bytes.extend_from_slice(octets);
        }
    }
    bytes.extend_from_slice(contents);
    bytes
}

/// An element inside an explicit tag.
pub(crate) fn explicit(outer: Tag, inner: Tag, contents: &[u8]) -> Vec<u8> {
    element(outer, &element(inner, contents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_come_back_in_their_shortest_form() {
        for len in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let contents = vec![7; len];
            let bytes = element(Tag::OCTET_STRING, &contents);
            assert_eq!(only(&bytes, Tag::OCTET_STRING, "").unwrap(), contents);
        }
        assert_eq!(element(Tag::OCTET_STRING, &[7; 128])[..3], [0x04, 0x81, 128]);
    }

    #[test]
    fn indefinite_overlong_and_truncated_lengths_are_refused() {
        for bytes in [
            &[0x04, 0x80, 0, 0][..],
            &[0x04, 0x81, 1, 7],
            &[0x04, 0x82, 0, 128],
            &[0x04, 0x85, 0, 0, 0, 0, 1],
            &[0x04, 0xFF],
            &[0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x04, 2, 7],
            &[0x04],
            &[],
        ] {
            assert!(only(bytes, Tag::OCTET_STRING, "").is_err(), "{bytes:?}");
        }
    }
}
