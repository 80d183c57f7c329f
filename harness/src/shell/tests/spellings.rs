//! What recorded peers write differently.

use crate::shell::CommandId;
use crate::shell::CommandLine;
use crate::shell::CommandResponse;
use crate::shell::Disconnect;
use crate::shell::ExitCode;
use crate::shell::NAMESPACE;
use crate::shell::Receive;
use crate::shell::ReceiveResponse;
use crate::shell::Send;
use crate::shell::Shell;
use crate::shell::ShellId;
use crate::shell::Signal;
use crate::shell::SignalCode;
use crate::wsman::Duration;
use crate::wsman::SelectorSet;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::XmlError;

/// Reads `<rsp:name …>`; the namespace is declared here.
fn read<T: FromXml>(text: &str) -> Result<T, XmlError> {
    let end = text.find([' ', '/', '>']).unwrap();
    let (name, rest) = text.split_at(end);
    let text = format!(r#"{name} xmlns:rsp="{}"{rest}"#, NAMESPACE.uri);
    Document::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text}")).root().read()
}

fn response(inside: &str) -> Result<ReceiveResponse, XmlError> {
    read(&format!("<rsp:ReceiveResponse>{inside}</rsp:ReceiveResponse>"))
}

#[test]
fn the_idle_timeout_is_read_in_both_spellings() {
    for name in ["IdleTimeOut", "IdleTimeout"] {
        let shell: Shell =
            read(&format!("<rsp:Shell><rsp:{name}>PT7200.000S</rsp:{name}></rsp:Shell>")).unwrap();
        assert_eq!(shell.idle_timeout, Some(Duration::from_millis(7_200_000)));
        let disconnect: Disconnect =
            read(&format!("<rsp:Disconnect><rsp:{name}>PT60S</rsp:{name}></rsp:Disconnect>")).unwrap();
        assert_eq!(disconnect.idle_timeout, Some(Duration::from_millis(60_000)));
    }
}

#[test]
fn a_shell_of_powershell_brings_its_own_content_and_id() {
    let shell: Shell = read(
        r#"<rsp:Shell ShellId="S1" Name="Runspace1"><rsp:InputStreams> stdin  pr </rsp:InputStreams>
        <creationXml xmlns="http://schemas.microsoft.com/powershell">AAAA</creationXml></rsp:Shell>"#,
    )
    .unwrap();
    assert_eq!(shell.requested_shell_id, Some(ShellId::new("S1")));
    assert_eq!(shell.requested_name.as_deref(), Some("Runspace1"));
    let input = shell.input_streams.unwrap();
    assert_eq!(input.iter().collect::<Vec<_>>(), ["stdin", "pr"]);
    assert!(input.contains("pr") && !input.contains("p"));
    assert_eq!(shell.content.unwrap().element().text(), "AAAA");
}

