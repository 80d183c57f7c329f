use crate::soap::Fault;
use crate::wsman::WsmanErrorCode;
use crate::wsman::cim::CimElement;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const CLASS: &str = "MSFT_WmiError";

/// `MSFT_WmiError`, the error as an instance that newer versions of Windows put into the detail of a fault in place of
/// a `WSManFault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WmiError(pub CimElement);

impl WmiError {
    /// The error in the detail of `fault`, when it has one.
    pub fn in_fault(fault: &Fault) -> Result<Option<Self>, XmlError> {
        let Some(detail) = &fault.detail else { return Ok(None) };
        let error = detail.element().children().find(|child| child.local() == CLASS);
        error.map(Element::read).transpose()
    }

    /// `error_Code`: the code that a `WSManFault` would have.
    #[must_use]
    pub fn code(&self) -> Option<WsmanErrorCode> {
        self.0.text("error_Code")?.parse().ok().map(WsmanErrorCode)
    }

    /// `CIMStatusCode`: one of the codes that the DMTF defines for operations.
    #[must_use]
    pub fn cim_status_code(&self) -> Option<u32> {
        self.0.text("CIMStatusCode")?.parse().ok()
    }

    /// `Message`: what happened, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.text("Message").unwrap_or_default()
    }
}

impl FromXml for WmiError {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.read().map(Self)
    }
}

impl ToXml for WmiError {
    fn to_xml(&self, writer: &mut Writer) {
        writer.write(&self.0);
    }
}
