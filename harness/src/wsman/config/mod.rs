//! [MS-WSMV 2.2.4] `winrm/config`: the tables by which client, service, listeners, remote shells and plug-ins are
//! configured.
//!
//! A table may say only a part: a Put changes what is in it and leaves the rest, which is what administrators' tools
//! send, and an older service tells fewer settings. So every setting is optional.
//!
//! Names of elements and attributes are taken in any letter case and any namespace: Windows documents a Create whose
//! element is in a namespace of another organisation, and its services answer with the resource's URI as namespace where
//! the text has one for all. What is written here is in the namespace of the text.
//!
//! A child that is not known is ignored where it is read, for a newer service may have more;
//! [`Table::read_known`] refuses it, for a service must not say that it stored what it doesn't have.
//!
//! [MS-WSMV 2.2.4]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv

mod cert_mapping;
mod client;
mod error;
mod listener;
mod plugin;
mod resource;
mod root;
mod service;
mod setting;
mod table;
mod winrs;

#[cfg(test)]
mod tests;

pub use cert_mapping::CertMappingType;
pub use client::ClientAuthType;
pub use client::ClientDefaultPortsType;
pub use client::ClientType;
pub use error::ConfigError;
pub use listener::ListenerAddress;
pub use listener::ListenerType;
pub use listener::Transport;
pub use plugin::CapabilityType;
pub use plugin::ParamType;
pub use plugin::PluginType;
pub use plugin::QuotasType;
pub use plugin::ResourceType;
pub use plugin::SecurityType;
pub use resource::ConfigResource;
pub use root::ConfigType;
pub use service::ServiceAuthType;
pub use service::ServiceDefaultPortsType;
pub use service::ServiceType;
pub use service::filter_allows;
pub use setting::Secret;
pub use setting::Setting;
pub use table::Table;
pub use winrs::WinrsType;

use crate::xml::Namespace;

/// The namespace of the tables that the text calls `cfg`.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/config", "cfg");
/// The namespace of certificate mappings.
pub const CERT_MAPPING_NAMESPACE: Namespace =
    Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/config/service/certmapping", "cert");
/// The namespace of plug-ins and security entries.
pub const PLUGIN_NAMESPACE: Namespace =
    Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/config/PluginConfiguration", "plugin");
