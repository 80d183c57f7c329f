use winrm_harness::client::HandshakeStep;
use winrm_harness::server::Config;

use crate::support::*;

#[test]
fn a_401_lists_the_schemes_that_are_on_and_no_other() {
    let all = [
        (config(), vec!["Negotiate"]),
        (Config { basic: true, ..config() }, vec!["Negotiate"]),
        (clear_config(), vec!["Negotiate", "Basic realm=\"WSMAN\""]),
        (Config { negotiate: false, ..clear_config() }, vec!["Negotiate", "Basic realm=\"WSMAN\""]),
        (Config { negotiate: false, kerberos: false, ..clear_config() }, vec!["Basic realm=\"WSMAN\""]),
    ];
    for (config, schemes) in all {
        let mut world = World::new(config);
        let id = world.pair.connect();
        let response = world.exchange(id, &post());
        assert_eq!(
            (response.status.0, values(&response, "WWW-Authenticate")),
            (401, schemes.iter().map(ToString::to_string).collect())
        );
        assert!(response.body.is_empty());
    }
}

#[test]
fn the_security_profiles_of_identify_are_those_of_the_schemes_that_are_on() {
    let profile = |name: &str| format!("http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/{name}");
    let spnego = || vec![profile("http/spnego-kerberos"), profile("https/spnego-kerberos")];
    let basic = || vec![profile("http/basic"), profile("https/basic")];
    for (config, profiles) in [
        (config(), spnego()),
        (Config { basic: true, ..config() }, [basic(), spnego()].concat()),
        (Config { certificate: true, ..config() }, [spnego(), vec![profile("https/mutual")]].concat()),
    ] {
        let mut world = World::new(config);
        let mut alice = world.log_on("alice");
        let request = alice.session.request(IDENTIFY).unwrap();
        let response = world.exchange(alice.id, &request);
        let opened = alice.session.open(&response).unwrap();
        let answer =
            Answer { status: 200, is_sealed: true, text: String::from_utf8(opened.envelope).unwrap() };
        assert_eq!(answer.texts("SecurityProfileName"), profiles);
    }
}

#[test]
fn identify_needs_no_authentication_with_its_header_and_tells_no_version() {
    let mut world = World::new(config());
    let id = world.pair.connect();
    let response = world.exchange(id, &plain(IDENTIFY).with_header("WSMANIDENTIFY", "unauthenticated"));
    let answer = Answer::of(&response);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text_of("ProtocolVersion").as_deref(),
        Some("http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd")
    );
    assert_eq!(answer.text_of("ProductVersion").as_deref(), Some("OS: 0.0.0 SP: 0.0 Stack: 3.0"));
    assert_eq!(answer.texts("SecurityProfileName"), Vec::<String>::new());
}

#[test]
fn identify_without_authentication_is_refused_in_any_encoding() {
    let mut world = World::new(config());
    for (encoding, status) in [("identity", 200), ("x-none", 415), ("gzip", 415)] {
        let id = world.pair.connect();
        let asked = plain(IDENTIFY).with_header("WSMANIDENTIFY", "unauthenticated");
        let response = world.exchange(id, &asked.with_header("Content-Encoding", encoding));
        assert_eq!(response.status.0, status, "{encoding}");
    }
}

#[test]
fn nothing_but_identify_gets_in_by_its_header() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    for (body, value) in [
        (create(SHELL_ID).text(), "unauthenticated"),
        ("<not-closed".to_owned(), "unauthenticated"),
        (String::new(), "unauthenticated"),
        (IDENTIFY.to_owned(), "something else"),
    ] {
        let request = plain(&body).with_header("WSMANIDENTIFY", value);
        assert_eq!(world.exchange(id, &request).status.0, 401, "{value}: {body}");
    }
    assert_eq!(world.exchange(id, &plain(IDENTIFY)).status.0, 401);
    assert_eq!(world.shells(), 0);
}

#[test]
fn basic_counts_only_where_soap_in_clear_does() {
    for (config, status) in [
        (config(), 401),
        (Config { basic: true, ..config() }, 401),
        (Config { allow_unencrypted: true, ..config() }, 401),
        (clear_config(), 200),
    ] {
        let mut world = World::new(config);
        let id = world.pair.connect();
        let request =
            plain(&create(SHELL_ID).text()).with_header("Authorization", basic("alice", "alice-password"));
        assert_eq!(world.exchange(id, &request).status.0, status);
        assert_eq!(world.shells(), usize::from(status == 200));
    }
}

#[test]
fn basic_takes_local_names_and_the_right_password_only() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    for (user, password, status) in [
        ("ALICE", "alice-password", 200),
        ("reference\\alice", "alice-password", 200),
        (".\\alice", "alice-password", 200),
        ("elsewhere\\alice", "alice-password", 401),
        ("alice", "Alice-password", 401),
        ("alice", "", 401),
        ("alice", "bob-password", 401),
        ("nobody", "", 401),
    ] {
        let request = plain(IDENTIFY).with_header("Authorization", basic(user, password));
        assert_eq!(world.exchange(id, &request).status.0, status, "{user} {password}");
    }
    assert_eq!(world.exchange(id, &plain(IDENTIFY)).status.0, 401, "basic is for one request");
}

#[test]
fn a_wrong_password_or_user_is_refused_with_the_schemes() {
    for (user, password) in [("alice", "bob-password"), ("nobody", "alice-password")] {
        let mut world = World::new(config());
        let id = world.pair.connect();
        let (state, request) = handshake(user, password);
        let response = world.exchange(id, &request);
        let Ok(HandshakeStep::Send(_, request)) = state.step(&response) else { panic!("no second leg") };
        let response = world.exchange(id, &request);
        assert_eq!(
            (response.status.0, values(&response, "WWW-Authenticate")),
            (401, vec!["Negotiate".to_owned()])
        );
        assert_eq!(world.exchange(id, &post()).status.0, 401);
    }
}

