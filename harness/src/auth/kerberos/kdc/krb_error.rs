use crate::auth::AuthError;
use crate::auth::der::Tag;
use crate::auth::der::only;
use crate::auth::kerberos::ErrorCode;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire;

/// [RFC 4120 5.9.1] The application tag of KRB-ERROR.
const KRB_ERROR: u8 = 30;

/// [RFC 4120 5.9.1] What is used of a KRB-ERROR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KrbError {
    pub(crate) code: ErrorCode,
    /// The server's clock.
    pub(crate) server_time: u64,
    /// e-data: METHOD-DATA where preauthentication is required.
    pub(crate) data: Vec<u8>,
}

impl KrbError {
    pub(crate) fn is_one(message: &[u8]) -> bool {
        message.first().copied().map(Tag) == Some(Tag::application(KRB_ERROR))
    }

    pub(crate) fn parse(message: &[u8]) -> Result<Self, AuthError> {
        let mut fields = wire::open_message(message, KRB_ERROR, "KRB-ERROR")?;
        wire::expect_number(&mut fields, 0, 5, "pvno")?;
        wire::expect_number(&mut fields, 1, i64::from(KRB_ERROR), "msg-type")?;
        fields.optional(Tag::context(2), "ctime")?;
        fields.optional(Tag::context(3), "cusec")?;
        let server_time = time::parse(fields.explicit(4, Tag::GENERALIZED_TIME, "stime")?, "stime")?;
        fields.explicit(5, Tag::INTEGER, "susec")?;
        let code = wire::int32(fields.explicit(6, Tag::INTEGER, "error-code")?, "error-code")?;
        for (number, field) in [(7, "crealm"), (8, "cname")] {
            fields.optional(Tag::context(number), field)?;
        }
        for (number, field) in [(9, "realm"), (10, "sname")] {
            fields.expect(Tag::context(number), field)?;
        }
        fields.optional(Tag::context(11), "e-text")?;
        let data = fields.optional(Tag::context(12), "e-data")?;
        let data = data.map(|data| only(data, Tag::OCTET_STRING, "e-data")).transpose()?;
        fields.expect_end()?;
        let data = data.unwrap_or_default().to_vec();
        Ok(Self { code: ErrorCode(code.into()), server_time, data })
    }
}
