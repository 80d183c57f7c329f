//! [MS-WSMV] 3.1.4.1.39: operations that outlive the connection they came on, and what is kept of them.
//!
//! Supported is what "refers to a Custom Remote Shell or to a CIM object", and the command shell with them: it is the
//! only one here in which something takes time. All other resources ignore the header blocks, as the text wants it.
//!
//! Where the text contradicts itself: it sends nothing while there is no *secondary* connection, which would leave every
//! answer unsent, so the primary one is meant; and it finds the operation of an End by the connection, while its examples
//! send End on the other one, so the OperationID counts.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::limits::ROBUST_BUFFER_BYTES_MAX;
use crate::limits::ROBUST_OPERATIONS_PER_USER_MAX;
use crate::server::ConnectionId;
use crate::server::Mutant;
use crate::server::Server;
use crate::server::authentication::User;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::reply::ReplyTo;
use crate::server::rights;
use crate::soap::Envelope;
use crate::wsman::FaultReason;
use crate::wsman::OperationId;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::SequenceId;
use crate::wsman::WsmanErrorCode;
use crate::wsman::robust::RETENTION_MS;
use crate::wsman::robust::RobustKind;
use crate::wsman::robust::RobustMessage;
use crate::wsman::robust::keep_alive_ms;

/// What resource URIs of CIM and of custom shells begin with.
const SUPPORTED: [&str; 3] = [
    "http://schemas.microsoft.com/wbem/wsman/1/wmi/",
    "http://schemas.dmtf.org/wbem/wscim/1/",
    "http://schemas.microsoft.com/powershell/",
];

/// The operation that a request begins or continues, if its resource supports that.
pub(super) fn operation_of(header: &RequestHeader) -> Option<&OperationId> {
    let uri = header.resource_uri.as_ref()?.as_str();
    let starts_with =
        |start: &&str| uri.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start));
    let is_supported = uri.eq_ignore_ascii_case(ResourceUri::CMD) || SUPPORTED.iter().any(starts_with);
    header.operation_id.as_ref().filter(|_| is_supported)
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is executed.
    Execute,
    /// It was executed before, and what came of that is under way.
    Repeated,
}

/// The operations of all users.
#[derive(Debug, Default)]
pub(super) struct Operations {
    rows: BTreeMap<Key, Operation>,
    now_ms: u64,
}

/// Another user's operation is another operation, whatever its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    user: String,
    /// Without `uuid:`, which may come and go "on a per-message basis".
    id: String,
}

impl Key {
    fn new(user: &User, id: &OperationId) -> Self {
        Self { user: user.name.clone(), id: id.guid() }
    }
}

#[derive(Debug)]
struct Operation {
    id: OperationId,
    reply_to: ReplyTo,
    /// The connection that the request came on, by which whatever executes it knows it.
    origin: ConnectionId,
    /// The connection that the answer goes to; none while the client is gone.
    primary: Option<ConnectionId>,
    retained: Retained,
    /// Whether the answer is in `retained`, or was until it was acknowledged.
    is_complete: bool,
    keep_alive_ms: u64,
    keep_alive_at_ms: u64,
    /// When to forget an operation whose client is gone.
    forgotten_at_ms: Option<u64>,
}

/// Answers that the client may ask for again.
#[derive(Debug, Default)]
struct Retained {
    answers: VecDeque<(SequenceId, Answer)>,
    bytes: usize,
}

impl Retained {
    /// Keeps an answer if it fits. Whether there is room for more.
    fn push(&mut self, id: SequenceId, answer: Answer) -> bool {
        let bytes = self.bytes.saturating_add(answer.envelope.len());
        if bytes <= ROBUST_BUFFER_BYTES_MAX {
            self.bytes = bytes;
            self.answers.push_back((id, answer));
        }
        bytes < ROBUST_BUFFER_BYTES_MAX
    }

    /// Drops what was received.
    fn acknowledge(&mut self, last: u64) {
        self.answers.retain(|(id, _)| id.0 > last);
        self.bytes = self.answers.iter().map(|(_, answer)| answer.envelope.len()).sum();
    }
}

