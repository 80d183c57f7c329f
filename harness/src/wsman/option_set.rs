use crate::limits::WSMAN_OPTIONS_MAX;
use crate::soap::MUST_UNDERSTAND;
use crate::soap::boolean_attribute;
use crate::soap::text_of;
use crate::wsman::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const OPTION: QName = QName::new(NAMESPACE, "Option");
const NAME: QName = QName::local("Name");
const MUST_COMPLY: QName = QName::local("MustComply");
const TYPE: QName = QName::local("Type");

/// [DSP0226 6.4] OptionSet, the switches of one request.
///
/// [DSP0226 6.4]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptionSet(pub Vec<OptionEntry>);

/// [DSP0226 6.4] Option.
///
/// [DSP0226 6.4]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionEntry {
    /// The name of the switch.
    pub name: String,
    /// Its value; empty when the name alone is the switch.
    pub value: String,
    /// Whether the service must fault if it can't honour the option. The text writes `mustComply`, all peers
    /// `MustComply`.
    pub must_comply: Option<bool>,
    /// The type of the value, a QName as the peer spelled it.
    pub value_type: Option<String>,
}

impl OptionEntry {
    /// An option without attributes.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), must_comply: None, value_type: None }
    }
}

impl OptionSet {
    /// The name of the header block.
    pub const ELEMENT: QName = QName::new(NAMESPACE, "OptionSet");

    /// The value of the first option `name`, whatever the case of the name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|option| option.name.eq_ignore_ascii_case(name)).map(|o| o.value.as_str())
    }

    /// Whether option `name` is there and true; Windows takes any case.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }
}

impl FromXml for OptionSet {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        if element.children().nth(WSMAN_OPTIONS_MAX).is_some() {
            return Err(XmlError::TooMany {
                what: "options",
                max: WSMAN_OPTIONS_MAX,
                offset: element.offset(),
            });
        }
        let options = element.children().map(|child| child.require_name(OPTION)?.read());
        options.collect::<Result<_, _>>().map(Self)
    }
}

impl FromXml for OptionEntry {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self {
            name: element.require_attribute(NAME)?.to_owned(),
            value: text_of(element)?.to_owned(),
            must_comply: boolean_attribute(element, MUST_COMPLY)?,
            value_type: element.attribute(TYPE).map(str::to_owned),
        })
    }
}

impl ToXml for OptionSet {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::ELEMENT, |w| {
            w.attribute(MUST_UNDERSTAND, "true");
            for option in &self.0 {
                w.write(option);
            }
        });
    }
}

impl ToXml for OptionEntry {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(OPTION, |w| {
            w.attribute(NAME, &self.name);
            if let Some(must_comply) = self.must_comply {
                w.attribute(MUST_COMPLY, if must_comply { "true" } else { "false" });
            }
            if let Some(value_type) = &self.value_type {
                w.attribute(TYPE, value_type);
            }
            w.text(&self.value);
        });
    }
}
