use crate::xml::Attribute;
use crate::xml::Element;
use crate::xml::Namespace;
use crate::xml::Node;
use crate::xml::OwnedName;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::XML;
use crate::xml::XSI;
use crate::xml::characters::is_ncname;
use crate::xml::name::XMLNS_URI;

/// Writes one document as UTF-8 text without declaration, as Windows does.
///
/// It cannot write what is not well-formed: elements are closed by it, names are [`QName`]s or come from a document
/// that was read, and text is escaped. A character that XML cannot carry becomes `?` ([MS-WSMV 3.1.4.1.25]).
///
/// A namespace is declared where it is first used; [`Writer::declare`] does it earlier.
///
/// [MS-WSMV 3.1.4.1.25]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    /// Prefix and URI in scope, innermost last.
    bindings: Vec<(String, String)>,
    /// Whether the start tag of the innermost open element still lacks its `>`.
    is_tag_open: bool,
}

impl Writer {
    /// An empty document.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes an element, its attributes and children by `inside`.
    pub fn element(&mut self, name: QName, inside: impl FnOnce(&mut Self)) {
        self.element_of(name.namespace.uri, name.namespace.prefix, name.local, inside);
    }

    /// [`Self::element`] of a name that only running the program tells; `prefix` is bound when none is.
    pub fn element_named(&mut self, name: &OwnedName, prefix: &str, inside: impl FnOnce(&mut Self)) {
        let prefix = if name.namespace().is_empty() { "" } else { prefix };
        self.element_of(name.namespace(), prefix, name.local(), inside);
    }

    fn element_of(&mut self, uri: &str, prefix: &str, local: &str, inside: impl FnOnce(&mut Self)) {
        let bindings_before = self.bindings.len();
        self.close_tag();
        let tag = self.open_tag(uri, prefix, local);
        inside(self);
        self.end_tag(&tag, bindings_before);
    }

    /// Writes an element that holds only text.
    pub fn text_element(&mut self, name: QName, text: &str) {
        self.element(name, |w| w.text(text));
    }

    /// Writes an element that holds nothing.
    pub fn empty_element(&mut self, name: QName) {
        self.element(name, |_| {});
    }

    /// Writes an attribute of the element that was just opened; ignored once something stands inside it.
    pub fn attribute(&mut self, name: QName, value: &str) {
        self.attribute_of(name.namespace.uri, name.namespace.prefix, name.local, value);
    }

    /// [`Self::attribute`] of a name that only running the program tells.
    pub fn attribute_named(&mut self, name: &OwnedName, value: &str) {
        self.attribute_of(name.namespace(), "", name.local(), value);
    }

    fn attribute_of(&mut self, uri: &str, preferred: &str, local: &str, value: &str) {
        if !self.is_tag_open {
            return;
        }
        let prefix = self.bind_attribute(uri, preferred);
        self.raw_attribute(&prefix, local, value);
    }

    /// Binds the preferred prefix of `namespace` on the element that was just opened.
    pub fn declare(&mut self, namespace: Namespace) {
        if self.is_tag_open && self.prefix_of(namespace.uri).is_none() {
            let prefix = self.free_prefix(namespace.prefix);
            self.bind(&prefix, namespace.uri);
        }
    }

    /// Writes text inside the innermost open element.
    pub fn text(&mut self, text: &str) {
        self.close_tag();
        escape(text, false, &mut self.out);
    }

    /// Writes a typed value.
    pub fn write(&mut self, value: &impl ToXml) {
        value.to_xml(self);
    }

    /// Writes a copy of an element that was read, with its own prefixes, so that QNames in its content keep their
    /// meaning.
    pub fn copy(&mut self, element: Element<'_>) {
        self.copy_with(element, &in_scope(element));
    }

