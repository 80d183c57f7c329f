//! One case against a server.

use std::collections::BTreeMap;
use std::time::Duration;

use winrm_harness::http::Request;

use crate::assertion::Bindings;
use crate::assertion::Escape;
use crate::engine::EngineError;
use crate::engine::authenticate::authenticate;
use crate::engine::budget::WRONG_PASSWORDS_MAX;
use crate::engine::cleanup::LeftShells;
use crate::engine::compose;
use crate::engine::compose::Outgoing;
use crate::engine::judge::judge;
use crate::engine::link::Arrival;
use crate::engine::link::Link;
use crate::engine::link::Patience;
use crate::engine::link::Place;
use crate::engine::link::Unopened;
use crate::engine::observation::AuthEnd;
use crate::engine::observation::Observation;
use crate::engine::observation::SealedBody;
use crate::engine::old_tls;
use crate::engine::outcome::Outcome;
use crate::engine::plan::AuthPlan;
use crate::engine::plan::Inner;
use crate::engine::random::Random;
use crate::engine::render::body_of;
use crate::engine::render::head_of;
use crate::engine::render::operation_timeout;
use crate::engine::setting::Setting;
use crate::subject::Subject;
use crate::subject::SubjectError;
use crate::verdict::Verdict;
use crate::wsx::Answer;
use crate::wsx::AuthDirective;
use crate::wsx::AuthScheme;
use crate::wsx::Case;
use crate::wsx::CleanUp;
use crate::wsx::ConnectionId;
use crate::wsx::Exchange;
use crate::wsx::HttpRequest;
use crate::wsx::Send;
use crate::wsx::Sent;
use crate::wsx::Step;
use crate::wsx::StepBody;
use crate::wsx::StepNumber;
use crate::wsx::Tamper;
use crate::wsx::Template;
use crate::wsx::TlsDirective;
use crate::wsx::TlsVersion;

/// Between two attempts of a loop, so that a server that answers at once isn't flooded.
const LOOP_PAUSE: Duration = Duration::from_millis(50);

/// Why a step can't be played.
enum Stop {
    /// Our fault or the case's.
    Error(EngineError),
    /// Nobody is there.
    Lost(String),
    /// It would be a wrong password too many.
    Withheld(String),
}

impl<E: Into<EngineError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// The `>` sections of a step, by layer.
#[derive(Default)]
struct Sends<'c> {
    tls: Option<TlsDirective>,
    auth: Option<&'c AuthDirective>,
    http: Option<&'c HttpRequest>,
    soap: Option<&'c Template>,
    tampers: &'c [Tamper],
    bytes: Option<&'c [u8]>,
    closes: bool,
}

struct Player<'a> {
    setting: &'a Setting<Subject>,
    case: &'a Case,
    left: &'a LeftShells,
    bindings: Bindings,
    random: Random,
    links: BTreeMap<ConnectionId, Link>,
    seen: BTreeMap<StepNumber, Observation>,
}

/// Plays a case with its `finally`, but for the shells that are to be deleted: they are in `left`.
pub(crate) async fn play<'a>(
    setting: &'a Setting<Subject>,
    case: &'a Case,
    left: &'a LeftShells,
) -> Outcome<'a> {
    let mut outcome = Outcome::new(case, &setting.catalogue, &setting.redactor);
    let mut player = Player {
        setting,
        case,
        left,
        bindings: given(&setting.subject),
        random: Random::new(setting.seed, &case.front.id),
        links: BTreeMap::new(),
        seen: BTreeMap::new(),
    };
    let mut steps = case.steps.iter();
    for step in steps.by_ref() {
        if setting.cancel.is_cancelled() {
            outcome.stop(Verdict::Inconclusive, format!("called off before step {}", step.number));
            break;
        }
        if !player.step(step, &mut outcome).await {
            break;
        }
    }
    if steps.next().is_some() {
        outcome.cut_short();
    }
    player.finish().await;
    outcome
}

