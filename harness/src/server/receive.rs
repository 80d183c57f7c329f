//! One command and the Receive that waits for its output.

use crate::compression::Xpress;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Mutant;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Success;
use crate::server::process::Output;
use crate::server::process::Process;
use crate::server::reply::ReplyTo;
use crate::shell::CommandId;
use crate::shell::CommandState;
use crate::shell::ExitCode;
use crate::shell::ReceiveResponse;
use crate::shell::State;
use crate::shell::Stream;
use crate::shell::StreamNames;
use crate::shell::action;
use crate::wsman::FaultReason;

const STREAMS: [(Output, &str); 2] = [(Output::Stdout, "stdout"), (Output::Stderr, "stderr")];

/// A command of a shell.
#[derive(Debug)]
pub(super) struct RunningCommand {
    pub(super) id: CommandId,
    pub(super) process: Process,
    receive: Option<PendingReceive>,
    /// Whether the event log knows that it ended.
    is_end_told: bool,
}

/// A Receive that waits for output.
#[derive(Debug)]
pub(super) struct PendingReceive {
    pub(super) connection: ConnectionId,
    pub(super) reply_to: ReplyTo,
    /// The streams that the client wants; output of others is dropped.
    pub(super) names: StreamNames,
    /// When to answer that nothing came.
    pub(super) deadline_ms: u64,
    /// How many octets of output fit the answer.
    pub(super) bytes_max: usize,
    /// Whether the shell's streams are compressed.
    pub(super) is_compressed: bool,
}

impl RunningCommand {
    pub(super) fn new(id: CommandId, process: Process) -> Self {
        Self { id, process, receive: None, is_end_told: false }
    }

    /// The id of a command that has ended, once.
    pub(super) fn take_end(&mut self) -> Option<CommandId> {
        let is_news = self.process.is_finished() && !self.is_end_told;
        self.is_end_told |= is_news;
        is_news.then(|| self.id.clone())
    }

    pub(super) fn is_waited_for(&self) -> bool {
        self.receive.is_some()
    }

    pub(super) fn wait(&mut self, receive: PendingReceive) {
        self.receive = Some(receive);
    }

    /// Drops the Receive of a connection that is gone. Whether there was one.
    pub(super) fn forget_connection(&mut self, id: ConnectionId) -> bool {
        self.receive.take_if(|receive| receive.connection == id).is_some()
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        // What a connection that is gone leaves to another one is told at once.
        let is_due = self.process.has_news();
        let receive = self.receive.as_ref().map(|receive| if is_due { 0 } else { receive.deadline_ms });
        receive.into_iter().chain(self.process.wakes_at_ms()).min()
    }

    /// Lets time pass, and gives the answer if it is due.
    pub(super) fn elapse(&mut self, now_ms: u64, config: &Config) -> Option<(ConnectionId, Answer)> {
        self.process.elapse(now_ms);
        let is_late = self.receive.as_ref()?.deadline_ms <= now_ms;
        let has_news = self.process.has_news();
        if !has_news && !is_late {
            return None;
        }
        let receive = self.receive.take()?;
        let outcome = if has_news || config.is_mutant(Mutant::SilentSuccess) {
            Ok(Success::new(action::RECEIVE_RESPONSE, self.response(&receive, config)))
        } else {
            Err(FaultReason::TimedOut.into())
        };
        Some((receive.connection, receive.reply_to.answer(outcome, config)))
    }

    /// Answers the Receive that waits, if one does, with a fault.
    pub(super) fn abort_receive(
        &mut self,
        reason: &FaultReason,
        config: &Config,
    ) -> Option<(ConnectionId, Answer)> {
        let receive = self.receive.take()?;
        Some((receive.connection, receive.reply_to.answer(Err(reason.clone().into()), config)))
    }

    fn response(&mut self, receive: &PendingReceive, config: &Config) -> ReceiveResponse {
        let mut streams = Vec::new();
        for (output, content) in self.process.take_output(receive.bytes_max) {
            let name = stream_name(output, config);
            if receive.names.contains(name) {
                let content = if receive.is_compressed { Xpress::compress(&content) } else { content };
                streams.push(Stream::of_command(name, &self.id, content));
            }
        }
        let exit_code = self.process.exit_code();
        if exit_code.is_some() && !config.is_mutant(Mutant::EndAbsent) {
            let wanted = STREAMS.iter().filter(|(_, name)| receive.names.contains(name));
            streams.extend(wanted.map(|(_, name)| Stream::end_of(name, &self.id)));
        }
        let state = if exit_code.is_some() { State::DONE } else { State::RUNNING };
        let exit_code = exit_code.map(|code| if config.is_mutant(Mutant::ExitCodeZero) { 0 } else { code });
        let command_state = CommandState {
            command_id: Some(match config.is_mutant(Mutant::CommandIdWrong) {
                true => CommandId::new("00000000-0000-0000-0000-000000000000"),
                false => self.id.clone(),
            }),
            state: State::new(state),
            exit_code: exit_code.map(|code| ExitCode(low_32_bits(code))),
        };
        ReceiveResponse { streams, command_states: vec![command_state] }
    }
}

fn stream_name(output: Output, config: &Config) -> &'static str {
    match (output, config.is_mutant(Mutant::StreamsSwapped)) {
        (Output::Stdout, false) | (Output::Stderr, true) => "stdout",
        (Output::Stderr, false) | (Output::Stdout, true) => "stderr",
    }
}

/// A process ends with 32 bits, which its caller may have written with a sign.
fn low_32_bits(code: i64) -> u32 {
    let [a, b, c, d, ..] = code.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
