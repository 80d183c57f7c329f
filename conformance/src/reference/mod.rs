//! The reference server in this process, over HTTP and HTTPS, with everything that cases can ask of it: what the suite
//! certifies when nobody names an endpoint, and what its own tests run against.

mod certificates;

use std::io;

use tokio::task::JoinHandle;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::Random;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::Key;
use winrm_harness::auth::kerberos::KeyVersion;
use winrm_harness::auth::kerberos::Keytab;
use winrm_harness::auth::kerberos::KeytabEntry;
use winrm_harness::auth::kerberos::Mint;
use winrm_harness::auth::kerberos::NameType;
use winrm_harness::auth::kerberos::PrincipalName;
use winrm_harness::net::Listener;
use winrm_harness::net::random_octets;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::tls::ClientCertificates;
use winrm_harness::tls::ClientTrust;
use winrm_harness::tls::ServerTls;
use winrm_harness::tls::ServerTrust;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::config::CertMappingType;
use winrm_harness::wsman::config::Secret;

use crate::subject::Allowances;
use crate::subject::Capabilities;
use crate::subject::EndpointUrl;
use crate::subject::Logon;
use crate::subject::Scheme;
use crate::subject::Subject;
use crate::subject::TicketSource;
use crate::subject::TlsMeans;
use crate::wsx::Safety;

pub use certificates::Authority;

/// The realm that the reference server is in, without a KDC: who has its key makes the tickets.
pub const REALM: &str = "REFERENCE.TEST";

/// What tickets for it are for.
const SERVICE: [&str; 2] = ["HTTP", "localhost"];

/// Who has an account.
#[derive(Clone, Debug)]
pub struct Users {
    /// An administrator: who logs on where a case says nothing else.
    pub administrator: Logon,
    /// Another administrator.
    pub other: Logon,
    /// Somebody who may log on and do nothing.
    pub ordinary: Logon,
}

/// A running reference server; it ends with this.
#[derive(Debug)]
pub struct Reference(JoinHandle<io::Result<()>>);

impl Drop for Reference {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts a server on free ports of the loopback, configured so and with what cases need besides: these users, Basic over
/// TLS, CredSSP, certificates, keys of a realm.
pub async fn start(config: Config, users: &Users) -> io::Result<(Subject, Reference)> {
    let authority = Authority::new().map_err(io::Error::other)?;
    let server = authority.server(&["localhost"]).map_err(io::Error::other)?;
    let certificates = authority.clients(&users.administrator.user).map_err(io::Error::other)?;
    let mint = mint().map_err(io::Error::other)?;
    let mut config = Config {
        accounts: vec![
            account(&users.administrator, true),
            account(&users.other, true),
            account(&users.ordinary, false),
        ],
        // It is offered over TLS alone, unless SOAP in clear is allowed.
        basic: true,
        certificate: true,
        cert_mappings: vec![mapping(&authority, &users.administrator)],
        credssp: true,
        credssp_server: Some(SessionServer::new(&server, Versions::Both).map_err(io::Error::other)?),
        ..config
    };
    join_realm(&mut config, &mint);
    let http = Listener::bind("127.0.0.1:0").await?;
    let asks = ClientCertificates::Requested(ClientTrust::Mapped);
    let tls = ServerTls::new(server).with_client_certificates(asks);
    let https = Listener::bind_tls("127.0.0.1:0", tls).await?;
    let url = |scheme: &str, listener: &Listener| -> io::Result<EndpointUrl> {
        let text = format!("{scheme}://{}/wsman", listener.local_address()?);
        EndpointUrl::parse(&text).map_err(io::Error::other)
    };
    let subject = Subject {
        url: url("http", &http)?,
        https: Some(url("https", &https)?),
        tls: TlsMeans {
            trust: Some(ServerTrust::Roots(vec![authority.certificate().map_err(io::Error::other)?])),
            expected_name: None,
            certificates,
        },
        tickets: TicketSource::Minted(mint),
        logon: users.administrator.clone(),
        scheme: Scheme::default(),
        resource_uri: ResourceUri::CONFIG.to_owned(),
        other_logon: Some(users.other.clone()),
        ordinary_logon: Some(users.ordinary.clone()),
        capabilities: Capabilities::reference(Scheme::default(), false),
        // It is ours: nobody is locked out of anything.
        allowances: Allowances::new([Safety::Load, Safety::Lockout, Safety::Destructive]),
    };
    let serving = tokio::spawn(Listener::serve_all(vec![http, https], config));
    Ok((subject, Reference(serving)))
}

/// The account of somebody who logs on.
pub fn account(logon: &Logon, is_administrator: bool) -> Account {
    Account { user: logon.user.clone(), password: logon.password.clone(), is_administrator }
}

/// A mapping of certificates of that authority that have the user's name.
fn mapping(authority: &Authority, logon: &Logon) -> CertMappingType {
    CertMappingType {
        uri: Some("*".to_owned().into()),
        subject: Some(logon.user.clone().into()),
        issuer: Some(authority.thumbprint().into()),
        user_name: Some(logon.user.clone().into()),
        enabled: Some(true.into()),
        pass_cert_to_plugin: None,
        password: Some(Secret(logon.password.clone()).into()),
    }
}

/// A realm of one service, with a key that nobody else has.
fn mint() -> Result<Mint, AuthError> {
    let mut random: Random = Box::new(random_octets);
    let key = Key::generate(EncryptionType::AES256_CTS_HMAC_SHA1_96, &mut random)?;
    let service = PrincipalName { realm: REALM.to_owned(), components: SERVICE.map(str::to_owned).to_vec() };
    Ok(Mint { service, key, key_version: Some(1) })
}

fn join_realm(config: &mut Config, mint: &Mint) {
    config.realm = REALM.to_owned();
    let entry = KeytabEntry {
        principal: mint.service.clone(),
        name_type: NameType::SERVICE,
        timestamp: 0,
        version: KeyVersion(mint.key_version.unwrap_or_default()),
        key: mint.key.clone(),
    };
    config.service_keys = Keytab { entries: vec![entry] };
}
