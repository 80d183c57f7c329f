use crate::shell::BufferMode;
use crate::shell::NAMESPACE;
use crate::shell::ShellId;
use crate::shell::StreamNames;
use crate::shell::Variable;
use crate::shell::disconnect::BUFFER_MODE;
use crate::shell::disconnect::IDLE_TIME_OUT;
use crate::shell::disconnect::INPUT_STREAMS;
use crate::shell::disconnect::OUTPUT_STREAMS;
use crate::shell::disconnect::buffer_mode;
use crate::shell::disconnect::foreign_child;
use crate::shell::disconnect::idle_timeout;
use crate::soap::Opaque;
use crate::soap::number;
use crate::soap::text_of;
use crate::wsman::Duration;
use crate::wsman::ResourceUri;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const SHELL_ID_ATTRIBUTE: QName = QName::local("ShellId");
const SHELL_ID: QName = QName::new(NAMESPACE, "ShellId");
const SHELL_NAME_ATTRIBUTE: QName = QName::local("Name");
const SHELL_NAME: QName = QName::new(NAMESPACE, "Name");
const RESOURCE_URI: QName = QName::new(NAMESPACE, "ResourceUri");
const OWNER: QName = QName::new(NAMESPACE, "Owner");
const CLIENT_IP: QName = QName::new(NAMESPACE, "ClientIP");
const PROCESS_ID: QName = QName::new(NAMESPACE, "ProcessId");
const ENVIRONMENT: QName = QName::new(NAMESPACE, "Environment");
const WORKING_DIRECTORY: QName = QName::new(NAMESPACE, "WorkingDirectory");
const LIFETIME: QName = QName::new(NAMESPACE, "Lifetime");
const MAX_IDLE_TIME_OUT: QName = QName::new(NAMESPACE, "MaxIdleTimeOut");
const LOCALE: QName = QName::new(NAMESPACE, "Locale");
const DATA_LOCALE: QName = QName::new(NAMESPACE, "DataLocale");
const COMPRESSION_MODE: QName = QName::new(NAMESPACE, "CompressionMode");
const PROFILE_LOADED: QName = QName::new(NAMESPACE, "ProfileLoaded");
const ENCODING: QName = QName::new(NAMESPACE, "Encoding");
const STATE: QName = QName::new(NAMESPACE, "State");
const SHELL_RUN_TIME: QName = QName::new(NAMESPACE, "ShellRunTime");
const SHELL_INACTIVITY: QName = QName::new(NAMESPACE, "ShellInactivity");

/// [MS-WSMV 2.2.4.37] `Shell`: what a client asks for at Create, and what the service tells about it.
///
/// Nothing is required: which fields must be there depends on the message.
///
/// [MS-WSMV 2.2.4.37]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shell {
    /// The id that the client chose, in an attribute.
    pub requested_shell_id: Option<ShellId>,
    /// The name that the client chose, in an attribute.
    pub requested_name: Option<String>,
    /// The id.
    pub shell_id: Option<ShellId>,
    /// The name.
    pub name: Option<String>,
    /// The class of the shell.
    pub resource_uri: Option<ResourceUri>,
    /// Who made it, as `DOMAIN\user` or `user`.
    pub owner: Option<String>,
    /// From where.
    pub client_ip: Option<String>,
    /// The process that hosts it.
    pub process_id: Option<u32>,
    /// The environment that the client wants.
    pub environment: Vec<Variable>,
    /// The directory that the client wants.
    pub working_directory: Option<String>,
    /// How long it may live.
    pub lifetime: Option<Duration>,
    /// How long it may be idle.
    pub idle_timeout: Option<Duration>,
    /// The streams for input.
    pub input_streams: Option<StreamNames>,
    /// The streams for output.
    pub output_streams: Option<StreamNames>,
    /// The longest idle time-out that may be set.
    pub max_idle_timeout: Option<Duration>,
    /// The language of messages.
    pub locale: Option<String>,
    /// The language of formatted values.
    pub data_locale: Option<String>,
    /// How streams are compressed; `NoCompression`, or the algorithm's name.
    pub compression_mode: Option<String>,
    /// `Yes` or `No`, though the schema has a boolean.
    pub profile_loaded: Option<String>,
    /// The encoding of the messages, `UTF8`.
    pub encoding: Option<String>,
    /// What happens to output while nobody is connected.
    pub buffer_mode: Option<BufferMode>,
    /// `Connected` or `Disconnected`.
    pub state: Option<String>,
    /// How long it has lived, in seconds.
    pub shell_run_time: Option<Duration>,
    /// How long it has been idle, in seconds.
    pub shell_inactivity: Option<Duration>,
    /// `creationXml` or whatever else the plug-in wants.
    pub content: Option<Opaque>,
}

impl Shell {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Shell");

    /// What a client asks for: these streams.
    #[must_use]
    pub fn with_streams(input: &str, output: &str) -> Self {
        Self {
            input_streams: Some(StreamNames::parse(input)),
            output_streams: Some(StreamNames::parse(output)),
            ..Self::default()
        }
    }
}

