use crate::soap::text_newtype;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::ClassUri;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::OwnedName;
use crate::xml::QName;
use crate::xml::XSI;
use crate::xml::XmlError;

const INPUT: &str = "_INPUT";
const OUTPUT: &str = "_OUTPUT";
const RETURN_VALUE: &str = "ReturnValue";
const NIL: QName = QName::new(XSI, "nil");

text_newtype! {
    /// [DSP0230 9.5] The name of a method, which is an identifier.
    ///
    /// [DSP0230 9.5]: https://www.dmtf.org/standards/wsman
    MethodName
}

impl MethodName {
    /// [DSP0227 10.1] The action of the method: the URI of the class, and the name as last segment.
    ///
    /// [DSP0227 10.1]: https://www.dmtf.org/standards/wsman
    #[must_use]
    pub fn action(&self, class: &ClassUri) -> String {
        [class.to_uri().as_str(), "/", self.as_str()].concat()
    }

    /// The method that an action of the class names.
    #[must_use]
    pub fn of_action(action: &str, class: &ClassUri) -> Option<Self> {
        let (uri, method) = action.rsplit_once('/')?;
        uri.eq_ignore_ascii_case(class.to_uri().as_str()).then(|| Self::new(method))
    }

    fn is(&self, element: Element<'_>, suffix: &str) -> bool {
        let method = element.local().strip_suffix(suffix);
        method.is_some_and(|method| method.eq_ignore_ascii_case(self.as_str()))
    }
}

/// A value that goes into a method or comes out of it; an array is several of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub value: CimValue,
}

/// [DSP0230 9.5] `<Method>_INPUT`: what a method is given.
///
/// [DSP0230 9.5]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodInput {
    /// The method.
    pub method: MethodName,
    /// The parameters, in any order.
    pub parameters: Vec<Parameter>,
}

/// [DSP0230 9.5] `<Method>_OUTPUT`: what a method answers.
///
/// [DSP0230 9.5]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodOutput {
    /// The method.
    pub method: MethodName,
    /// The parameters that come out.
    pub parameters: Vec<Parameter>,
    /// `ReturnValue`: 0 when all went well, else what the class documents. Some methods return nothing.
    pub return_value: Option<u32>,
}

impl MethodInput {
    /// Nothing, for a method.
    #[must_use]
    pub fn new(method: &str) -> Self {
        Self { method: MethodName::new(method), parameters: Vec::new() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: CimValue) -> Self {
        self.parameters.push(Parameter { name: name.to_owned(), value });
        self
    }

    /// The element, in the namespace of the class; `None` when a name is none of XML.
    #[must_use]
    pub fn in_class(&self, class: &ClassUri) -> Option<CimElement> {
        element(&self.method, INPUT, &self.parameters, class)
    }

    /// Reads the element.
    pub fn read(method: &MethodName, element: Element<'_>) -> Result<Self, XmlError> {
        let parameters = read(method, INPUT, element)?;
        Ok(Self { method: method.clone(), parameters })
    }
}

impl MethodOutput {
    /// What a method returns, without parameters.
    #[must_use]
    pub fn new(method: &str, return_value: u32) -> Self {
        Self { method: MethodName::new(method), parameters: Vec::new(), return_value: Some(return_value) }
    }

    /// The element, in the namespace of the class; `None` when a name is none of XML.
    #[must_use]
    pub fn in_class(&self, class: &ClassUri) -> Option<CimElement> {
        let returned = self.return_value.map(|value| Parameter {
            name: RETURN_VALUE.to_owned(),
            value: CimValue::Text(value.to_string()),
        });
        let parameters: Vec<_> = self.parameters.iter().cloned().chain(returned).collect();
        element(&self.method, OUTPUT, &parameters, class)
    }

    /// Reads the element.
    pub fn read(method: &MethodName, element: Element<'_>) -> Result<Self, XmlError> {
        let mut parameters = read(method, OUTPUT, element)?;
        let at = parameters.iter().position(|parameter| parameter.name == RETURN_VALUE);
        let returned = at.map(|at| parameters.remove(at).value);
        let bad = || element.bad_value("an unsigned 32-bit number as ReturnValue");
        let return_value = match &returned {
            None | Some(CimValue::Nil) => None,
            Some(value) => Some(value.as_text().and_then(|text| text.parse().ok()).ok_or_else(bad)?),
        };
        Ok(Self { method: method.clone(), parameters, return_value })
    }

    /// The values of a parameter, one for each element of an array.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &CimValue> {
        let named = self.parameters.iter().filter(move |p| p.name.eq_ignore_ascii_case(name));
        named.map(|parameter| &parameter.value)
    }
}

fn element(
    method: &MethodName,
    suffix: &str,
    parameters: &[Parameter],
    class: &ClassUri,
) -> Option<CimElement> {
    let uri = class.to_uri();
    let named = |name: &str| OwnedName::new(uri.as_str(), name);
    let parameters = parameters
        .iter()
        .map(|parameter| Some(CimElement::new(named(&parameter.name)?, parameter.value.clone())));
    let content = CimValue::Instance(parameters.collect::<Option<_>>()?);
    Some(CimElement::new(named(&[method.as_str(), suffix].concat())?, content))
}

fn read(method: &MethodName, suffix: &str, element: Element<'_>) -> Result<Vec<Parameter>, XmlError> {
    if !method.is(element, suffix) {
        return Err(XmlError::UnexpectedElement {
            expected: [method.as_str(), suffix].concat(),
            found: element.expanded_name(),
            offset: element.offset(),
        });
    }
    // A method that takes nothing may be given nil.
    if element.attribute(NIL).is_some() {
        return Ok(Vec::new());
    }
    let parameter = |child: Element<'_>| {
        let CimElement { name, value, .. } = CimElement::from_xml(child)?;
        Ok(Parameter { name: name.local().to_owned(), value })
    };
    element.children().map(parameter).collect()
}
