//! Commands that nobody here wrote manage and copy through the reference server: `wsl`, the shell command line of
//! WS-Management, and `winrmcp`, which copies a file over remote shells. Both speak Basic over HTTP only.
//!
//! Needs the Debian packages `wsl uuid-runtime xsltproc winrmcp`.
#![cfg(test)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;

const USER: &str = "alice";
const PASSWORD: &str = "Wonderland-7f3a";
const SERVICES: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service";

/// Whether a command can be run. On CI its absence is a failure; elsewhere it is said, past the capture of the runner.
fn is_there(command: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {command}")]).output().unwrap();
    if found.status.success() {
        return true;
    }
    let message =
        format!("{command} not found: install the Debian packages wsl, uuid-runtime, xsltproc, winrmcp");
    assert!(std::env::var_os("CI").is_none(), "{message}");
    writeln!(std::io::stderr(), "{message}; it was not run").unwrap();
    false
}

/// A reference server that takes Basic over HTTP; it ends with the runtime.
fn serve() -> (tokio::runtime::Runtime, String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = Account { user: USER.to_owned(), password: PASSWORD.to_owned(), is_administrator: true };
    let config =
        Config { accounts: vec![account], basic: true, allow_unencrypted: true, ..Config::default() };
    let listener = runtime.block_on(Listener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_address().unwrap().to_string();
    runtime.spawn(listener.serve(config));
    (runtime, address)
}

/// A folder of its own, since `wsl` writes files where it stands.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs `wsl` and gives what it printed, without colours.
fn wsl(address: &str, name: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new("wsl")
        .args(arguments)
        .current_dir(folder(name))
        .envs([("WSENDPOINT", address), ("WSUSER", USER), ("WSPASS", PASSWORD)])
        .envs([("WSNOSSL", "1"), ("WSAUTOMATED", "1"), ("SHELL", "/bin/bash")])
        .output()
        .unwrap();
    let printed = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{printed}\n{}", String::from_utf8_lossy(&stderr));
    printed.split('\u{1b}').map(|piece| piece.split_once('m').map_or(piece, |(_, text)| text)).collect()
}

#[test]
fn wsl_identifies_enumerates_and_reads() {
    if !is_there("wsl") || !is_there("uuidgen") || !is_there("xsltproc") {
        return;
    }
    let (_runtime, address) = serve();
    let identified = wsl(&address, "wsl-id", &["id", "check"]);
    assert!(identified.contains("secprofile/http/basic<"), "{identified}");

    // `wsl` pulls with 512 elements at most and a large envelope: all 200 services come, each once.
    let enumerated = wsl(&address, "wsl-enum", &["enum", SERVICES]);
    assert_eq!(enumerated.matches("</p:Name>").count(), 200, "{enumerated}");
    let few = wsl(&address, "wsl-pages", &["enum", SERVICES, "-opti", "7"]);
    assert_eq!(few.matches("</p:Name>").count(), 200);
    assert_eq!(few.matches("<n:EndOfSequence/>").count(), 1, "{few}");
    let references = wsl(&address, "wsl-epr", &["enum", SERVICES, "-mode", "epr"]);
    assert_eq!(references.matches("</a:EndpointReference>").count(), 200);

    let read = wsl(&address, "wsl-get", &["get", SERVICES, "Name=Spooler"]);
    assert_eq!(read.matches("<p:Name>Spooler</p:Name>").count(), 1, "{read}");
}

#[test]
fn winrmcp_sends_every_octet_of_a_file() {
    if !is_there("winrmcp") {
        return;
    }
    let (_runtime, address) = serve();
    let file = folder("winrmcp").join("file.bin");
    // More than one command line holds.
    let content: Vec<u8> =
        (0..40_000_u32).map(|i| u8::try_from(i.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
    fs::write(&file, &content).unwrap();
    let done = Command::new("winrmcp")
        .args(["-addr", &address, "-user", USER, "-pass", PASSWORD])
        .arg(&file)
        .arg(r"C:\file.bin")
        .output()
        .unwrap();
    let (printed, said) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    // Each command is `echo BASE64 >> "FILE"`. The reference shell redirects nothing, so the words come back.
    let echoed: Vec<u8> = printed
        .lines()
        .filter_map(|line| line.split_once(" >> "))
        .flat_map(|(base64, _)| STANDARD.decode(base64).unwrap())
        .collect();
    assert_eq!(echoed, content, "{said}");
    // It ends with a script for PowerShell, which the reference shell does not have: it hears the exit code.
    assert!(!done.status.success());
    assert!(format!("{printed}{said}").contains("restore operation returned code=1"), "{printed}\n{said}");
}
