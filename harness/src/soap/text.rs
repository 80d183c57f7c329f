//! What the layers above need to read simple types.

use std::str::FromStr;

use crate::xml::Element;
use crate::xml::QName;
use crate::xml::XmlError;

/// The trimmed text of an element of simple type; child elements are an error.
pub(crate) fn text_of(element: Element<'_>) -> Result<&str, XmlError> {
    if element.children().next().is_some() {
        return Err(element.bad_value("text and no elements"));
    }
    Ok(element.trimmed_text())
}

/// The number in an element: decimal, an optional sign, no white space inside.
pub(crate) fn number<T: FromStr>(element: Element<'_>, expected: &'static str) -> Result<T, XmlError> {
    text_of(element)?.parse().map_err(|_| element.bad_value(expected))
}

/// An `xs:boolean`, and with it the `True` and `False` that recorded clients send and Windows takes.
fn boolean(text: &str) -> Option<bool> {
    let is = |known: &str| text.trim_matches([' ', '\t', '\r', '\n']).eq_ignore_ascii_case(known);
    if is("true") || is("1") {
        return Some(true);
    }
    (is("false") || is("0")).then_some(false)
}

/// The [`boolean`] in an element.
pub(crate) fn boolean_of(element: Element<'_>) -> Result<bool, XmlError> {
    boolean(text_of(element)?).ok_or_else(|| element.bad_value("a boolean"))
}

/// The [`boolean`] in an attribute; `None` when there is no such attribute.
pub(crate) fn boolean_attribute(element: Element<'_>, name: QName) -> Result<Option<bool>, XmlError> {
    let Some(text) = element.attribute(name) else { return Ok(None) };
    boolean(text).map(Some).ok_or_else(|| XmlError::BadValue {
        name: name.to_string(),
        expected: "a boolean",
        found: text.chars().take(64).collect(),
        offset: element.offset(),
    })
}

/// Declares a newtype of text that is trimmed when it is made, so that it is equal however a peer wrapped it.
macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The value without the white space around it.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(text.trim_matches([' ', '\t', '\r', '\n']).to_owned())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

pub(crate) use text_newtype;
