//! [RFC 4120 5.4.2] What a KDC answers, and whether that is what was asked.
use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::only;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::TicketFlags;
use crate::auth::kerberos::kdc::KdcError;
use crate::auth::kerberos::kdc::KdcOptions;
use crate::auth::kerberos::kdc::preauth::PaData;
use crate::auth::kerberos::kdc::request::Exchange;
use crate::auth::kerberos::kdc::request::RequestBody;
use crate::auth::kerberos::ticket::Ticket;
use crate::auth::kerberos::ticket::optional_time;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire;
use crate::auth::kerberos::wire::EncryptedData;
use crate::limits::KDC_MESSAGE_BYTES_MAX;

/// Clocks of a realm may differ by so much, as MIT's and Windows' do by default.
const CLOCK_SKEW_S: u64 = 300;

/// [RFC 4120 5.4.2] KDC-REP
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) padata: Vec<PaData>,
    pub(crate) client: PrincipalName,
    /// The whole Ticket, as it came.
    ticket: Vec<u8>,
    /// Whom the ticket says it is for, where everybody can write.
    ticket_server: PrincipalName,
    pub(crate) sealed: EncryptedData,
}

impl Reply {
    pub(crate) fn parse(message: &[u8], exchange: Exchange) -> Result<Self, AuthError> {
        if message.len() > KDC_MESSAGE_BYTES_MAX {
            return Err(AuthError::TokenTooLong { len: message.len(), len_max: KDC_MESSAGE_BYTES_MAX });
        }
        let number = exchange.reply_number();
        let mut fields = wire::open_message(message, number, "KDC-REP")?;
        wire::expect_number(&mut fields, 0, 5, "pvno")?;
        wire::expect_number(&mut fields, 1, i64::from(number), "msg-type")?;
        let padata = fields.optional_explicit(Tag::context(2), Tag::SEQUENCE, "padata")?;
        let padata = padata.map(PaData::parse_list).transpose()?.unwrap_or_default();
        let (_, client) = wire::parse_principal(&mut fields, 3, "client")?;
        let ticket = fields.expect(Tag::context(5), "ticket")?;
        let ticket_server = Ticket::parse(ticket)?.server;
        let sealed = EncryptedData::parse(fields.explicit(6, Tag::SEQUENCE, "enc-part")?)?;
        fields.expect_end()?;
        Ok(Self { padata, client, ticket: ticket.to_vec(), ticket_server, sealed })
    }

    /// Opens the sealed part, by `not_opened` if the key is another.
    pub(crate) fn open(
        &self,
        key: &Key,
        usage: KeyUsage,
        not_opened: KdcError,
    ) -> Result<SealedPart, AuthError> {
        if key.encryption_type() != self.sealed.encryption_type {
            let found = self.sealed.encryption_type;
            return Err(KdcError::EncryptionTypeNotAsked { found }.into());
        }
        let plain = key.decrypt(usage, &self.sealed.cipher).map_err(|_| not_opened)?;
        SealedPart::parse(&plain)
    }

    /// [RFC 4120 3.1.5], [RFC 4120 3.3.4] Nonce, names, times and types have to be what was asked. The names of client
    /// and server are for the caller to judge: the exchanges differ in what they allow.
    pub(crate) fn credential(
        self,
        sealed: SealedPart,
        asked: &RequestBody,
        now: u64,
    ) -> Result<Credential, AuthError> {
        if sealed.nonce != asked.nonce {
            return Err(KdcError::NonceWrong.into());
        }
        if sealed.server != self.ticket_server {
            return Err(KdcError::ServerWrong.into());
        }
        let (start_time, end_time) = (sealed.start_time, sealed.end_time);
        let begins_late = start_time > now.saturating_add(CLOCK_SKEW_S);
        if begins_late || end_time <= start_time || end_time > asked.till {
            return Err(KdcError::TimesWrong { start_time, end_time, now }.into());
        }
        let found = sealed.key.encryption_type();
        if !asked.encryption_types.contains(&found) {
            return Err(KdcError::EncryptionTypeNotAsked { found }.into());
        }
        if asked.options.has(KdcOptions::FORWARDED) && !sealed.flags.contains(TicketFlags::FORWARDED) {
            return Err(KdcError::NotForwarded.into());
        }
        Ok(Credential {
            client: self.client,
            server: sealed.server,
            ticket: self.ticket,
            session_key: sealed.key,
            flags: sealed.flags.0,
            start_time,
            end_time,
        })
    }
}

/// [RFC 4120 5.4.2] EncKDCRepPart
#[derive(Debug)]
pub(crate) struct SealedPart {
    key: Key,
    nonce: u32,
    pub(crate) flags: TicketFlags,
    start_time: u64,
    end_time: u64,
    server: PrincipalName,
    /// [RFC 6806 11]
    pub(crate) padata: Vec<PaData>,
}

impl SealedPart {
    fn parse(plain: &[u8]) -> Result<Self, AuthError> {
        // [RFC 4120 5.4.2] "some implementations unconditionally send an encrypted EncTGSRepPart".
        let (as_part, tgs_part) = (Tag::application(25), Tag::application(26));
        let is_as = plain.first().copied().map(Tag) == Some(as_part);
        let inner = only(plain, if is_as { as_part } else { tgs_part }, "EncKDCRepPart")?;
        let mut fields = DerReader::new(only(inner, Tag::SEQUENCE, "EncKDCRepPart")?);
        let key = wire::parse_key(fields.explicit(0, Tag::SEQUENCE, "key")?)?;
        fields.expect(Tag::context(1), "last-req")?;
        let nonce = wire::uint32(fields.explicit(2, Tag::INTEGER, "nonce")?, "nonce")?;
        fields.optional(Tag::context(3), "key-expiration")?;
        let flags = TicketFlags(wire::parse_flags(fields.explicit(4, Tag::BIT_STRING, "flags")?, "flags")?);
        let auth_time = time::parse(fields.explicit(5, Tag::GENERALIZED_TIME, "authtime")?, "authtime")?;
        let start_time = optional_time(&mut fields, 6, "starttime")?.unwrap_or(auth_time);
        let end_time = time::parse(fields.explicit(7, Tag::GENERALIZED_TIME, "endtime")?, "endtime")?;
        fields.optional(Tag::context(8), "renew-till")?;
        let (_, server) = wire::parse_principal(&mut fields, 9, "sname")?;
        fields.optional(Tag::context(11), "caddr")?;
        let padata = fields.optional_explicit(Tag::context(12), Tag::SEQUENCE, "encrypted-pa-data")?;
        let padata = padata.map(PaData::parse_list).transpose()?.unwrap_or_default();
        fields.expect_end()?;
        Ok(Self { key, nonce, flags, start_time, end_time, server, padata })
    }
}
