use std::fmt::Write;

use winrm_harness::client::HandshakeStep;
use winrm_harness::http::Body;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;

use crate::eventing::EARLIEST;
use crate::eventing::PULL;
use crate::eventing::manage;
use crate::eventing::pull;
use crate::eventing::subscribe;
use crate::support::*;

#[test]
fn every_mutant_is_told_from_the_server_it_was_made_of() {
    let sound = probe(None);
    let same: Vec<&str> = Mutant::ALL
        .iter()
        // Chance says which ciphertext ends in white space; the cases of the suite search for one.
        .filter(|(_, mutant, _)| *mutant != Mutant::StripsWhiteSpaceOfCiphertext)
        .filter(|(_, mutant, _)| probe(Some(*mutant)) == sound)
        .map(|(name, ..)| *name)
        .collect();
    // Only a client that asks for a weaker handshake, or whose ciphertext or token is hostile, can tell these.
    let of_such_clients =
        ["no-mic-needed", "weak-flags", "splits-at-boundary-in-ciphertext", "rubbish-token-accepted"];
    assert_eq!(same, of_such_clients);
    assert!(Mutant::ALL.iter().all(|(name, mutant, _)| Mutant::from_name(name) == Some(*mutant)));
}

/// What the server does when it is asked a bit of everything.
fn probe(mutant: Option<Mutant>) -> String {
    let mut world = World::new(Config { mutant, ..config() });
    let mut log = String::new();
    let id = world.pair.connect();
    note(&mut log, &world.exchange(id, &post()));
    note(&mut log, &world.exchange(id, &plain(IDENTIFY).with_header("WSMANIDENTIFY", "unauthenticated")));
    let mut wide = plain(IDENTIFY).with_header("WSMANIDENTIFY", "unauthenticated");
    wide.body = utf16(IDENTIFY, u16::to_be_bytes).into();
    note(&mut log, &world.exchange(id, &wide));
    let (state, request) = handshake("alice", "alice-password");
    let response = world.exchange(id, &request);
    if let Ok(HandshakeStep::Send(_, last)) = state.step(&response) {
        let value = last.headers.first("Authorization").unwrap().to_vec();
        world.exchange(id, &plain(&create_with("", "").text()).with_header("Authorization", value));
    }
    let mut alice = world.log_on("alice");
    world.exchange(alice.id, &plain(&create_with("", "").text()));
    writeln!(log, "{} shells", world.shells()).unwrap();
    in_shell(&mut world, &mut alice, &mut log);
    subscriptions(&mut world, &mut log);
    in_namespace(&mut world, &mut alice, &mut log);
    in_operations(&mut world, &mut alice, &mut log);
    others(&mut world, &mut log);
    configure(&mut world, &mut log);
    crate::auth_mutants::probe(mutant, &mut log);
    log
}

/// The configuration is in effect or refused.
fn configure(world: &mut World, log: &mut String) {
    const CONFIG: &str = "http://schemas.microsoft.com/wbem/wsman/1/config";
    let mut alice = world.log_on("alice");
    let put = |table: &str, body: &str| {
        Ask::new(&format!("{TRANSFER}/Put")).uri(&format!("{CONFIG}{table}")).body(body)
    };
    let read_only = format!("<Security Uri=\"{CONFIG}/winrs\" Sddl=\"D:(A;;GR;;;BA)\"/>");
    let selectors =
        format!("<w:SelectorSet><w:Selector Name=\"Uri\">{CONFIG}/winrs</w:Selector></w:SelectorSet>");
    for ask in [
        put("/service", "<Service><AllowUnencrypted>true</AllowUnencrypted></Service>"),
        put("/service/auth", "<Auth><Basic>true</Basic></Auth>"),
        put("/service/auth", "<Auth><Basic>false</Basic></Auth>"),
        put("", "<Config><MaxTimeoutms>499</MaxTimeoutms></Config>"),
        put("/service/security", &read_only).block("SelectorSet", &selectors),
        put("/winrs", "<Winrs><IdleTimeout>60000</IdleTimeout></Winrs>"),
    ] {
        let request = sealed(&mut alice, &ask);
        let status = world.exchange(alice.id, &request).status.0;
        let id = world.pair.connect();
        note(log, &world.exchange(id, &post()));
        writeln!(log, "{status}").unwrap();
    }
}

