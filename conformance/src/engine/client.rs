//! One case against a client.

use std::collections::BTreeMap;
use std::time::Duration;

use winrm_harness::auth::basic::BasicCredential;
use winrm_harness::http::Request;

use crate::assertion::Bindings;
use crate::assertion::Escape;
use crate::engine::EngineError;
use crate::engine::answer::answer;
use crate::engine::answer::challenge;
use crate::engine::answer::unexpected;
use crate::engine::judge::judge_request;
use crate::engine::link::Arrival;
use crate::engine::observation::AuthEnd;
use crate::engine::observation::Observation;
use crate::engine::outcome::Outcome;
use crate::engine::random::Random;
use crate::engine::reception::Heard;
use crate::engine::reception::Reception;
use crate::engine::reception::Reply;
use crate::engine::setting::Setting;
use crate::engine::trigger::Ended;
use crate::engine::trigger::Trigger;
use crate::subject::Client;
use crate::verdict::Verdict;
use crate::wsx::AuthDirective;
use crate::wsx::AuthScheme;
use crate::wsx::Case;
use crate::wsx::Exchange;
use crate::wsx::Send;
use crate::wsx::Step;
use crate::wsx::StepBody;
use crate::wsx::StepNumber;

/// Requests without credentials that are answered by a challenge, before one with them has to come.
const CHALLENGES_MAX: usize = 4;
/// Requests after the last step that are answered.
const FURTHER_MAX: usize = 100;
/// A request that was sent just before the client ended may still be on its way.
const LAST_WORDS_WAIT: Duration = Duration::from_millis(100);
/// How long a client may take to end after a step that it failed.
const END_WAIT: Duration = Duration::from_secs(2);

struct Host<'a> {
    setting: &'a Setting<Client>,
    case: &'a Case,
    bindings: Bindings,
    random: Random,
    reception: Reception,
    trigger: Trigger,
    /// Whether the client asked anything at all.
    heard_any: bool,
    /// How the trigger ended, once it has.
    ended: Option<Ended>,
    /// The `Authorization` that every request needs.
    authorization: Option<String>,
    seen: BTreeMap<StepNumber, Observation>,
}

/// Plays a case: starts the client, answers it and judges what it asks. `None` if the client says that it can't.
pub(crate) async fn play<'a>(setting: &'a Setting<Client>, case: &'a Case) -> Option<Outcome<'a>> {
    let mut outcome = Outcome::new(case, &setting.catalogue, &setting.redactor);
    let mut host = match Host::start(setting, case).await {
        Ok(host) => host,
        Err(error) => {
            outcome.stop(Verdict::Error, format!("cannot start the client: {error}"));
            return Some(outcome);
        }
    };
    let mut steps = case.steps.iter();
    let mut holds = true;
    for step in steps.by_ref() {
        holds = host.step(step, &mut outcome).await;
        if !holds {
            break;
        }
    }
    if steps.next().is_some() {
        outcome.cut_short();
    }
    let is_supported = host.heard_any || host.ended != Some(Ended::NotSupported);
    host.finish(holds, &mut outcome).await;
    is_supported.then_some(outcome)
}

impl<'a> Host<'a> {
    async fn start(setting: &'a Setting<Client>, case: &'a Case) -> std::io::Result<Self> {
        let reception = Reception::open().await?;
        let authority = reception.address().to_string();
        let url = format!("http://{authority}/wsman");
        let logon = &setting.subject.logon;
        let scheme = scheme(case).to_string();
        let environment = [
            ("WINRM_CASE", case.front.id.as_str()),
            ("WINRM_URL", &url),
            ("WINRM_USER", &logon.user),
            ("WINRM_PASSWORD", &logon.password),
            ("WINRM_AUTH", &scheme),
        ];
        let trigger = Trigger::start(&setting.subject.trigger, &environment, setting.trace.is_some())?;
        let mut bindings = Bindings::default();
        bindings.give("endpoint.url", url.clone());
        bindings.give("http.host", authority);
        bindings.give("http.path", "/wsman");
        bindings.give("secret.user", logon.user.clone());
        bindings.give("secret.password", logon.password.clone());
        bindings.give("secret.domain", "");
        Ok(Self {
            setting,
            case,
            bindings,
            random: Random::new(setting.seed, &case.front.id),
            reception,
            trigger,
            heard_any: false,
            ended: None,
            authorization: None,
            seen: BTreeMap::new(),
        })
    }

