//! The reference client against servers that lie: what it takes, and that nothing goes out after a lie.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use winrm_harness::auth::AuthError;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::client::Endpoint;
use winrm_harness::client::HandshakeStep;
use winrm_harness::client::LogonStep;
use winrm_harness::client::SequenceError;
use winrm_harness::client::Session;
use winrm_harness::client::get_config;
use winrm_harness::http::Response;
use winrm_harness::http::Status;
use winrm_harness::pair::Pair;
use winrm_harness::server::Config;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::config::ConfigType;

use crate::logon::given;
use crate::logon::logon;
use crate::logon::trusting;
use crate::wire::Wire;
use crate::wire::config;
use crate::wire::requests;

const SCHEMES: [Scheme; 2] = [Scheme::Negotiate, Scheme::Ntlm];

fn endpoint() -> Endpoint {
    Endpoint { host: "reference:5985".to_owned(), path: "/wsman".to_owned() }
}

/// Logs on through somebody who changes the answers, and counts the requests.
fn through(scheme: Scheme, spoil: impl Fn(Response) -> Response) -> (Result<Session, SequenceError>, usize) {
    let mut pair = Pair::new(config());
    let connection = pair.connect();
    let LogonStep::Send(mut state, mut request) =
        logon(scheme, trusting()).begin(endpoint(), given()).unwrap()
    else {
        panic!("{scheme} has tokens");
    };
    for count in 1.. {
        assert!(request.body.is_empty(), "SOAP before the end of the handshake");
        let response = spoil(pair.exchange(connection, &request).unwrap());
        match state.step(&response) {
            Ok(HandshakeStep::Send(next, leg)) => (state, request) = (next, leg),
            Ok(HandshakeStep::Done(session)) => return (Ok(session), count),
            Err(error) => return (Err(error), count),
        }
    }
    panic!("a handshake without an end")
}

fn token(response: &Response) -> Option<Vec<u8>> {
    let value = response.headers.text("WWW-Authenticate")?;
    STANDARD.decode(value.strip_prefix("Negotiate ")?).ok()
}

/// The same response with this token.
fn with_token(response: &Response, token: &[u8]) -> Response {
    let value = format!("Negotiate {}", STANDARD.encode(token));
    Response::new(response.status).with_header("WWW-Authenticate", value)
}

fn error_of(scheme: Scheme, spoil: impl Fn(Response) -> Response) -> (SequenceError, usize) {
    let (result, count) = through(scheme, spoil);
    (result.err().unwrap(), count)
}

#[test]
fn an_honest_handshake_has_two_legs_or_three_and_no_body() {
    for scheme in SCHEMES {
        let (session, count) = through(scheme, |response| response);
        assert!(session.unwrap().seals());
        assert_eq!(count, 2, "{scheme}");
    }
}

#[test]
fn sec_24_a_success_without_the_servers_token_is_refused() {
    for scheme in SCHEMES {
        let at_once = error_of(scheme, |_| Response::new(Status::OK));
        assert_eq!(at_once, (SequenceError::NoToken, 1), "{scheme}");
    }
    // The list of mechanisms is protected by both sides' codes, so SPNEGO has a last token.
    let bare = |response: Response| match response.status {
        Status::OK => Response::new(Status::OK),
        _ => response,
    };
    assert_eq!(error_of(Scheme::Negotiate, bare), (SequenceError::NoToken, 2));
}

#[test]
fn a_last_token_that_was_changed_is_refused() {
    let flipped = |response: Response| match (response.status, token(&response)) {
        (Status::OK, Some(mut token)) => {
            *token.last_mut().unwrap() ^= 1;
            with_token(&response, &token)
        }
        _ => response,
    };
    let (error, count) = error_of(Scheme::Negotiate, flipped);
    assert_eq!((error, count), (SequenceError::Auth(AuthError::MechListMicWrong), 2));
}

