use crate::auth::TokenKind;
use crate::codec::CodecError;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;

/// [MS-NLMP 2.2.1] The first octets of every message.
const SIGNATURE: [u8; 8] = *b"NTLMSSP\0";

/// [MS-NLMP 2.2.1] MessageType.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageKind(pub u32);

impl MessageKind {
    /// NEGOTIATE_MESSAGE.
    pub const NEGOTIATE: Self = Self(1);
    /// CHALLENGE_MESSAGE.
    pub const CHALLENGE: Self = Self(2);
    /// AUTHENTICATE_MESSAGE.
    pub const AUTHENTICATE: Self = Self(3);

    /// Reads the signature and the type; the cursor is behind them afterwards.
    pub fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let signature = cursor.array::<8>()?;
        if signature != SIGNATURE {
            return Err(CodecError::BadValue { field: "Signature", value: u64::from_be_bytes(signature) });
        }
        Ok(Self(cursor.u32_le()?))
    }

    pub(crate) fn expect(self, cursor: &mut ReadCursor<'_>) -> Result<(), CodecError> {
        let found = Self::decode(cursor)?;
        if found != self {
            return Err(CodecError::BadValue { field: "MessageType", value: u64::from(found.0) });
        }
        Ok(())
    }

    pub(crate) fn encode(self, output: &mut WriteBuf) {
        output.bytes(&SIGNATURE);
        output.u32_le(self.0);
    }

    /// What kind of token these octets are, if they begin as an NTLM message does.
    pub fn sniff(token: &[u8]) -> Option<TokenKind> {
        let kind = Self::decode(&mut ReadCursor::new(token)).ok()?;
        Some(match kind {
            Self::NEGOTIATE => TokenKind::NtlmNegotiate,
            Self::CHALLENGE => TokenKind::NtlmChallenge,
            Self::AUTHENTICATE => TokenKind::NtlmAuthenticate,
            _ => TokenKind::Unknown,
        })
    }
}
