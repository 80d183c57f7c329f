use crate::auth::der::Tag;
use crate::auth::kerberos::ticket::Ticket;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::expect_number;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::flags;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::open_message;
use crate::auth::kerberos::wire::parse_flags;
use crate::codec::CodecError;

/// [RFC 4120 5.5.1] APOptions, bit 0 the most significant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ApOptions(pub(crate) u32);

impl ApOptions {
    /// use-session-key
    pub(crate) const USE_SESSION_KEY: Self = Self(1 << 30);
    /// mutual-required
    pub(crate) const MUTUAL_REQUIRED: Self = Self(1 << 29);

    pub(crate) fn contains(self, options: Self) -> bool {
        self.0 & options.0 == options.0
    }
}

/// [RFC 4120 5.5.1] AP-REQ
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApReq {
    pub(crate) options: ApOptions,
    /// The ticket as it came, since nobody but its KDC may write one.
    pub(crate) ticket: Vec<u8>,
    pub(crate) authenticator: EncryptedData,
}

/// [RFC 4120 5.10]
const AP_REQ: u8 = 14;

impl ApReq {
    pub(crate) fn parse(input: &[u8]) -> Result<Self, CodecError> {
        let mut fields = open_message(input, AP_REQ, "AP-REQ")?;
        expect_number(&mut fields, 0, 5, "pvno")?;
        expect_number(&mut fields, 1, AP_REQ.into(), "msg-type")?;
        let options = parse_flags(fields.explicit(2, Tag::BIT_STRING, "ap-options")?, "ap-options")?;
        let ticket = fields.expect(Tag::context(3), "ticket")?.to_vec();
        let authenticator = EncryptedData::parse(fields.explicit(4, Tag::SEQUENCE, "authenticator")?)?;
        fields.expect_end()?;
        Ok(Self { options: ApOptions(options), ticket, authenticator })
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        message(
            AP_REQ,
            &[
                field(0, &integer(5)),
                field(1, &integer(AP_REQ.into())),
                field(2, &flags(self.options.0)),
                field(3, &self.ticket),
                field(4, &self.authenticator.to_der()),
            ],
        )
    }

    pub(crate) fn ticket(&self) -> Result<Ticket, CodecError> {
        Ticket::parse(&self.ticket)
    }
}
