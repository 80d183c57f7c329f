//! Put, Create and Delete.

use crate::limits::CIM_INSTANCES_MAX;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::cim::Cim;
use crate::server::resources::cim::Result;
use crate::server::resources::cim::reading;
use crate::server::resources::cim::reading::field;
use crate::server::resources::cim::reading::parts;
use crate::server::resources::cim::record::Field;
use crate::server::resources::cim::record::Record;
use crate::server::resources::cim::schema::Access;
use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Property;
use crate::server::resources::cim::selecting::Key;
use crate::server::resources::cim::selecting::Place;
use crate::server::resources::unsupported;
use crate::wsman::FaultReason;
use crate::wsman::InvalidRepresentation;
use crate::wsman::WsmanErrorCode;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::ClassUri;
use crate::xml::Element;

/// A property and what it is to hold.
type Change = (&'static Property, Option<Field>);

impl Cim {
    /// Changes what can be written. What is not in the representation stays as it is, as Windows does: a client may
    /// send only what it changes.
    pub(super) fn put(
        &mut self,
        uri: &ClassUri,
        call: &Call<'_>,
        representation: Element<'_>,
    ) -> Result<Place> {
        let place = self.select(uri, call)?;
        let record = self.at_mut(place)?;
        let changes = changes(record.class, uri, representation)?;
        for (property, field) in &changes {
            let is_same = record.field(property) == field.as_ref();
            if property.access != Access::Write && !is_same {
                return Err(invalid(InvalidRepresentation::InvalidValues));
            }
        }
        // With a part changed the representation is the whole, and what is not in it was taken out.
        if call.header.fragment_transfer.is_some() {
            take_out(record, &changes);
        }
        changes.into_iter().for_each(|(property, field)| record.set(property.name, field));
        Ok(place)
    }

    /// Creates an instance, of which all keys must be given.
    pub(super) fn create(
        &mut self,
        uri: &ClassUri,
        call: &Call<'_>,
        representation: Element<'_>,
    ) -> Result<Place> {
        let classes = self.classes(uri, call)?;
        let class = classes.first().filter(|class| class.is_creatable && !uri.class.is_all());
        let class = *class.ok_or_else(|| unsupported(call))?;
        let mut record = Record::new(class);
        for (property, field) in changes(class, uri, representation)? {
            record.set(property.name, field);
        }
        if self.find(class, &keys_of(&record)?).is_some() {
            return Err(FaultReason::AlreadyExists(WsmanErrorCode::ALREADY_EXISTS).into());
        }
        if self.records.len() >= CIM_INSTANCES_MAX {
            return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_LIMIT).into());
        }
        Ok(self.push(record))
    }

    pub(super) fn delete(&mut self, uri: &ClassUri, call: &Call<'_>) -> Result<()> {
        let place = self.select(uri, call)?;
        if !self.at(place)?.class.is_deletable {
            return Err(unsupported(call));
        }
        self.take(place);
        Ok(())
    }
}

/// Empties the properties that can be written and that nothing is said about.
fn take_out(record: &mut Record, changes: &[Change]) {
    for property in record.class.properties.iter().filter(|property| property.access == Access::Write) {
        if !changes.iter().any(|(changed, _)| changed.name == property.name) {
            record.set(property.name, property.is_array.then(|| Field::Many(Vec::new())));
        }
    }
}

/// The keys of a new instance.
fn keys_of(record: &Record) -> Result<Vec<(&'static Property, Key)>> {
    let missing = || invalid(InvalidRepresentation::MissingValues);
    let key = |property: &'static Property| {
        let value = record.value(property.name).ok_or_else(missing)?;
        let key = Key::of_value(property.kind, value);
        Ok((property, key.ok_or_else(|| invalid(InvalidRepresentation::InvalidValues))?))
    };
    record.class.keys().map(key).collect()
}

/// What a representation says about each property that it has.
fn changes(class: &'static Class, uri: &ClassUri, representation: Element<'_>) -> Result<Vec<Change>> {
    let instance: CimElement = representation.read()?;
    let named = [uri.class.as_str(), class.name];
    if !named.iter().any(|name| name.eq_ignore_ascii_case(instance.name.local())) {
        return Err(FaultReason::SchemaValidationError.into());
    }
    let properties = parts(&instance);
    let is_ours = |element: &CimElement| is_of_class(element, uri);
    if !is_ours(&instance) || !properties.iter().all(is_ours) {
        return Err(invalid(InvalidRepresentation::InvalidNamespace));
    }
    let is_known = |element: &CimElement| class.property(element.name.local()).is_some();
    if !properties.iter().all(is_known) {
        return Err(invalid(InvalidRepresentation::InvalidValues));
    }
    let mut changes = Vec::new();
    for property in class.properties {
        let values = reading::values(properties, property.name);
        if !values.is_empty() {
            let field = field(property.kind, property.is_array, &values);
            changes.push((property, field.map_err(|_| invalid(InvalidRepresentation::InvalidValues))?));
        }
    }
    Ok(changes)
}

/// Whether an element is in the namespace of the class, which is its URI.
fn is_of_class(element: &CimElement, uri: &ClassUri) -> bool {
    element.name.namespace().eq_ignore_ascii_case(uri.to_uri().as_str())
}

fn invalid(what: InvalidRepresentation) -> Refusal {
    FaultReason::InvalidRepresentation(what).into()
}
