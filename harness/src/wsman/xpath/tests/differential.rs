//! What expressions select, against an implementation of XPath 1.0 that nobody here wrote.

use proptest::prelude::*;
use sxd_document::parser;
use sxd_xpath::Context;
use sxd_xpath::Factory;
use sxd_xpath::Value;
use sxd_xpath::nodeset::Node;

use crate::wsman::xpath::Selected;
use crate::wsman::xpath::XPath;
use crate::xml::Document;
use crate::xml::Element;

/// Documents without namespaces, where "any namespace" and "no namespace" are the same; an element has elements or one
/// text, as representations do.
fn element() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "c"]);
    let text = || prop::sample::select(vec!["", "1", "2", " 2.0", "-3", "x", "y z"]);
    let attributes = prop::option::of(text()).prop_map(|v| v.map_or(String::new(), |v| format!(" k='{v}'")));
    let leaf = (name(), attributes.clone(), text()).prop_map(|(n, a, t)| format!("<{n}{a}>{t}</{n}>"));
    leaf.prop_recursive(4, 40, 5, move |inner| {
        (name(), attributes.clone(), prop::collection::vec(inner, 0..5))
            .prop_map(|(n, a, children)| format!("<{n}{a}>{}</{n}>", children.concat()))
    })
}

fn step() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "*", "."]).prop_map(str::to_owned)
}

fn last_step() -> impl Strategy<Value = String> {
    let ends = vec!["a", "b", "*", ".", "@k", "@*", "@j", "text()"];
    prop::sample::select(ends).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    let values = vec!["1", "2", "2.0", "-3", ".5", "'1'", "\"2\"", "' 2.0'", "'x'", "''", "'y z'"];
    prop::sample::select(values).prop_map(str::to_owned)
}

fn relative(step: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> {
    (prop::collection::vec(step, 0..3), last_step()).prop_map(|(mut steps, last)| {
        steps.push(last);
        steps.join("/")
    })
}

/// Comparisons in which sxd-xpath is right: it takes `!=` for the opposite of `=`, and orders only the first node. The
/// others are in the table of `recorded`.
fn condition() -> impl Strategy<Value = String> {
    let order = prop::sample::select(vec!["<", "<=", ">", ">="]);
    let one = prop::sample::select(vec![".", "@k", "./text()", "text()"]).prop_map(str::to_owned);
    let sides =
        prop_oneof![(relative(step().boxed()).boxed(), Just("=").boxed()), (one.boxed(), order.boxed())];
    let compare =
        (sides, value(), any::<bool>()).prop_map(|((path, sign), value, is_mirrored)| match is_mirrored {
            true => format!("{value} {sign} {path}"),
            false => format!("{path}{sign}{value}"),
        });
    let leaf = prop_oneof![compare, relative(step().boxed())];
    leaf.prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("{l} and {r}")),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("{l} or {r}")),
            inner.clone().prop_map(|c| format!("({c})")),
            inner.clone().prop_map(|c| format!("not({c})")),
            inner.prop_map(|c| format!("*[{c}]")),
        ]
    })
}

fn expression() -> impl Strategy<Value = String> {
    let position = (0..4_u32).prop_map(|position| format!("[{position}]"));
    let predicate = prop_oneof![position, condition().prop_map(|c| format!("[{c}]"))];
    let names = prop::sample::select(vec!["a", "b", "c", "*"]);
    let with =
        (names, prop::collection::vec(predicate, 0..3)).prop_map(|(n, p)| format!("{n}{}", p.concat()));
    let step = prop_oneof![with, step()].boxed();
    let start = prop::sample::select(vec!["", "", "./", "/", "/a/", "/*/"]);
    (start, relative(step)).prop_map(|(start, path)| format!("{start}{path}"))
}

/// Where a node stands, so that two implementations can be compared: the text of its string-value is not enough.
fn ours(document: &str, expression: &str) -> Vec<String> {
    let document = Document::parse(document.as_bytes()).unwrap();
    let path = XPath::parse(expression, &[]).unwrap();
    path.select(document.root())
        .into_iter()
        .map(|selected| {
            let (kind, element) = match selected {
                Selected::Element(element) => ("element".to_owned(), element),
                Selected::Text(element) => ("text".to_owned(), element),
                Selected::Attribute(element, attribute) => (format!("@{}", attribute.local), element),
            };
            let before = |element: Element<'_>| {
                let siblings = element.parent()?.children().map(Element::offset);
                Some(siblings.take_while(|offset| *offset < element.offset()).count())
            };
            let places: Vec<_> =
                std::iter::successors(Some(element), |e| e.parent()).map_while(before).collect();
            format!("{kind} {places:?} {}", selected.value())
        })
        .collect()
}

fn theirs(document: &str, expression: &str) -> Vec<String> {
    let package = parser::parse(document).unwrap();
    let document = package.as_document();
    let root =
        document.root().children().into_iter().find_map(sxd_document::dom::ChildOfRoot::element).unwrap();
    let path = Factory::new().build(expression).unwrap().unwrap();
    let Value::Nodeset(nodes) = path.evaluate(&Context::new(), root).unwrap() else {
        panic!("{expression} is no path")
    };
    let show = |node: Node<'_>| {
        let (kind, element) = match node {
            // The fragment of everything is the representation.
            Node::Root(_) => ("element".to_owned(), root),
            Node::Element(element) => ("element".to_owned(), element),
            Node::Text(text) => ("text".to_owned(), text.parent().unwrap()),
            Node::Attribute(attribute) => {
                (format!("@{}", attribute.name().local_part()), attribute.parent().unwrap())
            }
            other => panic!("{other:?}"),
        };
        let mut places = Vec::new();
        let mut at = Some(element);
        while let Some(element) = at {
            let Some(above) = element.parent().and_then(sxd_document::dom::ParentOfChild::element) else {
                break;
            };
            let siblings =
                above.children().into_iter().filter_map(sxd_document::dom::ChildOfElement::element);
            places.push(siblings.take_while(|sibling| *sibling != element).count());
            at = Some(above);
        }
        format!("{kind} {places:?} {}", node.string_value())
    };
    nodes.document_order().into_iter().map(show).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn an_expression_selects_what_another_implementation_selects(
        document in element(),
        expression in expression(),
    ) {
        prop_assert_eq!(ours(&document, &expression), theirs(&document, &expression));
    }
}

#[test]
fn expressions_are_not_mostly_idle() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut found = 0;
    for _ in 0..500 {
        use proptest::strategy::ValueTree;
        let document = element().new_tree(&mut runner).unwrap().current();
        let expression = expression().new_tree(&mut runner).unwrap().current();
        found += usize::from(!ours(&document, &expression).is_empty());
    }
    assert!(found > 50, "only {found} of 500 expressions select anything");
}
