use crate::server::Mutant;

/// A user that the server knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The logon name, without domain.
    pub user: String,
    /// The password, in clear: NTLM and Basic both need it, and this server guards nothing.
    pub password: String,
    /// Whether the account is in the server's Administrators group. Others are authenticated and then refused, which
    /// is what [`Config`]'s model, the default `RootSDDL` of Windows, does.
    pub is_administrator: bool,
}

/// No password in a log.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("user", &self.user)
            .field("is_administrator", &self.is_administrator)
            .finish_non_exhaustive()
    }
}

/// What an administrator of a real server sets below `winrm/config`; [`Config::default`] has the values of Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The computer's NetBIOS name, which is also the domain of its local accounts.
    pub computer: String,
    /// Who may log on.
    pub accounts: Vec<Account>,
    /// [MS-WSMV 2.2.4.33] `AllowUnencrypted`: SOAP in clear over HTTP.
    pub allow_unencrypted: bool,
    /// [MS-WSMV 2.2.4.34] `Basic`.
    pub basic: bool,
    /// [MS-WSMV 2.2.4.34] `Negotiate`.
    pub negotiate: bool,
    /// `MaxEnvelopeSizekb`: a larger request is answered by HTTP 413.
    pub max_envelope_size_kb: u32,
    /// `MaxTimeoutms`: the longest `OperationTimeout`, and its default.
    pub max_timeout_ms: u64,
    /// `MaxShellsPerUser`.
    pub max_shells_per_user: usize,
    /// `MaxProcessesPerShell`: commands that run at once in one shell.
    pub max_processes_per_shell: usize,
    /// The idle timeout of a shell whose creator asks for none.
    pub idle_timeout_ms: u64,
    /// `MaxIdleTimeoutms`: a longer idle timeout is reduced to it.
    pub max_idle_timeout_ms: u64,
    /// `MaxBatchItems`: items of one response to a Pull.
    pub max_batch_items: u32,
    /// `EnumerationTimeoutms`: an enumeration that nobody pulls ends after it.
    pub enumeration_timeout_ms: u64,
    /// Connections at once; one more is closed unanswered.
    pub max_connections: usize,
    /// How the server misbehaves on purpose.
    pub mutant: Option<Mutant>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            computer: "REFERENCE".to_owned(),
            accounts: Vec::new(),
            allow_unencrypted: false,
            basic: false,
            negotiate: true,
            max_envelope_size_kb: 500,
            max_timeout_ms: 60_000,
            max_shells_per_user: 30,
            max_processes_per_shell: 25,
            idle_timeout_ms: 7_200_000,
            max_idle_timeout_ms: 2_147_483_647,
            max_batch_items: 32_000,
            enumeration_timeout_ms: 60_000,
            max_connections: 300,
            mutant: None,
        }
    }
}

impl Config {
    /// Octets of the largest envelope that the server takes.
    #[must_use]
    pub fn max_envelope_bytes(&self) -> usize {
        usize::try_from(self.max_envelope_size_kb).unwrap_or(usize::MAX).saturating_mul(1024)
    }

    /// Whether the server behaves as `mutant`.
    #[must_use]
    pub fn is_mutant(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }
}
