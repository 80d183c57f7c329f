use std::fmt;

use crate::soap::Opaque;
use crate::wsman::enumeration::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// [WS-Enumeration 3.1] EnumerationContext, which the client returns as it came; empty when all items fit into the
/// first response.
///
/// Every peer that was seen sends text. One that sends elements or attributes gets them back all the same.
///
/// [WS-Enumeration 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumerationContext {
    text: String,
    /// The whole element, when the text does not say everything.
    element: Option<Opaque>,
}

impl EnumerationContext {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "EnumerationContext");

    /// A context of text, without the white space around it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.trim_matches([' ', '\t', '\r', '\n']).to_owned(), element: None }
    }

    /// Its text; what a context of elements has in front of the first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing to go on with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.element.is_none()
    }

    /// The context in a message that must have one.
    pub(super) fn required_in(parent: Element<'_>) -> Result<Self, XmlError> {
        parent.require_child(Self::NAME)?.read()
    }
}

impl fmt::Display for EnumerationContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromXml for EnumerationContext {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let is_more = element.children().next().is_some() || element.attributes().next().is_some();
        let whole = is_more.then(|| element.read()).transpose()?;
        Ok(Self { element: whole, ..Self::new(element.text()) })
    }
}

impl ToXml for EnumerationContext {
    fn to_xml(&self, writer: &mut Writer) {
        match &self.element {
            Some(element) => writer.write(element),
            None => writer.text_element(Self::NAME, &self.text),
        }
    }
}
