//! [RFC 4120 5.2.7] Preauthentication: how the client proves the password, and what the KDC says about its key.
use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::der::only;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::kdc::Given;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::int32;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::sequence;
use crate::codec::CodecError;
use crate::limits::KDC_PADATA_MAX;
use crate::limits::KERBEROS_ENCRYPTION_TYPES_MAX;
use crate::limits::KERBEROS_NAME_BYTES_MAX;

/// [RFC 4120 7.5.2] padata-type
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PaType(pub(crate) i32);

impl PaType {
    pub(crate) const TGS_REQ: Self = Self(1);
    pub(crate) const ENC_TIMESTAMP: Self = Self(2);
    pub(crate) const ETYPE_INFO2: Self = Self(19);
    /// [MS-KILE 2.2.3]
    pub(crate) const PAC_REQUEST: Self = Self(128);
    /// [RFC 6806 11]
    pub(crate) const REQ_ENC_PA_REP: Self = Self(149);
}

/// [RFC 4120 5.2.7] PA-DATA
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaData {
    pub(crate) kind: PaType,
    pub(crate) value: Vec<u8>,
}

impl PaData {
    /// [RFC 4120 5.2.7.2] PA-ENC-TIMESTAMP: the time, encrypted in the key of the password.
    pub(crate) fn timestamp(key: &Key, given: &mut Given) -> Result<Self, AuthError> {
        const AS_REQ_TIMESTAMP: KeyUsage = KeyUsage(1);
        let now = given.now;
        let plain = sequence(&[field(0, &time::to_der(now.unix_s)), field(1, &integer(now.micros.into()))]);
        let cipher = key.encrypt(AS_REQ_TIMESTAMP, given.confounder(), &plain)?;
        let sealed = EncryptedData { encryption_type: key.encryption_type(), key_version: None, cipher };
        Ok(Self { kind: PaType::ENC_TIMESTAMP, value: sealed.to_der() })
    }

    /// [MS-KILE 2.2.3] KERB-PA-PAC-REQUEST
    pub(crate) fn pac_request(is_wanted: bool) -> Self {
        const BOOLEAN: Tag = Tag(0x01);
        let value = if is_wanted { 0xFF } else { 0 };
        Self { kind: PaType::PAC_REQUEST, value: sequence(&[field(0, &element(BOOLEAN, &[value]))]) }
    }

    /// [RFC 6806 11] Asks the KDC to say what request it got.
    pub(crate) fn request_echo() -> Self {
        Self { kind: PaType::REQ_ENC_PA_REP, value: Vec::new() }
    }

    /// METHOD-DATA, and the padata of any message.
    pub(crate) fn parse_list(contents: &[u8]) -> Result<Vec<Self>, AuthError> {
        let mut reader = DerReader::new(contents);
        let mut list = Vec::new();
        while !reader.is_empty() {
            bounded(list.len(), KDC_PADATA_MAX, "padata")?;
            let mut fields = DerReader::new(reader.expect(Tag::SEQUENCE, "PA-DATA")?);
            let kind = int32(fields.explicit(1, Tag::INTEGER, "padata-type")?, "padata-type")?;
            let value = fields.explicit(2, Tag::OCTET_STRING, "padata-value")?.to_vec();
            fields.expect_end()?;
            list.push(Self { kind: PaType(kind), value });
        }
        Ok(list)
    }
}

/// One more would be too many.
fn bounded(len: usize, len_max: usize, field: &'static str) -> Result<(), CodecError> {
    match len < len_max {
        true => Ok(()),
        false => Err(CodecError::TooLong { field, len: len.saturating_add(1), len_max }),
    }
}

/// [RFC 4120 5.2.7.5] ETYPE-INFO2-ENTRY: how a password becomes a key of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRecipe {
    pub(crate) encryption_type: EncryptionType,
    salt: Option<Vec<u8>>,
    /// [RFC 3962 4] Of the AES types.
    iterations: Option<u32>,
}

impl KeyRecipe {
    /// What is done when the KDC says nothing.
    pub(crate) fn usual(encryption_type: EncryptionType) -> Self {
        Self { encryption_type, salt: None, iterations: None }
    }

    /// The recipes among `padata`, the KDC's favourite first.
    pub(crate) fn parse_all(padata: &[PaData]) -> Result<Vec<Self>, AuthError> {
        let Some(info) = padata.iter().find(|element| element.kind == PaType::ETYPE_INFO2) else {
            return Ok(Vec::new());
        };
        let mut reader = DerReader::new(only(&info.value, Tag::SEQUENCE, "ETYPE-INFO2")?);
        let mut recipes = Vec::new();
        while !reader.is_empty() {
            bounded(recipes.len(), KERBEROS_ENCRYPTION_TYPES_MAX, "ETYPE-INFO2")?;
            recipes.push(Self::parse(reader.expect(Tag::SEQUENCE, "ETYPE-INFO2-ENTRY")?)?);
        }
        Ok(recipes)
    }

    fn parse(contents: &[u8]) -> Result<Self, AuthError> {
        let mut fields = DerReader::new(contents);
        let encryption_type = EncryptionType(int32(fields.explicit(0, Tag::INTEGER, "etype")?, "etype")?);
        let salt = fields.optional_explicit(Tag::context(1), Tag::GENERAL_STRING, "salt")?;
        let parameters = fields.optional_explicit(Tag::context(2), Tag::OCTET_STRING, "s2kparams")?;
        fields.expect_end()?;
        if let Some(salt) = salt.filter(|salt| salt.len() > SALT_BYTES_MAX) {
            let (len, len_max) = (salt.len(), SALT_BYTES_MAX);
            return Err(CodecError::TooLong { field: "salt", len, len_max }.into());
        }
        // [RFC 3961 6.1] A type without parameters ignores them; a type that we do not have may have any.
        let has_iterations = matches!(encryption_type, EncryptionType(17..=20));
        let iterations = parameters.filter(|_| has_iterations).map(iterations).transpose()?;
        Ok(Self { encryption_type, salt: salt.map(<[u8]>::to_vec), iterations })
    }

    /// The key. [RFC 4120 4] The usual salt is the realm and all components of the name.
    pub(crate) fn key(&self, password: &Zeroizing<String>, name: &PrincipalName) -> Result<Key, AuthError> {
        let usual = || format!("{}{}", name.realm, name.components.concat()).into_bytes();
        let salt = self.salt.clone().unwrap_or_else(usual);
        Key::from_password(self.encryption_type, password, salt, self.iterations)
    }
}

/// A salt is a realm and a name, usually.
const SALT_BYTES_MAX: usize = 2 * KERBEROS_NAME_BYTES_MAX;

/// [RFC 3962 4] Four octets, the most significant first.
fn iterations(parameters: &[u8]) -> Result<u32, CodecError> {
    let octets = parameters.try_into();
    let octets = octets.map_err(|_| CodecError::BadValue { field: "s2kparams", value: 0 })?;
    Ok(u32::from_be_bytes(octets))
}
