use std::time::Duration;

use winrm_harness::net::Connection;
use winrm_harness::net::Listener;
use winrm_harness::server::Config;

use crate::support::config;
use crate::support::post;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_listener_serves_two_connections_at_once_and_closes_them_when_it_is_dropped() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    let serving = tokio::spawn(listener.serve(config()));
    let mut first = Connection::connect(&address, PATIENCE).await.unwrap();
    let mut second = Connection::connect(&address, PATIENCE).await.unwrap();
    // Half a request on one does not keep the other waiting.
    let octets = post().encode();
    let (head, rest) = octets.split_at(octets.len() / 2);
    first.send(head).await.unwrap();
    second.send(&octets).await.unwrap();
    assert_eq!(second.receive().await.unwrap().status.0, 401);
    first.send(rest).await.unwrap();
    assert_eq!(first.receive().await.unwrap().status.0, 401);
    serving.abort();
    assert!(serving.await.unwrap_err().is_cancelled());
    assert!(first.is_closed_within(PATIENCE).await && second.is_closed_within(PATIENCE).await);
}

#[tokio::test]
async fn a_listener_serves_as_many_connections_as_the_bound_and_closes_one_more() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    let serving = tokio::spawn(listener.serve(Config { max_connections: 2, ..config() }));
    let mut connections = Vec::new();
    for _ in 0..2 {
        let mut connection = Connection::connect(&address, PATIENCE).await.unwrap();
        connection.send(&post().encode()).await.unwrap();
        assert_eq!(connection.receive().await.unwrap().status.0, 401);
        connections.push(connection);
    }
    let mut one_more = Connection::connect(&address, PATIENCE).await.unwrap();
    assert!(one_more.is_closed_within(PATIENCE).await);
    serving.abort();
}
