use crate::addressing::EndpointReference;
use crate::soap::Opaque;
use crate::soap::number;
use crate::wsman::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XSI;
use crate::xml::XmlError;

const ITEM: QName = QName::new(NAMESPACE, "Item");
const XML_FRAGMENT: QName = QName::new(NAMESPACE, "XmlFragment");
const NIL: QName = QName::new(XSI, "nil");

/// [WS-Enumeration 3.2] Items: what stands inside the element, whose namespace depends on the response.
///
/// [WS-Enumeration 3.2]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items(pub Vec<Item>);

/// [DSP0226 8.7] One item, by the enumeration mode.
///
/// [DSP0226 8.7]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The representation, or the `XmlFragment` of a projection.
    Object(Opaque),
    /// Where it is.
    Reference(EndpointReference),
    /// `wsman:Item`: both.
    ObjectAndReference(Opaque, EndpointReference),
}

impl Item {
    /// The representation, unless only references were asked for.
    #[must_use]
    pub fn object(&self) -> Option<&Opaque> {
        match self {
            Self::Object(object) | Self::ObjectAndReference(object, _) => Some(object),
            Self::Reference(_) => None,
        }
    }

    /// The reference, if it was asked for.
    #[must_use]
    pub fn reference(&self) -> Option<&EndpointReference> {
        match self {
            Self::Reference(reference) | Self::ObjectAndReference(_, reference) => Some(reference),
            Self::Object(_) => None,
        }
    }

    /// How many elements are kept of an item: a reference has properties and parameters.
    fn copies(element: Element<'_>) -> usize {
        match (element.is(EndpointReference::NAME), element.is(ITEM)) {
            (true, _) => 2,
            (_, true) => 3,
            _ => 1,
        }
    }

    /// Writes a pair whose object and reference are written by `inside`.
    pub fn write_pair(writer: &mut Writer, inside: impl FnOnce(&mut Writer)) {
        writer.element(ITEM, inside);
    }
}

/// Writes the `wsman:XmlFragment` of a projection, its content by `inside`.
pub fn write_fragment(writer: &mut Writer, inside: impl FnOnce(&mut Writer)) {
    writer.element(XML_FRAGMENT, inside);
}

impl FromXml for Items {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let copies = element.children().map(Item::copies).fold(0, usize::saturating_add);
        Opaque::require_room(element, copies)?;
        element.children().map(Element::read).collect::<Result<_, _>>().map(Self)
    }
}

/// Writes the items, without the element around them.
impl ToXml for Items {
    fn to_xml(&self, writer: &mut Writer) {
        self.0.iter().for_each(|item| writer.write(item));
    }
}

impl FromXml for Item {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        if element.is(EndpointReference::NAME) {
            return element.read().map(Self::Reference);
        }
        let reference = element.child(EndpointReference::NAME).filter(|_| element.is(ITEM));
        let object = element.children().find(|child| !child.is(EndpointReference::NAME));
        match (object, reference) {
            (Some(object), Some(reference)) => {
                Ok(Self::ObjectAndReference(object.read()?, reference.read()?))
            }
            _ => element.read().map(Self::Object),
        }
    }
}

impl ToXml for Item {
    fn to_xml(&self, writer: &mut Writer) {
        match self {
            Self::Object(object) => writer.write(object),
            Self::Reference(reference) => writer.write(reference),
            Self::ObjectAndReference(object, reference) => Self::write_pair(writer, |w| {
                w.write(object);
                w.write(reference);
            }),
        }
    }
}

/// [DSP0226 8.2.2] TotalItemsCountEstimate: a header block of a response; `None` when the service can't tell.
///
/// [DSP0226 8.2.2]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TotalItemsCountEstimate(pub Option<u64>);

impl TotalItemsCountEstimate {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "TotalItemsCountEstimate");
}

impl FromXml for TotalItemsCountEstimate {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        if element.attribute(NIL).is_some_and(|nil| matches!(nil.trim(), "true" | "1")) {
            return Ok(Self(None));
        }
        number(element, "a number of items").map(Some).map(Self)
    }
}

impl ToXml for TotalItemsCountEstimate {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| match self.0 {
            Some(count) => w.text(&count.to_string()),
            None => w.attribute(NIL, "true"),
        });
    }
}
