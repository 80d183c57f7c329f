use std::collections::BTreeMap;

use winrm_harness::http::Headers;
use winrm_harness::http::Status;
use winrm_harness::xml::Document;

use crate::assertion::Bindings;
use crate::assertion::Found;
use crate::assertion::Mismatch;
use crate::assertion::excerpt;
use crate::assertion::find;
use crate::assertion::match_text;
use crate::assertion::text::describe_with;
use crate::wsx::Assertion;
use crate::wsx::Comparison;
use crate::wsx::Condition;
use crate::wsx::Look;
use crate::wsx::Piece;
use crate::wsx::Template;
use crate::wsx::TextComparison;

/// What an assertion can look at: what came in a step.
#[derive(Clone, Copy, Debug)]
pub struct Came<'a> {
    /// The status, if a response came.
    pub status: Option<Status>,
    /// The header fields, if a message came.
    pub headers: Option<&'a Headers>,
    /// The envelope, if one came.
    pub envelope: Option<&'a Document>,
    /// What is known of the authentication.
    pub facts: &'a BTreeMap<String, String>,
}

/// Checks one line of an `assert` section.
pub fn check_assertion(
    assertion: &Assertion,
    came: Came<'_>,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let (what, found) = look(&assertion.look, came);
    check(&assertion.condition, found.as_deref(), bindings).map_err(|expected| {
        let got = found.map_or("nothing".to_owned(), |found| format!("`{}`", excerpt(&found)));
        Mismatch::new(format!("{what} {expected}"), got)
    })
}

fn look(look: &Look, came: Came<'_>) -> (String, Option<String>) {
    match look {
        Look::Path(path) => {
            let found = came.envelope.map_or(Found::Nothing, |document| find(path, document.root()));
            let found = match found {
                Found::Nothing => None,
                Found::Text(text) => Some(text),
                Found::Count(count) => Some(count.to_string()),
            };
            (path.to_string(), found)
        }
        Look::Status => ("the status".to_owned(), came.status.map(|status| status.to_string())),
        Look::Header(name) => {
            (format!("the field {name}"), came.headers.and_then(|headers| field(headers, name)))
        }
        Look::Auth(name) => (name.clone(), came.facts.get(name).cloned()),
        Look::Tls(name) => {
            let name = format!("tls.{name}");
            let found = came.facts.get(&name).cloned();
            (name, found)
        }
    }
}

/// [RFC 9110 5.3] All fields of the name, joined by commas: what stands in the second one counts as well.
///
/// [RFC 9110 5.3]: https://www.rfc-editor.org/rfc/rfc9110#section-5.3
fn field(headers: &Headers, name: &str) -> Option<String> {
    let values: Vec<String> =
        headers.all(name).map(|value| String::from_utf8_lossy(value).trim().to_owned()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// What was expected, if it isn't so.
fn check(condition: &Condition, found: Option<&str>, bindings: &mut Bindings) -> Result<(), String> {
    let (holds, expected) = match condition {
        Condition::Exists => (found.is_some(), "to exist".to_owned()),
        Condition::Absent => (found.is_none(), "to be absent".to_owned()),
        Condition::Is(matcher) => {
            (found.is_some_and(|found| matcher.matches(found)), format!("to be {matcher}"))
        }
        Condition::Number(comparison, number) => {
            let value = found.and_then(|found| found.parse::<i64>().ok());
            let holds = match value {
                Some(value) => compare(*comparison, value, *number),
                None => *comparison == Comparison::NotEqual,
            };
            (holds, format!("{} {number}", symbol(*comparison)))
        }
        Condition::Text(comparison, template) => {
            let expected = format!("{} {}", word(*comparison), describe_with(template, bindings));
            (text(*comparison, template, found, bindings), expected)
        }
    };
    if holds { Ok(()) } else { Err(expected) }
}

fn compare(comparison: Comparison, value: i64, number: i64) -> bool {
    match comparison {
        Comparison::Equal => value == number,
        Comparison::NotEqual => value != number,
        Comparison::Less => value < number,
        Comparison::AtMost => value <= number,
        Comparison::Greater => value > number,
        Comparison::AtLeast => value >= number,
    }
}

fn text(
    comparison: TextComparison,
    template: &Template,
    found: Option<&str>,
    bindings: &mut Bindings,
) -> bool {
    let Some(found) = found else {
        return matches!(comparison, TextComparison::NotEqual | TextComparison::Lacks);
    };
    let any = Piece::Match { name: None, matcher: crate::wsx::Matcher::Any };
    let open = |before: bool, after: bool| {
        let mut open = Template::default();
        before.then(|| open.push(any.clone()));
        template.pieces().iter().for_each(|piece| open.push(piece.clone()));
        after.then(|| open.push(any.clone()));
        open
    };
    let mark = bindings.mark();
    match comparison {
        TextComparison::Equal => match_text(template, found, bindings).is_ok(),
        TextComparison::StartsWith => match_text(&open(false, true), found, bindings).is_ok(),
        TextComparison::Contains => match_text(&open(true, true), found, bindings).is_ok(),
        TextComparison::NotEqual | TextComparison::Lacks => {
            let is_part = comparison == TextComparison::Lacks;
            let matches = match_text(&open(is_part, is_part), found, bindings).is_ok();
            bindings.rewind(mark);
            !matches
        }
    }
}

fn symbol(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}

fn word(comparison: TextComparison) -> &'static str {
    match comparison {
        TextComparison::Equal => "to be",
        TextComparison::NotEqual => "not to be",
        TextComparison::Contains => "to contain",
        TextComparison::Lacks => "not to contain",
        TextComparison::StartsWith => "to start with",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wsx::Matcher;

    fn holds(condition: &Condition, found: Option<&str>) -> bool {
        check(condition, found, &mut Bindings::default()).is_ok()
    }

    fn text_condition(comparison: TextComparison, text: &str) -> Condition {
        Condition::Text(comparison, Template::parse(text).unwrap())
    }

    #[test]
    fn a_condition_on_nothing_fails_but_for_those_that_ask_for_it() {
        assert!(holds(&Condition::Absent, None) && !holds(&Condition::Absent, Some("")));
        assert!(holds(&Condition::Exists, Some("")) && !holds(&Condition::Exists, None));
        assert!(!holds(&Condition::Is(Matcher::Any), None));
        for comparison in [TextComparison::NotEqual, TextComparison::Lacks] {
            assert!(holds(&text_condition(comparison, "x"), None));
        }
        for comparison in [TextComparison::Equal, TextComparison::Contains, TextComparison::StartsWith] {
            assert!(!holds(&text_condition(comparison, "x"), None));
        }
        assert!(holds(&Condition::Number(Comparison::NotEqual, 1), None));
        assert!(!holds(&Condition::Number(Comparison::Less, 1), None));
    }

    #[test]
    fn texts_and_numbers_compare() {
        assert!(holds(&text_condition(TextComparison::Contains, "b{{_=int}}"), Some("ab12")));
        assert!(!holds(&text_condition(TextComparison::Contains, "bd"), Some("abcd")));
        assert!(holds(&text_condition(TextComparison::StartsWith, "ab"), Some("abcd")));
        assert!(!holds(&text_condition(TextComparison::Lacks, "bc"), Some("abcd")));
        assert!(holds(&Condition::Number(Comparison::AtLeast, 2), Some("2")));
        assert!(!holds(&Condition::Number(Comparison::Equal, 2), Some("two")));
    }
}
