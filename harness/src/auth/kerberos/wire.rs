//! [RFC 4120 5.2] The types that the messages are made of, as DER.
//!
//! By hand and not by picky-krb: its text is ASCII alone (names are UTF-8 in Windows' realms), its numbers have no sign,
//! and what it makes of hostile octets is its own affair. It is the other side of the tests.

use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::der::only;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::PrincipalName;
use crate::codec::CodecError;
use crate::limits::KERBEROS_AUTHORIZATION_ELEMENTS_MAX;
use crate::limits::KERBEROS_NAME_BYTES_MAX;
use crate::limits::KERBEROS_NAME_COMPONENTS_MAX;

/// [RFC 4120 5.2.4] Microseconds in a second: a count of them is below.
pub(crate) const MICROS_PER_SECOND: u32 = 1_000_000;

/// A moment: KerberosTime, and the microseconds beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time {
    /// Seconds since 1970.
    pub unix_s: u64,
    /// Microseconds of the second, below 1 000 000.
    pub micros: u32,
}

/// [RFC 4120 6.2] name-type, which says how a name is to be read and is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameType(pub i32);

impl NameType {
    /// NT-UNKNOWN
    pub const UNKNOWN: Self = Self(0);
    /// NT-PRINCIPAL
    pub const PRINCIPAL: Self = Self(1);
    /// NT-SRV-INST
    pub const SERVICE: Self = Self(2);
}

/// [RFC 4120 5.2.9] EncryptedData
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncryptedData {
    pub(crate) encryption_type: EncryptionType,
    pub(crate) key_version: Option<u32>,
    pub(crate) cipher: Vec<u8>,
}

/// [RFC 4120 5.2.6] One element of AuthorizationData.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationElement<'a> {
    pub(crate) kind: i64,
    pub(crate) data: &'a [u8],
}

impl EncryptedData {
    pub(crate) fn parse(contents: &[u8]) -> Result<Self, CodecError> {
        let mut fields = DerReader::new(contents);
        let encryption_type = int32(fields.explicit(0, Tag::INTEGER, "etype")?, "etype")?;
        let key_version = fields.optional_explicit(Tag::context(1), Tag::INTEGER, "kvno")?;
        let key_version = key_version.map(|kvno| uint32(kvno, "kvno")).transpose()?;
        let cipher = fields.explicit(2, Tag::OCTET_STRING, "cipher")?.to_vec();
        fields.expect_end()?;
        Ok(Self { encryption_type: EncryptionType(encryption_type), key_version, cipher })
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let kvno = self.key_version.map(|kvno| field(1, &integer(kvno.into())));
        sequence(&[
            field(0, &integer(self.encryption_type.0.into())),
            kvno.unwrap_or_default(),
            field(2, &element(Tag::OCTET_STRING, &self.cipher)),
        ])
    }
}

/// [RFC 4120 5.2.9] EncryptionKey
pub(crate) fn parse_key(contents: &[u8]) -> Result<Key, AuthError> {
    let mut fields = DerReader::new(contents);
    let encryption_type = int32(fields.explicit(0, Tag::INTEGER, "keytype")?, "keytype")?;
    let key = Key::new(EncryptionType(encryption_type), fields.explicit(1, Tag::OCTET_STRING, "keyvalue")?)?;
    fields.expect_end()?;
    Ok(key)
}

pub(crate) fn key_to_der(key: &Key) -> Vec<u8> {
    sequence(&[
        field(0, &integer(key.encryption_type().0.into())),
        field(1, &element(Tag::OCTET_STRING, key.octets())),
    ])
}

