use std::fmt;
use std::time::Duration;

use crate::client::Endpoint;
use crate::client::HandshakeStep;
use crate::client::Logon;
use crate::client::LogonStep;
use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::client::Session;
use crate::http::Status;
use crate::net::Connection;
use crate::net::NetError;
use crate::net::random_octets;

/// How long a client waits for an answer; longer than the `OperationTimeout` that its requests state.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A client that is logged on, over one connection: the sequences of [`crate::client`] say what to send, and take what
/// it gives back.
///
/// ```no_run
/// use winrm_harness::client::Logon;
/// use winrm_harness::client::Scheme;
/// use winrm_harness::net::Client;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let logon = Logon {
///     scheme: Scheme::Negotiate,
///     domain: String::new(),
///     user: "alice".to_owned(),
///     password: "wonderland".to_owned(),
/// };
/// let mut client = Client::log_on("127.0.0.1:5985", &logon).await?;
/// # Ok(())
/// # }
/// ```
pub struct Client {
    address: String,
    connection: Connection,
    session: Session,
}

/// Why there is no reply.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// The network failed.
    Net(NetError),
    /// The server's answer can't be used.
    Sequence(SequenceError),
}

impl Client {
    /// Connects to `address`, `host:port`, and logs on.
    pub async fn log_on(address: &str, logon: &Logon) -> Result<Self, ClientError> {
        let mut connection = Connection::connect(address, TIMEOUT).await?;
        let endpoint = Endpoint { host: address.to_owned(), path: "/wsman".to_owned() };
        let (mut state, mut request) = match logon.begin(endpoint)? {
            LogonStep::Done(session) => return Ok(Self { address: address.to_owned(), connection, session }),
            LogonStep::Send(state, request) => (state, request),
        };
        loop {
            connection.send(&request.encode()).await?;
            match state.step(&connection.receive().await?)? {
                HandshakeStep::Send(next, leg) => (state, request) = (next, leg),
                HandshakeStep::Done(session) => {
                    return Ok(Self { address: address.to_owned(), connection, session });
                }
            }
        }
    }

    /// What the requests to this server share, with random identities.
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests::new(&format!("http://{}/wsman", self.address), || {
            let mut octets = [0; 16];
            random_octets(&mut octets);
            octets
        })
    }

    /// Sends a request and waits for its reply.
    pub async fn exchange(&mut self, outgoing: &Outgoing) -> Result<Reply, ClientError> {
        let request = self.session.request(&outgoing.envelope)?;
        self.connection.send(&request.encode()).await?;
        let response = self.connection.receive().await?;
        if response.status == Status::UNAUTHORIZED {
            return Err(SequenceError::CredentialsRefused.into());
        }
        let opened = self.session.open(&response)?;
        if opened.envelope.is_empty() {
            let expected = "an envelope";
            return Err(SequenceError::UnexpectedStatus { expected, found: response.status }.into());
        }
        Ok(Reply::read(&opened.envelope, &outgoing.message_id)?)
    }
}

impl From<NetError> for ClientError {
    fn from(error: NetError) -> Self {
        Self::Net(error)
    }
}

impl From<SequenceError> for ClientError {
    fn from(error: SequenceError) -> Self {
        Self::Sequence(error)
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(error) => error.fmt(f),
            Self::Sequence(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ClientError {}
