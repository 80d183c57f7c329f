use std::fmt;

/// Which rule of a wrap or MIC token is broken; the checksum is [`SignatureWrong`](crate::auth::AuthError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SealFault {
    /// It is shorter than header, confounder and checksum are.
    TooShort,
    /// Its TOK_ID is another one.
    TokenId,
    /// The octets that are always FF are not.
    Filler,
    /// It says that it came from this side.
    Direction,
    /// It is not encrypted and should be, or the other way round.
    Sealed,
    /// It says that the acceptor asserted a subkey when it did not, or the other way round.
    AcceptorSubkey,
    /// [RFC 4121 4.2.3] EC counts more octets than there are.
    ExtraCount,
    /// [RFC 4121 4.2.4] The encrypted copy of the header is another one.
    HeaderCopy,
    /// [RFC 2743 3.1] The object identifier in front of an RC4 token, or its length.
    Framing,
    /// [RFC 4757 7.2] The algorithms of an RC4 token.
    Algorithm,
}

impl fmt::Display for SealFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "it is too short",
            Self::TokenId => "its TOK_ID is another one",
            Self::Filler => "its filler is not FF",
            Self::Direction => "it says that this side sent it",
            Self::Sealed => "its Sealed flag is wrong",
            Self::AcceptorSubkey => "its AcceptorSubkey flag is wrong",
            Self::ExtraCount => "its EC counts more octets than there are",
            Self::HeaderCopy => "the encrypted copy of its header differs",
            Self::Framing => "its framing is not that of Kerberos, or its length is wrong",
            Self::Algorithm => "its algorithms are not those of RC4-HMAC",
        })
    }
}
