mod exchange;
mod hostile;
mod library;
mod request;
mod seals;

use std::sync::LazyLock;

use crate::auth::AuthError;
use crate::auth::Random;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::credssp::*;
use crate::auth::negotiate;
use crate::auth::ntlm;
use crate::tls::Identity;
use crate::tls::SessionServer;
use crate::tls::Versions;

/// Made for this run.
static IDENTITY: LazyLock<Identity> = LazyLock::new(|| identity("host.example.test"));

fn identity(name: &str) -> Identity {
    let certified = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let key = certified.signing_key.serialize_pem();
    Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes()).unwrap()
}

fn server_of(versions: Versions) -> SessionServer {
    SessionServer::new(&IDENTITY, versions).unwrap()
}

fn credentials() -> PasswordCreds {
    PasswordCreds {
        domain_name: "DOM".to_owned(),
        user_name: "alice".to_owned(),
        password: "wonderland".to_owned().into(),
    }
}

/// Numbers of no quality, each other than the one before.
fn random() -> Random {
    let mut next = 0_u8;
    Box::new(move |octets| {
        octets.fill_with(|| {
            next = next.wrapping_mul(5).wrapping_add(7);
            next
        });
    })
}

fn ntlm_client(password: &str) -> ntlm::Initiator {
    ntlm::Initiator::new(ntlm::Credential::password("DOM", "alice", password), None).unwrap()
}

fn ntlm_server() -> ntlm::Acceptor {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("DOM", "alice", "wonderland")]);
    let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
    let names = ntlm::ServerNames::workgroup("HOST");
    ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given)
}

fn spnego_client() -> Box<dyn SecurityContext> {
    Box::new(negotiate::Initiator::new(ntlm_client("wonderland")))
}

fn spnego_server() -> Box<dyn SecurityContext> {
    Box::new(negotiate::Acceptor::new(ntlm_server()))
}

fn client_with(options: InitiatorOptions) -> Initiator {
    Initiator::new(credentials(), spnego_client(), options, random()).unwrap()
}

fn server_with(policy: AcceptorPolicy) -> Acceptor {
    Acceptor::new(&server_of(Versions::Both), spnego_server(), policy).unwrap()
}

fn over(tls: Versions) -> InitiatorOptions {
    InitiatorOptions { tls, ..InitiatorOptions::default() }
}

/// How an exchange ended, and the tokens that crossed it.
struct Outcome {
    client: Result<(), AuthError>,
    server: Result<(), AuthError>,
    tokens: Vec<Vec<u8>>,
}

/// Plays both sides until both are complete or one refuses.
fn play(client: &mut Initiator, server: &mut Acceptor) -> Outcome {
    let mut outcome = Outcome {
        client: Err(AuthError::NotEstablished),
        server: Err(AuthError::NotEstablished),
        tokens: Vec::new(),
    };
    let mut to_client = Vec::new();
    for _ in 0..12 {
        let token = match client.step(&to_client) {
            Ok(Step::Continue(token)) => token,
            Ok(Step::Complete(token)) => {
                outcome.client = Ok(());
                token.unwrap()
            }
            Err(error) => {
                outcome.client = Err(error);
                return outcome;
            }
        };
        outcome.tokens.push(token.clone());
        to_client = match server.step(&token) {
            Ok(Step::Continue(token)) => token,
            Ok(Step::Complete(_)) => {
                outcome.server = Ok(());
                return outcome;
            }
            Err(error) => {
                outcome.server = Err(error);
                let Some(refusal) = server.refusal() else { return outcome };
                refusal
            }
        };
        outcome.tokens.push(to_client.clone());
    }
    panic!("the exchange never ends");
}

fn established(tls: Versions) -> (Initiator, Acceptor) {
    let (mut client, mut server) = (client_with(over(tls)), server_with(AcceptorPolicy::default()));
    let outcome = play(&mut client, &mut server);
    assert_eq!((outcome.client, outcome.server), (Ok(()), Ok(())));
    (client, server)
}
