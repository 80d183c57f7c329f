//! Who may prove what to whom, before an octet leaves: the client's switches with the values of Windows.
//!
//! Nothing here does anything. A caller says what it wants and has, [`ClientPolicy::choose`] says by which mechanisms that
//! may be done and what will be known of the server then, or refuses and says what would have to change.
//!
//! ```
//! use winrm_harness::auth::policy::ClientPolicy;
//! use winrm_harness::auth::policy::Host;
//! use winrm_harness::auth::policy::Means;
//! use winrm_harness::auth::policy::Refusal;
//! use winrm_harness::auth::policy::Scheme;
//! use winrm_harness::auth::policy::Target;
//! use winrm_harness::auth::policy::TrustedHosts;
//!
//! let target = Target::http(Host::parse("10.0.0.5")?);
//! let password = Means::password(Scheme::Negotiate);
//! let refused = ClientPolicy::default().choose(&target, &password);
//! assert!(matches!(refused, Err(Refusal::UntrustedHost { .. })));
//! let policy = ClientPolicy::trusting(TrustedHosts::parse("10.0.0.*, <local>")?);
//! assert!(policy.choose(&target, &password).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod choice;
mod client;
mod host;
mod refusal;
mod service_principal_name;
mod trusted_hosts;

#[cfg(test)]
mod tests;

pub use choice::Choice;
pub use choice::Means;
pub use choice::Protection;
pub use choice::Scheme;
pub use choice::ServerIdentity;
pub use choice::Target;
pub use choice::Unproven;
pub use client::ClientPolicy;
pub use client::KEY_BITS_MIN;
pub use host::Host;
pub use host::HostError;
pub use host::HostName;
pub use refusal::Refusal;
pub use service_principal_name::ServiceClass;
pub use service_principal_name::ServicePrincipalName;
pub use trusted_hosts::TrustedHosts;
pub use trusted_hosts::TrustedHostsError;
