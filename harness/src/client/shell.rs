//! A command shell from Create to Delete: a state is consumed by the answer to what it sent.

use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::client::requests::body;
use crate::shell::CommandId;
use crate::shell::CommandLine;
use crate::shell::CommandResponse;
use crate::shell::DesiredStream;
use crate::shell::ExitCode;
use crate::shell::Receive;
use crate::shell::ReceiveResponse;
use crate::shell::Send;
use crate::shell::Shell;
use crate::shell::ShellId;
use crate::shell::Signal;
use crate::shell::SignalCode;
use crate::shell::Stream;
use crate::shell::StreamNames;
use crate::shell::action;
use crate::wsman::ResourceUri;
use crate::wsman::transfer;
use crate::wsman::transfer::ResourceCreated;
use crate::xml::ToXml;

/// Waits for the answer to a Create.
pub struct ExpectShellCreated {
    requests: Requests,
}

/// A shell in which nothing runs.
pub struct OpenShell {
    requests: Requests,
    shell_id: ShellId,
}

/// Waits for the answer to a Command.
pub struct ExpectCommandStarted {
    shell: OpenShell,
}

/// A command that runs.
pub struct RunningCommand {
    shell: OpenShell,
    command_id: CommandId,
    collected: Collected,
}

/// Waits for the answer to a Receive.
pub struct ExpectOutput {
    command: RunningCommand,
}

/// What a Receive leads to.
pub enum OutputStep {
    /// The command still runs, with or without news: receive again.
    Running(RunningCommand),
    /// The command has ended.
    Done(OpenShell, CommandId, Collected),
}

/// The output of a command so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: Vec<u8>,
    /// Its exit code, once it has ended.
    pub exit_code: Option<ExitCode>,
    /// How often the server said that nothing came in time.
    pub timeouts: u32,
}

impl ExpectShellCreated {
    /// Creates a command shell.
    #[must_use]
    pub fn begin(mut requests: Requests, shell: &Shell) -> (Self, Outgoing) {
        let outgoing =
            requests.write(&ResourceUri::new(ResourceUri::CMD), transfer::CREATE, |_| {}, Some(shell));
        (Self { requests }, outgoing)
    }

    /// Takes the answer: the shell's id is in the selectors of its reference.
    pub fn step(self, reply: Reply) -> Result<OpenShell, SequenceError> {
        let created: ResourceCreated = body(reply, ResourceCreated::NAME)?;
        let shell_id = ShellId::in_selectors(&created.selector_set);
        let shell_id = shell_id.ok_or(SequenceError::MissingSelector { name: ShellId::SELECTOR })?;
        Ok(OpenShell { requests: self.requests, shell_id })
    }
}

impl OpenShell {
    /// The shell's id.
    #[must_use]
    pub fn shell_id(&self) -> &ShellId {
        &self.shell_id
    }

    /// Starts a command.
    #[must_use]
    pub fn command(mut self, command: &str, arguments: &[&str]) -> (ExpectCommandStarted, Outgoing) {
        let line = CommandLine {
            command_id: None,
            command: command.to_owned(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        };
        let outgoing = self.write(action::COMMAND, Some(&line));
        (ExpectCommandStarted { shell: self }, outgoing)
    }

    /// Ends a command for good, which frees what the server keeps of it. The answer may be a fault when the server
    /// forgot the command by itself.
    pub fn terminate(&mut self, command_id: &CommandId) -> Outgoing {
        let code = SignalCode::new(SignalCode::TERMINATE);
        self.write(action::SIGNAL, Some(&Signal { command_id: Some(command_id.clone()), code }))
    }

    /// Deletes the shell.
    #[must_use]
    pub fn delete(mut self) -> Outgoing {
        self.write(transfer::DELETE, None::<&Signal>)
    }

    fn write(&mut self, action: &str, body: Option<&impl ToXml>) -> Outgoing {
        let selectors = self.shell_id.to_selectors();
        self.requests.write(&ResourceUri::new(ResourceUri::CMD), action, |h| h.selector_set = selectors, body)
    }
}

impl ExpectCommandStarted {
    /// Takes the answer.
    pub fn step(self, reply: Reply) -> Result<RunningCommand, SequenceError> {
        let response: CommandResponse = body(reply, CommandResponse::NAME)?;
        let command_id = response.command_id;
        Ok(RunningCommand { shell: self.shell, command_id, collected: Collected::default() })
    }
}

impl RunningCommand {
    /// Gives input to the command; `is_end` closes its stdin. The answer says nothing.
    pub fn send(&mut self, input: Vec<u8>, is_end: bool) -> Outgoing {
        let mut stream = Stream::of_command("stdin", &self.command_id, input);
        stream.end = is_end.then_some(true);
        self.shell.write(action::SEND, Some(&Send { streams: vec![stream] }))
    }

    /// Asks for output.
    #[must_use]
    pub fn receive(mut self) -> (ExpectOutput, Outgoing) {
        let desired_stream = DesiredStream {
            command_id: Some(self.command_id.clone()),
            names: StreamNames::parse("stdout stderr"),
        };
        let outgoing = self.shell.write(action::RECEIVE, Some(&Receive { desired_stream }));
        (ExpectOutput { command: self }, outgoing)
    }
}

impl ExpectOutput {
    /// Takes the answer. "On that fault the client sends another Receive instead of failing."
    pub fn step(self, reply: Reply) -> Result<OutputStep, SequenceError> {
        let mut command = self.command;
        if reply.is_timed_out() {
            command.collected.timeouts = command.collected.timeouts.saturating_add(1);
            return Ok(OutputStep::Running(command));
        }
        let response: ReceiveResponse = body(reply, ReceiveResponse::NAME)?;
        command.collected.stdout.extend(response.content("stdout"));
        command.collected.stderr.extend(response.content("stderr"));
        let Some(done) = response.done() else { return Ok(OutputStep::Running(command)) };
        command.collected.exit_code = done.exit_code;
        Ok(OutputStep::Done(command.shell, command.command_id, command.collected))
    }
}
