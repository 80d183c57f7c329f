use winrm_harness::http::Framing;
use winrm_harness::http::Response;
use winrm_harness::limits::ROBUST_OPERATIONS_PER_USER_MAX;
use winrm_harness::server::Config;
use winrm_harness::wsman::config::SecurityType;

use crate::support::*;

const ONE: &str = "AAAAAAAA-1111-2222-3333-000000000001";
const WSMAN: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman";

/// A request of an operation.
fn of(ask: Ask, id: &str, sequence_id: &str) -> Ask {
    ask.block("OperationID", &format!("<p:OperationID s:mustUnderstand=\"false\">{id}</p:OperationID>"))
        .block(
            "SequenceId",
            &format!("<p:SequenceId s:mustUnderstand=\"false\">{sequence_id}</p:SequenceId>"),
        )
}

/// The same once more.
fn again(ask: Ask, id: &str) -> Ask {
    of(ask, id, "1")
        .block("OperationID", &format!("<p:OperationID s:mustUnderstand=\"true\">{id}</p:OperationID>"))
}

/// A message about an operation, as the text's examples write it: without ReplyTo.
fn about(resource: &str, action: &str, id: &str, body: &str) -> Ask {
    Ask::new(&format!("{WSMAN}/{action}"))
        .uri(&format!("{WSMAN}/{resource}"))
        .block("ReplyTo", "")
        .block("OperationID", &format!("<p:OperationID>uuid:{id}</p:OperationID>"))
        .body(body)
}

fn acknowledge(last: u64) -> Ask {
    let body = format!("<p:LastSequenceIdReceived>{last}</p:LastSequenceIdReceived>");
    about("RobustConnection", "Acknowledge", ONE, &body)
}

/// Every message of a response.
fn messages(client: &mut Client, response: &Response) -> Vec<Answer> {
    let opened = client.session.open_each(response, response.body.octets()).unwrap();
    let answer = |text: Vec<u8>, is_sealed| Answer {
        status: response.status.0,
        is_sealed,
        text: String::from_utf8(text).unwrap(),
    };
    opened.into_iter().map(|opened| answer(opened.envelope, opened.is_sealed)).collect()
}

fn exchange(world: &mut World, client: &mut Client, ask: &Ask) -> Vec<Answer> {
    let request = sealed(client, ask);
    let response = world.exchange(client.id, &request);
    messages(client, &response)
}

/// The last segments of the actions.
fn actions(answers: &[Answer]) -> Vec<String> {
    let last = |answer: &Answer| answer.text_of("Action").unwrap().rsplit('/').next().unwrap().to_owned();
    answers.iter().map(last).collect()
}

fn numbered(answer: &Answer) -> (Vec<String>, Vec<String>) {
    (answer.texts("OperationID"), answer.texts("SequenceId"))
}

/// A client whose connection was lost, on a new one.
fn return_of(world: &mut World, lost: &Client, user: &str) -> Client {
    world.pair.disconnect(lost.id);
    world.log_on(user)
}

#[test]
fn a_connection_that_dies_takes_everything_of_its_own_with_it() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "cat");
    let deadline_ms = world.pair.server.deadline_ms();
    for _ in 0..50 {
        let mut again = world.log_on("alice");
        world.start(&mut again, &receive(COMMAND_ID));
        assert_eq!(world.pair.server.deadline_ms(), Some(60_000), "a receive waits");
        world.pair.disconnect(again.id);
        assert_eq!(world.pair.server.deadline_ms(), deadline_ms, "no receive waits");
        assert!(world.pair.server.take_output(again.id).is_last);
    }
    assert_eq!(world.shells(), 1);
}

#[test]
fn answers_of_an_operation_repeat_its_id_and_have_the_number_one() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for id in [ONE.to_owned(), format!("uuid:{}", ONE.replace('A', "B").to_lowercase())] {
        let request = sealed(&mut alice, &of(create_with("", ""), &id, "1"));
        let response = world.exchange(alice.id, &request);
        assert_eq!((response.status.0, response.body.framing()), (200, Framing::Chunked));
        let answers = messages(&mut alice, &response);
        assert_eq!(answers.iter().map(numbered).collect::<Vec<_>>(), [(vec![id], vec!["1".to_owned()])]);
        assert!(answers[0].is_sealed);
    }
    assert_eq!(world.shells(), 2);
}

