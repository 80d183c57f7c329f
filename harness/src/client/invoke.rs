//! A method of a CIM class: what goes in and what comes out, typed.

use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::wsman::RequestHeader;
use crate::wsman::SelectorSet;
use crate::wsman::cim::ClassUri;
use crate::wsman::cim::MethodInput;
use crate::wsman::cim::MethodName;
use crate::wsman::cim::MethodOutput;

/// Waits for what a method answers.
pub struct ExpectMethodOutput {
    requests: Requests,
    method: MethodName,
}

impl ExpectMethodOutput {
    /// Invokes a method of the class, or of the instance that the selectors name.
    pub fn begin(
        mut requests: Requests,
        class: &ClassUri,
        selectors: SelectorSet,
        input: &MethodInput,
    ) -> Result<(Self, Outgoing), SequenceError> {
        let unwritable = SequenceError::ApiMisuse { what: "a parameter's name must be a name of XML" };
        let body = input.in_class(class).ok_or(unwritable)?;
        let action = input.method.action(class);
        let edit = |header: &mut RequestHeader| header.selector_set = selectors;
        let outgoing = requests.write(&class.to_uri(), &action, edit, Some(&body));
        Ok((Self { requests, method: input.method.clone() }, outgoing))
    }

    /// Takes the answer. A return value that says that the method failed is no error here.
    pub fn step(self, reply: Reply) -> Result<(Requests, MethodOutput), SequenceError> {
        let envelope = match reply {
            Reply::Fault(fault) => return Err(SequenceError::Faulted(Box::new(fault))),
            Reply::Response(envelope) => envelope,
        };
        let missing = || SequenceError::MissingBody { expected: format!("{}_OUTPUT", self.method) };
        let body = envelope.body().ok_or_else(missing)?;
        let output = MethodOutput::read(&self.method, body)?;
        Ok((self.requests, output))
    }
}
