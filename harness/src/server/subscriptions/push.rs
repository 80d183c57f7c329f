//! [DSP0226 10.2.9] The modes in which the server goes to the subscriber.
//!
//! [DSP0226 10.2.9]: https://www.dmtf.org/standards/wsman

use crate::addressing::MessageId;
use crate::http::Response;
use crate::server::Mutant;
use crate::server::resources::event_log::RecordId;
use crate::server::subscriptions::Given;
use crate::server::subscriptions::Unreachable;
use crate::server::subscriptions::form::bookmark_at;
use crate::server::subscriptions::outbox::Message;
use crate::server::subscriptions::sink::Sink;
use crate::server::subscriptions::subscription::End;
use crate::server::subscriptions::subscription::EventStream;
use crate::server::subscriptions::subscription::Step;
use crate::server::subscriptions::subscription::new_message_id;
use crate::soap::Envelope;
use crate::wsman;
use crate::wsman::eventing::Ack;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::Event;
use crate::wsman::eventing::Notification;
use crate::wsman::eventing::NotificationBody;
use crate::xml::QName;

const DELIVERY_REFUSED: QName = QName::new(wsman::NAMESPACE, "DeliveryRefused");

/// Where events are pushed, and how far that has come.
#[derive(Debug)]
pub(super) struct Push {
    sink: Sink,
    packing: Packing,
    /// Whether each message is acknowledged before the next.
    is_acknowledged: bool,
    retry: Retry,
    state: State,
}

/// How events are put into messages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Packing {
    /// Each in its own.
    Single,
    /// Many in one.
    Batch {
        events_max: usize,
        /// How long the first may wait for others.
        wait_ms: u64,
    },
}

/// How often to try again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub(super) total: u32,
    pub(super) interval_ms: u64,
}

#[derive(Debug)]
enum State {
    /// Nothing is under way.
    Idle,
    /// Somebody sends it.
    UnderWay(Parcel),
    /// It failed, and is sent again then.
    Waiting { parcel: Parcel, at_ms: u64 },
}

/// A message, the same one at each attempt: a sink knows by its MessageID that it has it already.
#[derive(Debug, Clone)]
struct Parcel {
    message_id: MessageId,
    message: Message,
    retries: u32,
}

impl Push {
    pub(super) fn new(sink: Sink, packing: Packing, is_acknowledged: bool, retry: Retry) -> Self {
        Self { sink, packing, is_acknowledged, retry, state: State::Idle }
    }

