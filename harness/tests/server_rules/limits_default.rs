//! The numbers of a service that nobody configured: each is stood on, and one past it. Those that nothing here can reach
//! are told.

use crate::enumeration_pages;
use crate::fault_rows_resources::WMI;
use crate::support::*;

fn begin() -> (World, Client) {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    (world, alice)
}

#[test]
fn an_untouched_service_tells_the_numbers_of_windows() {
    let (mut world, mut alice) = begin();
    let ask = Ask::new(&format!("{TRANSFER}/Get")).uri("http://schemas.microsoft.com/wbem/wsman/1/config");
    let told = world.ask(&mut alice, &ask);
    for (setting, expected) in [
        ("MaxEnvelopeSizekb", "500"),
        ("MaxTimeoutms", "60000"),
        ("MaxBatchItems", "32000"),
        ("EnumerationTimeoutms", "60000"),
        ("MaxPacketRetrievalTimeSeconds", "120"),
        ("MaxConcurrentOperationsPerUser", "1500"),
        ("MaxConnections", "300"),
        ("MaxShellsPerUser", "30"),
        ("MaxProcessesPerShell", "25"),
        ("MaxMemoryPerShellMB", "1024"),
        ("NetworkDelayms", "5000"),
        // Of the client first and of the service then.
        ("HTTP", "5985 5985"),
        ("HTTPS", "5986 5986"),
        ("URLPrefix", "wsman"),
    ] {
        assert_eq!(told.texts(setting).join(" "), expected, "{setting}");
    }
}

#[test]
fn an_envelope_has_500_kilobytes_at_most() {
    let mut world = World::new(clear_config());
    for (len, status) in [(512_000, 200), (512_001, 413)] {
        let envelope = create_with("", "").text();
        let padded = format!("{envelope}{}", " ".repeat(len - envelope.len()));
        let id = world.pair.connect();
        let request = plain(&padded).with_header("Authorization", basic("alice", "alice-password"));
        assert_eq!(world.exchange(id, &request).status.0, status, "{len}");
    }
    assert_eq!(world.shells(), 1);
}

#[test]
fn an_answer_to_who_says_nothing_about_it_has_153600_octets_at_most() {
    let (mut world, mut alice) = begin();
    world.create(&mut alice);
    let with = |len: usize| {
        get(SHELL_ID).reply_parameters(&format!("<q:K xmlns:q=\"urn:q\">{}</q:K>", "x".repeat(len)))
    };
    let frame = world.ask(&mut alice, &with(10)).text.len() - 10;
    let on = world.ask(&mut alice, &with(153_600 - frame));
    assert_eq!((on.status, on.text.len()), (200, 153_600));
    let past = world.ask(&mut alice, &with(153_601 - frame));
    assert_eq!((past.detail().as_str(), past.code()), ("MaxEnvelopeSize", Some(2_150_858_823)));
}

#[test]
fn a_request_is_answered_within_60_seconds() {
    let (mut world, mut alice) = begin();
    world.create(&mut alice);
    world.run(&mut alice, "cat");
    for (asked, waited_ms) in [
        (receive(COMMAND_ID), 60_000),
        (receive(COMMAND_ID).timeout("PT59.999S"), 59_999),
        (receive(COMMAND_ID).timeout("PT60S"), 60_000),
        (receive(COMMAND_ID).timeout("PT60.001S"), 60_000),
    ] {
        let before = world.pair.elapsed_ms();
        assert_eq!(world.ask(&mut alice, &asked).code(), Some(2_150_858_793));
        assert_eq!(world.pair.elapsed_ms() - before, waited_ms);
    }
}

#[test]
fn a_user_has_30_shells_and_a_shell_25_commands() {
    let (mut world, mut alice) = begin();
    world.create(&mut alice);
    for _ in 1..30 {
        assert_eq!(world.ask(&mut alice, &create_with("", "")).status, 200);
    }
    assert_eq!(world.ask(&mut alice, &create_with("", "")).code(), Some(2_150_859_173));
    let id = |n: u32| format!("22222222-AAAA-BBBB-CCCC-{n:012}");
    for n in 0..25 {
        assert_eq!(world.ask(&mut alice, &command(&id(n), "cat")).status, 200);
    }
    assert_eq!(world.ask(&mut alice, &command(&id(25), "cat")).code(), Some(2_150_859_174));
}

#[test]
fn an_enumeration_that_nobody_pulls_lasts_60_seconds() {
    let (mut world, mut alice) = begin();
    let uri = format!("{WMI}/Win32_Service");
    for (pause_ms, code) in [(59_999, None), (60_000, Some(2_150_858_779))] {
        let context = enumeration_pages::open(&mut world, &mut alice, &uri, "");
        world.pair.advance(pause_ms);
        let answer = world.ask(&mut alice, &enumeration_pages::pull(&uri, &context, ""));
        assert_eq!(answer.code(), code, "{pause_ms}");
    }
}

#[test]
fn a_request_comes_in_within_120_seconds() {
    let octets = post().with_header("Content-Type", "text/plain").with_body(b"body".to_vec()).encode();
    let (start, rest) = octets.split_at(octets.len() - 1);
    for (pause_ms, status) in [(119_999, 401), (120_000, 500)] {
        let mut world = World::new(config());
        let id = world.pair.connect();
        world.pair.send(id, start);
        world.pair.advance(pause_ms);
        world.pair.send(id, rest);
        assert_eq!(world.pair.receive(id).unwrap().status.0, status, "{pause_ms}");
    }
}
