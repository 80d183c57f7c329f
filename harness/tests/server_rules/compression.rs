use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use winrm_harness::compression::Sldc;
use winrm_harness::compression::Xpress;
use winrm_harness::limits::PROCESS_STDIN_BYTES_MAX;

use crate::support::*;

fn asking_for(algorithm: &str, is_mandatory: bool) -> Ask {
    create(SHELL_ID).block(
        "CompressionType",
        &format!(
            "<rsp:CompressionType s:mustUnderstand=\"{is_mandatory}\">{algorithm}</rsp:CompressionType>"
        ),
    )
}

/// A client in a shell whose streams are compressed.
fn compressed_shell(world: &mut World) -> Client {
    let mut alice = world.log_on("alice");
    let created = world.ask(&mut alice, &asking_for("xpress", true));
    assert_eq!(created.text_of("CompressionMode").as_deref(), Some("xpress"));
    alice
}

#[test]
fn streams_are_compressed_both_ways_if_the_creator_asked_for_it() {
    let mut world = World::new(config());
    let mut alice = compressed_shell(&mut world);
    world.run(&mut alice, "cat");
    let input = "so much, so much, so much. ".repeat(40).into_bytes();
    let content = STANDARD.encode(Xpress::compress(&input));
    assert_eq!(world.ask(&mut alice, &send(COMMAND_ID, "stdin", &content, " End=\"true\"")).status, 200);
    let answer = world.ask(&mut alice, &receive(COMMAND_ID));
    let output = answer.stream("stdout");
    assert!(output.len() < input.len());
    assert_eq!(Xpress::decompress(&output, input.len()), Ok(input));
    assert_eq!(answer.texts("ExitCode"), ["0"]);
}

#[test]
fn streams_are_plain_otherwise() {
    for ask in [create(SHELL_ID), asking_for("zstd", false)] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        let created = world.ask(&mut alice, &ask);
        assert_eq!(created.text_of("CompressionMode").as_deref(), Some("NoCompression"));
        world.run(&mut alice, "echo hello");
        assert_eq!(world.ask(&mut alice, &receive(COMMAND_ID)).stream("stdout"), b"hello\r\n");
    }
}

#[test]
fn a_mandatory_algorithm_that_nobody_knows_is_not_understood() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let answer = world.ask(&mut alice, &asking_for("zstd", true));
    assert_eq!(answer.code(), Some(2_150_858_768));
    let named = answer.attribute("NotUnderstood", "qname");
    assert!(named.iter().all(|name| name.ends_with(":CompressionType")) && named.len() == 1, "{named:?}");
    assert_eq!(world.shells(), 0);
}

#[test]
fn input_that_is_no_compressed_data_is_refused_and_none_of_it_taken() {
    let mut world = World::new(config());
    let mut alice = compressed_shell(&mut world);
    world.run(&mut alice, "cat");
    let body = |second: &str| {
        let stream = |content: &str| {
            format!(
                "<rsp:Stream Name=\"stdin\" CommandId=\"{COMMAND_ID}\" End=\"true\">{content}</rsp:Stream>"
            )
        };
        let first = stream(&STANDARD.encode(Xpress::compress(b"first")));
        Ask::new(&format!("{SHELL}/Send"))
            .shell(SHELL_ID)
            .body(&format!("<rsp:Send>{first}{}</rsp:Send>", stream(second)))
    };
    let answer = world.ask(&mut alice, &body("aGVsbG8="));
    assert_eq!(answer.subcode(), "InvalidParameter");
    let bomb = Xpress::compress(&vec![0; PROCESS_STDIN_BYTES_MAX + 1]);
    assert_eq!(world.ask(&mut alice, &body(&STANDARD.encode(bomb))).subcode(), "QuotaLimit");
    assert_eq!(world.ask(&mut alice, &receive(COMMAND_ID).timeout("PT1S")).subcode(), "TimedOut");
}

#[test]
fn as_much_input_as_a_process_takes_may_come_compressed() {
    let mut world = World::new(config());
    let mut alice = compressed_shell(&mut world);
    world.run(&mut alice, "cat");
    let content = STANDARD.encode(Xpress::compress(&vec![0; PROCESS_STDIN_BYTES_MAX]));
    assert_eq!(world.ask(&mut alice, &send(COMMAND_ID, "stdin", &content, "")).status, 200);
}

/// A sealed request that says it is compressed, and its answer.
fn exchange(world: &mut World, client: &mut Client, plaintext: Vec<u8>) -> (u16, Option<String>, String) {
    let message = client.session.seal(plaintext).unwrap();
    let request =
        client.session.sealed_request(&message, Default::default()).with_header("Content-Encoding", "SLDC");
    let response = world.exchange(client.id, &request);
    let text = String::from_utf8(client.session.open(&response).unwrap().envelope).unwrap();
    (response.status.0, values(&response, "Content-Encoding").pop(), text)
}

#[test]
fn a_compressed_request_is_executed_and_answered_in_kind() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let request = create(SHELL_ID).text().into_bytes();
    let (status, encoding, text) = exchange(&mut world, &mut alice, Sldc::encode(&request));
    assert_eq!((status, encoding.as_deref()), (200, Some("SLDC")));
    assert!(text.contains(SHELL_ID), "{text}");
    assert_eq!(world.shells(), 1);
    // The same by the client's own hand.
    let request = alice.session.compressed_request(get(SHELL_ID).text().as_bytes()).unwrap();
    let response = world.exchange(alice.id, &request);
    assert_eq!(response.status.0, 200);
}

#[test]
fn what_a_byte_order_mark_says_is_under_the_compression_both_ways() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    let mut request = plain("")
        .with_header("Authorization", basic("alice", "alice-password"))
        .with_header("Content-Encoding", "SLDC");
    request.body = Sldc::encode(&utf16(&create(SHELL_ID).text(), u16::to_be_bytes)).into();
    let response = world.exchange(id, &request);
    assert_eq!(values(&response, "Content-Type"), ["application/soap+xml;charset=UTF-16"]);
    let octets = Sldc::decode(response.body.octets(), 100_000).unwrap();
    assert_eq!(octets.get(..2), Some(&[0xFF, 0xFE][..]));
    assert!(utf16_text(&octets).contains(SHELL_ID));
    assert_eq!(world.shells(), 1);
}

#[test]
fn a_request_that_only_says_it_is_compressed_is_executed() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let (status, encoding, _) = exchange(&mut world, &mut alice, create(SHELL_ID).text().into_bytes());
    assert_eq!((status, encoding), (200, None));
    assert_eq!(world.shells(), 1);
}

#[test]
fn what_decompresses_beyond_the_largest_envelope_is_too_large() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let padded = |len: usize| {
        let mut octets = create_with("", "").text().into_bytes();
        octets.resize(len, b' ');
        octets
    };
    let (status, ..) = exchange(&mut world, &mut alice, Sldc::encode(&padded(512_000)));
    assert_eq!(status, 200);
    let (status, ..) = exchange(&mut world, &mut alice, Sldc::encode(&padded(512_001)));
    assert_eq!((status, world.shells()), (413, 1));
    let (status, ..) = exchange(&mut world, &mut alice, b"no compressed data".to_vec());
    assert_eq!((status, world.shells()), (400, 1));
}

#[test]
fn other_encodings_are_unsupported_media() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for encoding in ["gzip", "SLDC, gzip"] {
        let request = sealed(&mut alice, &create_with("", "")).with_header("Content-Encoding", encoding);
        assert_eq!(world.exchange(alice.id, &request).status.0, 415, "{encoding}");
    }
    assert_eq!(world.shells(), 0);
}