fn given(subject: &Subject) -> Bindings {
    let mut bindings = Bindings::default();
    bindings.give("endpoint.url", subject.url.to_string());
    bindings.give("resource.uri", subject.resource_uri.clone());
    bindings.give("http.host", subject.url.authority());
    bindings.give("http.path", subject.url.path());
    bindings.give("secret.user", subject.logon.user.clone());
    bindings.give("secret.password", subject.logon.password.clone());
    bindings.give("secret.domain", subject.logon.domain.clone());
    for (who, logon) in [("other", &subject.other_logon), ("ordinary", &subject.ordinary_logon)] {
        if let Some(logon) = logon {
            bindings.give(&format!("secret.{who}.user"), logon.user.clone());
            bindings.give(&format!("secret.{who}.password"), logon.password.clone());
        }
    }
    bindings
}

impl Player<'_> {
    /// Plays a step and says whether to go on.
    async fn step(&mut self, step: &Step, outcome: &mut Outcome<'_>) -> bool {
        match &step.body {
            StepBody::Assert(assertions) => {
                outcome.assert(step.number, assertions, &self.seen, &mut self.bindings)
            }
            StepBody::Exchange(exchange) => self.exchange(step.number, exchange, outcome).await,
        }
    }

    async fn exchange(&mut self, number: StepNumber, exchange: &Exchange, outcome: &mut Outcome<'_>) -> bool {
        let place = format!("{number} {}", exchange.connection);
        let awaits = !exchange.expects.is_empty() || self.case.is_asserted(number);
        let mut attempt = 1;
        loop {
            let mark = self.bindings.mark();
            let mut seen = match self.perform(exchange, awaits).await {
                Ok(seen) => seen,
                Err(Stop::Error(error)) => {
                    outcome.error(&place, &error);
                    return false;
                }
                Err(Stop::Withheld(reason)) => {
                    outcome.stop(Verdict::NotRun, format!("{place}: {reason}"));
                    return false;
                }
                Err(Stop::Lost(reason)) => {
                    outcome.stop(Verdict::Inconclusive, format!("{place}: {reason}"));
                    return false;
                }
            };
            let before = self.bindings.clone();
            let mut judgement = judge(self.case, &exchange.expects, &seen, &mut self.bindings);
            let may_close = exchange.expects.iter().any(|expect| expect.answer == Answer::Closed);
            // Who stayed silent all the time did not close: the connection that is gone by now was given up here.
            let was_silent = matches!(seen.arrival, Arrival::Late(_));
            if may_close && !judgement.complaints.is_empty() && !seen.is_closed && !was_silent {
                let link = self.links.get_mut(&exchange.connection);
                seen.is_closed = match link {
                    Some(link) => link.is_closed().await,
                    None => true,
                };
                self.bindings = before;
                judgement = judge(self.case, &exchange.expects, &seen, &mut self.bindings);
            }
            let holds = judgement.complaints.is_empty();
            let came = matches!(seen.arrival, Arrival::Answer(_));
            let again = !holds && came && attempt < exchange.attempts_max;
            let is_cancelled = self.setting.cancel.is_cancelled();
            if is_cancelled && !came && !holds {
                outcome.stop(Verdict::Inconclusive, format!("called off in step {number}"));
                return false;
            }
            if !again || is_cancelled {
                outcome.step(&place, '<', judgement, &seen);
                self.seen.insert(number, seen);
                return holds;
            }
            self.bindings.rewind(mark);
            attempt = attempt.saturating_add(1);
            self.setting.cancel.within(LOOP_PAUSE, std::future::pending::<()>()).await;
        }
    }

    /// Sends what the step says and waits for the answer.
    async fn perform(&mut self, exchange: &Exchange, awaits: bool) -> Result<Observation, Stop> {
        let sends = Sends::of(&exchange.sends);
        let tls = match self.open(exchange.connection, sends.tls).await {
            Ok(()) => sends.tls.map(|_| AuthEnd::Accepted),
            Err(Unopening::Stop(stop)) => return Err(stop),
            Err(Unopening::Tls(end)) => {
                let mut seen = Observation::new(Arrival::NotAwaited, None);
                seen.tls = Some(end);
                return Ok(seen);
            }
        };
        let only_opens = sends.tls.is_some() && exchange.sends.len() == 1;
        let mut seen = match only_opens {
            true => Observation::new(Arrival::NotAwaited, None),
            false => self.perform_on(exchange, &sends, awaits).await?,
        };
        if let Some(link) = self.links.get(&exchange.connection) {
            seen.facts.extend(link.facts.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        // [RFC 8446 4.4.2] In TLS 1.3 a server looks at the client's certificate after the client has done its part.
        let reason = match &seen.arrival {
            Arrival::Alert(reason) => Some(reason.clone()),
            Arrival::Closed(received) if received.is_empty() => Some("the server hung up".to_owned()),
            _ => None,
        };
        seen.tls = tls.map(|end| reason.map_or(end, AuthEnd::Refused));
        self.setting.learned.learn(&seen.facts);
        Ok(seen)
    }

    /// The same on a connection that is open.
    async fn perform_on(
        &mut self,
        exchange: &Exchange,
        sends: &Sends<'_>,
        awaits: bool,
    ) -> Result<Observation, Stop> {
        let mut seen = Observation::new(Arrival::NotAwaited, None);
        if let Some(directive) = sends.auth {
            seen = self.authenticate(exchange.connection, directive, sends.http).await?;
            let goes_on = sends.soap.is_some() || sends.bytes.is_some();
            if !goes_on || seen.auth != Some(AuthEnd::Accepted) {
                return Ok(seen);
            }
        }
        if sends.closes {
            if let Some(link) = self.links.get_mut(&exchange.connection) {
                link.close();
            }
            return Ok(seen);
        }
        let is_silent = exchange.sends.is_empty();
        let (outgoing, wait) = self.compose(exchange.connection, sends)?;
        let setting = self.setting;
        let patience = Patience { wait, cancel: &setting.cancel };
        setting.trace(&self.case.front.id, exchange.connection, '>', &outgoing.shown()).await;
        let link = self.links.get_mut(&exchange.connection).ok_or(EngineError::NothingSealed)?;
        if let Some(account) = link.wrong_password_of.as_ref().filter(|_| !is_silent) {
            spend(setting, account)?;
        }
        let arrival = match is_silent {
            true => link.receive(patience).await,
            false => link.exchange(&outgoing.octets(), awaits, patience).await,
        };
        let mut answered = Observation::new(arrival, Some(&mut link.session));
        answered.auth = seen.auth;
        answered.facts = seen.facts;
        answered.sent = outgoing.shown();
        answered.request_was_sealed = outgoing.is_sealed;
        answered.sealed_body = outgoing.sealed_body;
        if let Some(envelope) = &answered.envelope {
            self.left.learn(envelope);
        }
        setting.trace(&self.case.front.id, exchange.connection, '<', &answered.received()).await;
        Ok(answered)
    }

    /// Opens a connection, or again one that the peer has closed; a `tls` section always opens a new one.
    async fn open(&mut self, connection: ConnectionId, tls: Option<TlsDirective>) -> Result<(), Unopening> {
        let subject = &self.setting.subject;
        let patience = Patience { wait: self.setting.timeout, cancel: &self.setting.cancel };
        let place = match (tls, self.links.get_mut(&connection)) {
            (None, Some(link)) => {
                link.revive(patience).await?;
                None
            }
            (None, None) => Some(Place::usual(subject)?),
            (Some(directive), _) => Some(Place::over_tls(subject, directive)?),
        };
        if let (Some(place), Some(TlsVersion::Only11)) = (&place, tls.map(|tls| tls.version)) {
            let end = old_tls::offer(&place.url, patience).await?;
            return Err(Unopening::Tls(end));
        }
        if let Some(place) = place {
            let link = Link::open(place, patience).await?;
            self.links.insert(connection, link);
        }
        if let Some(link) = self.links.get(&connection) {
            self.bindings.give("endpoint.url", link.url().to_string());
            self.bindings.give("http.host", link.url().authority());
            self.bindings.give("http.path", link.url().path());
        }
        Ok(())
    }

    async fn authenticate(
        &mut self,
        connection: ConnectionId,
        directive: &AuthDirective,
        http: Option<&HttpRequest>,
    ) -> Result<Observation, Stop> {
        let mut options = Vec::new();
        for (key, template) in &directive.options {
            options.push((key.clone(), self.text(template)?));
        }
        let plan = AuthPlan::new(directive.scheme, &options, &self.setting.subject)?;
        let setting = self.setting;
        let patience = Patience { wait: setting.timeout, cancel: &setting.cancel };
        // The token that proves something: Kerberos' is the first.
        let is_first = plan.mechanism == Inner::Kerberos;
        let replayed = match plan.replays {
            None => None,
            Some(other) => {
                let link = self.links.get(&other);
                let token =
                    link.and_then(|link| if is_first { &link.first_token } else { &link.last_token }.clone());
                Some(token.ok_or(EngineError::NoToken(other))?)
            }
        };
        let wrong_password_of = plan.wrong_password_of(&setting.subject);
        let goes_on_each_request = matches!(plan.scheme, AuthScheme::Basic | AuthScheme::Digest);
        if let Some(account) = wrong_password_of.as_ref().filter(|_| !goes_on_each_request) {
            spend(setting, account)?;
        }
        let link = self.links.get_mut(&connection).ok_or(EngineError::NothingSealed)?;
        let (bindings, mut fresh) = (&mut self.bindings, self.random.clone());
        let (mut first_token, mut last_token) = (None, None);
        let mut dress = |leg: &Request| {
            let mut leg = leg.clone();
            // Of NTLM the first leg is our own: the server has to challenge somebody.
            if let Some(token) = replayed.as_ref().filter(|_| is_first || last_token.is_some()) {
                leg.headers.set("Authorization", token.clone());
            }
            let token = leg.headers.text("Authorization").unwrap_or_default().to_owned();
            first_token.get_or_insert_with(|| token.clone());
            last_token = Some(token.clone());
            match http {
                None => Ok(leg.encode()),
                Some(http) => {
                    bindings.give("http.token", token);
                    let body = body_of(http, bindings, &mut fresh)?;
                    let head = head_of(http, body.len(), bindings, &mut fresh)?;
                    Ok([head, body].concat())
                }
            }
        };
        let subject = &setting.subject;
        let handshake = authenticate(link, &plan, subject, &mut self.random, patience, &mut dress).await?;
        (link.first_token, link.last_token) = (first_token, last_token);
        link.wrong_password_of = wrong_password_of.filter(|_| goes_on_each_request);
        let mut seen = Observation::new(handshake.arrival, Some(&mut link.session));
        seen.auth = Some(handshake.end);
        seen.facts = handshake.facts;
        seen.sent = handshake.sent;
        Ok(seen)
    }

    /// The request of a step, and how long its answer may take.
    fn compose(&mut self, connection: ConnectionId, sends: &Sends<'_>) -> Result<(Outgoing, Duration), Stop> {
        let mut outgoing = Outgoing::default();
        let mut wait = self.setting.timeout;
        if let Some(soap) = sends.soap {
            let mut random = self.random.clone();
            let text = self.bindings.render(soap, Escape::Xml, &mut || random.uuid())?;
            self.random = random;
            wait = wait.saturating_add(operation_timeout(&text));
            let replayed = self.replayed(sends.tampers)?;
            let keys = sends.tampers.iter().find_map(|tamper| match tamper {
                Tamper::Context(other) => Some(*other),
                _ => None,
            });
            let link = self.links.get_mut(&keys.unwrap_or(connection)).ok_or(EngineError::NothingSealed)?;
            outgoing = compose::envelope(&mut link.session, &text, sends.tampers, replayed)?;
        } else if let Some(bytes) = sends.bytes {
            outgoing.body = bytes.to_vec();
        } else if !sends.tampers.is_empty() {
            return Err(Stop::Error(EngineError::NothingSealed));
        }
        if let Some(http) = sends.http {
            let mut random = self.random.clone();
            if !http.body.is_empty() {
                outgoing.body = body_of(http, &mut self.bindings, &mut random)?;
                let text = String::from_utf8_lossy(&outgoing.body);
                wait = wait.saturating_add(operation_timeout(&text));
            }
            outgoing.head = head_of(http, outgoing.body.len(), &mut self.bindings, &mut random)?;
            outgoing.is_sealed = false;
            self.random = random;
        }
        Ok((outgoing, wait))
    }

    fn replayed(&self, tampers: &[Tamper]) -> Result<Option<SealedBody>, EngineError> {
        let step = tampers.iter().find_map(|tamper| match tamper {
            Tamper::Replay(step) => Some(*step),
            _ => None,
        });
        let Some(step) = step else { return Ok(None) };
        let body = self.seen.get(&step).and_then(|seen| seen.sealed_body.clone());
        body.map(Some).ok_or(EngineError::Step(step))
    }

    fn text(&mut self, template: &Template) -> Result<String, EngineError> {
        let random = &mut self.random;
        Ok(self.bindings.render(template, Escape::Nothing, &mut || random.uuid())?)
    }

    /// The `finally` of the case. Nothing here is judged, and nothing stops it.
    async fn finish(mut self) {
        let Some(finally) = &self.case.finally else { return };
        for CleanUp::DeleteShell(name) in &finally.actions {
            if let Some(shell) = self.bindings.value(name) {
                self.left.add_cmd(shell);
            }
        }
        for step in &finally.steps {
            if let StepBody::Exchange(exchange) = &step.body {
                // The next one is tried all the same.
                let _ = self.perform(exchange, true).await;
            }
        }
    }
}

/// Why a connection isn't open.
enum Unopening {
    /// The step can't be played.
    Stop(Stop),
    /// The handshake of TLS ended so.
    Tls(AuthEnd),
}

impl From<Unopened> for Unopening {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::Lost(reason) => Self::Stop(Stop::Lost(reason)),
            Unopened::Tls(end) => Self::Tls(end),
        }
    }
}

impl From<SubjectError> for Unopening {
    fn from(error: SubjectError) -> Self {
        Self::Stop(Stop::Error(error.into()))
    }
}

/// Takes a wrong password from the account's share.
fn spend(setting: &Setting<Subject>, account: &str) -> Result<(), Stop> {
    match setting.budget.take(account) {
        true => Ok(()),
        false => Err(Stop::Withheld(format!(
            "it would send `{account}` more than {WRONG_PASSWORDS_MAX} wrong passwords in this run: it needs `--allow lockout`"
        ))),
    }
}

impl<'c> Sends<'c> {
    fn of(sections: &'c [Sent]) -> Self {
        let mut sends = Self::default();
        for section in sections {
            match &section.send {
                Send::Tls(directive) => sends.tls = Some(*directive),
                Send::Auth(directive) => sends.auth = Some(directive),
                Send::Http(request) => sends.http = Some(request),
                Send::Soap(envelope) => sends.soap = Some(envelope),
                Send::Sealed(tampers) => sends.tampers = tampers,
                Send::Bytes(octets) => sends.bytes = Some(octets),
                Send::Closed => sends.closes = true,
            }
        }
        sends
    }
}
