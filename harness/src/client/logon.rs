use std::fmt;

use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::Random;
use crate::auth::SecurityContext;
use crate::auth::basic::BasicCredential;
use crate::auth::digest::ClientNonce;
use crate::auth::digest::Digest;
use crate::auth::digest::DigestCredential;
use crate::auth::kerberos;
use crate::auth::policy::Choice;
use crate::auth::policy::ClientPolicy;
use crate::auth::policy::Host;
use crate::auth::policy::Means;
use crate::auth::policy::Refusal;
use crate::auth::policy::Scheme;
use crate::auth::policy::Target;
use crate::client::Endpoint;
use crate::client::ExpectToken;
use crate::client::SequenceError;
use crate::client::Session;
use crate::client::mechanisms::Mechanisms;
use crate::encryption::Protocol;
use crate::http::Request;
use crate::tls::Channel;

/// Who logs on, how, and what is allowed on the way.
#[derive(Clone, PartialEq, Eq)]
pub struct Logon {
    /// The scheme.
    pub scheme: Scheme,
    /// The domain; empty for a local account.
    pub domain: String,
    /// The user.
    pub user: String,
    /// The password; empty where a ticket or a certificate stands for it.
    pub password: Zeroizing<String>,
    /// What is allowed.
    pub policy: ClientPolicy,
    /// Whether to seal inside TLS too, which Windows doesn't.
    pub seals_in_tls: bool,
}

/// What a logon begins with that is not its own: the connection, the time and chance.
pub struct LogonGiven {
    /// What the connection runs over. Authentications are bound to the certificate of TLS.
    pub channel: Channel,
    /// Whether the TLS connection was made with a client certificate.
    pub has_certificate: bool,
    /// Fills what has to be unpredictable.
    pub random: Random,
    /// The time; Kerberos tells two requests apart by its microseconds.
    pub now: kerberos::Time,
    /// The ticket for the server, if the caller got one: [`ClientPolicy::wanted_ticket`] says for whom.
    pub ticket: Option<kerberos::Credential>,
    /// A ticket-granting ticket that may be handed to the server, where [`ClientPolicy::delegate`] is on.
    pub forwarded: Option<kerberos::Credential>,
}

/// What a logon leads to first.
#[expect(
    clippy::large_enum_variant,
    reason = "its receiver takes it apart at once; a box would be an allocation for nothing"
)]
pub enum LogonStep {
    /// Nothing to wait for.
    Done(Session),
    /// Send this and wait.
    Send(ExpectToken, Request),
}

impl LogonGiven {
    /// A connection in clear, without tickets.
    #[must_use]
    pub fn clear(random: Random, now: kerberos::Time) -> Self {
        Self { channel: Channel::Clear, has_certificate: false, random, now, ticket: None, forwarded: None }
    }
}

impl Logon {
    /// A logon under Windows' default policy. `user` may be `DOMAIN\user`; `user@realm` stays one name.
    #[must_use]
    pub fn new(scheme: Scheme, user: &str, password: &str) -> Self {
        let (domain, user) = user.split_once('\\').unwrap_or(("", user));
        Self {
            scheme,
            domain: domain.to_owned(),
            user: user.to_owned(),
            password: Zeroizing::new(password.to_owned()),
            policy: ClientPolicy::default(),
            seals_in_tls: false,
        }
    }

    /// The same logon under another policy.
    #[must_use]
    pub fn under(self, policy: ClientPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Begins to log on at `endpoint`. What the policy refuses is refused here, with nothing sent.
    pub fn begin(&self, endpoint: Endpoint, given: LogonGiven) -> Result<LogonStep, SequenceError> {
        let choice = self.choose(&endpoint, &given)?;
        match self.scheme {
            Scheme::Digest => {
                let identity = choice.identity(None);
                Ok(LogonStep::Done(self.digest(endpoint, given)?.known_as(identity)))
            }
            Scheme::Basic => {
                let credential = BasicCredential::new(&self.qualified_user(), &self.password)?;
                let identity = choice.identity(None);
                Ok(LogonStep::Done(Session::basic(endpoint, &credential).known_as(identity)))
            }
            Scheme::Certificate => Ok(LogonStep::Done(Session::certificate(endpoint))),
            Scheme::Negotiate | Scheme::Ntlm | Scheme::Kerberos | Scheme::CredSsp => {
                let (protocol, context) = self.context(&choice, given)?;
                let (state, request) = ExpectToken::begin(endpoint, protocol, context)?;
                Ok(LogonStep::Send(state.held_to(choice), request))
            }
        }
    }

    fn choose(&self, endpoint: &Endpoint, given: &LogonGiven) -> Result<Choice, SequenceError> {
        let host = Host::of_authority(&endpoint.host)?;
        if let Some(ticket) = &given.ticket {
            require_ticket_for(&host, ticket)?;
        }
        let is_tls = matches!(given.channel, Channel::Tls(_));
        let means = Means {
            scheme: self.scheme,
            has_password: !self.user.is_empty() && !self.password.is_empty(),
            ticket: given.ticket.as_ref().map(|ticket| ticket.session_key.encryption_type()),
            has_certificate: given.has_certificate,
            seals_in_tls: self.seals_in_tls,
        };
        Ok(self.policy.choose(&Target { host, is_tls, offered: None }, &means)?)
    }

    fn context(
        &self,
        choice: &Choice,
        given: LogonGiven,
    ) -> Result<(Protocol, Box<dyn SecurityContext>), SequenceError> {
        let mut mechanisms = Mechanisms::new(self, choice, given);
        match self.scheme {
            Scheme::Ntlm => Ok((Protocol::Spnego, mechanisms.ntlm()?)),
            Scheme::Kerberos => Ok((Protocol::Kerberos, mechanisms.kerberos()?)),
            Scheme::CredSsp => Ok((Protocol::CredSsp, mechanisms.credssp()?)),
            _ => Ok((Protocol::Spnego, mechanisms.negotiated()?)),
        }
    }

    fn digest(&self, endpoint: Endpoint, mut given: LogonGiven) -> Result<Session, SequenceError> {
        let credential = DigestCredential::new(&self.user, &self.password).map_err(AuthError::from)?;
        let mut nonce = [0; 16];
        (given.random)(&mut nonce);
        Ok(Session::digest(endpoint, Digest::new(credential, ClientNonce::of(nonce))))
    }

    fn qualified_user(&self) -> String {
        match self.domain.as_str() {
            "" => self.user.clone(),
            domain => format!("{domain}\\{}", self.user),
        }
    }
}

/// Kerberos proves the server that the ticket is for. With a ticket for another one that would be the wrong proof.
fn require_ticket_for(host: &Host, ticket: &kerberos::Credential) -> Result<(), Refusal> {
    let named = ticket.server.components.get(1);
    match named.is_some_and(|named| named.eq_ignore_ascii_case(&host.to_string())) {
        true => Ok(()),
        false => {
            let found = ticket.server.components.join("/");
            Err(Refusal::OtherTicket { found, host: host.clone() })
        }
    }
}

/// No password in a log.
impl fmt::Debug for Logon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logon")
            .field("scheme", &self.scheme)
            .field("domain", &self.domain)
            .field("user", &self.user)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