#[test]
fn without_an_id_or_on_another_resource_nothing_is_robust() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let enumerate = Ask::new(&format!("{ENUMERATION}/Enumerate")).uri(SHELL).body("<n:Enumerate/>");
    let sequence_alone = create_with("", "").block("SequenceId", "<p:SequenceId>7</p:SequenceId>");
    for ask in [create_with("", ""), sequence_alone, of(enumerate.clone(), ONE, "1"), again(enumerate, ONE)] {
        let request = sealed(&mut alice, &ask);
        let response = world.exchange(alice.id, &request);
        assert_eq!((response.status.0, response.body.framing()), (200, Framing::Length), "{}", ask.text());
        assert_eq!(numbered(&messages(&mut alice, &response)[0]), (vec![], vec![]));
    }
}

#[test]
fn an_operation_begins_with_the_number_one_and_its_id_is_new() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let without = of(create_with("", ""), ONE, "1").block("SequenceId", "");
    let wrong = [
        of(create_with("", ""), ONE, "2"),
        of(create_with("", ""), ONE, "0"),
        of(create_with("", ""), "not-a-guid", "1"),
        without,
        again(create_with("", ""), ONE).block("SequenceId", "<p:SequenceId>2</p:SequenceId>"),
    ];
    for ask in &wrong {
        let answer = world.ask(&mut alice, ask);
        assert_eq!(answer.subcode(), "InvalidMessageInformationHeader", "{}", ask.text());
        assert_eq!(answer.texts("SequenceId"), Vec::<String>::new());
    }
    assert_eq!(world.ask(&mut alice, &wrong[0]).texts("OperationID"), [ONE]);
    assert_eq!(world.shells(), 0);
    assert_eq!(world.ask(&mut alice, &of(create_with("", ""), ONE, "1")).status, 200);
    let twice = world.ask(&mut alice, &of(create_with("", ""), &format!("uuid:{ONE}"), "1"));
    assert_eq!(twice.subcode(), "InvalidMessageInformationHeader");
    assert_eq!(world.shells(), 1);
    // Nobody else's operation is in the way.
    let mut bob = world.log_on("bob");
    assert_eq!(world.ask(&mut bob, &of(create_with("", ""), ONE, "1")).status, 200);
}

#[test]
fn a_request_that_is_sent_again_is_answered_again_and_not_executed() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let first = exchange(&mut world, &mut alice, &of(create_with("", ""), ONE, "1"));
    let mut alice = return_of(&mut world, &alice, "alice");
    let request = sealed(&mut alice, &again(create_with("", ""), &format!("uuid:{ONE}")));
    let response = world.exchange(alice.id, &request);
    assert_eq!(response.body.framing(), Framing::Chunked);
    assert_eq!(response.body.chunks().count(), 2, "a message in each chunk");
    let answers = messages(&mut alice, &response);
    assert_eq!(actions(&answers), ["Acknowledge", "CreateResponse"]);
    assert_eq!(answers[0].texts("LastSequenceIdReceived"), ["1"]);
    assert_eq!(numbered(&answers[0]), (vec![format!("uuid:{ONE}")], vec![]));
    assert_eq!(answers[1].text, first[0].text);
    assert_eq!(world.shells(), 1);
    // One that the server doesn't know is a request like any other.
    let mut bob = world.log_on("bob");
    let answers = exchange(&mut world, &mut bob, &again(create_with("", ""), ONE));
    assert_eq!(actions(&answers), ["CreateResponse"]);
    assert_eq!(world.shells(), 2);
}

