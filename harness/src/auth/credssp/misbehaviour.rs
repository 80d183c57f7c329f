/// One rule that a side of CredSSP breaks on purpose, so that the other can be seen to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misbehaviour {
    /// Client: no clientNonce, though the version has one.
    NoNonce,
    /// Both: pubKeyAuth of another key.
    WrongPubKeyAuth,
    /// Both: pubKeyAuth of 3 octets, shorter than any signature.
    ShortPubKeyAuth,
    /// Client: authInfo beside the first token.
    CredentialsEarly,
    /// Client: a last message without authInfo.
    NoCredentials,
    /// Server: the client's own pubKeyAuth.
    ReflectedPubKeyAuth,
}

impl Misbehaviour {
    /// pubKeyAuth before it is sealed.
    pub(super) fn of_binding(this: Option<Self>, mut binding: Vec<u8>) -> Vec<u8> {
        if this == Some(Self::WrongPubKeyAuth)
            && let Some(last) = binding.last_mut()
        {
            *last ^= 1;
        }
        binding
    }

    /// pubKeyAuth as it is sent.
    pub(super) fn of_pub_key_auth(this: Option<Self>, sealed: Vec<u8>) -> Vec<u8> {
        if this == Some(Self::ShortPubKeyAuth) { vec![1, 0, 0] } else { sealed }
    }
}
