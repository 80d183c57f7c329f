use crate::addressing;
use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::MessageId;

use crate::soap::Envelope;
use crate::soap::ExpandedName;
use crate::soap::Fault;
use crate::soap::FaultCode;
use crate::soap::NotUnderstood;
use crate::soap::Opaque;
use crate::soap::SoapError;
use crate::soap::Upgrade;
use crate::wsman;
use crate::wsman::FaultDetail;
use crate::wsman::ProviderFault;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::ResponseHeader;
use crate::wsman::WsmanError;
use crate::wsman::WsmanErrorCode;
use crate::wsman::WsmanFault;
use crate::wsman::enumeration;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;

/// [DSP0226 14.6] Every fault that the server sends. [`Self::describe`] is the only place that picks its codes.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultReason {
    /// The user may not do it.
    AccessDenied,
    /// The resource doesn't do what the action asks.
    ActionNotSupported(Action),
    /// No resource has the resource URI.
    InvalidResourceUri,
    /// Something is longer or shorter than the service takes.
    EncodingLimit(EncodingLimit),
    /// The selectors name no instance, such as a shell or command that is gone.
    InvalidSelectors(InvalidSelectors),
    /// A header block is there and wrong.
    InvalidMessageInformationHeader,
    /// A header block is missing.
    MessageInformationHeaderRequired,
    /// Mandatory header blocks are unknown.
    MustUnderstand(Vec<NotUnderstood>),
    /// The envelope is of another SOAP version.
    VersionMismatch,
    /// The body is not what its schema says.
    SchemaValidationError,
    /// A value in the body is wrong.
    InvalidParameter,
    /// An option is wrong.
    InvalidOptions(InvalidOptions),
    /// The service doesn't do what a header block or the body asks.
    UnsupportedFeature(UnsupportedFeature),
    /// Nothing came before the request's time-out; clients ask again.
    TimedOut,
    /// A quota is used up; the code says which.
    QuotaLimit(WsmanErrorCode),
    /// The service or a plug-in failed; the code says how.
    InternalError(WsmanErrorCode),
    /// The operation came at the wrong time; the code says why.
    Concurrency(WsmanErrorCode),
    /// There is such an instance already; the code says which.
    AlreadyExists(WsmanErrorCode),
    /// The filter is wrong.
    CannotProcessFilter,
    /// The resource can't be filtered.
    FilteringNotSupported,
    /// The resource can't be filtered by expressions of this dialect.
    FilterDialectRequestedUnavailable,
    /// There is no such enumeration, or no longer.
    InvalidEnumerationContext,
}

/// [DSP0226 14.6] The details of `wsman:EncodingLimit`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingLimit {
    /// A URI is too long.
    Uri,
    /// `MaxEnvelopeSize` is too small.
    MinimumEnvelope,
    /// The response is larger than the client takes.
    MaxEnvelopeSizeExceeded,
    /// The request is larger than the service takes.
    ServiceEnvelope,
    /// Too many or too long selectors.
    Selector,
    /// Too many or too long options.
    Option,
    /// The encoding is unknown.
    CharacterSet,
}

/// [DSP0226 14.6] The details of `wsman:InvalidSelectors`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidSelectors {
    /// A selector is missing.
    Insufficient,
    /// No instance has them: the answer for an unknown shell.
    Unexpected,
    /// A value is of another type.
    TypeMismatch,
    /// A value is wrong.
    InvalidValue,
    /// More than one instance has them.
    Ambiguous,
    /// A name comes twice.
    Duplicate,
}

/// [DSP0226 14.6] The details of `wsman:InvalidOptions`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidOptions {
    /// The resource takes no options.
    NotSupported,
    /// It doesn't know the name.
    InvalidName,
    /// It doesn't take the value.
    InvalidValue,
}

/// [DSP0226 14.6] The details of `wsman:UnsupportedFeature` that the server has a use for.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedFeature {
    /// A reply to somewhere else.
    AddressingMode,
    /// A mandatory `Locale`.
    Locale,
    /// A mandatory `DataLocale`.
    DataLocale,
    /// `FragmentTransfer`.
    FragmentLevelAccess,
    /// An enumeration mode.
    EnumerationMode,
    /// An `OptionSet`.
    OptionSet,
}

