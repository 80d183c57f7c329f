use std::fmt;

/// [2.2.9.1.1.1] protocolvalue: which authentication made the keys.
///
/// Windows clients that reached Kerberos through Negotiate say SPNEGO, so this does not tell the mechanism.
///
/// [2.2.9.1.1.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// NTLM or Kerberos chosen by Negotiate.
    Spnego,
    /// Kerberos without Negotiate.
    Kerberos,
    /// TLS inside CredSSP.
    CredSsp,
    /// A media type that is none of these; framed as SPNEGO is.
    Other(String),
}

impl Protocol {
    /// The protocol that a `protocol` parameter or the first part's Content-Type names.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Self {
        match media_type {
            "application/HTTP-SPNEGO-session-encrypted" => Self::Spnego,
            "application/HTTP-Kerberos-session-encrypted" => Self::Kerberos,
            "application/HTTP-CredSSP-session-encrypted" => Self::CredSsp,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name of the HTTP scheme whose tokens lead to this protocol; [2.2.9.1.1.1] ties them to each other.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Spnego | Self::Other(_) => "Negotiate",
            Self::Kerberos => "Kerberos",
            Self::CredSsp => "CredSSP",
        }
    }

    /// The media type that names this protocol.
    #[must_use]
    pub fn media_type(&self) -> &str {
        match self {
            Self::Spnego => "application/HTTP-SPNEGO-session-encrypted",
            Self::Kerberos => "application/HTTP-Kerberos-session-encrypted",
            Self::CredSsp => "application/HTTP-CredSSP-session-encrypted",
            Self::Other(media_type) => media_type,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.media_type())
    }
}

/// [2.2.9.1.1.2.1] charsetvalue: how the plaintext is encoded.
///
/// [2.2.9.1.1.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Charset {
    /// UTF-8
    #[default]
    Utf8,
    /// UTF-16, little-endian with a byte order mark in practice
    Utf16,
}

impl Charset {
    /// The name as the specification spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
        }
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
