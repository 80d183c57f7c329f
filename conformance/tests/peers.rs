//! Clients that nobody here wrote drive the reference server, and what crossed the wire is looked at from outside.
//!
//! Needs `conformance/peers/.venv`, which `conformance/peers/setup` makes.
#![cfg(test)]

#[path = "peers/recorder.rs"]
mod recorder;
#[path = "peers/wire.rs"]
mod wire;

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use recorder::Recorder;
use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;

const USER: &str = "alice";
const PASSWORD: &str = "Wonderland-7f3a";
const PASSWORD_VARIABLE: &str = "PEER_PASSWORD";
/// Rows that run at once. Most of a row is a Python interpreter that starts, or a command that is silent on purpose.
const WORKERS: usize = 4;

/// One line of `peers/run --list`.
#[derive(Debug, Clone, serde::Deserialize)]
struct Row {
    client: String,
    transport: String,
    scenario: String,
}

impl Row {
    fn is_sealed(&self) -> bool {
        self.transport != "basic"
    }
}

/// The ports of the two reference servers.
#[derive(Debug, Clone, Copy)]
struct Ports {
    sealed: u16,
    basic: u16,
}

#[test]
fn every_peer_is_served_and_nothing_of_a_sealed_session_crosses_in_clear() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    if !peers.join(".venv").exists() {
        let message = "conformance/peers/.venv not found: run conformance/peers/setup; no peer was run";
        assert!(std::env::var_os("CI").is_none(), "{message}");
        // Past the capture of the test runner, which would hide it.
        writeln!(std::io::stderr(), "{message}").unwrap();
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ports = Ports { sealed: serve(&runtime, false), basic: serve(&runtime, true) };
    let rows = Mutex::new(rows(&peers));
    let count = rows.lock().unwrap().len();
    let broken = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some(row) = rows.lock().unwrap().pop() else { return };
                    if let Err(why) = run(&peers, &row, ports) {
                        broken.lock().unwrap().push(format!("{row:?}:\n{why}"));
                    }
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{} of {count} rows are broken\n{}", broken.len(), broken.join("\n"));
    // The list holds 68 rows today; an empty one would make this test say nothing.
    assert!(count >= 60, "{count} rows");
}

/// Starts a reference server on a free port of loopback; it ends with the runtime.
fn serve(runtime: &tokio::runtime::Runtime, basic: bool) -> u16 {
    let account = Account { user: USER.to_owned(), password: PASSWORD.to_owned(), is_administrator: true };
    let config = Config { accounts: vec![account], basic, allow_unencrypted: basic, ..Config::default() };
    let listener = runtime.block_on(Listener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_address().unwrap().port();
    runtime.spawn(listener.serve(config));
    port
}

fn python(peers: &Path) -> PathBuf {
    peers.join(".venv/bin/python")
}

fn rows(peers: &Path) -> Vec<Row> {
    let listed = Command::new(python(peers)).arg(peers.join("run")).arg("--list").output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Plays one row through a recorder of its own; the error is what the row or the recording has against it.
fn run(peers: &Path, row: &Row, ports: Ports) -> Result<(), String> {
    let recorder = Recorder::start(if row.is_sealed() { ports.sealed } else { ports.basic });
    let done = Command::new(python(peers))
        .arg(peers.join("run"))
        .args(["--endpoint", &format!("http://127.0.0.1:{}/wsman", recorder.port())])
        .args(["--user", USER, "--password-env", PASSWORD_VARIABLE])
        .args(["--client", &row.client, "--transport", &row.transport, "--scenario", &row.scenario])
        .env(PASSWORD_VARIABLE, PASSWORD)
        .output()
        .unwrap();
    if !done.status.success() {
        return Err(
            String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
        );
    }
    let connections = recorder.stop();
    if row.is_sealed() {
        wire::expect_sealed(&connections, PASSWORD)
    } else {
        wire::expect_clear(&connections)
    }
}