impl Operations {
    /// When [`Server::elapse_operations`] next has something to do.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.rows.values().filter_map(Operation::deadline_ms).min()
    }

    /// Notes that a connection is gone. Whether something goes on that began on it.
    pub(super) fn disconnect(&mut self, id: ConnectionId) -> bool {
        let forgotten_at_ms = self.now_ms.saturating_add(RETENTION_MS);
        for operation in self.rows.values_mut().filter(|operation| operation.primary == Some(id)) {
            operation.primary = None;
            operation.forgotten_at_ms = Some(forgotten_at_ms);
        }
        self.rows.values().any(|operation| operation.is_pending_from(id))
    }

    /// "If any rows have the same PrimaryConnection value, the server MUST delete all state associated with those rows."
    fn begin(
        &mut self,
        key: Key,
        call: &Call<'_>,
        id: &OperationId,
        reply_to: ReplyTo,
    ) -> Result<(), FaultReason> {
        self.rows.retain(|_, operation| operation.primary != Some(call.connection));
        if self.rows.keys().filter(|known| known.user == key.user).count() >= ROBUST_OPERATIONS_PER_USER_MAX {
            return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_OPERATIONS));
        }
        let every_ms = keep_alive_ms(call.header.operation_timeout);
        let operation = Operation {
            id: id.clone(),
            reply_to,
            origin: call.connection,
            primary: Some(call.connection),
            retained: Retained::default(),
            is_complete: false,
            keep_alive_ms: every_ms,
            keep_alive_at_ms: call.now_ms.saturating_add(every_ms),
            forgotten_at_ms: None,
        };
        self.rows.insert(key, operation);
        Ok(())
    }

    /// Keeps the answer to what began on `origin`. Where to send it, and whether more could be kept; `None` if it is
    /// not of an operation.
    pub(super) fn complete(
        &mut self,
        origin: ConnectionId,
        answer: &Answer,
    ) -> Option<(Option<ConnectionId>, Option<OperationId>)> {
        let operation = self.rows.values_mut().find(|operation| operation.is_pending_from(origin))?;
        operation.is_complete = true;
        let has_room = operation.retained.push(SequenceId::FIRST, answer.clone());
        Some((operation.primary, (!has_room).then(|| operation.id.clone())))
    }
}

impl Operation {
    fn is_pending_from(&self, id: ConnectionId) -> bool {
        self.origin == id && !self.is_complete
    }

    fn deadline_ms(&self) -> Option<u64> {
        let keep_alive = (!self.is_complete && self.primary.is_some()).then_some(self.keep_alive_at_ms);
        keep_alive.into_iter().chain(self.forgotten_at_ms).min()
    }
}

impl Server {
    /// Admits a request: the steps of [MS-WSMV] 3.1.4.1.39 before it is processed.
    pub(super) fn admit(&mut self, call: &Call<'_>, reply_to: &ReplyTo) -> Result<Admission, Refusal> {
        let Some(id) = operation_of(call.header) else { return Ok(Admission::Execute) };
        self.operations.now_ms = call.now_ms;
        let key = Key::new(call.user, id);
        let is_known = self.operations.rows.contains_key(&key);
        let is_first = call.header.sequence_id == Some(SequenceId::FIRST);
        let is_guid = uuid::Uuid::parse_str(&key.id).is_ok();
        if !is_guid || !is_first || (is_known && !call.header.is_retransmission) {
            return Err(FaultReason::InvalidMessageInformationHeader.into());
        }
        if is_known && !self.config.is_mutant(Mutant::ExecutesRetransmissions) {
            self.repeat(&key, call);
            return Ok(Admission::Repeated);
        }
        self.operations.begin(key, call, id, reply_to.clone())?;
        Ok(Admission::Execute)
    }

    /// Tells what has been received and what was answered; what has not been answered yet follows when it is.
    fn repeat(&mut self, key: &Key, call: &Call<'_>) {
        let Some(operation) = self.operations.rows.get_mut(key) else { return };
        let abandoned = operation.primary.replace(call.connection);
        operation.forgotten_at_ms = None;
        operation.keep_alive_ms = keep_alive_ms(call.header.operation_timeout);
        operation.keep_alive_at_ms = call.now_ms.saturating_add(operation.keep_alive_ms);
        let is_complete = operation.is_complete;
        // The only message of a client that has a number is the request.
        let acknowledge = RobustKind::Acknowledge { last_sequence_id: SequenceId::FIRST.0 };
        let id = operation.id.clone();
        let retained: Vec<Answer> = operation.retained.answers.iter().map(|(_, a)| a.clone()).collect();
        if let Some(abandoned) = abandoned.filter(|other| *other != call.connection && !is_complete) {
            self.hang_up(abandoned);
        }
        let acknowledge = self.about(&id, acknowledge);
        let is_last = is_complete && retained.is_empty();
        self.stream(call.connection, acknowledge, is_last);
        let count = retained.len();
        for (i, answer) in (1_usize..).zip(retained) {
            self.stream(call.connection, answer, is_complete && i == count);
        }
    }

