//! The paths of assertions: a small part of XPath 1.0 in its own grammar, so that a case can't loop.

use std::fmt;

use crate::wsx::bounds::PATH_STEPS_MAX;
use crate::wsx::error::WsxReason;
use crate::wsx::prefix;

/// A name with its standard prefix; without one it is in no namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathName {
    /// The prefix.
    pub prefix: Option<String>,
    /// The name after it.
    pub local: String,
}

impl PathName {
    /// The namespace that the prefix stands for; empty without one.
    pub fn namespace(&self) -> &str {
        self.prefix.as_deref().and_then(prefix::namespace).unwrap_or("")
    }
}

/// How far below the step before it a step looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// `/`: children only; at the start of a path, the root element.
    Child,
    /// `//`: at any depth.
    Descendant,
}

/// `[…]`: which of the elements found so far stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// `[@name='value']`
    Attribute(PathName, String),
    /// `[name='value']`: a child with that trimmed text.
    Child(PathName, String),
    /// `[n]`: the n-th from 1, among those that one parent has.
    Nth(usize),
}

/// One step: which elements, below what came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// How far below.
    pub axis: Axis,
    /// Their name; any if none.
    pub name: Option<PathName>,
    /// What else must hold, in turn.
    pub predicates: Vec<Predicate>,
}

/// What a path takes from the elements it finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// The trimmed text of the first element; also written `/text()`.
    Text,
    /// `/@name`: that attribute of the first element that has it.
    Attribute(PathName),
    /// `count(…)`: how many there are.
    Count,
}

/// A path, as `//w:Selector[@Name='ShellId']`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Its steps; at least one.
    pub steps: Vec<PathStep>,
    /// What it takes.
    pub take: Take,
}

impl Path {
    /// Parses a path.
    pub fn parse(text: &str) -> Result<Self, WsxReason> {
        let counted = text.strip_prefix("count(").and_then(|rest| rest.strip_suffix(')'));
        let mut rest = counted.unwrap_or(text);
        let mut steps = Vec::new();
        let mut take = if counted.is_some() { Take::Count } else { Take::Text };
        while !rest.is_empty() {
            if take == Take::Text && rest == "/text()" {
                break;
            }
            if let (Take::Text, Some(name)) = (&take, rest.strip_prefix("/@")) {
                take = Take::Attribute(name_of(name)?);
                break;
            }
            if steps.len() == PATH_STEPS_MAX {
                return Err(WsxReason::TooLarge {
                    what: "the number of steps of a path",
                    max: PATH_STEPS_MAX,
                });
            }
            let (step, tail) = step(rest)?;
            steps.push(step);
            rest = tail;
        }
        if steps.is_empty() {
            return Err(WsxReason::expected("a path that begins with `/` or `//` and a name", text));
        }
        Ok(Self { steps, take })
    }
}

fn step(text: &str) -> Result<(PathStep, &str), WsxReason> {
    let (axis, rest) = match (text.strip_prefix("//"), text.strip_prefix('/')) {
        (Some(rest), _) => (Axis::Descendant, rest),
        (None, Some(rest)) => (Axis::Child, rest),
        (None, None) => return Err(WsxReason::expected("`/` or `//`", text)),
    };
    let end = rest.find(['/', '[']).unwrap_or(rest.len());
    let (name, mut rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let name = if name == "*" { None } else { Some(name_of(name)?) };
    let mut predicates = Vec::new();
    while let Some(after) = rest.strip_prefix('[') {
        let (predicate, tail) = predicate(after)?;
        predicates.push(predicate);
        rest = tail;
    }
    Ok((PathStep { axis, name, predicates }, rest))
}

fn predicate(text: &str) -> Result<(Predicate, &str), WsxReason> {
    let invalid = || WsxReason::expected("`@name='value']`, `name='value']` or `n]`", text);
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let (number, tail) = text.split_once(']').ok_or_else(invalid)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(invalid)?;
        return Ok((Predicate::Nth(number), tail));
    }
    let (name, rest) = text.split_once("='").ok_or_else(invalid)?;
    let (value, tail) = rest.split_once("']").ok_or_else(invalid)?;
    if value.contains(['\'', '"', '\n']) {
        return Err(invalid());
    }
    let predicate = match name.strip_prefix('@') {
        Some(name) => Predicate::Attribute(name_of(name)?, value.to_owned()),
        None => Predicate::Child(name_of(name)?, value.to_owned()),
    };
    Ok((predicate, tail))
}

fn name_of(text: &str) -> Result<PathName, WsxReason> {
    let (prefix, local) = text.split_once(':').map_or((None, text), |(prefix, local)| (Some(prefix), local));
    let starts_well = local.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if !starts_well || !local.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) {
        return Err(WsxReason::expected("an element or attribute name", text));
    }
    match prefix {
        Some(prefix) if prefix::namespace(prefix).is_none() => {
            Err(WsxReason::expected("a standard prefix: s, a, w, x, n, e, rsp, f, p, wsmid or xml", prefix))
        }
        _ => Ok(PathName { prefix: prefix.map(str::to_owned), local: local.to_owned() }),
    }
}

impl fmt::Display for PathName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.prefix {
            Some(prefix) => write!(f, "{prefix}:{}", self.local),
            None => f.write_str(&self.local),
        }
    }
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.axis == Axis::Child { "/" } else { "//" })?;
        match &self.name {
            Some(name) => write!(f, "{name}")?,
            None => f.write_str("*")?,
        }
        self.predicates.iter().try_for_each(|predicate| match predicate {
            Predicate::Attribute(name, value) => write!(f, "[@{name}='{value}']"),
            Predicate::Child(name, value) => write!(f, "[{name}='{value}']"),
            Predicate::Nth(number) => write!(f, "[{number}]"),
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.take == Take::Count {
            f.write_str("count(")?;
        }
        self.steps.iter().try_for_each(|step| write!(f, "{step}"))?;
        match &self.take {
            Take::Text => Ok(()),
            Take::Attribute(name) => write!(f, "/@{name}"),
            Take::Count => f.write_str(")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prints_as_it_was_read() {
        for text in [
            "//w:Selector[@Name='ShellId']",
            "count(//w:Selector[@Name='ShellId'])",
            "/s:Envelope/s:Header/a:MessageID",
            "//rsp:Stream[2]/@CommandId",
            "//rsp:Stream[@Name='stdout'][1]",
            "/*/s:Body/*[w:Name='x']",
            "//s:Text/@xml:lang",
            "//Plain",
        ] {
            assert_eq!(Path::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn text_is_what_a_path_takes_anyway() {
        assert_eq!(Path::parse("//a:To/text()"), Path::parse("//a:To"));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            "a:To",
            "/",
            "//",
            "//q:To",
            "//a:To[",
            "//a:To[0]",
            "//a:To[@x=1]",
            "count(//a:To",
            "/@x",
            "//1a",
        ] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_number_of_steps_stands_on_its_bound_and_not_beyond() {
        assert!(Path::parse(&"/a:To".repeat(PATH_STEPS_MAX)).is_ok());
        assert!(Path::parse(&"/a:To".repeat(PATH_STEPS_MAX + 1)).is_err());
    }
}
