//! TLS in memory: tokens in, tokens out. What CredSSP carries inside HTTP headers and then seals messages with.
//!
//! ```
//! use winrm_harness::tls::Session;
//! use winrm_harness::tls::Versions;
//!
//! let mut client = Session::client(Versions::default())?;
//! let hello = client.receive(Vec::new())?;
//! assert_eq!(hello.to_send.first(), Some(&22), "a record of the handshake");
//! assert!(!client.is_established());
//! # Ok::<(), winrm_harness::tls::SessionError>(())
//! ```

use std::fmt;

use rustls::client::UnbufferedClientConnection;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::ConnectionState;
use rustls::unbuffered::EncodeError;
use rustls::unbuffered::EncodeTlsData;
use rustls::unbuffered::EncryptError;
use rustls::unbuffered::UnbufferedStatus;
use rustls::unbuffered::WriteTraffic;

use crate::limits::CREDSSP_PORTION_BYTES_MAX;
use crate::limits::TLS_TURNS_MAX;
use crate::tls::SessionError;
use crate::tls::SessionServer;
use crate::tls::Versions;
use crate::tls::session_config;

/// One side of a TLS connection without a socket.
///
/// Each token is a flight of whole records, which is how HTTP carries it. Nothing is resumed and no client certificate is
/// asked for: [MS-CSSP 3.1.5] has no resumption. With TLS 1.3 the server sends one session ticket all the same, as
/// initiators exist that want an answer to their last flight; it resumes nothing.
///
/// **The client believes any certificate.** Whoever uses this has to bind the [`public_key`](Self::public_key) to an
/// authentication that the peer can't forge, as CredSSP does, before it trusts the peer with anything.
pub struct Session {
    connection: Connection,
    state: State,
    server_key: Option<Vec<u8>>,
    /// The allocation that the next record goes to.
    spare: Vec<u8>,
}

enum Connection {
    Client(Box<UnbufferedClientConnection>),
    Server(Box<UnbufferedServerConnection>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Handshake,
    Established,
    Dead,
}

/// What a token led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// What the peer has to get; may be empty though the peer waits for an answer, after the last flight of TLS 1.3.
    pub to_send: Vec<u8>,
    /// The application data of the token.
    pub plaintext: Vec<u8>,
}

/// How one record, or the start of a connection, left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Again,
    Blocked,
    Established,
}

impl Session {
    /// The client, which sends the first flight.
    pub fn client(versions: Versions) -> Result<Self, SessionError> {
        let connection = session_config::client(versions)?;
        Ok(Self::new(Connection::Client(Box::new(connection)), None))
    }

    /// The server with this certificate.
    pub fn server(server: &SessionServer) -> Result<Self, SessionError> {
        let connection = server.connect()?;
        Ok(Self::new(Connection::Server(Box::new(connection)), Some(server.public_key().to_vec())))
    }

    fn new(connection: Connection, server_key: Option<Vec<u8>>) -> Self {
        Self { connection, state: State::Handshake, server_key, spare: Vec::new() }
    }

    /// Whether the handshake is over on this side.
    pub fn is_established(&self) -> bool {
        self.state == State::Established
    }

    /// [RFC 5280 4.1.2.7] The contents of the BIT STRING subjectPublicKey in the server's certificate. The client knows
    /// it once the handshake is over.
    pub fn public_key(&self) -> Option<&[u8]> {
        self.server_key.as_deref()
    }

