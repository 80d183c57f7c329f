use std::fmt;

use crate::auth::AuthError;
use crate::auth::ChannelBindings;
use crate::auth::Delegation;
use crate::auth::Established;
use crate::auth::Foresight;
use crate::auth::Principal;
use crate::auth::Random;
use crate::auth::Role;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::KerberosError;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::Misbehaviour;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::ap_rep::ApRep;
use crate::auth::kerberos::ap_rep::EncApRepPart;
use crate::auth::kerberos::krb_error::KrbError;
use crate::auth::kerberos::request::Request;
use crate::auth::kerberos::session::Session;
use crate::auth::kerberos::session::SessionKey;
use crate::auth::kerberos::token::TokenId;
use crate::auth::kerberos::token::frame;
use crate::auth::kerberos::token::unframe;

/// [RFC 4120 3.2.2], [RFC 4121 4.1] A client that has a ticket for the server.
pub struct Initiator {
    now: Time,
    state: State,
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitiatorOptions {
    /// Whether the server has to prove that it is the one that the ticket is for.
    pub mutual: bool,
    /// A forwarded ticket-granting ticket to hand over: the server may then do anything in the client's name.
    pub delegate: Option<Credential>,
    /// The channel that the request is bound to.
    pub channel_bindings: Option<ChannelBindings>,
    /// Whether the client proposes a key of its own for the messages, as all known ones do.
    pub subkey: bool,
    /// [RFC 4537] The types that the server may choose a key of, the best first; none leaves it to the server.
    pub encryption_types: Vec<EncryptionType>,
    /// A rule to break.
    pub misbehaviour: Option<Misbehaviour>,
}

impl Default for InitiatorOptions {
    /// Mutual, with a subkey, not bound, nothing delegated.
    fn default() -> Self {
        Self {
            mutual: true,
            delegate: None,
            channel_bindings: None,
            subkey: true,
            encryption_types: EncryptionType::KNOWN.into_iter().filter(|kind| !kind.is_weak()).collect(),
            misbehaviour: None,
        }
    }
}

/// What differs from context to context. The same twice gives the same token: a replay.
pub struct InitiatorGiven {
    /// The time.
    pub now: Time,
    /// Where confounders, the subkey and the first sequence number come from.
    pub random: Random,
}

enum State {
    Start(Box<Credential>, Box<InitiatorOptions>, Random),
    ExpectApRep(Box<Asked>),
    Established(Box<Session>),
    Dead,
}

/// What the client remembers of its request.
struct Asked {
    session_key: Key,
    request: Request,
    random: Random,
}

impl Initiator {
    /// A client that shows `credential`, a ticket for the server.
    pub fn new(credential: Credential, options: InitiatorOptions, given: InitiatorGiven) -> Self {
        let state = State::Start(Box::new(credential), Box::new(options), given.random);
        Self { now: given.now, state }
    }

    fn start(
        &self,
        credential: &Credential,
        options: &InitiatorOptions,
        mut random: Random,
        token: &[u8],
    ) -> Result<(State, Step), AuthError> {
        if !token.is_empty() {
            let (expected, found) = (TokenKind::Empty, TokenKind::Unknown);
            return Err(AuthError::UnexpectedToken { expected, found });
        }
        let (end_time, now) = (credential.end_time, self.now.unix_s);
        if end_time <= now && options.misbehaviour != Some(Misbehaviour::ExpiredTicket) {
            return Err(KerberosError::TicketExpired { end_time, now }.into());
        }
        let request = Request::new(credential, options, self.now, &mut random)?;
        let token = frame(TokenId::AP_REQ, &request.message);
        let session_key = credential.session_key.clone();
        if request.is_mutual {
            let asked = Asked { session_key, request, random };
            return Ok((State::ExpectApRep(Box::new(asked)), Step::Continue(token)));
        }
        let key = request.key_without_answer(&session_key);
        let session = Session::new(Role::Initiator, &key, random, false, true, Delegation::None)?;
        Ok((State::Established(Box::new(session)), Step::Complete(Some(token))))
    }

