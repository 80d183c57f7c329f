use std::time::Duration;

use crate::http::Response;
use crate::limits::SINK_BODY_BYTES_MAX;
use crate::net::Connection;
use crate::net::NetError;
use crate::server::Delivery;
use crate::server::Unreachable;

/// How long a sink may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a delivery to its sink on a connection of its own. When to try again, the server says.
pub(super) async fn send(delivery: &Delivery) -> Result<Response, Unreachable> {
    exchange(delivery).await.map_err(|_| Unreachable)
}

async fn exchange(delivery: &Delivery) -> Result<Response, NetError> {
    let mut connection = Connection::connect(&delivery.address, PATIENCE).await?.bounded(SINK_BODY_BYTES_MAX);
    let request = delivery.request.clone().with_header("Connection", "close");
    connection.send(&request.encode()).await?;
    connection.receive().await
}
