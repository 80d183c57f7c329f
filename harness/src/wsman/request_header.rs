use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::EndpointReference;
use crate::addressing::FaultTo;
use crate::addressing::MessageId;
use crate::addressing::MessageInformation;
use crate::addressing::RelatesTo;
use crate::addressing::ReplyTo;
use crate::addressing::To;
use crate::limits::WSMAN_URI_BYTES_MAX;
use crate::soap::Envelope;
use crate::soap::ExpandedName;
use crate::soap::HeaderBlock;
use crate::soap::MUST_UNDERSTAND;
use crate::soap::NotUnderstood;
use crate::wsman::ActivityId;
use crate::wsman::CompressionType;
use crate::wsman::DataLocale;
use crate::wsman::FragmentTransfer;
use crate::wsman::Locale;
use crate::wsman::MaxEnvelopeSize;
use crate::wsman::NAMESPACE;
use crate::wsman::OperationId;
use crate::wsman::OperationTimeout;
use crate::wsman::OptionSet;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::SequenceId;
use crate::wsman::SessionId;
use crate::wsman::WsmanError;
use crate::wsman::header_bounds::check_option_set;
use crate::wsman::header_bounds::check_selector_set;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XML;

const REQUEST_TOTAL_ITEMS_COUNT_ESTIMATE: QName = QName::new(NAMESPACE, "RequestTotalItemsCountEstimate");
const REQUEST_EPR: QName = QName::new(NAMESPACE, "RequestEPR");
const LANG: QName = QName::new(XML, "lang");

/// The header blocks of a request. Their order on the wire is arbitrary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeader {
    /// What is asked.
    pub action: Action,
    /// The address of the service.
    pub to: To,
    /// What the response will relate to.
    pub message_id: MessageId,
    /// Where the response goes; what it holds besides an address comes back with the response.
    pub reply_to: EndpointReference,
    /// The same for a fault.
    pub fault_to: Option<EndpointReference>,
    /// The class of the resource. Its absence is a fault that depends on the action, so it is none here.
    pub resource_uri: Option<ResourceUri>,
    /// Which instance of the resource.
    pub selector_set: SelectorSet,
    /// The switches of this request.
    pub option_set: OptionSet,
    /// The largest response that the client takes.
    pub max_envelope_size: Option<MaxEnvelopeSize>,
    /// When the client wants an answer at the latest.
    pub operation_timeout: Option<OperationTimeout>,
    /// The language of messages.
    pub locale: Option<Locale>,
    /// The language of formatted values.
    pub data_locale: Option<DataLocale>,
    /// The client's session.
    pub session_id: Option<SessionId>,
    /// The operation that the message is part of.
    pub operation_id: Option<OperationId>,
    /// Whether the request was sent before: the block that names the operation is mandatory ([MS-WSMV] 3.1.4.1.39).
    pub is_retransmission: bool,
    /// The number of the message in its operation.
    pub sequence_id: Option<SequenceId>,
    /// For tracing.
    pub activity_id: Option<ActivityId>,
    /// The part of the representation that the request is about.
    pub fragment_transfer: Option<FragmentTransfer>,
    /// Whether the response is to estimate how many items there are.
    pub request_total_items_count_estimate: bool,
    /// Whether the response is to tell the reference of the resource.
    pub request_epr: bool,
    /// How the streams of the shell are compressed.
    pub compression_type: Option<CompressionType>,
    /// The mandatory header blocks whose names WS-Management and WS-Addressing don't define.
    pub mandatory_others: Vec<ExpandedName>,
}

impl RequestHeader {
    /// What a request must have, and nothing else.
    #[must_use]
    pub fn new(action: &str, to: &str, message_id: MessageId, resource_uri: ResourceUri) -> Self {
        Self {
            action: Action::new(action),
            to: To::new(to),
            message_id,
            reply_to: EndpointReference::anonymous(),
            fault_to: None,
            resource_uri: Some(resource_uri),
            selector_set: SelectorSet::default(),
            option_set: OptionSet::default(),
            max_envelope_size: None,
            operation_timeout: None,
            locale: None,
            data_locale: None,
            session_id: None,
            operation_id: None,
            is_retransmission: false,
            sequence_id: None,
            activity_id: None,
            fragment_transfer: None,
            request_total_items_count_estimate: false,
            request_epr: false,
            compression_type: None,
            mandatory_others: Vec::new(),
        }
    }

    /// Reads the header blocks of a request; the error says which fault it deserves.
    pub fn read(envelope: &Envelope) -> Result<Self, WsmanError> {
        let addressing = MessageInformation::read(envelope)?;
        check_replies(&addressing)?;
        let mut header = Self {
            action: required(addressing.action, Action::NAME)?,
            to: required(addressing.to, To::NAME)?,
            message_id: required(addressing.message_id, MessageId::NAME)?,
            reply_to: required(addressing.reply_to, ReplyTo::NAME)?.0,
            fault_to: addressing.fault_to.map(|FaultTo(reference)| reference),
            resource_uri: None,
            ..Self::new("", "", MessageId::new(""), ResourceUri::new(""))
        };
        let mut seen = Vec::new();
        for block in envelope.header_blocks() {
            header.block(block, &mut seen)?;
        }
        Ok(header)
    }

