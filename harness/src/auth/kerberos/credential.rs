use crate::auth::kerberos::Key;

/// [RFC 4120 6.2] A principal: the components of its name, and its realm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PrincipalName {
    /// The realm, usually upper case.
    pub realm: String,
    /// `alice`, or `HTTP` and `host.example.test`.
    pub components: Vec<String>,
}

/// [RFC 4120 5.8.1] KrbCredInfo with its ticket: what a KDC gave, and whoever has it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Who it is about.
    pub client: PrincipalName,
    /// Whom it is for; `krbtgt/REALM` for a ticket-granting ticket.
    pub server: PrincipalName,
    /// The DER of the Ticket, as it came.
    pub ticket: Vec<u8>,
    /// The session key in it.
    pub session_key: Key,
    /// [RFC 4120 5.3] TicketFlags, bit 0 the most significant.
    pub flags: u32,
    /// Seconds since 1970 when it begins to be valid.
    pub start_time: u64,
    /// Seconds since 1970 when it is valid no more.
    pub end_time: u64,
}
