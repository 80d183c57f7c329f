use crate::auth::ntlm::AvPairs;
use crate::auth::ntlm::FileTime;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;

/// [MS-NLMP 2.2.2.7] NTLMv2_CLIENT_CHALLENGE, which NTProofStr covers and which follows it in the NT response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NtlmV2Response {
    /// When the client made it, or the server's own time sent back.
    pub timestamp: FileTime,
    /// The client's nonce.
    pub client_challenge: [u8; 8],
    /// The server's AV pairs, with the client's own added.
    pub av_pairs: AvPairs,
    /// Octets behind the list: four zeros, on Windows sometimes more, without meaning.
    pub padding: Vec<u8>,
}

/// Octets of NTProofStr.
pub(crate) const PROOF_LEN: usize = 16;

/// RespType and HiRespType.
const RESPONSE_VERSION: [u8; 2] = [1, 1];

impl Decode for NtlmV2Response {
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let version = cursor.array()?;
        if version != RESPONSE_VERSION {
            let value = u64::from(u16::from_le_bytes(version));
            return Err(CodecError::BadValue { field: "RespType", value });
        }
        let _reserved = cursor.take(6)?;
        let timestamp = FileTime(cursor.u64_le()?);
        let client_challenge = cursor.array()?;
        let _reserved = cursor.u32_le()?;
        let av_pairs = AvPairs::decode(cursor)?;
        let padding = cursor.rest().to_vec();
        Ok(Self { timestamp, client_challenge, av_pairs, padding })
    }
}

impl Encode for NtlmV2Response {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        output.bytes(&RESPONSE_VERSION);
        output.bytes(&[0; 6]);
        output.u64_le(self.timestamp.0);
        output.bytes(&self.client_challenge);
        output.u32_le(0);
        self.av_pairs.encode(output)?;
        output.bytes(&self.padding);
        Ok(())
    }
}
