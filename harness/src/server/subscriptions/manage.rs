//! What a subscriber asks about a subscription that it has.

use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::shell::body;
use crate::server::subscriptions::Given;
use crate::server::subscriptions::Subscriptions;
use crate::server::subscriptions::key;
use crate::server::subscriptions::subscription::End;
use crate::wsman::Duration;
use crate::wsman::Expiration;
use crate::wsman::FaultReason;
use crate::wsman::eventing;
use crate::wsman::eventing::GetStatus;
use crate::wsman::eventing::GetStatusResponse;
use crate::wsman::eventing::Identifier;
use crate::wsman::eventing::Renew;
use crate::wsman::eventing::Unsubscribe;

impl Subscriptions {
    /// [MS-WSMV] 3.1.4.7
    pub(super) fn unsubscribe(&mut self, call: &Call<'_>, given: &mut Given<'_>) -> Result<Success, Refusal> {
        let _: Unsubscribe = body(call)?;
        self.own(call)?;
        let identifier = Identifier::of(call.envelope).ok_or(FaultReason::InvalidMessage)?;
        if !given.config.is_mutant(Mutant::UnsubscribesNothing) {
            self.end(&key(identifier.as_str()), End::Unsubscribed, given);
        }
        Ok(Success::empty(eventing::UNSUBSCRIBE_RESPONSE))
    }

    /// [MS-WSMV] 3.1.4.1.30.4: no subscription is ever renewed.
    pub(super) fn renew(&mut self, call: &Call<'_>) -> Result<Success, Refusal> {
        let _: Renew = body(call)?;
        self.own(call)?;
        Err(FaultReason::UnableToRenew.into())
    }

    /// Until when a subscription lasts, in the form in which its subscriber asked.
    pub(super) fn status(&mut self, call: &Call<'_>) -> Result<Success, Refusal> {
        let _: GetStatus = body(call)?;
        let subscription = self.own(call)?;
        let left_ms = subscription.expires_ms.saturating_sub(call.now_ms);
        let expires = match subscription.expires {
            Expiration::Duration(_) => Expiration::Duration(Duration::from_millis(left_ms)),
            until => until,
        };
        let response = GetStatusResponse { expires: Some(expires) };
        Ok(Success::new(eventing::GET_STATUS_RESPONSE, response))
    }
}
