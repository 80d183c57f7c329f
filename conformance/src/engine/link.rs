use std::collections::BTreeMap;
use std::time::Duration;

use winrm_harness::auth::ChannelBindings;
use winrm_harness::client::Session;
use winrm_harness::http::Request;
use winrm_harness::http::Response;
use winrm_harness::net::Connection;
use winrm_harness::net::NetError;
use winrm_harness::tls::Channel;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::TlsError;

use crate::engine::cancel::Cancel;
use crate::engine::facts;
use crate::engine::observation::AuthEnd;
use crate::subject::EndpointUrl;
use crate::subject::Scheme;
use crate::subject::Subject;
use crate::subject::SubjectError;
use crate::wsx::ShownCertificate;
use crate::wsx::TlsDirective;

/// The connection bounds no wait itself: the engine does, step by step.
pub(crate) const UNBOUNDED: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a server may take to close a connection that it should close.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// What became of an exchange.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// Nothing was waited for.
    NotAwaited,
    /// A response.
    Answer(Box<Response>),
    /// A request, where a client is under test.
    Asked(Box<Request>),
    /// The client asks nothing more: it ended, for this reason, or stays silent.
    Over(String),
    /// The peer closed the connection; these octets had come.
    Closed(Vec<u8>),
    /// Nothing complete came in time.
    Late(Duration),
    /// The connection broke.
    Broken(String),
    /// TLS broke: the peer said why by an alert, or what came was not of its keys.
    Alert(String),
    /// What came is not HTTP.
    NotHttp(String),
}

/// Where a connection goes, and how.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) url: EndpointUrl,
    tls: Option<ClientTls>,
}

/// A connection of a case.
pub(crate) struct Link {
    place: Place,
    connection: Option<Connection>,
    /// What envelopes are sent with.
    pub(crate) session: Session,
    /// The `Authorization` of the first leg of the handshake.
    pub(crate) first_token: Option<String>,
    /// The one of the last leg.
    pub(crate) last_token: Option<String>,
    /// Whom each request of the session tells a wrong password of.
    pub(crate) wrong_password_of: Option<String>,
    /// What is known of its TLS.
    pub(crate) facts: BTreeMap<String, String>,
    /// Answers that nobody has waited for yet.
    unread: u16,
}

/// How long to wait, and whether at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience<'a> {
    /// The longest wait.
    pub(crate) wait: Duration,
    /// Whether the run is called off.
    pub(crate) cancel: &'a Cancel,
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum Unopened {
    /// Nobody is there.
    Lost(String),
    /// There is no TLS with the peer: who refused whom, and why.
    Tls(AuthEnd),
}

impl std::fmt::Display for Unopened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(reason) | Self::Tls(AuthEnd::Refused(reason) | AuthEnd::Broken(reason)) => {
                f.write_str(reason)
            }
            Self::Tls(AuthEnd::Accepted) => f.write_str("no connection over TLS"),
        }
    }
}

/// Whether somebody listens at the address.
pub async fn is_reachable(url: &EndpointUrl, wait: Duration) -> Result<(), NetError> {
    Connection::connect(&url.authority(), wait).await.map(drop)
}

impl Place {
    /// Where a case's connections go by themselves: to the address of the run.
    pub(crate) fn usual(subject: &Subject) -> Result<Self, SubjectError> {
        if !subject.url.is_tls() {
            return Ok(Self { url: subject.url.clone(), tls: None });
        }
        let certificate = match subject.scheme {
            Scheme::Certificate => ShownCertificate::Mapped,
            _ => ShownCertificate::None,
        };
        let tls = subject.tls.client(TlsDirective { certificate, ..TlsDirective::default() })?;
        Ok(Self { url: subject.url.clone(), tls: Some(tls) })
    }

    /// Where those go that a case opens over TLS.
    pub(crate) fn over_tls(subject: &Subject, directive: TlsDirective) -> Result<Self, SubjectError> {
        let url = subject.https.clone().ok_or(SubjectError::NoHttps)?;
        Ok(Self { url, tls: Some(subject.tls.client(directive)?) })
    }
}

impl Link {
    /// Connects; envelopes are sent in clear until somebody authenticates.
    pub(crate) async fn open(place: Place, patience: Patience<'_>) -> Result<Self, Unopened> {
        let connection = connect(&place, patience).await?;
        let facts = facts::of_channel(connection.channel());
        let session = Session::anonymous(place.url.endpoint());
        Ok(Self {
            place,
            connection: Some(connection),
            session,
            first_token: None,
            last_token: None,
            wrong_password_of: None,
            facts,
            unread: 0,
        })
    }

