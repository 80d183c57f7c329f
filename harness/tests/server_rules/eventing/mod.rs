//! Subscriptions to the event log.

mod log;
mod pull;
mod push;
mod sockets;
mod subscribe;

use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::server::Config;
use winrm_harness::server::Delivery;
use winrm_harness::server::Unreachable;

use crate::support::*;

pub(crate) const EVENT_LOG: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
pub(crate) const EVENTING: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing";
pub(crate) const WSMAN: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman";
pub(crate) const PULL: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull";
pub(crate) const PUSH: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryModes/Push";
pub(crate) const PUSH_WITH_ACK: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/PushWithAck";
pub(crate) const EVENTS: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Events";
pub(crate) const EARLIEST: &str =
    "<w:Bookmark>http://schemas.dmtf.org/wbem/wsman/1/wsman/bookmark/earliest</w:Bookmark>";
/// Where a test's sink is: on the address that clients of a pair have.
pub(crate) const SINK: &str = "<e:NotifyTo><a:Address>http://192.0.2.1:4000/sink</a:Address></e:NotifyTo>";

/// A Subscribe with something in its Delivery and something behind it.
pub(crate) fn subscribe(mode: &str, delivery: &str, behind: &str) -> Ask {
    Ask::new(&format!("{EVENTING}/Subscribe")).uri(EVENT_LOG).body(&format!(
        "<e:Subscribe xmlns:e=\"{EVENTING}\"><e:Delivery Mode=\"{mode}\">{delivery}</e:Delivery>{behind}</e:Subscribe>"
    ))
}

/// A filter of the event log's own dialect.
pub(crate) fn select(expression: &str) -> String {
    format!(
        "<w:Filter Dialect=\"http://schemas.microsoft.com/win/2004/08/events/eventquery\"><QueryList><Query Id=\"0\">\
         <Select Path=\"Microsoft-Windows-WinRM/Operational\">{expression}</Select></Query></QueryList></w:Filter>"
    )
}

/// What can be asked about a subscription: `Unsubscribe`, `Renew`, `GetStatus`.
pub(crate) fn manage(what: &str, identifier: &str) -> Ask {
    Ask::new(&format!("{EVENTING}/{what}"))
        .uri(EVENT_LOG)
        .block("Identifier", &format!("<e:Identifier xmlns:e=\"{EVENTING}\">{identifier}</e:Identifier>"))
        .body(&format!("<e:{what} xmlns:e=\"{EVENTING}\"/>"))
}

pub(crate) fn pull(context: &str, max: u32) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Pull")).uri(EVENT_LOG).timeout("PT5S").body(&format!(
        "<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>{max}</n:MaxElements></n:Pull>"
    ))
}

/// Somebody who is logged on and has a subscription: its id, which is its context in pull mode.
pub(crate) struct Subscriber {
    pub(crate) world: World,
    pub(crate) client: Client,
    pub(crate) id: String,
}

impl Subscriber {
    pub(crate) fn new(ask: &Ask) -> Self {
        Self::of(config(), ask)
    }

    pub(crate) fn of(config: Config, ask: &Ask) -> Self {
        let mut world = World::new(config);
        let mut client = world.log_on("alice");
        let answer = world.ask(&mut client, ask);
        assert_eq!(answer.status, 200, "{}", answer.text);
        let id = answer.text_of("Identifier").unwrap();
        Self { world, client, id }
    }

    pub(crate) fn ask(&mut self, ask: &Ask) -> Answer {
        self.world.ask(&mut self.client, ask)
    }

    pub(crate) fn pull(&mut self, max: u32) -> Answer {
        let ask = pull(&self.id, max);
        self.ask(&ask)
    }

    /// Creates shells and deletes them again: two events each.
    pub(crate) fn make_events(&mut self, shells: usize) {
        for _ in 0..shells {
            self.world.create(&mut self.client);
            assert_eq!(self.ask(&delete(SHELL_ID)).status, 200);
        }
    }

    /// What the server wants to be delivered, and what it holds.
    pub(crate) fn take(&mut self) -> Vec<(Delivery, Answer)> {
        let deliveries = self.world.pair.server.take_deliveries();
        let read = |delivery: Delivery| {
            let text = String::from_utf8(delivery.request.body.octets().to_vec()).unwrap();
            (delivery, Answer { status: 0, is_sealed: false, text })
        };
        deliveries.into_iter().map(read).collect()
    }

    /// The only delivery.
    pub(crate) fn take_one(&mut self) -> (Delivery, Answer) {
        let mut taken = self.take();
        assert_eq!(taken.len(), 1, "{:?}", taken.iter().map(|(_, answer)| &answer.text).collect::<Vec<_>>());
        taken.remove(0)
    }

    pub(crate) fn accept(&mut self, delivery: &Delivery) {
        self.world.pair.delivered(delivery.id, &Ok(Response::new(Status::NO_CONTENT)));
    }

    pub(crate) fn acknowledge(&mut self, delivery: &Delivery, answer: &Answer) {
        let message_id = answer.text_of("MessageID").unwrap();
        let response = envelope(&format!("{WSMAN}/Ack"), &message_id, "");
        self.world.pair.delivered(delivery.id, &Ok(response));
    }

    pub(crate) fn fail(&mut self, delivery: &Delivery) {
        self.world.pair.delivered(delivery.id, &Err(Unreachable));
    }

    /// Whether the server still knows the subscription.
    pub(crate) fn is_alive(&mut self) -> bool {
        let ask = manage("GetStatus", &self.id);
        self.ask(&ask).status == 200
    }
}

/// What a sink answers.
pub(crate) fn envelope(action: &str, relates_to: &str, body: &str) -> Response {
    let text = format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:Action>{action}</a:Action><a:RelatesTo>{relates_to}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"#
    );
    Response::new(Status::OK).with_body(text.into_bytes())
}
