use crate::wsman::config::ConfigError;
use crate::wsman::config::NAMESPACE;
use crate::wsman::config::Setting;
use crate::wsman::config::error::SIGNED_INT_MAX;
use crate::wsman::config::error::require_range;
use crate::wsman::config::table::table;

table! {
    /// [2.2.4.42] WinrsType, the quotas of remote shells. But for users, 0 is no limit.
    ///
    /// [2.2.4.42]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    WinrsType = "Winrs" in NAMESPACE, {
        /// Whether shells can be created.
        allow_remote_shell_access: Setting<bool> = "AllowRemoteShellAccess",
        /// How long a shell stays that nobody uses, in milliseconds.
        idle_timeout: Setting<u64> = "IdleTimeout",
        /// How many users have shells at once, 1 to 100; Windows itself says 2147483647 where nobody set it.
        max_concurrent_users: Setting<u64> = "MaxConcurrentUsers",
        /// Out of use: 2147483647 and nothing else.
        max_shell_run_time: Setting<u64> = "MaxShellRunTime",
        /// Processes at once in one shell.
        max_processes_per_shell: Setting<u64> = "MaxProcessesPerShell",
        /// Memory of one shell and its processes, in units of 1048576 octets.
        max_memory_per_shell_mb: Setting<u64> = "MaxMemoryPerShellMB",
        /// Shells at once of one user.
        max_shells_per_user: Setting<u64> = "MaxShellsPerUser",
    }
}

impl WinrsType {
    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        let any = (0, SIGNED_INT_MAX);
        let is_unset = self.max_concurrent_users.as_ref().is_some_and(|users| users.value == SIGNED_INT_MAX);
        if !is_unset {
            require_range("MaxConcurrentUsers", self.max_concurrent_users.as_ref(), (1, 100))?;
        }
        require_range("IdleTimeout", self.idle_timeout.as_ref(), any)?;
        require_range("MaxShellRunTime", self.max_shell_run_time.as_ref(), any)?;
        require_range("MaxProcessesPerShell", self.max_processes_per_shell.as_ref(), any)?;
        require_range("MaxMemoryPerShellMB", self.max_memory_per_shell_mb.as_ref(), any)?;
        require_range("MaxShellsPerUser", self.max_shells_per_user.as_ref(), any)
    }
}