/// What a [`FaultReason`] means on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultDescription {
    /// Who is at fault.
    pub code: FaultCode,
    /// The subcode; none for the faults that SOAP itself defines.
    pub subcode: Option<QName>,
    /// The last segment of the `FaultDetail`.
    pub detail: Option<&'static str>,
    /// The action of the fault message.
    pub action: &'static str,
    /// The code in `WSManFault`.
    pub wsman_code: WsmanErrorCode,
    /// The status of the HTTP response: Windows sends 500 whoever is at fault.
    pub http_status: u16,
    /// What to tell people when the caller has nothing better.
    pub sentence: &'static str,
}

/// What a fault message needs besides its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultContext {
    /// The identity of the fault message.
    pub message_id: MessageId,
    /// The request's, when it could be read.
    pub request_id: Option<MessageId>,
    /// The name under which the client knows this machine.
    pub machine: String,
    /// What to tell people instead of the usual sentence.
    pub message: Option<String>,
    /// What the plug-in said.
    pub provider_fault: Option<ProviderFault>,
}

impl FaultReason {
    /// The fault that a server answers to a message that it could not read.
    #[must_use]
    pub fn of(error: &WsmanError) -> Self {
        match error {
            WsmanError::Addressing(AddressingError::Soap(SoapError::VersionMismatch { .. })) => {
                Self::VersionMismatch
            }
            WsmanError::Addressing(AddressingError::Soap(_)) | WsmanError::Body(_) => {
                Self::SchemaValidationError
            }
            // "An empty or missing MessageID is refused as an invalid header."
            WsmanError::Addressing(AddressingError::MissingHeader { name })
                if *name != MessageId::NAME.to_string() =>
            {
                Self::MessageInformationHeaderRequired
            }
            WsmanError::Addressing(_) | WsmanError::InvalidTimeout { .. } => {
                Self::InvalidMessageInformationHeader
            }
            WsmanError::AddressingMode { .. } => Self::UnsupportedFeature(UnsupportedFeature::AddressingMode),
            WsmanError::EnvelopeSizeTooSmall { .. } => Self::EncodingLimit(EncodingLimit::MinimumEnvelope),
            WsmanError::UriTooLong { .. } => Self::EncodingLimit(EncodingLimit::Uri),
            WsmanError::TooManySelectors { .. } => Self::EncodingLimit(EncodingLimit::Selector),
            WsmanError::TooManyOptions { .. } => Self::EncodingLimit(EncodingLimit::Option),
            WsmanError::DuplicateSelector { .. } => Self::InvalidSelectors(InvalidSelectors::Duplicate),
            WsmanError::MandatoryLocale => Self::UnsupportedFeature(UnsupportedFeature::Locale),
            WsmanError::MandatoryDataLocale => Self::UnsupportedFeature(UnsupportedFeature::DataLocale),
        }
    }

