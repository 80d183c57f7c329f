use std::sync::Arc;
use std::time::Duration;

use sspi::SecurityBufferRef;
use sspi::Sspi;
use sspi::kerberos::ServerProperties;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::Random;
use winrm_harness::auth::Role;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::kerberos::Acceptor;
use winrm_harness::auth::kerberos::AcceptorCredentials;
use winrm_harness::auth::kerberos::AcceptorGiven;
use winrm_harness::auth::kerberos::AcceptorPolicy;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::Initiator;
use winrm_harness::auth::kerberos::InitiatorGiven;
use winrm_harness::auth::kerberos::InitiatorOptions;
use winrm_harness::auth::kerberos::KerberosError;
use winrm_harness::auth::kerberos::Key;
use winrm_harness::auth::kerberos::KeyVersion;
use winrm_harness::auth::kerberos::Keytab;
use winrm_harness::auth::kerberos::KeytabEntry;
use winrm_harness::auth::kerberos::Mint;
use winrm_harness::auth::kerberos::MintedTicket;
use winrm_harness::auth::kerberos::NameType;
use winrm_harness::auth::kerberos::PrincipalName;
use winrm_harness::auth::kerberos::Seal;
use winrm_harness::auth::kerberos::Time;

use crate::support::accept;
use crate::support::now_s;
use crate::support::panics;
use crate::support::token;

const AES128: EncryptionType = EncryptionType::AES128_CTS_HMAC_SHA1_96;
const AES256: EncryptionType = EncryptionType::AES256_CTS_HMAC_SHA1_96;

fn name(name: &str) -> PrincipalName {
    PrincipalName {
        realm: "EXAMPLE.TEST".to_owned(),
        components: name.split('/').map(str::to_owned).collect(),
    }
}

fn service_key() -> Key {
    Key::new(AES256, &[0x5E; 32]).unwrap()
}

fn random(seed: u8) -> Random {
    let mut next = seed;
    Box::new(move |octets| {
        octets.fill_with(|| {
            next = next.wrapping_mul(5).wrapping_add(3);
            next
        });
    })
}

fn time() -> Time {
    Time { unix_s: now_s(), micros: 1 }
}

/// A client with a ticket for HTTP/server.example.test.
fn client(session_key: EncryptionType) -> Initiator {
    let mint = Mint { service: name("HTTP/server.example.test"), key: service_key(), key_version: Some(1) };
    let now = time();
    let ticket = MintedTicket {
        session_key,
        ..MintedTicket::new(name("alice"), now.unix_s - 3600, now.unix_s + 3600)
    };
    let credential = mint.strike(&ticket, &mut random(9)).unwrap();
    let options = InitiatorOptions { encryption_types: vec![session_key], ..Default::default() };
    Initiator::new(credential, options, InitiatorGiven { now, random: random(1) })
}

fn our_keys() -> Arc<AcceptorCredentials> {
    let principal = name("HTTP/server.example.test");
    let (name_type, version, key) = (NameType::PRINCIPAL, KeyVersion(1), service_key());
    let entries = vec![KeytabEntry { principal, name_type, timestamp: 0, version, key }];
    Arc::new(AcceptorCredentials::new(Keytab { entries }))
}

fn our_server(keys: &Arc<AcceptorCredentials>) -> Acceptor {
    let given = AcceptorGiven { now: time(), random: random(101) };
    Acceptor::new(Arc::clone(keys), AcceptorPolicy::default(), given)
}

fn library_server() -> sspi::Kerberos {
    let config = sspi::KerberosConfig::new_with_kdc_url("tcp://127.0.0.1:1", "server".to_owned());
    let key = service_key().octets().to_vec();
    let skew = Duration::from_secs(300);
    let properties = ServerProperties::new(&["HTTP", "server.example.test"], None, skew, Some(key.into()));
    sspi::Kerberos::new_server_from_config(config, properties.unwrap()).unwrap()
}

/// Our client and the library's server, which know each other.
fn with_library() -> (Initiator, sspi::Kerberos) {
    let (mut client, mut server) = (client(AES256), library_server());
    let (_, answer) = accept(&mut server, &mut None, &token(client.step(&[]))).unwrap();
    client.step(&answer).unwrap();
    (client, server)
}

fn with_ours() -> (Initiator, Acceptor) {
    let (mut client, mut server) = (client(AES256), our_server(&our_keys()));
    let answer = token(server.step(&token(client.step(&[]))));
    client.step(&answer).unwrap();
    (client, server)
}

fn library_unseals(server: &mut sspi::Kerberos, header: &[u8], message: &[u8]) -> sspi::Result<Vec<u8>> {
    let (mut header, mut message) = (header.to_vec(), message.to_vec());
    let mut buffers = [SecurityBufferRef::token_buf(&mut header), SecurityBufferRef::data_buf(&mut message)];
    server.decrypt_message(&mut buffers)?;
    Ok(buffers[1].data().to_vec())
}

fn we_unseal(server: &mut Acceptor, header: &[u8], message: &[u8]) -> Result<Vec<u8>, AuthError> {
    let mut message = message.to_vec();
    server.unseal(header, &mut message)?;
    Ok(message)
}

