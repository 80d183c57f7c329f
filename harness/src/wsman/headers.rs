//! The simple header blocks.

use crate::limits::WSMAN_ACTIVITY_ID_CHARS_MAX;
use crate::soap::number;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::wsman::Duration;
use crate::wsman::MICROSOFT;
use crate::wsman::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::XML;
use crate::xml::XmlError;

const LANG: QName = QName::new(XML, "lang");
/// The namespace of remote shells, which one header block is in.
const SHELL: Namespace = Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/windows/shell", "rsp");

text_newtype! {
    /// [DSP0226 5.4.2] ResourceURI, the class of the resource.
    ///
    /// [DSP0226 5.4.2]: https://www.dmtf.org/standards/wsman
    ResourceUri
}

impl ResourceUri {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "ResourceURI");
    /// Every shell, for Get and Enumerate.
    pub const SHELL: &'static str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
    /// The command shell.
    pub const CMD: &'static str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";
    /// The endpoint of Windows PowerShell; other session configurations have other last segments.
    pub const POWERSHELL: &'static str = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell";
    /// The root of the configuration.
    pub const CONFIG: &'static str = "http://schemas.microsoft.com/wbem/wsman/1/config";
    /// The configuration of the service.
    pub const CONFIG_SERVICE: &'static str = "http://schemas.microsoft.com/wbem/wsman/1/config/service";
    /// The configuration of the listeners.
    pub const CONFIG_LISTENER: &'static str = "http://schemas.microsoft.com/wbem/wsman/1/config/listener";
    /// The configuration of remote shells.
    pub const CONFIG_WINRS: &'static str = "http://schemas.microsoft.com/wbem/wsman/1/config/winrs";
}

text_newtype! {
    /// [MS-WSMV 3.1.4.1.37] SessionId, the client session that a shell belongs to.
    ///
    /// [MS-WSMV 3.1.4.1.37]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    SessionId
}

text_newtype! {
    /// [MS-WSMV 2.2.4.45] OperationID, a GUID that some peers prefix by `uuid:`.
    ///
    /// [MS-WSMV 2.2.4.45]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    OperationId
}

text_newtype! {
    /// [MS-WSMV 3.1.4.1.12] ActivityId, for tracing.
    ///
    /// [MS-WSMV 3.1.4.1.12]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ActivityId
}

text_newtype! {
    /// [DSP0226 6.3] Locale, the language of the messages that people read, as its `xml:lang`.
    ///
    /// [DSP0226 6.3]: https://www.dmtf.org/standards/wsman
    Locale
}

text_newtype! {
    /// [MS-WSMV 2.2.3.2] DataLocale, the language in which numbers and dates are formatted, as its `xml:lang`.
    ///
    /// [MS-WSMV 2.2.3.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    DataLocale
}

/// [DSP0226 6.2] MaxEnvelopeSize, the octets of the largest response that the client takes.
///
/// [DSP0226 6.2]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaxEnvelopeSize(pub u64);

/// [DSP0226 6.1] OperationTimeout, after which the service answers in any case.
///
/// [DSP0226 6.1]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationTimeout(pub Duration);

/// [MS-WSMV 2.2.4.46] SequenceID, the number of a message within its operation, from 1.
///
/// [MS-WSMV 2.2.4.46]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceId(pub u64);

text_newtype! {
    /// [MS-WSMV 3.2.4.1.19] CompressionType, the algorithm that the streams of a shell are compressed by.
    ///
    /// [MS-WSMV 3.2.4.1.19]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    CompressionType
}

impl CompressionType {
    /// The name of the header block.
    pub const NAME: QName = QName::new(SHELL, "CompressionType");
    /// The only algorithm that Windows knows.
    pub const XPRESS: &'static str = "xpress";
}

impl FromXml for CompressionType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        text_of(element).map(Self::new)
    }
}

impl SessionId {
    /// The name of the header block.
    pub const NAME: QName = QName::new(MICROSOFT, "SessionId");
}

impl OperationId {
    /// The name of the header block.
    pub const NAME: QName = QName::new(MICROSOFT, "OperationID");

    /// The GUID in upper case, without the `uuid:` that it "MAY be prefixed with on a per-message basis".
    #[must_use]
    pub fn guid(&self) -> String {
        let id = self.as_str();
        match id.split_at_checked(5) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("uuid:") => rest.to_ascii_uppercase(),
            _ => id.to_ascii_uppercase(),
        }
    }

    /// Whether two spellings name one operation.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.guid() == other.guid()
    }
}

impl ActivityId {
    /// The name of the header block.
    pub const NAME: QName = QName::new(MICROSOFT, "ActivityId");
}

impl Locale {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "Locale");
}

impl DataLocale {
    /// The name of the header block.
    pub const NAME: QName = QName::new(MICROSOFT, "DataLocale");
}

impl MaxEnvelopeSize {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "MaxEnvelopeSize");
    /// "A `MaxEnvelopeSize` below 8192 is refused with an encoding-limit fault."
    pub const MIN: Self = Self(8192);
}

impl OperationTimeout {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "OperationTimeout");
}

impl SequenceId {
    /// The name of the header block. The text writes `SequenceID`, every peer `SequenceId`.
    pub const NAME: QName = QName::new(MICROSOFT, "SequenceId");
    /// The number of the first message of each side.
    pub const FIRST: Self = Self(1);
}

impl FromXml for ResourceUri {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        text_of(element).map(Self::new)
    }
}

impl FromXml for SessionId {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        text_of(element).map(Self::new)
    }
}

impl FromXml for OperationId {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        text_of(element).map(Self::new)
    }
}

impl FromXml for ActivityId {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let text = text_of(element)?;
        if text.chars().nth(WSMAN_ACTIVITY_ID_CHARS_MAX).is_some() {
            return Err(element.bad_value("at most 2048 characters"));
        }
        Ok(Self::new(text))
    }
}

impl FromXml for Locale {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_attribute(LANG).map(Self::new)
    }
}

impl FromXml for DataLocale {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_attribute(LANG).map(Self::new)
    }
}

impl FromXml for MaxEnvelopeSize {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        number(element, "a number of octets").map(Self)
    }
}

impl FromXml for OperationTimeout {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.read().map(Self)
    }
}

impl FromXml for SequenceId {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        match number(element, "a number from 1")? {
            0 => Err(element.bad_value("a number from 1")),
            id => Ok(Self(id)),
        }
    }
}
