use crate::auth::kerberos::KeyUsage;

/// [RFC 4120 7.5.1] Those of the AP exchange.
impl KeyUsage {
    /// A ticket, by the service's key.
    pub const TICKET: Self = Self(2);
    /// The authenticator of an AP-REQ, by the session key.
    pub const AUTHENTICATOR: Self = Self(11);
    /// An AP-REP, by the session key.
    pub const AP_REP: Self = Self(12);
    /// A KRB-CRED, by the session key or a subkey.
    pub const KRB_CRED: Self = Self(14);
}
