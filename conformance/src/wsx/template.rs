//! Text with slots, the grain of which requests and patterns are made.

use std::fmt;

use crate::wsx::bounds::REPEAT_BYTES_MAX;
use crate::wsx::bounds::REPEATS_MAX;
use crate::wsx::error::WsxReason;
use crate::wsx::matcher::Matcher;

/// The name of a value that a case binds, or that the engine gives it, as `m1` or `secret.user`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableName(String);

impl VariableName {
    /// Parses a lower-case name of letters, digits, `-`, with dots only in the names that the engine gives.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.');
        (valid && text != "ns" && text != "absent").then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the engine gives this value, so that no step binds it.
    pub fn is_given(&self) -> bool {
        GIVEN.contains(&self.as_str())
    }
}

/// The values that the engine gives to every case.
pub const GIVEN: &[&str] = &[
    "endpoint.url",
    "resource.uri",
    "http.host",
    "http.length",
    "http.path",
    "http.token",
    "secret.domain",
    "secret.ordinary.password",
    "secret.ordinary.user",
    "secret.other.password",
    "secret.other.user",
    "secret.password",
    "secret.user",
];

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// `{{name}}`: the value bound before, or given by the engine.
    Use(VariableName),
    /// `{{name=kind}}`, `{{_=kind}}`: anything of that kind, bound to the name if there is one.
    Match {
        /// The name, unless `_`.
        name: Option<VariableName>,
        /// The kind.
        matcher: Matcher,
    },
    /// `{{name=new.uuid}}`: a fresh UUID when sent, any UUID when received; bound either way.
    NewUuid {
        /// The name, unless `_`.
        name: Option<VariableName>,
    },
    /// `{{N*'text'}}`: the text, that many times.
    Repeat {
        /// How many times.
        count: usize,
        /// The text.
        text: String,
    },
    /// `{{ns}}`: the declarations of the standard prefixes.
    Prefixes,
    /// `{{absent}}`: the element or header around it must not occur.
    Absent,
}

/// Text with slots. Neighbouring texts are one piece, and none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// Where a slot went wrong: octets from the start of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// How many octets stand before it.
    pub offset: usize,
    /// Why.
    pub reason: WsxReason,
}

impl Template {
    /// Parses text with `{{…}}` slots.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut template = Self::default();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            template.push_text(before);
            let offset = text.len().saturating_sub(after.len());
            let (piece, tail) = slot(after).map_err(|reason| TemplateError { offset, reason })?;
            template.push(piece);
            rest = tail;
        }
        template.push_text(rest);
        if template.pieces.iter().filter(|piece| matches!(piece, Piece::Repeat { .. })).count() > REPEATS_MAX
        {
            let reason = WsxReason::TooLarge { what: "the number of repetitions", max: REPEATS_MAX };
            return Err(TemplateError { offset: 0, reason });
        }
        Ok(template)
    }

    /// A template without slots.
    pub fn literal(text: &str) -> Self {
        let mut template = Self::default();
        template.push_text(text);
        template
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => self.push_text(&text),
            other => self.pieces.push(other),
        }
    }

    fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// Its pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether it stands for no text at all.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text, if it has no slots.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The names it uses.
    pub fn uses(&self) -> impl Iterator<Item = &VariableName> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Use(name) => Some(name),
            _ => None,
        })
    }

    /// The names it binds.
    pub fn binds(&self) -> impl Iterator<Item = &VariableName> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Match { name, .. } | Piece::NewUuid { name } => name.as_ref(),
            _ => None,
        })
    }
}

/// Reads a slot up to and with its `}}`; the text begins after its `{{`.
fn slot(text: &str) -> Result<(Piece, &str), WsxReason> {
    if text.starts_with('\'') {
        let (literal, tail) = quoted(text)?;
        return Ok((Piece::Text(literal), tail));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return repeat(text);
    }
    let missing_end = || WsxReason::expected("`}}` after a slot", text.lines().next().unwrap_or(""));
    let (inner, tail) = text.split_once("}}").ok_or_else(missing_end)?;
    Ok((named(inner)?, tail))
}

fn named(inner: &str) -> Result<Piece, WsxReason> {
    let invalid_name = || WsxReason::expected("a lower-case name, or `_` before `=`", inner);
    let Some((name, kind)) = inner.split_once('=') else {
        return match inner {
            "ns" => Ok(Piece::Prefixes),
            "absent" => Ok(Piece::Absent),
            _ => VariableName::parse(inner).map(Piece::Use).ok_or_else(invalid_name),
        };
    };
    let name = match name {
        "_" => None,
        _ => Some(VariableName::parse(name).ok_or_else(invalid_name)?),
    };
    if kind == "new.uuid" {
        return Ok(Piece::NewUuid { name });
    }
    let kinds = "one of uuid, int, text, base64, uri, duration, any, new.uuid";
    let matcher = Matcher::parse(kind).ok_or_else(|| WsxReason::expected(kinds, kind))?;
    Ok(Piece::Match { name, matcher })
}

fn repeat(text: &str) -> Result<(Piece, &str), WsxReason> {
    let invalid = || WsxReason::expected("`N*'text'}}`", text.lines().next().unwrap_or(""));
    let (count, rest) = text.split_once('*').ok_or_else(invalid)?;
    let count: usize = count.parse().map_err(|_| invalid())?;
    let (text, tail) = quoted(rest)?;
    if count.checked_mul(text.len()).is_none_or(|octets| octets > REPEAT_BYTES_MAX) {
        return Err(WsxReason::TooLarge { what: "a repetition", max: REPEAT_BYTES_MAX });
    }
    Ok((Piece::Repeat { count, text }, tail))
}

/// Reads `'text'}}` with its escapes; what follows is the tail.
fn quoted(text: &str) -> Result<(String, &str), WsxReason> {
    let invalid = || WsxReason::expected("`'text'}}`", text.lines().next().unwrap_or(""));
    let mut chars = text.strip_prefix('\'').ok_or_else(invalid)?.chars();
    let mut literal = String::new();
    loop {
        match chars.next().ok_or_else(invalid)? {
            '\'' => break,
            '\\' => literal.push(match chars.next().ok_or_else(invalid)? {
                'r' => '\r',
                'n' => '\n',
                't' => '\t',
                's' => ' ',
                other @ ('\\' | '\'') => other,
                other => {
                    return Err(WsxReason::expected(
                        "one of \\r \\n \\t \\s \\\\ \\'",
                        other.encode_utf8(&mut [0; 4]),
                    ));
                }
            }),
            '\n' => return Err(invalid()),
            other => literal.push(other),
        }
    }
    let tail = chars.as_str().strip_prefix("}}").ok_or_else(invalid)?;
    Ok((literal, tail))
}
