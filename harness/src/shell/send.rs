use crate::shell::NAMESPACE;
use crate::shell::Stream;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// [MS-WSMV 2.2.4.32] `Send`: at least one stream, which may be empty.
///
/// [MS-WSMV 2.2.4.32]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// The input, in order.
    pub streams: Vec<Stream>,
}

/// [MS-WSMV 2.2.4.33] `SendResponse`, which every peer leaves empty.
///
/// [MS-WSMV 2.2.4.33]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendResponse;

impl Send {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Send");
}

impl SendResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "SendResponse");
}

impl FromXml for Send {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        element.require_child(Stream::NAME)?;
        let streams = element.children().filter(|child| child.is(Stream::NAME)).map(Element::read);
        Ok(Self { streams: streams.collect::<Result<_, _>>()? })
    }
}

impl ToXml for Send {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| self.streams.iter().for_each(|stream| w.write(stream)));
    }
}

impl FromXml for SendResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_name(Self::NAME).map(|_| Self)
    }
}

impl ToXml for SendResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}
