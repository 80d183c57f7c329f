//! [WS-Eventing] The subscriptions to the event log, and what is due to their sinks.

use crate::server::ConnectionId;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Call;
use crate::server::dispatch::Outcome;
use crate::server::dispatch::ReplyTo;
use crate::server::resources::unsupported;
use crate::wsman::enumeration::EnumerationContext;

/// Every subscription that has not ended.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {}

impl Subscriptions {
    /// Subscribe, Unsubscribe, Renew, GetStatus.
    pub(super) fn operate(&mut self, call: &Call<'_>, _reply_to: &ReplyTo) -> Outcome {
        Err(unsupported(call))
    }

    /// Whether a Pull with this context is for a subscription.
    pub(super) fn knows(&self, _context: &EnumerationContext) -> bool {
        false
    }

    /// Lets time pass, and gives the answers that are due.
    pub(super) fn elapse(&mut self, _now_ms: u64) -> Vec<(ConnectionId, Answer)> {
        Vec::new()
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        None
    }
}
