use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::credssp::CredSspError;
use crate::auth::credssp::TsRequest;
use crate::auth::credssp::Version;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::CREDSSP_PORTION_BYTES_MAX;
use crate::limits::TOKEN_BYTES_MAX;
use crate::tls::Session;

/// What both roles have: TLS, the authentication inside it, and the version that the peer named.
pub(super) struct Tunnel {
    pub(super) session: Session,
    pub(super) inner: Box<dyn SecurityContext>,
    /// The peer's newest, once it has spoken.
    peer_version: Option<Version>,
}

/// What a token was.
pub(super) enum Incoming {
    /// A flight of the handshake, and the answer to it.
    Handshake(Vec<u8>),
    /// A request, with what TLS has to send before the answer to it.
    Request(Vec<u8>, Box<TsRequest>),
}

/// Octets of the header before sealed data as far as every mechanism has them: an NTLM signature, and the fixed part of
/// a Kerberos token, which may be cut anywhere behind it.
const HEADER_LEN: usize = 16;

impl Tunnel {
    pub(super) fn new(session: Session, inner: Box<dyn SecurityContext>) -> Self {
        Self { session, inner, peer_version: None }
    }

    /// Takes a token in any phase.
    pub(super) fn receive(&mut self, token: &[u8]) -> Result<Incoming, AuthError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
        }
        let received = self.session.receive(token.to_vec()).map_err(CredSspError::from)?;
        if received.plaintext.is_empty() {
            return Ok(Incoming::Handshake(received.to_send));
        }
        let request = TsRequest::from_bytes(&received.plaintext).map_err(CredSspError::from)?;
        self.check_version(request.version)?;
        Ok(Incoming::Request(received.to_send, Box::new(request)))
    }

    /// Takes a token that has to be a request.
    pub(super) fn receive_request(&mut self, token: &[u8]) -> Result<TsRequest, AuthError> {
        match self.receive(token)? {
            Incoming::Request(to_send, request) if to_send.is_empty() => Ok(*request),
            _ => Err(CredSspError::FieldMissing { field: "TSRequest" }.into()),
        }
    }

    pub(super) fn send(&mut self, request: &TsRequest) -> Result<Vec<u8>, AuthError> {
        let mut records = request.to_bytes()?;
        self.session.seal(&mut records).map_err(CredSspError::from)?;
        Ok(records)
    }

    /// [MS-CSSP 2.2.1] "If the version received is greater than the implementation understands, treat the peer as one
    /// that is compatible with the version … that the implementation understands."
    pub(super) fn version(&self, own: Version, version_min: Version) -> Result<Version, CredSspError> {
        let found = self.peer_version.unwrap_or(Version(0));
        if found < version_min {
            return Err(CredSspError::VersionRefused { version_min, found });
        }
        Ok(found.min(own))
    }

    fn check_version(&mut self, found: Version) -> Result<(), CredSspError> {
        match self.peer_version {
            Some(expected) if expected != found => Err(CredSspError::VersionChanged { expected, found }),
            _ => {
                self.peer_version = Some(found);
                Ok(())
            }
        }
    }

    /// [MS-CSSP 2.2.1] "carries the message signature and then the encrypted data".
    pub(super) fn seal_inside(&mut self, plaintext: &[u8]) -> Result<Vec<u8>, AuthError> {
        let mut message = plaintext.to_vec();
        let mut sealed = self.inner.seal(&mut message)?;
        sealed.append(&mut message);
        Ok(sealed)
    }

    pub(super) fn unseal_inside(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let (header, message) = sealed.split_at_checked(HEADER_LEN).unwrap_or((sealed, &[]));
        let mut message = Zeroizing::new(message.to_vec());
        self.inner.unseal(header, &mut message)?;
        Ok(message)
    }

    /// What binds the authentication to this connection.
    pub(super) fn public_key(&self) -> &[u8] {
        self.session.public_key().unwrap_or_default()
    }

    /// [MS-WSMV 2.2.9.1.3] Leaves the whole record in `message`, and says what of it stands before the text.
    pub(super) fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        let len = message.len();
        if len > CREDSSP_PORTION_BYTES_MAX {
            return Err(CredSspError::PortionTooLong { len, len_max: CREDSSP_PORTION_BYTES_MAX }.into());
        }
        self.session.seal(message).map_err(CredSspError::from)?;
        let text_len = len.saturating_add(self.session.trailer_len());
        Ok(message.get(..message.len().saturating_sub(text_len)).unwrap_or_default().to_vec())
    }

    pub(super) fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        message.splice(..0, header.iter().copied());
        Ok(self.session.unseal(message).map_err(CredSspError::from)?)
    }
}

impl TsRequest {
    /// [MS-CSSP 3.1.5] Each phase has its own fields; others are refused.
    pub(super) fn expect_only(&self, allowed: &[&str]) -> Result<(), CredSspError> {
        let fields = [
            ("negoTokens", !self.nego_tokens.is_empty()),
            ("authInfo", self.auth_info.is_some()),
            ("pubKeyAuth", self.pub_key_auth.is_some()),
            ("errorCode", self.error_code.is_some()),
            ("clientNonce", self.client_nonce.is_some()),
        ];
        match fields.into_iter().find(|(field, is_there)| *is_there && !allowed.contains(field)) {
            Some((field, _)) => Err(CredSspError::FieldUnexpected { field }),
            None => Ok(()),
        }
    }

    /// The one token of the authentication inside, or none.
    pub(super) fn take_nego_token(&mut self) -> Result<Option<Vec<u8>>, CredSspError> {
        let token = self.nego_tokens.pop();
        if self.nego_tokens.is_empty() {
            Ok(token)
        } else {
            Err(CredSspError::FieldUnexpected { field: "negoTokens" })
        }
    }
}
