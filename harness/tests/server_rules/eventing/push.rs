use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::limits::SUBSCRIPTION_EVENTS_MAX;

use crate::eventing::EVENTING;
use crate::eventing::EVENTS;
use crate::eventing::PUSH;
use crate::eventing::PUSH_WITH_ACK;
use crate::eventing::SINK;
use crate::eventing::Subscriber;
use crate::eventing::WSMAN;
use crate::eventing::envelope;
use crate::eventing::manage;
use crate::eventing::select;
use crate::eventing::subscribe;
use crate::support::*;

const END_TO: &str = "<e:EndTo><a:Address>http://192.0.2.1:4001/end</a:Address></e:EndTo>";

fn batch(inside: &str) -> String {
    format!("{SINK}{inside}")
}

#[test]
fn the_events_of_a_session_of_commands_are_pushed_one_by_one() {
    let mut subscriber = Subscriber::new(&subscribe(PUSH, SINK, ""));
    subscriber.world.create(&mut subscriber.client);
    subscriber.world.run(&mut subscriber.client, "echo hello");
    subscriber.ask(&receive(COMMAND_ID));
    subscriber.ask(&delete(SHELL_ID));
    for expected in ["4", "6", "7", "5"] {
        let (delivery, answer) = subscriber.take_one();
        assert_eq!(delivery.address, "192.0.2.1:4000");
        assert_eq!((delivery.request.method.as_str(), delivery.request.target.as_str()), ("POST", "/sink"));
        assert_eq!(answer.text_of("Action"), Some(format!("{WSMAN}/Event")));
        assert_eq!(answer.texts("EventID"), [expected]);
        assert!(answer.texts("AckRequested").is_empty());
        assert!(subscriber.take().is_empty());
        subscriber.accept(&delivery);
    }
    assert!(subscriber.take().is_empty());
}

#[test]
fn what_the_reference_of_the_sink_holds_comes_with_every_event() {
    let sink = "<e:NotifyTo><a:Address>http://192.0.2.1:4000/sink</a:Address><a:ReferenceProperties><e:Identifier>43</e:Identifier></a:ReferenceProperties><a:ReferenceParameters><x:Mark xmlns:x=\"urn:x\" Key=\"a&amp;b\">7</x:Mark></a:ReferenceParameters></e:NotifyTo>";
    let mut subscriber = Subscriber::new(&subscribe(PUSH, sink, ""));
    subscriber.make_events(1);
    for _ in 0..2 {
        let (delivery, answer) = subscriber.take_one();
        let document = roxmltree::Document::parse(&answer.text).unwrap();
        let header = document.descendants().find(|node| node.tag_name().name() == "Header").unwrap();
        let block = |name: &str| header.children().find(|node| node.tag_name().name() == name).unwrap();
        assert_eq!(block("Identifier").text(), Some("43"));
        assert_eq!((block("Mark").text(), block("Mark").attribute("Key")), (Some("7"), Some("a&b")));
        assert_eq!(block("To").text(), Some("http://192.0.2.1:4000/sink"));
        subscriber.accept(&delivery);
    }
}

#[test]
fn an_acknowledgement_is_awaited_before_the_next_event() {
    let retry = "<w:ConnectionRetry Total=\"1\">PT10S</w:ConnectionRetry>";
    let mut subscriber = Subscriber::new(&subscribe(PUSH_WITH_ACK, &batch(retry), END_TO));
    subscriber.make_events(2);
    let (delivery, first) = subscriber.take_one();
    assert_eq!(first.texts("AckRequested").len(), 1);
    assert_eq!(first.texts("ReplyTo").len(), 1);
    subscriber.acknowledge(&delivery, &first);
    let (delivery, second) = subscriber.take_one();
    assert_eq!(
        (first.texts("EventID"), second.texts("EventID")),
        (vec!["4".to_owned()], vec!["5".to_owned()])
    );
    // An answer without the acknowledgement, and one that is about another message.
    subscriber.accept(&delivery);
    assert!(subscriber.take().is_empty());
    subscriber.world.pair.advance(10_000);
    let (delivery, again) = subscriber.take_one();
    assert_eq!(again.text, second.text);
    subscriber.world.pair.delivered(delivery.id, &Ok(envelope(&format!("{WSMAN}/Ack"), "uuid:other", "")));
    let (end, told) = subscriber.take_one();
    assert_eq!((end.address.as_str(), end.request.target.as_str()), ("192.0.2.1:4001", "/end"));
    assert_eq!(told.text_of("Action"), Some(format!("{EVENTING}/SubscriptionEnd")));
    assert_eq!(told.text_of("Status"), Some(format!("{EVENTING}/DeliveryFailure")));
    assert_eq!(told.text_of("Identifier").as_ref(), Some(&subscriber.id));
    assert!(!subscriber.is_alive());
}

