use std::collections::BTreeMap;

use winrm_harness::auth::AuthError;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::basic::BasicCredential;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::ntlm;
use winrm_harness::auth::ntlm::Misbehaviour;
use winrm_harness::auth::policy::Refusal;
use winrm_harness::client::ExpectToken;
use winrm_harness::client::HandshakeStep;
use winrm_harness::client::SequenceError;
use winrm_harness::client::Session;
use winrm_harness::codec::Decode;
use winrm_harness::encryption::Protocol;
use winrm_harness::http::Request;
use winrm_harness::http::Response;
use winrm_harness::http::challenge::challenges;

use crate::engine::EngineError;
use crate::engine::link::Arrival;
use crate::engine::link::Link;
use crate::engine::link::Patience;
use crate::engine::observation::AuthEnd;
use crate::engine::random::Random;
use crate::subject::EndpointUrl;
use crate::subject::Logon;
use crate::subject::Scheme;
use crate::wsx::AuthScheme;
use crate::wsx::ConnectionId;

/// Requests of one handshake: SPNEGO with a declined mechanism has three.
const LEGS_MAX: usize = 8;

/// An `auth` section with its values put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthPlan {
    pub(crate) scheme: AuthScheme,
    pub(crate) logon: Logon,
    /// Whether envelopes are sealed afterwards.
    seals: bool,
    form: Form,
    misbehaviour: Option<Misbehaviour>,
    /// The connection whose last token goes out instead of ours.
    pub(crate) replays: Option<ConnectionId>,
}

/// How the tokens are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Spnego,
    KerberosOffered,
    RawNtlm,
}

/// How a handshake went.
pub(crate) struct Handshake {
    pub(crate) arrival: Arrival,
    pub(crate) end: AuthEnd,
    pub(crate) facts: BTreeMap<String, String>,
    pub(crate) sent: Vec<u8>,
}

impl AuthPlan {
    /// As everybody does it.
    pub(crate) fn usual(logon: Logon, scheme: Scheme) -> Self {
        let scheme = match scheme {
            Scheme::Negotiate => AuthScheme::Negotiate,
            Scheme::Basic => AuthScheme::Basic,
        };
        Self { scheme, logon, seals: true, form: Form::Spnego, misbehaviour: None, replays: None }
    }

    /// Reads the options of an `auth` section. `negotiate` that asks for nothing particular is the `usual` scheme.
    pub(crate) fn new(
        scheme: AuthScheme,
        options: &[(String, String)],
        usual: Scheme,
    ) -> Result<Self, EngineError> {
        let is_plain = options.iter().all(|(key, _)| ["user", "domain", "password"].contains(&key.as_str()));
        let usual = Self::usual(Logon::new("", ""), if is_plain { usual } else { Scheme::Negotiate });
        let mut plan = if scheme == AuthScheme::Negotiate { usual } else { Self { scheme, ..usual } };
        if scheme == AuthScheme::Ntlm {
            plan.form = Form::RawNtlm;
        }
        for (key, value) in options {
            let unknown = || EngineError::Option { key: key.clone(), value: value.clone() };
            match key.as_str() {
                "user" => {
                    let named = Logon::new(value, "");
                    plan.logon.user = named.user;
                    if !named.domain.is_empty() {
                        plan.logon.domain = named.domain;
                    }
                }
                "domain" => plan.logon.domain.clone_from(value),
                "password" => plan.logon.password.clone_from(value),
                "seal" => plan.seals = seals(value).ok_or_else(unknown)?,
                "form" => plan.form = form(value).ok_or_else(unknown)?,
                "tamper" if value.starts_with("replay-") => {
                    let connection = value.strip_prefix("replay-").and_then(ConnectionId::parse);
                    plan.replays = Some(connection.ok_or_else(unknown)?);
                }
                "tamper" => plan.misbehaviour = Some(misbehaviour(value).ok_or_else(unknown)?),
                _ => return Err(unknown()),
            }
        }
        Ok(plan)
    }

    /// What a session without a handshake is; `None` for those that need one.
    fn immediate(&self, url: &EndpointUrl) -> Result<Option<Session>, EngineError> {
        match self.scheme {
            AuthScheme::None => Ok(Some(Session::anonymous(url.endpoint()))),
            AuthScheme::Basic => {
                let user = match self.logon.domain.as_str() {
                    "" => self.logon.user.clone(),
                    domain => format!("{domain}\\{}", self.logon.user),
                };
                let credential = BasicCredential::new(&user, &self.logon.password)
                    .map_err(|error| EngineError::Sequence(error.into()))?;
                Ok(Some(Session::basic(url.endpoint(), &credential)))
            }
            AuthScheme::Negotiate | AuthScheme::Ntlm => Ok(None),
            AuthScheme::Kerberos | AuthScheme::CredSsp | AuthScheme::Certificate => {
                Err(EngineError::Scheme(self.scheme))
            }
        }
    }

    fn context(&self, random: &mut Random) -> Result<Box<dyn SecurityContext>, AuthError> {
        let Logon { domain, user, password } = &self.logon;
        let credential = ntlm::Credential::password(domain, user, password);
        if let Some(misbehaviour) = self.misbehaviour {
            let given = ntlm::FixedGiven::new(nonce(random), ntlm::ExportedSessionKey(key(random)));
            let inner = ntlm::FixedInitiator::new(credential, given).misbehaving(misbehaviour);
            return Ok(match self.form {
                Form::RawNtlm => Box::new(inner),
                Form::Spnego | Form::KerberosOffered => Box::new(negotiate::Initiator::fixed(inner)),
            });
        }
        let inner = ntlm::Initiator::new(credential, None)?;
        Ok(match self.form {
            Form::RawNtlm => Box::new(inner),
            Form::Spnego => Box::new(negotiate::Initiator::new(inner)),
            Form::KerberosOffered => {
                Box::new(negotiate::Initiator::new(inner).with_offer(negotiate::Offer::KerberosThenNtlm))
            }
        })
    }
}