    /// Code, subcode, detail, action and numbers of the fault.
    #[must_use]
    pub fn describe(&self) -> FaultDescription {
        use WsmanErrorCode as C;
        match self {
            Self::AccessDenied => wsman("AccessDenied", C::WIN32_ACCESS_DENIED, "access is denied"),
            Self::ActionNotSupported(_) => {
                wsa("ActionNotSupported", C::ACTION_NOT_SUPPORTED, "the resource does not support the action")
            }
            Self::InvalidResourceUri => FaultDescription {
                detail: Some("InvalidResourceURI"),
                ..wsa("DestinationUnreachable", C::INVALID_RESOURCE_URI, "there is no such resource")
            },
            Self::EncodingLimit(limit) => limit.describe(),
            Self::InvalidSelectors(selectors) => selectors.describe(),
            Self::InvalidMessageInformationHeader => wsa(
                "InvalidMessageInformationHeader",
                C::INVALID_MESSAGE_INFORMATION_HEADER,
                "a header of the request is invalid",
            ),
            Self::MessageInformationHeaderRequired => wsa(
                "MessageInformationHeaderRequired",
                C::MESSAGE_INFORMATION_HEADER_REQUIRED,
                "a header that the request must have is missing",
            ),
            Self::MustUnderstand(_) => FaultDescription {
                code: FaultCode::MustUnderstand,
                subcode: None,
                ..wsa("", C::SOAP_FAULT_MUST_UNDERSTAND, "a mandatory header is not understood")
            },
            Self::VersionMismatch => FaultDescription {
                code: FaultCode::VersionMismatch,
                subcode: None,
                action: SOAP_FAULT,
                ..wsa("", C::SOAP_VERSION_MISMATCH, "the request is no SOAP 1.2 message")
            },
            Self::SchemaValidationError => wsman(
                "SchemaValidationError",
                C::SCHEMA_VALIDATION_ERROR,
                "the request does not conform to its schema",
            ),
            Self::InvalidParameter => FaultDescription {
                detail: Some("InvalidValue"),
                ..wsman("InvalidParameter", C::WIN32_INVALID_PARAMETER, "a parameter has a wrong value")
            },
            Self::InvalidOptions(options) => options.describe(),
            Self::UnsupportedFeature(feature) => feature.describe(),
            Self::TimedOut => receiver(wsman(
                "TimedOut",
                C::OPERATION_TIMEDOUT,
                "the operation did not complete within OperationTimeout",
            )),
            Self::QuotaLimit(code) => wsman("QuotaLimit", *code, "a quota is used up"),
            Self::InternalError(code) => receiver(wsman("InternalError", *code, "the service failed")),
            Self::Concurrency(code) => {
                wsman("Concurrency", *code, "another operation on the resource is in progress")
            }
            Self::AlreadyExists(code) => wsman("AlreadyExists", *code, "the resource exists already"),
            Self::CannotProcessFilter => {
                wsen("CannotProcessFilter", C::ENUMERATE_CANNOT_PROCESS_FILTER, "the filter is invalid")
            }
            Self::FilteringNotSupported => wsen(
                "FilteringNotSupported",
                C::ENUMERATE_FILTERING_NOT_SUPPORTED,
                "the resource can not be filtered",
            ),
            Self::FilterDialectRequestedUnavailable => wsen(
                "FilterDialectRequestedUnavailable",
                C::ENUMERATE_FILTER_DIALECT_REQUESTED_UNAVAILABLE,
                "the filter dialect is not supported",
            ),
            Self::InvalidEnumerationContext => receiver(wsen(
                "InvalidEnumerationContext",
                C::ENUMERATE_INVALID_ENUMERATION_CONTEXT,
                "there is no such enumeration",
            )),
        }
    }

    /// The whole message as Windows writes it: no RelatesTo when the request's id could not be read.
    #[must_use]
    pub fn to_envelope(&self, context: &FaultContext) -> String {
        let description = self.describe();
        let header = ResponseHeader {
            relates_to: context.request_id.as_ref().map(Into::into),
            ..ResponseHeader::unrelated(description.action, context.message_id.clone())
        };
        let [addressing, transfer, wsman, microsoft] = RESPONSE_NAMESPACES;
        let declared = [addressing, transfer, enumeration::NAMESPACE, wsman, microsoft];
        let headers = |w: &mut Writer| {
            w.write(&header);
            self.write_headers(w);
        };
        Envelope::write(Some("en-US"), &declared, headers, |body| {
            body.write(&self.to_fault(&description, context));
        })
    }

    fn write_headers(&self, writer: &mut Writer) {
        match self {
            Self::MustUnderstand(blocks) => blocks.iter().for_each(|block| writer.write(block)),
            Self::VersionMismatch => writer.write(&Upgrade::to_soap12()),
            _ => {}
        }
    }

    fn to_fault(&self, description: &FaultDescription, context: &FaultContext) -> Fault {
        let message = context.message.clone().unwrap_or_else(|| description.sentence.to_owned());
        let detail = WsmanFault {
            code: description.wsman_code,
            machine: Some(context.machine.clone()),
            // Windows leaves the text to the plug-in when there is one.
            message: if context.provider_fault.is_some() { String::new() } else { message.clone() },
            provider_fault: context.provider_fault.clone().map(Box::new),
        };
        Fault {
            code: description.code.clone(),
            subcode: description.subcode.map(ExpandedName::from),
            reason: message,
            lang: "en-US".to_owned(),
            detail: Opaque::build(Fault::DETAIL, |w| self.write_detail(description, &detail, w)).ok(),
        }
    }

    fn write_detail(&self, description: &FaultDescription, fault: &WsmanFault, writer: &mut Writer) {
        if let Self::ActionNotSupported(action) = self {
            writer.text_element(Action::NAME, action.as_str());
        }
        if let Some(name) = description.detail {
            writer.text_element(FaultDetail::NAME, FaultDetail::of(name).as_str());
        }
        fault.to_xml(writer);
    }
}

const SOAP_FAULT: &str = "http://www.w3.org/2003/05/soap-envelope/fault";

