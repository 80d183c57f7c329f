//! [DSP0226 Annex D] The two levels of XPath 1.0 that WS-Management knows, for fragments and filters.
//!
//! Both are the abbreviated syntax without the steps that leave the subtree of a node: no `//`, no `..`, no axes, no
//! functions but `text()`, `position()`'s short form `[2]`, and `not()`. So each step looks at a node at most once, and
//! a hostile expression costs no more than its length times the document.
//!
//! ```
//! use winrm_harness::wsman::xpath::XPath;
//! use winrm_harness::xml::Document;
//!
//! let document = Document::parse(b"<Service><Name>Spooler</Name><State>Running</State></Service>")?;
//! let state = XPath::parse("State/text()", &[])?;
//! assert_eq!(state.select(document.root())[0].value(), "Running");
//! assert!(XPath::parse("//State", &[]).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [DSP0226 Annex D]: https://www.dmtf.org/standards/wsman

mod error;
mod expression;
mod lexer;
mod parser;
mod selection;

#[cfg(test)]
mod tests;

pub use error::XPathError;
pub use expression::LastStep;
pub use selection::Selected;

use crate::wsman::xpath::expression::Path;
use crate::wsman::xpath::expression::Predicate;
use crate::wsman::xpath::expression::Step;
use crate::wsman::xpath::parser::Parser;
use crate::wsman::xpath::selection::Place;
use crate::xml::Element;

/// The dialect of XPath 1.0, and of every subset of it: a service that knows only the levels says so by refusing the
/// expression and not the dialect.
pub const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XPath {
    path: Path,
}

impl XPath {
    /// Compiles an expression. `namespaces` are prefixes and what they stand for; a name without prefix fits any
    /// namespace, as Windows has it.
    pub fn parse(text: &str, namespaces: &[(String, String)]) -> Result<Self, XPathError> {
        Parser::new(text, namespaces)?.expression().map(|path| Self { path })
    }

    /// What it selects, in document order. A relative expression starts at `element`, which is the document element.
    #[must_use]
    pub fn select<'d>(&self, element: Element<'d>) -> Vec<Selected<'d>> {
        self.path.select(if self.path.is_absolute { Place::Above(element) } else { Place::At(element) })
    }

    /// What it selects, one step earlier, and that step: where something is to be put that need not be there yet.
    /// `None` for an expression without steps, or one whose last step has other predicates than a position.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, LastStep<'_>)> {
        let (last, before) = self.path.steps.split_last()?;
        let path = Path { is_absolute: self.path.is_absolute, steps: before.to_vec() };
        Some((Self { path }, last.as_last()?))
    }

    /// The same expression with another position in its last step, as in `Address[2]`.
    #[must_use]
    pub fn at_position(&self, position: usize) -> Option<Self> {
        let mut path = self.path.clone();
        let Some(Step::Child(_, predicates)) = path.steps.last_mut() else { return None };
        *predicates = vec![Predicate::Position(position)];
        Some(Self { path })
    }

    /// What it selects when a relative expression starts above `element`, so that its first step names `element`
    /// itself. The queries of the event log are of this kind: `*[System[Level=2]]`.
    #[must_use]
    pub fn select_from_above<'d>(&self, element: Element<'d>) -> Vec<Selected<'d>> {
        self.path.select(Place::Above(element))
    }

    /// Whether it selects anything: what a filter asks.
    #[must_use]
    pub fn is_match(&self, element: Element<'_>) -> bool {
        !self.select(element).is_empty()
    }

    /// Whether [`Self::select_from_above`] selects anything.
    #[must_use]
    pub fn is_match_from_above(&self, element: Element<'_>) -> bool {
        !self.select_from_above(element).is_empty()
    }
}