/// Authenticates a connection. `dress` may put the `Authorization` of a leg into a request of the case's own.
pub(crate) async fn authenticate(
    link: &mut Link,
    plan: &AuthPlan,
    url: &EndpointUrl,
    random: &mut Random,
    patience: Patience<'_>,
    dress: &mut (dyn FnMut(&Request) -> Result<Vec<u8>, EngineError> + Send),
) -> Result<Handshake, EngineError> {
    let mut handshake = Handshake {
        arrival: Arrival::NotAwaited,
        end: AuthEnd::Accepted,
        facts: BTreeMap::new(),
        sent: Vec::new(),
    };
    if let Some(session) = plan.immediate(url)? {
        link.session = session;
        return Ok(handshake);
    }
    let context = plan.context(random).map_err(|error| EngineError::Sequence(error.into()))?;
    let (mut state, mut request) = ExpectToken::begin(url.endpoint(), Protocol::Spnego, context)?;
    for _ in 0..LEGS_MAX {
        handshake.sent = dress(&request)?;
        handshake.arrival = link.exchange(&handshake.sent, true, patience).await;
        let Arrival::Answer(response) = &handshake.arrival else {
            handshake.end = AuthEnd::Broken("no answer".to_owned());
            return Ok(handshake);
        };
        learn(response, &mut handshake.facts);
        match state.step(response) {
            Ok(HandshakeStep::Send(next, leg)) => (state, request) = (next, leg),
            Ok(HandshakeStep::Done(session)) => {
                link.session = if plan.seals { session } else { Session::anonymous(url.endpoint()) };
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

fn end(error: &SequenceError) -> AuthEnd {
    match error {
        SequenceError::CredentialsRefused
        | SequenceError::UnexpectedStatus { .. }
        | SequenceError::Policy(Refusal::NotOffered { .. }) => AuthEnd::Refused(error.to_string()),
        other => AuthEnd::Broken(other.to_string()),
    }
}

/// Keeps what the server's tokens say, for assertions: flags by their names, which a condition can look for.
fn learn(response: &Response, facts: &mut BTreeMap<String, String>) {
    let Ok(offered) = challenges(&response.headers, "WWW-Authenticate") else { return };
    let tokens = offered.iter().filter_map(|challenge| challenge.token().ok().flatten());
    for token in tokens {
        let Some(challenge) = challenge_of(&token) else { continue };
        facts.insert("challenge.flags".to_owned(), format!("{:?}", challenge.flags));
        let has_time = challenge.target_info.as_ref().is_some_and(|pairs| pairs.timestamp().is_some());
        facts
            .insert("challenge.timestamp".to_owned(), if has_time { "present" } else { "absent" }.to_owned());
    }
}

/// The CHALLENGE in a token, in SPNEGO or bare.
fn challenge_of(token: &[u8]) -> Option<ntlm::Challenge> {
    if let Ok(challenge) = ntlm::Challenge::from_bytes(token) {
        return Some(challenge);
    }
    let response = negotiate::NegTokenResp::from_bytes(token).ok()?;
    ntlm::Challenge::from_bytes(&response.response_token?).ok()
}

fn seals(value: &str) -> Option<bool> {
    match value {
        "required" => Some(true),
        "none" | "off" => Some(false),
        _ => None,
    }
}

fn form(value: &str) -> Option<Form> {
    match value {
        "spnego" => Some(Form::Spnego),
        "spnego-kerberos-first" => Some(Form::KerberosOffered),
        "raw" | "ntlm" => Some(Form::RawNtlm),
        _ => None,
    }
}

fn misbehaviour(value: &str) -> Option<Misbehaviour> {
    Some(match value {
        "mic-absent" => Misbehaviour::OmitMic,
        "mic-denied" => Misbehaviour::DenyMic,
        "mic-promised" => Misbehaviour::PromiseMicInVain,
        "mic-zero" => Misbehaviour::ZeroMic,
        "mic-corrupt" => Misbehaviour::CorruptMic,
        "ntlm-v1" => Misbehaviour::NtlmV1,
        "lm-only" => Misbehaviour::LmOnly,
        "anonymous" => Misbehaviour::Anonymous,
        "proof-zero" => Misbehaviour::ZeroProof,
        "session-key-short" => Misbehaviour::SessionKeyLength(15),
        "session-key-long" => Misbehaviour::SessionKeyLength(17),
        "no-seal" => Misbehaviour::ClearFlags(ntlm::NegotiateFlags::SEAL),
        "no-sign" => Misbehaviour::ClearFlags(ntlm::NegotiateFlags::SIGN),
        "no-128" => Misbehaviour::ClearFlags(ntlm::NegotiateFlags::KEY_128),
        "no-key-exchange" => Misbehaviour::ClearFlags(ntlm::NegotiateFlags::KEY_EXCHANGE),
        "no-extended-session-security" => {
            Misbehaviour::ClearFlags(ntlm::NegotiateFlags::EXTENDED_SESSION_SECURITY)
        }
        _ => return None,
    })
}

fn nonce(random: &mut Random) -> [u8; 8] {
    random.next().to_be_bytes()
}

fn key(random: &mut Random) -> [u8; 16] {
    let wide = (u128::from(random.next()) << 64) | u128::from(random.next());
    wide.to_be_bytes()
}
