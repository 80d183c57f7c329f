//! What all cells share: a realm, certificates, two reference servers.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use tokio::runtime::Runtime;
use winrm_harness::auth::kerberos::Credential;
use winrm_harness::auth::kerberos::CredentialCache;
use winrm_harness::auth::kerberos::Keytab;
use winrm_harness::auth::kerberos::kdc::Account as Principal;
use winrm_harness::auth::kerberos::kdc::Wish;
use winrm_harness::net::Listener;
use winrm_harness::net::TicketError;
use winrm_harness::pair::Secrets;
use winrm_harness::server::Account;
use winrm_harness::server::CbtHardeningLevel;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;
use winrm_harness::tls::Certificate;
use winrm_harness::tls::ClientCertificates;
use winrm_harness::tls::ClientTrust;
use winrm_harness::tls::Identity;
use winrm_harness::tls::ServerTls;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;
use winrm_harness::wsman::config::CertMappingType;
use winrm_harness::wsman::config::Secret;

use crate::realm::PASSWORD;
use crate::realm::REALM;
use crate::realm::Realm;

pub(crate) const USER: &str = "alice";
/// The computer, which is the domain of its accounts.
pub(crate) const DOMAIN: &str = "REFERENCE";
/// [MS-NLMP 3.3.2] NTOWFv1 of the password: MD4 of it in UTF-16. It opens as much as the password does.
const NT_HASH: [u8; 16] =
    [0xB8, 0xA6, 0x22, 0x8F, 0xB7, 0x1A, 0xD8, 0x5D, 0xCD, 0x3C, 0xD9, 0x41, 0xF1, 0xDE, 0x80, 0x9C];

/// The ports of one server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) http: u16,
    pub(crate) https: u16,
}

pub(crate) struct World {
    pub(crate) runtime: Runtime,
    pub(crate) realm: Realm,
    pub(crate) peers: PathBuf,
    /// As an administrator should have it: channel bindings are demanded, nothing goes in clear.
    pub(crate) strict: Ports,
    /// SOAP in clear over HTTP, and no demand for channel bindings.
    pub(crate) lenient: Ports,
    /// The user's, for this computer.
    pub(crate) ticket: Credential,
}

