//! One server, many connections: from octets to requests, and from answers to octets.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::http::Body;
use crate::http::Framer;
use crate::http::LAST_CHUNK;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::challenges;
use crate::http::encode_chunk;
use crate::limits::HTTP_BODY_BYTES_MAX;
use crate::limits::PIPELINED_REQUESTS_MAX;
use crate::limits::SEALED_FRAME_BYTES_MAX;
use crate::server::Config;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::authentication::Authentication;
use crate::server::authentication::Authorized;
use crate::server::authentication::User;
use crate::server::body;
use crate::server::body::Reading;
use crate::server::body::Writing;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Origin;
use crate::server::identify;
use crate::server::resources::cim::Cim;
use crate::server::resources::event_log::EventLog;
use crate::server::robust::Operations;
use crate::server::shells::Shells;
use crate::server::subscriptions::Subscriptions;
use crate::wsman::robust::RobustKind;

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

/// A source of randomness for nonces and identifiers.
pub type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// The reference server.
pub struct Server {
    pub(super) config: Config,
    pub(super) random: Random,
    pub(super) shells: Shells,
    pub(super) cim: Cim,
    pub(super) events: EventLog,
    pub(super) subscriptions: Subscriptions,
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

struct Connection {
    client_ip: String,
    framer: Framer<Request>,
    authentication: Authentication,
    /// Requests that came behind one that still waits for its answer.
    waiting: VecDeque<Request>,
    /// The answer that is still owed.
    owed: Option<Owed>,
    /// Whether the client was told to go on with the body that is coming in.
    is_continued: bool,
    /// What [`Mutant::AcceptsReplay`] remembers.
    replayable: Option<body::Replayable>,
    output: Output,
}

/// What a request leaves behind until it is answered.
struct Owed {
    writing: Writing,
    /// The last token of a handshake, if this request brought its end.
    token: Option<Vec<u8>>,
    keep_alive: bool,
    /// Whether the head of the answer and a part of it have gone out.
    is_begun: bool,
}

impl Server {
    /// A server without connections and shells.
    #[must_use]
    pub fn new(config: Config, random: Random) -> Self {
        let shells = Shells::new(&config);
        Self {
            config,
            random,
            shells,
            cim: Cim::default(),
            events: EventLog::default(),
            subscriptions: Subscriptions::default(),
            operations: Operations::default(),
            connections: BTreeMap::new(),
            opened: 0,
        }
    }

    /// Opens a connection from a client's address.
    pub fn open(&mut self, client_ip: &str) -> ConnectionId {
        self.opened = self.opened.saturating_add(1);
        let id = ConnectionId(self.opened);
        let envelope_bytes_max = match self.config.is_mutant(Mutant::LargeRequests) {
            true => HTTP_BODY_BYTES_MAX,
            false => self.config.max_envelope_bytes(),
        };
        let body_bytes_max = envelope_bytes_max.saturating_add(SEALED_FRAME_BYTES_MAX);
        let connection = Connection {
            client_ip: client_ip.to_owned(),
            framer: Framer::requests(body_bytes_max),
            authentication: Authentication::None,
            waiting: VecDeque::new(),
            owed: None,
            is_continued: false,
            replayable: None,
            output: Output::default(),
        };
        self.connections.insert(id, connection);
        id
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
    }

