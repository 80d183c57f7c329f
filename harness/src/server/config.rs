use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use crate::auth::kerberos::Keytab;
use crate::auth::policy::Host;
use crate::encryption::Hostility;
use crate::limits::COMMANDS_PER_SHELL_MAX;
use crate::limits::HTTP_BODY_BYTES_MAX;
use crate::limits::SHELLS_PER_USER_MAX;
use crate::server::Mutant;
use crate::server::defaults;
use crate::tls::SessionServer;
use crate::wsman::config::CertMappingType;
use crate::wsman::config::ConfigType;
use crate::wsman::config::ListenerType;
use crate::wsman::config::PluginType;
use crate::wsman::config::SecurityType;
use crate::wsman::sddl::SecurityDescriptor;

/// A user that the server knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The logon name, without domain.
    pub user: String,
    /// The password, in clear: NTLM and Basic both need it, and this server guards nothing.
    pub password: String,
    /// Whether the account is in the server's Administrators group. Others are authenticated and then refused, unless
    /// [`Config::root_sddl`] or a security entry lets them.
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

/// [MS-WSMV 2.2.4.34] CbtHardeningLevel: what a server asks of the channel bindings of logons over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CbtHardeningLevel {
    /// They are ignored.
    None,
    /// Those that come have to be right.
    #[default]
    Relaxed,
    /// They have to come, and be right.
    Strict,
}

impl CbtHardeningLevel {
    /// As the configuration spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Relaxed => "Relaxed",
            Self::Strict => "Strict",
        }
    }

    /// The level of a name, whatever its case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Relaxed, Self::Strict]
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(name))
    }
}

/// What an administrator of a real server sets below `winrm/config`; [`Config::default`] has the values of Windows.
#[derive(Debug, Clone)]
pub struct Config {
    /// The computer's NetBIOS name, which is also the domain of its local accounts.
    pub computer: String,
    /// The Kerberos realm that the computer is in, whose principals are the accounts of the same name; empty for none.
    pub realm: String,
    /// The computer's keys in the realm. Without any it takes no tickets, and offers no Kerberos.
    pub service_keys: Keytab,
    /// The KDC of the realm, `host:port`, which is asked for tickets in the name of users who delegate one; empty for none.
    pub kdc: String,
    /// The hosts that the command `hop` reaches besides those of this computer.
    pub hops_to: Vec<Host>,
    /// Who may log on.
    pub accounts: Vec<Account>,
    /// [MS-WSMV 2.2.4.36] `RootSDDL`: who may do what where no security entry says so.
    pub root_sddl: SecurityDescriptor,
    /// [MS-WSMV 2.2.4.36] `AllowUnencrypted`: SOAP in clear over HTTP.
    pub allow_unencrypted: bool,
    /// [MS-WSMV 2.2.4.34] `Basic`.
    pub basic: bool,
    /// [MS-WSMV 2.2.4.34] `Negotiate`: SPNEGO is taken, with NTLM in it or with Kerberos.
    pub negotiate: bool,
    /// [MS-WSMV 2.2.4.34] `Kerberos`: SPNEGO is taken with Kerberos in it, and Kerberos without SPNEGO.
    pub kerberos: bool,
    /// [MS-WSMV 2.2.4.34] `Certificate`: over TLS, a client's certificate that [`Self::cert_mappings`] knows.
    pub certificate: bool,
    /// [MS-WSMV 2.2.4.34] `CredSSP`, which gives the server the client's password.
    pub credssp: bool,
    /// The certificate of the TLS inside CredSSP, which any will do for. Without one the server does not support CredSSP:
    /// it neither tells the setting nor lets it be changed.
    pub credssp_server: Option<SessionServer>,
    /// [MS-WSMV 2.2.4.34] `CbtHardeningLevel`.
    pub cbt_hardening_level: CbtHardeningLevel,
    /// `MaxEnvelopeSizekb`: a larger request is answered by HTTP 413.
    pub max_envelope_size_kb: u32,
    /// `MaxTimeoutms`: the longest `OperationTimeout`, and its default.
    pub max_timeout_ms: u64,
    /// `AllowRemoteShellAccess`: whether shells can be created.
    pub allow_remote_shell_access: bool,
    /// `MaxConcurrentUsers`: users who have shells at once.
    pub max_concurrent_users: usize,
    /// `MaxShellsPerUser`; 0 is no limit but [`SHELLS_PER_USER_MAX`].
    pub max_shells_per_user: usize,
    /// `MaxProcessesPerShell`: commands that run at once in one shell; 0 is no limit but [`COMMANDS_PER_SHELL_MAX`].
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
    /// `MaxConcurrentOperationsPerUser`: operations of one user that are owed an answer.
    pub max_concurrent_operations_per_user: usize,
    /// `MaxPacketRetrievalTimeSeconds`: how long a request may take to come in whole, from its first octet.
    pub max_packet_retrieval_time_ms: u64,
    /// `winrm/config/listener`. The table says at which paths requests are answered; whoever owns the sockets looks at
    /// [`Server::config`](crate::server::Server::config) and opens and closes them by it, or doesn't, as `net` doesn't yet.
    pub listeners: Vec<ListenerType>,
    /// `winrm/config/service/certmapping`: which account a client's certificate stands for.
    pub cert_mappings: Vec<CertMappingType>,
    /// `winrm/config/service/security`: who may use some resources, in place of `root_sddl`.
    pub securities: Vec<SecurityType>,
    /// `winrm/config/plugin`. A resource that is listed with the capability `Shell` needs the right to execute.
    pub plugins: Vec<PluginType>,
    /// The addresses that the computer has, which listeners can be for. It can't look for itself.
    pub addresses: Vec<IpAddr>,
    /// The settings that are kept and told and that change nothing here. What has a field above counts from there.
    pub kept: ConfigType,
    /// Sealed answers whose ciphertext has what careless receivers stumble over, where their encoding allows it. They mean
    /// the same, and every client has to open them.
    pub hostile_answers: Option<Hostility>,
    /// How the server misbehaves on purpose.
    pub mutant: Option<Mutant>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            computer: "REFERENCE".to_owned(),
            realm: String::new(),
            service_keys: Keytab::default(),
            kdc: String::new(),
            hops_to: Vec::new(),
            accounts: Vec::new(),
            root_sddl: defaults::root_sddl(),
            allow_unencrypted: false,
            basic: false,
            negotiate: true,
            kerberos: true,
            certificate: false,
            credssp: false,
            credssp_server: None,
            cbt_hardening_level: CbtHardeningLevel::default(),
            max_envelope_size_kb: 500,
            max_timeout_ms: 60_000,
            allow_remote_shell_access: true,
            max_concurrent_users: 10,
            max_shells_per_user: 30,
            max_processes_per_shell: 25,
            idle_timeout_ms: 7_200_000,
            max_idle_timeout_ms: 2_147_483_647,
            max_batch_items: 32_000,
            enumeration_timeout_ms: 60_000,
            max_connections: 300,
            max_concurrent_operations_per_user: 1500,
            max_packet_retrieval_time_ms: 120_000,
            listeners: vec![defaults::listener()],
            cert_mappings: Vec::new(),
            securities: Vec::new(),
            plugins: defaults::plugins(),
            addresses: vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)],
            kept: defaults::kept(),
            hostile_answers: None,
            mutant: None,
        }
    }
}

