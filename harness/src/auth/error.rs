use std::fmt;

use crate::auth::credssp::CredSspError;
use crate::auth::digest::DigestError;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::KerberosError;
use crate::auth::kerberos::SealFault;
use crate::auth::kerberos::kdc::KdcError;
use crate::auth::ntlm::NegotiateFlags;
use crate::codec::CodecError;

/// Why an authentication or a seal was refused.
///
/// The variants are for logs and tests. Towards the peer all of them look the same (a `401` or a closed connection):
/// telling [`UnknownAccount`](Self::UnknownAccount) from [`WrongPassword`](Self::WrongPassword) on the wire would let
/// it find out who has an account. No variant carries a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// The context is not complete, so there are no keys yet.
    NotEstablished,
    /// The context failed before, or was complete before; it takes no more tokens.
    Finished,
    /// The context is complete, but the peers negotiated no sealing.
    SealingNotNegotiated,
    /// A token's octets break its layout.
    Malformed(CodecError),
    /// A token is longer than the bound.
    TokenTooLong {
        /// Its length.
        len: usize,
        /// The bound.
        len_max: usize,
    },
    /// A token of another kind was due.
    UnexpectedToken {
        /// What was due.
        expected: TokenKind,
        /// What came.
        found: TokenKind,
    },
    /// The peer's NTLM flags lack some without which sealing is weak or impossible.
    WeakFlags {
        /// The flags that are required and not set.
        missing: NegotiateFlags,
    },
    /// A CHALLENGE from which an NTLMv2 response with integrity can't be made safely.
    WeakChallenge {
        /// The AV pair that is missing.
        missing: &'static str,
    },
    /// An anonymous logon: it has no key to seal with.
    Anonymous,
    /// An LM or NTLMv1 response, or none.
    OldResponse {
        /// Octets of the NT response.
        nt_response_len: usize,
    },
    /// No account has the user and domain of the token.
    UnknownAccount,
    /// The response does not prove the password.
    WrongPassword,
    /// The response does not say that a MIC follows, or none does.
    MicMissing,
    /// The MIC does not cover the three messages that were exchanged.
    MicWrong,
    /// The token is bound to no channel and the policy requires one.
    ChannelBindingsMissing,
    /// The token is bound to another channel.
    ChannelBindingsWrong,
    /// The encrypted session key has another length than key exchange demands.
    SessionKeyLength {
        /// Octets it has.
        len: usize,
    },
    /// A seal's header is no NTLM signature.
    SignatureLayout {
        /// Octets it has.
        len: usize,
    },
    /// A seal's sequence number is not the next one: replay, loss or reordering.
    SequenceNumber {
        /// Our own count.
        expected: u32,
        /// What the header says.
        found: u32,
    },
    /// A seal's checksum does not fit its message.
    SignatureWrong,
    /// All sequence numbers are used up.
    SequenceExhausted,
    /// The peer offers no mechanism that this side has.
    NoCommonMechanism,
    /// The peer chose a mechanism that this side did not offer or can't do.
    WrongMechanism,
    /// The peer ended the negotiation.
    Rejected,
    /// The list of mechanisms was changed on its way, or its MIC is missing.
    MechListMicWrong,
    /// The credential can't be expressed in the scheme (a colon in a Basic user name).
    CredentialNotExpressible,
    /// A Digest challenge can't be answered.
    Digest(DigestError),
    /// The security library refused; its own words stay inside.
    Library(LibraryStatus),
    /// The security library panicked; the context is dead.
    LibraryPanicked,
    /// What the peer says of the negotiation does not fit how far the mechanism inside it is: complete too early, a token
    /// too many, none where one is due.
    OutOfStep,
    /// A Kerberos ticket, or what came with it, is refused.
    Kerberos(KerberosError),
    /// A Kerberos encryption type that we do not have.
    UnknownEncryptionType {
        /// Its number.
        found: EncryptionType,
    },
    /// A Kerberos key has another length than its type demands.
    KeyLength {
        /// Octets of a key of the type.
        expected: usize,
        /// Octets it has.
        found: usize,
    },
    /// A KDC wants a password hashed too often, or 0 times.
    Iterations {
        /// How often.
        found: u32,
        /// The bound.
        max: u32,
    },
    /// A Kerberos ciphertext is too short for confounder and checksum.
    CiphertextTooShort {
        /// Octets it has.
        len: usize,
        /// Octets it needs.
        len_min: usize,
    },
    /// A Kerberos checksum does not fit: another key, or the octets were changed.
    IntegrityWrong,
    /// A Kerberos KDC gave no ticket.
    Kdc(KdcError),
    /// A wrap or MIC token of Kerberos breaks its layout.
    SealRefused(SealFault),
    /// The number of a Kerberos token is not the next one: replay, loss or reordering.
    SealSequence {
        /// Our own count.
        expected: u64,
        /// What the token says.
        found: u64,
    },
    /// A Kerberos token without a number came before.
    SealRepeated,
    /// CredSSP, or the TLS inside it.
    CredSsp(CredSspError),
    /// What the seal makes of a message can't be told before: the records of CredSSP's TLS are made in one go.
    SealUnforeseeable,
}

/// The status of the security library, which uses the numbers of Windows' `SECURITY_STATUS`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LibraryStatus(pub u32);

impl fmt::Debug for LibraryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LibraryStatus({:#010x})", self.0)
    }
}

/// Who has to change something so that the error goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// What the peer sent is wrong, or wrong for the policy.
    Peer,
    /// The caller used the context in the wrong order or gave it something it can't use.
    Caller,
    /// The library below failed.
    Library,
}

