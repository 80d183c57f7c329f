use crate::auth::AuthError;
use crate::auth::kerberos::KerberosError;
use crate::auth::kerberos::authenticator::Checksum;
use crate::codec::CodecError;
use crate::codec::ReadCursor;

/// [RFC 4121 4.1.1] What GSS-API hides in the authenticator's checksum: bindings, flags, a delegated credential.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct GssChecksum {
    /// [RFC 4121 4.1.1.2] Zeros for none.
    pub(crate) bindings: [u8; 16],
    pub(crate) flags: GssFlags,
    /// A KRB-CRED, where the flags say so.
    pub(crate) delegation: Option<Vec<u8>>,
}

/// [RFC 4121 4.1.1.1]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct GssFlags(pub(crate) u32);

impl GssFlags {
    pub(crate) const DELEGATE: Self = Self(1);
    pub(crate) const MUTUAL: Self = Self(2);
    pub(crate) const REPLAY: Self = Self(4);
    pub(crate) const SEQUENCE: Self = Self(8);
    pub(crate) const CONFIDENTIALITY: Self = Self(16);
    pub(crate) const INTEGRITY: Self = Self(32);
    /// [RFC 4757 7.1]
    pub(crate) const DCE_STYLE: Self = Self(0x1000);
    /// What Windows' client of WinRM asks for, mutual authentication aside.
    pub(crate) const WINRM: Self =
        Self(Self::REPLAY.0 | Self::SEQUENCE.0 | Self::CONFIDENTIALITY.0 | Self::INTEGRITY.0);
    /// Both without which messages are not protected.
    pub(crate) const SEALED: Self = Self(Self::CONFIDENTIALITY.0 | Self::INTEGRITY.0);

    pub(crate) fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// [RFC 4121 4.1.1] The type of the checksum.
pub(crate) const GSS_CHECKSUM: i64 = 0x8003;
/// [RFC 4121 4.1.1] DlgOpt
const DELEGATION_OPTION: u16 = 1;

impl GssChecksum {
    /// Extensions behind are ignored, as the RFC wants.
    pub(crate) fn parse(checksum: &Checksum) -> Result<Self, AuthError> {
        if checksum.kind != GSS_CHECKSUM {
            return Err(KerberosError::ChecksumType { found: checksum.kind }.into());
        }
        let mut fields = ReadCursor::new(&checksum.octets);
        let len = fields.u32_le()?;
        if len != 16 {
            return Err(CodecError::BadValue { field: "Lgth", value: u64::from(len) }.into());
        }
        let bindings = fields.array()?;
        let flags = GssFlags(fields.u32_le()?);
        let delegation = match flags.contains(GssFlags::DELEGATE) {
            true => Some(parse_delegation(&mut fields)?),
            false => None,
        };
        Ok(Self { bindings, flags, delegation })
    }

    pub(crate) fn to_checksum(&self) -> Result<Checksum, CodecError> {
        let mut octets = 16_u32.to_le_bytes().to_vec();
        octets.extend_from_slice(&self.bindings);
        octets.extend_from_slice(&self.flags.0.to_le_bytes());
        if let Some(delegation) = &self.delegation {
            let len_max = usize::from(u16::MAX);
            let too_long = CodecError::TooLong { field: "Dlgth", len: delegation.len(), len_max };
            octets.extend_from_slice(&DELEGATION_OPTION.to_le_bytes());
            octets.extend_from_slice(&u16::try_from(delegation.len()).map_err(|_| too_long)?.to_le_bytes());
            octets.extend_from_slice(delegation);
        }
        Ok(Checksum { kind: GSS_CHECKSUM, octets })
    }
}

fn parse_delegation(fields: &mut ReadCursor<'_>) -> Result<Vec<u8>, CodecError> {
    let option = fields.u16_le()?;
    if option != DELEGATION_OPTION {
        return Err(CodecError::BadValue { field: "DlgOpt", value: u64::from(option) });
    }
    let len = fields.u16_le()?;
    Ok(fields.take(usize::from(len))?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checksum(octets: &[u8]) -> Checksum {
        Checksum { kind: 0x8003, octets: octets.to_vec() }
    }

    /// By hand after the RFC's table: Lgth, Bnd, Flags, DlgOpt, Dlgth, Deleg.
    fn by_hand() -> Vec<u8> {
        [&[16, 0, 0, 0][..], &[7; 16], &[0x3F, 0, 0, 0], &[1, 0], &[3, 0], b"abc"].concat()
    }

    #[test]
    fn bindings_flags_and_delegation_stand_where_the_rfc_says() {
        let parsed = GssChecksum::parse(&checksum(&by_hand())).unwrap();
        let delegation = Some(b"abc".to_vec());
        assert_eq!(parsed, GssChecksum { bindings: [7; 16], flags: GssFlags(0x3F), delegation });
        assert_eq!(parsed.to_checksum().unwrap(), checksum(&by_hand()));
    }

    #[test]
    fn extensions_behind_are_ignored() {
        let extended = [by_hand(), vec![0, 0, 0, 1, 0, 0, 0, 0]].concat();
        assert_eq!(GssChecksum::parse(&checksum(&extended)), GssChecksum::parse(&checksum(&by_hand())));
    }

    #[test]
    fn other_types_lengths_and_cuts_are_refused() {
        let other = Checksum { kind: 7, octets: by_hand() };
        assert_eq!(GssChecksum::parse(&other), Err(KerberosError::ChecksumType { found: 7 }.into()));
        for len in 0..by_hand().len() {
            assert!(GssChecksum::parse(&checksum(&by_hand()[..len])).is_err(), "{len}");
        }
        for (index, value) in [(0, 15), (0, 17), (3, 1), (24, 0), (24, 2), (26, 4), (27, 1)] {
            let mut octets = by_hand();
            octets[index] = value;
            assert!(GssChecksum::parse(&checksum(&octets)).is_err(), "{index}");
        }
    }
}
