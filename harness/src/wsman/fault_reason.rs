use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::MessageId;
use crate::soap::FaultCode;
use crate::soap::NotUnderstood;
use crate::soap::SoapError;
use crate::wsman::ActionNotSupported;
use crate::wsman::EncodingLimit;
use crate::wsman::EndpointUnavailable;
use crate::wsman::FaultDescription;
use crate::wsman::InvalidBookmark;
use crate::wsman::InvalidOptions;
use crate::wsman::InvalidParameter;
use crate::wsman::InvalidRepresentation;
use crate::wsman::InvalidSelectors;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanError;
use crate::wsman::WsmanErrorCode;
use crate::wsman::fault_description::receiver;
use crate::wsman::fault_description::wsa;
use crate::wsman::fault_description::wse;
use crate::wsman::fault_description::wsen;
use crate::wsman::fault_description::wsman;

const SOAP_FAULT: &str = "http://www.w3.org/2003/05/soap-envelope/fault";

/// [DSP0226 14.6] Every fault that the server sends. [`Self::describe`] is the only place that picks its codes.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultReason {
    /// The user may not do it.
    AccessDenied,
    /// The resource doesn't do what the action asks.
    ActionNotSupported {
        /// The action that was asked.
        action: Action,
        /// Why not.
        why: ActionNotSupported,
    },
    /// There is such an instance already; the code says which.
    AlreadyExists(WsmanErrorCode),
    /// The filter is wrong.
    CannotProcessFilter,
    /// The operation came at the wrong time; the code says why.
    Concurrency(WsmanErrorCode),
    /// Events are not delivered in that mode; the fault lists these.
    DeliveryModeRequestedUnavailable(Vec<String>),
    /// The sink doesn't take the event.
    DeliveryRefused,
    /// Something is longer or shorter than the service takes.
    EncodingLimit(EncodingLimit),
    /// The resource is there and can't be used now.
    EndpointUnavailable(EndpointUnavailable),
    /// The policy that the subscription asks for can't be met.
    EventDeliverToUnusable,
    /// Events can't be sent to that address.
    EventSourceUnableToProcess,
    /// An enumeration can't be filtered by expressions of this dialect; the fault lists these.
    FilterDialectRequestedUnavailable(Vec<String>),
    /// The resource can't be filtered.
    FilteringNotSupported(Family),
    /// A subscription can't be filtered by expressions of this dialect; the fault lists these.
    FilteringRequestedUnavailable(Vec<String>),
    /// The resource can't be enumerated without a filter.
    FilteringRequired,
    /// The service or a plug-in failed; the code says how.
    InternalError(WsmanErrorCode),
    /// The bookmark names no place among the events.
    InvalidBookmark(InvalidBookmark),
    /// There is no such enumeration, or no longer.
    InvalidEnumerationContext,
    /// The expiration is in the past or out of range.
    InvalidExpirationTime(Family),
    /// A message of WS-Eventing contradicts itself.
    InvalidMessage,
    /// A header block is there and wrong.
    InvalidMessageInformationHeader,
    /// An option is wrong.
    InvalidOptions(InvalidOptions),
    /// A value in the body is wrong.
    InvalidParameter(InvalidParameter),
    /// The representation can't be stored.
    InvalidRepresentation(InvalidRepresentation),
    /// No resource has the resource URI.
    InvalidResourceUri,
    /// The selectors name no instance, such as a shell or command that is gone.
    InvalidSelectors(InvalidSelectors),
    /// The `OperationTimeout` is out of range.
    InvalidTimeout,
    /// A header block is missing: its name.
    MessageInformationHeaderRequired(String),
    /// Mandatory header blocks are unknown.
    MustUnderstand(Vec<NotUnderstood>),
    /// An event that needs an acknowledgement was not acknowledged.
    NoAck,
    /// A quota is used up; the code says which.
    QuotaLimit(WsmanErrorCode),
    /// The resource URI and the selectors name nothing: a plug-in says so, for a class or an instance.
    ResourceNotFound,
    /// The body is not what its schema says.
    SchemaValidationError,
    /// Nothing came before the request's time-out; clients ask again.
    TimedOut,
    /// The subscription does not last longer.
    UnableToRenew,
    /// The expiration is of a kind that the service doesn't take.
    UnsupportedExpirationType(Family),
    /// The service doesn't do what a header block or the body asks.
    UnsupportedFeature(UnsupportedFeature),
    /// The envelope is of another SOAP version.
    VersionMismatch,
}

