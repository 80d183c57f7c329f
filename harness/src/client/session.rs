use crate::auth::AuthError;
use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::SecurityContext;
use crate::auth::basic::BasicCredential;
use crate::auth::digest::Digest;
use crate::auth::policy::ServerIdentity;
use crate::auth::policy::Unproven;
use crate::client::Endpoint;
use crate::client::SequenceError;
use crate::client::digest;
use crate::compression::CompressionError;
use crate::compression::Sldc;
use crate::encryption::Charset;
use crate::encryption::EncryptedMessage;
use crate::encryption::Form;
use crate::encryption::Hostility;
use crate::encryption::Protocol;
use crate::encryption::ToleranceSet;
use crate::encryption::hostile_plaintext;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::limits::HTTP_BODY_BYTES_MAX;

/// [DSP0226 C.3.5] What stands in `Authorization` where the TLS connection has the client's certificate.
const MUTUAL: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";

/// A connection that may carry envelopes.
pub struct Session {
    endpoint: Endpoint,
    protection: Protection,
    identity: ServerIdentity,
    established: Option<Established>,
}

enum Protection {
    /// The keys that every envelope is sealed with, both ways.
    Sealed(Protocol, Box<dyn SecurityContext>),
    /// Envelopes in clear inside TLS; tokens authenticated the connection.
    Connection,
    /// Envelopes in clear with the same `Authorization` on each.
    Header(String),
    /// Envelopes in clear with a proof of the password on each.
    Digest(Box<Digest>),
    /// Envelopes in clear from nobody.
    Nobody,
    /// None: the session broke, and nothing goes out on it any more.
    Over,
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
        let established = context.established().cloned();
        let is_verified = established
            .as_ref()
            .is_some_and(|proved| proved.is_mutual && proved.mechanism == Mechanism::Kerberos);
        let identity = match is_verified {
            true => ServerIdentity::Kerberos,
            false => ServerIdentity::Unverified { why: Unproven::Ntlm },
        };
        Self { endpoint, protection: Protection::Sealed(protocol, context), identity, established }
    }

    /// A session on a connection that tokens authenticated and TLS protects.
    pub(super) fn of_connection(endpoint: Endpoint, established: Option<Established>) -> Self {
        Self { endpoint, protection: Protection::Connection, identity: ServerIdentity::Tls, established }
    }

    /// A session that sends user and password with each envelope, all of it in clear.
    #[must_use]
    pub fn basic(endpoint: Endpoint, credential: &BasicCredential) -> Self {
        let protection = Protection::Header(format!("Basic {}", credential.encode()));
        Self::unsealed(endpoint, protection, Unproven::Basic)
    }

    /// A session of whoever the certificate of the TLS connection is mapped to.
    #[must_use]
    pub fn certificate(endpoint: Endpoint) -> Self {
        Self::unsealed(endpoint, Protection::Header(MUTUAL.to_owned()), Unproven::NotAsked)
            .known_as(ServerIdentity::Tls)
    }

    /// A session that proves the password with each envelope and sends all of them in clear: Digest protects no message.
    /// Its first request carries none and asks for the challenge, which [`Self::take_challenge`] takes.
    #[must_use]
    pub fn digest(endpoint: Endpoint, digest: Digest) -> Self {
        Self::unsealed(endpoint, Protection::Digest(Box::new(digest)), Unproven::Digest)
    }

    /// A session of nobody in particular.
    #[must_use]
    pub fn anonymous(endpoint: Endpoint) -> Self {
        Self::unsealed(endpoint, Protection::Nobody, Unproven::NotAsked)
    }

    fn unsealed(endpoint: Endpoint, protection: Protection, why: Unproven) -> Self {
        Self { endpoint, protection, identity: ServerIdentity::Unverified { why }, established: None }
    }

    /// The same session, of which more is known.
    pub(super) fn known_as(self, identity: ServerIdentity) -> Self {
        Self { identity, ..self }
    }

    /// What is known of the server.
    #[must_use]
    pub fn identity(&self) -> ServerIdentity {
        self.identity
    }

    /// What the tokens proved; `None` in a session without any.
    #[must_use]
    pub fn established(&self) -> Option<&Established> {
        self.established.as_ref()
    }

    /// Takes the challenge of a 401 in a session of [`Self::digest`]: the first one, or one that says that the nonce is
    /// stale. The request is to be made again. [`SequenceError::CredentialsRefused`] says that it would be in vain, as it
    /// is in any other session. One that seals or whose connection was authenticated is over: the server has forgotten it,
    /// and a request that is made again might be done twice.
    pub fn take_challenge(&mut self, response: &Response) -> Result<(), SequenceError> {
        match &mut self.protection {
            Protection::Digest(digest) => digest::take_challenge(digest, response),
            Protection::Sealed(..) | Protection::Connection => Err(self.lose(response.status)),
            Protection::Header(_) | Protection::Nobody => Err(SequenceError::CredentialsRefused),
            Protection::Over => Err(over()),
        }
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
            Protection::Header(authorization) => {
                let authorization = authorization.clone();
                Ok(self.plain_request(envelope).with_header("Authorization", authorization))
            }
            Protection::Digest(digest) if !digest.is_challenged() => Ok(self.endpoint.post()),
            Protection::Digest(digest) => {
                let proof = digest.authorization("POST", &self.endpoint.path).map_err(AuthError::from)?;
                Ok(self.plain_request(envelope).with_header("Authorization", proof))
            }
            Protection::Connection | Protection::Nobody => Ok(self.plain_request(envelope)),
            Protection::Over => Err(over()),
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

    /// Seals an envelope with what a ciphertext may have and careless receivers stumble over.
    pub fn seal_hostile(
        &mut self,
        envelope: &str,
        charset: Charset,
        hostility: Hostility,
    ) -> Result<EncryptedMessage, SequenceError> {
        let Protection::Sealed(protocol, context) = &mut self.protection else {
            return Err(SequenceError::ApiMisuse { what: "a session without keys can't seal" });
        };
        let plaintext = hostile_plaintext(context.as_mut(), charset, envelope, hostility)?;
        Ok(EncryptedMessage::seal(context.as_mut(), protocol.clone(), charset, plaintext)?)
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
    /// somebody between the peers, and refused. What is refused ends the session: nothing goes out on it any more.
    pub fn open(&mut self, response: &Response) -> Result<Opened, SequenceError> {
        if !self.seals() {
            return self.open_any(response, ToleranceSet::default());
        }
        if response.status == Status::UNAUTHORIZED {
            return Err(self.lose(response.status));
        }
        if response.body.octets().is_empty() {
            let tolerated = ToleranceSet::SPEC;
            return Ok(Opened { envelope: Vec::new(), is_sealed: false, tolerated });
        }
        let mut each = self.open_each(response, response.body.octets())?;
        let tolerated = each.iter().fold(ToleranceSet::SPEC, |all, opened| all.union(opened.tolerated));
        // Keep-alives come before the answer, each a message of its own; the last one counts.
        let envelope = each.pop().map(|last| last.envelope).unwrap_or_default();
        Ok(Opened { envelope, is_sealed: true, tolerated })
    }

    /// Opens each message of a chunk, or of a whole body: a server that is long about an answer sends messages before
    /// it ([MS-WSMV] 3.2.4.2.1). `head` is the response as far as it has come. In clear a chunk is one message. What is
    /// refused ends a session that seals.
    pub fn open_each(&mut self, head: &Response, octets: &[u8]) -> Result<Vec<Opened>, SequenceError> {
        let decompress = decompression(head);
        let tolerated = ToleranceSet::SPEC;
        let Protection::Sealed(protocol, context) = &mut self.protection else {
            return Ok(vec![Opened { envelope: decompress(octets.to_vec())?, is_sealed: false, tolerated }]);
        };
        let opened = unseal_each(protocol, context.as_mut(), head, octets);
        opened.inspect_err(|_| self.protection = Protection::Over)
    }

    /// Opens a response, sealed or in clear, and says which: a judge wants to know. Nothing that it finds ends the
    /// session.
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
        for decoded in EncryptedMessage::decode_all(content_type, response.body.octets(), granted)? {
            let unsealed = decoded?.unseal(context.as_mut())?;
            opened.tolerated = opened.tolerated.union(unsealed.used);
            opened.envelope = decompress(unsealed.plaintext)?;
        }
        Ok(opened)
    }

    fn lose(&mut self, status: Status) -> SequenceError {
        self.protection = Protection::Over;
        SequenceError::SessionLost { status }
    }
}

