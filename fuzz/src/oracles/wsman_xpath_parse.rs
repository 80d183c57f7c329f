//! A text becomes an expression or an error that says where; an expression selects what is in the document, each thing
//! once and in order, and the same by way of its parts; and a document with a part taken out is one still.
//!
//! The input is an expression, a line end, and a document.

use std::collections::BTreeSet;

use winrm_harness::limits::XPATH_BYTES_MAX;
use winrm_harness::wsman::fragment;
use winrm_harness::wsman::fragment::FragmentError;
use winrm_harness::wsman::fragment::XmlFragment;
use winrm_harness::wsman::xpath::LastStep;
use winrm_harness::wsman::xpath::Selected;
use winrm_harness::wsman::xpath::XPath;
use winrm_harness::wsman::xpath::XPathError;
use winrm_harness::xml::Document;
use winrm_harness::xml::Element;

use crate::allocation::within;

/// Octets that compiling may allocate for each octet of an expression: a step of one octet takes a name, a namespace and
/// a table of predicates.
const FACTOR: usize = 1024;

/// The oracle.
pub fn wsman_xpath_parse(input: &[u8]) {
    judge(input, |path, root| path.select(root));
}

/// The oracle over any way to select, so that a test can show a wrong one being found.
pub fn judge(input: &[u8], select: impl for<'d> Fn(&XPath, Element<'d>) -> Vec<Selected<'d>>) {
    let split = input.iter().position(|octet| *octet == b'\n').unwrap_or(input.len());
    let (expression, document) = input.split_at(split);
    let Ok(expression) = std::str::from_utf8(expression) else { return };
    let namespaces = [("p", "urn:p"), ("q", "urn:q")].map(|(p, uri)| (p.to_owned(), uri.to_owned()));
    let path = match within(FACTOR, expression.len(), || XPath::parse(expression, &namespaces)) {
        Ok(path) => path,
        Err(error) => return look_at(&error, expression),
    };
    assert!(expression.len() <= XPATH_BYTES_MAX, "an expression of {} octets", expression.len());
    let Ok(document) = Document::parse(document.trim_ascii_start()) else { return };
    let selected = select(&path, document.root());
    are_distinct_and_in_order(&selected);
    assert_eq!(path.is_match(document.root()), !selected.is_empty(), "a match selects something");
    are_below_their_owners(&path, document.root(), &selected);
    may_be_taken_out(&path, document.root(), &selected);
}

fn look_at(error: &XPathError, expression: &str) {
    let (XPathError::TooMany { offset, .. }
    | XPathError::Unsupported { offset, .. }
    | XPathError::Unexpected { offset, .. }
    | XPathError::UnboundPrefix { offset, .. }) = error
    else {
        panic!("an error without a place: {error}")
    };
    assert!(expression.is_char_boundary(*offset), "{error} of {expression:?}");
}

/// Where something stands: its element, and which attribute of it.
fn place(selected: &Selected<'_>) -> (usize, String) {
    match selected {
        Selected::Element(element) | Selected::Text(element) => (element.offset(), String::new()),
        Selected::Attribute(element, attribute) => {
            (element.offset(), format!("{{{}}}{}", attribute.namespace, attribute.local))
        }
    }
}

fn are_distinct_and_in_order(selected: &[Selected<'_>]) {
    let places: BTreeSet<_> = selected.iter().map(place).collect();
    assert_eq!(places.len(), selected.len(), "something is selected twice");
    assert!(selected.is_sorted_by_key(|one| place(one).0), "not in the order of the document");
}

/// What the last step selects is in what the steps before it select.
fn are_below_their_owners(path: &XPath, root: Element<'_>, selected: &[Selected<'_>]) {
    let Some((owners, last)) = path.split_last() else { return };
    let owners: BTreeSet<_> = owners.select(root).iter().map(|owner| place(owner).0).collect();
    for one in selected {
        let owner = match (one, last) {
            (Selected::Element(element), LastStep::Element { .. }) => element.parent(),
            (Selected::Text(owner), LastStep::Text)
            | (Selected::Attribute(owner, _), LastStep::Attribute { .. }) => Some(*owner),
            _ => panic!("{one:?} is no {last:?}"),
        };
        // Above the document element is what its place stands for.
        let owner = owner.unwrap_or(root);
        assert!(owners.contains(&owner.offset()), "{one:?} is not below what comes before");
    }
}

fn may_be_taken_out(path: &XPath, root: Element<'_>, selected: &[Selected<'_>]) {
    let content = XmlFragment::of(selected);
    // An element with the declarations of all that is around it may have more attributes than one that is read.
    let is_nothing = matches!(content, Err(FragmentError::NoMatch));
    assert_eq!(is_nothing, selected.is_empty(), "what is selected is a fragment");
    match fragment::removed(root, path) {
        Ok(rest) => assert_eq!(rest.element().expanded_name(), root.expanded_name()),
        Err(FragmentError::NoMatch) => assert!(selected.is_empty(), "what is selected can be removed"),
        Err(FragmentError::WholeRepresentation) => {
            assert!(selected.iter().any(|one| place(one).0 == root.offset()), "only a part was selected");
        }
        Err(error) => panic!("a document that was read can't be written with a part taken out: {error}"),
    }
}
