use winrm_harness::http::Body;
use winrm_harness::server::Config;

use crate::support::*;

const EMPTY_POST: &str = "POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";

#[test]
fn only_a_post_to_wsman_reaches_the_service() {
    let mut world = World::new(config());
    let id = world.pair.connect();
    for (method, target, status) in [
        ("POST", "/wsman", 401),
        ("POST", "/wsman/", 401),
        ("POST", "/wsman?PSVersion=7.4", 401),
        ("POST", "/", 404),
        ("POST", "/wsman/x", 404),
        ("POST", "/WSMANX", 404),
        ("GET", "/wsman", 405),
        ("PUT", "/wsman", 405),
    ] {
        let mut request = post();
        (request.method, request.target) = (method.to_owned(), target.to_owned());
        let response = world.exchange(id, &request);
        assert_eq!(response.status.0, status, "{method} {target}");
        assert_eq!(values(&response, "Allow"), if status == 405 { vec!["POST"] } else { vec![] });
    }
}

#[test]
fn an_envelope_of_the_largest_size_is_taken_and_one_octet_more_is_413() {
    let config = || Config { max_envelope_size_kb: 32, ..clear_config() };
    for (len, status) in [(32 * 1024, 200), (32 * 1024 + 1, 413)] {
        let envelope = padded(&create(SHELL_ID).text(), len);
        let mut world = World::new(config());
        let id = world.pair.connect();
        let request = plain(&envelope).with_header("Authorization", basic("alice", "alice-password"));
        assert_eq!(world.exchange(id, &request).status.0, status, "clear {len}");
        assert_eq!(world.shells(), usize::from(status == 200));

        let mut world = World::new(config());
        let mut client = world.log_on("alice");
        let request = client.session.request(&envelope).unwrap();
        assert_eq!(world.exchange(client.id, &request).status.0, status, "sealed {len}");
        assert_eq!(world.shells(), usize::from(status == 200));
    }
}

/// An envelope with blanks behind it.
fn padded(envelope: &str, len: usize) -> String {
    format!("{envelope}{}", " ".repeat(len - envelope.len()))
}

#[test]
fn a_body_that_announces_too_much_is_413_on_its_head() {
    let mut world = World::new(config());
    let id = world.pair.connect();
    let head = "POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 600000\r\nExpect: 100-continue\r\n\r\n";
    assert_eq!(world.fatal(id, head.as_bytes()), 413);
}

#[test]
fn only_soap_is_read_as_soap() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    for (content_type, status) in [
        ("application/soap+xml", 200),
        ("application/soap+xml; charset=utf-8", 200),
        ("Application/SOAP+XML;charset=\"UTF-8\"", 200),
        ("text/xml", 415),
        ("application/xml", 415),
        ("", 415),
        ("multipart/related;boundary=b", 415),
        ("application/soap+xml;charset=EBCDIC", 500),
    ] {
        let request = post()
            .with_header("Authorization", basic("alice", "alice-password"))
            .with_header("Content-Type", content_type)
            .with_body(IDENTIFY.as_bytes().to_vec());
        assert_eq!(world.exchange(id, &request).status.0, status, "{content_type}");
    }
}

#[test]
fn a_shell_operation_in_chunks_is_not_supported() {
    let mut world = World::new(config());
    let mut client = world.log_on("alice");
    let mut request = sealed(&mut client, &create(SHELL_ID));
    request.body = Body::chunked([request.body.octets()]);
    let response = world.exchange(client.id, &request);
    let opened = client.session.open(&response).unwrap();
    let answer = Answer { status: 500, is_sealed: true, text: String::from_utf8(opened.envelope).unwrap() };
    assert_eq!((answer.subcode().as_str(), answer.code()), ("InternalError", Some(50)));
    assert_eq!(world.shells(), 0);
}

#[test]
fn octets_that_are_no_request_are_answered_by_their_status_and_a_close() {
    for (octets, status) in [
        ("nonsense\r\n\r\n", 400),
        ("POST /wsman HTTP/1.1\nHost: h\n\n", 400),
        ("POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST /wsman HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST /wsman HTTP/9.9\r\nHost: h\r\n\r\n", 505),
    ] {
        let mut world = World::new(config());
        let id = world.pair.connect();
        assert_eq!(world.fatal(id, octets.as_bytes()), status, "{octets}");
        world.pair.send(id, EMPTY_POST.as_bytes());
        assert!(world.pair.server.take_output(id).octets.is_empty(), "answers after the last answer");
    }
}

#[test]
fn requests_that_come_together_are_answered_one_by_one_however_many() {
    let mut world = World::new(config());
    let id = world.pair.connect();
    world.pair.send(id, EMPTY_POST.repeat(20).as_bytes());
    for _ in 0..20 {
        assert_eq!(world.pair.receive(id).unwrap().status.0, 401);
    }
    assert_eq!(world.pair.poll(id).unwrap(), None);
}

