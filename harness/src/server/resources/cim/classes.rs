//! The classes that show what CIM can hold: a singleton, an association, keys of every kind, values of every kind.

use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Method;
use crate::server::resources::cim::schema::array;
use crate::server::resources::cim::schema::input;
use crate::server::resources::cim::schema::inputs;
use crate::server::resources::cim::schema::key;
use crate::server::resources::cim::schema::read;
use crate::server::resources::cim::schema::write;
use crate::wsman::cim::Kind;

const CIMV2: &str = "root/cimv2";

/// The one instance of a class without keys.
pub(super) static OPERATING_SYSTEM: Class = Class {
    name: "Win32_OperatingSystem",
    ancestors: &["CIM_OperatingSystem", "CIM_LogicalElement", "CIM_ManagedSystemElement"],
    namespace: CIMV2,
    properties: &[
        read("Caption", Kind::String),
        read("CSName", Kind::String),
        write("Description", Kind::String),
        read("InstallDate", Kind::Datetime),
        read("LastBootUpTime", Kind::Datetime),
        read("MUILanguages", Kind::String).many(),
        read("TotalVisibleMemorySize", Kind::Uint64),
        read("Version", Kind::String),
    ],
    methods: &[],
    is_creatable: false,
    is_deletable: false,
};

/// An association: its keys are references.
pub(super) static DEPENDENT_SERVICE: Class = Class {
    name: "Win32_DependentService",
    ancestors: &["CIM_ServiceServiceDependency"],
    namespace: CIMV2,
    properties: &[
        key("Antecedent", Kind::Reference),
        key("Dependent", Kind::Reference),
        read("TypeOfDependency", Kind::Uint16),
    ],
    methods: &[],
    is_creatable: false,
    is_deletable: false,
};

/// Keys of several kinds; its instances come and go.
pub(super) static KEYS: Class = Class {
    name: "Reference_Keys",
    ancestors: &[],
    namespace: CIMV2,
    properties: &[
        key("Active", Kind::Boolean),
        write("Note", Kind::String),
        key("Number", Kind::Uint32),
        key("Owner", Kind::Reference),
        key("Text", Kind::String),
        key("When", Kind::Datetime),
    ],
    methods: &[],
    is_creatable: true,
    is_deletable: true,
};

/// Values of every kind, null, many, none, and at the ends of their ranges.
pub(super) static VALUES: Class = Class {
    name: "Reference_Values",
    ancestors: &[],
    namespace: CIMV2,
    properties: &[
        array("ArrayEmpty", Kind::Uint32),
        array("ArrayNull", Kind::Uint32),
        array("ArrayOfOne", Kind::String),
        array("Booleans", Kind::Boolean),
        write("Char16", Kind::Char16),
        write("Datetime", Kind::Datetime),
        array("Datetimes", Kind::Datetime),
        write("Embedded", Kind::Instance),
        array("Embeddeds", Kind::Instance),
        write("Escaped", Kind::String),
        key("Id", Kind::String),
        write("Interval", Kind::Datetime),
        write("Null", Kind::String),
        array("Numbers", Kind::Uint32),
        write("Real32", Kind::Real32),
        write("Real64", Kind::Real64),
        write("Reference", Kind::Reference),
        array("References", Kind::Reference),
        write("Sint16", Kind::Sint16),
        write("Sint32", Kind::Sint32),
        write("Sint64", Kind::Sint64),
        write("Sint64Min", Kind::Sint64),
        write("Sint8", Kind::Sint8),
        write("TextEmpty", Kind::String),
        write("Uint16", Kind::Uint16),
        write("Uint32", Kind::Uint32),
        write("Uint64", Kind::Uint64),
        write("Uint8", Kind::Uint8),
    ],
    methods: &[Method {
        name: "Echo",
        is_static: true,
        inputs: &[
            input("Flag", Kind::Boolean),
            input("Inside", Kind::Instance),
            inputs("Numbers", Kind::Uint32),
            input("Small", Kind::Uint8),
            input("Text", Kind::String),
            input("Whom", Kind::Reference),
            input("When", Kind::Datetime),
        ],
    }],
    is_creatable: true,
    is_deletable: true,
};

/// In the namespace that a URI of the DMTF means when nothing else is said.
pub(super) static CHASSIS: Class = Class {
    name: "CIM_Chassis",
    ancestors: &["CIM_PhysicalPackage", "CIM_PhysicalElement", "CIM_ManagedSystemElement"],
    namespace: "root/hardware",
    properties: &[
        key("CreationClassName", Kind::String),
        read("Manufacturer", Kind::String),
        key("Tag", Kind::String),
    ],
    methods: &[],
    is_creatable: false,
    is_deletable: false,
};
