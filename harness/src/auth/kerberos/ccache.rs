use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::codec::CodecError;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;
use crate::limits::CCACHE_BYTES_MAX;
use crate::limits::CCACHE_CREDENTIALS_MAX;
use crate::limits::CCACHE_ITEMS_MAX;
use crate::limits::KDC_MESSAGE_BYTES_MAX;
use crate::limits::KERBEROS_NAME_BYTES_MAX;
use crate::limits::KERBEROS_NAME_COMPONENTS_MAX;

/// The tickets of one user, in the file format of MIT's Kerberos, version 4: what `kinit` leaves where `KRB5CCNAME` says.
///
/// The format is in MIT's documentation, "Credential cache file format". The file holds session keys: whoever reads it
/// is the user until the tickets end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialCache {
    /// Whose tickets these are.
    pub principal: PrincipalName,
    /// The tickets, in the order of the file. What the file has besides is passed over: entries of configuration,
    /// removed ones, keys of types that we do not have.
    pub credentials: Vec<Credential>,
}

/// The two octets that a file of version 4 begins with.
const VERSION: u16 = 0x0504;
/// The realm of entries that are no tickets.
const CONFIGURATION_REALM: &str = "X-CACHECONF:";

impl CredentialCache {
    /// Reads the octets of a file.
    pub fn parse(file: &[u8]) -> Result<Self, AuthError> {
        bound("credential cache", file.len(), CCACHE_BYTES_MAX)?;
        let mut cursor = ReadCursor::new(file);
        let version = u16::from_be_bytes(cursor.array()?);
        if version != VERSION {
            return Err(CodecError::BadValue { field: "cache version", value: version.into() }.into());
        }
        // Differences of clocks, and what later versions add.
        let header_len = u16::from_be_bytes(cursor.array()?);
        cursor.take(usize::from(header_len))?;
        let principal = principal(&mut cursor)?;
        let mut credentials = Vec::new();
        let mut entries = 0_usize;
        while cursor.remaining() > 0 {
            entries = entries.saturating_add(1);
            bound("cache entries", entries, CCACHE_CREDENTIALS_MAX)?;
            credentials.extend(credential(&mut cursor)?);
        }
        Ok(Self { principal, credentials })
    }

    /// The octets of a file.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let mut file = WriteBuf::new();
        file.bytes(&VERSION.to_be_bytes());
        file.bytes(&[0, 0]);
        push_principal(&mut file, NameType::PRINCIPAL, &self.principal)?;
        for credential in &self.credentials {
            push_credential(&mut file, credential)?;
        }
        Ok(Zeroizing::new(file.into_bytes()))
    }

    /// The ticket for a service that ends last. Names compare as they are spelled; the realm may be any.
    #[must_use]
    pub fn find(&self, service: &[&str]) -> Option<&Credential> {
        let fits = |credential: &&Credential| credential.server.components == service;
        self.credentials.iter().filter(fits).max_by_key(|credential| credential.end_time)
    }

    /// The ticket-granting ticket of the user's own realm.
    #[must_use]
    pub fn ticket_granting_ticket(&self) -> Option<&Credential> {
        self.find(&["krbtgt", &self.principal.realm])
    }
}

fn credential(cursor: &mut ReadCursor<'_>) -> Result<Option<Credential>, AuthError> {
    let client = principal(cursor)?;
    let server = principal(cursor)?;
    let encryption_type = EncryptionType(i16::from_be_bytes(cursor.array()?).into());
    let key = counted(cursor, "cache key", KERBEROS_NAME_BYTES_MAX)?;
    let (auth_time, start_time) = (cursor.u32_be()?, cursor.u32_be()?);
    let (end_time, _renew_till) = (cursor.u32_be()?, cursor.u32_be()?);
    let _is_in_session_key = cursor.u8()?;
    let flags = cursor.u32_be()?;
    for field in ["cache addresses", "cache authorization data"] {
        pass_over(cursor, field)?;
    }
    let ticket = counted(cursor, "cache ticket", KDC_MESSAGE_BYTES_MAX)?.to_vec();
    counted(cursor, "cache second ticket", KDC_MESSAGE_BYTES_MAX)?;
    // MIT's library removes an entry by an end in 1970.
    let is_removed = end_time == 0;
    if server.realm == CONFIGURATION_REALM || is_removed || !encryption_type.is_known() {
        return Ok(None);
    }
    let start_time = if start_time == 0 { auth_time } else { start_time };
    let session_key = Key::new(encryption_type, key)?;
    let (start_time, end_time) = (start_time.into(), end_time.into());
    Ok(Some(Credential { client, server, ticket, session_key, flags, start_time, end_time }))
}

