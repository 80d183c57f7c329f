//! One server, many connections: from octets to requests, and from answers to octets.

use std::collections::BTreeMap;

use crate::auth::Random;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::challenges;
use crate::limits::HTTP_BODY_BYTES_MAX;
use crate::limits::SEALED_FRAME_BYTES_MAX;
use crate::server::Config;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::authentication::Authentication;
use crate::server::authentication::Authorized;
use crate::server::authentication::User;
use crate::server::body;
use crate::server::body::Reading;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Origin;
use crate::server::enumerations::Enumerations;
use crate::server::identify;
use crate::server::pipeline::Connection;
use crate::server::pipeline::Owed;
use crate::server::resources::cim::Cim;
use crate::server::resources::event_log::Entry;
use crate::server::resources::event_log::EventLog;
use crate::server::resources::event_log::What;
use crate::server::robust::Operations;
use crate::server::shells::Shells;
use crate::server::subscriptions::Delivery;
use crate::server::subscriptions::DeliveryId;
use crate::server::subscriptions::Given;
use crate::server::subscriptions::Subscriptions;
use crate::server::subscriptions::Unreachable;
use crate::tls::Channel;
use crate::wsman::robust::RobustKind;
use crate::xml::Charset;

/// Names one connection of a [`Server`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// What to send on a connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The octets.
    pub octets: Vec<u8>,
    /// Whether to close the connection behind them.
    pub is_last: bool,
}

/// The reference server.
pub struct Server {
    pub(super) config: Config,
    pub(super) random: Random,
    pub(super) shells: Shells,
    pub(super) cim: Cim,
    pub(super) events: EventLog,
    pub(super) subscriptions: Subscriptions,
    pub(super) enumerations: Enumerations,
    pub(super) operations: Operations,
    connections: BTreeMap<ConnectionId, Connection>,
    opened: u64,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("config", &self.config)
            .field("shells", &self.shells)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// A server without connections and shells.
    #[must_use]
    pub fn new(config: Config, random: Random) -> Self {
        let shells = Shells::new(&config);
        let cim = Cim::new(&config);
        Self {
            config,
            random,
            shells,
            cim,
            events: EventLog::default(),
            subscriptions: Subscriptions::default(),
            enumerations: Enumerations::default(),
            operations: Operations::default(),
            connections: BTreeMap::new(),
            opened: 0,
        }
    }

    /// Opens a connection from a client's address, in clear.
    pub fn open(&mut self, client_ip: &str) -> ConnectionId {
        self.open_over(client_ip, Channel::Clear)
    }

    /// Opens a connection from a client's address over `channel`, which is set up.
    pub fn open_over(&mut self, client_ip: &str, channel: Channel) -> ConnectionId {
        self.opened = self.opened.saturating_add(1);
        let id = ConnectionId(self.opened);
        let connection = Connection::new(client_ip, channel, self.body_bytes_max());
        self.connections.insert(id, connection);
        id
    }

