//! From an envelope to the operation that it asks for, and from what the operation says to an envelope.

use crate::addressing;
use crate::addressing::MessageId;
use crate::server;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::Server;
use crate::server::authentication::User;
use crate::server::identify;
use crate::server::resources::Resources;
use crate::server::resources::unsupported;
use crate::server::robust;
use crate::server::robust::Admission;
use crate::shell::action as shell;
use crate::soap::Envelope;
use crate::wsman::FaultContext;
use crate::wsman::FaultReason;
use crate::wsman::OperationId;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::ResponseHeader;
use crate::wsman::SequenceId;
use crate::wsman::WsmanError;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration;
use crate::wsman::eventing;
use crate::wsman::identify::Identify;
use crate::wsman::robust::RobustMessage;
use crate::wsman::transfer;
use crate::xml::Charset;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// [DSP0226 5.4.6] "never itself a reason to fault", mandatory or not.
const FROM: QName = QName::new(addressing::NAMESPACE, "From");

/// An envelope to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) envelope: String,
    pub(super) is_fault: bool,
}

/// Where an envelope comes from.
pub(super) struct Origin<'a> {
    pub(super) connection: ConnectionId,
    pub(super) client_ip: &'a str,
    pub(super) user: &'a User,
    /// Whether it came in chunks, which shell verbs do not take ([MS-WSMV] 3.1.4.1.31.8).
    pub(super) is_chunked: bool,
}

/// One request, and everything about it that an operation may want to know.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) connection: ConnectionId,
    pub(super) user: &'a User,
    pub(super) header: &'a RequestHeader,
    pub(super) envelope: &'a Envelope,
    pub(super) now_ms: u64,
    /// The client's address, which the shell is described with.
    pub(super) client_ip: &'a str,
}

/// What an operation answers when it succeeds.
pub(super) struct Success {
    pub(super) action: &'static str,
    /// The content of the body; some have none.
    pub(super) body: Option<Box<dyn ToXml>>,
}

impl Success {
    pub(super) fn new(action: &'static str, body: impl ToXml + 'static) -> Self {
        Self { action, body: Some(Box::new(body)) }
    }

    pub(super) fn empty(action: &'static str) -> Self {
        Self { action, body: None }
    }
}

/// Why an operation answers with a fault, and what to tell people about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    reason: FaultReason,
    message: Option<String>,
}

impl From<FaultReason> for Refusal {
    fn from(reason: FaultReason) -> Self {
        Self { reason, message: None }
    }
}

/// [MS-WSMV] 3.1.4.1.31.3: the fault names what is wrong with the body.
impl From<XmlError> for Refusal {
    fn from(error: XmlError) -> Self {
        WsmanError::Body(error).into()
    }
}

impl From<WsmanError> for Refusal {
    fn from(error: WsmanError) -> Self {
        Self { reason: FaultReason::of(&error), message: Some(error.to_string()) }
    }
}

/// What comes of an operation: a success, a fault, or `None` for an answer that is still owed.
pub(super) type Outcome = Result<Option<Success>, Refusal>;

/// What writing an answer takes from its request, kept while the answer is owed.
#[derive(Debug, Clone)]
pub(super) struct ReplyTo {
    message_id: MessageId,
    /// The request's, when it could be read.
    request_id: Option<MessageId>,
    /// The operation that the answer is part of.
    operation_id: Option<OperationId>,
    /// Its number in it; a request that is refused begins none.
    sequence_id: Option<SequenceId>,
}

