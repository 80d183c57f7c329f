use std::fmt;

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

/// [MS-NLMP 2.2.1.3] AUTHENTICATE_MESSAGE
///
/// Its `Debug` leaves out the responses, because a password can be guessed from them.
#[derive(Clone, PartialEq, Eq)]
pub struct Authenticate {
    /// LmChallengeResponse.
    pub lm_response: Vec<u8>,
    /// NtChallengeResponse.
    pub nt_response: Vec<u8>,
    /// DomainName.
    pub domain: WireText,
    /// UserName.
    pub user: WireText,
    /// Workstation.
    pub workstation: WireText,
    /// What follows the names' fields in the fixed part.
    pub tail: Tail,
}

/// The optional end of the fixed part. Each variant holds what the ones before it have, and more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// Nothing: the layout of the oldest clients.
    None,
    /// EncryptedRandomSessionKey and NegotiateFlags.
    Flags(Vec<u8>, NegotiateFlags),
    /// … and VERSION.
    Version(Vec<u8>, NegotiateFlags, Version),
    /// … and MIC.
    Mic(Vec<u8>, NegotiateFlags, Version, [u8; 16]),
}

const NAMES_END: usize = 52;
const FLAGS_END: usize = 64;
const VERSION_END: usize = 72;
const MIC_END: usize = 88;

/// Where the MIC stands, if there is one.
pub(crate) const MIC_RANGE: std::ops::Range<usize> = VERSION_END..MIC_END;

impl Authenticate {
    /// The flags; none are set in the oldest layout.
    pub fn flags(&self) -> NegotiateFlags {
        match self.tail {
            Tail::None => NegotiateFlags::default(),
            Tail::Flags(_, flags) | Tail::Version(_, flags, _) | Tail::Mic(_, flags, _, _) => flags,
        }
    }

    /// EncryptedRandomSessionKey; empty in the oldest layout.
    pub fn encrypted_session_key(&self) -> &[u8] {
        match &self.tail {
            Tail::None => &[],
            Tail::Flags(key, _) | Tail::Version(key, _, _) | Tail::Mic(key, _, _, _) => key,
        }
    }

    /// The MIC, if the message has room for one.
    pub fn mic(&self) -> Option<[u8; 16]> {
        match self.tail {
            Tail::Mic(_, _, _, mic) => Some(mic),
            _ => None,
        }
    }
}

impl Decode for Authenticate {
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let message = cursor.rest();
        let mut header = ReadCursor::new(message);
        MessageKind::AUTHENTICATE.expect(&mut header)?;
        let lm_response = Field::decode("LmChallengeResponseFields", &mut header)?;
        let nt_response = Field::decode("NtChallengeResponseFields", &mut header)?;
        let domain = Field::decode("DomainNameFields", &mut header)?;
        let user = Field::decode("UserNameFields", &mut header)?;
        let workstation = Field::decode("WorkstationFields", &mut header)?;
        let fields = [lm_response, nt_response, domain, user, workstation];
        let end = header_end(message.len(), NAMES_END, &fields)?;
        Ok(Self {
            lm_response: lm_response.slice(message)?.to_vec(),
            nt_response: nt_response.slice(message)?.to_vec(),
            domain: WireText::from_octets(domain.slice(message)?),
            user: WireText::from_octets(user.slice(message)?),
            workstation: WireText::from_octets(workstation.slice(message)?),
            tail: Tail::decode(message, &mut header, end)?,
        })
    }
}

impl Tail {
    /// `payload_start` is where the other parts begin; the key's own part may begin earlier still.
    fn decode(message: &[u8], header: &mut ReadCursor<'_>, payload_start: usize) -> Result<Self, CodecError> {
        if payload_start < FLAGS_END {
            return Ok(Self::None);
        }
        let key = Field::decode("EncryptedRandomSessionKeyFields", header)?;
        let flags = NegotiateFlags(header.u32_le()?);
        let payload_start = header_end(message.len(), FLAGS_END, &[key])?.min(payload_start);
        let key = key.slice(message)?.to_vec();
        if payload_start < VERSION_END {
            return Ok(Self::Flags(key, flags));
        }
        let version = Version(header.array()?);
        if payload_start < MIC_END {
            return Ok(Self::Version(key, flags, version));
        }
        Ok(Self::Mic(key, flags, version, header.array()?))
    }

    pub(crate) fn set_flags(&mut self, new: NegotiateFlags) {
        match self {
            Self::None => {}
            Self::Flags(_, flags) | Self::Version(_, flags, _) | Self::Mic(_, flags, _, _) => *flags = new,
        }
    }

    pub(crate) fn set_key(&mut self, new: Vec<u8>) {
        match self {
            Self::None => {}
            Self::Flags(key, _) | Self::Version(key, _, _) | Self::Mic(key, _, _, _) => *key = new,
        }
    }

    fn header_len(&self) -> usize {
        match self {
            Self::None => NAMES_END,
            Self::Flags(..) => FLAGS_END,
            Self::Version(..) => VERSION_END,
            Self::Mic(..) => MIC_END,
        }
    }
}

impl Encode for Authenticate {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        let mut payload = Payload::new(self.tail.header_len());
        // The order of the payload is free; Windows puts the names first.
        let domain = payload.add("DomainNameFields", self.domain.as_octets())?;
        let user = payload.add("UserNameFields", self.user.as_octets())?;
        let workstation = payload.add("WorkstationFields", self.workstation.as_octets())?;
        let lm_response = payload.add("LmChallengeResponseFields", &self.lm_response)?;
        let nt_response = payload.add("NtChallengeResponseFields", &self.nt_response)?;
        let key = payload.add("EncryptedRandomSessionKeyFields", self.encrypted_session_key())?;
        MessageKind::AUTHENTICATE.encode(output);
        for field in [lm_response, nt_response, domain, user, workstation] {
            output.bytes(&field);
        }
        if self.tail != Tail::None {
            output.bytes(&key);
            output.u32_le(self.flags().0);
        }
        if let Tail::Version(_, _, Version(version)) | Tail::Mic(_, _, Version(version), _) = &self.tail {
            output.bytes(version);
        }
        output.bytes(self.mic().as_ref().map(<[u8; 16]>::as_slice).unwrap_or_default());
        payload.write(output);
        Ok(())
    }
}

impl fmt::Debug for Authenticate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate")
            .field("domain", &self.domain)
            .field("user", &self.user)
            .field("workstation", &self.workstation)
            .field("flags", &self.flags())
            .field("has_mic", &self.mic().is_some())
            .finish_non_exhaustive()
    }
}
