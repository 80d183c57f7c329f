//! `LEVEL REQUIREMENT  STEP.LAYER  what condition`

use crate::requirement::Level;
use crate::requirement::RequirementId;
use crate::wsx::case::Assertion;
use crate::wsx::case::Condition;
use crate::wsx::case::Look;
use crate::wsx::case::StepNumber;
use crate::wsx::error::WsxError;
use crate::wsx::error::WsxReason;
use crate::wsx::matcher::Matcher;
use crate::wsx::path::Path;
use crate::wsx::source::Body;
use crate::wsx::source::Line;
use crate::wsx::source::word;
use crate::wsx::words::COMPARISONS;
use crate::wsx::words::TEXT_COMPARISONS;
use crate::wsx::words::meaning;

/// Reads the lines of an `assert` section.
pub(crate) fn assertions(body: &Body<'_>) -> Result<Vec<Assertion>, WsxError> {
    let assertions = body.directives().map(|line| assertion(&line)).collect::<Result<Vec<_>, _>>()?;
    if assertions.is_empty() {
        return Err(body.heading.error_at(1, WsxReason::expected("at least one assertion", "")));
    }
    Ok(assertions)
}

fn assertion(line: &Line<'_>) -> Result<Assertion, WsxError> {
    let (level, rest) = word(line.trimmed());
    let level = Level::parse(level).ok_or_else(|| line.expected("MUST, SHOULD or MAY", level))?;
    let (id, rest) = word(rest);
    let requirement = RequirementId::parse(id).map_err(|_| line.expected("a requirement id", id))?;
    let (place, rest) = word(rest);
    let (step, layer) =
        place.split_once('.').ok_or_else(|| line.expected("a step and a layer, as `02.soap`", place))?;
    let step = StepNumber::parse(step).ok_or_else(|| line.expected("a step number, as `02`", step))?;
    let (look, rest) = look(line, layer, rest)?;
    Ok(Assertion { level, requirement, step, look, condition: condition(line, rest)? })
}

fn look<'a>(line: &Line<'_>, layer: &str, text: &'a str) -> Result<(Look, &'a str), WsxError> {
    let (first, rest) = word(text);
    match (layer, first) {
        ("soap", "xpath") => {
            let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (path, rest) = quoted.ok_or_else(|| line.expected("a path in quotes", rest))?;
            let path = Path::parse(path).map_err(|reason| line.error(path, reason))?;
            Ok((Look::Path(path), rest))
        }
        ("http", "status") => Ok((Look::Status, rest)),
        ("http", "header") => {
            let (name, rest) = word(rest);
            Ok((Look::Header(name.to_owned()), rest))
        }
        ("auth", name) if !name.is_empty() => Ok((Look::Auth(name.to_owned()), rest)),
        ("tls", name) if !name.is_empty() => Ok((Look::Tls(name.to_owned()), rest)),
        _ => {
            let known = "`soap xpath \"…\"`, `http status`, `http header NAME`, `auth NAME` or `tls NAME`";
            Err(line.expected(known, text))
        }
    }
}

fn condition(line: &Line<'_>, text: &str) -> Result<Condition, WsxError> {
    let (operator, value) = word(text);
    match (operator, value) {
        ("exists", "") => return Ok(Condition::Exists),
        ("absent", "") => return Ok(Condition::Absent),
        ("is", kind) => {
            let known = "uuid, int, text, base64, uri, duration or any";
            return Matcher::parse(kind).map(Condition::Is).ok_or_else(|| line.expected(known, kind));
        }
        _ => {}
    }
    let known = "exists, absent, is KIND, a comparison with a number, or ==, !=, contains, lacks, starts-with and a text";
    if let Some(value) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        let comparison = meaning(&TEXT_COMPARISONS, operator).ok_or_else(|| line.expected(known, text))?;
        return Ok(Condition::Text(comparison, line.template(value)?));
    }
    let comparison = meaning(&COMPARISONS, operator).ok_or_else(|| line.expected(known, text))?;
    let number = value.parse().map_err(|_| line.expected("an integer, or a text in quotes", value))?;
    Ok(Condition::Number(comparison, number))
}
