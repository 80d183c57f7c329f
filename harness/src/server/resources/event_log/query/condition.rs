use crate::limits::EVENT_QUERY_BYTES_MAX;
use crate::limits::EVENT_QUERY_DEPTH_MAX;
use crate::server::resources::event_log::LoggedEvent;
use crate::server::resources::event_log::logged::PROVIDER;
use crate::server::resources::event_log::query::QueryError;

/// What a Select asks of an event: the XPath that event viewers write, about `System` only.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Always,
    Never,
    All(Vec<Self>),
    Any(Vec<Self>),
    Compare(Field, Comparison, u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    EventId,
    Level,
    RecordId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The longest first: `<` is also the beginning of `<=`.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("!=", Comparison::Unequal),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl Condition {
    pub(super) fn parse(text: &str) -> Result<Self, QueryError> {
        let mut parser = Parser { text, rest: text };
        if text.len() > EVENT_QUERY_BYTES_MAX {
            return Err(parser.expected("an expression that is not as long"));
        }
        let condition = parser.path()?;
        match parser.rest.trim().is_empty() {
            true => Ok(condition),
            false => Err(parser.expected("the end")),
        }
    }

    pub(super) fn holds(&self, event: &LoggedEvent) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::All(all) => all.iter().all(|condition| condition.holds(event)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(event)),
            Self::Compare(field, comparison, value) => {
                let found = match field {
                    Field::EventId => event.what.event_id(),
                    Field::Level => event.what.level(),
                    Field::RecordId => event.record_id.0,
                };
                comparison.holds(found, *value)
            }
        }
    }
}

impl Comparison {
    fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Unequal => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
}

impl Parser<'_> {
    fn expected(&self, expected: &'static str) -> QueryError {
        QueryError::Expression { expected, at: self.text.len().saturating_sub(self.rest.len()) }
    }

    /// Whether `token` comes next; eats it.
    fn eats(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The same for a word, which another letter would make another word.
    fn eats_word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(word);
        let rest = rest.filter(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn require(&mut self, token: &'static str) -> Result<(), QueryError> {
        match self.eats(token) {
            true => Ok(()),
            false => Err(self.expected(token)),
        }
    }

    /// `*`, `*[System[…]]`, `Event[System[…]]`, `Event/System[…]`, `*/System[…]`
    fn path(&mut self) -> Result<Condition, QueryError> {
        if !self.eats("*") && !self.eats_word("Event") {
            return Err(self.expected("* or Event"));
        }
        if self.eats("/") {
            return self.system();
        }
        if !self.eats("[") {
            return Ok(Condition::Always);
        }
        let condition = self.system()?;
        self.require("]")?;
        Ok(condition)
    }

    fn system(&mut self) -> Result<Condition, QueryError> {
        if !self.eats_word("System") {
            return Err(self.expected("System"));
        }
        if !self.eats("[") {
            return Ok(Condition::Always);
        }
        let condition = self.any(0)?;
        self.require("]")?;
        Ok(condition)
    }

    fn any(&mut self, depth: usize) -> Result<Condition, QueryError> {
        if depth > EVENT_QUERY_DEPTH_MAX {
            return Err(self.expected("fewer parentheses"));
        }
        let mut any = vec![self.all(depth)?];
        while self.eats_word("or") {
            any.push(self.all(depth)?);
        }
        Ok(Condition::Any(any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, QueryError> {
        let mut all = vec![self.one(depth)?];
        while self.eats_word("and") {
            all.push(self.one(depth)?);
        }
        Ok(Condition::All(all))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, QueryError> {
        if self.eats("(") {
            let inside = self.any(depth.saturating_add(1))?;
            self.require(")")?;
            return Ok(inside);
        }
        if self.eats_word("Provider") {
            return self.provider();
        }
        let fields =
            [("EventID", Field::EventId), ("Level", Field::Level), ("EventRecordID", Field::RecordId)];
        let field = fields.into_iter().find(|(word, _)| self.eats_word(word)).map(|(_, field)| field);
        let field = field.ok_or_else(|| self.expected("EventID, Level, EventRecordID or Provider"))?;
        let comparison = COMPARISONS.into_iter().find(|(sign, _)| self.eats(sign)).map(|(_, c)| c);
        let comparison = comparison.ok_or_else(|| self.expected("a comparison"))?;
        Ok(Condition::Compare(field, comparison, self.number()?))
    }

    fn provider(&mut self) -> Result<Condition, QueryError> {
        self.require("[")?;
        self.require("@Name")?;
        self.require("=")?;
        let quote = ["'", "\""].into_iter().find(|quote| self.eats(quote));
        let quote = quote.ok_or_else(|| self.expected("a name in quotes"))?;
        let (name, rest) = self.rest.split_once(quote).ok_or_else(|| self.expected("a closing quote"))?;
        let is_ours = name == PROVIDER;
        self.rest = rest;
        self.require("]")?;
        Ok(if is_ours { Condition::Always } else { Condition::Never })
    }

    fn number(&mut self) -> Result<u64, QueryError> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let number = digits.parse().map_err(|_| self.expected("a number"))?;
        self.rest = after;
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::EVENT_QUERY_BYTES_MAX;
    use crate::limits::EVENT_QUERY_DEPTH_MAX;
    use crate::server::resources::event_log::query::condition::Condition;

    fn nested(depth: usize) -> String {
        format!("*[System[{}EventID=1{}]]", "(".repeat(depth), ")".repeat(depth))
    }

    #[test]
    fn parentheses_are_read_as_deep_as_the_bound_and_no_deeper() {
        assert!(Condition::parse(&nested(EVENT_QUERY_DEPTH_MAX)).is_ok());
        assert!(Condition::parse(&nested(EVENT_QUERY_DEPTH_MAX + 1)).is_err());
    }

    #[test]
    fn an_expression_is_read_as_long_as_the_bound_and_no_longer() {
        let padded = |len: usize| format!("*{}", " ".repeat(len - 1));
        assert!(Condition::parse(&padded(EVENT_QUERY_BYTES_MAX)).is_ok());
        assert!(Condition::parse(&padded(EVENT_QUERY_BYTES_MAX + 1)).is_err());
    }
}
