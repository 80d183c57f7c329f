//! [WS-Eventing] The subscriptions to the event log, and what is due to their sinks.
//!
//! Nothing is sent from here: a caller takes [`Delivery`]s, sends them, and says what came of each. A subscription has
//! at most one under way, and what happens meanwhile waits in its queue.

mod fetch;
mod form;
mod manage;
mod outbox;
mod push;
mod queue;
mod sink;
mod subscribe;
mod subscription;

use std::collections::BTreeMap;

use crate::auth::Random;
use crate::http::Response;
use crate::limits::SUBSCRIPTIONS_MAX;
use crate::limits::SUBSCRIPTIONS_PER_USER_MAX;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Call;
use crate::server::dispatch::Outcome;
use crate::server::dispatch::Refusal;
use crate::server::reply::ReplyTo;
use crate::server::resources::event_log::Entry;
use crate::server::resources::event_log::EventLog;
use crate::server::resources::event_log::What;
use crate::server::resources::unsupported;
use crate::server::subscriptions::outbox::Outbox;
use crate::server::subscriptions::subscription::End;
use crate::server::subscriptions::subscription::Step;
use crate::server::subscriptions::subscription::Subscription;
use crate::wsman::FaultReason;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::eventing;
use crate::wsman::eventing::Identifier;

pub use outbox::Delivery;
pub use outbox::DeliveryId;
pub use outbox::Unreachable;

/// Every subscription that has not ended.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    /// By identifier, which is also the context that pulls name.
    table: BTreeMap<String, Subscription>,
    outbox: Outbox,
    /// Answers that another request made due.
    due: Vec<(ConnectionId, Answer)>,
}

/// What the subscriptions stand on.
pub(super) struct Given<'a> {
    pub(super) config: &'a Config,
    pub(super) events: &'a mut EventLog,
    pub(super) random: &'a mut Random,
    pub(super) moment: Moment,
}

impl Subscriptions {
    /// Whether a request is about subscriptions: the operations of WS-Eventing, and Pull and Release of their contexts.
    pub(super) fn is_asked(&self, call: &Call<'_>) -> bool {
        match call.header.action.as_str() {
            eventing::SUBSCRIBE | eventing::UNSUBSCRIBE | eventing::RENEW | eventing::GET_STATUS => true,
            enumeration::PULL | enumeration::RELEASE => {
                fetch::context(call).is_some_and(|context| self.knows(&context))
            }
            _ => false,
        }
    }

    /// Subscribe, Unsubscribe, Renew, GetStatus, and Pull and Release in pull mode.
    pub(super) fn operate(&mut self, call: &Call<'_>, reply_to: &ReplyTo, given: &mut Given<'_>) -> Outcome {
        match call.header.action.as_str() {
            eventing::SUBSCRIBE => self.subscribe(call, given).map(Some),
            eventing::UNSUBSCRIBE => self.unsubscribe(call, given).map(Some),
            eventing::RENEW => self.renew(call).map(Some),
            eventing::GET_STATUS => self.status(call).map(Some),
            enumeration::PULL => self.pull(call, reply_to, given.config).map(|()| None),
            enumeration::RELEASE => self.release(call, given).map(Some),
            _ => Err(unsupported(call)),
        }
    }

    /// Whether a Pull with this context is for a subscription.
    pub(super) fn knows(&self, context: &EnumerationContext) -> bool {
        self.table.get(context.as_str()).is_some_and(Subscription::is_pulled)
    }

    /// Lets time pass, and gives the answers that are due.
    pub(super) fn elapse(&mut self, given: &mut Given<'_>) -> Vec<(ConnectionId, Answer)> {
        let mut due = std::mem::take(&mut self.due);
        loop {
            self.publish(given);
            let mut ended = Vec::new();
            for (key, subscription) in &mut self.table {
                match subscription.elapse(given) {
                    Step::Nothing => {}
                    Step::Answer(connection, answer) => due.push((connection, answer)),
                    Step::Deliver(message) => self.outbox.post(key, message),
                    Step::End(why) => ended.push((key.clone(), why)),
                }
            }
            // That one ends is an event for the others.
            let is_over = ended.is_empty();
            for (key, why) in ended {
                self.end(&key, why, given);
            }
            due.append(&mut self.due);
            if is_over {
                return due;
            }
        }
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.table.values().map(Subscription::deadline_ms).min()
    }

    /// Drops the Pulls that wait for a connection that is gone; what they would have got waits for the next.
    pub(super) fn forget_connection(&mut self, id: ConnectionId) {
        for subscription in self.table.values_mut() {
            subscription.forget_connection(id);
        }
    }

    /// What is to be sent to sinks.
    pub(super) fn take_deliveries(&mut self) -> Vec<Delivery> {
        self.outbox.take()
    }

    /// Takes what came of a delivery.
    pub(super) fn delivered(
        &mut self,
        id: DeliveryId,
        outcome: &Result<Response, Unreachable>,
        given: &mut Given<'_>,
    ) {
        let Some(key) = self.outbox.settle(id) else { return };
        let Some(subscription) = self.table.get_mut(&key) else { return };
        if let Step::End(why) = subscription.delivered(outcome, given.moment.elapsed_ms) {
            self.end(&key, why, given);
        }
    }

    fn publish(&mut self, given: &mut Given<'_>) {
        let is_silent = given.config.is_mutant(Mutant::DropsEventsSilently);
        for event in given.events.take_fresh() {
            for subscription in self.table.values_mut() {
                subscription.offer(&event, given.moment.elapsed_ms, is_silent);
            }
        }
    }

    /// The subscription of an identifier; another user's does not exist.
    fn own(&mut self, call: &Call<'_>) -> Result<&mut Subscription, Refusal> {
        let identifier = Identifier::of(call.envelope).ok_or(FaultReason::InvalidMessage)?;
        let found = self.table.get_mut(&key(identifier.as_str()));
        let own = found.filter(|subscription| subscription.owner == call.user.name);
        Ok(own.ok_or(FaultReason::InvalidMessage)?)
    }

    fn check_quota(&self, user: &str) -> Result<(), Refusal> {
        let own = self.table.values().filter(|subscription| subscription.owner == user).count();
        if own >= SUBSCRIPTIONS_PER_USER_MAX || self.table.len() >= SUBSCRIPTIONS_MAX {
            return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_OPERATIONS).into());
        }
        Ok(())
    }

    /// Ends a subscription: nothing more is delivered, and who waits for it or should know is told.
    fn end(&mut self, key: &str, why: End, given: &mut Given<'_>) {
        let Some(mut subscription) = self.table.remove(key) else { return };
        self.outbox.withdraw(key);
        self.due.extend(subscription.abort_pull(given.config));
        if let Some(message) = subscription.end_message(why, given.random) {
            self.outbox.post_end(message);
        }
        given.events.record(Entry {
            what: What::SubscriptionEnded,
            filetime: given.moment.filetime,
            computer: &given.config.computer,
            user: &subscription.owner,
            client_ip: &subscription.client_ip,
            subject: key,
        });
    }
}

/// The key of an identifier in the table. Identifiers are GUIDs, which have no case.
fn key(identifier: &str) -> String {
    format!("uuid:{}", crate::shell::bare_guid(identifier))
}
