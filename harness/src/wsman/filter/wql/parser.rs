use crate::limits::WQL_DEPTH_MAX;
use crate::wsman::filter::wql::Projection;
use crate::wsman::filter::wql::Query;
use crate::wsman::filter::wql::condition::Condition;
use crate::wsman::filter::wql::condition::Operator;
use crate::wsman::filter::wql::error::WqlError;
use crate::wsman::filter::wql::like::LikePattern;
use crate::wsman::filter::wql::literal::Literal;
use crate::wsman::filter::wql::token::Placed;
use crate::wsman::filter::wql::token::Token;

type Result<T> = std::result::Result<T, WqlError>;

/// Words that name no property and no class.
const RESERVED: [&str; 12] =
    ["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "LIKE", "IS", "NULL", "TRUE", "FALSE", "ISA"];

/// The tokens that are left.
pub(super) struct Parser<'t> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Placed<'t>>>,
    /// Where the text ends.
    end: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(tokens: Vec<Placed<'t>>, end: usize) -> Self {
        Self { tokens: tokens.into_iter().peekable(), end }
    }

    /// All of the tokens as one query.
    pub(super) fn query(mut self) -> Result<Query> {
        self.require("SELECT", "SELECT")?;
        let projection = self.projection()?;
        self.require("FROM", "FROM or a comma")?;
        let class = self.name("the name of a class")?;
        let condition = match self.takes("WHERE") {
            true => Some(self.alternatives(0)?),
            false => None,
        };
        match self.tokens.next() {
            None => Ok(Query { projection, class, condition }),
            Some((_, offset)) => Err(WqlError::Unexpected { expected: "the end of the query", offset }),
        }
    }

    fn projection(&mut self) -> Result<Projection> {
        if self.takes_token(&Token::Star) {
            return Ok(Projection::All);
        }
        let expected = "* or the name of a property";
        let mut names = vec![self.name(expected)?];
        while self.takes_token(&Token::Comma) {
            names.push(self.name(expected)?);
        }
        Ok(Projection::Properties(names))
    }

    fn alternatives(&mut self, depth: usize) -> Result<Condition> {
        self.chain(depth, "OR", Self::conjunction, Condition::Or)
    }

    fn conjunction(&mut self, depth: usize) -> Result<Condition> {
        self.chain(depth, "AND", Self::negation, Condition::And)
    }

    /// One or more of `part`, between them `word`.
    fn chain(
        &mut self,
        depth: usize,
        word: &str,
        part: fn(&mut Self, usize) -> Result<Condition>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Condition> {
        let first = part(self, depth)?;
        if !self.takes(word) {
            return Ok(first);
        }
        let mut all = vec![first, part(self, depth)?];
        while self.takes(word) {
            all.push(part(self, depth)?);
        }
        Ok(join(all))
    }

    fn negation(&mut self, depth: usize) -> Result<Condition> {
        if depth > WQL_DEPTH_MAX {
            return Err(WqlError::TooMany { what: "conditions inside conditions", max: WQL_DEPTH_MAX });
        }
        let deeper = depth.saturating_add(1);
        if self.takes("NOT") {
            return self.negation(deeper).map(Box::new).map(Condition::Not);
        }
        if !self.takes_token(&Token::Open) {
            return self.comparison();
        }
        let inside = self.alternatives(deeper)?;
        match self.takes_token(&Token::Close) {
            true => Ok(inside),
            false => Err(self.unexpected("AND, OR or )")),
        }
    }

    fn comparison(&mut self) -> Result<Condition> {
        if let Some(literal) = self.literal() {
            let operator = self.operator()?.mirrored();
            return Ok(Condition::Compare { property: self.name("a property")?, operator, literal });
        }
        let property = self.name("a condition")?;
        if self.takes("IS") {
            let is_null = !self.takes("NOT");
            self.require("NULL", "NULL")?;
            return Ok(Condition::IsNull { property, is_null });
        }
        if self.takes("LIKE") {
            let pattern = self.pattern()?;
            return Ok(Condition::Like { property, pattern });
        }
        let operator = self.operator()?;
        // WMI has `= NULL` and `<> NULL` for IS NULL and IS NOT NULL.
        if matches!(operator, Operator::Equal | Operator::NotEqual) && self.takes("NULL") {
            return Ok(Condition::IsNull { property, is_null: operator == Operator::Equal });
        }
        let literal = self.literal().ok_or_else(|| self.unexpected("a value"))?;
        Ok(Condition::Compare { property, operator, literal })
    }

    fn pattern(&mut self) -> Result<LikePattern> {
        match self.tokens.next_if(|(token, _)| matches!(token, Token::Text(_))) {
            Some((Token::Text(text), _)) => LikePattern::parse(&text),
            _ => Err(self.unexpected("a pattern in quotes")),
        }
    }

    fn operator(&mut self) -> Result<Operator> {
        let symbol = self.tokens.next_if(|(token, _)| matches!(token, Token::Comparison(_)));
        let operator = match symbol {
            Some((Token::Comparison(symbol), _)) => Operator::of(symbol),
            _ => None,
        };
        operator.ok_or_else(|| self.unexpected("an operator"))
    }

    fn literal(&mut self) -> Option<Literal> {
        let literal = match &self.tokens.peek()?.0 {
            Token::Text(text) => Literal::Text(text.clone()),
            Token::Number(number) => Literal::number(number)?,
            Token::Word(word) if word.eq_ignore_ascii_case("TRUE") => Literal::Boolean(true),
            Token::Word(word) if word.eq_ignore_ascii_case("FALSE") => Literal::Boolean(false),
            _ => return None,
        };
        self.tokens.next();
        Some(literal)
    }

    fn name(&mut self, expected: &'static str) -> Result<String> {
        let is_name = |word: &str| !RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved));
        match self.tokens.peek() {
            Some((Token::Word(word), _)) if is_name(word) => {
                let name = (*word).to_owned();
                self.tokens.next();
                Ok(name)
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let is_it = |(token, _): &Placed<'_>| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        self.tokens.next_if(is_it).is_some()
    }

    fn takes_token(&mut self, wanted: &Token<'_>) -> bool {
        self.tokens.next_if(|(token, _)| token == wanted).is_some()
    }

    fn require(&mut self, keyword: &str, expected: &'static str) -> Result<()> {
        match self.takes(keyword) {
            true => Ok(()),
            false => Err(self.unexpected(expected)),
        }
    }

    /// The error that says what should have come instead of the next token.
    fn unexpected(&mut self, expected: &'static str) -> WqlError {
        let offset = self.tokens.peek().map_or(self.end, |(_, offset)| *offset);
        WqlError::Unexpected { expected, offset }
    }
}
