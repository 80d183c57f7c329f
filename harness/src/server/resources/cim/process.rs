//! Processes: made by a method of the class, ended by a method of the instance or by Delete.

use crate::server::resources::cim::record::Record;
use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Method;
use crate::server::resources::cim::schema::input;
use crate::server::resources::cim::schema::key;
use crate::server::resources::cim::schema::read;
use crate::server::resources::cim::schema::required;
use crate::wsman::cim::Kind;

pub(super) static CLASS: Class = Class {
    name: "Win32_Process",
    ancestors: &["CIM_Process", "CIM_LogicalElement", "CIM_ManagedSystemElement"],
    namespace: "root/cimv2",
    properties: &[
        read("Caption", Kind::String),
        read("CommandLine", Kind::String),
        read("CreationDate", Kind::Datetime),
        read("ExecutablePath", Kind::String),
        key("Handle", Kind::String),
        read("Name", Kind::String),
        read("ParentProcessId", Kind::Uint32),
        read("ProcessId", Kind::Uint32),
        read("WorkingSetSize", Kind::Uint64),
    ],
    methods: &[
        Method {
            name: "Create",
            is_static: true,
            inputs: &[
                required("CommandLine", Kind::String),
                input("CurrentDirectory", Kind::String),
                input("ProcessStartupInformation", Kind::Instance),
            ],
        },
        Method { name: "Terminate", is_static: false, inputs: &[input("Reason", Kind::Uint32)] },
    ],
    is_creatable: false,
    is_deletable: true,
};

/// The processes that are there from the start; the last is the server's own.
pub(super) fn processes() -> Vec<Record> {
    vec![
        process(0, "System Idle Process").with("ParentProcessId", "0"),
        process(4, "System").with("ParentProcessId", "0"),
        process(600, "C:\\Windows\\system32\\services.exe"),
        process(800, "C:\\Windows\\system32\\svchost.exe -k WINRM"),
    ]
}

/// A process that runs a command line.
pub(super) fn process(id: u32, command_line: &str) -> Record {
    let name = command_line.rsplit('\\').next().and_then(|file| file.split(' ').next()).unwrap_or_default();
    Record::new(&CLASS)
        .with("Caption", name)
        .with("CommandLine", command_line)
        .with("Handle", &id.to_string())
        .with("Name", name)
        .with("ParentProcessId", "600")
        .with("ProcessId", &id.to_string())
        .with("WorkingSetSize", "4194304")
}
