//! From an HTTP body to an envelope and back, through the seal where there is one.

use crate::compression::CompressionError;
use crate::compression::Sldc;
use crate::encryption::EncryptedMessage;
use crate::encryption::Form;
use crate::encryption::Protocol;
use crate::encryption::ToleranceSet;
use crate::encryption::hostile_plaintext;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::media_type::MediaType;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::authentication::Authentication;
use crate::server::dispatch::Answer;
use crate::server::pipeline::Connection;
use crate::tls::Channel;
use crate::xml::Charset;

/// What a request's body holds.
pub(super) enum Reading {
    /// An envelope that may be executed, and how to write its answer.
    Envelope { octets: Vec<u8>, charset: Charset, writing: Writing },
    /// An envelope, perhaps, in an encoding that nobody here knows.
    UnknownCharset { writing: Writing },
    /// Nothing that may be executed.
    Refused {
        status: Status,
        /// Whether the connection has to end: the peers' keys may be out of step.
        is_fatal: bool,
    },
}

/// How an answer goes out: as its request came in.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    sealed: Option<(Protocol, Form)>,
    /// Whether the request came in chunks.
    pub(super) is_chunked: bool,
    /// The encoding of the request, which the answer has too (R13.1-5).
    charset: Charset,
    /// Whether the request was compressed.
    is_compressed: bool,
}

/// A sealed body and what it became, for a server that lets it be sent again.
pub(super) type Replayable = (Vec<u8>, Vec<u8>);

/// Reads a request's body. `is_auth_leg` says whether it brought a token.
pub(super) fn read(
    request: &Request,
    is_auth_leg: bool,
    connection: &mut Connection,
    config: &Config,
) -> Reading {
    let content_type = request.headers.first("Content-Type").unwrap_or_default();
    let Ok(media_type) = MediaType::parse(content_type) else {
        return refused(Status::UNSUPPORTED_MEDIA_TYPE);
    };
    let Ok(encoding) = Encoding::of(request) else {
        return refused(Status::UNSUPPORTED_MEDIA_TYPE);
    };
    // Any other multipart is an attachment, which the service doesn't take (13.5).
    let is_sealed = ["multipart/encrypted", "multipart/x-multi-encrypted"].iter().any(|e| media_type.is(e));
    let reading = if is_sealed {
        read_sealed(request, &media_type, connection, config)
    } else {
        // What TLS carries is not in clear.
        let is_allowed = config.allow_unencrypted || connection.channel != Channel::Clear;
        let is_negotiated = connection.authentication.user().is_some();
        let is_forgiven = (is_negotiated && config.is_mutant(Mutant::ExecutesPlain))
            || (is_auth_leg && config.is_mutant(Mutant::ExecutesOnAuthLeg))
            || (!is_negotiated && config.is_mutant(Mutant::BasicInClear));
        read_plain(request, &media_type, is_allowed || is_forgiven)
    };
    let is_bounded = !config.is_mutant(Mutant::LargeRequests);
    let reading = match reading {
        Reading::Envelope { octets, charset, writing } if encoding == Encoding::Sldc => {
            decompress(octets, charset, writing, config.max_envelope_bytes())
        }
        reading => reading,
    };
    match reading {
        Reading::Envelope { octets, .. } if is_bounded && octets.len() > config.max_envelope_bytes() => {
            refused(Status::CONTENT_TOO_LARGE)
        }
        reading => reading,
    }
}

/// [MS-WSMV] 2.2.9.2: what a message is compressed by, before it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Identity,
    Sldc,
}

/// The encoding of a body is none that the service knows.
struct UnknownEncoding;

impl Encoding {
    fn of(request: &Request) -> Result<Self, UnknownEncoding> {
        let mut found = Self::Identity;
        for value in request.headers.all("Content-Encoding") {
            let value = value.trim_ascii();
            if value.eq_ignore_ascii_case(b"SLDC") && found == Self::Identity {
                found = Self::Sldc;
            } else if !value.eq_ignore_ascii_case(b"identity") {
                return Err(UnknownEncoding);
            }
        }
        Ok(found)
    }
}

