//! [DSP0226 10.2.9.5] Pull mode: the subscriber asks for events and waits for them.
//!
//! [DSP0226 10.2.9.5]: https://www.dmtf.org/standards/wsman

use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Mutant;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::reply::ReplyTo;
use crate::server::shell::body;
use crate::server::subscriptions::Given;
use crate::server::subscriptions::Subscriptions;
use crate::server::subscriptions::subscription::End;
use crate::server::subscriptions::subscription::EventStream;
use crate::server::subscriptions::subscription::Mode;
use crate::server::subscriptions::subscription::Step;
use crate::wsman::FaultReason;
use crate::wsman::OperationTimeout;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::Pull;
use crate::wsman::enumeration::PullResponse;
use crate::wsman::enumeration::Release;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::Event;
use crate::xml::ToXml;
use crate::xml::Writer;

/// Octets of an answer that are not events.
const OVERHEAD_BYTES: usize = 4096;

/// The Pull that a subscription is asked by, if it is.
#[derive(Debug)]
pub(super) struct Fetch {
    context: EnumerationContext,
    pending: Option<Pending>,
}

/// A Pull that waits for events.
#[derive(Debug)]
struct Pending {
    connection: ConnectionId,
    reply_to: ReplyTo,
    /// When to answer that nothing came.
    deadline_ms: u64,
    events_max: usize,
    bytes_max: usize,
}

/// What stands inside `Items`.
struct Events(Vec<Event>);

impl ToXml for Events {
    fn to_xml(&self, writer: &mut Writer) {
        self.0.iter().for_each(|event| writer.write(event));
    }
}

/// The context that a Pull or Release names.
pub(super) fn context(call: &Call<'_>) -> Option<EnumerationContext> {
    call.envelope.body()?.child(EnumerationContext::NAME)?.read().ok()
}

impl Subscriptions {
    /// Pull: the answer comes with the next events, a heartbeat, or when the time is over.
    pub(super) fn pull(
        &mut self,
        call: &Call<'_>,
        reply_to: &ReplyTo,
        config: &Config,
    ) -> Result<(), Refusal> {
        let asked: Pull = body(call)?;
        let (fetch, stream) = self.fetch(call, &asked.context)?;
        if fetch.pending.is_some() {
            return Err(FaultReason::Concurrency(WsmanErrorCode::PULL_IN_PROGRESS).into());
        }
        let operation = call.header.operation_timeout.map(|OperationTimeout(timeout)| timeout);
        let waits = [operation, asked.max_time].into_iter().flatten().map(crate::wsman::Duration::as_millis);
        let wait_ms = waits.chain([config.max_timeout_ms]).min().unwrap_or(0);
        let size = call.room.text_bytes_max();
        let events_max = asked.max_elements.unwrap_or(1);
        fetch.pending = Some(Pending {
            connection: call.connection,
            reply_to: reply_to.clone(),
            deadline_ms: call.now_ms.saturating_add(wait_ms),
            events_max: usize::try_from(events_max).unwrap_or(usize::MAX),
            bytes_max: size.min(stream.envelope_bytes_max).saturating_sub(OVERHEAD_BYTES),
        });
        stream.restart_heartbeat(call.now_ms);
        Ok(())
    }

    /// Release: in pull mode the same as Unsubscribe.
    pub(super) fn release(&mut self, call: &Call<'_>, given: &mut Given<'_>) -> Result<Success, Refusal> {
        let asked: Release = body(call)?;
        self.fetch(call, &asked.context)?;
        self.end(asked.context.as_str(), End::Unsubscribed, given);
        Ok(Success::empty(enumeration::RELEASE_RESPONSE))
    }

    /// The subscription of a context; another user's does not exist.
    fn fetch(
        &mut self,
        call: &Call<'_>,
        context: &EnumerationContext,
    ) -> Result<(&mut Fetch, &mut EventStream), Refusal> {
        let found = self.table.get_mut(context.as_str());
        let own = found.filter(|subscription| subscription.owner == call.user.name);
        match own.map(|subscription| (&mut subscription.mode, &mut subscription.stream)) {
            Some((Mode::Pull(fetch), stream)) => Ok((fetch, stream)),
            _ => Err(FaultReason::InvalidEnumerationContext.into()),
        }
    }
}

impl Fetch {
    pub(super) fn new(context: EnumerationContext) -> Self {
        Self { context, pending: None }
    }

    /// Answers the Pull that waits, if there is something to tell or its time is over.
    pub(super) fn elapse(&mut self, stream: &mut EventStream, given: &Given<'_>) -> Step {
        let now_ms = given.moment.elapsed_ms;
        let Some(pending) = &self.pending else { return Step::Nothing };
        let (batch, bookmark) = stream.take(pending.events_max, pending.bytes_max, now_ms);
        if batch.events.is_empty() && batch.is_cancelled {
            return Step::End(End::TooLarge);
        }
        if !batch.events.is_empty() {
            return self.answer(Ok((batch.events, bookmark)), stream, given);
        }
        if stream.is_heartbeat_due(now_ms) {
            let count = if given.config.is_mutant(Mutant::TwoHeartbeats) { 2 } else { 1 };
            return self.answer(Ok((vec![Event::heartbeat(); count], None)), stream, given);
        }
        match pending.deadline_ms <= now_ms {
            true => self.answer(Err(FaultReason::TimedOut), stream, given),
            false => Step::Nothing,
        }
    }

    pub(super) fn deadline_ms(&self, stream: &EventStream) -> Option<u64> {
        let pending = self.pending.as_ref()?.deadline_ms;
        let heartbeat = stream.heartbeat.map(|heartbeat| heartbeat.due_ms);
        Some(heartbeat.map_or(pending, |at| at.min(pending)))
    }

    pub(super) fn forget_connection(&mut self, id: ConnectionId) {
        self.pending.take_if(|pending| pending.connection == id);
    }

    /// The answer to the Pull of a subscription that ends.
    pub(super) fn abort(&mut self, config: &Config) -> Option<(ConnectionId, Answer)> {
        let pending = self.pending.take()?;
        let refusal = Err(FaultReason::InvalidEnumerationContext.into());
        Some((pending.connection, pending.reply_to.answer(refusal, config)))
    }

    fn answer(
        &mut self,
        outcome: Result<(Vec<Event>, Option<Bookmark>), FaultReason>,
        stream: &mut EventStream,
        given: &Given<'_>,
    ) -> Step {
        let Some(pending) = self.pending.take() else { return Step::Nothing };
        stream.restart_heartbeat(given.moment.elapsed_ms);
        let outcome = match outcome {
            Ok((events, bookmark)) => {
                let context = Some(self.context.clone());
                let response = PullResponse { context, items: Some(Events(events)), is_end: false };
                let success = Success::new(enumeration::PULL_RESPONSE, response);
                Ok(bookmark.into_iter().fold(success, Success::with_header))
            }
            Err(reason) => Err(reason.into()),
        };
        Step::Answer(pending.connection, pending.reply_to.answer(outcome, given.config))
    }
}
