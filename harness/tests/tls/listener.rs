use std::sync::Arc;

use rustls::ClientConfig;
use rustls::ClientConnection;
use rustls::HandshakeKind;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use winrm_harness::net::Connection;
use winrm_harness::net::Listener;
use winrm_harness::net::NetError;
use winrm_harness::server::Config;
use winrm_harness::tls::Channel;
use winrm_harness::tls::ServerTls;

use crate::support::Authority;
use crate::support::PATIENCE;
use crate::support::identifies;
use crate::support::identify;
use crate::support::serve;
use crate::support::serve_as;
use crate::support::server_params;

#[tokio::test]
async fn one_server_listens_in_clear_and_over_tls() {
    let authority = Authority::new("authority");
    let tls = ServerTls::new(authority.issue(&server_params()).identity());
    let http = Listener::bind("127.0.0.1:0").await.unwrap();
    let https = Listener::bind_tls("127.0.0.1:0", tls).await.unwrap();
    let in_clear = http.local_address().unwrap().to_string();
    let over_tls = https.local_address().unwrap().to_string();
    let config = Config { max_connections: 2, ..Config::default() };
    let serving = tokio::spawn(Listener::serve_all(vec![http, https], config));
    let mut first = Connection::connect(&in_clear, PATIENCE).await.unwrap();
    assert!(identifies(&mut first).await);
    assert_eq!(first.channel(), &Channel::Clear);
    let mut second = Connection::connect_tls(&over_tls, &authority.trusted(), PATIENCE).await.unwrap();
    assert!(identifies(&mut second).await);
    // It is one server: connections of both addresses count.
    let mut third = Connection::connect(&in_clear, PATIENCE).await.unwrap();
    assert!(third.is_closed_within(PATIENCE).await);
    serving.abort();
    assert!(serving.await.unwrap_err().is_cancelled());
    assert!(first.is_closed_within(PATIENCE).await && second.is_closed_within(PATIENCE).await);
}

#[tokio::test]
async fn http_at_the_port_of_https_ends_and_the_server_goes_on() {
    let authority = Authority::new("authority");
    let address = serve_as(authority.issue(&server_params()).identity()).await;
    let mut wrong = Connection::connect(&address, PATIENCE).await.unwrap();
    wrong.send(&identify().encode()).await.unwrap();
    // The answer is an alert, which is no HTTP.
    let answered = wrong.receive().await.unwrap_err();
    assert!(matches!(answered, NetError::Http(_) | NetError::Closed { .. }), "{answered}");
    let mut right = Connection::connect_tls(&address, &authority.trusted(), PATIENCE).await.unwrap();
    assert!(identifies(&mut right).await);
}

#[tokio::test]
async fn a_client_hello_at_the_port_of_http_is_a_bad_request() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    let serving = tokio::spawn(listener.serve(Config::default()));
    let mut connection = Connection::connect(&address, PATIENCE).await.unwrap();
    let config = resuming(&Authority::new("authority"), &rustls::version::TLS13);
    let mut client = ClientConnection::new(config, ServerName::try_from("127.0.0.1").unwrap()).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    connection.send(&hello).await.unwrap();
    assert_eq!(connection.receive().await.unwrap().status.0, 400);
    assert!(connection.is_closed_within(PATIENCE).await);
    serving.abort();
}

#[tokio::test]
async fn who_does_not_go_on_with_the_handshake_keeps_nobody_waiting() {
    let authority = Authority::new("authority");
    let address = serve_as(authority.issue(&server_params()).identity()).await;
    let mut silent = Connection::connect(&address, PATIENCE).await.unwrap();
    silent.send(&[0x16, 0x03, 0x01]).await.unwrap();
    let mut other = Connection::connect_tls(&address, &authority.trusted(), PATIENCE).await.unwrap();
    assert!(identifies(&mut other).await);
}

#[tokio::test]
async fn each_connection_is_bound_to_the_certificate_that_it_was_shown() {
    let authority = Authority::new("authority");
    let servers = [authority.issue(&server_params()), authority.issue(&server_params())];
    let tls = authority.trusted();
    for _ in 0..2 {
        for server in &servers {
            let address = serve_as(server.identity()).await;
            let connection = Connection::connect_tls(&address, &tls, PATIENCE).await.unwrap();
            let Channel::Tls(channel) = connection.channel() else { panic!("expected TLS") };
            assert_eq!(channel.end_point_hash, server.certificate().sha256());
        }
    }
}

#[tokio::test]
async fn both_sides_know_the_same_channel() {
    let authority = Authority::new("authority");
    let tls = ServerTls::new(authority.issue(&server_params()).identity());
    let listener = Listener::bind_tls("127.0.0.1:0", tls).await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    let trusted = authority.trusted();
    let (client, server) =
        tokio::join!(Connection::connect_tls(&address, &trusted, PATIENCE), listener.accept(PATIENCE));
    assert_eq!(client.unwrap().channel(), server.unwrap().channel());
}

/// A client of rustls' own that would resume.
fn resuming(authority: &Authority, version: &'static rustls::SupportedProtocolVersion) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.issuer.der().clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_protocol_versions(&[version]).unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

#[expect(clippy::disallowed_types, reason = "a client that the harness would not be")]
async fn handshake_kind(address: &str, config: &Arc<ClientConfig>) -> HandshakeKind {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::clone(config));
    let mut stream = connector.connect(name, stream).await.unwrap();
    // Tickets come with the first answer.
    stream.write_all(&identify().encode()).await.unwrap();
    assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    let (_, connection) = stream.get_ref();
    assert_eq!(connection.tls13_tickets_received(), 0);
    connection.handshake_kind().unwrap()
}

#[tokio::test]
async fn no_session_is_resumed() {
    let authority = Authority::new("authority");
    let (address, _) = serve(ServerTls::new(authority.issue(&server_params()).identity())).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let config = resuming(&authority, version);
        for _ in 0..2 {
            assert_eq!(handshake_kind(&address, &config).await, HandshakeKind::Full);
        }
    }
}
