use crate::soap::Opaque;
use crate::wsman::fragment::FragmentError;
use crate::wsman::fragment::XmlFragment;
use crate::wsman::fragment::edits::Edit;
use crate::wsman::fragment::edits::Edits;
use crate::wsman::xpath::LastStep;
use crate::wsman::xpath::Selected;
use crate::wsman::xpath::XPath;
use crate::xml::Element;
use crate::xml::OwnedName;
use crate::xml::QName;
use crate::xml::XSI;

const NIL: QName = QName::new(XSI, "nil");

type Result<T> = std::result::Result<T, FragmentError>;

/// [DSP0226 7.9] The representation with `content` in place of what `path` selects.
///
/// Elements are replaced all at once, as an array is, and need one parent and one name. A text may be set where there
/// was none.
///
/// [DSP0226 7.9]: https://www.dmtf.org/standards/wsman
pub fn replaced(root: Element<'_>, path: &XPath, content: &XmlFragment) -> Result<Opaque> {
    if let Some((owners, LastStep::Text)) = path.split_last() {
        let owner = only_element(&owners.select(root))?;
        return with_text(root, owner, text_of(content)?);
    }
    let selected = path.select(root);
    match selected.first() {
        None | Some(Selected::Text(_)) => Err(FragmentError::NoMatch),
        Some(Selected::Attribute(owner, attribute)) => {
            let [_] = selected.as_slice() else {
                return Err(FragmentError::Ambiguous { found: selected.len() });
            };
            let name = OwnedName::of_attribute(*attribute);
            edited(root, *owner, Edit::Attribute(name, Some(text_of(content)?)))
        }
        Some(Selected::Element(first)) => replace_elements(root, *first, &selected, elements_of(content)?),
    }
}

