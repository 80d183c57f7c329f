//! [WS-Enumeration] Enumerate, Pull and Release of any resource: [MS-WSMV] 3.1.4.8 to 3.1.4.10.

mod page;
mod selection;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::auth::Random;
use crate::limits::ENUMERATIONS_PER_USER_MAX;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::dispatch::new_uuid;
use crate::server::enumerations::page::Frame;
use crate::server::enumerations::page::Page;
use crate::server::enumerations::page::Shape;
use crate::server::enumerations::selection::Selection;
use crate::server::resources::Instance;
use crate::server::shell::body;
use crate::wsman::EncodingLimit;
use crate::wsman::Family;
use crate::wsman::FaultReason;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration;
use crate::wsman::enumeration::Enumerate;
use crate::wsman::enumeration::EnumerateResponse;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::Pull;
use crate::wsman::enumeration::PullResponse;
use crate::wsman::enumeration::Release;
use crate::wsman::enumeration::TotalItemsCountEstimate;

pub(super) use selection::narrowed;

type Result<T> = std::result::Result<T, Refusal>;

/// The enumerations that are open, by context. The bound on those of one user bounds them all.
#[derive(Debug, Default)]
pub(super) struct Enumerations(BTreeMap<String, Enumeration>);

/// The items as they were when they were asked for; the instances are shared with whoever else holds them.
#[derive(Debug)]
struct Enumeration {
    owner: String,
    resource_uri: ResourceUri,
    selector_set: SelectorSet,
    shape: Arc<Shape>,
    items: Vec<Arc<Instance>>,
    /// INVARIANT: `next <= items.len()`
    next: usize,
    /// When it ends unless somebody pulls.
    idle_ends_ms: u64,
    /// When it ends in any case.
    ends_ms: Option<u64>,
}

/// What the configuration says of enumerations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    batch_items_max: u32,
    timeout_ms: u64,
    mutant: Option<Mutant>,
}

impl Limits {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            batch_items_max: config.max_batch_items,
            timeout_ms: config.enumeration_timeout_ms,
            mutant: config.mutant,
        }
    }

    fn is_mutant(self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }
}

