//! Writes templates so that they read back as they were.

use std::fmt::Write as _;

use crate::wsx::template::Piece;
use crate::wsx::template::Template;

/// Where a template stands, which says what must be quoted in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The lines of a section: blank lines at its ends are not part of it.
    Lines,
    /// The rest of a line: white space at its ends is not part of it.
    Line,
    /// A word between spaces.
    Word,
}

impl Template {
    /// The text that parses to this template where it may take several lines, as the body of a section does.
    pub fn to_lines(&self) -> String {
        self.print(Place::Lines)
    }

    pub(crate) fn print(&self, place: Place) -> String {
        let mut out = String::new();
        let count = self.pieces().len();
        for (index, piece) in self.pieces().iter().enumerate() {
            let is_last = index + 1 == count;
            match piece {
                Piece::Text(text) => print_text(&mut out, text, place, index == 0, is_last),
                other => print_slot(&mut out, other),
            }
        }
        out
    }
}

fn print_slot(out: &mut String, piece: &Piece) {
    // INVARIANT: writing to a String doesn't fail.
    let _ = match piece {
        Piece::Text(_) => Ok(()),
        Piece::Use(name) => write!(out, "{{{{{name}}}}}"),
        Piece::Match { name: Some(name), matcher } => write!(out, "{{{{{name}={matcher}}}}}"),
        Piece::Match { name: None, matcher } => write!(out, "{{{{_={matcher}}}}}"),
        Piece::NewUuid { name: Some(name) } => write!(out, "{{{{{name}=new.uuid}}}}"),
        Piece::NewUuid { name: None } => write!(out, "{{{{_=new.uuid}}}}"),
        Piece::Repeat { count, text } => write!(out, "{{{{{count}*'{}'}}}}", escape(text)),
        Piece::Prefixes => write!(out, "{{{{ns}}}}"),
        Piece::Absent => write!(out, "{{{{absent}}}}"),
    };
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' ' => out.push_str("\\s"),
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            other => out.push(other),
        }
    }
    out
}

fn print_text(out: &mut String, text: &str, place: Place, is_first: bool, is_last: bool) {
    let leading = if is_first { text.len() - text.trim_start_matches(edge(place)).len() } else { 0 };
    let trailing = if is_last { text.trim_end_matches(edge(place)).len() } else { text.len() };
    let mut line_start = is_first;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let opens_slot = c == '{' && chars.peek().map_or(!is_last, |(_, next)| may_be_quoted(*next));
        let looks_like_heading = place != Place::Word
            && c == '-'
            && line_start
            && text.get(at..).is_some_and(|t| t.starts_with("-- "));
        let at_edge = at < leading || at >= trailing;
        if opens_slot || looks_like_heading || at_edge || must_quote(c, place) {
            // INVARIANT: a quoted character reads back as itself in every place.
            out.push_str(&format!("{{{{'{}'}}}}", escape(c.encode_utf8(&mut [0; 4]))));
        } else {
            out.push(c);
        }
        line_start = c == '\n';
    }
}

/// What is trimmed off the ends of a template in that place.
fn edge(place: Place) -> &'static [char] {
    match place {
        Place::Lines => &['\n'],
        Place::Line | Place::Word => &[' ', '\t'],
    }
}

/// Whether the character is quoted in some place, so that a brace before it would make three.
fn may_be_quoted(c: char) -> bool {
    matches!(c, '{' | '-' | ' ' | '\t' | '\r' | '\n')
}

fn must_quote(c: char, place: Place) -> bool {
    match place {
        Place::Lines => c == '\r',
        Place::Line => c == '\r' || c == '\n',
        Place::Word => matches!(c, ' ' | '\t' | '\r' | '\n'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wsx::bounds::REPEAT_BYTES_MAX;
    use crate::wsx::bounds::REPEATS_MAX;
    use crate::wsx::error::WsxReason;
    use crate::wsx::strategy;

    proptest! {
        #[test]
        fn what_is_printed_reads_back(template in strategy::template()) {
            for place in [Place::Lines, Place::Line, Place::Word] {
                let printed = template.print(place);
                prop_assert_eq!(Template::parse(&printed).unwrap(), template.clone(), "{}", printed);
                let trimmed = printed.trim_matches(edge(place));
                prop_assert_eq!(trimmed, &printed);
            }
            prop_assert!(!template.print(Place::Line).contains('\n'));
            prop_assert!(!template.print(Place::Word).contains(' '));
            prop_assert!(!template.to_lines().lines().any(|line| line.starts_with("-- ")));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[{}'*=_a1\\\\ \n]{0,40}") {
            let _ = Template::parse(&text);
        }
    }

    fn reprint(text: &str) -> String {
        Template::parse(text).unwrap().to_lines()
    }

    #[test]
    fn slots_read_and_print_alike() {
        let text = "a {{m1=new.uuid}} {{m1}} {{_=uuid}} {{s=text}} {{3*'ab'}} {{ns}} {{absent}} {single} }}";
        assert_eq!(reprint(text), text);
    }

    #[test]
    fn quoted_braces_are_text() {
        let template = Template::parse("{{'{{'}}name}}").unwrap();
        assert_eq!(template.as_literal(), Some("{{name}}"));
        assert_eq!(template.to_lines(), "{{'{'}}{name}}");
    }

    #[test]
    fn an_unknown_kind_names_the_known_ones() {
        let error = Template::parse("ab{{x=guid}}").unwrap_err();
        assert_eq!(error.offset, 4);
        insta::assert_snapshot!(error.reason, @"expected one of uuid, int, text, base64, uri, duration, any, new.uuid, got `guid`");
    }

    #[test]
    fn a_slot_without_end_is_refused() {
        for text in ["{{m1", "{{'x", "{{'x'", "{{3*x}}", "{{M}}", "{{}}", "{{'\\q'}}", "{{_}}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_repetition_stands_on_its_bound_and_not_beyond() {
        assert!(Template::parse(&format!("{{{{{REPEAT_BYTES_MAX}*'a'}}}}")).is_ok());
        let error = Template::parse(&format!("{{{{{}*'a'}}}}", REPEAT_BYTES_MAX + 1)).unwrap_err();
        assert_eq!(error.reason, WsxReason::TooLarge { what: "a repetition", max: REPEAT_BYTES_MAX });
        assert!(Template::parse(&"{{2*'a'}}".repeat(REPEATS_MAX)).is_ok());
        assert!(Template::parse(&"{{2*'a'}}".repeat(REPEATS_MAX + 1)).is_err());
    }
}
