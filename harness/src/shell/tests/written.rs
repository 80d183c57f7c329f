use insta::assert_snapshot;

use crate::addressing::Address;
use crate::addressing::MessageId;
use crate::shell::CommandId;
use crate::shell::CommandLine;
use crate::shell::CommandState;
use crate::shell::DesiredStream;
use crate::shell::ExitCode;
use crate::shell::NAMESPACE;
use crate::shell::Receive;
use crate::shell::ReceiveResponse;
use crate::shell::Shell;
use crate::shell::ShellId;
use crate::shell::Signal;
use crate::shell::SignalCode;
use crate::shell::State;
use crate::shell::Stream;
use crate::shell::StreamNames;
use crate::shell::action;
use crate::soap::Envelope;
use crate::wsman::Duration;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::ResourceUri;
use crate::wsman::ResponseHeader;
use crate::wsman::transfer::CREATE_RESPONSE;
use crate::wsman::transfer::ResourceCreated;
use crate::xml::ToXml;
use crate::xml::Writer;

fn written(value: &impl ToXml) -> String {
    let mut writer = Writer::new();
    writer.write(value);
    writer.finish().replace("><", ">\n<")
}

#[test]
fn a_create_response_is_written_as_windows_does() {
    let id = ShellId::new("0D6FCA9D-2D40-44C3-B691-E665BE7AA687");
    let created = ResourceCreated {
        address: Address::new("http://h:5985/wsman"),
        resource_uri: ResourceUri::new(ResourceUri::CMD),
        selector_set: id.to_selectors(),
    };
    let shell = Shell {
        shell_id: Some(id),
        resource_uri: Some(ResourceUri::new(ResourceUri::CMD)),
        owner: Some("user".to_owned()),
        client_ip: Some("127.0.0.1".to_owned()),
        idle_timeout: Some(Duration::from_millis(7_200_000)),
        shell_run_time: Some(Duration::default()),
        shell_inactivity: Some(Duration::from_millis(62_000)),
        ..Shell::with_streams("stdin", "stdout stderr")
    };
    let header = ResponseHeader::unrelated(CREATE_RESPONSE, MessageId::new("uuid:9"));
    let [addressing, transfer, wsman, microsoft] = RESPONSE_NAMESPACES;
    let declared = [addressing, transfer, wsman, NAMESPACE, microsoft];
    let text = Envelope::write(
        Some("en-US"),
        &declared,
        |w| w.write(&header),
        |w| {
            w.write(&created);
            w.write(&shell);
        },
    );
    assert_snapshot!(text.replace("><", ">\n<"), @r#"
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xml:lang="en-US" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd">
<s:Header>
<a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/CreateResponse</a:Action>
<a:MessageID>uuid:9</a:MessageID>
<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>
</s:Header>
<s:Body>
<x:ResourceCreated>
<a:Address>http://h:5985/wsman</a:Address>
<a:ReferenceParameters>
<w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
<w:SelectorSet>
<w:Selector Name="ShellId">0D6FCA9D-2D40-44C3-B691-E665BE7AA687</w:Selector>
</w:SelectorSet>
</a:ReferenceParameters>
</x:ResourceCreated>
<rsp:Shell>
<rsp:ShellId>0D6FCA9D-2D40-44C3-B691-E665BE7AA687</rsp:ShellId>
<rsp:ResourceUri>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</rsp:ResourceUri>
<rsp:Owner>user</rsp:Owner>
<rsp:ClientIP>127.0.0.1</rsp:ClientIP>
<rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut>
<rsp:InputStreams>stdin</rsp:InputStreams>
<rsp:OutputStreams>stdout stderr</rsp:OutputStreams>
<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>
<rsp:ShellInactivity>P0DT0H1M2S</rsp:ShellInactivity>
</rsp:Shell>
</s:Body>
</s:Envelope>
"#);
}

#[test]
fn a_receive_response_is_written_as_windows_does() {
    let id = CommandId::new("C1");
    let response = ReceiveResponse {
        streams: vec![
            Stream::of_command("stdout", &id, b"hello".to_vec()),
            Stream::end_of("stdout", &id),
            Stream::end_of("stderr", &id),
        ],
        command_states: vec![CommandState {
            command_id: Some(id),
            state: State::new(State::DONE),
            exit_code: Some(ExitCode(0xC000_0005)),
        }],
    };
    assert_snapshot!(written(&response), @r#"
<rsp:ReceiveResponse xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
<rsp:Stream Name="stdout" CommandId="C1">aGVsbG8=</rsp:Stream>
<rsp:Stream Name="stdout" CommandId="C1" End="true">
</rsp:Stream>
<rsp:Stream Name="stderr" CommandId="C1" End="true">
</rsp:Stream>
<rsp:CommandState CommandId="C1" State="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done">
<rsp:ExitCode>-1073741819</rsp:ExitCode>
</rsp:CommandState>
</rsp:ReceiveResponse>
"#);
}

#[test]
fn requests_are_written_as_clients_do() {
    let id = CommandId::new("C1");
    let command = CommandLine {
        command_id: None,
        command: "cmd.exe".to_owned(),
        arguments: vec!["/c".to_owned(), "a & b".to_owned()],
    };
    assert_snapshot!(written(&command), @r#"
<rsp:CommandLine xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
<rsp:Command>cmd.exe</rsp:Command>
<rsp:Arguments>/c</rsp:Arguments>
<rsp:Arguments>a &amp; b</rsp:Arguments>
</rsp:CommandLine>
"#);
    let names = StreamNames::parse("stdout stderr");
    let receive = Receive { desired_stream: DesiredStream { command_id: Some(id.clone()), names } };
    assert_snapshot!(written(&receive), @r#"
<rsp:Receive xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
<rsp:DesiredStream CommandId="C1">stdout stderr</rsp:DesiredStream>
</rsp:Receive>
"#);
    let signal = Signal { command_id: Some(id), code: SignalCode::new(SignalCode::TERMINATE) };
    assert_snapshot!(written(&signal), @r#"
<rsp:Signal xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" CommandId="C1">
<rsp:Code>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate</rsp:Code>
</rsp:Signal>
"#);
}

#[test]
fn the_action_of_a_response_is_the_requests_and_response() {
    for (request, response) in [
        (action::COMMAND, action::COMMAND_RESPONSE),
        (action::SEND, action::SEND_RESPONSE),
        (action::RECEIVE, action::RECEIVE_RESPONSE),
        (action::SIGNAL, action::SIGNAL_RESPONSE),
        (action::DISCONNECT, action::DISCONNECT_RESPONSE),
        (action::RECONNECT, action::RECONNECT_RESPONSE),
        (action::CONNECT, action::CONNECT_RESPONSE),
    ] {
        assert_eq!(format!("{request}Response"), response);
        assert!(request.starts_with(NAMESPACE.uri));
    }
}
