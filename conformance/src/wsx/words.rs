//! The words of the format and what they stand for, both ways, in one table each.

use std::fmt;

use crate::wsx::case::AuthScheme;
use crate::wsx::case::Comparison;
use crate::wsx::case::ConnectionId;
use crate::wsx::case::Role;
use crate::wsx::case::SealPart;
use crate::wsx::case::StatusPattern;
use crate::wsx::case::StepNumber;
use crate::wsx::case::TextComparison;

pub(crate) const SCHEMES: [(&str, AuthScheme); 8] = [
    ("none", AuthScheme::None),
    ("basic", AuthScheme::Basic),
    ("negotiate", AuthScheme::Negotiate),
    ("ntlm", AuthScheme::Ntlm),
    ("kerberos", AuthScheme::Kerberos),
    ("credssp", AuthScheme::CredSsp),
    ("certificate", AuthScheme::Certificate),
    ("digest", AuthScheme::Digest),
];

pub(crate) const PARTS: [(&str, SealPart); 3] =
    [("header", SealPart::Header), ("signature", SealPart::Signature), ("ciphertext", SealPart::Ciphertext)];

pub(crate) const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    ("<=", Comparison::AtMost),
    (">", Comparison::Greater),
    (">=", Comparison::AtLeast),
];

pub(crate) const TEXT_COMPARISONS: [(&str, TextComparison); 5] = [
    ("==", TextComparison::Equal),
    ("!=", TextComparison::NotEqual),
    ("contains", TextComparison::Contains),
    ("lacks", TextComparison::Lacks),
    ("starts-with", TextComparison::StartsWith),
];

/// What the word stands for.
pub(crate) fn meaning<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The word for it.
pub(crate) fn word<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, candidate)| candidate == value).map_or("", |(name, _)| name)
}

impl StepNumber {
    /// Parses `02`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.parse().ok().filter(|number| (1..=9999).contains(number)).map(Self)?;
        (text == number.to_string()).then_some(number)
    }
}

impl ConnectionId {
    /// Parses `c1`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_prefix('c')?.parse().ok().filter(|number| *number > 0).map(Self)?;
        (text == number.to_string()).then_some(number)
    }
}

impl StatusPattern {
    /// Parses `200` or `4xx`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(digit) = text.strip_suffix("xx") {
            return digit.parse().ok().filter(|digit| (1..=5).contains(digit)).map(Self::Class);
        }
        text.parse().ok().filter(|status| (100..=599).contains(status)).map(Self::Exactly)
    }
}

impl fmt::Display for StepNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(code) => write!(f, "{code}"),
            Self::Class(digit) => write!(f, "{digit}xx"),
        }
    }
}

impl fmt::Display for AuthScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word(&SCHEMES, self))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Capture => "capture",
        })
    }
}
