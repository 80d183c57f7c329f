//! One connection: requests that came in, the answer that is owed, octets that go out.

use std::collections::VecDeque;

use crate::http::Body;
use crate::http::Framer;
use crate::http::LAST_CHUNK;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::encode_chunk;
use crate::limits::PIPELINED_REQUESTS_MAX;
use crate::server::Output;
use crate::server::authentication::Authentication;
use crate::server::authentication::LastToken;
use crate::server::authentication::User;
use crate::server::body;
use crate::server::body::Writing;
use crate::tls::Channel;

/// What the server holds of one connection.
pub(super) struct Connection {
    pub(super) client_ip: String,
    pub(super) channel: Channel,
    pub(super) framer: Framer<Request>,
    pub(super) authentication: Authentication,
    /// Whose logon the event log knows.
    pub(super) logged_on: Option<User>,
    /// Requests that came behind one that still waits for its answer.
    pub(super) waiting: VecDeque<Request>,
    /// The answer that is still owed.
    pub(super) owed: Option<Owed>,
    /// Whether the client was told to go on with the body that is coming in.
    pub(super) is_continued: bool,
    /// What [`Mutant::AcceptsReplay`] remembers.
    pub(super) replayable: Option<body::Replayable>,
    /// When the first octet came of a request that has not come in whole.
    pub(super) begun_ms: Option<u64>,
    pub(super) output: Output,
}

/// What a request leaves behind until it is answered.
pub(super) struct Owed {
    pub(super) writing: Writing,
    /// The last token of a handshake, if this request brought its end.
    pub(super) token: Option<LastToken>,
    pub(super) keep_alive: bool,
    /// Whose operation it is.
    pub(super) user: String,
    /// Whether the head of the answer and a part of it have gone out.
    pub(super) is_begun: bool,
}

impl Connection {
    /// A connection that nothing has come on.
    pub(super) fn new(client_ip: &str, channel: Channel, body_bytes_max: usize) -> Self {
        Self {
            client_ip: client_ip.to_owned(),
            channel,
            framer: Framer::requests(body_bytes_max),
            authentication: Authentication::None,
            logged_on: None,
            waiting: VecDeque::new(),
            owed: None,
            is_continued: false,
            replayable: None,
            begun_ms: None,
            output: Output::default(),
        }
    }

    /// Cuts what came into requests: the next one, or while an answer is owed all of them. What is no request is
    /// answered, and that is the last answer.
    pub(super) fn read(&mut self, now_ms: u64) {
        while !self.output.is_last && (self.owed.is_some() || self.waiting.is_empty()) {
            match self.framer.next() {
                Ok(Some(request)) => {
                    self.is_continued = false;
                    self.begun_ms = None;
                    self.watch(now_ms);
                    self.waiting.push_back(request);
                    if self.waiting.len() > PIPELINED_REQUESTS_MAX {
                        self.refuse(Status::SERVICE_UNAVAILABLE);
                    }
                }
                Ok(None) => return,
                Err(error) if self.owed.is_none() => self.refuse(error.status()),
                // The request before it is answered first; the error stays.
                Err(_) => return,
            }
        }
    }

    /// Notes when a request begins to come.
    pub(super) fn watch(&mut self, now_ms: u64) {
        if !self.framer.pending().is_empty() || self.framer.head().is_some() {
            self.begun_ms.get_or_insert(now_ms);
        }
    }

    /// [MS-WSMV] 3.1.5.2: when the request that is coming in has to be there. While an answer is owed nothing behind
    /// it is late: the answer has to go out first.
    pub(super) fn due_ms(&self, allowed_ms: u64) -> Option<u64> {
        let begun_ms = self.begun_ms.filter(|_| self.owed.is_none() && !self.output.is_last)?;
        Some(begun_ms.saturating_add(allowed_ms))
    }

    /// [RFC 9110 10.1.1] once for each request, and not while an earlier one waits for its answer.
    pub(super) fn invite_body(&mut self) {
        if !self.is_continued && self.framer.awaits_continue() {
            self.is_continued = true;
            self.output.octets.extend(Response::new(Status::CONTINUE).encode());
        }
    }

    pub(super) fn send(&mut self, response: Response, keep_alive: bool) {
        let is_last = self.output.is_last || !keep_alive || self.authentication.is_broken();
        let response = if is_last { response.with_header("Connection", "close") } else { response };
        self.output.octets.extend(response.encode());
        self.output.is_last = is_last;
        if is_last {
            self.waiting.clear();
        }
    }

    /// Sends a response's body as one chunk, behind its head if it is the first.
    pub(super) fn send_chunk(&mut self, mut response: Response, is_last: bool) {
        let Some(owed) = &mut self.owed else { return };
        let chunk = encode_chunk(response.body.octets());
        if !owed.is_begun {
            owed.is_begun = true;
            response.body = Body::chunked([""; 0]);
            if !owed.keep_alive {
                response = response.with_header("Connection", "close");
            }
            self.output.octets.extend(response.encode_head());
        }
        self.output.octets.extend(chunk);
        if is_last {
            self.output.octets.extend_from_slice(LAST_CHUNK);
            self.output.is_last |= !owed.keep_alive || self.authentication.is_broken();
            self.owed = None;
        }
    }

    /// Answers a message that is no request, and hangs up: where the next one begins is not known.
    pub(super) fn refuse(&mut self, status: Status) {
        self.owed = None;
        self.send(Response::new(status), false);
    }
}
