//! The reference client runs commands on the reference server, in memory.

use winrm_harness::client::Collected;
use winrm_harness::client::ExpectShellCreated;
use winrm_harness::client::OpenShell;
use winrm_harness::client::OutputStep;
use winrm_harness::client::Reply;
use winrm_harness::client::RunningCommand;
use winrm_harness::server::Config;
use winrm_harness::shell::Shell;

use crate::wire::Wire;
use crate::wire::requests;

impl Wire {
    pub(crate) fn open_shell(&mut self, timeout_ms: u64) -> OpenShell {
        let requests = requests(timeout_ms);
        let (state, outgoing) =
            ExpectShellCreated::begin(requests, &Shell::with_streams("stdin", "stdout stderr"));
        state.step(self.ask(&outgoing)).unwrap()
    }

    pub(crate) fn start(&mut self, shell: OpenShell, command: &str) -> RunningCommand {
        let (state, outgoing) = shell.command(command, &[]);
        state.step(self.ask(&outgoing)).unwrap()
    }

    pub(crate) fn finish(&mut self, mut command: RunningCommand) -> (OpenShell, Collected) {
        loop {
            let (state, outgoing) = command.receive();
            match state.step(self.ask(&outgoing)).unwrap() {
                OutputStep::Running(again) => command = again,
                OutputStep::Done(mut shell, id, collected) => {
                    let terminate = shell.terminate(&id);
                    assert!(matches!(self.ask(&terminate), Reply::Response(_)));
                    return (shell, collected);
                }
            }
        }
    }

    fn run(&mut self, shell: OpenShell, command: &str) -> (OpenShell, Collected) {
        let running = self.start(shell, command);
        self.finish(running)
    }
}

#[test]
fn a_shell_runs_commands_and_is_gone_after_delete() {
    let mut wire = Wire::new(Config::default());
    let shell = wire.open_shell(60_000);
    assert_eq!(wire.pair.server.shell_count(), 1);
    let (shell, echo) = wire.run(shell, "echo hello");
    assert_eq!((echo.stdout, echo.stderr), (b"hello\r\n".to_vec(), Vec::new()));
    let (shell, failed) = wire.run(shell, "exit 3");
    assert_eq!(failed.exit_code.map(winrm_harness::shell::ExitCode::to_signed), Some(3));
    let (shell, stderr) = wire.run(shell, "stderr oh no");
    assert_eq!((stderr.stdout, stderr.stderr), (Vec::new(), b"oh no\r\n".to_vec()));
    let delete = shell.delete();
    assert!(matches!(wire.ask(&delete), Reply::Response(_)));
    assert_eq!(wire.pair.server.shell_count(), 0);
    assert_eq!(wire.ask(&delete).code().map(|code| code.0), Some(2_150_858_843));
}

#[test]
fn a_silent_command_is_polled_through_timeouts() {
    let mut wire = Wire::new(Config::default());
    let shell = wire.open_shell(2_000);
    let (_, collected) = wire.run(shell, "silence 7");
    assert_eq!((collected.stdout, collected.timeouts), (b"done\r\n".to_vec(), 3));
    assert_eq!(wire.pair.elapsed_ms(), 7_000);
}

#[test]
fn a_mebibyte_arrives_whole_in_answers_that_fit() {
    let mut wire = Wire::new(Config::default());
    let shell = wire.open_shell(60_000);
    let (_, collected) = wire.run(shell, "output 1048576");
    assert_eq!(collected.stdout.len(), 1_048_576);
    assert!(collected.stdout.iter().zip((b'A'..=b'Z').cycle()).all(|(got, expected)| *got == expected));
}

#[test]
fn input_comes_back_from_cat() {
    let mut wire = Wire::new(Config::default());
    let shell = wire.open_shell(60_000);
    let mut cat = wire.start(shell, "cat");
    let every_octet: Vec<u8> = (0..=255).collect();
    let sends = [cat.send(every_octet.clone(), false), cat.send(b"end".to_vec(), true)];
    for send in &sends {
        assert!(matches!(wire.ask(send), Reply::Response(_)));
    }
    let (_, collected) = wire.finish(cat);
    assert_eq!(collected.stdout, [every_octet, b"end".to_vec()].concat());
}

#[test]
fn nothing_of_a_session_crosses_the_wire_in_clear() {
    let mut wire = Wire::new(Config::default());
    let shell = wire.open_shell(60_000);
    let (shell, _) = wire.run(shell, "echo a-secret-nobody-else-may-read");
    let delete = shell.delete();
    assert!(matches!(wire.ask(&delete), Reply::Response(_)));
    assert!(wire.pair.recorded.len() > 10);
    for recorded in &wire.pair.recorded {
        let text = String::from_utf8_lossy(&recorded.octets);
        for clear in ["Envelope", "schemas.", "secret", "wonderland"] {
            assert!(!text.contains(clear), "{clear} in {text}");
        }
    }
}
