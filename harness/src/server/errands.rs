//! The hops that commands wait for: who asked, and until when that counts.

use std::collections::BTreeMap;

use crate::auth::Delegation;
use crate::auth::credssp::PasswordCreds;
use crate::limits::HOPS_MAX;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::Server;
use crate::server::dispatch::Call;
use crate::server::hop::Errand;
use crate::server::hop::ErrandId;
use crate::server::hop::HopTarget;
use crate::server::hop::Unmet;
use crate::server::process::Process;
use crate::server::running_shell::RunningShell;
use crate::server::shells::Shells;

/// Every hop that is under way. No credential is kept here: it stays with the connection that brought it until the errand
/// is handed out, and so ends with that.
#[derive(Debug, Default)]
pub(super) struct Errands {
    asked: BTreeMap<ErrandId, Asked>,
    begun: u64,
}

/// A hop that a command waits for.
#[derive(Debug, Clone)]
struct Asked {
    connection: ConnectionId,
    user: String,
    /// The key of the shell, and that of the command in it.
    shell: String,
    command: String,
    target: HopTarget,
    is_taken: bool,
}

impl Errands {
    /// Notes a hop, if there is room.
    fn begin(&mut self, asked: Asked) -> Result<(), Unmet> {
        if self.asked.len() >= HOPS_MAX {
            return Err(Unmet::Busy { hops_max: HOPS_MAX });
        }
        self.begun = self.begun.saturating_add(1);
        self.asked.insert(ErrandId(self.begun), asked);
        Ok(())
    }

    fn take(&mut self) -> Vec<(ErrandId, Asked)> {
        let waiting = self.asked.iter_mut().filter(|(_, asked)| !asked.is_taken);
        waiting
            .map(|(id, asked)| {
                asked.is_taken = true;
                (*id, asked.clone())
            })
            .collect()
    }

    /// Forgets the hops that no command waits for any more.
    pub(super) fn prune(&mut self, shells: &mut BTreeMap<String, RunningShell>) {
        self.asked.retain(|_, asked| waiting(shells, asked).is_some());
    }
}

/// The command that waits for a hop.
fn waiting<'s>(shells: &'s mut BTreeMap<String, RunningShell>, asked: &Asked) -> Option<&'s mut Process> {
    let command = shells.get_mut(&asked.shell)?.commands.get_mut(&asked.command)?;
    Some(&mut command.process).filter(|process| process.hop_target().is_some())
}

impl Shells {
    /// Notes the hop that a command wants, or ends it if it may not be.
    pub(super) fn begin_hop(&mut self, call: &Call<'_>, shell: String, command: String, config: &Config) {
        let found = self.shells.get_mut(&shell).and_then(|shell| shell.commands.get_mut(&command));
        let Some(process) = found.map(|command| &mut command.process) else { return };
        let Some(target) = process.hop_target().cloned() else { return };
        let begun = match target.is_allowed_by(config) {
            true => {
                let (connection, user) = (call.connection, call.user.name.clone());
                self.errands.begin(Asked { connection, user, shell, command, target, is_taken: false })
            }
            false => Err(Unmet::NotAllowed { host: target.host }),
        };
        if let Err(unmet) = begun {
            process.end_hop(Err(unmet));
        }
    }

    /// Ends the hops of a connection whose logon is gone.
    pub(super) fn end_hops_of(&mut self, connection: ConnectionId) {
        let Self { shells, errands, .. } = self;
        errands.asked.retain(|_, asked| {
            let is_of = asked.connection == connection;
            if let Some(process) = waiting(shells, asked).filter(|_| is_of) {
                process.end_hop(Err(Unmet::LoggedOff));
            }
            !is_of
        });
    }

    fn end_hop(&mut self, id: ErrandId, outcome: Result<String, Unmet>) {
        let Some(asked) = self.errands.asked.remove(&id) else { return };
        if let Some(process) = waiting(&mut self.shells, &asked) {
            process.end_hop(outcome);
        }
    }
}

impl Server {
    /// Takes the logons at other hosts that commands wait for. Each of them wants to be [done](Self::errand_done).
    pub fn take_errands(&mut self) -> Vec<Errand> {
        let taken = self.shells.errands.take();
        let errand = |(id, asked): (ErrandId, Asked)| Errand {
            id,
            delegation: self.delegated(&asked),
            target: asked.target,
            realm: self.config.realm.clone(),
            kdc: self.config.kdc.clone(),
        };
        taken.into_iter().map(errand).collect()
    }

    /// What the user who asked gave the server to act by. Behind the request somebody else may have logged on.
    fn delegated(&self, asked: &Asked) -> Delegation {
        let authentication =
            self.connections.get(&asked.connection).map(|connection| &connection.authentication);
        let is_users =
            |user: &str| authentication.and_then(|of| of.user()).is_some_and(|there| there.name == user);
        match authentication {
            _ if self.config.is_mutant(Mutant::HopsUndelegated) => password_of(&self.config, &asked.user),
            Some(authentication) if is_users(&asked.user) => authentication.delegation(),
            _ => Delegation::None,
        }
    }

    /// Whether a command still waits for that errand. Once none does, the credential in it has to go.
    #[must_use]
    pub fn wants(&self, id: ErrandId) -> bool {
        // What nobody waits for is pruned after each request.
        self.shells.errands.asked.contains_key(&id)
    }

    /// Takes what came of an errand: who the user is there, or why nobody.
    pub fn errand_done(&mut self, id: ErrandId, outcome: Result<String, Unmet>, moment: Moment) {
        self.shells.end_hop(id, outcome);
        self.elapse(moment);
    }
}

/// What [`Mutant::HopsUndelegated`] acts by: a server that knows passwords could always.
fn password_of(config: &Config, user: &str) -> Delegation {
    let account = config.accounts.iter().find(|account| account.user == user);
    account.map_or(Delegation::None, |account| {
        Delegation::Password(Box::new(PasswordCreds {
            domain_name: String::new(),
            user_name: account.user.clone(),
            password: account.password.clone().into(),
        }))
    })
}
