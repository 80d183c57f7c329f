use winrm_harness::limits::COMMANDS_PER_SHELL_MAX;
use winrm_harness::server::Config;

use crate::support::*;

const UNKNOWN: Option<u32> = Some(2_150_858_843);
const OTHER_ID: &str = "33333333-AAAA-BBBB-CCCC-000000000001";

#[test]
fn another_users_shell_does_not_exist() {
    let mut world = World::new(config());
    let (mut alice, mut bob) = (world.log_on("alice"), world.log_on("bob"));
    world.create(&mut alice);
    world.run(&mut alice, "cat");
    let disconnect = Ask::new(&format!("{SHELL}/Disconnect")).shell(SHELL_ID).body("<rsp:Disconnect/>");
    let asks = [
        get(SHELL_ID),
        delete(SHELL_ID),
        command(OTHER_ID, "echo"),
        receive(COMMAND_ID),
        send(COMMAND_ID, "stdin", "QQ==", ""),
        signal(COMMAND_ID, "terminate"),
        disconnect,
    ];
    for ask in asks {
        let there = world.ask(&mut bob, &ask);
        assert_eq!((there.subcode().as_str(), there.code()), ("InvalidSelectors", UNKNOWN), "{}", ask.text());
    }
    let enumerate = Ask::new(&format!("{ENUMERATION}/Enumerate"))
        .uri(SHELL)
        .body("<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements></n:Enumerate>");
    assert_eq!(world.ask(&mut bob, &enumerate).texts("ShellId"), Vec::<String>::new());
    assert_eq!(world.ask(&mut alice, &enumerate).texts("ShellId"), [SHELL_ID]);
    assert_eq!(world.shells(), 1);
}

#[test]
fn ids_that_clients_choose_are_kept_if_they_are_new_guids() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    assert_eq!(world.create(&mut alice).texts("ShellId"), [SHELL_ID]);
    for same in [SHELL_ID.to_owned(), SHELL_ID.to_lowercase()] {
        let again = world.ask(&mut alice, &create(&same));
        assert_eq!((again.subcode().as_str(), again.code()), ("AlreadyExists", Some(2_150_859_223)));
    }
    assert_eq!(world.ask(&mut alice, &create("not-a-guid")).subcode(), "SchemaValidationError");
    assert_eq!(world.run(&mut alice, "cat").text_of("CommandId").as_deref(), Some(COMMAND_ID));
    let again = world.run(&mut alice, "cat");
    assert_eq!((again.subcode().as_str(), again.code()), ("AlreadyExists", Some(2_150_859_222)));
    assert_eq!(world.ask(&mut alice, &command("not-a-guid", "cat")).subcode(), "SchemaValidationError");
}

#[test]
fn a_user_has_as_many_shells_as_the_quota_and_each_user_its_own() {
    let mut world = World::new(Config { max_shells_per_user: 2, ..config() });
    let (mut alice, mut bob) = (world.log_on("alice"), world.log_on("bob"));
    for _ in 0..2 {
        assert_eq!(world.ask(&mut alice, &create_with("", "")).status, 200);
    }
    let one_more = world.ask(&mut alice, &create(SHELL_ID));
    assert_eq!((one_more.subcode().as_str(), one_more.code()), ("QuotaLimit", Some(2_150_859_173)));
    assert_eq!(world.ask(&mut bob, &create(SHELL_ID)).status, 200);
    assert_eq!(world.shells(), 3);
}

#[test]
fn a_shell_runs_as_many_commands_as_the_quota() {
    let mut world = World::new(Config { max_processes_per_shell: 2, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    let id = |n: u32| format!("22222222-AAAA-BBBB-CCCC-{n:012}");
    for n in 0..2 {
        assert_eq!(world.ask(&mut alice, &command(&id(n), "cat")).status, 200);
    }
    let one_more = world.ask(&mut alice, &command(&id(2), "cat"));
    assert_eq!((one_more.subcode().as_str(), one_more.code()), ("QuotaLimit", Some(2_150_859_174)));
    assert_eq!(world.ask(&mut alice, &signal(&id(0), "terminate")).status, 200);
    assert_eq!(world.ask(&mut alice, &command(&id(2), "cat")).status, 200);
}

#[test]
fn a_shell_remembers_as_many_ended_commands_as_the_bound() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    let id = |n: usize| format!("22222222-AAAA-BBBB-CCCC-{n:012}");
    for n in 0..COMMANDS_PER_SHELL_MAX {
        assert_eq!(world.ask(&mut alice, &command(&id(n), "exit 0")).status, 200);
    }
    let one_more = world.ask(&mut alice, &command(&id(COMMANDS_PER_SHELL_MAX), "exit 0"));
    assert_eq!((one_more.subcode().as_str(), one_more.code()), ("QuotaLimit", Some(2_150_859_174)));
}

#[test]
fn an_idle_shell_ends_at_its_deadline_and_not_before() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.ask(&mut alice, &create_with("", "<rsp:IdleTimeOut>PT90S</rsp:IdleTimeOut>"));
    assert_eq!(world.pair.server.deadline_ms(), Some(90_000));
    world.pair.advance(89_999);
    assert_eq!(world.shells(), 1);
    world.pair.advance(1);
    assert_eq!((world.shells(), world.pair.server.deadline_ms()), (0, None));
}

