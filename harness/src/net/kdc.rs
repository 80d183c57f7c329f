use std::fmt;
use std::io;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::auth::AuthError;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::kdc::Account;
use crate::auth::kerberos::kdc::AsExchange;
use crate::auth::kerberos::kdc::AsStep;
use crate::auth::kerberos::kdc::ExpectTgsRep;
use crate::auth::kerberos::kdc::Given;
use crate::auth::kerberos::kdc::TgsExchange;
use crate::auth::kerberos::kdc::TgsStep;
use crate::auth::kerberos::kdc::Unframer;
use crate::auth::kerberos::kdc::Wish;
use crate::auth::kerberos::kdc::frame;
use crate::net::NetError;
use crate::net::random_octets;

/// How long a KDC may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the KDCs are, and the exchanges with them over TCP.
///
/// ```no_run
/// use winrm_harness::auth::kerberos::kdc::Account;
/// use winrm_harness::auth::kerberos::kdc::Wish;
/// use winrm_harness::net::Kdc;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let kdc = Kdc::at("127.0.0.1:88");
/// let account = Account::principal("EXAMPLE.TEST", "alice");
/// let service = ["HTTP", "host.example.test"];
/// let ticket = kdc.ticket(account, "wonderland", &service, &Wish::default()).await?;
/// # let _ = ticket;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Kdc {
    address: String,
    /// Realm and address of those that are elsewhere.
    others: Vec<(String, String)>,
    patience: Duration,
}

/// Why there is no ticket.
#[derive(Debug)]
#[non_exhaustive]
pub enum TicketError {
    /// No KDC answered.
    Net(NetError),
    /// What it answered.
    Auth(AuthError),
}

impl Kdc {
    /// The KDC at `address`, `host:port`, which is asked for every realm.
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self { address: address.to_owned(), others: Vec::new(), patience: PATIENCE }
    }

    /// Another KDC for one realm.
    #[must_use]
    pub fn for_realm(mut self, realm: &str, address: &str) -> Self {
        self.others.push((realm.to_owned(), address.to_owned()));
        self
    }

    /// Bounds each wait.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Gets a ticket-granting ticket for a password.
    pub async fn log_on(
        &self,
        account: Account,
        password: &str,
        wish: &Wish,
    ) -> Result<Credential, TicketError> {
        let (mut expect, mut request) = AsExchange::begin(account, password, wish.clone(), given())?;
        loop {
            let answer = self.exchange(expect.realm(), &request).await?;
            match expect.step(&answer)? {
                AsStep::Done(credential) => return Ok(credential),
                AsStep::Send(next, octets) => (expect, request) = (next, octets),
            }
        }
    }

    /// Gets a ticket for a service with a ticket-granting ticket; follows referrals to the service's realm.
    pub async fn service_ticket(
        &self,
        ticket_granting_ticket: &Credential,
        service: &[&str],
        wish: &Wish,
    ) -> Result<Credential, TicketError> {
        self.ask(TgsExchange::begin(ticket_granting_ticket, service, wish.clone(), given())?).await
    }

    /// Gets a ticket-granting ticket that a server may use in the client's name.
    pub async fn forwarded(
        &self,
        ticket_granting_ticket: &Credential,
        wish: &Wish,
    ) -> Result<Credential, TicketError> {
        self.ask(TgsExchange::forward(ticket_granting_ticket, wish.clone(), given())?).await
    }

    /// Gets a ticket for a service for a password.
    pub async fn ticket(
        &self,
        account: Account,
        password: &str,
        service: &[&str],
        wish: &Wish,
    ) -> Result<Credential, TicketError> {
        let ticket_granting_ticket = self.log_on(account, password, wish).await?;
        self.service_ticket(&ticket_granting_ticket, service, wish).await
    }

    async fn ask(&self, (expect, request): (ExpectTgsRep, Vec<u8>)) -> Result<Credential, TicketError> {
        let (mut expect, mut request) = (expect, request);
        loop {
            let answer = self.exchange(expect.realm(), &request).await?;
            match expect.step(&answer)? {
                TgsStep::Done(credential) => return Ok(credential),
                TgsStep::Send(next, octets) => (expect, request) = (next, octets),
            }
        }
    }

    /// One connection for one request, as KDCs expect it.
    async fn exchange(&self, realm: &str, request: &[u8]) -> Result<Vec<u8>, TicketError> {
        let other = self.others.iter().find(|(of, _)| of == realm);
        let address = other.map_or(&self.address, |(_, address)| address);
        let exchange = exchange(address, request);
        let waited = self.patience;
        let late = |_| TicketError::Net(NetError::TimedOut { waited });
        tokio::time::timeout(waited, exchange).await.map_err(late)?
    }
}

