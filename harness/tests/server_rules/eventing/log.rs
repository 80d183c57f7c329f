use crate::eventing::EARLIEST;
use crate::eventing::EVENT_LOG;
use crate::eventing::PULL;
use crate::eventing::Subscriber;
use crate::eventing::manage;
use crate::eventing::subscribe;
use crate::support::*;

/// Id, user and subject of every event so far.
fn all(subscriber: &mut Subscriber) -> Vec<(String, String, String)> {
    let answer = subscriber.ask(&subscribe(PULL, "", EARLIEST));
    let context = answer.text_of("Identifier").unwrap();
    let answer = subscriber.ask(&crate::eventing::pull(&context, 500));
    let document = roxmltree::Document::parse(&answer.text).unwrap();
    let data = |event: roxmltree::Node<'_, '_>, name: &str| {
        let found = event.descendants().find(|node| node.attribute("Name") == Some(name));
        found.and_then(|node| node.text()).unwrap_or_default().to_owned()
    };
    let systems = document.descendants().filter(|node| node.tag_name().name() == "System");
    let read = |system: roxmltree::Node<'_, '_>| {
        let event = system.parent().unwrap();
        let id = event.descendants().find(|node| node.tag_name().name() == "EventID").unwrap();
        (id.text().unwrap().to_owned(), data(event, "UserName"), data(event, "Subject"))
    };
    systems.map(read).collect()
}

#[test]
fn logons_refusals_commands_and_subscriptions_are_logged_without_secrets() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    assert!(subscriber.world.pair.connect() != subscriber.client.id);
    let stranger = subscriber.world.pair.connect();
    assert!(subscriber.world.pair.log_on(stranger, "alice", "wrong").is_err());
    let mut carol = subscriber.world.log_on("carol");
    assert_eq!(subscriber.world.ask(&mut carol, &create(SHELL_ID)).code(), Some(5));
    subscriber.world.create(&mut subscriber.client);
    subscriber.world.run(&mut subscriber.client, "silence 60 --password hunter2");
    assert_eq!(subscriber.ask(&signal(COMMAND_ID, "terminate")).status, 200);
    assert_eq!(subscriber.ask(&delete(SHELL_ID)).status, 200);
    assert_eq!(subscriber.ask(&manage("Unsubscribe", &subscriber.id.clone())).status, 200);
    let found = all(&mut subscriber);
    let id = subscriber.id.clone();
    let line = |id: &str, user: &str, subject: &str| (id.to_owned(), user.to_owned(), subject.to_owned());
    assert_eq!(
        found,
        [
            line("1", "alice", "Negotiate: NTLM, RC4-128, HMAC-MD5, delegation none"),
            line("9", "alice", &id),
            line("2", "", ""),
            line("1", "carol", "Negotiate: NTLM, RC4-128, HMAC-MD5, delegation none"),
            line("3", "carol", "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create"),
            line("4", "alice", SHELL_ID),
            line("6", "alice", &format!("{COMMAND_ID} silence")),
            line("7", "alice", COMMAND_ID),
            line("5", "alice", SHELL_ID),
            line("10", "alice", &id),
        ]
    );
}

#[test]
fn a_handshake_that_goes_on_is_no_refusal_and_basic_logs_on_once() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    let ask = |ask: &Ask| plain(&ask.text()).with_header("Authorization", basic("alice", "alice-password"));
    let subscribed = Answer::of(&world.exchange(id, &ask(&subscribe(PULL, "", EARLIEST))));
    let context = subscribed.text_of("Identifier").unwrap();
    let first = Answer::of(&world.exchange(id, &ask(&crate::eventing::pull(&context, 9))));
    assert_eq!(first.texts("EventID"), ["1"]);
    let second = Answer::of(&world.exchange(id, &ask(&crate::eventing::pull(&context, 9))));
    assert_eq!(second.subcode(), "TimedOut");
}

#[test]
fn an_idle_shell_that_is_deleted_and_a_command_that_ends_by_itself_are_logged() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    let idle = create_with(&format!(" ShellId=\"{SHELL_ID}\""), "<rsp:IdleTimeOut>PT70S</rsp:IdleTimeOut>");
    assert_eq!(subscriber.ask(&idle).status, 200);
    subscriber.world.run(&mut subscriber.client, "silence 7");
    subscriber.world.pair.advance(7_000);
    subscriber.world.pair.advance(70_000);
    let found: Vec<String> = all(&mut subscriber).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(found, ["1", "9", "4", "6", "7", "5"]);
}

#[test]
fn every_event_can_be_got_and_enumerated() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    let get = |selectors: &str| {
        let set = format!("<w:SelectorSet>{selectors}</w:SelectorSet>");
        Ask::new(&format!("{TRANSFER}/Get")).uri(EVENT_LOG).block("SelectorSet", &set)
    };
    let one = subscriber.ask(&get("<w:Selector Name=\"EventRecordID\">2</w:Selector>"));
    assert_eq!(
        (one.texts("EventID"), one.texts("Computer")),
        (vec!["9".to_owned()], vec!["REFERENCE".to_owned()])
    );
    assert_eq!(
        subscriber.ask(&get("<w:Selector Name=\"EventRecordID\">3</w:Selector>")).subcode(),
        "InvalidSelectors"
    );
    assert_eq!(subscriber.ask(&get("<w:Selector Name=\"Id\">2</w:Selector>")).subcode(), "InvalidSelectors");
    let enumerate = Ask::new(&format!("{ENUMERATION}/Enumerate"))
        .uri(EVENT_LOG)
        .body("<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements></n:Enumerate>");
    let all = subscriber.ask(&enumerate);
    assert_eq!(all.texts("EventID"), ["1", "9"], "{}", all.text);
}

#[test]
fn an_event_has_the_shape_of_windows() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    subscriber.make_events(1);
    let answer = subscriber.pull(1);
    let found: Vec<String> = ["EventID", "Version", "Level", "EventRecordID", "Channel", "Computer"]
        .iter()
        .flat_map(|name| answer.texts(name))
        .collect();
    assert_eq!(found, ["4", "0", "4", "3", "Microsoft-Windows-WinRM/Operational", "REFERENCE"]);
    let time = answer.attribute("TimeCreated", "SystemTime");
    assert!(time[0].ends_with('Z') && time[0].starts_with("20"), "{time:?}");
    assert_eq!(answer.attribute("Data", "Name"), ["UserName", "ClientAddress", "Subject"]);
    assert_eq!(answer.texts("Data"), ["alice", "192.0.2.1", SHELL_ID]);
}
