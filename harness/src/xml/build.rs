//! From octets to a [`Document`], with the checks that quick-xml leaves to its caller.

mod attributes;
mod declaration;

use quick_xml::Reader;
use quick_xml::events::BytesRef;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

use crate::limits::XML_DEPTH_MAX;
use crate::limits::XML_NAME_BYTES_MAX;
use crate::limits::XML_NODES_MAX;
use crate::xml::Charset;
use crate::xml::Document;
use crate::xml::Rule;
use crate::xml::XML;
use crate::xml::XmlError;
use crate::xml::characters::Survey;
use crate::xml::characters::is_ncname;
use crate::xml::characters::is_white_space;
use crate::xml::characters::is_xml_char;
use crate::xml::characters::split_qname;
use crate::xml::document::AttributeData;
use crate::xml::document::DeclarationData;
use crate::xml::document::Id;
use crate::xml::document::NONE;
use crate::xml::document::NodeData;
use crate::xml::document::Span;
use crate::xml::document::index;
use crate::xml::document::offset_in;
use crate::xml::encoding::decode;
use crate::xml::quick_xml_error::quick_xml_error;

pub(super) fn document(bytes: &[u8], charset: Option<Charset>) -> Result<Document, XmlError> {
    let decoded = decode(bytes, charset)?;
    if let Some(offset) = decoded.survey.bad {
        return Err(XmlError::NotWellFormed { rule: Rule::Character, offset });
    }
    let mut text = decoded.text;
    let mut builder = Builder::new(&text, decoded.is_settled, decoded.survey);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_comments = true;
    loop {
        let event =
            reader.read_event().map_err(|e| quick_xml_error(&e, to_usize(reader.error_position())))?;
        builder.position = to_usize(reader.buffer_position());
        if matches!(event, Event::Eof) {
            break;
        }
        builder.event(event)?;
    }
    let root = builder.root_at_end()?;
    let Builder { unescaped, nodes, attributes, declarations, .. } = builder;
    text.push_str(&unescaped);
    Ok(Document { text, nodes, attributes, declarations, root })
}

/// An element that is still open.
struct Open {
    id: Id,
    last_child: Id,
    bindings_before: usize,
}

struct Builder<'a> {
    source: &'a str,
    /// Values that differ from their spelling in the source; their spans start behind the source. The first is the
    /// namespace name that `xml` is bound to without a declaration.
    unescaped: String,
    xml_uri: Span,
    nodes: Vec<NodeData>,
    attributes: Vec<AttributeData>,
    declarations: Vec<DeclarationData>,
    open: Vec<Open>,
    /// The declarations in scope, innermost last.
    bindings: Vec<DeclarationData>,
    root: Id,
    /// Where the reader stands: just behind the current event.
    position: usize,
    /// Whether octets or HTTP settled the encoding, so that the declaration's word does not count.
    is_encoding_settled: bool,
    has_cdata_end: bool,
    has_carriage_return: bool,
}

type Outcome = Result<(), XmlError>;
/// First and end of a part of a table.
type Range = (Id, Id);

impl<'a> Builder<'a> {
    fn new(source: &'a str, is_encoding_settled: bool, survey: Survey) -> Self {
        // A tag takes some 40 octets in a SOAP message; growing is what costs, guessing too much does not.
        let guess = source.len() / 40;
        Self {
            source,
            unescaped: XML.uri.to_owned(),
            xml_uri: u32::try_from(source.len())
                .ok()
                .zip(u32::try_from(XML.uri.len()).ok())
                .map_or(Span::default(), |(start, len)| Span { start, len }),
            nodes: Vec::with_capacity(guess.min(4096)),
            attributes: Vec::with_capacity((guess / 4).min(1024)),
            declarations: Vec::with_capacity(8),
            open: Vec::with_capacity(16),
            bindings: Vec::with_capacity(16),
            root: NONE,
            position: 0,
            is_encoding_settled,
            has_cdata_end: survey.has_bracket && source.contains("]]>"),
            has_carriage_return: survey.has_carriage_return,
        }
    }