fn principal(cursor: &mut ReadCursor<'_>) -> Result<PrincipalName, CodecError> {
    let _name_type = cursor.u32_be()?;
    let components_len = usize::try_from(cursor.u32_be()?).unwrap_or(usize::MAX);
    bound("cache name", components_len, KERBEROS_NAME_COMPONENTS_MAX)?;
    let realm = text(cursor)?;
    let components: Result<_, _> = (0..components_len).map(|_| text(cursor)).collect();
    Ok(PrincipalName { realm, components: components? })
}

fn text(cursor: &mut ReadCursor<'_>) -> Result<String, CodecError> {
    let octets = counted(cursor, "cache name", KERBEROS_NAME_BYTES_MAX)?;
    String::from_utf8(octets.to_vec()).map_err(|_| CodecError::BadText { field: "cache name" })
}

fn counted<'a>(
    cursor: &mut ReadCursor<'a>,
    field: &'static str,
    len_max: usize,
) -> Result<&'a [u8], CodecError> {
    let len = usize::try_from(cursor.u32_be()?).unwrap_or(usize::MAX);
    bound(field, len, len_max)?;
    cursor.take(len)
}

/// A list of octets with a type each.
fn pass_over(cursor: &mut ReadCursor<'_>, field: &'static str) -> Result<(), CodecError> {
    let count = usize::try_from(cursor.u32_be()?).unwrap_or(usize::MAX);
    bound(field, count, CCACHE_ITEMS_MAX)?;
    for _ in 0..count {
        cursor.array::<2>()?;
        counted(cursor, field, KDC_MESSAGE_BYTES_MAX)?;
    }
    Ok(())
}

fn bound(field: &'static str, len: usize, len_max: usize) -> Result<(), CodecError> {
    match len <= len_max {
        true => Ok(()),
        false => Err(CodecError::TooLong { field, len, len_max }),
    }
}

fn push_credential(file: &mut WriteBuf, credential: &Credential) -> Result<(), CodecError> {
    push_principal(file, NameType::PRINCIPAL, &credential.client)?;
    push_principal(file, NameType::SERVICE, &credential.server)?;
    let number = credential.session_key.encryption_type().0;
    let bad_type = CodecError::BadValue { field: "keytype", value: u64::from(number.unsigned_abs()) };
    file.bytes(&i16::try_from(number).map_err(|_| bad_type)?.to_be_bytes());
    push_counted(file, credential.session_key.octets())?;
    let (start_time, end_time) = (seconds(credential.start_time), seconds(credential.end_time));
    let is_in_session_key = 0;
    for time in [start_time, start_time, end_time, 0] {
        file.u32_be(time);
    }
    file.u8(is_in_session_key);
    file.u32_be(credential.flags);
    let (addresses, authorization_data) = (0, 0);
    file.u32_be(addresses);
    file.u32_be(authorization_data);
    push_counted(file, &credential.ticket)?;
    push_counted(file, &[])
}

fn push_principal(file: &mut WriteBuf, kind: NameType, name: &PrincipalName) -> Result<(), CodecError> {
    file.bytes(&kind.0.to_be_bytes());
    file.u32_be(length(name.components.len())?);
    for text in std::iter::once(&name.realm).chain(&name.components) {
        push_counted(file, text.as_bytes())?;
    }
    Ok(())
}

fn push_counted(file: &mut WriteBuf, octets: &[u8]) -> Result<(), CodecError> {
    file.u32_be(length(octets.len())?);
    file.bytes(octets);
    Ok(())
}

fn length(len: usize) -> Result<u32, CodecError> {
    let too_long = CodecError::TooLong { field: "cache field", len, len_max: CCACHE_BYTES_MAX };
    u32::try_from(len).map_err(|_| too_long)
}

/// The format ends in 2106.
fn seconds(unix_s: u64) -> u32 {
    u32::try_from(unix_s).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
