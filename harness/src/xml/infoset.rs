use crate::xml::Attribute;
use crate::xml::Document;
use crate::xml::Element;
use crate::xml::Node;

impl Element<'_> {
    /// Whether two elements have the same information: expanded names, attributes as a set, children in order, text to
    /// the character. Prefixes and namespace declarations do not count.
    #[must_use]
    pub fn is_same_infoset(self, other: Element<'_>) -> bool {
        if self.local() != other.local() || self.namespace() != other.namespace() {
            return false;
        }
        if !have_same_attributes(self, other) {
            return false;
        }
        let mut others = other.nodes();
        self.nodes().all(|node| match (node, others.next()) {
            (Node::Text(mine), Some(Node::Text(theirs))) => mine == theirs,
            (Node::Element(mine), Some(Node::Element(theirs))) => mine.is_same_infoset(theirs),
            _ => false,
        }) && others.next().is_none()
    }
}

fn have_same_attributes(one: Element<'_>, other: Element<'_>) -> bool {
    let has = |element: Element<'_>, a: Attribute<'_>| {
        element.attributes().any(|b| a.local == b.local && a.namespace == b.namespace && a.value == b.value)
    };
    one.attributes().count() == other.attributes().count() && one.attributes().all(|a| has(other, a))
}

/// Documents are equal when their roots have the same information.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.root().is_same_infoset(other.root())
    }
}

impl Eq for Document {}
