use std::collections::VecDeque;

use crate::addressing::MessageId;
use crate::addressing::RelatesTo;
use crate::client::Occurrence;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::media_type::MediaType;
use crate::limits::SINK_MESSAGES_MAX;
use crate::soap::Envelope;
use crate::wsman::FaultContext;
use crate::wsman::FaultReason;
use crate::wsman::eventing::Ack;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::Identifier;
use crate::wsman::eventing::Notification;
use crate::wsman::eventing::NotificationBody;
use crate::wsman::eventing::SubscriptionEnd;

/// [DSP0226 C.2] "One-way messages over HTTP are answered by 202 with an empty body."
const ACCEPTED: Status = Status(202);

/// The other end of a subscription in a push mode: takes the requests of a source, and says what to answer.
///
/// Anybody who can reach it may send to it, and what comes is in clear: a sink believes a message only as far as the
/// identifier that it gave to the source in its reference is a secret.
pub struct Sink {
    identifier: Option<Identifier>,
    new_message_id: Box<dyn FnMut() -> MessageId + Send>,
    /// The messages that came last: one whose acknowledgement was lost comes again.
    seen: VecDeque<MessageId>,
}

/// What a request to a [`Sink`] leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What to answer.
    pub response: Response,
    /// What it told; nothing if it was no notification of this subscription.
    pub told: Option<Told>,
}

/// What a source told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// What happened, and the place behind it.
    Occurrences(Vec<Occurrence>, Option<Bookmark>),
    /// The subscription ended before its time.
    End(SubscriptionEnd),
    /// What came before, once more.
    Again,
}

impl Sink {
    /// A sink for the subscription whose `NotifyTo` holds `identifier`, or for any subscription.
    #[must_use]
    pub fn new(identifier: Option<Identifier>, new_message_id: Box<dyn FnMut() -> MessageId + Send>) -> Self {
        Self { identifier, new_message_id, seen: VecDeque::new() }
    }

    /// Takes a request.
    pub fn take(&mut self, request: &Request) -> Received {
        let refused = |status| Received { response: Response::new(status), told: None };
        if request.method != "POST" {
            return refused(Status::METHOD_NOT_ALLOWED);
        }
        let content_type = request.headers.first("Content-Type").unwrap_or_default();
        if !MediaType::parse(content_type).is_ok_and(|found| found.essence() == "application/soap+xml") {
            return refused(Status::UNSUPPORTED_MEDIA_TYPE);
        }
        let envelope = Envelope::decode(request.body.octets(), None);
        match envelope.map(|envelope| Notification::read(&envelope)) {
            Ok(Ok(notification)) => self.notified(notification),
            Ok(Err(_)) | Err(_) => refused(Status::BAD_REQUEST),
        }
    }

    fn notified(&mut self, notification: Notification) -> Received {
        if self.identifier.is_some() && notification.identifier() != self.identifier {
            return Received { response: self.refusal(&notification.message_id), told: None };
        }
        let response = match notification.is_ack_requested {
            true => self.ack(&notification.message_id),
            false => Response::new(ACCEPTED),
        };
        Received { response, told: Some(self.told(notification)) }
    }

    fn told(&mut self, notification: Notification) -> Told {
        if self.seen.contains(&notification.message_id) {
            return Told::Again;
        }
        if self.seen.len() >= SINK_MESSAGES_MAX {
            self.seen.pop_front();
        }
        self.seen.push_back(notification.message_id);
        let bookmark = notification.bookmark;
        match notification.body {
            NotificationBody::Events(events) => {
                Told::Occurrences(events.into_iter().map(Occurrence::from).collect(), bookmark)
            }
            NotificationBody::Event(event) => Told::Occurrences(vec![event.into()], bookmark),
            NotificationBody::Heartbeat => Told::Occurrences(vec![Occurrence::Heartbeat], bookmark),
            NotificationBody::End(end) => Told::End(end),
        }
    }

    /// "The sink acknowledges with the Ack action, RelatesTo being the delivered MessageID."
    fn ack(&mut self, of: &MessageId) -> Response {
        let ack = Ack { message_id: Some((self.new_message_id)()), relates_to: RelatesTo::from(of) };
        soap(Status::OK, ack.to_envelope())
    }

    /// A subscription that nobody knows here is to end.
    fn refusal(&mut self, of: &MessageId) -> Response {
        let fault = FaultReason::DeliveryRefused.to_envelope(&FaultContext {
            message_id: (self.new_message_id)(),
            request_id: Some(of.clone()),
            operation_id: None,
            sequence_id: None,
            machine: "sink".to_owned(),
            message: None,
            provider_fault: None,
            fault_to: None,
            activity_id: None,
        });
        soap(Status::INTERNAL_SERVER_ERROR, fault)
    }
}