#[test]
fn a_batch_goes_when_it_is_full_or_has_waited_long_enough() {
    let inside = "<w:MaxElements>3</w:MaxElements><w:MaxTime>PT30S</w:MaxTime>";
    let mut subscriber = Subscriber::new(&subscribe(EVENTS, &batch(inside), "<w:SendBookmarks/>"));
    subscriber.make_events(1);
    assert!(subscriber.take().is_empty());
    subscriber.make_events(1);
    let (delivery, full) = subscriber.take_one();
    assert_eq!(full.text_of("Action"), Some(format!("{WSMAN}/Events")));
    assert_eq!(full.attribute("Event", "Action"), vec![format!("{WSMAN}/Event"); 3]);
    assert_eq!(full.texts("EventID"), ["4", "5", "4"]);
    assert_eq!(full.attribute("Bookmark", "RecordId"), full.texts("EventRecordID")[2..]);
    subscriber.acknowledge(&delivery, &full);
    subscriber.world.pair.advance(29_999);
    assert!(subscriber.take().is_empty());
    subscriber.world.pair.advance(1);
    assert_eq!(subscriber.take_one().1.texts("EventID"), ["5"]);
}

#[test]
fn a_heartbeat_is_alone_in_its_message_and_comes_in_every_interval() {
    let inside =
        "<w:Heartbeats>PT10S</w:Heartbeats><w:MaxElements>9</w:MaxElements><w:MaxTime>PT30S</w:MaxTime>";
    let mut subscriber = Subscriber::new(&subscribe(EVENTS, &batch(inside), &select("*[System[EventID=4]]")));
    for _ in 0..2 {
        subscriber.world.pair.advance(9_999);
        assert!(subscriber.take().is_empty());
        subscriber.world.pair.advance(1);
        let (delivery, answer) = subscriber.take_one();
        assert_eq!(answer.text_of("Action"), Some(format!("{WSMAN}/Heartbeat")));
        assert!(answer.texts("Event").is_empty());
        subscriber.acknowledge(&delivery, &answer);
    }
    // Events that wait go when the heartbeat would, and make it needless.
    subscriber.make_events(1);
    subscriber.world.pair.advance(10_000);
    let (_, answer) = subscriber.take_one();
    assert_eq!(answer.attribute("Event", "Action"), [format!("{WSMAN}/Event")]);
}

#[test]
fn a_sink_that_is_away_for_ten_seconds_gets_what_still_fits_and_the_number_of_the_rest() {
    let inside =
        "<w:ConnectionRetry Total=\"10\">PT2S</w:ConnectionRetry><w:MaxElements>5000</w:MaxElements>";
    let mut subscriber = Subscriber::new(&subscribe(EVENTS, &batch(inside), ""));
    subscriber.make_events(1);
    let (delivery, first) = subscriber.take_one();
    assert_eq!(first.texts("EventID"), ["4"]);
    subscriber.fail(&delivery);
    // Of what happens now, one was waiting already: seven are too many.
    subscriber.make_events(SUBSCRIPTION_EVENTS_MAX / 2 + 3);
    for _ in 0..4 {
        subscriber.world.pair.advance(2_000);
        let (delivery, again) = subscriber.take_one();
        assert_eq!(again.text, first.text);
        subscriber.fail(&delivery);
    }
    subscriber.world.pair.advance(2_000);
    assert_eq!(subscriber.world.pair.elapsed_ms(), 10_000);
    let (delivery, again) = subscriber.take_one();
    subscriber.acknowledge(&delivery, &again);
    let (_, rest) = subscriber.take_one();
    assert_eq!(
        rest.attribute("Event", "Action")[..2],
        [format!("{WSMAN}/DroppedEvents"), format!("{WSMAN}/Event")]
    );
    assert_eq!(rest.text_of("DroppedEvents").as_deref(), Some("7"));
    assert_eq!(rest.texts("EventID").len(), SUBSCRIPTION_EVENTS_MAX);
}

