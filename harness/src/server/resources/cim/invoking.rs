//! Methods: what an action names, what it is given, and how it answers.

use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Success;
use crate::server::resources::cim::Cim;
use crate::server::resources::cim::Result;
use crate::server::resources::cim::methods::Answer;
use crate::server::resources::cim::reading::Wrong;
use crate::server::resources::cim::reading::field;
use crate::server::resources::cim::record::Field;
use crate::server::resources::cim::record::values;
use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Method;
use crate::server::resources::unsupported;
use crate::wsman::FaultReason;
use crate::wsman::InvalidParameter;
use crate::wsman::WsmanErrorCode;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::ClassUri;
use crate::wsman::cim::MethodInput;
use crate::wsman::cim::MethodName;
use crate::wsman::cim::MethodOutput;
use crate::wsman::cim::Parameter;
use crate::xml::Element;

/// What a method is given, by the names that the class has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Inputs(Vec<(&'static str, Field)>);

impl Inputs {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, field)| field)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.field(name)? {
            Field::One(value) => value.as_text(),
            Field::Many(_) => None,
        }
    }
}

impl Cim {
    /// Executes a method and writes what it answers.
    pub(super) fn invoke(&mut self, uri: &ClassUri, call: &Call<'_>) -> Result<Success> {
        let classes = self.classes(uri, call)?;
        let named = MethodName::of_action(call.header.action.as_str(), uri);
        let named = named.filter(|_| !uri.class.is_all()).ok_or_else(|| unsupported(call))?;
        let has = |class: &&'static Class| Some((*class, class.method(named.as_str())?));
        let (class, method) = classes.iter().find_map(has).ok_or_else(|| unsupported(call))?;
        let place = match method.is_static {
            true => None,
            false => Some(self.select(uri, call)?),
        };
        let inputs = inputs(method, &named, uri, call)?;
        let answer = match self.is_mutant(Mutant::InvokeChangesNothing) {
            true => Answer::of(0),
            false => self.run(class, method, place, &inputs)?,
        };
        self.output(method, uri, call, answer)
    }

    fn output(&self, method: &Method, uri: &ClassUri, call: &Call<'_>, answer: Answer) -> Result<Success> {
        let mut output = MethodOutput::new(method.name, answer.return_value);
        for (name, field) in answer.parameters {
            let values = values(field.as_ref(), self.mutant).into_iter();
            let named = |value: CimValue| Parameter { name: name.to_owned(), value };
            output.parameters.extend(values.map(named));
        }
        let action = [call.header.action.as_str(), "Response"].concat();
        let unwritable = FaultReason::InternalError(WsmanErrorCode::INVALID_XML);
        Ok(Success::new(action, output.in_class(uri).ok_or(unwritable)?))
    }
}

/// Reads what the method is given. An empty body is a method without parameters.
fn inputs(method: &Method, named: &MethodName, uri: &ClassUri, call: &Call<'_>) -> Result<Inputs> {
    let input = match call.envelope.body() {
        Some(body) => read(named, uri, body)?,
        None => MethodInput::new(method.name),
    };
    let is_known = |given: &Parameter| method.inputs.iter().any(|i| i.name.eq_ignore_ascii_case(&given.name));
    if !input.parameters.iter().all(is_known) {
        return Err(FaultReason::InvalidParameter(InvalidParameter::InvalidName).into());
    }
    let mut inputs = Inputs::default();
    for known in method.inputs {
        let given = input.parameters.iter().filter(|given| given.name.eq_ignore_ascii_case(known.name));
        let values: Vec<&CimValue> = given.map(|given| &given.value).collect();
        match field(known.kind, known.is_array, &values).map_err(wrong)? {
            Some(field) => inputs.0.push((known.name, field)),
            None if known.is_required => return Err(wrong(Wrong::Value).into()),
            None => {}
        }
    }
    Ok(inputs)
}

/// The element is in the namespace of the class, as are the parameters in it.
fn read(named: &MethodName, uri: &ClassUri, body: Element<'_>) -> Result<MethodInput> {
    let uri = uri.to_uri();
    let is_ours = |element: Element<'_>| element.namespace().eq_ignore_ascii_case(uri.as_str());
    if !is_ours(body) || !body.children().all(is_ours) {
        return Err(FaultReason::SchemaValidationError.into());
    }
    Ok(MethodInput::read(named, body)?)
}

fn wrong(wrong: Wrong) -> FaultReason {
    FaultReason::InvalidParameter(match wrong {
        Wrong::Type => InvalidParameter::TypeMismatch,
        Wrong::Value => InvalidParameter::InvalidValue,
    })
}
