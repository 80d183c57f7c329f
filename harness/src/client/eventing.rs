//! A subscription in pull mode, from Subscribe to Unsubscribe: a state is consumed by the answer to what it sent.

use crate::addressing::EndpointReference;
use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::client::requests::body;
use crate::soap::Opaque;
use crate::wsman::Expiration;
use crate::wsman::ResourceUri;
use crate::wsman::enumeration;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::Item;
use crate::wsman::enumeration::Pull;
use crate::wsman::enumeration::PullResponse;
use crate::wsman::eventing;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::Event;
use crate::wsman::eventing::EventContent;
use crate::wsman::eventing::Subscribe;
use crate::wsman::eventing::SubscribeResponse;
use crate::wsman::eventing::Unsubscribe;

/// Waits for the answer to a Subscribe.
pub struct ExpectSubscribed {
    requests: Requests,
    resource_uri: ResourceUri,
}

/// A subscription that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// Where it is managed.
    pub manager: EndpointReference,
    /// How long it lasts.
    pub expires: Option<Expiration>,
}

/// A subscription in pull mode: the events in the order in which they happened, as far as they came.
pub struct EventStream {
    requests: Requests,
    resource_uri: ResourceUri,
    subscribed: Subscribed,
    context: EnumerationContext,
    bookmark: Option<Bookmark>,
    timeouts: u32,
}

/// Waits for the answer to a Pull.
pub struct ExpectEvents {
    stream: EventStream,
}

/// What comes out of a subscription, in either mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occurrence {
    /// An event.
    Event(Event),
    /// So many events are lost here.
    Dropped(u64),
    /// The subscription lives.
    Heartbeat,
}

impl From<Event> for Occurrence {
    fn from(event: Event) -> Self {
        match event.dropped_count() {
            Some(count) => Self::Dropped(count),
            None if event.is_heartbeat() => Self::Heartbeat,
            None => Self::Event(event),
        }
    }
}

impl ExpectSubscribed {
    /// Subscribes to a resource, such as an event log.
    #[must_use]
    pub fn begin(
        mut requests: Requests,
        resource_uri: ResourceUri,
        subscribe: &Subscribe,
    ) -> (Self, Outgoing) {
        let outgoing = requests.write(&resource_uri, eventing::SUBSCRIBE, |_| {}, Some(subscribe));
        (Self { requests, resource_uri }, outgoing)
    }

    /// Takes the answer to a Subscribe in a push mode: events come to the sink from now on.
    pub fn step(self, reply: Reply) -> Result<(Requests, Subscribed), SequenceError> {
        let response: SubscribeResponse = body(reply, SubscribeResponse::NAME)?;
        let subscribed = Subscribed { manager: response.subscription_manager, expires: response.expires };
        Ok((self.requests, subscribed))
    }

    /// Takes the answer to a Subscribe in pull mode, which has to name a context.
    pub fn step_pulled(self, reply: Reply) -> Result<EventStream, SequenceError> {
        let response: SubscribeResponse = body(reply, SubscribeResponse::NAME)?;
        let missing = || SequenceError::MissingBody { expected: EnumerationContext::NAME.to_string() };
        Ok(EventStream {
            requests: self.requests,
            resource_uri: self.resource_uri,
            context: response.context.ok_or_else(missing)?,
            subscribed: Subscribed { manager: response.subscription_manager, expires: response.expires },
            bookmark: None,
            timeouts: 0,
        })
    }
}

impl Subscribed {
    /// Ends the subscription.
    #[must_use]
    pub fn unsubscribe(&self, requests: &mut Requests) -> Outgoing {
        requests.write_to(&self.manager, eventing::UNSUBSCRIBE, Some(&Unsubscribe))
    }
}

impl EventStream {
    /// What was subscribed.
    #[must_use]
    pub fn subscribed(&self) -> &Subscribed {
        &self.subscribed
    }

    /// The place behind the last event that came, with which a later Subscribe goes on; none without `SendBookmarks`.
    #[must_use]
    pub fn bookmark(&self) -> Option<&Bookmark> {
        self.bookmark.as_ref()
    }

    /// How often the server said that nothing came in time.
    #[must_use]
    pub fn timeouts(&self) -> u32 {
        self.timeouts
    }

    /// Asks for the next events, at most so many at once.
    #[must_use]
    pub fn pull(mut self, max_elements: u32) -> (ExpectEvents, Outgoing) {
        let pull = Pull {
            context: self.context.clone(),
            max_time: None,
            max_elements: Some(max_elements),
            max_characters: None,
        };
        let outgoing = self.requests.write(&self.resource_uri, enumeration::PULL, |_| {}, Some(&pull));
        (ExpectEvents { stream: self }, outgoing)
    }

    /// Ends the subscription. The answer says nothing.
    #[must_use]
    pub fn unsubscribe(mut self) -> Outgoing {
        self.subscribed.unsubscribe(&mut self.requests)
    }
}

impl ExpectEvents {
    /// Takes the answer. That nothing came in time is no end: pull again.
    pub fn step(self, reply: Reply) -> Result<(EventStream, Vec<Occurrence>), SequenceError> {
        let mut stream = self.stream;
        if reply.is_timed_out() {
            stream.timeouts = stream.timeouts.saturating_add(1);
            return Ok((stream, Vec::new()));
        }
        if let Reply::Response(envelope) = &reply
            && let Some(bookmark) = envelope.header(Bookmark::NAME)
        {
            stream.bookmark = Some(bookmark.read()?);
        }
        let response: PullResponse = body(reply, PullResponse::NAME)?;
        if let Some(context) = response.context {
            stream.context = context;
        }
        let items = response.items.map(|items| items.0).unwrap_or_default();
        let occurrences = items.iter().filter_map(Item::object).map(occurrence);
        Ok((stream, occurrences.collect::<Result<_, _>>()?))
    }
}

/// An item is an event in its wrapper, which says its action, or the event alone.
fn occurrence(item: &Opaque) -> Result<Occurrence, SequenceError> {
    let element = item.element();
    let event = match element.is(Event::NAME) {
        true => element.read()?,
        false => Event::new(EventContent::Xml(item.clone())),
    };
    Ok(event.into())
}
