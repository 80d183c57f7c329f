use winrm_harness::net::Connection;
use winrm_harness::net::Listener;
use winrm_harness::server::Config;
use winrm_harness::tls::Channel;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::ServerTls;
use winrm_harness::tls::TlsError;
use winrm_harness::tls::Versions;

use crate::support::Authority;
use crate::support::PATIENCE;
use crate::support::answer;
use crate::support::identifies;
use crate::support::refusal;
use crate::support::serve;
use crate::support::server_params;

#[tokio::test]
async fn each_side_may_take_one_version_of_tls_only() {
    let authority = Authority::new("authority");
    let identity = authority.issue(&server_params()).identity();
    let both = Versions::Both;
    let pairs = [
        (both, both, "TLSv1.3"),
        (both, Versions::Tls12, "TLSv1.2"),
        (Versions::Tls12, both, "TLSv1.2"),
        (both, Versions::Tls13, "TLSv1.3"),
        (Versions::Tls13, both, "TLSv1.3"),
    ];
    for (server, client, expected) in pairs {
        let (address, _) = serve(ServerTls { versions: server, ..ServerTls::new(identity.clone()) }).await;
        let tls = ClientTls { versions: client, ..authority.trusted() };
        let mut connection = Connection::connect_tls(&address, &tls, PATIENCE).await.unwrap();
        assert!(identifies(&mut connection).await);
        let Channel::Tls(channel) = connection.channel() else { panic!("expected TLS") };
        assert_eq!(channel.version, expected, "{server} with {client}");
        let suite = if expected == "TLSv1.3" {
            "TLS13_AES_256_GCM_SHA384"
        } else {
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
        };
        assert_eq!(channel.cipher_suite, suite);
    }
}

#[tokio::test]
async fn sides_without_a_version_in_common_say_which_one_they_take() {
    let authority = Authority::new("authority");
    let identity = authority.issue(&server_params()).identity();
    for (server, client) in [(Versions::Tls12, Versions::Tls13), (Versions::Tls13, Versions::Tls12)] {
        let (address, _) = serve(ServerTls { versions: server, ..ServerTls::new(identity.clone()) }).await;
        let tls = ClientTls { versions: client, ..authority.trusted() };
        assert_eq!(refusal(&address, &tls).await, TlsError::NoCommonVersion { expected: client });
    }
}

#[tokio::test]
async fn a_server_that_has_tls_1_0_only_is_refused() {
    // [RFC 5246 7.4.1.3] A ServerHello of version 3.1: no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    let hello = [[0x03, 0x01].as_slice(), &[0x5A; 32], &[0x00, 0x00, 0x2F, 0x00]].concat();
    let record = [[0x16, 0x03, 0x01, 0x00, 0x2A, 0x02, 0x00, 0x00, 0x26].as_slice(), &hello].concat();
    let address = answer(record).await;
    let refused = refusal(&address, &Authority::new("authority").trusted()).await;
    assert_eq!(refused, TlsError::NoCommonVersion { expected: Versions::Both });
    assert_eq!(
        refused.to_string(),
        "expected TLS 1.2 or 1.3, and the peer has only another version: enable it there"
    );
}

#[tokio::test]
async fn a_client_at_the_port_of_http_is_told_so() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    tokio::spawn(listener.serve(Config::default()));
    let refused = refusal(&address, &Authority::new("authority").trusted()).await;
    assert_eq!(refused, TlsError::NotTls);
}
