use winrm_harness::auth::kerberos::PrincipalName;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::negotiate::MechType;
use winrm_harness::client::SequenceError;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::pair::PairError;
use winrm_harness::server::CbtHardeningLevel;
use winrm_harness::server::Config;
use winrm_harness::tls::Channel;

use crate::auth_support::*;
use crate::support::*;

fn refused(logon: Result<Client, PairError>) -> bool {
    logon.err() == Some(PairError::Sequence(SequenceError::CredentialsRefused))
}

#[test]
fn a_server_in_a_realm_offers_kerberos_behind_negotiate_and_before_basic() {
    for (config, offers) in [
        (realm_config(), vec!["Negotiate", "Kerberos"]),
        (Config { kerberos: false, ..realm_config() }, vec!["Negotiate"]),
        (Config { negotiate: false, ..realm_config() }, vec!["Negotiate", "Kerberos"]),
        (Config { negotiate: false, kerberos: false, ..realm_config() }, vec![]),
        (
            Config { basic: true, allow_unencrypted: true, ..realm_config() },
            vec!["Negotiate", "Kerberos", "Basic realm=\"WSMAN\""],
        ),
    ] {
        let mut world = World::new(config);
        let id = world.pair.connect();
        assert_eq!(values(&world.exchange(id, &post()), "WWW-Authenticate"), offers);
    }
}

#[test]
fn a_ticket_logs_on_under_both_schemes_and_answers_are_sealed_in_kind() {
    for protocol in [Protocol::Kerberos, Protocol::Spnego] {
        let mut world = World::new(realm_config());
        let mut client = world.log_on_by_ticket(alice(), protocol.clone()).unwrap();
        let request = sealed(&mut client, &create(SHELL_ID));
        let response = world.exchange(client.id, &request);
        assert_eq!(response.headers.text("Content-Type"), request.headers.text("Content-Type"));
        assert!(response.headers.text("Content-Type").unwrap().contains(protocol.media_type()));
        assert!(client.session.open(&response).unwrap().is_sealed);
        let fault = world.ask(&mut client, &create(SHELL_ID));
        assert_eq!((fault.status, fault.is_sealed), (500, true));
        assert_eq!(world.shells(), 1);
    }
}

#[test]
fn the_answer_of_the_server_comes_under_the_name_of_the_scheme() {
    for protocol in [Protocol::Kerberos, Protocol::Spnego] {
        let mut world = World::new(realm_config());
        let client = world.log_on_by_ticket(alice(), protocol.clone()).unwrap();
        let last = &world.pair.recorded.iter().rfind(|sent| sent.from_server && sent.connection == client.id);
        let text = String::from_utf8(last.unwrap().octets.clone()).unwrap();
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        // Octets 60 81: an AP-REP in its frame.
        assert!(text.contains(&format!("WWW-Authenticate: {} YI", protocol.scheme())), "{text}");
    }
}

#[test]
fn spnego_with_a_ticket_in_it_logs_on() {
    let mut world = World::new(realm_config());
    let id = world.pair.connect();
    let context =
        negotiate::Initiator::offering(vec![(MechType::KERBEROS, kerberos(alice(), Bindings::Absent, 1))]);
    let session = world.pair.log_on_by(id, Protocol::Spnego, Box::new(context)).unwrap();
    let mut client = Client { id, session };
    assert_eq!(world.ask(&mut client, &create(SHELL_ID)).status, 200);
}

#[test]
fn principals_of_the_servers_realm_are_its_accounts_and_no_others() {
    let other_realm = principal("OTHER.TEST", "alice");
    let (instance, stranger) = (principal(REALM, "alice/admin"), principal(REALM, "mallory"));
    let in_lower_case = principal("example.test", "alice");
    for client in [other_realm, instance, stranger, in_lower_case] {
        let mut world = World::new(realm_config());
        assert!(refused(world.log_on_by_ticket(client.clone(), Protocol::Kerberos)), "{client:?}");
        assert!(refused(world.log_on_by_ticket(client.clone(), Protocol::Spnego)), "{client:?}");
    }
    // The computer's own name is no realm.
    let mut world =
        World::new(Config { computer: "EXAMPLE.TEST".to_owned(), realm: String::new(), ..realm_config() });
    assert!(refused(world.log_on_by_ticket(alice(), Protocol::Kerberos)));
}

#[test]
fn an_ordinary_user_with_a_ticket_is_known_and_denied() {
    let mut world = World::new(realm_config());
    let mut carol = world.log_on_by_ticket(principal(REALM, "carol"), Protocol::Kerberos).unwrap();
    assert_eq!(world.ask(&mut carol, &create(SHELL_ID)).code(), Some(5));
    assert_eq!(world.shells(), 0);
}

#[test]
fn the_user_of_a_ticket_is_the_account_of_the_same_name() {
    let mut world = World::new(realm_config());
    let mut by_ticket = world.log_on_by_ticket(principal(REALM, "ALICE"), Protocol::Kerberos).unwrap();
    world.create(&mut by_ticket);
    world.run(&mut by_ticket, "whoami");
    let answer = world.ask(&mut by_ticket, &receive(COMMAND_ID));
    assert_eq!(answer.stream("stdout"), b"reference\\alice\r\n");
    let mut by_password = world.log_on("alice");
    assert_eq!(world.ask(&mut by_password, &get(SHELL_ID)).status, 200);
}

