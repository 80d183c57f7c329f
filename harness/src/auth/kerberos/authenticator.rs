use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::der::only;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::authorization_to_der;
use crate::auth::kerberos::wire::expect_number;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::int32;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::key_to_der;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::micros;
use crate::auth::kerberos::wire::name_to_der;
use crate::auth::kerberos::wire::open_message;
use crate::auth::kerberos::wire::parse_authorization;
use crate::auth::kerberos::wire::parse_key;
use crate::auth::kerberos::wire::parse_principal;
use crate::auth::kerberos::wire::sequence;
use crate::auth::kerberos::wire::signed;
use crate::auth::kerberos::wire::uint32;
use crate::codec::CodecError;
use crate::limits::KERBEROS_ENCRYPTION_TYPES_MAX;

/// [RFC 4120 5.5.1] Authenticator: the client's proof that it has the session key, and made it use it just now.
#[derive(Debug, Clone)]
pub(crate) struct Authenticator {
    pub(crate) client_kind: NameType,
    pub(crate) client: PrincipalName,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) time: Time,
    pub(crate) subkey: Option<Key>,
    pub(crate) sequence: Option<u32>,
    pub(crate) extras: Extras,
}

/// [RFC 4120 5.2.9] Checksum
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checksum {
    pub(crate) kind: i64,
    pub(crate) octets: Vec<u8>,
}

/// What the authenticator's authorization data says that matters here; other elements are for others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Extras {
    /// [MS-KILE 3.2.5.8] AD-AUTH-DATA-AP-OPTIONS.
    pub(crate) options: KerbApOptions,
    /// [RFC 4537 3] AD-ETYPE-NEGOTIATION: what the client can do, what it likes best first.
    pub(crate) offered: Vec<EncryptionType>,
}

/// [MS-KILE 3.2.5.8]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct KerbApOptions(pub(crate) u32);

impl KerbApOptions {
    /// KERB_AP_OPTIONS_CBT: the client would send bindings if it knew of a channel.
    pub(crate) const CBT: Self = Self(0x4000);
}

/// [RFC 4120 5.2.6.1]
const AD_IF_RELEVANT: i64 = 1;
/// [RFC 4537 3]
const AD_ETYPE_NEGOTIATION: i64 = 129;
/// [MS-KILE 3.2.5.8]
const AD_AUTH_DATA_AP_OPTIONS: i64 = 143;
/// [RFC 4120 5.10]
const AUTHENTICATOR: u8 = 2;

impl Authenticator {
    pub(crate) fn parse(input: &[u8]) -> Result<Self, AuthError> {
        let mut fields = open_message(input, AUTHENTICATOR, "Authenticator")?;
        expect_number(&mut fields, 0, 5, "authenticator-vno")?;
        let (client_kind, client) = parse_principal(&mut fields, 1, "cname")?;
        let checksum = fields.optional_explicit(Tag::context(3), Tag::SEQUENCE, "cksum")?;
        let micros = micros(fields.explicit(4, Tag::INTEGER, "cusec")?, "cusec")?;
        let unix_s = time::parse(fields.explicit(5, Tag::GENERALIZED_TIME, "ctime")?, "ctime")?;
        let subkey = fields.optional_explicit(Tag::context(6), Tag::SEQUENCE, "subkey")?;
        let sequence = fields.optional_explicit(Tag::context(7), Tag::INTEGER, "seq-number")?;
        let authorization = fields.optional_explicit(Tag::context(8), Tag::SEQUENCE, "authorization-data")?;
        fields.expect_end()?;
        Ok(Self {
            client_kind,
            client,
            checksum: checksum.map(Checksum::parse).transpose()?,
            time: Time { unix_s, micros },
            subkey: subkey.map(parse_key).transpose()?,
            sequence: sequence.map(|sequence| uint32(sequence, "seq-number")).transpose()?,
            extras: authorization.map(Extras::parse).transpose()?.unwrap_or_default(),
        })
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let optional = |value: Option<Vec<u8>>| value.unwrap_or_default();
        let fields = [
            field(0, &integer(5)),
            field(1, &general_string(&self.client.realm)),
            field(2, &name_to_der(self.client_kind, &self.client)),
            optional(self.checksum.as_ref().map(|checksum| field(3, &checksum.to_der()))),
            field(4, &integer(self.time.micros.into())),
            field(5, &time::to_der(self.time.unix_s)),
            optional(self.subkey.as_ref().map(|key| field(6, &key_to_der(key)))),
            optional(self.sequence.map(|sequence| field(7, &integer(sequence.into())))),
            optional(self.extras.to_der().map(|extras| field(8, &extras))),
        ];
        message(AUTHENTICATOR, &fields)
    }
}

