use crate::addressing::EndpointReference;
use crate::limits::WSMAN_SELECTORS_MAX;
use crate::soap::text_of;
use crate::wsman::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const SELECTOR: QName = QName::new(NAMESPACE, "Selector");
const NAME: QName = QName::local("Name");

/// [DSP0226 5.4.2] SelectorSet, which names one instance of a resource.
///
/// [DSP0226 5.4.2]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectorSet(pub Vec<Selector>);

/// One key of a [`SelectorSet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The name of the key; Windows ignores its case.
    pub name: String,
    /// Its value.
    pub value: SelectorValue,
}

/// What a [`Selector`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectorValue {
    /// A simple value.
    Text(String),
    /// A reference to another resource, which association classes have as keys.
    Reference(Box<EndpointReference>),
}

impl SelectorSet {
    /// The name of the header block.
    pub const ELEMENT: QName = QName::new(NAMESPACE, "SelectorSet");

    /// A set of one selector, such as a shell's.
    #[must_use]
    pub fn of(name: &str, value: &str) -> Self {
        Self(vec![Selector { name: name.to_owned(), value: SelectorValue::Text(value.to_owned()) }])
    }

    /// The text of the first selector `name`, whatever the case of the name ([MS-WSMV 3.1.4.1.2]).
    ///
    /// [MS-WSMV 3.1.4.1.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|selector| selector.name.eq_ignore_ascii_case(name)).and_then(|selector| {
            match &selector.value {
                SelectorValue::Text(text) => Some(text.as_str()),
                SelectorValue::Reference(_) => None,
            }
        })
    }

    /// The first name that comes twice, whatever its case. The bound on selectors keeps it cheap.
    #[must_use]
    pub fn duplicate(&self) -> Option<&str> {
        let names = self.0.iter().enumerate();
        names.map(|(i, selector)| (i, selector.name.as_str())).find_map(|(i, name)| {
            let is_earlier = self.0.iter().take(i).any(|earlier| earlier.name.eq_ignore_ascii_case(name));
            is_earlier.then_some(name)
        })
    }
}

impl FromXml for SelectorSet {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        if element.children().nth(WSMAN_SELECTORS_MAX).is_some() {
            return Err(XmlError::TooMany {
                what: "selectors",
                max: WSMAN_SELECTORS_MAX,
                offset: element.offset(),
            });
        }
        let selectors = element.children().map(|child| child.require_name(SELECTOR)?.read());
        selectors.collect::<Result<_, _>>().map(Self)
    }
}

impl FromXml for Selector {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let value = match element.child(EndpointReference::NAME) {
            Some(reference) => SelectorValue::Reference(Box::new(reference.read()?)),
            None => SelectorValue::Text(text_of(element)?.to_owned()),
        };
        Ok(Self { name: element.require_attribute(NAME)?.to_owned(), value })
    }
}

impl ToXml for SelectorSet {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::ELEMENT, |w| {
            for selector in &self.0 {
                w.write(selector);
            }
        });
    }
}

impl ToXml for Selector {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(SELECTOR, |w| {
            w.attribute(NAME, &self.name);
            match &self.value {
                SelectorValue::Text(text) => w.text(text),
                SelectorValue::Reference(reference) => w.write(reference.as_ref()),
            }
        });
    }
}