/// [RFC 4120 5.2.2] PrincipalName, without its realm, which is another field wherever there is one.
pub(crate) fn parse_name(contents: &[u8]) -> Result<(NameType, Vec<String>), CodecError> {
    let mut fields = DerReader::new(contents);
    let kind = int32(fields.explicit(0, Tag::INTEGER, "name-type")?, "name-type")?;
    let mut strings = DerReader::new(fields.explicit(1, Tag::SEQUENCE, "name-string")?);
    let mut components = Vec::new();
    while !strings.is_empty() {
        if components.len() == KERBEROS_NAME_COMPONENTS_MAX {
            let len = components.len().saturating_add(1);
            return Err(CodecError::TooLong {
                field: "name-string",
                len,
                len_max: KERBEROS_NAME_COMPONENTS_MAX,
            });
        }
        components.push(text(strings.expect(Tag::GENERAL_STRING, "name-string")?, "name-string")?);
    }
    fields.expect_end()?;
    Ok((NameType(kind), components))
}

pub(crate) fn name_to_der(kind: NameType, name: &PrincipalName) -> Vec<u8> {
    let strings: Vec<_> = name.components.iter().map(|component| general_string(component)).collect();
    sequence(&[field(0, &integer(kind.0.into())), field(1, &sequence(&strings))])
}

/// The realm in the explicit tag `number`, and the name in the next one.
pub(crate) fn parse_principal(
    fields: &mut DerReader<'_>,
    number: u8,
    what: &'static str,
) -> Result<(NameType, PrincipalName), CodecError> {
    let realm = text(fields.explicit(number, Tag::GENERAL_STRING, what)?, what)?;
    let (kind, components) = parse_name(fields.explicit(number.saturating_add(1), Tag::SEQUENCE, what)?)?;
    Ok((kind, PrincipalName { realm, components }))
}

/// [RFC 4120 5.2.6] AuthorizationData: the elements of one level.
pub(crate) fn parse_authorization(contents: &[u8]) -> Result<Vec<AuthorizationElement<'_>>, CodecError> {
    let mut reader = DerReader::new(contents);
    let mut elements = Vec::new();
    while !reader.is_empty() {
        if elements.len() == KERBEROS_AUTHORIZATION_ELEMENTS_MAX {
            let len_max = KERBEROS_AUTHORIZATION_ELEMENTS_MAX;
            let len = len_max.saturating_add(1);
            return Err(CodecError::TooLong { field: "authorization-data", len, len_max });
        }
        let mut fields = DerReader::new(reader.expect(Tag::SEQUENCE, "authorization-data")?);
        let kind = only(fields.expect(Tag::context(0), "ad-type")?, Tag::INTEGER, "ad-type")?;
        let data = only(fields.expect(Tag::context(1), "ad-data")?, Tag::OCTET_STRING, "ad-data")?;
        fields.expect_end()?;
        elements.push(AuthorizationElement { kind: signed(kind, "ad-type")?, data });
    }
    Ok(elements)
}

pub(crate) fn authorization_to_der(elements: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let one = |(kind, data): &(i64, Vec<u8>)| {
        sequence(&[field(0, &integer(*kind)), field(1, &element(Tag::OCTET_STRING, data))])
    };
    sequence(&elements.iter().map(one).collect::<Vec<_>>())
}

/// [RFC 4120 5.2.8] The first 32 flags; the first is the most significant bit. Missing ones are 0, more are ignored.
pub(crate) fn parse_flags(contents: &[u8], name: &'static str) -> Result<u32, CodecError> {
    let (unused, bits) = contents.split_first().ok_or(CodecError::Missing { field: name })?;
    if *unused > 7 || (bits.is_empty() && *unused != 0) {
        return Err(CodecError::BadValue { field: name, value: u64::from(*unused) });
    }
    let octet = |index: usize| bits.get(index).copied().unwrap_or_default();
    Ok(u32::from_be_bytes([octet(0), octet(1), octet(2), octet(3)]))
}

pub(crate) fn flags(flags: u32) -> Vec<u8> {
    let [a, b, c, d] = flags.to_be_bytes();
    element(Tag::BIT_STRING, &[0, a, b, c, d])
}

