use crate::auth::ntlm::MessageKind;
use crate::auth::ntlm::NegotiateFlags;
use crate::auth::ntlm::WireText;
use crate::auth::ntlm::fields::Field;
use crate::auth::ntlm::fields::Payload;
use crate::auth::ntlm::fields::header_end;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;

/// [MS-NLMP 2.2.2.10] VERSION, for debugging only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Version(pub [u8; 8]);

impl Version {
    /// Windows Server 2022, NTLM revision 15.
    pub const WINDOWS_SERVER_2022: Self = Self([10, 0, 0x7C, 0x4F, 0, 0, 0, 15]);
}

/// [MS-NLMP 2.2.1.1] NEGOTIATE_MESSAGE
///
/// Old clients stop after the flags (16 octets), others after the names' fields (32). The names mean nothing to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiate {
    /// What the client can do.
    pub flags: NegotiateFlags,
    /// DomainName, in the client's code page whatever the flags say.
    pub domain: WireText,
    /// Workstation, likewise.
    pub workstation: WireText,
    /// The version octets, where the message has them.
    pub version: Option<Version>,
}

const DOMAIN_END: usize = 24;
const FIELDS_END: usize = 32;
const VERSION_END: usize = 40;

impl Negotiate {
    /// A message with flags and a version alone.
    pub fn new(flags: NegotiateFlags) -> Self {
        let version = Some(Version::WINDOWS_SERVER_2022);
        Self { flags, domain: WireText::default(), workstation: WireText::default(), version }
    }
}

impl Decode for Negotiate {
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let message = cursor.rest();
        let mut header = ReadCursor::new(message);
        MessageKind::NEGOTIATE.expect(&mut header)?;
        let flags = NegotiateFlags(header.u32_le()?);
        if header.remaining() == 0 {
            let (domain, workstation) = Default::default();
            return Ok(Self { flags, domain, workstation, version: None });
        }
        let domain = Field::decode("DomainNameFields", &mut header)?;
        let workstation = Field::decode("WorkstationFields", &mut header)?;
        // Heimdal's domain name begins in the workstation's field.
        let end = header_end(message.len(), DOMAIN_END, &[domain, workstation])?;
        let version = (end >= VERSION_END).then(|| header.array().map(Version)).transpose()?;
        let domain = WireText::from_octets(domain.slice(message)?);
        let workstation = WireText::from_octets(workstation.slice(message)?);
        Ok(Self { flags, domain, workstation, version })
    }
}

impl Encode for Negotiate {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        let mut payload = Payload::new(if self.version.is_some() { VERSION_END } else { FIELDS_END });
        MessageKind::NEGOTIATE.encode(output);
        output.u32_le(self.flags.0);
        output.bytes(&payload.add("DomainNameFields", self.domain.as_octets())?);
        output.bytes(&payload.add("WorkstationFields", self.workstation.as_octets())?);
        if let Some(Version(version)) = self.version {
            output.bytes(&version);
        }
        payload.write(output);
        Ok(())
    }
}
