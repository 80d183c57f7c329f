use winrm_harness::xml::Document;
use winrm_harness::xml::Element;

use crate::assertion::Bindings;
use crate::assertion::Mismatch;
use crate::assertion::excerpt;
use crate::assertion::names::name;
use crate::assertion::names::name_of;
use crate::assertion::names::place_of;
use crate::assertion::names::text_of;
use crate::assertion::names::trim;
use crate::assertion::text::describe_with;
use crate::assertion::text::match_text;
use crate::wsx::Piece;
use crate::wsx::Template;
use crate::wsx::declarations;

/// Stand around the number of a slot while a pattern is XML: private-use characters, which no case needs.
const SLOT_START: char = '\u{E000}';
const SLOT_END: char = '\u{E001}';

/// Names of children that a mismatch lists.
const LISTED_MAX: usize = 12;

/// Matches an envelope against a pattern: it must have what the pattern has, and may have more. On a mismatch nothing
/// is bound. `Err` with an empty `got` means that the pattern itself is no XML.
pub fn match_envelope(
    pattern: &Template,
    root: Element<'_>,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let text = as_xml(pattern);
    let document = Document::parse(text.as_bytes())
        .map_err(|error| Mismatch::new(format!("a pattern that is XML: {error}"), ""))?;
    let Some(pattern_root) = document.root().children().next() else {
        return Err(Mismatch::new("a pattern with an element", ""));
    };
    let mark = bindings.mark();
    let pattern = Pattern { slots: pattern.pieces() };
    let result = match is_named(pattern_root, root) {
        true => pattern.element(pattern_root, root, bindings),
        false => Err(Mismatch::new(
            format!("the root element {}", name_of(pattern_root)),
            format!("the root element {}", name_of(root)),
        )),
    };
    result.inspect_err(|_| bindings.rewind(mark))
}

/// The pattern as XML with numbered slots, inside an element that declares the standard prefixes.
fn as_xml(pattern: &Template) -> String {
    let mut text = format!("<pattern {}>", declarations());
    for (index, piece) in pattern.pieces().iter().enumerate() {
        match piece {
            Piece::Text(literal) => text.push_str(literal),
            Piece::Prefixes => {}
            _ => text.push_str(&format!("{SLOT_START}{index}{SLOT_END}")),
        }
    }
    text.push_str("</pattern>");
    text
}

struct Pattern<'p> {
    slots: &'p [Piece],
}

