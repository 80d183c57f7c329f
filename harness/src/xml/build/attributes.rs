//! The attributes and namespace declarations of a start tag.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;
use quick_xml::name::QName;

use crate::limits::XML_ATTRIBUTES_MAX;
use crate::limits::XML_NAMESPACES_MAX;
use crate::limits::XML_NODES_MAX;
use crate::xml::Rule;
use crate::xml::XML;
use crate::xml::XmlError;
use crate::xml::build::Builder;
use crate::xml::build::Outcome;
use crate::xml::build::Range;
use crate::xml::characters::first_bad_char;
use crate::xml::document::AttributeData;
use crate::xml::document::DeclarationData;
use crate::xml::document::Span;
use crate::xml::name::XMLNS_URI;
use crate::xml::quick_xml_error::quick_xml_error;

/// One attribute as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'t> {
    pub(super) name: &'t str,
    pub(super) value: &'t str,
    /// Whether the value has references or white space other than blanks, so that it differs from its spelling.
    is_escaped: bool,
}

/// [XML 1.0 3.1] `S Attribute`, where `S` separates it from what stands before. `Ok(None)` at the end of the tag.
///
/// quick-xml's own iterator takes longer, and takes attributes that no white space separates.
///
/// [XML 1.0 3.1]: https://www.w3.org/TR/xml/#NT-STag
pub(super) fn next_attribute<'t>(rest: &mut &'t str) -> Result<Option<Written<'t>>, Rule> {
    let text = rest.trim_ascii_start();
    if text.is_empty() {
        return Ok(None);
    }
    let name_len = text.bytes().position(|b| b == b'=' || b.is_ascii_whitespace());
    let (name, after) = name_len.and_then(|len| text.split_at_checked(len)).ok_or(Rule::AttributeSyntax)?;
    let equals = after.trim_ascii_start().strip_prefix('=').ok_or(Rule::AttributeSyntax)?;
    let quoted = equals.trim_ascii_start();
    let quote = *quoted.as_bytes().first().ok_or(Rule::AttributeSyntax)?;
    let is_separated = text.len() < rest.len();
    if name.is_empty() || !is_separated || !matches!(quote, b'"' | b'\'') {
        return Err(Rule::AttributeSyntax);
    }
    let mut is_escaped = false;
    for (at, byte) in quoted.bytes().enumerate().skip(1) {
        match byte {
            _ if byte == quote => {
                let value = quoted.get(1..at).unwrap_or_default();
                *rest = quoted.get(at.saturating_add(1)..).unwrap_or_default();
                return Ok(Some(Written { name, value, is_escaped }));
            }
            b'<' => return Err(Rule::LessThanInAttribute),
            b'&' | b'\t' | b'\n' | b'\r' => is_escaped = true,
            _ => {}
        }
    }
    Err(Rule::AttributeSyntax)
}

