use winrm_harness::addressing::MessageId;
use winrm_harness::client::ExpectMessage;
use winrm_harness::client::Finished;
use winrm_harness::client::Outgoing;
use winrm_harness::client::Reply;
use winrm_harness::client::Requests;
use winrm_harness::client::Retry;
use winrm_harness::client::RobustStep;
use winrm_harness::client::SequenceError;
use winrm_harness::shell::CommandId;
use winrm_harness::shell::DesiredStream;
use winrm_harness::shell::Receive;
use winrm_harness::shell::ShellId;
use winrm_harness::shell::StreamNames;
use winrm_harness::shell::action;
use winrm_harness::wsman::Duration;
use winrm_harness::wsman::OperationId;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::SelectorSet;

use crate::support::*;

const ONE: &str = "AAAAAAAA-1111-2222-3333-000000000001";

fn requests() -> Requests {
    let mut count = 0;
    Requests {
        to: "http://reference:5985/wsman".to_owned(),
        operation_timeout: Duration::from_millis(20_000),
        new_message_id: Box::new(move || {
            count += 1;
            MessageId::new(&format!("uuid:{count}"))
        }),
    }
}

/// A Receive of the command that `World::run` starts.
fn begin() -> (ExpectMessage, Outgoing) {
    let names = StreamNames::parse("stdout stderr");
    let receive =
        Receive { desired_stream: DesiredStream { command_id: Some(CommandId::new(COMMAND_ID)), names } };
    let selectors = ShellId::new(SHELL_ID).to_selectors();
    begin_with(&ResourceUri::new(ResourceUri::CMD), action::RECEIVE, &selectors, &receive)
}

fn begin_with(
    uri: &ResourceUri,
    action: &str,
    selectors: &SelectorSet,
    body: &Receive,
) -> (ExpectMessage, Outgoing) {
    let edit = |header: &mut winrm_harness::wsman::RequestHeader| header.selector_set = selectors.clone();
    ExpectMessage::begin(requests(), OperationId::new(ONE), uri, action, edit, Some(body))
}

/// The messages of a response, each a step.
fn steps(
    mut state: ExpectMessage,
    client: &mut Client,
    response: &winrm_harness::http::Response,
) -> (usize, Finished) {
    let mut waited = 0;
    for opened in client.session.open_each(response, response.body.octets()).unwrap() {
        match state.step(&opened.envelope).unwrap() {
            RobustStep::Waiting(next) => {
                waited += 1;
                state = next;
            }
            RobustStep::Done(finished) => return (waited, finished),
            RobustStep::Acknowledge(..) | RobustStep::Event(..) => panic!("the server only waits"),
        }
    }
    panic!("no answer");
}

fn in_shell(line: &str) -> (World, Client) {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, line);
    (world, alice)
}

#[test]
fn a_client_waits_through_keep_alives_and_then_ends_the_operation() {
    let (mut world, mut alice) = in_shell("silence 15");
    let (state, first) = begin();
    let request = alice.session.request(&first.envelope).unwrap();
    let response = world.exchange(alice.id, &request);
    let (waited, finished) = steps(state, &mut alice, &response);
    assert_eq!(waited, 1, "after 14 of 15 seconds");
    assert!(matches!(finished.reply, Reply::Response(_)));
    let end = alice.session.request(&finished.end.unwrap().envelope).unwrap();
    let silent = world.exchange(alice.id, &end);
    assert_eq!((silent.status.0, silent.body.len()), (200, 0));
}

#[test]
fn a_client_that_lost_its_connection_gets_its_answer_on_another() {
    let (mut world, mut alice) = in_shell("silence 5");
    let (state, first) = begin();
    let request = alice.session.request(&first.envelope).unwrap();
    world.pair.send(alice.id, &request.encode());
    world.pair.disconnect(alice.id);
    let Retry::After(wait_ms, state, again) = state.lost(world.pair.elapsed_ms(), 8_000) else {
        panic!("there is time")
    };
    assert_eq!(wait_ms, 8_000);
    assert_eq!(again.message_id, first.message_id);
    world.pair.advance(wait_ms);
    let mut alice = world.log_on("alice");
    let request = alice.session.request(&again.envelope).unwrap();
    let response = world.exchange(alice.id, &request);
    let (waited, finished) = steps(*state, &mut alice, &response);
    assert_eq!(waited, 1, "what the server has received");
    let Reply::Response(envelope) = finished.reply else { panic!("no fault") };
    assert!(envelope.encode().contains("ExitCode"));
}

#[test]
fn a_server_that_knows_no_operations_needs_no_end() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let nothing =
        Receive { desired_stream: DesiredStream { command_id: None, names: StreamNames::default() } };
    let uri = ResourceUri::new(ResourceUri::SHELL);
    let (state, first) = begin_with(&uri, action::RECEIVE, &SelectorSet::default(), &nothing);
    let request = alice.session.request(&first.envelope).unwrap();
    let response = world.exchange(alice.id, &request);
    let (_, finished) = steps(state, &mut alice, &response);
    assert!(finished.end.is_none() && matches!(finished.reply, Reply::Fault(_)));
}

#[test]
fn a_client_gives_up_three_minutes_after_the_first_loss() {
    let mut state = begin().0;
    let mut now_ms = 1_000_000;
    let mut count = 0;
    loop {
        match state.lost(now_ms, 7_777_777) {
            Retry::After(wait_ms, next, _) => (state, now_ms, count) = (*next, now_ms + wait_ms, count + 1),
            Retry::GiveUp => break,
        }
        // Each try fails after a second.
        now_ms += 1_000;
    }
    assert!((1_180_001..1_182_000).contains(&now_ms) && count > 4, "{now_ms} {count}");
}

fn answer(operation: &str, sequence: u64, body: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"><s:Header><a:Action>urn:x</a:Action><a:RelatesTo>uuid:1</a:RelatesTo><p:OperationID>{operation}</p:OperationID><p:SequenceId>{sequence}</p:SequenceId></s:Header><s:Body>{body}</s:Body></s:Envelope>"#
    )
}

const EVENT: &str =
    r#"<i:InteractiveEvent xmlns:i="http://schemas.microsoft.com/wbem/wsman/1/cim/interactive.xsd"/>"#;

#[test]
fn messages_are_taken_in_the_order_of_their_numbers() {
    let step = |state: ExpectMessage, sequence, body| state.step(answer(ONE, sequence, body).as_bytes());
    let Ok(RobustStep::Event(state, _)) = step(begin().0, 1, EVENT) else { panic!("an event") };
    let Ok(RobustStep::Acknowledge(state, outgoing)) = step(state, 1, EVENT) else { panic!("known") };
    assert!(outgoing.envelope.contains("LastSequenceIdReceived>1<"), "{}", outgoing.envelope);
    let Err(missed) = step(state, 3, "") else { panic!("2 is missing") };
    assert_eq!(missed, SequenceError::MissedMessage { expected: 2, found: 3 });
    let Ok(RobustStep::Event(state, _)) = step(begin().0, 1, EVENT) else { panic!("an event") };
    assert!(matches!(step(state, 2, ""), Ok(RobustStep::Done(_))));
    let other = ONE.replace('A', "B");
    let Err(error) = begin().0.step(answer(&other, 1, "").as_bytes()) else { panic!("another operation") };
    assert_eq!(error, SequenceError::OtherOperation { expected: ONE.to_owned(), found: other });
}
