//! One side of an authentication over standard input and output, to try other implementations against.
//!
//! ```text
//! auth_peer (accept|initiate|initiate-fixed) (ntlm|negotiate|negotiate-kerberos-first) DOMAIN USER PASSWORD [BINDINGS]
//! auth_peer accept (kerberos|spnego-kerberos) KEYTAB [BINDINGS]
//! auth_peer initiate (kerberos|spnego-kerberos) CCACHE SERVICE/HOST [BINDINGS]
//! ```
//! Each line in is a base64 token, each line out is an answer: `continue TOKEN`, `complete [TOKEN]` or `error TEXT`. An
//! initiator takes an empty line first. After that: `seal TEXT` gives `sealed HEADER MESSAGE`, `unseal HEADER MESSAGE`
//! gives `message TEXT`, all of them in base64; `sign TEXT` gives `mic MIC`, `verify MIC TEXT` gives `verified`; `who` gives
//! the peer's name and what was established. BINDINGS is base64 too: the channel bindings' application data. KEYTAB and
//! CCACHE are files of MIT's; a forwarded ticket-granting ticket that the cache has is delegated.
//!
//! NTLM's nonce is a constant here, and so are all random numbers of `initiate-fixed`: never use this to protect
//! anything.

use std::io::BufRead;
use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use winrm_harness::auth::ChannelBindingPolicy;
use winrm_harness::auth::ChannelBindings;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::negotiate::MechType;
use winrm_harness::auth::negotiate::Offer;
use winrm_harness::auth::ntlm;
use winrm_harness::net::Clock;
use winrm_harness::net::random_octets;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut context = context(&arguments)?;
    for line in std::io::stdin().lock().lines() {
        let answer = answer(context.as_mut(), &line?).unwrap_or_else(|error| format!("error {error}"));
        writeln!(std::io::stdout(), "{answer}")?;
    }
    Ok(())
}

fn context(arguments: &[String]) -> Result<Box<dyn SecurityContext>, Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [role, "kerberos", rest @ ..] => kerberos_context(role, rest),
        [role, "spnego-kerberos", rest @ ..] => {
            let inner = kerberos_context(role, rest)?;
            Ok(match *role {
                "accept" => Box::new(negotiate::Acceptor::new(negotiate::Mechanisms::new(vec![(
                    MechType::KERBEROS,
                    inner,
                )]))),
                _ => Box::new(negotiate::Initiator::offering(vec![(MechType::KERBEROS, inner)])),
            })
        }
        _ => ntlm_context(arguments),
    }
}