    /// As `TLS13_AES_256_GCM_SHA384`.
    pub fn cipher_suite(&self) -> &'static str {
        let suite = self.common().negotiated_cipher_suite();
        suite.and_then(|suite| suite.suite().as_str()).unwrap_or("unknown")
    }

    /// Whether the peers agreed on TLS 1.3, with which a server may have nothing to say to the client's last flight.
    pub fn is_tls13(&self) -> bool {
        self.common().protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3)
    }

    /// Takes a token of whole records; an empty one where it is the client's turn to begin, or where the peer had
    /// nothing to say. After an error the session is dead.
    pub fn receive(&mut self, mut token: Vec<u8>) -> Result<Received, SessionError> {
        self.expect_alive()?;
        let mut received = Received::default();
        let outcome = self.take_turns(&mut token, &mut received);
        self.settle(outcome)?;
        Ok(received)
    }

    /// The alert that says why the session died, if TLS has one for it.
    pub fn last_words(&mut self) -> Option<Vec<u8>> {
        let mut received = Received::default();
        let _ = self.take_turns(&mut [], &mut received);
        Some(received.to_send).filter(|alert| !alert.is_empty())
    }

    /// Makes records of `message` in its place: one for each portion of 16384 octets.
    pub fn seal(&mut self, message: &mut Vec<u8>) -> Result<(), SessionError> {
        self.expect_established()?;
        if message.is_empty() {
            return Err(SessionError::Empty);
        }
        let records = message.len().div_ceil(CREDSSP_PORTION_BYTES_MAX);
        let len_max = message.len().saturating_add(records.saturating_mul(RECORD_OVERHEAD_BYTES_MAX));
        let mut sealed = std::mem::take(&mut self.spare);
        sealed.resize(len_max, 0);
        let outcome = match &mut self.connection {
            Connection::Client(connection) => {
                encrypt(connection.process_tls_records(&mut []), message, &mut sealed)
            }
            Connection::Server(connection) => {
                encrypt(connection.process_tls_records(&mut []), message, &mut sealed)
            }
        };
        sealed.truncate(self.settle(outcome)?);
        self.spare = std::mem::replace(message, sealed);
        Ok(())
    }

    /// Makes the message of whole records in their place. On an error nothing is left of it.
    ///
    /// Alerts, renegotiation, a key update that wants an answer, cut records and records without data are refused, and
    /// the session is dead then.
    pub fn unseal(&mut self, records: &mut Vec<u8>) -> Result<(), SessionError> {
        let mut received = Received { plaintext: std::mem::take(&mut self.spare), ..Received::default() };
        received.plaintext.clear();
        self.expect_established().inspect_err(|_| records.clear())?;
        received.plaintext.reserve_exact(records.len());
        let outcome = expect_application_data(records).and_then(|()| self.take_turns(records, &mut received));
        let outcome = match outcome {
            Ok(()) if !received.to_send.is_empty() => Err(SessionError::NotApplicationData),
            Ok(()) if received.plaintext.is_empty() => Err(SessionError::Empty),
            outcome => outcome,
        };
        self.settle(outcome).inspect_err(|_| records.clear())?;
        self.spare = std::mem::replace(records, received.plaintext);
        Ok(())
    }

    /// [MS-WSMV 2.2.9.1.3.1.2.2] Octets of the trailer of one record: what the cipher adds behind the text, with
    /// TLS 1.3 the content type too. Every cipher that is offered here has a tag of 16 octets.
    pub fn trailer_len(&self) -> usize {
        if self.is_tls13() { TAG_LEN.saturating_add(1) } else { TAG_LEN }
    }

    fn take_turns(&mut self, token: &mut [u8], received: &mut Received) -> Result<(), SessionError> {
        let mut rest = token;
        for _ in 0..TLS_TURNS_MAX {
            let (discard, turn) = match &mut self.connection {
                Connection::Client(connection) => take_turn(connection.process_tls_records(rest), received)?,
                Connection::Server(connection) => take_turn(connection.process_tls_records(rest), received)?,
            };
            rest = rest.get_mut(discard..).unwrap_or_default();
            match turn {
                Turn::Again => continue,
                _ if !rest.is_empty() => return Err(SessionError::Cut { remaining: rest.len() }),
                Turn::Blocked => return Ok(()),
                Turn::Established => return self.establish(),
            }
        }
        Err(SessionError::TooManyRecords)
    }

    fn establish(&mut self) -> Result<(), SessionError> {
        if self.state != State::Handshake {
            return Ok(());
        }
        if self.server_key.is_none() {
            let certificates = self.common().peer_certificates().unwrap_or_default();
            let certificate = certificates.first().ok_or(SessionError::Certificate)?;
            self.server_key = Some(session_config::subject_public_key(certificate)?);
        }
        self.state = State::Established;
        Ok(())
    }

    fn settle<T>(&mut self, outcome: Result<T, SessionError>) -> Result<T, SessionError> {
        outcome.inspect_err(|_| self.state = State::Dead)
    }

    fn expect_alive(&self) -> Result<(), SessionError> {
        if self.state == State::Dead { Err(SessionError::Closed) } else { Ok(()) }
    }

    fn expect_established(&self) -> Result<(), SessionError> {
        self.expect_alive()?;
        if self.is_established() { Ok(()) } else { Err(SessionError::NotEstablished) }
    }

    fn common(&self) -> &rustls::CommonState {
        match &self.connection {
            Connection::Client(connection) => connection,
            Connection::Server(connection) => connection,
        }
    }
}