fn over() -> SequenceError {
    SequenceError::ApiMisuse { what: "the session is over: log on again" }
}

fn unseal_each(
    protocol: &Protocol,
    context: &mut dyn SecurityContext,
    head: &Response,
    octets: &[u8],
) -> Result<Vec<Opened>, SequenceError> {
    let content_type = head.headers.first("Content-Type").unwrap_or_default();
    if !is_multipart(content_type) {
        return Err(SequenceError::AnswerInClear { status: head.status });
    }
    let decompress = decompression(head);
    let mut each = Vec::new();
    for decoded in EncryptedMessage::decode_all(content_type, octets, ToleranceSet::default())? {
        let decoded = decoded?;
        require_kind(protocol, &decoded.message.protocol)?;
        let unsealed = decoded.unseal(context)?;
        let envelope = decompress(unsealed.plaintext)?;
        each.push(Opened { envelope, is_sealed: true, tolerated: unsealed.used });
    }
    Ok(each)
}

/// [MS-WSMV 2.2.9.1] An answer is sealed as the request was. [MS-WSMV 2.2.9.1.2.2.1] lets Kerberos go by the name of SPNEGO
/// too: the keys are the same.
fn require_kind(expected: &Protocol, found: &Protocol) -> Result<(), SequenceError> {
    let is_alias = *expected == Protocol::Kerberos && *found == Protocol::Spnego;
    match found == expected || is_alias {
        true => Ok(()),
        false => Err(SequenceError::OtherProtocol { expected: expected.clone(), found: found.clone() }),
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
