use crate::soap::Opaque;
use crate::wsman::FragmentTransfer;
use crate::wsman::fragment::FragmentError;
use crate::wsman::xpath::Selected;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Node;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// [DSP0226 7.7] XmlFragment, in which a part of a representation travels: elements, or the text of elements or
/// attributes. Both at once say nothing.
///
/// [DSP0226 7.7]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlFragment {
    /// Whole elements, at least one.
    Elements(Vec<Opaque>),
    /// A text, empty perhaps, to the character.
    Text(String),
}

impl XmlFragment {
    /// The name of the element.
    pub const NAME: QName = FragmentTransfer::XML_FRAGMENT;

    /// What an expression selected.
    pub fn of(selected: &[Selected<'_>]) -> Result<Self, FragmentError> {
        match selected.first() {
            None => Err(FragmentError::NoMatch),
            Some(Selected::Element(_)) => {
                let elements = selected.iter().filter_map(|one| match one {
                    Selected::Element(element) => Some(element.read()),
                    Selected::Text(_) | Selected::Attribute(..) => None,
                });
                Ok(Self::Elements(elements.collect::<Result<_, _>>()?))
            }
            Some(Selected::Text(_) | Selected::Attribute(..)) => {
                Ok(Self::Text(selected.iter().map(|one| one.value()).collect()))
            }
        }
    }
}

impl FromXml for XmlFragment {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        if element.children().next().is_none() {
            return Ok(Self::Text(Selected::Text(element).value().into_owned()));
        }
        let is_blank = |text: &str| text.trim_matches([' ', '\t', '\r', '\n']).is_empty();
        if element.nodes().any(|node| matches!(node, Node::Text(text) if !is_blank(text))) {
            return Err(element.bad_value("elements or a text"));
        }
        Opaque::require_room(element, element.children().count())?;
        Ok(Self::Elements(element.children().map(Element::read).collect::<Result<_, _>>()?))
    }
}

impl ToXml for XmlFragment {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| match self {
            Self::Elements(elements) => elements.iter().for_each(|element| w.write(element)),
            Self::Text(text) => w.text(text),
        });
    }
}
