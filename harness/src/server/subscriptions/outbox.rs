use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::http::Request;
use crate::limits::SUBSCRIPTION_ENDS_MAX;
use crate::server::subscriptions::sink::Sink;

/// Names one attempt to deliver something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(u64);

/// A request that the server wants to be sent to the sink of a subscription. Whoever sends it tells the server what
/// came of it, with [`crate::server::Server::delivered`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What to name when telling.
    pub id: DeliveryId,
    /// `host:port`, the host an IP address.
    pub address: String,
    /// What to send.
    pub request: Request,
}

/// Nobody answered at the address of a [`Delivery`], or not in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable;

/// A message and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) sink: Sink,
    pub(super) envelope: String,
}

/// Deliveries that wait to be sent, and those that are under way.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Delivery>,
    /// The subscriptions of those that have been posted, if what comes of them matters.
    under_way: BTreeMap<DeliveryId, String>,
    posted: u64,
}

impl Outbox {
    /// INVARIANT: a subscription has at most one delivery here, so there are never more than subscriptions.
    pub(super) fn post(&mut self, key: &str, message: Message) {
        let id = self.push(message);
        self.under_way.insert(id, key.to_owned());
    }

    /// Posts a message that nobody waits for. The oldest goes when too many are waiting.
    pub(super) fn post_end(&mut self, message: Message) {
        let is_end = |delivery: &Delivery| !self.under_way.contains_key(&delivery.id);
        if self.waiting.iter().filter(|delivery| is_end(delivery)).count() >= SUBSCRIPTION_ENDS_MAX
            && let Some(oldest) = self.waiting.iter().position(is_end)
        {
            self.waiting.remove(oldest);
        }
        self.push(message);
    }

    pub(super) fn take(&mut self) -> Vec<Delivery> {
        self.waiting.drain(..).collect()
    }

    /// The subscription of a delivery that has come to its end, once.
    pub(super) fn settle(&mut self, id: DeliveryId) -> Option<String> {
        self.under_way.remove(&id)
    }

    /// Forgets what a subscription still had to deliver.
    pub(super) fn withdraw(&mut self, key: &str) {
        let under_way = &self.under_way;
        self.waiting.retain(|delivery| under_way.get(&delivery.id).is_none_or(|owner| owner != key));
        self.under_way.retain(|_, owner| owner != key);
    }

    fn push(&mut self, message: Message) -> DeliveryId {
        self.posted = self.posted.saturating_add(1);
        let id = DeliveryId(self.posted);
        let request = message.sink.request(message.envelope);
        self.waiting.push_back(Delivery { id, address: message.sink.address.clone(), request });
        id
    }
}

#[cfg(test)]
mod tests {
    use crate::addressing::EndpointReference;
    use crate::limits::SUBSCRIPTION_ENDS_MAX;
    use crate::server::subscriptions::outbox::Message;
    use crate::server::subscriptions::outbox::Outbox;
    use crate::server::subscriptions::sink::Sink;

    fn message(text: &str) -> Message {
        let reference = EndpointReference::to_address("http://192.0.2.1/");
        let sink = Sink::new(&reference, "192.0.2.1").unwrap();
        Message { sink, envelope: text.to_owned() }
    }

    #[test]
    fn messages_that_nobody_waits_for_are_kept_up_to_the_bound() {
        let mut outbox = Outbox::default();
        outbox.post("kept", message("event"));
        for count in 0..=SUBSCRIPTION_ENDS_MAX {
            outbox.post_end(message(&count.to_string()));
        }
        let taken = outbox.take();
        assert_eq!(taken.len(), SUBSCRIPTION_ENDS_MAX + 1);
        assert_eq!(taken[0].request.body.octets(), b"event");
        assert_eq!(taken[1].request.body.octets(), b"1");
    }

    #[test]
    fn a_delivery_that_is_withdrawn_is_neither_sent_nor_settled() {
        let mut outbox = Outbox::default();
        outbox.post("a", message("a"));
        outbox.post("b", message("b"));
        outbox.withdraw("a");
        let taken = outbox.take();
        assert_eq!(taken.len(), 1);
        assert_eq!(outbox.settle(taken[0].id).as_deref(), Some("b"));
        assert_eq!(outbox.settle(taken[0].id), None);
    }
}
