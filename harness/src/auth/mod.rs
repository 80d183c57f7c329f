//! HTTP authentication: who the peer is, and the security context that seals what follows.
//!
//! The only module that names the `sspi` crate; its error type never leaves it.
//!
//! ```
//! use winrm_harness::auth::SecurityContext;
//! use winrm_harness::auth::Step;
//! use winrm_harness::auth::ntlm;
//!
//! let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", "wonderland")]);
//! let names = ntlm::ServerNames::workgroup("HOST");
//! let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
//! let mut server = ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given);
//! let mut client = ntlm::Initiator::new(ntlm::Credential::password("", "alice", "wonderland"), None)?;
//!
//! let Step::Continue(negotiate) = client.step(&[])? else { panic!("NTLM has three messages") };
//! let Step::Continue(challenge) = server.step(&negotiate)? else { panic!("NTLM has three messages") };
//! let Step::Complete(Some(authenticate)) = client.step(&challenge)? else { panic!("the third is the last") };
//! assert_eq!(server.step(&authenticate)?, Step::Complete(None));
//! assert_eq!(server.principal().map(|principal| principal.user.as_str()), Some("alice"));
//!
//! let mut message = b"<s:Envelope/>".to_vec();
//! let signature = client.seal(&mut message)?;
//! server.unseal(&signature, &mut message)?;
//! assert_eq!(message, b"<s:Envelope/>");
//! # Ok::<(), winrm_harness::auth::AuthError>(())
//! ```

mod acceptance;
pub mod basic;
pub mod certificate;
mod channel_bindings;
pub mod credssp;
mod der;
pub mod digest;
mod error;
mod foresight;
pub mod kerberos;
mod library;
pub mod negotiate;
pub mod ntlm;
pub mod policy;

pub use acceptance::ChannelBindingPolicy;
pub use acceptance::Protection;
pub use channel_bindings::ChannelBindings;
pub use error::AuthError;
pub use error::Fault;
pub use error::LibraryStatus;
pub use error::TokenKind;
pub use foresight::CHAINED_BLOCK_LEN;
pub use foresight::Chained;
pub use foresight::Foresight;

/// One side of an authentication and, once that is complete, the keys that protect messages.
///
/// [RFC 2743] calls the three calls `GSS_Init_sec_context`/`GSS_Accept_sec_context`, `GSS_Wrap` and `GSS_Unwrap`;
/// Windows calls the last two `EncryptMessage` and `DecryptMessage`.
///
/// [RFC 2743]: https://www.rfc-editor.org/rfc/rfc2743
pub trait SecurityContext: Send {
    /// Takes the peer's token (empty for the initiator's first call) and says what to answer. After an error the
    /// context is dead: every later call fails.
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError>;

    /// Encrypts `message` in place and returns its header (for NTLM the 16 octet signature). That of CredSSP is a copy of
    /// what the record in `message` begins with: a record is one piece.
    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError>;

    /// Checks `header` (signature and sequence number) and decrypts `message` in place. On an error `message` holds
    /// nothing that may be used.
    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError>;

    /// [RFC 2743 2.3.1] A checksum of `data`, which travels beside it: SPNEGO covers its list of mechanisms by one.
    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        let _ = data;
        Err(AuthError::SealingNotNegotiated)
    }

    /// [RFC 2743 2.3.2] Checks what the peer's [`sign`](Self::sign) made.
    fn verify(&mut self, mic: &[u8], data: &[u8]) -> Result<(), AuthError> {
        let _ = (mic, data);
        Err(AuthError::SealingNotNegotiated)
    }

    /// What the next [`seal`](Self::seal) will make of a message of up to `len` octets. Until then nothing may be signed.
    /// Whoever can't tell says [`AuthError::SealUnforeseeable`]: the records of CredSSP's TLS are made in one go.
    fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        let _ = len;
        Err(AuthError::SealUnforeseeable)
    }

    /// [MS-SPNG 3.3.5.1] After the checksums of the list of mechanisms NTLM begins its key streams again; others go on.
    fn restart(&mut self) {}

    /// Who the peer proved to be. `None` until the context is complete, and for an initiator.
    fn principal(&self) -> Option<&Principal>;

    /// What else was proved. `None` until the context is complete.
    fn established(&self) -> Option<&Established> {
        None
    }

    /// What may be sent to the peer after [`step`](Self::step) failed, so that it knows that it is refused: the reject of
    /// [RFC 4178 4.2.2]. It says nothing about why.
    fn refusal(&self) -> Option<Vec<u8>> {
        None
    }
}

/// What a complete authentication proved beside the peer's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Established {
    /// What proved it.
    pub mechanism: Mechanism,
    /// Whether the initiator knows that the acceptor is the one it meant: Kerberos with an AP-REP, CredSSP. NTLM never
    /// says so by itself.
    pub is_mutual: bool,
    /// What protects the messages.
    pub cipher: &'static str,
    /// What the initiator gave the acceptor to act in its name; an acceptor's alone.
    pub delegation: Delegation,
}

/// What proves who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// [MS-NLMP]
    Ntlm,
    /// [RFC 4121]
    Kerberos,
    /// [MS-CSSP]
    CredSsp,
}

/// What an acceptor may do in the name of the initiator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Delegation {
    /// Nothing: the second hop is anonymous.
    #[default]
    None,
    /// [RFC 4121 4.1.1] A forwarded ticket-granting ticket: unconstrained delegation.
    Ticket(Box<kerberos::Credential>),
    /// [MS-CSSP 2.2.1.2.1] User and password.
    Password(Box<credssp::PasswordCreds>),
}

impl Delegation {
    /// What a report calls it. Constrained delegation is between a server and its KDC: no client hands anything over, and no
    /// acceptor sees it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ticket(_) => "unconstrained (forwarded ticket)",
            Self::Password(_) => "credssp",
        }
    }
}

/// Which side of a session somebody is. The directions have different keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The client.
    Initiator,
    /// The server.
    Acceptor,
}

impl Role {
    /// The other side.
    #[must_use]
    pub fn peer(self) -> Self {
        match self {
            Self::Initiator => Self::Acceptor,
            Self::Acceptor => Self::Initiator,
        }
    }
}

/// A source of randomness: nonces, confounders, keys.
pub type Random = Box<dyn FnMut(&mut [u8]) + Send>;

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
