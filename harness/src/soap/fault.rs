use crate::soap::ExpandedName;
use crate::soap::NAMESPACE;
use crate::soap::Opaque;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XML;
use crate::xml::XmlError;

const CODE: QName = QName::new(NAMESPACE, "Code");
const VALUE: QName = QName::new(NAMESPACE, "Value");
const SUBCODE: QName = QName::new(NAMESPACE, "Subcode");
const REASON: QName = QName::new(NAMESPACE, "Reason");
const TEXT: QName = QName::new(NAMESPACE, "Text");
const DETAIL: QName = QName::new(NAMESPACE, "Detail");
const SUPPORTED_ENVELOPE: QName = QName::new(NAMESPACE, "SupportedEnvelope");
const LANG: QName = QName::new(XML, "lang");
const QNAME: QName = QName::local("qname");

/// [SOAP 1.2 5.4.6] Who is at fault, by the first `Value`.
///
/// [SOAP 1.2 5.4.6]: https://www.w3.org/TR/soap12-part1/#faultcodes
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultCode {
    /// The message was wrong.
    Sender,
    /// The receiver could not do it.
    Receiver,
    /// A mandatory header block is unknown.
    MustUnderstand,
    /// The envelope is of another SOAP version.
    VersionMismatch,
    /// The encoding style is unknown.
    DataEncodingUnknown,
    /// A value that SOAP 1.2 does not define.
    Other(ExpandedName),
}

impl FaultCode {
    const KNOWN: [(&'static str, Self); 5] = [
        ("Sender", Self::Sender),
        ("Receiver", Self::Receiver),
        ("MustUnderstand", Self::MustUnderstand),
        ("VersionMismatch", Self::VersionMismatch),
        ("DataEncodingUnknown", Self::DataEncodingUnknown),
    ];

    fn from_name(name: ExpandedName) -> Self {
        let is_soap = name.namespace == NAMESPACE.uri;
        let known = Self::KNOWN.into_iter().find(|(local, _)| is_soap && *local == name.local);
        known.map_or(Self::Other(name), |(_, code)| code)
    }

    fn name(&self) -> ExpandedName {
        if let Self::Other(name) = self {
            return name.clone();
        }
        let local = Self::KNOWN.into_iter().find(|(_, code)| code == self).map_or("", |(local, _)| local);
        ExpandedName { namespace: NAMESPACE.uri.to_owned(), local: local.to_owned() }
    }
}

/// [SOAP 1.2 5.4] Fault, which is a reply like any other.
///
/// One reason and one subcode are kept: no peer was seen to send more.
///
/// [SOAP 1.2 5.4]: https://www.w3.org/TR/soap12-part1/#soapfault
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Who is at fault.
    pub code: FaultCode,
    /// What it is, by a name of the specification above SOAP.
    pub subcode: Option<ExpandedName>,
    /// What it is, in words.
    pub reason: String,
    /// The language of the words; Windows often leaves it empty.
    pub lang: String,
    /// The `Detail` element.
    pub detail: Option<Opaque>,
}

impl Fault {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Fault");
    /// The element inside a fault that [`Self::detail`] holds.
    pub const DETAIL: QName = DETAIL;

    /// Whether the subcode is `name`.
    #[must_use]
    pub fn is(&self, name: QName) -> bool {
        self.subcode.as_ref().is_some_and(|subcode| subcode.is(name))
    }
}

impl FromXml for Fault {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let code = element.require_child(CODE)?;
        let subcode = code.child(SUBCODE).map(read_value).transpose()?;
        let text = element.child(REASON).and_then(|reason| reason.child(TEXT));
        Ok(Self {
            code: FaultCode::from_name(read_value(code)?),
            subcode,
            reason: text.map_or("", Element::text).to_owned(),
            lang: text.and_then(|text| text.attribute(LANG)).unwrap_or_default().to_owned(),
            detail: element.child(DETAIL).map(Element::read).transpose()?,
        })
    }
}

fn read_value(parent: Element<'_>) -> Result<ExpandedName, XmlError> {
    let value = parent.require_child(VALUE)?;
    ExpandedName::resolve(value, value.text())
}

impl ToXml for Fault {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.element(CODE, |w| {
                write_value(&self.code.name(), w);
                if let Some(subcode) = &self.subcode {
                    w.element(SUBCODE, |w| write_value(subcode, w));
                }
            });
            w.element(REASON, |w| {
                w.element(TEXT, |w| {
                    w.attribute(LANG, &self.lang);
                    w.text(&self.reason);
                });
            });
            if let Some(detail) = &self.detail {
                w.write(detail);
            }
        });
    }
}

fn write_value(name: &ExpandedName, writer: &mut Writer) {
    writer.element(VALUE, |w| {
        let name = name.spell(w);
        w.text(&name);
    });
}

/// [SOAP 1.2 5.4.8] The name of a mandatory header block that the peer doesn't know.
///
/// [SOAP 1.2 5.4.8]: https://www.w3.org/TR/soap12-part1/#soapnotunderstood
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood(pub ExpandedName);

impl NotUnderstood {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "NotUnderstood");
}

impl FromXml for NotUnderstood {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self(ExpandedName::resolve(element, element.require_attribute(QNAME)?)?))
    }
}

impl ToXml for NotUnderstood {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| write_qname(&self.0, w));
    }
}

/// [SOAP 1.2 5.4.7] The envelopes that the peer supports, best first.
///
/// [SOAP 1.2 5.4.7]: https://www.w3.org/TR/soap12-part1/#soapupgrade
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade(pub Vec<ExpandedName>);

impl Upgrade {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "Upgrade");

    /// What a node that knows only SOAP 1.2 says.
    #[must_use]
    pub fn to_soap12() -> Self {
        Self(vec![ExpandedName::from(QName::new(NAMESPACE, "Envelope"))])
    }
}

impl FromXml for Upgrade {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let supported = element.children().filter(|child| child.is(SUPPORTED_ENVELOPE));
        let names = supported.map(|child| ExpandedName::resolve(child, child.require_attribute(QNAME)?));
        names.collect::<Result<_, _>>().map(Self)
    }
}

impl ToXml for Upgrade {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            for name in &self.0 {
                w.element(SUPPORTED_ENVELOPE, |w| write_qname(name, w));
            }
        });
    }
}

fn write_qname(name: &ExpandedName, writer: &mut Writer) {
    let name = name.spell(writer);
    writer.attribute(QNAME, &name);
}
