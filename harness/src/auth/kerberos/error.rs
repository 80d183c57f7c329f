use std::fmt;

use crate::auth::kerberos::EncryptionType;

/// Why a ticket, or what came with it, was refused.
///
/// [RFC 4120 3.2.3] has a number for most of them, which [`code`](Self::code) tells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KerberosError {
    /// [RFC 4121 4.1] The token is of another kind, by its TOK_ID.
    WrongTokenId {
        /// What was due.
        expected: [u8; 2],
        /// What came.
        found: [u8; 2],
    },
    /// A token of user-to-user authentication: nobody holds a ticket-granting ticket here.
    UserToUser,
    /// [MS-KILE 3.4.5.1] A message without the frame of a token, as DCE's style has it.
    DceStyle,
    /// [RFC 4120 5.5.1] The ticket is encrypted in a session key.
    UseSessionKey,
    /// The ticket is for a service of which there is no key.
    UnknownService,
    /// There are keys of the service, but none of this type.
    NoKey {
        /// The type that the ticket is encrypted by.
        found: EncryptionType,
    },
    /// The policy excludes this type of key.
    EncryptionTypeExcluded {
        /// The type.
        found: EncryptionType,
    },
    /// No key of the service opens the ticket.
    TicketModified,
    /// [RFC 4120 2.2] The ticket is marked as invalid until a KDC validates it.
    TicketInvalid,
    /// The ticket is not valid yet.
    TicketNotYetValid {
        /// Seconds since 1970 when it will be.
        start_time: u64,
        /// What the time is here.
        now: u64,
    },
    /// The ticket is not valid any more.
    TicketExpired {
        /// Seconds since 1970 until which it was.
        end_time: u64,
        /// What the time is here.
        now: u64,
    },
    /// The ticket's session key does not open the authenticator.
    AuthenticatorModified,
    /// Ticket and authenticator name different clients.
    ClientMismatch,
    /// The peers' clocks differ by more than the policy's bound.
    ClockSkew {
        /// Seconds since 1970 that the authenticator tells.
        client: u64,
        /// What the time is here.
        now: u64,
    },
    /// The same authenticator came before.
    Replay,
    /// So many authenticators came lately that a replay could not be told any more.
    ReplayCacheFull {
        /// The bound.
        entries_max: usize,
    },
    /// The authenticator's checksum is of another type than GSS-API's.
    ChecksumType {
        /// Its type.
        found: i64,
    },
    /// The client did not ask for sealing, and the policy requires it.
    SealingNotRequested,
    /// The delegated credential can't be read.
    DelegationMalformed,
    /// The acceptor did not prove that it could read the ticket: what it sent does not open with the session key.
    AcceptorUnproved,
    /// The acceptor's answer is to another request: it echoes another time.
    AnswerToOther,
    /// [RFC 4120 5.9.1] The peer refused, with this code.
    Refused {
        /// [RFC 4120 7.5.9] The code.
        code: ErrorCode,
    },
}

/// [RFC 4120 7.5.9] The number of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub i64);

impl ErrorCode {
    /// KRB_AP_ERR_BAD_INTEGRITY
    pub const BAD_INTEGRITY: Self = Self(31);
    /// KRB_AP_ERR_TKT_EXPIRED
    pub const TICKET_EXPIRED: Self = Self(32);
    /// KRB_AP_ERR_TKT_NYV
    pub const TICKET_NOT_YET_VALID: Self = Self(33);
    /// KRB_AP_ERR_REPEAT
    pub const REPEAT: Self = Self(34);
    /// KRB_AP_ERR_NOT_US
    pub const NOT_US: Self = Self(35);
    /// KRB_AP_ERR_BADMATCH
    pub const BAD_MATCH: Self = Self(36);
    /// KRB_AP_ERR_SKEW
    pub const SKEW: Self = Self(37);
    /// KRB_AP_ERR_MSG_TYPE
    pub const MESSAGE_TYPE: Self = Self(40);
    /// KRB_AP_ERR_MODIFIED
    pub const MODIFIED: Self = Self(41);
    /// KRB_AP_ERR_NOKEY
    pub const NO_KEY: Self = Self(45);
    /// KRB_AP_ERR_INAPP_CKSUM
    pub const INAPPROPRIATE_CHECKSUM: Self = Self(50);
    /// KRB_ERR_GENERIC
    pub const GENERIC: Self = Self(60);
}

