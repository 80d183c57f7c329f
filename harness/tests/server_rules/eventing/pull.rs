use winrm_harness::limits::EVENTS_LOGGED_MAX;

use crate::eventing::EARLIEST;
use crate::eventing::PULL;
use crate::eventing::Subscriber;
use crate::eventing::WSMAN;
use crate::eventing::manage;
use crate::eventing::pull;
use crate::eventing::select;
use crate::eventing::subscribe;
use crate::support::*;

const TIMED_OUT: Option<u32> = Some(2_150_858_793);

#[test]
fn the_events_of_a_session_of_commands_are_pulled_in_order() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    subscriber.world.create(&mut subscriber.client);
    subscriber.world.run(&mut subscriber.client, "echo hunter2");
    subscriber.ask(&receive(COMMAND_ID));
    subscriber.ask(&delete(SHELL_ID));
    let mut found = Vec::new();
    while found.len() < 4 {
        let answer = subscriber.pull(3);
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.text_of("EnumerationContext").as_ref(), Some(&subscriber.id));
        found.extend(answer.texts("EventID"));
    }
    // Shell created, command started, command ended, shell deleted.
    assert_eq!(found, ["4", "6", "7", "5"]);
    assert_eq!(subscriber.pull(3).code(), TIMED_OUT);
}

#[test]
fn a_pull_waits_for_the_next_event() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", &select("*[System[EventID=4]]")));
    let mut other = subscriber.world.log_on("bob");
    let ask = pull(&subscriber.id, 9);
    subscriber.world.start(&mut subscriber.client, &ask);
    assert!(subscriber.world.poll(&mut subscriber.client).is_none());
    subscriber.world.create(&mut other);
    let answer = subscriber.world.poll(&mut subscriber.client).unwrap();
    assert_eq!(answer.texts("EventID"), ["4"]);
    assert_eq!(answer.attribute("Event", "Action"), [format!("{WSMAN}/Event")]);
    assert_eq!(subscriber.world.pair.elapsed_ms(), 0);
}

#[test]
fn a_pull_is_answered_by_its_time_out_and_by_the_shorter_max_time() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    assert_eq!(subscriber.pull(1).code(), TIMED_OUT);
    assert_eq!(subscriber.world.pair.elapsed_ms(), 5_000);
    let context = subscriber.id.clone();
    let short = pull(&context, 1).body(&format!(
        "<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext><n:MaxTime>PT2S</n:MaxTime></n:Pull>"
    ));
    assert_eq!(subscriber.ask(&short).code(), TIMED_OUT);
    assert_eq!(subscriber.world.pair.elapsed_ms(), 7_000);
    assert!(subscriber.is_alive());
}

#[test]
fn a_second_pull_while_one_waits_is_refused() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", &select("*[System[EventID=4]]")));
    let mut second = subscriber.world.log_on("alice");
    let ask = pull(&subscriber.id, 1);
    subscriber.world.start(&mut subscriber.client, &ask);
    assert_eq!(subscriber.world.ask(&mut second, &ask).code(), Some(2_150_858_758));
    subscriber.world.create(&mut second);
    assert_eq!(subscriber.world.poll(&mut subscriber.client).unwrap().texts("EventID"), ["4"]);
}

#[test]
fn what_a_connection_that_is_gone_waited_for_waits_for_the_next_pull() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", &select("*[System[EventID=4]]")));
    let ask = pull(&subscriber.id, 1);
    subscriber.world.start(&mut subscriber.client, &ask);
    subscriber.world.pair.disconnect(subscriber.client.id);
    subscriber.client = subscriber.world.log_on("alice");
    subscriber.world.create(&mut subscriber.client);
    assert_eq!(subscriber.pull(1).texts("EventID"), ["4"]);
}

#[test]
fn a_heartbeat_comes_once_when_nothing_else_does() {
    let heartbeats = "<w:Heartbeats>PT2S</w:Heartbeats>";
    let mut subscriber = Subscriber::new(&subscribe(PULL, heartbeats, &select("*[System[EventID=4]]")));
    for expected_ms in [2_000, 4_000] {
        let answer = subscriber.pull(9);
        assert_eq!(answer.attribute("Event", "Action"), [format!("{WSMAN}/Heartbeat")]);
        assert_eq!(subscriber.world.pair.elapsed_ms(), expected_ms);
    }
    subscriber.make_events(1);
    assert_eq!(subscriber.pull(9).attribute("Event", "Action"), [format!("{WSMAN}/Event")]);
}

#[test]
fn nothing_is_pulled_after_unsubscribe_or_release() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", EARLIEST));
    assert_eq!(subscriber.ask(&manage("Unsubscribe", &subscriber.id.clone())).status, 200);
    assert_eq!(subscriber.pull(1).subcode(), "InvalidEnumerationContext");
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", EARLIEST));
    let release = pull(&subscriber.id, 1)
        .block("Action", "<a:Action>http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release</a:Action>");
    let body =
        format!("<n:Release><n:EnumerationContext>{}</n:EnumerationContext></n:Release>", subscriber.id);
    assert_eq!(subscriber.ask(&release.body(&body)).status, 200);
    assert_eq!(subscriber.pull(1).subcode(), "InvalidEnumerationContext");
}

#[test]
fn a_pull_that_waits_when_its_subscription_ends_is_answered() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", &select("*[System[EventID=4]]")));
    let ask = pull(&subscriber.id, 1);
    subscriber.world.start(&mut subscriber.client, &ask);
    let mut second = subscriber.world.log_on("alice");
    assert_eq!(subscriber.world.ask(&mut second, &manage("Unsubscribe", &subscriber.id)).status, 200);
    let answer = subscriber.world.poll(&mut subscriber.client).unwrap();
    assert_eq!(answer.subcode(), "InvalidEnumerationContext");
}