    /// Takes octets that came on a connection.
    pub fn receive(&mut self, id: ConnectionId, octets: &[u8], moment: Moment) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.output.is_last {
            return;
        }
        connection.framer.push(octets);
        let mut is_news = false;
        while let Some(request) = self.next_request(id) {
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

    /// Lets time pass: commands go on, timeouts are answered, idle shells end.
    pub fn elapse(&mut self, moment: Moment) {
        loop {
            let mut due = self.shells.elapse(moment.elapsed_ms, &self.config);
            due.extend(self.subscriptions.elapse(moment.elapsed_ms));
            if due.is_empty() {
                return self.elapse_operations(moment.elapsed_ms);
            }
            // A request that was kept back behind such an answer can make the next one due.
            for (id, answer) in due {
                let Some(id) = self.settle(id, answer) else { continue };
                while let Some(request) = self.next_request(id) {
                    self.request(id, &request, moment);
                }
            }
        }
    }

    /// When [`Self::elapse`] next has something to do; `None` while everything waits for a peer.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        let operations = self.operations.deadline_ms();
        self.shells.deadline_ms().into_iter().chain(self.subscriptions.deadline_ms()).chain(operations).min()
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

    /// The next request that may be looked at: one at a time, in the order they came, none behind a last answer.
    fn next_request(&mut self, id: ConnectionId) -> Option<Request> {
        let connection = self.connections.get_mut(&id)?;
        connection.read();
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
        if let Some(refusal) = refuse_target(request) {
            return Some(refusal);
        }
        let connection = self.connections.get_mut(&id)?;
        let authorization = challenges(&request.headers, "Authorization");
        let (user, token) = match authorization.as_deref() {
            Ok([]) if identify::is_unauthenticated(request) => {
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
                    Authorized::Answer(response) => return Some(response),
                    Authorized::User { user, token } => (user, token),
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
            Reading::Refused { status, is_fatal } => {
                connection.output.is_last |= is_fatal;
                return Some(body::with_token(Response::new(status), token));
            }
        };
        let is_chunked = writing.is_chunked;
        connection.owed = Some(Owed { writing, token, keep_alive: request.keep_alive(), is_begun: false });
        let client_ip = connection.client_ip.clone();
        let origin = Origin { connection: id, client_ip: &client_ip, user, is_chunked };
        if let Some(answer) = self.dispatch(&origin, &envelope, charset, moment) {
            self.settle(id, answer);
        }
        None
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

impl Connection {
    /// Cuts what came into requests: the next one, or while an answer is owed all of them. What is no request is
    /// answered, and that is the last answer.
    fn read(&mut self) {
        while !self.output.is_last && (self.owed.is_some() || self.waiting.is_empty()) {
            match self.framer.next() {
                Ok(Some(request)) => {
                    self.is_continued = false;
                    self.waiting.push_back(request);
                    if self.waiting.len() > PIPELINED_REQUESTS_MAX {
                        self.refuse(Status::SERVICE_UNAVAILABLE);
                    }
                }
                Ok(None) => return,
                Err(error) if self.owed.is_none() => self.refuse(error.status()),
                // The request before it is answered first; the error stays.
                Err(_) => return,
            }
        }
    }

    /// [RFC 9110 10.1.1] once for each request, and not while an earlier one waits for its answer.
    fn invite_body(&mut self) {
        if !self.is_continued && self.framer.awaits_continue() {
            self.is_continued = true;
            self.output.octets.extend(Response::new(Status::CONTINUE).encode());
        }
    }

    fn send(&mut self, response: Response, keep_alive: bool) {
        let is_last = self.output.is_last || !keep_alive;
        let response = if is_last { response.with_header("Connection", "close") } else { response };
        self.output.octets.extend(response.encode());
        self.output.is_last = is_last;
        if is_last {
            self.waiting.clear();
        }
    }

    /// Sends a response's body as one chunk, behind its head if it is the first.
    fn send_chunk(&mut self, mut response: Response, is_last: bool) {
        let Some(owed) = &mut self.owed else { return };
        let chunk = encode_chunk(response.body.octets());
        if !owed.is_begun {
            owed.is_begun = true;
            response.body = Body::chunked([""; 0]);
            if !owed.keep_alive {
                response = response.with_header("Connection", "close");
            }
            self.output.octets.extend(response.encode_head());
        }
        self.output.octets.extend(chunk);
        if is_last {
            self.output.octets.extend_from_slice(LAST_CHUNK);
            self.output.is_last |= !owed.keep_alive;
            self.owed = None;
        }
    }

    /// Answers a message that is no request, and hangs up: where the next one begins is not known.
    fn refuse(&mut self, status: Status) {
        self.owed = None;
        self.send(Response::new(status), false);
    }
}

/// [MS-WSMV] 2.2.4.6: the service is at `/wsman`; a query, which PowerShell adds, makes no difference.
fn refuse_target(request: &Request) -> Option<Response> {
    let path = request.target.split('?').next().unwrap_or_default();
    if path.trim_end_matches('/') != "/wsman" {
        return Some(Response::new(Status::NOT_FOUND));
    }
    if request.method != "POST" {
        return Some(Response::new(Status::METHOD_NOT_ALLOWED).with_header("Allow", "POST"));
    }
    None
}
