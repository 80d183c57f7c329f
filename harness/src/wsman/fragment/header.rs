use crate::limits::XML_NAMESPACES_MAX;
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
    /// The namespaces that its prefixes stand for, by prefix. The prefixes of the header block itself, `w` and `s`
    /// mostly, stand for what they stand for there.
    pub namespaces: Vec<(String, String)>,
}

impl FragmentTransfer {
    /// The name of the header block.
    pub const NAME: QName = QName::new(NAMESPACE, "FragmentTransfer");
    /// The element that fragments travel in.
    pub const XML_FRAGMENT: QName = QName::new(NAMESPACE, "XmlFragment");

    /// An XPath whose names have no prefix.
    #[must_use]
    pub fn new(expression: &str) -> Self {
        Self { dialect: None, expression: expression.trim().to_owned(), namespaces: Vec::new() }
    }
}

/// Of the namespaces in scope those are kept whose prefix the expression may use: everything that declarations on the
/// envelope and on the block say, and nothing else.
impl FromXml for FragmentTransfer {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        if element.children().next().is_some() {
            return Err(element.bad_value("an expression and no elements"));
        }
        let expression = element.trimmed_text();
        let mut namespaces: Vec<(String, String)> = Vec::new();
        let scopes = std::iter::successors(Some(element), |scope| scope.parent());
        for (prefix, uri) in scopes.flat_map(Element::declarations).take(XML_NAMESPACES_MAX) {
            let is_hidden = namespaces.iter().any(|(known, _)| known == prefix);
            if !is_hidden && !prefix.is_empty() && may_use(expression, prefix) {
                namespaces.push((prefix.to_owned(), uri.to_owned()));
            }
        }
        namespaces.sort();
        Ok(Self {
            dialect: element.attribute(DIALECT).map(str::to_owned),
            expression: expression.to_owned(),
            namespaces,
        })
    }
}

/// Whether `prefix:` stands in the expression, in a text perhaps.
fn may_use(expression: &str, prefix: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let parts = [prefix, ":"].concat();
    expression
        .match_indices(&parts)
        .any(|(at, _)| !expression.get(..at).is_some_and(|before| before.ends_with(is_name)))
}

impl ToXml for FragmentTransfer {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.attribute(MUST_UNDERSTAND, "true");
            if let Some(dialect) = &self.dialect {
                w.attribute(DIALECT, dialect);
            }
            for (prefix, uri) in &self.namespaces {
                w.bind_prefix(prefix, uri);
            }
            w.text(&self.expression);
        });
    }
}
