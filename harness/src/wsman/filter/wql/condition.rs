use std::cmp::Ordering;
use std::fmt;

use crate::wsman::filter::wql::like::LikePattern;
use crate::wsman::filter::wql::literal::Literal;
use crate::wsman::filter::wql::literal::quoted;
use crate::xml::Element;
use crate::xml::QName;
use crate::xml::XSI;

const NIL: QName = QName::new(XSI, "nil");

/// What an instance has to fulfil. How deep it goes is bounded by the parser.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Compare { property: String, operator: Operator, literal: Literal },
    Like { property: String, pattern: LikePattern },
    IsNull { property: String, is_null: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    const ALL: [(&'static str, Self); 6] = [
        ("=", Self::Equal),
        ("<>", Self::NotEqual),
        ("<", Self::Less),
        ("<=", Self::LessOrEqual),
        (">", Self::Greater),
        (">=", Self::GreaterOrEqual),
    ];

    pub(super) fn of(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == symbol).map(|(_, operator)| operator)
    }

    /// The operator with its sides changed.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }

    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Condition {
    /// Whether it holds; `None` when a value that it asks for is NULL or of another type.
    pub(super) fn holds(&self, instance: Element<'_>) -> Option<bool> {
        match self {
            Self::Or(all) => any(all.iter().map(|one| one.holds(instance)), true),
            Self::And(all) => any(all.iter().map(|one| one.holds(instance)), false),
            Self::Not(inside) => inside.holds(instance).map(|holds| !holds),
            Self::Compare { property, operator, literal } => {
                literal.compare(value(instance, property)?).map(|ordering| operator.holds(ordering))
            }
            Self::Like { property, pattern } => value(instance, property).map(|text| pattern.is_match(text)),
            Self::IsNull { property, is_null } => Some(value(instance, property).is_none() == *is_null),
        }
    }

    fn is_compound(&self) -> bool {
        matches!(self, Self::Or(_) | Self::And(_))
    }
}

/// `decisive` if one is, else unknown if one is, else the other.
fn any(mut all: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut is_unknown = false;
    let is_decided = all.any(|one| {
        is_unknown |= one.is_none();
        one == Some(decisive)
    });
    if is_decided {
        return Some(decisive);
    }
    (!is_unknown).then_some(!decisive)
}

/// The text of a property; `None` for NULL, which is also what an instance does not have.
fn value<'d>(instance: Element<'d>, property: &str) -> Option<&'d str> {
    let found = instance.children().find(|child| child.local().eq_ignore_ascii_case(property))?;
    if found.attribute(NIL).is_some_and(|nil| matches!(nil.trim(), "true" | "1")) {
        return None;
    }
    // A time is an element inside that of the property.
    Some(found.children().next().unwrap_or(found).trimmed_text())
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, all: &[Self], word: &str| {
            all.iter().enumerate().try_for_each(|(i, one)| {
                f.write_str(if i == 0 { "" } else { word })?;
                nested(f, one)
            })
        };
        match self {
            Self::Or(all) => joined(f, all, " OR "),
            Self::And(all) => joined(f, all, " AND "),
            Self::Not(inside) => {
                f.write_str("NOT ")?;
                nested(f, inside)
            }
            Self::Compare { property, operator, literal } => write!(f, "{property} {operator} {literal}"),
            Self::Like { property, pattern } => write!(f, "{property} LIKE {}", quoted(pattern.as_str())),
            Self::IsNull { property, is_null: true } => write!(f, "{property} IS NULL"),
            Self::IsNull { property, is_null: false } => write!(f, "{property} IS NOT NULL"),
        }
    }
}

fn nested(f: &mut fmt::Formatter<'_>, condition: &Condition) -> fmt::Result {
    match condition.is_compound() {
        true => write!(f, "({condition})"),
        false => write!(f, "{condition}"),
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.into_iter().find(|(_, own)| own == self).map_or("=", |(symbol, _)| symbol))
    }
}
