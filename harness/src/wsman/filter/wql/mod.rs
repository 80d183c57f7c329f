//! [MS-WMI 2.2.1] WQL, as far as clients send it in a filter: data queries with a condition.
//!
//! [MS-WMI 2.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wmi

mod condition;
mod error;
mod like;
mod literal;
mod parser;
mod token;

#[cfg(test)]
mod tests;

pub use error::WqlError;
pub use like::LikePattern;

use std::fmt;

use crate::limits::WQL_BYTES_MAX;
use crate::wsman::filter::wql::condition::Condition;
use crate::wsman::filter::wql::parser::Parser;
use crate::wsman::filter::wql::token::tokens;
use crate::xml::Element;

/// [MS-WMI 2.2.1] `SELECT … FROM … WHERE …`. Keywords and names have no case.
///
/// [MS-WMI 2.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wmi
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    projection: Projection,
    class: String,
    condition: Option<Condition>,
}

/// Which properties a query is after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    /// `*`: the instance as it is.
    All,
    /// These, as an `XmlFragment`.
    Properties(Vec<String>),
}

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, WqlError> {
        if text.len() > WQL_BYTES_MAX {
            return Err(WqlError::TooLong { bytes_max: WQL_BYTES_MAX });
        }
        Parser::new(tokens(text)?, text.len()).query()
    }

    /// The class whose instances, and those of the classes below it, are asked for.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// What is asked of each.
    #[must_use]
    pub fn projection(&self) -> &Projection {
        &self.projection
    }

    /// Whether an instance fulfils the condition; the class is for the caller to look at.
    #[must_use]
    pub fn is_match(&self, instance: Element<'_>) -> bool {
        self.condition.as_ref().is_none_or(|condition| condition.holds(instance) == Some(true))
    }
}

/// A query that means the same.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.projection {
            Projection::All => write!(f, "SELECT * FROM {}", self.class)?,
            Projection::Properties(names) => write!(f, "SELECT {} FROM {}", names.join(", "), self.class)?,
        }
        match &self.condition {
            Some(condition) => write!(f, " WHERE {condition}"),
            None => Ok(()),
        }
    }
}
