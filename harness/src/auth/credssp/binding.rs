use sha2::Digest;
use sha2::Sha256;

use crate::auth::credssp::CredSspError;
use crate::auth::credssp::Version;

/// [MS-CSSP 2.2.1] Octets of clientNonce.
pub(super) const NONCE_LEN: usize = 32;

const CLIENT_TO_SERVER: &[u8] = b"CredSSP Client-To-Server Binding Hash\0";
const SERVER_TO_CLIENT: &[u8] = b"CredSSP Server-To-Client Binding Hash\0";

/// [MS-CSSP 3.1.5] What pubKeyAuth holds under its seal, each way: it ties the authentication to the key of the TLS
/// server, so that nobody sits between.
///
/// [MS-CSSP 3.1.5]: https://learn.microsoft.com/openspecs/windows_protocols/ms-cssp/385a7489-d46b-464c-b224-f7340e308a5c
#[derive(Clone)]
pub(super) enum Binding {
    /// Versions 2 to 4: the key itself, and with 1 added to its first octet on the way back.
    Key(Vec<u8>),
    /// From version 5 on: a hash of direction, nonce and key.
    Hash { nonce: [u8; NONCE_LEN], public_key: Vec<u8> },
}

impl Binding {
    /// That of the negotiated version, with the nonce that the client sent, if it did.
    pub(super) fn new(
        version: Version,
        nonce: Option<&[u8]>,
        public_key: &[u8],
    ) -> Result<Self, CredSspError> {
        if !version.has_nonce() {
            return Ok(Self::Key(public_key.to_vec()));
        }
        let nonce = nonce.ok_or(CredSspError::FieldMissing { field: "clientNonce" })?;
        let nonce = nonce.try_into().map_err(|_| CredSspError::NonceLength { len: nonce.len() })?;
        Ok(Self::Hash { nonce, public_key: public_key.to_vec() })
    }

    /// What the client sends.
    pub(super) fn of_client(&self) -> Vec<u8> {
        match self {
            Self::Key(public_key) => public_key.clone(),
            Self::Hash { nonce, public_key } => hash(CLIENT_TO_SERVER, nonce, public_key),
        }
    }

    /// What the server answers. "The addition of 1 to the first byte of the public key is performed so that the
    /// client-generated pubKeyAuth message cannot be replayed back to the client".
    pub(super) fn of_server(&self) -> Vec<u8> {
        match self {
            Self::Key(public_key) => {
                let mut changed = public_key.clone();
                if let Some(first) = changed.first_mut() {
                    *first = first.wrapping_add(1);
                }
                changed
            }
            Self::Hash { nonce, public_key } => hash(SERVER_TO_CLIENT, nonce, public_key),
        }
    }
}

fn hash(direction: &[u8], nonce: &[u8], public_key: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(direction);
    hash.update(nonce);
    hash.update(public_key);
    hash.finalize().to_vec()
}