    /// Writes a copy of an element under its local name alone; what stands inside keeps its names, and of the
    /// attributes `xsi:type`, whose value would need a prefix, is left out.
    pub fn copy_unqualified(&mut self, element: Element<'_>) {
        let bindings_before = self.bindings.len();
        self.close_tag();
        self.start_tag(element.local());
        if self.uri_of("").is_some_and(|uri| !uri.is_empty()) {
            self.bind("", "");
        }
        for attribute in element.attributes().filter(|a| a.local != "type" || a.namespace != XSI.uri) {
            let is_bound = attribute.prefix.is_empty()
                || attribute.prefix == XML.prefix
                || self.uri_of(attribute.prefix) == Some(attribute.namespace);
            if !is_bound {
                self.bind(attribute.prefix, attribute.namespace);
            }
            self.raw_attribute(attribute.prefix, attribute.local, attribute.value);
        }
        for node in element.nodes() {
            match node {
                Node::Text(text) => self.text(text),
                Node::Element(child) => self.copy(child),
            }
        }
        self.end_tag(element.local(), bindings_before);
    }

    /// Writes an element with the name, the prefix and the declarations of one that was read, but none of its attributes
    /// and content: what a copy with changes is made of.
    pub fn element_like(&mut self, element: Element<'_>, inside: impl FnOnce(&mut Self)) {
        let declarations =
            if self.bindings.is_empty() { in_scope(element) } else { element.declarations().collect() };
        self.open_like(element, &declarations, inside);
    }

    /// Writes an attribute of an element that was read, inside [`Self::element_like`] of that element.
    pub fn attribute_like(&mut self, attribute: Attribute<'_>) {
        if self.is_tag_open {
            self.raw_attribute(attribute.prefix, attribute.local, attribute.value);
        }
    }

    /// Binds a prefix of the caller's choice on the element that was just opened, for names in its content. Nothing
    /// happens when the start tag itself uses the prefix for another namespace, or when XML doesn't allow the binding.
    pub fn bind_prefix(&mut self, prefix: &str, uri: &str) {
        let is_reserved = [XML.prefix, "xmlns"].contains(&prefix) || [XML.uri, XMLNS_URI, ""].contains(&uri);
        if !self.is_tag_open || is_reserved || !is_ncname(prefix) || self.uri_of(prefix) == Some(uri) {
            return;
        }
        let tag = self.out.rsplit('<').next().unwrap_or_default();
        let is_used = |before: &str| tag.contains(&[before, prefix, ":"].concat());
        if !is_used(" ") && !is_used("xmlns:") && !tag.starts_with(&[prefix, ":"].concat()) {
            self.bind(prefix, uri);
        }
    }

    /// The document.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// The prefix under which `namespace` can be named in content here; binds it on the element that was just opened
    /// when it is not.
    pub fn prefix_for(&mut self, namespace: Namespace) -> String {
        self.declare(namespace);
        self.prefix_of(namespace.uri).unwrap_or(namespace.prefix).to_owned()
    }

    /// [`Self::prefix_for`] a namespace name that came from a peer: the prefix in scope, else one that is bound now on
    /// the element that was just opened. `None` when there is no open start tag to bind it on, or nothing to bind.
    pub fn prefix_for_uri(&mut self, uri: &str) -> Option<String> {
        if let Some(prefix) = self.prefix_of(uri) {
            return Some(prefix.to_owned());
        }
        if !self.is_tag_open || uri.is_empty() || uri == XMLNS_URI {
            return None;
        }
        let prefix = self.free_prefix("");
        self.bind(&prefix, uri);
        Some(prefix)
    }

    fn open_tag(&mut self, uri: &str, preferred: &str, local: &str) -> String {
        let bound = self.prefix_of(uri).map(str::to_owned);
        let tag = tag_name(bound.as_deref().unwrap_or(preferred), local);
        self.start_tag(&tag);
        if bound.is_none() {
            self.bind(preferred, uri);
        }
        tag
    }

    fn start_tag(&mut self, tag: &str) {
        self.out.push('<');
        self.out.push_str(tag);
        self.is_tag_open = true;
    }

    fn end_tag(&mut self, tag: &str, bindings_before: usize) {
        if std::mem::take(&mut self.is_tag_open) {
            self.out.push_str("/>");
        } else {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
        }
        self.bindings.truncate(bindings_before);
    }

    fn close_tag(&mut self) {
        if std::mem::take(&mut self.is_tag_open) {
            self.out.push('>');
        }
    }