    pub(super) fn elapse(&mut self, stream: &mut EventStream, given: &mut Given<'_>) -> Step {
        let now_ms = given.moment.elapsed_ms;
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Waiting { parcel, at_ms } if at_ms <= now_ms => self.send(parcel),
            State::Idle if self.is_due(stream, now_ms) => self.send_next(stream, given),
            other => {
                self.state = other;
                Step::Nothing
            }
        }
    }

    pub(super) fn deadline_ms(&self, stream: &EventStream) -> Option<u64> {
        match &self.state {
            State::UnderWay(_) => None,
            State::Waiting { at_ms, .. } => Some(*at_ms),
            State::Idle => {
                let heartbeat = stream.heartbeat.map(|heartbeat| heartbeat.due_ms);
                self.events_due_ms(stream).into_iter().chain(heartbeat).min()
            }
        }
    }

    /// Takes what came of the message that was under way.
    pub(super) fn delivered(
        &mut self,
        outcome: &Result<Response, Unreachable>,
        stream: &mut EventStream,
        now_ms: u64,
    ) -> Step {
        let State::UnderWay(parcel) = std::mem::replace(&mut self.state, State::Idle) else {
            return Step::Nothing;
        };
        match self.judge(outcome, &parcel.message_id) {
            Judgement::Taken => stream.restart_heartbeat(now_ms),
            Judgement::Refused => return Step::End(End::Refused),
            Judgement::Failed if parcel.retries >= self.retry.total => return Step::End(End::Undeliverable),
            Judgement::Failed => {
                let parcel = Parcel { retries: parcel.retries.saturating_add(1), ..parcel };
                self.state = State::Waiting { parcel, at_ms: now_ms.saturating_add(self.retry.interval_ms) };
            }
        }
        Step::Nothing
    }

    /// When what waits is to go, were it not for the heartbeat.
    fn events_due_ms(&self, stream: &EventStream) -> Option<u64> {
        let since_ms = stream.queue.since_ms()?;
        match self.packing {
            Packing::Batch { events_max, wait_ms } if stream.queue.len() < events_max => {
                Some(since_ms.saturating_add(wait_ms))
            }
            Packing::Batch { .. } | Packing::Single => Some(since_ms),
        }
    }

    fn is_due(&self, stream: &EventStream, now_ms: u64) -> bool {
        let are_events_due = self.events_due_ms(stream).is_some_and(|at| at <= now_ms);
        are_events_due || stream.is_heartbeat_due(now_ms)
    }

    /// Sends the events that wait; when there are none, a heartbeat. "They are never mixed."
    fn send_next(&mut self, stream: &mut EventStream, given: &mut Given<'_>) -> Step {
        let now_ms = given.moment.elapsed_ms;
        let message_id = new_message_id(given.random);
        let events_max = match self.packing {
            Packing::Single => 1,
            Packing::Batch { events_max, .. } => events_max,
        };
        let room = stream.envelope_bytes_max.saturating_sub(self.overhead(&message_id, stream));
        let (mut batch, bookmark) = stream.take(events_max, room, now_ms);
        if batch.events.is_empty() && batch.is_cancelled {
            return Step::End(End::TooLarge);
        }
        let body = match (self.packing, batch.events.pop()) {
            (_, None) if stream.is_heartbeat_due(now_ms) => NotificationBody::Heartbeat,
            (_, None) => return Step::Nothing,
            (Packing::Single, Some(event)) => NotificationBody::Event(event),
            (Packing::Batch { .. }, Some(last)) => {
                batch.events.push(last);
                if given.config.is_mutant(Mutant::TwoHeartbeats) {
                    batch.events.push(Event::heartbeat());
                }
                NotificationBody::Events(batch.events)
            }
        };
        stream.restart_heartbeat(now_ms);
        let envelope = self.notification(&message_id, bookmark, body).to_envelope();
        let message = Message { sink: self.sink.clone(), envelope };
        self.send(Parcel { message_id, message, retries: 0 })
    }

    fn send(&mut self, parcel: Parcel) -> Step {
        let message = parcel.message.clone();
        self.state = State::UnderWay(parcel);
        Step::Deliver(message)
    }

    fn notification(
        &self,
        message_id: &MessageId,
        bookmark: Option<Bookmark>,
        body: NotificationBody,
    ) -> Notification {
        Notification {
            to: self.sink.to.clone(),
            message_id: message_id.clone(),
            reference: self.sink.reference.clone(),
            bookmark,
            is_ack_requested: self.is_acknowledged,
            body,
        }
    }

    /// How many octets a message has without events.
    fn overhead(&self, message_id: &MessageId, stream: &EventStream) -> usize {
        let longest = RecordId(u64::MAX);
        let bookmark = stream.sends_bookmarks.then(|| bookmark_at(longest)).flatten();
        let body = NotificationBody::Events(Vec::new());
        self.notification(message_id, bookmark, body).to_envelope().len()
    }

    fn judge(&self, outcome: &Result<Response, Unreachable>, message_id: &MessageId) -> Judgement {
        let Ok(response) = outcome else { return Judgement::Failed };
        let envelope = Envelope::decode(response.body.octets(), None).ok();
        let fault = envelope.as_ref().and_then(|envelope| envelope.fault().ok().flatten());
        if fault.as_ref().is_some_and(|fault| fault.is(DELIVERY_REFUSED)) {
            return Judgement::Refused;
        }
        let ack = envelope.as_ref().and_then(Ack::read);
        let is_acknowledged = ack.is_some_and(|ack| ack.relates_to.is_reply_to(message_id));
        let is_success = (200..300).contains(&response.status.0) && fault.is_none();
        match is_success && (is_acknowledged || !self.is_acknowledged) {
            true => Judgement::Taken,
            false => Judgement::Failed,
        }
    }
}

/// What the answer of a sink means.
enum Judgement {
    Taken,
    Refused,
    Failed,
}
