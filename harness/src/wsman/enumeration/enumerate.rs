use crate::addressing::EndpointReference;
use crate::soap::text_of;
use crate::wsman;
use crate::wsman::Expiration;
use crate::wsman::enumeration;
use crate::wsman::enumeration::EXPIRES;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::Items;
use crate::wsman::enumeration::NAMESPACE;
use crate::wsman::enumeration::WSMAN_END_OF_SEQUENCE;
use crate::wsman::enumeration::WSMAN_ITEMS;
use crate::wsman::filter::Filter;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const END_TO: QName = QName::new(NAMESPACE, "EndTo");
const FILTER: QName = QName::new(NAMESPACE, "Filter");
const WSMAN_FILTER: QName = QName::new(wsman::NAMESPACE, "Filter");
const OPTIMIZE: QName = QName::new(wsman::NAMESPACE, "OptimizeEnumeration");
const MAX_ELEMENTS: QName = QName::new(wsman::NAMESPACE, "MaxElements");
const MODE: QName = QName::new(wsman::NAMESPACE, "EnumerationMode");

/// [WS-Enumeration 3.1] Enumerate, with the elements of [DSP0226 8.2]. A `PolymorphismMode` says nothing here:
/// "the service MUST ignore the PolymorphismMode element".
///
/// [WS-Enumeration 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
/// [DSP0226 8.2]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enumerate {
    /// Where to say that the enumeration ended early.
    pub end_to: Option<EndpointReference>,
    /// How long the enumeration is to last at most.
    pub expires: Option<Expiration>,
    /// Whether the response may hold the first items already.
    pub optimize_enumeration: bool,
    /// How many of them at most; one without this.
    pub max_elements: Option<u32>,
    /// Which items.
    pub filter: Option<Filter>,
    /// What to tell of each.
    pub mode: EnumerationMode,
}

/// [DSP0226 8.7] EnumerationMode; no such element for [`Self::Object`].
///
/// [DSP0226 8.7]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum EnumerationMode {
    /// The representation of each item.
    #[default]
    Object,
    /// `EnumerateEPR`: its reference.
    Epr,
    /// `EnumerateObjectAndEPR`: both.
    ObjectAndEpr,
    /// A value that nothing defines.
    Other(String),
}

/// [WS-Enumeration 3.1] EnumerateResponse, and with [DSP0226 8.2.3] the first items.
///
/// `I` writes what stands inside `Items`; a response that was read has [`Items`].
///
/// [WS-Enumeration 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
/// [DSP0226 8.2.3]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumerateResponse<I = Items> {
    /// How long the enumeration lasts at most.
    pub expires: Option<Expiration>,
    /// What to give to Pull; empty when there is nothing more.
    pub context: EnumerationContext,
    /// The first items.
    pub items: Option<I>,
    /// Whether there are no more items, in either namespace.
    pub is_end: bool,
}

impl Enumerate {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Enumerate");

    /// Whether the element has a filter in both namespaces: "a request with both is refused".
    #[must_use]
    pub fn has_two_filters(element: Element<'_>) -> bool {
        element.children().filter(|child| child.is(FILTER) || child.is(WSMAN_FILTER)).nth(1).is_some()
    }
}

impl EnumerateResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "EnumerateResponse");
}

impl EnumerationMode {
    const EPR: &str = "EnumerateEPR";
    const OBJECT_AND_EPR: &str = "EnumerateObjectAndEPR";

    fn of(text: &str) -> Self {
        match text {
            Self::EPR => Self::Epr,
            Self::OBJECT_AND_EPR => Self::ObjectAndEpr,
            other => Self::Other(other.to_owned()),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Object => None,
            Self::Epr => Some(Self::EPR),
            Self::ObjectAndEpr => Some(Self::OBJECT_AND_EPR),
            Self::Other(other) => Some(other),
        }
    }
}

impl FromXml for Enumerate {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        let filter = element.child(FILTER).or_else(|| element.child(WSMAN_FILTER));
        let mode = element.child(MODE).map(|child| text_of(child).map(EnumerationMode::of));
        Ok(Self {
            end_to: element.child(END_TO).map(Element::read).transpose()?,
            expires: element.child(EXPIRES).map(Element::read).transpose()?,
            optimize_enumeration: element.child(OPTIMIZE).is_some(),
            max_elements: enumeration::positive(element.child(MAX_ELEMENTS))?,
            filter: filter.map(Element::read).transpose()?,
            mode: mode.transpose()?.unwrap_or_default(),
        })
    }
}

impl ToXml for Enumerate {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(end_to) = &self.end_to {
                end_to.write_as(END_TO, false, w);
            }
            if let Some(expires) = self.expires {
                expires.write_as(EXPIRES, w);
            }
            if self.optimize_enumeration {
                w.empty_element(OPTIMIZE);
            }
            if let Some(count) = self.max_elements {
                w.text_element(MAX_ELEMENTS, &count.to_string());
            }
            if let Some(filter) = &self.filter {
                w.write(filter);
            }
            if let Some(mode) = self.mode.text() {
                w.text_element(MODE, mode);
            }
        });
    }
}

impl FromXml for EnumerateResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self {
            expires: element.child(EXPIRES).map(Element::read).transpose()?,
            context: match element.child(EnumerationContext::NAME) {
                // iDRAC has none in an answer that is the end.
                None if enumeration::is_end(element) => EnumerationContext::new(""),
                _ => EnumerationContext::required_in(element)?,
            },
            items: enumeration::items(element)?,
            is_end: enumeration::is_end(element),
        })
    }
}

/// Writes the items and the mark of the end in the DMTF's namespace, as Windows does here.
impl<I: ToXml> ToXml for EnumerateResponse<I> {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(EnumerateResponse::NAME, |w| {
            if let Some(expires) = self.expires {
                expires.write_as(EXPIRES, w);
            }
            w.write(&self.context);
            if let Some(items) = &self.items {
                w.element(WSMAN_ITEMS, |w| w.write(items));
            }
            if self.is_end {
                w.empty_element(WSMAN_END_OF_SEQUENCE);
            }
        });
    }
}