impl ReplyTo {
    fn new(request_id: Option<MessageId>, server: &mut Server) -> Self {
        let request_id = if server.config.is_mutant(Mutant::RelatesToWrong) {
            Some(server.new_message_id())
        } else {
            request_id.filter(|_| !server.config.is_mutant(Mutant::RelatesToAbsent))
        };
        Self { message_id: server.new_message_id(), request_id, operation_id: None, sequence_id: None }
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
            false => success.action,
        };
        let header = ResponseHeader {
            relates_to: self.request_id.as_ref().map(Into::into),
            operation_id: self.operation_id,
            sequence_id: self.sequence_id.filter(|_| !config.is_mutant(Mutant::SequenceIdAbsent)),
            ..ResponseHeader::unrelated(action, self.message_id)
        };
        let body = |w: &mut Writer| {
            if let Some(body) = success.body {
                body.to_xml(w);
            }
        };
        let envelope = Envelope::write(Some("en-US"), &RESPONSE_NAMESPACES, |w| w.write(&header), body);
        Answer { envelope: spoiled(envelope, config), is_fault: false }
    }

    fn fault(self, refusal: Refusal, config: &Config) -> Answer {
        let envelope = refusal.reason.to_envelope(&FaultContext {
            message_id: self.message_id,
            request_id: self.request_id,
            operation_id: self.operation_id.filter(|_| !config.is_mutant(Mutant::OperationIdLostInFaults)),
            sequence_id: self.sequence_id,
            machine: config.computer.clone(),
            message: refusal.message,
            provider_fault: None,
        });
        Answer { envelope: spoiled(envelope, config), is_fault: true }
    }
}

fn spoiled(envelope: String, config: &Config) -> String {
    match config.mutant {
        Some(mutant) => mutant.spoil(envelope),
        None => envelope,
    }
}

impl Server {
    /// Executes an envelope. `None` is an answer that [`Server::elapse`] gives later.
    pub(super) fn dispatch(
        &mut self,
        origin: &Origin<'_>,
        octets: &[u8],
        charset: Charset,
        moment: Moment,
    ) -> Option<Answer> {
        let envelope = match Envelope::decode(octets, Some(charset)) {
            Ok(envelope) => envelope,
            Err(error) => {
                let refusal = WsmanError::from(error).into();
                return Some(ReplyTo::new(None, self).answer(Err(refusal), &self.config));
            }
        };
        if Identify::is_asked(&envelope) {
            return Some(identify::authenticated(&self.config));
        }
        if RobustMessage::is_in(&envelope) {
            return Some(self.answer_robust(&envelope, origin.user));
        }
        let header = match RequestHeader::read(&envelope) {
            Ok(header) => header,
            Err(error) => {
                let reply_to = ReplyTo::new(MessageId::of(&envelope), self);
                return Some(reply_to.answer(Err(error.into()), &self.config));
            }
        };
        let mut reply_to = ReplyTo::new(Some(header.message_id.clone()), self);
        reply_to.operation_id = robust::operation_of(&header).cloned();
        let call = Call {
            connection: origin.connection,
            user: origin.user,
            client_ip: origin.client_ip,
            header: &header,
            envelope: &envelope,
            now_ms: moment.elapsed_ms,
        };
        let outcome = match self.refuse(&call, origin.is_chunked) {
            Some(reason) => Err(reason.into()),
            None => self.execute(&call, &mut reply_to),
        };
        match outcome {
            Ok(None) => None,
            Ok(Some(success)) => Some(reply_to.answer(Ok(success), &self.config)),
            Err(refusal) => Some(reply_to.answer(Err(refusal), &self.config)),
        }
    }

    /// A message about an operation has no answer but HTTP's.
    fn answer_robust(&mut self, envelope: &Envelope, user: &User) -> Answer {
        match self.heed(envelope, user) {
            Ok(()) => Answer { envelope: String::new(), is_fault: false },
            Err(refusal) => ReplyTo::new(MessageId::of(envelope), self).answer(Err(refusal), &self.config),
        }
    }

    /// Executes a request unless it was executed before.
    fn execute(&mut self, call: &Call<'_>, reply_to: &mut ReplyTo) -> Outcome {
        let numbered = ReplyTo {
            sequence_id: reply_to.operation_id.as_ref().map(|_| SequenceId::FIRST),
            ..reply_to.clone()
        };
        match self.admit(call, &numbered)? {
            Admission::Repeated => Ok(None),
            Admission::Execute => {
                *reply_to = numbered;
                self.operate(call, reply_to)
            }
        }
    }

