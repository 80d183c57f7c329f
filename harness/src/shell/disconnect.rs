use crate::shell::CommandId;
use crate::shell::NAMESPACE;
use crate::shell::StreamNames;
use crate::shell::identifiers::COMMAND_ID_ATTRIBUTE;
use crate::shell::identifiers::command_id;
use crate::soap::Opaque;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::wsman::Duration;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// The elements that [`super::Shell`] has too.
pub(super) const IDLE_TIME_OUT: QName = QName::new(NAMESPACE, "IdleTimeOut");
pub(super) const IDLE_TIMEOUT: QName = QName::new(NAMESPACE, "IdleTimeout");
pub(super) const BUFFER_MODE: QName = QName::new(NAMESPACE, "BufferMode");
pub(super) const INPUT_STREAMS: QName = QName::new(NAMESPACE, "InputStreams");
pub(super) const OUTPUT_STREAMS: QName = QName::new(NAMESPACE, "OutputStreams");

text_newtype! {
    /// [MS-WSMV 2.2.5.10] What the service does with output while nobody is connected.
    ///
    /// [MS-WSMV 2.2.5.10]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    BufferMode
}

impl BufferMode {
    /// Take no more from the shell.
    pub const BLOCK: &'static str = "Block";
    /// Take it and throw it away.
    pub const DROP: &'static str = "Drop";
}

/// [MS-WSMV 2.2.4.15] `Disconnect`, which may change two values of the shell.
///
/// [MS-WSMV 2.2.4.15]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disconnect {
    /// The new idle time-out.
    pub idle_timeout: Option<Duration>,
    /// The new buffer mode.
    pub buffer_mode: Option<BufferMode>,
}

/// [MS-WSMV 3.1.4.15] `DisconnectResponse`.
///
/// [MS-WSMV 3.1.4.15]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisconnectResponse;

/// [MS-WSMV 3.1.4.16] `Reconnect`.
///
/// [MS-WSMV 3.1.4.16]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconnect;

/// [MS-WSMV 3.1.4.16] `ReconnectResponse`.
///
/// [MS-WSMV 3.1.4.16]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconnectResponse;

/// [MS-WSMV 2.2.4.12] `Connect`, to a shell or, for PSRP, to one of its commands.
///
/// [MS-WSMV 2.2.4.12]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connect {
    /// The command.
    pub command_id: Option<CommandId>,
    /// `connectXml` or whatever else the plug-in wants.
    pub content: Option<Opaque>,
}

/// [MS-WSMV 2.2.4.11] `ConnectResponse`; Windows tells the streams of the shell.
///
/// [MS-WSMV 2.2.4.11]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectResponse {
    /// The streams for input.
    pub input_streams: Option<StreamNames>,
    /// The streams for output.
    pub output_streams: Option<StreamNames>,
    /// `connectResponseXml` or whatever else the plug-in says.
    pub content: Option<Opaque>,
}

impl Disconnect {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Disconnect");
}

impl DisconnectResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "DisconnectResponse");
}

impl Reconnect {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Reconnect");
}

impl ReconnectResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "ReconnectResponse");
}

impl Connect {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Connect");
}

impl ConnectResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "ConnectResponse");
}

/// The idle time-out in either spelling.
pub(super) fn idle_timeout(parent: Element<'_>) -> Result<Option<Duration>, XmlError> {
    parent.child(IDLE_TIME_OUT).or_else(|| parent.child(IDLE_TIMEOUT)).map(Element::read).transpose()
}

pub(super) fn buffer_mode(parent: Element<'_>) -> Result<Option<BufferMode>, XmlError> {
    parent.child(BUFFER_MODE).map(|child| text_of(child).map(BufferMode::new)).transpose()
}

/// The first child in another namespace: the plug-in's own content.
pub(super) fn foreign_child(parent: Element<'_>) -> Result<Option<Opaque>, XmlError> {
    parent.children().find(|child| child.namespace() != NAMESPACE.uri).map(Element::read).transpose()
}

impl FromXml for Disconnect {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self { idle_timeout: idle_timeout(element)?, buffer_mode: buffer_mode(element)? })
    }
}

impl ToXml for Disconnect {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(timeout) = self.idle_timeout {
                w.text_element(IDLE_TIME_OUT, &timeout.to_string());
            }
            if let Some(mode) = &self.buffer_mode {
                w.text_element(BUFFER_MODE, mode.as_str());
            }
        });
    }
}

impl FromXml for DisconnectResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_name(Self::NAME).map(|_| Self)
    }
}

impl ToXml for DisconnectResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}

impl FromXml for Reconnect {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_name(Self::NAME).map(|_| Self)
    }
}

impl ToXml for Reconnect {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}

impl FromXml for ReconnectResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_name(Self::NAME).map(|_| Self)
    }
}

impl ToXml for ReconnectResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}

impl FromXml for Connect {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self { command_id: command_id(element), content: foreign_child(element)? })
    }
}

impl ToXml for Connect {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(id) = &self.command_id {
                w.attribute(COMMAND_ID_ATTRIBUTE, id.as_str());
            }
            self.content.iter().for_each(|content| w.write(content));
        });
    }
}

impl FromXml for ConnectResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        Ok(Self {
            input_streams: element.child(INPUT_STREAMS).map(Element::read).transpose()?,
            output_streams: element.child(OUTPUT_STREAMS).map(Element::read).transpose()?,
            content: foreign_child(element)?,
        })
    }
}

impl ToXml for ConnectResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(names) = &self.input_streams {
                w.text_element(INPUT_STREAMS, &names.to_string());
            }
            if let Some(names) = &self.output_streams {
                w.text_element(OUTPUT_STREAMS, &names.to_string());
            }
            self.content.iter().for_each(|content| w.write(content));
        });
    }
}