fn kerberos_context(role: &str, arguments: &[&str]) -> Result<Box<dyn SecurityContext>, Failure> {
    let bindings = |text: Option<&&str>| -> Result<Option<ChannelBindings>, Failure> {
        Ok(text.map(|text| STANDARD.decode(text)).transpose()?.map(ChannelBindings::new))
    };
    let random = Box::new(|octets: &mut [u8]| random_octets(octets));
    match (role, arguments) {
        ("accept", [keytab, rest @ ..]) => {
            let keytab = kerberos::Keytab::parse(&read(keytab)?)?;
            let channel_bindings =
                bindings(rest.first())?.map_or(ChannelBindingPolicy::None, ChannelBindingPolicy::Strict);
            let policy = kerberos::AcceptorPolicy { channel_bindings, ..Default::default() };
            let credentials = Arc::new(kerberos::AcceptorCredentials::new(keytab));
            let given = kerberos::AcceptorGiven { now: Clock::default().now().time(), random };
            Ok(Box::new(kerberos::Acceptor::new(credentials, policy, given)))
        }
        ("initiate", [ccache, service, rest @ ..]) => {
            let cache = kerberos::CredentialCache::parse(&read(ccache)?)?;
            let service: Vec<&str> = service.split('/').collect();
            let credential = cache.find(&service).ok_or("the cache has no ticket for the service")?.clone();
            let is_forwarded = |credential: &&kerberos::Credential| {
                kerberos::TicketFlags(credential.flags).contains(kerberos::TicketFlags::FORWARDED)
            };
            let delegate = cache.ticket_granting_ticket().filter(is_forwarded).cloned();
            let channel_bindings = bindings(rest.first())?;
            let options = kerberos::InitiatorOptions { channel_bindings, delegate, ..Default::default() };
            let given = kerberos::InitiatorGiven { now: Clock::default().now().time(), random };
            Ok(Box::new(kerberos::Initiator::new(credential, options, given)))
        }
        _ => Err("expected accept KEYTAB or initiate CCACHE SERVICE/HOST".into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a program reads its own files")]
fn read(path: &str) -> Result<Vec<u8>, Failure> {
    Ok(std::fs::read(path)?)
}

fn ntlm_context(arguments: &[String]) -> Result<Box<dyn SecurityContext>, Failure> {
    let [role, mechanism, domain, user, password, rest @ ..] = arguments else {
        return Err("expected ROLE MECHANISM DOMAIN USER PASSWORD [BINDINGS]".into());
    };
    let bindings = rest.first().map(|text| STANDARD.decode(text)).transpose()?.map(ChannelBindings::new);
    let credential = ntlm::Credential::password(domain, user, password);
    let offer = match mechanism.as_str() {
        "negotiate-kerberos-first" => Offer::KerberosThenNtlm,
        _ => Offer::Ntlm,
    };
    let is_bare = mechanism == "ntlm";
    Ok(match role.as_str() {
        "accept" if is_bare => Box::new(acceptor(domain, user, password, bindings)),
        "accept" => Box::new(negotiate::Acceptor::new(acceptor(domain, user, password, bindings))),
        "initiate" => {
            let inner = ntlm::Initiator::new(credential, bindings)?;
            if is_bare {
                Box::new(inner)
            } else {
                Box::new(negotiate::Initiator::new(inner).with_offer(offer))
            }
        }
        "initiate-fixed" => {
            let given = ntlm::FixedGiven::new([0xAA; 8], ntlm::ExportedSessionKey([0x55; 16]));
            let inner = ntlm::FixedInitiator::new(credential, given);
            let inner = bindings.into_iter().fold(inner, ntlm::FixedInitiator::bound_to);
            if is_bare {
                Box::new(inner)
            } else {
                Box::new(negotiate::Initiator::fixed(inner).with_offer(offer))
            }
        }
        _ => return Err("expected accept, initiate or initiate-fixed".into()),
    })
}

fn acceptor(domain: &str, user: &str, password: &str, bindings: Option<ChannelBindings>) -> ntlm::Acceptor {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new(domain, user, password)]);
    let channel_bindings = bindings.map_or(ChannelBindingPolicy::None, ChannelBindingPolicy::Strict);
    let policy = ntlm::AcceptorPolicy { channel_bindings, ..Default::default() };
    let now = ntlm::FileTime::from_unix_seconds(1_800_000_000);
    let given = ntlm::AcceptorGiven { server_challenge: *b"constant", now };
    ntlm::Acceptor::new(accounts, ntlm::ServerNames::workgroup("HOST"), policy, given)
}

fn answer(context: &mut dyn SecurityContext, line: &str) -> Result<String, Failure> {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["seal", message] => {
            let mut message = STANDARD.decode(message)?;
            let header = context.seal(&mut message)?;
            Ok(format!("sealed {} {}", STANDARD.encode(header), STANDARD.encode(message)))
        }
        ["unseal", header, message] => {
            let mut message = STANDARD.decode(message)?;
            context.unseal(&STANDARD.decode(header)?, &mut message)?;
            Ok(format!("message {}", STANDARD.encode(message)))
        }
        ["sign", text] => Ok(format!("mic {}", STANDARD.encode(context.sign(&STANDARD.decode(text)?)?))),
        ["verify", mic, text] => {
            context.verify(&STANDARD.decode(mic)?, &STANDARD.decode(text)?)?;
            Ok("verified".to_owned())
        }
        ["who"] => Ok(format!("{:?} {:?}", context.principal(), context.established())),
        _ => match context.step(&STANDARD.decode(line)?)? {
            Step::Continue(token) => Ok(format!("continue {}", STANDARD.encode(token))),
            Step::Complete(Some(token)) => Ok(format!("complete {}", STANDARD.encode(token))),
            Step::Complete(None) => Ok("complete".to_owned()),
        },
    }
}
