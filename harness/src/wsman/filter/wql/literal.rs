use std::cmp::Ordering;
use std::fmt;

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Integer(i128),
    Real(f64),
    Boolean(bool),
}

impl Literal {
    /// Reads a number; `None` when it is none.
    pub(super) fn number(text: &str) -> Option<Self> {
        if let Ok(integer) = text.parse() {
            return Some(Self::Integer(integer));
        }
        real(text).map(Self::Real)
    }

    /// How the text of a property compares with it; `None` when they are of different types.
    pub(super) fn compare(&self, property: &str) -> Option<Ordering> {
        match self {
            Self::Text(text) => Some(folded(property).cmp(folded(text))),
            Self::Integer(integer) => match property.parse::<i128>() {
                Ok(own) => Some(own.cmp(integer)),
                Err(_) => real(property)?.partial_cmp(&real(&integer.to_string())?),
            },
            Self::Real(number) => real(property)?.partial_cmp(number),
            Self::Boolean(value) => boolean(property).map(|own| own.cmp(value)),
        }
    }
}

/// Text as WQL compares it: without case.
pub(super) fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// A finite number in digits.
fn real(text: &str) -> Option<f64> {
    let looks_right = text.contains(|c: char| c.is_ascii_digit()) && !text.contains('_');
    text.parse().ok().filter(|number: &f64| looks_right && number.is_finite())
}

fn boolean(text: &str) -> Option<bool> {
    let is = |known: &str| text.eq_ignore_ascii_case(known);
    if is("true") || is("1") {
        return Some(true);
    }
    (is("false") || is("0")).then_some(false)
}

/// Writes a string in single quotes.
pub(super) fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'");
    ["'", &escaped, "'"].concat()
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Integer(integer) => integer.fmt(f),
            // Never with an exponent, always with a point: an integer is another value.
            Self::Real(number) if number.fract() == 0.0 => write!(f, "{number:.1}"),
            Self::Real(number) => number.fmt(f),
            Self::Boolean(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
        }
    }
}
