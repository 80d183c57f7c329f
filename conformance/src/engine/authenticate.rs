use winrm_harness::auth::AuthError;
use winrm_harness::auth::basic::BasicCredential;
use winrm_harness::auth::credssp::CredSspError;
use winrm_harness::auth::digest::ClientNonce;
use winrm_harness::auth::digest::Digest;
use winrm_harness::auth::digest::DigestCredential;
use winrm_harness::auth::kerberos::KerberosError;
use winrm_harness::auth::policy::Refusal;
use winrm_harness::client::ExpectToken;
use winrm_harness::client::HandshakeStep;
use winrm_harness::client::SequenceError;
use winrm_harness::client::Session;
use winrm_harness::http::Request;

use crate::engine::EngineError;
use crate::engine::contexts::Given;
use crate::engine::facts;
use crate::engine::facts::Facts;
use crate::engine::link::Arrival;
use crate::engine::link::Link;
use crate::engine::link::Patience;
use crate::engine::observation::AuthEnd;
use crate::engine::plan::AuthPlan;
use crate::engine::plan::Inner;
use crate::engine::random::Random;
use crate::engine::tickets::NoTicket;
use crate::engine::tickets::ticket;
use crate::subject::Subject;
use crate::wsx::AuthScheme;

/// Requests of one handshake: CredSSP over TLS 1.2 with SPNEGO inside has six.
const LEGS_MAX: usize = 12;

/// How a handshake went.
pub(crate) struct Handshake {
    pub(crate) arrival: Arrival,
    pub(crate) end: AuthEnd,
    pub(crate) facts: Facts,
    pub(crate) sent: Vec<u8>,
}

/// Puts the `Authorization` of a leg into a request of the case's own.
pub(crate) type Dress<'d> = dyn FnMut(&Request) -> Result<Vec<u8>, EngineError> + Send + 'd;

/// Authenticates a connection.
pub(crate) async fn authenticate(
    link: &mut Link,
    plan: &AuthPlan,
    subject: &Subject,
    random: &mut Random,
    patience: Patience<'_>,
    dress: &mut Dress<'_>,
) -> Result<Handshake, EngineError> {
    match plan.scheme {
        AuthScheme::None | AuthScheme::Basic | AuthScheme::Certificate => {
            link.session = immediate(link, plan)?;
            Ok(Handshake::accepted())
        }
        AuthScheme::Digest => digest(link, plan, random, patience, dress).await,
        _ => tokens(link, plan, subject, random, patience, dress).await,
    }
}

impl Handshake {
    fn accepted() -> Self {
        let (facts, sent) = (Facts::new(), Vec::new());
        Self { arrival: Arrival::NotAwaited, end: AuthEnd::Accepted, facts, sent }
    }
}

/// A session without a handshake.
fn immediate(link: &Link, plan: &AuthPlan) -> Result<Session, EngineError> {
    let endpoint = link.url().endpoint();
    Ok(match plan.scheme {
        AuthScheme::Certificate => Session::certificate(endpoint),
        AuthScheme::Basic => {
            let user = match plan.logon.domain.as_str() {
                "" => plan.logon.user.clone(),
                domain => format!("{domain}\\{}", plan.logon.user),
            };
            let credential = BasicCredential::new(&user, &plan.logon.password)
                .map_err(|error| EngineError::Sequence(error.into()))?;
            Session::basic(endpoint, &credential)
        }
        _ => Session::anonymous(endpoint),
    })
}

/// A first request that asks for the challenge. The proof goes out with the envelopes.
async fn digest(
    link: &mut Link,
    plan: &AuthPlan,
    random: &mut Random,
    patience: Patience<'_>,
    dress: &mut Dress<'_>,
) -> Result<Handshake, EngineError> {
    let wide = (u128::from(random.next()) << 64) | u128::from(random.next());
    let credential = DigestCredential::new(&plan.logon.user, &plan.logon.password);
    let credential = credential.map_err(|error| EngineError::Sequence(SequenceError::Auth(error.into())))?;
    let digest = Digest::new(credential, ClientNonce::of(wide.to_be_bytes()));
    let mut session = Session::digest(link.url().endpoint(), digest);
    let mut handshake = Handshake::accepted();
    handshake.sent = dress(&link.url().endpoint().post())?;
    handshake.arrival = link.exchange(&handshake.sent, true, patience).await;
    handshake.end = match &handshake.arrival {
        Arrival::Answer(response) => match session.take_challenge(response) {
            Ok(()) => AuthEnd::Accepted,
            Err(error) => end(&error),
        },
        _ => AuthEnd::Broken("no answer".to_owned()),
    };
    if handshake.end == AuthEnd::Accepted {
        link.session = session;
    }
    Ok(handshake)
}

async fn tokens(
    link: &mut Link,
    plan: &AuthPlan,
    subject: &Subject,
    random: &mut Random,
    patience: Patience<'_>,
    dress: &mut Dress<'_>,
) -> Result<Handshake, EngineError> {
    let mut handshake = Handshake::accepted();
    let ticket = match plan.mechanism {
        Inner::Ntlm => None,
        Inner::Kerberos => match ticket(&subject.tickets, &plan.logon, plan.ticket, plan.etype).await {
            Ok(ticket) => Some(ticket),
            Err(NoTicket::Source) => return Err(EngineError::Ticket(NoTicket::Source.to_string())),
            Err(error) => {
                handshake.end = AuthEnd::Broken(error.to_string());
                return Ok(handshake);
            }
        },
    };
    let given = Given { bindings: link.channel_bindings(), ticket };
    let context = plan.context(given, random).map_err(|error| EngineError::Sequence(error.into()))?;
    let endpoint = link.url().endpoint();
    let (mut state, mut request) = ExpectToken::begin(endpoint.clone(), plan.protocol(), context)?;
    for _ in 0..LEGS_MAX {
        handshake.sent = dress(&request)?;
        handshake.arrival = link.exchange(&handshake.sent, true, patience).await;
        let Arrival::Answer(response) = &handshake.arrival else {
            handshake.end = AuthEnd::Broken("no answer".to_owned());
            return Ok(handshake);
        };
        facts::learn(response, &mut handshake.facts);
        match state.step(response) {
            Ok(HandshakeStep::Send(next, leg)) => (state, request) = (next, leg),
            Ok(HandshakeStep::Done(session)) => {
                handshake.facts.extend(facts::of_established(session.established()));
                let seals = plan.seals.unwrap_or(!link.is_tls());
                link.session = if seals { session } else { Session::anonymous(endpoint) };
                return Ok(handshake);
            }
            Err(error) => {
                handshake.end = end(&error);
                return Ok(handshake);
            }
        }
    }
    handshake.end = AuthEnd::Broken(format!("no end after {LEGS_MAX} requests"));
    Ok(handshake)
}

/// What the server says is its refusal; what we say of it is not.
fn end(error: &SequenceError) -> AuthEnd {
    match error {
        SequenceError::CredentialsRefused
        | SequenceError::UnexpectedStatus { .. }
        | SequenceError::Policy(Refusal::NotOffered { .. })
        | SequenceError::Auth(
            AuthError::Rejected
            | AuthError::CredSsp(CredSspError::Refused(_))
            | AuthError::Kerberos(KerberosError::Refused { .. }),
        ) => AuthEnd::Refused(error.to_string()),
        other => AuthEnd::Broken(other.to_string()),
    }
}
