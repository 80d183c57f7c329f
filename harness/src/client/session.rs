use std::fmt;

use crate::addressing::AddressingError;
use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::basic::BasicCredential;
use crate::auth::digest::Digest;
use crate::client::Endpoint;
use crate::client::digest;
use crate::compression::CompressionError;
use crate::compression::Sldc;
use crate::encryption::Charset;
use crate::encryption::EncryptedMessage;
use crate::encryption::EncryptionError;
use crate::encryption::Form;
use crate::encryption::Protocol;
use crate::encryption::ToleranceSet;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::ChallengeError;
use crate::limits::HTTP_BODY_BYTES_MAX;
use crate::soap::Fault;
use crate::soap::SoapError;
use crate::wsman::WsmanError;
use crate::xml::XmlError;

/// A connection that may carry envelopes.
pub struct Session {
    endpoint: Endpoint,
    protection: Protection,
}

enum Protection {
    /// The keys that every envelope is sealed with, both ways.
    Sealed(Protocol, Box<dyn SecurityContext>),
    /// Envelopes in clear with a Basic header on each: only when the caller asked for it.
    Basic(String),
    /// Envelopes in clear with a proof of the password on each.
    Digest(Box<Digest>),
    /// Envelopes in clear from nobody.
    Nobody,
}

/// The envelope of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The octets of the envelope; empty for an empty body.
    pub envelope: Vec<u8>,
    /// Whether it came sealed.
    pub is_sealed: bool,
    /// What had to be tolerated to open it.
    pub tolerated: ToleranceSet,
}

impl Session {
    /// A session whose envelopes `context` seals.
    #[must_use]
    pub fn sealing(endpoint: Endpoint, protocol: Protocol, context: Box<dyn SecurityContext>) -> Self {
        Self { endpoint, protection: Protection::Sealed(protocol, context) }
    }

    /// A session that sends user and password with each envelope, all of it in clear.
    #[must_use]
    pub fn basic(endpoint: Endpoint, credential: &BasicCredential) -> Self {
        Self { endpoint, protection: Protection::Basic(format!("Basic {}", credential.encode())) }
    }

    /// A session that proves the password with each envelope and sends all of them in clear: Digest protects no message.
    /// Its first request carries none and asks for the challenge, which [`Self::take_challenge`] takes.
    #[must_use]
    pub fn digest(endpoint: Endpoint, digest: Digest) -> Self {
        Self { endpoint, protection: Protection::Digest(Box::new(digest)) }
    }

    /// Takes the challenge of a 401 in a session of [`Self::digest`]: the first one, or one that says that the nonce is
    /// stale. The request is to be made again. [`SequenceError::CredentialsRefused`] says that it would be in vain, as it
    /// is in any other session.
    pub fn take_challenge(&mut self, response: &Response) -> Result<(), SequenceError> {
        match &mut self.protection {
            Protection::Digest(digest) => digest::take_challenge(digest, response),
            _ => Err(SequenceError::CredentialsRefused),
        }
    }

    /// A session of nobody in particular.
    #[must_use]
    pub fn anonymous(endpoint: Endpoint) -> Self {
        Self { endpoint, protection: Protection::Nobody }
    }

    /// Whether envelopes of this session are sealed.
    #[must_use]
    pub fn seals(&self) -> bool {
        matches!(self.protection, Protection::Sealed(..))
    }

    /// The request that carries an envelope. A session that seals never sends one in clear.
    pub fn request(&mut self, envelope: &str) -> Result<Request, SequenceError> {
        match &mut self.protection {
            Protection::Sealed(..) => {
                let message = self.seal(envelope.as_bytes().to_vec())?;
                Ok(self.sealed_request(&message, Form::default()))
            }
            Protection::Basic(credential) => {
                let credential = credential.clone();
                Ok(self.plain_request(envelope).with_header("Authorization", credential))
            }
            Protection::Digest(digest) if !digest.is_challenged() => Ok(self.endpoint.post()),
            Protection::Digest(digest) => {
                let proof = digest.authorization("POST", &self.endpoint.path).map_err(AuthError::from)?;
                Ok(self.plain_request(envelope).with_header("Authorization", proof))
            }
            Protection::Nobody => Ok(self.plain_request(envelope)),
        }
    }

    /// The request that carries an envelope compressed by SLDC, as events are delivered ([MS-WSMV] 2.2.9.2).
    pub fn compressed_request(&mut self, envelope: &[u8]) -> Result<Request, SequenceError> {
        let message = self.seal(Sldc::encode(envelope))?;
        let request = self.sealed_request(&message, Form::default());
        Ok(request.with_header("Content-Encoding", "SLDC"))
    }

    /// Seals an envelope without writing it, for a caller that wants to spell the frame itself.
    pub fn seal(&mut self, plaintext: Vec<u8>) -> Result<EncryptedMessage, SequenceError> {
        let Protection::Sealed(protocol, context) = &mut self.protection else {
            return Err(SequenceError::ApiMisuse { what: "a session without keys can't seal" });
        };
        Ok(EncryptedMessage::seal(context.as_mut(), protocol.clone(), Charset::Utf8, plaintext)?)
    }

