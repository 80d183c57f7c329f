use std::fmt;

use crate::addressing::EndpointReference;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::soap::text_newtype;
use crate::wsman;
use crate::wsman::Expiration;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::Delivery;
use crate::wsman::eventing::NAMESPACE;
use crate::wsman::eventing::manage::EXPIRES;
use crate::wsman::eventing::manage::SUBSCRIPTION_MANAGER;
use crate::wsman::eventing::manage::expires;
use crate::wsman::eventing::manage::write_expires;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const END_TO: QName = QName::new(NAMESPACE, "EndTo");
const FILTER: QName = QName::new(NAMESPACE, "Filter");
const WSMAN_FILTER: QName = QName::new(wsman::NAMESPACE, "Filter");
const DIALECT: QName = QName::local("Dialect");
const SEND_BOOKMARKS: QName = QName::new(wsman::NAMESPACE, "SendBookmarks");

text_newtype! {
    /// [WS-Eventing 3.1] Identifier, the reference parameter by which a subscription is known.
    ///
    /// [WS-Eventing 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
    Identifier
}

/// [WS-Eventing 3.1] Subscribe.
///
/// [WS-Eventing 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribe {
    /// Where to tell that the subscription ended.
    pub end_to: Option<EndpointReference>,
    /// Where events go, and how.
    pub delivery: Delivery,
    /// How long it is to last; as long as the service likes without this.
    pub expires: Option<Expiration>,
    /// Which events; all without this.
    pub filter: Option<Filter>,
    /// Whether each delivery is to say its place among the events.
    pub send_bookmarks: bool,
    /// The place after which to begin; now without this.
    pub bookmark: Option<Bookmark>,
}

/// [DSP0226 10.2.2] Filter, in either of two namespaces, which mean the same.
///
/// [DSP0226 10.2.2]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The URI of its language.
    pub dialect: Option<String>,
    /// The whole element, since the content of some dialects is XML.
    pub content: Opaque,
}

/// [WS-Eventing 3.1] SubscribeResponse.
///
/// [WS-Eventing 3.1]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeResponse {
    /// Where to ask about the subscription; its reference parameters name it.
    pub subscription_manager: EndpointReference,
    /// How long it lasts.
    pub expires: Option<Expiration>,
    /// What to give to Pull, in pull mode.
    pub context: Option<EnumerationContext>,
}

/// Why a Subscribe was refused. The peer is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscribeError {
    /// It has a filter in both namespaces.
    TwoFilters,
    /// It is not what its schema says.
    Xml(XmlError),
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoFilters => write!(f, "expected {FILTER} or {WSMAN_FILTER}, found both"),
            Self::Xml(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SubscribeError {}

impl From<XmlError> for SubscribeError {
    fn from(error: XmlError) -> Self {
        Self::Xml(error)
    }
}

impl Identifier {
    /// The name of the reference parameter and of the header block that it becomes.
    pub const NAME: QName = QName::new(NAMESPACE, "Identifier");

    /// The identifier in the header of a message to the subscription manager.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Option<Self> {
        envelope.header(Self::NAME).map(|block| Self::new(block.text()))
    }

    /// The identifier in the parameters or properties of a reference.
    #[must_use]
    pub fn in_reference(reference: &EndpointReference) -> Option<Self> {
        let parts = [&reference.reference_parameters, &reference.reference_properties];
        let found = parts.into_iter().flatten().find_map(|part| part.element().child(Self::NAME));
        found.map(|element| Self::new(element.text()))
    }
}

impl Subscribe {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Subscribe");

    /// A subscription to everything that happens from now on.
    #[must_use]
    pub fn to_everything(delivery: Delivery) -> Self {
        Self { end_to: None, delivery, expires: None, filter: None, send_bookmarks: false, bookmark: None }
    }

    /// Reads the element. "A Subscribe with both filter elements is refused as an invalid eventing message", which
    /// needs an error of its own.
    pub fn read(element: Element<'_>) -> Result<Self, SubscribeError> {
        let element = element.require_name(Self::NAME)?;
        let filter = match (element.child(FILTER), element.child(WSMAN_FILTER)) {
            (Some(_), Some(_)) => return Err(SubscribeError::TwoFilters),
            (filter, None) | (None, filter) => filter,
        };
        Ok(Self {
            end_to: element.child(END_TO).map(Element::read).transpose()?,
            delivery: element.require_child(Delivery::NAME)?.read()?,
            expires: expires(element, Self::NAME)?,
            filter: filter.map(Element::read).transpose()?,
            send_bookmarks: element.child(SEND_BOOKMARKS).is_some(),
            bookmark: element.child(Bookmark::NAME).map(Element::read).transpose()?,
        })
    }
}

impl ToXml for Subscribe {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(to) = &self.end_to {
                to.write_as(END_TO, false, w);
            }
            w.write(&self.delivery);
            write_expires(self.expires, w);
            if let Some(filter) = &self.filter {
                w.write(&filter.content);
            }
            if let Some(bookmark) = &self.bookmark {
                w.write(bookmark);
            }
            if self.send_bookmarks {
                w.empty_element(SEND_BOOKMARKS);
            }
        });
    }
}

impl Filter {
    /// A filter with what `inside` writes.
    pub fn build(dialect: &str, inside: impl FnOnce(&mut Writer)) -> Result<Self, XmlError> {
        let content = Opaque::build(WSMAN_FILTER, |w| {
            w.attribute(DIALECT, dialect);
            inside(w);
        })?;
        Ok(Self { dialect: Some(dialect.to_owned()), content })
    }
}

impl FromXml for Filter {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { dialect: element.attribute(DIALECT).map(str::to_owned), content: element.read()? })
    }
}

impl SubscribeResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "SubscribeResponse");
}

impl FromXml for SubscribeResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self {
            subscription_manager: element.require_child(SUBSCRIPTION_MANAGER)?.read()?,
            expires: element.child(EXPIRES).map(Element::read).transpose()?,
            context: element.child(EnumerationContext::NAME).map(Element::read).transpose()?,
        })
    }
}

impl ToXml for SubscribeResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            self.subscription_manager.write_as(SUBSCRIPTION_MANAGER, false, w);
            write_expires(self.expires, w);
            if let Some(context) = &self.context {
                w.write(context);
            }
        });
    }
}
