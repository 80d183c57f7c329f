//! Services: the class that everybody asks first.

use crate::server::resources::cim::record::Record;
use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Method;
use crate::server::resources::cim::schema::key;
use crate::server::resources::cim::schema::read;
use crate::server::resources::cim::schema::required;
use crate::server::resources::cim::schema::write;
use crate::wsman::cim::Kind;

/// As many as a Windows server has.
const SERVICES: usize = 200;

/// The root of all classes of managed elements, whose instances have more properties than it.
pub(super) const ANCESTORS: &[&str] =
    &["Win32_BaseService", "CIM_Service", "CIM_LogicalElement", "CIM_ManagedSystemElement"];

pub(super) static CLASS: Class = Class {
    name: "Win32_Service",
    ancestors: ANCESTORS,
    namespace: "root/cimv2",
    properties: &[
        read("AcceptPause", Kind::Boolean),
        read("AcceptStop", Kind::Boolean),
        read("Caption", Kind::String),
        read("CreationClassName", Kind::String),
        write("Description", Kind::String),
        write("DisplayName", Kind::String),
        read("ErrorControl", Kind::String),
        read("ExitCode", Kind::Uint32),
        read("InstallDate", Kind::Datetime),
        key("Name", Kind::String),
        read("PathName", Kind::String),
        read("ProcessId", Kind::Uint32),
        read("ServiceType", Kind::String),
        read("Started", Kind::Boolean),
        write("StartMode", Kind::String),
        read("StartName", Kind::String),
        read("State", Kind::String),
        read("Status", Kind::String),
        read("SystemName", Kind::String),
        read("TagId", Kind::Uint32),
    ],
    methods: &[
        Method { name: "StartService", is_static: false, inputs: &[] },
        Method { name: "StopService", is_static: false, inputs: &[] },
        Method { name: "ChangeStartMode", is_static: false, inputs: &[required("StartMode", Kind::String)] },
    ],
    is_creatable: false,
    is_deletable: false,
};

/// The services that are there from the start: the same in every run.
pub(super) fn services(computer: &str) -> Vec<Record> {
    let named = [
        ("Winmgmt", "Windows Management Instrumentation", "Auto", true),
        ("WinRM", "Windows Remote Management (WS-Management)", "Auto", true),
        ("Spooler", "Print Spooler", "Auto", true),
        ("RemoteRegistry", "Remote Registry", "Disabled", false),
        ("wuauserv", "Windows Update", "Manual", false),
        ("R&D", "Research & <Development> \"quoted\"", "Manual", false),
    ];
    let numbered = (named.len()..SERVICES).map(|n| {
        let start_mode = ["Auto", "Manual", "Disabled"].get(n % 3).copied().unwrap_or("Manual");
        service(&format!("Service{n:03}"), &format!("Service number {n}"), start_mode, n % 3 == 0, n)
    });
    let named = named.iter().enumerate();
    let named = named.map(|(n, (name, display, mode, runs))| service(name, display, mode, *runs, n));
    named.chain(numbered).map(|service| service.with("SystemName", computer)).collect()
}

fn service(name: &str, display_name: &str, start_mode: &str, runs: bool, n: usize) -> Record {
    let process_id = if runs { n.saturating_mul(4).saturating_add(1000) } else { 0 };
    let state = if runs { "Running" } else { "Stopped" };
    Record::new(&CLASS)
        .with("AcceptPause", "false")
        .with("AcceptStop", if runs { "true" } else { "false" })
        .with("Caption", display_name)
        .with("CreationClassName", CLASS.name)
        .with("DisplayName", display_name)
        .with("ErrorControl", "Normal")
        .with("ExitCode", if runs { "0" } else { "1077" })
        .with("Name", name)
        .with("PathName", &format!("C:\\Windows\\system32\\svchost.exe -k {name}"))
        .with("ProcessId", &process_id.to_string())
        .with("ServiceType", "Share Process")
        .with("Started", if runs { "true" } else { "false" })
        .with("StartMode", start_mode)
        .with("StartName", "LocalSystem")
        .with("State", state)
        .with("Status", "OK")
        .with("TagId", "0")
}

#[cfg(test)]
mod tests {
    use crate::server::resources::cim::service::services;
    use crate::wsman::cim::Binding;

    #[test]
    fn two_hundred_services_have_names_of_their_own_and_a_state() {
        let services = services("REFERENCE");
        assert_eq!(services.len(), 200);
        let names: std::collections::BTreeSet<_> = services.iter().map(|s| s.text("Name").unwrap()).collect();
        assert_eq!(names.len(), 200);
        let instance = services[5].instance(Binding::Wmi, None).unwrap();
        assert_eq!(
            instance.resource_uri,
            "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
        );
        assert_eq!(instance.selector_set.text("name"), Some("R&D"));
        let element = instance.representation.element();
        assert_eq!(element.children().count(), 20);
        let state = element.children().find(|child| child.local() == "State").unwrap();
        assert_eq!((state.text(), state.namespace()), ("Stopped", instance.resource_uri.as_str()));
    }
}
