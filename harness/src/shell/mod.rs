//! [MS-WSMV 2.2.4.37] Remote shells: the bodies of their messages, both ways.
//!
//! ```
//! use winrm_harness::shell::{ReceiveResponse, StreamNames};
//! use winrm_harness::xml::{Document, FromXml};
//!
//! let text = r#"<rsp:ReceiveResponse xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
//!     <rsp:Stream Name="stdout" CommandId="C1">aGk=</rsp:Stream></rsp:ReceiveResponse>"#;
//! let response = ReceiveResponse::from_xml(Document::parse(text.as_bytes())?.root())?;
//! assert_eq!(response.content("stdout"), b"hi");
//! # Ok::<(), winrm_harness::xml::XmlError>(())
//! ```
//!
//! [MS-WSMV 2.2.4.37]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv

mod command;
mod disconnect;
mod identifiers;
mod receive;
mod send;
#[expect(clippy::module_inception, reason = "the file is named as the element it holds")]
mod shell;
mod signal;
mod stream;
mod variable;

#[cfg(test)]
mod tests;

pub use command::CommandLine;
pub use command::CommandResponse;
pub use disconnect::BufferMode;
pub use disconnect::Connect;
pub use disconnect::ConnectResponse;
pub use disconnect::Disconnect;
pub use disconnect::DisconnectResponse;
pub use disconnect::Reconnect;
pub use disconnect::ReconnectResponse;
pub use identifiers::CommandId;
pub use identifiers::ShellId;
pub(crate) use identifiers::bare_guid;
pub use receive::CommandState;
pub use receive::DesiredStream;
pub use receive::ExitCode;
pub use receive::Receive;
pub use receive::ReceiveResponse;
pub use receive::State;
pub use send::Send;
pub use send::SendResponse;
pub use shell::Shell;
pub use signal::Signal;
pub use signal::SignalCode;
pub use signal::SignalResponse;
pub use stream::Stream;
pub use stream::StreamNames;
pub use variable::Variable;

use crate::xml::Namespace;

/// The namespace of remote shells.
pub const NAMESPACE: Namespace =
    Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/windows/shell", "rsp");

/// The actions of the messages to a shell.
pub mod action {
    /// Start a command.
    pub const COMMAND: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command";
    /// The response to it.
    pub const COMMAND_RESPONSE: &str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandResponse";
    /// Give input.
    pub const SEND: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send";
    /// The response to it.
    pub const SEND_RESPONSE: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/SendResponse";
    /// Ask for output.
    pub const RECEIVE: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive";
    /// The response to it.
    pub const RECEIVE_RESPONSE: &str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/ReceiveResponse";
    /// End or interrupt a command.
    pub const SIGNAL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal";
    /// The response to it.
    pub const SIGNAL_RESPONSE: &str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/SignalResponse";
    /// Leave a shell running.
    pub const DISCONNECT: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Disconnect";
    /// The response to it.
    pub const DISCONNECT_RESPONSE: &str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/DisconnectResponse";
    /// Come back to a shell from the session that left it.
    pub const RECONNECT: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Reconnect";
    /// The response to it.
    pub const RECONNECT_RESPONSE: &str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/ReconnectResponse";
    /// Come to a shell from another session.
    pub const CONNECT: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Connect";
    /// The response to it.
    pub const CONNECT_RESPONSE: &str =
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/ConnectResponse";
}

/// The names of the options of the command shell.
pub mod option {
    /// At Create: don't load the user's profile.
    pub const NOPROFILE: &str = "WINRS_NOPROFILE";
    /// At Create: the code page of the console, which decides the encoding of output.
    pub const CODEPAGE: &str = "WINRS_CODEPAGE";
    /// At Command: input is a console's. Ignored from Windows Server 2012 R2.
    pub const CONSOLEMODE_STDIN: &str = "WINRS_CONSOLEMODE_STDIN";
    /// At Command: run the program without `cmd.exe`.
    pub const SKIP_CMD_SHELL: &str = "WINRS_SKIP_CMD_SHELL";
    /// At Receive: keep the connection alive while nothing comes.
    pub const KEEPALIVE: &str = "WSMAN_CMDSHELL_OPTION_KEEPALIVE";
}