impl KerberosError {
    /// [RFC 4120 7.5.9] The number that a KRB-ERROR tells the peer. [MS-KILE 3.4.5] An authenticator that does not open
    /// counts as modified, as a ticket does.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::TicketModified | Self::AuthenticatorModified => ErrorCode::MODIFIED,
            Self::TicketInvalid | Self::TicketNotYetValid { .. } => ErrorCode::TICKET_NOT_YET_VALID,
            Self::TicketExpired { .. } => ErrorCode::TICKET_EXPIRED,
            Self::UnknownService => ErrorCode::NOT_US,
            Self::UseSessionKey | Self::NoKey { .. } => ErrorCode::NO_KEY,
            Self::ClientMismatch => ErrorCode::BAD_MATCH,
            Self::ClockSkew { .. } => ErrorCode::SKEW,
            Self::Replay => ErrorCode::REPEAT,
            Self::ChecksumType { .. } => ErrorCode::INAPPROPRIATE_CHECKSUM,
            Self::WrongTokenId { .. } => ErrorCode::MESSAGE_TYPE,
            _ => ErrorCode::GENERIC,
        }
    }
}

impl fmt::Display for KerberosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongTokenId { expected: [a, b], found: [c, d] } => {
                write!(f, "expected a Kerberos token {a:02x} {b:02x}, found {c:02x} {d:02x}")
            }
            Self::UserToUser => f.write_str("user-to-user authentication is not offered"),
            Self::DceStyle => f.write_str("expected a framed token, found a bare Kerberos message"),
            Self::UseSessionKey => f.write_str("the ticket is encrypted in a session key"),
            Self::UnknownService => f.write_str("the ticket is for a service of which there is no key"),
            Self::NoKey { found } => write!(f, "the service has no key of encryption type {}", found.0),
            Self::EncryptionTypeExcluded { found } => {
                write!(f, "the policy excludes encryption type {}", found.0)
            }
            Self::TicketModified => f.write_str("no key of the service opens the ticket"),
            Self::TicketInvalid => f.write_str("the ticket is marked as invalid"),
            Self::TicketNotYetValid { start_time, now } => {
                write!(f, "the ticket is valid from {start_time}, and it is {now}")
            }
            Self::TicketExpired { end_time, now } => {
                write!(f, "the ticket was valid until {end_time}, and it is {now}")
            }
            Self::AuthenticatorModified => f.write_str("the session key does not open the authenticator"),
            Self::ClientMismatch => f.write_str("ticket and authenticator name different clients"),
            Self::ClockSkew { client, now } => {
                write!(f, "the client says that it is {client}, and it is {now}")
            }
            Self::Replay => f.write_str("the authenticator came before"),
            Self::ReplayCacheFull { entries_max } => {
                write!(f, "{entries_max} authenticators came lately, so no more are taken")
            }
            Self::ChecksumType { found } => write!(f, "expected a checksum of type 0x8003, found {found:#x}"),
            Self::SealingNotRequested => f.write_str("the client did not ask for sealing"),
            Self::DelegationMalformed => f.write_str("the delegated credential can't be read"),
            Self::AcceptorUnproved => f.write_str("the acceptor did not prove that it could read the ticket"),
            Self::AnswerToOther => f.write_str("the acceptor's answer is to another request"),
            Self::Refused { code } => write!(f, "the peer refused with Kerberos error {}", code.0),
        }
    }
}
