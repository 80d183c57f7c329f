use std::fmt;

/// Why a TLS session in memory ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionError {
    /// TLS refused what came, or the peer refused what it got.
    Tls {
        /// The library's words.
        reason: String,
    },
    /// A token ends in the middle of a record.
    Cut {
        /// Octets of the record that are there.
        remaining: usize,
    },
    /// A token has more records than the bound.
    TooManyRecords,
    /// The connection was closed, by the peer or by an error before.
    Closed,
    /// The handshake isn't over.
    NotEstablished,
    /// Something else than application data came, such as a renegotiation or a key update.
    NotApplicationData,
    /// There is nothing to seal, or nothing was sealed.
    Empty,
    /// The server's certificate is missing or can't be read.
    Certificate,
}

impl From<rustls::Error> for SessionError {
    fn from(error: rustls::Error) -> Self {
        Self::Tls { reason: error.to_string() }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls { reason } => write!(f, "TLS: {reason}"),
            Self::Cut { remaining } => {
                write!(f, "expected whole TLS records, found {remaining} octets of one")
            }
            Self::TooManyRecords => f.write_str("too many TLS records in one token"),
            Self::Closed => f.write_str("the TLS session is closed"),
            Self::NotEstablished => f.write_str("the TLS handshake is not over"),
            Self::NotApplicationData => f.write_str("expected TLS application data, found another record"),
            Self::Empty => f.write_str("expected a message in TLS records, found none"),
            Self::Certificate => f.write_str("the certificate of the TLS server is missing or unreadable"),
        }
    }
}

impl std::error::Error for SessionError {}
