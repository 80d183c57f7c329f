use std::fmt;
use std::time::Duration;

use crate::client::Endpoint;
use crate::client::Enumeration;
use crate::client::EnumerationStep;
use crate::client::EventStream;
use crate::client::ExpectEnumerated;
use crate::client::ExpectSubscribed;
use crate::client::HandshakeStep;
use crate::client::Logon;
use crate::client::LogonStep;
use crate::client::Occurrence;
use crate::client::OpenEnumeration;
use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::client::Session;
use crate::http::Response;
use crate::http::Status;
use crate::net::Connection;
use crate::net::NetError;
use crate::net::random_octets;
use crate::wsman::ResourceUri;
use crate::wsman::enumeration::Item;
use crate::wsman::eventing::Subscribe;

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
        let (mut state, mut request) = match logon.begin(endpoint, random())? {
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
        Requests::new(&format!("http://{}/wsman", self.address), random)
    }

    async fn send(&mut self, outgoing: &Outgoing) -> Result<Response, ClientError> {
        let request = self.session.request(&outgoing.envelope)?;
        self.connection.send(&request.encode()).await?;
        Ok(self.connection.receive().await?)
    }

    /// Sends a request and waits for its reply.
    pub async fn exchange(&mut self, outgoing: &Outgoing) -> Result<Reply, ClientError> {
        let mut response = self.send(outgoing).await?;
        // The first challenge of Digest, and one that says that the nonce is stale.
        for _ in 0..2 {
            if response.status == Status::UNAUTHORIZED {
                self.session.take_challenge(&response)?;
                response = self.send(outgoing).await?;
            }
        }
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

/// The pages of an enumeration.
pub struct Pages<'c> {
    client: &'c mut Client,
    next: Next,
}

/// What to ask for the next page.
enum Next {
    First(Box<ExpectEnumerated>, Outgoing),
    More(Box<OpenEnumeration>),
    End,
}

impl Client {
    /// Enumerates a resource, page by page; see [`Pages::next`].
    pub fn enumerate(&mut self, enumeration: Enumeration) -> Pages<'_> {
        let (state, outgoing) = enumeration.begin(self.requests());
        Pages { client: self, next: Next::First(Box::new(state), outgoing) }
    }

    /// Subscribes in pull mode; see [`Events::next`].
    pub async fn subscribe(
        &mut self,
        resource_uri: ResourceUri,
        subscribe: &Subscribe,
    ) -> Result<Events<'_>, ClientError> {
        let (state, outgoing) = ExpectSubscribed::begin(self.requests(), resource_uri, subscribe);
        let stream = state.step_pulled(self.exchange(&outgoing).await?)?;
        Ok(Events { client: self, stream: Some(stream) })
    }
}

impl Pages<'_> {
    /// The items of the next page, which may be none; `None` behind the last page.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, ClientError> {
        let step = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::First(state, outgoing) => state.step(self.client.exchange(&outgoing).await?)?,
            Next::More(open) => {
                let (state, outgoing) = open.pull();
                state.step(self.client.exchange(&outgoing).await?)?
            }
        };
        Ok(Some(match step {
            EnumerationStep::More(open, items) => {
                self.next = Next::More(open);
                items
            }
            EnumerationStep::End(items) => items,
        }))
    }

    /// Ends the enumeration before its last page, so that the server need not keep it.
    pub async fn release(self) -> Result<(), ClientError> {
        if let Next::More(open) = self.next {
            self.client.exchange(&open.release()).await?;
        }
        Ok(())
    }
}

/// The events of a subscription in pull mode.
pub struct Events<'c> {
    client: &'c mut Client,
    /// None once an error made an end of it.
    stream: Option<EventStream>,
}

/// Events of one answer, at most.
const EVENTS_MAX: u32 = 100;

impl Events<'_> {
    /// Waits for what happens next: nothing may have come in time, `None` is the end of the subscription.
    pub async fn next(&mut self) -> Result<Option<Vec<Occurrence>>, ClientError> {
        let Some(stream) = self.stream.take() else { return Ok(None) };
        let (state, outgoing) = stream.pull(EVENTS_MAX);
        let (stream, occurrences) = state.step(self.client.exchange(&outgoing).await?)?;
        self.stream = Some(stream);
        Ok(Some(occurrences))
    }

    /// Ends the subscription.
    pub async fn unsubscribe(self) -> Result<(), ClientError> {
        if let Some(stream) = self.stream {
            self.client.exchange(&stream.unsubscribe()).await?;
        }
        Ok(())
    }
}

fn random() -> [u8; 16] {
    let mut octets = [0; 16];
    random_octets(&mut octets);
    octets
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
