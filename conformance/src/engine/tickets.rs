//! The Kerberos tickets of a run.

use std::fmt;

use winrm_harness::auth::AuthError;
use winrm_harness::auth::Random;
use winrm_harness::auth::kerberos::Credential;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::MintedTicket;
use winrm_harness::auth::kerberos::PrincipalName;
use winrm_harness::auth::kerberos::Time;
use winrm_harness::auth::kerberos::kdc::Account;
use winrm_harness::auth::kerberos::kdc::Wish;
use winrm_harness::net::Clock;
use winrm_harness::net::TicketError;
use winrm_harness::net::random_octets;

use crate::subject::Logon;
use crate::subject::TicketSource;

/// What a ticket that we make is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TicketKind {
    /// In order.
    Good,
    /// It ended an hour ago.
    Expired,
    /// It begins in an hour.
    Future,
    /// Its client is of another realm.
    OtherRealm,
    /// It is sealed with another key than the service's.
    OtherKey,
    /// It says that it is for another service.
    OtherService,
}

/// Why there is no ticket.
#[derive(Debug)]
pub(crate) enum NoTicket {
    /// The run has no source of tickets, or none that can be like that.
    Source,
    /// The KDC gave none.
    Kdc(TicketError),
    /// It can't be made.
    Auth(AuthError),
}

/// 1601-01-01 to 1970-01-01 in units of 100 ns.
const FILETIME_UNIX_EPOCH: u64 = 116_444_736_000_000_000;
const HOUR: u64 = 3600;

impl TicketKind {
    /// Reads the name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "good" => Self::Good,
            "expired" => Self::Expired,
            "future" => Self::Future,
            "other-realm" => Self::OtherRealm,
            "other-key" => Self::OtherKey,
            "other-service" => Self::OtherService,
            _ => return None,
        })
    }
}

/// The time, as Kerberos tells it.
pub(crate) fn now() -> Time {
    let micros = Clock::default().now().filetime.saturating_sub(FILETIME_UNIX_EPOCH) / 10;
    Time { unix_s: micros / 1_000_000, micros: u32::try_from(micros % 1_000_000).unwrap_or_default() }
}

/// A ticket for the endpoint.
pub(crate) async fn ticket(
    source: &TicketSource,
    logon: &Logon,
    kind: TicketKind,
    etype: Option<EncryptionType>,
) -> Result<Credential, NoTicket> {
    let is_plain = kind == TicketKind::Good && etype.is_none();
    match source {
        TicketSource::Minted(_) => minted(source, logon, kind, etype),
        TicketSource::Kdc { kdc, realm, service } if is_plain => {
            let account = match logon.user.contains('@') {
                true => Account::enterprise(realm, &logon.user),
                false => Account::principal(realm, &logon.user),
            };
            let service: Vec<&str> = service.iter().map(String::as_str).collect();
            let ticket = kdc.ticket(account, &logon.password, &service, &Wish::default()).await;
            ticket.map_err(NoTicket::Kdc)
        }
        TicketSource::Cache { cache, service } if is_plain => {
            let service: Vec<&str> = service.iter().map(String::as_str).collect();
            cache.find(&service).cloned().ok_or(NoTicket::Source)
        }
        _ => Err(NoTicket::Source),
    }
}

fn minted(
    source: &TicketSource,
    logon: &Logon,
    kind: TicketKind,
    etype: Option<EncryptionType>,
) -> Result<Credential, NoTicket> {
    let TicketSource::Minted(mint) = source else { return Err(NoTicket::Source) };
    let mut mint = mint.clone();
    let now = now().unix_s;
    let (start, end) = match kind {
        TicketKind::Expired => (now.saturating_sub(2 * HOUR), now.saturating_sub(HOUR)),
        TicketKind::Future => (now.saturating_add(HOUR), now.saturating_add(2 * HOUR)),
        _ => (now.saturating_sub(60), now.saturating_add(10 * HOUR)),
    };
    let mut random: Random = Box::new(random_octets);
    let mut realm = mint.service.realm.clone();
    match kind {
        TicketKind::OtherRealm => realm = "ELSEWHERE.TEST".to_owned(),
        TicketKind::OtherKey => {
            let other = winrm_harness::auth::kerberos::Key::generate(mint.key.encryption_type(), &mut random);
            mint.key = other.map_err(NoTicket::Auth)?;
        }
        TicketKind::OtherService => mint.service.components = vec!["cifs".to_owned(), "elsewhere".to_owned()],
        _ => {}
    }
    let user = logon.user.split('@').next().unwrap_or_default().to_owned();
    let mut wanted = MintedTicket::new(PrincipalName { realm, components: vec![user] }, start, end);
    wanted.session_key = etype.unwrap_or(wanted.session_key);
    mint.strike(&wanted, &mut random).map_err(NoTicket::Auth)
}

impl fmt::Display for NoTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source => f.write_str(
                "expected a ticket: `--kdc HOST:PORT` and `--realm`, or `--ccache FILE`, say where to get it",
            ),
            Self::Kdc(error) => write!(f, "no ticket: {error}"),
            Self::Auth(error) => write!(f, "no ticket: {error}"),
        }
    }
}
