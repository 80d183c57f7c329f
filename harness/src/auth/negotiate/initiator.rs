use std::fmt;

use crate::auth::AuthError;
use crate::auth::Established;
use crate::auth::Foresight;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::negotiate::FirstToken;
use crate::auth::negotiate::MechType;
use crate::auth::negotiate::MechTypes;
use crate::auth::negotiate::NegState;
use crate::auth::negotiate::NegTokenInit;
use crate::auth::negotiate::NegTokenResp;
use crate::auth::negotiate::chosen::Chosen;
use crate::auth::negotiate::chosen::ListMic;
use crate::auth::negotiate::chosen::OurMic;
use crate::auth::negotiate::chosen::receive;
use crate::auth::negotiate::sniff;
use crate::auth::ntlm;
use crate::codec::CodecError;
use crate::codec::Encode;

/// The client under `Negotiate`: SPNEGO around any mechanisms.
///
/// The frame is ours, because it has to restart NTLM's key streams, and because the `sspi` crate's own frame sends no
/// mechListMIC where NTLM is the favourite, which Windows expects.
#[derive(Debug)]
pub struct Initiator {
    mech_types: MechTypes,
    state: State,
}

/// Which mechanisms a client of NTLM offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Offer {
    /// NTLM alone, with its first message.
    #[default]
    Ntlm,
    /// Kerberos first, with no message, then NTLM: what a client does that could use Kerberos but has no ticket.
    KerberosThenNtlm,
}

/// One mechanism of the list. Without a context it can't be used: there is no ticket for it.
pub(crate) struct Offered {
    pub(crate) mech: MechType,
    pub(crate) context: Option<Box<dyn SecurityContext>>,
}

enum State {
    Start(Vec<Offered>),
    /// The list is sent. The server's first answer has to name one of it.
    ExpectChoice(Vec<Offered>, Optimistic),
    /// The mechanism is not complete.
    ExpectToken(Chosen),
    /// It is, and its last token was ours.
    ExpectEnd(Chosen, OurMic),
    Complete(Box<dyn SecurityContext>),
    Dead,
}

/// What went along with the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Optimistic {
    /// No token.
    None,
    /// The favourite's first token of several.
    First,
    /// The favourite's only token.
    Only,
}

impl Initiator {
    /// A client of these mechanisms, whose contexts have not been used yet, the favourite first.
    ///
    /// The first token of the favourite goes along with the list. Under [`MechType::KERBEROS_LEGACY`] both spellings of
    /// Kerberos are offered, that one first, as Windows does.
    pub fn offering(mechanisms: Vec<(MechType, Box<dyn SecurityContext>)>) -> Self {
        let offered = mechanisms.into_iter();
        Self::of(offered.map(|(mech, context)| Offered { mech, context: Some(context) }).collect())
    }

    /// A client around that of NTLM, which has not been used yet.
    pub fn new(inner: ntlm::Initiator) -> Self {
        Self::offering(vec![(MechType::NTLM, Box::new(inner))])
    }

    /// A client whose every octet is decided by its arguments.
    pub fn fixed(inner: ntlm::FixedInitiator) -> Self {
        Self::offering(vec![(MechType::NTLM, Box::new(inner))])
    }

    /// The same client, if nothing was sent yet, offering something else.
    #[must_use]
    pub fn with_offer(self, offer: Offer) -> Self {
        match (self.state, offer) {
            (State::Start(mut offered), Offer::KerberosThenNtlm) => {
                offered.insert(0, Offered { mech: MechType::KERBEROS_LEGACY, context: None });
                Self::of(offered)
            }
            (state, _) => Self { state, ..self },
        }
    }

    pub(crate) fn of(offered: Vec<Offered>) -> Self {
        let spellings = offered.iter().flat_map(|offered| match &offered.mech {
            mech if *mech == MechType::KERBEROS_LEGACY => vec![mech.clone(), MechType::KERBEROS],
            mech => vec![mech.clone()],
        });
        Self { mech_types: MechTypes(spellings.collect()), state: State::Start(offered) }
    }

