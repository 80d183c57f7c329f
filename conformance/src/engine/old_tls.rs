//! TLS 1.1, which no library of ours speaks: an offer of it in literal octets, and what a server makes of that.

use winrm_harness::net::Connection;
use winrm_harness::net::NetError;

use crate::engine::link::Patience;
use crate::engine::link::UNBOUNDED;
use crate::engine::link::Unopened;
use crate::engine::observation::AuthEnd;
use crate::subject::EndpointUrl;

/// [RFC 4346 7.4.1.2] A ClientHello of version 1.1 with the cipher suites that servers of its time have. [RFC 4492 5.1]
/// Curves and point formats, or no suite with a curve could be taken; [RFC 5746 3.4] renegotiation_info, which some servers
/// want.
const CLIENT_HELLO: &[u8] = &[
    0x16, 0x03, 0x02, 0x00, 0x58, 0x01, 0x00, 0x00, 0x54, 0x03, 0x02, // record, handshake, version
    0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
    0x00, // random
    0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x76, 0x87, 0x98, 0xA9, 0xBA, 0xCB, 0xDC, 0xED, 0xFE, 0x0F, //
    0x00, // no session
    0x00, 0x10, 0xC0, 0x0A, 0xC0, 0x09, 0xC0, 0x14, 0xC0, 0x13, 0x00, 0x35, 0x00, 0x2F, 0x00, 0x0A, 0x00,
    0xFF, 0x01, 0x00, // no compression
    0x00, 0x1B, // extensions
    0x00, 0x0A, 0x00, 0x08, 0x00, 0x06, 0x00, 0x17, 0x00, 0x18, 0x00, 0x19, // supported_groups
    0x00, 0x0B, 0x00, 0x02, 0x01, 0x00, // ec_point_formats
    0xFF, 0x01, 0x00, 0x01, 0x00, // renegotiation_info
    0x00, 0x17, 0x00, 0x00, // extended_master_secret
];

/// The record of a handshake.
const HANDSHAKE: u8 = 22;
/// The octets of ServerHello's version in its record.
const VERSION_AT: std::ops::Range<usize> = 9..11;

/// Offers TLS 1.1 and says what came of it. The connection is of no use afterwards.
pub(crate) async fn offer(url: &EndpointUrl, patience: Patience<'_>) -> Result<AuthEnd, Unopened> {
    let address = url.authority();
    let asked = async {
        let mut connection = Connection::connect(&address, UNBOUNDED).await?;
        connection.send(CLIENT_HELLO).await?;
        Ok::<_, NetError>(connection.receive_octets().await)
    };
    match patience.cancel.within(patience.wait, asked).await {
        None => {
            Err(Unopened::Lost(format!("no answer to a ClientHello within {} s", patience.wait.as_secs())))
        }
        Some(Err(error)) => Err(Unopened::Lost(error.to_string())),
        Some(Ok(answer)) => Ok(end(&answer.unwrap_or_default())),
    }
}

/// [RFC 5246 E.1] Who doesn't take the version closes the connection, with an alert or without.
fn end(answer: &[u8]) -> AuthEnd {
    if answer.first() != Some(&HANDSHAKE) {
        return AuthEnd::Refused("TLS 1.1 is refused".to_owned());
    }
    match answer.get(VERSION_AT) {
        Some([3, 2]) => AuthEnd::Accepted,
        other => AuthEnd::Broken(format!("a ServerHello of version {other:?} came to a ClientHello of 1.1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lengths_in_the_client_hello_fit() {
        let hello = CLIENT_HELLO;
        let number = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
        assert_eq!(number(3), hello.len() - 5);
        assert_eq!(number(7), hello.len() - 9);
        // Behind the version come random, session, suites and compression.
        let extensions_at = 11 + 32 + 1 + 2 + 16 + 2;
        assert_eq!(number(extensions_at), hello.len() - extensions_at - 2);
    }

    #[test]
    fn an_alert_and_an_end_refuse_and_a_server_hello_of_that_version_accepts() {
        let refused = AuthEnd::Refused("TLS 1.1 is refused".to_owned());
        assert_eq!(end(&[21, 3, 2, 0, 2, 2, 70]), refused);
        assert_eq!(end(&[]), refused);
        assert_eq!(end(&[22, 3, 2, 0, 70, 2, 0, 0, 66, 3, 2]), AuthEnd::Accepted);
        assert!(matches!(end(&[22, 3, 3, 0, 70, 2, 0, 0, 66, 3, 3]), AuthEnd::Broken(_)));
    }
}
