use std::fmt;

use subtle::ConstantTimeEq;

use crate::auth::AuthError;
use crate::auth::Delegation;
use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::Principal;
use crate::auth::Random;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::credssp::CredSspError;
use crate::auth::credssp::Misbehaviour;
use crate::auth::credssp::PasswordCreds;
use crate::auth::credssp::TsRequest;
use crate::auth::credssp::Version;
use crate::auth::credssp::binding::Binding;
use crate::auth::credssp::binding::NONCE_LEN;
use crate::auth::credssp::tunnel::Incoming;
use crate::auth::credssp::tunnel::Tunnel;
use crate::limits::CREDSSP_ROUNDS_MAX;
use crate::tls::Session;
use crate::tls::Versions;

/// [MS-CSSP 3.1.5] The client. It hands its password over, and only to the server that proved to hold the key of the TLS
/// connection and to know who the client is.
///
/// The certificate of the TLS inside is not checked by name or chain: the authentication inside binds its key instead.
pub struct Initiator {
    tunnel: Tunnel,
    credentials: PasswordCreds,
    options: InitiatorOptions,
    random: Random,
    state: State,
    established: Option<Established>,
    misbehaviour: Option<Misbehaviour>,
}

/// What a client offers and takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InitiatorOptions {
    /// What it says of itself.
    pub version: Version,
    /// The oldest that a server may be. Below 5 it could relay: CVE-2018-0886.
    pub version_min: Version,
    /// The versions of TLS inside.
    pub tls: Versions,
}

impl Default for InitiatorOptions {
    fn default() -> Self {
        Self { version: Version::V6, version_min: Version::V5, tls: Versions::Both }
    }
}

enum State {
    Start,
    /// The handshake goes on, or its last flight is on its way and the server has to answer it.
    Handshake,
    Authenticate(Inside),
    ExpectBinding(Inside, Box<Binding>),
    Complete,
    Dead,
}

/// How far the authentication inside is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Open { rounds: usize },
    Complete,
}

impl Initiator {
    /// A client that hands `credentials` over. `inner` is the authentication inside, not used yet: Negotiate with
    /// anything, or bare NTLM or Kerberos.
    pub fn new(
        credentials: PasswordCreds,
        inner: Box<dyn SecurityContext>,
        options: InitiatorOptions,
        random: Random,
    ) -> Result<Self, AuthError> {
        let session = Session::client(options.tls).map_err(CredSspError::from)?;
        let tunnel = Tunnel::new(session, inner);
        let state = State::Start;
        Ok(Self { tunnel, credentials, options, random, state, established: None, misbehaviour: None })
    }

    /// The same client, but wrong.
    #[must_use]
    pub fn misbehaving(mut self, misbehaviour: Misbehaviour) -> Self {
        self.misbehaviour = Some(misbehaviour);
        self
    }

    fn go_on(&mut self, state: State, token: &[u8]) -> Result<(State, Step), AuthError> {
        match state {
            State::Start if !token.is_empty() => Err(CredSspError::FieldUnexpected { field: "token" }.into()),
            State::Start | State::Handshake => self.shake_hands(token),
            State::Authenticate(inside) => self.authenticate(inside, token),
            State::ExpectBinding(inside, binding) => self.hand_over(inside, &binding, token),
            State::Complete | State::Dead => Err(AuthError::Finished),
        }
    }

    /// The handshake's last flight, where it is the client's, is a token of its own; the server answers it with its
    /// tickets or with nothing.
    fn shake_hands(&mut self, token: &[u8]) -> Result<(State, Step), AuthError> {
        let Incoming::Handshake(to_send) = self.tunnel.receive(token)? else {
            return Err(CredSspError::FieldUnexpected { field: "TSRequest" }.into());
        };
        if !self.tunnel.session.is_established() || !to_send.is_empty() {
            return Ok((State::Handshake, Step::Continue(to_send)));
        }
        let (first, inside) = match self.tunnel.inner.step(&[])? {
            Step::Continue(first) => (Some(first), Inside::Open { rounds: 1 }),
            Step::Complete(first) => (first, Inside::Complete),
        };
        let mut request = self.request(first);
        if self.misbehaviour == Some(Misbehaviour::CredentialsEarly) {
            request.auth_info = Some(self.credentials.to_ts_credentials().to_vec());
        }
        Ok((State::Authenticate(inside), Step::Continue(self.tunnel.send(&request)?)))
    }

