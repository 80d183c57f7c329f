//! One shell and its commands.

use std::collections::BTreeMap;

use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::dispatch::Answer;
use crate::server::process::Surroundings;
use crate::server::receive::RunningCommand;
use crate::server::resources::event_log::News;
use crate::server::resources::event_log::What;
use crate::shell::CommandId;
use crate::shell::Shell;
use crate::shell::ShellId;
use crate::wsman::FaultReason;
use crate::wsman::SessionId;
use crate::wsman::WsmanErrorCode;

/// A shell that was created and not yet deleted.
#[derive(Debug)]
pub(super) struct RunningShell {
    pub(super) id: ShellId,
    /// The user whose shell it is.
    pub(super) owner: String,
    /// What its creator asked for and was told.
    pub(super) described: Shell,
    pub(super) surroundings: Surroundings,
    /// By id in upper case.
    pub(super) commands: BTreeMap<String, RunningCommand>,
    pub(super) link: Link,
    /// Whether its creator chose the id, without which it can't be left and found again.
    pub(super) can_disconnect: bool,
    /// Whether what its streams carry is compressed by Xpress ([MS-WSMV] 3.1.4.1.31.6).
    pub(super) is_compressed: bool,
    pub(super) idle_timeout_ms: u64,
    pub(super) created_ms: u64,
    pub(super) last_used_ms: u64,
}

/// Whether a client holds the shell ([MS-WSMV] 3.1.4.15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    /// The client of this session does.
    Connected(Option<SessionId>),
    /// Nobody does.
    Disconnected,
}

impl RunningShell {
    /// Refuses what a disconnected shell does not do ([MS-WSMV] 3.1.4.1.31.7).
    pub(super) fn require_connected(&mut self) -> Result<&mut Self, FaultReason> {
        match self.link {
            Link::Connected(_) => Ok(self),
            Link::Disconnected => Err(FaultReason::InternalError(WsmanErrorCode::WINRS_SHELL_DISCONNECTED)),
        }
    }

    /// Lets time pass in its commands, and gives the answers that are due.
    pub(super) fn elapse(&mut self, now_ms: u64, config: &Config) -> Vec<(ConnectionId, Answer)> {
        let mut due = Vec::new();
        for command in self.commands.values_mut() {
            if let Some(answer) = command.elapse(now_ms, config) {
                self.last_used_ms = now_ms;
                due.push(answer);
            }
        }
        due
    }

    /// Answers the Receives that wait for a command of a shell that goes.
    pub(super) fn abort_receives(&mut self, config: &Config) -> Vec<(ConnectionId, Answer)> {
        self.answer_receives(&FaultReason::InternalError(WsmanErrorCode::COMMAND_TERMINATED), config)
    }

    /// Answers the Receives that wait in a shell that its client leaves.
    pub(super) fn disconnect_receives(&mut self, config: &Config) -> Vec<(ConnectionId, Answer)> {
        self.answer_receives(&FaultReason::InternalError(WsmanErrorCode::WINRS_SHELL_DISCONNECTED), config)
    }

    /// Whether its idle time is over. A Receive that waits is use.
    pub(super) fn is_idle_at(&self, now_ms: u64) -> bool {
        self.idle_deadline_ms().is_some_and(|at| at <= now_ms)
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.commands.values().filter_map(RunningCommand::deadline_ms).chain(self.idle_deadline_ms()).min()
    }

    /// Drops the Receives of a connection that is gone; the shell was in use until now.
    pub(super) fn forget_connection(&mut self, id: ConnectionId, now_ms: u64) {
        for command in self.commands.values_mut() {
            if command.forget_connection(id) {
                self.last_used_ms = now_ms;
            }
        }
    }

    /// Something that happened in the shell.
    pub(super) fn news(&self, what: What, subject: &impl std::fmt::Display) -> News {
        let client_ip = self.described.client_ip.clone().unwrap_or_default();
        News { what, user: self.owner.clone(), client_ip, subject: subject.to_string() }
    }

    /// The commands that ended since this was last asked.
    pub(super) fn take_ended(&mut self) -> Vec<News> {
        let ended: Vec<CommandId> = self.commands.values_mut().filter_map(RunningCommand::take_end).collect();
        ended.iter().map(|id| self.news(What::CommandEnded, id)).collect()
    }

    pub(super) fn command(&mut self, id: Option<&CommandId>) -> Result<&mut RunningCommand, FaultReason> {
        // Input and output of the shell itself are PowerShell's; the command shell has none (3.1.4.1.31.1).
        let id = id.ok_or(FaultReason::InternalError(WsmanErrorCode::WIN32_INVALID_PARAMETER))?;
        self.commands.get_mut(&super::shells::key(id)).ok_or(super::shells::UNKNOWN)
    }

    fn answer_receives(&mut self, reason: &FaultReason, config: &Config) -> Vec<(ConnectionId, Answer)> {
        self.commands.values_mut().filter_map(|command| command.abort_receive(reason, config)).collect()
    }

    fn idle_deadline_ms(&self) -> Option<u64> {
        let is_waited_for = self.commands.values().any(RunningCommand::is_waited_for);
        (!is_waited_for).then(|| self.last_used_ms.saturating_add(self.idle_timeout_ms))
    }
}
