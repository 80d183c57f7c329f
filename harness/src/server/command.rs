//! The operations on commands: [MS-WSMV] 3.1.4.11 to 3.1.4.14.

use std::borrow::Cow;

use crate::auth::Random;
use crate::compression::CompressionError;
use crate::compression::Xpress;
use crate::limits::COMMANDS_PER_SHELL_MAX;
use crate::limits::PROCESS_STDIN_BYTES_MAX;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::dispatch::new_uuid;
use crate::server::process::Process;
use crate::server::receive::PendingReceive;
use crate::server::receive::RunningCommand;
use crate::server::reply::ReplyTo;
use crate::server::resources::event_log::What;
use crate::server::shell::body;
use crate::server::shells::Shells;
use crate::server::shells::key;
use crate::shell::CommandId;
use crate::shell::CommandLine;
use crate::shell::CommandResponse;
use crate::shell::Receive;
use crate::shell::Send;
use crate::shell::SendResponse;
use crate::shell::Signal;
use crate::shell::SignalResponse;
use crate::shell::Stream;
use crate::shell::action;
use crate::wsman::FaultReason;
use crate::wsman::InvalidParameter;
use crate::wsman::OperationTimeout;
use crate::wsman::WsmanErrorCode;

type Result<T> = std::result::Result<T, Refusal>;

/// Octets of an answer that are not output: the envelope round the streams.
const RECEIVE_OVERHEAD_BYTES: usize = 4096;