impl Builder<'_> {
    /// Reads the attributes of a start tag; the answer is where in the two tables they and the declarations stand.
    pub(super) fn attributes_of(&mut self, start: &BytesStart<'_>) -> Result<(Range, Range), XmlError> {
        let first_attribute = self.attributes.len();
        let first_declaration = self.declarations.len();
        let mut rest = start.attributes_raw();
        let mut count = 0_usize;
        while let Some(written) = next_attribute(&mut rest).map_err(|rule| self.error(rule))? {
            if count >= XML_ATTRIBUTES_MAX {
                return Err(self.too_many_error("attributes", XML_ATTRIBUTES_MAX));
            }
            count = count.saturating_add(1);
            let value = self.attribute_value(&written)?;
            self.attribute(first_declaration, written.name, value)?;
        }
        self.resolve_attributes(first_attribute)?;
        let range = |first, end| Some((u32::try_from(first).ok()?, u32::try_from(end).ok()?));
        range(first_attribute, self.attributes.len())
            .zip(range(first_declaration, self.declarations.len()))
            .ok_or_else(|| self.too_many_error("attributes", XML_NODES_MAX))
    }

    fn attribute_value(&mut self, written: &Written<'_>) -> Result<Span, XmlError> {
        if !written.is_escaped {
            return Ok(self.span_of(written.value));
        }
        let attribute = Attribute { key: QName(written.name), value: Cow::Borrowed(written.value) };
        let normalized = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = normalized.map_err(|e| quick_xml_error(&e, self.position))?;
        // Raw characters were looked at with the whole document; references were not.
        if first_bad_char(&value).is_some() {
            return Err(self.error(Rule::CharacterReference));
        }
        self.unescaped_span(&value)
    }

    fn attribute(&mut self, first_declaration: usize, key: &str, value: Span) -> Outcome {
        if key == "xmlns" {
            return self.declare(first_declaration, Span::default(), value);
        }
        let (prefix, local) = self.split_name(key)?;
        if self.str(prefix) == "xmlns" {
            return self.declare(first_declaration, local, value);
        }
        self.attributes.push(AttributeData { prefix, local, namespace: Span::default(), value });
        Ok(())
    }

    fn declare(&mut self, first: usize, prefix: Span, uri: Span) -> Outcome {
        let (name, target) = (self.str(prefix), self.value(uri));
        let is_wrong = name == "xmlns"
            || target == XMLNS_URI
            || (name == XML.prefix) != (target == XML.uri)
            || (!name.is_empty() && target.is_empty());
        if is_wrong {
            return self.ill_formed(Rule::ReservedPrefix);
        }
        let own = self.declarations.get(first..).unwrap_or_default();
        if own.iter().any(|other| self.str(other.prefix) == name) {
            return self.ill_formed(Rule::DuplicateAttribute);
        }
        if self.bindings.len() >= XML_NAMESPACES_MAX {
            return self.too_many("namespace declarations in scope", XML_NAMESPACES_MAX);
        }
        let declaration = DeclarationData { prefix, uri };
        self.bindings.push(declaration);
        self.declarations.push(declaration);
        Ok(())
    }

    /// Resolves the prefixes of the new element's attributes and refuses equal names. The bound on attributes keeps
    /// the comparison of pairs linear in the size of the document.
    fn resolve_attributes(&mut self, first: usize) -> Outcome {
        for at in first..self.attributes.len() {
            let Some(mut attribute) = self.attributes.get(at).copied() else { continue };
            attribute.namespace = self.resolve(attribute.prefix, false)?;
            let earlier = self.attributes.get(first..at).unwrap_or_default();
            let is_same = |other: &AttributeData| {
                self.str(other.local) == self.str(attribute.local)
                    && self.value(other.namespace) == self.value(attribute.namespace)
            };
            if earlier.iter().any(is_same) {
                return self.ill_formed(Rule::DuplicateAttribute);
            }
            if let Some(slot) = self.attributes.get_mut(at) {
                *slot = attribute;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::next_attribute;
    use crate::xml::Rule;

    fn names_and_values(mut raw: &str) -> Result<Vec<(&str, &str, bool)>, Rule> {
        let mut found = Vec::new();
        while let Some(written) = next_attribute(&mut raw)? {
            found.push((written.name, written.value, written.is_escaped));
        }
        Ok(found)
    }

    #[test]
    fn white_space_and_either_quote_are_allowed_around_a_value() {
        let found = names_and_values(" a='1\"' \n b\t=\r\n\"2'\" c=\"\"  ");
        assert_eq!(found, Ok(vec![("a", "1\"", false), ("b", "2'", false), ("c", "", false)]));
    }

    #[test]
    fn a_value_that_differs_from_its_spelling_is_told_apart() {
        for raw in [" a='&lt;'", " a='\t'", " a='x\ny'", " a='\r'"] {
            assert!(names_and_values(raw).unwrap()[0].2, "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_attribute_is_refused() {
        for raw in
            ["a='1'", " a='1'b='2'", " a", " a=", " a=1", " a='1", " ='1'", " a b='1'", " a='1' b", "/"]
        {
            assert_eq!(names_and_values(raw), Err(Rule::AttributeSyntax), "{raw:?}");
        }
        assert_eq!(names_and_values(" a='<'"), Err(Rule::LessThanInAttribute));
    }
}