#[test]
fn faults_are_part_of_an_operation_too() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let wrong = of(get(SHELL_ID).uri(CMD), ONE, "1");
    let answers = exchange(&mut world, &mut alice, &wrong);
    assert_eq!((answers[0].status, answers.len()), (500, 1));
    assert_eq!(numbered(&answers[0]), (vec![ONE.to_owned()], vec!["1".to_owned()]));
    let answers = exchange(&mut world, &mut alice, &again(get(SHELL_ID).uri(CMD), ONE));
    assert_eq!(actions(&answers), ["Acknowledge", "fault"]);
    // A fault before the operation begins names it and has no number.
    let unknown = "<q:Unknown xmlns:q=\"urn:q\" s:mustUnderstand=\"1\"/>";
    let refused = world.ask(&mut alice, &of(create_with("", ""), ONE, "1").block("x", unknown));
    assert_eq!(numbered(&refused), (vec![ONE.to_owned()], vec![]));
}

#[test]
fn output_that_comes_while_the_client_is_gone_is_kept_for_it() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 10");
    world.start(&mut alice, &of(receive(COMMAND_ID), ONE, "1"));
    let mut alice = return_of(&mut world, &alice, "alice");
    world.pair.advance(10_000);
    let answers = exchange(&mut world, &mut alice, &again(receive(COMMAND_ID), ONE));
    assert_eq!(actions(&answers), ["Acknowledge", "ReceiveResponse"]);
    assert_eq!(answers[1].texts("ExitCode"), ["0"]);
}

#[test]
fn an_answer_that_is_still_owed_goes_where_the_client_is_now() {
    let mut world = World::new(config());
    let mut lost = world.log_on("alice");
    world.create(&mut lost);
    world.run(&mut lost, "silence 10");
    world.start(&mut lost, &of(receive(COMMAND_ID), ONE, "1"));
    let mut alice = world.log_on("alice");
    world.start(&mut alice, &again(receive(COMMAND_ID), ONE));
    assert!(world.poll(&mut alice).is_none());
    let (head, chunks) = world.pair.partial(alice.id).unwrap();
    let told = alice.session.open_each(&head, &chunks[0]).unwrap();
    assert!(String::from_utf8_lossy(&told[0].envelope).contains("Acknowledge"));
    assert!(world.pair.server.take_output(lost.id).is_last, "the other connection is of no use");
    let response = world.pair.receive(alice.id).unwrap();
    assert_eq!(world.pair.elapsed_ms(), 10_000);
    let rest = response.body.chunks().nth(1).unwrap().to_vec();
    let answer = alice.session.open_each(&head, &rest).unwrap();
    assert!(String::from_utf8_lossy(&answer[0].envelope).contains("ReceiveResponse"));
    assert_eq!(response.body.chunks().count(), 2);
}