    fn authenticate(&mut self, inside: Inside, token: &[u8]) -> Result<(State, Step), AuthError> {
        let mut response = self.receive(token)?;
        let version = self.tunnel.version(self.options.version, self.options.version_min)?;
        response.expect_only(&["negoTokens"])?;
        let found = response.take_nego_token()?;
        let (answer, inside) = self.step_inside(inside, found)?;
        let mut request = self.request(answer);
        // "If the client is sending the last SPNEGO token or Kerberos/NTLM message, the TSRequest structure MUST have
        // both the negoTokens and the pubKeyAuth fields filled in." A context that can seal has sent its last one, even
        // if it waits for the server's checksum.
        let state = match self.bind(version, &mut request) {
            Ok(binding) => State::ExpectBinding(inside, Box::new(binding)),
            Err(AuthError::NotEstablished) if inside != Inside::Complete => State::Authenticate(inside),
            Err(error) => return Err(error),
        };
        Ok((state, Step::Continue(self.tunnel.send(&request)?)))
    }

    fn step_inside(
        &mut self,
        inside: Inside,
        token: Option<Vec<u8>>,
    ) -> Result<(Option<Vec<u8>>, Inside), AuthError> {
        match (inside, token) {
            (Inside::Complete, Some(token)) if !token.is_empty() => {
                Err(CredSspError::FieldUnexpected { field: "negoTokens" }.into())
            }
            (Inside::Complete, _) => Ok((None, Inside::Complete)),
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

    fn bind(&mut self, version: Version, request: &mut TsRequest) -> Result<Binding, AuthError> {
        let nonce = version.has_nonce().then(|| {
            let mut nonce = [0; NONCE_LEN];
            (self.random)(&mut nonce);
            nonce
        });
        let nonce = nonce.as_ref().map(<[u8; NONCE_LEN]>::as_slice);
        let binding = Binding::new(version, nonce, self.tunnel.public_key())?;
        let plaintext = Misbehaviour::of_binding(self.misbehaviour, binding.of_client());
        let sealed = self.tunnel.seal_inside(&plaintext)?;
        request.pub_key_auth = Some(Misbehaviour::of_pub_key_auth(self.misbehaviour, sealed));
        if self.misbehaviour != Some(Misbehaviour::NoNonce) {
            request.client_nonce = nonce.map(<[u8]>::to_vec);
        }
        Ok(binding)
    }

    /// "Once it successfully validates the server authenticity, it encrypts the user's credentials".
    fn hand_over(
        &mut self,
        inside: Inside,
        binding: &Binding,
        token: &[u8],
    ) -> Result<(State, Step), AuthError> {
        let mut response = self.receive(token)?;
        // The server of sspi repeats the nonce.
        response.expect_only(&["negoTokens", "pubKeyAuth", "clientNonce"])?;
        let last = response.take_nego_token()?;
        // The last checksum of SPNEGO comes beside pubKeyAuth and was made before it.
        let (None, Inside::Complete) = self.step_inside(inside, last)? else {
            return Err(CredSspError::FieldUnexpected { field: "negoTokens" }.into());
        };
        let sealed = response.pub_key_auth.ok_or(CredSspError::FieldMissing { field: "pubKeyAuth" })?;
        let found = self.tunnel.unseal_inside(&sealed)?;
        if !bool::from(found.ct_eq(&binding.of_server())) {
            return Err(CredSspError::BindingWrong.into());
        }
        let mut request = self.request(None);
        if self.misbehaviour != Some(Misbehaviour::NoCredentials) {
            request.auth_info = Some(self.tunnel.seal_inside(&self.credentials.to_ts_credentials())?);
        }
        let last = self.tunnel.send(&request)?;
        self.established = Some(Established {
            mechanism: Mechanism::CredSsp,
            is_mutual: true,
            cipher: self.tunnel.session.cipher_suite(),
            delegation: Delegation::None,
        });
        Ok((State::Complete, Step::Complete(Some(last))))
    }

    /// "If the client receives a TSRequest message with the errorCode present, it MUST immediately fail with the
    /// provided status code and cease all further processing."
    fn receive(&mut self, token: &[u8]) -> Result<TsRequest, AuthError> {
        let response = self.tunnel.receive_request(token)?;
        match response.error_code {
            Some(status) => Err(CredSspError::Refused(status).into()),
            None => Ok(response),
        }
    }

    fn request(&self, nego_token: Option<Vec<u8>>) -> TsRequest {
        TsRequest { nego_tokens: nego_token.into_iter().collect(), ..TsRequest::new(self.options.version) }
    }

    fn expect_complete(&self) -> Result<(), AuthError> {
        match self.state {
            State::Complete => Ok(()),
            State::Dead => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }
}

impl SecurityContext for Initiator {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let state = std::mem::replace(&mut self.state, State::Dead);
        let (state, step) = self.go_on(state, token)?;
        self.state = state;
        Ok(step)
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
        None
    }

    fn established(&self) -> Option<&Established> {
        self.established.as_ref()
    }
}

/// No password in a log.
impl fmt::Debug for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Initiator").field("options", &self.options).finish_non_exhaustive()
    }
}
