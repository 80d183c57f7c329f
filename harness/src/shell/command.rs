use crate::shell::CommandId;
use crate::shell::NAMESPACE;
use crate::shell::identifiers::COMMAND_ID;
use crate::shell::identifiers::COMMAND_ID_ATTRIBUTE;
use crate::shell::identifiers::command_id;
use crate::soap::text_of;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const COMMAND: QName = QName::new(NAMESPACE, "Command");
const ARGUMENTS: QName = QName::new(NAMESPACE, "Arguments");

/// [MS-WSMV 2.2.4.7] `CommandLine`. White space belongs to the command and its arguments.
///
/// [MS-WSMV 2.2.4.7]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// The id that the client chose for it.
    pub command_id: Option<CommandId>,
    /// The program. PSRP leaves it empty.
    pub command: String,
    /// Its arguments, in order.
    pub arguments: Vec<String>,
}

/// [MS-WSMV 2.2.4.8] `CommandResponse`.
///
/// [MS-WSMV 2.2.4.8]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandResponse {
    /// What identifies the command from then on.
    pub command_id: CommandId,
}

impl CommandLine {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "CommandLine");
}

impl CommandResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "CommandResponse");
}

impl FromXml for CommandLine {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        let text = |child: Element<'_>| text_of(child).map(|_| child.text().to_owned());
        let arguments = element.children().filter(|child| child.is(ARGUMENTS));
        Ok(Self {
            command_id: command_id(element),
            command: text(element.require_child(COMMAND)?)?,
            arguments: arguments.map(text).collect::<Result<_, _>>()?,
        })
    }
}

impl ToXml for CommandLine {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(id) = &self.command_id {
                w.attribute(COMMAND_ID_ATTRIBUTE, id.as_str());
            }
            w.text_element(COMMAND, &self.command);
            for argument in &self.arguments {
                w.text_element(ARGUMENTS, argument);
            }
        });
    }
}

impl FromXml for CommandResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let id = element.require_name(Self::NAME)?.require_child(COMMAND_ID)?;
        Ok(Self { command_id: CommandId::new(text_of(id)?) })
    }
}

impl ToXml for CommandResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| w.text_element(COMMAND_ID, self.command_id.as_str()));
    }
}
