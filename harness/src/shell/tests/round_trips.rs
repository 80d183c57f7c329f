use proptest::prelude::*;

use crate::shell::BufferMode;
use crate::shell::CommandId;
use crate::shell::CommandLine;
use crate::shell::CommandResponse;
use crate::shell::CommandState;
use crate::shell::Connect;
use crate::shell::ConnectResponse;
use crate::shell::DesiredStream;
use crate::shell::Disconnect;
use crate::shell::DisconnectResponse;
use crate::shell::ExitCode;
use crate::shell::Receive;
use crate::shell::ReceiveResponse;
use crate::shell::Reconnect;
use crate::shell::ReconnectResponse;
use crate::shell::Send;
use crate::shell::SendResponse;
use crate::shell::Shell;
use crate::shell::ShellId;
use crate::shell::Signal;
use crate::shell::SignalCode;
use crate::shell::SignalResponse;
use crate::shell::State;
use crate::shell::Stream;
use crate::shell::StreamNames;
use crate::shell::Variable;
use crate::soap::Opaque;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::wsman::Duration;
use crate::wsman::ResourceUri;
use crate::xml::Namespace;
use crate::xml::QName;

const POWERSHELL: Namespace = Namespace::new("http://schemas.microsoft.com/powershell", "");
const CREATION_XML: QName = QName::new(POWERSHELL, "creationXml");

fn command_id() -> impl Strategy<Value = Option<CommandId>> {
    proptest::option::of(trimmed().prop_map(|id| CommandId::new(&id)))
}

fn content() -> impl Strategy<Value = Option<Opaque>> {
    proptest::option::of(trimmed().prop_map(|text| Opaque::build(CREATION_XML, |w| w.text(&text)).unwrap()))
}

fn names() -> impl Strategy<Value = StreamNames> {
    "([a-z]{1,6}( [a-z]{1,6}){0,3})?".prop_map(|text| StreamNames::parse(&text))
}

fn stream() -> impl Strategy<Value = Stream> {
    let octets = proptest::collection::vec(any::<u8>(), 0..40);
    let unit = proptest::option::of(trimmed());
    (trimmed(), command_id(), any::<Option<bool>>(), unit, any::<Option<bool>>(), octets).prop_map(
        |(name, command_id, end, unit, end_unit, content)| Stream {
            name,
            command_id,
            end,
            unit,
            end_unit,
            content,
        },
    )
}

fn command_state() -> impl Strategy<Value = CommandState> {
    (command_id(), trimmed(), any::<Option<u32>>()).prop_map(|(command_id, state, code)| CommandState {
        command_id,
        state: State::new(&state),
        exit_code: code.map(ExitCode),
    })
}

proptest! {
    #[test]
    fn a_shell_is_read_as_it_was_written(
        texts in proptest::collection::vec(proptest::option::of(trimmed()), 13),
        times in proptest::collection::vec(proptest::option::of(any::<u64>().prop_map(Duration::from_millis)), 5),
        process_id: Option<u32>,
        environment in proptest::collection::vec(("[A-Z<&\"]{1,5}", "[ -~\t\n]{0,9}"), 0..3),
        streams in proptest::collection::vec(proptest::option::of(names()), 2),
        content in content(),
    ) {
        let environment = environment.into_iter().map(|(name, value)| Variable { name, value }).collect();
        let shell = Shell {
            requested_shell_id: texts[0].as_deref().map(ShellId::new),
            requested_name: texts[1].clone(),
            shell_id: texts[2].as_deref().map(ShellId::new),
            name: texts[3].clone(),
            resource_uri: texts[4].as_deref().map(ResourceUri::new),
            owner: texts[5].clone(),
            client_ip: texts[6].clone(),
            process_id,
            environment,
            working_directory: texts[7].clone(),
            lifetime: times[0],
            idle_timeout: times[1],
            input_streams: streams[0].clone(),
            output_streams: streams[1].clone(),
            max_idle_timeout: times[2],
            locale: texts[8].clone(),
            data_locale: texts[9].clone(),
            compression_mode: texts[10].clone(),
            profile_loaded: texts[11].clone(),
            encoding: texts[12].clone(),
            buffer_mode: texts[0].as_deref().map(BufferMode::new),
            state: texts[1].clone(),
            shell_run_time: times[3],
            shell_inactivity: times[4],
            content,
        };
        prop_assert_eq!(round_trip(&shell), shell);
    }

    #[test]
    fn a_command_is_read_as_it_was_written(
        command_id in command_id(),
        command in "[ -~é\t\r\n]{0,20}",
        arguments in proptest::collection::vec("[ -~é\t\r\n]{0,20}", 0..4),
        id in trimmed(),
    ) {
        let command = CommandLine { command_id, command, arguments };
        prop_assert_eq!(round_trip(&command), command);
        let response = CommandResponse { command_id: CommandId::new(&id) };
        prop_assert_eq!(round_trip(&response), response);
    }

    #[test]
    fn streams_are_read_as_they_were_written(
        streams in proptest::collection::vec(stream(), 1..5),
        command_states in proptest::collection::vec(command_state(), 0..3),
        command_id in command_id(),
        names in names(),
    ) {
        let response = ReceiveResponse { streams: streams.clone(), command_states };
        prop_assert_eq!(round_trip(&response), response);
        let send = Send { streams };
        prop_assert_eq!(round_trip(&send), send);
        let receive = Receive { desired_stream: DesiredStream { command_id, names } };
        prop_assert_eq!(round_trip(&receive), receive);
    }

    #[test]
    fn the_other_bodies_are_read_as_they_were_written(
        command_id in command_id(),
        text in trimmed(),
        millis: Option<u64>,
        mode in proptest::option::of(trimmed()),
        content in content(),
        streams in proptest::collection::vec(proptest::option::of(names()), 2),
    ) {
        let signal = Signal { command_id: command_id.clone(), code: SignalCode::new(&text) };
        prop_assert_eq!(round_trip(&signal), signal);
        let disconnect = Disconnect {
            idle_timeout: millis.map(Duration::from_millis),
            buffer_mode: mode.as_deref().map(BufferMode::new),
        };
        prop_assert_eq!(round_trip(&disconnect), disconnect);
        let connect = Connect { command_id, content: content.clone() };
        prop_assert_eq!(round_trip(&connect), connect);
        let response = ConnectResponse {
            input_streams: streams[0].clone(),
            output_streams: streams[1].clone(),
            content,
        };
        prop_assert_eq!(round_trip(&response), response);
    }
}

#[test]
fn bodies_without_content_are_read_as_they_were_written() {
    assert_eq!(round_trip(&SendResponse), SendResponse);
    assert_eq!(round_trip(&SignalResponse), SignalResponse);
    assert_eq!(round_trip(&DisconnectResponse), DisconnectResponse);
    assert_eq!(round_trip(&Reconnect), Reconnect);
    assert_eq!(round_trip(&ReconnectResponse), ReconnectResponse);
}