impl World {
    pub(crate) fn start(peers: &Path, realm: Realm) -> Self {
        let runtime = Runtime::new().unwrap();
        realm.run(&format!("kinit -k -t {} {USER}", realm.path("user.keytab").display()));
        let users = format!("{DOMAIN}:{USER}:{PASSWORD}\n");
        fs::write(realm.path("ntlm-users"), users).unwrap();
        let made = Command::new(peers.join(".venv/bin/python"))
            .arg(peers.join("certificates.py"))
            .arg(realm.path("certificates"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let issuer = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        let config = config(&realm, &issuer);
        let strict = Config { cbt_hardening_level: CbtHardeningLevel::Strict, ..config.clone() };
        let (strict, lenient) = (
            serve(&runtime, &realm, strict),
            serve(&runtime, &realm, Config { allow_unencrypted: true, ..config }),
        );
        let ticket = ticket_for(&runtime, &realm, "localhost").unwrap();
        Self { runtime, realm, peers: peers.to_owned(), strict, lenient, ticket }
    }

    /// A new ticket of the user for a service.
    pub(crate) fn ticket_for(&self, host: &str) -> Result<Credential, TicketError> {
        ticket_for(&self.runtime, &self.realm, host)
    }

    /// A server like the strict one that breaks a rule.
    pub(crate) fn mutant(&self, mutant: Mutant) -> Ports {
        serve(&self.runtime, &self.realm, Config { mutant: Some(mutant), ..config(&self.realm, "") })
    }

    /// A program of `conformance/peers`, with all that the peers find in their environment.
    pub(crate) fn python(&self, script: &str) -> Command {
        let mut command = self.realm.command(&self.peers.join(".venv/bin/python"));
        command
            .arg(self.peers.join(script))
            .env("PEER_USER", USER)
            .env("PEER_PASSWORD", PASSWORD)
            .env("PEER_PRINCIPAL", format!("{USER}@{REALM}"))
            .env("PEER_CERTIFICATES", self.realm.path("certificates"))
            .env("PEER_NTLM_FILE", self.realm.path("ntlm-users"))
            .env("LC_ALL", "C.UTF-8");
        command
    }

    pub(crate) fn authority(&self) -> Certificate {
        certificates(&self.realm, "authority.pem").remove(0)
    }

    pub(crate) fn identity(&self) -> Identity {
        identity(&self.realm)
    }

    /// What nobody may read off the wire of a sealed session: also every key of the user and of the tickets by now.
    pub(crate) fn secrets(&self) -> Secrets {
        let soap = ["Envelope", "http://schemas.", "mustUnderstand", "hello\r\n", "aGVsbG8NCg"];
        let secrets = soap.iter().fold(Secrets::default(), |secrets, text| secrets.and_text("SOAP", text));
        let secrets = secrets.and_text("password", PASSWORD).and_octets("NT hash", &NT_HASH);
        let keytab = Keytab::parse(&fs::read(self.realm.path("user.keytab")).unwrap()).unwrap();
        let secrets = keytab
            .entries
            .iter()
            .fold(secrets, |secrets, entry| secrets.and_octets("key of a user", entry.key.octets()));
        let cache = CredentialCache::parse(&fs::read(self.realm.path("ccache")).unwrap()).unwrap();
        cache.credentials.iter().chain([&self.ticket]).fold(secrets, |secrets, credential| {
            secrets.and_octets("session key of a ticket", credential.session_key.octets())
        })
    }
}

fn ticket_for(runtime: &Runtime, realm: &Realm, host: &str) -> Result<Credential, TicketError> {
    let (kdc, user, wish) = (realm.kdc(), Principal::principal(REALM, USER), Wish::default());
    runtime.block_on(kdc.ticket(user, PASSWORD, &["HTTP", host], &wish))
}

fn config(realm: &Realm, issuer: &str) -> Config {
    let account = Account { user: USER.to_owned(), password: PASSWORD.to_owned(), is_administrator: true };
    let mapping = CertMappingType {
        uri: Some("*".to_owned().into()),
        subject: Some("*".to_owned().into()),
        issuer: Some(issuer.to_owned().into()),
        user_name: Some(USER.to_owned().into()),
        enabled: Some(true.into()),
        pass_cert_to_plugin: None,
        password: Some(Secret(PASSWORD.to_owned()).into()),
    };
    Config {
        computer: DOMAIN.to_owned(),
        realm: REALM.to_owned(),
        service_keys: Keytab::parse(&fs::read(realm.path("service.keytab")).unwrap()).unwrap(),
        accounts: vec![account],
        basic: true,
        certificate: true,
        cert_mappings: vec![mapping],
        credssp: true,
        credssp_server: Some(SessionServer::new(&identity(realm), Versions::Both).unwrap()),
        ..Config::default()
    }
}

/// Starts one reference server at two free ports of loopback; it ends with the runtime.
fn serve(runtime: &Runtime, realm: &Realm, config: Config) -> Ports {
    let tls = ServerTls::new(identity(realm))
        .with_client_certificates(ClientCertificates::Requested(ClientTrust::Mapped));
    let http = runtime.block_on(Listener::bind("127.0.0.1:0")).unwrap();
    let https = runtime.block_on(Listener::bind_tls("127.0.0.1:0", tls)).unwrap();
    let port = |listener: &Listener| listener.local_address().unwrap().port();
    let ports = Ports { http: port(&http), https: port(&https) };
    runtime.spawn(Listener::serve_all(vec![http, https], config));
    ports
}

fn certificates(realm: &Realm, name: &str) -> Vec<Certificate> {
    Certificate::parse_pem(&fs::read(realm.path("certificates").join(name)).unwrap()).unwrap()
}

fn identity(realm: &Realm) -> Identity {
    let read = |name: &str| fs::read(realm.path("certificates").join(name)).unwrap();
    Identity::from_pem(&read("server.pem"), &read("server.key")).unwrap()
}
