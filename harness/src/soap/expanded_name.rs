use std::fmt;

use crate::xml::Element;
use crate::xml::QName;
use crate::xml::Writer;
use crate::xml::XmlError;

/// A namespace and a local name that came from a peer, such as a fault's subcode: a [`QName`] that is owned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExpandedName {
    /// The namespace name; empty for none.
    pub namespace: String,
    /// The local part.
    pub local: String,
}

impl ExpandedName {
    /// The name of an element.
    #[must_use]
    pub fn of(element: Element<'_>) -> Self {
        Self { namespace: element.namespace().to_owned(), local: element.local().to_owned() }
    }

    /// Whether this is `name`.
    #[must_use]
    pub fn is(&self, name: QName) -> bool {
        self.local == name.local && self.namespace == name.namespace.uri
    }

    /// Resolves `value`, a QName that stands in the content of `element`, by the declarations that hold there.
    pub fn resolve(element: Element<'_>, value: &str) -> Result<Self, XmlError> {
        let (namespace, local) = element
            .resolve_qname(value)
            .filter(|(_, local)| !local.is_empty())
            .ok_or_else(|| element.bad_value("a QName whose prefix is bound"))?;
        Ok(Self { namespace: namespace.to_owned(), local: local.to_owned() })
    }

    /// Spells the name as a QName for the content or an attribute of the element that was just opened, where its
    /// prefix is bound if need be.
    pub fn spell(&self, writer: &mut Writer) -> String {
        match writer.prefix_for_uri(&self.namespace) {
            Some(prefix) if !prefix.is_empty() => [&prefix, ":", &self.local].concat(),
            _ => self.local.clone(),
        }
    }
}

impl From<QName> for ExpandedName {
    fn from(name: QName) -> Self {
        Self { namespace: name.namespace.uri.to_owned(), local: name.local.to_owned() }
    }
}

/// `{uri}local`
impl fmt::Display for ExpandedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            return f.write_str(&self.local);
        }
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}
