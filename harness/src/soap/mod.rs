//! SOAP 1.2 envelopes: the header blocks, the body and the fault, over [`crate::xml`].
//!
//! ```
//! use winrm_harness::soap::Envelope;
//! use winrm_harness::xml::{Namespace, QName};
//!
//! const SHELL: Namespace = Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/windows/shell", "rsp");
//! const RESPONSE: QName = QName::new(SHELL, "SendResponse");
//!
//! let text = Envelope::write(Some("en-US"), &[SHELL], |_| {}, |body| body.empty_element(RESPONSE));
//! let envelope = Envelope::decode(text.as_bytes(), None)?;
//! assert!(envelope.body().is_some_and(|element| element.is(RESPONSE)));
//! # Ok::<(), winrm_harness::soap::SoapError>(())
//! ```

mod envelope;
mod error;
mod expanded_name;
mod fault;
mod opaque;
mod text;

#[cfg(test)]
pub(crate) mod tests;

pub use envelope::Envelope;
pub use envelope::HeaderBlock;
pub use envelope::MUST_UNDERSTAND;
pub use envelope::MustUnderstand;
pub use envelope::NAMESPACE;
pub use error::SoapError;
pub use expanded_name::ExpandedName;
pub use fault::Fault;
pub use fault::FaultCode;
pub use fault::NotUnderstood;
pub use fault::Upgrade;
pub use opaque::Opaque;
pub(crate) use text::boolean_attribute;
pub(crate) use text::boolean_of;
pub(crate) use text::number;
pub(crate) use text::text_newtype;
pub(crate) use text::text_of;
