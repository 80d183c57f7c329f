use std::fmt;

use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::ErrorCode;

/// Why no ticket came of an exchange with a KDC.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KdcError {
    /// [RFC 4120 5.9.1] The KDC refused. Nothing proves that it was the KDC.
    Refused {
        /// [RFC 4120 7.5.9] Why; [`ErrorCode::advice`] says what to do.
        code: ErrorCode,
        /// Seconds since 1970 that the KDC's clock shows.
        kdc_time: u64,
        /// Seconds since 1970 that ours shows.
        now: u64,
    },
    /// The KDC wants a proof of the password by a type of key that was not offered, or in a way that we do not have.
    NoPreauthentication,
    /// The KDC wants a proof of the password once more, though it got one.
    PreauthenticationTwice,
    /// The answer does not open with the key of this password.
    PasswordWrong,
    /// The answer of the ticket-granting service does not open with the session key.
    NotFromKdc,
    /// The answer is to another request: its nonce is another.
    NonceWrong,
    /// The ticket is about somebody else.
    ClientWrong,
    /// The ticket is for another service, or its readable part says another than its sealed one.
    ServerWrong,
    /// The ticket begins in the future, has ended, or lives longer than was asked.
    TimesWrong {
        /// Seconds since 1970 when it begins.
        start_time: u64,
        /// Seconds since 1970 when it ends.
        end_time: u64,
        /// What the time is here.
        now: u64,
    },
    /// The session key, or the KDC's answer, is of a type that was not asked for.
    EncryptionTypeNotAsked {
        /// The type.
        found: EncryptionType,
    },
    /// The ticket was to be a forwarded one and is not.
    NotForwarded,
    /// [RFC 6806 11] The KDC says that it got another request than the one that was sent.
    RequestModified,
    /// KDCs refer from realm to realm without end.
    ReferralsTooMany {
        /// The bound.
        referrals_max: usize,
    },
    /// A KDC refers to a realm that was asked already.
    ReferralLoop,
    /// [RFC 4120 7.2.2] Octets follow the message.
    Surplus {
        /// How many.
        len: usize,
    },
}

/// What a KDC says; those of the AP exchange are beside the type.
impl ErrorCode {
    /// KDC_ERR_C_PRINCIPAL_UNKNOWN
    pub const CLIENT_UNKNOWN: Self = Self(6);
    /// KDC_ERR_S_PRINCIPAL_UNKNOWN
    pub const SERVER_UNKNOWN: Self = Self(7);
    /// KDC_ERR_POLICY
    pub const POLICY: Self = Self(12);
    /// KDC_ERR_BADOPTION
    pub const BAD_OPTION: Self = Self(13);
    /// KDC_ERR_ETYPE_NOSUPP
    pub const ENCRYPTION_TYPE_UNSUPPORTED: Self = Self(14);
    /// KDC_ERR_CLIENT_REVOKED
    pub const CLIENT_REVOKED: Self = Self(18);
    /// KDC_ERR_KEY_EXPIRED
    pub const KEY_EXPIRED: Self = Self(23);
    /// KDC_ERR_PREAUTH_FAILED
    pub const PREAUTHENTICATION_FAILED: Self = Self(24);
    /// KDC_ERR_PREAUTH_REQUIRED
    pub const PREAUTHENTICATION_REQUIRED: Self = Self(25);
    /// KDC_ERR_WRONG_REALM
    pub const WRONG_REALM: Self = Self(68);

    /// The name in the specification; empty for a number that has none here.
    #[must_use]
    pub fn name(self) -> &'static str {
        CODES.iter().find(|row| row.0 == self.0).map_or("", |row| row.1)
    }

    /// What whoever reads it can do; empty where nothing is known to help.
    #[must_use]
    pub fn advice(self) -> &'static str {
        CODES.iter().find(|row| row.0 == self.0).map_or("", |row| row.2)
    }
}