    /// The mandatory header blocks that are neither in `also_known` nor known here.
    #[must_use]
    pub fn not_understood(&self, also_known: &[QName]) -> Vec<NotUnderstood> {
        let is_unknown = |name: &&ExpandedName| !also_known.iter().any(|known| name.is(*known));
        self.mandatory_others.iter().filter(is_unknown).cloned().map(NotUnderstood).collect()
    }

    fn block(&mut self, block: HeaderBlock<'_>, seen: &mut Vec<QName>) -> Result<(), WsmanError> {
        let element = block.element;
        let Some((name, read)) = KNOWN.into_iter().find(|(name, _)| element.is(*name)) else {
            if block.is_mandatory() && !READ_BEFORE.into_iter().any(|name| element.is(name)) {
                self.mandatory_others.push(ExpandedName::of(element));
            }
            return Ok(());
        };
        if seen.contains(&name) {
            return Err(AddressingError::RepeatedHeader { name: name.to_string() }.into());
        }
        seen.push(name);
        read(self, block)
    }
}

/// The blocks that [`MessageInformation`] reads.
const READ_BEFORE: [QName; 6] =
    [Action::NAME, To::NAME, MessageId::NAME, ReplyTo::NAME, FaultTo::NAME, RelatesTo::NAME];

type ReadBlock = fn(&mut RequestHeader, HeaderBlock<'_>) -> Result<(), WsmanError>;

const KNOWN: [(QName, ReadBlock); 15] = [
    (ResourceUri::NAME, |header, block| set(&mut header.resource_uri, resource_uri(block.element))),
    (SelectorSet::ELEMENT, |header, block| {
        header.selector_set = selector_set(block.element)?;
        Ok(())
    }),
    (OptionSet::ELEMENT, |header, block| {
        header.option_set = option_set(block.element)?;
        Ok(())
    }),
    (MaxEnvelopeSize::NAME, |header, block| {
        set(&mut header.max_envelope_size, max_envelope_size(block.element))
    }),
    (OperationTimeout::NAME, |header, block| {
        set(&mut header.operation_timeout, operation_timeout(block.element))
    }),
    (Locale::NAME, |header, block| set(&mut header.locale, optional(block, WsmanError::MandatoryLocale))),
    (DataLocale::NAME, |header, block| {
        set(&mut header.data_locale, optional(block, WsmanError::MandatoryDataLocale))
    }),
    (SessionId::NAME, |header, block| set(&mut header.session_id, read(block.element))),
    (OperationId::NAME, |header, block| {
        header.is_retransmission = block.is_mandatory();
        set(&mut header.operation_id, read(block.element))
    }),
    (SequenceId::NAME, |header, block| set(&mut header.sequence_id, read(block.element))),
    (ActivityId::NAME, |header, block| set(&mut header.activity_id, read(block.element))),
    (FragmentTransfer::NAME, |header, block| {
        set(&mut header.fragment_transfer, mandatory(block, FragmentTransfer::NAME))
    }),
    (REQUEST_TOTAL_ITEMS_COUNT_ESTIMATE, |header, _| {
        header.request_total_items_count_estimate = true;
        Ok(())
    }),
    (REQUEST_EPR, |header, _| {
        header.request_epr = true;
        Ok(())
    }),
    (CompressionType::NAME, |header, block| set(&mut header.compression_type, read(block.element))),
];

fn set<T>(slot: &mut Option<T>, value: Result<T, WsmanError>) -> Result<(), WsmanError> {
    *slot = Some(value?);
    Ok(())
}

/// Reads a block that must not be mandatory.
fn optional<T: FromXml>(block: HeaderBlock<'_>, if_mandatory: WsmanError) -> Result<T, WsmanError> {
    if block.is_mandatory() {
        return Err(if_mandatory);
    }
    read(block.element)
}

/// Reads a block that must be mandatory ([MS-WSMV] 3.1.4.1.18).
fn mandatory<T: FromXml>(block: HeaderBlock<'_>, name: QName) -> Result<T, WsmanError> {
    if !block.is_mandatory() {
        return Err(WsmanError::NotMandatory { name: name.to_string() });
    }
    read(block.element)
}

/// "Any ReplyTo other than anonymous is refused as an unsupported addressing mode", and so is a FaultTo.
fn check_replies(found: &MessageInformation) -> Result<(), WsmanError> {
    let reply_to = found.reply_to.as_ref().map(|to| &to.0);
    let fault_to = found.fault_to.as_ref().map(|to| &to.0);
    match reply_to.into_iter().chain(fault_to).find(|reference| !reference.is_anonymous()) {
        Some(other) => Err(WsmanError::AddressingMode { address: other.address.to_string() }),
        None => Ok(()),
    }
}

fn required<T>(value: Option<T>, name: QName) -> Result<T, AddressingError> {
    value.ok_or_else(|| AddressingError::MissingHeader { name: name.to_string() })
}

/// Reads a block; what is wrong with it is a wrong header, not a wrong body.
fn read<T: FromXml>(element: Element<'_>) -> Result<T, WsmanError> {
    element.read().map_err(|error| AddressingError::InvalidHeader(error).into())
}

fn resource_uri(element: Element<'_>) -> Result<ResourceUri, WsmanError> {
    let uri: ResourceUri = read(element)?;
    if uri.as_str().len() > WSMAN_URI_BYTES_MAX {
        return Err(WsmanError::UriTooLong { bytes_max: WSMAN_URI_BYTES_MAX });
    }
    Ok(uri)
}

fn selector_set(element: Element<'_>) -> Result<SelectorSet, WsmanError> {
    check_selector_set(element)?;
    read(element)
}

fn option_set(element: Element<'_>) -> Result<OptionSet, WsmanError> {
    check_option_set(element)?;
    read(element)
}

fn max_envelope_size(element: Element<'_>) -> Result<MaxEnvelopeSize, WsmanError> {
    let size: MaxEnvelopeSize = read(element)?;
    if size < MaxEnvelopeSize::MIN {
        return Err(WsmanError::EnvelopeSizeTooSmall { found: size.0 });
    }
    Ok(size)
}

fn operation_timeout(element: Element<'_>) -> Result<OperationTimeout, WsmanError> {
    let found = || element.trimmed_text().chars().take(64).collect();
    element.read().map_err(|_| WsmanError::InvalidTimeout { found: found() })
}

/// Writes the header blocks as Windows clients do; the reply goes back over the connection.
impl ToXml for RequestHeader {
    fn to_xml(&self, writer: &mut Writer) {
        let w = writer;
        w.text_element(To::NAME, self.to.as_str());
        if let Some(uri) = &self.resource_uri {
            text_block(ResourceUri::NAME, Some("true"), uri.as_str(), w);
        }
        self.reply_to.write_as(ReplyTo::NAME, true, w);
        if let Some(fault_to) = &self.fault_to {
            fault_to.write_as(FaultTo::NAME, false, w);
        }
        text_block(Action::NAME, Some("true"), self.action.as_str(), w);
        if let Some(size) = self.max_envelope_size {
            text_block(MaxEnvelopeSize::NAME, Some("true"), &size.0.to_string(), w);
        }
        w.text_element(MessageId::NAME, self.message_id.as_str());
        locale_block(Locale::NAME, self.locale.as_ref().map(Locale::as_str), w);
        locale_block(DataLocale::NAME, self.data_locale.as_ref().map(DataLocale::as_str), w);
        if let Some(id) = &self.session_id {
            text_block(SessionId::NAME, Some("false"), id.as_str(), w);
        }
        let is_mandatory = if self.is_retransmission { "true" } else { "false" };
        write_operation(
            self.operation_id.as_ref(),
            is_mandatory,
            self.sequence_id,
            self.activity_id.as_ref(),
            w,
        );
        if !self.option_set.0.is_empty() {
            w.write(&self.option_set);
        }
        if !self.selector_set.0.is_empty() {
            w.write(&self.selector_set);
        }
        if let Some(timeout) = self.operation_timeout {
            w.text_element(OperationTimeout::NAME, &timeout.0.to_string());
        }
        if let Some(fragment) = &self.fragment_transfer {
            w.write(fragment);
        }
        if self.request_total_items_count_estimate {
            w.empty_element(REQUEST_TOTAL_ITEMS_COUNT_ESTIMATE);
        }
        if self.request_epr {
            w.empty_element(REQUEST_EPR);
        }
        if let Some(compression) = &self.compression_type {
            text_block(CompressionType::NAME, Some("true"), compression.as_str(), w);
        }
    }
}

/// The blocks that requests and responses share.
pub(super) fn write_operation(
    operation_id: Option<&OperationId>,
    is_mandatory: &str,
    sequence_id: Option<SequenceId>,
    activity_id: Option<&ActivityId>,
    writer: &mut Writer,
) {
    if let Some(id) = operation_id {
        text_block(OperationId::NAME, Some(is_mandatory), id.as_str(), writer);
    }
    if let Some(id) = sequence_id {
        text_block(SequenceId::NAME, Some("false"), &id.0.to_string(), writer);
    }
    if let Some(id) = activity_id {
        text_block(ActivityId::NAME, None, id.as_str(), writer);
    }
}

fn locale_block(name: QName, lang: Option<&str>, writer: &mut Writer) {
    if let Some(lang) = lang {
        writer.element(name, |w| {
            w.attribute(LANG, lang);
            w.attribute(MUST_UNDERSTAND, "false");
        });
    }
}

fn text_block(name: QName, must_understand: Option<&str>, text: &str, writer: &mut Writer) {
    writer.element(name, |w| {
        if let Some(value) = must_understand {
            w.attribute(MUST_UNDERSTAND, value);
        }
        w.text(text);
    });
}
