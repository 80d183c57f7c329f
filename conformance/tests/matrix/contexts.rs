//! Our half of the cells without HTTP.

use std::fs;
use std::sync::Arc;

use winrm_harness::auth::Mechanism;
use winrm_harness::auth::Random;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::credssp;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::ntlm;
use winrm_harness::net::random_octets;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

use crate::realm::PASSWORD;
use crate::realm::unix_now;
use crate::table::Cell;
use crate::table::Ours;
use crate::world::DOMAIN;
use crate::world::USER;
use crate::world::World;

type Context = Box<dyn SecurityContext>;

pub(crate) fn of(world: &World, cell: &Cell) -> Result<Context, String> {
    let context = match cell.ours {
        Ours::Initiator => initiator(world, cell),
        _ => acceptor(world, cell),
    };
    context.map_err(|error| error.to_string())
}

/// Who was proved, and by what.
pub(crate) fn expect_outcome(context: &dyn SecurityContext, cell: &Cell) -> Result<(), String> {
    let established = context.established().ok_or("complete, and nothing is established")?;
    if let Some(kind) = encryption_type(cell)
        && established.cipher != kind.name()
    {
        return Err(format!("sealed by {}, not by {}", established.cipher, kind.name()));
    }
    if established.mechanism == Mechanism::Kerberos && !established.is_mutual {
        return Err("the acceptor did not prove itself".to_owned());
    }
    let user = context.principal().map(|principal| principal.user.as_str());
    let expected = if cell.ours == Ours::Acceptor { Some(USER) } else { None };
    if user == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {user:?}")) }
}

/// The type that a cell is about.
fn encryption_type(cell: &Cell) -> Option<EncryptionType> {
    match cell.over.as_str() {
        "aes128" => Some(EncryptionType::AES128_CTS_HMAC_SHA1_96),
        "aes256" => Some(EncryptionType::AES256_CTS_HMAC_SHA1_96),
        "aes128-sha2" => Some(EncryptionType::AES128_CTS_HMAC_SHA256_128),
        "aes256-sha2" => Some(EncryptionType::AES256_CTS_HMAC_SHA384_192),
        "rc4" => Some(EncryptionType::RC4_HMAC),
        _ => None,
    }
}

fn random() -> Random {
    Box::new(random_octets)
}

fn now() -> kerberos::Time {
    kerberos::Time { unix_s: unix_now(), micros: 1 }
}

fn initiator(world: &World, cell: &Cell) -> Result<Context, Box<dyn std::error::Error>> {
    let ntlm = || ntlm::Initiator::new(ntlm::Credential::password(DOMAIN, USER, PASSWORD), None);
    Ok(match (cell.peer.as_str(), cell.scheme.as_str()) {
        ("mit", "negotiate") => {
            let offered = vec![(negotiate::MechType::KERBEROS, kerberos_initiator(world, cell)?)];
            Box::new(negotiate::Initiator::offering(offered))
        }
        (_, "ntlm") => Box::new(ntlm()?),
        (_, "negotiate") => Box::new(negotiate::Initiator::new(ntlm()?)),
        (_, "credssp") => {
            let inner = Box::new(negotiate::Initiator::new(ntlm()?));
            let credentials = credssp::PasswordCreds {
                domain_name: DOMAIN.to_owned(),
                user_name: USER.to_owned(),
                password: PASSWORD.to_owned().into(),
            };
            let options = credssp::InitiatorOptions::default();
            Box::new(credssp::Initiator::new(credentials, inner, options, random())?)
        }
        _ => kerberos_initiator(world, cell)?,
    })
}

fn kerberos_initiator(world: &World, cell: &Cell) -> Result<Context, Box<dyn std::error::Error>> {
    let ticket = match cell.over.as_str() {
        "tokens" => world.ticket.clone(),
        kind => world.ticket_for(&format!("{kind}.example.test"))?,
    };
    let mut options = kerberos::InitiatorOptions::default();
    if let Some(kind) = encryption_type(cell) {
        options.encryption_types = vec![kind];
    }
    let given = kerberos::InitiatorGiven { now: now(), random: random() };
    Ok(Box::new(kerberos::Initiator::new(ticket, options, given)))
}

fn acceptor(world: &World, cell: &Cell) -> Result<Context, Box<dyn std::error::Error>> {
    Ok(match (cell.peer.as_str(), cell.scheme.as_str()) {
        ("mit", "negotiate") => {
            let inner: Context = Box::new(kerberos_acceptor(world, cell)?);
            let mechanisms = negotiate::Mechanisms::new(vec![(negotiate::MechType::KERBEROS, inner)]);
            Box::new(negotiate::Acceptor::new(mechanisms))
        }
        (peer, "ntlm") => Box::new(ntlm_acceptor(peer)),
        (_, "negotiate") => Box::new(negotiate::Acceptor::new(ntlm_acceptor("pyspnego"))),
        (_, "credssp") => {
            let server = SessionServer::new(&world.identity(), Versions::Both)?;
            let inner = Box::new(negotiate::Acceptor::new(ntlm_acceptor("pyspnego")));
            Box::new(credssp::Acceptor::new(&server, inner, credssp::AcceptorPolicy::default())?)
        }
        _ => Box::new(kerberos_acceptor(world, cell)?),
    })
}

fn ntlm_acceptor(peer: &str) -> ntlm::Acceptor {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new(DOMAIN, USER, PASSWORD)]);
    let mut server_challenge = [0; 8];
    random_octets(&mut server_challenge);
    let given = ntlm::AcceptorGiven { server_challenge, now: ntlm::FileTime::from_unix_seconds(unix_now()) };
    let mut policy = ntlm::AcceptorPolicy::default();
    if peer == "gss-ntlmssp" {
        // It sends one inside SPNEGO only.
        policy.mic = ntlm::MicPolicy::IfPromised;
    }
    ntlm::Acceptor::new(accounts, ntlm::ServerNames::workgroup(DOMAIN), policy, given)
}

fn kerberos_acceptor(world: &World, cell: &Cell) -> Result<kerberos::Acceptor, Box<dyn std::error::Error>> {
    let keytab = kerberos::Keytab::parse(&fs::read(world.realm.path("service.keytab"))?)?;
    let mut policy = kerberos::AcceptorPolicy::default();
    if let Some(kind) = encryption_type(cell) {
        policy.encryption_types = vec![kind];
    }
    let given = kerberos::AcceptorGiven { now: now(), random: random() };
    Ok(kerberos::Acceptor::new(Arc::new(kerberos::AcceptorCredentials::new(keytab)), policy, given))
}
