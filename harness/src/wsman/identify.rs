//! [DSP0226 11] Identify: what a service is, without addressing and, if it is configured so, without authentication.
//!
//! [DSP0226 11]: https://www.dmtf.org/standards/wsman

use crate::soap::Envelope;
use crate::soap::text_of;
use crate::wsman;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// The identity namespace. The text of MS-WSMV prints `identify` in it; every peer writes `identity`.
pub const NAMESPACE: Namespace =
    Namespace::new("http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd", "wsmid");

const PROTOCOL_VERSION: QName = QName::new(NAMESPACE, "ProtocolVersion");
const PRODUCT_VENDOR: QName = QName::new(NAMESPACE, "ProductVendor");
const PRODUCT_VERSION: QName = QName::new(NAMESPACE, "ProductVersion");
const SECURITY_PROFILES: QName = QName::new(NAMESPACE, "SecurityProfiles");
const SECURITY_PROFILE_NAME: QName = QName::new(NAMESPACE, "SecurityProfileName");

/// [DSP0226 11] Identify, the request.
///
/// [DSP0226 11]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identify;

impl Identify {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Identify");

    /// Whether `envelope` asks for it.
    #[must_use]
    pub fn is_asked(envelope: &Envelope) -> bool {
        envelope.body().is_some_and(|element| element.is(Self::NAME))
    }

    /// The whole request.
    #[must_use]
    pub fn to_envelope() -> String {
        Envelope::write(None, &[NAMESPACE], |_| {}, |body| body.write(&Self))
    }
}

impl ToXml for Identify {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}

/// [DSP0226 11] IdentifyResponse.
///
/// [DSP0226 11]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifyResponse {
    /// The namespaces of the versions of WS-Management that the service speaks.
    pub protocol_version: Vec<String>,
    /// Who made it.
    pub product_vendor: Option<String>,
    /// Which version it is; `OS: 0.0.0 SP: 0.0 Stack: 3.0` for those who did not authenticate.
    pub product_version: Option<String>,
    /// The URIs of the security profiles; `None` for those who did not authenticate.
    pub security_profiles: Option<Vec<String>>,
}

impl IdentifyResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "IdentifyResponse");

    /// What a service says to somebody who did not authenticate.
    #[must_use]
    pub fn unauthenticated(product_vendor: &str) -> Self {
        Self {
            protocol_version: vec![wsman::NAMESPACE.uri.to_owned()],
            product_vendor: Some(product_vendor.to_owned()),
            product_version: Some("OS: 0.0.0 SP: 0.0 Stack: 3.0".to_owned()),
            security_profiles: None,
        }
    }

    /// The whole response, which has an empty header.
    #[must_use]
    pub fn to_envelope(&self) -> String {
        Envelope::write(Some("en-US"), &[], |_| {}, |body| body.write(self))
    }
}

impl FromXml for IdentifyResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let text = |name| element.child(name).map(|e| text_of(e).map(str::to_owned)).transpose();
        Ok(Self {
            protocol_version: texts(element, PROTOCOL_VERSION)?,
            product_vendor: text(PRODUCT_VENDOR)?,
            product_version: text(PRODUCT_VERSION)?,
            security_profiles: element
                .child(SECURITY_PROFILES)
                .map(|profiles| texts(profiles, SECURITY_PROFILE_NAME))
                .transpose()?,
        })
    }
}

fn texts(parent: Element<'_>, name: QName) -> Result<Vec<String>, XmlError> {
    parent.children().filter(|child| child.is(name)).map(|child| text_of(child).map(str::to_owned)).collect()
}

impl ToXml for IdentifyResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            for version in &self.protocol_version {
                w.text_element(PROTOCOL_VERSION, version);
            }
            if let Some(vendor) = &self.product_vendor {
                w.text_element(PRODUCT_VENDOR, vendor);
            }
            if let Some(version) = &self.product_version {
                w.text_element(PRODUCT_VERSION, version);
            }
            let Some(profiles) = &self.security_profiles else { return };
            w.element(SECURITY_PROFILES, |w| {
                for profile in profiles {
                    w.text_element(SECURITY_PROFILE_NAME, profile);
                }
            });
        });
    }
}
