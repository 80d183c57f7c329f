use crate::xml::Charset;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::XmlError;
use crate::xml::build;

/// Octets `start..start + len` of [`Document::text`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// Index into one of the document's tables; `NONE` for "there is none".
pub(super) type Id = u32;
pub(super) const NONE: Id = u32::MAX;

/// An element or, with an empty name, a run of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeData {
    pub(super) parent: Id,
    pub(super) first_child: Id,
    pub(super) next_sibling: Id,
    /// The local name of an element, the characters of a text.
    pub(super) value: Span,
    pub(super) namespace: Span,
    pub(super) prefix: Span,
    pub(super) attributes: (Id, Id),
    pub(super) declarations: (Id, Id),
    pub(super) is_text: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeData {
    pub(super) prefix: Span,
    pub(super) local: Span,
    pub(super) namespace: Span,
    pub(super) value: Span,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct DeclarationData {
    pub(super) prefix: Span,
    pub(super) uri: Span,
}

/// A document that was read: well-formed, namespaces resolved, within the bounds of [`crate::limits`].
///
/// It owns one copy of the text; names and values are spans of it, so that reading allocates per document and not per
/// element. Comments and processing instructions are checked and not kept: SOAP gives them no meaning.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) text: String,
    pub(super) nodes: Vec<NodeData>,
    pub(super) attributes: Vec<AttributeData>,
    pub(super) declarations: Vec<DeclarationData>,
    pub(super) root: Id,
}

impl Document {
    /// Reads a document whose encoding its own octets tell.
    pub fn parse(bytes: &[u8]) -> Result<Self, XmlError> {
        build::document(bytes, None)
    }

    /// Reads a document that came with a charset, which wins over the declaration in the document.
    pub fn parse_as(bytes: &[u8], charset: Charset) -> Result<Self, XmlError> {
        build::document(bytes, Some(charset))
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        self.element(self.root)
    }

    pub(super) fn element(&self, id: Id) -> Element<'_> {
        Element { document: self, id }
    }

    fn span(&self, span: Span) -> &str {
        let start = index(span.start);
        self.text.get(start..start.saturating_add(index(span.len))).unwrap_or_default()
    }

    fn node(&self, id: Id) -> &NodeData {
        const EMPTY: NodeData = NodeData {
            parent: NONE,
            first_child: NONE,
            next_sibling: NONE,
            value: Span { start: 0, len: 0 },
            namespace: Span { start: 0, len: 0 },
            prefix: Span { start: 0, len: 0 },
            attributes: (0, 0),
            declarations: (0, 0),
            is_text: true,
        };
        self.nodes.get(index(id)).unwrap_or(&EMPTY)
    }
}

/// A 32-bit table index as a slice index.
pub(super) fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// Where `slice` stands in `whole`, when it is a part of it.
pub(super) fn offset_in(whole: &str, slice: &str) -> Option<usize> {
    let start = slice.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    (start.checked_add(slice.len())? <= whole.len()).then_some(start)
}

/// What stands inside an element.
#[derive(Debug, Clone, Copy)]
pub enum Node<'d> {
    /// A child element.
    Element(Element<'d>),
    /// A run of characters: text, references and CDATA joined, line ends normalised.
    Text(&'d str),
}

/// An attribute that is no namespace declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'d> {
    /// The namespace name; empty for "no namespace", which an attribute without prefix has.
    pub namespace: &'d str,
    /// The prefix as written.
    pub prefix: &'d str,
    /// The local part of the name.
    pub local: &'d str,
    /// The normalised value.
    pub value: &'d str,
}

/// One element of a [`Document`].
#[derive(Debug, Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document,
    id: Id,
}

impl<'d> Element<'d> {
    /// Whether this is the element `name`.
    #[must_use]
    pub fn is(self, name: QName) -> bool {
        self.local() == name.local && self.namespace() == name.namespace.uri
    }

