//! [WS-Enumeration] Enumerate, Pull, Release, with the extensions of DSP0226 8.
//!
//! [WS-Enumeration]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/

use crate::soap::Opaque;
use crate::soap::number;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::wsman;
use crate::wsman::Duration;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// The WS-Enumeration namespace.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.xmlsoap.org/ws/2004/09/enumeration", "n");

/// The action of an Enumerate.
pub const ENUMERATE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
/// The action of its response.
pub const ENUMERATE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/EnumerateResponse";
/// The action of a Pull.
pub const PULL: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull";
/// The action of its response.
pub const PULL_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/PullResponse";
/// The action of a Release, whose response has an empty body.
pub const RELEASE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release";
/// The action of its response.
pub const RELEASE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/ReleaseResponse";
/// The action of the faults that WS-Enumeration defines.
pub const FAULT: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault";

const CONTEXT: QName = QName::new(NAMESPACE, "EnumerationContext");
const ITEMS: QName = QName::new(NAMESPACE, "Items");
const WSMAN_ITEMS: QName = QName::new(wsman::NAMESPACE, "Items");
const END_OF_SEQUENCE: QName = QName::new(NAMESPACE, "EndOfSequence");
const WSMAN_END_OF_SEQUENCE: QName = QName::new(wsman::NAMESPACE, "EndOfSequence");
const MAX_TIME: QName = QName::new(NAMESPACE, "MaxTime");
const MAX_ELEMENTS: QName = QName::new(NAMESPACE, "MaxElements");
const WSMAN_MAX_ELEMENTS: QName = QName::new(wsman::NAMESPACE, "MaxElements");
const OPTIMIZE: QName = QName::new(wsman::NAMESPACE, "OptimizeEnumeration");
const FILTER: QName = QName::new(NAMESPACE, "Filter");
const WSMAN_FILTER: QName = QName::new(wsman::NAMESPACE, "Filter");
const DIALECT: QName = QName::local("Dialect");
const MODE: QName = QName::new(wsman::NAMESPACE, "EnumerationMode");

text_newtype! {
    /// [WS-Enumeration 3.1] EnumerationContext, which the client returns as it came; empty when all items fit into the
    /// first response. A context of elements, which no peer was seen to send, is refused.
    ///
    /// [WS-Enumeration 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
    EnumerationContext
}

/// [WS-Enumeration 3.1] Enumerate.
///
/// [WS-Enumeration 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enumerate {
    /// Whether the response may hold the first items already.
    pub optimize_enumeration: bool,
    /// How many of them at most; one without this.
    pub max_elements: Option<u32>,
    /// Which items; in either namespace, which mean the same.
    pub filter: Option<Filter>,
    /// `EnumerateEPR`, `EnumerateObjectAndEPR`, or nothing for the objects.
    pub enumeration_mode: Option<String>,
}

/// [DSP0226 8.3] Filter.
///
/// [DSP0226 8.3]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The URI of its language; XPath 1.0 without it.
    pub dialect: Option<String>,
    /// The whole element, since the content of some dialects is XML.
    pub content: Opaque,
}

/// [WS-Enumeration 3.1] EnumerateResponse, and with [DSP0226 8.2.3] the first items.
///
/// [WS-Enumeration 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
/// [DSP0226 8.2.3]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumerateResponse {
    /// What to give to Pull.
    pub context: EnumerationContext,
    /// The `Items` element.
    pub items: Option<Opaque>,
    /// Whether there are no more items, in either namespace.
    pub is_end: bool,
}

/// [WS-Enumeration 3.2] Pull.
///
/// [WS-Enumeration 3.2]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// What the previous response gave.
    pub context: EnumerationContext,
    /// How long to wait for items.
    pub max_time: Option<Duration>,
    /// How many items at most.
    pub max_elements: Option<u32>,
}

/// [WS-Enumeration 3.2] PullResponse.
///
/// [WS-Enumeration 3.2]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullResponse {
    /// A new context, in place of the old.
    pub context: Option<EnumerationContext>,
    /// The `Items` element.
    pub items: Option<Opaque>,
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

impl Enumerate {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Enumerate");
}

impl EnumerateResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "EnumerateResponse");

    /// The `Items` element of a response with what `inside` writes.
    pub fn items(inside: impl FnOnce(&mut Writer)) -> Result<Opaque, XmlError> {
        Opaque::build(WSMAN_ITEMS, inside)
    }
}

impl Pull {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Pull");
}

