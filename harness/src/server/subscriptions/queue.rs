use std::collections::VecDeque;
use std::sync::Arc;

use crate::limits::SUBSCRIPTION_EVENTS_MAX;
use crate::server::resources::event_log::LoggedEvent;
use crate::server::resources::event_log::RecordId;
use crate::server::subscriptions::form::Form;
use crate::server::subscriptions::form::octets_of;
use crate::wsman::eventing::EnvelopePolicy;
use crate::wsman::eventing::Event;

/// The events that wait to be delivered, oldest first. Those that are lost are counted, and their place is the front.
#[derive(Debug, Default)]
pub(super) struct Queue {
    events: VecDeque<Arc<LoggedEvent>>,
    dropped: u64,
    /// Since when something is waiting.
    since_ms: Option<u64>,
    /// Whether lost events are not counted ([`crate::server::Mutant::DropsEventsSilently`]).
    pub(super) is_silent: bool,
}

/// How much one delivery may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds<'p> {
    pub(super) events_max: usize,
    pub(super) bytes_max: usize,
    pub(super) policy: &'p EnvelopePolicy,
}

/// The events of one delivery.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) events: Vec<Event>,
    /// The last event that the delivery is about, lost ones included.
    pub(super) last: Option<RecordId>,
    /// Whether an event came that is larger than the sink takes, for which the subscription has to end.
    pub(super) is_cancelled: bool,
}

