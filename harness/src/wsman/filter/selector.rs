use std::fmt;

use crate::soap::text_of;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::XmlError;

/// [DSP0226 Annex E] A filter by the values of properties, as [MS-WSMV 3.1.4.1.13] restricts it.
///
/// [DSP0226 Annex E]: https://www.dmtf.org/standards/wsman
/// [MS-WSMV 3.1.4.1.13]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectorFilter(Vec<(String, String)>);

/// Why a selector filter can't be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectorFilterError {
    /// It is no set of selectors.
    Content(XmlError),
    /// Two selectors have the same name.
    Duplicate {
        /// The name.
        name: String,
    },
    /// A value is a reference.
    Reference {
        /// The selector's name.
        name: String,
    },
    /// A value has a quotation mark.
    Quote {
        /// The selector's name.
        name: String,
    },
    /// The property is an array, a time, an object or a reference, which can't be compared.
    Property {
        /// Its name.
        name: String,
    },
}

impl SelectorFilter {
    /// Reads the `SelectorSet` in a filter.
    pub fn read(element: Element<'_>) -> Result<Self, SelectorFilterError> {
        let set = element.require_name(SelectorSet::ELEMENT).and_then(SelectorSet::from_xml);
        let set = set.map_err(SelectorFilterError::Content)?;
        if let Some(name) = set.duplicate() {
            return Err(SelectorFilterError::Duplicate { name: name.to_owned() });
        }
        let values = set.0.into_iter().map(|selector| match selector.value {
            SelectorValue::Text(text) if text.contains(['"', '\'']) => {
                Err(SelectorFilterError::Quote { name: selector.name })
            }
            SelectorValue::Text(text) => Ok((selector.name, text)),
            SelectorValue::Reference(_) => Err(SelectorFilterError::Reference { name: selector.name }),
        });
        values.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a representation has all the values, whatever their case.
    pub fn is_match(&self, representation: Element<'_>) -> Result<bool, SelectorFilterError> {
        for (name, value) in &self.0 {
            let mut same = representation.children().filter(|child| child.local().eq_ignore_ascii_case(name));
            let Some(property) = same.next() else { return Ok(false) };
            let is_array = same.next().is_some();
            match text_of(property) {
                Ok(text) if !is_array && text.to_lowercase() == value.to_lowercase() => {}
                Ok(_) if !is_array => return Ok(false),
                _ => return Err(SelectorFilterError::Property { name: name.clone() }),
            }
        }
        Ok(true)
    }
}

impl fmt::Display for SelectorFilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(error) => error.fmt(f),
            Self::Duplicate { name } => write!(f, "expected one selector `{name}`, found more"),
            Self::Reference { name } => write!(f, "expected text as selector `{name}`, found a reference"),
            Self::Quote { name } => {
                write!(f, "expected no quotation mark in selector `{name}`, found one")
            }
            Self::Property { name } => {
                write!(f, "expected selector `{name}` to name a simple value, found an array or an object")
            }
        }
    }
}

impl std::error::Error for SelectorFilterError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Content(error) => Some(error),
            _ => None,
        }
    }
}