fn replace_elements(
    root: Element<'_>,
    first: Element<'_>,
    selected: &[Selected<'_>],
    content: &[Opaque],
) -> Result<Opaque> {
    let name = OwnedName::of(first);
    if content.iter().any(|new| OwnedName::of(new.element()) != name) {
        return Err(FragmentError::WrongContent { expected: "elements of the name that they replace" });
    }
    if let (None, [_, _, ..]) = (first.parent(), content) {
        return Err(FragmentError::WholeRepresentation);
    }
    let mut edits = Edits::default();
    edits.add(first, Edit::Replace(content));
    for other in elements(selected).skip(1) {
        let is_sibling = other.parent().map(Element::offset) == first.parent().map(Element::offset);
        if !is_sibling || OwnedName::of(other) != name {
            return Err(FragmentError::Ambiguous { found: selected.len() });
        }
        edits.add(other, Edit::Replace(&[]));
    }
    Ok(edits.apply(root)?)
}

/// [DSP0226 7.10] The representation without what `path` selects.
///
/// [DSP0226 7.10]: https://www.dmtf.org/standards/wsman
pub fn removed(root: Element<'_>, path: &XPath) -> Result<Opaque> {
    let selected = path.select(root);
    if selected.is_empty() {
        return Err(FragmentError::NoMatch);
    }
    let mut edits = Edits::default();
    for one in selected {
        match one {
            Selected::Element(element) if element.parent().is_none() => {
                return Err(FragmentError::WholeRepresentation);
            }
            Selected::Element(element) => edits.add(element, Edit::Replace(&[])),
            Selected::Text(owner) => edits.add(owner, Edit::Text("")),
            Selected::Attribute(owner, attribute) => {
                edits.add(owner, Edit::Attribute(OwnedName::of_attribute(attribute), None));
            }
        }
    }
    Ok(edits.apply(root)?)
}

/// [DSP0226 7.11] The representation with `content` added where `path` says.
///
/// The expression names what is to be created, in an element that is there. With a position, as in `Address[2]`, the
/// new elements come before the one that has it now, or after the last one.
///
/// [DSP0226 7.11]: https://www.dmtf.org/standards/wsman
pub fn inserted(root: Element<'_>, path: &XPath, content: &XmlFragment) -> Result<Opaque> {
    let (owners, last) = path.split_last().ok_or(FragmentError::NoPlace)?;
    let owner = only_element(&owners.select(root))?;
    match last {
        LastStep::Element { local, position, .. } => {
            let content = elements_of(content)?;
            if content.iter().any(|new| local.is_some_and(|local| new.element().local() != local)) {
                return Err(FragmentError::WrongContent {
                    expected: "elements of the name in the expression",
                });
            }
            insert_elements(root, path, owner, position, content)
        }
        LastStep::Attribute { local: None, .. } => Err(FragmentError::NoPlace),
        LastStep::Attribute { namespace, local: Some(local) } if path.select(root).is_empty() => {
            let name = OwnedName::new(namespace.unwrap_or_default(), local).ok_or(FragmentError::NoPlace)?;
            edited(root, owner, Edit::Attribute(name, Some(text_of(content)?)))
        }
        LastStep::Text if path.select(root).is_empty() => with_text(root, owner, text_of(content)?),
        LastStep::Attribute { .. } | LastStep::Text => Err(FragmentError::AlreadyExists),
    }
}

fn insert_elements(
    root: Element<'_>,
    path: &XPath,
    owner: Element<'_>,
    position: Option<usize>,
    content: &[Opaque],
) -> Result<Opaque> {
    let there = path.select(root);
    match (position, elements(&there).next()) {
        (None, Some(_)) => Err(FragmentError::AlreadyExists),
        (Some(_), Some(next)) => edited(root, next, Edit::Before(content)),
        (None | Some(1), None) => edited(root, owner, Edit::Append(content)),
        (Some(position), None) => {
            // The place after the last one is the only one that is free.
            let previous = path.at_position(position.saturating_sub(1));
            let Some(last) = previous.and_then(|path| elements(&path.select(root)).next()) else {
                return Err(FragmentError::NoMatch);
            };
            let place = owner.children().find(|child| child.offset() > last.offset());
            match place {
                Some(next) => edited(root, next, Edit::Before(content)),
                None => edited(root, owner, Edit::Append(content)),
            }
        }
    }
}

/// What has a text is not nil.
fn with_text(root: Element<'_>, owner: Element<'_>, text: &str) -> Result<Opaque> {
    let mut edits = Edits::default();
    edits.add(owner, Edit::Text(text));
    for nil in owner.attributes().filter(|a| a.local == NIL.local && a.namespace == NIL.namespace.uri) {
        edits.add(owner, Edit::Attribute(OwnedName::of_attribute(nil), None));
    }
    Ok(edits.apply(root)?)
}

fn edited(root: Element<'_>, element: Element<'_>, edit: Edit<'_>) -> Result<Opaque> {
    let mut edits = Edits::default();
    edits.add(element, edit);
    Ok(edits.apply(root)?)
}

fn elements<'s, 'd>(selected: &'s [Selected<'d>]) -> impl Iterator<Item = Element<'d>> + use<'s, 'd> {
    selected.iter().filter_map(|one| match one {
        Selected::Element(element) => Some(*element),
        Selected::Text(_) | Selected::Attribute(..) => None,
    })
}

fn only_element<'d>(selected: &[Selected<'d>]) -> Result<Element<'d>> {
    match selected {
        [] => Err(FragmentError::NoMatch),
        [Selected::Element(element)] => Ok(*element),
        several => Err(FragmentError::Ambiguous { found: several.len() }),
    }
}

fn text_of(content: &XmlFragment) -> Result<&str> {
    match content {
        XmlFragment::Text(text) => Ok(text),
        XmlFragment::Elements(_) => Err(FragmentError::WrongContent { expected: "a text" }),
    }
}

fn elements_of(content: &XmlFragment) -> Result<&[Opaque]> {
    match content {
        XmlFragment::Elements(elements) if !elements.is_empty() => Ok(elements),
        XmlFragment::Elements(_) | XmlFragment::Text(_) => {
            Err(FragmentError::WrongContent { expected: "elements" })
        }
    }
}