#[test]
fn a_token_counts_once_whatever_connection_it_comes_on() {
    for (first, second) in [
        (Protocol::Kerberos, Protocol::Kerberos),
        (Protocol::Kerberos, Protocol::Spnego),
        (Protocol::Spnego, Protocol::Kerberos),
    ] {
        let mut world = World::new(realm_config());
        world.log_on_by_ticket(alice(), first).unwrap();
        world.tickets = 0;
        assert!(refused(world.log_on_by_ticket(alice(), second)));
    }
}

#[test]
fn tickets_are_not_taken_under_a_scheme_that_is_off() {
    let mut world = World::new(Config { kerberos: false, ..realm_config() });
    assert!(world.log_on_by_ticket(alice(), Protocol::Kerberos).is_err());
    assert!(world.log_on_by_ticket(alice(), Protocol::Spnego).is_ok());
    let mut world = World::new(config());
    assert!(world.log_on_by_ticket(alice(), Protocol::Kerberos).is_err(), "a server without keys");
    assert!(refused(world.log_on_by_ticket(alice(), Protocol::Spnego)), "a server without keys");
}

#[test]
fn kerberos_has_its_own_protocol_and_lets_spnegos_be_named() {
    for (protocol, named, status) in [
        (Protocol::Kerberos, Protocol::Kerberos, 200),
        (Protocol::Kerberos, Protocol::Spnego, 200),
        (Protocol::Kerberos, Protocol::CredSsp, 415),
        (Protocol::Spnego, Protocol::Kerberos, 415),
        (Protocol::Spnego, Protocol::Spnego, 200),
    ] {
        let mut world = World::new(realm_config());
        let mut client = world.log_on_by_ticket(alice(), protocol).unwrap();
        let mut message = client.session.seal(create(SHELL_ID).text().into_bytes()).unwrap();
        message.protocol = named.clone();
        let response = world.exchange(client.id, &client.session.sealed_request(&message, Form::default()));
        assert_eq!((response.status.0, world.shells()), (status, usize::from(status == 200)));
        if status == 200 {
            assert!(response.headers.text("Content-Type").unwrap().contains(named.media_type()));
        }
    }
}

/// Which bindings of a ticket's token a server takes at a level.
fn taken(level: CbtHardeningLevel, channel: &Channel) -> Vec<Bindings> {
    let taken = |bindings: &Bindings| {
        let mut world = World::new(Config { cbt_hardening_level: level, ..realm_config() });
        let id = world.pair.connect_over(channel.clone());
        world.pair.log_on_by(id, Protocol::Kerberos, kerberos(alice(), *bindings, 1)).is_ok()
    };
    Bindings::ALL.into_iter().filter(taken).collect()
}

#[test]
fn the_bindings_of_a_ticket_are_judged_as_those_of_ntlm() {
    assert_eq!(taken(CbtHardeningLevel::Strict, &tls()), [Bindings::Right]);
    assert_eq!(taken(CbtHardeningLevel::Relaxed, &tls()), [Bindings::Absent, Bindings::Right]);
    assert_eq!(taken(CbtHardeningLevel::None, &tls()), Bindings::ALL);
    assert_eq!(taken(CbtHardeningLevel::Strict, &Channel::Clear), Bindings::ALL);
}

#[test]
fn keys_of_a_ticket_are_of_one_connection() {
    let mut world = World::new(realm_config());
    let mut here = world.log_on_by_ticket(alice(), Protocol::Kerberos).unwrap();
    let there = world.log_on_by_ticket(alice(), Protocol::Kerberos).unwrap();
    let request = sealed(&mut here, &create(SHELL_ID));
    assert_eq!(world.fatal(there.id, &request.encode()), 400);
    assert_eq!(world.exchange(here.id, &request).status.0, 200);
    assert_eq!(world.fatal(here.id, &request.encode()), 400, "and it counts once");
    assert_eq!(world.shells(), 1);
}

#[test]
fn the_event_log_says_that_it_was_a_ticket() {
    let mut world = World::new(realm_config());
    let mut client = world.log_on_by_ticket(alice(), Protocol::Kerberos).unwrap();
    let log = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
    let selectors = "<w:SelectorSet><w:Selector Name=\"EventRecordID\">1</w:Selector></w:SelectorSet>";
    let get = Ask::new(&format!("{TRANSFER}/Get")).uri(log).block("SelectorSet", selectors);
    let told = world.ask(&mut client, &get).texts("Data").pop().unwrap();
    assert_eq!(told, "Kerberos: Kerberos, aes256-cts-hmac-sha1-96, delegation none");
}

/// What only the mutants that are about tickets answer otherwise.
pub(crate) fn probe(config: &Config) -> [bool; 3] {
    let logon = |client: PrincipalName, world: &mut World| {
        world.tickets = 0;
        world.log_on_by_ticket(client, Protocol::Kerberos).is_ok()
    };
    let realm = realm_config();
    let config = Config { realm: realm.realm, service_keys: realm.service_keys, ..config.clone() };
    let mut world = World::new(config);
    let other_realm = principal("OTHER.TEST", "alice");
    [logon(alice(), &mut world), logon(alice(), &mut world), logon(other_realm, &mut world)]
}
