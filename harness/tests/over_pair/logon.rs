//! The reference client logs on at the reference server by each scheme, and only as its policy lets it.

use winrm_harness::auth::kerberos::Time;
use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Host;
use winrm_harness::auth::policy::Refusal;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::auth::policy::ServerIdentity;
use winrm_harness::auth::policy::TrustedHosts;
use winrm_harness::auth::policy::Unproven;
use winrm_harness::client::Logon;
use winrm_harness::client::LogonGiven;
use winrm_harness::client::SequenceError;
use winrm_harness::client::Session;
use winrm_harness::client::get_config;
use winrm_harness::pair::Pair;
use winrm_harness::pair::PairError;
use winrm_harness::pair::Secrets;
use winrm_harness::pair::Spelling;
use winrm_harness::server::Config;
use winrm_harness::server::ConnectionId;
use winrm_harness::tls::Channel;
use winrm_harness::tls::TlsChannel;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::config::ConfigType;

use crate::wire::PASSWORD;
use crate::wire::Wire;
use crate::wire::config;
use crate::wire::requests;

const NTLM: ServerIdentity = ServerIdentity::Unverified { why: Unproven::Ntlm };

pub(crate) fn trusting() -> ClientPolicy {
    ClientPolicy::trusting(TrustedHosts::parse("<local>").unwrap())
}

fn careless() -> ClientPolicy {
    ClientPolicy { allow_unencrypted: true, ..trusting() }
}

pub(crate) fn logon(scheme: Scheme, policy: ClientPolicy) -> Logon {
    Logon::new(scheme, "alice", PASSWORD).under(policy)
}

pub(crate) fn given() -> LogonGiven {
    let now = Time { unix_s: 1_700_000_000, micros: 0 };
    LogonGiven::clear(Box::new(|octets| octets.fill(0x42)), now)
}

fn tls() -> Channel {
    let end_point_hash = vec![0xE5; 32];
    Channel::Tls(Box::new(TlsChannel { end_point_hash, ..TlsChannel::default() }))
}

fn try_over(pair: &mut Pair, channel: &Channel, logon: &Logon) -> Result<(ConnectionId, Session), PairError> {
    let connection = pair.connect_over(channel.clone());
    let given = LogonGiven { channel: channel.clone(), ..given() };
    pair.log_on_as(connection, logon, given).map(|session| (connection, session))
}

/// Logs on and asks for something, so that the session is seen to work.
fn over(config: Config, channel: &Channel, logon: &Logon) -> Wire {
    let mut pair = Pair::new(config);
    let (connection, session) = try_over(&mut pair, channel, logon).unwrap();
    let mut wire = Wire { pair, connection, session, exchanges: 0 };
    let (state, outgoing) = get_config::<ConfigType>(requests(60_000), SelectorSet::default());
    state.step(wire.ask(&outgoing)).unwrap();
    wire
}

fn secrets() -> Secrets {
    Secrets::default()
        .and_text("password", PASSWORD)
        .and_octets("hash of the password", &NT_HASH)
        .and_text("SOAP", "http://www.w3.org/2003/05/soap-envelope")
        .and_text("resource", "http://schemas.microsoft.com/wbem/wsman/1/config")
}

/// MD4 of `wonderland` in UTF-16, by OpenSSL: `printf wonderland | iconv -t UTF-16LE | openssl md4 -provider legacy`.
const NT_HASH: [u8; 16] = 0x3e05_7cd1_2320_5aa1_68af_5f12_1716_b335_u128.to_be_bytes();

#[test]
fn sec_10_and_19_over_http_every_envelope_is_sealed_and_no_secret_crosses_the_wire() {
    for scheme in [Scheme::Negotiate, Scheme::Ntlm] {
        let wire = over(config(), &Channel::Clear, &logon(scheme, trusting()));
        assert!(wire.session.seals());
        assert_eq!(wire.session.identity(), NTLM);
        assert_eq!(wire.pair.leaks(&secrets()), [], "{scheme}");
    }
}

#[test]
fn over_tls_envelopes_are_sealed_on_request_alone() {
    for scheme in [Scheme::Negotiate, Scheme::Ntlm] {
        let unsealed = over(config(), &tls(), &logon(scheme, ClientPolicy::default()));
        assert!(!unsealed.session.seals());
        assert_eq!(unsealed.session.identity(), ServerIdentity::Tls);
        assert!(unsealed.pair.leaks(&secrets()).iter().any(|leak| leak.name == "SOAP"));
        let sealing = Logon { seals_in_tls: true, ..logon(scheme, ClientPolicy::default()) };
        let sealed = over(config(), &tls(), &sealing);
        assert!(sealed.session.seals());
        assert_eq!(sealed.session.identity(), ServerIdentity::Tls);
        assert_eq!(sealed.pair.leaks(&secrets()), []);
    }
}

