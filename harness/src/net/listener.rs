use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::http::Request;
use crate::net::Clock;
use crate::net::Connection;
use crate::net::NetError;
use crate::net::delivery::send;
use crate::net::errand::carry_out;
use crate::net::random_octets;
use crate::net::stream::Acceptor;
use crate::net::stream::Stream;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::ErrandId;
use crate::server::Server;
use crate::tls::Channel;
use crate::tls::ServerTls;
use crate::tls::TlsError;

/// How long a client may take for the handshake of TLS.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(30);

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
    /// None for HTTP in clear.
    acceptor: Option<Acceptor>,
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
        Ok(Self { socket: TcpListener::bind(address).await?, acceptor: None })
    }

    /// Binds `address`, `host:port`, for HTTPS. What is wrong with `tls` is an error of the kind `InvalidInput`.
    pub async fn bind_tls(address: &str, tls: ServerTls) -> io::Result<Self> {
        let unusable = |error: TlsError| io::Error::new(io::ErrorKind::InvalidInput, error);
        let acceptor = Acceptor::new(tls).map_err(unusable)?;
        Ok(Self { socket: TcpListener::bind(address).await?, acceptor: Some(acceptor) })
    }

    /// The address that clients connect to.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes the next connection, for a caller who answers requests itself. Each later wait is bounded by `timeout`.
    pub async fn accept(&self, timeout: Duration) -> io::Result<Connection<Request>> {
        let (stream, _) = self.socket.accept().await?;
        let Some(acceptor) = &self.acceptor else { return Connection::accepted(stream, timeout) };
        Connection::accepted_tls(stream, acceptor, timeout).await.map_err(io::Error::other)
    }

    /// Serves until the future is dropped. Returns only when the socket itself fails.
    pub async fn serve(self, config: Config) -> io::Result<()> {
        Self::serve_all(vec![self], config).await
    }

    /// Serves one server at several addresses, as at the ports 5985 and 5986: what is done at one is seen at the others.
    /// Returns only when a socket itself fails.
    pub async fn serve_all(listeners: Vec<Self>, config: Config) -> io::Result<()> {
        let shared = Shared {
            server: Arc::new(Mutex::new(Server::new(config, Box::new(random_octets)))),
            clock: Clock::default(),
            happened: Arc::new(watch::Sender::new(0)),
        };
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(timers(shared.clone()));
        tasks.spawn(deliveries(shared.clone()));
        tasks.spawn(errands(shared.clone()));
        let mut first = 0;
        loop {
            let (listener, stream, peer) = next(&listeners, first).await?;
            // The one behind is asked first the next time: nobody waits for ever behind a busy address.
            first = listener.saturating_add(1);
            let acceptor = listeners.get(listener).and_then(|listener| listener.acceptor.clone());
            while tasks.try_join_next().is_some() {}
            // Three of the tasks are the timers', the deliveries' and the errands'.
            if tasks.len() > shared.server().config().max_connections.saturating_add(2) {
                continue;
            }
            tasks.spawn(connection(shared.clone(), stream, peer, acceptor));
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

/// The next connection of any listener, and the index of that; the one at `first` is asked first.
async fn next(listeners: &[Listener], first: usize) -> io::Result<(usize, TcpStream, SocketAddr)> {
    std::future::poll_fn(|cx| {
        let count = listeners.len();
        for (index, listener) in listeners.iter().enumerate().cycle().skip(first % count.max(1)).take(count) {
            if let Poll::Ready(accepted) = listener.socket.poll_accept(cx) {
                return Poll::Ready(accepted.map(|(stream, peer)| (index, stream, peer)));
            }
        }
        Poll::Pending
    })
    .await
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

/// Makes the logons that commands wait for. One that no command waits for any more is broken off, and the credential goes.
async fn errands(shared: Shared) {
    let mut happened = shared.happened.subscribe();
    let mut under_way = tokio::task::JoinSet::new();
    let mut handles: BTreeMap<ErrandId, AbortHandle> = BTreeMap::new();
    loop {
        let waiting = shared.server().take_errands();
        for errand in waiting {
            let (shared, id) = (shared.clone(), errand.id);
            let handle = under_way.spawn(async move {
                let outcome = carry_out(&errand).await;
                drop(errand);
                shared.server().errand_done(id, outcome, shared.clock.now());
                shared.tell();
            });
            handles.insert(id, handle);
        }
        while under_way.try_join_next().is_some() {}
        handles.retain(|id, handle| {
            let is_wanted = shared.server().wants(*id);
            if !is_wanted {
                handle.abort();
            }
            is_wanted
        });
        if happened.changed().await.is_err() {
            return;
        }
    }
}

async fn connection(shared: Shared, stream: TcpStream, peer: SocketAddr, acceptor: Option<Acceptor>) {
    // Who can't shake hands has been told by an alert.
    let Ok((stream, channel)) = begin(stream, acceptor).await else { return };
    let id = shared.server().open_over(&peer.ip().to_string(), channel);
    // The peer is gone or cut the connection: nothing is left to tell it.
    let _ = exchange(&shared, id, stream).await;
    shared.server().close(id);
    shared.tell();
}

async fn begin(stream: TcpStream, acceptor: Option<Acceptor>) -> Result<(Stream, Channel), NetError> {
    stream.set_nodelay(true).map_err(NetError::Io)?;
    match acceptor {
        Some(acceptor) => acceptor.accept(stream, HANDSHAKE_PATIENCE).await,
        None => Ok((Stream::Tcp(stream), Channel::Clear)),
    }
}

async fn exchange(shared: &Shared, id: ConnectionId, mut stream: Stream) -> io::Result<()> {
    let mut happened = shared.happened.subscribe();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let output = shared.server().take_output(id);
        stream.write_all(&output.octets).await?;
        stream.flush().await?;
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
