//! [MS-WSMV 3.1.4.6] Subscribe: what is asked for becomes a subscription, or is refused.
//!
//! [MS-WSMV 3.1.4.6]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv

use crate::addressing::Address;
use crate::addressing::EndpointReference;
use crate::limits::SUBSCRIPTION_RETRIES_MAX;
use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::dispatch::new_uuid;
use crate::server::resources::event_log::Entry;
use crate::server::resources::event_log::RecordId;
use crate::server::resources::event_log::URI;
use crate::server::resources::event_log::What;
use crate::server::resources::event_log::query::Query;
use crate::server::subscriptions::Given;
use crate::server::subscriptions::Subscriptions;
use crate::server::subscriptions::fetch::Fetch;
use crate::server::subscriptions::form::Form;
use crate::server::subscriptions::form::is_on;
use crate::server::subscriptions::form::place_of;
use crate::server::subscriptions::push::Packing;
use crate::server::subscriptions::push::Push;
use crate::server::subscriptions::push::Retry;
use crate::server::subscriptions::queue::Queue;
use crate::server::subscriptions::sink::Sink;
use crate::server::subscriptions::subscription::EventStream;
use crate::server::subscriptions::subscription::Heartbeat;
use crate::server::subscriptions::subscription::Mode;
use crate::server::subscriptions::subscription::Subscription;
use crate::soap::Opaque;
use crate::wsman::Duration;
use crate::wsman::EncodingLimit;
use crate::wsman::Expiration;
use crate::wsman::Family;
use crate::wsman::FaultReason;
use crate::wsman::InvalidBookmark;
use crate::wsman::ResourceUri;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::eventing;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::Delivery;
use crate::wsman::eventing::DeliveryMode;
use crate::wsman::eventing::EVENT_QUERY;
use crate::wsman::eventing::EnvelopePolicy;
use crate::wsman::eventing::Filter;
use crate::wsman::eventing::Identifier;
use crate::wsman::eventing::Subscribe;
use crate::wsman::eventing::SubscribeError;
use crate::wsman::eventing::SubscribeResponse;
use crate::xml::Charset;
use crate::xml::XmlError;

/// How long a subscription lasts that says nothing about it.
const EXPIRES_DEFAULT: Duration = Duration::from_millis(3_600_000);
/// The shortest interval of heartbeats.
const HEARTBEAT_MS_MIN: u64 = 1000;
/// How often a delivery is tried again when the subscriber says nothing about it.
const RETRY_DEFAULT: Retry = Retry { total: 5, interval_ms: 60_000 };
/// Events of a batch when the subscriber says nothing about it.
const BATCH_EVENTS_DEFAULT: u32 = 20;
const BYTE_ORDER_MARK_BYTES: usize = 2;

impl Subscriptions {
    /// Subscribe.
    pub(super) fn subscribe(&mut self, call: &Call<'_>, given: &mut Given<'_>) -> Result<Success, Refusal> {
        let element = call.envelope.body().ok_or(FaultReason::SchemaValidationError)?;
        let asked = Subscribe::read(element).map_err(refusal_of)?;
        self.check_quota(&call.user.name)?;
        let id = format!("uuid:{}", new_uuid(given.random));
        let mut subscription = prepare(call, &asked, &id, given)?;
        given.events.record(Entry {
            what: What::SubscriptionMade,
            filetime: given.moment.filetime,
            computer: &given.config.computer,
            user: &call.user.name,
            client_ip: call.client_ip,
            subject: &id,
        });
        // That it was made is no news for itself.
        subscription.after = given.events.last();
        let response = SubscribeResponse {
            subscription_manager: subscription.manager.clone(),
            expires: Some(subscription.expires),
            context: subscription.is_pulled().then(|| EnumerationContext::new(&id)),
        };
        self.table.insert(id, subscription);
        Ok(Success::new(eventing::SUBSCRIBE_RESPONSE, response))
    }
}

fn refusal_of(error: SubscribeError) -> Refusal {
    match error {
        SubscribeError::TwoFilters => Refusal::told(FaultReason::InvalidMessage, &error.to_string()),
        SubscribeError::Xml(error) => error.into(),
    }
}

fn unsupported(feature: UnsupportedFeature) -> Refusal {
    FaultReason::UnsupportedFeature(feature).into()
}

