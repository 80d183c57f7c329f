use std::fmt;
use std::sync::Arc;

use crate::auth::AuthError;
use crate::auth::ChannelBindingPolicy;
use crate::auth::Established;
use crate::auth::Foresight;
use crate::auth::Principal;
use crate::auth::Protection;
use crate::auth::Random;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::kerberos::AcceptorCredentials;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::ErrorCode;
use crate::auth::kerberos::KerberosError;
use crate::auth::kerberos::TicketFacts;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::accepted;
use crate::auth::kerberos::accepted::Accepted;
use crate::auth::kerberos::ap_req::ApReq;
use crate::auth::kerberos::krb_error::KrbError;
use crate::auth::kerberos::session::Session;
use crate::auth::kerberos::token::TokenId;
use crate::auth::kerberos::token::frame;
use crate::auth::kerberos::token::unframe;

/// [RFC 4120 3.2.3], [RFC 4121 4.1] The server of one connection.
///
/// ```
/// use std::sync::Arc;
///
/// use winrm_harness::auth::SecurityContext;
/// use winrm_harness::auth::kerberos::Acceptor;
/// use winrm_harness::auth::kerberos::AcceptorCredentials;
/// use winrm_harness::auth::kerberos::AcceptorGiven;
/// use winrm_harness::auth::kerberos::AcceptorPolicy;
/// use winrm_harness::auth::kerberos::Keytab;
/// use winrm_harness::auth::kerberos::Time;
///
/// let credentials = Arc::new(AcceptorCredentials::new(Keytab::default()));
/// let given = AcceptorGiven { now: Time { unix_s: 1_800_000_000, micros: 0 }, random: Box::new(|octets| octets.fill(7)) };
/// let mut server = Acceptor::new(credentials, AcceptorPolicy::default(), given);
/// assert!(server.step(b"no token").is_err());
/// ```
pub struct Acceptor {
    credentials: Arc<AcceptorCredentials>,
    policy: AcceptorPolicy,
    now: Time,
    error_token: Option<Vec<u8>>,
    state: State,
}

/// What differs from connection to connection.
pub struct AcceptorGiven {
    /// The time.
    pub now: Time,
    /// Where confounders, the subkey and the first sequence number come from.
    pub random: Random,
}

/// What an [`Acceptor`] requires beside a ticket that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptorPolicy {
    /// What the request has to be bound to.
    pub channel_bindings: ChannelBindingPolicy,
    /// Whether the client has to ask for sealing.
    pub protection: Protection,
    /// Seconds by which the clocks of client, KDC and server may differ.
    pub clock_skew_s_max: u64,
    /// Types of tickets, session keys and subkeys that are taken, and in which order one is chosen for the subkey.
    pub encryption_types: Vec<EncryptionType>,
}

impl Default for AcceptorPolicy {
    /// Five minutes, as [RFC 4120 8.2] recommends, and what a Windows server takes: AES256 before AES128, and RC4 last,
    /// which a report should tell.
    fn default() -> Self {
        let encryption_types = vec![
            EncryptionType::AES256_CTS_HMAC_SHA1_96,
            EncryptionType::AES256_CTS_HMAC_SHA384_192,
            EncryptionType::AES128_CTS_HMAC_SHA1_96,
            EncryptionType::AES128_CTS_HMAC_SHA256_128,
            EncryptionType::RC4_HMAC,
        ];
        let (channel_bindings, protection) = (ChannelBindingPolicy::default(), Protection::default());
        Self { channel_bindings, protection, clock_skew_s_max: 300, encryption_types }
    }
}

enum State {
    ExpectApReq(Random),
    Established(Box<Session>, Box<TicketFacts>, Principal),
    Dead,
}

impl Acceptor {
    /// A server for one connection.
    pub fn new(credentials: Arc<AcceptorCredentials>, policy: AcceptorPolicy, given: AcceptorGiven) -> Self {
        let state = State::ExpectApReq(given.random);
        Self { credentials, policy, now: given.now, error_token: None, state }
    }

    /// What the ticket told. `None` until the context is complete.
    pub fn ticket(&self) -> Option<&TicketFacts> {
        match &self.state {
            State::Established(_, facts, _) => Some(facts),
            _ => None,
        }
    }

    /// [RFC 4121 4.1] The KRB-ERROR to send to a client that was refused by the rules of Kerberos, once it is refused.
    /// [MS-KILE 3.4.5] There is none for what could not even be read.
    pub fn error_token(&self) -> Option<&[u8]> {
        self.error_token.as_deref()
    }

    fn accept(&mut self, random: Random, token: &[u8]) -> Result<(State, Step), AuthError> {
        let request = match unframe(token)? {
            (TokenId::AP_REQ, message) => ApReq::parse(message)?,
            (TokenId::KRB_ERROR, message) => {
                return Err(KerberosError::Refused { code: KrbError::parse(message)?.code }.into());
            }
            (TokenId(found), _) => {
                return Err(KerberosError::WrongTokenId { expected: TokenId::AP_REQ.0, found }.into());
            }
        };
        let accepted = accepted::accept(&self.credentials, &self.policy, self.now, random, &request);
        let Accepted { session, facts, principal, answer } =
            accepted.inspect_err(|error| self.error_token = self.error_token_for(error, &request))?;
        let answer = answer.map(|answer| frame(TokenId::AP_REP, &answer));
        let state = State::Established(Box::new(session), Box::new(facts), principal);
        Ok((state, Step::Complete(answer)))
    }

    fn error_token_for(&self, error: &AuthError, request: &ApReq) -> Option<Vec<u8>> {
        let code = match error {
            AuthError::Kerberos(error) => error.code(),
            AuthError::ChannelBindingsMissing | AuthError::ChannelBindingsWrong => ErrorCode::GENERIC,
            _ => return None,
        };
        let server = request.ticket().ok()?.server;
        let message = KrbError { code, server_time: self.now }.to_der(&server);
        Some(frame(TokenId::KRB_ERROR, &message))
    }

    fn session(&mut self) -> Result<&mut Session, AuthError> {
        match &mut self.state {
            State::Established(session, ..) => Ok(session),
            State::ExpectApReq(_) => Err(AuthError::NotEstablished),
            State::Dead => Err(AuthError::Finished),
        }
    }
}

impl SecurityContext for Acceptor {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let (state, step) = match std::mem::replace(&mut self.state, State::Dead) {
            State::ExpectApReq(random) => self.accept(random, token)?,
            State::Established(..) | State::Dead => return Err(AuthError::Finished),
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
        match &self.state {
            State::Established(_, _, principal) => Some(principal),
            _ => None,
        }
    }

    fn established(&self) -> Option<&Established> {
        match &self.state {
            State::Established(session, ..) => Some(session.established()),
            _ => None,
        }
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::ExpectApReq(_) => "ExpectApReq",
            State::Established(..) => "Established",
            State::Dead => "Dead",
        };
        f.debug_struct("Acceptor")
            .field("state", &state)
            .field("ticket", &self.ticket())
            .finish_non_exhaustive()
    }
}
