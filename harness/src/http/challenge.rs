//! [RFC 9110 11] authentication schemes: what `WWW-Authenticate` offers and `Authorization` answers.
//!
//! [RFC 9110 11]: https://www.rfc-editor.org/rfc/rfc9110#section-11

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::http::Headers;
use crate::http::lexer::Lexer;
use crate::http::lexer::is_token;
use crate::http::lexer::quote;
use crate::limits::HTTP_CHALLENGES_MAX;
use crate::limits::HTTP_PARAMETERS_MAX;
use crate::limits::TOKEN_BYTES_MAX;

/// One scheme with what follows it; [RFC 9110 11.3] challenge and [RFC 9110 11.4] credentials have one syntax.
///
/// [RFC 9110 11.3]: https://www.rfc-editor.org/rfc/rfc9110#section-11.3
/// [RFC 9110 11.4]: https://www.rfc-editor.org/rfc/rfc9110#section-11.4
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme as written. WinRM clients also put a URI here, for certificate authentication.
    pub scheme: String,
    /// What follows the scheme.
    pub data: ChallengeData,
}

/// What follows a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChallengeData {
    /// Nothing, as in the first `Negotiate`.
    Empty,
    /// A base64 token, not decoded.
    Token68(String),
    /// Named parameters, as in `Basic realm="WSMAN"`.
    Parameters(Vec<(String, String)>),
}

/// Why an authentication field cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeError {
    /// Here a scheme, a token or a parameter should stand.
    Syntax {
        /// Octets of the value before the fault.
        offset: usize,
    },
    /// A field that takes one scheme has none, or several.
    NotOne {
        /// How many there are.
        found: usize,
    },
    /// More schemes than the bound.
    TooManyChallenges {
        /// The bound.
        challenges_max: usize,
    },
    /// More parameters than the bound.
    TooManyParameters {
        /// The bound.
        parameters_max: usize,
    },
    /// The token is not base64.
    Base64,
    /// The token is longer than the bound.
    TokenTooLong {
        /// The bound.
        bytes_max: usize,
    },
}

impl Challenge {
    /// A scheme alone.
    pub fn new(scheme: impl Into<String>) -> Self {
        Self { scheme: scheme.into(), data: ChallengeData::Empty }
    }

    /// A scheme with a binary token, which this writes in base64.
    pub fn with_token(scheme: impl Into<String>, token: &[u8]) -> Self {
        Self { scheme: scheme.into(), data: ChallengeData::Token68(STANDARD.encode(token)) }
    }

    /// Whether this is the scheme `scheme`, compared without case.
    #[must_use]
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The decoded token; `None` when the scheme stands alone or has parameters.
    pub fn token(&self) -> Result<Option<Vec<u8>>, ChallengeError> {
        let ChallengeData::Token68(text) = &self.data else { return Ok(None) };
        if text.len() / 4 > TOKEN_BYTES_MAX / 3 + 1 {
            return Err(ChallengeError::TokenTooLong { bytes_max: TOKEN_BYTES_MAX });
        }
        let token = STANDARD.decode(text).map_err(|_| ChallengeError::Base64)?;
        if token.len() > TOKEN_BYTES_MAX {
            return Err(ChallengeError::TokenTooLong { bytes_max: TOKEN_BYTES_MAX });
        }
        Ok(Some(token))
    }

    /// The value of a parameter, its name compared without case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let ChallengeData::Parameters(parameters) = &self.data else { return None };
        parameters.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Parses one field value that may offer several schemes.
    pub fn parse_list(value: &[u8]) -> Result<Vec<Self>, ChallengeError> {
        let mut lexer = Lexer::new(value);
        let mut challenges = Vec::new();
        loop {
            skip_separators(&mut lexer);
            if lexer.is_empty() {
                return Ok(challenges);
            }
            if challenges.len() >= HTTP_CHALLENGES_MAX {
                return Err(ChallengeError::TooManyChallenges { challenges_max: HTTP_CHALLENGES_MAX });
            }
            let offset_of = |lexer: &Lexer<'_>| value.len() - lexer.rest().len();
            challenges.push(parse_challenge(&mut lexer).map_err(|error| match error {
                ChallengeError::Syntax { .. } => ChallengeError::Syntax { offset: offset_of(&lexer) },
                other => other,
            })?);
        }
    }

    /// Parses a field value that carries exactly one scheme: `Authorization`.
    pub fn parse_one(value: &[u8]) -> Result<Self, ChallengeError> {
        let mut found = Self::parse_list(value)?;
        match (found.pop(), found.len()) {
            (Some(challenge), 0) => Ok(challenge),
            (last, before) => Err(ChallengeError::NotOne { found: before + usize::from(last.is_some()) }),
        }
    }
}

