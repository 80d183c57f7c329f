use std::collections::BTreeMap;

use winrm_harness::client::SequenceError;
use winrm_harness::client::Session;
use winrm_harness::encryption::ToleranceSet;
use winrm_harness::xml::Document;

use crate::assertion::Came;
use crate::engine::link::Arrival;
use crate::report::Excerpt;
use crate::report::Redactor;

/// How an authentication ended, or the handshake of TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AuthEnd {
    /// The server accepted.
    Accepted,
    /// The server refused, in these words.
    Refused(String),
    /// It came to no end, or we refused the server.
    Broken(String),
}

/// How the body of an answer was protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    /// There is no body.
    NoBody,
    /// In clear.
    Clear,
    /// Sealed; it took these tolerances to open it.
    Sealed(ToleranceSet),
    /// Sealed, and it doesn't open.
    Unopenable(String),
}

/// The sealed body of a request, for a replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SealedBody {
    /// Its Content-Type.
    pub(crate) content_type: String,
    /// The frame.
    pub(crate) octets: Vec<u8>,
}

/// What was seen in a step.
pub(crate) struct Observation {
    /// What came back.
    pub(crate) arrival: Arrival,
    /// How the authentication ended, in a step that has one.
    pub(crate) auth: Option<AuthEnd>,
    /// How the handshake of TLS ended, in a step that has one.
    pub(crate) tls: Option<AuthEnd>,
    /// What is known of the connection and the authentication.
    pub(crate) facts: BTreeMap<String, String>,
    /// The envelope of the answer.
    pub(crate) envelope: Option<Document>,
    /// Its octets, or those of the body if it is no envelope.
    pub(crate) plaintext: Vec<u8>,
    /// How it was protected.
    pub(crate) protection: Protection,
    /// Whether the request was sealed as it should be.
    pub(crate) request_was_sealed: bool,
    /// Whether the peer closed the connection, as far as anybody looked.
    pub(crate) is_closed: bool,
    /// The request as a report shows it: the envelope in clear.
    pub(crate) sent: Vec<u8>,
    /// The sealed body of the request.
    pub(crate) sealed_body: Option<SealedBody>,
}

impl Observation {
    /// What came back for a request, opened with the keys of the session.
    pub(crate) fn new(arrival: Arrival, session: Option<&mut Session>) -> Self {
        let mut observation = Self {
            is_closed: matches!(arrival, Arrival::Closed(_)),
            arrival,
            auth: None,
            tls: None,
            facts: BTreeMap::new(),
            envelope: None,
            plaintext: Vec::new(),
            protection: Protection::NoBody,
            request_was_sealed: false,
            sent: Vec::new(),
            sealed_body: None,
        };
        if let Some(session) = session {
            observation.open(session);
        }
        observation
    }

    /// What a client asked, in clear.
    pub(crate) fn of_request(arrival: Arrival) -> Self {
        let mut observation = Self::new(arrival, None);
        if let Arrival::Asked(request) = &observation.arrival {
            observation.plaintext = request.body.octets().to_vec();
            observation.envelope = envelope(&observation.plaintext);
            let is_empty = observation.plaintext.is_empty();
            observation.protection = if is_empty { Protection::NoBody } else { Protection::Clear };
        }
        observation
    }

    fn open(&mut self, session: &mut Session) {
        let Arrival::Answer(response) = &self.arrival else { return };
        // Everything that can be opened is: the judge looks at what it took.
        match session.open_any(response, ToleranceSet::ALL) {
            Ok(opened) => {
                self.protection = match (opened.is_sealed, opened.envelope.is_empty()) {
                    (true, _) => Protection::Sealed(opened.tolerated),
                    (false, true) => Protection::NoBody,
                    (false, false) => Protection::Clear,
                };
                self.envelope = envelope(&opened.envelope);
                self.plaintext = opened.envelope;
            }
            Err(SequenceError::SealedWithoutKeys) => {
                self.protection = Protection::Unopenable("sealed, and there are no keys".to_owned());
            }
            Err(error) => self.protection = Protection::Unopenable(error.to_string()),
        }
    }

    /// What an assertion can look at.
    pub(crate) fn came(&self) -> Came<'_> {
        let (status, headers) = match &self.arrival {
            Arrival::Answer(response) => (Some(response.status), Some(&response.headers)),
            Arrival::Asked(request) => (None, Some(&request.headers)),
            _ => (None, None),
        };
        Came { status, headers, envelope: self.envelope.as_ref(), facts: &self.facts }
    }

    /// What came, in the words of a report.
    pub(crate) fn arrived(&self) -> String {
        match &self.arrival {
            Arrival::NotAwaited => "nothing, as nobody waited".to_owned(),
            Arrival::Answer(response) => match self.envelope {
                Some(_) => format!("HTTP {} with an envelope", response.status),
                None if self.plaintext.is_empty() => format!("HTTP {} without a body", response.status),
                None => format!("HTTP {} with a body that is no envelope", response.status),
            },
            Arrival::Asked(request) => {
                let action = self.envelope.as_ref().and_then(action).unwrap_or("no action");
                format!("{} {} with {action}", request.method, request.target)
            }
            Arrival::Over(reason) => reason.clone(),
            Arrival::Closed(received) if received.is_empty() => "the connection closed".to_owned(),
            Arrival::Closed(received) => {
                format!("the connection closed after {} octets of an answer", received.len())
            }
            Arrival::Late(waited) => format!("no answer within {} s", waited.as_secs()),
            Arrival::Broken(reason) => reason.clone(),
            Arrival::Alert(reason) => format!("the connection ended by TLS: {reason}"),
            Arrival::NotHttp(reason) => format!("no HTTP: {reason}"),
        }
    }

    /// The request, as evidence.
    pub(crate) fn sent_excerpt(&self, redactor: &Redactor) -> Option<Excerpt> {
        (!self.sent.is_empty()).then(|| Excerpt::new(&self.sent, redactor))
    }

    /// The answer, as evidence: a sealed envelope is shown in clear.
    pub(crate) fn received_excerpt(&self, redactor: &Redactor) -> Option<Excerpt> {
        let octets = self.received();
        (!octets.is_empty()).then(|| Excerpt::new(&octets, redactor))
    }

    /// The octets that came, a sealed envelope in clear.
    pub(crate) fn received(&self) -> Vec<u8> {
        match &self.arrival {
            Arrival::Answer(response) => match self.protection {
                Protection::Sealed(_) => [response.encode_head().as_slice(), &self.plaintext].concat(),
                _ => response.raw(),
            },
            Arrival::Asked(request) => request.raw(),
            Arrival::Closed(received) => received.clone(),
            _ => Vec::new(),
        }
    }
}

/// The Action, to tell one request from another.
fn action(envelope: &Document) -> Option<&str> {
    let header = envelope.root().children().find(|child| child.local() == "Header")?;
    header.children().find(|child| child.local() == "Action").map(|action| action.text().trim())
}

/// The document, if the octets are an envelope of any SOAP version.
fn envelope(octets: &[u8]) -> Option<Document> {
    let document = Document::parse(octets).ok()?;
    (document.root().local() == "Envelope").then_some(document)
}
