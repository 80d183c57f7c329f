use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::http::Request;
use crate::net::Clock;
use crate::net::Connection;
use crate::net::delivery::send;
use crate::net::random_octets;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Server;

/// A bound socket for a reference server.
///
/// ```no_run
/// use winrm_harness::net::Listener;
/// use winrm_harness::server::Config;
///
/// # async fn example() -> std::io::Result<()> {
/// let listener = Listener::bind("127.0.0.1:0").await?;
/// println!("listening on {}", listener.local_address()?);
/// listener.serve(Config::default()).await
/// # }
/// ```
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
}

/// What every connection's task shares.
#[derive(Clone)]
struct Shared {
    server: Arc<Mutex<Server>>,
    clock: Clock,
    /// Counts what happened to the server: one connection's request can complete another's answer.
    happened: Arc<watch::Sender<u64>>,
}

impl Listener {
    /// Binds `address`, `host:port`; port 0 takes a free one.
    pub async fn bind(address: &str) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await? })
    }

    /// The address that clients connect to.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes the next connection, for a caller who answers requests itself. Each later wait is bounded by `timeout`.
    pub async fn accept(&self, timeout: Duration) -> io::Result<Connection<Request>> {
        let (stream, _) = self.socket.accept().await?;
        Connection::accepted(stream, timeout)
    }

    /// Serves until the future is dropped. Returns only when the socket itself fails.
    pub async fn serve(self, config: Config) -> io::Result<()> {
        let shared = Shared {
            server: Arc::new(Mutex::new(Server::new(config, Box::new(random_octets)))),
            clock: Clock::default(),
            happened: Arc::new(watch::Sender::new(0)),
        };
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(timers(shared.clone()));
        tasks.spawn(deliveries(shared.clone()));
        loop {
            let (stream, peer) = self.socket.accept().await?;
            while tasks.try_join_next().is_some() {}
            // Two of the tasks are the timers' and the deliveries'.
            if tasks.len() > shared.server().config().max_connections.saturating_add(1) {
                continue;
            }
            tasks.spawn(connection(shared.clone(), stream, peer));
        }
    }
}

impl Shared {
    /// A poisoned lock means that a request made the server panic; the others still get their answers.
    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.happened.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Wakes the server whenever something of it is due.
async fn timers(shared: Shared) {
    let mut happened = shared.happened.subscribe();
    loop {
        let deadline_ms = shared.server().deadline_ms();
        let now_ms = shared.clock.elapsed_ms();
        let wait = deadline_ms.map(|at| Duration::from_millis(at.saturating_sub(now_ms)));
        tokio::select! {
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                shared.server().elapse(shared.clock.now());
                shared.tell();
                // What this woke is no news for this task.
                happened.mark_unchanged();
            }
            changed = happened.changed() => {
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

/// Sends what subscriptions have to deliver, and says what came of it.
async fn deliveries(shared: Shared) {
    let mut happened = shared.happened.subscribe();
    let mut under_way = tokio::task::JoinSet::new();
    loop {
        let waiting = shared.server().take_deliveries();
        for delivery in waiting {
            let shared = shared.clone();
            under_way.spawn(async move {
                let outcome = send(&delivery).await;
                shared.server().delivered(delivery.id, &outcome, shared.clock.now());
                shared.tell();
            });
        }
        while under_way.try_join_next().is_some() {}
        if happened.changed().await.is_err() {
            return;
        }
    }
}

async fn connection(shared: Shared, stream: TcpStream, peer: SocketAddr) {
    let id = shared.server().open(&peer.ip().to_string());
    // The peer is gone or cut the connection: nothing is left to tell it.
    let _ = exchange(&shared, id, stream).await;
    shared.server().close(id);
    shared.tell();
}

async fn exchange(shared: &Shared, id: ConnectionId, mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut happened = shared.happened.subscribe();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let output = shared.server().take_output(id);
        stream.write_all(&output.octets).await?;
        if output.is_last {
            return stream.shutdown().await;
        }
        tokio::select! {
            read = stream.read(&mut buffer) => {
                let count = read?;
                if count == 0 {
                    return Ok(());
                }
                let octets = buffer.get(..count).unwrap_or_default();
                shared.server().receive(id, octets, shared.clock.now());
                shared.tell();
            }
            changed = happened.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
            }
        }
    }
}
