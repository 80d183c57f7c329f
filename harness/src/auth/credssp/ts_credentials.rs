use zeroize::Zeroizing;

use crate::auth::credssp::CredSspError;
use crate::auth::credssp::PasswordCreds;
use crate::auth::credssp::ts_request::number;
use crate::auth::credssp::ts_request::unsigned;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::der::explicit;
use crate::auth::der::only;
use crate::codec::CodecError;
use crate::limits::CREDSSP_TEXT_BYTES_MAX;

/// [MS-CSSP 2.2.1.2] `credType`: what TSCredentials holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CredType(pub u32);

impl CredType {
    /// [MS-CSSP 2.2.1.2.1] TSPasswordCreds
    pub const PASSWORD: Self = Self(1);
    /// [MS-CSSP 2.2.1.2.2] TSSmartCardCreds
    pub const SMART_CARD: Self = Self(2);
    /// [MS-CSSP 2.2.1.2.3] TSRemoteGuardCreds
    pub const REMOTE_GUARD: Self = Self(6);
}

impl PasswordCreds {
    /// [MS-CSSP 2.2.1.2] TSCredentials that hold these.
    pub fn to_ts_credentials(&self) -> Zeroizing<Vec<u8>> {
        let texts = [(0, self.domain_name.as_str()), (1, &self.user_name), (2, &self.password)];
        let texts = texts.map(|(number, text)| {
            let mut utf16 = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(2)));
            utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            secret(Tag::context(number), &secret(Tag::OCTET_STRING, &utf16))
        });
        let password_creds =
            secret(Tag::SEQUENCE, &Zeroizing::new(texts.each_ref().map(|text| text.as_slice()).concat()));
        let cred_type = explicit(Tag::context(0), Tag::INTEGER, &unsigned(CredType::PASSWORD.0));
        let credentials = secret(Tag::context(1), &secret(Tag::OCTET_STRING, &password_creds));
        secret(Tag::SEQUENCE, &Zeroizing::new([cred_type.as_slice(), &credentials].concat()))
    }

    /// The password of [MS-CSSP 2.2.1.2] TSCredentials. Smart cards and Remote Credential Guard, which hold no password
    /// that could be used for a second hop, are refused by name.
    pub fn from_ts_credentials(octets: &[u8]) -> Result<Self, CredSspError> {
        let mut fields = DerReader::new(only(octets, Tag::SEQUENCE, "TSCredentials")?);
        let cred_type = only(fields.expect(Tag::context(0), "credType")?, Tag::INTEGER, "credType")?;
        let cred_type = CredType(number(cred_type, "credType")?);
        let credentials = fields.expect(Tag::context(1), "credentials")?;
        fields.expect_end()?;
        if cred_type != CredType::PASSWORD {
            return Err(CredSspError::CredentialsRefused { found: cred_type });
        }
        Ok(Self::decode(only(credentials, Tag::OCTET_STRING, "credentials")?)?)
    }

    fn decode(octets: &[u8]) -> Result<Self, CodecError> {
        let mut fields = DerReader::new(only(octets, Tag::SEQUENCE, "TSPasswordCreds")?);
        let mut text = |number, field| {
            let octets = only(fields.expect(Tag::context(number), field)?, Tag::OCTET_STRING, field)?;
            utf16(octets, field)
        };
        let domain_name = text(0, "domainName")?;
        let user_name = text(1, "userName")?;
        let password = Zeroizing::new(text(2, "password")?);
        fields.expect_end()?;
        Ok(Self { domain_name, user_name, password })
    }
}

fn secret(tag: Tag, contents: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(element(tag, contents))
}

/// The characters of a text: its units may not be half, nor its surrogates. The allocation never grows, which would
/// leave copies of a password behind.
fn utf16(octets: &[u8], field: &'static str) -> Result<String, CodecError> {
    if octets.len() > CREDSSP_TEXT_BYTES_MAX {
        return Err(CodecError::TooLong { field, len: octets.len(), len_max: CREDSSP_TEXT_BYTES_MAX });
    }
    let (units, rest) = octets.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(CodecError::BadText { field });
    }
    let mut text = Zeroizing::new(String::with_capacity(units.len().saturating_mul(3)));
    for character in char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit))) {
        text.push(character.map_err(|_| CodecError::BadText { field })?);
    }
    Ok(std::mem::take(&mut *text))
}
