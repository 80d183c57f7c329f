use std::fmt;

use crate::http::Status;

/// Why the octets of a connection are not HTTP messages. After it the connection has no known message boundary: it
/// can only be answered with [`HttpError::status`] and closed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpError {
    /// The start line and header fields go on past the bound.
    HeadTooLarge {
        /// The bound.
        bytes_max: usize,
    },
    /// More header fields than the bound.
    TooManyHeaders {
        /// The bound.
        headers_max: usize,
    },
    /// A CR without its LF, or an LF without its CR, this many octets into the head.
    LineEnd {
        /// Where the first lone octet stands.
        offset: usize,
    },
    /// The start line or a header field is malformed.
    Head(HeadFault),
    /// Both Content-Length and Transfer-Encoding, or Transfer-Encoding in HTTP/1.0: two recipients could disagree on
    /// where the message ends.
    ConflictingFraming,
    /// A Content-Length that is not one decimal number.
    ContentLength {
        /// The value that came.
        value: String,
    },
    /// Two Content-Length values that differ.
    ContentLengthsDiffer {
        /// The first.
        first: u64,
        /// The one that differs.
        other: u64,
    },
    /// A transfer coding other than a single `chunked`.
    TransferEncoding {
        /// The value that came.
        value: String,
    },
    /// The body is, or is announced to be, larger than the caller takes.
    BodyTooLarge {
        /// The caller's bound.
        bytes_max: usize,
        /// The length that the peer announced; `None` when it only kept sending.
        announced: Option<u64>,
    },
    /// A chunk-size line that is not hexadecimal digits with extensions, or is too long.
    ChunkSize {
        /// The line that came, cut at the bound.
        line: String,
    },
    /// The data of a chunk are not followed by CRLF.
    ChunkEnd {
        /// The two octets that came instead.
        found: [u8; 2],
    },
    /// More chunks than the bound.
    TooManyChunks {
        /// The bound.
        chunks_max: usize,
    },
    /// The connection ended inside a message.
    Truncated {
        /// Octets of the message that came.
        got: usize,
    },
}

/// Which rule of the start line or the header fields was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadFault {
    /// A field name that is not a token; also a space before the colon and a folded line.
    Name,
    /// A field value with a control character.
    Value,
    /// A method or target that is not one.
    StartLine,
    /// A status that is not three digits.
    Status,
    /// A version other than HTTP/1.0 and HTTP/1.1.
    Version,
}

impl HttpError {
    /// [RFC 9110 15.5] the status with which a server refuses such a request.
    ///
    /// [RFC 9110 15.5]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::BodyTooLarge { .. } => Status::CONTENT_TOO_LARGE,
            Self::HeadTooLarge { .. } | Self::TooManyHeaders { .. } => {
                Status::REQUEST_HEADER_FIELDS_TOO_LARGE
            }
            Self::TransferEncoding { .. } => Status::NOT_IMPLEMENTED,
            Self::Head(HeadFault::Version) => Status::VERSION_NOT_SUPPORTED,
            _ => Status::BAD_REQUEST,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeadTooLarge { bytes_max } => write!(f, "http head longer than {bytes_max} octets"),
            Self::TooManyHeaders { headers_max } => write!(f, "more than {headers_max} header fields"),
            Self::LineEnd { offset } => write!(f, "expected CRLF, found a lone CR or LF at octet {offset}"),
            Self::Head(fault) => write!(f, "malformed http head: {fault}"),
            Self::ConflictingFraming => {
                write!(f, "two framings in one message: content-length and transfer-encoding")
            }
            Self::ContentLength { value } => write!(f, "expected a decimal content-length, found `{value}`"),
            Self::ContentLengthsDiffer { first, other } => {
                write!(f, "two content-lengths: {first} and {other}")
            }
            Self::TransferEncoding { value } => {
                write!(f, "expected transfer-encoding `chunked`, found `{value}`")
            }
            Self::BodyTooLarge { bytes_max, announced: Some(announced) } => {
                write!(f, "body of {announced} octets announced: at most {bytes_max} are taken")
            }
            Self::BodyTooLarge { bytes_max, announced: None } => {
                write!(f, "body longer than {bytes_max} octets")
            }
            Self::ChunkSize { line } => write!(f, "expected a hexadecimal chunk size, found `{line}`"),
            Self::ChunkEnd { found: [a, b] } => {
                write!(f, "expected CRLF after the chunk, found {a:#04x} {b:#04x}")
            }
            Self::TooManyChunks { chunks_max } => write!(f, "more than {chunks_max} chunks in one body"),
            Self::Truncated { got } => write!(f, "connection ended {got} octets into a message"),
        }
    }
}

impl fmt::Display for HeadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "expected a field name and a colon directly after it",
            Self::Value => "control character in a field value",
            Self::StartLine => "expected a method, a target and a version",
            Self::Status => "expected a status of three digits",
            Self::Version => "expected HTTP/1.0 or HTTP/1.1",
        })
    }
}

impl std::error::Error for HttpError {}
