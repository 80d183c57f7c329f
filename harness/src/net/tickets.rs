//! The tickets that a client's logon takes with it.

use crate::auth::AuthError;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::ErrorCode;
use crate::auth::kerberos::kdc::Account;
use crate::auth::kerberos::kdc::KdcError;
use crate::auth::kerberos::kdc::Wish;
use crate::auth::policy::Scheme;
use crate::auth::policy::ServiceClass;
use crate::auth::policy::Target;
use crate::client::Logon;
use crate::net::Kdc;
use crate::net::TicketError;

/// Where a client gets its tickets.
#[derive(Debug, Clone)]
pub struct Realm {
    /// The realm of the user, `EXAMPLE.TEST`.
    pub name: String,
    /// Whom to ask.
    pub kdc: Kdc,
    /// By which of its names to ask for the server.
    pub service_class: ServiceClass,
}

/// A ticket for the server, and one to hand over.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    pub(super) ticket: Option<Credential>,
    pub(super) forwarded: Option<Credential>,
}

impl Realm {
    /// A realm whose KDC is asked for the principals that Windows asks for.
    #[must_use]
    pub fn new(name: &str, kdc: Kdc) -> Self {
        Self { name: name.to_owned(), kdc, service_class: ServiceClass::default() }
    }

    /// The tickets of a logon at `target`; none where none would be used. No KDC is asked for an address.
    pub(super) async fn tickets(&self, logon: &Logon, target: &Target) -> Result<Tickets, TicketError> {
        let wanted = logon.policy.wanted_ticket(target, logon.scheme, self.service_class);
        let is_local = logon.domain == "." || logon.user.is_empty();
        let Some(service) = wanted.filter(|_| !is_local) else { return Ok(Tickets::default()) };
        match self.ask(logon, &service.in_realm(&self.name).components).await {
            Err(error) if logon.scheme == Scheme::Negotiate && leaves_ntlm(&error) => Ok(Tickets::default()),
            tickets => tickets,
        }
    }

    async fn ask(&self, logon: &Logon, service: &[String]) -> Result<Tickets, TicketError> {
        let account = match logon.user.contains('@') {
            true => Account::enterprise(&self.name, &logon.user),
            false => Account::principal(&self.name, &logon.user),
        };
        let (kdc, wish) = (&self.kdc, Wish::default());
        let granting = kdc.log_on(account, &logon.password, &wish).await?;
        let service: Vec<&str> = service.iter().map(String::as_str).collect();
        let ticket = Some(kdc.service_ticket(&granting, &service, &wish).await?);
        let forwarded = match logon.policy.delegate {
            true => Some(kdc.forwarded(&granting, &wish).await?),
            false => None,
        };
        Ok(Tickets { ticket, forwarded })
    }
}

/// Whether NTLM may be tried in place of Kerberos, if the policy lets it: nobody answers, or nobody knows the server. Not
/// when the password is wrong, as each try counts against the account.
fn leaves_ntlm(error: &TicketError) -> bool {
    match error {
        TicketError::Net(_) => true,
        TicketError::Auth(AuthError::Kdc(KdcError::Refused { code, .. })) => {
            *code == ErrorCode::SERVER_UNKNOWN
        }
        TicketError::Auth(_) => false,
    }
}