impl Pattern<'_> {
    /// What stands inside `actual`, whose name fits. Each pair of a pattern's element and an answer's is compared once
    /// at most, as their parents are.
    fn element(
        &self,
        pattern: Element<'_>,
        actual: Element<'_>,
        bindings: &mut Bindings,
    ) -> Result<(), Mismatch> {
        self.attributes(pattern, actual, bindings)?;
        let text = self.template(&text_of(pattern));
        if !text.is_empty() {
            let found = text_of(actual);
            match_text(&text, &found, bindings).map_err(|_| {
                Mismatch::new(
                    format!("{} in {}", describe_with(&text, bindings), place_of(actual)),
                    format!("`{}`", excerpt(&found)),
                )
            })?;
        }
        self.children(pattern, actual, bindings)
    }

    fn attributes(
        &self,
        pattern: Element<'_>,
        actual: Element<'_>,
        bindings: &mut Bindings,
    ) -> Result<(), Mismatch> {
        for expected in pattern.attributes() {
            let same = |a: &winrm_harness::xml::Attribute<'_>| {
                a.local == expected.local && a.namespace == expected.namespace
            };
            let found = actual.attributes().find(same);
            let template = self.template(expected.value);
            let shown = name(expected.namespace, expected.local);
            match (found, is_absent(&template)) {
                (None, true) => {}
                (Some(found), true) => {
                    return Err(Mismatch::new(
                        format!("no attribute {shown} on {}", place_of(actual)),
                        format!("`{}`", excerpt(found.value)),
                    ));
                }
                (None, false) => {
                    let expected = describe_with(&template, bindings);
                    return Err(Mismatch::new(
                        format!("the attribute {shown}={expected} on {}", place_of(actual)),
                        format!("no such attribute; there are {}", list(attribute_names(actual))),
                    ));
                }
                (Some(found), false) => {
                    match_text(&template, trim(found.value), bindings).map_err(|mismatch| {
                        let expected = describe_with(&template, bindings);
                        let place = place_of(actual);
                        Mismatch::new(format!("the attribute {shown}={expected} on {place}"), mismatch.got)
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Each child of the pattern takes the first child of the answer that fits and isn't taken.
    fn children(
        &self,
        pattern: Element<'_>,
        actual: Element<'_>,
        bindings: &mut Bindings,
    ) -> Result<(), Mismatch> {
        let mut free: Vec<Option<Element<'_>>> = actual.children().map(Some).collect();
        for expected in pattern.children() {
            let is_absent = is_absent(&self.template(&text_of(expected)));
            let mut closest = None;
            let mut taken = None;
            for (index, candidate) in free.iter().enumerate() {
                let Some(candidate) = candidate.filter(|candidate| is_named(expected, *candidate)) else {
                    continue;
                };
                let mark = bindings.mark();
                let result = match is_absent {
                    true => self.attributes(expected, candidate, bindings),
                    false => self.element(expected, candidate, bindings),
                };
                match result {
                    Ok(()) => {
                        taken = Some(index);
                        break;
                    }
                    Err(mismatch) => {
                        bindings.rewind(mark);
                        closest.get_or_insert(mismatch);
                    }
                }
            }
            match (taken, is_absent) {
                (Some(_), true) => {
                    let shown = name_of(expected);
                    let place = place_of(actual);
                    return Err(Mismatch::new(format!("no {shown} in {place}"), format!("a {shown}")));
                }
                (None, true) => {}
                (Some(index), false) => {
                    if let Some(place) = free.get_mut(index) {
                        *place = None;
                    }
                }
                (None, false) => {
                    return Err(closest.unwrap_or_else(|| missing(expected, actual)));
                }
            }
        }
        Ok(())
    }

    /// The text of a pattern with its slots back in place.
    fn template(&self, text: &str) -> Template {
        let mut template = Template::default();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(SLOT_START) {
            template.push(Piece::Text(before.to_owned()));
            let Some((number, tail)) = after.split_once(SLOT_END) else { break };
            let slot = number.parse().ok().and_then(|number: usize| self.slots.get(number));
            slot.into_iter().for_each(|slot| template.push(slot.clone()));
            rest = tail;
        }
        template.push(Piece::Text(rest.to_owned()));
        template
    }
}

fn is_named(pattern: Element<'_>, actual: Element<'_>) -> bool {
    pattern.local() == actual.local() && pattern.namespace() == actual.namespace()
}

fn is_absent(template: &Template) -> bool {
    matches!(template.pieces(), [Piece::Absent])
}

fn missing(expected: Element<'_>, actual: Element<'_>) -> Mismatch {
    let got = match actual.children().next() {
        Some(_) => format!("only {}", list(actual.children().map(name_of))),
        None => match text_of(actual) {
            text if text.is_empty() => "nothing inside".to_owned(),
            text => format!("only the text `{}`", excerpt(&text)),
        },
    };
    Mismatch::new(format!("{} in {}", name_of(expected), place_of(actual)), got)
}

fn attribute_names(element: Element<'_>) -> impl Iterator<Item = String> {
    element.attributes().map(|attribute| name(attribute.namespace, attribute.local))
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.take(LISTED_MAX).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wsx::VariableName;

    fn check(pattern: &str, answer: &str) -> Result<Bindings, Mismatch> {
        let document = Document::parse(answer.as_bytes()).unwrap();
        let mut bindings = Bindings::default();
        match_envelope(&Template::parse(pattern).unwrap(), document.root(), &mut bindings)?;
        Ok(bindings)
    }

    fn mismatch(pattern: &str, answer: &str) -> String {
        let Mismatch { expected, got } = check(pattern, answer).unwrap_err();
        format!("expected {expected}, got {got}")
    }

    const S: &str = r#"xmlns:q="http://www.w3.org/2003/05/soap-envelope""#;

    #[test]
    fn an_answer_may_have_more_and_other_prefixes_and_another_order() {
        let answer = format!("<q:Envelope {S} z='1'><q:Body><b/><a> x </a></q:Body><q:Header/></q:Envelope>");
        check("<s:Envelope><s:Body><a>x</a><b/></s:Body></s:Envelope>", &answer).unwrap();
        check("<s:Envelope {{ns}}><s:Header/></s:Envelope>", &answer).unwrap();
    }

    #[test]
    fn each_child_of_a_pattern_takes_a_child_of_its_own() {
        check("<r><a/><a/></r>", "<r><a/><a/></r>").unwrap();
        let got = mismatch("<r><a/><a/></r>", "<r><a/><b/></r>");
        insta::assert_snapshot!(got, @"expected a in /r, got only a, b");
    }

    #[test]
    fn slots_bind_and_a_candidate_that_does_not_fit_binds_nothing() {
        let answer = "<r><w n='a'>1</w><w n='ShellId'>&lt;2&gt;</w></r>";
        let bindings = check("<r><w n='{{n=text}}'>{{v=text}}</w></r>", answer).unwrap();
        assert_eq!(bindings.value(&VariableName::parse("v").unwrap()), Some("1"));
        let bindings = check("<r><w>{{v=text}}</w><w n='ShellId'>{{shell=text}}</w></r>", answer).unwrap();
        assert_eq!(bindings.value(&VariableName::parse("shell").unwrap()), Some("<2>"));
        let bindings = check("<r><w n='ShellId'>{{shell=text}}</w></r>", answer).unwrap();
        assert_eq!(bindings.value(&VariableName::parse("shell").unwrap()), Some("<2>"));
        assert!(check("<r><w n='ShellId'>{{shell=int}}</w></r>", answer).is_err());
    }

    #[test]
    fn what_must_be_absent_is_looked_for_with_its_attributes() {
        check("<r><w n='b'>{{absent}}</w></r>", "<r><w n='a'/></r>").unwrap();
        let got = mismatch("<r><w n='a'>{{absent}}</w></r>", "<r><w n='a'>x</w></r>");
        insta::assert_snapshot!(got, @"expected no w in /r, got a w");
        let got = mismatch("<r n='{{absent}}'/>", "<r n='a'/>");
        insta::assert_snapshot!(got, @"expected no attribute n on /r, got `a`");
    }

    #[test]
    fn a_mismatch_says_where_and_what_was_there() {
        let answer = format!("<q:Envelope {S}><q:Body a='1'><x>no</x></q:Body></q:Envelope>");
        let got = mismatch("<s:Envelope><s:Body><x>{{m=int}}</x></s:Body></s:Envelope>", &answer);
        insta::assert_snapshot!(got, @"expected `{{int}}` in /s:Envelope/s:Body/x, got `no`");
        let got = mismatch("<s:Envelope><s:Body><rsp:Shell/></s:Body></s:Envelope>", &answer);
        insta::assert_snapshot!(got, @"expected rsp:Shell in /s:Envelope/s:Body, got only x");
        let got = mismatch("<s:Envelope><s:Body b='2'/></s:Envelope>", &answer);
        insta::assert_snapshot!(got, @"expected the attribute b=`2` on /s:Envelope/s:Body, got no such attribute; there are a");
        let got = mismatch("<s:Header/>", &answer);
        insta::assert_snapshot!(got, @"expected the root element s:Header, got the root element s:Envelope");
    }

    #[test]
    fn repeated_children_at_every_depth_cost_no_exponential_time() {
        // The pattern asks twice at each depth for what the answer has once.
        let narrow = (0..40).fold("<b/>".to_owned(), |inner, _| format!("<a>{inner}</a>"));
        let twice = (0..12).fold("<c/>".to_owned(), |inner, _| format!("<a>{inner}</a><a>{inner}</a>"));
        assert!(check(&format!("<r>{twice}</r>"), &format!("<r>{narrow}{narrow}</r>")).is_err());
    }
}
