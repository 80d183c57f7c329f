//! The event log: what an administrator looks at after an intrusion, and what subscriptions deliver.

mod logged;
pub(in crate::server) mod query;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::limits::EVENTS_LOGGED_MAX;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::Instance;
use crate::server::resources::Resource;
use crate::soap::Opaque;
use crate::wsman::FaultReason;
use crate::wsman::InvalidSelectors;
use crate::wsman::ResourceUri;
use crate::wsman::Selector;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::wsman::WsmanErrorCode;

pub(in crate::server) use logged::Entry;
pub(in crate::server) use logged::Format;
pub(in crate::server) use logged::LoggedEvent;
pub(in crate::server) use logged::News;
pub(in crate::server) use logged::RecordId;
pub(in crate::server) use logged::What;

/// [MS-WSMV] 3.1.4.6: the resource that is subscribed to.
pub(in crate::server) const URI: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
/// The channel of all events, which has the name that it has on Windows.
pub(in crate::server) const CHANNEL: &str = "Microsoft-Windows-WinRM/Operational";
/// What selects one event.
const RECORD_ID: &str = "EventRecordID";

/// The newest [`EVENTS_LOGGED_MAX`] events.
#[derive(Debug, Default)]
pub(in crate::server) struct EventLog {
    events: VecDeque<Arc<LoggedEvent>>,
    /// What no subscription has seen yet.
    fresh: Vec<Arc<LoggedEvent>>,
    recorded: u64,
}

impl EventLog {
    /// Records what happens. The oldest event goes when there is no room.
    pub(in crate::server) fn record(&mut self, entry: Entry<'_>) {
        self.recorded = self.recorded.saturating_add(1);
        let event = Arc::new(LoggedEvent::new(RecordId(self.recorded), entry));
        if self.events.len() >= EVENTS_LOGGED_MAX {
            self.events.pop_front();
        }
        self.events.push_back(Arc::clone(&event));
        self.fresh.push(event);
    }

    /// What was recorded since this was last asked.
    pub(in crate::server) fn take_fresh(&mut self) -> Vec<Arc<LoggedEvent>> {
        std::mem::take(&mut self.fresh)
    }

    /// The events behind `after` that are still there.
    pub(in crate::server) fn after(&self, after: RecordId) -> impl Iterator<Item = &Arc<LoggedEvent>> {
        self.events.iter().filter(move |event| after < event.record_id)
    }

    /// The number of the newest event, kept or not.
    pub(in crate::server) fn last(&self) -> RecordId {
        RecordId(self.recorded)
    }

    /// Whether every event behind `after` is still there.
    pub(in crate::server) fn is_whole_after(&self, after: RecordId) -> bool {
        let kept = u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        self.recorded.saturating_sub(kept) <= after.0
    }
}

/// The log as a resource: one instance for each event.
#[derive(Debug)]
pub(in crate::server) struct EventLogResource<'a> {
    events: &'a EventLog,
}

impl<'a> EventLogResource<'a> {
    pub(super) fn at(uri: &ResourceUri, events: &'a EventLog) -> Option<Self> {
        uri.as_str().eq_ignore_ascii_case(URI).then_some(Self { events })
    }
}

impl Resource for EventLogResource<'_> {
    fn get(&self, call: &Call<'_>) -> Result<Instance, Refusal> {
        let selectors = &call.header.selector_set.0;
        let [selector] = selectors.as_slice() else {
            let why = if selectors.is_empty() {
                InvalidSelectors::Insufficient
            } else {
                InvalidSelectors::Unexpected
            };
            return Err(FaultReason::InvalidSelectors(why).into());
        };
        let is_asked = |event: &&Arc<LoggedEvent>| match &selector.value {
            SelectorValue::Text(text) => *text == event.record_id.to_string(),
            SelectorValue::Reference(_) => false,
        };
        let named = selector.name.eq_ignore_ascii_case(RECORD_ID);
        let found = self.events.events.iter().filter(|_| named).find(is_asked);
        instance(found.ok_or(FaultReason::InvalidSelectors(InvalidSelectors::Unexpected))?)
    }

    fn enumerate(&self, _call: &Call<'_>) -> Result<Vec<Arc<Instance>>, Refusal> {
        self.events.events.iter().map(|event| instance(event).map(Arc::new)).collect()
    }
}

fn instance(event: &LoggedEvent) -> Result<Instance, Refusal> {
    let unwritable = |_| FaultReason::InternalError(WsmanErrorCode::INVALID_XML);
    let representation: Opaque = event.element(Format::Raw).map_err(unwritable)?;
    let selector =
        Selector { name: RECORD_ID.to_owned(), value: SelectorValue::Text(event.record_id.to_string()) };
    Ok(Instance {
        resource_uri: ResourceUri::new(URI),
        selector_set: SelectorSet(vec![selector]),
        representation,
    })
}
