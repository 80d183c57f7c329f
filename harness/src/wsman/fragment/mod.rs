//! [DSP0226 7.7 to 7.11] Transfer of a part of a representation: the header block that says which part, the element that
//! it travels in, and representations with a part changed.
//!
//! ```
//! use winrm_harness::wsman::fragment;
//! use winrm_harness::wsman::fragment::XmlFragment;
//! use winrm_harness::wsman::xpath::XPath;
//! use winrm_harness::xml::Document;
//!
//! let document = Document::parse(b"<Service><Name>Spooler</Name><State>Running</State></Service>")?;
//! let state = XPath::parse("State/text()", &[])?;
//! let changed = fragment::replaced(document.root(), &state, &XmlFragment::Text("Stopped".to_owned()))?;
//! assert_eq!(state.select(changed.element())[0].value(), "Stopped");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [DSP0226 7.7 to 7.11]: https://www.dmtf.org/standards/wsman

mod change;
mod edits;
mod error;
mod header;
mod xml_fragment;

#[cfg(test)]
mod tests;

pub use change::inserted;
pub use change::removed;
pub use change::replaced;
pub use error::FragmentError;
pub use header::FragmentTransfer;
pub use xml_fragment::XmlFragment;
