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
use crate::auth::negotiate::Mechanisms;
use crate::auth::negotiate::NegState;
use crate::auth::negotiate::NegTokenInit;
use crate::auth::negotiate::NegTokenResp;
use crate::auth::negotiate::chosen::Chosen;
use crate::auth::negotiate::chosen::ListMic;
use crate::auth::negotiate::chosen::OurMic;
use crate::auth::negotiate::chosen::expect_short;
use crate::auth::negotiate::chosen::receive;
use crate::auth::negotiate::sniff;
use crate::codec::Decode;
use crate::codec::Encode;

/// The server of one connection under `Negotiate`: takes SPNEGO, bare NTLM and bare Kerberos.
///
/// It chooses what the client likes best of what it can do itself.
///
/// ```
/// use winrm_harness::auth::SecurityContext;
/// use winrm_harness::auth::Step;
/// use winrm_harness::auth::negotiate;
/// use winrm_harness::auth::ntlm;
///
/// let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", "wonderland")]);
/// let names = ntlm::ServerNames::workgroup("HOST");
/// let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
/// let inner = ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given);
/// let mut server = negotiate::Acceptor::new(inner);
/// let inner = ntlm::Initiator::new(ntlm::Credential::password("", "alice", "wonderland"), None)?;
/// let mut client = negotiate::Initiator::new(inner);
///
/// let Step::Continue(init) = client.step(&[])? else { panic!("a NegTokenInit") };
/// let Step::Continue(challenge) = server.step(&init)? else { panic!("a NegTokenResp with a CHALLENGE") };
/// let Step::Continue(authenticate) = client.step(&challenge)? else { panic!("one with an AUTHENTICATE") };
/// let Step::Complete(Some(last)) = server.step(&authenticate)? else { panic!("the server's mechListMIC") };
/// assert_eq!(client.step(&last)?, Step::Complete(None));
/// # Ok::<(), winrm_harness::auth::AuthError>(())
/// ```
#[derive(Debug)]
pub struct Acceptor {
    state: State,
}

enum State {
    Start(Mechanisms),
    /// One mechanism without SPNEGO, to the end.
    Bare(Box<dyn SecurityContext>),
    /// The mechanism is not complete.
    ExpectToken(Chosen),
    /// It is, and the client owes its mechListMIC.
    ExpectMic(Chosen, OurMic),
    Complete(Box<dyn SecurityContext>),
    Dead(Option<Refusal>),
}

/// The peer speaks SPNEGO, so it can be told.
#[derive(Debug, Clone, Copy)]
struct Refusal;

/// [RFC 4178 4.2.2] A NegTokenResp that says reject, and nothing else.
const REJECT: [u8; 9] = [0xA1, 7, 0x30, 5, 0xA0, 3, 0x0A, 1, 2];

/// Whether an answer is the first, which alone names the mechanism and asks for MICs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    First,
    Later,
}

impl Acceptor {
    /// A server that can do these.
    pub fn new(mechanisms: impl Into<Mechanisms>) -> Self {
        Self { state: State::Start(mechanisms.into()) }
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
            State::Dead(_) => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }
}

fn start(mechanisms: Mechanisms, first: FirstToken, token: &[u8]) -> Result<(State, Step), AuthError> {
    let expected = TokenKind::NegTokenInit;
    match first {
        FirstToken::Ntlm => start_bare(mechanisms, &MechType::NTLM, token),
        FirstToken::Kerberos => start_bare(mechanisms, &MechType::KERBEROS, token),
        FirstToken::Spnego(init) => choose(mechanisms, *init),
        FirstToken::Unknown if token.is_empty() => {
            Err(AuthError::UnexpectedToken { expected, found: TokenKind::Empty })
        }
        // Whatever it was meant to be, this says where it goes wrong.
        FirstToken::Unknown => Err(match NegTokenInit::from_bytes(token) {
            Err(error) => error.into(),
            Ok(_) => AuthError::UnexpectedToken { expected, found: TokenKind::Unknown },
        }),
    }
}

