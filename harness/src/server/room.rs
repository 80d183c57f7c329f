//! How large an answer may be: [DSP0226 6.2] MaxEnvelopeSize, generic for every operation.

use crate::limits::FAULT_BYTES_ALWAYS;
use crate::server::Config;
use crate::server::Mutant;
use crate::soap::Envelope;
use crate::wsman::EncodingLimit;
use crate::wsman::FaultReason;
use crate::wsman::MaxEnvelopeSize;
use crate::wsman::RequestHeader;
use crate::wsman::enumeration;
use crate::wsman::eventing;
use crate::wsman::transfer;
use crate::xml::Charset;

/// The `MaxEnvelopeSize` of a request that names none, [MS-WSMV] 3.1.4.1.7.
const BYTES_DEFAULT: usize = 153_600;
/// The actions that change nothing, so that their answer can be asked for again.
const READS: [&str; 4] = [transfer::GET, enumeration::ENUMERATE, enumeration::PULL, eventing::GET_STATUS];

/// What fits an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    bytes_max: usize,
    /// Whether the client made its limit mandatory.
    is_binding: bool,
    /// Whether the operation leaves everything as it was.
    is_read: bool,
    charset: Charset,
}

impl Room {
    /// The room of an answer to a request whose header can't be read.
    pub(super) fn unknown(charset: Charset) -> Self {
        Self { bytes_max: BYTES_DEFAULT, is_binding: false, is_read: true, charset }
    }

    pub(super) fn of(header: &RequestHeader, envelope: &Envelope, charset: Charset, config: &Config) -> Self {
        let asked = header
            .max_envelope_size
            .map_or(BYTES_DEFAULT, |size| usize::try_from(size.0).unwrap_or(usize::MAX));
        let is_ignored = config.is_mutant(Mutant::LargeAnswers);
        let bytes_max = if is_ignored { usize::MAX } else { asked.min(config.max_envelope_bytes()) };
        let mut blocks = envelope.header_blocks();
        let is_binding = blocks.any(|block| block.element.is(MaxEnvelopeSize::NAME) && block.is_mandatory());
        let is_read = READS.contains(&header.action.as_str());
        Self { bytes_max, is_binding, is_read, charset }
    }

    /// Octets of the longest envelope that fits, written as UTF-8: what answers that come in portions go by.
    pub(super) fn text_bytes_max(&self) -> usize {
        match self.charset {
            Charset::Utf8 => self.bytes_max,
            Charset::Utf16 => (self.bytes_max / 2).saturating_sub(1),
        }
    }

    /// Why an answer can't be sent. What was done is told even so where the limit is only a wish (R6.2-3).
    pub(super) fn refuse(&self, envelope: &str) -> Option<FaultReason> {
        if self.bytes_of(envelope) <= self.bytes_max {
            return None;
        }
        match (self.is_read, self.is_binding) {
            (true, _) => Some(FaultReason::EncodingLimit(EncodingLimit::MaxEnvelopeSize)),
            (false, true) => Some(FaultReason::EncodingLimit(EncodingLimit::UnreportableSuccess)),
            (false, false) => None,
        }
    }

    /// "Faults up to 4096 octets are allowed whatever the client asked for."
    pub(super) fn holds_fault(&self, envelope: &str) -> bool {
        self.bytes_of(envelope) <= self.bytes_max.max(FAULT_BYTES_ALWAYS)
    }

    /// Octets of the answer as it goes out.
    fn bytes_of(&self, envelope: &str) -> usize {
        match self.charset {
            Charset::Utf8 => envelope.len(),
            // With the byte order mark.
            Charset::Utf16 => envelope.encode_utf16().count().saturating_add(1).saturating_mul(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::FAULT_BYTES_ALWAYS;
    use crate::server::room::Room;
    use crate::wsman::EncodingLimit;
    use crate::wsman::FaultReason;
    use crate::xml::Charset;

    fn room(bytes_max: usize, charset: Charset) -> Room {
        Room { bytes_max, ..Room::unknown(charset) }
    }

    #[test]
    fn an_answer_of_the_largest_size_is_sent_and_one_octet_more_is_not() {
        let refused = Some(FaultReason::EncodingLimit(EncodingLimit::MaxEnvelopeSize));
        assert_eq!(room(100, Charset::Utf8).refuse(&"x".repeat(100)), None);
        assert_eq!(room(100, Charset::Utf8).refuse(&"x".repeat(101)), refused);
        assert_eq!(room(100, Charset::Utf8).refuse(&"é".repeat(51)), refused);
        // 49 units and the byte order mark.
        assert_eq!(room(100, Charset::Utf16).refuse(&"é".repeat(49)), None);
        assert_eq!(room(100, Charset::Utf16).refuse(&"é".repeat(50)), refused);
    }

    #[test]
    fn a_fault_of_4096_octets_is_sent_whatever_the_room_and_one_octet_more_is_not() {
        let room = room(100, Charset::Utf8);
        assert!(room.holds_fault(&"x".repeat(FAULT_BYTES_ALWAYS)));
        assert!(!room.holds_fault(&"x".repeat(FAULT_BYTES_ALWAYS + 1)));
    }
}