/// Octets of the tag of every cipher that is offered.
const TAG_LEN: usize = 16;

/// Octets that a record has beside its text: header, explicit nonce, content type and tag, with room to spare.
const RECORD_OVERHEAD_BYTES_MAX: usize = 64;

/// [RFC 8446 5.2] opaque_type is 23 and legacy_record_version 0x0303. The library neither looks at them with TLS 1.3 nor
/// lets the seal cover what came.
fn expect_application_data(mut records: &[u8]) -> Result<(), SessionError> {
    for _ in 0..TLS_TURNS_MAX {
        let [23, 3, 3, high, low, rest @ ..] = records else { break };
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(next) = rest.get(len..) else { break };
        records = next;
    }
    match records {
        [] => Ok(()),
        [23, 3, 3, high, low, rest @ ..] if rest.len() >= usize::from(u16::from_be_bytes([*high, *low])) => {
            Err(SessionError::TooManyRecords)
        }
        [23] | [23, 3] | [23, 3, 3, ..] => Err(SessionError::Cut { remaining: records.len() }),
        _ => Err(SessionError::NotApplicationData),
    }
}

fn take_turn<Data>(
    status: UnbufferedStatus<'_, '_, Data>,
    received: &mut Received,
) -> Result<(usize, Turn), SessionError> {
    let UnbufferedStatus { discard, state } = status;
    let turn = match state? {
        ConnectionState::ReadTraffic(mut traffic) => {
            while let Some(record) = traffic.next_record() {
                received.plaintext.extend_from_slice(record?.payload);
            }
            Turn::Again
        }
        ConnectionState::EncodeTlsData(mut data) => {
            encode(&mut data, &mut received.to_send)?;
            Turn::Again
        }
        ConnectionState::TransmitTlsData(data) => {
            data.done();
            Turn::Again
        }
        ConnectionState::BlockedHandshake => Turn::Blocked,
        ConnectionState::WriteTraffic(_) => Turn::Established,
        ConnectionState::PeerClosed | ConnectionState::Closed => return Err(SessionError::Closed),
        _ => return Err(SessionError::NotApplicationData),
    };
    Ok((discard, turn))
}

/// Appends one record of the handshake. The first call only asks how long it is.
fn encode<Data>(data: &mut EncodeTlsData<'_, Data>, output: &mut Vec<u8>) -> Result<(), SessionError> {
    let start = output.len();
    let Err(EncodeError::InsufficientSize(size)) = data.encode(&mut []) else { return Ok(()) };
    output.resize(start.saturating_add(size.required_size), 0);
    let _ = data.encode(output.get_mut(start..).unwrap_or_default());
    Ok(())
}

fn encrypt<Data>(
    status: UnbufferedStatus<'_, '_, Data>,
    message: &[u8],
    sealed: &mut [u8],
) -> Result<usize, SessionError> {
    let ConnectionState::WriteTraffic(mut traffic) = status.state? else {
        return Err(SessionError::NotApplicationData);
    };
    write(&mut traffic, message, sealed)
}

fn write<Data>(
    traffic: &mut WriteTraffic<'_, Data>,
    message: &[u8],
    sealed: &mut [u8],
) -> Result<usize, SessionError> {
    traffic.encrypt(message, sealed).map_err(|error| match error {
        EncryptError::InsufficientSize(_) => SessionError::NotApplicationData,
        EncryptError::EncryptExhausted => SessionError::Closed,
    })
}

/// No keys and no plaintext in a log.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("state", &self.state).finish_non_exhaustive()
    }
}
