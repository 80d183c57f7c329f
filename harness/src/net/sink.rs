use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::client::Sink;
use crate::client::Told;
use crate::http::Response;
use crate::http::Status;
use crate::limits::SINK_BODY_BYTES_MAX;
use crate::net::Connection;
use crate::net::NetError;

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
            if let Ok(Some(told)) = serve(stream, sink).await {
                return Ok(told);
            }
        }
    }
}

async fn serve(stream: TcpStream, sink: &mut Sink) -> Result<Option<Told>, NetError> {
    let mut connection =
        Connection::accepted(stream, PATIENCE).map_err(NetError::Io)?.bounded(SINK_BODY_BYTES_MAX);
    let (response, told) = match connection.receive().await {
        Ok(request) => {
            let received = sink.take(&request);
            (received.response, received.told)
        }
        Err(NetError::Http(_)) => (Response::new(Status::BAD_REQUEST), None),
        Err(error) => return Err(error),
    };
    // What was taken is told even if the source does not wait for the answer.
    let _ = connection.send(&response.with_header("Connection", "close").encode()).await;
    connection.shut_down().await;
    Ok(told)
}