/// Number, name, advice.
const CODES: &[(i64, &str, &str)] = &[
    (1, "KDC_ERR_NAME_EXP", "the account has expired"),
    (2, "KDC_ERR_SERVICE_EXP", "the account of the service has expired"),
    (3, "KDC_ERR_BAD_PVNO", ""),
    (6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", "the realm has no such user: check the name and the realm"),
    (
        7,
        "KDC_ERR_S_PRINCIPAL_UNKNOWN",
        "no account has this service name: try HTTP, WSMAN or host, and the full host name",
    ),
    (8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE", "two accounts have this service name: remove it from one"),
    (9, "KDC_ERR_NULL_KEY", "the account has no key: set its password"),
    (11, "KDC_ERR_NEVER_VALID", "the time that was asked for has passed: compare the clocks"),
    (12, "KDC_ERR_POLICY", "the policy of the realm forbids it"),
    (13, "KDC_ERR_BADOPTION", "the ticket may not be used so: it is perhaps not forwardable"),
    (14, "KDC_ERR_ETYPE_NOSUPP", "account and client have no encryption type in common"),
    (16, "KDC_ERR_PADATA_TYPE_NOSUPP", "the KDC wants another proof than a password"),
    (17, "KDC_ERR_TRTYPE_NOSUPP", ""),
    (18, "KDC_ERR_CLIENT_REVOKED", "the account is disabled or locked"),
    (19, "KDC_ERR_SERVICE_REVOKED", "the account of the service is disabled"),
    (20, "KDC_ERR_TGT_REVOKED", "the ticket was revoked: log on again"),
    (21, "KDC_ERR_CLIENT_NOTYET", "the account is not valid yet"),
    (22, "KDC_ERR_SERVICE_NOTYET", "the account of the service is not valid yet"),
    (23, "KDC_ERR_KEY_EXPIRED", "the password has expired: change it"),
    (24, "KDC_ERR_PREAUTH_FAILED", "the password is wrong; each attempt may count towards a lock-out"),
    (25, "KDC_ERR_PREAUTH_REQUIRED", "the KDC wants a proof of the password"),
    (29, "KDC_ERR_SVC_UNAVAILABLE", "the KDC can't answer now"),
    (31, "KRB_AP_ERR_BAD_INTEGRITY", "the ticket was made with another key: log on again"),
    (32, "KRB_AP_ERR_TKT_EXPIRED", "the ticket has ended: log on again"),
    (33, "KRB_AP_ERR_TKT_NYV", "the ticket is not valid yet: compare the clocks"),
    (34, "KRB_AP_ERR_REPEAT", "the same request came before"),
    (36, "KRB_AP_ERR_BADMATCH", "the ticket is somebody else's"),
    (37, "KRB_AP_ERR_SKEW", "the clocks differ by more than the realm allows: set this machine's"),
    (41, "KRB_AP_ERR_MODIFIED", "what came was changed, or made with another key"),
    (52, "KRB_ERR_RESPONSE_TOO_BIG", "ask by TCP"),
    (60, "KRB_ERR_GENERIC", ""),
    (68, "KDC_ERR_WRONG_REALM", "the account is in another realm: ask that one's KDC"),
];

impl fmt::Display for KdcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code: ErrorCode::SKEW, kdc_time, now } => {
                let name = ErrorCode::SKEW.name();
                write!(f, "the KDC refused with {name}: its clock shows {kdc_time}, ours {now}")
            }
            Self::Refused { code, .. } => {
                let (name, advice) = (code.name(), code.advice());
                write!(f, "the KDC refused with error {}", code.0)?;
                if !name.is_empty() {
                    write!(f, ", {name}")?;
                }
                if advice.is_empty() { Ok(()) } else { write!(f, ": {advice}") }
            }
            Self::NoPreauthentication => {
                f.write_str("the KDC wants no proof of the password that this client can give")
            }
            Self::PreauthenticationTwice => f.write_str("the KDC wants a second proof of the password"),
            Self::PasswordWrong => f.write_str("the key of this password does not open the KDC's answer"),
            Self::NotFromKdc => f.write_str("the session key does not open the KDC's answer"),
            Self::NonceWrong => f.write_str("the KDC's answer is to another request"),
            Self::ClientWrong => f.write_str("the KDC's ticket is about another client"),
            Self::ServerWrong => f.write_str("the KDC's ticket is for another service"),
            Self::TimesWrong { start_time, end_time, now } => {
                write!(f, "the KDC's ticket is valid from {start_time} to {end_time}, and it is {now}")
            }
            Self::EncryptionTypeNotAsked { found } => {
                write!(f, "the KDC chose encryption type {}, which was not offered", found.0)
            }
            Self::NotForwarded => f.write_str("expected a forwarded ticket, found one that is not"),
            Self::RequestModified => f.write_str("the KDC got another request than the one that was sent"),
            Self::ReferralsTooMany { referrals_max } => {
                write!(f, "expected at most {referrals_max} referrals to another realm, found more")
            }
            Self::ReferralLoop => f.write_str("a KDC refers to a realm that was asked already"),
            Self::Surplus { len } => {
                write!(f, "expected the end of the KDC's answer, found {len} more octets")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_its_name_and_what_to_do() {
        let refused = |code| KdcError::Refused { code, kdc_time: 20, now: 10 }.to_string();
        assert_eq!(
            refused(ErrorCode::CLIENT_UNKNOWN),
            "the KDC refused with error 6, KDC_ERR_C_PRINCIPAL_UNKNOWN: the realm has no such user: check the name and the realm"
        );
        assert_eq!(
            refused(ErrorCode::SKEW),
            "the KDC refused with KRB_AP_ERR_SKEW: its clock shows 20, ours 10"
        );
        assert_eq!(refused(ErrorCode(-77)), "the KDC refused with error -77");
    }

    #[test]
    fn each_code_has_one_row() {
        let mut numbers: Vec<_> = CODES.iter().map(|row| row.0).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), CODES.len());
        assert!(numbers.is_sorted());
    }
}
