use std::time::Duration;

use winrm_harness::client::Session;
use winrm_harness::http::Request;
use winrm_harness::http::Response;
use winrm_harness::net::Connection;
use winrm_harness::net::NetError;

use crate::engine::cancel::Cancel;
use crate::subject::EndpointUrl;

/// The connection bounds no wait itself: the engine does, step by step.
pub(crate) const UNBOUNDED: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a server may take to close a connection that it should close.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// What became of an exchange.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// Nothing was waited for.
    NotAwaited,
    /// A response.
    Answer(Box<Response>),
    /// A request, where a client is under test.
    Asked(Box<Request>),
    /// The client asks nothing more: it ended, for this reason, or stays silent.
    Over(String),
    /// The peer closed the connection; these octets had come.
    Closed(Vec<u8>),
    /// Nothing complete came in time.
    Late(Duration),
    /// The connection broke.
    Broken(String),
    /// What came is not HTTP.
    NotHttp(String),
}

/// A connection of a case.
pub(crate) struct Link {
    connection: Option<Connection>,
    /// What envelopes are sent with.
    pub(crate) session: Session,
    /// The `Authorization` of the last leg of the handshake.
    pub(crate) last_token: Option<String>,
    /// Answers that nobody has waited for yet.
    unread: u16,
}

/// How long to wait, and whether at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience<'a> {
    /// The longest wait.
    pub(crate) wait: Duration,
    /// Whether the run is called off.
    pub(crate) cancel: &'a Cancel,
}

/// Whether somebody listens at the address.
pub async fn is_reachable(url: &EndpointUrl, wait: Duration) -> Result<(), NetError> {
    Connection::connect(&url.authority(), wait).await.map(drop)
}

impl Link {
    /// Connects; envelopes are sent in clear until somebody authenticates.
    pub(crate) async fn open(url: &EndpointUrl, patience: Patience<'_>) -> Result<Self, String> {
        let connection = connect(url, patience).await?;
        let session = Session::anonymous(url.endpoint());
        Ok(Self { connection: Some(connection), session, last_token: None, unread: 0 })
    }

    /// Sends octets and, if `awaits`, waits for the response to them. Earlier answers that nobody waited for are read
    /// and dropped first.
    pub(crate) async fn exchange(&mut self, octets: &[u8], awaits: bool, patience: Patience<'_>) -> Arrival {
        while self.unread > 0 {
            match self.receive(patience).await {
                Arrival::Answer(_) => {}
                other => return other,
            }
        }
        let Some(connection) = &mut self.connection else { return Arrival::Closed(Vec::new()) };
        // A peer may answer and close before it has read everything: then sending fails, and the answer counts.
        if patience.cancel.within(patience.wait, connection.send(octets)).await.is_none() {
            return Arrival::Late(patience.wait);
        }
        self.unread = self.unread.saturating_add(1);
        if !awaits {
            return Arrival::NotAwaited;
        }
        self.receive(patience).await
    }

    /// Waits for the next response.
    pub(crate) async fn receive(&mut self, patience: Patience<'_>) -> Arrival {
        self.unread = self.unread.saturating_sub(1);
        let Some(connection) = &mut self.connection else { return Arrival::Closed(Vec::new()) };
        let arrival = match patience.cancel.within(patience.wait, connection.receive()).await {
            None => Arrival::Late(patience.wait),
            Some(Ok(response)) => Arrival::Answer(Box::new(response)),
            Some(Err(NetError::Closed { received })) => Arrival::Closed(received),
            Some(Err(NetError::Http(error))) => Arrival::NotHttp(error.to_string()),
            Some(Err(error)) if is_reset(&error) => Arrival::Closed(Vec::new()),
            Some(Err(error)) => Arrival::Broken(error.to_string()),
        };
        if !matches!(arrival, Arrival::Answer(_)) {
            self.connection = None;
        }
        arrival
    }

    /// Whether the peer closes the connection now.
    pub(crate) async fn is_closed(&mut self) -> bool {
        match &mut self.connection {
            None => true,
            Some(connection) => connection.is_closed_within(CLOSE_WAIT).await,
        }
    }

    /// Closes our side.
    pub(crate) fn close(&mut self) {
        self.connection = None;
    }

    /// Connects again if the peer has closed and no keys are lost by it.
    pub(crate) async fn revive(&mut self, url: &EndpointUrl, patience: Patience<'_>) -> Result<(), String> {
        if self.connection.is_none() && !self.session.seals() {
            self.connection = Some(connect(url, patience).await?);
            self.unread = 0;
        }
        Ok(())
    }
}

async fn connect(url: &EndpointUrl, patience: Patience<'_>) -> Result<Connection, String> {
    let address = url.authority();
    match patience.cancel.within(patience.wait, Connection::connect(&address, UNBOUNDED)).await {
        None => Err(format!("cannot connect to {address} within {} s", patience.wait.as_secs())),
        Some(connected) => connected.map_err(|error| error.to_string()),
    }
}

fn is_reset(error: &NetError) -> bool {
    use std::io::ErrorKind;
    let closed = [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe];
    matches!(error, NetError::Io(error) if closed.contains(&error.kind()))
}
