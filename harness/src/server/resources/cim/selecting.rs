//! Which class and which instances a request names.

use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::resources::cim::CLASSES;
use crate::server::resources::cim::Cim;
use crate::server::resources::cim::Result;
use crate::server::resources::cim::faults::Asked;
use crate::server::resources::cim::record::Record;
use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Property;
use crate::server::resources::unsupported;
use crate::soap::Opaque;
use crate::wsman::FaultReason;
use crate::wsman::InvalidSelectors;
use crate::wsman::ResourceUri;
use crate::wsman::Selector;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::wsman::WsmanErrorCode;
use crate::wsman::cim::Binding;
use crate::wsman::cim::CIM_NAMESPACE_SELECTOR;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::ClassUri;
use crate::wsman::cim::Kind;
use crate::wsman::cim::Scalar;
use crate::wsman::cim::ScalarError;
use crate::wsman::cim::is_same_namespace;

/// [MS-WSMV] 3.1.4.1.1: "MUST use root\hardware as the default".
const DEFAULT_NAMESPACE: &str = "root/hardware";

/// Where an instance is among the records, until the next change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

impl Cim {
    /// The record at a place that was just found.
    pub(super) fn at(&self, place: Place) -> Result<&Record> {
        Ok(self.records.get(place.0).ok_or(FaultReason::ResourceNotFound)?)
    }

    pub(super) fn at_mut(&mut self, place: Place) -> Result<&mut Record> {
        Ok(self.records.get_mut(place.0).ok_or(FaultReason::ResourceNotFound)?)
    }

    pub(super) fn push(&mut self, record: Record) -> Place {
        self.records.push(record);
        Place(self.records.len().saturating_sub(1))
    }

    pub(super) fn take(&mut self, place: Place) {
        if place.0 < self.records.len() {
            self.records.remove(place.0);
        }
    }

    /// The classes that the request is about: one, or those below a class that has no instances itself.
    pub(super) fn classes(&self, uri: &ClassUri, call: &Call<'_>) -> Result<Vec<&'static Class>> {
        let namespace = namespace(uri, &call.header.selector_set)?;
        let is_asked = |class: &&&Class| {
            is_same_namespace(class.namespace, &namespace)
                && (uri.class.is_all() || class.is_a(uri.class.as_str()))
        };
        let classes: Vec<_> = CLASSES.iter().filter(is_asked).copied().collect();
        if classes.is_empty() {
            return Err(self.no_class(uri));
        }
        Ok(classes)
    }

    /// Every instance of the class; of `*` those that the filter's class has.
    pub(super) fn all(&self, uri: &ClassUri, call: &Call<'_>) -> Result<impl Iterator<Item = &Record>> {
        // A query is looked at first: of an unknown class in it the filter is at fault, whatever the URI.
        let asked = self.asked(call)?;
        let mut classes = self.classes(uri, call)?;
        match asked {
            Asked::Class(asked) => classes.retain(|class| class.is_a(&asked)),
            Asked::Everything if uri.class.is_all() => return Err(FaultReason::FilteringRequired.into()),
            Asked::Everything | Asked::Some => {}
        }
        Ok(self.records.iter().filter(move |record| classes.contains(&record.class)))
    }

    /// The one instance that the selectors name.
    pub(super) fn select(&self, uri: &ClassUri, call: &Call<'_>) -> Result<Place> {
        if uri.class.is_all() {
            return Err(unsupported(call));
        }
        let classes = self.classes(uri, call)?;
        let keys = |class: &&'static Class| keys(class, &call.header.selector_set).map(|keys| (*class, keys));
        let mut tried = classes.iter().map(keys);
        let first = tried.next().ok_or(FaultReason::ResourceNotFound)?;
        let (class, keys) = match first {
            Ok(found) => found,
            Err(reason) => tried.find_map(std::result::Result::ok).ok_or(reason)?,
        };
        self.find(class, &keys).ok_or_else(|| self.not_found(class, &call.header.selector_set))
    }

    /// The instance that has these keys.
    pub(super) fn find(&self, class: &'static Class, keys: &[(&'static Property, Key)]) -> Option<Place> {
        let is_exact = self.is_mutant(Mutant::KeysCaseSensitive);
        let is_it = |record: &Record| {
            let has = |(property, key): &(&Property, Key)| {
                record.value(property.name).is_some_and(|value| key.is(property.kind, value, is_exact))
            };
            record.class == class && keys.iter().all(has)
        };
        self.records.iter().position(is_it).map(Place)
    }
}

/// What a selector is compared by.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    Scalar(Scalar),
    Reference(ResourceUri, SelectorSet),
}

