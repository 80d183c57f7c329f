use std::collections::BTreeMap;

use crate::soap::Opaque;
use crate::xml::Attribute;
use crate::xml::Document;
use crate::xml::Element;
use crate::xml::Node;
use crate::xml::OwnedName;
use crate::xml::Writer;
use crate::xml::XmlError;

/// What a copy of a document has other than the document. An element is known by where it stands.
#[derive(Debug, Default)]
pub(super) struct Edits<'e>(BTreeMap<usize, Vec<Edit<'e>>>);

/// One change at one element.
#[derive(Debug)]
pub(super) enum Edit<'e> {
    /// These stand in its place; nothing does when there are none.
    Replace(&'e [Opaque]),
    /// These stand before it.
    Before(&'e [Opaque]),
    /// These are its last children.
    Append(&'e [Opaque]),
    /// This is all text that stands directly in it.
    Text(&'e str),
    /// The attribute has this value, or is not there.
    Attribute(OwnedName, Option<&'e str>),
}

impl<'e> Edits<'e> {
    pub(super) fn add(&mut self, element: Element<'_>, edit: Edit<'e>) {
        self.0.entry(element.offset()).or_default().push(edit);
    }

    /// The document with the changes.
    pub(super) fn apply(&self, root: Element<'_>) -> Result<Opaque, XmlError> {
        let mut writer = Writer::new();
        self.write(root, &mut writer);
        Document::parse(writer.finish().as_bytes())?.root().read()
    }

    /// As deep as the document may be.
    fn write(&self, element: Element<'_>, writer: &mut Writer) {
        let edits = self.0.get(&element.offset()).map(Vec::as_slice).unwrap_or_default();
        for edit in edits {
            if let Edit::Before(elements) = edit {
                elements.iter().for_each(|element| writer.write(element));
            }
        }
        let replacement = edits.iter().find_map(|edit| match edit {
            Edit::Replace(elements) => Some(elements),
            _ => None,
        });
        if let Some(elements) = replacement {
            return elements.iter().for_each(|element| writer.write(element));
        }
        writer.element_like(element, |w| {
            write_attributes(element, edits, w);
            self.write_content(element, edits, w);
        });
    }

    fn write_content(&self, element: Element<'_>, edits: &[Edit<'_>], writer: &mut Writer) {
        let text = edits.iter().find_map(|edit| match edit {
            Edit::Text(text) => Some(*text),
            _ => None,
        });
        writer.text(text.unwrap_or_default());
        for node in element.nodes() {
            match node {
                Node::Element(child) => self.write(child, writer),
                Node::Text(kept) if text.is_none() => writer.text(kept),
                Node::Text(_) => {}
            }
        }
        for edit in edits {
            if let Edit::Append(elements) = edit {
                elements.iter().for_each(|element| writer.write(element));
            }
        }
    }
}

fn write_attributes(element: Element<'_>, edits: &[Edit<'_>], writer: &mut Writer) {
    let edited = |attribute: Attribute<'_>| {
        let name = OwnedName::of_attribute(attribute);
        edits.iter().any(|edit| matches!(edit, Edit::Attribute(changed, _) if *changed == name))
    };
    element.attributes().filter(|attribute| !edited(*attribute)).for_each(|a| writer.attribute_like(a));
    for edit in edits {
        if let Edit::Attribute(name, Some(value)) = edit {
            writer.attribute_named(name, value);
        }
    }
}
