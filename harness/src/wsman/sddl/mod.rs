//! [MS-DTYP 2.5.1] Security descriptors as text, as far as `RootSDDL` and `Sddl` hold them: who may read, write, execute.
//!
//! ```
//! use winrm_harness::wsman::sddl::{Right, SecurityDescriptor, Sid};
//!
//! let root = SecurityDescriptor::parse("O:NSG:BAD:P(D;;GW;;;BU)(A;;GA;;;BA)(A;;GR;;;AU)")?;
//! let administrator = [Sid::ADMINISTRATORS, Sid::AUTHENTICATED_USERS];
//! let user = [Sid::USERS, Sid::AUTHENTICATED_USERS];
//! assert!(root.grants(Right::Write, &administrator));
//! assert!(root.grants(Right::Read, &user) && !root.grants(Right::Write, &user));
//! # Ok::<(), winrm_harness::wsman::sddl::SddlError>(())
//! ```
//!
//! [MS-DTYP 2.5.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp

mod ace;
mod descriptor;
mod error;
mod sid;

#[cfg(test)]
mod tests;

pub use ace::Ace;
pub use ace::AceKind;
pub use ace::Right;
pub use ace::Rights;
pub use descriptor::Acl;
pub use descriptor::SecurityDescriptor;
pub use error::SddlError;
pub use sid::Sid;
pub use sid::Trustee;