impl Enumerations {
    pub(super) fn elapse(&mut self, now_ms: u64) {
        self.0.retain(|_, enumeration| now_ms < enumeration.deadline_ms());
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.0.values().map(Enumeration::deadline_ms).min()
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Enumerate: what `all` gives now, unless what is asked must be refused before.
    pub(super) fn enumerate(
        &mut self,
        call: &Call<'_>,
        all: impl FnOnce() -> Result<Vec<Arc<Instance>>>,
        limits: Limits,
        random: &mut Random,
    ) -> Result<Success> {
        let asked: Enumerate = body(call)?;
        let lasting_ms = lasting_ms(&asked, call)?;
        let selection = Selection::of(&asked, call, limits)?;
        let resource_uri = call.header.resource_uri.clone().unwrap_or_else(|| ResourceUri::new(""));
        let mut enumeration = Enumeration {
            owner: call.user.name.clone(),
            items: self.shared(&resource_uri, selection.of_all(all()?)?),
            resource_uri,
            selector_set: call.header.selector_set.clone(),
            shape: Arc::new(selection.shape()),
            next: 0,
            idle_ends_ms: call.now_ms.saturating_add(limits.timeout_ms),
            ends_ms: lasting_ms.map(|lasting_ms| call.now_ms.saturating_add(lasting_ms)),
        };
        let context = EnumerationContext::new(&format!("uuid:{}", new_uuid(random)));
        let mut response = EnumerateResponse {
            expires: asked.expires,
            context: context.clone(),
            items: asked.optimize_enumeration.then(|| enumeration.page_of(0, 0, call)),
            is_end: false,
        };
        let total = enumeration.items.len();
        if asked.optimize_enumeration {
            let frame = Frame::of(call, enumeration::ENUMERATE_RESPONSE, &response);
            let count = enumeration.fitting(&frame, batch(asked.max_elements, limits), usize::MAX);
            response.items = Some(enumeration.take(count, call, limits));
            response.is_end = enumeration.is_over();
        }
        if response.is_end {
            response.context = EnumerationContext::new("");
            response.expires = None;
        } else {
            self.insert(enumeration, &context)?;
        }
        Ok(estimated(Success::new(enumeration::ENUMERATE_RESPONSE, response), call, total))
    }

    /// What follows an Enumerate.
    pub(super) fn go_on(&mut self, call: &Call<'_>, limits: Limits) -> Result<Success> {
        match call.header.action.as_str() {
            enumeration::PULL => self.pull(call, limits),
            _ => self.release(call, limits),
        }
    }

    /// Pull: the next items. A Pull that faults leaves the enumeration where it was.
    fn pull(&mut self, call: &Call<'_>, limits: Limits) -> Result<Success> {
        let asked: Pull = body(call)?;
        let enumeration = self.of(call, &asked.context)?;
        enumeration.idle_ends_ms = call.now_ms.saturating_add(limits.timeout_ms);
        let empty = PullResponse {
            context: Some(asked.context.clone()),
            items: Some(enumeration.page_of(0, 0, call)),
            is_end: true,
        };
        let frame = Frame::of(call, enumeration::PULL_RESPONSE, &empty);
        let characters_max =
            asked.max_characters.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
        let count = enumeration.fitting(&frame, batch(asked.max_elements, limits), characters_max);
        if count == 0 && !enumeration.is_over() {
            return Err(FaultReason::EncodingLimit(EncodingLimit::MaxEnvelopeSize).into());
        }
        let total = enumeration.items.len();
        let items = Some(enumeration.take(count, call, limits));
        let is_end = enumeration.is_over();
        if is_end {
            self.0.remove(asked.context.as_str());
        }
        let is_told = !is_end || limits.is_mutant(Mutant::ContextAfterEnd);
        let context = is_told.then_some(asked.context);
        let response = PullResponse { context, items, is_end };
        Ok(estimated(Success::new(enumeration::PULL_RESPONSE, response), call, total))
    }

    /// Release: the client wants no more.
    fn release(&mut self, call: &Call<'_>, limits: Limits) -> Result<Success> {
        let asked: Release = body(call)?;
        self.of(call, &asked.context)?;
        if !limits.is_mutant(Mutant::ReleaseKeepsContext) {
            self.0.remove(asked.context.as_str());
        }
        Ok(Success::empty(enumeration::RELEASE_RESPONSE))
    }

    fn insert(&mut self, enumeration: Enumeration, context: &EnumerationContext) -> Result<()> {
        let own = self.0.values().filter(|other| other.owner == enumeration.owner);
        if own.count() >= ENUMERATIONS_PER_USER_MAX {
            return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_OPERATIONS).into());
        }
        self.0.insert(context.as_str().to_owned(), enumeration);
        Ok(())
    }

    /// The items, those that another enumeration of the resource has at the same place by that one's: however a
    /// resource makes its instances, a hundred enumerations hold them once.
    fn shared(&self, uri: &ResourceUri, items: Vec<Arc<Instance>>) -> Vec<Arc<Instance>> {
        let other =
            self.0.values().find(|other| other.resource_uri == *uri && other.items.len() == items.len());
        let Some(other) = other else { return items };
        let pairs = items.into_iter().zip(&other.items);
        pairs.map(|(item, known)| if item == *known { Arc::clone(known) } else { item }).collect()
    }

    /// The enumeration of a context; another user's does not exist. "Pull repeats the endpoint reference of the
    /// Enumerate", and so does Release.
    fn of(&mut self, call: &Call<'_>, context: &EnumerationContext) -> Result<&mut Enumeration> {
        let own = self.0.get_mut(context.as_str()).filter(|enumeration| enumeration.owner == call.user.name);
        let own = own.ok_or(FaultReason::InvalidEnumerationContext)?;
        match own.is_at(call) {
            true => Ok(own),
            false => Err(FaultReason::InvalidEnumerationContext.into()),
        }
    }
}

