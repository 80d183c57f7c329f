//! Client and server in one process, the wire a buffer, the clock a number: what tests, fuzz targets and benches drive.
//!
//! ```
//! use winrm_harness::http::Request;
//! use winrm_harness::pair::Pair;
//! use winrm_harness::server::Config;
//!
//! let mut pair = Pair::new(Config::default());
//! let connection = pair.connect();
//! let response = pair.exchange(connection, &Request::new("POST", "/wsman").with_header("Host", "h"))?;
//! assert_eq!(response.status.0, 401);
//! # Ok::<(), winrm_harness::pair::PairError>(())
//! ```

mod secrets;

use std::collections::BTreeMap;
use std::fmt;

use crate::auth::SecurityContext;
use crate::auth::ntlm;
use crate::client::Endpoint;
use crate::client::ExpectToken;
use crate::client::HandshakeStep;
use crate::client::Logon;
use crate::client::LogonGiven;
use crate::client::LogonStep;
use crate::client::SequenceError;
use crate::client::Session;
use crate::encryption::Protocol;
use crate::http::Framer;
use crate::http::HttpError;
use crate::http::Request;
use crate::http::Response;
use crate::limits::HTTP_BODY_BYTES_MAX;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::DeliveryId;
use crate::server::Moment;
use crate::server::Server;
use crate::server::Unreachable;
use crate::tls::Channel;

pub use secrets::Leak;
pub use secrets::Secrets;
pub use secrets::Spelling;

/// A server and the client ends of its connections.
#[derive(Debug)]
pub struct Pair {
    /// The server, for a test that wants to look inside.
    pub server: Server,
    /// Every octet that crossed the wire, in order.
    pub recorded: Vec<Recorded>,
    moment: Moment,
    framers: BTreeMap<ConnectionId, Framer<Response>>,
}

/// Octets that one side sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// On which connection.
    pub connection: ConnectionId,
    /// Whether the server sent them.
    pub from_server: bool,
    /// The octets.
    pub octets: Vec<u8>,
}

/// Why an exchange in memory gave no response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PairError {
    /// The server sent what is no HTTP response.
    Http(HttpError),
    /// The server closed the connection without an answer.
    Closed,
    /// The server waits for something that will never happen.
    Stuck,
    /// The client can't go on.
    Sequence(SequenceError),
}

