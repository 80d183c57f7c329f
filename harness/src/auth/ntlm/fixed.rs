use std::fmt;

use crate::auth::AuthError;
use crate::auth::ChannelBindings;
use crate::auth::Established;
use crate::auth::Foresight;
use crate::auth::Principal;
use crate::auth::Role;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::ntlm::Authenticate;
use crate::auth::ntlm::AvId;
use crate::auth::ntlm::Challenge;
use crate::auth::ntlm::Credential;
use crate::auth::ntlm::ExportedSessionKey;
use crate::auth::ntlm::FileTime;
use crate::auth::ntlm::MessageKind;
use crate::auth::ntlm::Negotiate;
use crate::auth::ntlm::NegotiateFlags;
use crate::auth::ntlm::NtlmV2Response;
use crate::auth::ntlm::Seal;
use crate::auth::ntlm::Tail;
use crate::auth::ntlm::Version;
use crate::auth::ntlm::WireText;
use crate::auth::ntlm::authenticate::MIC_RANGE;
use crate::auth::ntlm::crypto::ResponseKey;
use crate::auth::ntlm::established::sealed_with;
use crate::codec::Decode;
use crate::codec::Encode;

/// [MS-NLMP 3.1] A client of our own whose every octet is decided by its arguments, and which can break rules.
///
/// For vectors, for fuzzing and for attacks on servers. A client that logs on for real is [`Initiator`], which draws
/// its random numbers.
///
/// [`Initiator`]: crate::auth::ntlm::Initiator
pub struct FixedInitiator {
    credential: Credential,
    given: FixedGiven,
    channel_bindings: Option<ChannelBindings>,
    misbehaviour: Option<Misbehaviour>,
    state: State,
}

/// What other clients draw or look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedGiven {
    /// The client's nonce.
    pub client_challenge: [u8; 8],
    /// The key that key exchange sends.
    pub exported_session_key: ExportedSessionKey,
    /// The time to use where the CHALLENGE has none.
    pub now: FileTime,
    /// The flags of NEGOTIATE.
    pub flags: NegotiateFlags,
    /// The version octets of both messages.
    pub version: Version,
    /// The name of the client's computer.
    pub workstation: String,
}

/// A rule that a [`FixedInitiator`] breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misbehaviour {
    /// The response promises no MIC, and there is none.
    OmitMic,
    /// The response promises no MIC, but there is a right one.
    DenyMic,
    /// The response promises a MIC, but the message has no room for one.
    PromiseMicInVain,
    /// The MIC is sixteen zeros.
    ZeroMic,
    /// The MIC differs in one bit of each octet.
    CorruptMic,
    /// AUTHENTICATE lacks these flags, and the session goes on as if it did not.
    ClearFlags(NegotiateFlags),
    /// The NT response has the 24 octets of NTLMv1 (of no value: they prove nothing).
    NtlmV1,
    /// There is an LM response of 24 octets (of no value) and no NT response.
    LmOnly,
    /// No user and no responses, as in an anonymous logon.
    Anonymous,
    /// MsvAvChannelBindings is of another channel.
    WrongChannelBindings,
    /// MsvAvChannelBindings is missing although there are bindings.
    OmitChannelBindings,
    /// The encrypted session key has this many octets.
    SessionKeyLength(usize),
    /// NTProofStr is sixteen zeros.
    ZeroProof,
}

enum State {
    Start,
    ExpectChallenge(Vec<u8>),
    Established(Box<Seal>, &'static Established),
    Dead,
}

impl FixedGiven {
    /// Flags of a client that wants everything WinRM needs, and no names.
    pub fn new(client_challenge: [u8; 8], exported_session_key: ExportedSessionKey) -> Self {
        let flags = NegotiateFlags::FULL_STRENGTH
            | NegotiateFlags::NTLM
            | NegotiateFlags::REQUEST_TARGET
            | NegotiateFlags::ALWAYS_SIGN
            | NegotiateFlags::KEY_56
            | NegotiateFlags::VERSION
            | NegotiateFlags::TARGET_INFO;
        let version = Version::WINDOWS_SERVER_2022;
        let now = FileTime::default();
        Self { client_challenge, exported_session_key, now, flags, version, workstation: String::new() }
    }
}

impl FixedInitiator {
    /// A client that proves `credential` by the rules.
    pub fn new(credential: Credential, given: FixedGiven) -> Self {
        let (channel_bindings, misbehaviour) = (None, None);
        Self { credential, given, channel_bindings, misbehaviour, state: State::Start }
    }