impl Key {
    /// Reads a selector's value.
    fn of(kind: Kind, value: &SelectorValue) -> std::result::Result<Self, InvalidSelectors> {
        let scalar = match value {
            SelectorValue::Reference(reference) if kind == Kind::Reference => {
                return Self::of_reference(reference.reference_parameters.as_ref())
                    .ok_or(InvalidSelectors::InvalidValue);
            }
            SelectorValue::Reference(_) => return Err(InvalidSelectors::TypeMismatch),
            SelectorValue::Text(text) => kind.read(text),
        };
        scalar.map(Self::Scalar).map_err(|error| match error {
            ScalarError::OutOfRange { .. } => InvalidSelectors::InvalidValue,
            _ => InvalidSelectors::TypeMismatch,
        })
    }

    fn of_reference(parameters: Option<&Opaque>) -> Option<Self> {
        let parameters = parameters?.element();
        let uri: ResourceUri = parameters.child(ResourceUri::NAME)?.read().ok()?;
        let selectors: SelectorSet = parameters.child(SelectorSet::ELEMENT)?.read().ok()?;
        Some(Self::Reference(uri, selectors))
    }

    /// Reads the value of a property, as an instance has it.
    pub(super) fn of_value(kind: Kind, value: &CimValue) -> Option<Self> {
        match value {
            CimValue::Reference(reference) => Self::of_reference(reference.reference_parameters.as_ref()),
            value => kind.read(value.as_text()?).ok().map(Self::Scalar),
        }
    }

    fn is(&self, kind: Kind, value: &CimValue, is_exact: bool) -> bool {
        match (self, Self::of_value(kind, value)) {
            (Self::Scalar(Scalar::String(mine)), Some(Self::Scalar(Scalar::String(theirs)))) => {
                is_same_text(mine, &theirs, is_exact)
            }
            (Self::Scalar(mine), Some(Self::Scalar(theirs))) => *mine == theirs,
            (Self::Reference(uri, selectors), Some(Self::Reference(their_uri, theirs))) => {
                is_same_text(uri.as_str(), their_uri.as_str(), false)
                    && is_same_set(selectors, &theirs, is_exact)
            }
            _ => false,
        }
    }
}

/// [MS-WSMV] 3.1.4.1.2: "MUST treat all selector names and values as case-insensitive".
fn is_same_text(one: &str, other: &str, is_exact: bool) -> bool {
    one == other || (!is_exact && one.to_lowercase() == other.to_lowercase())
}

/// Selectors of simple values, in any order. Another namespace than the one in the URI is not looked at.
fn is_same_set(one: &SelectorSet, other: &SelectorSet, is_exact: bool) -> bool {
    let own = |set: &SelectorSet| set.0.iter().filter(|s| !is_namespace(s)).count();
    own(one) == own(other)
        && one.0.iter().filter(|s| !is_namespace(s)).all(|selector| match &selector.value {
            SelectorValue::Text(text) => {
                other.text(&selector.name).is_some_and(|theirs| is_same_text(text, theirs, is_exact))
            }
            SelectorValue::Reference(_) => false,
        })
}

fn is_namespace(selector: &Selector) -> bool {
    selector.name.eq_ignore_ascii_case(CIM_NAMESPACE_SELECTOR)
}

/// The keys that the selectors give, each of the type that the class says.
fn keys(
    class: &'static Class,
    selectors: &SelectorSet,
) -> std::result::Result<Vec<(&'static Property, Key)>, FaultReason> {
    let mut found = Vec::new();
    for selector in selectors.0.iter().filter(|selector| !is_namespace(selector)) {
        let is_named = |key: &&'static Property| key.name.eq_ignore_ascii_case(&selector.name);
        let unexpected = FaultReason::InvalidSelectors(InvalidSelectors::Unexpected);
        let key = class.keys().find(is_named).ok_or(unexpected)?;
        found.push((key, Key::of(key.kind, &selector.value).map_err(FaultReason::InvalidSelectors)?));
    }
    if found.len() < class.keys().count() {
        return Err(FaultReason::InvalidSelectors(InvalidSelectors::Insufficient));
    }
    Ok(found)
}

/// The CIM namespace of the request. One that the URI names can only be repeated ([MS-WSMV] note <46>).
fn namespace(uri: &ClassUri, selectors: &SelectorSet) -> Result<String> {
    let selected = selectors.text(CIM_NAMESPACE_SELECTOR);
    match (uri.binding, &uri.namespace, selected) {
        (Binding::Wmi, Some(named), Some(selected)) if !is_same_namespace(named, selected) => {
            Err(FaultReason::InternalError(WsmanErrorCode::DIFFERENT_CIM_SELECTOR).into())
        }
        (Binding::Wmi, Some(named), _) => Ok(named.clone()),
        (_, _, selected) => Ok(selected.unwrap_or(DEFAULT_NAMESPACE).to_owned()),
    }
}
