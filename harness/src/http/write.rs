use crate::http::Body;
use crate::http::Framing;
use crate::http::Headers;
use crate::http::LAST_CHUNK;
use crate::http::Request;
use crate::http::Response;
use crate::http::Version;
use crate::http::encode_chunk;

impl Request {
    /// The octets of this request.
    ///
    /// Fields are written as they are; Content-Length or Transfer-Encoding is added when neither is there and the
    /// content needs it. A control character in a field becomes a space, so no value can become a field of its own.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut octets = self.encode_head();
        write_body(&mut octets, &self.body);
        octets
    }

    /// The head alone, with the framing fields of the content.
    #[must_use]
    pub fn encode_head(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        write_clean(&mut octets, self.method.as_bytes());
        octets.push(b' ');
        write_clean(&mut octets, self.target.as_bytes());
        octets.push(b' ');
        octets.extend_from_slice(self.version.text().as_bytes());
        octets.extend_from_slice(b"\r\n");
        let silent = self.body.is_empty() && matches!(self.method.as_str(), "GET" | "HEAD");
        write_fields(&mut octets, &self.headers, &self.body, silent);
        octets
    }
}

impl Response {
    /// The octets of this response; see [`Request::encode`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut octets = self.encode_head();
        if !self.status.is_bodiless() {
            write_body(&mut octets, &self.body);
        }
        octets
    }

    /// The head alone, with the framing fields of the content: what answers HEAD, and what precedes chunks that are
    /// sent as they become ready.
    #[must_use]
    pub fn encode_head(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        octets.extend_from_slice(self.version.text().as_bytes());
        octets.extend_from_slice(format!(" {:03} ", self.status.0).as_bytes());
        write_clean(&mut octets, self.reason.as_bytes());
        octets.extend_from_slice(b"\r\n");
        write_fields(&mut octets, &self.headers, &self.body, self.status.is_bodiless());
        octets
    }
}

impl Version {
    fn text(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
        }
    }
}

fn write_fields(octets: &mut Vec<u8>, headers: &Headers, body: &Body, silent: bool) {
    for header in headers {
        write_clean(octets, header.name.as_bytes());
        octets.extend_from_slice(b": ");
        write_clean(octets, &header.value);
        octets.extend_from_slice(b"\r\n");
    }
    let framed = headers.contains("Content-Length") || headers.contains("Transfer-Encoding");
    if !framed && !silent {
        match body.framing() {
            Framing::Length => {
                octets.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
            }
            Framing::Chunked => octets.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
            Framing::Close => {}
        }
    }
    octets.extend_from_slice(b"\r\n");
}

fn write_body(octets: &mut Vec<u8>, body: &Body) {
    if body.framing() != Framing::Chunked {
        octets.extend_from_slice(body.octets());
        return;
    }
    for chunk in body.chunks() {
        octets.extend_from_slice(&encode_chunk(chunk));
    }
    octets.extend_from_slice(LAST_CHUNK);
}

/// [RFC 9110 5.5] CR, LF and NUL become SP; here every control character but HTAB does.
///
/// [RFC 9110 5.5]: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
fn write_clean(octets: &mut Vec<u8>, text: &[u8]) {
    octets.extend(text.iter().map(|octet| match octet {
        b'\t' => b'\t',
        control if control.is_ascii_control() => b' ',
        other => *other,
    }));
}

#[cfg(test)]
mod tests {
    use crate::http::Body;
    use crate::http::Request;
    use crate::http::Response;
    use crate::http::Status;

    fn text(octets: &[u8]) -> &str {
        std::str::from_utf8(octets).unwrap()
    }

    #[test]
    fn an_empty_post_says_that_it_is_empty_and_a_get_says_nothing() {
        assert_eq!(
            text(&Request::new("POST", "/wsman").with_header("Host", "h").encode()),
            "POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
        );
        assert_eq!(text(&Request::new("GET", "/").encode()), "GET / HTTP/1.1\r\n\r\n");
    }

    #[test]
    fn an_empty_reason_leaves_its_space() {
        assert_eq!(
            text(&Response::new(Status::OK).with_body("hi").encode()),
            "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi"
        );
    }

    #[test]
    fn a_204_has_neither_length_nor_content() {
        let response = Response::new(Status::NO_CONTENT).with_body("never");
        assert_eq!(text(&response.encode()), "HTTP/1.1 204 \r\n\r\n");
    }

    #[test]
    fn chunks_are_written_one_by_one() {
        let response = Response::new(Status::OK).with_body(Body::chunked(["0123456789abcdef", "x"]));
        assert_eq!(
            text(&response.encode()),
            "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n"
        );
    }

    #[test]
    fn a_value_cannot_smuggle_a_field() {
        let request = Request::new("GET", "/a\r\nX: y").with_header("A", "b\r\nC: d\0");
        assert_eq!(text(&request.encode()), "GET /a  X: y HTTP/1.1\r\nA: b  C: d \r\n\r\n");
    }

    #[test]
    fn framing_fields_of_the_caller_are_left_alone() {
        let request = Request::new("POST", "/").with_header("content-length", "7").with_body("hi");
        assert_eq!(text(&request.encode()), "POST / HTTP/1.1\r\ncontent-length: 7\r\n\r\nhi");
    }
}
