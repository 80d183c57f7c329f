use std::process::ExitStatus;
use std::process::Stdio;

use tokio::process::Child;
use tokio::process::Command;

/// What a shell says of a command that it can't find, and a trigger of a case that its client can't do.
const NOT_SUPPORTED: i32 = 127;

/// The command that makes a client do what a case is about. It ends with this.
pub(crate) struct Trigger(Child);

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With exit code 0.
    Well,
    /// With 127.
    NotSupported,
    /// With another code, or none after a signal.
    Badly(Option<i32>),
}

impl Trigger {
    /// Starts the command with these variables in its environment.
    pub(crate) fn start(command: &str, environment: &[(&str, &str)], tells: bool) -> std::io::Result<Self> {
        let output = || if tells { Stdio::inherit() } else { Stdio::null() };
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).envs(environment.iter().copied()).kill_on_drop(true);
        // The report owns stdout. Ctrl-C is for this command, which then ends its children itself.
        shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(output());
        #[cfg(unix)]
        shell.process_group(0);
        shell.spawn().map(Self)
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> Ended {
        match self.0.wait().await {
            Ok(status) => of(status),
            Err(_) => Ended::Badly(None),
        }
    }

    /// Ends it and whatever it started.
    pub(crate) async fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.0.id() {
            // The shell may have started others: they are in its group.
            let group = format!("-{id}");
            let mut kill = Command::new("kill");
            kill.args(["-KILL", "--", &group]).stdout(Stdio::null()).stderr(Stdio::null());
            let _ = kill.status().await;
        }
        let _ = self.0.kill().await;
    }
}

fn of(status: ExitStatus) -> Ended {
    match status.code() {
        Some(0) => Ended::Well,
        Some(NOT_SUPPORTED) => Ended::NotSupported,
        code => Ended::Badly(code),
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Well => f.write_str("the client ended"),
            Self::NotSupported => f.write_str("the client ended with 127"),
            Self::Badly(Some(code)) => write!(f, "the client ended with {code}"),
            Self::Badly(None) => f.write_str("the client was ended by a signal"),
        }
    }
}
