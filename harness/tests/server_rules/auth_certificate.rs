use winrm_harness::server::Config;
use winrm_harness::tls::Channel;
use winrm_harness::tls::TlsChannel;
use winrm_harness::wsman::config::CertMappingType;
use winrm_harness::wsman::config::Secret;

use crate::auth_support::*;
use crate::support::*;

const PROFILE: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";
const CLIENT: &[u8] = include_bytes!("../../src/tls/certificates/upn_client.der");
const ISSUER: &[u8] = include_bytes!("../../src/tls/certificates/issuer.der");
/// Of the issuer, by `openssl x509 -fingerprint -sha1`.
const THUMBPRINT: &str = "6BF9DA1DEA7BC20DB89E3DED80250755771A8862";

/// A connection whose client has shown its certificate.
fn mutual() -> Channel {
    let Channel::Tls(tls) = tls() else { panic!("a connection in clear") };
    let (client_certificate, client_issuer) = (Some(CLIENT.to_vec()), Some(ISSUER.to_vec()));
    Channel::Tls(Box::new(TlsChannel { client_certificate, client_issuer, ..*tls }))
}

fn mapping(uri: &str, user: &str, password: &str) -> CertMappingType {
    CertMappingType {
        uri: Some(uri.to_owned().into()),
        subject: Some("*".to_owned().into()),
        issuer: Some(THUMBPRINT.to_owned().into()),
        user_name: Some(user.to_owned().into()),
        enabled: Some(true.into()),
        pass_cert_to_plugin: None,
        password: Some(Secret(password.to_owned()).into()),
    }
}

fn mapped(cert_mappings: Vec<CertMappingType>) -> Config {
    Config { certificate: true, cert_mappings, ..config() }
}

/// Status and fault of a request by certificate.
fn create_by(config: Config, channel: Channel) -> (u16, Option<u32>, usize) {
    let mut world = World::new(config);
    let id = world.pair.connect_over(channel);
    let request = plain(&create(SHELL_ID).text()).with_header("Authorization", PROFILE);
    let response = world.exchange(id, &request);
    let code = (!response.body.is_empty()).then(|| Answer::of(&response).code()).flatten();
    (response.status.0, code, world.shells())
}

#[test]
fn a_certificate_that_is_mapped_to_an_account_logs_on_by_each_request() {
    let mut world = World::new(mapped(vec![mapping("*", "alice", "alice-password")]));
    let id = world.pair.connect_over(mutual());
    for _ in 0..2 {
        let request = plain(&create_with("", "").text()).with_header("Authorization", PROFILE);
        assert_eq!(world.exchange(id, &request).status.0, 200);
    }
    assert_eq!(world.exchange(id, &plain(&create_with("", "").text())).status.0, 401, "nothing is kept");
    assert_eq!(world.shells(), 2);
    let mut alice = world.log_on("alice");
    let log = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";
    let selectors = "<w:SelectorSet><w:Selector Name=\"EventRecordID\">1</w:Selector></w:SelectorSet>";
    let get = Ask::new(&format!("{TRANSFER}/Get")).uri(log).block("SelectorSet", selectors);
    assert_eq!(world.ask(&mut alice, &get).texts("Data"), ["alice", "192.0.2.1", "Certificate"]);
}

#[test]
fn a_certificate_without_an_account_is_denied() {
    let fitting = || mapping("*", "alice", "alice-password");
    let off = CertMappingType { enabled: Some(false.into()), ..fitting() };
    for mappings in [
        vec![],
        vec![off],
        vec![mapping("*", "alice", "wrong")],
        vec![mapping("*", "mallory", "alice-password")],
        vec![mapping("http://elsewhere*", "alice", "alice-password")],
        vec![mapping(&format!("{CMD}*"), "alice", "wrong"), fitting()],
        vec![fitting(), mapping("*", "bob", "bob-password")],
    ] {
        assert_eq!(create_by(mapped(mappings.clone()), mutual()), (500, Some(5), 0), "{mappings:?}");
    }
    let longest =
        vec![mapping(&format!("{CMD}*"), "alice", "alice-password"), mapping("*", "alice", "wrong")];
    assert_eq!(create_by(mapped(longest), mutual()).0, 200);
    let ordinary = vec![mapping("*", "carol", "carol-password")];
    assert_eq!(create_by(mapped(ordinary), mutual()), (500, Some(5), 0));
}

#[test]
fn a_certificate_counts_only_over_tls_that_has_one_and_where_it_is_on() {
    let on = || mapped(vec![mapping("*", "alice", "alice-password")]);
    assert_eq!(create_by(on(), Channel::Clear), (401, None, 0));
    assert_eq!(create_by(on(), tls()), (401, None, 0));
    assert_eq!(create_by(Config { certificate: false, ..on() }, mutual()), (401, None, 0));
}

#[test]
fn whoever_has_no_account_is_told_nothing_by_identify_or_an_empty_post() {
    let mut world = World::new(mapped(vec![]));
    let id = world.pair.connect_over(mutual());
    let identify = plain(IDENTIFY).with_header("Authorization", PROFILE);
    let answer = Answer::of(&world.exchange(id, &identify));
    assert_eq!((answer.status, answer.code(), answer.text_of("ProductVersion")), (500, Some(5), None));
    assert_eq!(world.exchange(id, &post().with_header("Authorization", PROFILE)).status.0, 401);
}

#[test]
fn a_certificate_that_the_client_does_not_name_is_not_looked_at() {
    let mut world = World::new(mapped(vec![mapping("*", "alice", "alice-password")]));
    let id = world.pair.connect_over(mutual());
    assert_eq!(world.exchange(id, &plain(&create(SHELL_ID).text())).status.0, 401);
    assert_eq!(world.shells(), 0);
}

/// What only the mutant that is about certificates answers otherwise.
pub(crate) fn probe(config: &Config) -> u16 {
    create_by(Config { certificate: true, ..config.clone() }, mutual()).0
}
