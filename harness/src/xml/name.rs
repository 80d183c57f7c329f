use std::fmt;

use crate::xml::Attribute;
use crate::xml::Element;
use crate::xml::characters::is_ncname;

/// A namespace name that the harness knows, with the prefix that it writes.
///
/// Two namespaces are equal when their URIs are: the prefix is only a preference.
#[derive(Debug, Clone, Copy)]
pub struct Namespace {
    /// The namespace name; empty for "no namespace".
    pub uri: &'static str,
    /// The prefix that [`super::Writer`] binds when none is bound.
    pub prefix: &'static str,
}

impl Namespace {
    /// A namespace by its URI and preferred prefix.
    #[must_use]
    pub const fn new(uri: &'static str, prefix: &'static str) -> Self {
        Self { uri, prefix }
    }
}

impl PartialEq for Namespace {
    fn eq(&self, other: &Self) -> bool {
        self.uri == other.uri
    }
}

impl Eq for Namespace {}

/// The namespace that the prefix `xml` is bound to from the start.
pub const XML: Namespace = Namespace::new("http://www.w3.org/XML/1998/namespace", "xml");

/// XML Schema instance: `xsi:nil`, `xsi:type`.
pub const XSI: Namespace = Namespace::new("http://www.w3.org/2001/XMLSchema-instance", "xsi");

/// The namespace of `xmlns` itself, which no document may bind.
pub(super) const XMLNS_URI: &str = "http://www.w3.org/2000/xmlns/";

/// An expanded name that the harness knows: a namespace and a local name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QName {
    /// The namespace.
    pub namespace: Namespace,
    /// The local part.
    pub local: &'static str,
}

impl QName {
    /// A name in `namespace`.
    #[must_use]
    pub const fn new(namespace: Namespace, local: &'static str) -> Self {
        Self { namespace, local }
    }

    /// A name in no namespace.
    #[must_use]
    pub const fn local(local: &'static str) -> Self {
        Self { namespace: Namespace::new("", ""), local }
    }
}

/// `{uri}local`, the form that tells two names with one prefix apart.
impl fmt::Display for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.uri.is_empty() {
            return f.write_str(self.local);
        }
        write!(f, "{{{}}}{}", self.namespace.uri, self.local)
    }
}

/// An expanded name that only running the program tells, such as that of a CIM class or property: one that can be
/// written, because its local part is an NCName.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnedName {
    namespace: String,
    local: String,
}

impl OwnedName {
    /// A name; `None` when there can be no element of it.
    #[must_use]
    pub fn new(namespace: &str, local: &str) -> Option<Self> {
        let is_name = namespace != XMLNS_URI && is_ncname(local);
        is_name.then(|| Self { namespace: namespace.to_owned(), local: local.to_owned() })
    }

    /// The name of an element.
    #[must_use]
    pub fn of(element: Element<'_>) -> Self {
        Self { namespace: element.namespace().to_owned(), local: element.local().to_owned() }
    }

    /// The name of an attribute of an element that was read.
    #[must_use]
    pub fn of_attribute(attribute: Attribute<'_>) -> Self {
        Self { namespace: attribute.namespace.to_owned(), local: attribute.local.to_owned() }
    }

    /// The namespace name; empty for none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The local part.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }
}
