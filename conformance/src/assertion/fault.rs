use winrm_harness::xml::Element;

use crate::assertion::Mismatch;
use crate::assertion::excerpt;
use crate::assertion::names::name;
use crate::assertion::names::name_of;
use crate::assertion::names::text_of;
use crate::wsx::FaultPattern;
use crate::wsx::namespace;

/// Matches a fault by the meaning of its codes: prefixes don't count.
pub fn match_fault(pattern: &FaultPattern, root: Element<'_>) -> Result<(), Mismatch> {
    let body = child(root, "s", "Body");
    let Some(fault) = body.and_then(|body| child(body, "s", "Fault")) else {
        let inside = body.and_then(|body| body.children().next()).map(name_of);
        let got = inside.map_or_else(|| name_of(root), |inside| format!("{inside} in the Body"));
        return Err(Mismatch::new("a fault", got));
    };
    let code = child(fault, "s", "Code");
    compare("the fault code", &pattern.codes, code.and_then(value))?;
    let subcode = code.and_then(|code| child(code, "s", "Subcode"));
    compare("the fault subcode", &pattern.subcodes, subcode.and_then(value))?;
    let detail = child(fault, "s", "Detail");
    let details: Vec<String> = detail
        .into_iter()
        .flat_map(Element::children)
        .filter(|child| child.local() == "FaultDetail")
        .map(text_of)
        .collect();
    if !pattern.details.is_empty() && !details.iter().any(|found| pattern.details.contains(found)) {
        let got = if details.is_empty() { "none".to_owned() } else { excerpt(&details.join(", ")) };
        return Err(Mismatch::new(format!("the fault detail {}", pattern.details.join(" or ")), got));
    }
    let number = detail.and_then(|detail| child(detail, "f", "WSManFault")).and_then(|wsman_fault| {
        wsman_fault.attributes().find(|attribute| attribute.local == "Code").map(|code| code.value)
    });
    let found = number.and_then(|number| number.trim().parse::<u32>().ok());
    if !pattern.wsmanfaults.is_empty() && found.is_none_or(|found| !pattern.wsmanfaults.contains(&found)) {
        let expected: Vec<String> = pattern.wsmanfaults.iter().map(ToString::to_string).collect();
        let got = number.map_or("no f:WSManFault with a Code".to_owned(), excerpt);
        return Err(Mismatch::new(format!("the WSManFault Code {}", expected.join(" or ")), got));
    }
    Ok(())
}

/// What a fault says, in one line; nothing if the envelope has none.
pub fn describe_fault(root: Element<'_>) -> Option<String> {
    let fault = child(child(root, "s", "Body")?, "s", "Fault")?;
    let code = child(fault, "s", "Code");
    let subcode = code.and_then(|code| child(code, "s", "Subcode")).and_then(value);
    let named = subcode.or(code.and_then(value)).map(text_of).unwrap_or_default();
    let number = child(fault, "s", "Detail")
        .and_then(|detail| child(detail, "f", "WSManFault"))
        .and_then(|detail| detail.attributes().find(|attribute| attribute.local == "Code"))
        .map_or(String::new(), |code| format!(" {}", code.value));
    let reason = child(fault, "s", "Reason").and_then(|reason| child(reason, "s", "Text"));
    let reason = reason.map(text_of).unwrap_or_default();
    Some(excerpt(&format!("{named}{number}: {reason}")))
}

fn compare(what: &str, accepted: &[String], found: Option<Element<'_>>) -> Result<(), Mismatch> {
    if accepted.is_empty() {
        return Ok(());
    }
    let expected = format!("{what} {}", accepted.join(" or "));
    let Some(value) = found else { return Err(Mismatch::new(expected, "none")) };
    let text = text_of(value);
    let meant = value.resolve_qname(&text);
    let fits = |wanted: &String| {
        let (prefix, local) = wanted.split_once(':').unwrap_or(("", wanted));
        meant == Some((namespace(prefix).unwrap_or(""), local))
    };
    if accepted.iter().any(fits) {
        return Ok(());
    }
    let got = match meant {
        Some((namespace, local)) => name(namespace, local),
        None => format!("`{}`, whose prefix nothing declares", excerpt(&text)),
    };
    Err(Mismatch::new(expected, got))
}

fn value(code: Element<'_>) -> Option<Element<'_>> {
    child(code, "s", "Value")
}

fn child<'d>(element: Element<'d>, prefix: &str, local: &str) -> Option<Element<'d>> {
    let wanted = namespace(prefix).unwrap_or("");
    element.children().find(|child| child.local() == local && child.namespace() == wanted)
}

#[cfg(test)]
mod tests {
    use winrm_harness::xml::Document;

    use super::*;
    use crate::wsx::declarations;

    fn check(pattern: &FaultPattern) -> Option<String> {
        let text = format!(
            "<s:Envelope {} xmlns:z='{}'><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>\
             <s:Value>z:InvalidSelectors</s:Value></s:Subcode></s:Code><s:Detail><w:FaultDetail>http://d</w:FaultDetail>\
             <f:WSManFault Code='2150858843'/></s:Detail></s:Fault></s:Body></s:Envelope>",
            declarations(),
            namespace("w").unwrap(),
        );
        let document = Document::parse(text.as_bytes()).unwrap();
        match_fault(pattern, document.root())
            .err()
            .map(|mismatch| format!("expected {}, got {}", mismatch.expected, mismatch.got))
    }

    #[test]
    fn codes_compare_by_meaning_and_a_missing_line_accepts_anything() {
        assert_eq!(check(&FaultPattern::default()), None);
        let pattern = FaultPattern {
            codes: vec!["s:Sender".to_owned()],
            subcodes: vec!["a:ActionNotSupported".to_owned(), "w:InvalidSelectors".to_owned()],
            details: vec!["http://d".to_owned()],
            wsmanfaults: vec![2_150_858_843],
        };
        assert_eq!(check(&pattern), None);
    }

    #[test]
    fn each_part_that_differs_is_named() {
        let subcodes = vec!["a:InvalidSelectors".to_owned()];
        let got = check(&FaultPattern { subcodes, ..FaultPattern::default() }).unwrap();
        insta::assert_snapshot!(got, @"expected the fault subcode a:InvalidSelectors, got w:InvalidSelectors");
        let got = check(&FaultPattern { wsmanfaults: vec![5], ..FaultPattern::default() }).unwrap();
        insta::assert_snapshot!(got, @"expected the WSManFault Code 5, got 2150858843");
        let got = check(&FaultPattern { details: vec!["x".to_owned()], ..FaultPattern::default() }).unwrap();
        insta::assert_snapshot!(got, @"expected the fault detail x, got http://d");
    }

    #[test]
    fn what_is_no_fault_says_what_it_is() {
        let text = format!("<s:Envelope {}><s:Body><rsp:Shell/></s:Body></s:Envelope>", declarations());
        let document = Document::parse(text.as_bytes()).unwrap();
        let mismatch = match_fault(&FaultPattern::default(), document.root()).unwrap_err();
        assert_eq!(mismatch, Mismatch::new("a fault", "rsp:Shell in the Body"));
    }
}