    /// Where it goes.
    pub(crate) fn url(&self) -> &EndpointUrl {
        &self.place.url
    }

    /// Whether it runs over TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.place.tls.is_some()
    }

    /// [RFC 5929 4] What an authentication on this connection is bound to.
    pub(crate) fn channel_bindings(&self) -> Option<ChannelBindings> {
        match self.connection.as_ref()?.channel() {
            Channel::Clear => None,
            Channel::Tls(tls) => Some(ChannelBindings::tls_server_end_point(&tls.end_point_hash)),
        }
    }

    /// Sends octets and, if `awaits`, waits for the response to them. Earlier answers that nobody waited for are read
    /// and dropped first.
    pub(crate) async fn exchange(&mut self, octets: &[u8], awaits: bool, patience: Patience<'_>) -> Arrival {
        while self.unread > 0 {
            match self.receive(patience).await {
                Arrival::Answer(_) => {}
                other => return other,
            }
        }
        let Some(connection) = &mut self.connection else { return Arrival::Closed(Vec::new()) };
        // A peer may answer and close before it has read everything: then sending fails, and the answer counts.
        if patience.cancel.within(patience.wait, connection.send(octets)).await.is_none() {
            return Arrival::Late(patience.wait);
        }
        self.unread = self.unread.saturating_add(1);
        if !awaits {
            return Arrival::NotAwaited;
        }
        self.receive(patience).await
    }

    /// Waits for the next response.
    pub(crate) async fn receive(&mut self, patience: Patience<'_>) -> Arrival {
        self.unread = self.unread.saturating_sub(1);
        let Some(connection) = &mut self.connection else { return Arrival::Closed(Vec::new()) };
        let arrival = match patience.cancel.within(patience.wait, connection.receive()).await {
            None => Arrival::Late(patience.wait),
            Some(Ok(response)) => Arrival::Answer(Box::new(response)),
            Some(Err(NetError::Closed { received })) => Arrival::Closed(received),
            Some(Err(NetError::Http(error))) => Arrival::NotHttp(error.to_string()),
            Some(Err(NetError::Tls(error))) => Arrival::Alert(error.to_string()),
            Some(Err(error)) if is_reset(&error) => Arrival::Closed(Vec::new()),
            Some(Err(error)) => Arrival::Broken(error.to_string()),
        };
        if !matches!(arrival, Arrival::Answer(_)) {
            self.connection = None;
        }
        arrival
    }

    /// Whether the peer closes the connection now.
    pub(crate) async fn is_closed(&mut self) -> bool {
        match &mut self.connection {
            None => true,
            Some(connection) => connection.is_closed_within(CLOSE_WAIT).await,
        }
    }

    /// Closes our side.
    pub(crate) fn close(&mut self) {
        self.connection = None;
    }

    /// Connects again if the peer has closed and no keys are lost by it.
    pub(crate) async fn revive(&mut self, patience: Patience<'_>) -> Result<(), Unopened> {
        if self.connection.is_none() && !self.session.seals() {
            self.connection = Some(connect(&self.place, patience).await?);
            self.unread = 0;
        }
        Ok(())
    }
}

async fn connect(place: &Place, patience: Patience<'_>) -> Result<Connection, Unopened> {
    let address = place.url.authority();
    let connecting = async {
        match &place.tls {
            None => Connection::connect(&address, UNBOUNDED).await,
            Some(tls) => Connection::connect_tls(&address, tls, UNBOUNDED).await,
        }
    };
    match patience.cancel.within(patience.wait, connecting).await {
        None => {
            Err(Unopened::Lost(format!("cannot connect to {address} within {} s", patience.wait.as_secs())))
        }
        Some(connected) => connected.map_err(|error| unopened(&error, place.tls.is_some())),
    }
}

/// Whoever hangs up in the middle of a handshake refuses it as well.
fn unopened(error: &NetError, is_tls: bool) -> Unopened {
    match error {
        NetError::Tls(reason) => Unopened::Tls(match reason.as_ref() {
            TlsError::Alert(_)
            | TlsError::ClientCertificateRequired
            | TlsError::NoCommonVersion { .. }
            | TlsError::NoCommonCipher => AuthEnd::Refused(error.to_string()),
            // It was us who refused.
            _ => AuthEnd::Broken(error.to_string()),
        }),
        NetError::Io(_) | NetError::Closed { .. } if is_tls => {
            Unopened::Tls(AuthEnd::Refused(error.to_string()))
        }
        _ => Unopened::Lost(error.to_string()),
    }
}

fn is_reset(error: &NetError) -> bool {
    use std::io::ErrorKind;
    let closed = [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe];
    matches!(error, NetError::Io(error) if closed.contains(&error.kind()))
}
