//! WS-Management (DSP0226) with the extensions of MS-WSMV: the headers of requests and responses, faults, and the
//! messages of its operations.
//!
//! ```
//! use winrm_harness::wsman::{Duration, OperationTimeout};
//!
//! assert_eq!(OperationTimeout(Duration::from_millis(60_000)).0.to_string(), "PT60.000S");
//! assert_eq!(Duration::parse("PT2147483.647S"), Some(Duration::from_millis(2_147_483_647)));
//! assert_eq!(Duration::parse("PTM"), None);
//! ```

pub mod cim;
pub mod config;
mod duration;
pub mod enumeration;
mod error;
mod error_code;
pub mod eventing;
mod expiration;
mod fault;
mod fault_description;
mod fault_details;
mod fault_message;
mod fault_reason;
pub mod filter;
pub mod fragment;
mod header_bounds;
mod headers;
pub mod identify;
mod option_set;
mod request_header;
mod response_header;
pub mod robust;
pub mod sddl;
mod selector_set;
pub mod transfer;
pub mod xpath;

#[cfg(test)]
mod tests;

pub use duration::Duration;
pub use error::WsmanError;
pub use error_code::WsmanErrorCode;
pub use expiration::DateTime;
pub use expiration::Expiration;
pub use fault::FaultDetail;
pub use fault::ProviderFault;
pub use fault::WsmanFault;
pub use fault_description::FaultDescription;
pub use fault_details::ActionNotSupported;
pub use fault_details::EncodingLimit;
pub use fault_details::EndpointUnavailable;
pub use fault_details::InvalidBookmark;
pub use fault_details::InvalidOptions;
pub use fault_details::InvalidParameter;
pub use fault_details::InvalidRepresentation;
pub use fault_details::InvalidSelectors;
pub use fault_details::UnsupportedFeature;
pub use fault_message::FaultContext;
pub use fault_reason::Family;
pub use fault_reason::FaultReason;
pub use fragment::FragmentTransfer;
pub use headers::ActivityId;
pub use headers::CompressionType;
pub use headers::DataLocale;
pub use headers::Locale;
pub use headers::MaxEnvelopeSize;
pub use headers::OperationId;
pub use headers::OperationTimeout;
pub use headers::ResourceUri;
pub use headers::SequenceId;
pub use headers::SessionId;
pub use option_set::OptionEntry;
pub use option_set::OptionSet;
pub use request_header::RequestHeader;
pub use response_header::ResponseHeader;
pub use selector_set::Selector;
pub use selector_set::SelectorSet;
pub use selector_set::SelectorValue;

use crate::addressing;
use crate::xml::Namespace;

/// The DMTF's namespace, prefix `w`.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd", "w");

/// The namespace of MS-WSMV's own headers, prefix `p`.
pub const MICROSOFT: Namespace = Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd", "p");

/// The action of the faults that WS-Management defines.
pub const FAULT: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";

/// What Windows declares on the envelope of a response.
pub const RESPONSE_NAMESPACES: [Namespace; 4] =
    [addressing::NAMESPACE, transfer::NAMESPACE, NAMESPACE, MICROSOFT];
