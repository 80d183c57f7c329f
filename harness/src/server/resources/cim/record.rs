//! One instance as it is kept, and how it looks to a client.

use std::collections::BTreeMap;

use crate::addressing::ANONYMOUS;
use crate::addressing::Address;
use crate::addressing::EndpointReference;
use crate::server::Mutant;
use crate::server::resources::Instance;
use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Property;
use crate::soap::ExpandedName;
use crate::soap::Opaque;
use crate::wsman::ResourceUri;
use crate::wsman::Selector;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::wsman::cim::Binding;
use crate::wsman::cim::CIM_NAMESPACE_SELECTOR;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::ClassUri;
use crate::wsman::cim::Kind;
use crate::wsman::cim::Scalar;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::OwnedName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// An instance. A property that is not there is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) class: &'static Class,
    fields: BTreeMap<&'static str, Field>,
}

/// What a property holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    One(CimValue),
    Many(Vec<CimValue>),
}

impl Record {
    pub(super) fn new(class: &'static Class) -> Self {
        Self { class, fields: BTreeMap::new() }
    }

    /// Sets a property that the class has; what it doesn't have is no part of the instance.
    pub(super) fn set(&mut self, name: &str, field: Option<Field>) {
        let Some(property) = self.class.property(name) else { return };
        match field {
            Some(field) => self.fields.insert(property.name, field),
            None => self.fields.remove(property.name),
        };
    }

    /// [`Self::set`] a text.
    pub(super) fn with(mut self, name: &str, text: &str) -> Self {
        self.set(name, Some(Field::One(CimValue::of(text))));
        self
    }

    /// [`Self::set`] any single value.
    pub(super) fn with_value(mut self, name: &str, value: CimValue) -> Self {
        self.set(name, Some(Field::One(value)));
        self
    }

    /// [`Self::set`] an array.
    pub(super) fn with_array(mut self, name: &str, values: Vec<CimValue>) -> Self {
        self.set(name, Some(Field::Many(values)));
        self
    }

    pub(super) fn field(&self, property: &Property) -> Option<&Field> {
        self.fields.get(property.name)
    }

    /// The single value of a property.
    pub(super) fn value(&self, name: &str) -> Option<&CimValue> {
        match self.field(self.class.property(name)?)? {
            Field::One(value) => Some(value),
            Field::Many(_) => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_text()
    }

    /// The selectors that name it, as a reference to it has them.
    pub(super) fn selectors(&self) -> SelectorSet {
        let selector = |key: &Property| {
            let value = match self.value(key.name)? {
                CimValue::Reference(reference) => SelectorValue::Reference(reference.clone()),
                value => SelectorValue::Text(value.as_text()?.to_owned()),
            };
            Some(Selector { name: key.name.to_owned(), value })
        };
        SelectorSet(self.class.keys().filter_map(selector).collect())
    }

    /// A reference to it, in the form of WMI.
    pub(super) fn reference(&self) -> Result<EndpointReference, XmlError> {
        reference(&self.uri(Binding::Wmi).to_uri(), &self.selectors())
    }

    /// Its class, named in either way.
    pub(super) fn uri(&self, binding: Binding) -> ClassUri {
        match binding {
            Binding::Wmi => ClassUri::wmi(self.class.namespace, self.class.name),
            Binding::CimSchema => ClassUri::cim_schema(self.class.name),
        }
    }

    /// How a client sees it that named the class by `binding`.
    pub(super) fn instance(&self, binding: Binding, mutant: Option<Mutant>) -> Result<Instance, XmlError> {
        let resource_uri = self.uri(binding).to_uri();
        let mut selector_set = self.selectors();
        if binding == Binding::CimSchema {
            // [MS-WSMV] note <45>: a reference by the DMTF's URI tells the namespace too.
            selector_set.0.insert(0, namespace_selector(self.class.namespace));
        }
        let element = self.element(&resource_uri, mutant).ok_or_else(impossible)?;
        Ok(Instance { resource_uri, selector_set, representation: opaque(&element)? })
    }

    /// Its representation, in the namespace of `uri`.
    fn element(&self, uri: &ResourceUri, mutant: Option<Mutant>) -> Option<CimElement> {
        let mut properties = Vec::with_capacity(self.class.properties.len());
        for property in self.class.properties {
            let name = OwnedName::new(uri.as_str(), property.name)?;
            let values = values(self.field(property), mutant);
            properties.extend(values.into_iter().map(|value| CimElement {
                type_name: type_of(&value),
                ..CimElement::new(name.clone(), value)
            }));
        }
        let type_name =
            ExpandedName { namespace: uri.as_str().to_owned(), local: [self.class.name, "_Type"].concat() };
        let name = OwnedName::new(uri.as_str(), self.class.name)?;
        let value = CimValue::Instance(properties);
        Some(CimElement { type_name: Some(type_name), ..CimElement::new(name, value) })
    }
}

/// An embedded instance says of which class it is, which the namespace of its properties tells.
fn type_of(value: &CimValue) -> Option<ExpandedName> {
    let CimValue::Instance(parts) = value else { return None };
    let namespace = parts.first()?.name.namespace().to_owned();
    let class = ClassUri::parse(&ResourceUri::new(&namespace))?.class;
    Some(ExpandedName { namespace, local: [class.as_str(), "_Type"].concat() })
}

/// The elements of a property. "MUST NOT send null array elements", and a null array is one element that is nil.
pub(super) fn values(field: Option<&Field>, mutant: Option<Mutant>) -> Vec<CimValue> {
    match field {
        None if mutant == Some(Mutant::NilAsEmpty) => vec![CimValue::of("")],
        None => vec![CimValue::Nil],
        Some(Field::Many(values)) if mutant == Some(Mutant::ArrayJoined) => vec![joined(values)],
        Some(Field::One(value)) => vec![value.clone()],
        Some(Field::Many(values)) => values.clone(),
    }
}

/// What somebody writes who knows no arrays.
fn joined(values: &[CimValue]) -> CimValue {
    let texts: Vec<&str> = values.iter().filter_map(CimValue::as_text).collect();
    CimValue::Text(texts.join(","))
}

/// A reference to an instance of a class.
pub(super) fn reference(uri: &ResourceUri, selectors: &SelectorSet) -> Result<EndpointReference, XmlError> {
    let parameters = Opaque::build(EndpointReference::REFERENCE_PARAMETERS, |w| {
        w.text_element(ResourceUri::NAME, uri.as_str());
        w.write(selectors);
    })?;
    Ok(EndpointReference {
        address: Address::new(ANONYMOUS),
        reference_properties: None,
        reference_parameters: Some(parameters),
    })
}

pub(super) fn namespace_selector(namespace: &str) -> Selector {
    Selector { name: CIM_NAMESPACE_SELECTOR.to_owned(), value: SelectorValue::Text(namespace.to_owned()) }
}

/// What is written by itself, to be carried anywhere.
pub(super) fn opaque(value: &impl ToXml) -> Result<Opaque, XmlError> {
    let mut writer = Writer::new();
    writer.write(value);
    Opaque::from_xml(Document::parse(writer.finish().as_bytes())?.root())
}

/// Names of the schema are names of XML, so this is not seen.
fn impossible() -> XmlError {
    XmlError::MissingElement { expected: "a name".to_owned(), inside: "the schema".to_owned(), offset: 0 }
}

/// A value of the kind `datetime`, in the child that XML wants.
pub(super) fn time(text: &str) -> CimValue {
    match Kind::Datetime.read(text) {
        Ok(Scalar::Datetime(time)) => CimValue::Time(time.form(), time.to_string()),
        _ => CimValue::Nil,
    }
}
