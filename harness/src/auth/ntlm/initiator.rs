use std::fmt;

use sspi::ClientRequestFlags;
use sspi::Ntlm;
use sspi::Sspi;
use sspi::SspiImpl;

use crate::auth::AuthError;
use crate::auth::ChannelBindings;
use crate::auth::Principal;
use crate::auth::Role;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::library;
use crate::auth::ntlm::Challenge;
use crate::auth::ntlm::Credential;
use crate::auth::ntlm::ExportedSessionKey;
use crate::auth::ntlm::MessageKind;
use crate::auth::ntlm::NegotiateFlags;
use crate::auth::ntlm::SIGNATURE_LEN;
use crate::auth::ntlm::Seal;
use crate::codec::Decode;
use crate::limits::TOKEN_BYTES_MAX;

/// [MS-NLMP 3.1] The client, as the `sspi` crate does it.
///
/// It draws its nonces itself. What the library does not check is checked here first: that the server agreed to full
/// strength, and that the CHALLENGE is one. A panic of the library ends the context, not the process.
pub struct Initiator {
    context: Box<Ntlm>,
    credential: Credential,
    credentials: Option<sspi::AuthIdentityBuffers>,
    channel_bindings: Option<ChannelBindings>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    ExpectChallenge,
    Established,
    Dead,
}

impl Initiator {
    /// A client that proves `credential`, bound to a TLS connection if there is one.
    pub fn new(credential: Credential, channel_bindings: Option<ChannelBindings>) -> Result<Self, AuthError> {
        if credential.user.is_empty() {
            return Err(AuthError::Anonymous);
        }
        let credentials = Some(library::identity(&credential));
        let context = Box::new(library::guard(|| Ok(Ntlm::new()))?);
        Ok(Self { context, credential, credentials, channel_bindings, state: State::Start })
    }

    fn start(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        if !token.is_empty() {
            let found = MessageKind::sniff(token).unwrap_or(TokenKind::Unknown);
            return Err(AuthError::UnexpectedToken { expected: TokenKind::Empty, found });
        }
        let negotiate = self.call_library(token)?;
        self.state = State::ExpectChallenge;
        Ok(Step::Continue(negotiate))
    }

    fn answer(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
        }
        Challenge::from_bytes(token)?.require_full_strength()?;
        let authenticate = self.call_library(token)?;
        self.state = State::Established;
        Ok(Step::Complete(Some(authenticate)))
    }

    fn call_library(&mut self, token: &[u8]) -> Result<Vec<u8>, AuthError> {
        let Self { context, credentials, channel_bindings, .. } = self;
        library::guard(|| {
            let mut input = library::input(token, channel_bindings.as_ref());
            let mut output = library::output();
            let mut builder = context
                .initialize_security_context()
                .with_credentials_handle(credentials)
                .with_context_requirements(
                    ClientRequestFlags::INTEGRITY | ClientRequestFlags::CONFIDENTIALITY,
                )
                .with_target_data_representation(sspi::DataRepresentation::Native)
                .with_input(&mut input)
                .with_output(&mut output);
            context.initialize_security_context_impl(&mut builder)?.resolve_to_result()?;
            Ok(library::take_token(output))
        })
    }

    /// The session's keys, for our own sealing; the context is dead afterwards.
    pub(crate) fn take_seal(&mut self) -> Result<Seal, AuthError> {
        self.expect_established()?;
        self.state = State::Dead;
        let keys = library::guard(|| self.context.query_context_session_key())?;
        let key = keys.session_key.as_ref().as_slice();
        let key = key.try_into().map_err(|_| AuthError::SessionKeyLength { len: key.len() })?;
        Ok(Seal::new(&ExportedSessionKey(key), NegotiateFlags::FULL_STRENGTH, Role::Initiator))
    }

    fn expect_established(&self) -> Result<(), AuthError> {
        match self.state {
            State::Established => Ok(()),
            State::Dead => Err(AuthError::Finished),
            State::Start | State::ExpectChallenge => Err(AuthError::NotEstablished),
        }
    }
}

impl SecurityContext for Initiator {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        match std::mem::replace(&mut self.state, State::Dead) {
            State::Start => self.start(token),
            State::ExpectChallenge => self.answer(token),
            State::Established | State::Dead => Err(AuthError::Finished),
        }
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.expect_established()?;
        let sealed = library::seal(self.context.as_mut(), SIGNATURE_LEN, message);
        sealed.inspect_err(|_| self.state = State::Dead)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = self.expect_established().and_then(|()| {
            let unsealed = library::unseal(self.context.as_mut(), SIGNATURE_LEN, header, message);
            unsealed.inspect_err(|_| self.state = State::Dead)
        });
        unsealed.inspect_err(|_| message.clear())
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }
}

impl fmt::Debug for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Initiator")
            .field("credential", &self.credential)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
