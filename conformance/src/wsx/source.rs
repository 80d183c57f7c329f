//! Lines with their numbers, so that every error has a place.

use crate::wsx::error::Position;
use crate::wsx::error::WsxError;
use crate::wsx::error::WsxReason;
use crate::wsx::template::Template;

/// A line without its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) file: &'a str,
    pub(crate) number: usize,
    pub(crate) text: &'a str,
}

impl<'a> Line<'a> {
    /// An error at the place where `part` stands in the line, or at its start.
    pub(crate) fn error(&self, part: &str, reason: WsxReason) -> WsxError {
        let before = self.text.split_once(part).map_or("", |(before, _)| before);
        self.error_at(before.chars().count() + 1, reason)
    }

    pub(crate) fn error_at(&self, column: usize, reason: WsxReason) -> WsxError {
        WsxError { at: Position { file: self.file.to_owned(), line: self.number, column }, reason }
    }

    pub(crate) fn expected(&self, expected: &'static str, got: &str) -> WsxError {
        self.error(got, WsxReason::expected(expected, got))
    }

    /// The line without white space around it.
    pub(crate) fn trimmed(&self) -> &'a str {
        self.text.trim_matches([' ', '\t'])
    }

    /// A template in a part of this line.
    pub(crate) fn template(&self, part: &str) -> Result<Template, WsxError> {
        Template::parse(part).map_err(|error| {
            let start = self.text.find(part).unwrap_or(0).saturating_add(error.offset);
            let column = self.text.get(..start).map_or(0, |before| before.chars().count()) + 1;
            self.error_at(column, error.reason)
        })
    }
}

/// The lines of a text, whether they end with LF or CR LF.
pub(crate) fn lines<'a>(file: &'a str, text: &'a str) -> Vec<Line<'a>> {
    let texts = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    texts.enumerate().map(|(index, text)| Line { file, number: index + 1, text }).collect()
}

/// The lines below a heading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    pub(crate) heading: Line<'a>,
    pub(crate) lines: &'a [Line<'a>],
}

impl<'a> Body<'a> {
    /// The lines that say something: neither blank nor a comment.
    pub(crate) fn directives(&self) -> impl Iterator<Item = Line<'a>> + use<'a> {
        self.lines
            .iter()
            .copied()
            .filter(|line| !line.trimmed().is_empty() && !line.trimmed().starts_with('#'))
    }

    /// The only line that says something.
    pub(crate) fn one_directive(&self, expected: &'static str) -> Result<Line<'a>, WsxError> {
        let mut directives = self.directives();
        let first =
            directives.next().ok_or_else(|| self.heading.error_at(1, WsxReason::expected(expected, "")))?;
        match directives.next() {
            None => Ok(first),
            Some(extra) => Err(extra.expected("the end of the section", extra.trimmed())),
        }
    }

    /// Fails if a line says something.
    pub(crate) fn no_directive(&self) -> Result<(), WsxError> {
        match self.directives().next() {
            None => Ok(()),
            Some(extra) => Err(extra.expected("an empty section", extra.trimmed())),
        }
    }

    /// The lines without blank ones at the ends.
    pub(crate) fn trimmed(&self) -> &'a [Line<'a>] {
        let mut lines = self.lines;
        while let [first, rest @ ..] = lines
            && first.text.is_empty()
        {
            lines = rest;
        }
        while let [rest @ .., last] = lines
            && last.text.is_empty()
        {
            lines = rest;
        }
        lines
    }
}

/// A template of several lines.
pub(crate) fn template(lines: &[Line<'_>]) -> Result<Template, WsxError> {
    let text = lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n");
    Template::parse(&text).map_err(|error| {
        let before = text.get(..error.offset).unwrap_or("");
        let index = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        match lines.get(index) {
            Some(line) => line.error_at(column, error.reason),
            None => WsxError { at: Position { file: String::new(), line: 0, column }, reason: error.reason },
        }
    })
}

/// The first word and what follows it.
pub(crate) fn word(text: &str) -> (&str, &str) {
    let text = text.trim_matches([' ', '\t']);
    text.split_once([' ', '\t']).map_or((text, ""), |(word, rest)| (word, rest.trim_matches([' ', '\t'])))
}

/// All words.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t']).filter(|word| !word.is_empty())
}
