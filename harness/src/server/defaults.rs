//! How Windows is configured where nobody touched it.

use crate::wsman::config::CapabilityType;
use crate::wsman::config::ClientAuthType;
use crate::wsman::config::ClientDefaultPortsType;
use crate::wsman::config::ClientType;
use crate::wsman::config::ConfigType;
use crate::wsman::config::ListenerType;
use crate::wsman::config::PluginType;
use crate::wsman::config::ResourceType;
use crate::wsman::config::ServiceDefaultPortsType;
use crate::wsman::config::ServiceType;
use crate::wsman::config::Setting;
use crate::wsman::config::WinrsType;
use crate::wsman::sddl::SecurityDescriptor;

/// What recorded services have; the text leaves the interactive users out.
const ROOT_SDDL: &str = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)";
/// A setting that is out of use holds the most that its type does.
const OUT_OF_USE: u64 = 0xFFFF_FFFF;

/// Who may do what: administrators, everything. A user of a service has logged on over the network, so what
/// interactive users may is nobody's here.
pub(super) fn root_sddl() -> SecurityDescriptor {
    let nobody = SecurityDescriptor { owner: None, group: None, dacl: Some(Default::default()), sacl: None };
    SecurityDescriptor::parse(ROOT_SDDL).unwrap_or(nobody)
}

/// The listener that `winrm quickconfig` makes.
pub(super) fn listener() -> ListenerType {
    ListenerType {
        address: text("*"),
        transport: text("HTTP"),
        port: Some(5985.into()),
        hostname: text(""),
        enabled: Some(true.into()),
        url_prefix: text("wsman"),
        certificate_thumbprint: text(""),
        ..ListenerType::default()
    }
}

/// [MS-WSMV 3.1.4.1.34.3] those of the plug-ins of Windows whose resources this server has.
pub(super) fn plugins() -> Vec<PluginType> {
    let wmi = ["Identify", "Get", "Put", "Create", "Delete", "Invoke", "Enumerate"];
    let classes =
        ["http://schemas.microsoft.com/wbem/wsman/1/wmi", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema"];
    let events = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
    vec![plugin("WMI Provider", &classes, &wmi), plugin("Event Forwarding Plugin", &[events], &["Subscribe"])]
}

fn plugin(name: &str, resources: &[&str], capabilities: &[&str]) -> PluginType {
    let takes_part = |kind: &str, what: &[&str]| what.contains(&kind);
    let capability: Vec<CapabilityType> = capabilities
        .iter()
        .map(|kind| CapabilityType {
            kind: (*kind).to_owned(),
            supports_fragment: takes_part(kind, &["Get", "Put"]),
            supports_filtering: takes_part(kind, &["Enumerate", "Subscribe"]),
        })
        .collect();
    let resource = |uri: &&str| ResourceType {
        resource_uri: (*uri).to_owned(),
        supports_options: true,
        capability: capability.clone(),
        ..ResourceType::default()
    };
    PluginType {
        name: name.to_owned(),
        attributes: vec![("SDKVersion", "1".to_owned()), ("XmlRenderingType", "text".to_owned())],
        resources: resources.iter().map(resource).collect(),
        ..PluginType::default()
    }
}

/// The settings that change nothing in this server.
pub(super) fn kept() -> ConfigType {
    ConfigType {
        max_provider_requests: Some(OUT_OF_USE.into()),
        client: Some(client()),
        service: Some(ServiceType {
            max_concurrent_operations: Some(OUT_OF_USE.into()),
            default_ports: Some(ServiceDefaultPortsType {
                http: Some(5985.into()),
                https: Some(5986.into()),
            }),
            ipv4_filter: text("*"),
            ipv6_filter: text("*"),
            enable_compatibility_http_listener: Some(false.into()),
            enable_compatibility_https_listener: Some(false.into()),
            certificate_thumbprint: text(""),
            allow_remote_access: Some(true.into()),
            ..ServiceType::default()
        }),
        winrs: Some(WinrsType {
            max_shell_run_time: Some(0x7FFF_FFFF.into()),
            max_memory_per_shell_mb: Some(1024.into()),
            ..WinrsType::default()
        }),
        ..ConfigType::default()
    }
}

fn client() -> ClientType {
    let on = || Some(true.into());
    ClientType {
        network_delay_ms: Some(5000.into()),
        url_prefix: text("wsman"),
        allow_unencrypted: Some(false.into()),
        auth: Some(ClientAuthType {
            basic: on(),
            digest: on(),
            kerberos: on(),
            negotiate: on(),
            certificate: on(),
            cred_ssp: Some(false.into()),
        }),
        default_ports: Some(ClientDefaultPortsType { http: Some(5985.into()), https: Some(5986.into()) }),
        trusted_hosts: text(""),
    }
}

fn text(value: &str) -> Option<Setting<String>> {
    Some(value.to_owned().into())
}
