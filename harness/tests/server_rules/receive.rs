use winrm_harness::server::Config;

use crate::support::*;

fn with_command(config: Config, line: &str) -> (World, Client) {
    let mut world = World::new(config);
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    assert_eq!(world.run(&mut alice, line).status, 200);
    (world, alice)
}

#[test]
fn a_receive_is_answered_when_its_time_is_over_which_has_a_default_and_a_cap() {
    for (timeout, expected_ms) in
        [(Some("PT2S"), 2_000), (Some("PT20S"), 20_000), (Some("PT600S"), 20_000), (None, 20_000)]
    {
        let (mut world, mut alice) = with_command(Config { max_timeout_ms: 20_000, ..config() }, "cat");
        let ask = timeout.into_iter().fold(receive(COMMAND_ID), Ask::timeout);
        world.start(&mut alice, &ask);
        assert_eq!(world.pair.server.deadline_ms(), Some(expected_ms));
        world.pair.advance(expected_ms - 1);
        assert!(world.poll(&mut alice).is_none());
        world.pair.advance(1);
        let answer = world.poll(&mut alice).unwrap();
        assert_eq!(
            (answer.status, answer.subcode().as_str(), answer.code()),
            (500, "TimedOut", Some(2_150_858_793))
        );
    }
}

#[test]
fn a_second_receive_of_a_command_is_refused_and_the_first_goes_on() {
    let (mut world, mut first) = with_command(config(), "silence 5");
    let mut second = world.log_on("alice");
    world.start(&mut first, &receive(COMMAND_ID));
    let refused = world.ask(&mut second, &receive(COMMAND_ID));
    assert_eq!((refused.subcode().as_str(), refused.code()), ("InternalError", Some(2_150_859_047)));
    world.pair.advance(5_000);
    assert_eq!(world.poll(&mut first).unwrap().stream("stdout"), b"done\r\n");
}

#[test]
fn an_answer_fits_the_envelope_that_the_client_takes() {
    for size in [8_192, 32_768, 153_600] {
        let (mut world, mut alice) = with_command(config(), "output 200000");
        let answer = world.ask(&mut alice, &receive(COMMAND_ID).max_envelope(size));
        let len = u64::try_from(answer.text.len()).unwrap();
        assert!(len <= size && !answer.stream("stdout").is_empty(), "{len} octets of {size}");
    }
}

#[test]
fn many_small_pieces_of_output_fit_the_envelope_too() {
    let (mut world, mut alice) = with_command(config(), "cat");
    for _ in 0..200 {
        world.ask(&mut alice, &send(COMMAND_ID, "stdin", "QQ==", ""));
    }
    let answer = world.ask(&mut alice, &receive(COMMAND_ID).max_envelope(8_192));
    assert!(answer.text.len() <= 8_192, "{} octets", answer.text.len());
    assert_eq!(answer.stream("stdout"), [b'A'; 200]);
}

#[test]
fn a_finished_command_has_its_exit_code_and_ended_streams() {
    let (mut world, mut alice) = with_command(config(), "exit 3");
    let answer = world.ask(&mut alice, &receive(COMMAND_ID));
    assert_eq!(answer.attribute("CommandState", "State"), [format!("{SHELL}/CommandState/Done")]);
    assert_eq!(answer.attribute("CommandState", "CommandId"), [COMMAND_ID]);
    assert_eq!(answer.texts("ExitCode"), ["3"]);
    assert_eq!(answer.attribute("Stream", "Name"), ["stdout", "stderr"]);
    assert_eq!(answer.attribute("Stream", "End"), ["true", "true"]);
    assert_eq!(answer.texts("RelatesTo"), ["uuid:00000000-0000-0000-0000-0000000000AA"]);
}