impl Checksum {
    fn parse(contents: &[u8]) -> Result<Self, CodecError> {
        let mut fields = DerReader::new(contents);
        let kind = signed(fields.explicit(0, Tag::INTEGER, "cksumtype")?, "cksumtype")?;
        let octets = fields.explicit(1, Tag::OCTET_STRING, "checksum")?.to_vec();
        fields.expect_end()?;
        Ok(Self { kind, octets })
    }

    fn to_der(&self) -> Vec<u8> {
        sequence(&[field(0, &integer(self.kind)), field(1, &element(Tag::OCTET_STRING, &self.octets))])
    }
}

impl Extras {
    /// Looks inside AD-IF-RELEVANT, one level deep. What is malformed there is as good as absent: that is what the
    /// element's name says.
    fn parse(contents: &[u8]) -> Result<Self, CodecError> {
        let mut extras = Self::default();
        for outer in parse_authorization(contents)? {
            if outer.kind != AD_IF_RELEVANT {
                continue;
            }
            let inner = only(outer.data, Tag::SEQUENCE, "AD-IF-RELEVANT").and_then(parse_authorization);
            for element in inner.unwrap_or_default() {
                match element.kind {
                    AD_AUTH_DATA_AP_OPTIONS => extras.options = KerbApOptions::parse(element.data),
                    AD_ETYPE_NEGOTIATION => {
                        extras.offered = parse_encryption_types(element.data).unwrap_or_default();
                    }
                    _ => {}
                }
            }
        }
        Ok(extras)
    }

    /// Both in one AD-IF-RELEVANT, as Windows does.
    fn to_der(&self) -> Option<Vec<u8>> {
        let offered: Vec<_> = self.offered.iter().map(|offered| integer(offered.0.into())).collect();
        let offered = (!offered.is_empty()).then(|| (AD_ETYPE_NEGOTIATION, sequence(&offered)));
        let options = self.options.0.to_le_bytes().to_vec();
        let options = (self.options.0 != 0).then_some((AD_AUTH_DATA_AP_OPTIONS, options));
        let elements: Vec<_> = offered.into_iter().chain(options).collect();
        let relevant = (AD_IF_RELEVANT, authorization_to_der(&elements));
        (!elements.is_empty()).then(|| authorization_to_der(&[relevant]))
    }
}

impl KerbApOptions {
    /// "encoded as a four byte little-endian unsigned integer"
    fn parse(data: &[u8]) -> Self {
        Self(<[u8; 4]>::try_from(data).map(u32::from_le_bytes).unwrap_or_default())
    }

    pub(crate) fn contains(self, options: Self) -> bool {
        self.0 & options.0 == options.0
    }
}

fn parse_encryption_types(data: &[u8]) -> Result<Vec<EncryptionType>, CodecError> {
    let mut list = DerReader::new(only(data, Tag::SEQUENCE, "EtypeList")?);
    let mut types = Vec::new();
    while !list.is_empty() {
        if types.len() == KERBEROS_ENCRYPTION_TYPES_MAX {
            let len_max = KERBEROS_ENCRYPTION_TYPES_MAX;
            return Err(CodecError::TooLong { field: "EtypeList", len: len_max.saturating_add(1), len_max });
        }
        types.push(EncryptionType(int32(list.expect(Tag::INTEGER, "EtypeList")?, "EtypeList")?));
    }
    Ok(types)
}
