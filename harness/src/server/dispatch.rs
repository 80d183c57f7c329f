//! From an envelope to the operation that it asks for.

use std::borrow::Cow;

use crate::addressing;
use crate::addressing::MessageId;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::Server;
use crate::server::authentication::User;
use crate::server::enumerations;
use crate::server::enumerations::Limits;
use crate::server::identify;
use crate::server::options;
use crate::server::reply::ReplyTo;
use crate::server::resources::Resources;
use crate::server::resources::event_log;
use crate::server::resources::event_log::Entry;
use crate::server::resources::event_log::What;
use crate::server::resources::unsupported;
use crate::server::rights;
use crate::server::robust::Admission;
use crate::server::room::Room;
use crate::server::subscriptions::Given;
use crate::shell::action as shell;
use crate::soap::Envelope;
use crate::wsman::ActionNotSupported;
use crate::wsman::DateTime;
use crate::wsman::EncodingLimit;
use crate::wsman::FaultReason;
use crate::wsman::OperationTimeout;
use crate::wsman::ProviderFault;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanError;
use crate::wsman::WsmanErrorCode;
use crate::wsman::enumeration;
use crate::wsman::eventing::Identifier;
use crate::wsman::identify::Identify;
use crate::wsman::robust::RobustMessage;
use crate::wsman::transfer;
use crate::xml::Charset;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::XmlError;

/// [DSP0226 5.4.6] "never itself a reason to fault", mandatory or not.
const FROM: QName = QName::new(addressing::NAMESPACE, "From");
/// The reference parameter of a subscription.
const IDENTIFIER: QName = Identifier::NAME;

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
    /// What HTTP says that the action is.
    pub(super) soap_action: Option<&'a str>,
    /// How many other operations of the user are owed an answer.
    pub(super) operations: usize,
}

/// One request, and everything about it that an operation may want to know.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) connection: ConnectionId,
    pub(super) user: &'a User,
    pub(super) header: &'a RequestHeader,
    pub(super) envelope: &'a Envelope,
    pub(super) now_ms: u64,
    /// The wall clock.
    pub(super) now: DateTime,
    /// How large the answer may be.
    pub(super) room: Room,
    /// The client's address, which the shell is described with.
    pub(super) client_ip: &'a str,
}

/// What an operation answers when it succeeds.
pub(super) struct Success {
    /// That of a method is made from the request's.
    pub(super) action: Cow<'static, str>,
    /// Header blocks of its own.
    pub(super) headers: Vec<Box<dyn ToXml>>,
    /// The content of the body; some have none.
    pub(super) body: Option<Box<dyn ToXml>>,
}

impl Success {
    pub(super) fn new(action: impl Into<Cow<'static, str>>, body: impl ToXml + 'static) -> Self {
        Self { action: action.into(), headers: Vec::new(), body: Some(Box::new(body)) }
    }

    pub(super) fn empty(action: &'static str) -> Self {
        Self { action: Cow::Borrowed(action), headers: Vec::new(), body: None }
    }

    pub(super) fn with_header(mut self, block: impl ToXml + 'static) -> Self {
        self.headers.push(Box::new(block));
        self
    }
}

/// Why an operation answers with a fault, and what to tell people about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: FaultReason,
    pub(super) message: Option<String>,
    pub(super) provider_fault: Option<Box<ProviderFault>>,
}

impl Refusal {
    /// A refusal by what a plug-in said.
    pub(super) fn by_provider(reason: FaultReason, provider_fault: ProviderFault) -> Self {
        Self { reason, message: None, provider_fault: Some(Box::new(provider_fault)) }
    }

    /// A refusal that says what is wrong in words of its own.
    pub(super) fn told(reason: FaultReason, message: &str) -> Self {
        Self { reason, message: Some(message.to_owned()), provider_fault: None }
    }
}

impl From<FaultReason> for Refusal {
    fn from(reason: FaultReason) -> Self {
        Self { reason, message: None, provider_fault: None }
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
        Self { reason: FaultReason::of(&error), message: Some(error.to_string()), provider_fault: None }
    }
}