    /// The local part of the name.
    #[must_use]
    pub fn local(self) -> &'d str {
        self.document.span(self.data().value)
    }

    /// The namespace name; empty for none.
    #[must_use]
    pub fn namespace(self) -> &'d str {
        self.document.span(self.data().namespace)
    }

    /// The prefix as written; empty for none.
    #[must_use]
    pub fn prefix(self) -> &'d str {
        self.document.span(self.data().prefix)
    }

    /// The name as `{uri}local`.
    #[must_use]
    pub fn expanded_name(self) -> String {
        match self.namespace() {
            "" => self.local().to_owned(),
            uri => format!("{{{uri}}}{}", self.local()),
        }
    }

    /// Where the name stands, in octets of the document as UTF-8.
    #[must_use]
    pub fn offset(self) -> usize {
        index(self.data().value.start)
    }

    /// Child elements and text, in document order.
    pub fn nodes(self) -> impl Iterator<Item = Node<'d>> {
        let document = self.document;
        let first = self.data().first_child;
        std::iter::successors((first != NONE).then_some(first), move |&id| {
            let next = document.node(id).next_sibling;
            (next != NONE).then_some(next)
        })
        .map(move |id| match document.node(id) {
            text if text.is_text => Node::Text(document.span(text.value)),
            _ => Node::Element(document.element(id)),
        })
    }

    /// Child elements, in document order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.nodes().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child element `name`.
    #[must_use]
    pub fn child(self, name: QName) -> Option<Self> {
        self.children().find(|child| child.is(name))
    }

    /// The first child element `name`, or the error that says it is missing.
    pub fn require_child(self, name: QName) -> Result<Self, XmlError> {
        self.child(name).ok_or_else(|| XmlError::MissingElement {
            expected: name.to_string(),
            inside: self.expanded_name(),
            offset: self.offset(),
        })
    }

    /// This element, or the error that says which name was expected.
    pub fn require_name(self, name: QName) -> Result<Self, XmlError> {
        if self.is(name) {
            return Ok(self);
        }
        Err(XmlError::UnexpectedElement {
            expected: name.to_string(),
            found: self.expanded_name(),
            offset: self.offset(),
        })
    }

    /// The parent element; `None` for the root.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let parent = self.data().parent;
        (parent != NONE).then(|| self.document.element(parent))
    }

    /// The first run of text directly inside, as it stands; empty when there is none.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.nodes()
            .find_map(|node| match node {
                Node::Text(text) => Some(text),
                Node::Element(_) => None,
            })
            .unwrap_or_default()
    }

    /// [`Self::text`] without the white space around it, which some peers add to every value.
    #[must_use]
    pub fn trimmed_text(self) -> &'d str {
        self.text().trim_matches([' ', '\t', '\r', '\n'])
    }

    /// Attributes in the order written, namespace declarations left out.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'d>> {
        let document = self.document;
        let (first, end) = self.data().attributes;
        document.attributes.get(index(first)..index(end)).unwrap_or_default().iter().map(move |a| Attribute {
            namespace: document.span(a.namespace),
            prefix: document.span(a.prefix),
            local: document.span(a.local),
            value: document.span(a.value),
        })
    }

    /// The value of attribute `name`.
    #[must_use]
    pub fn attribute(self, name: QName) -> Option<&'d str> {
        self.attributes()
            .find(|a| a.local == name.local && a.namespace == name.namespace.uri)
            .map(|a| a.value)
    }

    /// The value of attribute `name`, or the error that says it is missing.
    pub fn require_attribute(self, name: QName) -> Result<&'d str, XmlError> {
        self.attribute(name).ok_or_else(|| XmlError::MissingAttribute {
            expected: name.to_string(),
            inside: self.expanded_name(),
            offset: self.offset(),
        })
    }

    /// The namespace declarations on this element: prefix (empty for the default namespace) and URI.
    pub fn declarations(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let document = self.document;
        let (first, end) = self.data().declarations;
        document
            .declarations
            .get(index(first)..index(end))
            .unwrap_or_default()
            .iter()
            .map(move |d| (document.span(d.prefix), document.span(d.uri)))
    }

    /// The namespace that `prefix` is bound to here. The empty prefix that nothing binds is "no namespace".
    #[must_use]
    pub fn resolve_prefix(self, prefix: &str) -> Option<&'d str> {
        if prefix == super::XML.prefix {
            return Some(super::XML.uri);
        }
        std::iter::successors(Some(self), |e| e.parent())
            .find_map(|e| e.declarations().find(|(bound, _)| *bound == prefix).map(|(_, uri)| uri))
            .or_else(|| prefix.is_empty().then_some(""))
    }

    /// Resolves a QName in content, such as `s:Sender` or the value of `xsi:type`, to namespace and local part.
    #[must_use]
    pub fn resolve_qname<'v>(self, value: &'v str) -> Option<(&'d str, &'v str)> {
        let value = value.trim_matches([' ', '\t', '\r', '\n']);
        let (prefix, local) = value.split_once(':').unwrap_or(("", value));
        Some((self.resolve_prefix(prefix)?, local))
    }

    /// Reads this element as a typed value.
    pub fn read<T: FromXml>(self) -> Result<T, XmlError> {
        T::from_xml(self)
    }

    /// The error that says what this element's text should have been.
    #[must_use]
    pub fn bad_value(self, expected: &'static str) -> XmlError {
        XmlError::BadValue {
            name: self.expanded_name(),
            expected,
            found: self.text().chars().take(64).collect(),
            offset: self.offset(),
        }
    }

    fn data(self) -> &'d NodeData {
        self.document.node(self.id)
    }
}
