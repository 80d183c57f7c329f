//! Ciphertext that looks like the end of a line or of the body: both sides open it, and servers that would not are noticed.

use winrm_harness::client::SequenceError;
use winrm_harness::client::get_config;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Hostility;
use winrm_harness::encryption::ToleranceSet;
use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::config::ConfigType;

use crate::wire::Wire;
use crate::wire::requests;

fn all() -> impl Iterator<Item = (Hostility, Charset)> {
    Hostility::ALL.iter().map(|(hostility, place, ..)| match *place {
        "contains" => (*hostility, Charset::Utf16),
        _ => (*hostility, Charset::Utf8),
    })
}

/// Asks for the configuration by a hostile message.
fn ask(wire: &mut Wire, hostility: Hostility, charset: Charset) -> Response {
    let (_, outgoing) = get_config::<ConfigType>(requests(60_000), SelectorSet::default());
    let message = wire.session.seal_hostile(&outgoing.envelope, charset, hostility).unwrap();
    assert!(hostility.is_in(&message.portions[0].ciphertext), "{hostility:?}");
    let request = wire.session.sealed_request(&message, Form::default());
    wire.pair.exchange(wire.connection, &request).unwrap()
}

fn ciphertext(response: &Response) -> Vec<u8> {
    let content_type = response.headers.first("Content-Type").unwrap();
    let decoded = EncryptedMessage::decode(content_type, response.body.octets(), ToleranceSet::SPEC);
    decoded.unwrap().message.portions.remove(0).ciphertext
}

#[test]
fn a_server_executes_whatever_the_ciphertext_looks_like_and_the_session_goes_on() {
    let mut wire = Wire::new(Config::default());
    for (hostility, charset) in all() {
        let response = ask(&mut wire, hostility, charset);
        assert_eq!(response.status, Status::OK, "{hostility:?}");
        assert!(wire.session.open(&response).unwrap().is_sealed);
    }
}

#[test]
fn a_client_opens_whatever_the_ciphertext_looks_like_and_the_session_goes_on() {
    for (hostility, charset) in all() {
        let mut wire = Wire::new(Config { hostile_answers: Some(hostility), ..Config::default() });
        for _ in 0..2 {
            let response = ask(&mut wire, Hostility::EndsWithNul, charset);
            assert!(hostility.is_in(&ciphertext(&response)), "{hostility:?}");
            assert!(wire.session.open(&response).unwrap().envelope.len() > 100);
        }
    }
}

#[test]
fn a_server_that_takes_ciphertext_for_text_refuses_what_it_should_execute() {
    for (hostility, charset) in all() {
        let mutant = match charset {
            Charset::Utf16 => Mutant::SplitsAtBoundaryInCiphertext,
            Charset::Utf8 => Mutant::StripsWhiteSpaceOfCiphertext,
        };
        let mut wire = Wire::new(Config { mutant: Some(mutant), ..Config::default() });
        let is_taken = ask(&mut wire, hostility, charset).status == Status::OK;
        // Hyphens are what another reader takes for the beginning of a delimiter.
        assert_eq!(is_taken, hostility == Hostility::EndsWithDashes, "{hostility:?}");
    }
}

#[test]
fn a_session_without_keys_seals_nothing() {
    let mut session = winrm_harness::client::Session::anonymous(winrm_harness::client::Endpoint {
        host: "reference:5985".to_owned(),
        path: "/wsman".to_owned(),
    });
    let refused = session.seal_hostile("<s:Envelope></s:Envelope>", Charset::Utf8, Hostility::EndsWithNul);
    assert!(matches!(refused, Err(SequenceError::ApiMisuse { .. })), "{refused:?}");
}
