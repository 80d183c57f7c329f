use crate::auth::digest::Algorithm;
use crate::auth::digest::ClientNonce;
use crate::auth::digest::Digest;
use crate::auth::digest::DigestChallenge;
use crate::auth::digest::DigestCredential;
use crate::auth::digest::DigestError;
use crate::limits::DIGEST_VALUE_BYTES_MAX;

const MUFASA: (&str, &str) = ("Mufasa", "Circle of Life");
const NONCE_7616: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
const OPAQUE_7616: &str = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
const CNONCE_7616: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

fn digest(user: &str, password: &str, cnonce: &str, parameters: &[(&str, &str)]) -> Digest {
    let credential = DigestCredential::new(user, password).unwrap();
    let mut digest = Digest::new(credential, ClientNonce::new(cnonce).unwrap());
    digest.challenge([DigestChallenge::parse(parameters.iter().copied())]).unwrap();
    digest
}

/// The parameters of an answer, quotes gone.
fn answered(digest: &mut Digest, method: &str, path: &str) -> Vec<(String, String)> {
    let text = digest.authorization(method, path).unwrap();
    let text = text.strip_prefix("Digest ").unwrap();
    let split =
        |part: &str| part.split_once('=').map(|(n, v)| (n.to_owned(), v.trim_matches('"').to_owned()));
    text.split(", ").map(|part| split(part).unwrap()).collect()
}

fn value(parameters: &[(String, String)], name: &str) -> String {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
}

fn refused(parameters: &[(&str, &str)]) -> DigestError {
    DigestChallenge::parse(parameters.iter().copied()).unwrap_err()
}

#[test]
fn the_example_of_rfc_2617_is_answered_as_it_says() {
    let parameters = [
        ("realm", "testrealm@host.com"),
        ("qop", "auth,auth-int"),
        ("nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"),
        ("opaque", "5ccc069c403ebaf9f0171e9517f40e41"),
    ];
    let mut digest = digest("Mufasa", "Circle Of Life", "0a4f113b", &parameters);
    assert_eq!(
        digest.authorization("GET", "/dir/index.html").unwrap(),
        "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
         uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", \
         response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
    );
}

#[test]
fn the_examples_of_rfc_7616_are_answered_as_it_says() {
    let answer = |algorithm| {
        let parameters = [
            ("realm", "http-auth@example.org"),
            ("qop", "auth, auth-int"),
            ("algorithm", algorithm),
            ("nonce", NONCE_7616),
            ("opaque", OPAQUE_7616),
        ];
        let mut digest = digest(MUFASA.0, MUFASA.1, CNONCE_7616, &parameters);
        answered(&mut digest, "GET", "/dir/index.html")
    };
    let md5 = answer("MD5");
    assert_eq!(value(&md5, "response"), "8ca523f5e9506fed4657c9700eebdbec");
    let sha256 = answer("SHA-256");
    let expected = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
    assert_eq!(value(&sha256, "response"), expected);
    assert_eq!(value(&sha256, "algorithm"), "SHA-256");
}

/// RFC 7616 3.9.2 with the hashes of erratum 4897: those in the text are of another function.
#[test]
fn a_hashed_user_beyond_ascii_is_sent_as_the_erratum_says() {
    let parameters = [
        ("realm", "api@example.org"),
        ("qop", "auth"),
        ("algorithm", "SHA-512-256"),
        ("nonce", "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"),
        ("opaque", "HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"),
        ("charset", "UTF-8"),
        ("userhash", "true"),
    ];
    let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v";
    let mut digest = digest("J\u{e4}s\u{f8}n Doe", "Secret, or not?", cnonce, &parameters);
    let found = answered(&mut digest, "GET", "/doe.json");
    let user = "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b";
    let response = "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5";
    assert_eq!((value(&found, "username").as_str(), value(&found, "response").as_str()), (user, response));
    assert_eq!(value(&found, "userhash"), "true");
}

#[test]
fn a_user_beyond_ascii_has_a_parameter_of_its_own() {
    let parameters = [("realm", "r"), ("qop", "auth"), ("nonce", "n"), ("charset", "UTF-8")];
    let mut digest = digest("J\u{e4}s\u{f8}n Doe", "", "c", &parameters);
    let found = answered(&mut digest, "POST", "/wsman");
    assert_eq!(value(&found, "username*"), "UTF-8''J%C3%A4s%C3%B8n%20Doe");
}

/// The expectation is computed by hand from RFC 2617 3.2.2.2: A1 is MD5(user:realm:password):nonce:cnonce.
#[test]
fn a_session_key_is_made_of_both_nonces() {
    let parameters =
        [("realm", "testrealm@host.com"), ("qop", "auth"), ("nonce", "abc"), ("algorithm", "MD5-sess")];
    let mut digest = digest("Mufasa", "Circle Of Life", "0a4f113b", &parameters);
    let first = answered(&mut digest, "POST", "/wsman");
    let second = answered(&mut digest, "POST", "/wsman");
    assert_eq!(value(&first, "response"), "e0f2eb9d46c90f87f7263a1a89a73c6e");
    assert_eq!(value(&second, "response"), "308b71937d7be5fa987fc788989fe039");
    assert_eq!((value(&first, "nc").as_str(), value(&second, "nc").as_str()), ("00000001", "00000002"));
}