    fn finish(asked: Asked, token: &[u8]) -> Result<(State, Step), AuthError> {
        let Asked { session_key, request, random } = asked;
        if token.is_empty() {
            return Err(KerberosError::AcceptorUnproved.into());
        }
        let answer = match unframe(token)? {
            (TokenId::AP_REP, message) => ApRep::parse(message)?,
            (TokenId::KRB_ERROR, message) => {
                return Err(KerberosError::Refused { code: KrbError::parse(message)?.code }.into());
            }
            (TokenId(found), _) => {
                return Err(KerberosError::WrongTokenId { expected: TokenId::AP_REP.0, found }.into());
            }
        };
        let part = open(&answer, &session_key)?;
        if part.time != request.time {
            return Err(KerberosError::AnswerToOther.into());
        }
        let key = request.key_after(part, &session_key);
        let session = Session::new(Role::Initiator, &key, random, true, true, Delegation::None)?;
        Ok((State::Established(Box::new(session)), Step::Complete(None)))
    }

    fn session(&mut self) -> Result<&mut Session, AuthError> {
        match &mut self.state {
            State::Established(session) => Ok(session),
            State::Dead => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }
}

impl Request {
    /// Without an answer both count from the client's number.
    fn key_without_answer(&self, session_key: &Key) -> SessionKey {
        let key = self.subkey.as_ref().unwrap_or(session_key).clone();
        SessionKey { key, is_acceptors: false, send: self.sequence, receive: self.sequence }
    }

    /// [RFC 4757] RC4's tokens can't say whose key they use: there the acceptor's counts only if it leads away from RC4,
    /// which is what MIT's and Windows' acceptors do too.
    fn key_after(&self, part: EncApRepPart, session_key: &Key) -> SessionKey {
        let ours = self.key_without_answer(session_key);
        let ours = SessionKey { receive: part.sequence.unwrap_or_default(), ..ours };
        let rc4 = EncryptionType::RC4_HMAC;
        let is_only_rc4 = |theirs: &Key| ours.key.encryption_type() == rc4 && theirs.encryption_type() == rc4;
        match part.subkey {
            Some(theirs) if !is_only_rc4(&theirs) => SessionKey { key: theirs, is_acceptors: true, ..ours },
            _ => ours,
        }
    }
}

fn open(answer: &ApRep, session_key: &Key) -> Result<EncApRepPart, AuthError> {
    let cipher = &answer.enc_part.cipher;
    if answer.enc_part.encryption_type != session_key.encryption_type() {
        return Err(KerberosError::AcceptorUnproved.into());
    }
    let opened = session_key.decrypt(KeyUsage::AP_REP, cipher);
    EncApRepPart::parse(&opened.map_err(|_| KerberosError::AcceptorUnproved)?)
}

impl SecurityContext for Initiator {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let (state, step) = match std::mem::replace(&mut self.state, State::Dead) {
            State::Start(credential, options, random) => self.start(&credential, &options, random, token)?,
            State::ExpectApRep(asked) => Self::finish(*asked, token)?,
            State::Established(_) | State::Dead => return Err(AuthError::Finished),
        };
        self.state = state;
        Ok(step)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.session()?.seal(message)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = self.session().and_then(|session| session.unseal(header, message));
        unsealed.inspect_err(|_| message.clear())
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
        None
    }

    fn established(&self) -> Option<&Established> {
        match &self.state {
            State::Established(session) => Some(session.established()),
            _ => None,
        }
    }
}

impl fmt::Debug for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Start(..) => "Start",
            State::ExpectApRep(_) => "ExpectApRep",
            State::Established(_) => "Established",
            State::Dead => "Dead",
        };
        f.debug_struct("Initiator").field("state", &state).finish_non_exhaustive()
    }
}
