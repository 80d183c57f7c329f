//! The enumeration of shells: [MS-WSMV] 3.1.4.8.2.

use std::collections::BTreeMap;

use crate::limits::ENUMERATIONS_PER_USER_MAX;
use crate::server::connection::Random;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::dispatch::new_uuid;
use crate::server::shell::body;
use crate::server::shells::Shells;
use crate::shell::Shell;
use crate::wsman::Family;
use crate::wsman::FaultReason;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration;
use crate::wsman::enumeration::Enumerate;
use crate::wsman::enumeration::EnumerateResponse;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::Pull;
use crate::wsman::enumeration::PullResponse;
use crate::wsman::enumeration::Release;
use crate::xml::Writer;
use crate::xml::XmlError;

type Result<T> = std::result::Result<T, Refusal>;

/// `EnumerationTimeoutms` of Windows: a context that nobody pulls is gone after it.
const TIMEOUT_MS: u64 = 60_000;
/// `MaxBatchItems` of Windows.
const BATCH_ITEMS_MAX: usize = 32_000;

/// The enumerations that are open, by context.
#[derive(Debug, Default)]
pub(super) struct Enumerations(BTreeMap<String, Enumeration>);

#[derive(Debug)]
struct Enumeration {
    owner: String,
    /// The shells that are still to be told, the next one last.
    left: Vec<Shell>,
    expires_ms: u64,
}

impl Enumerations {
    pub(super) fn elapse(&mut self, now_ms: u64) {
        self.0.retain(|_, enumeration| now_ms < enumeration.expires_ms);
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.0.values().map(|enumeration| enumeration.expires_ms).min()
    }

    fn insert(
        &mut self,
        call: &Call<'_>,
        left: Vec<Shell>,
        random: &mut Random,
    ) -> Result<EnumerationContext> {
        let owner = call.user.name.clone();
        if self.0.values().filter(|other| other.owner == owner).count() >= ENUMERATIONS_PER_USER_MAX {
            return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_OPERATIONS).into());
        }
        let context = format!("uuid:{}", new_uuid(random));
        let expires_ms = call.now_ms.saturating_add(TIMEOUT_MS);
        self.0.insert(context.clone(), Enumeration { owner, left, expires_ms });
        Ok(EnumerationContext::new(&context))
    }

    /// The enumeration of a context; another user's does not exist.
    fn of(&mut self, call: &Call<'_>, context: &EnumerationContext) -> Result<&mut Enumeration> {
        let own = self.0.get_mut(context.as_str()).filter(|enumeration| enumeration.owner == call.user.name);
        Ok(own.ok_or(FaultReason::InvalidEnumerationContext)?)
    }
}

impl Shells {
    /// Enumerate: the shells of the user as they are now.
    pub(super) fn enumerate(&mut self, call: &Call<'_>, random: &mut Random) -> Result<Success> {
        let asked: Enumerate = body(call)?;
        if asked.filter.is_some() {
            return Err(FaultReason::FilteringNotSupported(Family::Enumeration).into());
        }
        if asked.enumeration_mode.is_some() {
            return Err(FaultReason::UnsupportedFeature(UnsupportedFeature::EnumerationMode).into());
        }
        let mut left: Vec<Shell> =
            self.of_user(&call.user.name).map(|shell| shell.describe(call.now_ms)).collect();
        left.reverse();
        let items = if asked.optimize_enumeration {
            let first = take(&mut left, asked.max_elements);
            Some(EnumerateResponse::items(write_all(first)).map_err(unwritable)?)
        } else {
            None
        };
        let is_end = asked.optimize_enumeration && left.is_empty();
        let context = match is_end {
            true => EnumerationContext::new(""),
            false => self.enumerations.insert(call, left, random)?,
        };
        let response = EnumerateResponse { context, items, is_end };
        Ok(Success::new(enumeration::ENUMERATE_RESPONSE, response))
    }

    /// Pull: the next shells of an enumeration.
    pub(super) fn pull(&mut self, call: &Call<'_>) -> Result<Success> {
        let asked: Pull = body(call)?;
        let enumeration = self.enumerations.of(call, &asked.context)?;
        enumeration.expires_ms = call.now_ms.saturating_add(TIMEOUT_MS);
        let next = take(&mut enumeration.left, asked.max_elements);
        let is_end = enumeration.left.is_empty();
        if is_end {
            self.enumerations.0.remove(asked.context.as_str());
        }
        let context = (!is_end).then_some(asked.context);
        let items = Some(PullResponse::items(write_all(next)).map_err(unwritable)?);
        Ok(Success::new(enumeration::PULL_RESPONSE, PullResponse { context, items, is_end }))
    }

    /// Release: the client wants no more.
    pub(super) fn release(&mut self, call: &Call<'_>) -> Result<Success> {
        let asked: Release = body(call)?;
        self.enumerations.of(call, &asked.context)?;
        self.enumerations.0.remove(asked.context.as_str());
        Ok(Success::empty(enumeration::RELEASE_RESPONSE))
    }
}

/// Takes the next items: one when the client does not say how many.
fn take(left: &mut Vec<Shell>, max_elements: Option<u32>) -> Vec<Shell> {
    let asked = usize::try_from(max_elements.unwrap_or(1)).unwrap_or(usize::MAX);
    let rest = left.len().saturating_sub(asked.min(BATCH_ITEMS_MAX));
    let mut taken = left.split_off(rest);
    taken.reverse();
    taken
}

fn write_all(shells: Vec<Shell>) -> impl FnOnce(&mut Writer) {
    move |w| shells.iter().for_each(|shell| w.write(shell))
}

/// What was written can't be read back: a fault of this server.
fn unwritable(_: XmlError) -> Refusal {
    FaultReason::InternalError(WsmanErrorCode::INVALID_XML).into()
}