impl PullResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "PullResponse");

    /// The `Items` element of a response with what `inside` writes.
    pub fn items(inside: impl FnOnce(&mut Writer)) -> Result<Opaque, XmlError> {
        Opaque::build(ITEMS, inside)
    }
}

impl Release {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Release");
}

fn context(parent: Element<'_>) -> Result<EnumerationContext, XmlError> {
    text_of(parent.require_child(CONTEXT)?).map(EnumerationContext::new)
}

fn items(parent: Element<'_>) -> Result<Option<Opaque>, XmlError> {
    parent.child(WSMAN_ITEMS).or_else(|| parent.child(ITEMS)).map(Element::read).transpose()
}

/// Only a child of the response itself is the mark: an item may hold an element of the same name.
fn is_end(parent: Element<'_>) -> bool {
    parent.child(END_OF_SEQUENCE).or_else(|| parent.child(WSMAN_END_OF_SEQUENCE)).is_some()
}

fn max_elements(child: Option<Element<'_>>) -> Result<Option<u32>, XmlError> {
    match child.map(|child| number(child, "a number from 1").map(|count| (count, child))).transpose()? {
        Some((0, child)) => Err(child.bad_value("a number from 1")),
        other => Ok(other.map(|(count, _)| count)),
    }
}

impl FromXml for Enumerate {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        let filter = element.child(FILTER).or_else(|| element.child(WSMAN_FILTER));
        let mode = element.child(MODE).map(|child| text_of(child).map(str::to_owned));
        Ok(Self {
            optimize_enumeration: element.child(OPTIMIZE).is_some(),
            max_elements: max_elements(element.child(WSMAN_MAX_ELEMENTS))?,
            filter: filter.map(Element::read).transpose()?,
            enumeration_mode: mode.transpose()?,
        })
    }
}

impl ToXml for Enumerate {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if self.optimize_enumeration {
                w.empty_element(OPTIMIZE);
            }
            if let Some(count) = self.max_elements {
                w.text_element(WSMAN_MAX_ELEMENTS, &count.to_string());
            }
            if let Some(filter) = &self.filter {
                w.write(&filter.content);
            }
            if let Some(mode) = &self.enumeration_mode {
                w.text_element(MODE, mode);
            }
        });
    }
}

impl Filter {
    /// A filter whose content is text, such as a WQL query.
    pub fn of_text(dialect: &str, text: &str) -> Result<Self, XmlError> {
        let content = Opaque::build(WSMAN_FILTER, |w| {
            w.attribute(DIALECT, dialect);
            w.text(text);
        })?;
        Ok(Self { dialect: Some(dialect.to_owned()), content })
    }
}

impl FromXml for Filter {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { dialect: element.attribute(DIALECT).map(str::to_owned), content: element.read()? })
    }
}

impl FromXml for EnumerateResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self { context: context(element)?, items: items(element)?, is_end: is_end(element) })
    }
}

/// Writes the mark of the end in the DMTF's namespace, as Windows does here.
impl ToXml for EnumerateResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.text_element(CONTEXT, self.context.as_str());
            self.items.iter().for_each(|items| w.write(items));
            if self.is_end {
                w.empty_element(WSMAN_END_OF_SEQUENCE);
            }
        });
    }
}

impl FromXml for Pull {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self {
            context: context(element)?,
            max_time: element.child(MAX_TIME).map(Element::read).transpose()?,
            max_elements: max_elements(element.child(MAX_ELEMENTS))?,
        })
    }
}

impl ToXml for Pull {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.text_element(CONTEXT, self.context.as_str());
            if let Some(time) = self.max_time {
                w.text_element(MAX_TIME, &time.to_string());
            }
            if let Some(count) = self.max_elements {
                w.text_element(MAX_ELEMENTS, &count.to_string());
            }
        });
    }
}

impl FromXml for PullResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        let context = element.child(CONTEXT).map(|child| text_of(child).map(EnumerationContext::new));
        Ok(Self { context: context.transpose()?, items: items(element)?, is_end: is_end(element) })
    }
}

/// Writes the mark of the end in the namespace of WS-Enumeration, as Windows does here.
impl ToXml for PullResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(context) = &self.context {
                w.text_element(CONTEXT, context.as_str());
            }
            self.items.iter().for_each(|items| w.write(items));
            if self.is_end {
                w.empty_element(END_OF_SEQUENCE);
            }
        });
    }
}

impl FromXml for Release {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { context: context(element.require_name(Self::NAME)?)? })
    }
}

impl ToXml for Release {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| w.text_element(CONTEXT, self.context.as_str()));
    }
}
