use crate::auth::AuthError;
use crate::auth::der::Tag;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::expect_number;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::key_to_der;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::micros;
use crate::auth::kerberos::wire::open_message;
use crate::auth::kerberos::wire::parse_key;
use crate::auth::kerberos::wire::uint32;
use crate::codec::CodecError;

/// [RFC 4120 5.5.2] AP-REP
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApRep {
    pub(crate) enc_part: EncryptedData,
}

/// [RFC 4120 5.5.2] EncAPRepPart: the time of the authenticator, which only who opened the ticket could read.
#[derive(Debug, Clone)]
pub(crate) struct EncApRepPart {
    pub(crate) time: Time,
    pub(crate) subkey: Option<Key>,
    pub(crate) sequence: Option<u32>,
}

/// [RFC 4120 5.10]
const AP_REP: u8 = 15;
const ENC_AP_REP_PART: u8 = 27;

impl ApRep {
    pub(crate) fn parse(input: &[u8]) -> Result<Self, CodecError> {
        let mut fields = open_message(input, AP_REP, "AP-REP")?;
        expect_number(&mut fields, 0, 5, "pvno")?;
        expect_number(&mut fields, 1, AP_REP.into(), "msg-type")?;
        let enc_part = EncryptedData::parse(fields.explicit(2, Tag::SEQUENCE, "enc-part")?)?;
        fields.expect_end()?;
        Ok(Self { enc_part })
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let fields =
            [field(0, &integer(5)), field(1, &integer(AP_REP.into())), field(2, &self.enc_part.to_der())];
        message(AP_REP, &fields)
    }
}

impl EncApRepPart {
    pub(crate) fn parse(input: &[u8]) -> Result<Self, AuthError> {
        let mut fields = open_message(input, ENC_AP_REP_PART, "EncAPRepPart")?;
        let unix_s = time::parse(fields.explicit(0, Tag::GENERALIZED_TIME, "ctime")?, "ctime")?;
        let micros = micros(fields.explicit(1, Tag::INTEGER, "cusec")?, "cusec")?;
        let subkey = fields.optional_explicit(Tag::context(2), Tag::SEQUENCE, "subkey")?;
        let sequence = fields.optional_explicit(Tag::context(3), Tag::INTEGER, "seq-number")?;
        fields.expect_end()?;
        Ok(Self {
            time: Time { unix_s, micros },
            subkey: subkey.map(parse_key).transpose()?,
            sequence: sequence.map(|sequence| uint32(sequence, "seq-number")).transpose()?,
        })
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let fields = [
            field(0, &time::to_der(self.time.unix_s)),
            field(1, &integer(self.time.micros.into())),
            self.subkey.as_ref().map(|key| field(2, &key_to_der(key))).unwrap_or_default(),
            self.sequence.map(|sequence| field(3, &integer(sequence.into()))).unwrap_or_default(),
        ];
        message(ENC_AP_REP_PART, &fields)
    }
}