fn prepare(call: &Call<'_>, asked: &Subscribe, id: &str, given: &Given<'_>) -> Result<Subscription, Refusal> {
    let options = &call.header.option_set;
    let mode = mode(call, &asked.delivery, id)?;
    let is_any_filter = given.config.is_mutant(Mutant::TakesAnyFilter);
    let query = query(asked.filter.as_ref(), is_on(options, "IgnoreChannelError"), is_any_filter)?;
    let form = Form::asked(options);
    let form = match mode {
        Mode::Push(_) if !is_batched(&asked.delivery) => form.without_cdata(),
        _ => form,
    };
    let is_replayed = options.is_true("ReadExistingEvents");
    let bookmark = asked.bookmark.clone().or_else(|| is_replayed.then_some(Bookmark::Earliest));
    let stream =
        EventStream { queue: replayed(bookmark.as_ref(), &query, given)?, ..stream(call, asked, form)? };
    let expires = asked.expires.unwrap_or(Expiration::Duration(EXPIRES_DEFAULT));
    let left = expires.remaining(call.now).ok_or(FaultReason::InvalidExpirationTime(Family::Eventing))?;
    let end_to = asked
        .end_to
        .as_ref()
        .map(|to| Sink::new(to, call.client_ip).ok_or(FaultReason::EventSourceUnableToProcess));
    Ok(Subscription {
        owner: call.user.name.clone(),
        client_ip: call.client_ip.to_owned(),
        manager: manager(call, id)?,
        query,
        after: RecordId(0),
        expires_ms: call.now_ms.saturating_add(left.as_millis()),
        expires,
        end_to: end_to.transpose()?,
        stream,
        mode,
    })
}

/// [MS-WSMV] 3.1.4.1.30.5
fn query(filter: Option<&Filter>, is_lenient: bool, is_any_filter: bool) -> Result<Query, Refusal> {
    let Some(filter) = filter.filter(|_| !is_any_filter) else { return Ok(Query::everything()) };
    // Collectors of Windows leave the dialect out.
    if filter.dialect.as_ref().is_some_and(|dialect| dialect != EVENT_QUERY) {
        return Err(FaultReason::FilteringRequestedUnavailable(vec![EVENT_QUERY.to_owned()]).into());
    }
    let query = Query::read(filter, is_lenient);
    query.map_err(|error| Refusal::told(FaultReason::CannotProcessFilter, &error.to_string()))
}

fn is_batched(delivery: &Delivery) -> bool {
    delivery.mode() == DeliveryMode::EVENTS
}

/// How the events are to come.
fn mode(call: &Call<'_>, delivery: &Delivery, id: &str) -> Result<Mode, Refusal> {
    if !DeliveryMode::ALL.contains(&delivery.mode()) {
        let modes = DeliveryMode::ALL.map(str::to_owned).to_vec();
        return Err(FaultReason::DeliveryModeRequestedUnavailable(modes).into());
    }
    if delivery.auth_profile.is_some() {
        return Err(unsupported(UnsupportedFeature::AuthorizationMode));
    }
    let retry = retry(delivery)?;
    if delivery.mode() == DeliveryMode::PULL {
        return Ok(Mode::Pull(Box::new(Fetch::new(EnumerationContext::new(id)))));
    }
    let notify_to = delivery.notify_to.as_ref().ok_or(FaultReason::InvalidMessage)?;
    let mut sink = Sink::new(notify_to, call.client_ip).ok_or(FaultReason::EventSourceUnableToProcess)?;
    sink.charset = charset(delivery)?;
    let is_acknowledged = delivery.mode() != DeliveryMode::PUSH;
    Ok(Mode::Push(Box::new(Push::new(sink, packing(delivery)?, is_acknowledged, retry))))
}

fn packing(delivery: &Delivery) -> Result<Packing, Refusal> {
    if is_batched(delivery) {
        let events_max = delivery.max_elements.unwrap_or(BATCH_EVENTS_DEFAULT);
        return Ok(Packing::Batch {
            events_max: usize::try_from(events_max).unwrap_or(usize::MAX),
            wait_ms: delivery.max_time.unwrap_or_default().as_millis(),
        });
    }
    if delivery.max_elements.is_some() {
        return Err(unsupported(UnsupportedFeature::MaxElements));
    }
    if delivery.max_time.is_some() {
        return Err(unsupported(UnsupportedFeature::MaxTime));
    }
    Ok(Packing::Single)
}