    /// The innermost prefix bound to `uri` that is not bound to something else further in.
    fn prefix_of(&self, uri: &str) -> Option<&str> {
        if uri == XML.uri {
            return Some(XML.prefix);
        }
        if uri.is_empty() && self.uri_of("").is_none_or(str::is_empty) {
            return Some("");
        }
        self.bindings
            .iter()
            .rev()
            .find(|(prefix, bound)| bound == uri && self.uri_of(prefix) == Some(uri))
            .map(|(prefix, _)| prefix.as_str())
    }

    fn uri_of(&self, prefix: &str) -> Option<&str> {
        self.bindings.iter().rev().find(|(bound, _)| bound == prefix).map(|(_, uri)| uri.as_str())
    }

    fn bind(&mut self, prefix: &str, uri: &str) {
        self.raw_attribute(
            if prefix.is_empty() { "" } else { "xmlns" },
            if prefix.is_empty() { "xmlns" } else { prefix },
            uri,
        );
        self.bindings.push((prefix.to_owned(), uri.to_owned()));
    }

    fn bind_attribute(&mut self, uri: &str, preferred: &str) -> String {
        if uri.is_empty() {
            return String::new();
        }
        match self.prefix_of(uri) {
            Some(prefix) if !prefix.is_empty() => prefix.to_owned(),
            _ => {
                let prefix = self.free_prefix(preferred);
                self.bind(&prefix, uri);
                prefix
            }
        }
    }

    /// `preferred` unless it is the empty prefix, which serves no attribute, or is bound: binding it anew could change
    /// the meaning of the open start tag.
    fn free_prefix(&self, preferred: &str) -> String {
        if !preferred.is_empty() && self.uri_of(preferred).is_none() {
            return preferred.to_owned();
        }
        let is_free = |name: &String| self.uri_of(name).is_none();
        (1..=usize::MAX).map(|n| format!("ns{n}")).find(is_free).unwrap_or_default()
    }

    fn raw_attribute(&mut self, prefix: &str, local: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(&tag_name(prefix, local));
        self.out.push_str("=\"");
        escape(value, true, &mut self.out);
        self.out.push('"');
    }

    fn copy_with(&mut self, element: Element<'_>, declarations: &[(&str, &str)]) {
        self.open_like(element, declarations, |w| {
            for attribute in element.attributes() {
                w.attribute_like(attribute);
            }
            for node in element.nodes() {
                match node {
                    Node::Text(text) => w.text(text),
                    Node::Element(child) => w.copy_with(child, &child.declarations().collect::<Vec<_>>()),
                }
            }
        });
    }

    fn open_like(
        &mut self,
        element: Element<'_>,
        declarations: &[(&str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        let bindings_before = self.bindings.len();
        self.close_tag();
        let tag = tag_name(element.prefix(), element.local());
        self.start_tag(&tag);
        for &(prefix, uri) in declarations {
            let is_bound =
                self.uri_of(prefix) == Some(uri) || (uri.is_empty() && self.uri_of(prefix).is_none());
            if !is_bound {
                self.bind(prefix, uri);
            }
        }
        inside(self);
        self.end_tag(&tag, bindings_before);
    }
}

/// The declarations that hold at `element`, each prefix once; the default namespace always, since the place that the
/// copy goes to may have another.
fn in_scope(element: Element<'_>) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for ancestor in std::iter::successors(Some(element), |e| e.parent()) {
        for (prefix, uri) in ancestor.declarations() {
            if !found.iter().any(|(seen, _)| *seen == prefix) {
                found.push((prefix, uri));
            }
        }
    }
    if !found.iter().any(|(prefix, _)| prefix.is_empty()) {
        found.push(("", ""));
    }
    found
}

fn tag_name(prefix: &str, local: &str) -> String {
    if prefix.is_empty() {
        return local.to_owned();
    }
    [prefix, ":", local].concat()
}

/// Escapes what has a meaning to a reader, and white space that it would normalise away.
fn escape(text: &str, is_attribute: bool, out: &mut String) {
    let needs_care = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    let mut rest = text;
    while let Some(at) = rest.find(needs_care) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = tail.chars();
        match characters.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') if is_attribute => out.push_str("&quot;"),
            Some('\r') => out.push_str("&#13;"),
            Some('\n') if is_attribute => out.push_str("&#10;"),
            Some('\t') if is_attribute => out.push_str("&#9;"),
            Some(kept @ ('"' | '\n' | '\t')) => out.push(kept),
            _ => out.push('?'),
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}