#[test]
fn sec_18_a_challenge_without_full_strength_is_not_answered() {
    let clear = |mask: u32| {
        move |response: Response| {
            let Some(mut token) = token(&response) else { return response };
            let Some(at) = token.windows(12).position(|window| window == b"NTLMSSP\0\x02\0\0\0") else {
                return response;
            };
            let flags = &mut token[at + 20..at + 24];
            let changed = u32::from_le_bytes(flags.try_into().unwrap()) & !mask;
            flags.copy_from_slice(&changed.to_le_bytes());
            with_token(&response, &token)
        }
    };
    // 128, KEY_EXCH, extended session security, SEAL, SIGN.
    for mask in [0x2000_0000, 0x4000_0000, 0x0008_0000, 0x20, 0x10] {
        for scheme in SCHEMES {
            let (error, count) = error_of(scheme, clear(mask));
            let is_weak = matches!(&error, SequenceError::Auth(AuthError::WeakFlags { .. }));
            assert!(is_weak && count == 1, "{mask:#x} {scheme}: {error:?} after {count}");
        }
    }
}

#[test]
fn sec_18_what_proves_the_password_is_ntlmv2_with_a_key_of_128_bits() {
    let mut pair = Pair::new(config());
    let connection = pair.connect();
    pair.log_on_as(connection, &logon(Scheme::Ntlm, trusting()), given()).unwrap();
    let authenticate = pair
        .recorded
        .iter()
        .filter_map(|recorded| {
            let text = String::from_utf8_lossy(&recorded.octets).into_owned();
            let value = text.split("Authorization: Negotiate ").nth(1)?.lines().next()?.to_owned();
            STANDARD.decode(value).ok().filter(|token| token.starts_with(b"NTLMSSP\0\x03"))
        })
        .next()
        .unwrap();
    // [MS-NLMP 2.2.1.3] The fields' lengths, by their offsets.
    let len = |at: usize| u16::from_le_bytes([authenticate[at], authenticate[at + 1]]);
    let offset = |at: usize| usize::from(u16::from_le_bytes([authenticate[at + 4], authenticate[at + 5]]));
    let field = |at: usize| &authenticate[offset(at)..offset(at) + usize::from(len(at))];
    let (lm, nt) = (field(12), field(20));
    assert!(nt.len() > 24, "an NTLMv1 response has 24 octets");
    // [MS-NLMP 3.3.2] LMv2 ends with the client challenge, which stands in the NTLMv2 response too. LM has no such thing.
    assert!(lm.iter().all(|octet| *octet == 0) || lm[16..] == nt[32..40], "an LM response");
    assert_eq!(len(52), 16, "the encrypted session key");
}

#[test]
fn a_rogue_mechanism_is_refused() {
    // NegTokenResp { accept-incomplete, supportedMech = Kerberos }, by hand.
    let chosen = "a1143012a0030a0101a10b06092a864886f712010202";
    let octets: Vec<u8> = (0..chosen.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(chosen.get(at..at + 2).unwrap(), 16).unwrap())
        .collect();
    let (error, count) = error_of(Scheme::Negotiate, |response| with_token(&response, &octets));
    assert_eq!((error, count), (SequenceError::Auth(AuthError::WrongMechanism), 1));
    // NTLM was not asked for inside SPNEGO, and a bare message is none of it.
    let (error, count) =
        error_of(Scheme::Negotiate, |response| with_token(&response, b"NTLMSSP\0\x02\0\0\0"));
    assert!(matches!(error, SequenceError::Auth(_)) && count == 1, "{error:?}");
}

#[test]
fn a_401_without_token_or_with_the_last_one_is_a_refusal() {
    for scheme in SCHEMES {
        let bare = Response::new(Status::UNAUTHORIZED).with_header("WWW-Authenticate", "Negotiate");
        let refused = (SequenceError::CredentialsRefused, 1);
        assert_eq!(error_of(scheme, |_| bare.clone()), refused);
        assert_eq!(error_of(scheme, |_| Response::new(Status::UNAUTHORIZED)), refused);
        let late = |response: Response| match response.status {
            Status::OK => {
                let mut late = response;
                late.status = Status::UNAUTHORIZED;
                late
            }
            _ => response,
        };
        assert_eq!(error_of(scheme, late), (SequenceError::CredentialsRefused, 2), "{scheme}");
    }
}