/// An INTEGER of at most eight octets.
pub(crate) fn signed(contents: &[u8], name: &'static str) -> Result<i64, CodecError> {
    let len = contents.len();
    let first = *contents.first().ok_or(CodecError::Missing { field: name })?;
    if len > 8 {
        return Err(CodecError::TooLong { field: name, len, len_max: 8 });
    }
    let start = if first >= 0x80 { -1 } else { 0 };
    Ok(contents.iter().fold(start, |value: i64, octet| value << 8 | i64::from(*octet)))
}

pub(crate) fn int32(contents: &[u8], name: &'static str) -> Result<i32, CodecError> {
    let value = signed(contents, name)?;
    i32::try_from(value).map_err(|_| CodecError::BadValue { field: name, value: value.cast_unsigned() })
}

/// [RFC 4120 5.2.4] UInt32. Old peers write one above 2^31 with a sign, and are understood.
pub(crate) fn uint32(contents: &[u8], name: &'static str) -> Result<u32, CodecError> {
    let value = signed(contents, name)?;
    let with_sign = i32::try_from(value).map(i32::cast_unsigned);
    let bad = CodecError::BadValue { field: name, value: value.cast_unsigned() };
    u32::try_from(value).or(with_sign).map_err(|_| bad)
}

pub(crate) fn integer(value: i64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let sign = if value < 0 { 0xFF } else { 0 };
    let is_spare = |index: usize| {
        let (this, next) = (octets.get(index), octets.get(index.saturating_add(1)));
        this == Some(&sign) && next.is_some_and(|next| next & 0x80 == sign & 0x80)
    };
    let spare = (0..octets.len()).take_while(|index| is_spare(*index)).count();
    element(Tag::INTEGER, octets.get(spare..).unwrap_or_default())
}

pub(crate) fn micros(contents: &[u8], name: &'static str) -> Result<u32, CodecError> {
    let value = uint32(contents, name)?;
    match value < MICROS_PER_SECOND {
        true => Ok(value),
        false => Err(CodecError::BadValue { field: name, value: u64::from(value) }),
    }
}

/// [RFC 4120 5.2.1] KerberosString, which says that it is ASCII and is UTF-8 in practice.
pub(crate) fn text(contents: &[u8], name: &'static str) -> Result<String, CodecError> {
    if contents.len() > KERBEROS_NAME_BYTES_MAX {
        let len_max = KERBEROS_NAME_BYTES_MAX;
        return Err(CodecError::TooLong { field: name, len: contents.len(), len_max });
    }
    String::from_utf8(contents.to_vec()).map_err(|_| CodecError::BadText { field: name })
}

pub(crate) fn general_string(text: &str) -> Vec<u8> {
    element(Tag::GENERAL_STRING, text.as_bytes())
}

/// Something in the explicit tag `number`.
pub(crate) fn field(number: u8, element_of_it: &[u8]) -> Vec<u8> {
    element(Tag::context(number), element_of_it)
}

pub(crate) fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(Tag::SEQUENCE, &elements.concat())
}

/// A message: a sequence inside an application tag.
pub(crate) fn message(number: u8, fields: &[Vec<u8>]) -> Vec<u8> {
    element(Tag::application(number), &sequence(fields))
}

/// The fields of the message that `input` is.
pub(crate) fn open_message<'a>(
    input: &'a [u8],
    number: u8,
    name: &'static str,
) -> Result<DerReader<'a>, CodecError> {
    Ok(DerReader::new(only(only(input, Tag::application(number), name)?, Tag::SEQUENCE, name)?))
}

/// A number that has to have this value: pvno, msg-type.
pub(crate) fn expect_number(
    fields: &mut DerReader<'_>,
    number: u8,
    expected: i64,
    name: &'static str,
) -> Result<(), CodecError> {
    let found = signed(fields.explicit(number, Tag::INTEGER, name)?, name)?;
    match found == expected {
        true => Ok(()),
        false => Err(CodecError::BadValue { field: name, value: found.cast_unsigned() }),
    }
}
