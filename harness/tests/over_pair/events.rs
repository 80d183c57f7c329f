//! The reference client subscribes to the events of the reference server, in memory.

use winrm_harness::addressing::EndpointReference;
use winrm_harness::addressing::MessageId;
use winrm_harness::client::EventStream;
use winrm_harness::client::ExpectShellCreated;
use winrm_harness::client::ExpectSubscribed;
use winrm_harness::client::Occurrence;
use winrm_harness::client::OutputStep;
use winrm_harness::client::Reply;
use winrm_harness::client::Sink;
use winrm_harness::client::Told;
use winrm_harness::server::Config;
use winrm_harness::shell::Shell;
use winrm_harness::soap::Opaque;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::eventing::Bookmark;
use winrm_harness::wsman::eventing::Delivery;
use winrm_harness::wsman::eventing::DeliveryMode;
use winrm_harness::wsman::eventing::Identifier;
use winrm_harness::wsman::eventing::Subscribe;

use crate::wire::Wire;
use crate::wire::requests;

const EVENT_LOG: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
/// Shell created, command started, command ended, shell deleted.
const SESSION: [&str; 4] = ["4", "6", "7", "5"];

impl Wire {
    fn subscribe(&mut self, subscribe: &Subscribe) -> EventStream {
        let (state, outgoing) =
            ExpectSubscribed::begin(requests(2_000), ResourceUri::new(EVENT_LOG), subscribe);
        state.step_pulled(self.ask(&outgoing)).unwrap()
    }

    fn run_commands(&mut self) {
        let (state, outgoing) =
            ExpectShellCreated::begin(requests(2_000), &Shell::with_streams("stdin", "stdout stderr"));
        let shell = state.step(self.ask(&outgoing)).unwrap();
        let (state, outgoing) = shell.command("echo hello", &[]);
        let running = state.step(self.ask(&outgoing)).unwrap();
        let (state, outgoing) = running.receive();
        let OutputStep::Done(shell, ..) = state.step(self.ask(&outgoing)).unwrap() else { panic!() };
        let delete = shell.delete();
        assert!(matches!(self.ask(&delete), Reply::Response(_)));
    }

    fn pull(&mut self, stream: EventStream, max_elements: u32) -> (EventStream, Vec<Occurrence>) {
        let (state, outgoing) = stream.pull(max_elements);
        state.step(self.ask(&outgoing)).unwrap()
    }
}

/// The EventID of an event.
fn event_id(occurrence: &Occurrence) -> String {
    let Occurrence::Event(event) = occurrence else { panic!("{occurrence:?}") };
    let element = event.content.element().unwrap().unwrap();
    let system = element.element().children().find(|child| child.local() == "System").unwrap();
    let id = system.children().find(|child| child.local() == "EventID").unwrap();
    id.text().to_owned()
}

fn ids(occurrences: &[Occurrence]) -> Vec<String> {
    occurrences.iter().map(event_id).collect()
}

#[test]
fn a_subscription_gives_the_events_of_a_session_of_commands_in_pull_mode() {
    let mut wire = Wire::new(Config::default());
    let asked = Subscribe::to_everything(Delivery::in_mode(DeliveryMode::PULL));
    let mut stream = wire.subscribe(&Subscribe { send_bookmarks: true, ..asked.clone() });
    wire.run_commands();
    let mut found = Vec::new();
    while found.len() < SESSION.len() {
        let (next, occurrences) = wire.pull(stream, 3);
        found.extend(ids(&occurrences));
        stream = next;
    }
    assert_eq!(found, SESSION);
    let (stream, none) = wire.pull(stream, 3);
    assert_eq!((none.len(), stream.timeouts()), (0, 1));
    // Another one goes on where this one is.
    let Some(Bookmark::At(_)) = stream.bookmark() else { panic!("no bookmark") };
    wire.run_commands();
    let bookmark = stream.bookmark().cloned();
    let unsubscribe = stream.unsubscribe();
    assert!(matches!(wire.ask(&unsubscribe), Reply::Response(_)));
    assert!(matches!(wire.ask(&unsubscribe), Reply::Fault(_)));
    let again = wire.subscribe(&Subscribe { bookmark, ..asked });
    let (_, occurrences) = wire.pull(again, 4);
    assert_eq!(ids(&occurrences), SESSION);
}

#[test]
fn a_subscription_gives_the_events_of_a_session_of_commands_in_every_push_mode() {
    for (mode, messages) in
        [(DeliveryMode::PUSH, 4), (DeliveryMode::PUSH_WITH_ACK, 4), (DeliveryMode::EVENTS, 2)]
    {
        let mut wire = Wire::new(Config::default());
        let name = EndpointReference::REFERENCE_PROPERTIES;
        let properties = Opaque::build(name, |w| w.text_element(Identifier::NAME, "my secret")).unwrap();
        let notify_to = EndpointReference {
            reference_properties: Some(properties),
            ..EndpointReference::to_address("http://192.0.2.1:4000/sink")
        };
        let delivery = Delivery { notify_to: Some(notify_to), ..Delivery::in_mode(mode) };
        let mut sink =
            Sink::new(Some(Identifier::new("my secret")), Box::new(|| MessageId::new("uuid:of-the-sink")));
        let (state, outgoing) = ExpectSubscribed::begin(
            requests(2_000),
            ResourceUri::new(EVENT_LOG),
            &Subscribe::to_everything(delivery),
        );
        let (mut requests, subscribed) = state.step(wire.ask(&outgoing)).unwrap();
        wire.run_commands();
        let (mut found, mut count) = (Vec::new(), 0);
        while let Some(delivery) = wire.pair.server.take_deliveries().pop() {
            count += 1;
            let received = sink.take(&delivery.request);
            let Some(Told::Occurrences(occurrences, None)) = received.told else { panic!("{received:?}") };
            found.extend(ids(&occurrences));
            wire.pair.delivered(delivery.id, &Ok(received.response));
        }
        assert_eq!((found, count), (SESSION.map(str::to_owned).to_vec(), messages), "{mode}");
        let unsubscribe = subscribed.unsubscribe(&mut requests);
        assert!(matches!(wire.ask(&unsubscribe), Reply::Response(_)));
        wire.run_commands();
        assert!(wire.pair.server.take_deliveries().is_empty());
    }
}