impl Config {
    /// Octets of the largest envelope that the server takes.
    #[must_use]
    pub fn max_envelope_bytes(&self) -> usize {
        let configured =
            usize::try_from(self.max_envelope_size_kb).unwrap_or(usize::MAX).saturating_mul(1024);
        configured.min(HTTP_BODY_BYTES_MAX)
    }

    /// Whether a listener that is enabled has that path, which has no slashes at its ends.
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        let is_enabled =
            |listener: &&ListenerType| listener.enabled.as_ref().is_none_or(|enabled| enabled.value);
        let prefix = |listener: &ListenerType| {
            listener.url_prefix.as_ref().map_or("wsman", |prefix| prefix.value.as_str()) == path
        };
        self.listeners.iter().filter(is_enabled).any(prefix)
    }

    /// Whether SPNEGO is taken: "if and only if either the Negotiate property or the Kerberos property is true".
    #[must_use]
    pub fn takes_spnego(&self) -> bool {
        self.negotiate || self.kerberos
    }

    /// Whether there is Kerberos without SPNEGO. A computer without keys of a realm has none, whatever the setting.
    #[must_use]
    pub fn takes_kerberos(&self) -> bool {
        self.kerberos && self.knows_kerberos()
    }

    /// Whether the server could take tickets.
    #[must_use]
    pub fn knows_kerberos(&self) -> bool {
        !self.service_keys.entries.is_empty()
    }

    /// Whether CredSSP is taken.
    #[must_use]
    pub fn takes_credssp(&self) -> bool {
        self.credssp && self.knows_credssp()
    }

    /// Whether the server could take CredSSP: it has a certificate to do it with.
    #[must_use]
    pub fn knows_credssp(&self) -> bool {
        self.credssp_server.is_some()
    }

    /// Shells that one user has at once.
    #[must_use]
    pub fn shells_per_user_max(&self) -> usize {
        bounded(self.max_shells_per_user, SHELLS_PER_USER_MAX)
    }

    /// Commands that run at once in one shell.
    #[must_use]
    pub fn processes_per_shell_max(&self) -> usize {
        bounded(self.max_processes_per_shell, COMMANDS_PER_SHELL_MAX)
    }

    /// Whether the server behaves as `mutant`.
    #[must_use]
    pub fn is_mutant(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }
}

/// 0 is no limit, and no limit is the server's own.
fn bounded(configured: usize, max: usize) -> usize {
    match configured {
        0 => max,
        configured => configured.min(max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_the_servers_own() {
        let config = |max_shells_per_user| Config { max_shells_per_user, ..Config::default() };
        assert_eq!(config(0).shells_per_user_max(), SHELLS_PER_USER_MAX);
        assert_eq!(config(SHELLS_PER_USER_MAX).shells_per_user_max(), SHELLS_PER_USER_MAX);
        assert_eq!(config(SHELLS_PER_USER_MAX + 1).shells_per_user_max(), SHELLS_PER_USER_MAX);
        assert_eq!(config(2).shells_per_user_max(), 2);
        let config = Config { max_processes_per_shell: 0, ..Config::default() };
        assert_eq!(config.processes_per_shell_max(), COMMANDS_PER_SHELL_MAX);
    }

    #[test]
    fn the_largest_envelope_is_no_larger_than_what_http_carries() {
        let config = |max_envelope_size_kb| Config { max_envelope_size_kb, ..Config::default() };
        assert_eq!(config(65_536).max_envelope_bytes(), HTTP_BODY_BYTES_MAX);
        assert_eq!(config(65_537).max_envelope_bytes(), HTTP_BODY_BYTES_MAX);
        assert_eq!(config(65_535).max_envelope_bytes(), HTTP_BODY_BYTES_MAX - 1024);
    }
}