    /// The checks that every operation shares.
    fn refuse(&self, call: &Call<'_>, is_chunked: bool) -> Option<FaultReason> {
        let is = |mutant| self.config.is_mutant(mutant);
        if !call.user.is_administrator && !is(Mutant::AdmitsEverybody) {
            return Some(FaultReason::AccessDenied);
        }
        let not_understood = call.header.not_understood(&[FROM]);
        if !not_understood.is_empty() && !is(Mutant::IgnoresMustUnderstand) {
            let named = if is(Mutant::MustUnderstandWithoutBlock) { Vec::new() } else { not_understood };
            return Some(FaultReason::MustUnderstand(named));
        }
        if is_chunked && !is(Mutant::TakesChunks) {
            return Some(FaultReason::InternalError(WsmanErrorCode::WIN32_NOT_SUPPORTED));
        }
        if call.header.resource_uri.is_none() {
            return Some(FaultReason::InvalidResourceUri);
        }
        None
    }

    /// One place that knows every resource and every action.
    fn operate(&mut self, call: &Call<'_>, reply_to: &ReplyTo) -> Outcome {
        let uri = call.header.resource_uri.clone().unwrap_or_else(|| ResourceUri::new(""));
        let is = |known: &str| uri.as_str().eq_ignore_ascii_case(known);
        if is(ResourceUri::CMD) {
            return self.operate_shell(call, reply_to);
        }
        if is(ResourceUri::SHELL) {
            return self.operate_shells(call);
        }
        self.operate_resource(call, &uri, reply_to)
    }

    /// What has its representation in [`Resources`].
    fn operate_resource(&mut self, call: &Call<'_>, uri: &ResourceUri, reply_to: &ReplyTo) -> Outcome {
        let Self { config, cim, events, subscriptions, .. } = self;
        let found = Resources { config, cim, events }.find(uri);
        let mut resource = found.ok_or(FaultReason::InvalidResourceUri)?;
        match call.header.action.as_str() {
            transfer::GET => server::transfer::get(call, resource.as_ref()).map(Some),
            transfer::PUT => server::transfer::put(call, resource.as_mut()).map(Some),
            transfer::CREATE => server::transfer::create(call, resource.as_mut()).map(Some),
            transfer::DELETE => server::transfer::delete(call, resource.as_mut()).map(Some),
            eventing::SUBSCRIBE | eventing::UNSUBSCRIBE | eventing::RENEW | eventing::GET_STATUS => {
                subscriptions.operate(call, reply_to)
            }
            _ => resource.invoke(call).map(Some),
        }
    }

    /// Get and Enumerate are of all shells, the rest of one kind of shell ([MS-WSMV] notes <103> and <114>).
    fn operate_shells(&mut self, call: &Call<'_>) -> Outcome {
        let Self { shells, random, .. } = self;
        match call.header.action.as_str() {
            transfer::GET => shells.get(call).map(Some),
            enumeration::ENUMERATE => shells.enumerate(call, random).map(Some),
            enumeration::PULL => shells.pull(call).map(Some),
            enumeration::RELEASE => shells.release(call).map(Some),
            _ => Err(unsupported(call)),
        }
    }

    fn operate_shell(&mut self, call: &Call<'_>, reply_to: &ReplyTo) -> Outcome {
        let Self { shells, config, random, .. } = self;
        match call.header.action.as_str() {
            transfer::CREATE => shells.create(call, config, random).map(Some),
            transfer::DELETE => shells.delete(call, config).map(Some),
            shell::COMMAND => shells.command(call, config, random).map(Some),
            shell::SEND => shells.send(call).map(Some),
            shell::RECEIVE => shells.receive(call, config, reply_to.clone()).map(|()| None),
            shell::SIGNAL => shells.signal(call, config).map(Some),
            shell::DISCONNECT => shells.disconnect(call, config).map(Some),
            shell::RECONNECT => shells.reconnect(call).map(Some),
            shell::CONNECT => shells.connect(call).map(Some),
            _ => Err(unsupported(call)),
        }
    }

    pub(super) fn new_message_id(&mut self) -> MessageId {
        MessageId::new(&format!("uuid:{}", new_uuid(&mut self.random)))
    }
}

/// A random UUID, upper case as Windows writes it.
pub(super) fn new_uuid(random: &mut dyn FnMut(&mut [u8])) -> String {
    let mut octets = [0; 16];
    random(&mut octets);
    uuid::Builder::from_random_bytes(octets).into_uuid().hyphenated().to_string().to_uppercase()
}
