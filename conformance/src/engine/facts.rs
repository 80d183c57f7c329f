//! What is known of a connection and of an authentication, in words that assertions look at.

use std::collections::BTreeMap;

use winrm_harness::auth::Established;
use winrm_harness::auth::Mechanism;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::ntlm;
use winrm_harness::codec::Decode;
use winrm_harness::http::Response;
use winrm_harness::http::challenge::challenges;
use winrm_harness::tls::Certificate;
use winrm_harness::tls::Channel;
use winrm_harness::tls::KeyAlgorithm;

/// What is known, by name.
pub(crate) type Facts = BTreeMap<String, String>;

/// Facts of TLS; none in clear.
pub(crate) fn of_channel(channel: &Channel) -> Facts {
    let mut facts = Facts::new();
    let Channel::Tls(tls) = channel else { return facts };
    facts.insert("tls.version".to_owned(), tls.version.trim_start_matches("TLSv").to_owned());
    facts.insert("tls.cipher".to_owned(), tls.cipher_suite.clone());
    let Ok(certificate) = Certificate::parse(&tls.server_certificate) else { return facts };
    let mut add = |name: &str, value: String| facts.insert(format!("tls.certificate.{name}"), value);
    if let Some((key, bits)) = key(certificate.key()) {
        add("key", key);
        add("key-bits", bits.to_string());
    }
    add("signature", certificate.signature().to_string());
    let is_weak = certificate.signature().is_weak();
    add("signature-strength", if is_weak { "weak" } else { "strong" }.to_owned());
    add("self-signed", yes(certificate.is_self_issued()));
    add("subject", certificate.subject().to_owned());
    let alternative = certificate.alternative_names().iter().map(ToString::to_string);
    let names: Vec<String> = certificate.common_names().iter().cloned().chain(alternative).collect();
    add("names", names.join(" "));
    facts
}

/// What the key is, and how many bits an RSA key has that is as strong: [SP 800-57 table 2], so that one bound fits all.
///
/// [SP 800-57 table 2]: https://doi.org/10.6028/NIST.SP.800-57pt1r5
fn key(key: KeyAlgorithm) -> Option<(String, usize)> {
    Some(match key {
        KeyAlgorithm::Rsa { bits } => (format!("RSA {bits}"), bits),
        KeyAlgorithm::EllipticCurve { bits } => {
            let as_rsa = match bits {
                ..224 => 1024,
                224..256 => 2048,
                256..384 => 3072,
                384..512 => 7680,
                _ => 15_360,
            };
            (format!("EC {bits}"), as_rsa)
        }
        _ => return None,
    })
}

/// Facts of an authentication that is complete.
pub(crate) fn of_established(established: Option<&Established>) -> Facts {
    let mut facts = Facts::new();
    let Some(proved) = established else { return facts };
    let mechanism = match proved.mechanism {
        Mechanism::Ntlm => "ntlm",
        Mechanism::Kerberos => "kerberos",
        Mechanism::CredSsp => "credssp",
    };
    facts.insert("mechanism".to_owned(), mechanism.to_owned());
    facts.insert("mutual".to_owned(), yes(proved.is_mutual));
    facts.insert("cipher".to_owned(), proved.cipher.to_owned());
    if proved.mechanism == Mechanism::Kerberos {
        facts.insert("etype".to_owned(), proved.cipher.to_owned());
    }
    facts
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

/// Keeps what the server's tokens say: flags by their names, which a condition can look for.
pub(crate) fn learn(response: &Response, facts: &mut Facts) {
    let Ok(offered) = challenges(&response.headers, "WWW-Authenticate") else { return };
    let tokens = offered.iter().filter_map(|challenge| challenge.token().ok().flatten());
    for token in tokens {
        let Some(challenge) = challenge_of(&token) else { continue };
        facts.insert("challenge.flags".to_owned(), format!("{:?}", challenge.flags));
        let has_time = challenge.target_info.as_ref().is_some_and(|pairs| pairs.timestamp().is_some());
        facts
            .insert("challenge.timestamp".to_owned(), if has_time { "present" } else { "absent" }.to_owned());
    }
}

/// The CHALLENGE in a token, in SPNEGO or bare.
fn challenge_of(token: &[u8]) -> Option<ntlm::Challenge> {
    if let Ok(challenge) = ntlm::Challenge::from_bytes(token) {
        return Some(challenge);
    }
    let response = negotiate::NegTokenResp::from_bytes(token).ok()?;
    ntlm::Challenge::from_bytes(&response.response_token?).ok()
}
