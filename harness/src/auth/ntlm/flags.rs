use std::fmt;
use std::ops::BitOr;

/// [MS-NLMP 2.2.2.5] NEGOTIATE. Bits without a name survive a round trip.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct NegotiateFlags(pub u32);

/// Names of single bits, lowest first, in the words of the specification without `NTLMSSP_`.
const NAMES: [(NegotiateFlags, &str); 21] = [
    (NegotiateFlags::UNICODE, "UNICODE"),
    (NegotiateFlags::OEM, "OEM"),
    (NegotiateFlags::REQUEST_TARGET, "REQUEST_TARGET"),
    (NegotiateFlags::SIGN, "SIGN"),
    (NegotiateFlags::SEAL, "SEAL"),
    (NegotiateFlags::DATAGRAM, "DATAGRAM"),
    (NegotiateFlags::LM_KEY, "LM_KEY"),
    (NegotiateFlags::NTLM, "NTLM"),
    (NegotiateFlags::ANONYMOUS, "ANONYMOUS"),
    (NegotiateFlags::OEM_DOMAIN_SUPPLIED, "OEM_DOMAIN_SUPPLIED"),
    (NegotiateFlags::OEM_WORKSTATION_SUPPLIED, "OEM_WORKSTATION_SUPPLIED"),
    (NegotiateFlags::ALWAYS_SIGN, "ALWAYS_SIGN"),
    (NegotiateFlags::TARGET_TYPE_DOMAIN, "TARGET_TYPE_DOMAIN"),
    (NegotiateFlags::TARGET_TYPE_SERVER, "TARGET_TYPE_SERVER"),
    (NegotiateFlags::EXTENDED_SESSION_SECURITY, "EXTENDED_SESSION_SECURITY"),
    (NegotiateFlags::IDENTIFY, "IDENTIFY"),
    (NegotiateFlags::TARGET_INFO, "TARGET_INFO"),
    (NegotiateFlags::VERSION, "VERSION"),
    (NegotiateFlags::KEY_128, "KEY_128"),
    (NegotiateFlags::KEY_EXCHANGE, "KEY_EXCHANGE"),
    (NegotiateFlags::KEY_56, "KEY_56"),
];

impl NegotiateFlags {
    /// Names are UTF-16.
    pub const UNICODE: Self = Self(1);
    /// Names are in the code page of the sender.
    pub const OEM: Self = Self(1 << 1);
    /// The CHALLENGE has to name its target.
    pub const REQUEST_TARGET: Self = Self(1 << 2);
    /// Messages can be signed.
    pub const SIGN: Self = Self(1 << 4);
    /// Messages can be sealed.
    pub const SEAL: Self = Self(1 << 5);
    /// Connectionless; WinRM never is.
    pub const DATAGRAM: Self = Self(1 << 6);
    /// Keys come from the LM hash.
    pub const LM_KEY: Self = Self(1 << 7);
    /// NTLM, as opposed to LM alone.
    pub const NTLM: Self = Self(1 << 9);
    /// The client logs on as nobody.
    pub const ANONYMOUS: Self = Self(1 << 11);
    /// NEGOTIATE has a domain name.
    pub const OEM_DOMAIN_SUPPLIED: Self = Self(1 << 12);
    /// NEGOTIATE has a workstation name.
    pub const OEM_WORKSTATION_SUPPLIED: Self = Self(1 << 13);
    /// There is a session key even if nothing is signed.
    pub const ALWAYS_SIGN: Self = Self(1 << 15);
    /// The target name is a domain.
    pub const TARGET_TYPE_DOMAIN: Self = Self(1 << 16);
    /// The target name is a computer.
    pub const TARGET_TYPE_SERVER: Self = Self(1 << 17);
    /// Signatures are HMAC-MD5 and the directions have keys of their own.
    pub const EXTENDED_SESSION_SECURITY: Self = Self(1 << 19);
    /// The server may identify the client only.
    pub const IDENTIFY: Self = Self(1 << 20);
    /// The CHALLENGE has AV pairs.
    pub const TARGET_INFO: Self = Self(1 << 23);
    /// The version octets are meant.
    pub const VERSION: Self = Self(1 << 25);
    /// Sealing keys of 128 bits.
    pub const KEY_128: Self = Self(1 << 29);
    /// The client sends a session key of its own.
    pub const KEY_EXCHANGE: Self = Self(1 << 30);
    /// Sealing keys of 56 bits, where 128 were not agreed.
    pub const KEY_56: Self = Self(1 << 31);

    /// What WinRM needs to seal messages with full strength.
    pub const FULL_STRENGTH: Self = Self(
        Self::UNICODE.0
            | Self::SIGN.0
            | Self::SEAL.0
            | Self::EXTENDED_SESSION_SECURITY.0
            | Self::KEY_128.0
            | Self::KEY_EXCHANGE.0,
    );

    /// Whether all bits of `other` are set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of `other` that are not set here.
    pub fn missing(self, other: Self) -> Self {
        Self(other.0 & !self.0)
    }

    /// These flags without those of `other`.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The bits that are set in both.
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for NegotiateFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for NegotiateFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)?;
        for (flag, name) in NAMES {
            if self.contains(flag) {
                write!(f, " {name}")?;
            }
        }
        Ok(())
    }
}