impl Enumeration {
    fn deadline_ms(&self) -> u64 {
        self.ends_ms.map_or(self.idle_ends_ms, |ends_ms| ends_ms.min(self.idle_ends_ms))
    }

    fn is_over(&self) -> bool {
        self.next >= self.items.len()
    }

    /// Whether a request is for the resource that was enumerated.
    fn is_at(&self, call: &Call<'_>) -> bool {
        let uri = call.header.resource_uri.as_ref().map_or("", ResourceUri::as_str);
        let selectors = &call.header.selector_set.0;
        let is_known = |asked: &SelectorSet| {
            asked.0.iter().all(|one| self.selector_set.text(&one.name) == asked.text(&one.name))
        };
        uri.eq_ignore_ascii_case(self.resource_uri.as_str())
            && selectors.len() == self.selector_set.0.len()
            && is_known(&call.header.selector_set)
    }

    /// How many of the next items a response can hold.
    fn fitting(&self, frame: &Frame, count_max: usize, characters_max: usize) -> usize {
        let left = self.items.len().saturating_sub(self.next);
        let single = |offset: usize| self.next.checked_add(offset).map(|from| self.slice(from, 1));
        let pages = (0..left.min(count_max)).map_while(single);
        frame.fitting(pages.map(|items| (items, &*self.shape)), characters_max)
    }

    /// The next items, which are then behind.
    fn take(&mut self, count: usize, call: &Call<'_>, limits: Limits) -> Page {
        let from = self.next;
        self.next = from.saturating_add(count).min(self.items.len());
        let repeated = usize::from(limits.is_mutant(Mutant::PullRepeatsItem) && from > 0);
        self.page_of(from.saturating_sub(repeated), count.saturating_add(repeated), call)
    }

    fn page_of(&self, from: usize, count: usize, call: &Call<'_>) -> Page {
        Page {
            items: self.slice(from, count).to_vec(),
            shape: Arc::clone(&self.shape),
            address: call.header.to.as_str().to_owned(),
        }
    }

    fn slice(&self, from: usize, count: usize) -> &[Arc<Instance>] {
        let end = from.saturating_add(count).min(self.items.len());
        self.items.get(from..end).unwrap_or_default()
    }
}

/// How long the enumeration lasts whoever pulls, if the client says so.
fn lasting_ms(asked: &Enumerate, call: &Call<'_>) -> Result<Option<u64>> {
    // No service was seen to send an EnumerationEnd.
    if asked.end_to.is_some() {
        return Err(FaultReason::UnsupportedFeature(UnsupportedFeature::AddressingMode).into());
    }
    let Some(expires) = asked.expires else { return Ok(None) };
    match expires.remaining(call.now) {
        Some(left) => Ok(Some(left.as_millis())),
        None => Err(FaultReason::InvalidExpirationTime(Family::Enumeration).into()),
    }
}

/// [MS-WSMV] 3.1.4.1.14: the smaller of what is asked and `MaxBatchItems`; one when the client does not say.
fn batch(asked: Option<u32>, limits: Limits) -> usize {
    let asked = if limits.is_mutant(Mutant::IgnoresMaxElements) { u32::MAX } else { asked.unwrap_or(1) };
    usize::try_from(asked.min(limits.batch_items_max)).unwrap_or(usize::MAX)
}

/// [DSP0226 8.2.2] Adds the number of all items when the request asks for an estimate.
fn estimated(success: Success, call: &Call<'_>, total: usize) -> Success {
    if !call.header.request_total_items_count_estimate {
        return success;
    }
    success.with_header(TotalItemsCountEstimate(u64::try_from(total).ok()))
}