fn in_shell(world: &mut World, alice: &mut Client, log: &mut String) {
    let unknown = "<q:Unknown xmlns:q=\"urn:q\" s:mustUnderstand=\"1\"/>";
    let other = "33333333-AAAA-BBBB-CCCC-000000000001";
    let asks = [
        create(SHELL_ID),
        create_with("", "").block("x", unknown),
        create_with("", "")
            .block("o", "<w:OptionSet><w:Option Name=\"x\" MustComply=\"true\"/></w:OptionSet>"),
        get(SHELL_ID).reply_parameters("<q:Known xmlns:q=\"urn:q\"/>"),
        command(COMMAND_ID, "stderr x"),
        receive(COMMAND_ID),
        command(other, "exit 3"),
        receive(other),
        signal(COMMAND_ID, "terminate"),
        command(COMMAND_ID, "silence 9"),
        receive(COMMAND_ID).timeout("PT1S"),
        signal(COMMAND_ID, "terminate"),
        command(COMMAND_ID, "output 20000"),
        receive(COMMAND_ID).max_envelope(8_192),
    ];
    for ask in asks {
        let request = sealed(alice, &ask);
        let response = world.exchange(alice.id, &request);
        let body = String::from_utf8_lossy(response.body.octets()).into_owned();
        let granted = winrm_harness::encryption::ToleranceSet::ALL;
        let opened = alice.session.open_any(&response, granted).unwrap();
        let text = String::from_utf8(opened.envelope).unwrap();
        let is_own = text.contains("uuid:00000000-0000-0000-0000-0000000000AA");
        let answer = Answer { status: response.status.0, is_sealed: opened.is_sealed, text };
        let codes = answer.texts("Value");
        let names = ["Action", "Code", "ExitCode", "CommandId", "ResourceCreated", "Known"]
            .map(|name| answer.texts(name).len());
        writeln!(
            log,
            "{} {} {:?} {names:?} {codes:?} {is_own}",
            answer.status,
            answer.is_sealed,
            answer.code()
        )
        .unwrap();
        writeln!(
            log,
            "{} {:?} {:?}",
            answer.texts("MessageID").len(),
            answer.texts("Action"),
            answer.texts("ExitCode")
        )
        .unwrap();
        writeln!(
            log,
            "{:?} {:?}",
            answer.attribute("CommandState", "CommandId"),
            answer.attribute("Stream", "End")
        )
        .unwrap();
        writeln!(log, "{:?} {:?}", answer.attribute("NotUnderstood", "qname"), answer.stream("stdout").len())
            .unwrap();
        writeln!(log, "{} {}", body.contains("\r\n--Encrypted Boundary--"), world.pair.elapsed_ms()).unwrap();
    }
}

fn in_enumeration(world: &mut World, alice: &mut Client, log: &mut String) {
    let mut tell = |ask: &Ask| {
        let request = sealed(alice, ask);
        let response = world.exchange(alice.id, &request);
        let granted = winrm_harness::encryption::ToleranceSet::ALL;
        let opened = alice.session.open_any(&response, granted).unwrap();
        let text = String::from_utf8(opened.envelope).unwrap();
        Answer { status: response.status.0, is_sealed: opened.is_sealed, text }
    };
    let ask = |action: &str, inside: &str| {
        let body = format!("<n:{action}>{inside}</n:{action}>");
        Ask::new(&format!("{ENUMERATION}/{action}")).uri(SHELL).body(&body)
    };
    for last in 1..=3 {
        tell(&create(&format!("33333333-AAAA-BBBB-CCCC-00000000000{last}")));
    }
    let context = tell(&ask("Enumerate", "")).text_of("EnumerationContext").unwrap();
    let context = format!("<n:EnumerationContext>{context}</n:EnumerationContext>");
    let many = |max: u32| format!("{context}<n:MaxElements>{max}</n:MaxElements>");
    let asks = [ask("Pull", &context), ask("Pull", &many(2)), ask("Pull", &many(9)), ask("Pull", &context)];
    for ask in asks {
        let answer = tell(&ask);
        let names = ["EndOfSequence", "EnumerationContext"].map(|name| answer.texts(name).len());
        writeln!(log, "{} {names:?} {:?}", answer.status, answer.texts("ShellId").len()).unwrap();
    }
    let context = tell(&ask("Enumerate", "")).text_of("EnumerationContext").unwrap();
    let context = format!("<n:EnumerationContext>{context}</n:EnumerationContext>");
    let filtered = tell(&ask("Enumerate", "<w:Filter>x</w:Filter>"));
    writeln!(log, "{} filtered", filtered.status).unwrap();
    for action in ["Release", "Pull"] {
        writeln!(log, "{} after", tell(&ask(action, &context)).status).unwrap();
    }
}

/// What CIM has of its own: keys, null, arrays and methods.
fn in_namespace(world: &mut World, alice: &mut Client, log: &mut String) {
    const ROOT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2";
    let of = |action: &str, class: &str, key: &str, value: &str| {
        let selector =
            format!("<w:SelectorSet><w:Selector Name=\"{key}\">{value}</w:Selector></w:SelectorSet>");
        Ask::new(action).uri(&format!("{ROOT}/{class}")).block("SelectorSet", &selector)
    };
    let get = format!("{TRANSFER}/Get");
    for ask in [
        of(&get, "Win32_Service", "name", "WINRM"),
        of(&get, "Reference_Values", "Id", "full"),
        of(&format!("{ROOT}/Win32_Service/StopService"), "Win32_Service", "Name", "WinRM"),
        of(&get, "Win32_Service", "Name", "WinRM"),
    ] {
        let request = sealed(alice, &ask);
        let response = world.exchange(alice.id, &request);
        let granted = winrm_harness::encryption::ToleranceSet::ALL;
        let opened = alice.session.open_any(&response, granted).unwrap();
        let text = String::from_utf8(opened.envelope).unwrap();
        let answer = Answer { status: response.status.0, is_sealed: opened.is_sealed, text };
        let said = (answer.status, answer.texts("State"), answer.texts("Numbers"), answer.all_nil("TagId"));
        writeln!(log, "{said:?} {:?}", answer.all_nil("InstallDate")).unwrap();
    }
}