async fn exchange(address: &str, request: &[u8]) -> Result<Vec<u8>, TicketError> {
    let refused = |source| NetError::Connect { address: address.to_owned(), source };
    let mut stream = TcpStream::connect(address).await.map_err(refused)?;
    stream.write_all(&frame(request)).await?;
    let mut unframer = Unframer::default();
    let mut received = Vec::new();
    let mut octets = [0; 4096];
    loop {
        let len = stream.read(&mut octets).await?;
        let octets = octets.get(..len).unwrap_or_default();
        if octets.is_empty() {
            return Err(NetError::Closed { received }.into());
        }
        if let Some(answer) = unframer.feed(octets)? {
            return Ok(answer);
        }
        received.extend_from_slice(octets);
    }
}

/// The machine's clock and randomness.
fn given() -> Given {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Time { unix_s: since_epoch.as_secs(), micros: since_epoch.subsec_micros() };
    Given { now, random: Box::new(random_octets) }
}

impl From<NetError> for TicketError {
    fn from(error: NetError) -> Self {
        Self::Net(error)
    }
}

impl From<io::Error> for TicketError {
    fn from(error: io::Error) -> Self {
        Self::Net(NetError::Io(error))
    }
}

impl From<AuthError> for TicketError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl fmt::Display for TicketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(error) => write!(f, "no answer of the KDC: {error}"),
            Self::Auth(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TicketError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Net(error) => Some(error),
            Self::Auth(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::limits::KDC_MESSAGE_BYTES_MAX;

    /// What comes of a KDC that reads a request and writes these octets.
    async fn answered(octets: &[u8]) -> TicketError {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let kdc = Kdc::at(&listener.local_addr().unwrap().to_string());
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_exact(&mut [0; 64]).await.unwrap();
            stream.write_all(octets).await.unwrap();
            stream.shutdown().await.unwrap();
            // Unread octets would make the end of the connection a reset.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        };
        let wish = Wish::default();
        let log_on = kdc.log_on(Account::principal("EXAMPLE.TEST", "alice"), "wonderland", &wish);
        let ((), result) = tokio::join!(serve, log_on);
        result.unwrap_err()
    }

    #[tokio::test]
    async fn a_kdc_that_hangs_up_says_too_much_or_nonsense_is_told_apart() {
        let closed = answered(&[0, 0, 0, 9, 1, 2]).await;
        assert!(
            matches!(&closed, TicketError::Net(NetError::Closed { received }) if received.len() == 6),
            "{closed}"
        );
        let too_long = answered(&[0xFF; 4]).await;
        let bound = AuthError::TokenTooLong { len: 0xFFFF_FFFF, len_max: KDC_MESSAGE_BYTES_MAX };
        assert!(matches!(&too_long, TicketError::Auth(error) if *error == bound), "{too_long}");
        let nonsense = answered(&[0, 0, 0, 2, 0x6B, 0]).await;
        assert!(matches!(nonsense, TicketError::Auth(AuthError::Malformed(_))), "{nonsense}");
    }

    #[tokio::test]
    async fn a_silent_kdc_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let waited = Duration::from_millis(1);
        let kdc = Kdc::at(&listener.local_addr().unwrap().to_string()).with_patience(waited);
        let wish = Wish::default();
        let log_on = kdc.log_on(Account::principal("EXAMPLE.TEST", "alice"), "wonderland", &wish).await;
        let late = log_on.unwrap_err();
        assert!(matches!(late, TicketError::Net(NetError::TimedOut { .. })), "{late}");
    }
}
