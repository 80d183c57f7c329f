//! A realm of its own for each test, by `conformance/peers/kdc`.
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::Key;
use winrm_harness::net::Kdc;

pub(super) const REALM: &str = "EXAMPLE.TEST";
pub(super) const OTHER: &str = "OTHER.TEST";
pub(super) const PASSWORD: &str = "Wonderland-7f3a";

static REALMS: AtomicUsize = AtomicUsize::new(0);

/// A KDC that runs. It ends with the value.
pub(super) struct Realm {
    folder: PathBuf,
    variables: HashMap<String, String>,
}

impl Realm {
    /// `None` where MIT's KDC is not installed, which is a failure on CI and is said elsewhere.
    pub(super) fn start() -> Option<Self> {
        let found =
            Command::new("sh").args(["-c", "PATH=$PATH:/usr/sbin command -v krb5kdc"]).output().unwrap();
        if !found.status.success() {
            let message =
                "krb5kdc not found: install the Debian packages krb5-kdc, krb5-admin-server, krb5-user";
            assert!(std::env::var_os("CI").is_none(), "{message}");
            // Past the capture of the test runner, which would hide it.
            writeln!(std::io::stderr(), "{message}; no KDC was asked").unwrap();
            return None;
        }
        let number = REALMS.fetch_add(1, Ordering::Relaxed);
        let name = format!("kdc-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let said = script().arg("start").arg(&folder).env("KDC_PASSWORD", PASSWORD).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let said = String::from_utf8(said.stdout).unwrap();
        let variables = said.lines().filter_map(|line| line.split_once('='));
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Some(Self { folder, variables })
    }

    pub(super) fn kdc(&self) -> Kdc {
        Kdc::at(&self.address())
    }

    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.variables["KDC_PORT"])
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A program that finds the realm in its environment.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.envs(&self.variables);
        command
    }

    /// What a line of shell prints, in English; it has to succeed.
    pub(super) fn run(&self, line: &str) -> String {
        let command = format!("set -eu; {line}");
        let ran = self.command(Path::new("sh")).args(["-c", &command]).env("LC_ALL", "C").output();
        let ran = ran.unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{line}: {said}");
        said
    }

    /// The key of a service, as MIT's `klist` reads it from the keytab.
    pub(super) fn service_key(&self, service: &str, encryption_type: EncryptionType) -> Key {
        let listed = self.run("klist -k -K -e");
        let name = match encryption_type.name() {
            "rc4-hmac" => "arcfour-hmac",
            name => name,
        };
        let row = listed
            .lines()
            .find(|line| line.contains(&format!(" {service}@")) && line.contains(&format!("{name})")));
        let hex = row
            .and_then(|row| row.rsplit_once("(0x"))
            .unwrap_or_else(|| panic!("{service} {name}: {listed}"));
        let hex = hex.1.trim_end_matches(')').as_bytes();
        let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        Key::new(encryption_type, &hex.chunks(2).map(octet).collect::<Vec<_>>()).unwrap()
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        let stopped = script().arg("stop").arg(&self.folder).status();
        if stopped.is_ok_and(|status| status.success()) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn script() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/kdc"))
}

#[expect(clippy::disallowed_methods, reason = "a real KDC goes by the real time")]
pub(super) fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
