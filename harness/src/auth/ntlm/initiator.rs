use std::fmt;

use sspi::ClientRequestFlags;
use sspi::Ntlm;
use sspi::Sspi;
use sspi::SspiImpl;

use crate::auth::AuthError;
use crate::auth::ChannelBindings;
use crate::auth::Established;
use crate::auth::Foresight;
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
use crate::auth::ntlm::established::sealed_with;
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

#[derive(Debug)]
enum State {
    Start,
    ExpectChallenge,
    /// No message was protected yet.
    Established,
    /// The library protects the messages.
    ByLibrary,
    /// We do, from the first signature on: the library can't start its key streams again behind it.
    ByUs(Box<Seal>),
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

    /// The keys of a session in which we sign.
    fn seal_for_signing(&mut self) -> Result<&mut Seal, AuthError> {
        if let State::Established = self.state {
            self.state = State::ByUs(Box::new(self.library_keys()?));
        }
        match &mut self.state {
            State::ByUs(seal) => Ok(seal),
            State::Start | State::ExpectChallenge => Err(AuthError::NotEstablished),
            _ => Err(AuthError::Finished),
        }
    }

    fn library_keys(&self) -> Result<Seal, AuthError> {
        let keys = library::guard(|| self.context.query_context_session_key())?;
        let key = keys.session_key.as_ref().as_slice();
        let key = key.try_into().map_err(|_| AuthError::SessionKeyLength { len: key.len() })?;
        Ok(Seal::new(&ExportedSessionKey(key), NegotiateFlags::FULL_STRENGTH, Role::Initiator))
    }

    fn seal_by_library(&mut self, message: &mut [u8]) -> Result<Vec<u8>, AuthError> {
        let sealed = library::seal(self.context.as_mut(), SIGNATURE_LEN, message);
        self.state = if sealed.is_ok() { State::ByLibrary } else { State::Dead };
        sealed
    }

    fn unseal_by_library(&mut self, header: &[u8], message: &mut [u8]) -> Result<(), AuthError> {
        let unsealed = library::unseal(self.context.as_mut(), SIGNATURE_LEN, header, message);
        self.state = if unsealed.is_ok() { State::ByLibrary } else { State::Dead };
        unsealed
    }
}

impl SecurityContext for Initiator {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        match std::mem::replace(&mut self.state, State::Dead) {
            State::Start => self.start(token),
            State::ExpectChallenge => self.answer(token),
            _ => Err(AuthError::Finished),
        }
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        match &mut self.state {
            State::Established | State::ByLibrary => self.seal_by_library(message),
            State::ByUs(seal) => Ok(seal.seal(message)?.to_vec()),
            State::Dead => Err(AuthError::Finished),
            State::Start | State::ExpectChallenge => Err(AuthError::NotEstablished),
        }
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = match &mut self.state {
            State::Established | State::ByLibrary => self.unseal_by_library(header, message),
            State::ByUs(seal) => seal.unseal(header, message),
            State::Dead => Err(AuthError::Finished),
            State::Start | State::ExpectChallenge => Err(AuthError::NotEstablished),
        };
        unsealed.inspect_err(|_| message.clear())
    }

    /// Has to come before the first sealed message.
    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        Ok(self.seal_for_signing()?.sign(data)?.to_vec())
    }

    fn verify(&mut self, mic: &[u8], data: &[u8]) -> Result<(), AuthError> {
        self.seal_for_signing()?.verify(mic, data)
    }

    /// Has to come before the first sealed message too: the library tells nobody its place in the key stream.
    fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        Ok(Foresight::KeyStream(self.seal_for_signing()?.key_stream(len)))
    }

    fn restart(&mut self) {
        if let State::ByUs(seal) = &mut self.state {
            seal.restart();
        }
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }

    fn established(&self) -> Option<&Established> {
        match &self.state {
            State::Established | State::ByLibrary | State::ByUs(_) => {
                Some(sealed_with(NegotiateFlags::FULL_STRENGTH))
            }
            _ => None,
        }
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