#[test]
fn requests_behind_one_that_waits_are_kept_up_to_a_bound() {
    for (behind, is_kept) in [(4, true), (5, false)] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        world.create(&mut alice);
        world.run(&mut alice, "silence 9");
        world.start(&mut alice, &receive(COMMAND_ID));
        for _ in 0..behind {
            world.pair.send(alice.id, EMPTY_POST.as_bytes());
        }
        if is_kept {
            assert!(world.poll(&mut alice).is_none());
            world.pair.advance(9_000);
            assert_eq!(world.poll(&mut alice).unwrap().stream("stdout"), b"done\r\n");
            let statuses: Vec<u16> =
                (0..behind).map(|_| world.pair.receive(alice.id).unwrap().status.0).collect();
            assert_eq!(statuses, [200; 4]);
        } else {
            let response = world.pair.receive(alice.id).unwrap();
            assert_eq!((response.status.0, response.keep_alive()), (503, false));
        }
    }
}

#[test]
fn a_receive_that_was_kept_back_does_not_wait_for_output_that_is_there() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    let other = "33333333-AAAA-BBBB-CCCC-000000000001";
    let send = |world: &mut World, ask: &Ask| {
        let request = plain(&ask.text()).with_header("Authorization", basic("alice", "alice-password"));
        world.pair.send(id, &request.encode());
    };
    for ask in [create(SHELL_ID), command(COMMAND_ID, "silence 3"), command(other, "echo ready")] {
        send(&mut world, &ask);
        assert_eq!(world.pair.receive(id).unwrap().status.0, 200);
    }
    send(&mut world, &receive(COMMAND_ID).timeout("PT20S"));
    send(&mut world, &receive(other).timeout("PT20S"));
    for _ in 0..2 {
        assert_eq!(world.pair.receive(id).unwrap().status.0, 200);
    }
    assert_eq!(world.pair.elapsed_ms(), 3_000);
}

#[test]
fn a_malformed_request_behind_one_that_waits_does_not_take_its_answer() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 9");
    world.start(&mut alice, &receive(COMMAND_ID));
    world.pair.send(alice.id, b"nonsense\r\n\r\n");
    world.pair.advance(9_000);
    assert_eq!(world.poll(&mut alice).unwrap().stream("stdout"), b"done\r\n");
    let response = world.pair.receive(alice.id).unwrap();
    assert_eq!((response.status.0, response.keep_alive()), (400, false));
}

#[test]
fn requests_behind_a_fatal_one_are_dropped() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let mut broken = sealed(&mut alice, &create(SHELL_ID)).encode();
    let last = broken.len() - 40;
    broken[last] ^= 1;
    let create = sealed(&mut alice, &create(SHELL_ID)).encode();
    world.pair.send(alice.id, &[broken, create].concat());
    let response = world.pair.receive(alice.id).unwrap();
    assert_eq!((response.status.0, response.keep_alive()), (400, false));
    assert_eq!(world.shells(), 0);
    assert!(world.pair.server.take_output(alice.id).octets.is_empty());
}

#[test]
fn a_client_that_expects_100_gets_one_for_each_request() {
    let mut world = World::new(config());
    let id = world.pair.connect();
    for _ in 0..2 {
        let head =
            "POST /wsman HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n";
        world.pair.send(id, head.as_bytes());
        assert_eq!(world.pair.receive(id).unwrap().status.0, 100);
        world.pair.send(id, b"3\r\nabc\r\n");
        assert_eq!(world.pair.poll(id).unwrap(), None, "one 100 is enough");
        world.pair.send(id, b"0\r\n\r\n");
        assert_eq!(world.pair.receive(id).unwrap().status.0, 401);
    }
}

#[test]
fn a_100_does_not_overtake_the_answer_before_it() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 9");
    world.start(&mut alice, &receive(COMMAND_ID));
    let head = "POST /wsman HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    world.pair.send(alice.id, head.as_bytes());
    assert!(world.poll(&mut alice).is_none());
    world.pair.advance(9_000);
    assert_eq!(world.poll(&mut alice).unwrap().stream("stdout"), b"done\r\n");
    assert_eq!(world.pair.receive(alice.id).unwrap().status.0, 100);
}

#[test]
fn a_connection_lives_as_long_as_its_client_wants() {
    for (head, stays) in [
        ("POST /wsman HTTP/1.1\r\nHost: h\r\n", true),
        ("POST /wsman HTTP/1.1\r\nHost: h\r\nConnection: close\r\n", false),
        ("POST /wsman HTTP/1.0\r\n", false),
    ] {
        let mut world = World::new(config());
        let id = world.pair.connect();
        world.pair.send(id, format!("{head}Content-Length: 0\r\n\r\n").as_bytes());
        let response = world.pair.receive(id).unwrap();
        assert_eq!(response.status.0, 401);
        assert_eq!(!values(&response, "Connection").contains(&"close".to_owned()), stays, "{head}");
        assert_eq!(!world.pair.server.take_output(id).is_last, stays, "{head}");
    }
}

#[test]
fn an_answer_that_comes_late_closes_as_its_request_asked() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 9");
    let request = sealed(&mut alice, &receive(COMMAND_ID)).with_header("Connection", "close");
    let response = world.exchange(alice.id, &request);
    assert_eq!((response.status.0, response.keep_alive()), (200, false));
    assert!(world.pair.server.take_output(alice.id).is_last);
}

#[test]
fn a_request_octet_by_octet_is_the_same_request() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for octet in sealed(&mut alice, &create(SHELL_ID)).encode() {
        world.pair.send(alice.id, &[octet]);
    }
    assert_eq!(world.poll(&mut alice).unwrap().status, 200);
    assert_eq!(world.shells(), 1);
    assert_eq!(world.ask(&mut alice, &delete(SHELL_ID).uri(CMD)).status, 200);
}
