use crate::soap::MUST_UNDERSTAND;
use crate::wsman::NAMESPACE;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const DIALECT: QName = QName::local("Dialect");

/// [DSP0226 7.7] FragmentTransfer: the request is about a part of the representation.
///
/// [DSP0226 7.7]: https://www.dmtf.org/standards/wsman
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FragmentTransfer {
    /// The language of the expression; XPath 1.0 without it.
    pub dialect: Option<String>,
    /// Which part.
    pub expression: String,
    /// The namespaces that its prefixes stand for, by prefix.
    pub namespaces: Vec<(String, String)>,
}

impl FragmentTransfer {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "FragmentTransfer");
    /// The element that fragments travel in.
    pub const XML_FRAGMENT: QName = QName::new(NAMESPACE, "XmlFragment");
}

impl FromXml for FragmentTransfer {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let namespaces = element.declarations().map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()));
        Ok(Self {
            dialect: element.attribute(DIALECT).map(str::to_owned),
            expression: element.trimmed_text().to_owned(),
            namespaces: namespaces.collect(),
        })
    }
}

impl ToXml for FragmentTransfer {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.attribute(MUST_UNDERSTAND, "true");
            if let Some(dialect) = &self.dialect {
                w.attribute(DIALECT, dialect);
            }
            w.text(&self.expression);
        });
    }
}