/// Operations that are robust, and streams that are compressed.
fn in_operations(world: &mut World, alice: &mut Client, log: &mut String) {
    let operation = "AAAAAAAA-1111-2222-3333-000000000001";
    let of = |ask: Ask, is_mandatory: bool| {
        let id = format!("<p:OperationID s:mustUnderstand=\"{is_mandatory}\">{operation}</p:OperationID>");
        ask.block("OperationID", &id).block("SequenceId", "<p:SequenceId>1</p:SequenceId>")
    };
    let compressed = "<rsp:CompressionType>xpress</rsp:CompressionType>";
    for ask in [
        of(create_with("", ""), false),
        of(create_with("", ""), true),
        of(create_with("", ""), false),
        create_with("", "").block("CompressionType", compressed),
    ] {
        let request = sealed(alice, &ask);
        let response = world.exchange(alice.id, &request);
        let granted = winrm_harness::encryption::ToleranceSet::ALL;
        let text = String::from_utf8(alice.session.open_any(&response, granted).unwrap().envelope).unwrap();
        let names = ["<p:OperationID", "<p:SequenceId", "NoCompression"].map(|name| text.contains(name));
        writeln!(log, "{names:?} {} shells", world.shells()).unwrap();
    }
}

fn subscriptions(world: &mut World, log: &mut String) {
    let mut alice = world.log_on("alice");
    let heartbeats = "<w:Heartbeats>PT1S</w:Heartbeats>";
    let small = "<w:MaxEnvelopeSize Policy=\"Notify\">100</w:MaxEnvelopeSize>";
    let foreign = "<w:Filter Dialect=\"urn:none\">x</w:Filter>";
    let asks =
        [subscribe(PULL, heartbeats, ""), subscribe(PULL, small, EARLIEST), subscribe(PULL, "", foreign)];
    for ask in asks {
        let id = tolerantly(world, &mut alice, &ask).text_of("Identifier").unwrap_or_default();
        let pulled = tolerantly(world, &mut alice, &pull(&id, 2));
        let ended = tolerantly(world, &mut alice, &manage("Unsubscribe", &id)).status;
        let again = tolerantly(world, &mut alice, &manage("GetStatus", &id)).status;
        writeln!(log, "{:?} {ended} {again}", pulled.attribute("Event", "Action")).unwrap();
    }
}

/// A request and its answer, whatever is wrong with its seal.
fn tolerantly(world: &mut World, client: &mut Client, ask: &Ask) -> Answer {
    let request = sealed(client, ask);
    // Some mutants hang up on a seal that they spoilt.
    let Ok(response) = world.pair.exchange(client.id, &request) else {
        return Answer { status: 0, is_sealed: false, text: "<nothing/>".to_owned() };
    };
    let granted = winrm_harness::encryption::ToleranceSet::ALL;
    let opened = client.session.open_any(&response, granted).unwrap();
    let mut text = String::from_utf8(opened.envelope).unwrap();
    if text.is_empty() {
        text.push_str("<nothing/>");
    }
    Answer { status: response.status.0, is_sealed: opened.is_sealed, text }
}

fn others(world: &mut World, log: &mut String) {
    let (mut bob, mut carol) = (world.log_on("bob"), world.log_on("carol"));
    for (client, ask) in [(&mut bob, get(SHELL_ID)), (&mut carol, create_with("", ""))] {
        let request = sealed(client, &ask);
        note(log, &world.exchange(client.id, &request));
    }
    let mut alice = world.log_on("alice");
    crate::transfer::probe(world, &mut alice, log);
    in_enumeration(world, &mut alice, log);
    let request = sealed(&mut alice, &delete(SHELL_ID));
    world.exchange(alice.id, &request);
    writeln!(log, "{} shells", world.shells()).unwrap();
    let mut chunked = sealed(&mut alice, &create_with("", ""));
    chunked.body = Body::chunked([chunked.body.octets()]);
    let large =
        alice.session.request(&format!("{}{}", create_with("", "").text(), " ".repeat(512_000))).unwrap();
    let small = sealed(&mut alice, &create_with("", ""));
    for request in [chunked, large, small.clone(), small] {
        let status = world.pair.exchange(alice.id, &request).map(|response| response.status.0);
        writeln!(log, "{status:?} {} shells", world.shells()).unwrap();
    }
}

fn note(log: &mut String, response: &winrm_harness::http::Response) {
    let schemes = values(response, "WWW-Authenticate");
    writeln!(log, "{} {schemes:?} {}", response.status.0, response.body.len()).unwrap();
}
