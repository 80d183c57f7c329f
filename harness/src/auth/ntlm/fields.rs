use crate::codec::CodecError;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;

/// Length, maximum length and offset of a part of the payload. The maximum "MUST be ignored on receipt".
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    offset: usize,
    len: usize,
}

/// Octets of one encoded field.
pub(crate) const FIELD_LEN: usize = 8;

impl Field {
    pub(crate) fn decode(name: &'static str, cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let len = usize::from(cursor.u16_le()?);
        let _len_max = cursor.u16_le()?;
        let value = cursor.u32_le()?;
        let offset = usize::try_from(value)
            .map_err(|_| CodecError::BadValue { field: name, value: u64::from(value) })?;
        Ok(Self { name, offset, len })
    }

    /// Where the payload begins if this part is the first one; nothing if it is empty.
    fn start(self) -> Option<usize> {
        (self.len > 0).then_some(self.offset)
    }

    /// The octets. An empty part may point anywhere.
    pub(crate) fn slice(self, message: &[u8]) -> Result<&[u8], CodecError> {
        if self.len == 0 {
            return Ok(&[]);
        }
        let out_of_range = CodecError::OutOfRange { field: self.name, offset: self.offset, len: self.len };
        let end = self.offset.checked_add(self.len).ok_or(out_of_range.clone())?;
        message.get(self.offset..end).ok_or(out_of_range)
    }
}

/// Where the fixed part of a message ends, which tells which optional fields it has: at the first payload octet.
/// Nothing may point into the fixed part that every message of the kind has.
pub(crate) fn header_end(message_len: usize, len_min: usize, fields: &[Field]) -> Result<usize, CodecError> {
    let first =
        fields.iter().filter_map(|field| Some((field.start()?, *field))).min_by_key(|(start, _)| *start);
    let Some((start, field)) = first else { return Ok(message_len) };
    if start < len_min {
        return Err(CodecError::OutOfRange { field: field.name, offset: field.offset, len: field.len });
    }
    Ok(start.min(message_len))
}

/// Collects the payload behind a fixed part of known length, and the fields that point into it.
pub(crate) struct Payload {
    header_len: usize,
    octets: Vec<u8>,
}

impl Payload {
    pub(crate) fn new(header_len: usize) -> Self {
        Self { header_len, octets: Vec::new() }
    }

    /// Adds a part and returns the encoded field that points to it.
    pub(crate) fn add(&mut self, name: &'static str, part: &[u8]) -> Result<[u8; FIELD_LEN], CodecError> {
        let too_long = CodecError::TooLong { field: name, len: part.len(), len_max: usize::from(u16::MAX) };
        let len = u16::try_from(part.len()).map_err(|_| too_long.clone())?;
        let offset = self.header_len.saturating_add(self.octets.len());
        let offset = u32::try_from(offset).map_err(|_| too_long)?;
        self.octets.extend_from_slice(part);
        let mut field = [0; FIELD_LEN];
        let (lens, place) = field.split_at_mut(4);
        lens.copy_from_slice(&(u32::from(len) << 16 | u32::from(len)).to_le_bytes());
        place.copy_from_slice(&offset.to_le_bytes());
        Ok(field)
    }

    pub(crate) fn write(&self, output: &mut WriteBuf) {
        output.bytes(&self.octets);
    }
}
