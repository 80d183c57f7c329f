use crate::shell::CommandId;
use crate::shell::NAMESPACE;
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

const CODE: QName = QName::new(NAMESPACE, "Code");

/// [MS-WSMV 2.2.4.38] `Signal`.
///
/// [MS-WSMV 2.2.4.38]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// The command; none for the shell.
    pub command_id: Option<CommandId>,
    /// What to do to it.
    pub code: SignalCode,
}

/// [MS-WSMV 2.2.4.39] `SignalResponse`, which every peer leaves empty.
///
/// [MS-WSMV 2.2.4.39]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalResponse;

text_newtype! {
    /// [MS-WSMV 2.2.5.6] The URI of a signal. The same signal has several spellings, and an unknown one is a value.
    ///
    /// [MS-WSMV 2.2.5.6]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    SignalCode
}

impl SignalCode {
    /// End the command and forget it; the text writes the last word in both cases.
    pub const TERMINATE: &'static str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate";
    /// Control-C.
    pub const CTRL_C: &'static str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/ctrl_c";
    /// Control-Break.
    pub const CTRL_BREAK: &'static str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/ctrl_break";
    /// Stop a pipeline, as MS-WSMV spells it.
    pub const POWERSHELL_CTRL_C: &'static str = "powershell/signal/ctrl_c";
    /// Stop a pipeline, as PowerShell spells it.
    pub const POWERSHELL_CRTL_C: &'static str = "powershell/signal/crtl_c";

    /// Whether the command is to end and be forgotten.
    #[must_use]
    pub fn is_terminate(&self) -> bool {
        self.as_str().eq_ignore_ascii_case(Self::TERMINATE)
    }

    /// Whether it is an interrupt, of a command or of a pipeline.
    #[must_use]
    pub fn is_ctrl_c(&self) -> bool {
        [Self::CTRL_C, Self::POWERSHELL_CTRL_C, Self::POWERSHELL_CRTL_C].contains(&self.as_str())
    }

    /// Whether it is the other interrupt.
    #[must_use]
    pub fn is_ctrl_break(&self) -> bool {
        *self == Self::CTRL_BREAK
    }
}

impl Signal {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Signal");
}

impl SignalResponse {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "SignalResponse");
}

impl FromXml for Signal {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let code = element.require_name(Self::NAME)?.require_child(CODE)?;
        Ok(Self { command_id: command_id(element), code: SignalCode::new(text_of(code)?) })
    }
}

impl ToXml for Signal {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            if let Some(id) = &self.command_id {
                w.attribute(COMMAND_ID_ATTRIBUTE, id.as_str());
            }
            w.text_element(CODE, self.code.as_str());
        });
    }
}

impl FromXml for SignalResponse {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        element.require_name(Self::NAME).map(|_| Self)
    }
}

impl ToXml for SignalResponse {
    fn to_xml(&self, writer: &mut Writer) {
        writer.empty_element(Self::NAME);
    }
}
