//! [DSP0226 Annex D] The two levels of XPath 1.0 that WS-Management knows, for fragments and filters.
//!
//! [DSP0226 Annex D]: https://www.dmtf.org/standards/wsman

use crate::xml::Element;

/// The dialect of level 2 and of XPath 1.0 in general.
pub const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XPath {}

/// Why a text is no expression of these levels.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum XPathError {
    /// Something that the levels leave out, or that is no XPath at all.
    Unsupported {
        /// Where, in octets.
        offset: usize,
    },
}

/// What an expression selects.
#[derive(Debug, Clone, Copy)]
pub enum Selected<'d> {
    /// A whole element.
    Element(Element<'d>),
    /// The text in an element.
    Text(Element<'d>),
}

impl XPath {
    /// Compiles an expression. `namespaces` are prefixes and what they stand for; a name without prefix fits any
    /// namespace, as Windows has it.
    pub fn parse(_text: &str, _namespaces: &[(String, String)]) -> Result<Self, XPathError> {
        Err(XPathError::Unsupported { offset: 0 })
    }

    /// What it selects, `element` being the document element.
    #[must_use]
    pub fn select<'d>(&self, _element: Element<'d>) -> Vec<Selected<'d>> {
        Vec::new()
    }

    /// Whether it selects anything: what a filter asks.
    #[must_use]
    pub fn is_match(&self, element: Element<'_>) -> bool {
        !self.select(element).is_empty()
    }
}