    /// The same client, bound to a TLS connection.
    #[must_use]
    pub fn bound_to(mut self, channel_bindings: ChannelBindings) -> Self {
        self.channel_bindings = Some(channel_bindings);
        self
    }

    /// The same client, breaking one rule.
    #[must_use]
    pub fn misbehaving(mut self, misbehaviour: Misbehaviour) -> Self {
        self.misbehaviour = Some(misbehaviour);
        self
    }

    fn start(&self, token: &[u8]) -> Result<(State, Step), AuthError> {
        if !token.is_empty() {
            let found = MessageKind::sniff(token).unwrap_or(TokenKind::Unknown);
            return Err(AuthError::UnexpectedToken { expected: TokenKind::Empty, found });
        }
        let negotiate = Negotiate { version: Some(self.given.version), ..Negotiate::new(self.given.flags) };
        let negotiate = negotiate.to_bytes()?;
        Ok((State::ExpectChallenge(negotiate.clone()), Step::Continue(negotiate)))
    }

    /// [MS-NLMP 3.1.5.1.2] Client Receives a CHALLENGE_MESSAGE from the Server
    fn answer(&self, negotiate: &[u8], token: &[u8]) -> Result<(State, Step), AuthError> {
        let challenge = Challenge::from_bytes(token)?;
        if self.misbehaviour.is_none() {
            challenge.require_full_strength()?;
        }
        let flags = self.flags(&challenge);
        let key = ResponseKey::new(&self.credential.hash, &self.credential.user, &self.credential.domain);
        let response = self.response(&challenge).to_bytes()?;
        let proof = key.proof(&challenge.server_challenge, &response);
        let base = key.session_base_key(&proof);
        let exported = &self.given.exported_session_key;
        let encrypted = base.exchange(exported.0).to_vec();
        let exported = match flags.contains(NegotiateFlags::KEY_EXCHANGE) {
            true => exported.clone(),
            false => base.into_exported(),
        };
        let has_mic = challenge.target_info.as_ref().is_some_and(|pairs| pairs.timestamp().is_some());
        let mut message = Authenticate {
            lm_response: self.lm_response(&challenge, &key, has_mic),
            nt_response: [proof.as_slice(), &response].concat(),
            domain: WireText::utf16(&self.credential.domain),
            user: WireText::utf16(&self.credential.user),
            workstation: WireText::utf16(&self.given.workstation),
            tail: self.tail(encrypted, flags, has_mic),
        };
        self.spoil(&mut message);
        let authenticate = self.with_mic(&message, &exported, [negotiate, token])?;
        let seal = Seal::new(&exported, flags, Role::Initiator);
        Ok((State::Established(Box::new(seal), sealed_with(flags)), Step::Complete(Some(authenticate))))
    }

    fn flags(&self, challenge: &Challenge) -> NegotiateFlags {
        let agreed = self.given.flags.intersection(challenge.flags).without(NegotiateFlags::OEM);
        agreed | NegotiateFlags::REQUEST_TARGET
    }

    fn response(&self, challenge: &Challenge) -> NtlmV2Response {
        let mut av_pairs = challenge.target_info.clone().unwrap_or_default();
        let timestamp = av_pairs.timestamp();
        let denies = matches!(self.misbehaviour, Some(Misbehaviour::OmitMic | Misbehaviour::DenyMic));
        if timestamp.is_some() && !denies {
            av_pairs.promise_mic();
        }
        if let Some(bindings) = &self.channel_bindings {
            let wrong = ChannelBindings::tls_server_end_point(&[0xEE; 32]).md5();
            match self.misbehaviour {
                Some(Misbehaviour::OmitChannelBindings) => {}
                Some(Misbehaviour::WrongChannelBindings) => {
                    av_pairs.set(AvId::CHANNEL_BINDINGS, wrong.to_vec());
                }
                _ => av_pairs.set(AvId::CHANNEL_BINDINGS, bindings.md5().to_vec()),
            }
        }
        let timestamp = timestamp.unwrap_or(self.given.now);
        let client_challenge = self.given.client_challenge;
        NtlmV2Response { timestamp, client_challenge, av_pairs, padding: vec![0; 4] }
    }