impl EncodingLimit {
    fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::Uri => ("URILimitExceeded", C::ENCODING_LIMIT, "a URI is too long"),
            Self::MinimumEnvelope => {
                ("MinimumEnvelopeLimit", C::MIN_ENVELOPE_SIZE, "MaxEnvelopeSize must be at least 8192")
            }
            Self::MaxEnvelopeSizeExceeded => (
                "MaxEnvelopeSizeExceeded",
                C::MAX_ENVELOPE_SIZE_EXCEEDED,
                "the response is larger than MaxEnvelopeSize",
            ),
            Self::ServiceEnvelope => {
                ("ServiceEnvelopeLimit", C::SERVER_ENVELOPE_LIMIT, "the request is too large")
            }
            Self::Selector => ("SelectorLimit", C::SELECTOR_LIMIT, "there are too many selectors"),
            Self::Option => ("OptionLimit", C::OPTION_LIMIT, "there are too many options"),
            Self::CharacterSet => ("CharacterSet", C::CHARACTER_SET, "the encoding is not supported"),
        };
        FaultDescription { detail: Some(detail), ..wsman("EncodingLimit", code, sentence) }
    }
}

impl InvalidSelectors {
    fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::Insufficient => {
                ("InsufficientSelectors", C::INSUFFCIENT_SELECTORS, "a selector is missing")
            }
            Self::Unexpected => {
                ("UnexpectedSelectors", C::UNEXPECTED_SELECTORS, "the selectors name no instance")
            }
            Self::TypeMismatch => {
                ("TypeMismatch", C::SELECTOR_TYPEMISMATCH, "a selector has a value of a wrong type")
            }
            Self::InvalidValue => ("InvalidValue", C::INVALID_SELECTOR_VALUE, "a selector has a wrong value"),
            Self::Ambiguous => {
                ("AmbiguousSelectors", C::AMBIGUOUS_SELECTORS, "the selectors name more than one instance")
            }
            Self::Duplicate => ("DuplicateSelectors", C::DUPLICATE_SELECTORS, "a selector comes twice"),
        };
        FaultDescription { detail: Some(detail), ..wsman("InvalidSelectors", code, sentence) }
    }
}

impl InvalidOptions {
    fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::NotSupported => ("NotSupported", C::OPTIONS_NOT_SUPPORTED, "the resource takes no options"),
            Self::InvalidName => ("InvalidName", C::OPTIONS_INVALID_NAME, "an option is unknown"),
            Self::InvalidValue => ("InvalidValue", C::OPTIONS_INVALID_VALUE, "an option has a wrong value"),
        };
        FaultDescription { detail: Some(detail), ..wsman("InvalidOptions", code, sentence) }
    }
}

impl UnsupportedFeature {
    fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::AddressingMode => {
                ("AddressingMode", C::UNSUPPORTED_ADDRESSING_MODE, "replies go only to the anonymous address")
            }
            Self::Locale => {
                ("Locale", C::MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED, "Locale must not be mandatory")
            }
            Self::DataLocale => {
                ("DataLocale", C::MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED, "DataLocale must not be mandatory")
            }
            Self::FragmentLevelAccess => {
                ("FragmentLevelAccess", C::FRAGMENT_TRANSFER_NOT_SUPPORTED, "fragments are not supported")
            }
            Self::EnumerationMode => {
                ("EnumerationMode", C::ENUMERATION_MODE_UNSUPPORTED, "the mode is not supported")
            }
            Self::OptionSet => ("OptionSet", C::UNSUPPORTED_FEATURE, "options are not supported"),
        };
        FaultDescription { detail: Some(detail), ..wsman("UnsupportedFeature", code, sentence) }
    }
}

fn sender(
    namespace: Namespace,
    local: &'static str,
    action: &'static str,
    wsman_code: WsmanErrorCode,
    sentence: &'static str,
) -> FaultDescription {
    FaultDescription {
        code: FaultCode::Sender,
        subcode: Some(QName::new(namespace, local)),
        detail: None,
        action,
        wsman_code,
        http_status: 500,
        sentence,
    }
}

fn wsman(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(wsman::NAMESPACE, local, wsman::FAULT, code, sentence)
}

fn wsa(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(addressing::NAMESPACE, local, addressing::FAULT, code, sentence)
}

fn wsen(local: &'static str, code: WsmanErrorCode, sentence: &'static str) -> FaultDescription {
    sender(enumeration::NAMESPACE, local, enumeration::FAULT, code, sentence)
}

fn receiver(description: FaultDescription) -> FaultDescription {
    FaultDescription { code: FaultCode::Receiver, ..description }
}