impl Queue {
    pub(super) fn push(&mut self, event: Arc<LoggedEvent>, now_ms: u64) {
        if self.events.len() >= SUBSCRIPTION_EVENTS_MAX {
            self.events.pop_front();
            self.count_lost();
        }
        self.events.push_back(event);
        self.since_ms.get_or_insert(now_ms);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.dropped == 0
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Since when the oldest of what waits is waiting.
    pub(super) fn since_ms(&self) -> Option<u64> {
        self.since_ms
    }

    /// Takes what fits into one delivery.
    pub(super) fn take(&mut self, form: Form, bounds: Bounds<'_>, now_ms: u64) -> Batch {
        let mut batch = Batch::default();
        let mut bytes_left = bounds.bytes_max;
        while batch.events.len() < bounds.events_max {
            if let Some(last) = self.drop_large(form, bounds, &mut batch) {
                batch.last = Some(last);
            }
            let Some((event, record_id)) = self.front(form) else { break };
            let size = octets_of(&event);
            // That something is lost is said however small the sink is.
            if batch.is_cancelled || (size > bytes_left && record_id.is_some()) {
                break;
            }
            bytes_left = bytes_left.saturating_sub(size);
            match record_id {
                Some(last) => {
                    batch.last = Some(last);
                    self.events.pop_front();
                }
                None => self.dropped = 0,
            }
            batch.events.push(event);
        }
        self.since_ms = (!self.is_empty()).then_some(now_ms);
        batch
    }

    /// What comes next: that events are lost, or an event.
    fn front(&self, form: Form) -> Option<(Event, Option<RecordId>)> {
        match self.dropped {
            0 => self.events.front().map(|event| (form.event(event), Some(event.record_id))),
            count => Some((Event::dropped(count), None)),
        }
    }

    /// [DSP0226 10.2.4] Does what the policy says with events at the front that are too large for any delivery. The
    /// last of them, if there is one.
    fn drop_large(&mut self, form: Form, bounds: Bounds<'_>, batch: &mut Batch) -> Option<RecordId> {
        let mut last = None;
        while let Some(event) = self.events.front()
            && octets_of(&form.event(event)) > bounds.bytes_max
        {
            let record_id = event.record_id;
            match bounds.policy {
                EnvelopePolicy::CancelSubscription => {
                    batch.is_cancelled = true;
                    return last;
                }
                EnvelopePolicy::Skip => {}
                EnvelopePolicy::Notify | EnvelopePolicy::Other(_) => self.count_lost(),
            }
            self.events.pop_front();
            last = Some(record_id);
        }
        last
    }

    fn count_lost(&mut self) {
        if !self.is_silent {
            self.dropped = self.dropped.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::limits::SUBSCRIPTION_EVENTS_MAX;
    use crate::server::resources::event_log::Entry;
    use crate::server::resources::event_log::EventLog;
    use crate::server::resources::event_log::LoggedEvent;
    use crate::server::resources::event_log::RecordId;
    use crate::server::resources::event_log::What;
    use crate::server::subscriptions::form::Form;
    use crate::server::subscriptions::queue::Bounds;
    use crate::server::subscriptions::queue::Queue;
    use crate::wsman::eventing::EnvelopePolicy;
    use crate::wsman::eventing::Event;

    fn events(subjects: &[&str]) -> Vec<Arc<LoggedEvent>> {
        let mut log = EventLog::default();
        for subject in subjects {
            let what = What::LoggedOn;
            log.record(Entry { what, filetime: 0, computer: "c", user: "u", client_ip: "i", subject });
        }
        log.take_fresh()
    }

    fn queue(events: Vec<Arc<LoggedEvent>>) -> Queue {
        let mut queue = Queue::default();
        events.into_iter().for_each(|event| queue.push(event, 5));
        queue
    }

    /// What a delivery holds: `None` for an event, the count for lost ones.
    fn take(
        queue: &mut Queue,
        events_max: usize,
        bytes_max: usize,
        policy: &EnvelopePolicy,
    ) -> Vec<Option<u64>> {
        let batch = queue.take(Form::default(), Bounds { events_max, bytes_max, policy }, 9);
        batch.events.iter().map(Event::dropped_count).collect()
    }

    const ANY: usize = usize::MAX;
    const NOTIFY: EnvelopePolicy = EnvelopePolicy::Notify;

    #[test]
    fn a_queue_at_its_bound_loses_nothing_and_one_past_it_the_oldest() {
        let subjects = vec!["s"; SUBSCRIPTION_EVENTS_MAX + 3];
        let mut full = queue(events(&subjects[..SUBSCRIPTION_EVENTS_MAX]));
        assert_eq!(take(&mut full, 1, ANY, &NOTIFY), [None]);
        let mut past = queue(events(&subjects));
        assert_eq!(past.len(), SUBSCRIPTION_EVENTS_MAX);
        assert_eq!(take(&mut past, 2, ANY, &NOTIFY), [Some(3), None]);
        let rest = past.take(Form::default(), Bounds { events_max: ANY, bytes_max: ANY, policy: &NOTIFY }, 9);
        assert_eq!(rest.events.len(), SUBSCRIPTION_EVENTS_MAX - 1);
        assert_eq!(rest.last, Some(RecordId(u64::try_from(SUBSCRIPTION_EVENTS_MAX).unwrap() + 3)));
        assert!(past.is_empty() && past.since_ms().is_none());
    }

    #[test]
    fn a_delivery_holds_what_fits() {
        let all = events(&["a", "b", "c"]);
        let size = crate::server::subscriptions::form::octets_of(&Form::default().event(&all[0]));
        let mut two = queue(all);
        assert_eq!(take(&mut two, ANY, 2 * size, &NOTIFY).len(), 2);
        assert_eq!(two.since_ms(), Some(9));
        assert_eq!(take(&mut two, ANY, size, &NOTIFY).len(), 1);
    }

    #[test]
    fn events_that_never_fit_are_dealt_with_as_the_policy_says() {
        let large = "x".repeat(200);
        let all = || queue(events(&["a", &large, &large, "b"]));
        let max = crate::server::subscriptions::form::octets_of(&Form::default().event(&events(&["a"])[0]));
        let sizes = |policy| {
            let mut queue = all();
            let mut taken = Vec::new();
            while !queue.is_empty() {
                let batch =
                    queue.take(Form::default(), Bounds { events_max: ANY, bytes_max: max, policy }, 9);
                taken.extend(batch.events.iter().map(Event::dropped_count));
                if batch.is_cancelled {
                    taken.push(Some(0));
                    break;
                }
            }
            taken
        };
        assert_eq!(sizes(&NOTIFY), [None, Some(2), None]);
        assert_eq!(sizes(&EnvelopePolicy::Skip), [None, None]);
        assert_eq!(sizes(&EnvelopePolicy::CancelSubscription), [None, Some(0)]);
    }

    #[test]
    fn that_events_are_lost_is_said_to_the_smallest_sink() {
        let mut all = queue(events(&["a", "b"]));
        assert_eq!(take(&mut all, ANY, 1, &NOTIFY), [Some(2)]);
        assert!(all.is_empty());
    }
}
