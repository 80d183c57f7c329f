//! [WS-Enumeration] Enumerate, Pull, Release.
//!
//! [WS-Enumeration]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/

use crate::xml::Namespace;

/// The WS-Enumeration namespace.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.xmlsoap.org/ws/2004/09/enumeration", "n");
/// The action of the faults that WS-Enumeration defines.
pub const FAULT: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault";