    /// How the server is configured now: requests can change it.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn body_bytes_max(&self) -> usize {
        let envelope_bytes_max = match self.config.is_mutant(Mutant::LargeRequests) {
            true => HTTP_BODY_BYTES_MAX,
            false => self.config.max_envelope_bytes(),
        };
        envelope_bytes_max.saturating_add(SEALED_FRAME_BYTES_MAX)
    }

    /// Forgets a connection. Its security context and its pending operation end with it, unless that is robust; shells
    /// stay.
    pub fn close(&mut self, id: ConnectionId) {
        self.connections.remove(&id);
        self.forget_operation(id);
    }

    fn forget_operation(&mut self, id: ConnectionId) {
        if !self.operations.disconnect(id) {
            self.shells.forget_connection(id);
        }
        self.subscriptions.forget_connection(id);
    }

    /// Takes octets that came on a connection.
    pub fn receive(&mut self, id: ConnectionId, octets: &[u8], moment: Moment) {
        let body_bytes_max = self.body_bytes_max();
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.output.is_last {
            return;
        }
        connection.framer.set_body_bytes_max(body_bytes_max);
        connection.framer.push(octets);
        connection.watch(moment.elapsed_ms);
        let mut is_news = false;
        while let Some(request) = self.next_request(id, moment) {
            self.request(id, &request, moment);
            is_news = true;
        }
        if is_news {
            self.elapse(moment);
        }
        if self.connections.get(&id).is_some_and(|connection| connection.output.is_last) {
            self.forget_operation(id);
        }
    }

    /// Lets time pass: commands go on, timeouts are answered, idle shells end, and so do requests that come too slowly.
    pub fn elapse(&mut self, moment: Moment) {
        self.enumerations.elapse(moment.elapsed_ms);
        self.answer_due(moment);
        let allowed_ms = self.config.max_packet_retrieval_time_ms;
        for connection in self.connections.values_mut() {
            let due_ms = connection.due_ms(allowed_ms);
            if due_ms.is_some_and(|at| at <= moment.elapsed_ms) {
                connection.begun_ms = None;
                connection.refuse(Status::INTERNAL_SERVER_ERROR);
            }
        }
    }

    fn answer_due(&mut self, moment: Moment) {
        loop {
            let mut due = self.shells.elapse(moment.elapsed_ms, &self.config);
            due.extend(self.elapse_subscriptions(moment));
            if due.is_empty() {
                return self.elapse_operations(moment.elapsed_ms);
            }
            // A request that was kept back behind such an answer can make the next one due.
            for (id, answer) in due {
                let Some(id) = self.settle(id, answer) else { continue };
                while let Some(request) = self.next_request(id, moment) {
                    self.request(id, &request, moment);
                }
            }
        }
    }

    /// When [`Self::elapse`] next has something to do; `None` while everything waits for a peer.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        let allowed_ms = self.config.max_packet_retrieval_time_ms;
        let requests = self.connections.values().filter_map(|connection| connection.due_ms(allowed_ms));
        let tables = [
            self.shells.deadline_ms(),
            self.subscriptions.deadline_ms(),
            self.enumerations.deadline_ms(),
            self.operations.deadline_ms(),
        ];
        tables.into_iter().flatten().chain(requests).min()
    }

    /// Takes what is to be sent to the sinks of subscriptions. Each of them wants to be [`Self::delivered`].
    pub fn take_deliveries(&mut self) -> Vec<Delivery> {
        self.subscriptions.take_deliveries()
    }

    /// Takes what came of a delivery: what the sink answered, or that it could not be reached.
    pub fn delivered(&mut self, id: DeliveryId, outcome: &Result<Response, Unreachable>, moment: Moment) {
        let Self { subscriptions, config, events, random, .. } = self;
        subscriptions.delivered(id, outcome, &mut Given { config, events, random, moment });
        self.elapse(moment);
    }

    /// Records what happened, and tells it to the subscriptions.
    fn elapse_subscriptions(&mut self, moment: Moment) -> Vec<(ConnectionId, Answer)> {
        let Self { shells, subscriptions, config, events, random, .. } = self;
        for news in std::mem::take(&mut shells.news) {
            events.record(Entry {
                what: news.what,
                filetime: moment.filetime,
                computer: &config.computer,
                user: &news.user,
                client_ip: &news.client_ip,
                subject: &news.subject,
            });
        }
        subscriptions.elapse(&mut Given { config, events, random, moment })
    }

    /// Records that somebody logged on, or was refused.
    fn record_logon(&mut self, what: What, user: &str, client_ip: &str, moment: Moment) {
        self.events.record(Entry {
            what,
            filetime: moment.filetime,
            computer: &self.config.computer,
            user,
            client_ip,
            subject: "",
        });
    }

    /// Takes what is to be sent on a connection.
    pub fn take_output(&mut self, id: ConnectionId) -> Output {
        let Some(connection) = self.connections.get_mut(&id) else {
            return Output { octets: Vec::new(), is_last: true };
        };
        let octets = std::mem::take(&mut connection.output.octets);
        Output { octets, is_last: connection.output.is_last }
    }

    /// How many shells are alive: a test's proof that a client left none behind.
    #[must_use]
    pub fn shell_count(&self) -> usize {
        self.shells.count()
    }

    /// How many enumerations are open: a test's proof that abandoned ones don't add up.
    #[must_use]
    pub fn enumeration_count(&self) -> usize {
        self.enumerations.count()
    }

    /// The next request that may be looked at: one at a time, in the order they came, none behind a last answer.
    fn next_request(&mut self, id: ConnectionId, moment: Moment) -> Option<Request> {
        let connection = self.connections.get_mut(&id)?;
        connection.read(moment.elapsed_ms);
        if connection.owed.is_some() || connection.output.is_last {
            return None;
        }
        let next = connection.waiting.pop_front();
        if next.is_none() {
            connection.invite_body();
        }
        next
    }

    fn request(&mut self, id: ConnectionId, request: &Request, moment: Moment) {
        let response = self.answer(id, request, moment);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if let Some(response) = response {
            connection.send(response, request.keep_alive());
        }
    }

    /// The answer to a request, unless it is owed until later.
    fn answer(&mut self, id: ConnectionId, request: &Request, moment: Moment) -> Option<Response> {
        if let Some(refusal) = refuse_target(request, &self.config) {
            return Some(refusal);
        }
        let connection = self.connections.get_mut(&id)?;
        let authorization = challenges(&request.headers, "Authorization");
        let (user, token) = match authorization.as_deref() {
            Ok([]) if identify::is_unauthenticated(request) => {
                if body::charset_of(request).is_none() {
                    let refusal = self.refuse_charset();
                    let status = Status::INTERNAL_SERVER_ERROR;
                    return Some(body::plain(status, refusal.envelope, Charset::Utf8));
                }
                return Some(identify::unauthenticated(request, &self.config));
            }
            Ok([]) => match connection.authentication.user() {
                Some(user) => (user.clone(), None),
                // A handshake that is left in the middle is over.
                None => return Some(connection.authentication.refuse(&self.config)),
            },
            Ok([challenge]) => {
                let random = &mut self.random;
                match connection.authentication.authorize(challenge, &self.config, moment, random) {
                    Authorized::Answer(response) => {
                        // Between two tokens nothing is decided.
                        if matches!(connection.authentication, Authentication::None) {
                            let client_ip = connection.client_ip.clone();
                            self.record_logon(What::LogonRefused, "", &client_ip, moment);
                        }
                        return Some(response);
                    }
                    Authorized::User { user, token } => {
                        // Basic says it with each request.
                        if connection.logged_on.as_ref() != Some(&user) {
                            connection.logged_on = Some(user.clone());
                            let client_ip = connection.client_ip.clone();
                            self.record_logon(What::LoggedOn, &user.name, &client_ip, moment);
                        }
                        (user, token)
                    }
                }
            }
            // Whose request it is can't be told.
            Ok(_) | Err(_) => return Some(connection.authentication.refuse(&self.config)),
        };
        self.answer_user(id, &user, token, request, moment)
    }

    fn answer_user(
        &mut self,
        id: ConnectionId,
        user: &User,
        token: Option<Vec<u8>>,
        request: &Request,
        moment: Moment,
    ) -> Option<Response> {
        if request.body.is_empty() {
            return Some(body::with_token(Response::new(Status::OK), token));
        }
        let connection = self.connections.get_mut(&id)?;
        let reading = body::read(
            request,
            request.headers.contains("Authorization"),
            &mut connection.authentication,
            &mut connection.replayable,
            &self.config,
        );
        let (envelope, charset, writing) = match reading {
            Reading::Envelope { octets, charset, writing } => (octets, charset, writing),
            Reading::UnknownCharset { writing } => {
                let answer = self.refuse_charset();
                let authentication = &mut self.connections.get_mut(&id)?.authentication;
                let response = body::write(answer, &writing, authentication, &self.config);
                return Some(body::with_token(response, token));
            }
            Reading::Refused { status, is_fatal } => {
                connection.output.is_last |= is_fatal;
                return Some(body::with_token(Response::new(status), token));
            }
        };
        let is_chunked = writing.is_chunked;
        let operations = self.operations_of(user);
        let connection = self.connections.get_mut(&id)?;
        let keep_alive = request.keep_alive();
        let user_name = user.name.clone();
        connection.owed = Some(Owed { writing, token, keep_alive, user: user_name, is_begun: false });
        let client_ip = connection.client_ip.clone();
        let soap_action = request.headers.text("SOAPAction").map(|value| value.trim().trim_matches('"'));
        let origin =
            Origin { connection: id, client_ip: &client_ip, user, is_chunked, soap_action, operations };
        if let Some(answer) = self.dispatch(&origin, &envelope, charset, moment) {
            self.settle(id, answer);
        }
        None
    }

    /// How many operations of a user are owed an answer.
    fn operations_of(&self, user: &User) -> usize {
        let owed = self.connections.values().filter_map(|connection| connection.owed.as_ref());
        owed.filter(|owed| owed.user == user.name).count()
    }

    /// Sends the answer that a connection was owed; that of a robust operation goes where its client is now. Which
    /// connection that is.
    fn settle(&mut self, id: ConnectionId, answer: Answer) -> Option<ConnectionId> {
        let Some((primary, full)) = self.operations.complete(id, &answer) else {
            self.answer_whole(id, answer);
            return Some(id);
        };
        let primary = primary?;
        self.stream(primary, answer, full.is_none());
        if let Some(id) = full {
            let ask = self.about(&id, RobustKind::AcknowledgeRequest);
            self.stream(primary, ask, true);
        }
        Some(primary)
    }

    /// Sends a message of an answer that comes in chunks, a whole one in each ([MS-WSMV] 3.1.6.6).
    pub(super) fn stream(&mut self, id: ConnectionId, message: Answer, is_last: bool) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(owed) = &mut connection.owed else { return };
        let response = body::write(message, &owed.writing, &mut connection.authentication, &self.config);
        let response = body::with_token(response, owed.token.take());
        connection.send_chunk(response, is_last);
    }

    /// Ends a connection whose answer will come on another one.
    pub(super) fn hang_up(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.owed = None;
        connection.waiting.clear();
        connection.output.is_last = true;
    }

    fn answer_whole(&mut self, id: ConnectionId, answer: Answer) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(owed) = connection.owed.take() else { return };
        let response = body::write(answer, &owed.writing, &mut connection.authentication, &self.config);
        connection.send(body::with_token(response, owed.token), owed.keep_alive);
    }
}

/// [MS-WSMV] 3.1.4.1.29.5: "only process requests … addressed to the path given by the URLPrefix property" of a
/// listener that is enabled; a query, which PowerShell adds, makes no difference.
fn refuse_target(request: &Request, config: &Config) -> Option<Response> {
    let path = request.target.split('?').next().unwrap_or_default();
    let path = path.trim_end_matches('/').strip_prefix('/').unwrap_or_default();
    if !config.serves(path) {
        return Some(Response::new(Status::NOT_FOUND));
    }
    if request.method != "POST" {
        return Some(Response::new(Status::METHOD_NOT_ALLOWED).with_header("Allow", "POST"));
    }
    None
}
