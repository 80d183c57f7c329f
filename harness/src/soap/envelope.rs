use crate::limits::SOAP_HEADERS_MAX;
use crate::soap::Fault;
use crate::soap::NotUnderstood;
use crate::soap::SoapError;
use crate::soap::Upgrade;
use crate::xml::Charset;
use crate::xml::Document;
use crate::xml::Element;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::Writer;
use crate::xml::XML;

/// The SOAP 1.2 envelope namespace.
pub const NAMESPACE: Namespace = Namespace::new("http://www.w3.org/2003/05/soap-envelope", "s");

const ENVELOPE: QName = QName::new(NAMESPACE, "Envelope");
const HEADER: QName = QName::new(NAMESPACE, "Header");
const BODY: QName = QName::new(NAMESPACE, "Body");
/// The attribute that makes a header block mandatory.
pub const MUST_UNDERSTAND: QName = QName::new(NAMESPACE, "mustUnderstand");
const ROLE: QName = QName::new(NAMESPACE, "role");
const LANG: QName = QName::new(XML, "lang");

/// [SOAP 1.2 5.1] One message. It owns the document; header blocks and body borrow from it.
///
/// [SOAP 1.2 5.1]: https://www.w3.org/TR/soap12-part1/#soapenv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    document: Document,
}

/// [SOAP 1.2 5.2.3] How a header block says that it must be understood.
///
/// Only the attribute in the SOAP namespace has that meaning. Windows takes requests in which clients wrote it without
/// a namespace or in another one, so those are told apart instead of being refused.
///
/// [SOAP 1.2 5.2.3]: https://www.w3.org/TR/soap12-part1/#soapmu
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MustUnderstand {
    /// No such attribute.
    Absent,
    /// The SOAP attribute.
    Said(bool),
    /// An attribute of that name in no namespace or in another one, which SOAP gives no meaning.
    Misspelt,
}

/// [SOAP 1.2 5.2.1] A child of `Header`.
///
/// [SOAP 1.2 5.2.1]: https://www.w3.org/TR/soap12-part1/#soapheaderblock
#[derive(Debug, Clone, Copy)]
pub struct HeaderBlock<'d> {
    /// The block.
    pub element: Element<'d>,
    /// Whether a node that doesn't know it must fault.
    pub must_understand: MustUnderstand,
    /// Whom the block is for; `None` is the ultimate receiver.
    pub role: Option<&'d str>,
}

impl HeaderBlock<'_> {
    /// Whether a receiver that doesn't know the block must fault.
    #[must_use]
    pub fn is_mandatory(&self) -> bool {
        self.must_understand == MustUnderstand::Said(true)
    }
}

impl Envelope {
    /// Reads one envelope, all of `bytes`. `charset` is what HTTP named.
    pub fn decode(bytes: &[u8], charset: Option<Charset>) -> Result<Self, SoapError> {
        let document = match charset {
            Some(charset) => Document::parse_as(bytes, charset)?,
            None => Document::parse(bytes)?,
        };
        check_structure(document.root())?;
        Ok(Self { document })
    }

    /// Writes an envelope whose root declares `declared`, with what the two closures write into header and body.
    /// `lang` is the `xml:lang` that Windows puts on its responses.
    pub fn write(
        lang: Option<&str>,
        declared: &[Namespace],
        headers: impl FnOnce(&mut Writer),
        body: impl FnOnce(&mut Writer),
    ) -> String {
        let mut writer = Writer::new();
        writer.element(ENVELOPE, |w| {
            if let Some(lang) = lang {
                w.attribute(LANG, lang);
            }
            for namespace in declared {
                w.declare(*namespace);
            }
            w.element(HEADER, headers);
            w.element(BODY, body);
        });
        writer.finish()
    }

    /// The same infoset as text, with the prefixes that came. Comments and processing instructions are gone.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.copy(self.document.root());
        writer.finish()
    }

    /// The `Envelope` element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        self.document.root()
    }

    /// The header blocks in the order written; none when there is no `Header`.
    pub fn header_blocks(&self) -> impl Iterator<Item = HeaderBlock<'_>> {
        self.root().child(HEADER).into_iter().flat_map(Element::children).map(header_block)
    }

    /// The first header block `name`.
    #[must_use]
    pub fn header(&self, name: QName) -> Option<Element<'_>> {
        self.root().child(HEADER)?.child(name)
    }

    /// The first child of `Body`, which is the message; `None` for an empty body.
    #[must_use]
    pub fn body(&self) -> Option<Element<'_>> {
        self.body_children().next()
    }

    /// Every child of `Body`: Windows answers Create with two.
    pub fn body_children(&self) -> impl Iterator<Item = Element<'_>> {
        self.root().child(BODY).into_iter().flat_map(Element::children)
    }

    /// The fault that the body holds, if it holds one.
    pub fn fault(&self) -> Result<Option<Fault>, SoapError> {
        let fault = self.body().filter(|element| element.is(Fault::NAME));
        Ok(fault.map(Element::read).transpose()?)
    }

    /// The header blocks that the peer did not understand, as a `MustUnderstand` fault names them.
    pub fn not_understood(&self) -> Result<Vec<NotUnderstood>, SoapError> {
        let blocks = self.header_blocks().filter(|block| block.element.is(NotUnderstood::NAME));
        Ok(blocks.map(|block| block.element.read()).collect::<Result<_, _>>()?)
    }

    /// The envelopes that the peer supports, as a `VersionMismatch` fault names them.
    pub fn upgrade(&self) -> Result<Option<Upgrade>, SoapError> {
        Ok(self.header(Upgrade::NAME).map(Element::read).transpose()?)
    }
}

fn header_block(element: Element<'_>) -> HeaderBlock<'_> {
    HeaderBlock { element, must_understand: must_understand(element), role: element.attribute(ROLE) }
}

/// `mustUnderstand` is an `xs:boolean`; anything else in it counts as misspelt.
fn must_understand(element: Element<'_>) -> MustUnderstand {
    match element.attribute(MUST_UNDERSTAND).map(|value| value.trim_matches([' ', '\t', '\r', '\n'])) {
        Some("true" | "1") => MustUnderstand::Said(true),
        Some("false" | "0") => MustUnderstand::Said(false),
        Some(_) => MustUnderstand::Misspelt,
        None if element.attributes().any(|a| a.local == MUST_UNDERSTAND.local) => MustUnderstand::Misspelt,
        None => MustUnderstand::Absent,
    }
}

/// "The envelope has at most one Header followed by exactly one Body and nothing after it."
fn check_structure(root: Element<'_>) -> Result<(), SoapError> {
    if root.local() != ENVELOPE.local {
        return Err(SoapError::NotAnEnvelope { found: root.expanded_name() });
    }
    if root.namespace() != NAMESPACE.uri {
        return Err(SoapError::VersionMismatch { found: root.namespace().to_owned() });
    }
    let mut children = root.children();
    let mut body = children.next();
    if let Some(header) = body.filter(|child| child.is(HEADER)) {
        if header.children().nth(SOAP_HEADERS_MAX).is_some() {
            return Err(SoapError::TooMany { what: "header blocks", max: SOAP_HEADERS_MAX });
        }
        body = children.next();
    }
    let body = body.ok_or(SoapError::MissingBody)?;
    if !body.is(BODY) {
        return Err(unexpected(body, "Header and Body"));
    }
    children.next().map_or(Ok(()), |extra| Err(unexpected(extra, "nothing after the Body")))
}

fn unexpected(child: Element<'_>, expected: &'static str) -> SoapError {
    SoapError::UnexpectedChild { found: child.expanded_name(), expected, offset: child.offset() }
}
