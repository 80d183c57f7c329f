//! XML 1.0 with namespaces, as far as SOAP needs it: no DTD, no entity but the five predefined ones, bounded.
//!
//! quick-xml finds the tags and does not leave this module. It is not a validating reader, so [`Document::parse`]
//! adds the well-formedness and namespace constraints that it leaves out.
//!
//! A [`Document`] owns its text and gives out [`Element`]s, which are cheap to copy and borrow from it. Typed values
//! come from an element through [`FromXml`] and go to a [`Writer`] through [`ToXml`].
//!
//! ```
//! use winrm_harness::xml::{Document, Namespace, QName, Writer};
//!
//! const SHELL: Namespace = Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/windows/shell", "rsp");
//! const SHELL_ID: QName = QName::new(SHELL, "ShellId");
//!
//! let mut writer = Writer::new();
//! writer.text_element(SHELL_ID, "1 < 2");
//! let text = writer.finish();
//!
//! let document = Document::parse(text.as_bytes())?;
//! assert!(document.root().is(SHELL_ID));
//! assert_eq!(document.root().text(), "1 < 2");
//! # Ok::<(), winrm_harness::xml::XmlError>(())
//! ```

mod build;
mod characters;
mod document;
mod encoding;
mod error;
mod infoset;
mod name;
mod quick_xml_error;
mod writer;

#[cfg(test)]
mod tests;

pub use document::Attribute;
pub use document::Document;
pub use document::Element;
pub use document::Node;
pub use encoding::Charset;
pub use error::Rule;
pub use error::XmlError;
pub use name::Namespace;
pub use name::OwnedName;
pub use name::QName;
pub use name::XML;
pub use name::XSI;
pub use writer::Writer;

/// Reads a typed value from an element.
pub trait FromXml: Sized {
    /// Reads `element`, whose name the caller has already looked at.
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError>;
}

/// Writes a typed value as elements.
pub trait ToXml {
    /// Appends the value to `writer`.
    fn to_xml(&self, writer: &mut Writer);
}