    /// Plays a step and says whether to go on.
    async fn step(&mut self, step: &Step, outcome: &mut Outcome<'_>) -> bool {
        match &step.body {
            StepBody::Assert(assertions) => {
                outcome.assert(step.number, assertions, &self.seen, &mut self.bindings)
            }
            StepBody::Exchange(exchange) => match self.exchange(step.number, exchange, outcome).await {
                Ok(holds) => holds,
                Err(error) => {
                    outcome.error(&format!("{} {}", step.number, exchange.connection), &error);
                    false
                }
            },
        }
    }

    async fn exchange(
        &mut self,
        number: StepNumber,
        exchange: &Exchange,
        outcome: &mut Outcome<'_>,
    ) -> Result<bool, EngineError> {
        let mut asks = !exchange.sends.is_empty();
        for sent in &exchange.sends {
            if let Send::Auth(directive) = &sent.send {
                self.authorization = self.authorization(directive)?;
                asks = exchange.sends.len() > 1;
            }
        }
        if !asks {
            return Ok(true);
        }
        let place = format!("{number} {}", exchange.connection);
        let (arrival, heard, auth) = self.request().await;
        if self.setting.cancel.is_cancelled() && heard.is_none() {
            outcome.stop(Verdict::Inconclusive, format!("called off in step {number}"));
            return Ok(false);
        }
        if let Arrival::Asked(request) = &arrival {
            self.bindings.give("http.length", request.body.octets().len().to_string());
        }
        let mut seen = Observation::of_request(arrival);
        seen.auth = auth;
        self.trace('>', &seen.received()).await;
        let judgement = judge_request(self.case, &exchange.sends, &seen, &mut self.bindings);
        let holds = judgement.complaints.is_empty();
        outcome.step(&place, '>', judgement, &seen);
        self.seen.insert(number, seen);
        if let Some(heard) = heard {
            let reply = match holds {
                true => answer(&exchange.expects, &mut self.bindings, &mut self.random)?,
                false => Some(unexpected()),
            };
            self.reply(heard, reply).await;
        }
        Ok(holds)
    }

    /// The credentials that requests need from now on.
    fn authorization(&mut self, directive: &AuthDirective) -> Result<Option<String>, EngineError> {
        match directive.scheme {
            AuthScheme::None => return Ok(None),
            AuthScheme::Basic => {}
            other => return Err(EngineError::Scheme(other)),
        }
        let mut value = |key: &str| match directive.option(key) {
            None => Ok(String::new()),
            Some(template) => self.bindings.render(template, Escape::Nothing, &mut String::new),
        };
        let (user, password) = (value("user")?, value("password")?);
        let credential =
            BasicCredential::new(&user, &password).map_err(|error| EngineError::Sequence(error.into()))?;
        let authorization = format!("Basic {}", credential.encode());
        self.bindings.give("http.token", authorization.clone());
        Ok(Some(authorization))
    }

    /// The next request; one without credentials, where they are needed, is answered by a challenge.
    async fn request(&mut self) -> (Arrival, Option<Heard>, Option<AuthEnd>) {
        for _ in 0..CHALLENGES_MAX {
            let mut heard = match self.next(self.setting.timeout).await {
                Ok(heard) => heard,
                Err(arrival) => return (arrival, None, None),
            };
            let arrival = std::mem::replace(&mut heard.arrival, Arrival::NotAwaited);
            let Arrival::Asked(request) = &arrival else { return (arrival, Some(heard), None) };
            let Some(expected) = &self.authorization else { return (arrival, Some(heard), None) };
            let auth = match authorization_of(request) {
                None => {
                    heard.answer(challenge());
                    continue;
                }
                Some(got) if got == *expected => AuthEnd::Accepted,
                Some(_) => AuthEnd::Refused("others".to_owned()),
            };
            return (arrival, Some(heard), Some(auth));
        }
        (Arrival::Over(format!("{CHALLENGES_MAX} requests without credentials")), None, None)
    }

