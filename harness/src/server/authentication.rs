//! Who is at the other end of a connection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::basic::BasicCredential;
use crate::auth::negotiate;
use crate::auth::ntlm;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::Challenge;
use crate::http::challenge::ChallengeData;
use crate::server::Config;
use crate::server::Moment;
use crate::server::Mutant;

/// A logged-on user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    /// The account's name as the server has it.
    pub(super) name: String,
    pub(super) is_administrator: bool,
}

/// How far the authentication of a connection has come.
pub(super) enum Authentication {
    /// Nobody.
    None,
    /// Between two tokens.
    Negotiating(Box<dyn SecurityContext>),
    /// Somebody, with the keys of the connection.
    Negotiated { context: Box<dyn SecurityContext>, user: User },
}

/// What an Authorization header leads to.
pub(super) enum Authorized {
    /// Answer this: the handshake goes on, or was refused.
    Answer(Response),
    /// The request is this user's. The token, if any, goes with the answer.
    User { user: User, token: Option<Vec<u8>> },
}

impl Authentication {
    /// Takes the Authorization header of a request.
    pub(super) fn authorize(
        &mut self,
        challenge: &Challenge,
        config: &Config,
        moment: Moment,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Authorized {
        if challenge.is("Negotiate") && config.takes_spnego() {
            return match challenge.token() {
                Ok(Some(token)) => self.negotiate(&token, config, moment, random),
                Ok(None) | Err(_) => Authorized::Answer(self.refuse(config)),
            };
        }
        // Whatever the connection had, this is somebody else.
        *self = Self::None;
        if challenge.is("Basic") && config.basic && config.allow_unencrypted {
            let credential = basic_credential(challenge);
            if let Some(user) = credential.and_then(|credential| basic_user(config, &credential)) {
                return Authorized::User { user, token: None };
            }
        }
        Authorized::Answer(unauthorized(config))
    }

    /// Who was authenticated by tokens.
    pub(super) fn user(&self) -> Option<&User> {
        match self {
            Self::Negotiated { user, .. } => Some(user),
            Self::None | Self::Negotiating(_) => None,
        }
    }

    /// Forgets who was there, and asks again.
    pub(super) fn refuse(&mut self, config: &Config) -> Response {
        *self = Self::None;
        unauthorized(config)
    }

    fn negotiate(
        &mut self,
        token: &[u8],
        config: &Config,
        moment: Moment,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Authorized {
        let mut context = match std::mem::replace(self, Self::None) {
            Self::Negotiating(context) => context,
            Self::None | Self::Negotiated { .. } => acceptor(config, moment, random),
        };
        match context.step(token) {
            Ok(Step::Continue(answer)) => {
                *self = Self::Negotiating(context);
                let value = format!("Negotiate {}", STANDARD.encode(answer));
                Authorized::Answer(Response::new(Status::UNAUTHORIZED).with_header("WWW-Authenticate", value))
            }
            Ok(Step::Complete(token)) => match context.principal().and_then(|p| user_of(config, &p.user)) {
                Some(user) => {
                    *self = Self::Negotiated { context, user: user.clone() };
                    Authorized::User { user, token }
                }
                None => Authorized::Answer(unauthorized(config)),
            },
            Err(_) => Authorized::Answer(unauthorized(config)),
        }
    }
}

/// The 401 that lists every scheme that is switched on, and no other ([MS-WSMV] 3.1.4.1.29.2).
pub(super) fn unauthorized(config: &Config) -> Response {
    let mut response = Response::new(Status::UNAUTHORIZED);
    if config.takes_spnego() {
        response = response.with_header("WWW-Authenticate", "Negotiate");
    }
    if (config.basic && config.allow_unencrypted) || config.is_mutant(Mutant::OffersBasic) {
        response = response.with_header("WWW-Authenticate", "Basic realm=\"WSMAN\"");
    }
    response
}

fn acceptor(config: &Config, moment: Moment, random: &mut dyn FnMut(&mut [u8])) -> Box<dyn SecurityContext> {
    let mut server_challenge = [0; 8];
    random(&mut server_challenge);
    let accounts = config
        .accounts
        .iter()
        .map(|account| ntlm::Account::new(&config.computer, &account.user, &account.password))
        .collect();
    let names = ntlm::ServerNames::workgroup(&config.computer);
    let given = ntlm::AcceptorGiven { server_challenge, now: ntlm::FileTime(moment.filetime) };
    Box::new(negotiate::Acceptor::new(ntlm::Acceptor::new(
        ntlm::Accounts::new(accounts),
        names,
        policy(config),
        given,
    )))
}

fn policy(config: &Config) -> ntlm::AcceptorPolicy {
    let mut policy = ntlm::AcceptorPolicy::default();
    if config.is_mutant(Mutant::NoMicNeeded) {
        policy.mic = ntlm::MicPolicy::IfPromised;
    }
    if config.is_mutant(Mutant::WeakFlags) {
        policy.protection = ntlm::Protection::Elsewhere;
    }
    policy
}

fn user_of(config: &Config, name: &str) -> Option<User> {
    let account = config.accounts.iter().find(|account| account.user.eq_ignore_ascii_case(name))?;
    Some(User { name: account.user.clone(), is_administrator: account.is_administrator })
}

fn basic_credential(challenge: &Challenge) -> Option<BasicCredential> {
    match &challenge.data {
        ChallengeData::Token68(token) => BasicCredential::decode(token).ok(),
        _ => None,
    }
}

/// Local accounts are named bare or behind the computer's name; any other domain is somebody else's.
fn basic_user(config: &Config, credential: &BasicCredential) -> Option<User> {
    let (domain, user) = credential.domain_and_user();
    let is_ours = domain.is_empty() || domain == "." || domain.eq_ignore_ascii_case(&config.computer);
    let account = config.accounts.iter().find(|account| account.user.eq_ignore_ascii_case(user))?;
    (is_ours && account.password == credential.password()).then(|| user_of(config, user))?
}
