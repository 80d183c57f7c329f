use winrm_harness::http::Headers;
use winrm_harness::http::Request;
use winrm_harness::http::Response;
use winrm_harness::http::Version;

use crate::assertion::Bindings;
use crate::assertion::Mismatch;
use crate::assertion::excerpt;
use crate::assertion::text::describe_with;
use crate::assertion::text::match_text;
use crate::wsx::HttpLine;
use crate::wsx::HttpPattern;
use crate::wsx::HttpRequest;
use crate::wsx::Piece;
use crate::wsx::Template;

/// Octets that a mismatch shows.
const OCTETS_SHOWN_MAX: usize = 32;

/// Matches status and header fields. On a mismatch nothing is bound.
pub fn match_http(
    pattern: &HttpPattern,
    response: &Response,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let status = response.status.0;
    if !pattern.statuses.iter().any(|accepted| accepted.matches(status)) {
        let expected: Vec<String> = pattern.statuses.iter().map(ToString::to_string).collect();
        return Err(Mismatch::new(format!("HTTP {}", expected.join(" or ")), format!("HTTP {status}")));
    }
    let mark = bindings.mark();
    let matched = pattern.lines.iter().try_for_each(|line| match_line(line, response, bindings));
    matched.inspect_err(|_| bindings.rewind(mark))
}

/// Matches start line, header fields and, if the pattern has one, the body as text. On a mismatch nothing is bound.
pub fn match_request(
    pattern: &HttpRequest,
    request: &Request,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let version = match request.version {
        Version::Http10 => "HTTP/1.0",
        Version::Http11 => "HTTP/1.1",
    };
    let start = format!("{} {} {version}", request.method, request.target);
    let mark = bindings.mark();
    let mut matched = match_text(&pattern.start, &start, bindings);
    for (name, template) in &pattern.headers {
        matched = matched.and_then(|()| match_field(name, template, &request.headers, bindings));
    }
    if !pattern.body.is_empty() {
        let body = String::from_utf8_lossy(request.body.octets());
        matched = matched.and_then(|()| match_text(&pattern.body, body.trim(), bindings));
    }
    matched.inspect_err(|_| bindings.rewind(mark))
}

fn match_line(line: &HttpLine, response: &Response, bindings: &mut Bindings) -> Result<(), Mismatch> {
    match line {
        HttpLine::Field(name, template) => match_field(name, template, &response.headers, bindings),
        HttpLine::Absent(name) => absent(name, &response.headers),
        HttpLine::Empty if response.body.is_empty() => Ok(()),
        HttpLine::Empty => {
            Err(Mismatch::new("no body", format!("a body of {} octets", response.body.octets().len())))
        }
    }
}

fn match_field(
    name: &str,
    template: &Template,
    headers: &Headers,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    match template.pieces() {
        [Piece::Absent] => absent(name, headers),
        _ => field(name, template, headers, bindings),
    }
}

fn absent(name: &str, headers: &Headers) -> Result<(), Mismatch> {
    match headers.first(name) {
        None => Ok(()),
        Some(value) => Err(Mismatch::new(format!("no field {name}"), shown(value))),
    }
}

fn field(
    name: &str,
    template: &Template,
    headers: &Headers,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let values = || headers.all(name).map(|value| String::from_utf8_lossy(value).into_owned());
    if values().any(|value| match_text(template, value.trim(), bindings).is_ok()) {
        return Ok(());
    }
    let found: Vec<String> = values().map(|value| shown(value.as_bytes())).collect();
    let expected = format!("a field {name}: {}", describe_with(template, bindings));
    Err(Mismatch::new(expected, if found.is_empty() { "no such field".to_owned() } else { found.join(", ") }))
}

fn shown(value: &[u8]) -> String {
    format!("`{}`", excerpt(&String::from_utf8_lossy(value)))
}

/// Matches the octets that an answer begins with.
pub fn match_bytes(expected: &[u8], answer: &[u8]) -> Result<(), Mismatch> {
    if answer.starts_with(expected) {
        return Ok(());
    }
    Err(Mismatch::new(
        format!("the octets {}", hex(expected)),
        if answer.is_empty() { "none".to_owned() } else { hex(answer) },
    ))
}

fn hex(octets: &[u8]) -> String {
    let pairs: Vec<String> =
        octets.iter().take(OCTETS_SHOWN_MAX).map(|octet| format!("{octet:02x}")).collect();
    pairs.join(" ")
}

#[cfg(test)]
mod tests {
    use winrm_harness::http::Status;

    use super::*;
    use crate::wsx::StatusPattern;
    use crate::wsx::VariableName;

    fn check(statuses: &[StatusPattern], lines: Vec<HttpLine>) -> Result<Bindings, Mismatch> {
        let response = Response::new(Status::UNAUTHORIZED)
            .with_header("WWW-Authenticate", "Negotiate")
            .with_header("WWW-Authenticate", "Kerberos");
        let pattern = HttpPattern { statuses: statuses.to_vec(), lines };
        let mut bindings = Bindings::default();
        match_http(&pattern, &response, &mut bindings).map(|()| bindings)
    }

    fn line(name: &str, template: &str) -> Vec<HttpLine> {
        vec![HttpLine::Field(name.to_owned(), Template::parse(template).unwrap())]
    }

    #[test]
    fn any_field_of_the_name_may_match_and_binds() {
        let bindings = check(&[StatusPattern::Class(4)], line("www-authenticate", "K{{rest=text}}")).unwrap();
        assert_eq!(bindings.value(&VariableName::parse("rest").unwrap()), Some("erberos"));
    }

    #[test]
    fn a_mismatch_names_what_came() {
        let mismatch = check(&[StatusPattern::Exactly(200)], Vec::new()).unwrap_err();
        assert_eq!(mismatch, Mismatch::new("HTTP 200", "HTTP 401"));
        let mismatch = check(&[StatusPattern::Class(4)], line("WWW-Authenticate", "Basic")).unwrap_err();
        assert_eq!(mismatch, Mismatch::new("a field WWW-Authenticate: `Basic`", "`Negotiate`, `Kerberos`"));
        let absent = vec![HttpLine::Absent("WWW-Authenticate".to_owned())];
        assert!(check(&[StatusPattern::Class(4)], absent).is_err());
        check(&[StatusPattern::Class(4)], vec![HttpLine::Absent("Server".to_owned()), HttpLine::Empty])
            .unwrap();
    }

    #[test]
    fn an_answer_begins_with_the_octets() {
        match_bytes(b"HT", b"HTTP").unwrap();
        assert_eq!(match_bytes(&[1, 255], &[1]), Err(Mismatch::new("the octets 01 ff", "01")));
    }
}
