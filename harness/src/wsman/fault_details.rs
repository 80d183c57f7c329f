//! The cases that a subcode's FaultDetail tells apart.

use crate::wsman::FaultDescription;
use crate::wsman::WsmanErrorCode;
use crate::wsman::fault_description::wsman;

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

impl UnsupportedFeature {
    pub(super) fn describe(self) -> FaultDescription {
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
