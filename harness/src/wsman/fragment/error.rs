use std::fmt;

use crate::xml::XmlError;

/// Why a part of a representation can't be had or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FragmentError {
    /// The expression selects nothing.
    NoMatch,
    /// The expression selects several things that can't be changed at once.
    Ambiguous {
        /// How many.
        found: usize,
    },
    /// What is to be put there is not of the kind that the expression selects.
    WrongContent {
        /// What would have been right.
        expected: &'static str,
    },
    /// What is to be created is there already.
    AlreadyExists,
    /// The expression says nothing about where to create something.
    NoPlace,
    /// The representation would be none any more.
    WholeRepresentation,
    /// What came of the change can't be read.
    Xml(XmlError),
}

impl From<XmlError> for FragmentError {
    fn from(error: XmlError) -> Self {
        Self::Xml(error)
    }
}

impl fmt::Display for FragmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMatch => f.write_str("expected a fragment, and the expression selects nothing"),
            Self::Ambiguous { found } => {
                write!(f, "expected one place, and the expression selects {found}")
            }
            Self::WrongContent { expected } => write!(f, "expected {expected} in the fragment"),
            Self::AlreadyExists => f.write_str("expected a new fragment, and it is there already"),
            Self::NoPlace => f.write_str("expected an expression that ends with the name of what to create"),
            Self::WholeRepresentation => {
                f.write_str("expected a part of the representation, found all of it")
            }
            Self::Xml(error) => write!(f, "the changed representation is invalid: {error}"),
        }
    }
}

impl std::error::Error for FragmentError {}
