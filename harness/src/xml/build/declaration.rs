//! The XML declaration.

use quick_xml::events::BytesDecl;

use crate::xml::Charset;
use crate::xml::Rule;
use crate::xml::XmlError;
use crate::xml::build::Builder;
use crate::xml::build::Outcome;
use crate::xml::build::attributes::next_attribute;

/// [XML 1.0 2.8] XMLDecl behind its `<?xml`: the version has to be 1.0. `Ok` holds the encoding that it names.
///
/// [XML 1.0 2.8]: https://www.w3.org/TR/xml/#NT-XMLDecl
fn named_encoding(mut rest: &str) -> Result<Option<&str>, Rule> {
    let mut next = || next_attribute(&mut rest).map_err(|_| Rule::Declaration);
    if next()?.map(|version| (version.name, version.value)) != Some(("version", "1.0")) {
        return Err(Rule::Declaration);
    }
    let mut pseudo = next()?;
    let encoding = pseudo.filter(|pseudo| pseudo.name == "encoding").map(|encoding| encoding.value);
    if let Some(name) = encoding {
        if !is_encoding_name(name) {
            return Err(Rule::Declaration);
        }
        pseudo = next()?;
    }
    if pseudo.is_some_and(|pseudo| pseudo.name == "standalone" && matches!(pseudo.value, "yes" | "no")) {
        pseudo = next()?;
    }
    pseudo.map_or(Ok(encoding), |_| Err(Rule::Declaration))
}

/// [XML 1.0 4.3.3] EncName
///
/// [XML 1.0 4.3.3]: https://www.w3.org/TR/xml/#NT-EncName
fn is_encoding_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

impl Builder<'_> {
    pub(super) fn declaration(&self, declaration: &BytesDecl<'_>) -> Outcome {
        // Just behind the declaration means that its `<` was the first octet.
        let is_first = self.source.starts_with("<?xml")
            && self.source.find("?>").and_then(|end| end.checked_add(2)) == Some(self.position);
        let behind_target = declaration.strip_prefix("xml").filter(|_| is_first);
        let rest = behind_target.ok_or_else(|| self.error(Rule::Declaration))?;
        match named_encoding(rest).map_err(|rule| self.error(rule))? {
            Some(name) if !self.is_encoding_settled && Charset::from_name(name).is_none() => {
                Err(XmlError::UnsupportedEncoding { name: name.chars().take(64).collect() })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named_encoding;
    use crate::xml::Rule;

    #[test]
    fn a_declaration_has_its_parts_in_order_and_may_leave_out_the_last_two() {
        assert_eq!(named_encoding(" version='1.0'"), Ok(None));
        assert_eq!(named_encoding(" version=\"1.0\" encoding='utf-8' "), Ok(Some("utf-8")));
        assert_eq!(named_encoding(" version='1.0' standalone='no'"), Ok(None));
        assert_eq!(
            named_encoding("\nversion = '1.0'\tencoding='a.B_1-' standalone='yes'"),
            Ok(Some("a.B_1-"))
        );
    }

    #[test]
    fn anything_else_is_no_declaration() {
        for rest in [
            "",
            "version='1.0'",
            " version='1.1'",
            " encoding='utf-8'",
            " version='1.0''",
            " version='1.0'!",
            " version='1.0'encoding='utf-8'",
            " version='1.0' encoding='-'",
            " version='1.0' encoding=''",
            " version='1.0' standalone='maybe'",
            " version='1.0' standalone='no' encoding='utf-8'",
            " version='1.0' version='1.0'",
            " version='1.0' other='1'",
            " version='1.0' standalone",
        ] {
            assert_eq!(named_encoding(rest), Err(Rule::Declaration), "{rest:?}");
        }
    }
}
