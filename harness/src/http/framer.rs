use crate::http::Body;
use crate::http::HttpError;
use crate::http::Request;
use crate::http::Response;
use crate::http::chunked::ChunkReader;
use crate::http::head::BodyLength;
use crate::http::head::HeadScan;
use crate::http::head::parse_request;
use crate::http::head::parse_response;
use crate::http::head::request_length;
use crate::http::head::response_length;
use crate::http::inbox::Inbox;
use crate::http::message::Wire;

/// Cuts the octets of one direction of a connection into messages.
///
/// Give it octets with [`push`](Self::push) in whatever pieces they come, take messages with [`next`](Self::next)
/// until it has none, and call [`finish`](Self::finish) when the peer closed.
#[derive(Debug)]
pub struct Framer<M> {
    role: Role<M>,
    body_bytes_max: usize,
    inbox: Inbox,
    scan: HeadScan,
    message: Option<Unfinished<M>>,
    failure: Option<HttpError>,
    next_answers_head: bool,
    may_skip_line: bool,
}

/// The things in which reading requests and reading responses differ.
#[derive(Debug)]
struct Role<M> {
    parse: fn(&[u8]) -> Result<M, HttpError>,
    length: fn(&M, bool) -> Result<BodyLength, HttpError>,
    attach: fn(&mut M, Body, Wire),
    is_final: fn(&M) -> bool,
    skips_empty_line: bool,
}

/// A message whose head is complete.
#[derive(Debug)]
struct Unfinished<M> {
    message: M,
    head: Vec<u8>,
    body: Unread,
}

#[derive(Debug)]
enum Unread {
    Length(usize),
    Chunks(ChunkReader),
    UntilClose,
}

impl Framer<Request> {
    /// Reads what a client sends. A body longer than `body_bytes_max` is refused on its head.
    #[must_use]
    pub fn requests(body_bytes_max: usize) -> Self {
        let role = Role {
            parse: parse_request,
            length: |request, _| request_length(request),
            attach: |request, body, wire| {
                request.body = body;
                request.wire = wire;
            },
            is_final: |_| true,
            skips_empty_line: true,
        };
        Self::new(role, body_bytes_max)
    }

    /// Whether the client waits for a 100 before it sends the body of the message that is being read.
    #[must_use]
    pub fn awaits_continue(&self) -> bool {
        self.head().is_some_and(Request::expects_continue) && self.inbox.rest().is_empty()
    }
}

impl Framer<Response> {
    /// Reads what a server sends. A body longer than `body_bytes_max` is refused on its head.
    ///
    /// An informational response (100) is a message like any other; the final one follows it.
    #[must_use]
    pub fn responses(body_bytes_max: usize) -> Self {
        let role = Role {
            parse: parse_response,
            length: response_length,
            attach: |response, body, wire| {
                response.body = body;
                response.wire = wire;
            },
            is_final: |response| !response.status.is_informational(),
            skips_empty_line: false,
        };
        Self::new(role, body_bytes_max)
    }

    /// Says that the next final response answers a HEAD request, so that it ends with its head.
    pub fn next_answers_head(&mut self) {
        self.next_answers_head = true;
    }
}

impl<M> Framer<M> {
    /// Changes the bound on bodies whose head has not come yet.
    pub fn set_body_bytes_max(&mut self, body_bytes_max: usize) {
        self.body_bytes_max = body_bytes_max;
    }

    fn new(role: Role<M>, body_bytes_max: usize) -> Self {
        Self {
            may_skip_line: role.skips_empty_line,
            role,
            body_bytes_max,
            inbox: Inbox::default(),
            scan: HeadScan::default(),
            message: None,
            failure: None,
            next_answers_head: false,
        }
    }

    /// Takes octets of the connection.
    pub fn push(&mut self, octets: &[u8]) {
        if self.failure.is_none() {
            self.inbox.push(octets);
        }
    }

