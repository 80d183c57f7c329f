use winrm_harness::server::Config;

use crate::support::*;

const OTHER_ID: &str = "33333333-AAAA-BBBB-CCCC-000000000001";

fn mandatory(size: usize) -> String {
    format!("<w:MaxEnvelopeSize s:mustUnderstand=\"true\">{size}</w:MaxEnvelopeSize>")
}

fn wish(size: usize) -> String {
    format!("<w:MaxEnvelopeSize>{size}</w:MaxEnvelopeSize>")
}

/// What comes back with the answer, so many octets of it.
fn padding(len: usize) -> String {
    format!("<q:Known xmlns:q=\"urn:q\">{}</q:Known>", "x".repeat(len))
}

/// The padding with which an answer is exactly so large.
fn padding_for(world: &mut World, client: &mut Client, ask: &Ask, len: usize) -> usize {
    let probe = world.ask(client, &ask.clone().reply_parameters(&padding(10)));
    assert_eq!(probe.status, 200, "{}", probe.text);
    len - probe.text.len() + 10
}

#[test]
fn an_answer_is_as_large_as_the_client_takes_and_no_octet_larger() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    for block in [mandatory(8_192), wish(8_192)] {
        let ask = get(SHELL_ID).block("MaxEnvelopeSize", &block);
        let fits = padding_for(&mut world, &mut alice, &ask, 8_192);
        let on = world.ask(&mut alice, &ask.clone().reply_parameters(&padding(fits)));
        assert_eq!((on.status, on.text.len()), (200, 8_192));
        let past = world.ask(&mut alice, &ask.reply_parameters(&padding(fits + 1)));
        let found = (past.subcode(), past.detail(), past.code());
        assert_eq!(found, ("EncodingLimit".into(), "MaxEnvelopeSize".into(), Some(2_150_858_823)));
        assert!(past.text.len() <= 8_192);
    }
}

#[test]
fn what_was_done_and_can_not_be_told_is_a_success_that_can_not_be_reported() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let ask = create(SHELL_ID).block("MaxEnvelopeSize", &mandatory(8_192)).reply_parameters(&padding(9_000));
    let answer = world.ask(&mut alice, &ask);
    let found = (answer.subcode(), answer.detail(), answer.code());
    assert_eq!(found, ("EncodingLimit".into(), "UnreportableSuccess".into(), Some(2_150_858_829)));
    assert_eq!(world.shells(), 1, "it was done");
    // A limit that is only a wish does not hide what was done.
    let ask = create(OTHER_ID).block("MaxEnvelopeSize", &wish(8_192)).reply_parameters(&padding(9_000));
    let answer = world.ask(&mut alice, &ask);
    assert!(answer.status == 200 && answer.text.len() > 9_000);
}

#[test]
fn no_answer_is_larger_than_the_service_may_send() {
    let mut world = World::new(Config { max_envelope_size_kb: 32, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    let ask = get(SHELL_ID).block("MaxEnvelopeSize", &wish(500_000));
    let fits = padding_for(&mut world, &mut alice, &ask, 32_768);
    let on = world.ask(&mut alice, &ask.clone().reply_parameters(&padding(fits)));
    assert_eq!((on.status, on.text.len()), (200, 32_768));
    let past = world.ask(&mut alice, &ask.reply_parameters(&padding(fits + 1)));
    assert_eq!((past.detail().as_str(), past.status), ("MaxEnvelopeSize", 500));
}

#[test]
fn a_large_fault_says_less_until_it_fits() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let unknown = get(SHELL_ID).block("MaxEnvelopeSize", &mandatory(8_192));
    let answer = world.ask(&mut alice, &unknown.clone().reply_parameters(&padding(9_000)));
    assert_eq!((answer.detail().as_str(), answer.texts("Known").len()), ("UnexpectedSelectors", 0));
    let blocks: String =
        (0..200).map(|n| format!("<q:Name{n} xmlns:q=\"urn:{n}\" s:mustUnderstand=\"1\"/>")).collect();
    let answer = world.ask(&mut alice, &unknown.block("x", &blocks));
    assert_eq!(answer.detail(), "MaxEnvelopeSizeExceeded");
    assert!(answer.text.len() <= 4_096);
}

#[test]
fn the_smallest_limit_of_a_client_is_8192_octets() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    assert_eq!(world.ask(&mut alice, &create_with("", "").max_envelope(8_191)).code(), Some(2_150_858_878));
    assert_eq!(world.ask(&mut alice, &create_with("", "").max_envelope(8_192)).status, 200);
    assert_eq!(world.ask(&mut alice, &create_with("", "").max_envelope(u64::MAX)).status, 200);
    assert_eq!(world.shells(), 2);
}

