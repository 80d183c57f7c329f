use crate::limits::XPATH_BYTES_MAX;
use crate::limits::XPATH_DEPTH_MAX;
use crate::limits::XPATH_STEPS_MAX;
use crate::wsman::xpath::XPathError;
use crate::wsman::xpath::expression::Condition;
use crate::wsman::xpath::expression::NameTest;
use crate::wsman::xpath::expression::Path;
use crate::wsman::xpath::expression::Predicate;
use crate::wsman::xpath::expression::Step;
use crate::wsman::xpath::expression::Value;
use crate::wsman::xpath::lexer::Lexer;
use crate::wsman::xpath::lexer::Token;
use crate::wsman::xpath::lexer::unsupported;
use crate::xml::XML;

type Result<T> = std::result::Result<T, XPathError>;

/// Reads an expression by recursive descent, one token ahead.
pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The next token; `None` at the end.
    token: Option<Token<'t>>,
    /// Where it starts.
    offset: usize,
    namespaces: &'t [(String, String)],
    /// Steps and constants so far: what an evaluation costs for each node.
    steps: usize,
    /// Brackets and parentheses that are open.
    depth: usize,
}

/// A side of a comparison.
enum Operand {
    Path(Path),
    Value(Value),
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, namespaces: &'t [(String, String)]) -> Result<Self> {
        if text.len() > XPATH_BYTES_MAX {
            let what = "octets";
            return Err(XPathError::TooMany { what, max: XPATH_BYTES_MAX, offset: XPATH_BYTES_MAX });
        }
        let lexer = Lexer::new(text);
        let mut parser = Self { lexer, token: None, offset: 0, namespaces, steps: 0, depth: 0 };
        parser.advance()?;
        Ok(parser)
    }

    /// The whole text, which is a path.
    pub(super) fn expression(mut self) -> Result<Path> {
        let path = self.path()?;
        match self.token {
            None => Ok(path),
            Some(Token::Comparison(_)) => Err(unsupported("comparison outside brackets", self.offset)),
            Some(Token::BracketOpen) => Err(self.unexpected("a name before `[`")),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    fn advance(&mut self) -> Result<Option<Token<'t>>> {
        let (offset, next) = self.lexer.next_token()?;
        self.offset = offset;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn take(&mut self, token: Token<'_>) -> Result<bool> {
        let is_there = self.token == Some(token);
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    fn expect(&mut self, token: Token<'_>, expected: &'static str) -> Result<()> {
        if self.take(token)? { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn unexpected(&self, expected: &'static str) -> XPathError {
        XPathError::Unexpected { expected, offset: self.offset }
    }

    fn count_step(&mut self) -> Result<()> {
        self.steps = self.steps.saturating_add(1);
        if self.steps > XPATH_STEPS_MAX {
            let offset = self.offset;
            return Err(XPathError::TooMany { what: "steps", max: XPATH_STEPS_MAX, offset });
        }
        Ok(())
    }

    fn path(&mut self) -> Result<Path> {
        let is_absolute = self.take(Token::Slash)?;
        if is_absolute && self.token.is_none() {
            return Ok(Path { is_absolute, steps: Vec::new() });
        }
        let mut steps = Vec::new();
        loop {
            self.count_step()?;
            let step = self.step()?;
            let is_last = matches!(step, Some(Step::Attribute(_) | Step::Text));
            steps.extend(step);
            if self.token != Some(Token::Slash) {
                return Ok(Path { is_absolute, steps });
            }
            if is_last {
                return Err(unsupported("step below an attribute or a text", self.offset));
            }
            self.advance()?;
        }
    }

    /// One step; `None` for `.`, which goes nowhere.
    fn step(&mut self) -> Result<Option<Step>> {
        if self.take(Token::Dot)? {
            return Ok(None);
        }
        if self.take(Token::At)? {
            let test = self.name_test()?;
            return Ok(Some(Step::Attribute(test)));
        }
        let offset = self.offset;
        let name = self.token;
        let test = self.name_test()?;
        if !self.take(Token::ParenthesisOpen)? {
            return Ok(Some(Step::Child(test, self.predicates()?)));
        }
        if name != Some(Token::Name { prefix: None, local: Some("text") }) {
            return Err(unsupported("function or node type", offset));
        }
        self.expect(Token::ParenthesisClose, "`)`")?;
        Ok(Some(Step::Text))
    }

    fn name_test(&mut self) -> Result<NameTest> {
        let offset = self.offset;
        let Some(Token::Name { prefix, local }) = self.token else {
            return Err(self.unexpected("a step"));
        };
        self.advance()?;
        let namespace = prefix.map(|prefix| self.resolve(prefix, offset)).transpose()?;
        Ok(NameTest { namespace, local: local.map(str::to_owned) })
    }

    fn resolve(&self, prefix: &str, offset: usize) -> Result<String> {
        if prefix == XML.prefix {
            return Ok(XML.uri.to_owned());
        }
        let bound = self.namespaces.iter().find(|(bound, _)| bound == prefix);
        let unbound = || XPathError::UnboundPrefix { prefix: prefix.to_owned(), offset };
        bound.map(|(_, uri)| uri.clone()).ok_or_else(unbound)
    }

    fn predicates(&mut self) -> Result<Vec<Predicate>> {
        let mut predicates = Vec::new();
        while self.token == Some(Token::BracketOpen) {
            self.count_step()?;
            self.advance()?;
            predicates.push(self.deeper(Self::predicate)?);
            self.expect(Token::BracketClose, "`]`")?;
        }
        Ok(predicates)
    }

    fn predicate(&mut self) -> Result<Predicate> {
        if let Some(Token::Number(_, Some(digits))) = self.token {
            let operand = self.operand()?;
            if self.token == Some(Token::BracketClose) {
                return Ok(Predicate::Position(digits.parse().unwrap_or(usize::MAX)));
            }
            let first = self.comparison(operand)?;
            let all = self.all(first)?;
            return self.any(all).map(Predicate::Holds);
        }
        self.condition().map(Predicate::Holds)
    }

    fn deeper<T>(&mut self, read: fn(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= XPATH_DEPTH_MAX {
            let (what, offset) = ("brackets inside brackets", self.offset);
            return Err(XPathError::TooMany { what, max: XPATH_DEPTH_MAX, offset });
        }
        self.depth = self.depth.saturating_add(1);
        let read = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(read)
    }

    fn condition(&mut self) -> Result<Condition> {
        let first = self.unit()?;
        let all = self.all(first)?;
        self.any(all)
    }

    /// The rest of a chain of `or`, which binds less than `and`.
    fn any(&mut self, first: Condition) -> Result<Condition> {
        let mut conditions = vec![first];
        while self.take(OR)? {
            let unit = self.unit()?;
            conditions.push(self.all(unit)?);
        }
        Ok(alone(conditions).unwrap_or_else(Condition::Any))
    }

    /// The rest of a chain of `and`.
    fn all(&mut self, first: Condition) -> Result<Condition> {
        let mut conditions = vec![first];
        while self.take(AND)? {
            conditions.push(self.unit()?);
        }
        Ok(alone(conditions).unwrap_or_else(Condition::All))
    }

    fn unit(&mut self) -> Result<Condition> {
        if self.take(Token::ParenthesisOpen)? {
            let condition = self.deeper(Self::condition)?;
            self.expect(Token::ParenthesisClose, "`)`")?;
            return Ok(condition);
        }
        if self.token == Some(NOT) && self.lexer.is_call() {
            self.advance()?;
            self.advance()?;
            let condition = self.deeper(Self::condition)?;
            self.expect(Token::ParenthesisClose, "`)`")?;
            return Ok(Condition::Not(Box::new(condition)));
        }
        let operand = self.operand()?;
        self.comparison(operand)
    }

    /// What follows the left side of a comparison, which may be nothing when that is a path.
    fn comparison(&mut self, left: Operand) -> Result<Condition> {
        let offset = self.offset;
        let Some(Token::Comparison(comparison)) = self.token else {
            return match left {
                Operand::Path(path) => Ok(Condition::Exists(path)),
                Operand::Value(_) => Err(self.unexpected("a comparison")),
            };
        };
        self.advance()?;
        match (left, self.operand()?) {
            (Operand::Path(path), Operand::Value(value)) => Ok(Condition::Compare(path, comparison, value)),
            (Operand::Value(value), Operand::Path(path)) => {
                Ok(Condition::Compare(path, comparison.mirrored(), value))
            }
            (Operand::Path(_), Operand::Path(_)) => Err(unsupported("comparison of two paths", offset)),
            (Operand::Value(_), Operand::Value(_)) => Err(unsupported("comparison of two constants", offset)),
        }
    }

    fn operand(&mut self) -> Result<Operand> {
        let value = match self.token {
            Some(Token::Literal(text)) => Value::Text(text.to_owned()),
            Some(Token::Number(number, _)) => Value::Number(number),
            Some(Token::Slash) => return Err(unsupported("absolute path in brackets", self.offset)),
            _ => return self.path().map(Operand::Path),
        };
        self.count_step()?;
        self.advance()?;
        Ok(Operand::Value(value))
    }
}

const OR: Token<'static> = Token::Name { prefix: None, local: Some("or") };
const AND: Token<'static> = Token::Name { prefix: None, local: Some("and") };
const NOT: Token<'static> = Token::Name { prefix: None, local: Some("not") };

/// The one condition of a chain that is none, or the chain.
fn alone(mut conditions: Vec<Condition>) -> std::result::Result<Condition, Vec<Condition>> {
    match (conditions.pop(), conditions.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            conditions.extend(last);
            Err(conditions)
        }
    }
}
