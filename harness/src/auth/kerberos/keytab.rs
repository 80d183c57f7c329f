use crate::auth::AuthError;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::codec::CodecError;
use crate::codec::ReadCursor;
use crate::limits::KERBEROS_NAME_BYTES_MAX;
use crate::limits::KERBEROS_NAME_COMPONENTS_MAX;
use crate::limits::KEYTAB_BYTES_MAX;
use crate::limits::KEYTAB_ENTRIES_MAX;

/// The long-term keys of services, in the file format of MIT's Kerberos, version 0x0502.
///
/// The format is in MIT's documentation, "Keytab file format". Keys of types that we do not have are passed over, as a
/// keytab of years has some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keytab {
    /// The keys, in the order of the file.
    pub entries: Vec<KeytabEntry>,
}

/// One key of one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeytabEntry {
    /// Whose key it is.
    pub principal: PrincipalName,
    /// How its name is to be read.
    pub name_type: NameType,
    /// Seconds since 1970 when the key was written.
    pub timestamp: u32,
    /// How often the principal's key changed.
    pub version: KeyVersion,
    /// The key.
    pub key: Key,
}

/// [RFC 4120 5.2.9] kvno
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyVersion(pub u32);

/// The two octets that the file begins with.
const VERSION: [u8; 2] = [5, 2];

impl Keytab {
    /// Reads the octets of a file.
    pub fn parse(file: &[u8]) -> Result<Self, AuthError> {
        bound("keytab", file.len(), KEYTAB_BYTES_MAX)?;
        let mut cursor = ReadCursor::new(file);
        let version = cursor.array()?;
        if version != VERSION {
            let value = u64::from(u16::from_be_bytes(version));
            return Err(CodecError::BadValue { field: "keytab version", value }.into());
        }
        let mut keytab = Self::default();
        while let Some(record) = next_record(&mut cursor)? {
            let Some(entry) = KeytabEntry::parse(record)? else { continue };
            bound("keytab entries", keytab.entries.len().saturating_add(1), KEYTAB_ENTRIES_MAX)?;
            keytab.entries.push(entry);
        }
        Ok(keytab)
    }

    /// The octets of a file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, AuthError> {
        let mut file = VERSION.to_vec();
        for entry in &self.entries {
            let record = entry.to_bytes()?;
            let too_long =
                CodecError::TooLong { field: "entry", len: record.len(), len_max: KEYTAB_BYTES_MAX };
            file.extend_from_slice(&i32::try_from(record.len()).map_err(|_| too_long)?.to_be_bytes());
            file.extend_from_slice(&record);
        }
        Ok(file)
    }
}

/// The next record that is in use. A negative length is a hole; 0 ends the file.
fn next_record<'a>(cursor: &mut ReadCursor<'a>) -> Result<Option<&'a [u8]>, CodecError> {
    while cursor.remaining() > 0 {
        let len = i32::from_be_bytes(cursor.array()?);
        let octets = usize::try_from(len.unsigned_abs()).unwrap_or(usize::MAX);
        match len {
            0 => return Ok(None),
            1.. => return cursor.take(octets).map(Some),
            // A hole at the end may be longer than the file.
            _ => cursor.take(octets.min(cursor.remaining()))?,
        };
    }
    Ok(None)
}

impl KeytabEntry {
    fn parse(record: &[u8]) -> Result<Option<Self>, AuthError> {
        let mut cursor = ReadCursor::new(record);
        let components_len = u16::from_be_bytes(cursor.array()?);
        bound("keytab components", usize::from(components_len), KERBEROS_NAME_COMPONENTS_MAX)?;
        let realm = counted_text(&mut cursor)?;
        let components: Result<_, _> = (0..components_len).map(|_| counted_text(&mut cursor)).collect();
        let principal = PrincipalName { realm, components: components? };
        let name_type = NameType(i32::from_be_bytes(cursor.array()?));
        let timestamp = cursor.u32_be()?;
        let short_version = u32::from(cursor.u8()?);
        let encryption_type = EncryptionType(i16::from_be_bytes(cursor.array()?).into());
        let octets = counted(&mut cursor)?;
        // Newer writers add all 32 bits of the version; 0 says that they did not.
        let long_version = cursor.u32_be().unwrap_or_default();
        let version = KeyVersion(if long_version == 0 { short_version } else { long_version });
        if !encryption_type.is_known() {
            return Ok(None);
        }
        let key = Key::new(encryption_type, octets)?;
        Ok(Some(Self { principal, name_type, timestamp, version, key }))
    }

    fn to_bytes(&self) -> Result<Vec<u8>, CodecError> {
        let mut record = length(self.principal.components.len())?.to_vec();
        for text in std::iter::once(&self.principal.realm).chain(&self.principal.components) {
            push_counted(&mut record, text.as_bytes())?;
        }
        record.extend_from_slice(&self.name_type.0.to_be_bytes());
        record.extend_from_slice(&self.timestamp.to_be_bytes());
        let [.., short_version] = self.version.0.to_be_bytes();
        record.push(short_version);
        let found = self.key.encryption_type().0;
        let bad_type = CodecError::BadValue { field: "keytype", value: u64::from(found.unsigned_abs()) };
        record.extend_from_slice(&i16::try_from(found).map_err(|_| bad_type)?.to_be_bytes());
        push_counted(&mut record, self.key.octets())?;
        record.extend_from_slice(&self.version.0.to_be_bytes());
        Ok(record)
    }
}

fn bound(field: &'static str, len: usize, len_max: usize) -> Result<(), CodecError> {
    match len <= len_max {
        true => Ok(()),
        false => Err(CodecError::TooLong { field, len, len_max }),
    }
}

fn counted<'a>(cursor: &mut ReadCursor<'a>) -> Result<&'a [u8], CodecError> {
    let len = u16::from_be_bytes(cursor.array()?);
    cursor.take(usize::from(len))
}

fn counted_text(cursor: &mut ReadCursor<'_>) -> Result<String, CodecError> {
    let octets = counted(cursor)?;
    bound("keytab name", octets.len(), KERBEROS_NAME_BYTES_MAX)?;
    String::from_utf8(octets.to_vec()).map_err(|_| CodecError::BadText { field: "keytab name" })
}

fn length(len: usize) -> Result<[u8; 2], CodecError> {
    let too_long = CodecError::TooLong { field: "keytab field", len, len_max: usize::from(u16::MAX) };
    u16::try_from(len).map(u16::to_be_bytes).map_err(|_| too_long)
}

fn push_counted(record: &mut Vec<u8>, octets: &[u8]) -> Result<(), CodecError> {
    record.extend_from_slice(&length(octets.len())?);
    record.extend_from_slice(octets);
    Ok(())
}