    /// The request that carries a sealed message, its frame spelled as `form` says.
    #[must_use]
    pub fn sealed_request(&self, message: &EncryptedMessage, form: Form) -> Request {
        self.endpoint
            .post()
            .with_header("Content-Type", message.content_type().to_string())
            .with_body(message.encode(form))
    }

    /// The request that carries an envelope in clear, whatever the session.
    #[must_use]
    pub fn plain_request(&self, envelope: &str) -> Request {
        self.endpoint
            .post()
            .with_header("Content-Type", "application/soap+xml;charset=UTF-8")
            .with_body(envelope.as_bytes().to_vec())
    }

    /// Opens a response under the default tolerances. In a session that seals, anything in clear is the mark of
    /// somebody between the peers, and refused.
    pub fn open(&mut self, response: &Response) -> Result<Opened, SequenceError> {
        let opened = self.open_any(response, ToleranceSet::default())?;
        if self.seals() && !opened.is_sealed && !opened.envelope.is_empty() {
            return Err(SequenceError::AnswerInClear { status: response.status });
        }
        Ok(opened)
    }

    /// Opens each message of a chunk, or of a whole body: a server that is long about an answer sends messages before
    /// it ([MS-WSMV] 3.2.4.2.1). `head` is the response as far as it has come. In clear a chunk is one message.
    pub fn open_each(&mut self, head: &Response, octets: &[u8]) -> Result<Vec<Opened>, SequenceError> {
        let content_type = head.headers.first("Content-Type").unwrap_or_default();
        let decompress = decompression(head);
        let tolerated = ToleranceSet::SPEC;
        match &mut self.protection {
            Protection::Sealed(_, context) if is_multipart(content_type) => {
                let mut each = Vec::new();
                for decoded in EncryptedMessage::decode_all(content_type, octets, ToleranceSet::default())? {
                    let unsealed = decoded?.unseal(context.as_mut())?;
                    let (envelope, tolerated) = (decompress(unsealed.plaintext)?, unsealed.used);
                    each.push(Opened { envelope, is_sealed: true, tolerated });
                }
                Ok(each)
            }
            Protection::Sealed(..) => Err(SequenceError::AnswerInClear { status: head.status }),
            _ => Ok(vec![Opened { envelope: decompress(octets.to_vec())?, is_sealed: false, tolerated }]),
        }
    }

    /// Opens a response, sealed or in clear, and says which: a judge wants to know.
    pub fn open_any(&mut self, response: &Response, granted: ToleranceSet) -> Result<Opened, SequenceError> {
        let content_type = response.headers.first("Content-Type").unwrap_or_default();
        let decompress = decompression(response);
        if !is_multipart(content_type) {
            let envelope = decompress(response.body.octets().to_vec())?;
            return Ok(Opened { envelope, is_sealed: false, tolerated: ToleranceSet::SPEC });
        }
        let Protection::Sealed(_, context) = &mut self.protection else {
            return Err(SequenceError::SealedWithoutKeys);
        };
        let mut opened = Opened { envelope: Vec::new(), is_sealed: true, tolerated: ToleranceSet::SPEC };
        // Keep-alives come before the answer, each a message of its own; the last one counts.
        for decoded in EncryptedMessage::decode_all(content_type, response.body.octets(), granted)? {
            let unsealed = decoded?.unseal(context.as_mut())?;
            opened.tolerated = opened.tolerated.union(unsealed.used);
            opened.envelope = decompress(unsealed.plaintext)?;
        }
        Ok(opened)
    }
}

fn is_multipart(content_type: &[u8]) -> bool {
    content_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/"))
}

/// [MS-WSMV 2.2.9.2] what is to be done with the messages of a response after they are unsealed.
fn decompression(response: &Response) -> fn(Vec<u8>) -> Result<Vec<u8>, CompressionError> {
    let encoding = response.headers.first("Content-Encoding").unwrap_or_default();
    match encoding.trim_ascii().eq_ignore_ascii_case(b"SLDC") {
        true => |octets| Sldc::decode(&octets, HTTP_BODY_BYTES_MAX),
        false => Ok,
    }
}

