//! HTTP authentication: who the peer is, and the security context that seals what follows.
//!
//! The only module that names the `sspi` crate; its error type never leaves it.

/// One side of an authentication and, once that is complete, the keys that protect messages.
///
/// [RFC 2743] calls the three calls `GSS_Init_sec_context`/`GSS_Accept_sec_context`, `GSS_Wrap` and `GSS_Unwrap`;
/// Windows calls the last two `EncryptMessage` and `DecryptMessage`.
///
/// [RFC 2743]: https://www.rfc-editor.org/rfc/rfc2743
pub trait SecurityContext: Send {
    /// Takes the peer's token (empty for the initiator's first call) and says what to answer.
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError>;

    /// Encrypts `message` in place and returns its header (for NTLM the 16 octet signature).
    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError>;

    /// Checks `header` (signature and sequence number) and decrypts `message` in place. On an error `message` holds
    /// nothing that may be used.
    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError>;

    /// Who the peer proved to be. `None` until the context is complete, and for an initiator.
    fn principal(&self) -> Option<&Principal>;
}

/// What a [`SecurityContext::step`] leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this token and wait for the peer's next one.
    Continue(Vec<u8>),
    /// The context is complete. The token, if any, still has to reach the peer.
    Complete(Option<Vec<u8>>),
}

/// The authenticated user, as the acceptor knows the account (not as the peer spelled it).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The account's domain or computer name; empty for a bare local name.
    pub domain: String,
    /// The account's user name.
    pub user: String,
}

/// Why an authentication or a seal was refused. The owner of this module completes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// The context is not complete, or no longer usable.
    NotEstablished,
}
