use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::shell::CommandId;
use crate::shell::NAMESPACE;
use crate::shell::identifiers::COMMAND_ID_ATTRIBUTE;
use crate::shell::identifiers::command_id;
use crate::soap::boolean_attribute;
use crate::soap::text_of;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const NAME: QName = QName::local("Name");
const END: QName = QName::local("End");
const UNIT: QName = QName::local("Unit");
const END_UNIT: QName = QName::local("EndUnit");

/// [MS-WSMV 2.2.4.40] `Stream`, one block of octets of a named stream.
///
/// [MS-WSMV 2.2.4.40]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stream {
    /// `stdin`, `stdout`, `stderr`; for PSRP also `pr`.
    pub name: String,
    /// The command whose stream it is; none for the shell's own, as PSRP's are.
    pub command_id: Option<CommandId>,
    /// Whether nothing follows in the stream. `False` is written by some clients, so it is kept apart from nothing.
    pub end: Option<bool>,
    /// The logical record that begins here, a URI.
    pub unit: Option<String>,
    /// Whether that record ends here.
    pub end_unit: Option<bool>,
    /// The octets.
    pub content: Vec<u8>,
}

impl Stream {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Stream");

    /// Octets of a command's stream.
    #[must_use]
    pub fn of_command(name: &str, command_id: &CommandId, content: Vec<u8>) -> Self {
        Self { name: name.to_owned(), command_id: Some(command_id.clone()), content, ..Self::default() }
    }

    /// The mark that a command's stream has ended.
    #[must_use]
    pub fn end_of(name: &str, command_id: &CommandId) -> Self {
        Self { end: Some(true), ..Self::of_command(name, command_id, Vec::new()) }
    }

    /// Whether nothing follows in the stream.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.end == Some(true)
    }
}

impl FromXml for Stream {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self {
            name: element.require_attribute(NAME)?.trim().to_owned(),
            command_id: command_id(element),
            end: boolean_attribute(element, END)?,
            unit: element.attribute(UNIT).map(str::to_owned),
            end_unit: boolean_attribute(element, END_UNIT)?,
            content: content(element)?,
        })
    }
}

/// `xs:base64Binary`: white space may stand anywhere, everything else is strict.
fn content(element: Element<'_>) -> Result<Vec<u8>, XmlError> {
    let text = text_of(element)?;
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let decoded = match text.bytes().any(|b| is_space(&b)) {
        true => STANDARD.decode(text.bytes().filter(|b| !is_space(b)).collect::<Vec<_>>()),
        false => STANDARD.decode(text),
    };
    decoded.map_err(|_| element.bad_value("base64"))
}

impl ToXml for Stream {
    fn to_xml(&self, writer: &mut Writer) {
        let text = |value: bool| if value { "true" } else { "false" };
        writer.element(Self::NAME, |w| {
            w.attribute(NAME, &self.name);
            if let Some(id) = &self.command_id {
                w.attribute(COMMAND_ID_ATTRIBUTE, id.as_str());
            }
            if let Some(end) = self.end {
                w.attribute(END, text(end));
            }
            if let Some(unit) = &self.unit {
                w.attribute(UNIT, unit);
            }
            if let Some(end) = self.end_unit {
                w.attribute(END_UNIT, text(end));
            }
            w.text(&STANDARD.encode(&self.content));
        });
    }
}

/// [MS-WSMV 2.2.5.8] `StreamNameList`: names between white space.
///
/// [MS-WSMV 2.2.5.8]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamNames(Vec<String>);

impl StreamNames {
    /// The names in a list.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.split_ascii_whitespace().map(str::to_owned).collect())
    }

    /// Whether `name` is one of them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }

    /// The names, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromXml for StreamNames {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        text_of(element).map(Self::parse)
    }
}

/// The names with a space between them.
impl std::fmt::Display for StreamNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}