    /// Zeros where the server has sent its time, as the response to it is then enough; LMv2 otherwise.
    fn lm_response(&self, challenge: &Challenge, key: &ResponseKey, has_time: bool) -> Vec<u8> {
        if has_time {
            return vec![0; 24];
        }
        let nonce = self.given.client_challenge;
        let proof = key.proof(&challenge.server_challenge, &nonce);
        [proof.as_slice(), &nonce].concat()
    }

    fn tail(&self, encrypted: Vec<u8>, flags: NegotiateFlags, has_mic: bool) -> Tail {
        let key = if flags.contains(NegotiateFlags::KEY_EXCHANGE) { encrypted } else { Vec::new() };
        let version = self.given.version;
        match self.misbehaviour {
            Some(Misbehaviour::OmitMic | Misbehaviour::PromiseMicInVain) => {
                Tail::Version(key, flags, version)
            }
            _ if has_mic => Tail::Mic(key, flags, version, [0; 16]),
            _ => Tail::Version(key, flags, version),
        }
    }

    fn spoil(&self, message: &mut Authenticate) {
        match self.misbehaviour {
            Some(Misbehaviour::ClearFlags(cleared)) => {
                message.tail.set_flags(message.flags().without(cleared));
            }
            Some(Misbehaviour::SessionKeyLength(len)) => message.tail.set_key(vec![0xA5; len]),
            Some(Misbehaviour::NtlmV1) => message.nt_response = vec![0x5A; 24],
            Some(Misbehaviour::LmOnly) => {
                (message.lm_response, message.nt_response) = (vec![0x5A; 24], Vec::new());
            }
            Some(Misbehaviour::Anonymous) => {
                (message.lm_response, message.nt_response) = (vec![0], Vec::new());
                (message.user, message.domain) = Default::default();
                message.tail.set_flags(message.flags() | NegotiateFlags::ANONYMOUS);
            }
            Some(Misbehaviour::ZeroProof) => {
                message.nt_response.iter_mut().take(16).for_each(|octet| *octet = 0);
            }
            _ => {}
        }
    }

    fn with_mic(
        &self,
        message: &Authenticate,
        exported: &ExportedSessionKey,
        [negotiate, challenge]: [&[u8]; 2],
    ) -> Result<Vec<u8>, AuthError> {
        let has_mic = message.mic().is_some();
        let mut bytes = message.to_bytes()?;
        let mut mic = exported.mic([negotiate, challenge, &bytes]);
        match self.misbehaviour {
            Some(Misbehaviour::ZeroMic) => mic = [0; 16],
            Some(Misbehaviour::CorruptMic) => mic = mic.map(|octet| octet ^ 1),
            _ => {}
        }
        if let Some(place) = bytes.get_mut(MIC_RANGE).filter(|_| has_mic) {
            place.copy_from_slice(&mic);
        }
        Ok(bytes)
    }

    fn seal_of_session(&mut self) -> Result<&mut Seal, AuthError> {
        match &mut self.state {
            State::Established(seal, _) => Ok(seal),
            State::Dead => Err(AuthError::Finished),
            State::Start | State::ExpectChallenge(_) => Err(AuthError::NotEstablished),
        }
    }
}

impl SecurityContext for FixedInitiator {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let (state, step) = match std::mem::replace(&mut self.state, State::Dead) {
            State::Start => self.start(token)?,
            State::ExpectChallenge(negotiate) => self.answer(&negotiate, token)?,
            State::Established(..) | State::Dead => return Err(AuthError::Finished),
        };
        self.state = state;
        Ok(step)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        Ok(self.seal_of_session()?.seal(message)?.to_vec())
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = self.seal_of_session().and_then(|seal| seal.unseal(header, message));
        unsealed.inspect_err(|_| message.clear())
    }

    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        Ok(self.seal_of_session()?.sign(data)?.to_vec())
    }

    fn verify(&mut self, mic: &[u8], data: &[u8]) -> Result<(), AuthError> {
        self.seal_of_session()?.verify(mic, data)
    }

    fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        Ok(Foresight::KeyStream(self.seal_of_session()?.key_stream(len)))
    }

    fn restart(&mut self) {
        if let State::Established(seal, _) = &mut self.state {
            seal.restart();
        }
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }

    fn established(&self) -> Option<&Established> {
        match &self.state {
            State::Established(_, established) => Some(established),
            _ => None,
        }
    }
}

impl fmt::Debug for FixedInitiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedInitiator")
            .field("credential", &self.credential)
            .field("misbehaviour", &self.misbehaviour)
            .finish_non_exhaustive()
    }
}
