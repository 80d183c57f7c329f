use crate::auth::AuthError;
use crate::auth::Random;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::TicketFlags;
use crate::auth::kerberos::ticket::Ticket;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::flags;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::key_to_der;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::name_to_der;
use crate::auth::kerberos::wire::sequence;

/// Makes tickets for a service whose key is known, without a KDC: for tests of whoever accepts them.
///
/// ```
/// use winrm_harness::auth::kerberos::EncryptionType;
/// use winrm_harness::auth::kerberos::Key;
/// use winrm_harness::auth::kerberos::Mint;
/// use winrm_harness::auth::kerberos::MintedTicket;
/// use winrm_harness::auth::kerberos::PrincipalName;
///
/// let name = |name: &str| PrincipalName {
///     realm: "EXAMPLE.TEST".to_owned(),
///     components: name.split('/').map(str::to_owned).collect(),
/// };
/// let key = Key::new(EncryptionType::AES256_CTS_HMAC_SHA1_96, &[7; 32])?;
/// let mint = Mint { service: name("HTTP/localhost"), key, key_version: Some(1) };
/// let ticket = MintedTicket::new(name("alice"), 1_790_000_000, 1_790_036_000);
/// let credential = mint.strike(&ticket, &mut (Box::new(|octets: &mut [u8]| octets.fill(9)) as _))?;
/// assert_eq!(credential.server, name("HTTP/localhost"));
/// # Ok::<(), winrm_harness::auth::AuthError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mint {
    /// Whom the tickets are for, as everybody can read. A name that the key is not of makes a wrong ticket.
    pub service: PrincipalName,
    /// The service's key.
    pub key: Key,
    /// [RFC 4120 5.2.9] kvno, which tells the service which of its keys it is.
    pub key_version: Option<u32>,
}

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MintedTicket {
    /// Who has it.
    pub client: PrincipalName,
    /// The type of its session key.
    pub session_key: EncryptionType,
    /// What may be done with it, or was.
    pub flags: TicketFlags,
    /// Seconds since 1970 when it begins; in the future it is not valid yet.
    pub start_time: u64,
    /// Seconds since 1970 when it ends; in the past it has expired.
    pub end_time: u64,
}

impl MintedTicket {
    /// An ordinary ticket with a session key of AES256.
    #[must_use]
    pub fn new(client: PrincipalName, start_time: u64, end_time: u64) -> Self {
        let session_key = EncryptionType::AES256_CTS_HMAC_SHA1_96;
        let flags = TicketFlags::FORWARDABLE.with(TicketFlags::PRE_AUTHENTICATED);
        Self { client, session_key, flags, start_time, end_time }
    }
}

impl TicketFlags {
    /// [RFC 4120 2.1] The client proved its password.
    pub const PRE_AUTHENTICATED: Self = Self(1 << 21);

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Mint {
    /// Makes the ticket, with a session key of `random`.
    pub fn strike(&self, ticket: &MintedTicket, random: &mut Random) -> Result<Credential, AuthError> {
        let session_key = Key::generate(ticket.session_key, random)?;
        let mut confounder = [0; 16];
        random(&mut confounder);
        let cipher = self.key.encrypt(TICKET, confounder, &ticket.to_der(&session_key))?;
        let encryption_type = self.key.encryption_type();
        let sealed = EncryptedData { encryption_type, key_version: self.key_version, cipher };
        Ok(Credential {
            client: ticket.client.clone(),
            server: self.service.clone(),
            ticket: self.ticket(&sealed),
            session_key,
            flags: ticket.flags.0,
            start_time: ticket.start_time,
            end_time: ticket.end_time,
        })
    }

    /// [RFC 4120 5.3] Ticket
    fn ticket(&self, sealed: &EncryptedData) -> Vec<u8> {
        message(
            Ticket::TAG,
            &[
                field(0, &integer(5)),
                field(1, &general_string(&self.service.realm)),
                field(2, &name_to_der(NameType::SERVICE, &self.service)),
                field(3, &sealed.to_der()),
            ],
        )
    }
}

/// [RFC 4120 7.5.1] The key usage of a ticket.
const TICKET: KeyUsage = KeyUsage(2);

impl MintedTicket {
    /// [RFC 4120 5.3] EncTicketPart: no realm was transited, no address is required, nothing is said of groups.
    fn to_der(&self, session_key: &Key) -> Vec<u8> {
        let nothing_transited =
            sequence(&[field(0, &integer(1)), field(1, &element(Tag::OCTET_STRING, &[]))]);
        message(
            3,
            &[
                field(0, &flags(self.flags.0)),
                field(1, &key_to_der(session_key)),
                field(2, &general_string(&self.client.realm)),
                field(3, &name_to_der(NameType::PRINCIPAL, &self.client)),
                field(4, &nothing_transited),
                field(5, &time::to_der(self.start_time)),
                field(6, &time::to_der(self.start_time)),
                field(7, &time::to_der(self.end_time)),
            ],
        )
    }
}

#[cfg(test)]
mod tests;