#[test]
fn an_exit_code_is_read_signed_and_unsigned_and_may_be_missing() {
    let code = |inside: &str| {
        let state = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done";
        let text = format!(r#"<rsp:CommandState State="{state}">{inside}</rsp:CommandState>"#);
        response(&text).map(|response| response.done().unwrap().exit_code)
    };
    let exit = |text: &str| code(&format!("<rsp:ExitCode>{text}</rsp:ExitCode>"));
    assert_eq!(exit("0"), Ok(Some(ExitCode(0))));
    assert_eq!(exit(" 1 \n"), Ok(Some(ExitCode(1))));
    assert_eq!(exit("-1073741819"), Ok(Some(ExitCode(0xC000_0005))));
    assert_eq!(exit("3221225477"), Ok(Some(ExitCode(0xC000_0005))));
    assert_eq!(ExitCode(0xC000_0005).to_signed(), -1_073_741_819);
    assert_eq!(code(""), Ok(None));
    for wrong in ["4294967296", "-2147483649", "", "0x1", "1 2"] {
        assert!(exit(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_last_state_that_is_done_counts() {
    let base = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState";
    let text = format!(
        r#"<rsp:CommandState CommandId="C1" State="{base}/Running"/><rsp:CommandState State="{base}/Done"/>
        <rsp:CommandState CommandId="C1" State="{base}/Done"><rsp:ExitCode>3</rsp:ExitCode></rsp:CommandState>"#
    );
    let response = response(&text).unwrap();
    assert_eq!(response.command_states.len(), 3);
    assert_eq!(response.done().unwrap().exit_code, Some(ExitCode(3)));
    assert!(!response.command_states[0].state.is_done());
}

#[test]
fn a_response_without_anything_is_read() {
    assert_eq!(response(""), Ok(ReceiveResponse::default()));
}

#[test]
fn base64_may_be_wrapped_and_is_strict_otherwise() {
    let content = |text: &str| {
        response(&format!(r#"<rsp:Stream Name="stdout">{text}</rsp:Stream>"#)).map(|r| r.content("stdout"))
    };
    assert_eq!(content("aGVsbG8="), Ok(b"hello".to_vec()));
    assert_eq!(content("\r\n  aGVs\r\n\tbG8 =\n"), Ok(b"hello".to_vec()));
    assert_eq!(content(""), Ok(Vec::new()));
    for wrong in ["aGVsbG8", "aGVsbG8==", "aGVsbG9=", "aGVs*G8=", "a", "aGVsbG8=aGVsbG8=", "aGVs<x/>"] {
        assert!(content(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_mark_of_the_end_is_read_as_each_client_writes_it() {
    let end = |attribute: &str| {
        let text = format!(r#"<rsp:Send><rsp:Stream Name="stdin" {attribute}/></rsp:Send>"#);
        read::<Send>(&text).map(|send| (send.streams[0].end, send.streams[0].is_end()))
    };
    assert_eq!(end(r#"End="true""#), Ok((Some(true), true)));
    assert_eq!(end(r#"End="False""#), Ok((Some(false), false)));
    assert_eq!(end(r#"End="1""#), Ok((Some(true), true)));
    assert_eq!(end(""), Ok((None, false)));
    assert!(end(r#"End="yes""#).is_err());
}

#[test]
fn what_must_be_there_is_missed() {
    assert!(read::<Send>("<rsp:Send/>").is_err());
    assert!(read::<Send>("<rsp:Send><rsp:Stream/></rsp:Send>").is_err());
    assert!(read::<Receive>("<rsp:Receive/>").is_err());
    assert!(read::<Signal>("<rsp:Signal/>").is_err());
    assert!(read::<CommandLine>("<rsp:CommandLine/>").is_err());
    assert!(read::<CommandResponse>("<rsp:CommandResponse/>").is_err());
    assert!(response("<rsp:CommandState/>").is_err());
    assert!(read::<Receive>("<rsp:Send/>").is_err());
}

#[test]
fn a_command_keeps_its_white_space_and_may_be_empty() {
    let command: CommandLine = read(
        r#"<rsp:CommandLine CommandId="C1"><rsp:Command/><rsp:Arguments> a  b </rsp:Arguments></rsp:CommandLine>"#,
    )
    .unwrap();
    assert_eq!(command.command_id, Some(CommandId::new("C1")));
    assert_eq!((command.command.as_str(), command.arguments.as_slice()), ("", &[" a  b ".to_owned()][..]));
}

#[test]
fn a_signal_is_known_in_each_spelling() {
    let base = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/";
    let code = |text: &str| SignalCode::new(text);
    assert!(code(&format!("{base}terminate")).is_terminate());
    assert!(code(&format!("{base}Terminate")).is_terminate());
    assert!(code(&format!("{base}ctrl_c")).is_ctrl_c());
    assert!(code("powershell/signal/ctrl_c").is_ctrl_c());
    assert!(code("powershell/signal/crtl_c").is_ctrl_c());
    assert!(code(&format!("{base}ctrl_break")).is_ctrl_break());
    let unknown = code("urn:unknown");
    assert!(!unknown.is_terminate() && !unknown.is_ctrl_c() && !unknown.is_ctrl_break());
}

#[test]
fn ids_are_the_same_whatever_their_case_and_prefix() {
    let id = ShellId::new("0D6FCA9D-2D40-44C3-B691-E665BE7AA687");
    assert!(id.is_same(&ShellId::new("0d6fca9d-2d40-44c3-b691-e665be7aa687")));
    assert!(id.is_same(&ShellId::new("uuid:0D6FCA9D-2D40-44C3-B691-E665BE7AA687")));
    assert!(!id.is_same(&ShellId::new("0D6FCA9D-2D40-44C3-B691-E665BE7AA688")));
    assert_eq!(ShellId::in_selectors(&SelectorSet::of("ShellID", id.as_str())), Some(id.clone()));
    assert_eq!(ShellId::in_selectors(&id.to_selectors()), Some(id));
}
