use crate::auth::AuthError;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::negotiate::MechType;
use crate::auth::negotiate::MechTypes;
use crate::auth::negotiate::NegState;
use crate::auth::negotiate::NegTokenInit;
use crate::auth::negotiate::NegTokenResp;
use crate::auth::ntlm;
use crate::auth::ntlm::Seal;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::TOKEN_BYTES_MAX;

/// The client under `Negotiate`: NTLM in SPNEGO.
///
/// The NTLM messages are the inner client's. The frame is ours, because it has to restart NTLM's key streams, and
/// because the `sspi` crate's own frame sends no mechListMIC where NTLM is the favourite, which Windows expects. From
/// the last message on, the session is sealed by our [`Seal`].
#[derive(Debug)]
pub struct Initiator {
    inner: Inner,
    mech_types: MechTypes,
    state: State,
}

/// Which mechanisms a client offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Offer {
    /// NTLM alone, with its first message.
    #[default]
    Ntlm,
    /// Kerberos first, with no message, then NTLM: what a client does that could use Kerberos but has no ticket.
    KerberosThenNtlm,
}

#[derive(Debug)]
enum Inner {
    Library(ntlm::Initiator),
    Fixed(Box<ntlm::FixedInitiator>),
}

#[derive(Debug)]
enum State {
    Start(Offer),
    /// The offer was sent without NTLM's first message.
    ExpectChoice,
    ExpectChallenge,
    ExpectCompleted(Box<Seal>),
    Complete(Box<Seal>),
    Dead,
}

impl Initiator {
    /// A client around that of NTLM, which has not been used yet.
    pub fn new(inner: ntlm::Initiator) -> Self {
        Self::around(Inner::Library(inner))
    }

    /// A client whose every octet is decided by its arguments.
    pub fn fixed(inner: ntlm::FixedInitiator) -> Self {
        Self::around(Inner::Fixed(Box::new(inner)))
    }

    fn around(inner: Inner) -> Self {
        Self { inner, mech_types: MechTypes(vec![MechType::NTLM]), state: State::Start(Offer::Ntlm) }
    }

    /// The same client, offering something else.
    #[must_use]
    pub fn offering(mut self, offer: Offer) -> Self {
        self.mech_types = MechTypes(match offer {
            Offer::Ntlm => vec![MechType::NTLM],
            Offer::KerberosThenNtlm => {
                vec![MechType::KERBEROS_LEGACY, MechType::KERBEROS, MechType::NTLM]
            }
        });
        self.state = State::Start(offer);
        self
    }

    fn start(&mut self, offer: Offer, token: &[u8]) -> Result<(State, Step), AuthError> {
        let negotiate = match (offer, token) {
            (Offer::KerberosThenNtlm, []) => None,
            _ => Some(self.inner.first(token)?),
        };
        let state = if negotiate.is_some() { State::ExpectChallenge } else { State::ExpectChoice };
        let init = NegTokenInit {
            mech_types: self.mech_types.clone(),
            req_flags: None,
            mech_token: negotiate,
            hints: None,
            mech_list_mic: None,
        };
        Ok((state, Step::Continue(init.to_bytes()?)))
    }

    fn send_negotiate(&mut self, token: &[u8]) -> Result<(State, Step), AuthError> {
        let response = parse(token)?;
        if response.supported_mech != Some(MechType::NTLM) {
            return Err(AuthError::WrongMechanism);
        }
        let answer = NegTokenResp { response_token: Some(self.inner.first(&[])?), ..NegTokenResp::default() };
        Ok((State::ExpectChallenge, Step::Continue(answer.to_bytes()?)))
    }

    fn send_authenticate(&mut self, token: &[u8]) -> Result<(State, Step), AuthError> {
        let response = parse(token)?;
        if response.supported_mech.is_some_and(|mech| mech != MechType::NTLM) {
            return Err(AuthError::WrongMechanism);
        }
        let authenticate = self.inner.last(&response.response_token.unwrap_or_default())?;
        let mut seal = self.inner.take_seal()?;
        let mech_list_mic = seal.sign(&self.mech_types.to_der())?.to_vec();
        seal.restart_send();
        let answer = NegTokenResp {
            neg_state: Some(NegState::ACCEPT_INCOMPLETE),
            supported_mech: None,
            response_token: Some(authenticate),
            mech_list_mic: Some(mech_list_mic),
        };
        Ok((State::ExpectCompleted(Box::new(seal)), Step::Continue(answer.to_bytes()?)))
    }

    /// [RFC 4178 5] As we sent a MIC, the server has to send one. Only then [MS-SPNG 3.3.5.1] the key streams start
    /// again.
    fn finish(&mut self, mut seal: Box<Seal>, token: &[u8]) -> Result<(State, Step), AuthError> {
        let response = parse(token)?;
        let mic = response.mech_list_mic.ok_or(AuthError::MechListMicWrong)?;
        if response.neg_state != Some(NegState::ACCEPT_COMPLETED) {
            return Err(AuthError::MechListMicWrong);
        }
        seal.verify(&mic, &self.mech_types.to_der()).map_err(|_| AuthError::MechListMicWrong)?;
        seal.restart_receive();
        Ok((State::Complete(seal), Step::Complete(None)))
    }

    fn seal_of_session(&mut self) -> Result<&mut Seal, AuthError> {
        match &mut self.state {
            State::Complete(seal) => Ok(seal),
            State::Dead => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }
}

fn parse(token: &[u8]) -> Result<NegTokenResp, AuthError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
    }
    let response = NegTokenResp::from_bytes(token)?;
    if response.neg_state == Some(NegState::REJECT) {
        return Err(AuthError::Rejected);
    }
    Ok(response)
}

impl Inner {
    fn context(&mut self) -> &mut dyn SecurityContext {
        match self {
            Self::Library(inner) => inner,
            Self::Fixed(inner) => inner.as_mut(),
        }
    }

    fn first(&mut self, token: &[u8]) -> Result<Vec<u8>, AuthError> {
        match self.context().step(token)? {
            Step::Continue(negotiate) => Ok(negotiate),
            Step::Complete(_) => Err(AuthError::Finished),
        }
    }

    fn last(&mut self, token: &[u8]) -> Result<Vec<u8>, AuthError> {
        match self.context().step(token)? {
            Step::Complete(Some(authenticate)) => Ok(authenticate),
            Step::Continue(_) | Step::Complete(None) => Err(AuthError::Finished),
        }
    }

    fn take_seal(&mut self) -> Result<Seal, AuthError> {
        match self {
            Self::Library(inner) => inner.take_seal(),
            Self::Fixed(inner) => inner.take_seal(),
        }
    }
}

impl SecurityContext for Initiator {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let (state, step) = match std::mem::replace(&mut self.state, State::Dead) {
            State::Start(offer) => self.start(offer, token)?,
            State::ExpectChoice => self.send_negotiate(token)?,
            State::ExpectChallenge => self.send_authenticate(token)?,
            State::ExpectCompleted(seal) => self.finish(seal, token)?,
            State::Complete(_) | State::Dead => return Err(AuthError::Finished),
        };
        self.state = state;
        Ok(step)
    }

    /// Already before the server's last token: CredSSP sends its first sealed octets together with the AUTHENTICATE.
    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        let seal = match &mut self.state {
            State::ExpectCompleted(seal) => seal,
            _ => self.seal_of_session()?,
        };
        Ok(seal.seal(message)?.to_vec())
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = self.seal_of_session().and_then(|seal| seal.unseal(header, message));
        unsealed.inspect_err(|_| message.clear())
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }
}
