use std::fmt;

use crate::http::Body;
use crate::http::Framing;
use crate::http::Headers;

/// [RFC 9112 2.3] HTTP-version, as far as WinRM uses it.
///
/// [RFC 9112 2.3]: https://www.rfc-editor.org/rfc/rfc9112#section-2.3
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// HTTP/1.0: closes unless told to keep alive, knows no chunks.
    Http10,
    /// HTTP/1.1.
    #[default]
    Http11,
}

/// [RFC 9110 15] status code; any number of three digits survives a round trip.
///
/// [RFC 9110 15]: https://www.rfc-editor.org/rfc/rfc9110#section-15
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(pub u16);

impl Status {
    /// 100 Continue
    pub const CONTINUE: Self = Self(100);
    /// 200 OK
    pub const OK: Self = Self(200);
    /// 204 No Content
    pub const NO_CONTENT: Self = Self(204);
    /// 400 Bad Request
    pub const BAD_REQUEST: Self = Self(400);
    /// 401 Unauthorized
    pub const UNAUTHORIZED: Self = Self(401);
    /// 404 Not Found
    pub const NOT_FOUND: Self = Self(404);
    /// 405 Method Not Allowed
    pub const METHOD_NOT_ALLOWED: Self = Self(405);
    /// 413 Content Too Large
    pub const CONTENT_TOO_LARGE: Self = Self(413);
    /// 415 Unsupported Media Type
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self(415);
    /// 431 Request Header Fields Too Large
    pub const REQUEST_HEADER_FIELDS_TOO_LARGE: Self = Self(431);
    /// 500 Internal Server Error, which also carries every SOAP fault
    pub const INTERNAL_SERVER_ERROR: Self = Self(500);
    /// 501 Not Implemented
    pub const NOT_IMPLEMENTED: Self = Self(501);
    /// 503 Service Unavailable
    pub const SERVICE_UNAVAILABLE: Self = Self(503);
    /// 505 HTTP Version Not Supported
    pub const VERSION_NOT_SUPPORTED: Self = Self(505);

    /// Whether this only announces the final response.
    #[must_use]
    pub fn is_informational(self) -> bool {
        (100..200).contains(&self.0)
    }

    /// Whether a response with this status ends with its head, whatever its fields say.
    #[must_use]
    pub fn is_bodiless(self) -> bool {
        self.is_informational() || self.0 == 204 || self.0 == 304
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One HTTP request, received or to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, case-sensitive.
    pub method: String,
    /// The request target as written.
    pub target: String,
    /// The protocol version.
    pub version: Version,
    /// The header fields.
    pub headers: Headers,
    /// The content.
    pub body: Body,
    pub(super) wire: Wire,
}

impl Request {
    /// A request without fields and content.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            version: Version::Http11,
            headers: Headers::new(),
            body: Body::default(),
            wire: Wire::default(),
        }
    }

    /// Adds a header field.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// Sets the content.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Whether the client wants the connection to outlive this exchange.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        keep_alive(self.version, &self.headers)
    }

    /// [RFC 9110 10.1.1] whether the client waits for a 100 before it sends the content.
    ///
    /// [RFC 9110 10.1.1]: https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.version == Version::Http11 && self.headers.has_member("Expect", "100-continue")
    }

    /// The exact octets that were received; nothing for a request that was not.
    #[must_use]
    pub fn raw(&self) -> Vec<u8> {
        self.wire.raw(&self.body)
    }
}

/// One HTTP response, received or to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The protocol version.
    pub version: Version,
    /// The status code.
    pub status: Status,
    /// The reason phrase; Windows leaves it empty when a handshake completes.
    pub reason: String,
    /// The header fields.
    pub headers: Headers,
    /// The content.
    pub body: Body,
    pub(super) wire: Wire,
}

impl Response {
    /// A response without reason, fields and content.
    #[must_use]
    pub fn new(status: Status) -> Self {
        Self {
            version: Version::Http11,
            status,
            reason: String::new(),
            headers: Headers::new(),
            body: Body::default(),
            wire: Wire::default(),
        }
    }

    /// Adds a header field.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// Sets the content.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Whether the connection can carry another exchange after this one.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        self.body.framing != Framing::Close && keep_alive(self.version, &self.headers)
    }

    /// The exact octets that were received; nothing for a response that was not.
    #[must_use]
    pub fn raw(&self) -> Vec<u8> {
        self.wire.raw(&self.body)
    }
}

/// [RFC 9112 9.3] `close` wins over everything; HTTP/1.0 has to ask.
///
/// [RFC 9112 9.3]: https://www.rfc-editor.org/rfc/rfc9112#section-9.3
fn keep_alive(version: Version, headers: &Headers) -> bool {
    if headers.has_member("Connection", "close") {
        return false;
    }
    version == Version::Http11 || headers.has_member("Connection", "keep-alive")
}

/// What was received of a message beyond its content, so that a report can show the octets themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Wire {
    pub(super) head: Vec<u8>,
    /// The body with its chunk lines and trailers, when it came in chunks.
    pub(super) chunked: Option<Vec<u8>>,
}

impl Wire {
    fn raw(&self, body: &Body) -> Vec<u8> {
        if self.head.is_empty() {
            return Vec::new();
        }
        let content = self.chunked.as_deref().unwrap_or(&body.octets);
        [self.head.as_slice(), content].concat()
    }
}

/// Evidence is no part of what a message says: two spellings of one message are equal.
impl PartialEq for Wire {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Wire {}

#[cfg(test)]
mod tests {
    use super::Body;
    use super::Request;
    use super::Response;
    use super::Status;
    use super::Version;

    #[test]
    fn http_1_0_closes_unless_it_asks_to_keep_alive() {
        let mut request = Request::new("POST", "/wsman");
        assert!(request.keep_alive());
        request.version = Version::Http10;
        assert!(!request.keep_alive());
        request.headers.push("Connection", "foo, Keep-Alive");
        assert!(request.keep_alive());
        request.headers.push("Connection", "Close");
        assert!(!request.keep_alive());
    }

    #[test]
    fn a_response_that_ends_with_the_connection_cannot_keep_it() {
        assert!(Response::new(Status::OK).keep_alive());
        assert!(!Response::new(Status::OK).with_body(Body::until_close(Vec::new())).keep_alive());
    }

    #[test]
    fn only_an_http_1_1_client_is_sent_a_100() {
        let mut request = Request::new("POST", "/").with_header("expect", "100-Continue");
        assert!(request.expects_continue());
        request.version = Version::Http10;
        assert!(!request.expects_continue());
    }
}
