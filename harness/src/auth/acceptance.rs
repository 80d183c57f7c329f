//! What an acceptor of any mechanism may require beside the proof of a name.

use crate::auth::AuthError;
use crate::auth::ChannelBindings;

/// Whether a session without sealing is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protection {
    /// The client has to agree to signing and sealing with at least 128 bits.
    #[default]
    Sealed,
    /// Something else protects the messages (TLS); the session seals only if the client wants it.
    Elsewhere,
}

/// [MS-WSMV 2.2.4.34] CbtHardeningLevel, with what to compare.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ChannelBindingPolicy {
    /// Bindings are ignored; the only choice without TLS.
    #[default]
    None,
    /// Bindings have to fit if the client sends them.
    Relaxed(ChannelBindings),
    /// The client has to send them.
    Strict(ChannelBindings),
}

/// What a token says about bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenBindings<'a> {
    /// Nothing, or zeros, which are the same as nothing.
    Absent,
    /// Zeros, from a client that says that it knows of bindings: somebody took them away, or the client saw no TLS.
    Withheld,
    /// This hash.
    Hash(&'a [u8]),
}

impl ChannelBindingPolicy {
    /// Whether `found` is enough.
    pub(crate) fn check(&self, found: TokenBindings<'_>) -> Result<(), AuthError> {
        let (expected, is_strict) = match self {
            Self::None => return Ok(()),
            Self::Relaxed(expected) => (expected, false),
            Self::Strict(expected) => (expected, true),
        };
        match found {
            TokenBindings::Absent if !is_strict => Ok(()),
            TokenBindings::Absent | TokenBindings::Withheld => Err(AuthError::ChannelBindingsMissing),
            TokenBindings::Hash(hash) if hash == expected.md5() => Ok(()),
            TokenBindings::Hash(_) => Err(AuthError::ChannelBindingsWrong),
        }
    }
}