    fn start(&self, mut offered: Vec<Offered>, token: &[u8]) -> Result<(State, Step), AuthError> {
        if !token.is_empty() {
            return Err(AuthError::UnexpectedToken { expected: TokenKind::Empty, found: kind_of(token) });
        }
        let favourite = offered.first_mut().ok_or(AuthError::NoCommonMechanism)?;
        let (mech_token, optimistic) = match &mut favourite.context {
            None => (None, Optimistic::None),
            Some(context) => match context.step(&[])? {
                Step::Continue(token) => (Some(token), Optimistic::First),
                Step::Complete(token) => (token, Optimistic::Only),
            },
        };
        let mech_types = self.mech_types.clone();
        let init = NegTokenInit { mech_types, req_flags: None, mech_token, hints: None, mech_list_mic: None };
        Ok((State::ExpectChoice(offered, optimistic), Step::Continue(init.to_bytes()?)))
    }

    /// [RFC 4178 4.2.2] negState is "REQUIRED in the first reply from the target", and supportedMech "MUST be one of the
    /// mechanism(s) offered". Where our favourite's token went along, no name at all means the favourite.
    fn expect_choice(
        &self,
        offered: Vec<Offered>,
        optimistic: Optimistic,
        response: &NegTokenResp,
    ) -> Result<(State, Step), AuthError> {
        let favourite = self.mech_types.0.first().ok_or(AuthError::NoCommonMechanism)?;
        let neg_state = response.neg_state.ok_or(CodecError::Missing { field: "negState" })?;
        let mech = match &response.supported_mech {
            Some(mech) if self.mech_types.0.contains(mech) => mech.clone(),
            None if optimistic != Optimistic::None => favourite.clone(),
            None if neg_state == NegState::REJECT => return Err(AuthError::Rejected),
            _ => return Err(AuthError::WrongMechanism),
        };
        let is_favourite = favourite.is_same_mechanism(&mech);
        let context = offered.into_iter().find(|offered| offered.mech.is_same_mechanism(&mech));
        let context = context.and_then(|offered| offered.context).ok_or(AuthError::WrongMechanism)?;
        let need = need(&mech, is_favourite, neg_state);
        let chosen = Chosen::new(mech, context, need, &self.mech_types);
        match optimistic {
            Optimistic::First if is_favourite => expect_token(chosen, response),
            Optimistic::Only if is_favourite => expect_end(chosen, OurMic::NotSent, response),
            _ => begin(chosen, response),
        }
    }

    fn complete(&self) -> Option<&dyn SecurityContext> {
        match &self.state {
            State::Complete(context) => Some(context.as_ref()),
            _ => None,
        }
    }

