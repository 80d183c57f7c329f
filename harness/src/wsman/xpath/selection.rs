use std::borrow::Cow;

use crate::wsman::xpath::expression::Condition;
use crate::wsman::xpath::expression::Path;
use crate::wsman::xpath::expression::Predicate;
use crate::wsman::xpath::expression::Step;
use crate::xml::Attribute;
use crate::xml::Element;
use crate::xml::Node;

/// What an expression selects.
#[derive(Debug, Clone, Copy)]
pub enum Selected<'d> {
    /// A whole element.
    Element(Element<'d>),
    /// The text directly in an element, which has some.
    Text(Element<'d>),
    /// An attribute, and the element that has it.
    Attribute(Element<'d>, Attribute<'d>),
}

impl<'d> Selected<'d> {
    /// [XPath 1.0 5] The string-value: the text of an element with all that is in it, or the attribute's value.
    ///
    /// [XPath 1.0 5]: https://www.w3.org/TR/1999/REC-xpath-19991116/#data-model
    #[must_use]
    pub fn value(self) -> Cow<'d, str> {
        match self {
            Self::Element(element) => joined(element, true),
            Self::Text(element) => joined(element, false),
            Self::Attribute(_, attribute) => Cow::Borrowed(attribute.value),
        }
    }
}

/// The text of an element, mostly one run, which needs no copy. Deep is as deep as the document may be.
fn joined(element: Element<'_>, is_deep: bool) -> Cow<'_, str> {
    let mut text = Cow::Borrowed("");
    for node in element.nodes() {
        let more = match node {
            Node::Text(more) => Cow::Borrowed(more),
            Node::Element(child) if is_deep => joined(child, true),
            Node::Element(_) => continue,
        };
        if text.is_empty() {
            text = more;
        } else {
            text.to_mut().push_str(&more);
        }
    }
    text
}

/// Where a path starts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'d> {
    /// Above the document element, whose only child it is.
    Above(Element<'d>),
    At(Element<'d>),
}

impl Path {
    /// What the path selects from `place`, in document order: no step leaves the subtree of its node, so what the nodes
    /// of a step select is disjoint and in their order.
    pub(super) fn select<'d>(&self, place: Place<'d>) -> Vec<Selected<'d>> {
        let mut places = vec![place];
        for step in &self.steps {
            match step {
                Step::Child(test, predicates) => {
                    let below = |place: &Place<'d>| {
                        let fitting = place.children().filter(|child| test.fits_element(*child)).collect();
                        predicates.iter().fold(fitting, |left: Vec<_>, predicate| predicate.keep(left))
                    };
                    places = places.iter().flat_map(below).map(Place::At).collect();
                }
                Step::Attribute(test) => {
                    return elements(&places)
                        .flat_map(|element| element.attributes().map(move |a| (element, a)))
                        .filter(|(_, attribute)| test.fits_attribute(attribute))
                        .map(|(element, attribute)| Selected::Attribute(element, attribute))
                        .collect();
                }
                Step::Text => {
                    return elements(&places)
                        .filter(|element| !element.text().is_empty())
                        .map(Selected::Text)
                        .collect();
                }
            }
        }
        places.iter().map(|place| Selected::Element(place.element())).collect()
    }
}

/// The elements among `places`; what is above the document element has neither text nor attributes.
fn elements<'p, 'd>(places: &'p [Place<'d>]) -> impl Iterator<Item = Element<'d>> + use<'p, 'd> {
    places.iter().filter_map(|place| match place {
        Place::At(element) => Some(*element),
        Place::Above(_) => None,
    })
}

impl<'d> Place<'d> {
    fn element(self) -> Element<'d> {
        let (Self::Above(element) | Self::At(element)) = self;
        element
    }

    fn children(self) -> Box<dyn Iterator<Item = Element<'d>> + 'd> {
        match self {
            Self::Above(element) => Box::new(std::iter::once(element)),
            Self::At(element) => Box::new(element.children()),
        }
    }
}

impl Predicate {
    fn keep<'d>(&self, mut elements: Vec<Element<'d>>) -> Vec<Element<'d>> {
        match self {
            Self::Position(position) => {
                let chosen = position.checked_sub(1).and_then(|index| elements.get(index).copied());
                chosen.into_iter().collect()
            }
            Self::Holds(condition) => {
                elements.retain(|element| condition.holds(*element));
                elements
            }
        }
    }
}

impl Condition {
    fn holds(&self, element: Element<'_>) -> bool {
        match self {
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(element)),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(element)),
            Self::Not(condition) => !condition.holds(element),
            Self::Exists(path) => !path.select(Place::At(element)).is_empty(),
            Self::Compare(path, comparison, value) => path
                .select(Place::At(element))
                .into_iter()
                .any(|selected| comparison.holds(&selected.value(), value)),
        }
    }
}
