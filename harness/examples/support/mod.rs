//! What the examples share: a client that is logged on.

use std::error::Error;

use winrm_harness::client::Logon;
use winrm_harness::client::Scheme;
use winrm_harness::net::Client;
use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;

/// Logs on at `HOST:PORT` as `USER` with the password in `WINRM_PASSWORD`; without arguments, at a reference server that
/// is started for the occasion.
pub(crate) async fn client() -> Result<Client, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (address, user, password) = match (arguments.next(), arguments.next()) {
        (None, _) => {
            let (user, password) = ("alice".to_owned(), "wonderland".to_owned());
            (reference(&user, &password).await?, user, password)
        }
        (Some(address), Some(user)) => (address, user, std::env::var("WINRM_PASSWORD")?),
        (Some(_), None) => return Err("expected HOST:PORT USER, or nothing".into()),
    };
    let logon = Logon { scheme: Scheme::Negotiate, domain: String::new(), user, password };
    Ok(Client::log_on(&address, &logon).await?)
}

async fn reference(user: &str, password: &str) -> Result<String, Box<dyn Error>> {
    let account = Account { user: user.to_owned(), password: password.to_owned(), is_administrator: true };
    let listener = Listener::bind("127.0.0.1:0").await?;
    let address = listener.local_address()?.to_string();
    tokio::spawn(listener.serve(Config { accounts: vec![account], ..Config::default() }));
    Ok(address)
}
