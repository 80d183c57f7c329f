//! [WS-Transfer] Get, Put, Create, Delete. Their bodies are the resource's own or empty, but for ResourceCreated.
//!
//! [WS-Transfer]: https://www.w3.org/submissions/2006/SUBM-WS-Transfer-20060315/

use crate::addressing::Address;
use crate::addressing::EndpointReference;
use crate::soap::Opaque;
use crate::wsman::NAMESPACE as WSMAN;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// The WS-Transfer namespace.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.xmlsoap.org/ws/2004/09/transfer", "x");

/// The action of a Get.
pub const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
/// The action of its response.
pub const GET_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse";
/// The action of a Put.
pub const PUT: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Put";
/// The action of its response.
pub const PUT_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/PutResponse";
/// The action of a Create.
pub const CREATE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create";
/// The action of its response.
pub const CREATE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/CreateResponse";
/// The action of a Delete, whose request and response have empty bodies.
pub const DELETE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete";
/// The action of its response.
pub const DELETE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/DeleteResponse";
/// The action of the faults that WS-Transfer defines.
pub const FAULT: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/fault";

/// [WS-Transfer 3.3] ResourceCreated: the reference of the new resource.
///
/// The text wraps an EndpointReference; Windows puts its children directly inside, with the request's URL as address.
/// Both are read, the latter is written.
///
/// [WS-Transfer 3.3]: https://www.w3.org/submissions/2006/SUBM-WS-Transfer-20060315/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceCreated {
    /// The address that the client used.
    pub address: Address,
    /// The class of the resource.
    pub resource_uri: ResourceUri,
    /// Which instance.
    pub selector_set: SelectorSet,
}

impl ResourceCreated {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "ResourceCreated");

    fn read(element: Element<'_>) -> Result<Self, XmlError> {
        let reference: EndpointReference = element.read()?;
        let parameters = reference.reference_parameters.as_ref().map(Opaque::element);
        let uri = parameters.and_then(|p| p.child(ResourceUri::NAME));
        let selectors = parameters.and_then(|p| p.child(SelectorSet::ELEMENT));
        Ok(Self {
            address: reference.address,
            resource_uri: uri.map_or(Ok(ResourceUri::new("")), Element::read)?,
            selector_set: selectors.map_or(Ok(SelectorSet::default()), Element::read)?,
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.text_element(Address::NAME, self.address.as_str());
        writer.element(EndpointReference::REFERENCE_PARAMETERS, |w| {
            w.text_element(ResourceUri::NAME, self.resource_uri.as_str());
            w.write(&self.selector_set);
        });
    }
}

impl FromXml for ResourceCreated {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Self::read(element.child(EndpointReference::NAME).unwrap_or(element))
    }
}

impl ToXml for ResourceCreated {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| self.write(w));
    }
}

/// [DSP0226 6.5] RequestedEPR, the header block that answers `RequestEPR`: the reference of the resource as it is after
/// the operation, which may have moved it.
///
/// [DSP0226 6.5]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedEpr {
    /// The reference.
    Reference(ResourceCreated),
    /// The resource is no longer there.
    Invalid,
    /// The service can't tell.
    Unknown,
}

impl RequestedEpr {
    /// The name of the header block.
    pub const NAME: QName = QName::new(WSMAN, "RequestedEPR");
    const INVALID: QName = QName::new(WSMAN, "EPRInvalid");
    const UNKNOWN: QName = QName::new(WSMAN, "EPRUnknown");
}

impl FromXml for RequestedEpr {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        if element.child(Self::INVALID).is_some() {
            return Ok(Self::Invalid);
        }
        if element.child(Self::UNKNOWN).is_some() {
            return Ok(Self::Unknown);
        }
        ResourceCreated::read(element.require_child(EndpointReference::NAME)?).map(Self::Reference)
    }
}

impl ToXml for RequestedEpr {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| match self {
            Self::Reference(reference) => w.element(EndpointReference::NAME, |w| reference.write(w)),
            Self::Invalid => w.empty_element(Self::INVALID),
            Self::Unknown => w.empty_element(Self::UNKNOWN),
        });
    }
}
