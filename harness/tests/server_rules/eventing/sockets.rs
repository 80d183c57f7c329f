use std::time::Duration;

use winrm_harness::addressing::MessageId;
use winrm_harness::client::HandshakeStep;
use winrm_harness::client::Occurrence;
use winrm_harness::client::Sink;
use winrm_harness::client::Told;
use winrm_harness::net::Connection;
use winrm_harness::net::Listener;
use winrm_harness::net::SinkListener;
use winrm_harness::wsman::eventing::Identifier;

use crate::eventing::EVENTS;
use crate::eventing::PULL;
use crate::eventing::PUSH;
use crate::eventing::PUSH_WITH_ACK;
use crate::eventing::manage;
use crate::eventing::pull;
use crate::eventing::subscribe;
use crate::support::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who is logged on over a socket.
struct Caller {
    connection: Connection,
    session: winrm_harness::client::Session,
}

impl Caller {
    async fn log_on(address: &str) -> Self {
        let mut connection = Connection::connect(address, PATIENCE).await.unwrap();
        let (mut state, mut request) = handshake("alice", "alice-password");
        loop {
            connection.send(&request.encode()).await.unwrap();
            match state.step(&connection.receive().await.unwrap()).unwrap() {
                HandshakeStep::Done(session) => return Self { connection, session },
                HandshakeStep::Send(next, again) => (state, request) = (next, again),
            }
        }
    }

    async fn ask(&mut self, ask: &Ask) -> Answer {
        let request = self.session.request(&ask.text()).unwrap();
        self.connection.send(&request.encode()).await.unwrap();
        let response = self.connection.receive().await.unwrap();
        let opened = self.session.open(&response).unwrap();
        Answer {
            status: response.status.0,
            is_sealed: true,
            text: String::from_utf8(opened.envelope).unwrap(),
        }
    }

    /// Creates a shell, runs a command in it, and deletes it.
    async fn run_commands(&mut self) {
        for ask in
            [create(SHELL_ID), command(COMMAND_ID, "echo hello"), receive(COMMAND_ID), delete(SHELL_ID)]
        {
            let answer = self.ask(&ask).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    }
}

fn notify_to(sink: &SinkListener) -> String {
    format!(
        "<e:NotifyTo><a:Address>http://{}/sink</a:Address><a:ReferenceProperties><e:Identifier>mine</e:Identifier>\
         </a:ReferenceProperties></e:NotifyTo>",
        sink.local_address().unwrap()
    )
}

fn sink() -> Sink {
    Sink::new(Some(Identifier::new("mine")), Box::new(|| MessageId::new("uuid:of-the-sink")))
}

#[tokio::test]
async fn the_events_of_a_session_of_commands_come_over_sockets_in_every_mode() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    let serving = tokio::spawn(listener.serve(config()));
    let mut caller = Caller::log_on(&address).await;
    for mode in [PUSH, PUSH_WITH_ACK, EVENTS] {
        let socket = SinkListener::bind("127.0.0.1:0").await.unwrap();
        let subscribed = caller.ask(&subscribe(mode, &notify_to(&socket), "")).await;
        let id = subscribed.text_of("Identifier").unwrap_or_else(|| panic!("{}", subscribed.text));
        caller.run_commands().await;
        let (mut sink, mut count) = (sink(), 0);
        while count < 4 {
            let told = tokio::time::timeout(PATIENCE, socket.next(&mut sink)).await.unwrap().unwrap();
            let Told::Occurrences(occurrences, _) = told else { panic!("{told:?}") };
            assert!(occurrences.iter().all(|occurrence| matches!(occurrence, Occurrence::Event(_))));
            count += occurrences.len();
        }
        assert_eq!(count, 4);
        assert_eq!(caller.ask(&manage("Unsubscribe", &id)).await.status, 200);
    }
    let context = caller.ask(&subscribe(PULL, "", "")).await.text_of("Identifier").unwrap();
    caller.run_commands().await;
    let mut found = Vec::new();
    while found.len() < 4 {
        found.extend(caller.ask(&pull(&context, 4)).await.texts("EventID"));
    }
    assert_eq!(found, ["4", "6", "7", "5"]);
    serving.abort();
}

#[tokio::test]
async fn a_sink_that_comes_back_gets_what_it_missed() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    let serving = tokio::spawn(listener.serve(config()));
    let mut caller = Caller::log_on(&address).await;
    let socket = SinkListener::bind("127.0.0.1:0").await.unwrap();
    let sink_address = socket.local_address().unwrap().to_string();
    let retry = "<w:ConnectionRetry Total=\"100\">PT0.050S</w:ConnectionRetry>";
    let delivery = [notify_to(&socket).as_str(), retry].concat();
    drop(socket);
    assert_eq!(caller.ask(&subscribe(EVENTS, &delivery, "")).await.status, 200);
    caller.run_commands().await;
    let socket = SinkListener::bind(&sink_address).await.unwrap();
    let (mut sink, mut count) = (sink(), 0);
    while count < 4 {
        let told = tokio::time::timeout(PATIENCE, socket.next(&mut sink)).await.unwrap().unwrap();
        if let Told::Occurrences(occurrences, _) = told {
            count += occurrences.len();
        }
    }
    assert_eq!(count, 4);
    serving.abort();
}