/// Why an exchange with a server can't go on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceError {
    /// The server refused user and password.
    CredentialsRefused,
    /// The server accepted the handshake without its last token.
    NoToken,
    /// Another status came than the handshake allows.
    UnexpectedStatus {
        /// What would have been right.
        expected: &'static str,
        /// What came.
        found: Status,
    },
    /// A challenge header that is none.
    Challenge(ChallengeError),
    /// The server's token is not what it should be.
    Auth(AuthError),
    /// A sealed body that can't be opened.
    Encryption(EncryptionError),
    /// An answer in clear inside a sealed session.
    AnswerInClear {
        /// The status it came with.
        status: Status,
    },
    /// A sealed answer in a session without keys.
    SealedWithoutKeys,
    /// An answer that is no envelope.
    Soap(SoapError),
    /// An answer to another request, or to none.
    UnrelatedAnswer {
        /// The request's MessageID.
        expected: String,
        /// The answer's RelatesTo.
        found: Option<String>,
    },
    /// A message of another operation.
    OtherOperation {
        /// The operation's OperationID.
        expected: String,
        /// The message's.
        found: String,
    },
    /// A message of the operation never came.
    MissedMessage {
        /// Its number.
        expected: u64,
        /// The number of the one that came instead.
        found: u64,
    },
    /// A message that no server sends.
    UnexpectedAction {
        /// Its action.
        found: String,
    },
    /// Header blocks that are wrong.
    Wsman(WsmanError),
    /// Compressed data that is none.
    Compression(CompressionError),
    /// A fault that ends the sequence.
    Faulted(Box<Fault>),
    /// A response without the body that its action has.
    MissingBody {
        /// The element, as `{uri}local`.
        expected: String,
    },
    /// A fragment was asked for, and the answer is not about one.
    FragmentIgnored,
    /// An enumeration goes on and on without items.
    NoProgress {
        /// How many responses in a row may hold none.
        empty_pages_max: usize,
    },
    /// The reference of a new resource lacks a selector.
    MissingSelector {
        /// Its name.
        name: &'static str,
    },
    /// The caller asked for what the session can't do.
    ApiMisuse {
        /// What.
        what: &'static str,
    },
}

impl From<AuthError> for SequenceError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl From<EncryptionError> for SequenceError {
    fn from(error: EncryptionError) -> Self {
        Self::Encryption(error)
    }
}

impl From<SoapError> for SequenceError {
    fn from(error: SoapError) -> Self {
        Self::Soap(error)
    }
}

impl From<WsmanError> for SequenceError {
    fn from(error: WsmanError) -> Self {
        Self::Wsman(error)
    }
}

impl From<AddressingError> for SequenceError {
    fn from(error: AddressingError) -> Self {
        Self::Wsman(error.into())
    }
}

impl From<CompressionError> for SequenceError {
    fn from(error: CompressionError) -> Self {
        Self::Compression(error)
    }
}

impl From<XmlError> for SequenceError {
    fn from(error: XmlError) -> Self {
        Self::Soap(error.into())
    }
}

impl From<ChallengeError> for SequenceError {
    fn from(error: ChallengeError) -> Self {
        Self::Challenge(error)
    }
}

impl fmt::Display for SequenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CredentialsRefused => f.write_str("the server refused user and password"),
            Self::NoToken => f.write_str("expected the server's last token, and it answered 200 without one"),
            Self::UnexpectedStatus { expected, found } => {
                write!(f, "expected status {expected}, found {found}")
            }
            Self::Challenge(error) => write!(f, "bad WWW-Authenticate header: {error}"),
            Self::Auth(error) => write!(f, "authentication failed: {error}"),
            Self::Encryption(error) => write!(f, "cannot open the sealed answer: {error}"),
            Self::AnswerInClear { status } => {
                write!(f, "expected a sealed answer, found one in clear with status {status}")
            }
            Self::SealedWithoutKeys => f.write_str("expected an answer in clear, found a sealed one"),
            Self::Soap(error) => write!(f, "expected a SOAP envelope: {error}"),
            Self::UnrelatedAnswer { expected, found: Some(found) } => {
                write!(f, "expected the answer to {expected}, found the answer to {found}")
            }
            Self::UnrelatedAnswer { expected, found: None } => {
                write!(f, "expected the answer to {expected}, found one without RelatesTo")
            }
            Self::OtherOperation { expected, found } => {
                write!(f, "expected a message of the operation {expected}, found one of {found}")
            }
            Self::MissedMessage { expected, found } => {
                write!(f, "expected message {expected} of the operation, found message {found}")
            }
            Self::UnexpectedAction { found } => {
                write!(f, "expected a message of the operation, found the action {found}")
            }
            Self::Wsman(error) => write!(f, "bad header of an answer: {error}"),
            Self::Compression(error) => write!(f, "cannot decompress the answer: {error}"),
            Self::Faulted(fault) => write!(f, "the server answered with a fault: {}", fault.reason),
            Self::MissingBody { expected } => write!(f, "expected {expected} in the body, and it is missing"),
            Self::FragmentIgnored => f.write_str("expected a fragment, and the service ignored that"),
            Self::NoProgress { empty_pages_max } => {
                write!(f, "expected an item after {empty_pages_max} responses without any, found none")
            }
            Self::MissingSelector { name } => {
                write!(f, "expected the selector {name} in the reference, and it is missing")
            }
            Self::ApiMisuse { what } => f.write_str(what),
        }
    }
}

impl std::error::Error for SequenceError {}