#[test]
fn other_statuses_end_the_handshake() {
    for status in [302, 400, 403, 404, 500, 503] {
        let (error, count) = error_of(Scheme::Negotiate, |_| Response::new(Status(status)));
        assert!(matches!(error, SequenceError::UnexpectedStatus { .. }) && count == 1, "{error:?}");
    }
}

#[test]
fn a_token_is_found_in_whatever_order_and_form_the_schemes_are_offered() {
    let dressed = |shape: fn(String) -> Vec<String>| {
        move |response: Response| {
            let Some(value) = response.headers.text("WWW-Authenticate").map(str::to_owned) else {
                return response;
            };
            let bare = Response::new(response.status);
            shape(value).into_iter().fold(bare, |all, value| all.with_header("WWW-Authenticate", value))
        }
    };
    let shapes: [fn(String) -> Vec<String>; 6] = [
        |token| vec!["Kerberos".to_owned(), token],
        |token| vec![token, "Basic realm=\"a, Negotiate b\"".to_owned(), "CredSSP".to_owned()],
        |token| vec![format!("Basic realm=\"x\", {token}, Kerberos")],
        |token| vec![token.replace("Negotiate", "nEGOTIATE")],
        |token| vec!["Negotiate".to_owned(), token],
        |token| vec![token, "Negotiate".to_owned(), "Digest realm=\"r\", nonce=\"n\"".to_owned()],
    ];
    for (index, shape) in shapes.into_iter().enumerate() {
        for scheme in SCHEMES {
            let (session, _) = through(scheme, dressed(shape));
            assert!(session.is_ok(), "shape {index}, {scheme}: {:?}", session.err());
        }
    }
    let (error, count) = error_of(Scheme::Ntlm, dressed(|token| vec![token.clone(), token]));
    assert!(matches!(error, SequenceError::Challenge(_)) && count == 1, "{error:?}");
}

/// Alice with a sealed session, and the answer to her first request.
fn asked() -> (Wire, Response) {
    let mut wire = Wire::new(Config::default());
    let answer = ask(&mut wire);
    (wire, answer)
}

fn ask(wire: &mut Wire) -> Response {
    let (_, outgoing) = get_config::<ConfigType>(requests(60_000), SelectorSet::default());
    let request = wire.session.request(&outgoing.envelope).unwrap();
    wire.pair.exchange(wire.connection, &request).unwrap()
}

/// `response` is refused, and the session sends nothing any more.
fn check_refused(mut wire: Wire, response: &Response, what: &str) -> SequenceError {
    let error = wire.session.open(response).err().unwrap_or_else(|| panic!("{what} was accepted"));
    let after = wire.session.request("<e/>");
    assert!(matches!(after, Err(SequenceError::ApiMisuse { .. })), "{what}: {after:?}");
    assert!(!wire.session.seals(), "{what}");
    error
}

#[test]
fn sec_11_an_answer_in_clear_in_a_sealed_session_is_refused() {
    for status in [200, 400, 500] {
        for content_type in ["application/soap+xml;charset=UTF-8", "text/html", ""] {
            let (wire, _) = asked();
            let forged = Response::new(Status(status))
                .with_header("Content-Type", content_type)
                .with_body(b"<s:Envelope/>".to_vec());
            let error = check_refused(wire, &forged, content_type);
            assert_eq!(error, SequenceError::AnswerInClear { status: Status(status) });
        }
    }
}