#[test]
fn quotes_and_backslashes_come_back_as_they_were() {
    let parameters = [("realm", "a \"b\" \\c"), ("qop", "auth"), ("nonce", "n"), ("opaque", "\"")];
    let mut digest = digest("DOMAIN\\u\"", "", "c", &parameters);
    let text = digest.authorization("POST", "/wsman").unwrap();
    assert!(text.contains("username=\"DOMAIN\\\\u\\\"\", realm=\"a \\\"b\\\" \\\\c\""), "{text}");
    assert!(text.contains("opaque=\"\\\"\""), "{text}");
}

#[test]
fn names_of_parameters_and_algorithms_have_no_case() {
    let parameters =
        [("REALM", "r"), ("Qop", "AUTH-INT, Auth"), ("nonce", "n"), ("Algorithm", "sha-256-SESS")];
    let challenge = DigestChallenge::parse(parameters).unwrap();
    assert_eq!(challenge.algorithm(), Algorithm::Sha256Sess);
    assert!(!challenge.is_stale());
    assert!(DigestChallenge::parse(parameters.into_iter().chain([("stale", "True")])).unwrap().is_stale());
}

#[test]
fn a_challenge_that_asks_for_something_else_is_refused() {
    let missing = |name| DigestError::Missing { name };
    assert_eq!(refused(&[("qop", "auth"), ("nonce", "n")]), missing("realm"));
    assert_eq!(refused(&[("qop", "auth"), ("realm", "r")]), missing("nonce"));
    assert_eq!(refused(&[("realm", "r"), ("nonce", "n")]), missing("qop"));
    let good = [("realm", "r"), ("nonce", "n"), ("qop", "auth")];
    let with = |extra: (&'static str, &'static str)| refused(&[&good[..], &[extra]].concat());
    assert_eq!(with(("Nonce", "m")), DigestError::Repeated { name: "nonce".to_owned() });
    assert_eq!(with(("x", "1\u{7f}")), DigestError::BadValue { name: "x".to_owned() });
    assert_eq!(with(("charset", "latin1")), DigestError::BadValue { name: "charset".to_owned() });
    assert_eq!(with(("algorithm", "SHA-1")), DigestError::UnknownAlgorithm { found: "SHA-1".to_owned() });
    let int = refused(&[("realm", "r"), ("nonce", "n"), ("qop", "auth-int")]);
    assert_eq!(int, DigestError::UnsupportedQop { found: "auth-int".to_owned() });
}

#[test]
fn a_value_on_the_bound_is_read_and_one_past_it_is_not() {
    let parse = |len: usize| {
        let nonce = "\u{e9}".repeat(len / 2) + &"n".repeat(len % 2);
        DigestChallenge::parse([("realm", "r"), ("qop", "auth"), ("nonce", nonce.as_str())])
    };
    assert!(parse(DIGEST_VALUE_BYTES_MAX).is_ok());
    let (len, len_max) = (DIGEST_VALUE_BYTES_MAX + 1, DIGEST_VALUE_BYTES_MAX);
    assert_eq!(parse(len), Err(DigestError::TooLong { name: "nonce".to_owned(), len, len_max }));
}

#[test]
fn what_can_not_be_sent_is_the_callers_fault() {
    let not = |what| DigestError::NotExpressible { what };
    assert_eq!(DigestCredential::new("a\r\nb", "").unwrap_err(), not("user"));
    for nonce in ["", "a b", "a\"", "\u{e9}", "a\\"] {
        assert_eq!(ClientNonce::new(nonce), Err(not("client nonce")));
    }
    let mut digest = digest("u", "p", "c", &[("realm", "r"), ("qop", "auth"), ("nonce", "n")]);
    assert_eq!(digest.authorization("POST", "/a\r\nb"), Err(not("path")));
    let unasked = Digest::new(DigestCredential::new("u", "p").unwrap(), ClientNonce::of([0xAB; 16]))
        .authorization("POST", "/");
    assert_eq!(unasked, Err(DigestError::NotOffered));
    assert_eq!(ClientNonce::of([0xAB; 16]), ClientNonce::new(&"ab".repeat(16)).unwrap());
}

#[test]
fn debug_output_has_no_password() {
    let digest = digest("u", "wonderland", "c", &[("realm", "r"), ("qop", "auth"), ("nonce", "n")]);
    let printed = format!("{digest:?} {:?}", DigestCredential::new("u", "wonderland"));
    assert!(!printed.contains("wonderland"), "{printed}");
}
