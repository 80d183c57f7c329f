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
            Answer::Auth(_) | Answer::Sealed(_) | Answer::Fault(_) => {
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