#[test]
fn sec_14_a_sealed_answer_that_was_changed_is_refused() {
    type Change = fn(&mut Vec<u8>, usize);
    // `at` is where the length of the signature stands, behind the header of the second part.
    let changes: [(&str, Change); 10] = [
        ("another version", |body, at| body[at + 4] ^= 1),
        ("another checksum", |body, at| body[at + 8] ^= 1),
        ("another sequence number", |body, at| body[at + 16] ^= 1),
        ("another ciphertext", |body, at| body[at + 20] ^= 1),
        ("a signature of no octets", |body, at| body[at] = 0),
        ("a signature of one octet less", |body, at| body[at] = 15),
        ("a signature without end", |body, at| body[at..at + 4].copy_from_slice(&[0xFF; 4])),
        ("an octet less", |body, at| {
            body.remove(at + 40);
        }),
        ("an octet more", |body, at| body.insert(at + 40, 0)),
        ("cut in the signature", |body, at| body.truncate(at + 10)),
    ];
    for (what, change) in changes {
        let (wire, answer) = asked();
        let mut body = answer.body.octets().to_vec();
        let marker = b"application/octet-stream\r\n";
        let at = body.windows(marker.len()).position(|window| window == marker).unwrap() + marker.len();
        change(&mut body, at);
        check_refused(wire, &answer.clone().with_body(body), what);
    }
}

#[test]
fn sec_14_a_sealed_answer_counts_once_in_its_order_and_on_its_connection() {
    let (mut wire, answer) = asked();
    wire.session.open(&answer).unwrap();
    let replayed = check_refused(wire, &answer, "the same answer again");
    assert!(matches!(replayed, SequenceError::Encryption(_)), "{replayed:?}");
    let (mut wire, _) = asked();
    let second = ask(&mut wire);
    check_refused(wire, &second, "the second answer before the first");
    let (mut wire, answer) = asked();
    wire.connection = wire.pair.connect();
    wire.session = wire.pair.log_on(wire.connection, "alice", crate::wire::PASSWORD).unwrap();
    check_refused(wire, &answer, "an answer of another connection");
}

#[test]
fn an_answer_sealed_under_another_name_is_refused() {
    for (protocol, is_taken) in
        [("HTTP-SPNEGO", true), ("HTTP-Kerberos", false), ("HTTP-CredSSP", false), ("HTTP-X", false)]
    {
        let (mut wire, answer) = asked();
        let renamed = |octets: &[u8]| -> Vec<u8> {
            String::from_utf8_lossy(octets).replace("HTTP-SPNEGO", protocol).into_bytes()
        };
        let content_type = renamed(answer.headers.first("Content-Type").unwrap());
        let body = answer.body.octets();
        let marker = b"application/octet-stream\r\n";
        let at = body.windows(marker.len()).position(|window| window == marker).unwrap();
        let body = [renamed(&body[..at]), body[at..].to_vec()].concat();
        let response = Response::new(Status::OK).with_header("Content-Type", content_type).with_body(body);
        match is_taken {
            true => assert!(wire.session.open(&response).unwrap().is_sealed),
            false => drop(check_refused(wire, &response, protocol)),
        }
    }
}

#[test]
fn a_401_ends_a_session_and_another_empty_answer_does_not() {
    let (wire, _) = asked();
    let status = Status::UNAUTHORIZED;
    let unauthorized = Response::new(status).with_header("WWW-Authenticate", "Negotiate");
    assert_eq!(check_refused(wire, &unauthorized, "401"), SequenceError::SessionLost { status });
    let (mut wire, _) = asked();
    let lost = wire.session.take_challenge(&unauthorized);
    assert_eq!(lost, Err(SequenceError::SessionLost { status }));
    assert!(wire.session.request("<e/>").is_err());
    let (mut wire, answer) = asked();
    let opened = wire.session.open(&Response::new(Status(503))).unwrap();
    assert!(opened.envelope.is_empty() && !opened.is_sealed);
    assert!(wire.session.open(&answer).unwrap().is_sealed);
}
