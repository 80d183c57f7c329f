use winrm_harness::client::HandshakeStep;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::http::Request;
use winrm_harness::server::Config;
use winrm_harness::tls::Channel;

use crate::auth_support::*;
use crate::support::*;

fn offered(config: Config, channel: Channel) -> Vec<String> {
    let mut world = World::new(config);
    let id = world.pair.connect_over(channel);
    values(&world.exchange(id, &post()), "WWW-Authenticate")
}

#[test]
fn basic_is_offered_over_tls_as_soon_as_it_is_on_and_in_clear_only_where_that_is_allowed() {
    let on = Config { basic: true, ..config() };
    let realm = "Basic realm=\"WSMAN\"";
    assert_eq!(offered(on.clone(), Channel::Clear), ["Negotiate"]);
    assert_eq!(offered(on, tls()), ["Negotiate", realm]);
    assert_eq!(offered(config(), tls()), ["Negotiate"]);
    assert_eq!(offered(Config { allow_unencrypted: true, ..config() }, tls()), ["Negotiate"]);
    assert_eq!(offered(clear_config(), Channel::Clear), ["Negotiate", realm]);
}

#[test]
fn basic_logs_on_over_tls_without_soap_in_clear_being_allowed() {
    let mut world = World::new(Config { basic: true, ..config() });
    for (channel, status) in [(tls(), 200), (Channel::Clear, 401)] {
        let id = world.pair.connect_over(channel);
        let request = plain(&create_with("", "").text());
        let request = request.with_header("Authorization", basic("alice", "alice-password"));
        assert_eq!(world.exchange(id, &request).status.0, status);
        assert_eq!(world.shells(), 1, "the one over TLS");
    }
}

#[test]
fn what_tls_carries_needs_no_seal_and_may_have_one() {
    let mut world = World::new(config());
    let mut alice = world.log_on_over_tls();
    let response = world.exchange(alice.id, &plain(&create_with("", "").text()));
    assert_eq!(response.status.0, 200);
    assert_eq!(response.headers.text("Content-Type"), Some("application/soap+xml;charset=UTF-8"));
    let answer = world.ask(&mut alice, &create_with("", ""));
    assert_eq!((answer.status, answer.is_sealed), (200, true));
    let fault = world.ask(&mut alice, &get(SHELL_ID));
    assert_eq!((fault.status, fault.is_sealed), (500, true));
    assert_eq!(world.exchange(alice.id, &plain(&create_with("", "").text())).status.0, 200);
    assert_eq!(world.shells(), 3);
}

#[test]
fn soap_over_tls_from_nobody_is_not_executed() {
    let mut world = World::new(config());
    let id = world.pair.connect_over(tls());
    assert_eq!(world.exchange(id, &plain(&create(SHELL_ID).text())).status.0, 401);
    assert_eq!(world.shells(), 0);
}

#[test]
fn soap_with_the_last_token_is_executed_over_tls_and_not_in_clear() {
    for (channel, status, shells) in [(tls(), 200, 1), (Channel::Clear, 500, 0)] {
        let mut world = World::new(config());
        let id = world.pair.connect_over(channel);
        let last = last_leg(&mut world, id);
        let response = world.exchange(id, &riding(&last));
        assert_eq!((response.status.0, world.shells()), (status, shells));
    }
}

/// The request with the last token of alice's handshake.
fn last_leg(world: &mut World, id: winrm_harness::server::ConnectionId) -> Request {
    let (state, request) = handshake("alice", "alice-password");
    let response = world.exchange(id, &request);
    let Ok(HandshakeStep::Send(_, last)) = state.step(&response) else { panic!("no second leg") };
    last
}

/// SOAP that comes with a token.
fn riding(token: &Request) -> Request {
    let value = token.headers.first("Authorization").unwrap().to_vec();
    plain(&create(SHELL_ID).text()).with_header("Authorization", value)
}

