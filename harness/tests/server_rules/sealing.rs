use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::Form;

use crate::support::*;

#[test]
fn soap_in_clear_after_authentication_is_an_empty_500_and_not_executed() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let response = world.exchange(alice.id, &plain(&create(SHELL_ID).text()));
    assert_eq!((response.status.0, response.body.octets()), (500, &b""[..]));
    assert_eq!(world.shells(), 0);
    world.create(&mut alice);
}

/// A sealed Create, spoiled.
fn spoiled(spoil: impl FnOnce(&mut EncryptedMessage), bend: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let mut message = alice.session.seal(create(SHELL_ID).text().into_bytes()).unwrap();
    spoil(&mut message);
    let mut request = alice.session.sealed_request(&message, Form::default());
    request.body = bend(request.body.into_octets()).into();
    assert_eq!(world.fatal(alice.id, &request.encode()), 400);
    assert_eq!(world.shells(), 0);
}

#[test]
fn every_octet_of_the_signature_counts() {
    for at in 0..16 {
        spoiled(|message| message.portions[0].token[at] ^= 1, |body| body);
    }
}

#[test]
fn every_part_of_the_ciphertext_counts() {
    for at in [0, 1, 100, 500] {
        spoiled(|message| message.portions[0].ciphertext[at] ^= 0x80, |body| body);
    }
    spoiled(|message| *message.portions[0].ciphertext.last_mut().unwrap() ^= 1, |body| body);
    spoiled(|message| message.portions[0].ciphertext.truncate(100), |body| body);
    spoiled(|message| message.portions[0].ciphertext.push(0), |body| body);
}

#[test]
fn the_lengths_of_the_frame_have_to_be_right() {
    spoiled(|message| message.portions[0].plaintext_len += 1, |body| body);
    spoiled(|message| message.portions[0].plaintext_len -= 1, |body| body);
    for length_field in [0, 15, 17, 0x7FFF_FFFF, u32::MAX] {
        spoiled(|message| message.portions[0].length_field = length_field, |body| body);
    }
}

#[test]
fn a_frame_that_is_cut_or_has_a_line_break_too_many_is_refused() {
    spoiled(|_| (), |body| body[..body.len() / 2].to_vec());
    spoiled(|_| (), |body| body[..body.len() - 10].to_vec());
    spoiled(|_| (), |body| [&body[..body.len() - 22], b"\r\n", &body[body.len() - 22..]].concat());
    spoiled(|_| (), |_| b"x".to_vec());
}

#[test]
fn a_message_counts_once_and_in_its_order() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let once = sealed(&mut alice, &create_with("", ""));
    assert_eq!(world.exchange(alice.id, &once).status.0, 200);
    assert_eq!(world.fatal(alice.id, &once.encode()), 400);
    assert_eq!(world.shells(), 1);

    let mut alice = world.log_on("alice");
    let [_first, second] = [create_with("", ""), create_with("", "")].map(|ask| sealed(&mut alice, &ask));
    assert_eq!(world.fatal(alice.id, &second.encode()), 400);
    assert_eq!(world.shells(), 1);
}

#[test]
fn keys_are_of_one_connection() {
    let mut world = World::new(config());
    let (mut here, there) = (world.log_on("alice"), world.log_on("alice"));
    let request = sealed(&mut here, &create(SHELL_ID));
    assert_eq!(world.fatal(there.id, &request.encode()), 400);
    let stranger = world.pair.connect();
    assert_eq!(world.exchange(stranger, &request).status.0, 401);
    assert_eq!(world.shells(), 0);
}

#[test]
fn faults_are_sealed_like_any_answer() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for envelope in
        [get(SHELL_ID).text(), "<no/>".to_owned(), "no xml".to_owned(), "<!DOCTYPE x><x/>".to_owned()]
    {
        let request = alice.session.request(&envelope).unwrap();
        let response = world.exchange(alice.id, &request);
        let opened = alice.session.open_any(&response, Default::default()).unwrap();
        assert!(opened.is_sealed && response.status.0 == 500, "{envelope}");
        assert!(String::from_utf8(opened.envelope).unwrap().contains("WSManFault"));
    }
}

#[test]
fn an_answer_is_framed_as_its_request_was() {
    for tab in [true, false] {
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        let message = alice.session.seal(create(SHELL_ID).text().into_bytes()).unwrap();
        let request = alice.session.sealed_request(&message, Form { tab, ..Form::default() });
        let response = world.exchange(alice.id, &request);
        let body = String::from_utf8_lossy(response.body.octets()).into_owned();
        assert_eq!(body.contains("\tContent-Type"), tab);
        assert!(!body.contains("\r\n--Encrypted Boundary--"), "a line break before the closing delimiter");
        assert!(alice.session.open(&response).unwrap().is_sealed);
        assert_eq!(response.headers.text("Content-Type"), request.headers.text("Content-Type"));
    }
}

#[test]
fn a_client_that_writes_utf_16_is_answered_in_utf_16() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = create_with("", "").text();
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(order).collect()
    };
    for octets in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        let mut message = alice.session.seal(octets).unwrap();
        message.charset = Charset::Utf16;
        let request = alice.session.sealed_request(&message, Form::default());
        let response = world.exchange(alice.id, &request);
        let body = String::from_utf8_lossy(response.body.octets()).into_owned();
        let opened = alice.session.open(&response).unwrap();
        let text = utf16_text(&opened.envelope);
        assert_eq!(response.status.0, 200, "{text}");
        assert!(body.contains("charset=UTF-16"), "{body}");
        assert!(text.starts_with("\u{FEFF}<") && text.contains("ResourceCreated"), "{text}");
    }
    assert_eq!(world.shells(), 2);
}
