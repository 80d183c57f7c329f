use std::collections::BTreeMap;
use std::fmt;

use crate::wsx::Piece;
use crate::wsx::Template;
use crate::wsx::VariableName;
use crate::wsx::declarations;

/// The values of a case: those the engine gives, and those that were bound on the way.
#[derive(Clone, Default)]
pub struct Bindings {
    given: BTreeMap<String, String>,
    /// In the order of binding, so that an alternative that doesn't fit is undone.
    bound: Vec<(VariableName, String)>,
}

/// Values may be secrets: only the names are told.
impl fmt::Debug for Bindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.bound.iter().map(|(name, _)| name.as_str())).finish()
    }
}

/// A place in the history of [`Bindings`] to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(usize);

/// A template uses a value that nothing has bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbound(pub VariableName);

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a value for `{}`, and nothing has bound it", self.0)
    }
}

impl std::error::Error for Unbound {}

/// What a value becomes where it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Itself.
    Nothing,
    /// What stands for it in XML.
    Xml,
}

impl Bindings {
    /// Gives a value that no step binds.
    pub fn give(&mut self, name: &str, value: impl Into<String>) {
        self.given.insert(name.to_owned(), value.into());
    }

    /// The value of that name; the last one bound wins.
    pub fn value(&self, name: &VariableName) -> Option<&str> {
        let bound = self.bound.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value);
        bound.or_else(|| self.given.get(name.as_str())).map(String::as_str)
    }

    /// Binds a value.
    pub fn bind(&mut self, name: VariableName, value: String) {
        self.bound.push((name, value));
    }

    /// Now.
    pub fn mark(&self) -> Mark {
        Mark(self.bound.len())
    }

    /// Forgets what was bound since.
    pub fn rewind(&mut self, mark: Mark) {
        self.bound.truncate(mark.0);
    }

    /// The text that is sent for a template. `fresh` makes a UUID.
    pub fn render(
        &mut self,
        template: &Template,
        escape: Escape,
        fresh: &mut dyn FnMut() -> String,
    ) -> Result<String, Unbound> {
        let mut text = String::new();
        for piece in template.pieces() {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Use(name) => {
                    let value = self.value(name).ok_or_else(|| Unbound(name.clone()))?;
                    match escape {
                        Escape::Nothing => text.push_str(value),
                        Escape::Xml => push_escaped(&mut text, value),
                    }
                }
                Piece::NewUuid { name } => {
                    let uuid = fresh();
                    text.push_str(&uuid);
                    if let Some(name) = name {
                        self.bind(name.clone(), uuid);
                    }
                }
                Piece::Repeat { count, text: repeated } => text.push_str(&repeated.repeat(*count)),
                Piece::Prefixes => text.push_str(&declarations()),
                // Neither stands for anything that could be sent.
                Piece::Match { .. } | Piece::Absent => {}
            }
        }
        Ok(text)
    }
}

fn push_escaped(text: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&apos;"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> VariableName {
        VariableName::parse(text).unwrap()
    }

    #[test]
    fn a_value_is_escaped_where_xml_is_sent_and_repeats_afterwards() {
        let mut bindings = Bindings::default();
        bindings.give("secret.user", "a<b");
        let template = Template::parse("{{secret.user}} {{m=new.uuid}} {{m}} {{2*'<x/>'}}").unwrap();
        let mut fresh = || "U".to_owned();
        assert_eq!(bindings.render(&template, Escape::Xml, &mut fresh), Ok("a&lt;b U U <x/><x/>".to_owned()));
        assert_eq!(
            bindings.render(&template, Escape::Nothing, &mut fresh),
            Ok("a<b U U <x/><x/>".to_owned())
        );
    }

    #[test]
    fn what_nothing_bound_is_an_error_that_names_it() {
        let template = Template::parse("{{shell}}").unwrap();
        let rendered = Bindings::default().render(&template, Escape::Nothing, &mut String::new);
        assert_eq!(rendered, Err(Unbound(name("shell"))));
    }

    #[test]
    fn rewinding_forgets_only_what_came_later() {
        let mut bindings = Bindings::default();
        bindings.bind(name("a"), "1".to_owned());
        let mark = bindings.mark();
        bindings.bind(name("a"), "2".to_owned());
        bindings.bind(name("b"), "3".to_owned());
        assert_eq!(bindings.value(&name("a")), Some("2"));
        bindings.rewind(mark);
        assert_eq!((bindings.value(&name("a")), bindings.value(&name("b"))), (Some("1"), None));
    }
}