#[test]
fn only_declared_streams_are_sent_and_asked_for() {
    let (mut world, mut alice) = with_command(config(), "cat");
    let answer = world.ask(&mut alice, &send(COMMAND_ID, "pr", "QQ==", ""));
    assert_eq!((answer.subcode().as_str(), answer.code()), ("InternalError", Some(2_150_859_147)));
    let mut ask = receive(COMMAND_ID);
    ask = ask.body(&format!("<rsp:Receive><rsp:DesiredStream CommandId=\"{COMMAND_ID}\">stdout trace</rsp:DesiredStream></rsp:Receive>"));
    let answer = world.ask(&mut alice, &ask);
    assert_eq!((answer.subcode().as_str(), answer.code()), ("InternalError", Some(2_150_859_149)));
    for (input, output, code) in
        [("stdin pr", "stdout", 2_150_859_147), ("stdin", "stdout trace", 2_150_859_149)]
    {
        let body = format!(
            "<rsp:Shell><rsp:InputStreams>{input}</rsp:InputStreams><rsp:OutputStreams>{output}</rsp:OutputStreams></rsp:Shell>"
        );
        assert_eq!(world.ask(&mut alice, &create_with("", "").body(&body)).code(), Some(code));
    }
}

#[test]
fn a_shell_gives_only_the_streams_that_its_creator_declared() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let body = format!(
        "<rsp:Shell ShellId=\"{SHELL_ID}\"><rsp:OutputStreams>stdout</rsp:OutputStreams></rsp:Shell>"
    );
    assert_eq!(world.ask(&mut alice, &create_with("", "").body(&body)).status, 200);
    world.run(&mut alice, "echo x");
    assert_eq!(world.ask(&mut alice, &receive(COMMAND_ID)).code(), Some(2_150_859_149));
}

#[test]
fn a_command_that_is_not_there_has_neither_input_nor_output_nor_signals() {
    let (mut world, mut alice) = with_command(config(), "cat");
    let other = "33333333-AAAA-BBBB-CCCC-000000000001";
    for ask in [send(other, "stdin", "QQ==", ""), receive(other), signal(other, "terminate")] {
        let answer = world.ask(&mut alice, &ask);
        assert_eq!((answer.subcode().as_str(), answer.code()), ("InvalidSelectors", Some(2_150_858_843)));
    }
    let nobody = Ask::new(&format!("{SHELL}/Send"))
        .shell(SHELL_ID)
        .body("<rsp:Send><rsp:Stream Name=\"stdin\">QQ==</rsp:Stream></rsp:Send>");
    assert_eq!(world.ask(&mut alice, &nobody).subcode(), "InternalError");
}

#[test]
fn input_is_copied_and_its_end_ends_the_command() {
    let (mut world, mut alice) = with_command(config(), "cat");
    world.ask(&mut alice, &send(COMMAND_ID, "stdin", "aGk=", ""));
    let answer = world.ask(&mut alice, &receive(COMMAND_ID));
    assert_eq!((answer.stream("stdout"), answer.texts("ExitCode").len()), (b"hi".to_vec(), 0));
    world.ask(&mut alice, &send(COMMAND_ID, "stdin", "", " End=\"true\""));
    assert_eq!(world.ask(&mut alice, &receive(COMMAND_ID)).texts("ExitCode"), ["0"]);
}

#[test]
fn each_signal_stops_the_command_and_terminate_forgets_it() {
    for (code, is_forgotten) in
        [("ctrl_c", false), ("ctrl_break", false), ("terminate", true), ("Terminate", true)]
    {
        let (mut world, mut waits) = with_command(config(), "cat");
        let mut stops = world.log_on("alice");
        world.start(&mut waits, &receive(COMMAND_ID));
        assert!(world.poll(&mut waits).is_none());
        assert_eq!(world.ask(&mut stops, &signal(COMMAND_ID, code)).status, 200, "{code}");
        let done = world.poll(&mut waits).unwrap();
        assert_eq!(done.attribute("CommandState", "State"), [format!("{SHELL}/CommandState/Done")]);
        assert_eq!(done.texts("ExitCode").len(), 1);
        assert_eq!(world.ask(&mut stops, &receive(COMMAND_ID)).status == 500, is_forgotten, "{code}");
    }
    let (mut world, mut alice) = with_command(config(), "cat");
    assert_eq!(world.ask(&mut alice, &signal(COMMAND_ID, "explode")).subcode(), "InvalidParameter");
}
