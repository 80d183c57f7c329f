use std::fmt;

use crate::shell::CommandId;
use crate::shell::NAMESPACE;
use crate::shell::Stream;
use crate::shell::StreamNames;
use crate::shell::identifiers::COMMAND_ID_ATTRIBUTE;
use crate::shell::identifiers::command_id;
use crate::soap::text_newtype;
use crate::soap::text_of;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const DESIRED_STREAM: QName = QName::new(NAMESPACE, "DesiredStream");
const COMMAND_STATE: QName = QName::new(NAMESPACE, "CommandState");
const EXIT_CODE: QName = QName::new(NAMESPACE, "ExitCode");
const STATE: QName = QName::local("State");

/// [MS-WSMV 2.2.4.26] `Receive`.
///
/// [MS-WSMV 2.2.4.26]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receive {
    /// Whose output is wanted.
    pub desired_stream: DesiredStream,
}

/// [MS-WSMV 2.2.4.14] `DesiredStream`.
///
/// [MS-WSMV 2.2.4.14]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DesiredStream {
    /// The command; none for the shell's own streams.
    pub command_id: Option<CommandId>,
    /// The streams.
    pub names: StreamNames,
}

/// [MS-WSMV 2.2.4.27] `ReceiveResponse`. It may hold nothing at all, and several states in practice.
///
/// [MS-WSMV 2.2.4.27]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiveResponse {
    /// The output, in order.
    pub streams: Vec<Stream>,
    /// How it is with the command. The last one counts: taking the first loses the exit code.
    pub command_states: Vec<CommandState>,
}

/// [MS-WSMV 2.2.4.9] `CommandState`.
///
/// [MS-WSMV 2.2.4.9]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandState {
    /// The command; none when it is about the shell.
    pub command_id: Option<CommandId>,
    /// Whether it is done.
    pub state: State,
    /// The exit code; with Done, unless the peer forgets it.
    pub exit_code: Option<ExitCode>,
}

text_newtype! {
    /// [MS-WSMV 2.2.5.4] The URI of a command's state.
    ///
    /// [MS-WSMV 2.2.5.4]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    State
}

/// [MS-WSMV 2.2.5.5] `ExitCode`: 32 bits that peers write signed or unsigned, so that `-1` and `4294967295` are one
/// value.
///
/// [MS-WSMV 2.2.5.5]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExitCode(pub u32);

impl Receive {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Receive");
}

impl ReceiveResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "ReceiveResponse");

    /// The octets of all streams `name`, in order.
    #[must_use]
    pub fn content(&self, name: &str) -> Vec<u8> {
        self.streams.iter().filter(|s| s.name == name).flat_map(|s| s.content.iter().copied()).collect()
    }

    /// The state that says the command is done, if one does.
    #[must_use]
    pub fn done(&self) -> Option<&CommandState> {
        self.command_states.iter().rfind(|state| state.state.is_done())
    }
}

impl State {
    /// The command has ended.
    pub const DONE: &'static str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done";
    /// The command is ending.
    pub const PENDING: &'static str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Pending";
    /// The command runs.
    pub const RUNNING: &'static str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Running";

    /// Whether the command has ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        *self == Self::DONE
    }
}

impl ExitCode {
    /// The code as a program that returns a signed number means it.
    #[must_use]
    pub fn to_signed(self) -> i32 {
        i32::from_ne_bytes(self.0.to_ne_bytes())
    }

    fn parse(text: &str) -> Option<Self> {
        let signed = || text.parse::<i32>().ok().map(|code| u32::from_ne_bytes(code.to_ne_bytes()));
        text.parse().ok().or_else(signed).map(Self)
    }
}

/// Signed: that is how programs return it, and a client reads either spelling.
impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_signed().fmt(f)
    }
}

impl FromXml for Receive {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let desired = element.require_name(Self::NAME)?.require_child(DESIRED_STREAM)?;
        let desired_stream = DesiredStream { command_id: command_id(desired), names: desired.read()? };
        Ok(Self { desired_stream })
    }
}

impl ToXml for Receive {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.element(DESIRED_STREAM, |w| {
                write_command_id(self.desired_stream.command_id.as_ref(), w);
                w.text(&self.desired_stream.names.to_string());
            });
        });
    }
}

impl FromXml for ReceiveResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = element.require_name(Self::NAME)?;
        let streams = element.children().filter(|child| child.is(Stream::NAME)).map(Element::read);
        let states = element.children().filter(|child| child.is(COMMAND_STATE)).map(Element::read);
        Ok(Self {
            streams: streams.collect::<Result<_, _>>()?,
            command_states: states.collect::<Result<_, _>>()?,
        })
    }
}

impl ToXml for ReceiveResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            self.streams.iter().for_each(|stream| w.write(stream));
            self.command_states.iter().for_each(|state| w.write(state));
        });
    }
}

impl FromXml for CommandState {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let exit_code = |child: Element<'_>| {
            ExitCode::parse(text_of(child)?).ok_or_else(|| child.bad_value("a 32-bit number"))
        };
        Ok(Self {
            command_id: command_id(element),
            state: State::new(element.require_attribute(STATE)?),
            exit_code: element.child(EXIT_CODE).map(exit_code).transpose()?,
        })
    }
}

impl ToXml for CommandState {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(COMMAND_STATE, |w| {
            write_command_id(self.command_id.as_ref(), w);
            w.attribute(STATE, self.state.as_str());
            if let Some(code) = self.exit_code {
                w.text_element(EXIT_CODE, &code.to_string());
            }
        });
    }
}

fn write_command_id(id: Option<&CommandId>, writer: &mut Writer) {
    if let Some(id) = id {
        writer.attribute(COMMAND_ID_ATTRIBUTE, id.as_str());
    }
}
