use crate::xml::Document;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// One element that is carried and given no meaning: reference parameters, a fault's detail, `creationXml`.
///
/// It owns a copy with the namespace declarations that held where it stood, so that QNames in its content keep their
/// meaning wherever it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque(Document);

impl Opaque {
    /// Builds the element `name` with what `inside` writes.
    pub fn build(name: QName, inside: impl FnOnce(&mut Writer)) -> Result<Self, XmlError> {
        let mut writer = Writer::new();
        writer.element(name, inside);
        Document::parse(writer.finish().as_bytes()).map(Self)
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'_> {
        self.0.root()
    }
}

impl FromXml for Opaque {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let mut writer = Writer::new();
        writer.copy(element);
        Document::parse(writer.finish().as_bytes()).map(Self)
    }
}

impl ToXml for Opaque {
    fn to_xml(&self, writer: &mut Writer) {
        writer.copy(self.0.root());
    }
}