fn start_bare(mechanisms: Mechanisms, mech: &MechType, token: &[u8]) -> Result<(State, Step), AuthError> {
    step_bare(mechanisms.take(mech).ok_or(AuthError::NoCommonMechanism)?, token)
}

fn step_bare(mut context: Box<dyn SecurityContext>, token: &[u8]) -> Result<(State, Step), AuthError> {
    Ok(match context.step(token)? {
        Step::Continue(answer) => (State::Bare(context), Step::Continue(answer)),
        Step::Complete(answer) => (State::Complete(context), Step::Complete(answer)),
    })
}

/// [RFC 4178 4.2.2] The optimistic token counts only if its mechanism, which is the client's first, is chosen. The
/// answer spells the mechanism as the client did ([MS-SPNG 3.2.5]: Windows clients fail otherwise).
fn choose(mechanisms: Mechanisms, init: NegTokenInit) -> Result<(State, Step), AuthError> {
    let known = init.mech_types.0.iter().position(|mech| mechanisms.has(mech));
    let place = known.ok_or(AuthError::NoCommonMechanism)?;
    let mech = init.mech_types.0.get(place).ok_or(AuthError::NoCommonMechanism)?.clone();
    let need = match place > 0 || mechanisms.demands_list_mic(&mech) {
        true => ListMic::Required,
        false => ListMic::Optional,
    };
    let context = mechanisms.take(&mech).ok_or(AuthError::NoCommonMechanism)?;
    let chosen = Chosen::new(mech, context, need, &init.mech_types);
    match init.mech_token.filter(|token| place == 0 && !token.is_empty()) {
        Some(token) => {
            let mic = init.mech_list_mic.filter(|mic| *mic != token);
            go_on(chosen, &token, mic.as_deref(), Answer::First)
        }
        None => ask(chosen, Answer::First, None),
    }
}

/// Gives the mechanism its next token.
fn go_on(
    mut chosen: Chosen,
    token: &[u8],
    mic: Option<&[u8]>,
    answer: Answer,
) -> Result<(State, Step), AuthError> {
    match chosen.context.step(token)? {
        // There are no keys yet that a MIC could be of.
        Step::Continue(_) if mic.is_some() => Err(AuthError::MechListMicWrong),
        Step::Continue(token) => ask(chosen, answer, Some(token)),
        Step::Complete(token) => match mic {
            Some(mic) => exchange_mics(chosen, mic, answer, token),
            None if chosen.need == ListMic::Optional => {
                let last = response(&chosen, answer, NegState::ACCEPT_COMPLETED, token, None).to_bytes()?;
                Ok((State::Complete(chosen.context), Step::Complete(Some(last))))
            }
            None => demand_mic(chosen, answer, token),
        },
    }
}

fn ask(chosen: Chosen, answer: Answer, token: Option<Vec<u8>>) -> Result<(State, Step), AuthError> {
    let asked = response(&chosen, answer, incomplete(&chosen, answer), token, None).to_bytes()?;
    Ok((State::ExpectToken(chosen), Step::Continue(asked)))
}

/// [RFC 4178 5 c] The client's MIC came, so it gets ours.
fn exchange_mics(
    mut chosen: Chosen,
    mic: &[u8],
    answer: Answer,
    token: Option<Vec<u8>>,
) -> Result<(State, Step), AuthError> {
    chosen.verify(mic)?;
    let ours = chosen.sign()?;
    let last = response(&chosen, answer, NegState::ACCEPT_COMPLETED, token, Some(ours)).to_bytes()?;
    Ok((State::Complete(chosen.restarted()), Step::Complete(Some(last))))
}

/// [RFC 4178 5] The mechanism is complete and the client's MIC is missing. Where the last token is ours, so is the first
/// MIC (b). Where it was the client's, its MIC was due with it (c), unless it could not know because this is our first
/// answer.
fn demand_mic(
    mut chosen: Chosen,
    answer: Answer,
    token: Option<Vec<u8>>,
) -> Result<(State, Step), AuthError> {
    let (ours, our_mic) = match (&token, answer) {
        (Some(_), _) => (Some(chosen.sign()?), OurMic::Sent),
        (None, Answer::First) => (None, OurMic::NotSent),
        (None, Answer::Later) => return Err(AuthError::MechListMicWrong),
    };
    let asked = response(&chosen, answer, incomplete(&chosen, answer), token, ours).to_bytes()?;
    Ok((State::ExpectMic(chosen, our_mic), Step::Continue(asked)))
}

