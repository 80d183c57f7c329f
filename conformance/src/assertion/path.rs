use std::collections::BTreeSet;

use winrm_harness::xml::Element;

use crate::assertion::names::text_of;
use crate::assertion::names::trim;
use crate::wsx::Axis;
use crate::wsx::Path;
use crate::wsx::PathName;
use crate::wsx::PathStep;
use crate::wsx::Predicate;
use crate::wsx::Take;

/// What a path found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No element, or none with the attribute.
    Nothing,
    /// A text.
    Text(String),
    /// How many elements.
    Count(usize),
}

/// Follows a path from the document's root. No element is visited more than once for a step, so that `//a//a//a` over
/// nested elements stays linear in the depth.
pub fn find(path: &Path, root: Element<'_>) -> Found {
    let mut context: Vec<Element<'_>> = Vec::new();
    for (index, step) in path.steps.iter().enumerate() {
        context = match index {
            0 => first_step(step, root),
            _ => next_step(step, &context),
        };
    }
    match &path.take {
        Take::Count => Found::Count(context.len()),
        Take::Text => context.first().map_or(Found::Nothing, |element| Found::Text(text_of(*element))),
        Take::Attribute(name) => {
            let values = context.iter().find_map(|element| attribute(*element, name));
            values.map_or(Found::Nothing, |value| Found::Text(trim(value).to_owned()))
        }
    }
}

fn first_step<'d>(step: &PathStep, root: Element<'d>) -> Vec<Element<'d>> {
    // The root is the only child of the document.
    let mut found = filter(step, vec![root]);
    if step.axis == Axis::Descendant {
        found.extend(next_step(step, &[root]));
    }
    found
}

fn next_step<'d>(step: &PathStep, context: &[Element<'d>]) -> Vec<Element<'d>> {
    let mut found = Vec::new();
    // An element is known by where its name stands.
    let mut visited = BTreeSet::new();
    let mut parents: Vec<Element<'d>> = context.iter().rev().copied().collect();
    while let Some(parent) = parents.pop() {
        if !visited.insert(parent.offset()) {
            continue;
        }
        found.extend(filter(step, parent.children().collect()));
        if step.axis == Axis::Descendant {
            let from = parents.len();
            parents.extend(parent.children());
            parents.get_mut(from..).into_iter().for_each(<[_]>::reverse);
        }
    }
    // Document order, which a first text is the first of.
    found.sort_by_key(|element| element.offset());
    found
}

/// Those of one parent's children that the step takes.
fn filter<'d>(step: &PathStep, mut children: Vec<Element<'d>>) -> Vec<Element<'d>> {
    if let Some(name) = &step.name {
        children.retain(|child| child.local() == name.local && child.namespace() == name.namespace());
    }
    for predicate in &step.predicates {
        match predicate {
            Predicate::Attribute(name, value) => {
                children.retain(|child| attribute(*child, name).is_some_and(|found| found == value));
            }
            Predicate::Child(name, value) => children.retain(|child| {
                let named = |inner: &Element<'_>| {
                    inner.local() == name.local && inner.namespace() == name.namespace()
                };
                child.children().filter(named).any(|inner| text_of(inner) == *value)
            }),
            Predicate::Nth(number) => {
                children = children.into_iter().skip(number.saturating_sub(1)).take(1).collect();
            }
        }
    }
    children
}

fn attribute<'d>(element: Element<'d>, name: &PathName) -> Option<&'d str> {
    let namespace = name.namespace();
    element
        .attributes()
        .find(|attribute| attribute.local == name.local && attribute.namespace == namespace)
        .map(|attribute| attribute.value)
}

#[cfg(test)]
mod tests {
    use winrm_harness::xml::Document;

    use super::*;

    fn check(path: &str, text: &str) -> Found {
        let document = Document::parse(text.as_bytes()).unwrap();
        find(&Path::parse(path).unwrap(), document.root())
    }

    const TEXT: &str = "<r><a n='1'> x </a><b><a n='2'>y</a><a n='3'><c>z</c></a></b></r>";

    #[test]
    fn a_path_takes_text_attributes_and_counts() {
        let text = |text: &str| Found::Text(text.to_owned());
        assert_eq!(check("//a", TEXT), text("x"));
        assert_eq!(check("/r/b/a", TEXT), text("y"));
        assert_eq!(check("/r/b/a[2]/@n", TEXT), text("3"));
        assert_eq!(check("//a[c='z']/@n", TEXT), text("3"));
        assert_eq!(check("//a[@n='2']", TEXT), text("y"));
        assert_eq!(check("count(//a)", TEXT), Found::Count(3));
        assert_eq!(check("count(/r/*)", TEXT), Found::Count(2));
        assert_eq!(check("count(//a[1])", TEXT), Found::Count(2));
        assert_eq!(check("count(//r//a)", TEXT), Found::Count(3));
        assert_eq!(check("count(//s:Envelope)", TEXT), Found::Count(0));
        assert_eq!(check("//q/@n", TEXT), Found::Nothing);
        assert_eq!(check("//a/@z", TEXT), Found::Nothing);
    }

    #[test]
    fn nested_elements_are_counted_once_and_in_no_exponential_time() {
        let nested = format!("<r>{}{}</r>", "<a>".repeat(100), "</a>".repeat(100));
        assert_eq!(check(&format!("count({})", "//a".repeat(16)), &nested), Found::Count(85));
    }
}