    fn event(&mut self, event: Event<'a>) -> Outcome {
        match event {
            Event::Start(start) => self.start(&start),
            Event::Empty(start) => {
                self.start(&start)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(text) => {
                if self.has_cdata_end && text.contains("]]>") {
                    return self.ill_formed(Rule::CdataEnd);
                }
                if !self.has_carriage_return {
                    return self.text(&text, &text);
                }
                self.text(&text.xml10_content(), &text)
            }
            Event::CData(cdata) => self.cdata(&cdata.xml10_content()),
            Event::GeneralRef(reference) => self.reference(&reference),
            Event::Decl(declaration) => self.declaration(&declaration),
            Event::PI(pi) if !is_ncname(pi.target()) || pi.target().eq_ignore_ascii_case("xml") => {
                self.ill_formed(Rule::Name)
            }
            Event::PI(_) | Event::Comment(_) | Event::Eof => Ok(()),
            Event::DocType(_) => self.ill_formed(Rule::NoDtd),
        }
    }

    fn root_at_end(&self) -> Result<Id, XmlError> {
        if !self.open.is_empty() {
            return Err(XmlError::NotWellFormed { rule: Rule::UnclosedElement, offset: self.source.len() });
        }
        if self.root == NONE {
            return Err(XmlError::NotWellFormed { rule: Rule::OneRoot, offset: self.source.len() });
        }
        Ok(self.root)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Outcome {
        if self.open.is_empty() && self.root != NONE {
            return self.ill_formed(Rule::OneRoot);
        }
        if self.open.len() >= XML_DEPTH_MAX {
            return self.too_many("elements inside elements", XML_DEPTH_MAX);
        }
        let bindings_before = self.bindings.len();
        let (attributes, declarations) = self.attributes_of(start)?;
        let name = start.name().into_inner();
        let (prefix, local) = self.split_name(name)?;
        let namespace = self.resolve(prefix, true)?;
        let id = self.push(NodeData {
            parent: NONE,
            first_child: NONE,
            next_sibling: NONE,
            value: local,
            namespace,
            prefix,
            attributes,
            declarations,
            is_text: false,
        })?;
        if self.open.is_empty() {
            self.root = id;
        }
        self.open.push(Open { id, last_child: NONE, bindings_before });
        Ok(())
    }

    fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            self.bindings.truncate(open.bindings_before);
        }
    }

    /// Appends a node and links it to the open element.
    fn push(&mut self, mut node: NodeData) -> Result<Id, XmlError> {
        let count = self.nodes.len();
        let Some(id) = u32::try_from(count).ok().filter(|_| count < XML_NODES_MAX) else {
            return Err(XmlError::TooMany { what: "nodes", max: XML_NODES_MAX, offset: self.position });
        };
        if let Some(open) = self.open.last_mut() {
            node.parent = open.id;
            let previous = std::mem::replace(&mut open.last_child, id);
            if let Some(sibling) = self.nodes.get_mut(index(previous)) {
                sibling.next_sibling = id;
            } else if let Some(parent) = self.nodes.get_mut(index(open.id)) {
                parent.first_child = id;
            }
        }
        self.nodes.push(node);
        Ok(id)
    }

    fn resolve(&self, prefix: Span, is_element: bool) -> Result<Span, XmlError> {
        let prefix = self.str(prefix);
        if prefix.is_empty() && !is_element {
            return Ok(Span::default());
        }
        if prefix == XML.prefix {
            return Ok(self.xml_uri);
        }
        let bound = self.bindings.iter().rev().find(|binding| self.str(binding.prefix) == prefix);
        match bound {
            Some(binding) => Ok(binding.uri),
            None if prefix.is_empty() => Ok(Span::default()),
            None => Err(self.error(Rule::UnboundPrefix)),
        }
    }

    fn split_name(&self, name: &str) -> Result<(Span, Span), XmlError> {
        if name.len() > XML_NAME_BYTES_MAX {
            return Err(self.too_many_error("octets in a name", XML_NAME_BYTES_MAX));
        }
        let (prefix, local) = split_qname(name).ok_or_else(|| self.error(Rule::Name))?;
        let local_span = self.span_of(local);
        let start = self.span_of(name).start;
        Ok((Span { start, len: u32::try_from(prefix.len()).unwrap_or_default() }, local_span))
    }

    fn text(&mut self, content: &str, raw: &str) -> Outcome {
        if self.open.is_empty() {
            if is_white_space(raw) {
                return Ok(());
            }
            return self.ill_formed(Rule::TextOutsideRoot);
        }
        self.append(content)
    }

