use std::fmt;

use crate::wsman::config::Setting;

/// Why the text doesn't allow a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A number is out of range.
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// The least that is allowed.
        min: u64,
        /// The most.
        max: u64,
        /// What came.
        found: u64,
    },
    /// The text is none of those that the setting may have.
    Unknown {
        /// The setting.
        name: &'static str,
        /// What it may be.
        expected: &'static str,
        /// The beginning of what came.
        found: String,
    },
}

impl ConfigError {
    pub(super) fn unknown(name: &'static str, expected: &'static str, found: &str) -> Self {
        Self::Unknown { name, expected, found: found.chars().take(64).collect() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { name, min, max, found } => {
                write!(f, "expected {name} from {min} to {max}, found {found}")
            }
            Self::Unknown { name, expected, found } => {
                write!(f, "expected {name} to be {expected}, found `{found}`")
            }
        }
    }
}

impl std::error::Error for ConfigError {}

/// The most that `xs:unsignedInt` holds.
pub(super) const UNSIGNED_INT_MAX: u64 = 0xFFFF_FFFF;
/// The most that the settings of remote shells allow.
pub(super) const SIGNED_INT_MAX: u64 = 0x7FFF_FFFF;

pub(super) fn require_range(
    name: &'static str,
    setting: Option<&Setting<u64>>,
    (min, max): (u64, u64),
) -> Result<(), ConfigError> {
    match setting.map(|setting| setting.value) {
        Some(found) if found < min || max < found => Err(ConfigError::OutOfRange { name, min, max, found }),
        _ => Ok(()),
    }
}

/// [2.2.4.6] URLPrefix: "a-zA-Z0-9_/", not blank, and no slash at its ends.
///
/// [2.2.4.6]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
pub(super) fn require_url_prefix(setting: Option<&Setting<String>>) -> Result<(), ConfigError> {
    let Some(setting) = setting else { return Ok(()) };
    let prefix = setting.value.as_str();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '/';
    let is_right = !prefix.is_empty()
        && prefix.chars().all(is_allowed)
        && !prefix.starts_with('/')
        && !prefix.ends_with('/');
    match is_right {
        true => Ok(()),
        false => Err(ConfigError::unknown("URLPrefix", "letters, digits, `_` and inner `/`", prefix)),
    }
}
