//! Cells over HTTP and HTTPS: their client at our server, our client at their server. A recorder stands between.

use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Stdio;

use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::TrustedHosts;
use winrm_harness::client::Logon;
use winrm_harness::client::Reply;
use winrm_harness::net::Client;
use winrm_harness::net::Surroundings;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::ServerTrust;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::identify::Identify;

use crate::realm::PASSWORD;
use crate::recorder::Recorder;
use crate::recorder::Recording;
use crate::table::Cell;
use crate::world::DOMAIN;
use crate::world::Ports;
use crate::world::USER;
use crate::world::World;

/// What came of a cell, in the peer's words if it didn't work, and what crossed the wire.
pub(crate) type Played = (Result<(), String>, Vec<Recording>);

/// Their client at our server.
pub(crate) fn at_ours(world: &World, cell: &Cell) -> Played {
    let is_lenient = ["http in clear", "https relaxed"].contains(&cell.over.as_str());
    at(world, cell, if is_lenient { world.lenient } else { world.strict })
}

/// Their client at one of our servers.
pub(crate) fn at(world: &World, cell: &Cell, ports: Ports) -> Played {
    let is_tls = cell.over.starts_with("https");
    let recorder = Recorder::start(if is_tls { ports.https } else { ports.http });
    let scheme = if is_tls { "https" } else { "http" };
    let done = world
        .python("logon.py")
        .args([&cell.peer, &cell.scheme, &cell.over])
        .arg(format!("{scheme}://localhost:{}/wsman", recorder.port()))
        .output()
        .unwrap();
    let recordings = recorder.stop();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    match (done.status.success(), said.trim()) {
        (true, "works") => (Ok(()), recordings),
        _ => (Err(format!("{} {}", said.trim(), String::from_utf8_lossy(&done.stderr).trim())), recordings),
    }
}

/// A server around an acceptor of theirs.
struct Theirs {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    port: u16,
}

impl Theirs {
    fn start(world: &World, scheme: &str, is_tls: bool) -> Self {
        let mut command = world.python("acceptor.py");
        command.arg(scheme).env("NTLM_USER_FILE", world.realm.path("ntlm-users"));
        if is_tls {
            let folder = world.realm.path("certificates");
            command.args([folder.join("server.pem"), folder.join("server.key")]);
        }
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap().parse().unwrap();
        Self { process, lines, port }
    }

    /// Ends it; what it said of logons, each before it answered.
    fn end(mut self) -> String {
        self.stop();
        let lines: Vec<String> = self.lines.by_ref().map(Result::unwrap).collect();
        lines.join("; ")
    }

    fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Our client at their server.
pub(crate) fn at_theirs(world: &World, cell: &Cell) -> Played {
    let is_tls = cell.over.starts_with("https");
    let name = cell.scheme.split('-').next().unwrap();
    let theirs = Theirs::start(world, name, is_tls);
    let recorder = Recorder::start(theirs.port);
    let result = world.runtime.block_on(log_on(world, cell, recorder.port()));
    let said = theirs.end();
    let recordings = recorder.stop();
    let inner = cell.scheme.rsplit('-').next().unwrap();
    let result = match result {
        Ok(()) if said.starts_with(inner) && said.contains(USER) => Ok(()),
        Ok(()) => Err(format!("the server says {said:?}")),
        Err(error) => Err(format!("{error}; the server says {said:?}")),
    };
    (result, recordings)
}

fn logon(cell: &Cell) -> Logon {
    let scheme = match cell.scheme.as_str() {
        "ntlm" => Scheme::Ntlm,
        "kerberos" => Scheme::Kerberos,
        scheme if scheme.starts_with("credssp") => Scheme::CredSsp,
        _ => Scheme::Negotiate,
    };
    let user = if cell.scheme.ends_with("kerberos") { USER.to_owned() } else { format!("{DOMAIN}\\{USER}") };
    let policy =
        ClientPolicy { credssp: true, ..ClientPolicy::trusting(TrustedHosts::parse("localhost").unwrap()) };
    let logon = Logon::new(scheme, &user, PASSWORD).under(policy);
    Logon { seals_in_tls: cell.over.contains("sealed"), ..logon }
}

async fn log_on(world: &World, cell: &Cell, port: u16) -> Result<(), String> {
    let ticket = cell.scheme.ends_with("kerberos").then(|| world.ticket.clone());
    let is_tls = cell.over.starts_with("https");
    let tls = is_tls.then(|| ClientTls::new(ServerTrust::Roots(vec![world.authority()])));
    let surroundings = Surroundings { tls, ticket, ..Surroundings::default() };
    let address = format!("{}://localhost:{port}/wsman", if is_tls { "https" } else { "http" });
    let client = Client::log_on_among(&address, &logon(cell), surroundings).await;
    let mut client = client.map_err(|error| error.to_string())?;
    let seals = !is_tls || cell.over.contains("sealed");
    if client.session().seals() != seals {
        return Err(format!("asked for seals: {seals}"));
    }
    // One that fits a single portion of CredSSP, one that doesn't, and one more: the counts of both sides go on.
    for count in [7, 40_000, 7] {
        let got = letters(&mut client, count).await?;
        if got != count {
            return Err(format!("asked for {count} letters, got {got}"));
        }
    }
    Ok(())
}

async fn letters(client: &mut Client, count: usize) -> Result<usize, String> {
    let resource = ResourceUri::new(&format!("http://example.test/letters/{count}"));
    let action = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
    let outgoing = client.requests().write(&resource, action, |_| {}, None::<&Identify>);
    match client.exchange(&outgoing).await.map_err(|error| error.to_string())? {
        Reply::Response(envelope) => Ok(envelope.body().map_or(0, |body| body.text().len())),
        Reply::Fault(fault) => Err(format!("{fault:?}")),
    }
}
