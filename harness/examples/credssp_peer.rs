//! One side of a CredSSP authentication over standard input and output, to try other implementations against.
//!
//! ```text
//! credssp_peer (accept|initiate) (negotiate|ntlm) (1.2|1.3) DOMAIN USER PASSWORD [VERSION [CERTIFICATE KEY]]
//! ```
//! Each line in is a base64 token, each line out is an answer: `continue TOKEN`, `complete [TOKEN]` or `error TEXT`,
//! with a token for the peer before TEXT where there is one. An initiator takes an empty line first. After that: `seal TEXT`
//! gives `sealed HEADER MESSAGE`, `unseal HEADER MESSAGE` gives `message TEXT`, all of them in base64; `who` gives the user
//! and the password that the acceptor got.
//!
//! CERTIFICATE and KEY are PEM files; pyspnego and Windows want RSA. Without them a certificate is made that nobody
//! signed. Nonces are constants. Never use this to protect
//! anything.

use std::io::BufRead;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use winrm_harness::auth::Delegation;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::credssp;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::ntlm;
use winrm_harness::tls::Identity;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

type Failure = Box<dyn std::error::Error>;

enum Peer {
    Acceptor(Box<credssp::Acceptor>),
    Initiator(Box<credssp::Initiator>),
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut peer = peer(&arguments)?;
    for line in std::io::stdin().lock().lines() {
        let answer =
            answer(&mut peer, &line?).unwrap_or_else(|error| format!("error {} {error}", refusal(&mut peer)));
        writeln!(std::io::stdout(), "{answer}")?;
    }
    Ok(())
}

fn peer(arguments: &[String]) -> Result<Peer, Failure> {
    let [role, mechanism, tls, domain, user, password, rest @ ..] = arguments else {
        return Err("expected ROLE MECHANISM TLS DOMAIN USER PASSWORD [VERSION]".into());
    };
    let version = credssp::Version(rest.first().map_or(Ok(6), |version| version.parse())?);
    let version_min = version.min(credssp::Version::V5);
    let tls = if tls == "1.2" { Versions::Tls12 } else { Versions::Tls13 };
    let is_bare = mechanism == "ntlm";
    if role == "accept" {
        let identity = identity(rest.get(1..).unwrap_or_default())?;
        let server = SessionServer::new(&identity, tls)?;
        let inner = acceptor(domain, user, password);
        let inner: Box<dyn SecurityContext> =
            if is_bare { Box::new(inner) } else { Box::new(negotiate::Acceptor::new(inner)) };
        let policy = credssp::AcceptorPolicy { version, version_min };
        return Ok(Peer::Acceptor(Box::new(credssp::Acceptor::new(&server, inner, policy)?)));
    }
    let inner = ntlm::Initiator::new(ntlm::Credential::password(domain, user, password), None)?;
    let inner: Box<dyn SecurityContext> =
        if is_bare { Box::new(inner) } else { Box::new(negotiate::Initiator::new(inner)) };
    let credentials = credssp::PasswordCreds {
        domain_name: domain.clone(),
        user_name: user.clone(),
        password: password.clone().into(),
    };
    let options = credssp::InitiatorOptions { version, version_min, tls };
    let random = Box::new(|octets: &mut [u8]| octets.fill(7));
    Ok(Peer::Initiator(Box::new(credssp::Initiator::new(credentials, inner, options, random)?)))
}

#[expect(clippy::disallowed_methods, reason = "a program reads its own files")]
fn identity(files: &[String]) -> Result<Identity, Failure> {
    let [certificate, key] = files else {
        let certified = rcgen::generate_simple_self_signed(vec!["host.example.test".to_owned()])?;
        let key = certified.signing_key.serialize_pem();
        return Ok(Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes())?);
    };
    Ok(Identity::from_pem(&std::fs::read(certificate)?, &std::fs::read(key)?)?)
}

fn acceptor(domain: &str, user: &str, password: &str) -> ntlm::Acceptor {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new(domain, user, password)]);
    let now = ntlm::FileTime::from_unix_seconds(1_800_000_000);
    let given = ntlm::AcceptorGiven { server_challenge: *b"constant", now };
    ntlm::Acceptor::new(
        accounts,
        ntlm::ServerNames::workgroup("HOST"),
        ntlm::AcceptorPolicy::default(),
        given,
    )
}

fn context(peer: &mut Peer) -> &mut dyn SecurityContext {
    match peer {
        Peer::Acceptor(acceptor) => acceptor.as_mut(),
        Peer::Initiator(initiator) => initiator.as_mut(),
    }
}

fn refusal(peer: &mut Peer) -> String {
    match peer {
        Peer::Acceptor(acceptor) => STANDARD.encode(acceptor.refusal().unwrap_or_default()),
        Peer::Initiator(_) => String::new(),
    }
}

fn answer(peer: &mut Peer, line: &str) -> Result<String, Failure> {
    let words: Vec<&str> = line.split(' ').collect();
    let context = context(peer);
    match words.as_slice() {
        ["seal", text] => {
            let mut message = STANDARD.decode(text)?;
            // The header is a copy of what the record begins with.
            let header = context.seal(&mut message)?;
            let rest = message.split_off(header.len());
            Ok(format!("sealed {} {}", STANDARD.encode(header), STANDARD.encode(rest)))
        }
        ["unseal", header, message] => {
            let mut message = STANDARD.decode(message)?;
            context.unseal(&STANDARD.decode(header)?, &mut message)?;
            Ok(format!("message {}", STANDARD.encode(message)))
        }
        ["who"] => match context.established().map(|established| &established.delegation) {
            Some(Delegation::Password(creds)) => {
                Ok(format!("{}\\{} {}", creds.domain_name, creds.user_name, *creds.password))
            }
            _ => Ok("nobody".to_owned()),
        },
        [token] => Ok(match context.step(&STANDARD.decode(token)?)? {
            Step::Continue(token) => format!("continue {}", STANDARD.encode(token)),
            Step::Complete(token) => format!("complete {}", STANDARD.encode(token.unwrap_or_default())),
        }),
        _ => Err("expected a token, `seal TEXT`, `unseal HEADER MESSAGE` or `who`".into()),
    }
}
