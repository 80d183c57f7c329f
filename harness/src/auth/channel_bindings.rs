use std::fmt;

use md5::Digest;
use md5::Md5;

/// [RFC 5056] Channel bindings: what ties an authentication to the TLS connection that carries it.
///
/// Only the application data is kept; WinRM uses no addresses.
///
/// ```
/// use winrm_harness::auth::ChannelBindings;
///
/// let bindings = ChannelBindings::tls_server_end_point(&[0xAB; 32]);
/// assert!(bindings.application_data().starts_with(b"tls-server-end-point:"));
/// ```
///
/// [RFC 5056]: https://www.rfc-editor.org/rfc/rfc5056
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelBindings {
    application_data: Vec<u8>,
}

/// Octets of the address fields before the application data, all zero: two types, two lengths.
const ADDRESS_FIELDS_LEN: usize = 16;

impl ChannelBindings {
    /// Bindings with the application data as given.
    pub fn new(application_data: Vec<u8>) -> Self {
        Self { application_data }
    }

    /// [RFC 5929 4] `tls-server-end-point`: the hash of the server's certificate, made with the hash function of its
    /// signature (SHA-256 where that is MD5 or SHA-1).
    pub fn tls_server_end_point(certificate_hash: &[u8]) -> Self {
        Self::new([b"tls-server-end-point:".as_slice(), certificate_hash].concat())
    }

    /// The application data.
    pub fn application_data(&self) -> &[u8] {
        &self.application_data
    }

    /// [RFC 4121 4.1.1.2] The MD5 that NTLM puts in `MsvAvChannelBindings` and Kerberos in its checksum.
    pub fn md5(&self) -> [u8; 16] {
        let mut hash = Md5::new();
        hash.update([0; ADDRESS_FIELDS_LEN]);
        hash.update(self.len_le());
        hash.update(&self.application_data);
        hash.finalize().into()
    }

    /// The `SEC_CHANNEL_BINDINGS` structure that Windows' interface takes: eight fields, then the data.
    pub(crate) fn to_sec_channel_bindings(&self) -> Vec<u8> {
        let mut bytes = vec![0; 24];
        bytes.extend_from_slice(&self.len_le());
        bytes.extend_from_slice(&32_u32.to_le_bytes());
        bytes.extend_from_slice(&self.application_data);
        bytes
    }

    fn len_le(&self) -> [u8; 4] {
        u32::try_from(self.application_data.len()).unwrap_or(u32::MAX).to_le_bytes()
    }
}

impl fmt::Debug for ChannelBindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelBindings({} octets)", self.application_data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_covers_zero_addresses_the_length_and_the_data() {
        // By Python's hashlib, over the structure packed by hand.
        let bindings = ChannelBindings::tls_server_end_point(&[0; 32]);
        assert_eq!(bindings.md5(), 0xc9ec5cb29e8f57f7ee6429cde733efeb_u128.to_be_bytes());
    }
}
