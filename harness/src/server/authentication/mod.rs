//! Who is at the other end of a connection.

mod acceptors;
mod accounts;
mod guarded;
mod mapped;
mod scheme;
#[cfg(test)]
mod tests;

use crate::auth::AuthError;
use crate::auth::Delegation;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::certificate;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::Challenge;
use crate::server::Config;
use crate::server::Moment;
use crate::server::Mutant;
use crate::tls::Channel;

pub(super) use acceptors::Shared;
pub(super) use guarded::Guarded;
pub(super) use scheme::LastToken;
pub(super) use scheme::Scheme;
pub(super) use scheme::unauthorized;

/// A logged-on user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    /// The account's name as the server has it. Empty for whoever has a certificate that is no account's.
    pub(super) name: String,
    pub(super) is_administrator: bool,
}

/// How far the authentication of a connection has come.
pub(super) enum Authentication {
    /// Nobody.
    None,
    /// Between two tokens.
    Negotiating { scheme: Scheme, context: Guarded },
    /// Somebody, with the keys of the connection.
    Negotiated { scheme: Scheme, context: Guarded, user: User },
}

/// What an Authorization header leads to.
pub(super) enum Authorized {
    /// Answer this: the handshake goes on, or was refused.
    Answer(Response),
    /// What was to decide panicked: answer nothing that it made, and end the connection.
    Broken,
    /// The request is this user's.
    User {
        user: User,
        /// What goes with the answer.
        token: Option<LastToken>,
        /// How the user logged on, for the event log.
        manner: String,
    },
}

/// What a logon takes beside the request.
pub(super) struct Given<'a> {
    pub(super) config: &'a Config,
    /// What the connection runs over.
    pub(super) channel: &'a Channel,
    pub(super) moment: Moment,
    /// What all connections have in common.
    pub(super) shared: &'a Shared,
}

impl User {
    /// Whoever has a certificate that is no account's: authenticated, and allowed nothing.
    pub(super) fn nobody() -> Self {
        Self { name: String::new(), is_administrator: false }
    }

    pub(super) fn is_nobody(&self) -> bool {
        self.name.is_empty()
    }
}

impl Authentication {
    /// Takes the Authorization header of a request.
    pub(super) fn authorize(
        &mut self,
        request: &Request,
        challenge: &Challenge,
        given: &Given<'_>,
    ) -> Authorized {
        let scheme = Scheme::of(challenge);
        match self {
            // Whoever changes the scheme in the middle begins anew, and with the next request.
            Self::Negotiating { scheme: begun, .. } if scheme != Some(*begun) => {
                return Authorized::Answer(self.refuse(given));
            }
            _ => (),
        }
        match scheme {
            Some(scheme) if scheme.is_on(given.config) => match challenge.token() {
                Ok(Some(token)) => self.negotiate(scheme, &token, given),
                Ok(None) | Err(_) => Authorized::Answer(self.refuse(given)),
            },
            Some(_) => Authorized::Answer(self.refuse(given)),
            None => self.prove_at_once(request, challenge, given),
        }
    }

    /// Schemes without keys, which count for one request. Whatever the connection had, this is somebody else.
    fn prove_at_once(&mut self, request: &Request, challenge: &Challenge, given: &Given<'_>) -> Authorized {
        *self = Self::None;
        let (user, manner) = if challenge.is("Basic") && scheme::takes_basic(given.config, given.channel) {
            (accounts::basic_user(given.config, challenge), "Basic")
        } else if challenge.is(certificate::PROFILE) {
            (mapped::user(request, given.config, given.channel), "Certificate")
        } else {
            (None, "")
        };
        match user {
            Some(user) => Authorized::User { user, token: None, manner: manner.to_owned() },
            None => Authorized::Answer(self.refuse(given)),
        }
    }

    /// Who was authenticated by tokens.
    pub(super) fn user(&self) -> Option<&User> {
        match self {
            Self::Negotiated { user, .. } => Some(user),
            Self::None | Self::Negotiating { .. } => None,
        }
    }

    /// What the user gave the server to act in its name.
    pub(super) fn delegation(&self) -> Delegation {
        let Self::Negotiated { context, .. } = self else { return Delegation::None };
        context.established().map(|established| established.delegation.clone()).unwrap_or_default()
    }

    /// Whether the keys of the connection can't be used any more.
    pub(super) fn is_broken(&self) -> bool {
        match self {
            Self::None => false,
            Self::Negotiating { context, .. } | Self::Negotiated { context, .. } => context.is_broken(),
        }
    }

    /// Forgets who was there, and asks again.
    pub(super) fn refuse(&mut self, given: &Given<'_>) -> Response {
        *self = Self::None;
        unauthorized(given.config, given.channel)
    }

    fn negotiate(&mut self, scheme: Scheme, token: &[u8], given: &Given<'_>) -> Authorized {
        let begun = match std::mem::replace(self, Self::None) {
            Self::Negotiating { context, .. } => Some(context),
            Self::None | Self::Negotiated { .. } => acceptors::acceptor(scheme, given).map(Guarded::new),
        };
        let Some(mut context) = begun else { return Authorized::Answer(self.refuse(given)) };
        match context.step(token) {
            Ok(Step::Continue(answer)) => {
                *self = Self::Negotiating { scheme, context };
                let response = Response::new(Status::UNAUTHORIZED);
                Authorized::Answer(response.with_header("WWW-Authenticate", scheme.header(&answer)))
            }
            Ok(Step::Complete(token)) => self.complete(scheme, context, token, given),
            Err(_) if context.is_broken() => Authorized::Broken,
            Err(AuthError::Malformed(_) | AuthError::UnexpectedToken { .. })
                if given.config.is_mutant(Mutant::RubbishTokenAccepted) =>
            {
                Authorized::Answer(Response::new(Status::OK))
            }
            Err(_) => Authorized::Answer(self.refuse(given)),
        }
    }

    /// Somebody has proved a name; whether it is an account's is another matter.
    fn complete(
        &mut self,
        scheme: Scheme,
        context: Guarded,
        token: Option<Vec<u8>>,
        given: &Given<'_>,
    ) -> Authorized {
        let Some(user) = accounts::user_of(given.config, &context) else {
            return Authorized::Answer(self.refuse(given));
        };
        let manner = accounts::manner(scheme.name(), context.established());
        *self = Self::Negotiated { scheme, context, user: user.clone() };
        Authorized::User { user, token: token.map(|octets| LastToken { scheme, octets }), manner }
    }
}
