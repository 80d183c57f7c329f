use crate::wsman::config::CertMappingType;
use crate::wsman::config::ClientAuthType;
use crate::wsman::config::ClientDefaultPortsType;
use crate::wsman::config::ClientType;
use crate::wsman::config::ConfigType;
use crate::wsman::config::ListenerType;
use crate::wsman::config::PluginType;
use crate::wsman::config::SecurityType;
use crate::wsman::config::ServiceAuthType;
use crate::wsman::config::ServiceDefaultPortsType;
use crate::wsman::config::ServiceType;
use crate::wsman::config::Table;
use crate::wsman::config::WinrsType;

/// [3.1.4.2] The resource URI under which a table is got and put.
///
/// [3.1.4.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
pub trait ConfigResource: Table {
    /// The URI.
    const URI: &'static str;
}

macro_rules! resources {
    ($($table:ident = $uri:literal,)*) => {
        $(impl ConfigResource for $table {
            const URI: &'static str = concat!("http://schemas.microsoft.com/wbem/wsman/1/config", $uri);
        })*
    };
}

resources! {
    ConfigType = "",
    ClientType = "/client",
    ClientAuthType = "/client/auth",
    ClientDefaultPortsType = "/client/defaultports",
    ServiceType = "/service",
    ServiceAuthType = "/service/auth",
    ServiceDefaultPortsType = "/service/defaultports",
    CertMappingType = "/service/certmapping",
    SecurityType = "/service/security",
    WinrsType = "/winrs",
    ListenerType = "/listener",
    PluginType = "/plugin",
}
