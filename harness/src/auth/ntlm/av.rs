use crate::auth::ntlm::FileTime;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;
use crate::limits::NTLM_AV_PAIRS_MAX;

/// [MS-NLMP 2.2.2.1] AvId. Unknown values survive a round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AvId(pub u16);

impl AvId {
    /// MsvAvEOL, the end of the list; never an element of [`AvPairs`].
    pub const EOL: Self = Self(0);
    /// MsvAvNbComputerName.
    pub const NETBIOS_COMPUTER_NAME: Self = Self(1);
    /// MsvAvNbDomainName.
    pub const NETBIOS_DOMAIN_NAME: Self = Self(2);
    /// MsvAvDnsComputerName.
    pub const DNS_COMPUTER_NAME: Self = Self(3);
    /// MsvAvDnsDomainName.
    pub const DNS_DOMAIN_NAME: Self = Self(4);
    /// MsvAvDnsTreeName.
    pub const DNS_TREE_NAME: Self = Self(5);
    /// MsvAvFlags.
    pub const FLAGS: Self = Self(6);
    /// MsvAvTimestamp.
    pub const TIMESTAMP: Self = Self(7);
    /// MsvAvSingleHost.
    pub const SINGLE_HOST: Self = Self(8);
    /// MsvAvTargetName, the name of the service that the client means.
    pub const TARGET_NAME: Self = Self(9);
    /// MsvAvChannelBindings, the MD5 of the bindings or zeros.
    pub const CHANNEL_BINDINGS: Self = Self(10);
}

/// [MS-NLMP 2.2.2.1] AV_PAIR
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvPair {
    /// What the value is.
    pub id: AvId,
    /// The value; text is UTF-16.
    pub value: Vec<u8>,
}

/// [MS-NLMP 2.2.2.1] A list of pairs, in any order, ended by MsvAvEOL on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AvPairs(Vec<AvPair>);

/// Bit of MsvAvFlags: the AUTHENTICATE has a MIC.
const FLAG_MIC: u32 = 2;

impl AvPairs {
    /// A list of these pairs.
    pub fn new(pairs: Vec<AvPair>) -> Self {
        Self(pairs)
    }

    /// The pairs, in wire order.
    pub fn as_slice(&self) -> &[AvPair] {
        &self.0
    }

    /// The value of the first pair with that id.
    pub fn find(&self, id: AvId) -> Option<&[u8]> {
        self.0.iter().find(|pair| pair.id == id).map(|pair| pair.value.as_slice())
    }

    /// Sets the value of the first pair with that id, or appends one.
    pub fn set(&mut self, id: AvId, value: Vec<u8>) {
        match self.0.iter_mut().find(|pair| pair.id == id) {
            Some(pair) => pair.value = value,
            None => self.0.push(AvPair { id, value }),
        }
    }

    /// Appends text.
    pub(crate) fn push_text(&mut self, id: AvId, text: &str) {
        let value = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.0.push(AvPair { id, value });
    }

    /// MsvAvTimestamp, if it is there and has eight octets.
    pub fn timestamp(&self) -> Option<FileTime> {
        let value = <[u8; 8]>::try_from(self.find(AvId::TIMESTAMP)?).ok()?;
        Some(FileTime(u64::from_le_bytes(value)))
    }

    /// Whether MsvAvFlags says that the AUTHENTICATE has a MIC.
    pub fn promises_mic(&self) -> bool {
        self.flags() & FLAG_MIC != 0
    }

    /// Says in MsvAvFlags that the AUTHENTICATE has a MIC.
    pub fn promise_mic(&mut self) {
        let flags = self.flags() | FLAG_MIC;
        self.set(AvId::FLAGS, flags.to_le_bytes().to_vec());
    }

    fn flags(&self) -> u32 {
        let value = self.find(AvId::FLAGS).and_then(|value| <[u8; 4]>::try_from(value).ok());
        value.map(u32::from_le_bytes).unwrap_or_default()
    }
}

impl Decode for AvPairs {
    /// Reads up to and with MsvAvEOL.
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let mut pairs = Vec::new();
        loop {
            let id = AvId(cursor.u16_le()?);
            let value = cursor.u16_le().and_then(|len| cursor.take(usize::from(len)))?.to_vec();
            if id == AvId::EOL {
                return match value.len() {
                    0 => Ok(Self(pairs)),
                    len => Err(CodecError::TooLong { field: "MsvAvEOL", len, len_max: 0 }),
                };
            }
            if pairs.len() >= NTLM_AV_PAIRS_MAX {
                let len = pairs.len().saturating_add(1);
                return Err(CodecError::TooLong { field: "AV pairs", len, len_max: NTLM_AV_PAIRS_MAX });
            }
            pairs.push(AvPair { id, value });
        }
    }
}

impl Encode for AvPairs {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        for AvPair { id, value } in &self.0 {
            let too_long =
                CodecError::TooLong { field: "AvLen", len: value.len(), len_max: usize::from(u16::MAX) };
            output.u16_le(id.0);
            output.u16_le(u16::try_from(value.len()).map_err(|_| too_long)?);
            output.bytes(value);
        }
        output.u32_le(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(count: usize) -> Vec<u8> {
        let mut bytes = [9, 0, 0, 0].repeat(count);
        bytes.extend_from_slice(&[0; 4]);
        bytes
    }

    #[test]
    fn a_list_on_the_bound_decodes_and_one_past_it_does_not() {
        assert!(AvPairs::from_bytes(&list(NTLM_AV_PAIRS_MAX)).is_ok());
        let too_long = AvPairs::from_bytes(&list(NTLM_AV_PAIRS_MAX + 1));
        assert!(matches!(too_long, Err(CodecError::TooLong { field: "AV pairs", .. })));
    }

    #[test]
    fn a_list_without_end_or_with_more_behind_it_is_refused() {
        assert!(matches!(AvPairs::from_bytes(&[]), Err(CodecError::Truncated { .. })));
        assert!(matches!(AvPairs::from_bytes(&[9, 0, 0, 0]), Err(CodecError::Truncated { .. })));
        assert!(matches!(AvPairs::from_bytes(&[9, 0, 1, 0]), Err(CodecError::Truncated { .. })));
        assert_eq!(AvPairs::from_bytes(&[0; 5]), Err(CodecError::TrailingBytes { remaining: 1 }));
        let eol_with_value = AvPairs::from_bytes(&[0, 0, 1, 0, 7]);
        assert_eq!(eol_with_value, Err(CodecError::TooLong { field: "MsvAvEOL", len: 1, len_max: 0 }));
    }

    #[test]
    fn promising_a_mic_keeps_the_other_flags() {
        let mut pairs = AvPairs::new(vec![AvPair { id: AvId::FLAGS, value: vec![1, 0, 0, 0] }]);
        assert!(!pairs.promises_mic());
        pairs.promise_mic();
        assert!(pairs.promises_mic());
        assert_eq!(pairs.find(AvId::FLAGS), Some([3, 0, 0, 0].as_slice()));
    }
}
