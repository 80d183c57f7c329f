use crate::wsman::Duration;
use crate::wsman::enumeration;
use crate::wsman::enumeration::END_OF_SEQUENCE;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::ITEMS;
use crate::wsman::enumeration::Items;
use crate::wsman::enumeration::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const MAX_TIME: QName = QName::new(NAMESPACE, "MaxTime");
const MAX_ELEMENTS: QName = QName::new(NAMESPACE, "MaxElements");
const MAX_CHARACTERS: QName = QName::new(NAMESPACE, "MaxCharacters");

/// [WS-Enumeration 3.2] Pull.
///
/// [WS-Enumeration 3.2]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// What the previous response gave.
    pub context: EnumerationContext,
    /// How long to wait for items.
    pub max_time: Option<Duration>,
    /// How many items at most; one without this.
    pub max_elements: Option<u32>,
    /// How many characters the items may have.
    pub max_characters: Option<u32>,
}

/// [WS-Enumeration 3.2] PullResponse.
///
/// `I` writes what stands inside `Items`; a response that was read has [`Items`].
///
/// [WS-Enumeration 3.2]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullResponse<I = Items> {
    /// A new context, in place of the old.
    pub context: Option<EnumerationContext>,
    /// The next items.
    pub items: Option<I>,
    /// Whether there are no more items, in either namespace.
    pub is_end: bool,
}

/// [WS-Enumeration 3.5] Release.
///
/// [WS-Enumeration 3.5]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// What the previous response gave.
    pub context: EnumerationContext,
}

impl Pull {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Pull");
}

impl PullResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "PullResponse");
}

impl Release {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Release");
}

impl FromXml for Pull {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self {
            context: EnumerationContext::required_in(element)?,
            max_time: element.child(MAX_TIME).map(Element::read).transpose()?,
            max_elements: enumeration::positive(element.child(MAX_ELEMENTS))?,
            max_characters: enumeration::positive(element.child(MAX_CHARACTERS))?,
        })
    }
}

impl ToXml for Pull {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.write(&self.context);
            if let Some(time) = self.max_time {
                w.text_element(MAX_TIME, &time.to_string());
            }
            if let Some(count) = self.max_elements {
                w.text_element(MAX_ELEMENTS, &count.to_string());
            }
            if let Some(count) = self.max_characters {
                w.text_element(MAX_CHARACTERS, &count.to_string());
            }
        });
    }
}

impl FromXml for PullResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self {
            context: element.child(EnumerationContext::NAME).map(Element::read).transpose()?,
            items: enumeration::items(element)?,
            is_end: enumeration::is_end(element),
        })
    }
}

/// Writes the items and the mark of the end in the namespace of WS-Enumeration, as Windows does here.
impl<I: ToXml> ToXml for PullResponse<I> {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(PullResponse::NAME, |w| {
            if let Some(context) = &self.context {
                w.write(context);
            }
            if let Some(items) = &self.items {
                w.element(ITEMS, |w| w.write(items));
            }
            if self.is_end {
                w.empty_element(END_OF_SEQUENCE);
            }
        });
    }
}

impl FromXml for Release {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let context = EnumerationContext::required_in(element.require_name(Self::NAME)?)?;
        Ok(Self { context })
    }
}

impl ToXml for Release {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| w.write(&self.context));
    }
}
