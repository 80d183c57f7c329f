//! Matchers: what a case expects against what came.
//!
//! A mismatch says what was expected, where, and what was there instead, precisely enough to fix a peer. All work is
//! bounded by the product of the sizes of pattern and answer: nothing backtracks.

mod bindings;
mod condition;
mod fault;
mod http;
mod names;
mod path;
mod text;
mod xml;

pub use bindings::Bindings;
pub use bindings::Escape;
pub use bindings::Unbound;
pub use condition::Came;
pub use condition::check_assertion;
pub use fault::describe_fault;
pub use fault::match_fault;
pub use http::match_bytes;
pub use http::match_http;
pub use http::match_request;
pub use path::Found;
pub use path::find;
pub use text::match_text;
pub use xml::match_envelope;

/// Something that isn't as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What was expected.
    pub expected: String,
    /// What was there.
    pub got: String,
}

impl Mismatch {
    /// A mismatch of two descriptions.
    pub fn new(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { expected: expected.into(), got: got.into() }
    }
}

/// The text, cut where a reader has seen enough.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN_MAX: usize = 200;
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
