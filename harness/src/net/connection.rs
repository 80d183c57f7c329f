use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::http::Framer;
use crate::http::HttpError;
use crate::http::Request;
use crate::http::Response;
use crate::limits::HTTP_BODY_BYTES_MAX;
use crate::net::stream::Acceptor;
use crate::net::stream::Stream;
use crate::net::stream::connect;
use crate::tls::Channel;
use crate::tls::ClientTls;
use crate::tls::TlsError;
use crate::tls::Versions;

/// A connection: octets out, HTTP messages in. A client's has responses come in, a server's requests.
#[derive(Debug)]
pub struct Connection<M = Response> {
    stream: Stream,
    channel: Channel,
    framer: Framer<M>,
    timeout: Duration,
}

/// Why an exchange over the network did not take place. Nothing here is a judgement of the peer but
/// [`NetError::Http`].
#[derive(Debug)]
#[non_exhaustive]
pub enum NetError {
    /// Nobody answers at the address.
    Connect {
        /// The address.
        address: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The connection broke.
    Io(io::Error),
    /// The peer closed the connection before its answer was complete.
    Closed {
        /// The octets of the answer that had come.
        received: Vec<u8>,
    },
    /// No complete answer came in time.
    TimedOut {
        /// How long was waited.
        waited: Duration,
    },
    /// What came is not HTTP.
    Http(HttpError),
    /// There is no TLS with the peer.
    Tls(Box<TlsError>),
}

impl Connection<Response> {
    /// Connects to `address`, `host:port`. Each later wait is bounded by `timeout`.
    pub async fn connect(address: &str, timeout: Duration) -> Result<Self, NetError> {
        let stream = Stream::Tcp(Self::reach(address, timeout).await?);
        Ok(Self::new(stream, Channel::Clear, timeout))
    }

    /// Connects to `address`, `host:port`, and shakes hands as `tls` says. Each wait is bounded by `timeout`.
    pub async fn connect_tls(address: &str, tls: &ClientTls, timeout: Duration) -> Result<Self, NetError> {
        let stream = Self::reach(address, timeout).await?;
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let (stream, channel) = connect(stream, host, tls, timeout).await?;
        Ok(Self::new(stream, channel, timeout))
    }

    fn new(stream: Stream, channel: Channel, timeout: Duration) -> Self {
        Self { stream, channel, framer: Framer::responses(HTTP_BODY_BYTES_MAX), timeout }
    }

    async fn reach(address: &str, timeout: Duration) -> Result<TcpStream, NetError> {
        let refused = |source| NetError::Connect { address: address.to_owned(), source };
        let late = |_| refused(io::Error::from(io::ErrorKind::TimedOut));
        let stream = tokio::time::timeout(timeout, TcpStream::connect(address)).await.map_err(late)?;
        let stream = stream.map_err(refused)?;
        stream.set_nodelay(true).map_err(NetError::Io)?;
        Ok(stream)
    }

    /// Waits for the next response; informational ones are passed over.
    pub async fn receive(&mut self) -> Result<Response, NetError> {
        let waited = self.timeout;
        let next = async {
            loop {
                let response = self.next().await?;
                if !response.status.is_informational() {
                    return Ok(response);
                }
            }
        };
        tokio::time::timeout(waited, next).await.map_err(|_| NetError::TimedOut { waited })?
    }
}

impl Connection<Response> {
    /// Waits for octets, of a peer that may speak something else than HTTP. None come of one that closes the connection.
    pub async fn receive_octets(&mut self) -> Result<Vec<u8>, NetError> {
        let mut buffer = vec![0; 16 * 1024];
        let read = tokio::time::timeout(self.timeout, self.stream.read(&mut buffer)).await;
        let count = read.map_err(|_| NetError::TimedOut { waited: self.timeout })?;
        let failed = |error| NetError::of_io(error, Versions::Both);
        buffer.truncate(count.map_err(failed)?);
        Ok(buffer)
    }
}

impl Connection<Request> {
    pub(super) fn accepted(stream: TcpStream, timeout: Duration) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let framer = Framer::requests(HTTP_BODY_BYTES_MAX);
        Ok(Self { stream: Stream::Tcp(stream), channel: Channel::Clear, framer, timeout })
    }

    /// The same over TLS, once the handshake is over.
    pub(super) async fn accepted_tls(
        stream: TcpStream,
        acceptor: &Acceptor,
        timeout: Duration,
    ) -> Result<Self, NetError> {
        stream.set_nodelay(true).map_err(NetError::Io)?;
        let (stream, channel) = acceptor.accept(stream, timeout).await?;
        Ok(Self { stream, channel, framer: Framer::requests(HTTP_BODY_BYTES_MAX), timeout })
    }

