use proptest::prelude::any;
use proptest::prelude::prop;
use proptest::prelude::prop_assert_eq;
use proptest::proptest;

use crate::http::Headers;
use crate::http::challenge::Challenge;
use crate::http::challenge::ChallengeData;
use crate::http::challenge::ChallengeError;
use crate::http::challenge::challenges;
use crate::limits::HTTP_CHALLENGES_MAX;
use crate::limits::HTTP_PARAMETERS_MAX;
use crate::limits::TOKEN_BYTES_MAX;

fn schemes(value: &str) -> Vec<String> {
    let found = Challenge::parse_list(value.as_bytes()).unwrap_or_else(|error| panic!("{value}: {error}"));
    found.into_iter().map(|challenge| challenge.scheme).collect()
}

#[test]
fn every_scheme_is_found_on_one_line_or_many_in_any_order() {
    assert_eq!(
        schemes("Negotiate, Kerberos, Basic realm=\"WSMAN\", CredSSP"),
        ["Negotiate", "Kerberos", "Basic", "CredSSP"]
    );
    assert_eq!(schemes("Basic realm=\"a, Negotiate\",Negotiate"), ["Basic", "Negotiate"]);
    assert_eq!(
        schemes("Negotiate abc==, Basic realm=x, Digest qop=\"auth-int, auth\" , nonce=1"),
        ["Negotiate", "Basic", "Digest"]
    );
    let mut headers = Headers::new();
    headers.push("WWW-Authenticate", "Kerberos");
    headers.push("www-authenticate", "Negotiate oRQ=, Basic realm=\"WSMAN\"");
    let found = challenges(&headers, "WWW-Authenticate").unwrap();
    assert_eq!(
        found.iter().map(|challenge| challenge.scheme.as_str()).collect::<Vec<_>>(),
        ["Kerberos", "Negotiate", "Basic"]
    );
    assert_eq!(found[1].token(), Ok(Some(vec![0xA1, 0x14])));
    assert_eq!(found[2].parameter("REALM"), Some("WSMAN"));
}

#[test]
fn quoted_commas_and_escapes_stay_in_their_value() {
    let found =
        Challenge::parse_one(br#"Digest realm="a \"b\", c", qop="auth-int, auth",stale = false"#).unwrap();
    assert_eq!(found.parameter("realm"), Some("a \"b\", c"));
    assert_eq!(found.parameter("qop"), Some("auth-int, auth"));
    assert_eq!(found.parameter("stale"), Some("false"));
}

#[test]
fn the_uri_of_certificate_authentication_is_a_scheme() {
    let uri = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";
    assert_eq!(Challenge::parse_one(uri.as_bytes()), Ok(Challenge::new(uri)));
}

#[test]
fn authorization_carries_one_scheme() {
    assert_eq!(Challenge::parse_one(b""), Err(ChallengeError::NotOne { found: 0 }));
    assert_eq!(Challenge::parse_one(b"Negotiate a, Basic b"), Err(ChallengeError::NotOne { found: 2 }));
    assert_eq!(Challenge::parse_one(b"Basic dTpw").unwrap().token(), Ok(Some(b"u:p".to_vec())));
}

#[test]
fn malformed_values_are_refused_where_the_fault_is() {
    for (value, offset) in [
        ("Basic realm=\"x", 14),
        ("Basic x y", 6),
        ("Basic a=1 b=2", 10),
        ("\"q\"", 0),
        ("Negotiate \u{e9}", 10),
    ] {
        assert_eq!(
            Challenge::parse_list(value.as_bytes()),
            Err(ChallengeError::Syntax { offset }),
            "{value}"
        );
    }
    assert_eq!(Challenge::parse_list("Négotiate abc".as_bytes()), Err(ChallengeError::Syntax { offset: 1 }));
}

#[test]
fn a_token_is_strict_base64_and_bounded() {
    let token = |text: &str| Challenge::parse_one(format!("Negotiate {text}").as_bytes()).unwrap().token();
    assert_eq!(token("a"), Err(ChallengeError::Base64));
    assert_eq!(token("YQ"), Err(ChallengeError::Base64));
    let of_len = |len| Challenge::with_token("Negotiate", &vec![7; len]).token();
    assert_eq!(of_len(TOKEN_BYTES_MAX).unwrap().unwrap().len(), TOKEN_BYTES_MAX);
    assert_eq!(of_len(TOKEN_BYTES_MAX + 1), Err(ChallengeError::TokenTooLong { bytes_max: TOKEN_BYTES_MAX }));
    assert_eq!(of_len(TOKEN_BYTES_MAX * 2), Err(ChallengeError::TokenTooLong { bytes_max: TOKEN_BYTES_MAX }));
}

#[test]
fn schemes_and_parameters_stand_on_their_bounds() {
    let list = |count: usize| Challenge::parse_list("a,".repeat(count).as_bytes());
    assert_eq!(list(HTTP_CHALLENGES_MAX).unwrap().len(), HTTP_CHALLENGES_MAX);
    let challenges_max = HTTP_CHALLENGES_MAX;
    assert_eq!(list(HTTP_CHALLENGES_MAX + 1), Err(ChallengeError::TooManyChallenges { challenges_max }));
    let mut headers = Headers::new();
    headers.push("A", "a,".repeat(HTTP_CHALLENGES_MAX));
    headers.push("A", "a");
    assert_eq!(challenges(&headers, "A"), Err(ChallengeError::TooManyChallenges { challenges_max }));
    let with = |count: usize| Challenge::parse_one(format!("D {}", "a=1,".repeat(count)).as_bytes());
    assert!(with(HTTP_PARAMETERS_MAX).is_ok());
    let parameters_max = HTTP_PARAMETERS_MAX;
    assert_eq!(with(HTTP_PARAMETERS_MAX + 1), Err(ChallengeError::TooManyParameters { parameters_max }));
}

proptest! {
    #[test]
    fn hostile_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..100), text in "\\PC{0,60}") {
        let _ = Challenge::parse_list(&octets);
        let _ = Challenge::parse_list(text.as_bytes());
        let _ = Challenge::parse_list(&[b"Basic realm=".as_slice(), &octets].concat());
    }

    #[test]
    fn lists_are_read_back(
        tokens in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..4),
        values in prop::collection::vec("[ -~]{0,12}", 1..4),
    ) {
        let mut list: Vec<_> = tokens.iter().map(|token| Challenge::with_token("Negotiate", token)).collect();
        let parameters = values.iter().map(|value| ("name".to_owned(), value.clone())).collect();
        list.insert(list.len() / 2, Challenge { scheme: "Digest".into(), data: ChallengeData::Parameters(parameters) });
        list.push(Challenge::new("Kerberos"));
        let value: Vec<_> = list.iter().map(ToString::to_string).collect();
        prop_assert_eq!(Challenge::parse_list(value.join(", ").as_bytes()), Ok(list));
    }
}
