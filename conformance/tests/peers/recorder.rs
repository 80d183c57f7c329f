//! A port on loopback that hands every connection on to a server and keeps what both sides said.
#![expect(clippy::disallowed_types, reason = "what the peers send is looked at outside of the harness")]

use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::thread::JoinHandle;

/// What one connection carried.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    pub(crate) to_server: Vec<u8>,
    pub(crate) to_client: Vec<u8>,
}

/// The two directions of a connection, each filled by a thread of its own.
type Pump = JoinHandle<Vec<u8>>;

#[derive(Debug)]
pub(crate) struct Recorder {
    port: u16,
    is_stopped: Arc<AtomicBool>,
    pumps: Arc<Mutex<Vec<(Pump, Pump)>>>,
    acceptor: JoinHandle<()>,
}

impl Recorder {
    /// Listens on a free port and hands on to `server_port`.
    pub(crate) fn start(server_port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_stopped = Arc::new(AtomicBool::new(false));
        let pumps = Arc::new(Mutex::new(Vec::new()));
        let (stop, found) = (Arc::clone(&is_stopped), Arc::clone(&pumps));
        let acceptor = thread::spawn(move || {
            for client in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                found.lock().unwrap().push(hand_on(client.unwrap(), server_port));
            }
        });
        Self { port, is_stopped, pumps, acceptor }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What was recorded; to be asked for when the client has closed its connections.
    pub(crate) fn stop(self) -> Vec<Recording> {
        self.is_stopped.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which then sees that it is to stop.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap());
        self.acceptor.join().unwrap();
        let pumps = std::mem::take(&mut *self.pumps.lock().unwrap());
        let recording = |(up, down): (Pump, Pump)| Recording {
            to_server: up.join().unwrap(),
            to_client: down.join().unwrap(),
        };
        pumps.into_iter().map(recording).collect()
    }
}

fn hand_on(client: TcpStream, server_port: u16) -> (Pump, Pump) {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port)).unwrap();
    let (client_too, server_too) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    (thread::spawn(move || pump(client, server)), thread::spawn(move || pump(server_too, client_too)))
}

/// Copies until either side is gone, then says so to the other.
fn pump(mut from: TcpStream, mut to: TcpStream) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..count]);
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // The other side may be gone already, which is as good.
    let _ = to.shutdown(Shutdown::Write);
    kept
}
