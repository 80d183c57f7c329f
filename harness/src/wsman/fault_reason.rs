use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::MessageId;
use crate::soap::FaultCode;
use crate::soap::NotUnderstood;
use crate::soap::SoapError;
use crate::wsman::EncodingLimit;
use crate::wsman::FaultDescription;
use crate::wsman::InvalidOptions;
use crate::wsman::InvalidSelectors;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanError;
use crate::wsman::WsmanErrorCode;
use crate::wsman::fault_description::receiver;
use crate::wsman::fault_description::wsa;
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
            Self::TimedOut => receiver(&wsman(
                "TimedOut",
                C::OPERATION_TIMEDOUT,
                "the operation did not complete within OperationTimeout",
            )),
            Self::QuotaLimit(code) => wsman("QuotaLimit", *code, "a quota is used up"),
            Self::InternalError(code) => receiver(&wsman("InternalError", *code, "the service failed")),
            Self::Concurrency(code) => {
                wsman("Concurrency", *code, "another operation on the resource is in progress")
            }
            Self::AlreadyExists(code) => wsman("AlreadyExists", *code, "the resource exists already"),
            Self::CannotProcessFilter
            | Self::FilteringNotSupported
            | Self::FilterDialectRequestedUnavailable
            | Self::InvalidEnumerationContext => self.describe_enumeration(),
        }
    }

    fn describe_enumeration(&self) -> FaultDescription {
        use WsmanErrorCode as C;
        match self {
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
            _ => receiver(&wsen(
                "InvalidEnumerationContext",
                C::ENUMERATE_INVALID_ENUMERATION_CONTEXT,
                "there is no such enumeration",
            )),
        }
    }
}
