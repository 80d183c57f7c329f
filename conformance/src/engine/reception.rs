use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::task::JoinSet;
use winrm_harness::http::Request;
use winrm_harness::net::Connection;
use winrm_harness::net::Listener;
use winrm_harness::net::NetError;

use crate::engine::link::Arrival;
use crate::engine::link::UNBOUNDED;

/// Connections that a client may have at once.
const CONNECTIONS_MAX: usize = 32;

/// What a request is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The octets, as they go out.
    pub(crate) octets: Vec<u8>,
    /// Whether the connection is closed behind them.
    pub(crate) closes: bool,
}

/// A request, and the way to answer it. Dropped unanswered, it closes the connection.
pub(crate) struct Heard {
    /// The request, or what came instead of one.
    pub(crate) arrival: Arrival,
    answer: oneshot::Sender<Reply>,
}

impl Heard {
    /// Answers.
    pub(crate) fn answer(self, reply: Reply) {
        // The client may be gone.
        let _ = self.answer.send(reply);
    }

    /// Doesn't answer, and keeps the connection open for so long.
    pub(crate) async fn hold(self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}

/// Hears the requests of a client over as many connections as it likes, one after the other. Ends with this.
pub(crate) struct Reception {
    address: SocketAddr,
    heard: mpsc::Receiver<Heard>,
    task: JoinHandle<()>,
}

impl Drop for Reception {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Reception {
    /// Listens on a free port of the loopback.
    pub(crate) async fn open() -> std::io::Result<Self> {
        let listener = Listener::bind("127.0.0.1:0").await?;
        let address = listener.local_address()?;
        let (tell, heard) = mpsc::channel(1);
        Ok(Self { address, heard, task: tokio::spawn(accept(listener, tell)) })
    }

    /// Where clients connect to.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the next request.
    pub(crate) async fn next(&mut self) -> Heard {
        match self.heard.recv().await {
            Some(heard) => heard,
            // The socket failed: nothing will ever come.
            None => std::future::pending().await,
        }
    }
}

async fn accept(listener: Listener, tell: mpsc::Sender<Heard>) {
    let mut connections = JoinSet::new();
    while let Ok(connection) = listener.accept(UNBOUNDED).await {
        while connections.try_join_next().is_some() {}
        if connections.len() < CONNECTIONS_MAX {
            connections.spawn(hear(connection, tell.clone()));
        }
    }
}

async fn hear(mut connection: Connection<Request>, tell: mpsc::Sender<Heard>) {
    loop {
        let (arrival, is_last) = match connection.receive().await {
            Ok(request) => {
                let is_last = !request.keep_alive();
                (Arrival::Asked(Box::new(request)), is_last)
            }
            Err(NetError::Http(error)) => (Arrival::NotHttp(error.to_string()), true),
            Err(NetError::Closed { received }) if !received.is_empty() => (Arrival::Closed(received), true),
            // A connection that ends between requests says nothing.
            Err(_) => return,
        };
        let (answer, answered) = oneshot::channel();
        if tell.send(Heard { arrival, answer }).await.is_err() {
            return;
        }
        let Ok(reply) = answered.await else { return };
        if connection.send(&reply.octets).await.is_err() || reply.closes || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use winrm_harness::http::Status;

    use super::*;
    use crate::engine::answer::challenge;

    const WAIT: Duration = Duration::from_secs(20);

    async fn connect(reception: &Reception) -> Connection {
        Connection::connect(&reception.address().to_string(), WAIT).await.unwrap()
    }

    #[tokio::test]
    async fn requests_are_heard_one_after_the_other_and_answered_where_they_came() {
        let mut reception = Reception::open().await.unwrap();
        let (mut one, mut other) = (connect(&reception).await, connect(&reception).await);
        for connection in [&mut one, &mut other] {
            connection.send(b"POST /wsman HTTP/1.1\r\nContent-Length: 1\r\n\r\nx").await.unwrap();
            let heard = reception.next().await;
            assert!(matches!(&heard.arrival, Arrival::Asked(request) if request.target == "/wsman"));
            heard.answer(challenge());
            assert_eq!(connection.receive().await.unwrap().status, Status::UNAUTHORIZED);
        }
    }

    #[tokio::test]
    async fn what_is_no_http_is_heard_as_that_and_an_unanswered_request_closes() {
        let mut reception = Reception::open().await.unwrap();
        let mut connection = connect(&reception).await;
        connection.send(b"\0\0\0\r\n\r\n").await.unwrap();
        let heard = reception.next().await;
        assert!(matches!(heard.arrival, Arrival::NotHttp(_)));
        drop(heard);
        assert!(connection.is_closed_within(WAIT).await);
    }

    #[tokio::test]
    async fn so_many_connections_are_taken_and_one_more_is_closed() {
        let reception = Reception::open().await.unwrap();
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS_MAX {
            connections.push(connect(&reception).await);
        }
        let mut more = connect(&reception).await;
        assert!(more.is_closed_within(WAIT).await);
        let last = connections.last_mut().unwrap();
        assert!(!last.is_closed_within(Duration::from_millis(50)).await);
    }
}
