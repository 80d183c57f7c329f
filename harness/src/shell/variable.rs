use crate::shell::NAMESPACE;
use crate::soap::text_of;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const NAME: QName = QName::local("Name");

/// [MS-WSMV 2.2.4.16] `Variable`, one of the shell's environment. White space belongs to its value.
///
/// [MS-WSMV 2.2.4.16]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

impl Variable {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Variable");
}

impl FromXml for Variable {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        text_of(element)?;
        Ok(Self { name: element.require_attribute(NAME)?.to_owned(), value: element.text().to_owned() })
    }
}

impl ToXml for Variable {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.attribute(NAME, &self.name);
            w.text(&self.value);
        });
    }
}
