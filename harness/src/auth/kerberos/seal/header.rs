use crate::auth::AuthError;
use crate::auth::Role;
use crate::auth::kerberos::SealFault;

/// Octets of the header of a token.
pub(crate) const HEADER_LEN: usize = 16;

/// [RFC 4121 4.2.2] What the bits of the flags mean. The others "MUST be cleared", and a receiver ignores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(u8);

/// [RFC 4121 4.2.6] The 16 octets that every token begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// [RFC 4121 4.2.6.1]
    Mic { flags: Flags, sequence: u64 },
    /// [RFC 4121 4.2.6.2]
    Wrap { flags: Flags, extra_count: u16, right_rotation_count: u16, sequence: u64 },
}

impl Flags {
    const SENT_BY_ACCEPTOR: u8 = 1;
    const SEALED: u8 = 2;
    const ACCEPTOR_SUBKEY: u8 = 4;

    /// Those of a MIC token.
    pub(crate) fn of(sender: Role, acceptor_subkey: bool) -> Self {
        let sender = if sender == Role::Acceptor { Self::SENT_BY_ACCEPTOR } else { 0 };
        let subkey = if acceptor_subkey { Self::ACCEPTOR_SUBKEY } else { 0 };
        Self(sender | subkey)
    }

    /// Those of a wrap token that is encrypted.
    pub(crate) fn sealed(self) -> Self {
        Self(self.0 | Self::SEALED)
    }

    /// Whether a peer set what it had to; `self` is what came.
    pub(crate) fn check(self, expected: Self) -> Result<(), AuthError> {
        let wrong = |flag| (self.0 ^ expected.0) & flag != 0;
        if wrong(Self::SENT_BY_ACCEPTOR) {
            return Err(AuthError::SealRefused(SealFault::Direction));
        }
        if wrong(Self::SEALED) {
            return Err(AuthError::SealRefused(SealFault::Sealed));
        }
        if wrong(Self::ACCEPTOR_SUBKEY) {
            return Err(AuthError::SealRefused(SealFault::AcceptorSubkey));
        }
        Ok(())
    }
}

impl Header {
    const MIC_ID: [u8; 2] = [0x04, 0x04];
    const WRAP_ID: [u8; 2] = [0x05, 0x04];

    pub(crate) fn encode(self) -> [u8; HEADER_LEN] {
        match self {
            Self::Mic { flags, sequence } => laid_out(Self::MIC_ID, flags, [0xFF; 4], sequence),
            Self::Wrap { flags, extra_count, right_rotation_count, sequence } => {
                let [a, b] = extra_count.to_be_bytes();
                let [c, d] = right_rotation_count.to_be_bytes();
                laid_out(Self::WRAP_ID, flags, [a, b, c, d], sequence)
            }
        }
    }

    pub(crate) fn decode(octets: [u8; HEADER_LEN]) -> Result<Self, AuthError> {
        let [id_0, id_1, flags, filler, a, b, c, d, sequence @ ..] = octets;
        let (flags, sequence) = (Flags(flags), u64::from_be_bytes(sequence));
        if filler != 0xFF {
            return Err(AuthError::SealRefused(SealFault::Filler));
        }
        match [id_0, id_1] {
            Self::MIC_ID if [a, b, c, d] == [0xFF; 4] => Ok(Self::Mic { flags, sequence }),
            Self::MIC_ID => Err(AuthError::SealRefused(SealFault::Filler)),
            Self::WRAP_ID => Ok(Self::Wrap {
                flags,
                extra_count: u16::from_be_bytes([a, b]),
                right_rotation_count: u16::from_be_bytes([c, d]),
                sequence,
            }),
            _ => Err(AuthError::SealRefused(SealFault::TokenId)),
        }
    }
}

fn laid_out(id: [u8; 2], Flags(flags): Flags, counts: [u8; 4], sequence: u64) -> [u8; HEADER_LEN] {
    let ([id_0, id_1], [a, b, c, d]) = (id, counts);
    let [s0, s1, s2, s3, s4, s5, s6, s7] = sequence.to_be_bytes();
    [id_0, id_1, flags, 0xFF, a, b, c, d, s0, s1, s2, s3, s4, s5, s6, s7]
}
