//! Every scheme with every peer, in each part: it works, or the peer says why it can't.
//!
//! Prints the matrix with `-- --nocapture`; `conformance/peers/run --matrix` does so too. Needs what
//! `conformance/peers/setup` makes, and the Debian packages `krb5-kdc krb5-admin-server krb5-user gss-ntlmssp curl`.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test reads its own data")]

#[path = "matrix/contexts.rs"]
mod contexts;
#[path = "matrix/logons.rs"]
mod logons;
#[path = "kdc/realm.rs"]
#[expect(dead_code, reason = "the tests of the KDC use more of it")]
mod realm;
#[path = "peers/recorder.rs"]
mod recorder;
#[path = "matrix/table.rs"]
mod table;
#[path = "matrix/tokens.rs"]
mod tokens;
#[path = "peers/wire.rs"]
mod wire;
#[path = "matrix/world.rs"]
mod world;

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use realm::PASSWORD;
use realm::Realm;
use recorder::Recording;
use table::Cell;
use table::Ours;
use winrm_harness::pair::Secrets;
use winrm_harness::server::Mutant;
use world::World;

/// Cells that are played at once. Most of one is a Python interpreter that starts.
const WORKERS: usize = 4;
/// An empty table would hold.
const CELLS_MIN: usize = 90;

/// A cell, what came of it, and what crossed the wire.
struct Line {
    cell: Cell,
    result: Result<(), String>,
    recordings: Vec<Recording>,
}

/// `None` where a peer is missing, which is a failure on CI and is said elsewhere.
fn world() -> Option<World> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    if !peers.join(".venv").exists() {
        let message = "conformance/peers/.venv not found: run conformance/peers/setup; no peer was run";
        assert!(std::env::var_os("CI").is_none(), "{message}");
        // Past the capture of the test runner, which would hide it.
        writeln!(std::io::stderr(), "{message}").unwrap();
        return None;
    }
    let realm = Realm::start()?;
    Some(World::start(&peers, realm))
}

#[test]
fn every_cell_works_or_its_peer_says_why_not() {
    let Some(world) = world() else { return };
    let lines = play(&world);
    let secrets = world.secrets();
    let mut broken = Vec::new();
    for line in &lines {
        let verdict = verdict(line, &secrets);
        match &verdict {
            Ok(verdict) => println!("{} {verdict}", line.cell.name()),
            Err(why) => {
                println!("{} BROKEN {why}", line.cell.name());
                broken.push(format!("{} {why}", line.cell.name()));
            }
        }
    }
    assert!(broken.is_empty(), "{} of {} cells are broken\n{}", broken.len(), lines.len(), broken.join("\n"));
    assert!(!lines.is_empty(), "no cell has {:?} in its line", std::env::var_os("MATRIX_CELLS"));
}

/// Plays all cells, or those whose line has what the variable `MATRIX_CELLS` says.
fn play(world: &World) -> Vec<Line> {
    let wanted = std::env::var("MATRIX_CELLS").unwrap_or_default();
    let cells: Vec<Cell> =
        table::read(&world.peers).into_iter().filter(|cell| cell.name().contains(&wanted)).collect();
    let waiting = Mutex::new(cells.into_iter().enumerate());
    let lines = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some((index, cell)) = next else { return };
                    let (result, recordings) = match cell.ours {
                        Ours::Server => logons::at_ours(world, &cell),
                        Ours::Client => logons::at_theirs(world, &cell),
                        Ours::Initiator | Ours::Acceptor => (tokens::play(world, &cell), Vec::new()),
                    };
                    lines.lock().unwrap().push((index, Line { cell, result, recordings }));
                }
            });
        }
    });
    let mut lines = lines.into_inner().unwrap();
    lines.sort_by_key(|(index, _)| *index);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What stands in the matrix, or what is wrong with the cell.
fn verdict(line: &Line, secrets: &Secrets) -> Result<String, String> {
    let said = match (&line.result, &line.cell.limit) {
        (Ok(()), None) => "works".to_owned(),
        (Ok(()), Some(limit)) => return Err(format!("works, and the table says: {}", limit.reason)),
        (Err(words), Some(limit)) if words.contains(&limit.says) => {
            return Ok(format!("no: {} ({})", limit.reason, limit.says));
        }
        (Err(words), Some(limit)) => return Err(format!("expected {:?}: {words}", limit.says)),
        (Err(words), None) => return Err(words.clone()),
    };
    match line.cell.over.as_str() {
        "http" => leaks(&line.recordings, secrets)?,
        "http in clear" => wire::expect_clear(&line.recordings)?,
        _ => return Ok(said),
    }
    mechanism(line)?;
    Ok(said)
}

/// NTLM shows itself in its tokens, inside SPNEGO too: a peer that falls back to it, or to Kerberos, played another cell.
/// Inside CredSSP nobody sees, and there the peers are told which one to use.
fn mechanism(line: &Line) -> Result<(), String> {
    let expects_ntlm = match line.cell.scheme.as_str() {
        "ntlm" | "negotiate-ntlm" => true,
        "kerberos" | "negotiate-kerberos" => false,
        _ => return Ok(()),
    };
    let ntlm = Secrets::default().and_octets("NTLM", b"NTLMSSP\0");
    let is_ntlm = line.recordings.iter().any(|recording| !ntlm.leaks_in(&recording.to_server).is_empty());
    match is_ntlm == expects_ntlm {
        true => Ok(()),
        false => Err(format!("NTLM was seen: {is_ntlm}")),
    }
}

/// Nothing of a sealed session is readable: no body is in clear, and no secret is anywhere in any spelling.
fn leaks(recordings: &[Recording], secrets: &Secrets) -> Result<(), String> {
    wire::expect_sealed(recordings, PASSWORD)?;
    for recording in recordings {
        for octets in [&recording.to_server, &recording.to_client] {
            if let Some(leak) = secrets.leaks_in(octets).first() {
                return Err(leak.to_string());
            }
        }
    }
    Ok(())
}

#[test]
fn a_server_that_answers_in_clear_is_seen_by_the_scan() {
    let Some(world) = world() else { return };
    let cell = |peer: &str| Cell {
        ours: Ours::Server,
        peer: peer.to_owned(),
        scheme: "ntlm".to_owned(),
        over: "http".to_owned(),
        limit: None,
    };
    let ports = world.mutant(Mutant::PlainAnswers);
    // This client takes an answer in clear for a good one.
    let (result, recordings) = logons::at(&world, &cell("pypsrp"), ports);
    assert_eq!(result, Ok(()));
    let secrets = world.secrets();
    let found = recordings.iter().flat_map(|recording| secrets.leaks_in(&recording.to_client));
    let names: Vec<&str> = found.map(|leak| leak.name).collect();
    assert!(names.contains(&"SOAP"), "{names:?}");
    assert!(leaks(&recordings, &secrets).is_err());
}

#[test]
fn the_table_has_many_cells_and_none_twice() {
    let peers: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let mut names: Vec<String> = table::read(&peers).iter().map(Cell::name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(CELLS_MIN <= count, "{count} cells");
}