/// When the keep-alives of a Receive of a minute come.
fn keep_alives(ask: &Ask) -> Vec<u64> {
    let mut world = World::new(Config { max_timeout_ms: 200_000, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 130");
    world.start(&mut alice, ask);
    let (mut times, mut known) = (Vec::new(), 0);
    loop {
        let response = world.pair.poll(alice.id).unwrap();
        let chunks = match &response {
            Some(response) => response.body.chunks().count(),
            None => world.pair.partial(alice.id).map_or(0, |(_, chunks)| chunks.len()),
        };
        times.resize(times.len() + chunks - known, world.pair.elapsed_ms());
        known = chunks;
        if let Some(response) = response {
            let answers = messages(&mut alice, &response);
            assert!(actions(&answers).iter().rev().skip(1).all(|action| action == "Keepalive"));
            let is_robust = ask.text().contains("OperationID");
            assert!(answers.iter().all(|a| a.texts("OperationID").len() == usize::from(is_robust)));
            return times;
        }
        let next_ms = world.pair.server.deadline_ms().unwrap();
        let now_ms = world.pair.elapsed_ms();
        world.pair.advance(next_ms - now_ms);
    }
}

#[test]
fn a_silent_operation_shows_that_it_lives() {
    let ask = |timeout: &str| of(receive(COMMAND_ID), ONE, "1").timeout(timeout);
    assert_eq!(keep_alives(&ask("PT20S")), [14_000, 20_000], "70 percent, then the timeout");
    assert_eq!(keep_alives(&ask("PT150S")), [60_000, 120_000, 130_000], "a minute at most, then the answer");
    let default = of(receive(COMMAND_ID), ONE, "1");
    assert_eq!(keep_alives(&default), [60_000, 120_000, 130_000]);
    // What is not robust is silent.
    assert_eq!(keep_alives(&receive(COMMAND_ID).timeout("PT20S")), [20_000]);
    assert!(keep_alives(&ask("PT0.001S")).len() <= 2);
}

#[test]
fn what_is_kept_is_forgotten_195_seconds_after_the_client_went() {
    for (gone_ms, expected) in [(194_999, 1), (195_000, 2)] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        world.ask(&mut alice, &of(create_with("", ""), ONE, "1"));
        // While the connection stands nothing is forgotten.
        world.pair.advance(1_000_000);
        let mut alice = return_of(&mut world, &alice, "alice");
        world.pair.advance(gone_ms);
        world.ask(&mut alice, &again(create_with("", ""), ONE));
        assert_eq!(world.shells(), expected, "after {gone_ms} ms");
    }
}

#[test]
fn a_sign_of_life_begins_the_195_seconds_anew() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.ask(&mut alice, &of(create_with("", ""), ONE, "1"));
    let mut alice = return_of(&mut world, &alice, "alice");
    world.pair.advance(100_000);
    let silent = world.ask(&mut alice, &about("FullDuplex", "KeepAlive", ONE, ""));
    assert_eq!((silent.status, silent.text.as_str()), (200, ""));
    world.pair.advance(190_000);
    world.ask(&mut alice, &again(create_with("", ""), ONE));
    assert_eq!(world.shells(), 1);
}

#[test]
fn an_operation_that_nobody_came_back_for_ends() {
    let mut world = World::new(Config { max_timeout_ms: 1_000_000, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "cat");
    let before = world.pair.server.deadline_ms();
    world.start(&mut alice, &of(receive(COMMAND_ID), ONE, "1"));
    world.pair.disconnect(alice.id);
    assert_eq!(world.pair.server.deadline_ms(), Some(195_000));
    world.pair.advance(195_000);
    assert_eq!(world.pair.server.deadline_ms(), before.map(|at| at + 195_000), "no receive waits");
}

#[test]
fn what_is_acknowledged_is_not_sent_again() {
    for (last, expected) in [(0, &["Acknowledge", "CreateResponse"][..]), (1, &["Acknowledge"])] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        world.ask(&mut alice, &of(create_with("", ""), ONE, "1"));
        let mut bob = world.log_on("bob");
        assert_eq!(world.ask(&mut bob, &acknowledge(9)).status, 200, "of another user's, nothing");
        let mut second = world.log_on("alice");
        let silent = world.ask(&mut second, &acknowledge(last));
        assert_eq!((silent.status, silent.text.as_str()), (200, ""));
        let answers = exchange(&mut world, &mut second, &again(create_with("", ""), ONE));
        assert_eq!(actions(&answers), expected);
        assert_eq!(world.shells(), 1);
    }
}

#[test]
fn the_next_operation_on_a_connection_and_end_let_the_server_forget() {
    let two = ONE.replace('1', "2");
    for forget in [of(create_with("", ""), &two, "1"), about("FullDuplex", "End", ONE, "")] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        world.ask(&mut alice, &of(create_with("", ""), ONE, "1"));
        assert_eq!(world.ask(&mut alice, &forget).status, 200);
        let shells = world.shells();
        let answers = exchange(&mut world, &mut alice, &again(create_with("", ""), ONE));
        assert_eq!(actions(&answers), ["CreateResponse"]);
        assert_eq!(world.shells(), shells + 1);
    }
}

