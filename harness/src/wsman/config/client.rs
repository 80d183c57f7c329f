use crate::wsman::config::ConfigError;
use crate::wsman::config::NAMESPACE;
use crate::wsman::config::Setting;
use crate::wsman::config::error::UNSIGNED_INT_MAX;
use crate::wsman::config::error::require_range;
use crate::wsman::config::error::require_url_prefix;
use crate::wsman::config::table::table;

table! {
    /// [2.2.4.6] ClientType, how the computer is a client. A service keeps it for its own computer's clients.
    ///
    /// [2.2.4.6]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ClientType = "Client" in NAMESPACE, {
        /// How much longer than its `OperationTimeout` a client waits for an answer, in milliseconds, from 500.
        network_delay_ms: Setting<u64> = "NetworkDelayms",
        /// The path of services, without slashes at its ends.
        url_prefix: Setting<String> = "URLPrefix",
        /// Whether to send SOAP in clear.
        allow_unencrypted: Setting<bool> = "AllowUnencrypted",
        /// The schemes to authenticate by.
        auth: ClientAuthType = "Auth",
        /// The ports where an address names none.
        default_ports: ClientDefaultPortsType = "DefaultPorts",
        /// Hosts that need not prove who they are: nothing, `*`, or patterns with commas between them.
        trusted_hosts: Setting<String> = "TrustedHosts",
    }
}

table! {
    /// [2.2.4.4] ClientAuthType, the schemes by which the client authenticates.
    ///
    /// [2.2.4.4]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ClientAuthType = "Auth" in NAMESPACE, {
        /// Name and password in clear.
        basic: Setting<bool> = "Basic",
        /// Digest, which services don't take.
        digest: Setting<bool> = "Digest",
        /// Kerberos.
        kerberos: Setting<bool> = "Kerberos",
        /// Kerberos or NTLM.
        negotiate: Setting<bool> = "Negotiate",
        /// A TLS client certificate.
        certificate: Setting<bool> = "Certificate",
        /// CredSSP, which hands the password over.
        cred_ssp: Setting<bool> = "CredSSP",
    }
}

table! {
    /// [2.2.4.5] ClientDefaultPortsType, the ports where an address names none, 1 to 65535.
    ///
    /// [2.2.4.5]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ClientDefaultPortsType = "DefaultPorts" in NAMESPACE, {
        /// The port of `http`.
        http: Setting<u64> = "HTTP",
        /// The port of `https`.
        https: Setting<u64> = "HTTPS",
    }
}

impl ClientType {
    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        require_range("NetworkDelayms", self.network_delay_ms.as_ref(), (500, UNSIGNED_INT_MAX))?;
        require_url_prefix(self.url_prefix.as_ref())?;
        require_trusted_hosts(self.trusted_hosts.as_ref())?;
        self.default_ports.as_ref().map_or(Ok(()), ClientDefaultPortsType::check)
    }
}

impl ClientDefaultPortsType {
    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        require_range("HTTP", self.http.as_ref(), (1, 65_535))?;
        require_range("HTTPS", self.https.as_ref(), (1, 65_535))
    }
}

/// [2.2.4.6] "Blank", "the asterisk", or names, `<local>`, and patterns with one asterisk at one end.
///
/// [2.2.4.6]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
fn require_trusted_hosts(setting: Option<&Setting<String>>) -> Result<(), ConfigError> {
    let Some(setting) = setting else { return Ok(()) };
    let list = setting.value.as_str();
    let is_pattern = |pattern: &str| {
        let pattern = pattern.trim();
        let inner = pattern.strip_prefix('*').or_else(|| pattern.strip_suffix('*')).unwrap_or(pattern);
        !inner.is_empty() && !inner.contains('*')
    };
    match list.is_empty() || list == "*" || list.split(',').all(is_pattern) {
        true => Ok(()),
        false => Err(ConfigError::unknown("TrustedHosts", "blank, `*` or a list of hosts", list)),
    }
}
