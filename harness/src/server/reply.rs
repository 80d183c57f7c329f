//! From what an operation says to the envelope that tells its client.

use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::Server;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::robust;
use crate::server::room::Room;
use crate::soap::Envelope;
use crate::wsman::ActivityId;
use crate::wsman::EncodingLimit;
use crate::wsman::FaultContext;
use crate::wsman::FaultReason;
use crate::wsman::OperationId;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::RequestHeader;
use crate::wsman::ResponseHeader;
use crate::wsman::SequenceId;
use crate::xml::Charset;
use crate::xml::Writer;

/// What writing an answer takes from its request, kept while the answer is owed.
#[derive(Debug, Clone)]
pub(super) struct ReplyTo {
    message_id: MessageId,
    /// The request's, when it could be read.
    request_id: Option<MessageId>,
    /// Where the answer and a fault go: nowhere else than back, with reference parameters.
    reply_to: Option<EndpointReference>,
    fault_to: Option<EndpointReference>,
    activity_id: Option<ActivityId>,
    /// The operation that the answer is part of.
    operation_id: Option<OperationId>,
    /// Its number in it; a request that is refused begins none.
    sequence_id: Option<SequenceId>,
    pub(super) room: Room,
}

impl ReplyTo {
    /// For a request whose header could be read.
    pub(super) fn to(
        header: &RequestHeader,
        envelope: &Envelope,
        charset: Charset,
        server: &mut Server,
    ) -> Self {
        let is_lost = server.config.is_mutant(Mutant::ParametersLost);
        let fault_to = header.fault_to.as_ref().unwrap_or(&header.reply_to);
        Self {
            reply_to: Some(header.reply_to.clone()).filter(|_| !is_lost),
            fault_to: Some(fault_to.clone()).filter(|_| !is_lost),
            activity_id: header.activity_id.clone(),
            operation_id: robust::operation_of(header).cloned(),
            room: Room::of(header, envelope, charset, &server.config),
            ..Self::new(Some(header.message_id.clone()), charset, server)
        }
    }

    /// For a request of which only the id is known, if that.
    pub(super) fn new(request_id: Option<MessageId>, charset: Charset, server: &mut Server) -> Self {
        let request_id = if server.config.is_mutant(Mutant::RelatesToWrong) {
            Some(server.new_message_id())
        } else {
            request_id.filter(|_| !server.config.is_mutant(Mutant::RelatesToAbsent))
        };
        Self {
            message_id: server.new_message_id(),
            request_id,
            reply_to: None,
            fault_to: None,
            activity_id: None,
            operation_id: None,
            sequence_id: None,
            room: Room::unknown(charset),
        }
    }

    /// The same for the first answer of its operation, if it is of one.
    pub(super) fn numbered(&self) -> Self {
        Self { sequence_id: self.operation_id.as_ref().map(|_| SequenceId::FIRST), ..self.clone() }
    }

    /// The answer to the request.
    pub(super) fn answer(self, outcome: Result<Success, Refusal>, config: &Config) -> Answer {
        match outcome {
            Ok(success) => self.success(success, config),
            Err(refusal) => self.fault(refusal, config),
        }
    }

    fn success(self, success: Success, config: &Config) -> Answer {
        let action = match config.is_mutant(Mutant::ActionWrong) {
            true => success.action.trim_end_matches("Response"),
            false => &success.action,
        };
        let header = ResponseHeader {
            relates_to: self.request_id.as_ref().map(Into::into),
            activity_id: self.activity_id.clone(),
            operation_id: self.operation_id.clone(),
            sequence_id: self.sequence_id.filter(|_| !config.is_mutant(Mutant::SequenceIdAbsent)),
            ..ResponseHeader::unrelated(action, self.message_id.clone())
        };
        let headers = |w: &mut Writer| {
            w.write(&header);
            success.headers.iter().for_each(|block| block.to_xml(w));
            if let Some(reply_to) = &self.reply_to {
                reply_to.write_header_blocks(w);
            }
        };
        let body = |w: &mut Writer| {
            if let Some(body) = success.body {
                body.to_xml(w);
            }
        };
        let envelope = Envelope::write(Some("en-US"), &RESPONSE_NAMESPACES, headers, body);
        match self.room.refuse(&envelope) {
            Some(reason) => self.fault(reason.into(), config),
            None => Answer { envelope: spoiled(envelope, config), is_fault: false },
        }
    }

    /// "Faults should carry them unless too large": the reference parameters go first, then what the fault says.
    fn fault(self, refusal: Refusal, config: &Config) -> Answer {
        let Refusal { reason, message, provider_fault } = refusal;
        let is_lost = config.is_mutant(Mutant::OperationIdLostInFaults);
        let context = FaultContext {
            message_id: self.message_id,
            request_id: self.request_id,
            operation_id: self.operation_id.filter(|_| !is_lost),
            sequence_id: self.sequence_id,
            machine: config.computer.clone(),
            message,
            provider_fault: provider_fault.map(|fault| *fault),
            fault_to: self.fault_to,
            activity_id: self.activity_id,
        };
        let mut envelope = reason.to_envelope(&context);
        if !self.room.holds_fault(&envelope) {
            envelope = reason.to_envelope(&FaultContext { fault_to: None, ..context.clone() });
        }
        if !self.room.holds_fault(&envelope) {
            let too_large = FaultReason::EncodingLimit(EncodingLimit::MaxEnvelopeSizeExceeded);
            let context = FaultContext { fault_to: None, message: None, provider_fault: None, ..context };
            envelope = too_large.to_envelope(&context);
        }
        Answer { envelope: spoiled(envelope, config), is_fault: true }
    }
}

fn spoiled(envelope: String, config: &Config) -> String {
    match config.mutant {
        Some(mutant) => mutant.spoil(envelope),
        None => envelope,
    }
}