/// What comes of an operation: a success, a fault, or `None` for an answer that is still owed.
pub(super) type Outcome = Result<Option<Success>, Refusal>;

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
                return Some(ReplyTo::new(None, charset, self).answer(Err(refusal), &self.config));
            }
        };
        if origin.user.is_nobody() {
            let refusal = FaultReason::AccessDenied.into();
            let reply_to = ReplyTo::new(MessageId::of(&envelope), charset, self);
            return Some(reply_to.answer(Err(refusal), &self.config));
        }
        if Identify::is_asked(&envelope) {
            return Some(identify::authenticated(&self.config));
        }
        if RobustMessage::is_in(&envelope) {
            return Some(self.answer_robust(&envelope, origin.user, charset));
        }
        let header = match RequestHeader::read(&envelope) {
            Ok(header) => header,
            Err(error) => {
                let reply_to = ReplyTo::new(MessageId::of(&envelope), charset, self);
                return Some(reply_to.answer(Err(error.into()), &self.config));
            }
        };
        let mut reply_to = ReplyTo::to(&header, &envelope, charset, self);
        let call = Call {
            connection: origin.connection,
            user: origin.user,
            client_ip: origin.client_ip,
            header: &header,
            envelope: &envelope,
            now_ms: moment.elapsed_ms,
            now: DateTime::from_filetime(moment.filetime),
            room: reply_to.room,
        };
        let outcome = match self.refuse(&call, origin) {
            Some(reason) => {
                if reason == FaultReason::AccessDenied {
                    self.record(&call, What::AccessDenied, header.action.as_str());
                }
                Err(reason.into())
            }
            None => self.execute(&call, &mut reply_to),
        };
        match outcome {
            Ok(None) => None,
            Ok(Some(success)) => Some(reply_to.answer(Ok(success), &self.config)),
            Err(refusal) => Some(reply_to.answer(Err(refusal), &self.config)),
        }
    }

    /// The fault to a request whose encoding the service doesn't know: in UTF-8, as R13.1-5 wants it.
    pub(super) fn refuse_charset(&mut self) -> Answer {
        let reason = FaultReason::EncodingLimit(EncodingLimit::CharacterSet);
        ReplyTo::new(None, Charset::Utf8, self).answer(Err(reason.into()), &self.config)
    }

    /// A message about an operation has no answer but HTTP's.
    fn answer_robust(&mut self, envelope: &Envelope, user: &User, charset: Charset) -> Answer {
        match self.heed(envelope, user) {
            Ok(()) => Answer { envelope: String::new(), is_fault: false },
            Err(refusal) => {
                ReplyTo::new(MessageId::of(envelope), charset, self).answer(Err(refusal), &self.config)
            }
        }
    }

    /// Executes a request unless it was executed before.
    fn execute(&mut self, call: &Call<'_>, reply_to: &mut ReplyTo) -> Outcome {
        let numbered = reply_to.numbered();
        match self.admit(call, &numbered)? {
            Admission::Repeated => Ok(None),
            Admission::Execute => {
                *reply_to = numbered;
                self.operate(call, reply_to)
            }
        }
    }

    /// The checks that every operation shares.
    fn refuse(&self, call: &Call<'_>, origin: &Origin<'_>) -> Option<FaultReason> {
        let is = |mutant| self.config.is_mutant(mutant);
        if !rights::allows(&self.config, call) {
            return Some(FaultReason::AccessDenied);
        }
        if origin.operations >= self.config.max_concurrent_operations_per_user {
            return Some(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_OPERATIONS));
        }
        // "SOAPAction is optional; if sent it equals wsa:Action." Empty is as good as absent.
        let action = call.header.action.as_str();
        let is_other = origin.soap_action.is_some_and(|said| !said.is_empty() && said != action);
        if is_other {
            let action = call.header.action.clone();
            return Some(FaultReason::ActionNotSupported { action, why: ActionNotSupported::Mismatch });
        }
        let not_understood = call.header.not_understood(&[FROM, IDENTIFIER]);
        if !not_understood.is_empty() && !is(Mutant::IgnoresMustUnderstand) {
            let named = if is(Mutant::MustUnderstandWithoutBlock) { Vec::new() } else { not_understood };
            return Some(FaultReason::MustUnderstand(named));
        }
        let Some(uri) = &call.header.resource_uri else {
            // "Pull repeats the endpoint reference of the Enumerate; a missing one is reported."
            return Some(match call.header.action.as_str() {
                enumeration::PULL | enumeration::RELEASE => {
                    FaultReason::MessageInformationHeaderRequired(ResourceUri::NAME.to_string())
                }
                _ => FaultReason::InvalidResourceUri,
            });
        };
        let is_shell = uri.as_str().to_ascii_lowercase().starts_with(ResourceUri::SHELL);
        if origin.is_chunked && is_shell && !is(Mutant::TakesChunks) {
            return Some(FaultReason::InternalError(WsmanErrorCode::WIN32_NOT_SUPPORTED));
        }
        // A request that may take no time at all can't be answered by anything else.
        if call.header.operation_timeout.is_some_and(|OperationTimeout(time)| time.as_millis() == 0) {
            return Some(FaultReason::InvalidTimeout);
        }
        options::refuse(call, &self.config)
    }

    /// One place that knows every resource and every action.
    fn operate(&mut self, call: &Call<'_>, reply_to: &ReplyTo) -> Outcome {
        let uri = call.header.resource_uri.clone().unwrap_or_else(|| ResourceUri::new(""));
        let is = |known: &str| uri.as_str().eq_ignore_ascii_case(known);
        let is_shell = is(ResourceUri::CMD) || is(ResourceUri::SHELL);
        // [MS-WSMV 3.1.4.2.1] Shells come whole or not at all.
        if is_shell && call.header.fragment_transfer.is_some() {
            return Err(FaultReason::UnsupportedFeature(UnsupportedFeature::FragmentLevelAccess).into());
        }
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
        if self.subscriptions.is_asked(call) {
            return self.operate_eventing(call, uri, reply_to);
        }
        let mutant = self.config.mutant;
        if call.header.action.as_str() == enumeration::ENUMERATE {
            return self.enumerate_resource(call, uri);
        }
        let Self { config, cim, events, enumerations, .. } = self;
        if matches!(call.header.action.as_str(), enumeration::PULL | enumeration::RELEASE) {
            return enumerations.go_on(call, Limits::of(config)).map(Some);
        }
        let found = Resources { config, cim, events }.find(uri);
        let mut resource = found.ok_or(FaultReason::InvalidResourceUri)?;
        let outcome = match call.header.action.as_str() {
            transfer::GET => server::transfer::get(call, resource.as_ref(), mutant).map(Some),
            transfer::PUT => server::transfer::put(call, resource.as_mut(), mutant).map(Some),
            transfer::CREATE => server::transfer::create(call, resource.as_mut(), mutant).map(Some),
            transfer::DELETE => server::transfer::delete(call, resource.as_mut(), mutant).map(Some),
            // WS-Management discourages these.
            enumeration::RENEW | enumeration::GET_STATUS | enumeration::ENUMERATION_END => {
                Err(unsupported(call))
            }
            _ => resource.invoke(call).map(Some),
        };
        drop(resource);
        let is_change =
            matches!(call.header.action.as_str(), transfer::PUT | transfer::CREATE | transfer::DELETE);
        if is_change && outcome.is_ok() && is_configuration(uri) {
            self.record(call, What::ConfigurationChanged, uri.as_str());
        }
        outcome
    }

    /// [MS-WSMV] 3.1.4.6: the event log is the only resource with events.
    fn operate_eventing(&mut self, call: &Call<'_>, uri: &ResourceUri, reply_to: &ReplyTo) -> Outcome {
        let Self { config, cim, events, subscriptions, random, .. } = self;
        if !uri.as_str().eq_ignore_ascii_case(event_log::URI) {
            let found = Resources { config, cim, events }.find(uri);
            return Err(found.map_or(FaultReason::InvalidResourceUri.into(), |_| unsupported(call)));
        }
        let moment = Moment { elapsed_ms: call.now_ms, filetime: call.now.filetime() };
        subscriptions.operate(call, reply_to, &mut Given { config, events, random, moment })
    }

    /// Records something that a call did.
    fn record(&mut self, call: &Call<'_>, what: What, subject: &str) {
        self.events.record(Entry {
            what,
            filetime: call.now.filetime(),
            computer: &self.config.computer,
            user: &call.user.name,
            client_ip: call.client_ip,
            subject,
        });
    }

    fn enumerate_resource(&mut self, call: &Call<'_>, uri: &ResourceUri) -> Outcome {
        let Self { config, cim, events, enumerations, random, .. } = self;
        let narrowed = enumerations::narrowed(call);
        let call_of_resource = Call { header: narrowed.as_ref().unwrap_or(call.header), ..*call };
        let uri = narrowed.as_ref().and_then(|header| header.resource_uri.as_ref()).unwrap_or(uri);
        // Who asks for all classes and means one needs the right to that one.
        if !rights::allows(config, &call_of_resource) {
            return Err(FaultReason::AccessDenied.into());
        }
        let limits = Limits::of(config);
        let resource = Resources { config, cim, events }.find(uri).ok_or(FaultReason::InvalidResourceUri)?;
        enumerations.enumerate(call, || resource.enumerate(&call_of_resource), limits, random).map(Some)
    }

    /// Get and Enumerate are of all shells, the rest of one kind of shell ([MS-WSMV] notes <103> and <114>).
    fn operate_shells(&mut self, call: &Call<'_>) -> Outcome {
        let Self { shells, enumerations, config, random, .. } = self;
        match call.header.action.as_str() {
            transfer::GET => shells.get(call).map(Some),
            enumeration::ENUMERATE => {
                enumerations.enumerate(call, || shells.enumerate(call), Limits::of(config), random).map(Some)
            }
            enumeration::PULL | enumeration::RELEASE => {
                enumerations.go_on(call, Limits::of(config)).map(Some)
            }
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

/// Whether a resource is the configuration or a part of it.
fn is_configuration(uri: &ResourceUri) -> bool {
    let start = uri.as_str().split_at_checked(ResourceUri::CONFIG.len());
    start.is_some_and(|(start, _)| start.eq_ignore_ascii_case(ResourceUri::CONFIG))
}
