//! The cases that a subcode's FaultDetail tells apart.

use crate::wsman::FaultDescription;
use crate::wsman::WsmanErrorCode;
use crate::wsman::fault_description::receiver;
use crate::wsman::fault_description::wsa;
use crate::wsman::fault_description::wsman;
use crate::wsman::fault_description::wxf;

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
    /// The response is larger than the client's mandatory `MaxEnvelopeSize`, and was not begun.
    MaxEnvelopeSize,
    /// The operation was done, and its answer can't be told.
    UnreportableSuccess,
    /// White space where the service takes none.
    Whitespace,
    /// The content can't be carried in the encoding that was asked for.
    EncodingType,
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

/// [DSP0226 14.6] The details of `wsman:InvalidParameter`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidParameter {
    /// The value is of another type.
    TypeMismatch,
    /// There is no such parameter.
    InvalidName,
    /// The value is wrong.
    InvalidValue,
}

/// [DSP0226 14.6] The details of `wxf:InvalidRepresentation`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidRepresentation {
    /// A value is wrong.
    InvalidValues,
    /// A value is missing.
    MissingValues,
    /// The namespace is another one.
    InvalidNamespace,
    /// The fragment is none.
    InvalidFragment,
}

/// [DSP0226 14.6] The details of `wsman:InvalidBookmark`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidBookmark {
    /// The place is no longer there.
    Expired,
    /// It is no bookmark.
    Invalid,
}

/// [DSP0226 14.6] The details of `wsa:ActionNotSupported`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionNotSupported {
    /// The resource does not do that.
    Unsupported,
    /// `SOAPAction` and `Action` differ.
    Mismatch,
    /// The resource can only be read.
    ReadOnly,
}

/// [DSP0226 14.6] The details of `wsa:EndpointUnavailable`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointUnavailable {
    /// It is off.
    ResourceOffline,
    /// It has no values now.
    InvalidValues,
}

/// [DSP0226 14.6] The details of `wsman:UnsupportedFeature`.
///
/// [DSP0226 14.6]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedFeature {
    /// An authorization mode.
    AuthorizationMode,
    /// A reply to somewhere else.
    AddressingMode,
    /// Acknowledgement of events.
    Ack,
    /// `OperationTimeout`.
    OperationTimeout,
    /// A mandatory `Locale`.
    Locale,
    /// A mandatory `DataLocale`.
    DataLocale,
    /// An expiration.
    ExpirationTime,
    /// `FragmentTransfer`.
    FragmentLevelAccess,
    /// Retries of a delivery.
    DeliveryRetries,
    /// Heartbeats.
    Heartbeats,
    /// Bookmarks.
    Bookmarks,
    /// `MaxElements`.
    MaxElements,
    /// `MaxTime`.
    MaxTime,
    /// `MaxEnvelopeSize`.
    MaxEnvelopeSize,
    /// A policy for events that are too large.
    MaxEnvelopePolicy,
    /// An enumeration without a filter.
    FilteringRequired,
    /// Delivery to an address without protection.
    InsecureAddress,
    /// Another format of the answer.
    FormatMismatch,
    /// A security token of that format.
    FormatSecurityToken,
    /// An answer that comes later.
    AsynchronousRequest,
    /// An enumeration mode.
    EnumerationMode,
    /// An `OptionSet`.
    OptionSet,
}

impl EncodingLimit {
    pub(super) fn describe(self) -> FaultDescription {
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
            Self::MaxEnvelopeSize => {
                ("MaxEnvelopeSize", C::MAX_ENVELOPE_SIZE, "the response would be larger than MaxEnvelopeSize")
            }
            Self::UnreportableSuccess => (
                "UnreportableSuccess",
                C::UNREPORTABLE_SUCCESS,
                "the operation was done and can not be reported",
            ),
            Self::Whitespace => ("Whitespace", C::WHITESPACE, "there is white space where none may be"),
            Self::EncodingType => ("EncodingType", C::ENCODING_TYPE, "the encoding type is not supported"),
        };
        FaultDescription { detail: Some(detail), ..wsman("EncodingLimit", code, sentence) }
    }
}

impl InvalidSelectors {
    pub(super) fn describe(self) -> FaultDescription {
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
    pub(super) fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::NotSupported => ("NotSupported", C::OPTIONS_NOT_SUPPORTED, "the resource takes no options"),
            Self::InvalidName => ("InvalidName", C::OPTIONS_INVALID_NAME, "an option is unknown"),
            Self::InvalidValue => ("InvalidValue", C::OPTIONS_INVALID_VALUE, "an option has a wrong value"),
        };
        FaultDescription { detail: Some(detail), ..wsman("InvalidOptions", code, sentence) }
    }
}

impl InvalidParameter {
    pub(super) fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::TypeMismatch => {
                ("TypeMismatch", C::PARAMETER_TYPE_MISMATCH, "a parameter has a value of a wrong type")
            }
            Self::InvalidName => ("InvalidName", C::INVALID_PARAMETER_NAME, "a parameter is unknown"),
            Self::InvalidValue => {
                ("InvalidValue", C::WIN32_INVALID_PARAMETER, "a parameter has a wrong value")
            }
        };
        FaultDescription { detail: Some(detail), ..wsman("InvalidParameter", code, sentence) }
    }
}

