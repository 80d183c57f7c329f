use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::kerberos::ErrorCode;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::ticket::optional_time;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::expect_number;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::micros;
use crate::auth::kerberos::wire::name_to_der;
use crate::auth::kerberos::wire::open_message;
use crate::auth::kerberos::wire::sequence;
use crate::auth::kerberos::wire::signed;
use crate::codec::CodecError;

/// [RFC 4120 5.9.1] KRB-ERROR, as far as it concerns the AP exchange. Nobody protects it, so nobody believes more of it
/// than that there was an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KrbError {
    pub(crate) code: ErrorCode,
    pub(crate) server_time: Time,
}

/// [RFC 4120 5.10]
const KRB_ERROR: u8 = 30;
/// [MS-KILE 2.2.2] KERB_AP_ERR_TYPE_SKEW_RECOVERY
const SKEW_RECOVERY: i64 = 2;

impl KrbError {
    /// Reads up to the error's code; names and texts behind it are not for machines.
    pub(crate) fn parse(input: &[u8]) -> Result<Self, CodecError> {
        let mut fields = open_message(input, KRB_ERROR, "KRB-ERROR")?;
        expect_number(&mut fields, 0, 5, "pvno")?;
        expect_number(&mut fields, 1, KRB_ERROR.into(), "msg-type")?;
        optional_time(&mut fields, 2, "ctime")?;
        fields.optional_explicit(Tag::context(3), Tag::INTEGER, "cusec")?;
        let unix_s = time::parse(fields.explicit(4, Tag::GENERALIZED_TIME, "stime")?, "stime")?;
        let micros = micros(fields.explicit(5, Tag::INTEGER, "susec")?, "susec")?;
        let code = signed(fields.explicit(6, Tag::INTEGER, "error-code")?, "error-code")?;
        Ok(Self { code: ErrorCode(code), server_time: Time { unix_s, micros } })
    }

    /// [MS-KILE 3.4.5] An error about the clocks says so in e-data too: that lets Windows' client try again by ours.
    pub(crate) fn to_der(&self, server: &PrincipalName) -> Vec<u8> {
        let data = sequence(&[field(1, &integer(SKEW_RECOVERY))]);
        let data = (self.code == ErrorCode::SKEW).then(|| field(12, &element(Tag::OCTET_STRING, &data)));
        let fields = [
            field(0, &integer(5)),
            field(1, &integer(KRB_ERROR.into())),
            field(4, &time::to_der(self.server_time.unix_s)),
            field(5, &integer(self.server_time.micros.into())),
            field(6, &integer(self.code.0)),
            field(9, &general_string(&server.realm)),
            field(10, &name_to_der(NameType::SERVICE, server)),
            data.unwrap_or_default(),
        ];
        message(KRB_ERROR, &fields)
    }
}
