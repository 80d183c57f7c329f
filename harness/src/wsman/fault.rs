use crate::limits::WSMAN_FAULT_DEPTH_MAX;
use crate::soap::Fault;
use crate::soap::text_newtype;
use crate::wsman::NAMESPACE;
use crate::wsman::WsmanErrorCode;
use crate::wsman::cim::CimElement;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Namespace;
use crate::xml::Node;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const FAULT_NAMESPACE: Namespace =
    Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/wsmanfault", "f");
const MESSAGE: QName = QName::new(FAULT_NAMESPACE, "Message");
const PROVIDER_FAULT: QName = QName::new(FAULT_NAMESPACE, "ProviderFault");
const EXTENDED_ERROR: QName = QName::new(FAULT_NAMESPACE, "ExtendedError");
const CODE: QName = QName::local("Code");
const MACHINE: QName = QName::local("Machine");
const PROVIDER: QName = QName::local("provider");
const PATH: QName = QName::local("path");
const PROVIDER_ID: QName = QName::local("providerId");

text_newtype! {
    /// [DSP0226 14.2] FaultDetail, the URI that tells the cases of one subcode apart.
    ///
    /// [DSP0226 14.2]: https://www.dmtf.org/standards/wsman
    FaultDetail
}

impl FaultDetail {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "FaultDetail");
    /// What every URI of WS-Management starts with.
    pub const PREFIX: &'static str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/";

    /// The URI with `name` as last segment.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self([Self::PREFIX, name].concat())
    }

    /// The detail of `fault`, when it has one.
    #[must_use]
    pub fn in_fault(fault: &Fault) -> Option<Self> {
        let detail = fault.detail.as_ref()?.element().child(Self::NAME)?;
        Some(Self::new(detail.text()))
    }

    /// The last segment of the URI, which is what peers agree on: MS-WSMV prints one with another prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }
}

/// [MS-WSMV 2.2.4.43] `WSManFault`, in the detail of nearly every fault of Windows.
///
/// [MS-WSMV 2.2.4.43]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WsmanFault {
    /// What happened.
    pub code: WsmanErrorCode,
    /// Where; the name under which the client knows the machine. Some peers leave it out or empty.
    pub machine: Option<String>,
    /// What happened, in words.
    pub message: String,
    /// What the plug-in said.
    pub provider_fault: Option<Box<ProviderFault>>,
}

/// [MS-WSMV 2.2.4.43] `ProviderFault`. It may hold any XML, of which text, a nested `WSManFault`
/// and the instances of `ExtendedError` are kept.
///
/// [MS-WSMV 2.2.4.43]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderFault {
    /// The plug-in's name.
    pub provider: Option<String>,
    /// The plug-in's file.
    pub path: Option<String>,
    /// The plug-in's GUID, which the text prints and Windows doesn't send.
    pub provider_id: Option<String>,
    /// Its words.
    pub message: String,
    /// Its code.
    pub fault: Option<WsmanFault>,
    /// The error as an instance: WMI tells of a `__ExtendedStatus` what it was doing.
    pub extended_error: Option<CimElement>,
}

impl WsmanFault {
    /// The name of the element.
    pub const NAME: QName = QName::new(FAULT_NAMESPACE, "WSManFault");

    /// The `WSManFault` in the detail of `fault`, when it has one.
    pub fn in_fault(fault: &Fault) -> Result<Option<Self>, XmlError> {
        let Some(detail) = &fault.detail else { return Ok(None) };
        detail.element().child(Self::NAME).map(Element::read).transpose()
    }

    fn read(element: Element<'_>, depth_left: usize) -> Result<Self, XmlError> {
        let code = element.require_attribute(CODE)?.trim();
        let code = code.parse().map_err(|_| XmlError::BadValue {
            name: CODE.to_string(),
            expected: "an unsigned 32-bit number",
            found: code.chars().take(64).collect(),
            offset: element.offset(),
        })?;
        let message = element.child(MESSAGE);
        let provider = message.and_then(|message| message.child(PROVIDER_FAULT));
        let read = |provider| ProviderFault::read(provider, depth_left).map(Box::new);
        Ok(Self {
            code: WsmanErrorCode(code),
            machine: element.attribute(MACHINE).map(str::to_owned),
            message: message.map(own_text).unwrap_or_default(),
            provider_fault: provider.map(read).transpose()?,
        })
    }
}

impl ProviderFault {
    fn read(element: Element<'_>, depth_left: usize) -> Result<Self, XmlError> {
        let nested = element.child(WsmanFault::NAME);
        let extended = element.child(EXTENDED_ERROR).and_then(|error| error.children().next());
        let Some(depth_left) = depth_left.checked_sub(1) else {
            let offset = element.offset();
            return Err(XmlError::TooMany { what: "provider faults", max: WSMAN_FAULT_DEPTH_MAX, offset });
        };
        Ok(Self {
            provider: element.attribute(PROVIDER).map(str::to_owned),
            path: element.attribute(PATH).map(str::to_owned),
            provider_id: element.attribute(PROVIDER_ID).map(str::to_owned),
            message: own_text(element),
            fault: nested.map(|fault| WsmanFault::read(fault, depth_left)).transpose()?,
            extended_error: extended.map(Element::read).transpose()?,
        })
    }
}

/// The text directly inside, between child elements too, without the white space around it.
fn own_text(element: Element<'_>) -> String {
    let text: String = element
        .nodes()
        .filter_map(|node| match node {
            Node::Text(text) => Some(text),
            Node::Element(_) => None,
        })
        .collect();
    text.trim_matches([' ', '\t', '\r', '\n']).to_owned()
}

impl FromXml for WsmanFault {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Self::read(element, WSMAN_FAULT_DEPTH_MAX)
    }
}

impl ToXml for WsmanFault {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.attribute(CODE, &self.code.to_string());
            if let Some(machine) = &self.machine {
                w.attribute(MACHINE, machine);
            }
            w.element(MESSAGE, |w| {
                w.text(&self.message);
                if let Some(provider) = &self.provider_fault {
                    w.write(provider.as_ref());
                }
            });
        });
    }
}

impl ToXml for ProviderFault {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(PROVIDER_FAULT, |w| {
            if let Some(provider) = &self.provider {
                w.attribute(PROVIDER, provider);
            }
            if let Some(path) = &self.path {
                w.attribute(PATH, path);
            }
            if let Some(id) = &self.provider_id {
                w.attribute(PROVIDER_ID, id);
            }
            w.text(&self.message);
            if let Some(fault) = &self.fault {
                w.write(fault);
            }
            if let Some(error) = &self.extended_error {
                w.element(EXTENDED_ERROR, |w| w.write(error));
            }
        });
    }
}