    /// The next request, whatever it says, or why none came.
    async fn next(&mut self, wait: Duration) -> Result<Heard, Arrival> {
        if self.ended.is_none() {
            let cancel = &self.setting.cancel;
            tokio::select! {
                biased;
                heard = self.reception.next() => {
                    self.heard_any = true;
                    return Ok(heard);
                }
                ended = self.trigger.ended() => self.ended = Some(ended),
                () = tokio::time::sleep(wait) => return Err(Arrival::Late(wait)),
                () = cancel.cancelled() => return Err(Arrival::Over("the run was called off".to_owned())),
            }
        }
        let late = tokio::time::timeout(LAST_WORDS_WAIT, self.reception.next()).await;
        self.heard_any |= late.is_ok();
        late.map_err(|_| Arrival::Over(self.ended.map_or(String::new(), |ended| ended.to_string())))
    }

    async fn reply(&mut self, heard: Heard, reply: Option<Reply>) {
        match reply {
            Some(reply) => {
                self.trace('<', &reply.octets).await;
                heard.answer(reply);
            }
            // Without an answer the connection stays open and silent, until the case is over.
            None => drop(tokio::spawn(heard.hold(self.setting.timeout))),
        }
    }

    async fn trace(&self, direction: char, octets: &[u8]) {
        // All connections of a client look like one.
        let connection = crate::wsx::ConnectionId(1);
        self.setting.trace(&self.case.front.id, connection, direction, octets).await;
    }

    /// Lets the client end, and answers what it still asks, by `finally` as far as that goes.
    async fn finish(mut self, holds: bool, outcome: &mut Outcome<'_>) {
        let wait = if holds { self.setting.timeout } else { END_WAIT };
        let steps = self.case.finally.iter().flat_map(|finally| &finally.steps);
        let mut exchanges = steps.filter_map(|step| match &step.body {
            StepBody::Exchange(exchange) => Some(exchange),
            StepBody::Assert(_) => None,
        });
        let mut further = 0_usize;
        for _ in 0..FURTHER_MAX {
            let Ok(mut heard) = self.next(wait).await else { break };
            let Some(exchange) = exchanges.next() else {
                further = further.saturating_add(1);
                heard.answer(unexpected());
                continue;
            };
            // What the patterns bind may be needed in the answer; nothing here is judged.
            let arrival = std::mem::replace(&mut heard.arrival, Arrival::NotAwaited);
            let seen = Observation::of_request(arrival);
            judge_request(self.case, &exchange.sends, &seen, &mut self.bindings);
            let reply = answer(&exchange.expects, &mut self.bindings, &mut self.random);
            heard.answer(reply.ok().flatten().unwrap_or_else(unexpected));
        }
        if further > 0 {
            outcome.note(format!("{further} requests after the last step were answered with 500"));
        }
        match self.ended {
            None => {
                self.trigger.kill().await;
                outcome.note(format!("the client did not end within {} s", wait.as_secs()));
            }
            Some(ended @ Ended::Badly(_)) => outcome.note(ended.to_string()),
            Some(Ended::Well | Ended::NotSupported) => {}
        }
    }
}

/// The scheme that the client is told: that of the first `auth` section.
fn scheme(case: &Case) -> AuthScheme {
    let exchanges = case.steps.iter().filter_map(|step| match &step.body {
        StepBody::Exchange(exchange) => Some(exchange),
        StepBody::Assert(_) => None,
    });
    let mut directives = exchanges.flat_map(|exchange| &exchange.sends).filter_map(|sent| match &sent.send {
        Send::Auth(directive) => Some(directive.scheme),
        _ => None,
    });
    directives.next().unwrap_or(AuthScheme::None)
}

fn authorization_of(request: &Request) -> Option<String> {
    let value = request.headers.first("Authorization")?;
    Some(String::from_utf8_lossy(value).trim().to_owned())
}
