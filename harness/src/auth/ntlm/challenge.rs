use crate::auth::AuthError;
use crate::auth::ntlm::AvId;
use crate::auth::ntlm::AvPairs;
use crate::auth::ntlm::MessageKind;
use crate::auth::ntlm::NegotiateFlags;
use crate::auth::ntlm::Version;
use crate::auth::ntlm::WireText;
use crate::auth::ntlm::fields::Field;
use crate::auth::ntlm::fields::Payload;
use crate::auth::ntlm::fields::header_end;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;

/// [MS-NLMP 2.2.1.2] CHALLENGE_MESSAGE
///
/// Servers of the last century end the fixed part before TargetInfo, or even before Reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What the session will be.
    pub flags: NegotiateFlags,
    /// The nonce that the response covers.
    pub server_challenge: [u8; 8],
    /// TargetName: the domain or computer.
    pub target_name: WireText,
    /// TargetInfo; `None` where the flag is not set, whatever the field holds, and where it is empty.
    pub target_info: Option<AvPairs>,
    /// The version octets, where the message has them.
    pub version: Option<Version>,
}

const CHALLENGE_END: usize = 32;
const TARGET_INFO_END: usize = 48;
const VERSION_END: usize = 56;

impl Challenge {
    /// What a client that seals has to check before it answers: all flags, because some clients (the `sspi` crate)
    /// claim them whether the server agreed or not, and [MS-NLMP 3.1.5.1.2] both NetBIOS names.
    pub(crate) fn require_full_strength(&self) -> Result<(), AuthError> {
        let required = NegotiateFlags::FULL_STRENGTH | NegotiateFlags::TARGET_INFO;
        let missing = self.flags.missing(required);
        if missing != NegotiateFlags::default() {
            return Err(AuthError::WeakFlags { missing });
        }
        let find = |id| self.target_info.as_ref().and_then(|pairs| pairs.find(id));
        if find(AvId::NETBIOS_COMPUTER_NAME).is_none() {
            return Err(AuthError::WeakChallenge { missing: "MsvAvNbComputerName" });
        }
        if find(AvId::NETBIOS_DOMAIN_NAME).is_none() {
            return Err(AuthError::WeakChallenge { missing: "MsvAvNbDomainName" });
        }
        Ok(())
    }
}

impl Decode for Challenge {
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let message = cursor.rest();
        let mut header = ReadCursor::new(message);
        MessageKind::CHALLENGE.expect(&mut header)?;
        let target_name = Field::decode("TargetNameFields", &mut header)?;
        let flags = NegotiateFlags(header.u32_le()?);
        let server_challenge = header.array()?;
        let has_target_info = flags.contains(NegotiateFlags::TARGET_INFO);
        let mut fields = vec![target_name];
        if has_target_info || header_end(message.len(), CHALLENGE_END, &fields)? >= TARGET_INFO_END {
            let _reserved = header.u64_le()?;
            fields.push(Field::decode("TargetInfoFields", &mut header)?);
        }
        let len_min = if has_target_info { TARGET_INFO_END } else { CHALLENGE_END };
        let relevant = fields.get(..if has_target_info { 2 } else { 1 }).unwrap_or_default();
        let end = header_end(message.len(), len_min, relevant)?;
        let version = (end >= VERSION_END).then(|| header.array().map(Version)).transpose()?;
        let target_info = match fields.get(1) {
            Some(field) if has_target_info => decode_target_info(field.slice(message)?)?,
            _ => None,
        };
        let target_name = WireText::from_octets(target_name.slice(message)?);
        Ok(Self { flags, server_challenge, target_name, target_info, version })
    }
}

fn decode_target_info(octets: &[u8]) -> Result<Option<AvPairs>, CodecError> {
    (!octets.is_empty()).then(|| AvPairs::from_bytes(octets)).transpose()
}

impl Encode for Challenge {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        let target_info = self.target_info.as_ref().map(Encode::to_bytes).transpose()?.unwrap_or_default();
        let mut payload = Payload::new(if self.version.is_some() { VERSION_END } else { TARGET_INFO_END });
        MessageKind::CHALLENGE.encode(output);
        output.bytes(&payload.add("TargetNameFields", self.target_name.as_octets())?);
        output.u32_le(self.flags.0);
        output.bytes(&self.server_challenge);
        output.u64_le(0);
        output.bytes(&payload.add("TargetInfoFields", &target_info)?);
        if let Some(Version(version)) = self.version {
            output.bytes(&version);
        }
        payload.write(output);
        Ok(())
    }
}
