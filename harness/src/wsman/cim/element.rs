use crate::addressing::Address;
use crate::addressing::EndpointReference;
use crate::limits::CIM_EMBEDDED_DEPTH_MAX;
use crate::soap::ExpandedName;
use crate::soap::boolean_attribute;
use crate::wsman::cim::COMMON;
use crate::xml::Attribute;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Node;
use crate::xml::OwnedName;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XSI;
use crate::xml::XmlError;

const NIL: QName = QName::new(XSI, "nil");
const TYPE: QName = QName::new(XSI, "type");
/// What Windows binds for a class or one of its properties when nothing is bound.
const PREFIX: &str = "p";

/// [DSP0230 9] One property, or one element of an array, or an instance: a name and a value.
///
/// An array is several elements of one name, so that only the schema tells an array of one from a value.
///
/// [DSP0230 9]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CimElement {
    /// The name of the class or the property, in the namespace of the class.
    pub name: OwnedName,
    /// `xsi:type`, which Windows writes on instances and newer ones on properties too.
    pub type_name: Option<ExpandedName>,
    /// What it holds.
    pub value: CimValue,
    /// Other attributes, such as `IsNullArray` and `IsCIM_Error`.
    pub attributes: Vec<(OwnedName, String)>,
}

/// What a [`CimElement`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CimValue {
    /// `xsi:nil`: no value. Of an array it is the whole array ([MS-WSMV 3.1.4.1.26]).
    ///
    /// [MS-WSMV 3.1.4.1.26]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    Nil,
    /// The text of a string, a number, a boolean: [`crate::wsman::cim::Kind`] reads it.
    Text(String),
    /// A date, a time or an interval, in the child that says which.
    Time(TimeForm, String),
    /// A reference to another instance.
    Reference(Box<EndpointReference>),
    /// The properties of an instance.
    Instance(Vec<CimElement>),
}

/// [DSP0230 9.2] The child element that a value of `datetime` is in.
///
/// [DSP0230 9.2]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// `xs:dateTime`.
    Datetime,
    /// `xs:duration`.
    Interval,
    /// `xs:date`.
    Date,
    /// `xs:time`.
    Time,
    /// The form of CIM itself, which alone has asterisks for unknown digits.
    CimDateTime,
}

impl CimElement {
    /// A value under a name.
    #[must_use]
    pub fn new(name: OwnedName, value: CimValue) -> Self {
        Self { name, type_name: None, value, attributes: Vec::new() }
    }

    /// The values under the local name `name`, whatever its case: one for each element of an array.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &CimValue> {
        let properties: &[Self] = match &self.value {
            CimValue::Instance(properties) => properties,
            _ => &[],
        };
        let named = properties.iter().filter(move |p| p.name.local().eq_ignore_ascii_case(name));
        named.map(|property| &property.value)
    }

    /// The text of the first value under the local name `name`, without the white space around it.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name).next()?.as_text()
    }

    fn read(element: Element<'_>, depth_left: usize) -> Result<Self, XmlError> {
        let type_name = element.attribute(TYPE).and_then(|t| ExpandedName::resolve(element, t).ok());
        // A type whose prefix nobody binds is kept as it stands.
        let is_known = |a: &Attribute<'_>| {
            a.namespace == XSI.uri && (a.local == NIL.local || (a.local == TYPE.local && type_name.is_some()))
        };
        let others = element.attributes().filter(|a| !is_known(a));
        let attributes = others.map(|a| (OwnedName::of_attribute(a), a.value.to_owned())).collect();
        let value = CimValue::read(element, depth_left)?;
        Ok(Self { name: OwnedName::of(element), type_name, value, attributes })
    }
}

impl CimValue {
    /// A text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The text of a scalar or a time, without the white space around it.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Time(_, text) => Some(text.trim_matches([' ', '\t', '\r', '\n'])),
            _ => None,
        }
    }

    fn read(element: Element<'_>, depth_left: usize) -> Result<Self, XmlError> {
        let has_text = has_text(element);
        if boolean_attribute(element, NIL)? == Some(true) {
            let is_empty = !has_text && element.children().next().is_none();
            return if is_empty { Ok(Self::Nil) } else { Err(element.bad_value("nothing inside xsi:nil")) };
        }
        let Some(first) = element.children().next() else {
            return Ok(Self::Text(element.text().to_owned()));
        };
        if has_text {
            return Err(element.bad_value("text or elements and not both"));
        }
        if element.child(Address::NAME).is_some() {
            return Ok(Self::Reference(Box::new(element.read()?)));
        }
        if let Some(form) = TimeForm::of(first) {
            return Ok(Self::Time(form, first.text().to_owned()));
        }
        let Some(depth_left) = depth_left.checked_sub(1) else {
            let offset = element.offset();
            return Err(XmlError::TooMany {
                what: "embedded instances",
                max: CIM_EMBEDDED_DEPTH_MAX,
                offset,
            });
        };
        let properties = element.children().map(|child| CimElement::read(child, depth_left));
        properties.collect::<Result<_, _>>().map(Self::Instance)
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Nil => {}
            Self::Text(text) if text.is_empty() => {}
            Self::Text(text) => writer.text(text),
            Self::Time(form, text) => writer.text_element(form.name(), text),
            Self::Reference(reference) => reference.write_content(writer),
            Self::Instance(properties) => properties.iter().for_each(|property| writer.write(property)),
        }
    }
}

/// Whether there is more than white space between the children.
fn has_text(element: Element<'_>) -> bool {
    let is_blank = |text: &str| text.trim_matches([' ', '\t', '\r', '\n']).is_empty();
    element.nodes().any(|node| matches!(node, Node::Text(text) if !is_blank(text)))
}

impl TimeForm {
    const ALL: [Self; 5] = [Self::Datetime, Self::Interval, Self::Date, Self::Time, Self::CimDateTime];

    /// The name of the child.
    #[must_use]
    pub const fn name(self) -> QName {
        let local = match self {
            Self::Datetime => "Datetime",
            Self::Interval => "Interval",
            Self::Date => "Date",
            Self::Time => "Time",
            Self::CimDateTime => "CIM_DateTime",
        };
        QName::new(COMMON, local)
    }

    /// The form that `child` is of, when it is the only child and holds only text.
    fn of(child: Element<'_>) -> Option<Self> {
        let is_alone = child.parent().is_some_and(|parent| parent.children().nth(1).is_none());
        let is_plain = is_alone && child.children().next().is_none() && child.attributes().next().is_none();
        Self::ALL.into_iter().find(|form| is_plain && child.is(form.name()))
    }
}

/// Reads any element: an instance, a property, the input or output of a method.
impl FromXml for CimElement {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Self::read(element, CIM_EMBEDDED_DEPTH_MAX)
    }
}

impl ToXml for CimElement {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element_named(&self.name, PREFIX, |w| {
            if let Some(type_name) = &self.type_name {
                let spelled = type_name.spell(w);
                w.attribute(TYPE, &spelled);
            }
            if self.value == CimValue::Nil {
                w.attribute(NIL, "true");
            }
            self.attributes.iter().for_each(|(name, value)| w.attribute_named(name, value));
            self.value.write(w);
        });
    }
}
