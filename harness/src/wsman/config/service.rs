use std::net::IpAddr;

use crate::wsman::config::ConfigError;
use crate::wsman::config::NAMESPACE;
use crate::wsman::config::Setting;
use crate::wsman::config::error::UNSIGNED_INT_MAX;
use crate::wsman::config::error::require_range;
use crate::wsman::config::table::table;

table! {
    /// [2.2.4.36] ServiceType, how the computer is a server. `EnableCompatibilityHttpListener`,
    /// `EnableCompatibilityHttpsListener` and `AllowRemoteAccess` are not in the text; every recorded service tells them.
    ///
    /// [2.2.4.36]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ServiceType = "Service" in NAMESPACE, {
        /// Who may do what, as SDDL.
        root_sddl: Setting<String> = "RootSDDL",
        /// Out of use: 4294967295 and nothing else.
        max_concurrent_operations: Setting<u64> = "MaxConcurrentOperations",
        /// Enumerations of one user at once, from 1.
        max_concurrent_operations_per_user: Setting<u64> = "MaxConcurrentOperationsPerUser",
        /// How long an enumeration stays that nobody pulls, in milliseconds, from 500.
        enumeration_timeout_ms: Setting<u64> = "EnumerationTimeoutms",
        /// Connections at once, 1 to 512.
        max_connections: Setting<u64> = "MaxConnections",
        /// How long a request may take to come in, in seconds, from 1.
        max_packet_retrieval_time_seconds: Setting<u64> = "MaxPacketRetrievalTimeSeconds",
        /// Whether SOAP in clear is taken and given.
        allow_unencrypted: Setting<bool> = "AllowUnencrypted",
        /// The schemes by which users authenticate.
        auth: ServiceAuthType = "Auth",
        /// The ports of listeners that name none.
        default_ports: ServiceDefaultPortsType = "DefaultPorts",
        /// The IPv4 addresses of listeners: nothing, `*`, or ranges.
        ipv4_filter: Setting<String> = "IPv4Filter",
        /// The IPv6 addresses of listeners: nothing, `*`, or ranges.
        ipv6_filter: Setting<String> = "IPv6Filter",
        /// Whether there is also a listener at port 80.
        enable_compatibility_http_listener: Setting<bool> = "EnableCompatibilityHttpListener",
        /// Whether there is also a listener at port 443.
        enable_compatibility_https_listener: Setting<bool> = "EnableCompatibilityHttpsListener",
        /// The certificate of the service: 40 hexadecimal digits, or nothing.
        certificate_thumbprint: Setting<String> = "CertificateThumbprint",
        /// Whether requests from other computers are taken. Only a policy changes it.
        allow_remote_access: Setting<bool> = "AllowRemoteAccess",
    }
}

table! {
    /// [2.2.4.34] ServiceAuthType, the schemes by which users authenticate.
    ///
    /// [2.2.4.34]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ServiceAuthType = "Auth" in NAMESPACE, {
        /// Name and password in clear.
        basic: Setting<bool> = "Basic",
        /// Kerberos.
        kerberos: Setting<bool> = "Kerberos",
        /// Kerberos or NTLM.
        negotiate: Setting<bool> = "Negotiate",
        /// A TLS client certificate.
        certificate: Setting<bool> = "Certificate",
        /// CredSSP, which gets the user's password.
        cred_ssp: Setting<bool> = "CredSSP",
        /// What to do about channel bindings: `Strict`, `Relaxed` or `None`.
        cbt_hardening_level: Setting<String> = "CbtHardeningLevel",
    }
}

table! {
    /// [2.2.4.35] ServiceDefaultPortsType, the ports of listeners that name none, 1 to 65535. "SHOULD be read-only."
    ///
    /// [2.2.4.35]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ServiceDefaultPortsType = "DefaultPorts" in NAMESPACE, {
        /// The port of `http`.
        http: Setting<u64> = "HTTP",
        /// The port of `https`.
        https: Setting<u64> = "HTTPS",
    }
}

impl ServiceType {
    /// Refuses values that the text doesn't allow. The descriptor is a matter of [`crate::wsman::sddl`].
    pub fn check(&self) -> Result<(), ConfigError> {
        let from = |min| (min, UNSIGNED_INT_MAX);
        require_range("MaxConcurrentOperations", self.max_concurrent_operations.as_ref(), from(1))?;
        let per_user = self.max_concurrent_operations_per_user.as_ref();
        require_range("MaxConcurrentOperationsPerUser", per_user, from(1))?;
        require_range("EnumerationTimeoutms", self.enumeration_timeout_ms.as_ref(), from(500))?;
        require_range("MaxConnections", self.max_connections.as_ref(), (1, 512))?;
        let retrieval = self.max_packet_retrieval_time_seconds.as_ref();
        require_range("MaxPacketRetrievalTimeSeconds", retrieval, from(1))?;
        self.default_ports.as_ref().map_or(Ok(()), ServiceDefaultPortsType::check)?;
        self.auth.as_ref().map_or(Ok(()), ServiceAuthType::check)?;
        require_filter("IPv4Filter", self.ipv4_filter.as_ref(), IpAddr::is_ipv4)?;
        require_filter("IPv6Filter", self.ipv6_filter.as_ref(), IpAddr::is_ipv6)
    }
}

impl ServiceAuthType {
    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        let Some(level) = &self.cbt_hardening_level else { return Ok(()) };
        let is_known =
            ["Strict", "Relaxed", "None"].iter().any(|known| known.eq_ignore_ascii_case(&level.value));
        match is_known {
            true => Ok(()),
            false => Err(ConfigError::unknown("CbtHardeningLevel", "Strict, Relaxed or None", &level.value)),
        }
    }
}

impl ServiceDefaultPortsType {
    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        require_range("HTTP", self.http.as_ref(), (1, 65_535))?;
        require_range("HTTPS", self.https.as_ref(), (1, 65_535))
    }
}

fn require_filter(
    name: &'static str,
    setting: Option<&Setting<String>>,
    is_of_family: fn(&IpAddr) -> bool,
) -> Result<(), ConfigError> {
    let Some(setting) = setting else { return Ok(()) };
    let filter = setting.value.as_str();
    let is_right = |range: &str| {
        range_of(range).is_some_and(|(first, last)| is_of_family(&first) && is_of_family(&last))
    };
    match filter.is_empty() || filter == "*" || filter.split(',').all(is_right) {
        true => Ok(()),
        false => Err(ConfigError::unknown(name, "blank, `*` or ranges such as `10.0.0.1-10.0.0.9`", filter)),
    }
}

/// The first and the last address of a range, "the smaller value occurs first in the pair".
fn range_of(range: &str) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

/// Whether a filter such as [`ServiceType::ipv4_filter`] lets an address of its family be used.
pub fn filter_allows(filter: &str, address: IpAddr) -> bool {
    let is_inside =
        |range: &str| range_of(range).is_some_and(|(first, last)| first <= address && address <= last);
    filter == "*" || filter.split(',').any(is_inside)
}