#[test]
fn sec_26_without_trust_or_tls_no_octet_of_ntlm_leaves() {
    for (scheme, policy) in [
        (Scheme::Negotiate, ClientPolicy::default()),
        (Scheme::Ntlm, ClientPolicy::default()),
        (Scheme::Negotiate, ClientPolicy::trusting(TrustedHosts::parse("other, *.test").unwrap())),
    ] {
        let mut pair = Pair::new(config());
        let refused = try_over(&mut pair, &Channel::Clear, &logon(scheme, policy)).err();
        let host = Host::parse("reference").unwrap();
        let refusal = Refusal::UntrustedHost { host, scheme: Scheme::Ntlm };
        assert_eq!(refused, Some(PairError::Sequence(SequenceError::Policy(refusal))));
        assert_eq!(pair.recorded, []);
    }
}

#[test]
fn sec_16_basic_over_http_needs_two_switches_and_else_no_octet_leaves() {
    let server = || Config { basic: true, allow_unencrypted: true, ..config() };
    for policy in [trusting(), ClientPolicy { basic: false, ..careless() }] {
        let mut pair = Pair::new(server());
        let refused = try_over(&mut pair, &Channel::Clear, &logon(Scheme::Basic, policy)).err();
        assert!(matches!(refused, Some(PairError::Sequence(SequenceError::Policy(_)))), "{refused:?}");
        assert_eq!(pair.recorded, []);
    }
    let wire = over(server(), &Channel::Clear, &logon(Scheme::Basic, careless()));
    assert!(!wire.session.seals());
    assert_eq!(wire.session.identity(), ServerIdentity::Unverified { why: Unproven::Basic });
    let leaks = wire.pair.leaks(&secrets());
    assert!(leaks.iter().any(|leak| (leak.name, leak.spelling) == ("password", Spelling::Base64)));
}

#[test]
fn sec_16_a_server_that_offers_only_basic_gets_no_password() {
    let server =
        Config { basic: true, allow_unencrypted: true, negotiate: false, kerberos: false, ..config() };
    let mut pair = Pair::new(server);
    let refused = try_over(&mut pair, &Channel::Clear, &logon(Scheme::Negotiate, careless())).err();
    let refusal = Refusal::NotOffered { scheme: Scheme::Negotiate, offered: vec![Scheme::Basic] };
    assert_eq!(refused, Some(PairError::Sequence(SequenceError::Policy(refusal))));
    assert_eq!(pair.leaks(&secrets()), []);
    let requests = pair.recorded.iter().filter(|recorded| !recorded.from_server).count();
    assert_eq!(requests, 1);
}

#[test]
fn basic_and_certificates_are_free_to_use_inside_tls() {
    let wire =
        over(Config { basic: true, ..config() }, &tls(), &logon(Scheme::Basic, ClientPolicy::default()));
    assert_eq!(wire.session.identity(), ServerIdentity::Tls);
    let logon = logon(Scheme::Certificate, ClientPolicy::default());
    let mut pair = Pair::new(config());
    let certified = LogonGiven { channel: tls(), has_certificate: true, ..given() };
    let connection = pair.connect_over(tls());
    let mut session = pair.log_on_as(connection, &logon, certified).unwrap();
    assert_eq!(session.identity(), ServerIdentity::Tls);
    let request = session.request("<e/>").unwrap();
    let mutual = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";
    assert_eq!(request.headers.text("Authorization"), Some(mutual));
    let without = try_over(&mut pair, &tls(), &logon).err();
    assert_eq!(without, Some(PairError::Sequence(SequenceError::Policy(Refusal::NoCertificate))));
}

#[test]
fn a_wrong_password_is_refused_and_a_wrong_certificate_binding_too() {
    for scheme in [Scheme::Negotiate, Scheme::Ntlm] {
        let wrong = Logon::new(scheme, "alice", "hatter").under(trusting());
        let refused = try_over(&mut Pair::new(config()), &Channel::Clear, &wrong).err();
        assert_eq!(refused, Some(PairError::Sequence(SequenceError::CredentialsRefused)), "{scheme}");
        let mut pair = Pair::new(config());
        let connection = pair.connect_over(tls());
        let end_point_hash = vec![1; 32];
        let elsewhere = Channel::Tls(Box::new(TlsChannel { end_point_hash, ..TlsChannel::default() }));
        let given = LogonGiven { channel: elsewhere, ..given() };
        let refused = pair.log_on_as(connection, &logon(scheme, trusting()), given).err();
        assert_eq!(refused, Some(PairError::Sequence(SequenceError::CredentialsRefused)), "{scheme}");
    }
}

#[test]
fn sec_44_what_is_printed_of_a_logon_has_no_secret() {
    let logon = logon(Scheme::Negotiate, trusting());
    let text = format!("{logon:?} {:?}", try_over(&mut Pair::new(config()), &tls(), &logon).err());
    assert_eq!(secrets().leaks_in(text.as_bytes()), []);
    assert!(text.contains("alice"));
    let wrong = Logon::new(Scheme::Negotiate, "alice", "another password").under(trusting());
    let error = try_over(&mut Pair::new(config()), &Channel::Clear, &wrong).err().unwrap();
    let secrets = Secrets::default().and_text("password", "another password");
    assert_eq!(secrets.leaks_in(format!("{wrong:?} {error:?} {error}").as_bytes()), []);
}
