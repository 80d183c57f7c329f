//! From what a client wrote to what a property or a parameter can hold.

use crate::server::resources::cim::record::Field;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::Kind;
use crate::wsman::cim::Scalar;
use crate::wsman::cim::ScalarError;

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is of another type.
    Type,
    /// It is of the type and can't be.
    Value,
}

/// What the elements of one name say: `None` is null, several are an array.
pub(super) fn field(kind: Kind, is_array: bool, values: &[&CimValue]) -> Result<Option<Field>, Wrong> {
    match values {
        [] | [CimValue::Nil] => Ok(None),
        [value] if !is_array => typed(kind, value).map(Field::One).map(Some),
        // "MUST NOT send null array elements": typed() refuses them.
        values if is_array => {
            let values = values.iter().map(|value| typed(kind, value));
            values.collect::<Result<_, _>>().map(Field::Many).map(Some)
        }
        _ => Err(Wrong::Value),
    }
}

/// The values of a name, whatever its case.
pub(super) fn values<'a>(parameters: &'a [CimElement], name: &str) -> Vec<&'a CimValue> {
    let named = parameters.iter().filter(|p| p.name.local().eq_ignore_ascii_case(name));
    named.map(|parameter| &parameter.value).collect()
}

/// The properties of an instance, or the parameters of a method.
pub(super) fn parts(element: &CimElement) -> &[CimElement] {
    match &element.value {
        CimValue::Instance(parts) => parts,
        _ => &[],
    }
}

fn typed(kind: Kind, value: &CimValue) -> Result<CimValue, Wrong> {
    match (kind, value) {
        (_, CimValue::Nil) => Err(Wrong::Value),
        (Kind::Reference, CimValue::Reference(_)) | (Kind::Instance, CimValue::Instance(_)) => {
            Ok(value.clone())
        }
        (Kind::Reference | Kind::Instance, _) => Err(Wrong::Type),
        (Kind::Datetime, CimValue::Text(text) | CimValue::Time(_, text)) => scalar(kind, text),
        (_, CimValue::Text(text)) => scalar(kind, text),
        _ => Err(Wrong::Type),
    }
}

fn scalar(kind: Kind, text: &str) -> Result<CimValue, Wrong> {
    let scalar = kind.read(text).map_err(|error| match error {
        ScalarError::OutOfRange { .. } => Wrong::Value,
        _ => Wrong::Type,
    })?;
    Ok(match scalar {
        Scalar::Datetime(time) => CimValue::Time(time.form(), time.to_string()),
        scalar => CimValue::Text(scalar.to_string()),
    })
}
