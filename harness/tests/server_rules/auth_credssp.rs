use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::credssp;
use winrm_harness::auth::credssp::Version;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::negotiate::MechType;
use winrm_harness::auth::ntlm;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::http::Request;
use winrm_harness::pair::PairError;
use winrm_harness::server::CbtHardeningLevel;
use winrm_harness::server::Config;
use winrm_harness::tls::Channel;
use winrm_harness::tls::Identity;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

use crate::auth_support::*;
use crate::support::*;

/// A server that could take CredSSP, and does if `is_on`.
fn credssp_config(is_on: bool) -> Config {
    let certified = rcgen::generate_simple_self_signed(vec!["reference".to_owned()]).unwrap();
    let key = certified.signing_key.serialize_pem();
    let identity = Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes()).unwrap();
    let server = SessionServer::new(&identity, Versions::Both).unwrap();
    Config { credssp: is_on, credssp_server: Some(server), ..realm_config() }
}

/// What a client hands over.
struct Handed {
    user: &'static str,
    password: &'static str,
    version: Version,
}

const ALICE: Handed = Handed { user: "alice", password: "alice-password", version: Version::V6 };

fn client(handed: &Handed, inner: Box<dyn SecurityContext>) -> Box<credssp::Initiator> {
    let credentials = credssp::PasswordCreds {
        domain_name: String::new(),
        user_name: handed.user.to_owned(),
        password: handed.password.to_owned().into(),
    };
    let options = credssp::InitiatorOptions {
        version: handed.version,
        version_min: Version::V2,
        ..credssp::InitiatorOptions::default()
    };
    let random = Box::new(|octets: &mut [u8]| octets.fill(5));
    Box::new(credssp::Initiator::new(credentials, inner, options, random).unwrap())
}

fn by_ntlm() -> Box<dyn SecurityContext> {
    let credential = ntlm::Credential::password("", "alice", "alice-password");
    Box::new(negotiate::Initiator::new(ntlm::Initiator::new(credential, None).unwrap()))
}

fn log_on(world: &mut World, channel: Channel, handed: &Handed) -> Result<Client, PairError> {
    let id = world.pair.connect_over(channel);
    let session = world.pair.log_on_by(id, Protocol::CredSsp, client(handed, by_ntlm()))?;
    Ok(Client { id, session })
}

#[test]
fn credssp_is_offered_last_and_only_while_it_is_on() {
    for (config, offers) in [
        (credssp_config(false), vec!["Negotiate", "Kerberos"]),
        (credssp_config(true), vec!["Negotiate", "Kerberos", "CredSSP"]),
        (
            Config { basic: true, allow_unencrypted: true, ..credssp_config(true) },
            vec!["Negotiate", "Kerberos", "Basic realm=\"WSMAN\"", "CredSSP"],
        ),
        (Config { credssp: true, ..config() }, vec!["Negotiate"]),
    ] {
        let mut world = World::new(config);
        let id = world.pair.connect();
        assert_eq!(values(&world.exchange(id, &post()), "WWW-Authenticate"), offers);
    }
}

#[test]
fn credssp_logs_on_and_seals_both_ways_in_one_piece_or_in_many() {
    for channel in [Channel::Clear, tls()] {
        let mut world =
            World::new(Config { cbt_hardening_level: CbtHardeningLevel::Strict, ..credssp_config(true) });
        let mut alice = log_on(&mut world, channel, &ALICE).unwrap();
        world.create(&mut alice);
        world.run(&mut alice, "output 60000");
        let large = format!("{}{}", receive(COMMAND_ID).text(), " ".repeat(40_000));
        let request = alice.session.request(&large).unwrap();
        let response = world.exchange(alice.id, &request);
        for message in [request.headers.text("Content-Type"), response.headers.text("Content-Type")] {
            let expected =
                "multipart/x-multi-encrypted;protocol=\"application/HTTP-CredSSP-session-encrypted\"";
            assert!(message.unwrap().replace("; ", ";").starts_with(expected), "{message:?}");
        }
        let text = String::from_utf8(alice.session.open(&response).unwrap().envelope).unwrap();
        let answer = Answer { status: 200, is_sealed: true, text };
        assert!(answer.stream("stdout").starts_with(b"ABCDEFG"));
        let fault = world.ask(&mut alice, &create(SHELL_ID));
        assert_eq!((fault.status, fault.is_sealed), (500, true));
    }
}

