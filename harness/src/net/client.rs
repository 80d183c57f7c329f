use std::fmt;
use std::time::Duration;

use crate::auth::kerberos;
use crate::auth::policy::ServerIdentity;
use crate::auth::policy::Target;
use crate::client::Endpoint;
use crate::client::Enumeration;
use crate::client::EnumerationStep;
use crate::client::EventStream;
use crate::client::ExpectEnumerated;
use crate::client::ExpectSubscribed;
use crate::client::Handover;
use crate::client::HandshakeStep;
use crate::client::Logon;
use crate::client::LogonGiven;
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
use crate::net::Address;
use crate::net::AddressError;
use crate::net::Connection;
use crate::net::NetError;
use crate::net::Realm;
use crate::net::TicketError;
use crate::net::clock::unix_time;
use crate::net::random_octets;
use crate::net::tickets::Tickets;
use crate::tls::ClientTls;
use crate::wsman::ResourceUri;
use crate::wsman::enumeration::Item;
use crate::wsman::eventing::Subscribe;

/// How long a client waits for an answer; longer than the `OperationTimeout` that its requests state.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A client that is logged on, over one connection: the sequences of [`crate::client`] say what to send, and take what
/// it gives back.
///
/// ```no_run
/// use winrm_harness::auth::policy::ClientPolicy;
/// use winrm_harness::auth::policy::Scheme;
/// use winrm_harness::auth::policy::TrustedHosts;
/// use winrm_harness::client::Logon;
/// use winrm_harness::net::Client;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// // NTLM over HTTP proves no server, so that one has to be trusted.
/// let policy = ClientPolicy::trusting(TrustedHosts::parse("10.0.0.5")?);
/// let logon = Logon::new(Scheme::Negotiate, "alice", "wonderland").under(policy);
/// let client = Client::log_on("http://10.0.0.5:5985/wsman", &logon).await?;
/// println!("{}", client.identity());
/// # Ok(())
/// # }
/// ```
pub struct Client {
    address: Address,
    connection: Connection,
    session: Session,
    handover: Handover,
}

/// Whom a client has to know beside the server.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Whose certificates to believe, and one's own: what `https` needs.
    pub tls: Option<ClientTls>,
    /// Where tickets come from.
    pub realm: Option<Realm>,
    /// The ticket for the server, if it is there already.
    pub ticket: Option<kerberos::Credential>,
    /// A ticket-granting ticket to hand over, where the policy delegates.
    pub forwarded: Option<kerberos::Credential>,
}

/// Why there is no reply.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// The address is none.
    Address(AddressError),
    /// The address says `https`, and nobody said whose certificates to believe.
    NoTrust,
    /// The network failed.
    Net(NetError),
    /// There is no ticket.
    Ticket(TicketError),
    /// The server's answer can't be used, or the policy lets nothing leave.
    Sequence(SequenceError),
}

impl Client {
    /// Logs on at `address`, which [`Address::parse`] reads, over HTTP and without tickets.
    pub async fn log_on(address: &str, logon: &Logon) -> Result<Self, ClientError> {
        Self::log_on_among(address, logon, Surroundings::default()).await
    }

    /// Logs on at `address`, which [`Address::parse`] reads.
    pub async fn log_on_among(
        address: &str,
        logon: &Logon,
        surroundings: Surroundings,
    ) -> Result<Self, ClientError> {
        let address = Address::parse(address)?;
        let authority = address.authority();
        let target = Target { host: address.host.clone(), is_tls: address.is_tls, offered: None };
        let tickets = match (&surroundings.ticket, &surroundings.realm) {
            (None, Some(realm)) => realm.tickets(logon, &target).await?,
            _ => Tickets { ticket: surroundings.ticket, forwarded: surroundings.forwarded },
        };
        let mut connection = match (address.is_tls, &surroundings.tls) {
            (false, _) => Connection::connect(&authority, TIMEOUT).await?,
            (true, Some(tls)) => Connection::connect_tls(&authority, tls, TIMEOUT).await?,
            (true, None) => return Err(ClientError::NoTrust),
        };
        let Tickets { ticket, forwarded } = &tickets;
        let (ticket, forwarded) = (ticket.clone(), forwarded.clone());
        let given = LogonGiven {
            channel: connection.channel().clone(),
            has_certificate: surroundings.tls.is_some_and(|tls| tls.identity.is_some()),
            random: Box::new(random_octets),
            now: unix_time(),
            ticket: tickets.ticket,
            forwarded: tickets.forwarded,
        };
        let endpoint = Endpoint { host: authority, path: address.path.clone() };
        let session = shake_hands(&mut connection, logon.begin(endpoint, given)?).await?;
        let handover = Handover::of(logon, session.established(), ticket.as_ref(), forwarded.as_ref());
        Ok(Self { address, connection, session, handover })
    }

    /// What is known of the server.
    #[must_use]
    pub fn identity(&self) -> ServerIdentity {
        self.session.identity()
    }

    /// What the server was given to act in the user's name, for a report.
    #[must_use]
    pub fn handover(&self) -> Handover {
        self.handover
    }

    /// The session, for a report: whether it seals, and what the tokens proved.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What the requests to this server share, with random identities.
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests::new(&self.address.to_string(), random)
    }

    async fn send(&mut self, outgoing: &Outgoing) -> Result<Response, ClientError> {
        let request = self.session.request(&outgoing.envelope)?;
        self.connection.send(&request.encode()).await?;
        Ok(self.connection.receive().await?)
    }

    /// Sends a request and waits for its reply. Only Digest makes a request again, when the server asks for another proof;
    /// in any other session a refusal is the end of it.
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

async fn shake_hands(connection: &mut Connection, first: LogonStep) -> Result<Session, ClientError> {
    let (mut state, mut request) = match first {
        LogonStep::Done(session) => return Ok(session),
        LogonStep::Send(state, request) => (state, request),
    };
    loop {
        connection.send(&request.encode()).await?;
        match state.step(&connection.receive().await?)? {
            HandshakeStep::Send(next, leg) => (state, request) = (next, leg),
            HandshakeStep::Done(session) => return Ok(session),
        }
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

impl From<AddressError> for ClientError {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

impl From<TicketError> for ClientError {
    fn from(error: TicketError) -> Self {
        Self::Ticket(error)
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
            Self::Address(error) => error.fmt(f),
            Self::NoTrust => {
                f.write_str("the address says https: say whose certificates to believe, or pin the server's")
            }
            Self::Net(error) => error.fmt(f),
            Self::Ticket(error) => error.fmt(f),
            Self::Sequence(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ClientError {}
