use std::fmt;

use crate::auth::AuthError;
use crate::auth::basic::BasicCredential;
use crate::auth::digest::ClientNonce;
use crate::auth::digest::Digest;
use crate::auth::digest::DigestCredential;
use crate::auth::negotiate;
use crate::auth::ntlm;
use crate::client::Endpoint;
use crate::client::ExpectToken;
use crate::client::SequenceError;
use crate::client::Session;
use crate::encryption::Protocol;
use crate::http::Request;

/// Who logs on, and how.
#[derive(Clone, PartialEq, Eq)]
pub struct Logon {
    /// The scheme.
    pub scheme: Scheme,
    /// The domain; empty for a local account.
    pub domain: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scheme {
    /// NTLM in SPNEGO. Every envelope is sealed.
    #[default]
    Negotiate,
    /// A proof of the password on each request, and envelopes in clear: what Openwsman and Intel AMT take.
    Digest,
    /// User and password in clear on each request, and envelopes in clear: for tests on loopback and under TLS.
    Basic,
}

/// What a logon begins with.
#[expect(
    clippy::large_enum_variant,
    reason = "its receiver takes it apart at once; a box would be an allocation for nothing"
)]
pub enum LogonStep {
    /// Nothing to wait for.
    Done(Session),
    /// Send this and wait.
    Send(ExpectToken, Request),
}

impl Logon {
    /// Begins to log on at `endpoint`. `random` is what Digest makes its nonce of.
    pub fn begin(&self, endpoint: Endpoint, random: [u8; 16]) -> Result<LogonStep, SequenceError> {
        match self.scheme {
            Scheme::Negotiate => {
                let credential = ntlm::Credential::password(&self.domain, &self.user, &self.password);
                let context = negotiate::Initiator::new(ntlm::Initiator::new(credential, None)?);
                let (state, request) = ExpectToken::begin(endpoint, Protocol::Spnego, Box::new(context))?;
                Ok(LogonStep::Send(state, request))
            }
            Scheme::Digest => {
                let credential =
                    DigestCredential::new(&self.user, &self.password).map_err(AuthError::from)?;
                let digest = Digest::new(credential, ClientNonce::of(random));
                Ok(LogonStep::Done(Session::digest(endpoint, digest)))
            }
            Scheme::Basic => {
                let user = match self.domain.as_str() {
                    "" => self.user.clone(),
                    domain => format!("{domain}\\{}", self.user),
                };
                let credential = BasicCredential::new(&user, &self.password)?;
                Ok(LogonStep::Done(Session::basic(endpoint, &credential)))
            }
        }
    }
}

/// No password in a log.
impl fmt::Debug for Logon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logon")
            .field("scheme", &self.scheme)
            .field("domain", &self.domain)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