    /// The next complete message, `None` when it takes more octets. An error is final: every later call repeats it.
    #[expect(
        clippy::should_implement_trait,
        reason = "an error is no end of iteration and `None` is not either"
    )]
    pub fn next(&mut self) -> Result<Option<M>, HttpError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let result = self.read();
        if let Err(error) = &result {
            self.failure = Some(error.clone());
            self.inbox.clear();
            self.message = None;
        }
        result
    }

    /// The peer closed: completes a body that only the end of the connection ends. Take what [`next`](Self::next) has
    /// first.
    pub fn finish(&mut self) -> Result<Option<M>, HttpError> {
        if let Some(message) = self.next()? {
            return Ok(Some(message));
        }
        match self.message.take() {
            None if self.inbox.rest().is_empty() => Ok(None),
            None => Err(self.truncated(self.inbox.rest().len())),
            Some(Unfinished { message, head, body: Unread::UntilClose }) => {
                let octets = self.inbox.take(self.inbox.rest().len());
                Ok(Some(self.complete(message, Body::until_close(octets), Wire { head, chunked: None })))
            }
            Some(Unfinished { head, body, .. }) => {
                let in_chunks = if let Unread::Chunks(reader) = &body { reader.len() } else { 0 };
                Err(self.truncated(head.len() + in_chunks + self.inbox.rest().len()))
            }
        }
    }

    /// The message whose head has come and whose body has not, so that a server can refuse it early.
    #[must_use]
    pub fn head(&self) -> Option<&M> {
        self.message.as_ref().map(|unfinished| &unfinished.message)
    }

    /// The chunks that have come of a body that has not ended: a service may hold a response open for long and send
    /// sealed messages in it one by one.
    #[must_use]
    pub fn partial_body(&self) -> Option<&Body> {
        match &self.message.as_ref()?.body {
            Unread::Chunks(reader) => Some(reader.body()),
            Unread::Length(_) | Unread::UntilClose => None,
        }
    }

    /// Octets that were pushed and belong to no message yet.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        self.inbox.rest()
    }

    fn read(&mut self) -> Result<Option<M>, HttpError> {
        if self.message.is_none() && !self.read_head()? {
            return Ok(None);
        }
        let Some(unfinished) = &mut self.message else { return Ok(None) };
        let came = self.inbox.rest().len();
        let complete = match &mut unfinished.body {
            Unread::Length(len) => came >= *len,
            Unread::Chunks(reader) => {
                reader.read(&mut self.inbox, self.body_bytes_max)?;
                reader.is_done()
            }
            Unread::UntilClose if came > self.body_bytes_max => return Err(self.too_large(None)),
            Unread::UntilClose => false,
        };
        if !complete {
            return Ok(None);
        }
        Ok(self.message.take().map(|unfinished| self.take_body(unfinished)))
    }

    /// Whether the head of the next message is complete.
    fn read_head(&mut self) -> Result<bool, HttpError> {
        self.skip_empty_line();
        let Some(len) = self.scan.find(self.inbox.rest())? else { return Ok(false) };
        self.scan = HeadScan::default();
        self.may_skip_line = self.role.skips_empty_line;
        let head = self.inbox.take(len);
        let message = (self.role.parse)(&head)?;
        let body = match (self.role.length)(&message, self.next_answers_head)? {
            BodyLength::Known(len) => match usize::try_from(len) {
                Ok(len) if len <= self.body_bytes_max => Unread::Length(len),
                _ => return Err(self.too_large(Some(len))),
            },
            BodyLength::Chunked => Unread::Chunks(ChunkReader::new()),
            BodyLength::UntilClose => Unread::UntilClose,
        };
        if (self.role.is_final)(&message) {
            self.next_answers_head = false;
        }
        self.message = Some(Unfinished { message, head, body });
        Ok(true)
    }

    /// [RFC 9112 2.2] "a server that is expecting to receive and parse a request-line SHOULD ignore at least one empty
    /// line (CRLF) received prior to the request-line": exactly one here.
    ///
    /// [RFC 9112 2.2]: https://www.rfc-editor.org/rfc/rfc9112#section-2.2
    fn skip_empty_line(&mut self) {
        if self.may_skip_line && self.inbox.rest().starts_with(b"\r\n") {
            self.inbox.consume(2);
            self.scan = HeadScan::default();
            self.may_skip_line = false;
        }
    }

    fn take_body(&mut self, unfinished: Unfinished<M>) -> M {
        let Unfinished { message, head, body } = unfinished;
        match body {
            Unread::Chunks(reader) => {
                let (body, wire) = reader.into_parts();
                self.complete(message, body, Wire { head, chunked: Some(wire) })
            }
            Unread::Length(len) => {
                let body = Body::from(self.inbox.take(len));
                self.complete(message, body, Wire { head, chunked: None })
            }
            Unread::UntilClose => self.complete(message, Body::default(), Wire { head, chunked: None }),
        }
    }

    fn complete(&self, mut message: M, body: Body, wire: Wire) -> M {
        (self.role.attach)(&mut message, body, wire);
        message
    }

    fn too_large(&self, announced: Option<u64>) -> HttpError {
        HttpError::BodyTooLarge { bytes_max: self.body_bytes_max, announced }
    }

    fn truncated(&mut self, got: usize) -> HttpError {
        let error = HttpError::Truncated { got };
        self.failure = Some(error.clone());
        error
    }
}

#[cfg(test)]
mod tests;
