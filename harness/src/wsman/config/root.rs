use crate::wsman::config::ClientType;
use crate::wsman::config::ConfigError;
use crate::wsman::config::NAMESPACE;
use crate::wsman::config::ServiceType;
use crate::wsman::config::Setting;
use crate::wsman::config::WinrsType;
use crate::wsman::config::error::UNSIGNED_INT_MAX;
use crate::wsman::config::error::require_range;
use crate::wsman::config::table::table;

table! {
    /// [2.2.4.10] ConfigType, everything but listeners, certificate mappings and plug-ins, which are asked for apart.
    ///
    /// [2.2.4.10]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ConfigType = "Config" in NAMESPACE, {
        /// The largest request, in units of 1024 octets, from 32.
        max_envelope_size_kb: Setting<u64> = "MaxEnvelopeSizekb",
        /// The longest `OperationTimeout` of anything but a Pull, in milliseconds, from 500.
        max_timeout_ms: Setting<u64> = "MaxTimeoutms",
        /// The most items that a Pull gets, from 1.
        max_batch_items: Setting<u64> = "MaxBatchItems",
        /// Out of use: 4294967295 and nothing else.
        max_provider_requests: Setting<u64> = "MaxProviderRequests",
        /// The client.
        client: ClientType = "Client",
        /// The service.
        service: ServiceType = "Service",
        /// Remote shells.
        winrs: WinrsType = "Winrs",
    }
}

impl ConfigType {
    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        require_range("MaxEnvelopeSizekb", self.max_envelope_size_kb.as_ref(), (32, UNSIGNED_INT_MAX))?;
        require_range("MaxTimeoutms", self.max_timeout_ms.as_ref(), (500, UNSIGNED_INT_MAX))?;
        require_range("MaxBatchItems", self.max_batch_items.as_ref(), (1, UNSIGNED_INT_MAX))?;
        require_range("MaxProviderRequests", self.max_provider_requests.as_ref(), (1, UNSIGNED_INT_MAX))?;
        self.client.as_ref().map_or(Ok(()), ClientType::check)?;
        self.service.as_ref().map_or(Ok(()), ServiceType::check)?;
        self.winrs.as_ref().map_or(Ok(()), WinrsType::check)
    }
}