impl FromXml for Shell {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let shell = element.require_name(Self::NAME)?;
        Ok(Self {
            requested_shell_id: shell.attribute(SHELL_ID_ATTRIBUTE).map(ShellId::new),
            requested_name: shell.attribute(SHELL_NAME_ATTRIBUTE).map(str::to_owned),
            shell_id: text(shell, SHELL_ID)?.as_deref().map(ShellId::new),
            name: text(shell, SHELL_NAME)?,
            resource_uri: text(shell, RESOURCE_URI)?.as_deref().map(ResourceUri::new),
            owner: text(shell, OWNER)?,
            client_ip: text(shell, CLIENT_IP)?,
            process_id: shell.child(PROCESS_ID).map(|id| number(id, "a process id")).transpose()?,
            environment: environment(shell)?,
            working_directory: text(shell, WORKING_DIRECTORY)?,
            lifetime: read(shell, LIFETIME)?,
            idle_timeout: idle_timeout(shell)?,
            input_streams: read(shell, INPUT_STREAMS)?,
            output_streams: read(shell, OUTPUT_STREAMS)?,
            max_idle_timeout: read(shell, MAX_IDLE_TIME_OUT)?,
            locale: text(shell, LOCALE)?,
            data_locale: text(shell, DATA_LOCALE)?,
            compression_mode: text(shell, COMPRESSION_MODE)?,
            profile_loaded: text(shell, PROFILE_LOADED)?,
            encoding: text(shell, ENCODING)?,
            buffer_mode: buffer_mode(shell)?,
            state: text(shell, STATE)?,
            shell_run_time: read(shell, SHELL_RUN_TIME)?,
            shell_inactivity: read(shell, SHELL_INACTIVITY)?,
            content: foreign_child(shell)?,
        })
    }
}

fn text(parent: Element<'_>, name: QName) -> Result<Option<String>, XmlError> {
    parent.child(name).map(|child| text_of(child).map(str::to_owned)).transpose()
}

fn read<T: FromXml>(parent: Element<'_>, name: QName) -> Result<Option<T>, XmlError> {
    parent.child(name).map(Element::read).transpose()
}

fn environment(shell: Element<'_>) -> Result<Vec<Variable>, XmlError> {
    let variables = shell.child(ENVIRONMENT).into_iter().flat_map(Element::children);
    variables.map(|child| child.require_name(Variable::NAME)?.read()).collect()
}

/// Writes the fields that are there in the order in which Windows writes them.
impl ToXml for Shell {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            write_attribute(SHELL_NAME_ATTRIBUTE, self.requested_name.as_deref(), w);
            write_attribute(SHELL_ID_ATTRIBUTE, self.requested_shell_id.as_ref().map(ShellId::as_str), w);
            self.write_identity(w);
            self.write_wishes(w);
            self.write_streams(w);
            self.write_condition(w);
            self.content.iter().for_each(|content| w.write(content));
        });
    }
}

impl Shell {
    fn write_identity(&self, w: &mut Writer) {
        write_text(SHELL_ID, self.shell_id.as_ref().map(ShellId::as_str), w);
        write_text(SHELL_NAME, self.name.as_deref(), w);
        write_text(RESOURCE_URI, self.resource_uri.as_ref().map(ResourceUri::as_str), w);
        write_text(OWNER, self.owner.as_deref(), w);
        write_text(CLIENT_IP, self.client_ip.as_deref(), w);
        write_text(PROCESS_ID, self.process_id.map(|id| id.to_string()).as_deref(), w);
    }

    fn write_wishes(&self, w: &mut Writer) {
        if !self.environment.is_empty() {
            w.element(ENVIRONMENT, |w| self.environment.iter().for_each(|variable| w.write(variable)));
        }
        write_text(WORKING_DIRECTORY, self.working_directory.as_deref(), w);
        write_text(LIFETIME, self.lifetime.map(|time| time.to_string()).as_deref(), w);
    }

    fn write_streams(&self, w: &mut Writer) {
        write_text(IDLE_TIME_OUT, self.idle_timeout.map(|time| time.to_string()).as_deref(), w);
        write_text(INPUT_STREAMS, self.input_streams.as_ref().map(ToString::to_string).as_deref(), w);
        write_text(OUTPUT_STREAMS, self.output_streams.as_ref().map(ToString::to_string).as_deref(), w);
        write_text(MAX_IDLE_TIME_OUT, self.max_idle_timeout.map(|time| time.to_string()).as_deref(), w);
    }

    fn write_condition(&self, w: &mut Writer) {
        write_text(LOCALE, self.locale.as_deref(), w);
        write_text(DATA_LOCALE, self.data_locale.as_deref(), w);
        write_text(COMPRESSION_MODE, self.compression_mode.as_deref(), w);
        write_text(PROFILE_LOADED, self.profile_loaded.as_deref(), w);
        write_text(ENCODING, self.encoding.as_deref(), w);
        write_text(BUFFER_MODE, self.buffer_mode.as_ref().map(BufferMode::as_str), w);
        write_text(STATE, self.state.as_deref(), w);
        write_text(SHELL_RUN_TIME, self.shell_run_time.map(Duration::to_fields).as_deref(), w);
        write_text(SHELL_INACTIVITY, self.shell_inactivity.map(Duration::to_fields).as_deref(), w);
    }
}

fn write_text(name: QName, text: Option<&str>, writer: &mut Writer) {
    if let Some(text) = text {
        writer.text_element(name, text);
    }
}

fn write_attribute(name: QName, text: Option<&str>, writer: &mut Writer) {
    if let Some(text) = text {
        writer.attribute(name, text);
    }
}