    /// A message of the server's own. "Windows prefixes the OperationId with `uuid:`" in these: note <38>.
    pub(super) fn about(&mut self, id: &OperationId, kind: RobustKind) -> Answer {
        let operation_id = OperationId::new(&format!("uuid:{}", id.guid()));
        let message = RobustMessage { kind, operation_id, message_id: self.new_message_id() };
        Answer { envelope: message.to_envelope(), is_fault: false }
    }

    /// Lets time pass: who waits hears that he does, and what nobody came back for is forgotten.
    pub(super) fn elapse_operations(&mut self, now_ms: u64) {
        self.operations.now_ms = now_ms;
        let mut orphans = Vec::new();
        self.operations.rows.retain(|_, operation| {
            let is_kept = operation.forgotten_at_ms.is_none_or(|at| now_ms < at);
            if !is_kept && !operation.is_complete {
                orphans.push(operation.origin);
            }
            is_kept
        });
        for origin in orphans {
            self.shells.forget_connection(origin);
        }
        let mut silent = Vec::new();
        for operation in self.operations.rows.values_mut().filter(|operation| !operation.is_complete) {
            if let Some(primary) = operation.primary.filter(|_| operation.keep_alive_at_ms <= now_ms) {
                operation.keep_alive_at_ms = now_ms.saturating_add(operation.keep_alive_ms);
                silent.push((primary, operation.id.clone()));
            }
        }
        for (primary, id) in silent {
            let keep_alive = self.about(&id, RobustKind::Keepalive);
            self.stream(primary, keep_alive, false);
        }
    }

    /// What a client says about an operation: [MS-WSMV] 3.1.4.18 to 3.1.4.20. An operation that is not there is no
    /// fault: the text knows none, and a client can't know what has been forgotten.
    pub(super) fn heed(&mut self, envelope: &Envelope, user: &User) -> Result<(), Refusal> {
        let message = RobustMessage::read(envelope);
        let key = message.as_ref().ok().map(|message| Key::new(user, &message.operation_id));
        // Who was admitted to an operation may speak of it, whatever else is closed to that user.
        let is_own = key.as_ref().is_some_and(|key| self.operations.rows.contains_key(key));
        if !is_own && !rights::allows_at_all(&self.config, user) {
            return Err(FaultReason::AccessDenied.into());
        }
        let message = message?;
        let key = Key::new(user, &message.operation_id);
        match message.kind {
            RobustKind::Acknowledge { last_sequence_id } => {
                if let Some(operation) = self.operations.rows.get_mut(&key) {
                    operation.retained.acknowledge(last_sequence_id);
                }
            }
            RobustKind::End | RobustKind::Cancel => self.end(&key),
            RobustKind::Keepalive => {
                let forgotten_at_ms = self.operations.now_ms.saturating_add(RETENTION_MS);
                let operation = self.operations.rows.get_mut(&key);
                if let Some(at_ms) = operation.and_then(|operation| operation.forgotten_at_ms.as_mut()) {
                    *at_ms = forgotten_at_ms;
                }
            }
            // Only a server runs out of room.
            kind @ (RobustKind::AcknowledgeRequest | RobustKind::Other(_)) => {
                return Err(FaultReason::action_not_supported(&kind.action()).into());
            }
        }
        Ok(())
    }

    /// Forgets an operation. "For each row, the server MAY cancel the operation": it does, and says so where it is
    /// waited for.
    fn end(&mut self, key: &Key) {
        let Some(operation) = self.operations.rows.remove(key) else { return };
        if operation.is_complete {
            return;
        }
        self.shells.forget_connection(operation.origin);
        let reason = FaultReason::InternalError(WsmanErrorCode::COMMAND_TERMINATED);
        let answer = operation.reply_to.answer(Err(reason.into()), &self.config);
        if let Some(primary) = operation.primary {
            self.stream(primary, answer, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Retained;
    use crate::limits::ROBUST_BUFFER_BYTES_MAX;
    use crate::server::dispatch::Answer;
    use crate::wsman::SequenceId;

    fn answer(len: usize) -> Answer {
        Answer { envelope: "a".repeat(len), is_fault: false }
    }

    #[test]
    fn answers_are_kept_up_to_three_megabytes_until_they_are_acknowledged() {
        let mut retained = Retained::default();
        assert!(retained.push(SequenceId(1), answer(ROBUST_BUFFER_BYTES_MAX - 1)));
        assert!(!retained.push(SequenceId(2), answer(1)), "the bound is reached");
        assert!(!retained.push(SequenceId(3), answer(1)), "and passed");
        assert_eq!(retained.answers.len(), 2);
        retained.acknowledge(1);
        assert_eq!((retained.answers.len(), retained.bytes), (1, 1));
        assert!(retained.push(SequenceId(4), answer(1)));
    }
}