#[test]
fn a_timeout_is_at_most_the_services_and_more_than_none() {
    let mut world = World::new(Config { max_timeout_ms: 30_000, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "cat");
    for (asked, waited_ms) in [("PT29.999S", 29_999), ("PT30S", 30_000), ("PT1H", 30_000), ("P1Y", 30_000)] {
        let before = world.pair.elapsed_ms();
        assert_eq!(world.ask(&mut alice, &receive(COMMAND_ID).timeout(asked)).code(), Some(2_150_858_793));
        assert_eq!(world.pair.elapsed_ms() - before, waited_ms, "{asked}");
    }
    let before = world.pair.elapsed_ms();
    assert_eq!(world.ask(&mut alice, &receive(COMMAND_ID)).code(), Some(2_150_858_793));
    assert_eq!(world.pair.elapsed_ms() - before, 30_000, "the default");
    for none in ["PT0S", "PT0.000S", "P0D"] {
        let answer = world.ask(&mut alice, &receive(COMMAND_ID).timeout(none));
        let found = (answer.subcode(), answer.detail(), answer.code());
        assert_eq!(found, ("InvalidHeader".into(), "InvalidTimeout".into(), Some(2_150_858_881)), "{none}");
    }
}

#[test]
fn an_idle_timeout_is_more_than_none_and_at_most_the_services() {
    let mut world = World::new(Config { max_idle_timeout_ms: 90_000, ..config() });
    let mut alice = world.log_on("alice");
    let asks = |timeout: &str| create_with("", &format!("<rsp:IdleTimeOut>{timeout}</rsp:IdleTimeOut>"));
    assert_eq!(world.ask(&mut alice, &asks("PT0S")).code(), Some(2_150_859_250));
    assert_eq!(world.shells(), 0);
    for (asked, told) in [("PT0.001S", "PT0.001S"), ("PT90S", "PT90.000S"), ("PT91S", "PT90.000S")] {
        assert_eq!(world.ask(&mut alice, &asks(asked)).text_of("IdleTimeOut").as_deref(), Some(told));
    }
}

#[test]
fn a_user_has_as_many_operations_at_once_as_the_quota_and_each_user_its_own() {
    let mut world = World::new(Config { max_concurrent_operations_per_user: 2, ..config() });
    let mut clients = [world.log_on("alice"), world.log_on("alice"), world.log_on("alice")];
    let mut bob = world.log_on("bob");
    world.create(&mut clients[0]);
    for (client, id) in clients.iter_mut().zip([COMMAND_ID, OTHER_ID]) {
        world.ask(client, &command(id, "cat"));
        world.start(client, &receive(id));
        assert!(world.poll(client).is_none());
    }
    let one_more = world.ask(&mut clients[2], &get(SHELL_ID));
    assert_eq!((one_more.subcode().as_str(), one_more.code()), ("QuotaLimit", Some(2_150_859_174)));
    assert_eq!(world.ask(&mut bob, &create_with("", "")).status, 200);
    world.pair.advance(60_000);
    assert_eq!(world.poll(&mut clients[0]).unwrap().code(), Some(2_150_858_793));
    assert_eq!(world.ask(&mut clients[2], &get(SHELL_ID)).status, 200);
}

#[test]
fn a_request_that_comes_too_slowly_ends_its_connection() {
    let slow = || Config { max_packet_retrieval_time_ms: 10_000, ..config() };
    let octets = post().with_header("Content-Type", "text/plain").with_body(b"body".to_vec()).encode();
    for at in [1, octets.len() - 5, octets.len() - 1] {
        let (start, rest) = octets.split_at(at);
        let mut world = World::new(slow());
        let id = world.pair.connect();
        world.pair.advance(50_000);
        world.pair.send(id, start);
        assert_eq!(world.pair.server.deadline_ms(), Some(60_000), "{at}");
        world.pair.advance(9_999);
        world.pair.send(id, rest);
        assert_eq!(world.pair.receive(id).unwrap().status.0, 401, "in time");
        assert_eq!(world.pair.server.deadline_ms(), None, "nothing is coming");
        world.pair.send(id, start);
        world.pair.advance(9_999);
        assert_eq!(world.pair.poll(id).unwrap(), None);
        world.pair.advance(1);
        let response = world.pair.receive(id).unwrap();
        assert_eq!((response.status.0, response.keep_alive()), (500, false), "{at}");
        assert!(world.pair.server.take_output(id).is_last);
        assert_eq!(world.pair.server.deadline_ms(), None);
    }
}

#[test]
fn drop_by_drop_is_as_slow_as_not_at_all() {
    let mut world = World::new(Config { max_packet_retrieval_time_ms: 10_000, ..config() });
    let id = world.pair.connect();
    for octet in b"POST /wsman" {
        world.pair.send(id, &[*octet]);
        world.pair.advance(1_000);
    }
    assert_eq!(world.pair.receive(id).unwrap().status.0, 500);
}

#[test]
fn a_slow_request_does_not_take_the_answer_before_it() {
    let mut world = World::new(Config { max_packet_retrieval_time_ms: 1_000, ..config() });
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "silence 9");
    world.start(&mut alice, &receive(COMMAND_ID));
    world.pair.send(alice.id, b"POST");
    world.pair.advance(8_999);
    assert!(world.poll(&mut alice).is_none());
    world.pair.advance(1);
    assert_eq!(world.poll(&mut alice).unwrap().stream("stdout"), b"done\r\n");
    assert_eq!(world.pair.receive(alice.id).unwrap().status.0, 500);
}

#[test]
fn only_shells_refuse_what_comes_in_chunks() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for (uri, code) in [(CMD, 50), (SHELL, 50), ("urn:nothing", 2_150_858_811)] {
        let mut request = sealed(&mut alice, &create_with("", "").uri(uri));
        request.body = winrm_harness::http::Body::chunked([request.body.octets()]);
        let response = world.exchange(alice.id, &request);
        let opened = alice.session.open(&response).unwrap();
        let answer =
            Answer { status: 500, is_sealed: true, text: String::from_utf8(opened.envelope).unwrap() };
        assert_eq!(answer.code(), Some(code), "{uri}");
    }
}