#[test]
fn a_sink_that_stays_away_ends_the_subscription_and_its_subscriber_is_told() {
    let retry = "<w:ConnectionRetry Total=\"0\">PT0S</w:ConnectionRetry>";
    let mut subscriber = Subscriber::new(&subscribe(PUSH, &batch(retry), END_TO));
    subscriber.make_events(1);
    let (delivery, _) = subscriber.take_one();
    subscriber.world.pair.delivered(delivery.id, &Ok(Response::new(Status::INTERNAL_SERVER_ERROR)));
    assert_eq!(subscriber.take_one().1.text_of("Status"), Some(format!("{EVENTING}/DeliveryFailure")));
    assert!(!subscriber.is_alive());
}

#[test]
fn a_sink_that_refuses_ends_the_subscription_without_another_word() {
    let mut subscriber = Subscriber::new(&subscribe(PUSH, SINK, END_TO));
    subscriber.make_events(1);
    let (delivery, answer) = subscriber.take_one();
    let fault = "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:DeliveryRefused</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason></s:Fault>";
    let message_id = answer.text_of("MessageID").unwrap();
    let mut response = envelope(&format!("{WSMAN}/fault"), &message_id, fault);
    response.status = Status::INTERNAL_SERVER_ERROR;
    subscriber.world.pair.delivered(delivery.id, &Ok(response));
    assert!(subscriber.take().is_empty());
    assert!(!subscriber.is_alive());
}

#[test]
fn nothing_is_delivered_after_unsubscribe() {
    let mut subscriber = Subscriber::new(&subscribe(PUSH, SINK, END_TO));
    subscriber.make_events(1);
    assert_eq!(subscriber.ask(&manage("Unsubscribe", &subscriber.id.clone())).status, 200);
    subscriber.make_events(1);
    subscriber.world.pair.advance(100_000);
    assert!(subscriber.take().is_empty());
}

#[test]
fn a_delivery_that_comes_to_its_end_after_the_subscription_is_no_news() {
    let mut subscriber = Subscriber::new(&subscribe(PUSH, SINK, END_TO));
    subscriber.make_events(1);
    let (delivery, _) = subscriber.take_one();
    assert_eq!(subscriber.ask(&manage("Unsubscribe", &subscriber.id.clone())).status, 200);
    subscriber.fail(&delivery);
    subscriber.accept(&delivery);
    assert!(subscriber.take().is_empty());
}

#[test]
fn a_delivery_is_no_larger_than_the_sink_takes() {
    let limit = "<w:MaxEnvelopeSize>4000</w:MaxEnvelopeSize>";
    let mut subscriber = Subscriber::new(&subscribe(EVENTS, &batch(limit), "<w:SendBookmarks/>"));
    subscriber.make_events(10);
    let mut count = 0;
    while let Some((delivery, answer)) = subscriber.take().pop() {
        assert!(answer.text.len() <= 4000, "{}", answer.text.len());
        count += answer.texts("EventID").len();
        subscriber.acknowledge(&delivery, &answer);
    }
    assert_eq!(count, 20);
    let cancel = "<w:MaxEnvelopeSize Policy=\"CancelSubscription\">1000</w:MaxEnvelopeSize>";
    let mut subscriber = Subscriber::new(&subscribe(PUSH, &batch(cancel), END_TO));
    subscriber.make_events(1);
    assert_eq!(subscriber.take_one().1.text_of("Status"), Some(format!("{EVENTING}/SourceCanceling")));
    assert!(!subscriber.is_alive());
}

#[test]
fn a_sink_gets_the_encoding_that_it_asks_for() {
    let encoding = "<w:ContentEncoding>utf-16</w:ContentEncoding><w:MaxEnvelopeSize>5000</w:MaxEnvelopeSize>";
    let mut subscriber = Subscriber::new(&subscribe(EVENTS, &batch(encoding), ""));
    subscriber.make_events(10);
    let delivery = subscriber.world.pair.server.take_deliveries().pop().unwrap();
    let octets = delivery.request.body.octets();
    assert!(octets.len() <= 5000);
    let content_type = delivery.request.headers.first("Content-Type").unwrap();
    assert!(content_type.ends_with(b"charset=UTF-16"));
    let units: Vec<u16> = octets.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let text = String::from_utf16(&units).unwrap();
    assert!(text.starts_with("\u{FEFF}<s:Envelope") && text.contains("<w:Event "), "{text}");
}

#[test]
fn deliveries_that_nobody_fetches_do_not_pile_up() {
    let mut subscriber = Subscriber::new(&subscribe(PUSH, SINK, ""));
    subscriber.make_events(20);
    assert_eq!(subscriber.take().len(), 1);
}