#[test]
fn a_subscription_goes_on_behind_a_bookmark() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", "<w:SendBookmarks/>"));
    subscriber.make_events(2);
    let first = subscriber.pull(1);
    let record = first.attribute("Bookmark", "RecordId");
    assert_eq!(
        (first.texts("EventRecordID"), first.texts("EventID")),
        (record.clone(), vec!["4".to_owned()])
    );
    let bookmark = |channel: &str, record: &str| {
        let list = format!(
            "<BookmarkList><Bookmark Channel=\"{channel}\" RecordId=\"{record}\" IsCurrent=\"true\"/></BookmarkList>"
        );
        subscribe(
            PULL,
            "",
            &format!("{}<w:Bookmark>{list}</w:Bookmark>", select("*[System[EventID=4 or EventID=5]]")),
        )
    };
    let channel = "Microsoft-Windows-WinRM/Operational";
    let again = subscriber.ask(&bookmark(channel, &record[0]));
    subscriber.id = again.text_of("Identifier").unwrap();
    assert_eq!(subscriber.pull(9).texts("EventID"), ["5", "4", "5"]);
    for (channel, record) in [(channel, "99999"), (channel, "-1"), ("Security", "1")] {
        let answer = subscriber.ask(&bookmark(channel, record));
        assert_eq!(
            (answer.subcode().as_str(), answer.detail().as_str()),
            ("InvalidBookmark", "Invalid"),
            "{record}"
        );
    }
    let empty = subscriber.ask(&subscribe(PULL, "", "<w:Bookmark/>"));
    assert_eq!(empty.detail(), "Invalid");
}

#[test]
fn a_bookmark_whose_events_are_gone_has_expired_and_the_earliest_never_does() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    subscriber.make_events(EVENTS_LOGGED_MAX / 2 + 1);
    let place = |record: u64| {
        let list = format!(
            "<BookmarkList><Bookmark Channel=\"Microsoft-Windows-WinRM/Operational\" RecordId=\"{record}\"/></BookmarkList>"
        );
        subscribe(PULL, "", &format!("<w:Bookmark>{list}</w:Bookmark>"))
    };
    // A logon, the subscription, and the shells: the oldest four are gone, and the fifth follows on the fourth.
    let gone = subscriber.ask(&place(3));
    assert_eq!((gone.subcode().as_str(), gone.detail().as_str()), ("InvalidBookmark", "Expired"));
    // Each subscription that is made is an event, for which another one goes.
    for (ask, oldest) in [(place(4), "5"), (subscribe(PULL, "", EARLIEST), "6")] {
        subscriber.id = subscriber.ask(&ask).text_of("Identifier").unwrap();
        assert_eq!(subscriber.pull(1).texts("EventRecordID"), [oldest]);
    }
}

#[test]
fn events_that_are_lost_are_counted() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    subscriber.make_events(EVENTS_LOGGED_MAX / 2 + 2);
    let answer = subscriber.pull(2);
    assert_eq!(
        answer.attribute("Event", "Action"),
        [format!("{WSMAN}/DroppedEvents"), format!("{WSMAN}/Event")]
    );
    assert_eq!(answer.text_of("DroppedEvents").as_deref(), Some("4"));
    assert_eq!(answer.texts("EventID"), ["4"]);
}

#[test]
fn events_that_are_too_large_are_dealt_with_as_the_policy_says() {
    let with = |policy: &str| {
        let limit = format!("<w:MaxEnvelopeSize Policy=\"{policy}\">100</w:MaxEnvelopeSize>");
        let mut subscriber = Subscriber::new(&subscribe(PULL, &limit, ""));
        subscriber.make_events(1);
        let answer = subscriber.pull(9);
        (answer.texts("DroppedEvents"), answer.subcode(), subscriber.is_alive())
    };
    let none = Vec::<String>::new();
    assert_eq!(with("Notify"), (vec!["2".to_owned()], String::new(), true));
    assert_eq!(with("Skip"), (none.clone(), "TimedOut".to_owned(), true));
    assert_eq!(with("CancelSubscription"), (none, "InvalidEnumerationContext".to_owned(), false));
}

#[test]
fn an_answer_is_no_larger_than_the_client_takes() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    subscriber.make_events(20);
    let ask = pull(&subscriber.id, 1000).max_envelope(8192);
    let mut count = 0;
    while count < 40 {
        let answer = subscriber.ask(&ask);
        assert!(answer.text.len() <= 8192 && answer.status == 200, "{}", answer.text);
        count += answer.texts("EventID").len();
    }
    assert_eq!(count, 40);
}

#[test]
fn options_ask_for_text_and_for_rendering() {
    let options = "<w:OptionSet xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><w:Option Name=\"CDATA\" \
                   xsi:nil=\"true\"/><w:Option Name=\"ContentFormat\">RenderedText</w:Option></w:OptionSet>";
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", "").block("OptionSet", options));
    subscriber.make_events(1);
    let text = subscriber.pull(1).text_of("Event").unwrap();
    let event = roxmltree::Document::parse(&text).unwrap();
    assert_eq!(
        event.root_element().tag_name().namespace(),
        Some("http://schemas.microsoft.com/win/2004/08/events/event")
    );
    assert!(event.descendants().any(|node| node.tag_name().name() == "RenderingInfo"));
}

#[test]
fn existing_events_are_replayed_when_an_option_asks_for_them() {
    let option = "<w:OptionSet><w:Option Name=\"ReadExistingEvents\">true</w:Option></w:OptionSet>";
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", "").block("OptionSet", option));
    // The logon of the subscriber itself.
    assert_eq!(subscriber.pull(9).texts("EventID"), ["1"]);
}
