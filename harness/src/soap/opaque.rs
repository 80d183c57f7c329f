use crate::limits::OPAQUE_DECLARATION_BYTES_MAX;
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

    /// Whether so many elements below `parent` may be kept.
    ///
    /// Each takes the declarations with it that hold where it stands: a long one, said once, must not be copied for each
    /// of thousands of short elements.
    pub fn require_room(parent: Element<'_>, count: usize) -> Result<(), XmlError> {
        let ancestors = std::iter::successors(Some(parent), |element| element.parent());
        let declared: usize = ancestors
            .flat_map(Element::declarations)
            .map(|(prefix, uri)| prefix.len().saturating_add(uri.len()))
            .fold(0, usize::saturating_add);
        match declared.saturating_mul(count) <= OPAQUE_DECLARATION_BYTES_MAX {
            true => Ok(()),
            false => Err(XmlError::TooMany {
                what: "octets of namespace declarations for so many elements",
                max: OPAQUE_DECLARATION_BYTES_MAX,
                offset: parent.offset(),
            }),
        }
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