#[test]
fn a_shell_that_is_waited_for_is_not_idle() {
    let mut world = World::new(Config { idle_timeout_ms: 5_000, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 30");
    world.start(&mut alice, &receive(COMMAND_ID));
    world.pair.advance(29_999);
    assert_eq!((world.shells(), world.pair.server.deadline_ms()), (1, Some(30_000)));
    world.pair.advance(1);
    assert_eq!(world.poll(&mut alice).unwrap().status, 200);
    assert_eq!(world.pair.server.deadline_ms(), Some(35_000));
    world.pair.advance(5_000);
    assert_eq!(world.shells(), 0);
}

#[test]
fn a_lost_connection_leaves_the_shell_and_takes_its_receive() {
    let mut world = World::new(Config { idle_timeout_ms: 5_000, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 30");
    world.start(&mut alice, &receive(COMMAND_ID));
    world.pair.advance(10_000);
    world.pair.disconnect(alice.id);
    assert_eq!((world.shells(), world.pair.server.deadline_ms()), (1, Some(15_000)), "idle from here on");
    let mut again = world.log_on("alice");
    assert_eq!(world.ask(&mut again, &receive(COMMAND_ID).timeout("PT1S")).code(), Some(2_150_858_793));
}

#[test]
fn delete_answers_the_receive_that_waits() {
    let mut world = World::new(config());
    let (mut waits, mut deletes) = (world.log_on("alice"), world.log_on("alice"));
    world.create(&mut waits);
    world.run(&mut waits, "cat");
    world.start(&mut waits, &receive(COMMAND_ID));
    assert!(world.poll(&mut waits).is_none());
    let deleted = world.ask(&mut deletes, &delete(SHELL_ID));
    assert_eq!((deleted.status, world.shells()), (200, 0));
    let aborted = world.poll(&mut waits).unwrap();
    assert_eq!((aborted.subcode().as_str(), aborted.code()), ("InternalError", Some(2_150_859_212)));
    assert_eq!(world.ask(&mut deletes, &delete(SHELL_ID)).code(), UNKNOWN);
}

#[test]
fn a_request_without_selectors_is_told_so() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let answer = world.ask(&mut alice, &Ask::new(&format!("{TRANSFER}/Delete")));
    assert_eq!(
        (answer.subcode().as_str(), answer.detail().as_str()),
        ("InvalidSelectors", "InsufficientSelectors")
    );
}

#[test]
fn an_environment_as_large_as_the_bound_is_taken_and_one_octet_more_is_not() {
    for (len, is_taken) in [(65_535, true), (65_536, false)] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        let value = "v".repeat(len);
        let environment =
            format!("<rsp:Environment><rsp:Variable Name=\"N\">{value}</rsp:Variable></rsp:Environment>");
        let answer = world.ask(&mut alice, &create_with("", &environment));
        assert_eq!(answer.status == 200, is_taken);
        assert_eq!(answer.subcode() == "InvalidParameter", !is_taken);
    }
}

#[test]
fn get_tells_what_the_shell_is() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.ask(
        &mut alice,
        &create_with(
            &format!(" ShellId=\"{SHELL_ID}\" Name=\"mine\""),
            "<rsp:IdleTimeOut>PT90S</rsp:IdleTimeOut>",
        ),
    );
    world.pair.advance(61_500);
    let shell = world.ask(&mut alice, &get(SHELL_ID));
    let text = |name| shell.text_of(name).unwrap();
    assert_eq!(
        [text("ShellId"), text("Name"), text("Owner"), text("ClientIP"), text("State")],
        [SHELL_ID, "mine", "REFERENCE\\alice", "192.0.2.1", "Connected"]
    );
    assert_eq!(
        [text("IdleTimeOut"), text("InputStreams"), text("OutputStreams")],
        ["PT90.000S", "stdin", "stdout stderr"]
    );
    assert_eq!([text("ShellRunTime"), text("ShellInactivity")], ["P0DT0H1M1S", "P0DT0H1M1S"]);
    assert_eq!(world.ask(&mut alice, &get(SHELL_ID).uri(CMD)).subcode(), "ActionNotSupported");
    assert_eq!(world.pair.server.deadline_ms(), Some(90_000), "to look is no use of the shell");
}

const SESSION_A: &str = "AAAAAAAA-0000-0000-0000-000000000000";
const SESSION_B: &str = "BBBBBBBB-0000-0000-0000-000000000000";

fn disconnect(session: &str) -> Ask {
    Ask::new(&format!("{SHELL}/Disconnect")).shell(SHELL_ID).session(session).body("<rsp:Disconnect/>")
}

fn reconnect(session: &str) -> Ask {
    Ask::new(&format!("{SHELL}/Reconnect")).shell(SHELL_ID).session(session).body("<rsp:Reconnect/>")
}

fn connect(session: &str) -> Ask {
    Ask::new(&format!("{SHELL}/Connect")).shell(SHELL_ID).session(session).body("<rsp:Connect/>")
}

#[test]
fn a_shell_is_left_and_found_again() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.ask(&mut alice, &create(SHELL_ID).session(SESSION_A));
    world.run(&mut alice, "cat");
    let run = || command(OTHER_ID, "echo").session(SESSION_A);
    let steps: [(Ask, Option<u32>); 12] = [
        (disconnect(SESSION_B), Some(2_150_859_206)),
        (connect(SESSION_B), Some(2_150_859_213)),
        (disconnect(SESSION_A), None),
        (run(), Some(2_150_859_204)),
        (receive(COMMAND_ID), Some(2_150_859_204)),
        (send(COMMAND_ID, "stdin", "QQ==", ""), Some(2_150_859_204)),
        (signal(COMMAND_ID, "ctrl_c"), Some(2_150_859_204)),
        (reconnect(SESSION_A), None),
        (reconnect(SESSION_A), None),
        (reconnect(SESSION_B), Some(2_150_859_206)),
        (run(), None),
        (disconnect(SESSION_A), None),
    ];
    for (at, (ask, code)) in steps.into_iter().enumerate() {
        let answer = world.ask(&mut alice, &ask);
        assert_eq!(answer.code(), code, "step {at}: {}", answer.text);
    }
    assert_eq!(world.ask(&mut alice, &get(SHELL_ID)).text_of("State").as_deref(), Some("Disconnected"));
    assert_eq!(world.ask(&mut alice, &connect(SESSION_B)).status, 200);
    assert_eq!(world.ask(&mut alice, &disconnect(SESSION_A)).code(), Some(2_150_859_206));
    assert_eq!(world.ask(&mut alice, &delete(SHELL_ID)).status, 200);
}