/// What kind of token came, or was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// No octets.
    Empty,
    /// NTLM NEGOTIATE.
    NtlmNegotiate,
    /// NTLM CHALLENGE.
    NtlmChallenge,
    /// NTLM AUTHENTICATE.
    NtlmAuthenticate,
    /// SPNEGO `NegTokenInit`.
    NegTokenInit,
    /// SPNEGO `NegTokenResp`.
    NegTokenResp,
    /// A bare Kerberos `AP-REQ`.
    Kerberos,
    /// None of the others.
    Unknown,
}

impl AuthError {
    /// Who is at fault.
    pub fn fault(&self) -> Fault {
        match self {
            Self::NotEstablished
            | Self::Finished
            | Self::SealingNotNegotiated
            | Self::SequenceExhausted
            | Self::CredentialNotExpressible
            | Self::SealUnforeseeable
            | Self::Digest(DigestError::NotExpressible { .. } | DigestError::NonceExhausted) => Fault::Caller,
            Self::Library(_) | Self::LibraryPanicked => Fault::Library,
            _ => Fault::Peer,
        }
    }
}

impl From<DigestError> for AuthError {
    fn from(error: DigestError) -> Self {
        Self::Digest(error)
    }
}

impl From<KdcError> for AuthError {
    fn from(error: KdcError) -> Self {
        Self::Kdc(error)
    }
}

impl From<KerberosError> for AuthError {
    fn from(error: KerberosError) -> Self {
        Self::Kerberos(error)
    }
}

impl From<CredSspError> for AuthError {
    fn from(error: CredSspError) -> Self {
        Self::CredSsp(error)
    }
}

impl From<CodecError> for AuthError {
    fn from(error: CodecError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no token",
            Self::NtlmNegotiate => "an NTLM NEGOTIATE",
            Self::NtlmChallenge => "an NTLM CHALLENGE",
            Self::NtlmAuthenticate => "an NTLM AUTHENTICATE",
            Self::NegTokenInit => "a NegTokenInit",
            Self::NegTokenResp => "a NegTokenResp",
            Self::Kerberos => "a Kerberos token",
            Self::Unknown => "an unknown token",
        })
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEstablished => f.write_str("the security context is not complete"),
            Self::Finished => f.write_str("the security context takes no more tokens"),
            Self::SealingNotNegotiated => f.write_str("the peers negotiated no sealing"),
            Self::Malformed(error) => write!(f, "malformed token: {error}"),
            Self::TokenTooLong { len, len_max } => {
                write!(f, "token of {len} octets: expected at most {len_max}")
            }
            Self::UnexpectedToken { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::WeakFlags { missing } => write!(f, "required NTLM flags are not set: {missing:?}"),
            Self::WeakChallenge { missing } => write!(f, "the CHALLENGE has no {missing}"),
            Self::Anonymous => f.write_str("anonymous logon"),
            Self::OldResponse { nt_response_len } => {
                write!(f, "expected an NTLMv2 response, found {nt_response_len} octets")
            }
            Self::UnknownAccount => f.write_str("no such account"),
            Self::WrongPassword => f.write_str("the response does not prove the password"),
            Self::MicMissing => f.write_str("expected a MIC, found none"),
            Self::MicWrong => f.write_str("the MIC does not cover the messages exchanged"),
            Self::ChannelBindingsMissing => f.write_str("expected channel bindings, found none"),
            Self::ChannelBindingsWrong => f.write_str("the token is bound to another channel"),
            Self::SessionKeyLength { len } => write!(f, "expected a session key of 16 octets, found {len}"),
            Self::SignatureLayout { len } => {
                write!(f, "expected an NTLM signature of version 1 and 16 octets, found {len} octets")
            }
            Self::SequenceNumber { expected, found } => {
                write!(f, "expected sequence number {expected}, found {found}")
            }
            Self::SignatureWrong => f.write_str("the signature does not fit the message"),
            Self::SequenceExhausted => f.write_str("all sequence numbers are used up"),
            Self::NoCommonMechanism => f.write_str("the peer offers no mechanism that this side has"),
            Self::WrongMechanism => f.write_str("the peer chose a mechanism that was not offered"),
            Self::Rejected => f.write_str("the peer rejected the negotiation"),
            Self::MechListMicWrong => f.write_str("the MIC of the mechanism list is wrong or missing"),
            Self::CredentialNotExpressible => f.write_str("the scheme can't carry this credential"),
            Self::Digest(error) => error.fmt(f),
            Self::Library(LibraryStatus(status)) => write!(f, "the security library refused: {status:#010x}"),
            Self::LibraryPanicked => f.write_str("the security library panicked"),
            Self::OutOfStep => f.write_str("the state of the negotiation does not fit that of its mechanism"),
            Self::Kerberos(error) => error.fmt(f),
            Self::UnknownEncryptionType { found } => write!(f, "unknown encryption type {}", found.0),
            Self::KeyLength { expected, found } => {
                write!(f, "expected a key of {expected} octets, found {found}")
            }
            Self::Iterations { found, max } => write!(f, "expected 1 to {max} iterations, found {found}"),
            Self::CiphertextTooShort { len, len_min } => {
                write!(f, "expected a ciphertext of at least {len_min} octets, found {len}")
            }
            Self::IntegrityWrong => f.write_str("the checksum fits neither these octets nor this key"),
            Self::Kdc(error) => error.fmt(f),
            Self::SealRefused(fault) => write!(f, "the token is refused: {fault}"),
            Self::SealSequence { expected, found } => {
                write!(f, "expected sequence number {expected}, found {found}")
            }
            Self::SealRepeated => f.write_str("the token came before"),
            Self::CredSsp(error) => error.fmt(f),
            Self::SealUnforeseeable => f.write_str("what the seal makes of a message can't be told before"),
        }
    }
}

impl std::error::Error for AuthError {}
