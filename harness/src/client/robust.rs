//! An operation that survives its connection: what a client does with each message of it, and when it tries again.

use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::soap::Envelope;
use crate::wsman::OperationId;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::ResponseHeader;
use crate::wsman::SequenceId;
use crate::wsman::robust::RETRY_MS;
use crate::wsman::robust::RobustKind;
use crate::wsman::robust::RobustMessage;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::ToXml;

/// [MS-WSMV 2.2.4.47] what the provider says before it is done.
const INTERACTIVE_EVENT: QName = QName::new(
    Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/cim/interactive.xsd", "i"),
    "InteractiveEvent",
);
/// [MS-WSMV 3.2.2] times after the first loss at which a client retries whatever else it drew.
const FORCED_RETRIES_MS: [u64; 3] = [55_000, 115_000, 175_000];
const FIRST_WAIT_MS_MAX: u64 = 15_000;
const WAIT_MS_MIN: u64 = 10;

/// [MS-WSMV 3.2.6.5] Waits for messages of an operation.
///
/// [MS-WSMV 3.2.6.5]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
pub struct ExpectMessage {
    requests: Requests,
    operation: Operation,
    /// The number of the next message: ReceiveSequenceID.
    next: u64,
    /// When the connection was lost for the first time: RetryStartTime.
    lost_at_ms: Option<u64>,
    /// CurrentRetryAttemptCount.
    retries: u32,
}

/// What stays the same in an operation.
struct Operation {
    id: OperationId,
    first: Outgoing,
    /// The request once more, marked as such.
    again: String,
}

/// What a message leads to.
pub enum RobustStep {
    /// The server lives, or tells what it has received: wait on.
    Waiting(ExpectMessage),
    /// Something to send on another connection, and then wait on.
    Acknowledge(ExpectMessage, Outgoing),
    /// The provider speaks before it is done.
    Event(ExpectMessage, Envelope),
    /// The answer.
    Done(Finished),
}

/// An operation that has been answered.
pub struct Finished {
    /// The answer.
    pub reply: Reply,
    /// What a next operation is written with.
    pub requests: Requests,
    /// Lets the server forget the operation; to be sent unless the server knows no robust connections.
    pub end: Option<Outgoing>,
}

/// What to do about a lost connection.
pub enum Retry {
    /// Connect again and send the request again, so many milliseconds from now.
    After(u64, Box<ExpectMessage>, Outgoing),
    /// The time is over.
    GiveUp,
}

impl ExpectMessage {
    /// Begins an operation. `operation_id` is a GUID that names no other one; `edit` may change any header block.
    #[must_use]
    pub fn begin(
        mut requests: Requests,
        operation_id: OperationId,
        resource_uri: &ResourceUri,
        action: &str,
        edit: impl FnOnce(&mut RequestHeader),
        body: Option<&impl ToXml>,
    ) -> (Self, Outgoing) {
        let mut written = None;
        let name = |header: &mut RequestHeader| {
            edit(header);
            header.operation_id = Some(operation_id.clone());
            header.sequence_id = Some(SequenceId::FIRST);
            written = Some(RequestHeader { is_retransmission: true, ..header.clone() });
        };
        let first = requests.write(resource_uri, action, name, body);
        let again = Envelope::write(
            None,
            &RESPONSE_NAMESPACES,
            |w| written.iter().for_each(|header| w.write(header)),
            |w| body.into_iter().for_each(|body| w.write(body)),
        );
        let operation = Operation { id: operation_id, first: first.clone(), again };
        (Self { requests, operation, next: SequenceId::FIRST.0, lost_at_ms: None, retries: 0 }, first)
    }