#[test]
fn a_shell_whose_id_the_server_chose_can_not_be_left() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let created = world.ask(&mut alice, &create_with("", ""));
    let id = created.text_of("ShellId").unwrap();
    let answer = world.ask(&mut alice, &disconnect(SESSION_A).shell(&id));
    assert_eq!((answer.subcode().as_str(), answer.code()), ("InternalError", Some(2_150_859_205)));
}

#[test]
fn disconnect_answers_the_receive_that_waits() {
    let mut world = World::new(config());
    let (mut waits, mut leaves) = (world.log_on("alice"), world.log_on("alice"));
    world.ask(&mut waits, &create(SHELL_ID).session(SESSION_A));
    world.run(&mut waits, "cat");
    world.start(&mut waits, &receive(COMMAND_ID));
    assert_eq!(world.ask(&mut leaves, &disconnect(SESSION_A)).status, 200);
    assert_eq!(world.poll(&mut waits).unwrap().code(), Some(2_150_859_204));
}

#[test]
fn a_selector_that_shells_do_not_have_names_no_shell() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    let selectors = format!(
        "<w:SelectorSet><w:Selector Name=\"ShellId\">{SHELL_ID}</w:Selector><w:Selector Name=\"Other\">b</w:Selector></w:SelectorSet>"
    );
    let answer = world.ask(&mut alice, &command(COMMAND_ID, "cat").block("SelectorSet", &selectors));
    assert_eq!((answer.detail().as_str(), answer.code()), ("UnexpectedSelectors", UNKNOWN));
    assert_eq!(world.run(&mut alice, "cat").status, 200);
}

#[test]
fn who_a_request_is_from_makes_no_difference() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let from = "<a:From s:mustUnderstand=\"true\"><a:Address>http://me/</a:Address></a:From>";
    assert_eq!(world.ask(&mut alice, &create(SHELL_ID).block("From", from)).status, 200);
}
