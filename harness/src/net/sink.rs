use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::client::Sink;
use crate::client::Told;
use crate::http::Framer;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::limits::SINK_BODY_BYTES_MAX;

/// How long a source may take to send a message.
const PATIENCE: Duration = Duration::from_secs(10);

/// A bound socket for a [`Sink`]: takes one message after the other, each on a connection of its own.
#[derive(Debug)]
pub struct SinkListener {
    socket: TcpListener,
}

impl SinkListener {
    /// Binds `address`, `host:port`; port 0 takes a free one.
    pub async fn bind(address: &str) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await? })
    }

    /// The address that sources connect to.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Waits for the next message of the subscription, and answers it. Whoever sends something else is answered too,
    /// or hung up on. Returns an error only when the socket itself fails.
    pub async fn next(&self, sink: &mut Sink) -> io::Result<Told> {
        loop {
            let (stream, _) = self.socket.accept().await?;
            // A source that hangs up or dawdles sends its message again.
            if let Ok(Ok(Some(told))) = tokio::time::timeout(PATIENCE, serve(stream, sink)).await {
                return Ok(told);
            }
        }
    }
}

async fn serve(mut stream: TcpStream, sink: &mut Sink) -> io::Result<Option<Told>> {
    let (response, told) = match read(&mut stream).await? {
        Some(request) => {
            let received = sink.take(&request);
            (received.response, received.told)
        }
        None => (Response::new(Status::BAD_REQUEST), None),
    };
    let response = response.with_header("Connection", "close");
    // What was taken is told even if the source does not wait for the answer.
    let _ = stream.write_all(&response.encode()).await;
    let _ = stream.shutdown().await;
    Ok(told)
}

/// The request of a connection; `None` for what is none.
async fn read(stream: &mut TcpStream) -> io::Result<Option<Request>> {
    let mut framer = Framer::requests(SINK_BODY_BYTES_MAX);
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match framer.next() {
            Ok(Some(request)) => return Ok(Some(request)),
            Ok(None) => {}
            Err(_) => return Ok(None),
        }
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        framer.push(buffer.get(..count).unwrap_or_default());
    }
}
