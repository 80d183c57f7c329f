use crate::wsman::xpath::XPathError;
use crate::wsman::xpath::expression::Comparison;
use crate::wsman::xpath::expression::Number;

/// [XPath 1.0 3.7] ExprToken, as far as the levels have it.
///
/// [XPath 1.0 3.7]: https://www.w3.org/TR/1999/REC-xpath-19991116/#exprlex
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `prefix:local`, `local`, `prefix:*` or `*`.
    Name {
        prefix: Option<&'t str>,
        local: Option<&'t str>,
    },
    /// What stands in quotes.
    Literal(&'t str),
    /// A number, and its digits when it has no point: a position.
    Number(Number, Option<&'t str>),
    Comparison(Comparison),
    Slash,
    At,
    Dot,
    BracketOpen,
    BracketClose,
    ParenthesisOpen,
    ParenthesisClose,
}

/// Cuts a text into tokens.
pub(super) struct Lexer<'t> {
    text: &'t str,
    offset: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, offset: 0 }
    }

    /// The next token and where it starts; `None` at the end.
    pub(super) fn next_token(&mut self) -> Result<(usize, Option<Token<'t>>), XPathError> {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
        let start = self.offset;
        let Some(first) = self.rest().chars().next() else { return Ok((start, None)) };
        let token = match first {
            '"' | '\'' => self.literal(first)?,
            '0'..='9' => self.number(false)?,
            '.' if self.rest().starts_with("..") => return Err(unsupported("step `..`", start)),
            '.' if self.rest().get(1..).is_some_and(starts_with_digit) => self.number(false)?,
            '-' if self.rest().get(1..).is_some_and(starts_number) => self.number(true)?,
            c if is_name_start(c) => self.name()?,
            _ => self.symbol(start)?,
        };
        Ok((start, Some(token)))
    }

    /// Whether the token that comes next is `(`.
    pub(super) fn is_call(&self) -> bool {
        self.rest().trim_start_matches([' ', '\t', '\r', '\n']).starts_with('(')
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.offset = self.offset.saturating_add(end);
        rest.get(..end).unwrap_or_default()
    }

    fn take(&mut self, prefix: &str) -> bool {
        let is_there = self.rest().starts_with(prefix);
        if is_there {
            self.offset = self.offset.saturating_add(prefix.len());
        }
        is_there
    }

    fn literal(&mut self, quote: char) -> Result<Token<'t>, XPathError> {
        let start = self.offset;
        self.offset = self.offset.saturating_add(1);
        let text = self.take_while(|c| c != quote);
        if !self.take(if quote == '"' { "\"" } else { "'" }) {
            return Err(XPathError::Unexpected { expected: "a closing quote", offset: start });
        }
        Ok(Token::Literal(text))
    }

    fn number(&mut self, is_negative: bool) -> Result<Token<'t>, XPathError> {
        let start = self.offset;
        let from = self.rest();
        self.offset = self.offset.saturating_add(usize::from(is_negative));
        let digits = self.take_while(|c| c.is_ascii_digit());
        let has_point = self.take(".");
        if has_point {
            self.take_while(|c| c.is_ascii_digit());
        }
        let text = from.get(..self.offset.saturating_sub(start)).unwrap_or_default();
        let number =
            Number::parse(text).ok_or(XPathError::Unexpected { expected: "a number", offset: start })?;
        Ok(Token::Number(number, (!has_point && !is_negative).then_some(digits)))
    }

    fn name(&mut self) -> Result<Token<'t>, XPathError> {
        let start = self.offset;
        let first = self.take_while(is_name);
        if self.rest().starts_with("::") {
            return Err(unsupported("axis", start));
        }
        if !self.take(":") {
            return Ok(Token::Name { prefix: None, local: Some(first) });
        }
        if self.take("*") {
            return Ok(Token::Name { prefix: Some(first), local: None });
        }
        if !self.rest().starts_with(is_name_start) {
            return Err(XPathError::Unexpected { expected: "a name after the prefix", offset: self.offset });
        }
        Ok(Token::Name { prefix: Some(first), local: Some(self.take_while(is_name)) })
    }

    fn symbol(&mut self, start: usize) -> Result<Token<'t>, XPathError> {
        if self.rest().starts_with("//") {
            return Err(unsupported("step `//`", start));
        }
        // The longer spelling comes first.
        const SYMBOLS: [(&str, Token<'static>); 14] = [
            ("!=", Token::Comparison(Comparison::NotEqual)),
            ("<=", Token::Comparison(Comparison::LessOrEqual)),
            (">=", Token::Comparison(Comparison::GreaterOrEqual)),
            ("=", Token::Comparison(Comparison::Equal)),
            ("<", Token::Comparison(Comparison::Less)),
            (">", Token::Comparison(Comparison::Greater)),
            ("/", Token::Slash),
            ("@", Token::At),
            (".", Token::Dot),
            ("[", Token::BracketOpen),
            ("]", Token::BracketClose),
            ("(", Token::ParenthesisOpen),
            (")", Token::ParenthesisClose),
            ("*", Token::Name { prefix: None, local: None }),
        ];
        let found = SYMBOLS.into_iter().find(|(spelling, _)| self.take(spelling));
        if let Some((_, token)) = found {
            return Ok(token);
        }
        match self.rest().chars().next() {
            Some('|') => Err(unsupported("union", start)),
            Some('$') => Err(unsupported("variable", start)),
            Some('+' | '-') => Err(unsupported("arithmetic", start)),
            _ => Err(XPathError::Unexpected { expected: "a step or an operator", offset: start }),
        }
    }
}

pub(super) fn unsupported(what: &'static str, offset: usize) -> XPathError {
    XPathError::Unsupported { what, offset }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn starts_number(text: &str) -> bool {
    starts_with_digit(text.strip_prefix('.').unwrap_or(text))
}

/// NCName, its letters as Unicode has them: a name that XML doesn't allow fits no element.
fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_name(c: char) -> bool {
    is_name_start(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}')
}
