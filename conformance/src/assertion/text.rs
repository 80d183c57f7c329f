use crate::assertion::Bindings;
use crate::assertion::Mismatch;
use crate::assertion::excerpt;
use crate::wsx::Matcher;
use crate::wsx::Piece;
use crate::wsx::Template;
use crate::wsx::VariableName;

/// How often a slot may be tried against the next place where the literal behind it stands.
const PLACES_MAX: usize = 64;

/// A slot or a fixed text.
enum Part<'p> {
    Literal(String),
    Slot(Option<&'p VariableName>, Matcher),
}

/// Matches the whole of a text against a template. Slots take the shortest text that fits, from left to right, and are
/// bound; a slot at the end takes the rest. On a mismatch nothing is bound.
pub fn match_text(template: &Template, text: &str, bindings: &mut Bindings) -> Result<(), Mismatch> {
    let mark = bindings.mark();
    let result = walk(template, text, bindings);
    result.map_err(|expected| {
        bindings.rewind(mark);
        Mismatch::new(expected, format!("`{}`", excerpt(text)))
    })
}

fn walk(template: &Template, text: &str, bindings: &mut Bindings) -> Result<(), String> {
    let parts = parts(template, bindings)?;
    let mut rest = text;
    let mut parts = parts.iter().peekable();
    let whole = || describe(template);
    while let Some(part) = parts.next() {
        match part {
            Part::Literal(literal) => {
                let tail = rest.strip_prefix(literal.as_str());
                rest = tail.filter(|tail| parts.peek().is_some() || tail.is_empty()).ok_or_else(whole)?;
            }
            Part::Slot(name, matcher) => {
                let next = match parts.peek() {
                    Some(Part::Literal(literal)) => Some(literal.as_str()),
                    Some(Part::Slot(..)) | None => None,
                };
                parts.next_if(|part| matches!(part, Part::Literal(_)));
                let is_last = parts.peek().is_none();
                let (taken, tail) = take(*matcher, rest, next, is_last).ok_or_else(whole)?;
                if let Some(name) = name {
                    bindings.bind((*name).clone(), taken.to_owned());
                }
                rest = tail;
            }
        }
    }
    if rest.is_empty() { Ok(()) } else { Err(whole()) }
}

/// What the slot takes, and what stands behind the literal that follows it.
fn take<'t>(
    matcher: Matcher,
    text: &'t str,
    next: Option<&str>,
    is_last: bool,
) -> Option<(&'t str, &'t str)> {
    let Some(literal) = next else {
        return matcher.matches(text).then_some((text, ""));
    };
    if is_last {
        let taken = text.strip_suffix(literal)?;
        return matcher.matches(taken).then_some((taken, ""));
    }
    text.match_indices(literal).take(PLACES_MAX).find_map(|(at, _)| {
        let (taken, tail) = text.split_at_checked(at)?;
        matcher.matches(taken).then_some((taken, tail.strip_prefix(literal)?))
    })
}

/// The template with its known values put in, neighbouring texts joined.
fn parts<'p>(template: &'p Template, bindings: &Bindings) -> Result<Vec<Part<'p>>, String> {
    let mut parts: Vec<Part<'p>> = Vec::new();
    for piece in template.pieces() {
        let literal = match piece {
            Piece::Text(text) => text.clone(),
            Piece::Use(name) => match bindings.value(name) {
                Some(value) => value.to_owned(),
                None => return Err(format!("the value of `{name}`, which nothing has bound")),
            },
            Piece::Repeat { count, text } => text.repeat(*count),
            Piece::Prefixes => continue,
            Piece::Absent => return Err("nothing".to_owned()),
            Piece::Match { name, matcher } => {
                parts.push(Part::Slot(name.as_ref(), *matcher));
                continue;
            }
            Piece::NewUuid { name } => {
                parts.push(Part::Slot(name.as_ref(), Matcher::Uuid));
                continue;
            }
        };
        match parts.last_mut() {
            Some(Part::Literal(last)) => last.push_str(&literal),
            _ if literal.is_empty() => {}
            _ => parts.push(Part::Literal(literal)),
        }
    }
    Ok(parts)
}