#[test]
fn who_is_no_administrator_may_identify_and_nothing_else() {
    let mut world = World::new(config());
    let mut carol = world.log_on("carol");
    let request = carol.session.request(IDENTIFY).unwrap();
    let response = world.exchange(carol.id, &request);
    assert_eq!((response.status.0, carol.session.open(&response).unwrap().is_sealed), (200, true));
    let asks = [
        create(SHELL_ID),
        delete(SHELL_ID),
        get(SHELL_ID),
        command(COMMAND_ID, "echo"),
        receive(COMMAND_ID),
        signal(COMMAND_ID, "terminate"),
        Ask::new("urn:x").uri("urn:y"),
    ];
    for ask in asks {
        let answer = world.ask(&mut carol, &ask);
        assert_eq!((answer.subcode().as_str(), answer.code()), ("AccessDenied", Some(5)), "{}", answer.text);
    }
    assert_eq!(world.shells(), 0);
}

#[test]
fn the_legs_of_a_handshake_belong_to_one_connection() {
    let mut world = World::new(config());
    let (here, there) = (world.pair.connect(), world.pair.connect());
    let (state, request) = handshake("alice", "alice-password");
    let response = world.exchange(here, &request);
    let Ok(HandshakeStep::Send(_, last)) = state.step(&response) else { panic!("no second leg") };
    assert_eq!(world.exchange(there, &last).status.0, 401);
    assert_eq!(world.exchange(there, &post()).status.0, 401);
    assert_eq!(world.exchange(here, &last).status.0, 200, "the connection it was made for takes it");
}

#[test]
fn anything_between_the_legs_ends_the_handshake() {
    let between = [
        post(),
        post().with_header("Authorization", "Negotiate"),
        post().with_header("Authorization", "Negotiate !!!!"),
        post().with_header("Authorization", basic("alice", "alice-password")),
        post().with_header("Authorization", "Bearer x"),
    ];
    for request in between {
        let mut world = World::new(config());
        let id = world.pair.connect();
        let (state, first) = handshake("alice", "alice-password");
        let response = world.exchange(id, &first);
        let Ok(HandshakeStep::Send(_, last)) = state.step(&response) else { panic!("no second leg") };
        assert_eq!(world.exchange(id, &request).status.0, 401, "{request:?}");
        assert_eq!(world.exchange(id, &last).status.0, 401, "{request:?}");
    }
}

#[test]
fn a_credential_that_is_refused_ends_the_session_before_it() {
    for value in ["Negotiate", "Negotiate !!!!", "Negotiate AAAA", "Bearer x", "Basic AAAA"] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        assert_eq!(
            world.exchange(alice.id, &post().with_header("Authorization", value)).status.0,
            401,
            "{value}"
        );
        let request = sealed(&mut alice, &create(SHELL_ID));
        assert_eq!(world.exchange(alice.id, &request).status.0, 401, "{value}");
        assert_eq!(world.shells(), 0);
    }
}

#[test]
fn two_credentials_in_one_request_are_none() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    let good = basic("alice", "alice-password");
    let request =
        plain(IDENTIFY).with_header("Authorization", good.clone()).with_header("Authorization", good);
    assert_eq!(world.exchange(id, &request).status.0, 401);
}

#[test]
fn soap_that_rides_on_a_token_is_not_executed() {
    let mut world = World::new(config());
    let id = world.pair.connect();
    let soap = plain(&create(SHELL_ID).text());
    let riding = |request: &winrm_harness::http::Request| {
        let mut riding = soap.clone();
        riding.headers.push("Authorization", request.headers.first("Authorization").unwrap());
        riding
    };
    let (state, request) = handshake("alice", "alice-password");
    let response = world.exchange(id, &riding(&request));
    assert_eq!(response.status.0, 401);
    let Ok(HandshakeStep::Send(_, request)) = state.step(&response) else { panic!("no second leg") };
    let response = world.exchange(id, &riding(&request));
    assert_eq!((response.status.0, response.body.octets()), (500, &b""[..]));
    assert_eq!(world.shells(), 0);
}

#[test]
fn a_new_handshake_on_a_live_connection_replaces_the_user() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    let session = world.pair.log_on(alice.id, "bob", "bob-password").unwrap();
    let mut bob = Client { id: alice.id, session };
    assert_eq!(world.ask(&mut bob, &get(SHELL_ID)).code(), Some(2_150_858_843));
    let request = sealed(&mut alice, &get(SHELL_ID));
    assert_eq!(world.exchange(alice.id, &request).status.0, 400, "the old keys are gone");
}

#[test]
fn basic_on_a_negotiated_connection_takes_nobody_elses_keys_or_name() {
    let mut world = World::new(clear_config());
    let mut alice = world.log_on("alice");
    let request =
        sealed(&mut alice, &create(SHELL_ID)).with_header("Authorization", basic("bob", "bob-password"));
    assert_eq!(world.exchange(alice.id, &request).status.0, 400);
    assert_eq!(world.shells(), 0);
}

#[test]
fn an_empty_post_of_somebody_known_is_answered_by_an_empty_200() {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    let response = world.exchange(alice.id, &post());
    assert_eq!((response.status.0, response.body.octets()), (200, &b""[..]));
    assert_eq!(values(&response, "WWW-Authenticate"), Vec::<String>::new());
}