/// Which specification defines a fault that WS-Enumeration and WS-Eventing both have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// WS-Enumeration.
    Enumeration,
    /// WS-Eventing.
    Eventing,
}

impl FaultReason {
    /// The resource doesn't know the action.
    #[must_use]
    pub fn action_not_supported(action: &Action) -> Self {
        Self::ActionNotSupported { action: action.clone(), why: ActionNotSupported::Unsupported }
    }

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
                Self::MessageInformationHeaderRequired(name.clone())
            }
            WsmanError::Addressing(_)
            | WsmanError::InvalidTimeout { .. }
            | WsmanError::NotMandatory { .. } => Self::InvalidMessageInformationHeader,
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
            Self::AlreadyExists(code) => wsman("AlreadyExists", *code, "the resource exists already"),
            Self::Concurrency(code) => {
                wsman("Concurrency", *code, "another operation on the resource is in progress")
            }
            Self::EncodingLimit(limit) => limit.describe(),
            Self::InternalError(code) => receiver(&wsman("InternalError", *code, "the service failed")),
            Self::InvalidOptions(options) => options.describe(),
            Self::InvalidParameter(parameter) => parameter.describe(),
            Self::InvalidRepresentation(representation) => representation.describe(),
            Self::InvalidSelectors(selectors) => selectors.describe(),
            Self::InvalidTimeout => FaultDescription {
                detail: Some("InvalidTimeout"),
                ..wsman("InvalidHeader", C::INVALID_TIMEOUT_HEADER, "OperationTimeout is out of range")
            },
            Self::QuotaLimit(code) => wsman("QuotaLimit", *code, "a quota is used up"),
            Self::SchemaValidationError => wsman(
                "SchemaValidationError",
                C::SCHEMA_VALIDATION_ERROR,
                "the request does not conform to its schema",
            ),
            Self::TimedOut => receiver(&wsman(
                "TimedOut",
                C::OPERATION_TIMEDOUT,
                "the operation did not complete within OperationTimeout",
            )),
            Self::UnsupportedFeature(feature) => feature.describe(),
            Self::ActionNotSupported { .. }
            | Self::EndpointUnavailable(_)
            | Self::InvalidMessageInformationHeader
            | Self::InvalidResourceUri
            | Self::MessageInformationHeaderRequired(_)
            | Self::MustUnderstand(_)
            | Self::ResourceNotFound
            | Self::VersionMismatch => self.describe_addressing(),
            Self::CannotProcessFilter
            | Self::FilterDialectRequestedUnavailable(_)
            | Self::FilteringNotSupported(Family::Enumeration)
            | Self::FilteringRequired
            | Self::InvalidEnumerationContext
            | Self::InvalidExpirationTime(Family::Enumeration)
            | Self::UnsupportedExpirationType(Family::Enumeration) => self.describe_enumeration(),
            _ => self.describe_eventing(),
        }
    }

    /// The faults of SOAP and WS-Addressing.
    fn describe_addressing(&self) -> FaultDescription {
        use WsmanErrorCode as C;
        match self {
            Self::ActionNotSupported { why, .. } => why.describe(),
            Self::EndpointUnavailable(why) => why.describe(),
            Self::InvalidResourceUri => FaultDescription {
                detail: Some("InvalidResourceURI"),
                ..wsa("DestinationUnreachable", C::INVALID_RESOURCE_URI, "there is no such resource")
            },
            Self::ResourceNotFound => FaultDescription {
                detail: Some("InvalidResourceURI"),
                ..wsa("DestinationUnreachable", C::RESOURCE_NOT_FOUND, "there is no such instance or class")
            },
            Self::InvalidMessageInformationHeader => wsa(
                "InvalidMessageInformationHeader",
                C::INVALID_MESSAGE_INFORMATION_HEADER,
                "a header of the request is invalid",
            ),
            Self::MessageInformationHeaderRequired(_) => wsa(
                "MessageInformationHeaderRequired",
                C::MESSAGE_INFORMATION_HEADER_REQUIRED,
                "a header that the request must have is missing",
            ),
            Self::MustUnderstand(_) => FaultDescription {
                code: FaultCode::MustUnderstand,
                subcode: None,
                ..wsa("", C::SOAP_FAULT_MUST_UNDERSTAND, "a mandatory header is not understood")
            },
            _ => FaultDescription {
                code: FaultCode::VersionMismatch,
                subcode: None,
                action: SOAP_FAULT,
                ..wsa("", C::SOAP_VERSION_MISMATCH, "the request is no SOAP 1.2 message")
            },
        }
    }

    fn describe_enumeration(&self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (subcode, code, sentence) = match self {
            Self::CannotProcessFilter => {
                ("CannotProcessFilter", C::ENUMERATE_CANNOT_PROCESS_FILTER, "the filter is invalid")
            }
            Self::FilterDialectRequestedUnavailable(_) => (
                "FilterDialectRequestedUnavailable",
                C::ENUMERATE_FILTER_DIALECT_REQUESTED_UNAVAILABLE,
                "the filter dialect is not supported",
            ),
            Self::FilteringNotSupported(_) => (
                "FilteringNotSupported",
                C::ENUMERATE_FILTERING_NOT_SUPPORTED,
                "the resource can not be filtered",
            ),
            Self::FilteringRequired => {
                return FaultDescription {
                    detail: Some("FilteringRequired"),
                    ..wsman("UnsupportedFeature", C::FILTERING_REQUIRED, "a filter is required")
                };
            }
            Self::InvalidExpirationTime(_) => (
                "InvalidExpirationTime",
                C::ENUMERATE_INVALID_EXPIRATION_TIME,
                "the expiration is in the past or out of range",
            ),
            Self::UnsupportedExpirationType(_) => (
                "UnsupportedExpirationType",
                C::ENUMERATE_UNSUPPORTED_EXPIRATION_TYPE,
                "the kind of expiration is not supported",
            ),
            _ => {
                return receiver(&wsen(
                    "InvalidEnumerationContext",
                    C::ENUMERATE_INVALID_ENUMERATION_CONTEXT,
                    "there is no such enumeration",
                ));
            }
        };
        wsen(subcode, code, sentence)
    }

    /// The faults of WS-Eventing, and those of WS-Management about events.
    fn describe_eventing(&self) -> FaultDescription {
        use WsmanErrorCode as C;
        match self {
            Self::DeliveryModeRequestedUnavailable(_) => wse(
                "DeliveryModeRequestedUnavailable",
                C::EVENTING_DELIVERY_MODE_REQUESTED_UNAVAILABLE,
                "events are not delivered in that mode",
            ),
            Self::DeliveryRefused => {
                receiver(&wsman("DeliveryRefused", C::DELIVERY_REFUSED, "the event is not taken"))
            }
            Self::EventDeliverToUnusable => FaultDescription {
                detail: Some("CannotComplyWithPolicy"),
                ..wsman("EventDeliverToUnusable", C::POLICY_CANNOT_COMPLY, "the policy can not be met")
            },
            Self::EventSourceUnableToProcess => FaultDescription {
                detail: Some("UnusableAddress"),
                ..wse(
                    "EventSourceUnableToProcess",
                    C::EVENTING_SOURCE_UNABLE_TO_PROCESS,
                    "events can not be sent to that address",
                )
            },
            Self::FilteringNotSupported(_) => wse(
                "FilteringNotSupported",
                C::EVENTING_FILTERING_NOT_SUPPORTED,
                "the events can not be filtered",
            ),
            Self::FilteringRequestedUnavailable(_) => wse(
                "FilteringRequestedUnavailable",
                C::EVENTING_FILTERING_REQUESTED_UNAVAILABLE,
                "the filter dialect is not supported",
            ),
            Self::InvalidBookmark(why) => why.describe(),
            Self::InvalidExpirationTime(_) => wse(
                "InvalidExpirationTime",
                C::EVENTING_INVALID_EXPIRATION_TIME,
                "the expiration is in the past or out of range",
            ),
            Self::InvalidMessage => {
                wse("InvalidMessage", C::EVENTING_INVALID_MESSAGE, "the message contradicts itself")
            }
            Self::NoAck => wsman("NoAck", C::NO_ACK, "the event was not acknowledged"),
            Self::UnableToRenew => {
                wse("UnableToRenew", C::EVENTING_UNABLE_TO_RENEW, "the subscription can not be renewed")
            }
            _ => wse(
                "UnsupportedExpirationType",
                C::EVENTING_UNSUPPORTED_EXPIRATION_TYPE,
                "the kind of expiration is not supported",
            ),
        }
    }
}
