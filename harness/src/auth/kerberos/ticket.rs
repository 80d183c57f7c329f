use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::expect_number;
use crate::auth::kerberos::wire::open_message;
use crate::auth::kerberos::wire::parse_flags;
use crate::auth::kerberos::wire::parse_key;
use crate::auth::kerberos::wire::parse_principal;
use crate::codec::CodecError;

/// [RFC 4120 5.3] TicketFlags, bit 0 the most significant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TicketFlags(pub u32);

impl TicketFlags {
    /// The client may ask for a ticket-granting ticket for another host.
    pub const FORWARDABLE: Self = Self(1 << 30);
    /// The ticket was forwarded, or comes from one that was: somebody acts for the client.
    pub const FORWARDED: Self = Self(1 << 29);
    /// Somebody may act for the client with this ticket.
    pub const PROXY: Self = Self(1 << 27);
    /// The ticket has to be validated by a KDC before it may be used.
    pub const INVALID: Self = Self(1 << 24);
    /// The KDC's policy trusts the server with the client's credentials.
    pub const OK_AS_DELEGATE: Self = Self(1 << 18);

    /// Whether all of `flags` are set.
    #[must_use]
    pub fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// What a report may tell about a ticket and the keys that came of it; nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFacts {
    /// Whom the ticket was for, as the client asked.
    pub server: PrincipalName,
    /// By what the KDC encrypted the ticket: what the service's key is.
    pub ticket: EncryptionType,
    /// The type of the session key in the ticket.
    pub session_key: EncryptionType,
    /// The type of the key that the acceptor chose for the messages, if it did.
    pub acceptor_subkey: Option<EncryptionType>,
    /// What the KDC says about the ticket: whether it may be forwarded, was forwarded, and whether the server is trusted.
    pub flags: TicketFlags,
    /// Seconds since 1970 until which the ticket is valid.
    pub end_time: u64,
}

/// [RFC 4120 5.3] Ticket
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) server: PrincipalName,
    pub(crate) enc_part: EncryptedData,
}

impl Ticket {
    /// [RFC 4120 5.10] Its application tag.
    pub(crate) const TAG: u8 = 1;

    pub(crate) fn parse(input: &[u8]) -> Result<Self, CodecError> {
        let mut fields = open_message(input, Self::TAG, "Ticket")?;
        expect_number(&mut fields, 0, 5, "tkt-vno")?;
        let (_, server) = parse_principal(&mut fields, 1, "sname")?;
        let enc_part = EncryptedData::parse(fields.explicit(3, Tag::SEQUENCE, "enc-part")?)?;
        fields.expect_end()?;
        Ok(Self { server, enc_part })
    }
}

/// [RFC 4120 5.3] EncTicketPart: what the KDC says to the server. Transited realms and addresses are not looked at: no
/// KDC that we serve beside writes addresses, and trust between realms is the KDCs' own affair.
#[derive(Debug, Clone)]
pub(crate) struct EncTicketPart {
    pub(crate) flags: TicketFlags,
    pub(crate) key: Key,
    pub(crate) client: PrincipalName,
    pub(crate) start_time: u64,
    pub(crate) end_time: u64,
}

impl EncTicketPart {
    pub(crate) fn parse(input: &[u8]) -> Result<Self, AuthError> {
        let mut fields = open_message(input, 3, "EncTicketPart")?;
        let flags = TicketFlags(parse_flags(fields.explicit(0, Tag::BIT_STRING, "flags")?, "flags")?);
        let key = parse_key(fields.explicit(1, Tag::SEQUENCE, "key")?)?;
        let (_, client) = parse_principal(&mut fields, 2, "cname")?;
        fields.explicit(4, Tag::SEQUENCE, "transited")?;
        let auth_time = time::parse(fields.explicit(5, Tag::GENERALIZED_TIME, "authtime")?, "authtime")?;
        let start_time = optional_time(&mut fields, 6, "starttime")?.unwrap_or(auth_time);
        let end_time = time::parse(fields.explicit(7, Tag::GENERALIZED_TIME, "endtime")?, "endtime")?;
        optional_time(&mut fields, 8, "renew-till")?;
        fields.optional_explicit(Tag::context(9), Tag::SEQUENCE, "caddr")?;
        fields.optional_explicit(Tag::context(10), Tag::SEQUENCE, "authorization-data")?;
        fields.expect_end()?;
        Ok(Self { flags, key, client, start_time, end_time })
    }
}

pub(crate) fn optional_time(
    fields: &mut DerReader<'_>,
    number: u8,
    name: &'static str,
) -> Result<Option<u64>, CodecError> {
    let contents = fields.optional_explicit(Tag::context(number), Tag::GENERALIZED_TIME, name)?;
    contents.map(|contents| time::parse(contents, name)).transpose()
}