/// A message that says it is compressed. The last one of a Windows event source says so and is not, so that what is
/// no compressed data and begins as XML does is taken for XML.
fn decompress(octets: Vec<u8>, charset: Charset, mut writing: Writing, bytes_max: usize) -> Reading {
    match Sldc::decode(&octets, bytes_max) {
        Ok(octets) => {
            writing.is_compressed = true;
            // The byte order mark of a body in clear was under the compression.
            let is_marked = writing.sealed.is_none() && has_utf16_mark(&octets);
            let charset = if is_marked { Charset::Utf16 } else { charset };
            writing.charset = charset;
            Reading::Envelope { octets, charset, writing }
        }
        Err(_) if octets.starts_with(b"<") || octets.starts_with(&[0xFF, 0xFE]) => {
            Reading::Envelope { octets, charset, writing }
        }
        Err(CompressionError::TooLong { .. }) => refused(Status::CONTENT_TOO_LARGE),
        Err(_) => refused(Status::BAD_REQUEST),
    }
}

fn read_sealed(
    request: &Request,
    media_type: &MediaType,
    connection: &mut Connection,
    config: &Config,
) -> Reading {
    let broken = match config.is_mutant(Mutant::OpensAnything) {
        true => refused(Status::OK),
        false => Reading::Refused { status: Status::BAD_REQUEST, is_fatal: true },
    };
    let Connection { authentication, replayable, .. } = connection;
    let Authentication::Negotiated { scheme, context, .. } = authentication else { return broken };
    // [MS-WSMV 2.2.9.1] ties the protocol to the scheme; Windows answers another one so.
    let protocol = media_type.parameter("protocol").map(Protocol::from_media_type);
    let is_admitted = protocol.is_none_or(|protocol| scheme.admits(&protocol));
    if !is_admitted && !config.is_mutant(Mutant::KerberosProtocolAnywhere) {
        return refused(Status::UNSUPPORTED_MEDIA_TYPE);
    }
    let replayable = config.is_mutant(Mutant::AcceptsReplay).then_some(replayable);
    let content_type = request.headers.first("Content-Type").unwrap_or_default();
    let decoded = EncryptedMessage::decode(content_type, request.body.octets(), ToleranceSet::WINDOWS);
    let Ok(mut decoded) = decoded else { return broken };
    mistake_ciphertext(&mut decoded.message, config);
    let protocol = decoded.message.protocol.clone();
    let charset = match decoded.message.charset {
        crate::encryption::Charset::Utf8 => Charset::Utf8,
        crate::encryption::Charset::Utf16 => Charset::Utf16,
    };
    let form = Form::from(decoded.used);
    let sealed = Some((protocol, form));
    let writing = Writing { sealed, is_chunked: is_chunked(request), charset, is_compressed: false };
    if let Some(Some((_, octets))) =
        replayable.as_deref().filter(|known| known.as_ref().is_some_and(|k| k.0 == request.body.octets()))
    {
        return Reading::Envelope { octets: octets.clone(), charset, writing };
    }
    let Ok(unsealed) = decoded.unseal(context) else { return broken };
    if let Some(replayable) = replayable {
        *replayable = Some((request.body.octets().to_vec(), unsealed.plaintext.clone()));
    }
    Reading::Envelope { octets: unsealed.plaintext, charset, writing }
}

/// What the mutants do that take ciphertext for text.
fn mistake_ciphertext(message: &mut EncryptedMessage, config: &Config) {
    for portion in &mut message.portions {
        let ciphertext = &mut portion.ciphertext;
        if config.is_mutant(Mutant::StripsWhiteSpaceOfCiphertext) {
            let is_text = |octet: &u8| !b"\r\n\0 ".contains(octet);
            ciphertext
                .truncate(ciphertext.iter().rposition(is_text).map_or(0, |last| last.saturating_add(1)));
        }
        if config.is_mutant(Mutant::SplitsAtBoundaryInCiphertext) {
            let delimiter = b"--Encrypted Boundary";
            let found = ciphertext.windows(delimiter.len()).position(|window| window == delimiter);
            ciphertext.truncate(found.unwrap_or(ciphertext.len()));
        }
    }
}

fn read_plain(request: &Request, media_type: &MediaType, is_allowed: bool) -> Reading {
    if !media_type.is("application/soap+xml") {
        return refused(Status::UNSUPPORTED_MEDIA_TYPE);
    }
    // Windows answers SOAP in clear with an empty 500 unless an administrator allowed it, whoever sent it.
    if !is_allowed {
        return refused(Status::INTERNAL_SERVER_ERROR);
    }
    let is_chunked = is_chunked(request);
    let writing = |charset| Writing { sealed: None, is_chunked, charset, is_compressed: false };
    match charset_of(request) {
        None => Reading::UnknownCharset { writing: writing(Charset::Utf8) },
        Some(charset) => {
            let octets = request.body.octets().to_vec();
            Reading::Envelope { octets, charset, writing: writing(charset) }
        }
    }
}

