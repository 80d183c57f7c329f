use crate::soap::Opaque;
use crate::wsman;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// [DSP0226 10.2.6] Bookmark: a place among the events, after which a later subscription goes on.
///
/// [DSP0226 10.2.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bookmark {
    /// Before the oldest event that there still is.
    Earliest,
    /// The whole element; only who wrote its content understands it.
    At(Opaque),
}

impl Bookmark {
    /// The name of the element and of the header block.
    pub const NAME: QName = QName::new(wsman::NAMESPACE, "Bookmark");
    /// The text that means [`Self::Earliest`].
    pub const EARLIEST: &'static str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/bookmark/earliest";
}

impl FromXml for Bookmark {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let is_earliest = element.children().next().is_none() && element.trimmed_text() == Self::EARLIEST;
        match is_earliest {
            true => Ok(Self::Earliest),
            false => element.read().map(Self::At),
        }
    }
}

impl ToXml for Bookmark {
    fn to_xml(&self, writer: &mut Writer) {
        match self {
            Self::Earliest => writer.text_element(Self::NAME, Self::EARLIEST),
            Self::At(element) => writer.write(element),
        }
    }
}