/// The template as a reader of a report wants it: kinds instead of slots. Values are not put in: they may be secrets.
pub(crate) fn describe(template: &Template) -> String {
    let pieces = template.pieces().iter().map(|piece| match piece {
        Piece::Text(text) => excerpt(text),
        Piece::Use(name) => format!("{{{{{name}}}}}"),
        Piece::Match { matcher, .. } => format!("{{{{{matcher}}}}}"),
        Piece::NewUuid { .. } => "{{uuid}}".to_owned(),
        Piece::Repeat { count, text } => format!("{{{{{count}*'{}'}}}}", excerpt(text)),
        Piece::Prefixes => String::new(),
        Piece::Absent => "{{absent}}".to_owned(),
    });
    format!("`{}`", pieces.collect::<String>())
}

/// [`describe`], with the values of this case behind it where there are any that are no secret.
pub(crate) fn describe_with(template: &Template, bindings: &Bindings) -> String {
    let values = template.uses().filter(|name| !name.as_str().starts_with("secret."));
    let known: Vec<String> = values
        .filter_map(|name| bindings.value(name).map(|value| format!("{name} is `{}`", excerpt(value))))
        .collect();
    match known.is_empty() {
        true => describe(template),
        false => format!("{} where {}", describe(template), known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, text: &str) -> Option<Vec<String>> {
        let template = Template::parse(template).unwrap();
        let mut bindings = Bindings::default();
        match_text(&template, text, &mut bindings).ok()?;
        Some(template.binds().map(|name| bindings.value(name).unwrap().to_owned()).collect())
    }

    #[test]
    fn slots_bind_the_shortest_text_that_fits() {
        assert_eq!(check("{{a=any}}-{{b=int}};{{c=any}}", "x--3;z").unwrap(), ["x", "-3", "z"]);
        assert_eq!(check("{{a=text}}-{{b=int}};{{c=any}}", "-x-3;z").unwrap(), ["-x", "3", "z"]);
        assert_eq!(check("{{a=int}}.{{b=any}}.txt", "1.b.txt.txt").unwrap(), ["1", "b.txt"]);
        let uuid = "11111111-2222-3333-4444-555555555555";
        assert_eq!(check("uuid:{{m=new.uuid}}", &format!("uuid:{uuid}")).unwrap(), [uuid]);
    }

    #[test]
    fn a_text_must_match_as_a_whole() {
        assert_eq!(check("abc", "abcd"), None);
        assert_eq!(check("abc", "abc"), Some(vec![]));
        assert_eq!(check("{{_=int}}", "1 "), None);
        assert_eq!(check("{{3*'ab'}}", "ababab"), Some(vec![]));
        assert_eq!(check("", ""), Some(vec![]));
        assert_eq!(check("", "x"), None);
    }

    #[test]
    fn a_bound_value_repeats_and_a_mismatch_binds_nothing() {
        let mut bindings = Bindings::default();
        let template = Template::parse("{{a=int}}!").unwrap();
        assert!(match_text(&template, "5?", &mut bindings).is_err());
        assert!(match_text(&Template::parse("{{a}}").unwrap(), "5", &mut bindings).is_err());
        match_text(&template, "5!", &mut bindings).unwrap();
        match_text(&Template::parse("{{a}}").unwrap(), "5", &mut bindings).unwrap();
        let mismatch = match_text(&Template::parse("{{a}}").unwrap(), "6", &mut bindings).unwrap_err();
        assert_eq!(mismatch, Mismatch::new("`{{a}}`", "`6`"));
    }

    #[test]
    fn a_long_text_with_many_places_takes_no_time() {
        let text = "a-".repeat(200_000);
        assert_eq!(check("{{_=int}}-{{_=int}}-{{_=int}}", &text), None);
    }
}