    /// Waits for the next request. A client that waits for a 100 before its body gets one.
    pub async fn receive(&mut self) -> Result<Request, NetError> {
        let waited = self.timeout;
        tokio::time::timeout(waited, self.next()).await.map_err(|_| NetError::TimedOut { waited })?
    }
}

/// What a connection has to know of the messages that come in.
trait Message: Sized {
    /// What the peer waits for before it sends the rest of a message.
    fn awaited(framer: &Framer<Self>) -> &'static [u8];
}

impl Message for Response {
    fn awaited(_framer: &Framer<Self>) -> &'static [u8] {
        b""
    }
}

impl Message for Request {
    fn awaited(framer: &Framer<Self>) -> &'static [u8] {
        if framer.awaits_continue() { b"HTTP/1.1 100 Continue\r\n\r\n" } else { b"" }
    }
}

#[expect(private_bounds, reason = "the two kinds of messages there are")]
impl<M: Message> Connection<M> {
    /// What it runs over.
    #[must_use]
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Sends octets as they are.
    pub async fn send(&mut self, octets: &[u8]) -> Result<(), NetError> {
        let sent = tokio::time::timeout(self.timeout, self.write(octets)).await;
        sent.map_err(|_| NetError::TimedOut { waited: self.timeout })?
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), NetError> {
        let failed = |error| NetError::of_io(error, Versions::Both);
        self.stream.write_all(octets).await.map_err(failed)?;
        // TLS keeps what the socket does not take at once.
        self.stream.flush().await.map_err(failed)
    }

    /// The same connection for messages whose bodies are no longer than that.
    pub(super) fn bounded(mut self, body_bytes_max: usize) -> Self {
        self.framer.set_body_bytes_max(body_bytes_max);
        self
    }

    /// Says that nothing more is sent.
    pub(super) async fn shut_down(mut self) {
        // The peer may have hung up already.
        let _ = self.stream.shutdown().await;
    }

    /// Whether the peer closes the connection, without another octet, within `wait`.
    pub async fn is_closed_within(&mut self, wait: Duration) -> bool {
        let mut octet = [0; 1];
        matches!(tokio::time::timeout(wait, self.stream.read(&mut octet)).await, Ok(Ok(0) | Err(_)))
    }

    async fn next(&mut self) -> Result<M, NetError> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            if let Some(message) = self.framer.next().map_err(NetError::Http)? {
                return Ok(message);
            }
            let awaited = M::awaited(&self.framer);
            self.write(awaited).await?;
            let count = match self.stream.read(&mut buffer).await {
                Ok(count) => count,
                // A peer over TLS that says no goodbye may be somebody who cut the rest off.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(NetError::Closed { received: self.framer.pending().to_vec() });
                }
                Err(error) => return Err(NetError::of_io(error, Versions::Both)),
            };
            if count == 0 {
                let received = self.framer.pending().to_vec();
                let last = self.framer.finish().map_err(NetError::Http)?;
                return last.ok_or(NetError::Closed { received });
            }
            self.framer.push(buffer.get(..count).unwrap_or_default());
        }
    }
}

impl NetError {
    /// What the socket says, or TLS over it. `versions` are those that this side takes.
    pub(super) fn of_io(error: io::Error, versions: Versions) -> Self {
        let inner = error.get_ref().and_then(|inner| TlsError::find(inner, versions));
        inner.map_or(Self::Io(error), |inner| Self::Tls(Box::new(inner)))
    }
}

impl From<TlsError> for NetError {
    fn from(error: TlsError) -> Self {
        Self::Tls(Box::new(error))
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { address, source } => write!(f, "cannot connect to {address}: {source}"),
            Self::Io(error) => write!(f, "the connection broke: {error}"),
            Self::Closed { received } if received.is_empty() => {
                f.write_str("expected an answer, and the peer closed the connection")
            }
            Self::Closed { received } => {
                write!(f, "the peer closed the connection after {} octets of an answer", received.len())
            }
            Self::TimedOut { waited } => write!(f, "expected an answer within {} s", waited.as_secs()),
            Self::Http(error) => write!(f, "expected an HTTP response: {error}"),
            Self::Tls(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect { source, .. } | Self::Io(source) => Some(source),
            Self::Http(error) => Some(error),
            Self::Tls(error) => Some(error.as_ref()),
            Self::Closed { .. } | Self::TimedOut { .. } => None,
        }
    }
}