impl Pair {
    /// A server with predictable randomness, at a fixed time.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let mut counter = 0_u64;
        let random = move |octets: &mut [u8]| {
            for chunk in octets.chunks_mut(8) {
                counter =
                    counter.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                for (octet, byte) in chunk.iter_mut().zip(counter.rotate_left(23).to_le_bytes()) {
                    *octet = byte;
                }
            }
        };
        Self {
            server: Server::new(config, Box::new(random)),
            recorded: Vec::new(),
            moment: Moment { elapsed_ms: 0, filetime: 0x01DC_0000_0000_0000 },
            framers: BTreeMap::new(),
        }
    }

    /// Opens a connection in clear.
    pub fn connect(&mut self) -> ConnectionId {
        self.connect_over(Channel::Clear)
    }

    /// Opens a connection over `channel`; what crosses it is recorded as it is inside.
    pub fn connect_over(&mut self, channel: Channel) -> ConnectionId {
        let id = self.server.open_over("192.0.2.1", channel);
        self.framers.insert(id, Framer::responses(HTTP_BODY_BYTES_MAX));
        id
    }

    /// Closes a connection from the client's side.
    pub fn disconnect(&mut self, id: ConnectionId) {
        self.framers.remove(&id);
        self.server.close(id);
    }

    /// Sends a request and lets time pass until the response is there.
    pub fn exchange(&mut self, id: ConnectionId, request: &Request) -> Result<Response, PairError> {
        self.send(id, &request.encode());
        self.receive(id)
    }

    /// Sends octets.
    pub fn send(&mut self, id: ConnectionId, octets: &[u8]) {
        self.recorded.push(Recorded { connection: id, from_server: false, octets: octets.to_vec() });
        self.server.receive(id, octets, self.moment);
    }

    /// Lets time pass until a response is there.
    pub fn receive(&mut self, id: ConnectionId) -> Result<Response, PairError> {
        loop {
            if let Some(response) = self.poll(id)? {
                return Ok(response);
            }
            let Some(deadline_ms) = self.server.deadline_ms() else { return Err(PairError::Stuck) };
            self.advance(deadline_ms.saturating_sub(self.moment.elapsed_ms).max(1));
        }
    }

    /// The response if it is there, without waiting.
    pub fn poll(&mut self, id: ConnectionId) -> Result<Option<Response>, PairError> {
        let output = self.server.take_output(id);
        let framer = self.framers.get_mut(&id).ok_or(PairError::Closed)?;
        if !output.octets.is_empty() {
            framer.push(&output.octets);
            self.recorded.push(Recorded { connection: id, from_server: true, octets: output.octets });
        }
        match framer.next().map_err(PairError::Http)? {
            None if output.is_last => {
                framer.finish().map_err(PairError::Http)?.ok_or(PairError::Closed).map(Some)
            }
            response => Ok(response),
        }
    }

    /// Tells the server what came of a delivery to a sink.
    pub fn delivered(&mut self, id: DeliveryId, outcome: &Result<Response, Unreachable>) {
        self.server.delivered(id, outcome, self.moment);
    }

    /// The head of a response that is still coming, and the chunks of it that have come.
    pub fn partial(&mut self, id: ConnectionId) -> Option<(Response, Vec<Vec<u8>>)> {
        let framer = self.framers.get(&id)?;
        let chunks = framer.partial_body()?.chunks().map(<[u8]>::to_vec).collect();
        Some((framer.head()?.clone(), chunks))
    }

    /// Lets time pass.
    pub fn advance(&mut self, elapsed_ms: u64) {
        self.moment.elapsed_ms = self.moment.elapsed_ms.saturating_add(elapsed_ms);
        self.moment.filetime = self.moment.filetime.saturating_add(elapsed_ms.saturating_mul(10_000));
        self.server.elapse(self.moment);
    }

    /// Milliseconds since the pair was made.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        self.moment.elapsed_ms
    }

    /// Where one of `secrets` stands in what crossed the wire, of each connection and direction.
    #[must_use]
    pub fn leaks(&self, secrets: &Secrets) -> Vec<Leak> {
        let mut streams: BTreeMap<(ConnectionId, bool), Vec<u8>> = BTreeMap::new();
        for recorded in &self.recorded {
            let stream = streams.entry((recorded.connection, recorded.from_server)).or_default();
            stream.extend_from_slice(&recorded.octets);
        }
        streams.values().flat_map(|octets| secrets.leaks_in(octets)).collect()
    }

    /// Authenticates a connection by NTLM under Negotiate.
    pub fn log_on(&mut self, id: ConnectionId, user: &str, password: &str) -> Result<Session, PairError> {
        let context = ntlm::Initiator::new(ntlm::Credential::password("", user, password), None)
            .map_err(|error| PairError::Sequence(error.into()))?;
        self.log_on_by(id, Protocol::Spnego, Box::new(context))
    }

    /// Authenticates a connection by `context`, under the scheme of `protocol`.
    pub fn log_on_by(
        &mut self,
        id: ConnectionId,
        protocol: Protocol,
        context: Box<dyn SecurityContext>,
    ) -> Result<Session, PairError> {
        let begun = ExpectToken::begin(endpoint(), protocol, context);
        let (state, request) = begun.map_err(PairError::Sequence)?;
        self.shake_hands(id, state, request)
    }

    /// Authenticates a connection as `logon` says. The server's name is `reference`.
    pub fn log_on_as(
        &mut self,
        id: ConnectionId,
        logon: &Logon,
        given: LogonGiven,
    ) -> Result<Session, PairError> {
        match logon.begin(endpoint(), given).map_err(PairError::Sequence)? {
            LogonStep::Done(session) => Ok(session),
            LogonStep::Send(state, request) => self.shake_hands(id, state, request),
        }
    }

    fn shake_hands(
        &mut self,
        id: ConnectionId,
        mut state: ExpectToken,
        mut request: Request,
    ) -> Result<Session, PairError> {
        loop {
            let response = self.exchange(id, &request)?;
            match state.step(&response).map_err(PairError::Sequence)? {
                HandshakeStep::Done(session) => return Ok(session),
                HandshakeStep::Send(next, again) => (state, request) = (next, again),
            }
        }
    }
}

fn endpoint() -> Endpoint {
    Endpoint { host: "reference:5985".to_owned(), path: "/wsman".to_owned() }
}

impl fmt::Display for PairError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => write!(f, "expected an HTTP response: {error}"),
            Self::Closed => f.write_str("expected a response, and the connection is closed"),
            Self::Stuck => f.write_str("expected a response, and the server waits for nothing"),
            Self::Sequence(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PairError {}