    /// [MS-WSMV 3.2.7] Takes one message: the content of one chunk.
    ///
    /// [MS-WSMV 3.2.7]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    pub fn step(mut self, octets: &[u8]) -> Result<RobustStep, SequenceError> {
        // A message is what "succeeds in retrying the request".
        self.retries = 0;
        let envelope = Envelope::decode(octets, None)?;
        if RobustMessage::is_in(&envelope) {
            return self.step_about(&envelope);
        }
        let header = ResponseHeader::read(&envelope)?;
        let Some(found) = header.operation_id else {
            // "A server that does not support Robust Connections MUST omit OperationID": this is all that comes.
            return self.finish(octets, false);
        };
        self.require_same(&found)?;
        let number = header.sequence_id.map_or(self.next, |id| id.0);
        if number < self.next {
            return Ok(self.acknowledge());
        }
        if number > self.next {
            return Err(SequenceError::MissedMessage { expected: self.next, found: number });
        }
        self.next = self.next.saturating_add(1);
        match envelope.body().is_some_and(|body| body.is(INTERACTIVE_EVENT)) {
            true => Ok(RobustStep::Event(self, envelope)),
            false => self.finish(octets, true),
        }
    }

    /// A message about the operation.
    fn step_about(self, envelope: &Envelope) -> Result<RobustStep, SequenceError> {
        let message = RobustMessage::read(envelope)?;
        self.require_same(&message.operation_id)?;
        match message.kind {
            RobustKind::Keepalive | RobustKind::Acknowledge { .. } => Ok(RobustStep::Waiting(self)),
            RobustKind::AcknowledgeRequest => Ok(self.acknowledge()),
            other => Err(SequenceError::UnexpectedAction { found: other.action().to_string() }),
        }
    }

    fn require_same(&self, found: &OperationId) -> Result<(), SequenceError> {
        match found.is_same(&self.operation.id) {
            true => Ok(()),
            false => Err(SequenceError::OtherOperation {
                expected: self.operation.id.to_string(),
                found: found.to_string(),
            }),
        }
    }

    /// The text wants the number that is expected next. The server would drop that message unsent, so it is the one
    /// before it, as the name of the element says.
    fn acknowledge(mut self) -> RobustStep {
        let kind = RobustKind::Acknowledge { last_sequence_id: self.next.saturating_sub(1) };
        let acknowledge = self.about(kind);
        RobustStep::Acknowledge(self, acknowledge)
    }

    fn finish(mut self, octets: &[u8], is_robust: bool) -> Result<RobustStep, SequenceError> {
        let reply = Reply::read(octets, &self.operation.first.message_id)?;
        let end = is_robust.then(|| self.about(RobustKind::End));
        Ok(RobustStep::Done(Finished { reply, requests: self.requests, end }))
    }

    /// [MS-WSMV 3.2.6.7] What stops the operation; to be sent on another connection.
    ///
    /// [MS-WSMV 3.2.6.7]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    pub fn cancel(&mut self) -> Outgoing {
        self.about(RobustKind::Cancel)
    }

    /// [MS-WSMV 3.2.5.2] What keeps the other connection from being idle.
    ///
    /// [MS-WSMV 3.2.5.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    pub fn keep_alive(&mut self) -> Outgoing {
        self.about(RobustKind::Keepalive)
    }

    fn about(&mut self, kind: RobustKind) -> Outgoing {
        let message_id = (self.requests.new_message_id)();
        let operation_id = self.operation.id.clone();
        let message = RobustMessage { kind, operation_id, message_id: message_id.clone() };
        Outgoing { envelope: message.to_envelope(), message_id }
    }

    /// [MS-WSMV 3.2.2] The connection is lost. `random` is any number, drawn anew each time.
    ///
    /// [MS-WSMV 3.2.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    #[must_use]
    pub fn lost(mut self, now_ms: u64, random: u64) -> Retry {
        let since_ms = now_ms.saturating_sub(*self.lost_at_ms.get_or_insert(now_ms));
        let Some(wait_ms) = retry_wait_ms(since_ms, self.retries, random) else { return Retry::GiveUp };
        self.retries = self.retries.saturating_add(1);
        let again = Outgoing { envelope: self.operation.again.clone(), ..self.operation.first.clone() };
        Retry::After(wait_ms, Box::new(self), again)
    }
}

/// How long to wait before the next retry; `None` when there is none. `retries` have been made without an answer.
fn retry_wait_ms(since_ms: u64, retries: u32, random: u64) -> Option<u64> {
    let left_ms = RETRY_MS.checked_sub(since_ms)?;
    let doubled = 1_u64.checked_shl(retries).unwrap_or(u64::MAX);
    let wait_ms_max = FIRST_WAIT_MS_MAX.saturating_mul(doubled).min(RETRY_MS);
    let drawn_ms = random % wait_ms_max.saturating_add(1);
    let forced_ms = FORCED_RETRIES_MS.into_iter().find(|at| *at > since_ms);
    let forced_ms = forced_ms.map_or(left_ms, |at| at.saturating_sub(since_ms));
    Some(drawn_ms.min(left_ms).min(forced_ms).max(WAIT_MS_MIN))
}

#[cfg(test)]
mod tests {
    use super::retry_wait_ms;

    #[test]
    fn retries_wait_twice_as_long_each_time_but_not_beyond_the_forced_ones() {
        let wait = |since_ms, retries| retry_wait_ms(since_ms, retries, u64::MAX - 7);
        // What is drawn is below the bound of 15, 30, 60 seconds.
        for (retries, max) in [(0, 15_000), (1, 30_000), (2, 55_000), (99, 55_000)] {
            assert!((0..500).all(|i| retry_wait_ms(0, retries, i * 977).unwrap() <= max));
            assert!((0..500).any(|i| retry_wait_ms(0, retries, i * 977).unwrap() > max / 2));
        }
        assert!(wait(54_000, 5).unwrap() <= 1_000);
        assert!((0..500).any(|i| retry_wait_ms(55_000, 5, i * 977) == Some(60_000)), "the next one");
        assert_eq!(retry_wait_ms(0, 0, 0), Some(10), "no wait is one of ten milliseconds");
    }

    #[test]
    fn nothing_is_retried_after_three_minutes() {
        assert!(retry_wait_ms(180_000, 0, 5).is_some());
        assert_eq!(retry_wait_ms(180_001, 0, 5), None);
        assert!((0..500).all(|i| retry_wait_ms(179_000, 9, i * 977).unwrap() <= 1_000));
    }
}