fn soap(status: Status, envelope: String) -> Response {
    Response::new(status)
        .with_header("Content-Type", "application/soap+xml;charset=UTF-8")
        .with_body(envelope.into_bytes())
}

#[cfg(test)]
mod tests {
    use crate::addressing::MessageId;
    use crate::addressing::To;
    use crate::client::Occurrence;
    use crate::client::sink::Received;
    use crate::client::sink::Sink;
    use crate::client::sink::Told;
    use crate::http::Request;
    use crate::http::Status;
    use crate::limits::SINK_MESSAGES_MAX;
    use crate::soap::Envelope;
    use crate::soap::Opaque;
    use crate::wsman::eventing::Ack;
    use crate::wsman::eventing::Event;
    use crate::wsman::eventing::Identifier;
    use crate::wsman::eventing::Notification;
    use crate::wsman::eventing::NotificationBody;

    fn sink() -> Sink {
        Sink::new(Some(Identifier::new("mine")), Box::new(|| MessageId::new("uuid:answer")))
    }

    fn notification(id: &str) -> Notification {
        let identifier = Opaque::build(Identifier::NAME, |w| w.text("mine")).unwrap();
        Notification {
            to: To::new("http://192.0.2.1/"),
            message_id: MessageId::new(id),
            reference: vec![identifier],
            bookmark: None,
            is_ack_requested: true,
            body: NotificationBody::Events(vec![Event::dropped(2), Event::heartbeat()]),
        }
    }

    fn request(text: String) -> Request {
        Request::new("POST", "/")
            .with_header("Content-Type", "application/soap+xml")
            .with_body(text.into_bytes())
    }

    fn take(sink: &mut Sink, notification: &Notification) -> Received {
        sink.take(&request(notification.to_envelope()))
    }

    #[test]
    fn a_notification_is_acknowledged_and_told_once() {
        let mut sink = sink();
        let told = Told::Occurrences(vec![Occurrence::Dropped(2), Occurrence::Heartbeat], None);
        for expected in [told, Told::Again] {
            let received = take(&mut sink, &notification("uuid:1"));
            let ack = Ack::read(&Envelope::decode(received.response.body.octets(), None).unwrap()).unwrap();
            assert_eq!((ack.relates_to.as_str(), received.response.status), ("uuid:1", Status::OK));
            assert_eq!(received.told, Some(expected));
        }
    }

    #[test]
    fn what_asks_for_no_acknowledgement_gets_none() {
        let received = take(&mut sink(), &Notification { is_ack_requested: false, ..notification("uuid:1") });
        assert_eq!(received.response.status, Status(202));
    }

    #[test]
    fn another_subscription_is_refused() {
        let other = Notification { reference: Vec::new(), ..notification("uuid:1") };
        let received = take(&mut sink(), &other);
        assert_eq!((received.response.status, &received.told), (Status::INTERNAL_SERVER_ERROR, &None));
        let fault = Envelope::decode(received.response.body.octets(), None).unwrap().fault().unwrap();
        assert_eq!(fault.unwrap().subcode.unwrap().local, "DeliveryRefused");
    }

    #[test]
    fn a_message_is_remembered_until_the_bound_is_passed() {
        let mut sink = sink();
        for count in 0..SINK_MESSAGES_MAX {
            take(&mut sink, &notification(&format!("uuid:{count}")));
        }
        assert_eq!(take(&mut sink, &notification("uuid:0")).told, Some(Told::Again));
        take(&mut sink, &notification("uuid:last"));
        assert_ne!(take(&mut sink, &notification("uuid:0")).told, Some(Told::Again));
    }

    #[test]
    fn what_is_no_notification_is_refused() {
        let mut sink = sink();
        let text = notification("uuid:1").to_envelope();
        let mut get = request(text.clone());
        get.method = "GET".to_owned();
        assert_eq!(sink.take(&get).response.status, Status::METHOD_NOT_ALLOWED);
        let plain = Request::new("POST", "/").with_body(text.clone().into_bytes());
        assert_eq!(sink.take(&plain).response.status, Status::UNSUPPORTED_MEDIA_TYPE);
        for wrong in ["", "<a/>", &text.replace("MessageID", "Message")] {
            let received = sink.take(&request(wrong.to_owned()));
            assert_eq!((received.response.status, received.told), (Status::BAD_REQUEST, None), "{wrong}");
        }
    }
}
