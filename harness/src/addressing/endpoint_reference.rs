use crate::addressing::ANONYMOUS;
use crate::addressing::NAMESPACE;
use crate::soap::MUST_UNDERSTAND;
use crate::soap::Opaque;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

text_newtype! {
    /// [WS-Addressing 2.1] The URI of an endpoint reference.
    ///
    /// [WS-Addressing 2.1]: https://www.w3.org/submissions/ws-addressing/
    Address
}

impl Address {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Address");
}

/// [WS-Addressing 2.1] Where a resource is, and what a message to it must carry.
///
/// [WS-Addressing 2.1]: https://www.w3.org/submissions/ws-addressing/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointReference {
    /// Becomes `To`.
    pub address: Address,
    /// The `ReferenceProperties` element, which event sources use where others use parameters.
    pub reference_properties: Option<Opaque>,
    /// The `ReferenceParameters` element; its children become header blocks.
    pub reference_parameters: Option<Opaque>,
}

impl EndpointReference {
    /// The element when nothing else names it.
    pub const NAME: QName = QName::new(NAMESPACE, "EndpointReference");
    /// The element that [`Self::reference_parameters`] holds.
    pub const REFERENCE_PARAMETERS: QName = QName::new(NAMESPACE, "ReferenceParameters");
    /// The element that [`Self::reference_properties`] holds.
    pub const REFERENCE_PROPERTIES: QName = QName::new(NAMESPACE, "ReferenceProperties");

    /// A reference that is only an address.
    #[must_use]
    pub fn to_address(address: &str) -> Self {
        Self { address: Address::new(address), reference_properties: None, reference_parameters: None }
    }

    /// A reference to the other end of the connection.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::to_address(ANONYMOUS)
    }

    /// Whether replies go back over the connection that the request came by.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.address == ANONYMOUS
    }

    /// Writes the reference as `name`. With `is_mandatory` the address says that it must be understood, as Windows
    /// clients write `ReplyTo`.
    pub fn write_as(&self, name: QName, is_mandatory: bool, writer: &mut Writer) {
        writer.element(name, |w| {
            w.element(Address::NAME, |w| {
                if is_mandatory {
                    w.attribute(MUST_UNDERSTAND, "true");
                }
                w.text(self.address.as_str());
            });
            self.write_opaque(w);
        });
    }

    /// Writes what stands inside, for an element that was just opened and is of the type.
    pub fn write_content(&self, writer: &mut Writer) {
        writer.text_element(Address::NAME, self.address.as_str());
        self.write_opaque(writer);
    }

    fn write_opaque(&self, writer: &mut Writer) {
        for opaque in self.reference_properties.iter().chain(&self.reference_parameters) {
            writer.write(opaque);
        }
    }
}

/// Reads any element of the type, whatever its name.
impl FromXml for EndpointReference {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let opaque = |name| element.child(name).map(Element::read).transpose();
        Ok(Self {
            address: Address::new(text_of(element.require_child(Address::NAME)?)?),
            reference_properties: opaque(Self::REFERENCE_PROPERTIES)?,
            reference_parameters: opaque(Self::REFERENCE_PARAMETERS)?,
        })
    }
}

impl ToXml for EndpointReference {
    fn to_xml(&self, writer: &mut Writer) {
        self.write_as(Self::NAME, false, writer);
    }
}
