//! Logons at other hosts, which the server wants made in its users' names.

use std::time::Duration;

use crate::auth::Delegation;
use crate::auth::credssp::PasswordCreds;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::kdc::Wish;
use crate::auth::policy::ClientPolicy;
use crate::auth::policy::Scheme;
use crate::auth::policy::TrustedHosts;
use crate::client::Collected;
use crate::client::ExpectShellCreated;
use crate::client::Logon;
use crate::client::OutputStep;
use crate::client::RunningCommand;
use crate::http::Request;
use crate::http::Status;
use crate::limits::HOP_RECEIVES_MAX;
use crate::net::Client;
use crate::net::ClientError;
use crate::net::Connection;
use crate::net::Kdc;
use crate::net::NetError;
use crate::net::Realm;
use crate::net::Surroundings;
use crate::net::TicketError;
use crate::server::Errand;
use crate::server::Unmet;
use crate::shell::Shell;

/// How long a hop may take, whatever the other host does.
const PATIENCE: Duration = Duration::from_secs(20);

/// Logs on where an errand leads to. Who the user is there, as the other host says.
pub(super) async fn carry_out(errand: &Errand) -> Result<String, Unmet> {
    let went = tokio::time::timeout(PATIENCE, hop(errand)).await;
    went.unwrap_or_else(|_| Err(Unmet::Unreachable { why: format!("no answer within {PATIENCE:?}") }))
}

async fn hop(errand: &Errand) -> Result<String, Unmet> {
    let mut client = match &errand.delegation {
        Delegation::None => return anonymous(errand).await,
        Delegation::Ticket(ticket) => by_ticket(errand, ticket).await?,
        Delegation::Password(credentials) => by_password(errand, credentials).await?,
    };
    Ok(whoami(&mut client).await?)
}

/// The server has nothing that it could prove to be the user by, so it proves nothing.
async fn anonymous(errand: &Errand) -> Result<String, Unmet> {
    let authority = errand.target.authority();
    let mut connection =
        Connection::connect(&authority, PATIENCE).await.map_err(|error| unreachable(&error))?;
    let request = Request::new("POST", "/wsman").with_header("Host", authority);
    connection.send(&request.encode()).await.map_err(|error| unreachable(&error))?;
    match connection.receive().await.map_err(|error| unreachable(&error))?.status {
        Status::OK => Ok("nobody".to_owned()),
        Status(code) => {
            Err(Unmet::Denied { why: format!("nothing was delegated, and nobody's logon got HTTP {code}") })
        }
    }
}

/// A ticket for the other host, for the ticket-granting ticket that the client forwarded.
async fn by_ticket(errand: &Errand, granting: &Credential) -> Result<Client, Unmet> {
    let denied = |why: &str| Unmet::Denied { why: why.to_owned() };
    let kdc = kdc(errand).ok_or_else(|| denied("the server knows no KDC to use the ticket at"))?;
    let name =
        errand.target.host.name().ok_or_else(|| denied("an address has no ticket: expected a name"))?;
    let asked = kdc.service_ticket(granting, &["HTTP", name.as_str()], &Wish::default()).await;
    let ticket = Some(asked.map_err(ClientError::from)?);
    let logon = Logon::new(Scheme::Kerberos, "", "");
    let surroundings = Surroundings { ticket, ..Surroundings::default() };
    Ok(Client::log_on_among(&errand.target.to_string(), &logon, surroundings).await?)
}

/// Kerberos where there is a KDC, or NTLM. The host need not prove itself: the configuration lets the server go there.
async fn by_password(errand: &Errand, credentials: &PasswordCreds) -> Result<Client, Unmet> {
    let user = match credentials.domain_name.as_str() {
        "" => credentials.user_name.clone(),
        domain => format!("{domain}\\{}", credentials.user_name),
    };
    let trusted = TrustedHosts::parse(&errand.target.host.to_string());
    let policy = ClientPolicy::trusting(trusted.unwrap_or(TrustedHosts::NOBODY));
    let logon = Logon::new(Scheme::Negotiate, &user, &credentials.password).under(policy);
    let realm = kdc(errand).map(|kdc| Realm::new(&errand.realm, kdc));
    let surroundings = Surroundings { realm, ..Surroundings::default() };
    Ok(Client::log_on_among(&errand.target.to_string(), &logon, surroundings).await?)
}

fn kdc(errand: &Errand) -> Option<Kdc> {
    (!errand.kdc.is_empty()).then(|| Kdc::at(&errand.kdc))
}

/// Asks by a command: Identify says nothing of the user.
async fn whoami(client: &mut Client) -> Result<String, ClientError> {
    let shell = Shell::with_streams("stdin", "stdout stderr");
    let (state, outgoing) = ExpectShellCreated::begin(client.requests(), &shell);
    let shell = state.step(client.exchange(&outgoing).await?)?;
    let (state, outgoing) = shell.command("whoami", &[]);
    let mut running = state.step(client.exchange(&outgoing).await?)?;
    for _ in 0..HOP_RECEIVES_MAX {
        match receive(client, running).await? {
            OutputStep::Running(again) => running = again,
            OutputStep::Done(shell, _, Collected { stdout, .. }) => {
                client.exchange(&shell.delete()).await?;
                return Ok(String::from_utf8_lossy(&stdout).into_owned());
            }
        }
    }
    Err(ClientError::Net(NetError::TimedOut { waited: PATIENCE }))
}

async fn receive(client: &mut Client, running: RunningCommand) -> Result<OutputStep, ClientError> {
    let (state, outgoing) = running.receive();
    Ok(state.step(client.exchange(&outgoing).await?)?)
}

fn unreachable(error: &NetError) -> Unmet {
    Unmet::Unreachable { why: error.to_string() }
}

impl From<ClientError> for Unmet {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Net(error) | ClientError::Ticket(TicketError::Net(error)) => unreachable(&error),
            refused => Self::Denied { why: refused.to_string() },
        }
    }
}
