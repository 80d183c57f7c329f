//! Names as a report shows them: with the standard prefixes.

use winrm_harness::xml::Element;

use crate::wsx::PREFIXES;

/// `prefix:local`, or `{uri}local` where no standard prefix stands for the namespace.
pub(crate) fn name(namespace: &str, local: &str) -> String {
    if namespace.is_empty() {
        return local.to_owned();
    }
    match PREFIXES.iter().find(|(_, uri)| *uri == namespace) {
        Some((prefix, _)) => format!("{prefix}:{local}"),
        None => format!("{{{namespace}}}{local}"),
    }
}

/// The element's name.
pub(crate) fn name_of(element: Element<'_>) -> String {
    name(element.namespace(), element.local())
}

/// Where an element stands, as `/s:Envelope/s:Body/rsp:Shell`.
pub(crate) fn place_of(element: Element<'_>) -> String {
    let ancestors = std::iter::successors(Some(element), |element| element.parent());
    let names: Vec<String> = ancestors.map(name_of).collect();
    names.iter().rev().map(|name| format!("/{name}")).collect()
}

/// All text directly inside an element, without the white space around it.
pub(crate) fn text_of(element: Element<'_>) -> String {
    use winrm_harness::xml::Node;
    let texts = element.nodes().filter_map(|node| match node {
        Node::Text(text) => Some(text),
        Node::Element(_) => None,
    });
    let text: String = texts.collect();
    trim(&text).to_owned()
}

/// The text without XML white space around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}