#[test]
fn cancel_and_end_stop_what_goes_on() {
    for action in ["Cancel", "End"] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        world.create(&mut alice);
        world.run(&mut alice, "cat");
        world.start(&mut alice, &of(receive(COMMAND_ID), ONE, "1"));
        let mut bob = world.log_on("bob");
        world.ask(&mut bob, &about("FullDuplex", action, ONE, ""));
        assert!(world.poll(&mut alice).is_none(), "nobody stops another user's operation");
        let mut second = world.log_on("alice");
        let silent = world.ask(&mut second, &about("FullDuplex", action, ONE, ""));
        assert_eq!((silent.status, silent.text.as_str()), (200, ""));
        let answer = world.poll(&mut alice).unwrap();
        assert_eq!((answer.subcode().as_str(), answer.code()), ("InternalError", Some(2_150_859_212)));
        assert_eq!(numbered(&answer), (vec![ONE.to_owned()], vec!["1".to_owned()]));
        // The command still runs, and can be waited for anew.
        world.start(&mut alice, &receive(COMMAND_ID));
        assert!(world.poll(&mut alice).is_none());
    }
}

#[test]
fn whoever_may_begin_an_operation_may_end_it() {
    let mut config = config();
    let sddl = "O:NSG:BAD:P(A;;GA;;;AU)".to_owned();
    config.securities.push(SecurityType { uri: CMD.to_owned(), sddl, ..SecurityType::default() });
    let mut world = World::new(config);
    let mut carol = world.log_on("carol");
    let end = about("FullDuplex", "End", ONE, "");
    assert_eq!(world.ask(&mut carol, &end).subcode(), "AccessDenied");
    assert_eq!(world.ask(&mut carol, &of(create_with("", ""), ONE, "1")).status, 200);
    assert_eq!(world.ask(&mut carol, &end).status, 200);
    assert_eq!(world.ask(&mut carol, &end).subcode(), "AccessDenied", "it is over");
}

#[test]
fn messages_about_operations_are_read_as_strictly_as_others() {
    let mut world = World::new(config());
    let (mut alice, mut carol) = (world.log_on("alice"), world.log_on("carol"));
    let end = about("FullDuplex", "End", ONE, "");
    assert_eq!(world.ask(&mut alice, &end).status, 200, "of what is not there");
    assert_eq!(world.ask(&mut carol, &end).subcode(), "AccessDenied");
    let nameless = end.block("OperationID", "");
    assert_eq!(world.ask(&mut alice, &nameless).subcode(), "MessageInformationHeaderRequired");
    for (resource, action) in [
        ("FullDuplex", "Acknowledge"),
        ("RobustConnection", "End"),
        ("RobustConnection", "AcknowledgeRequest"),
    ] {
        let answer = world.ask(&mut alice, &about(resource, action, ONE, ""));
        assert_eq!(answer.subcode(), "ActionNotSupported", "{action} of {resource}");
    }
    for body in ["", "<p:LastSequenceIdReceived>-1</p:LastSequenceIdReceived>"] {
        let answer = world.ask(&mut alice, &about("RobustConnection", "Acknowledge", ONE, body));
        assert_eq!(answer.subcode(), "SchemaValidationError");
    }
}

#[test]
fn a_user_has_as_many_operations_as_the_bound() {
    let mut world = World::new(config());
    let ask = |n: usize| of(get(SHELL_ID).uri(CMD), &format!("AAAAAAAA-1111-2222-3333-{n:012}"), "1");
    let mut clients: Vec<Client> =
        (0..=ROBUST_OPERATIONS_PER_USER_MAX).map(|_| world.log_on("alice")).collect();
    let subcodes: Vec<String> =
        clients.iter_mut().enumerate().map(|(n, client)| world.ask(client, &ask(n)).subcode()).collect();
    let (within, one_more) = subcodes.split_at(ROBUST_OPERATIONS_PER_USER_MAX);
    assert!(within.iter().all(|subcode| subcode == "ActionNotSupported"), "{within:?}");
    assert_eq!(one_more, ["QuotaLimit"]);
    let mut bob = world.log_on("bob");
    assert_eq!(world.ask(&mut bob, &ask(0)).subcode(), "ActionNotSupported");
}