impl InvalidRepresentation {
    pub(super) fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::InvalidValues => {
                ("InvalidValues", C::INVALID_XML_VALUES, "the representation has a wrong value")
            }
            Self::MissingValues => {
                ("MissingValues", C::INVALID_XML_MISSING_VALUES, "the representation lacks a value")
            }
            Self::InvalidNamespace => {
                ("InvalidNamespace", C::INVALID_XML_NAMESPACE, "the representation is in a wrong namespace")
            }
            Self::InvalidFragment => ("InvalidFragment", C::INVALID_XML_FRAGMENT, "the fragment is invalid"),
        };
        FaultDescription { detail: Some(detail), ..wxf("InvalidRepresentation", code, sentence) }
    }
}

impl InvalidBookmark {
    pub(super) fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::Expired => ("Expired", C::BOOKMARK_EXPIRED, "the bookmark has expired"),
            Self::Invalid => ("Invalid", C::INVALID_BOOKMARK, "the bookmark is invalid"),
        };
        FaultDescription { detail: Some(detail), ..wsman("InvalidBookmark", code, sentence) }
    }
}

impl ActionNotSupported {
    pub(super) fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::Unsupported => (None, C::ACTION_NOT_SUPPORTED, "the resource does not support the action"),
            Self::Mismatch => (Some("ActionMismatch"), C::ACTION_MISMATCH, "SOAPAction and Action differ"),
            Self::ReadOnly => (Some("ReadOnly"), C::ACTION_NOT_SUPPORTED, "the resource is read-only"),
        };
        FaultDescription { detail, ..wsa("ActionNotSupported", code, sentence) }
    }
}

impl EndpointUnavailable {
    pub(super) fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::ResourceOffline => {
                (Some("ResourceOffline"), C::ENDPOINT_UNAVAILABLE, "the resource is offline")
            }
            Self::InvalidValues => (
                Some("InvalidValues"),
                C::ENDPOINT_UNAVAILABLE_INVALID_VALUE,
                "the resource has no valid values",
            ),
        };
        FaultDescription { detail, ..receiver(&wsa("EndpointUnavailable", code, sentence)) }
    }
}

impl UnsupportedFeature {
    pub(super) fn describe(self) -> FaultDescription {
        use WsmanErrorCode as C;
        let (detail, code, sentence) = match self {
            Self::AuthorizationMode => (
                "AuthorizationMode",
                C::AUTHORIZATION_MODE_NOT_SUPPORTED,
                "the authorization mode is not supported",
            ),
            Self::AddressingMode => {
                ("AddressingMode", C::UNSUPPORTED_ADDRESSING_MODE, "replies go only to the anonymous address")
            }
            Self::Ack => ("Ack", C::ACK_NOT_SUPPORTED, "events are not acknowledged"),
            Self::OperationTimeout => {
                ("OperationTimeout", C::OPERATION_TIMEOUT_NOT_SUPPORTED, "OperationTimeout is not supported")
            }
            Self::Locale => {
                ("Locale", C::MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED, "Locale must not be mandatory")
            }
            Self::DataLocale => {
                ("DataLocale", C::MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED, "DataLocale must not be mandatory")
            }
            Self::ExpirationTime => {
                ("ExpirationTime", C::EXPIRATION_TIME_NOT_SUPPORTED, "the expiration is not supported")
            }
            Self::FragmentLevelAccess => {
                ("FragmentLevelAccess", C::FRAGMENT_TRANSFER_NOT_SUPPORTED, "fragments are not supported")
            }
            Self::DeliveryRetries => {
                ("DeliveryRetries", C::DELIVERY_RETRIES_NOT_SUPPORTED, "deliveries are not retried")
            }
            Self::Heartbeats => ("Heartbeats", C::HEARTBEATS_NOT_SUPPORTED, "heartbeats are not supported"),
            Self::Bookmarks => ("Bookmarks", C::BOOKMARKS_NOT_SUPPORTED, "bookmarks are not supported"),
            Self::MaxElements => {
                ("MaxElements", C::MAX_ELEMENTS_NOT_SUPPORTED, "MaxElements is not supported")
            }
            Self::MaxTime => ("MaxTime", C::MAXTIME_NOT_SUPPORTED, "MaxTime is not supported"),
            Self::MaxEnvelopeSize => {
                ("MaxEnvelopeSize", C::UNSUPPORTED_FEATURE, "MaxEnvelopeSize is not supported")
            }
            Self::MaxEnvelopePolicy => (
                "MaxEnvelopePolicy",
                C::MAXENVELOPE_POLICY_NOT_SUPPORTED,
                "the policy for large events is not supported",
            ),
            Self::FilteringRequired => {
                ("FilteringRequired", C::FILTERING_REQUIRED_NOT_SUPPORTED, "a filter is required")
            }
            Self::InsecureAddress => {
                ("InsecureAddress", C::INSECURE_ADDRESS_NOT_SUPPORTED, "the address is not secure enough")
            }
            Self::FormatMismatch => {
                ("FormatMismatch", C::FORMAT_MISMATCH_NOT_SUPPORTED, "the format is not supported")
            }
            Self::FormatSecurityToken => (
                "FormatSecurityToken",
                C::FORMAT_SECURITY_TOKEN_NOT_SUPPORTED,
                "the format of the security token is not supported",
            ),
            Self::AsynchronousRequest => {
                ("AsynchronousRequest", C::UNSUPPORTED_FEATURE, "asynchronous requests are not supported")
            }
            Self::EnumerationMode => {
                ("EnumerationMode", C::ENUMERATION_MODE_UNSUPPORTED, "the mode is not supported")
            }
            Self::OptionSet => ("OptionSet", C::UNSUPPORTED_FEATURE_OPTIONS, "options are not supported"),
        };
        FaultDescription { detail: Some(detail), ..wsman("UnsupportedFeature", code, sentence) }
    }
}
