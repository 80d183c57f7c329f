use std::sync::Arc;

use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::auth::Random;
use crate::http::Response;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::dispatch::Answer;
use crate::server::dispatch::new_uuid;
use crate::server::resources::event_log::LoggedEvent;
use crate::server::resources::event_log::RecordId;
use crate::server::resources::event_log::query::Query;
use crate::server::subscriptions::Given;
use crate::server::subscriptions::Unreachable;
use crate::server::subscriptions::fetch::Fetch;
use crate::server::subscriptions::form::Form;
use crate::server::subscriptions::form::bookmark_at;
use crate::server::subscriptions::outbox::Message;
use crate::server::subscriptions::push::Push;
use crate::server::subscriptions::queue::Batch;
use crate::server::subscriptions::queue::Bounds;
use crate::server::subscriptions::queue::Queue;
use crate::server::subscriptions::sink::Sink;
use crate::wsman::Expiration;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::EndStatus;
use crate::wsman::eventing::EnvelopePolicy;
use crate::wsman::eventing::Notification;
use crate::wsman::eventing::NotificationBody;
use crate::wsman::eventing::SubscriptionEnd;

/// One subscription.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) owner: String,
    pub(super) client_ip: String,
    /// What its manager is known by.
    pub(super) manager: EndpointReference,
    pub(super) query: Query,
    /// Events up to this one are not its business.
    pub(super) after: RecordId,
    pub(super) expires_ms: u64,
    /// What was asked for, which says in what form the rest is told.
    pub(super) expires: Expiration,
    pub(super) end_to: Option<Sink>,
    pub(super) stream: EventStream,
    pub(super) mode: Mode,
}

/// How the events of a subscription come to its subscriber.
#[derive(Debug)]
pub(super) enum Mode {
    Pull(Box<Fetch>),
    Push(Box<Push>),
}

/// What both modes have: the events that wait, and how to write them.
#[derive(Debug)]
pub(super) struct EventStream {
    pub(super) queue: Queue,
    pub(super) form: Form,
    pub(super) sends_bookmarks: bool,
    /// Octets of the largest envelope that the subscriber takes.
    pub(super) envelope_bytes_max: usize,
    pub(super) policy: EnvelopePolicy,
    pub(super) heartbeat: Option<Heartbeat>,
}

/// [DSP0226 10.2.5] "While heartbeats are active some event or a heartbeat is sent within each interval."
#[derive(Debug, Clone, Copy)]
pub(super) struct Heartbeat {
    pub(super) interval_ms: u64,
    pub(super) due_ms: u64,
}

/// What letting time pass in a subscription leads to.
#[derive(Debug)]
pub(super) enum Step {
    Nothing,
    Answer(ConnectionId, Answer),
    Deliver(Message),
    End(End),
}

/// Why a subscription ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Its subscriber wants no more.
    Unsubscribed,
    Expired,
    /// The sink refused a delivery: "it cancels the subscription at once", and says nothing more.
    Refused,
    /// The sink can't be reached, or doesn't acknowledge.
    Undeliverable,
    /// An event is larger than the sink takes, and that was to be the end.
    TooLarge,
}

impl Subscription {
    pub(super) fn is_pulled(&self) -> bool {
        matches!(self.mode, Mode::Pull(_))
    }

    /// Takes an event that it may be about.
    pub(super) fn offer(&mut self, event: &Arc<LoggedEvent>, now_ms: u64, is_silent: bool) {
        self.stream.queue.is_silent = is_silent;
        if self.after < event.record_id && self.query.selects(event) {
            self.stream.queue.push(Arc::clone(event), now_ms);
        }
    }

    pub(super) fn elapse(&mut self, given: &mut Given<'_>) -> Step {
        if self.expires_ms <= given.moment.elapsed_ms {
            return Step::End(End::Expired);
        }
        match &mut self.mode {
            Mode::Pull(fetch) => fetch.elapse(&mut self.stream, given),
            Mode::Push(push) => push.elapse(&mut self.stream, given),
        }
    }

    pub(super) fn deadline_ms(&self) -> u64 {
        let mode = match &self.mode {
            Mode::Pull(fetch) => fetch.deadline_ms(&self.stream),
            Mode::Push(push) => push.deadline_ms(&self.stream),
        };
        mode.map_or(self.expires_ms, |at| at.min(self.expires_ms))
    }

    /// Takes what came of the delivery that was under way.
    pub(super) fn delivered(&mut self, outcome: &Result<Response, Unreachable>, now_ms: u64) -> Step {
        match &mut self.mode {
            Mode::Pull(_) => Step::Nothing,
            Mode::Push(push) => push.delivered(outcome, &mut self.stream, now_ms),
        }
    }

    pub(super) fn forget_connection(&mut self, id: ConnectionId) {
        if let Mode::Pull(fetch) = &mut self.mode {
            fetch.forget_connection(id);
        }
    }

    /// The answer to a Pull that waits for events which will never come.
    pub(super) fn abort_pull(&mut self, config: &Config) -> Option<(ConnectionId, Answer)> {
        match &mut self.mode {
            Mode::Pull(fetch) => fetch.abort(config),
            Mode::Push(_) => None,
        }
    }

    /// [WS-Eventing 3.5] What to tell a subscriber that wanted to know when a subscription ends before its time.
    pub(super) fn end_message(&self, why: End, random: &mut Random) -> Option<Message> {
        let sink = self.end_to.as_ref()?;
        let (status, reason) = match why {
            End::Undeliverable => {
                (EndStatus::DELIVERY_FAILURE, "the sink can not be reached or does not answer")
            }
            End::TooLarge => (EndStatus::SOURCE_CANCELING, "an event is larger than the sink takes"),
            End::Unsubscribed | End::Expired | End::Refused => return None,
        };
        let end = SubscriptionEnd {
            subscription_manager: self.manager.clone(),
            status: EndStatus::new(status),
            reason: Some(reason.to_owned()),
        };
        let notification = Notification {
            to: sink.to.clone(),
            message_id: new_message_id(random),
            reference: sink.reference.clone(),
            bookmark: None,
            is_ack_requested: false,
            body: NotificationBody::End(end),
        };
        Some(Message { sink: sink.clone(), envelope: notification.to_envelope() })
    }
}

impl EventStream {
    /// Takes what fits into one delivery, and the place behind it.
    pub(super) fn take(
        &mut self,
        events_max: usize,
        bytes_max: usize,
        now_ms: u64,
    ) -> (Batch, Option<Bookmark>) {
        let bounds = Bounds { events_max, bytes_max, policy: &self.policy };
        let batch = self.queue.take(self.form, bounds, now_ms);
        let bookmark = batch.last.filter(|_| self.sends_bookmarks).and_then(bookmark_at);
        (batch, bookmark)
    }

    pub(super) fn is_heartbeat_due(&self, now_ms: u64) -> bool {
        self.heartbeat.is_some_and(|heartbeat| heartbeat.due_ms <= now_ms)
    }

    /// Something was sent, or the subscriber asked: the next heartbeat is due an interval later.
    pub(super) fn restart_heartbeat(&mut self, now_ms: u64) {
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.due_ms = now_ms.saturating_add(heartbeat.interval_ms);
        }
    }
}

pub(super) fn new_message_id(random: &mut Random) -> MessageId {
    MessageId::new(&format!("uuid:{}", new_uuid(random)))
}