#[test]
fn a_ticket_inside_credssp_logs_on_too() {
    let mut world = World::new(credssp_config(true));
    let id = world.pair.connect();
    let inner =
        negotiate::Initiator::offering(vec![(MechType::KERBEROS, kerberos(alice(), Bindings::Absent, 1))]);
    let session = world.pair.log_on_by(id, Protocol::CredSsp, client(&ALICE, Box::new(inner))).unwrap();
    assert_eq!(world.ask(&mut Client { id, session }, &create(SHELL_ID)).status, 200);
}

#[test]
fn versions_before_5_are_refused() {
    for (version, is_taken) in [
        (Version::V2, false),
        (Version::V3, false),
        (Version::V4, false),
        (Version::V5, true),
        (Version::V6, true),
    ] {
        let mut world = World::new(credssp_config(true));
        let logon = log_on(&mut world, Channel::Clear, &Handed { version, ..ALICE });
        assert_eq!(logon.is_ok(), is_taken, "{version:?}");
    }
}

#[test]
fn a_password_that_is_not_that_of_who_hands_it_over_is_refused() {
    for (user, password, is_taken) in [
        ("alice", "alice-password", true),
        ("REFERENCE\\Alice", "alice-password", true),
        ("alice@EXAMPLE.TEST", "alice-password", true),
        ("alice", "wrong", false),
        ("bob", "bob-password", false),
        ("bob", "alice-password", false),
    ] {
        let mut world = World::new(credssp_config(true));
        let handed = Handed { user, password, version: Version::V6 };
        assert_eq!(log_on(&mut world, Channel::Clear, &handed).is_ok(), is_taken, "{user}");
    }
}

#[test]
fn a_put_turns_credssp_on_and_off() {
    let mut world = World::new(credssp_config(false));
    let mut admin = world.log_on("alice");
    let uri = "http://schemas.microsoft.com/wbem/wsman/1/config/service/auth";
    for is_on in [true, false] {
        let body = format!("<Auth><CredSSP>{is_on}</CredSSP></Auth>");
        let put = Ask::new(&format!("{TRANSFER}/Put")).uri(uri).body(&body);
        let answer = world.ask(&mut admin, &put);
        assert_eq!(answer.text_of("CredSSP"), Some(is_on.to_string()), "{}", answer.text);
        assert_eq!(log_on(&mut world, Channel::Clear, &ALICE).is_ok(), is_on);
    }
}

#[test]
fn credssp_seals_under_its_own_protocol_only() {
    for named in [Protocol::Spnego, Protocol::Kerberos] {
        let mut world = World::new(credssp_config(true));
        let mut alice = log_on(&mut world, Channel::Clear, &ALICE).unwrap();
        let mut message = alice.session.seal(create(SHELL_ID).text().into_bytes()).unwrap();
        message.protocol = named;
        let request: Request = alice.session.sealed_request(&message, Form::default());
        assert_eq!((world.exchange(alice.id, &request).status.0, world.shells()), (415, 0));
    }
}

#[test]
fn the_event_log_says_that_a_password_was_handed_over_and_not_which() {
    let mut world = World::new(credssp_config(true));
    let mut alice = log_on(&mut world, Channel::Clear, &ALICE).unwrap();
    let log = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
    let selectors = "<w:SelectorSet><w:Selector Name=\"EventRecordID\">1</w:Selector></w:SelectorSet>";
    let get = Ask::new(&format!("{TRANSFER}/Get")).uri(log).block("SelectorSet", selectors);
    let event = world.ask(&mut alice, &get);
    let told = event.texts("Data").pop().unwrap();
    assert!(told.starts_with("CredSSP: CredSSP, "), "{told}");
    assert!(told.ends_with(", delegation credssp"), "{told}");
    assert!(!event.text.contains("alice-password"));
}

/// What only the mutant that is about CredSSP answers otherwise.
pub(crate) fn probe(config: &Config) -> bool {
    let credssp = credssp_config(true);
    let mut world =
        World::new(Config { credssp: true, credssp_server: credssp.credssp_server, ..config.clone() });
    log_on(&mut world, Channel::Clear, &Handed { version: Version::V2, ..ALICE }).is_ok()
}
