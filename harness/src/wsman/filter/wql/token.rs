use crate::limits::WQL_TOKENS_MAX;
use crate::wsman::filter::wql::error::WqlError;

/// A token and the octet that it begins at.
pub(super) type Placed<'t> = (Token<'t>, usize);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'t> {
    Word(&'t str),
    Number(&'t str),
    /// Without quotes and escapes.
    Text(String),
    Star,
    Comma,
    Open,
    Close,
    /// `=` `<` `<=` `>` `>=` `<>`, and `!=` as the last.
    Comparison(&'static str),
}

/// Cuts a query into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, WqlError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let offset = text.len().saturating_sub(rest.len());
        let (token, after) = next(rest, first, offset)?;
        if tokens.len() >= WQL_TOKENS_MAX {
            return Err(WqlError::TooMany { what: "tokens", max: WQL_TOKENS_MAX });
        }
        tokens.push((token, offset));
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn next(rest: &str, first: char, offset: usize) -> Result<(Token<'_>, &str), WqlError> {
    const SYMBOLS: [(&str, Token<'_>); 11] = [
        ("<=", Token::Comparison("<=")),
        (">=", Token::Comparison(">=")),
        ("<>", Token::Comparison("<>")),
        ("!=", Token::Comparison("<>")),
        ("=", Token::Comparison("=")),
        ("<", Token::Comparison("<")),
        (">", Token::Comparison(">")),
        ("*", Token::Star),
        (",", Token::Comma),
        ("(", Token::Open),
        (")", Token::Close),
    ];
    let cut = |is_part: fn(char) -> bool| {
        let end = rest.char_indices().skip(1).find(|(_, c)| !is_part(*c)).map_or(rest.len(), |(at, _)| at);
        rest.split_at_checked(end).unwrap_or((rest, ""))
    };
    if first == '\'' || first == '"' {
        return string(rest, first).ok_or(WqlError::Unclosed { offset });
    }
    if first.is_alphabetic() || first == '_' {
        let (word, after) = cut(|c| c.is_alphanumeric() || c == '_');
        return Ok((Token::Word(word), after));
    }
    if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') {
        let (number, after) = cut(|c| c.is_ascii_alphanumeric() || c == '.');
        return Ok((Token::Number(number), after));
    }
    let symbol = SYMBOLS.into_iter().find_map(|(symbol, token)| Some((token, rest.strip_prefix(symbol)?)));
    symbol.ok_or(WqlError::Character { found: first, offset })
}

/// A string in either quotes. A backslash takes its meaning from a quote or a backslash behind it; before anything else
/// it stays.
fn string(rest: &str, quote: char) -> Option<(Token<'_>, &str)> {
    let mut characters = rest.chars();
    characters.next()?;
    let mut text = String::new();
    loop {
        match characters.next()? {
            '\\' => match characters.next()? {
                escaped @ ('\\' | '\'' | '"') => text.push(escaped),
                other => text.extend(['\\', other]),
            },
            end if end == quote => return Some((Token::Text(text), characters.as_str())),
            other => text.push(other),
        }
    }
}
