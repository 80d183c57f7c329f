use std::fmt;

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
