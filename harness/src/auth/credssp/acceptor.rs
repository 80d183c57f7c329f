use std::fmt;

use subtle::ConstantTimeEq;

use crate::auth::AuthError;
use crate::auth::Delegation;
use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::credssp::CredSspError;
use crate::auth::credssp::Misbehaviour;
use crate::auth::credssp::NtStatus;
use crate::auth::credssp::PasswordCreds;
use crate::auth::credssp::TsRequest;
use crate::auth::credssp::Version;
use crate::auth::credssp::binding::Binding;
use crate::auth::credssp::tunnel::Incoming;
use crate::auth::credssp::tunnel::Tunnel;
use crate::limits::CREDSSP_ROUNDS_MAX;
use crate::tls::Session;
use crate::tls::SessionServer;

/// [MS-CSSP 3.1.5] The server of one connection. It ends up with the user's password, as
/// [`Delegation::Password`].
pub struct Acceptor {
    tunnel: Tunnel,
    policy: AcceptorPolicy,
    state: State,
    established: Option<Established>,
    refusal: Option<Vec<u8>>,
    misbehaviour: Option<Misbehaviour>,
}

/// What a server offers and takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptorPolicy {
    /// What it says of itself.
    pub version: Version,
    /// The oldest that a client may be; a patched Windows refuses those below 5: CVE-2018-0886.
    pub version_min: Version,
}

impl Default for AcceptorPolicy {
    fn default() -> Self {
        Self { version: Version::V6, version_min: Version::V5 }
    }
}

#[derive(Debug, Clone, Copy)]
enum State {
    Handshake,
    Authenticate(Inside),
    ExpectCredentials,
    Complete,
    Dead,
}

/// How far the authentication inside is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Open { rounds: usize },
    Complete,
}

impl Acceptor {
    /// A server with this certificate. `inner` is the authentication inside, not used yet: Negotiate, or bare NTLM or
    /// Kerberos.
    pub fn new(
        server: &SessionServer,
        inner: Box<dyn SecurityContext>,
        policy: AcceptorPolicy,
    ) -> Result<Self, AuthError> {
        let session = Session::server(server).map_err(CredSspError::from)?;
        let tunnel = Tunnel::new(session, inner);
        let state = State::Handshake;
        Ok(Self { tunnel, policy, state, established: None, refusal: None, misbehaviour: None })
    }

    /// The same server, but wrong.
    #[must_use]
    pub fn misbehaving(mut self, misbehaviour: Misbehaviour) -> Self {
        self.misbehaviour = Some(misbehaviour);
        self
    }

    fn go_on(&mut self, token: &[u8]) -> Result<(State, Step), AuthError> {
        match self.state {
            State::Handshake => self.shake_hands(token),
            State::Authenticate(inside) => {
                let request = self.tunnel.receive_request(token)?;
                self.authenticate(inside, request)
            }
            State::ExpectCredentials => self.take_credentials(token),
            State::Complete | State::Dead => Err(AuthError::Finished),
        }
    }

    /// The client's last flight of TLS 1.3 is answered with an empty token, because a token is what the client waits
    /// for; unless its first request came with it.
    fn shake_hands(&mut self, token: &[u8]) -> Result<(State, Step), AuthError> {
        match self.tunnel.receive(token)? {
            Incoming::Handshake(to_send) if self.tunnel.session.is_established() => {
                Ok((State::Authenticate(Inside::Open { rounds: 0 }), Step::Continue(to_send)))
            }
            Incoming::Handshake(to_send) => Ok((State::Handshake, Step::Continue(to_send))),
            Incoming::Request(to_send, request) => {
                let (state, step) = self.authenticate(Inside::Open { rounds: 0 }, *request)?;
                Ok((state, prefixed(to_send, step)))
            }
        }
    }

    fn authenticate(&mut self, inside: Inside, mut request: TsRequest) -> Result<(State, Step), AuthError> {
        let version = self.tunnel.version(self.policy.version, self.policy.version_min)?;
        request.expect_only(&["negoTokens", "pubKeyAuth", "clientNonce"])?;
        let found = request.take_nego_token()?;
        let (answer, inside) = self.step_inside(inside, found)?;
        let mut response = self.request(answer);
        let state = match (&request.pub_key_auth, inside) {
            (Some(sealed), Inside::Complete) => {
                response.pub_key_auth = Some(self.bind(version, &request, sealed)?);
                State::ExpectCredentials
            }
            (Some(_), _) => return Err(CredSspError::FieldUnexpected { field: "pubKeyAuth" }.into()),
            (None, inside) => State::Authenticate(inside),
        };
        Ok((state, Step::Continue(self.tunnel.send(&response)?)))
    }