/// [MS-WSMV] 3.1.4.1.30.2: "both be zero or both be non-zero".
fn retry(delivery: &Delivery) -> Result<Retry, Refusal> {
    let Some(asked) = delivery.connection_retry else { return Ok(RETRY_DEFAULT) };
    let interval_ms = asked.interval.as_millis();
    if (asked.total == 0) != (interval_ms == 0) {
        return Err(FaultReason::InternalError(WsmanErrorCode::WIN32_INVALID_PARAMETER).into());
    }
    if asked.total > SUBSCRIPTION_RETRIES_MAX {
        return Err(unsupported(UnsupportedFeature::DeliveryRetries));
    }
    Ok(Retry { total: asked.total, interval_ms })
}

fn charset(delivery: &Delivery) -> Result<Charset, Refusal> {
    let asked = delivery.content_encoding.as_deref().unwrap_or("UTF-8");
    let charset = Charset::from_name(asked);
    Ok(charset.ok_or(FaultReason::EncodingLimit(EncodingLimit::CharacterSet))?)
}

fn stream(call: &Call<'_>, asked: &Subscribe, form: Form) -> Result<EventStream, Refusal> {
    let delivery = &asked.delivery;
    let heartbeat_ms = delivery.heartbeats.map(Duration::as_millis);
    if heartbeat_ms.is_some_and(|interval_ms| interval_ms < HEARTBEAT_MS_MIN) {
        return Err(unsupported(UnsupportedFeature::Heartbeats));
    }
    let limit = delivery.max_envelope_size.as_ref();
    let policy = limit.and_then(|limit| limit.policy.clone()).unwrap_or(EnvelopePolicy::Notify);
    if matches!(policy, EnvelopePolicy::Other(_)) {
        return Err(unsupported(UnsupportedFeature::MaxEnvelopePolicy));
    }
    let size = limit.map(|limit| usize::try_from(limit.size.0).unwrap_or(usize::MAX));
    let size = match charset(delivery)? {
        Charset::Utf8 => size,
        // Nothing takes more than twice as much as in UTF-8.
        Charset::Utf16 => size.map(|size| size.saturating_sub(BYTE_ORDER_MARK_BYTES) / 2),
    };
    Ok(EventStream {
        queue: Queue::default(),
        form,
        sends_bookmarks: asked.send_bookmarks,
        envelope_bytes_max: size.unwrap_or(usize::MAX),
        policy,
        heartbeat: heartbeat_ms
            .map(|interval_ms| Heartbeat { interval_ms, due_ms: call.now_ms.saturating_add(interval_ms) }),
    })
}

/// The events behind a bookmark that happened already.
fn replayed(bookmark: Option<&Bookmark>, query: &Query, given: &Given<'_>) -> Result<Queue, FaultReason> {
    let mut queue = Queue::default();
    let Some(bookmark) = bookmark else { return Ok(queue) };
    let place = place_of(bookmark)?;
    if given.events.last() < place {
        return Err(FaultReason::InvalidBookmark(InvalidBookmark::Invalid));
    }
    if *bookmark != Bookmark::Earliest && !given.events.is_whole_after(place) {
        return Err(FaultReason::InvalidBookmark(InvalidBookmark::Expired));
    }
    for event in given.events.after(place).filter(|event| query.selects(event)) {
        queue.push(std::sync::Arc::clone(event), given.moment.elapsed_ms);
    }
    Ok(queue)
}

/// The reference of the subscription: what Unsubscribe has to repeat.
fn manager(call: &Call<'_>, id: &str) -> Result<EndpointReference, Refusal> {
    let unwritable = |_: XmlError| FaultReason::InternalError(WsmanErrorCode::INVALID_XML);
    let parameters = Opaque::build(EndpointReference::REFERENCE_PARAMETERS, |w| {
        w.text_element(ResourceUri::NAME, URI);
        w.text_element(Identifier::NAME, id);
    });
    Ok(EndpointReference {
        address: Address::new(call.header.to.as_str()),
        reference_properties: None,
        reference_parameters: Some(parameters.map_err(unwritable)?),
    })
}
