//! What the examples share: a client that is logged on.

use std::error::Error;

use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::TrustedHosts;
use winrm_harness::client::Logon;
use winrm_harness::net::Client;
use winrm_harness::net::Kdc;
use winrm_harness::net::Listener;
use winrm_harness::net::Realm;
use winrm_harness::net::Surroundings;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::Pin;
use winrm_harness::tls::ServerTrust;

const USAGE: &str = "expected [http://|https://]HOST[:PORT] [DOMAIN\\]USER, or nothing; and of these what is needed: \
    --auth negotiate|ntlm|kerberos|credssp|digest|basic, --trusted-hosts LIST, --allow-unencrypted, --pin SHA256, \
    --realm REALM=KDC:PORT";

/// Logs on at `HOST:PORT` as `USER` with the password in `WINRM_PASSWORD`; without arguments, at a reference server that
/// is started for the occasion.
pub(crate) async fn client() -> Result<Client, Box<dyn Error>> {
    let mut named = Vec::new();
    let (mut scheme, mut policy, mut surroundings) =
        (Scheme::default(), ClientPolicy::default(), Surroundings::default());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(USAGE);
        match argument.as_str() {
            "--auth" => scheme = scheme_of(&value()?)?,
            "--trusted-hosts" => policy.trusted_hosts = TrustedHosts::parse(&value()?)?,
            "--allow-unencrypted" => policy.allow_unencrypted = true,
            "--pin" => surroundings.tls = Some(pinned(&value()?)?),
            "--realm" => surroundings.realm = Some(realm_of(&value()?)?),
            option if option.starts_with("--") => return Err(USAGE.into()),
            _ => named.push(argument),
        }
    }
    policy.credssp = scheme == Scheme::CredSsp;
    let (address, user, password) = match named.as_slice() {
        [] => {
            policy.trusted_hosts = TrustedHosts::parse("127.0.0.1")?;
            let (user, password) = ("alice".to_owned(), "wonderland".to_owned());
            (reference(&user, &password).await?, user, password)
        }
        [address, user] => (address.clone(), user.clone(), std::env::var("WINRM_PASSWORD")?),
        _ => return Err(USAGE.into()),
    };
    let logon = Logon::new(scheme, &user, &password).under(policy);
    let client = Client::log_on_among(&address, &logon, surroundings).await?;
    eprintln!("{}; {}", client.identity(), client.handover());
    Ok(client)
}

fn scheme_of(name: &str) -> Result<Scheme, &'static str> {
    Ok(match name {
        "negotiate" => Scheme::Negotiate,
        "ntlm" => Scheme::Ntlm,
        "kerberos" => Scheme::Kerberos,
        "credssp" => Scheme::CredSsp,
        "digest" => Scheme::Digest,
        "basic" => Scheme::Basic,
        _ => return Err(USAGE),
    })
}

fn pinned(pin: &str) -> Result<ClientTls, &'static str> {
    Ok(ClientTls::new(ServerTrust::Pin(Pin::parse(pin).ok_or(USAGE)?)))
}

fn realm_of(text: &str) -> Result<Realm, &'static str> {
    let (name, kdc) = text.split_once('=').ok_or(USAGE)?;
    Ok(Realm::new(name, Kdc::at(kdc)))
}

async fn reference(user: &str, password: &str) -> Result<String, Box<dyn Error>> {
    let account = Account { user: user.to_owned(), password: password.to_owned(), is_administrator: true };
    let listener = Listener::bind("127.0.0.1:0").await?;
    let address = listener.local_address()?.to_string();
    tokio::spawn(listener.serve(Config { accounts: vec![account], ..Config::default() }));
    Ok(address)
}