#[test]
fn a_scheme_that_changes_in_the_middle_of_a_handshake_ends_it() {
    for scheme in ["Kerberos", "CredSSP", "Basic", "NTLM", "Digest"] {
        let mut world = World::new(Config { basic: true, ..config() });
        let id = world.pair.connect_over(tls());
        let last = last_leg(&mut world, id);
        let value = String::from_utf8(last.headers.first("Authorization").unwrap().to_vec()).unwrap();
        let value = match scheme {
            "Basic" => basic("alice", "alice-password"),
            _ => value.replace("Negotiate", scheme),
        };
        let response = world.exchange(id, &post().with_header("Authorization", value));
        assert_eq!(response.status.0, 401, "{scheme}");
        assert_eq!(values(&response, "WWW-Authenticate"), ["Negotiate", "Basic realm=\"WSMAN\""], "{scheme}");
        assert_eq!(world.exchange(id, &last).status.0, 401, "{scheme}: the handshake is over");
        let session = world.log_on_bound(id, Bindings::Right);
        assert!(session.is_ok(), "{scheme}: and another one may begin");
    }
}

#[test]
fn the_name_of_a_scheme_has_no_case() {
    let mut world = World::new(config());
    let id = world.pair.connect();
    let (_, request) = handshake("alice", "alice-password");
    let value = String::from_utf8(request.headers.first("Authorization").unwrap().to_vec()).unwrap();
    let request = post().with_header("Authorization", value.replace("Negotiate", "NEGOTIATE"));
    let response = world.exchange(id, &request);
    assert!(values(&response, "WWW-Authenticate")[0].starts_with("Negotiate TlRMTVNTUAAC"));
}

#[test]
fn a_body_is_sealed_under_the_protocol_of_its_scheme_or_not_looked_at() {
    let other = |name: &str| Protocol::Other(name.to_owned());
    for protocol in [
        Protocol::Kerberos,
        Protocol::CredSsp,
        other("application/HTTP-NTLM-session-encrypted"),
        other("application/http-spnego-session-encrypted"),
    ] {
        for channel in [Channel::Clear, tls()] {
            let mut world = World::new(config());
            let id = world.pair.connect_over(channel);
            let mut session = world.log_on_bound(id, Bindings::Right).unwrap();
            let mut message = session.seal(create(SHELL_ID).text().into_bytes()).unwrap();
            message.protocol = protocol.clone();
            let response = world.exchange(id, &session.sealed_request(&message, Form::default()));
            assert_eq!((response.status.0, response.body.len()), (415, 0), "{protocol}");
            assert_eq!(world.shells(), 0);
        }
    }
}

#[test]
fn a_sealed_body_from_a_user_without_keys_is_refused() {
    let mut world = World::new(Config { basic: true, ..config() });
    let mut alice = world.log_on_over_tls();
    let request = sealed(&mut alice, &create(SHELL_ID));
    let request = request.with_header("Authorization", basic("alice", "alice-password"));
    let id = world.pair.connect_over(tls());
    assert_eq!(world.fatal(id, &request.encode()), 400);
    assert_eq!(world.shells(), 0);
}

#[test]
fn ntlm_is_not_taken_where_only_kerberos_is_on() {
    let mut world = World::new(Config { negotiate: false, ..config() });
    let id = world.pair.connect();
    let (_, request) = handshake("alice", "alice-password");
    let response = world.exchange(id, &request);
    assert_eq!(
        (response.status.0, values(&response, "WWW-Authenticate")),
        (401, vec!["Negotiate".to_owned()])
    );
}

#[test]
fn the_event_log_says_how_somebody_logged_on() {
    let mut world = World::new(Config { basic: true, ..config() });
    let id = world.pair.connect_over(tls());
    let request = plain(IDENTIFY).with_header("Authorization", basic("alice", "alice-password"));
    assert_eq!(world.exchange(id, &request).status.0, 200);
    let mut alice = world.log_on("alice");
    let log = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
    let selectors = "<w:SelectorSet><w:Selector Name=\"EventRecordID\">1</w:Selector></w:SelectorSet>";
    let event =
        world.ask(&mut alice, &Ask::new(&format!("{TRANSFER}/Get")).uri(log).block("SelectorSet", selectors));
    assert_eq!(event.texts("Data"), ["alice", "192.0.2.1", "Basic"], "{}", event.text);
}