impl Shells {
    /// [MS-WSMV] 3.1.4.11
    pub(super) fn command(
        &mut self,
        call: &Call<'_>,
        config: &Config,
        random: &mut Random,
    ) -> Result<Success> {
        let asked: CommandLine = body(call)?;
        let shell = self.selected(call)?.require_connected()?;
        let running = shell.commands.values().filter(|command| !command.process.is_finished()).count();
        if running >= config.processes_per_shell_max() || shell.commands.len() >= COMMANDS_PER_SHELL_MAX {
            return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_OPERATIONS).into());
        }
        let id = match asked.command_id.filter(|_| !config.is_mutant(Mutant::IgnoresCommandId)) {
            Some(id) if uuid::Uuid::parse_str(&key(&id)).is_err() => {
                return Err(FaultReason::SchemaValidationError.into());
            }
            Some(id) if shell.commands.contains_key(&key(&id)) => {
                let code = WsmanErrorCode::WINRS_SHELLCOMMAND_CLIENTID_RESOURCE_CONFLICT;
                return Err(FaultReason::AlreadyExists(code).into());
            }
            Some(id) => id,
            None => CommandId::new(&new_uuid(random)),
        };
        let mut words = vec![asked.command];
        words.extend(asked.arguments);
        let line = words.join(" ");
        let process = Process::start(&line, &shell.surroundings, call.now_ms);
        // Only the name: people type passwords behind it.
        let name = line.split_whitespace().next().unwrap_or_default();
        let news = shell.news(What::CommandStarted, &format_args!("{id} {name}"));
        let (shell_id, command_id) = (key(&shell.id), key(&id));
        shell.commands.insert(command_id.clone(), RunningCommand::new(id.clone(), process));
        self.news.push(news);
        self.begin_hop(call, shell_id, command_id, config);
        Ok(Success::new(action::COMMAND_RESPONSE, CommandResponse { command_id: id }))
    }

    /// [MS-WSMV] 3.1.4.13
    pub(super) fn send(&mut self, call: &Call<'_>) -> Result<Success> {
        let asked: Send = body(call)?;
        let shell = self.selected(call)?.require_connected()?;
        // All or nothing: a stream that is refused leaves the others unsent.
        for stream in &asked.streams {
            shell.command(stream.command_id.as_ref())?;
            if stream.name != "stdin" {
                return Err(FaultReason::InternalError(WsmanErrorCode::SHELL_INVALID_INPUT_STREAM).into());
            }
        }
        let is_compressed = shell.is_compressed;
        let contents: Vec<_> =
            asked.streams.iter().map(|stream| content(stream, is_compressed)).collect::<Result<_>>()?;
        for (stream, content) in asked.streams.iter().zip(contents) {
            let process = &mut shell.command(stream.command_id.as_ref())?.process;
            let sent = process.send(&content, stream.is_end());
            sent.map_err(|_| FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_USER))?;
        }
        Ok(Success::new(action::SEND_RESPONSE, SendResponse))
    }

    /// [MS-WSMV] 3.1.4.14: the answer comes when there is output, the command ends, or the time is over.
    pub(super) fn receive(&mut self, call: &Call<'_>, config: &Config, reply_to: ReplyTo) -> Result<()> {
        let asked: Receive = body(call)?;
        let shell = self.selected(call)?.require_connected()?;
        let is_compressed = shell.is_compressed;
        let declared = shell.described.output_streams.clone().unwrap_or_default();
        if asked.desired_stream.names.iter().any(|name| !declared.contains(name)) {
            return Err(FaultReason::InternalError(WsmanErrorCode::SHELL_INVALID_DESIRED_STREAMS).into());
        }
        let command = shell.command(asked.desired_stream.command_id.as_ref())?;
        if command.is_waited_for() {
            return Err(FaultReason::InternalError(WsmanErrorCode::WINRS_RECEIVE_IN_PROGRESS).into());
        }
        let asked_ms = call.header.operation_timeout.map(|OperationTimeout(timeout)| timeout.as_millis());
        let asked_ms = asked_ms.filter(|_| !config.is_mutant(Mutant::IgnoresOperationTimeout));
        let timeout_ms = asked_ms.unwrap_or(config.max_timeout_ms).min(config.max_timeout_ms);
        command.wait(PendingReceive {
            connection: call.connection,
            reply_to,
            names: asked.desired_stream.names,
            deadline_ms: call.now_ms.saturating_add(timeout_ms),
            bytes_max: output_bytes_max(call),
            is_compressed,
        });
        Ok(())
    }

    /// [MS-WSMV] 3.1.4.12: terminate forgets the command, the others only stop it.
    pub(super) fn signal(&mut self, call: &Call<'_>, config: &Config) -> Result<Success> {
        let asked: Signal = body(call)?;
        let shell = self.selected(call)?.require_connected()?;
        let command = shell.command(asked.command_id.as_ref())?;
        let is_terminate = asked.code.is_terminate();
        if !is_terminate && !asked.code.is_ctrl_c() && !asked.code.is_ctrl_break() {
            return Err(FaultReason::InvalidParameter(InvalidParameter::InvalidValue).into());
        }
        if config.is_mutant(Mutant::IgnoresSignal) {
            return Ok(Success::new(action::SIGNAL_RESPONSE, SignalResponse));
        }
        command.process.interrupt();
        let due = command.elapse(call.now_ms, config);
        let ended = command.take_end();
        if is_terminate {
            let id = key(&command.id);
            shell.commands.remove(&id);
        }
        let news = ended.map(|id| shell.news(What::CommandEnded, &id));
        self.news.extend(news);
        self.due.extend(due);
        Ok(Success::new(action::SIGNAL_RESPONSE, SignalResponse))
    }
}

/// What a client wrote to a stream, at most what a process takes.
fn content(stream: &Stream, is_compressed: bool) -> Result<Cow<'_, [u8]>> {
    if !is_compressed {
        return Ok(Cow::Borrowed(&stream.content));
    }
    match Xpress::decompress(&stream.content, PROCESS_STDIN_BYTES_MAX) {
        Ok(content) => Ok(Cow::Owned(content)),
        Err(CompressionError::TooLong { .. }) => {
            Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_USER).into())
        }
        Err(_) => Err(FaultReason::InvalidParameter(InvalidParameter::InvalidValue).into()),
    }
}

/// How much output fits the envelope that the client takes, as base64.
fn output_bytes_max(call: &Call<'_>) -> usize {
    call.room.text_bytes_max().saturating_sub(RECEIVE_OVERHEAD_BYTES) / 4 * 3
}
