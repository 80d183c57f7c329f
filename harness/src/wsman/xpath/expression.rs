use crate::xml::Attribute;
use crate::xml::Element;

/// A location path: steps that only go down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// Whether it starts above the document element whatever the context. Never in a predicate: there it would be
    /// looked up once for each node.
    pub(super) is_absolute: bool,
    pub(super) steps: Vec<Step>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Child elements that pass every predicate, in turn.
    Child(NameTest, Vec<Predicate>),
    /// `@name`; always the last step.
    Attribute(NameTest),
    /// `text()`; always the last step.
    Text,
}

/// The last step of an expression; a name or namespace that is `None` fits any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastStep<'x> {
    /// Child elements, or the one at a position from 1.
    Element {
        /// Their namespace.
        namespace: Option<&'x str>,
        /// Their local name.
        local: Option<&'x str>,
        /// Which one.
        position: Option<usize>,
    },
    /// Attributes.
    Attribute {
        /// Their namespace.
        namespace: Option<&'x str>,
        /// Their local name.
        local: Option<&'x str>,
    },
    /// The text.
    Text,
}

impl Step {
    /// This step as the last one; `None` when it has other predicates than a position.
    pub(super) fn as_last(&self) -> Option<LastStep<'_>> {
        let (test, position) = match self {
            Self::Child(test, predicates) => match predicates.as_slice() {
                [] => (test, None),
                [Predicate::Position(position)] => (test, Some(*position)),
                _ => return None,
            },
            Self::Attribute(test) => {
                let (namespace, local) = (test.namespace.as_deref(), test.local.as_deref());
                return Some(LastStep::Attribute { namespace, local });
            }
            Self::Text => return Some(LastStep::Text),
        };
        let (namespace, local) = (test.namespace.as_deref(), test.local.as_deref());
        Some(LastStep::Element { namespace, local, position })
    }
}

/// A name, with `*` for its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameTest {
    /// `None` fits every namespace, and no namespace.
    pub(super) namespace: Option<String>,
    /// `None` fits every name.
    pub(super) local: Option<String>,
}

/// What stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Predicate {
    /// `[2]`: the place among the siblings that the step selected, from 1.
    Position(usize),
    /// Everything else.
    Holds(Condition),
}

/// What is true or false of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// `or`.
    Any(Vec<Self>),
    /// `and`.
    All(Vec<Self>),
    /// `not()`.
    Not(Box<Self>),
    /// A path that selects something.
    Exists(Path),
    /// A path that selects something which compares so.
    Compare(Path, Comparison, Value),
}

/// How what a path selects, on the left, compares to a value, on the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(Number),
}

/// A number that is not NaN, so that it equals itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number(f64);

impl Eq for Number {}

impl NameTest {
    pub(super) fn fits_element(&self, element: Element<'_>) -> bool {
        self.fits(element.namespace(), element.local())
    }

    pub(super) fn fits_attribute(&self, attribute: &Attribute<'_>) -> bool {
        self.fits(attribute.namespace, attribute.local)
    }

    fn fits(&self, namespace: &str, local: &str) -> bool {
        self.namespace.as_deref().is_none_or(|uri| uri == namespace)
            && self.local.as_deref().is_none_or(|name| name == local)
    }
}

impl Comparison {
    /// The same with the sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// [XPath 1.0 3.4]: equality with a string is of strings, everything else is of numbers.
    ///
    /// [XPath 1.0 3.4]: https://www.w3.org/TR/1999/REC-xpath-19991116/#booleans
    pub(super) fn holds(self, found: &str, value: &Value) -> bool {
        match (self, value) {
            (Self::Equal, Value::Text(text)) => found == text,
            (Self::NotEqual, Value::Text(text)) => found != text,
            (_, Value::Text(text)) => self.holds_between(Number::parse(found), Number::parse(text)),
            (_, Value::Number(number)) => self.holds_between(Number::parse(found), Some(*number)),
        }
    }

    /// `None` is XPath's NaN, which only differs.
    fn holds_between(self, left: Option<Number>, right: Option<Number>) -> bool {
        let (Some(Number(left)), Some(Number(right))) = (left, right) else {
            return self == Self::NotEqual;
        };
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

impl Number {
    /// [XPath 1.0 4.4] number(): digits with at most one point, a minus before them, white space around. Rust takes
    /// more, such as `1e3` and `inf`.
    ///
    /// [XPath 1.0 4.4]: https://www.w3.org/TR/1999/REC-xpath-19991116/#function-number
    pub(super) fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
        let digits = trimmed.strip_prefix('-').unwrap_or(trimmed);
        let is_number = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && digits.bytes().filter(|b| *b == b'.').count() <= 1
            && digits.bytes().any(|b| b.is_ascii_digit());
        if !is_number {
            return None;
        }
        trimmed.parse().ok().map(Self)
    }
}
