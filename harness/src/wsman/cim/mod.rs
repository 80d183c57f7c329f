//! CIM over WS-Management (DSP0227, DSP0230) as MS-WSMV binds it: the URIs of classes, instances and their values,
//! methods, and the errors that WMI puts into a fault.
//!
//! ```
//! use winrm_harness::wsman::ResourceUri;
//! use winrm_harness::wsman::cim::ClassUri;
//!
//! let uri = ResourceUri::new("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service");
//! let class = ClassUri::parse(&uri).unwrap();
//! assert_eq!((class.namespace.as_deref(), class.class.as_str()), (Some("root/cimv2"), "Win32_Service"));
//! ```

mod class_uri;
mod date_time;
mod element;
mod invoke;
mod scalar;
mod wmi_error;

#[cfg(test)]
mod tests;

pub use class_uri::Binding;
pub use class_uri::ClassName;
pub use class_uri::ClassUri;
pub use class_uri::is_same_namespace;
pub use date_time::CimDateTime;
pub use date_time::Interval;
pub use date_time::Point;
pub use element::CimElement;
pub use element::CimValue;
pub use element::TimeForm;
pub use invoke::MethodInput;
pub use invoke::MethodName;
pub use invoke::MethodOutput;
pub use invoke::Parameter;
pub use scalar::Kind;
pub use scalar::Scalar;
pub use scalar::ScalarError;
pub use wmi_error::WmiError;

use crate::xml::Namespace;

/// [DSP0230] The namespace of the types that every class shares, prefix `cim`.
///
/// [DSP0230]: https://www.dmtf.org/standards/wsman
pub const COMMON: Namespace = Namespace::new("http://schemas.dmtf.org/wbem/wscim/1/common", "cim");

/// [DSP0227] The namespace of the binding itself, prefix `b` as Windows writes it.
///
/// [DSP0227]: https://www.dmtf.org/standards/wsman
pub const BINDING: Namespace = Namespace::new("http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd", "b");

/// The selector that names the CIM namespace of a class.
pub const CIM_NAMESPACE_SELECTOR: &str = "__cimnamespace";
