//! From the `<` sections of a step to the one message that a client under test gets.

use winrm_harness::http::Response;
use winrm_harness::http::Status;

use crate::assertion::Bindings;
use crate::assertion::Escape;
use crate::engine::EngineError;
use crate::engine::random::Random;
use crate::engine::reception::Reply;
use crate::wsx::Answer;
use crate::wsx::Expect;
use crate::wsx::HttpLine;
use crate::wsx::HttpPattern;
use crate::wsx::SoapPattern;
use crate::wsx::StatusPattern;

const CONTENT_TYPE: &str = "application/soap+xml;charset=UTF-8";

/// The message of a step: 200, and the envelope if there is one, unless the sections say otherwise. `None` if there are
/// none: then the client waits in vain.
pub(crate) fn answer(
    expects: &[Expect],
    bindings: &mut Bindings,
    random: &mut Random,
) -> Result<Option<Reply>, EngineError> {
    let mut http = None;
    let mut body = Vec::new();
    let mut octets = None;
    let mut closes = false;
    let mut has_answer = false;
    for expect in expects {
        match &expect.answer {
            Answer::Http(pattern) => http = Some(pattern),
            Answer::Soap(SoapPattern::Like(envelope)) => {
                body = bindings.render(envelope, Escape::Xml, &mut || random.uuid())?.into_bytes();
            }
            Answer::Soap(SoapPattern::Absent) => {}
            Answer::Bytes(literal) => octets = Some(literal.clone()),
            Answer::Closed => {
                closes = true;
                continue;
            }
            Answer::Tls(_) | Answer::Auth(_) | Answer::Sealed(_) | Answer::Fault(_) => {
                return Err(EngineError::NotForClients(expect.answer.layer()));
            }
        }
        has_answer = true;
    }
    if let Some(octets) = octets {
        return Ok(Some(Reply { octets, closes }));
    }
    if !has_answer {
        return Ok(closes.then(|| Reply { octets: Vec::new(), closes }));
    }
    let octets = response(http, body, bindings, random)?.encode();
    Ok(Some(Reply { octets, closes }))
}

fn response(
    http: Option<&HttpPattern>,
    body: Vec<u8>,
    bindings: &mut Bindings,
    random: &mut Random,
) -> Result<Response, EngineError> {
    let status = match http.map(|pattern| pattern.statuses.as_slice()) {
        None => Status::OK,
        Some([StatusPattern::Exactly(code)]) => Status(*code),
        Some(_) => return Err(EngineError::NotForClients("http")),
    };
    let mut response = Response::new(status);
    if !body.is_empty() {
        response = response.with_header("Content-Type", CONTENT_TYPE);
    }
    for line in http.into_iter().flat_map(|pattern| &pattern.lines) {
        match line {
            HttpLine::Field(name, template) => {
                let value = bindings.render(template, Escape::Nothing, &mut || random.uuid())?;
                response.headers.set(name, value);
            }
            HttpLine::Absent(name) => response.headers.remove(name),
            HttpLine::Empty => {}
        }
    }
    Ok(response.with_body(body))
}

/// What a request gets that no step is about.
pub(crate) fn unexpected() -> Reply {
    Reply { octets: Response::new(Status::INTERNAL_SERVER_ERROR).encode(), closes: true }
}

/// [RFC 7617 2] The challenge of Basic.
///
/// [RFC 7617 2]: https://www.rfc-editor.org/rfc/rfc7617#section-2
pub(crate) fn challenge() -> Reply {
    let response = Response::new(Status::UNAUTHORIZED);
    Reply {
        octets: response.with_header("WWW-Authenticate", "Basic realm=\"WSMAN\"").encode(),
        closes: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wsx::StepBody;
    use crate::wsx::VariableName;
    use crate::wsx::parse;

    /// What the `<` sections of a step become.
    fn check(sections: &str) -> Result<Option<Reply>, EngineError> {
        let front = "wsx = 1\nid = \"a.b\"\ntitle = \"t\"\nrequires = [\"X:1\"]\nprofiles = [\"wsmv\"]\n\
                     roles = [\"client\"]\nsafety = \"normal\"\n-- 01 c1 > soap --\n<a/>\n";
        let case = parse("a/b.wsx", &format!("{front}{sections}")).unwrap();
        let StepBody::Exchange(exchange) = &case.steps[0].body else { panic!("no exchange") };
        let mut bindings = Bindings::default();
        bindings.bind(VariableName::parse("m1").unwrap(), "a<b".to_owned());
        answer(&exchange.expects, &mut bindings, &mut Random::new(1, "a"))
    }

    fn text(sections: &str) -> String {
        String::from_utf8(check(sections).unwrap().unwrap().octets).unwrap()
    }

    #[test]
    fn an_envelope_is_answered_with_200_and_its_values() {
        let expected = "HTTP/1.1 200 \r\nContent-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: 13\r\n\r\n\
                        <x>a&lt;b</x>";
        assert_eq!(text("-- 01 c1 < soap --\n<x>{{m1}}</x>\n"), expected);
    }

    #[test]
    fn status_and_fields_are_what_the_case_says() {
        let sections = "-- 01 c1 < http --\nHTTP/1.1 500\nContent-Type: text/plain\nServer: {{m1}}\n-- 01 c1 < soap --\n<x/>\n";
        let answer = text(sections);
        assert!(
            answer.starts_with("HTTP/1.1 500 \r\nContent-Type: text/plain\r\nServer: a<b\r\n"),
            "{answer}"
        );
        let answer =
            text("-- 01 c1 < http --\nHTTP/1.1 200\nabsent Content-Type\n-- 01 c1 < soap --\n<x/>\n");
        assert!(!answer.contains("Content-Type"), "{answer}");
        assert_eq!(text("-- 01 c1 < bytes --\n00 41\n"), "\0A");
    }

    #[test]
    fn no_section_is_no_answer_and_closed_alone_is_an_end_without_one() {
        assert_eq!(check(""), Ok(None));
        assert_eq!(check("-- 01 c1 < closed --\n"), Ok(Some(Reply { octets: Vec::new(), closes: true })));
        let both = check("-- 01 c1 < bytes --\n41\n-- 01 c1 < closed --\n");
        assert_eq!(both, Ok(Some(Reply { octets: vec![0x41], closes: true })));
    }

    #[test]
    fn what_stands_for_many_messages_is_our_error() {
        assert_eq!(check("-- 01 c1 < http --\nHTTP/1.1 4xx\n"), Err(EngineError::NotForClients("http")));
        assert_eq!(check("-- 01 c1 < fault --\n"), Err(EngineError::NotForClients("fault")));
        assert_eq!(check("-- 01 c1 < sealed --\nrequired\n"), Err(EngineError::NotForClients("sealed")));
    }
}