/// [RFC 4178 4.2.2] request-mic "SHALL only be present in the first reply from the target".
fn incomplete(chosen: &Chosen, answer: Answer) -> NegState {
    match (chosen.need, answer) {
        (ListMic::Required, Answer::First) => NegState::REQUEST_MIC,
        _ => NegState::ACCEPT_INCOMPLETE,
    }
}

fn response(
    chosen: &Chosen,
    answer: Answer,
    neg_state: NegState,
    response_token: Option<Vec<u8>>,
    mech_list_mic: Option<Vec<u8>>,
) -> NegTokenResp {
    let supported_mech = (answer == Answer::First).then(|| chosen.mech.clone());
    NegTokenResp { neg_state: Some(neg_state), supported_mech, response_token, mech_list_mic }
}

/// What comes after the first token. Of the client's own state nothing counts but its refusal.
fn receive_from_client(token: &[u8]) -> Result<NegTokenResp, AuthError> {
    let response = receive(token)?;
    if response.neg_state == Some(NegState::REJECT) {
        return Err(AuthError::Rejected);
    }
    Ok(response)
}

fn expect_token(chosen: Chosen, token: &[u8]) -> Result<(State, Step), AuthError> {
    let response = receive_from_client(token)?;
    let token = response.response_token.ok_or(AuthError::OutOfStep)?;
    go_on(chosen, &token, response.mech_list_mic.as_deref(), Answer::Later)
}

fn expect_mic(mut chosen: Chosen, our_mic: OurMic, token: &[u8]) -> Result<(State, Step), AuthError> {
    let response = receive_from_client(token)?;
    if response.response_token.is_some() {
        return Err(AuthError::OutOfStep);
    }
    let mic = response.mech_list_mic.ok_or(AuthError::MechListMicWrong)?;
    match our_mic {
        OurMic::NotSent => exchange_mics(chosen, &mic, Answer::Later, None),
        OurMic::Sent => {
            chosen.verify(&mic)?;
            Ok((State::Complete(chosen.restarted()), Step::Complete(None)))
        }
    }
}

impl SecurityContext for Acceptor {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let state = std::mem::replace(&mut self.state, State::Dead(None));
        expect_short(token)?;
        let (state, step) = match state {
            State::Start(mechanisms) => {
                let first = sniff(token);
                self.state = State::Dead(matches!(first, FirstToken::Spnego(_)).then_some(Refusal));
                start(mechanisms, first, token)?
            }
            State::Bare(context) => step_bare(context, token)?,
            State::ExpectToken(chosen) => {
                self.state = State::Dead(Some(Refusal));
                expect_token(chosen, token)?
            }
            State::ExpectMic(chosen, our_mic) => {
                self.state = State::Dead(Some(Refusal));
                expect_mic(chosen, our_mic, token)?
            }
            State::Complete(_) | State::Dead(_) => return Err(AuthError::Finished),
        };
        self.state = state;
        Ok(step)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.session()?.seal(message)
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

    fn refusal(&self) -> Option<Vec<u8>> {
        match self.state {
            State::Dead(Some(Refusal)) => Some(REJECT.to_vec()),
            _ => None,
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(mechanisms) => f.debug_tuple("Start").field(mechanisms).finish(),
            Self::Bare(_) => f.write_str("Bare"),
            Self::ExpectToken(chosen) => f.debug_tuple("ExpectToken").field(chosen).finish(),
            Self::ExpectMic(chosen, ours) => f.debug_tuple("ExpectMic").field(chosen).field(ours).finish(),
            Self::Complete(_) => f.write_str("Complete"),
            Self::Dead(_) => f.write_str("Dead"),
        }
    }
}