/// Every scheme that the fields called `name` offer, in the order of the fields. `name` is `WWW-Authenticate` mostly.
pub fn challenges(headers: &Headers, name: &str) -> Result<Vec<Challenge>, ChallengeError> {
    let mut found = Vec::new();
    for value in headers.all(name) {
        found.extend(Challenge::parse_list(value)?);
        if found.len() > HTTP_CHALLENGES_MAX {
            return Err(ChallengeError::TooManyChallenges { challenges_max: HTTP_CHALLENGES_MAX });
        }
    }
    Ok(found)
}

/// The scheme at the front and everything up to the next scheme.
fn parse_challenge(lexer: &mut Lexer<'_>) -> Result<Challenge, ChallengeError> {
    let syntax = ChallengeError::Syntax { offset: 0 };
    let scheme = lexer.run(is_scheme);
    let scheme =
        std::str::from_utf8(scheme).ok().filter(|scheme| !scheme.is_empty()).ok_or(syntax.clone())?;
    let spaced = lexer.space();
    if at_separator(lexer) {
        return Ok(Challenge::new(scheme));
    }
    if !spaced {
        return Err(syntax);
    }
    let data = match token68(lexer) {
        Some(token) => ChallengeData::Token68(token.to_owned()),
        None => ChallengeData::Parameters(parse_parameters(lexer)?),
    };
    Ok(Challenge { scheme: scheme.to_owned(), data })
}

/// Parameters up to the end or to the next scheme. A comma separates both; only what follows a name tells them apart.
fn parse_parameters(lexer: &mut Lexer<'_>) -> Result<Vec<(String, String)>, ChallengeError> {
    let mut parameters = Vec::new();
    loop {
        let mut ahead = *lexer;
        let (Some(_), _, true) = (ahead.token(), ahead.space(), ahead.eat(b'=')) else {
            return if parameters.is_empty() {
                Err(ChallengeError::Syntax { offset: 0 })
            } else {
                Ok(parameters)
            };
        };
        if parameters.len() >= HTTP_PARAMETERS_MAX {
            return Err(ChallengeError::TooManyParameters { parameters_max: HTTP_PARAMETERS_MAX });
        }
        parameters.push(lexer.parameter().ok_or(ChallengeError::Syntax { offset: 0 })?);
        lexer.space();
        if !at_separator(lexer) {
            return Err(ChallengeError::Syntax { offset: 0 });
        }
        skip_separators(lexer);
        if lexer.is_empty() {
            return Ok(parameters);
        }
    }
}

/// A token68 that reaches to the next comma; otherwise `lexer` does not move.
fn token68<'a>(lexer: &mut Lexer<'a>) -> Option<&'a str> {
    let mut ahead = *lexer;
    let start = ahead.rest();
    let characters = ahead.run(|octet| octet.is_ascii_alphanumeric() || b"-._~+/".contains(&octet));
    let padding = ahead.run(|octet| octet == b'=');
    let token = start.get(..characters.len() + padding.len()).filter(|_| !characters.is_empty())?;
    ahead.space();
    if !at_separator(&ahead) {
        return None;
    }
    *lexer = ahead;
    std::str::from_utf8(token).ok()
}

fn at_separator(lexer: &Lexer<'_>) -> bool {
    matches!(lexer.rest().first(), None | Some(b','))
}

fn skip_separators(lexer: &mut Lexer<'_>) {
    lexer.run(|octet| matches!(octet, b' ' | b'\t' | b','));
}

fn is_scheme(octet: u8) -> bool {
    is_token(octet) || matches!(octet, b':' | b'/')
}

/// Parameter values are always quoted, as old parsers expect.
impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        match &self.data {
            ChallengeData::Empty => Ok(()),
            ChallengeData::Token68(token) => write!(f, " {token}"),
            ChallengeData::Parameters(parameters) => {
                let parameters: Vec<_> =
                    parameters.iter().map(|(name, value)| format!("{name}={}", quote(value))).collect();
                write!(f, " {}", parameters.join(", "))
            }
        }
    }
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { offset } => {
                write!(f, "expected a scheme, a token or `name=value` at octet {offset}")
            }
            Self::NotOne { found } => write!(f, "expected one authentication scheme, found {found}"),
            Self::TooManyChallenges { challenges_max } => {
                write!(f, "more than {challenges_max} authentication schemes")
            }
            Self::TooManyParameters { parameters_max } => write!(f, "more than {parameters_max} parameters"),
            Self::Base64 => f.write_str("expected a base64 token"),
            Self::TokenTooLong { bytes_max } => write!(f, "token longer than {bytes_max} octets"),
        }
    }
}

impl std::error::Error for ChallengeError {}

#[cfg(test)]
mod tests;
