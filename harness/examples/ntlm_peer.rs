//! One side of an NTLM or SPNEGO authentication over standard input and output, to try other implementations against.
//!
//! ```text
//! ntlm_peer (accept|initiate|initiate-fixed) (ntlm|negotiate|negotiate-kerberos-first) DOMAIN USER PASSWORD [BINDINGS]
//! ```
//! Each line in is a base64 token, each line out is an answer: `continue TOKEN`, `complete [TOKEN]` or `error TEXT`. An
//! initiator takes an empty line first. After that: `seal TEXT` gives `sealed HEADER MESSAGE`, `unseal HEADER MESSAGE`
//! gives `message TEXT`, all of them in base64. BINDINGS is base64 too: the channel bindings' application data.
//!
//! The server's nonce is a constant here, and so are all random numbers of `initiate-fixed`: never use this to
//! protect anything.

use std::io::BufRead;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use winrm_harness::auth::ChannelBindings;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::negotiate::Offer;
use winrm_harness::auth::ntlm;

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
    let channel_bindings =
        bindings.map_or(ntlm::ChannelBindingPolicy::None, ntlm::ChannelBindingPolicy::Strict);
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
        _ => match context.step(&STANDARD.decode(line)?)? {
            Step::Continue(token) => Ok(format!("continue {}", STANDARD.encode(token))),
            Step::Complete(Some(token)) => Ok(format!("complete {}", STANDARD.encode(token))),
            Step::Complete(None) => Ok("complete".to_owned()),
        },
    }
}
