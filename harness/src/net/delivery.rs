use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::http::Framer;
use crate::http::Response;
use crate::limits::SINK_BODY_BYTES_MAX;
use crate::server::Delivery;
use crate::server::Unreachable;

/// How long a sink may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a delivery to its sink on a connection of its own. When to try again, the server says.
pub(super) async fn send(delivery: &Delivery) -> Result<Response, Unreachable> {
    match tokio::time::timeout(PATIENCE, exchange(delivery)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) | Err(_) => Err(Unreachable),
    }
}

async fn exchange(delivery: &Delivery) -> io::Result<Response> {
    let mut stream = TcpStream::connect(&delivery.address).await?;
    let request = delivery.request.clone().with_header("Connection", "close");
    stream.write_all(&request.encode()).await?;
    let mut framer = Framer::responses(SINK_BODY_BYTES_MAX);
    let mut buffer = vec![0; 16 * 1024];
    let refused = |_| io::Error::from(io::ErrorKind::InvalidData);
    loop {
        match framer.next().map_err(refused)? {
            Some(response) if response.status.is_informational() => continue,
            Some(response) => return Ok(response),
            None => {}
        }
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            let last = framer.finish().map_err(refused)?;
            return last.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        framer.push(buffer.get(..count).unwrap_or_default());
    }
}
