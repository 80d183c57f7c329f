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

/// A connection: octets out, HTTP messages in. A client's has responses come in, a server's requests.
#[derive(Debug)]
pub struct Connection<M = Response> {
    stream: TcpStream,
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
}

impl Connection<Response> {
    /// Connects to `address`, `host:port`. Each later wait is bounded by `timeout`.
    pub async fn connect(address: &str, timeout: Duration) -> Result<Self, NetError> {
        let refused = |source| NetError::Connect { address: address.to_owned(), source };
        let late = |_| refused(io::Error::from(io::ErrorKind::TimedOut));
        let stream = tokio::time::timeout(timeout, TcpStream::connect(address)).await.map_err(late)?;
        let stream = stream.map_err(refused)?;
        stream.set_nodelay(true).map_err(NetError::Io)?;
        Ok(Self { stream, framer: Framer::responses(HTTP_BODY_BYTES_MAX), timeout })
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

impl Connection<Request> {
    pub(super) fn accepted(stream: TcpStream, timeout: Duration) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, framer: Framer::requests(HTTP_BODY_BYTES_MAX), timeout })
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
    /// Sends octets as they are.
    pub async fn send(&mut self, octets: &[u8]) -> Result<(), NetError> {
        let sent = tokio::time::timeout(self.timeout, self.stream.write_all(octets)).await;
        sent.map_err(|_| NetError::TimedOut { waited: self.timeout })?.map_err(NetError::Io)
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
            self.stream.write_all(awaited).await.map_err(NetError::Io)?;
            let count = self.stream.read(&mut buffer).await.map_err(NetError::Io)?;
            if count == 0 {
                let received = self.framer.pending().to_vec();
                let last = self.framer.finish().map_err(NetError::Http)?;
                return last.ok_or(NetError::Closed { received });
            }
            self.framer.push(buffer.get(..count).unwrap_or_default());
        }
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
        }
    }
}

impl std::error::Error for NetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect { source, .. } | Self::Io(source) => Some(source),
            Self::Http(error) => Some(error),
            Self::Closed { .. } | Self::TimedOut { .. } => None,
        }
    }
}
