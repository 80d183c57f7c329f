//! The table of shells: who may see which, and what is due when.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Mutant;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Call;
use crate::server::errands::Errands;
use crate::server::resources::event_log::News;
use crate::server::resources::event_log::What;
use crate::server::running_shell::RunningShell;
use crate::shell::ShellId;
use crate::shell::bare_guid;
use crate::wsman::FaultReason;
use crate::wsman::InvalidSelectors;
use crate::wsman::WsmanErrorCode;

/// Every shell of the server.
#[derive(Debug, Default)]
pub(super) struct Shells {
    /// By id in upper case: ids are GUIDs, which have no case.
    pub(super) shells: BTreeMap<String, RunningShell>,
    /// Whether nobody owns a shell ([`Mutant::ShellShared`]).
    pub(super) is_shared: bool,
    /// When time last passed.
    now_ms: u64,
    /// Answers that another request made due.
    pub(super) due: Vec<(ConnectionId, Answer)>,
    /// What the event log has not been told.
    pub(super) news: Vec<News>,
    /// The hops that commands wait for.
    pub(super) errands: Errands,
}

/// What Windows answers for a shell or command that is not there.
pub(super) const UNKNOWN: FaultReason = FaultReason::InvalidSelectors(InvalidSelectors::Unexpected);

impl Shells {
    pub(super) fn new(config: &Config) -> Self {
        Self { is_shared: config.is_mutant(Mutant::ShellShared), ..Self::default() }
    }

    /// Whether a user may have one more shell ([MS-WSMV] 2.2.4.42).
    pub(super) fn require_room(&self, user: &str, config: &Config) -> Result<(), FaultReason> {
        if !config.allow_remote_shell_access {
            return Err(FaultReason::InternalError(WsmanErrorCode::REMOTESHELLS_NOT_ALLOWED));
        }
        if self.of_user(user).count() >= config.shells_per_user_max() {
            return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_SHELLS));
        }
        let others: BTreeSet<&str> =
            self.shells.values().map(|shell| shell.owner.as_str()).filter(|owner| *owner != user).collect();
        match others.len() < config.max_concurrent_users {
            true => Ok(()),
            false => Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_SHELLUSERS)),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.shells.len()
    }

    /// The shells that a user may see: its own.
    pub(super) fn of_user(&self, user: &str) -> impl Iterator<Item = &RunningShell> {
        self.shells.values().filter(move |shell| shell.owner == user || self.is_shared)
    }

    /// The shell that the selectors of a call name; its idle time starts again.
    pub(super) fn selected(&mut self, call: &Call<'_>) -> Result<&mut RunningShell, FaultReason> {
        let shell = self.selected_unused(call)?;
        shell.last_used_ms = call.now_ms;
        Ok(shell)
    }

    /// The same, without making use of it. Another user's shell does not exist.
    pub(super) fn selected_unused(&mut self, call: &Call<'_>) -> Result<&mut RunningShell, FaultReason> {
        let id = ShellId::in_selectors(&call.header.selector_set)
            .ok_or(FaultReason::InvalidSelectors(InvalidSelectors::Insufficient))?;
        if call.header.selector_set.0.len() > 1 {
            return Err(UNKNOWN);
        }
        let is_shared = self.is_shared;
        let may_use = |shell: &&mut RunningShell| shell.owner == call.user.name || is_shared;
        self.shells.get_mut(&key(&id)).filter(may_use).ok_or(UNKNOWN)
    }

    /// Lets time pass, and gives the answers that are due.
    pub(super) fn elapse(&mut self, now_ms: u64, config: &Config) -> Vec<(ConnectionId, Answer)> {
        self.now_ms = now_ms;
        let mut due = std::mem::take(&mut self.due);
        self.shells.retain(|_, shell| {
            due.extend(shell.elapse(now_ms, config));
            self.news.extend(shell.take_ended());
            if !shell.is_idle_at(now_ms) {
                return true;
            }
            due.extend(shell.abort_receives(config));
            self.news.push(shell.news(What::ShellDeleted, &shell.id));
            false
        });
        self.errands.prune(&mut self.shells);
        due
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.shells.values().filter_map(RunningShell::deadline_ms).min()
    }

    /// Drops the operations that wait for a connection that is gone. Shells stay ([MS-WSMV] 3.1.6.5).
    pub(super) fn forget_connection(&mut self, id: ConnectionId) {
        for shell in self.shells.values_mut() {
            shell.forget_connection(id, self.now_ms);
        }
    }
}

/// The key of an id in a table, the same for every spelling of it.
pub(super) fn key(id: &impl std::fmt::Display) -> String {
    bare_guid(&id.to_string())
}