    fn session(&mut self) -> Result<&mut dyn SecurityContext, AuthError> {
        match &mut self.state {
            State::Complete(context) => Ok(context.as_mut()),
            State::Dead => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }
}

/// Whether the server has to prove that it saw our list. For NTLM we always send a MIC, as Windows expects it; a server
/// that did not count ours would break off at the first sealed message.
fn need(mech: &MechType, is_favourite: bool, neg_state: NegState) -> ListMic {
    match !is_favourite || neg_state == NegState::REQUEST_MIC || *mech == MechType::NTLM {
        true => ListMic::Required,
        false => ListMic::Optional,
    }
}

fn kind_of(token: &[u8]) -> TokenKind {
    match sniff(token) {
        FirstToken::Ntlm => ntlm::MessageKind::sniff(token).unwrap_or(TokenKind::Unknown),
        FirstToken::Spnego(_) => TokenKind::NegTokenInit,
        FirstToken::Kerberos => TokenKind::Kerberos,
        FirstToken::Unknown => TokenKind::Unknown,
    }
}

/// The server wants another mechanism than the one whose token it has, if any: nothing can be complete yet.
fn begin(mut chosen: Chosen, response: &NegTokenResp) -> Result<(State, Step), AuthError> {
    refuse_rejection(&mut chosen, response)?;
    if response.response_token.is_some() {
        return Err(AuthError::OutOfStep);
    }
    go_on(chosen, &[], response)
}

fn expect_token(mut chosen: Chosen, response: &NegTokenResp) -> Result<(State, Step), AuthError> {
    refuse_rejection(&mut chosen, response)?;
    // Without a token the server can neither be complete nor wait for one of ours.
    let token = response.response_token.as_deref().ok_or(AuthError::OutOfStep)?;
    go_on(chosen, token, response)
}

fn expect_end(chosen: Chosen, our_mic: OurMic, response: &NegTokenResp) -> Result<(State, Step), AuthError> {
    if response.neg_state == Some(NegState::REJECT) {
        return Err(AuthError::Rejected);
    }
    if response.response_token.is_some() {
        return Err(AuthError::OutOfStep);
    }
    end(chosen, our_mic, response)
}

/// Gives the mechanism its next token.
///
/// [RFC 4178 5 c] Where the last token is ours, our MIC goes along with it if one is required.
fn go_on(mut chosen: Chosen, token: &[u8], response: &NegTokenResp) -> Result<(State, Step), AuthError> {
    let step = chosen.context.step(token)?;
    if step == Step::Complete(None) {
        return end(chosen, OurMic::NotSent, response);
    }
    expect_waiting(response)?;
    match step {
        Step::Continue(token) => {
            let answer = answer(NegState::ACCEPT_INCOMPLETE, Some(token), None)?;
            Ok((State::ExpectToken(chosen), Step::Continue(answer)))
        }
        Step::Complete(token) => {
            let (mic, our_mic) = match chosen.need {
                ListMic::Required => (Some(chosen.sign()?), OurMic::Sent),
                ListMic::Optional => (None, OurMic::NotSent),
            };
            // Our half; that of the server when its MIC has come.
            chosen.context.restart();
            let answer = answer(NegState::ACCEPT_INCOMPLETE, token, mic)?;
            Ok((State::ExpectEnd(chosen, our_mic), Step::Continue(answer)))
        }
    }
}

/// [RFC 4178 5] The mechanism is complete; this settles the MICs.
///
/// A server that is complete without ours is refused only if its own is missing too: that one proves that it saw our
/// list. One that waits where nothing else can be missing waits for our MIC.
fn end(mut chosen: Chosen, our_mic: OurMic, response: &NegTokenResp) -> Result<(State, Step), AuthError> {
    let is_waiting = matches!(response.neg_state, Some(NegState::ACCEPT_INCOMPLETE | NegState::REQUEST_MIC));
    let is_complete = response.neg_state == Some(NegState::ACCEPT_COMPLETED);
    if !is_waiting && !is_complete && response.neg_state.is_some() {
        return Err(AuthError::OutOfStep);
    }
    if let Some(mic) = &response.mech_list_mic {
        chosen.verify(mic)?;
    }
    match (&response.mech_list_mic, our_mic) {
        (Some(_), OurMic::Sent) if is_waiting => Err(AuthError::OutOfStep),
        (Some(_), OurMic::NotSent) if !is_complete => {
            let last = answer(NegState::ACCEPT_COMPLETED, None, Some(chosen.sign()?))?;
            Ok((State::Complete(chosen.restarted()), Step::Complete(Some(last))))
        }
        (Some(_), _) => Ok((State::Complete(chosen.restarted()), Step::Complete(None))),
        (None, OurMic::NotSent) if is_waiting => {
            let ours = answer(NegState::ACCEPT_INCOMPLETE, None, Some(chosen.sign()?))?;
            Ok((State::ExpectEnd(chosen, OurMic::Sent), Step::Continue(ours)))
        }
        (None, OurMic::NotSent) if chosen.need == ListMic::Optional => {
            Ok((State::Complete(chosen.context), Step::Complete(None)))
        }
        (None, _) => Err(AuthError::MechListMicWrong),
    }
}

/// We have a token for the server still, so it can't be complete, nor have keys for a MIC.
fn expect_waiting(response: &NegTokenResp) -> Result<(), AuthError> {
    match response.neg_state {
        _ if response.mech_list_mic.is_some() => Err(AuthError::MechListMicWrong),
        None | Some(NegState::ACCEPT_INCOMPLETE | NegState::REQUEST_MIC) => Ok(()),
        Some(_) => Err(AuthError::OutOfStep),
    }
}

/// What every later answer goes through. [RFC 4178 4.2.2] Only the first may name the mechanism, but some repeat it, and
/// only the first may ask for MICs, but some do so late.
fn check_later(chosen: &mut Chosen, response: &NegTokenResp) -> Result<(), AuthError> {
    if response.supported_mech.as_ref().is_some_and(|mech| !mech.is_same_mechanism(&chosen.mech)) {
        return Err(AuthError::WrongMechanism);
    }
    if response.neg_state == Some(NegState::REQUEST_MIC) {
        chosen.need = ListMic::Required;
    }
    Ok(())
}

/// A token of Kerberos in a rejection is a KRB-ERROR, which says more.
fn refuse_rejection(chosen: &mut Chosen, response: &NegTokenResp) -> Result<(), AuthError> {
    if response.neg_state != Some(NegState::REJECT) {
        return Ok(());
    }
    match &response.response_token {
        Some(token) if chosen.mech.is_same_mechanism(&MechType::KERBEROS) => {
            Err(chosen.context.step(token).err().unwrap_or(AuthError::Rejected))
        }
        _ => Err(AuthError::Rejected),
    }
}

fn answer(
    neg_state: NegState,
    response_token: Option<Vec<u8>>,
    mech_list_mic: Option<Vec<u8>>,
) -> Result<Vec<u8>, AuthError> {
    let neg_state = Some(neg_state);
    Ok(NegTokenResp { neg_state, supported_mech: None, response_token, mech_list_mic }.to_bytes()?)
}

impl SecurityContext for Initiator {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let (state, step) = match std::mem::replace(&mut self.state, State::Dead) {
            State::Start(offered) => self.start(offered, token)?,
            State::ExpectChoice(offered, optimistic) => {
                self.expect_choice(offered, optimistic, &receive(token)?)?
            }
            State::ExpectToken(mut chosen) => {
                let response = receive(token)?;
                check_later(&mut chosen, &response)?;
                expect_token(chosen, &response)?
            }
            State::ExpectEnd(mut chosen, our_mic) => {
                let response = receive(token)?;
                check_later(&mut chosen, &response)?;
                expect_end(chosen, our_mic, &response)?
            }
            State::Complete(_) | State::Dead => return Err(AuthError::Finished),
        };
        self.state = state;
        Ok(step)
    }