/// The encoding of a body in clear: the byte order mark's, else what HTTP names; `None` when nobody knows it.
pub(super) fn charset_of(request: &Request) -> Option<Charset> {
    if has_utf16_mark(request.body.octets()) {
        return Some(Charset::Utf16);
    }
    let content_type = request.headers.first("Content-Type").unwrap_or_default();
    let media_type = MediaType::parse(content_type).ok();
    match media_type.as_ref().and_then(MediaType::charset) {
        None => Some(Charset::Utf8),
        Some(name) => Charset::from_name(name),
    }
}

fn has_utf16_mark(octets: &[u8]) -> bool {
    matches!(octets, [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..])
}

fn is_chunked(request: &Request) -> bool {
    request.headers.contains("Transfer-Encoding")
}

fn refused(status: Status) -> Reading {
    Reading::Refused { status, is_fatal: false }
}

/// Writes an answer: sealed if its request was, a fault like any other.
pub(super) fn write(
    answer: Answer,
    writing: &Writing,
    authentication: &mut Authentication,
    config: &Config,
) -> Response {
    let Answer { envelope, is_fault } = answer;
    if envelope.is_empty() {
        return Response::new(Status::OK);
    }
    let status = match is_fault && !config.is_mutant(Mutant::FaultAsSuccess) {
        true => Status::INTERNAL_SERVER_ERROR,
        false => Status::OK,
    };
    let is_plain_by_mutation =
        config.is_mutant(Mutant::PlainAnswers) || (is_fault && config.is_mutant(Mutant::PlainFaults));
    let charset = match config.is_mutant(Mutant::AnswersInUtf8) {
        true => Charset::Utf8,
        false => writing.charset,
    };
    // The envelope is needed once more only where its ciphertext has to be hostile.
    let hostility = config.hostile_answers.filter(|_| !writing.is_compressed);
    let hostility = hostility.map(|hostility| (hostility, envelope.clone()));
    let octets = encode(envelope, charset);
    // "The service MUST use this message when responding to a compressed request."
    let (response, octets) = match writing.is_compressed {
        true => (Response::new(status).with_header("Content-Encoding", "SLDC"), Sldc::encode(&octets)),
        false => (Response::new(status), octets),
    };
    let (Some((protocol, form)), false) = (&writing.sealed, is_plain_by_mutation) else {
        return response.with_header("Content-Type", content_type(charset)).with_body(octets);
    };
    let Authentication::Negotiated { context, .. } = authentication else {
        return Response::new(Status::INTERNAL_SERVER_ERROR);
    };
    let named = match charset {
        Charset::Utf8 => crate::encryption::Charset::Utf8,
        Charset::Utf16 => crate::encryption::Charset::Utf16,
    };
    let hostile =
        hostility.map(|(hostility, envelope)| hostile_plaintext(context, named, &envelope, hostility));
    let octets = hostile.and_then(Result::ok).unwrap_or(octets);
    let Ok(message) = EncryptedMessage::seal(context, protocol.clone(), named, octets) else {
        return Response::new(Status::INTERNAL_SERVER_ERROR);
    };
    let mut form = *form;
    form.crlf_before_close |= config.is_mutant(Mutant::CrlfBeforeClose);
    response.with_header("Content-Type", message.content_type().to_string()).with_body(message.encode(form))
}

/// An answer in clear.
pub(super) fn plain(status: Status, envelope: String, charset: Charset) -> Response {
    Response::new(status)
        .with_header("Content-Type", content_type(charset))
        .with_body(encode(envelope, charset))
}

fn content_type(charset: Charset) -> &'static str {
    match charset {
        Charset::Utf8 => "application/soap+xml;charset=UTF-8",
        Charset::Utf16 => "application/soap+xml;charset=UTF-16",
    }
}

/// "UTF-16 messages begin with a BOM", and UTF-8 replies have none.
fn encode(envelope: String, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf8 => envelope.into_bytes(),
        Charset::Utf16 => {
            let units = std::iter::once(0xFEFF).chain(envelope.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        }
    }
}
