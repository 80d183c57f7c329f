//! One server, many connections: from octets to requests, and from answers to octets.

use std::collections::BTreeMap;

use crate::auth::Random;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::limits::HTTP_BODY_BYTES_MAX;
use crate::limits::SEALED_FRAME_BYTES_MAX;
use crate::server::Config;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::authentication::Shared;
use crate::server::dispatch::Answer;
use crate::server::enumerations::Enumerations;
use crate::server::pipeline::Connection;
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
    pub(super) shared: Shared,
    pub(super) shells: Shells,
    pub(super) cim: Cim,
    pub(super) events: EventLog,
    pub(super) subscriptions: Subscriptions,
    pub(super) enumerations: Enumerations,
    pub(super) operations: Operations,
    pub(super) connections: BTreeMap<ConnectionId, Connection>,
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
        let shared = Shared::new(random, &config);
        let shells = Shells::new(&config);
        let cim = Cim::new(&config);
        Self {
            config,
            random: shared.random(),
            shared,
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

    /// Forgets a connection. Its security context ends with it, and what its user delegated; so does its pending
    /// operation, unless that is robust. Shells stay.
    pub fn close(&mut self, id: ConnectionId) {
        self.connections.remove(&id);
        self.shells.end_hops_of(id);
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

    /// Records that somebody logged on, or was refused, and how.
    pub(super) fn record_logon(
        &mut self,
        what: What,
        user: &str,
        client_ip: &str,
        manner: &str,
        moment: Moment,
    ) {
        self.events.record(Entry {
            what,
            filetime: moment.filetime,
            computer: &self.config.computer,
            user,
            client_ip,
            subject: manner,
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
    pub(super) fn next_request(&mut self, id: ConnectionId, moment: Moment) -> Option<Request> {
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
}