/// What `client` makes of a text.
fn sealed(client: &mut Initiator) -> (Vec<u8>, Vec<u8>) {
    let mut message = b"<s:Envelope/>".to_vec();
    (client.seal(&mut message).unwrap(), message)
}

/// Sixteen octets of header, RRC 28, and nothing to turn by it; the same with the largest EC and RRC.
const SHORT: [[u8; 16]; 2] = [
    [5, 4, 6, 0xFF, 0, 0, 0, 0x1C, 0, 0, 0, 0, 0x4D, 0xFF, 0xAD, 0xB2],
    [5, 4, 6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0x4D, 0xFF, 0xAD, 0xB2],
];

#[test]
fn a_wrap_token_without_a_body_is_a_typed_error() {
    for header in SHORT {
        let key = Key::new(AES256, &[0x55; 32]).unwrap();
        let mut ours = Seal::new(&key, Role::Acceptor, true, 1, 0x4DFF_ADB2, random(1)).unwrap();
        let refused = ours.unseal(&header, &mut Vec::new());
        assert!(matches!(refused, Err(AuthError::SealRefused(_))), "{refused:?}");
        let (_, mut server) = with_library();
        assert!(panics(|| library_unseals(&mut server, &header, &[])));
    }
}

#[test]
fn a_wrap_token_that_came_before_is_refused() {
    let (mut client, mut server) = with_ours();
    let (header, message) = sealed(&mut client);
    assert!(we_unseal(&mut server, &header, &message).is_ok());
    let again = we_unseal(&mut server, &header, &message);
    assert!(matches!(again, Err(AuthError::SealSequence { .. })), "{again:?}");

    let (mut client, mut server) = with_library();
    let (header, message) = sealed(&mut client);
    for _ in 0..2 {
        assert_eq!(library_unseals(&mut server, &header, &message).unwrap(), b"<s:Envelope/>");
    }
}

/// A flag without a meaning is nobody's concern; the number and the flag of the subkey are.
#[test]
fn a_wrap_token_with_another_number_or_flag_in_front_is_refused() {
    for (octet, bit) in [(2, 4), (15, 1)] {
        let (mut client, mut server) = with_ours();
        let (mut header, message) = sealed(&mut client);
        header[octet] ^= bit;
        let refused = we_unseal(&mut server, &header, &message);
        assert!(
            matches!(refused, Err(AuthError::SealSequence { .. } | AuthError::SealRefused(_))),
            "{refused:?}"
        );
        let (mut client, mut server) = with_library();
        let (mut header, message) = sealed(&mut client);
        header[octet] ^= bit;
        assert_eq!(library_unseals(&mut server, &header, &message).unwrap(), b"<s:Envelope/>");
    }
}

/// The same token as plain `gss_wrap` has it: confounder, text, copy of the header and checksum in their order.
fn unturned(header: &[u8], message: &[u8]) -> Vec<u8> {
    let (start, turned) = header.split_at(16);
    let (copy_and_checksum, confounder) = turned.split_at(28);
    let mut start = start.to_vec();
    start[6..8].fill(0);
    [&start, confounder, message, copy_and_checksum].concat()
}

#[test]
fn a_wrap_token_that_was_not_turned_is_read() {
    let (mut client, mut server) = with_ours();
    let (header, message) = sealed(&mut client);
    let plain = unturned(&header, &message);
    assert_eq!(we_unseal(&mut server, &plain[..60], &plain[60..]).unwrap(), b"<s:Envelope/>");

    let (mut client, mut server) = with_library();
    let (header, message) = sealed(&mut client);
    let plain = unturned(&header, &message);
    assert!(library_unseals(&mut server, &plain[..60], &plain[60..]).is_err());
    assert_eq!(library_unseals(&mut server, &header, &message).unwrap(), b"<s:Envelope/>");
}

#[test]
fn a_session_key_of_aes128_is_taken() {
    let request = token(client(AES128).step(&[]));
    assert!(our_server(&our_keys()).step(&request).is_ok());
    assert!(accept(&mut library_server(), &mut None, &request).is_err());
    let request = token(client(AES256).step(&[]));
    assert!(accept(&mut library_server(), &mut None, &request).is_ok());
}

#[test]
fn a_request_that_came_on_another_connection_is_a_replay() {
    let request = token(client(AES256).step(&[]));
    let keys = our_keys();
    assert!(our_server(&keys).step(&request).is_ok());
    assert_eq!(our_server(&keys).step(&request), Err(KerberosError::Replay.into()));
    for _ in 0..2 {
        assert!(accept(&mut library_server(), &mut None, &request).is_ok());
    }
}

/// [MS-KILE 3.2.5.8] KERB_AP_OPTIONS_CBT is 0x4000 in four octets, little endian. That ours are is tested in
/// `auth/kerberos/tests/differential.rs`; MIT's acceptor refuses the library's two.
#[test]
fn the_library_still_writes_the_option_for_bindings_in_two_octets() {
    assert_eq!(picky_krb::constants::types::KERB_AP_OPTIONS_CBT, [0x40, 0x00]);
}