    fn step_inside(
        &mut self,
        inside: Inside,
        token: Option<Vec<u8>>,
    ) -> Result<(Option<Vec<u8>>, Inside), AuthError> {
        match (inside, token) {
            (Inside::Complete, None) => Ok((None, Inside::Complete)),
            (Inside::Complete, Some(_)) => Err(CredSspError::FieldUnexpected { field: "negoTokens" }.into()),
            (Inside::Open { rounds: CREDSSP_ROUNDS_MAX.. }, _) => {
                Err(CredSspError::TooManyRounds { rounds_max: CREDSSP_ROUNDS_MAX }.into())
            }
            (Inside::Open { .. }, None) => Err(CredSspError::FieldMissing { field: "negoTokens" }.into()),
            (Inside::Open { rounds }, Some(token)) => Ok(match self.tunnel.inner.step(&token)? {
                Step::Continue(answer) => (Some(answer), Inside::Open { rounds: rounds.saturating_add(1) }),
                Step::Complete(answer) => (answer, Inside::Complete),
            }),
        }
    }

    /// "it first verifies that it has the same public key that it used as part of the TLS handshake".
    fn bind(&mut self, version: Version, request: &TsRequest, sealed: &[u8]) -> Result<Vec<u8>, AuthError> {
        let nonce = request.client_nonce.as_deref();
        let binding = Binding::new(version, nonce, self.tunnel.public_key())?;
        let found = self.tunnel.unseal_inside(sealed)?;
        if !bool::from(found.ct_eq(&binding.of_client())) {
            return Err(CredSspError::BindingWrong.into());
        }
        let answer = match self.misbehaviour {
            Some(Misbehaviour::ReflectedPubKeyAuth) => binding.of_client(),
            misbehaviour => Misbehaviour::of_binding(misbehaviour, binding.of_server()),
        };
        let sealed = self.tunnel.seal_inside(&answer)?;
        Ok(Misbehaviour::of_pub_key_auth(self.misbehaviour, sealed))
    }

    fn take_credentials(&mut self, token: &[u8]) -> Result<(State, Step), AuthError> {
        let request = self.tunnel.receive_request(token)?;
        request.expect_only(&["authInfo"])?;
        let sealed = request.auth_info.ok_or(CredSspError::FieldMissing { field: "authInfo" })?;
        let credentials = self.tunnel.unseal_inside(&sealed)?;
        let credentials = PasswordCreds::from_ts_credentials(&credentials)?;
        self.established = Some(Established {
            mechanism: Mechanism::CredSsp,
            is_mutual: true,
            cipher: self.tunnel.session.cipher_suite(),
            delegation: Delegation::Password(Box::new(credentials)),
        });
        Ok((State::Complete, Step::Complete(None)))
    }

    /// The reason stays vague, but for what has nothing to do with who the client is.
    fn refuse(&mut self, error: &AuthError) -> Option<Vec<u8>> {
        if !self.tunnel.session.is_established() {
            return self.tunnel.session.last_words();
        }
        let version = self.tunnel.version(self.policy.version, Version(0)).ok()?;
        let status = match error {
            AuthError::CredSsp(
                CredSspError::VersionRefused { .. } | CredSspError::CredentialsRefused { .. },
            ) => NtStatus::NOT_SUPPORTED,
            _ => NtStatus::LOGON_FAILURE,
        };
        let response = TsRequest { error_code: Some(status), ..self.request(None) };
        version.has_error_code().then(|| self.tunnel.send(&response).ok()).flatten()
    }

    fn request(&self, nego_token: Option<Vec<u8>>) -> TsRequest {
        TsRequest { nego_tokens: nego_token.into_iter().collect(), ..TsRequest::new(self.policy.version) }
    }

    fn expect_complete(&self) -> Result<(), AuthError> {
        match self.state {
            State::Complete => Ok(()),
            State::Dead => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }
}

fn prefixed(mut to_send: Vec<u8>, step: Step) -> Step {
    match step {
        Step::Continue(answer) => {
            to_send.extend(answer);
            Step::Continue(to_send)
        }
        complete @ Step::Complete(_) => complete,
    }
}

impl SecurityContext for Acceptor {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        if matches!(self.state, State::Complete | State::Dead) {
            self.state = State::Dead;
            return Err(AuthError::Finished);
        }
        match self.go_on(token) {
            Ok((state, step)) => {
                self.state = state;
                Ok(step)
            }
            Err(error) => {
                self.state = State::Dead;
                self.refusal = self.refuse(&error);
                Err(error)
            }
        }
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.expect_complete()?;
        self.tunnel.seal(message)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        self.expect_complete().inspect_err(|_| message.clear())?;
        self.tunnel.unseal(header, message)
    }

    fn principal(&self) -> Option<&Principal> {
        self.expect_complete().ok().and_then(|()| self.tunnel.inner.principal())
    }

    fn established(&self) -> Option<&Established> {
        self.established.as_ref()
    }

    /// errorCode, which versions 3, 4 and 6 know, or the alert that ends a handshake.
    fn refusal(&self) -> Option<Vec<u8>> {
        self.refusal.clone()
    }
}

/// No password in a log.
impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor")
            .field("policy", &self.policy)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