    fn cdata(&mut self, content: &str) -> Outcome {
        if self.open.is_empty() {
            return self.ill_formed(Rule::TextOutsideRoot);
        }
        self.append(content)
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Outcome {
        if self.open.is_empty() {
            return self.ill_formed(Rule::TextOutsideRoot);
        }
        let character = match reference.resolve_char_ref() {
            Ok(Some(character)) if is_xml_char(character) => character,
            Ok(None) => match &**reference {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "apos" => '\'',
                "quot" => '"',
                _ => return self.ill_formed(Rule::UnknownEntity),
            },
            Ok(Some(_)) | Err(_) => return self.ill_formed(Rule::CharacterReference),
        };
        self.append(character.encode_utf8(&mut [0; 4]))
    }

    /// Appends characters to the open element: to the text that it ends with, or as a new text.
    fn append(&mut self, content: &str) -> Outcome {
        if content.is_empty() {
            return Ok(());
        }
        let last_child = self.open.last().map_or(NONE, |open| open.last_child);
        let last = self.nodes.get(index(last_child)).copied().filter(|node| node.is_text);
        if let Some(last) = last {
            return self.extend(last_child, last.value, content);
        }
        // What was normalised or referred to is a copy elsewhere, whatever its length: a lone CR becomes one LF.
        let value = match offset_in(self.source, content) {
            Some(_) => self.span_of(content),
            None => self.unescaped_span(content)?,
        };
        let node = NodeData {
            parent: NONE,
            first_child: NONE,
            next_sibling: NONE,
            value,
            namespace: Span::default(),
            prefix: Span::default(),
            attributes: (0, 0),
            declarations: (0, 0),
            is_text: true,
        };
        self.push(node).map(|_| ())
    }

    /// Joins `content` to a text. The joined text is the last thing in `unescaped` or is moved there once, so that
    /// many references cost linear time.
    fn extend(&mut self, id: Id, value: Span, content: &str) -> Outcome {
        let end = index(value.start).saturating_add(index(value.len));
        let is_last =
            end == self.source.len().saturating_add(self.unescaped.len()) && !self.unescaped.is_empty();
        let value = if is_last {
            self.unescaped.push_str(content);
            let added = u32::try_from(content.len()).unwrap_or(u32::MAX);
            Span { start: value.start, len: value.len.saturating_add(added) }
        } else {
            let joined = [self.value(value), content].concat();
            self.unescaped_span(&joined)?
        };
        if let Some(node) = self.nodes.get_mut(index(id)) {
            node.value = value;
        }
        Ok(())
    }

    /// The octets of a name or value that borrows from the source.
    fn str(&self, span: Span) -> &'a str {
        let start = index(span.start);
        self.source.get(start..start.saturating_add(index(span.len))).unwrap_or_default()
    }

    /// The octets of any span.
    fn value(&self, span: Span) -> &str {
        match index(span.start).checked_sub(self.source.len()) {
            Some(start) if span.len > 0 => {
                self.unescaped.get(start..start.saturating_add(index(span.len))).unwrap_or_default()
            }
            _ => self.str(span),
        }
    }

    /// The span of a slice of the source.
    fn span_of(&self, slice: &str) -> Span {
        let start = offset_in(self.source, slice).and_then(|start| u32::try_from(start).ok());
        let len = u32::try_from(slice.len()).ok();
        start.zip(len).map_or(Span::default(), |(start, len)| Span { start, len })
    }

    fn unescaped_span(&mut self, value: &str) -> Result<Span, XmlError> {
        let start = self.source.len().saturating_add(self.unescaped.len());
        let span = u32::try_from(start).ok().zip(u32::try_from(value.len()).ok());
        let Some((start, len)) = span else {
            return Err(self.too_many_error("octets", index(u32::MAX)));
        };
        self.unescaped.push_str(value);
        Ok(Span { start, len })
    }

    fn error(&self, rule: Rule) -> XmlError {
        XmlError::NotWellFormed { rule, offset: self.position }
    }

    fn ill_formed(&self, rule: Rule) -> Outcome {
        Err(self.error(rule))
    }

    fn too_many_error(&self, what: &'static str, max: usize) -> XmlError {
        XmlError::TooMany { what, max, offset: self.position }
    }

    fn too_many(&self, what: &'static str, max: usize) -> Outcome {
        Err(self.too_many_error(what, max))
    }
}

fn to_usize(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