    /// Already once the mechanism has sent its last token: CredSSP's first sealed octets travel beside that.
    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        match &mut self.state {
            State::ExpectEnd(chosen, _) => chosen.context.seal(message),
            _ => self.session()?.seal(message),
        }
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        match self.session() {
            Ok(session) => session.unseal(header, message),
            Err(error) => {
                message.clear();
                Err(error)
            }
        }
    }

    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        self.session()?.sign(data)
    }

    fn verify(&mut self, mic: &[u8], data: &[u8]) -> Result<(), AuthError> {
        self.session()?.verify(mic, data)
    }

    fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        self.session()?.foresee(len)
    }

    fn principal(&self) -> Option<&Principal> {
        self.complete().and_then(SecurityContext::principal)
    }

    fn established(&self) -> Option<&Established> {
        self.complete().and_then(SecurityContext::established)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(_) => f.write_str("Start"),
            Self::ExpectChoice(_, optimistic) => f.debug_tuple("ExpectChoice").field(optimistic).finish(),
            Self::ExpectToken(chosen) => f.debug_tuple("ExpectToken").field(chosen).finish(),
            Self::ExpectEnd(chosen, ours) => f.debug_tuple("ExpectEnd").field(chosen).field(ours).finish(),
            Self::Complete(_) => f.write_str("Complete"),
            Self::Dead => f.write_str("Dead"),
        }
    }
}
