/// Reads the pieces that header field values are made of.
///
/// It moves over octets of the original value only, so no change of case or charset can shift an offset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexer<'a> {
    rest: &'a [u8],
}

impl<'a> Lexer<'a> {
    pub(super) fn new(value: &'a [u8]) -> Self {
        Self { rest: value }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Skips spaces and tabs and says whether there were any.
    pub(super) fn space(&mut self) -> bool {
        !self.run(|octet| matches!(octet, b' ' | b'\t')).is_empty()
    }

    pub(super) fn eat(&mut self, wanted: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// The longest run of octets that `wanted` holds for.
    pub(super) fn run(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let len = self.rest.iter().position(|octet| !wanted(*octet)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest;
        run
    }

    /// [RFC 9110 5.6.2] token; `None` when there is none.
    ///
    /// [RFC 9110 5.6.2]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    pub(super) fn token(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.run(is_token)).ok().filter(|token| !token.is_empty())
    }

    /// [RFC 9110 5.6.4] quoted-string without its quotes and backslashes; `None` when it does not end.
    ///
    /// [RFC 9110 5.6.4]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4
    pub(super) fn quoted(&mut self) -> Option<String> {
        if !self.eat(b'"') {
            return None;
        }
        let mut text = Vec::new();
        loop {
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            match first {
                b'"' => return Some(String::from_utf8_lossy(&text).into()),
                b'\\' => {
                    let (escaped, rest) = self.rest.split_first()?;
                    self.rest = rest;
                    text.push(*escaped);
                }
                other => text.push(*other),
            }
        }
    }

    /// `token BWS "=" BWS ( token / quoted-string )`; `None` when that is not what follows.
    pub(super) fn parameter(&mut self) -> Option<(String, String)> {
        let name = self.token()?.to_owned();
        self.space();
        if !self.eat(b'=') {
            return None;
        }
        self.space();
        let value = if self.rest.first() == Some(&b'"') { self.quoted()? } else { self.token()?.to_owned() };
        Some((name, value))
    }
}

pub(super) fn is_token(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

/// Writes `value` as a token when it is one, else quoted.
pub(super) fn token_or_quoted(value: &str) -> String {
    if !value.is_empty() && value.bytes().all(is_token) {
        return value.to_owned();
    }
    quote(value)
}

pub(super) fn quote(value: &str) -> String {
    let mut text = String::from('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
    text
}
