use crate::http::HeadFault;
use crate::http::Headers;
use crate::http::HttpError;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::Version;
use crate::limits::HTTP_HEAD_BYTES_MAX;
use crate::limits::HTTP_HEADERS_MAX;

/// How much follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyLength {
    Known(u64),
    Chunked,
    UntilClose,
}

/// Looks for the empty line that ends a head, each octet once however the head is cut into pushes.
#[derive(Debug, Clone, Default)]
pub(super) struct HeadScan {
    // INVARIANT: line_start <= at
    at: usize,
    line_start: usize,
    after_cr: bool,
    #[cfg(test)]
    pub(super) octets_visited: usize,
}

impl HeadScan {
    /// The length of the head in `octets`, empty line included. `octets` is what the last call saw and what came since.
    pub(super) fn find(&mut self, octets: &[u8]) -> Result<Option<usize>, HttpError> {
        for octet in octets.get(self.at..).unwrap_or_default() {
            if self.at >= HTTP_HEAD_BYTES_MAX {
                return Err(HttpError::HeadTooLarge { bytes_max: HTTP_HEAD_BYTES_MAX });
            }
            #[cfg(test)]
            {
                self.octets_visited += 1;
            }
            if self.after_cr != (*octet == b'\n') {
                return Err(HttpError::LineEnd { offset: self.at - usize::from(self.after_cr) });
            }
            self.at += 1;
            if *octet == b'\n' {
                if self.at - self.line_start == 2 {
                    return Ok(Some(self.at));
                }
                self.line_start = self.at;
            }
            self.after_cr = *octet == b'\r';
        }
        Ok(None)
    }
}

/// Parses a complete request head, its empty line included.
pub(super) fn parse_request(octets: &[u8]) -> Result<Request, HttpError> {
    let mut fields = [httparse::EMPTY_HEADER; HTTP_HEADERS_MAX];
    let mut head = httparse::Request::new(&mut fields);
    complete(head.parse(octets))?;
    let (Some(method), Some(target)) = (head.method, head.path) else {
        return Err(HttpError::Head(HeadFault::StartLine));
    };
    let mut request = Request::new(method, target);
    request.version = version(head.version)?;
    request.headers = headers(head.headers);
    Ok(request)
}

/// Parses a complete response head, its empty line included.
pub(super) fn parse_response(octets: &[u8]) -> Result<Response, HttpError> {
    let mut fields = [httparse::EMPTY_HEADER; HTTP_HEADERS_MAX];
    let mut head = httparse::Response::new(&mut fields);
    complete(head.parse(octets))?;
    let status = head.code.filter(|code| *code >= 100).ok_or(HttpError::Head(HeadFault::Status))?;
    let mut response = Response::new(Status(status));
    response.version = version(head.version)?;
    response.reason = reason(octets);
    response.headers = headers(head.headers);
    Ok(response)
}

/// Parses the fields after the last chunk, their empty line included.
pub(super) fn parse_trailers(octets: &[u8]) -> Result<Headers, HttpError> {
    let mut fields = [httparse::EMPTY_HEADER; HTTP_HEADERS_MAX];
    match httparse::parse_headers(octets, &mut fields) {
        Ok(httparse::Status::Complete((_, found))) => Ok(headers(found)),
        Ok(httparse::Status::Partial) => Err(HttpError::Head(HeadFault::Name)),
        Err(error) => Err(fault(error)),
    }
}

/// [RFC 9112 6.3] how long the content of a request is.
///
/// [RFC 9112 6.3]: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
pub(super) fn request_length(request: &Request) -> Result<BodyLength, HttpError> {
    Ok(announced(request.version, &request.headers)?.unwrap_or(BodyLength::Known(0)))
}

/// [RFC 9112 6.3] how long the content of a response is. `to_head`: it answers a HEAD request.
///
/// [RFC 9112 6.3]: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
pub(super) fn response_length(response: &Response, to_head: bool) -> Result<BodyLength, HttpError> {
    let announced = announced(response.version, &response.headers)?;
    if to_head || response.status.is_bodiless() {
        return Ok(BodyLength::Known(0));
    }
    Ok(announced.unwrap_or(BodyLength::UntilClose))
}

fn announced(version: Version, headers: &Headers) -> Result<Option<BodyLength>, HttpError> {
    let coded = headers.contains("Transfer-Encoding");
    let length = content_length(headers)?;
    if coded && (length.is_some() || version == Version::Http10) {
        return Err(HttpError::ConflictingFraming);
    }
    if !coded {
        return Ok(length.map(BodyLength::Known));
    }
    let codings: Vec<&[u8]> = headers.members("Transfer-Encoding").collect();
    match codings.as_slice() {
        [coding] if coding.eq_ignore_ascii_case(b"chunked") => Ok(Some(BodyLength::Chunked)),
        other => Err(HttpError::TransferEncoding {
            value: String::from_utf8_lossy(&other.join(&b", "[..])).into(),
        }),
    }
}

/// Several equal values are one; anything that is not digits is refused, a sign and an empty value included.
fn content_length(headers: &Headers) -> Result<Option<u64>, HttpError> {
    let mut found = None;
    for value in headers.all("Content-Length").flat_map(|value| value.split(|octet| *octet == b',')) {
        let length = decimal(value.trim_ascii())?;
        match found {
            Some(first) if first != length => {
                return Err(HttpError::ContentLengthsDiffer { first, other: length });
            }
            _ => found = Some(length),
        }
    }
    Ok(found)
}

fn decimal(digits: &[u8]) -> Result<u64, HttpError> {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(HttpError::ContentLength { value: String::from_utf8_lossy(digits).into() });
    }
    text.parse().map_err(|_| HttpError::ContentLength { value: text.into() })
}

fn complete(result: httparse::Result<usize>) -> Result<(), HttpError> {
    match result {
        Ok(httparse::Status::Complete(_)) => Ok(()),
        Ok(httparse::Status::Partial) => Err(HttpError::Head(HeadFault::StartLine)),
        Err(error) => Err(fault(error)),
    }
}

fn fault(error: httparse::Error) -> HttpError {
    match error {
        httparse::Error::HeaderName => HttpError::Head(HeadFault::Name),
        httparse::Error::HeaderValue | httparse::Error::NewLine => HttpError::Head(HeadFault::Value),
        httparse::Error::Status => HttpError::Head(HeadFault::Status),
        httparse::Error::Token => HttpError::Head(HeadFault::StartLine),
        httparse::Error::TooManyHeaders => HttpError::TooManyHeaders { headers_max: HTTP_HEADERS_MAX },
        httparse::Error::Version => HttpError::Head(HeadFault::Version),
    }
}

fn version(minor: Option<u8>) -> Result<Version, HttpError> {
    match minor {
        Some(0) => Ok(Version::Http10),
        Some(1) => Ok(Version::Http11),
        _ => Err(HttpError::Head(HeadFault::Version)),
    }
}

fn headers(fields: &[httparse::Header<'_>]) -> Headers {
    let mut headers = Headers::new();
    for field in fields {
        headers.push(field.name, field.value);
    }
    headers
}

/// Everything after the second space of the status line. The tokenizer drops a reason that is not ASCII.
fn reason(octets: &[u8]) -> String {
    let line = octets.split(|octet| *octet == b'\r').next().unwrap_or_default();
    let reason = line.splitn(3, |octet| *octet == b' ').nth(2).unwrap_or_default();
    String::from_utf8_lossy(reason).into()
}
