use super::*;
use crate::limits::CREDSSP_PORTION_BYTES_MAX;
use crate::tls::Session;
use crate::tls::SessionError;

fn sealed(context: &mut dyn SecurityContext, text: &[u8]) -> Vec<u8> {
    let mut message = text.to_vec();
    context.seal(&mut message).unwrap();
    message
}

fn unsealed(context: &mut dyn SecurityContext, records: &[u8]) -> Result<Vec<u8>, AuthError> {
    let mut message = records.to_vec();
    let outcome = context.unseal(&[], &mut message);
    assert!(outcome.is_ok() || message.is_empty(), "nothing is left of a message that was refused");
    outcome.map(|()| message)
}

/// [RFC 5288 3] header 5, explicit nonce 8, tag 16; [RFC 8446 5.2] header 5, content type 1, tag 16.
#[test]
fn a_portion_is_one_record_and_what_follows_the_text_is_the_trailer() {
    for (tls, header_len, trailer_len) in [(Versions::Tls12, 13, 16), (Versions::Tls13, 5, 17)] {
        let (mut client, mut server) = established(tls);
        for len in [1, 16_383, CREDSSP_PORTION_BYTES_MAX] {
            let mut message = vec![b'x'; len];
            let header = client.seal(&mut message).unwrap();
            assert_eq!((header.len(), message.len()), (header_len, header_len + len + trailer_len));
            assert!(message.starts_with(&header), "the record is whole");
            let record_len = u16::from_be_bytes([header[3], header[4]]);
            assert_eq!(header[..3], [23, 3, 3]);
            assert_eq!(usize::from(record_len), message.len() - 5);
            server.unseal(&[], &mut message).unwrap();
            assert_eq!(message, vec![b'x'; len]);
        }
        let len = CREDSSP_PORTION_BYTES_MAX + 1;
        let error = CredSspError::PortionTooLong { len, len_max: CREDSSP_PORTION_BYTES_MAX };
        assert_eq!(client.seal(&mut vec![0; len]), Err(error.into()));
        assert_eq!(unsealed(&mut server, &sealed(&mut client, b"goes on")), Ok(b"goes on".to_vec()));
    }
}

#[test]
fn a_text_may_be_spread_over_records() {
    let (mut client, mut server) = established(Versions::Both);
    let records = [sealed(&mut client, b"<s:Enve"), sealed(&mut client, b"lope/>")].concat();
    assert_eq!(unsealed(&mut server, &records), Ok(b"<s:Envelope/>".to_vec()));
}

#[test]
fn nothing_to_seal_is_an_error_and_so_is_nothing_sealed() {
    let empty = Err(CredSspError::Tls(SessionError::Empty).into());
    let (mut client, mut server) = established(Versions::Both);
    assert_eq!(client.seal(&mut Vec::new()), empty.clone().map(|()| Vec::new()));
    assert_eq!(server.unseal(&[], &mut Vec::new()), empty);
}

#[test]
fn every_octet_of_a_record_that_is_changed_ends_the_session() {
    for tls in [Versions::Tls12, Versions::Tls13] {
        let (mut client, _) = established(tls);
        let len = sealed(&mut client, b"<s:Envelope/>").len();
        for place in 0..len {
            let (mut client, mut server) = established(tls);
            let mut records = sealed(&mut client, b"<s:Envelope/>");
            records[place] ^= 1;
            let error = unsealed(&mut server, &records);
            // [RFC 8446 5.1] legacy_record_version of TLS 1.3 "MUST be ignored for all purposes", but is sealed too.
            assert!(error.is_err(), "{place}");
            assert!(unsealed(&mut server, &sealed(&mut client, b"next")).is_err(), "{place}");
        }
    }
}

#[test]
fn records_that_are_cut_repeated_reordered_or_of_another_connection_are_refused() {
    for tls in [Versions::Tls12, Versions::Tls13] {
        let check = |records: &dyn Fn(&mut Initiator) -> Vec<u8>| {
            let (mut client, mut server) = established(tls);
            assert!(unsealed(&mut server, &records(&mut client)).is_err());
        };
        check(&|client| sealed(client, b"text")[..10].to_vec());
        check(&|client| [sealed(client, b"text"), vec![23, 3, 3, 0, 40]].concat());
        check(&|client| sealed(client, b"text").repeat(2));
        check(&|client| {
            let first = sealed(client, b"first");
            [sealed(client, b"second"), first].concat()
        });
        check(&|_| sealed(&mut established(tls).0, b"text"));
        check(&|client| [sealed(client, b"text"), b"--Encrypted Boundary".to_vec()].concat());
    }
}

#[test]
fn a_message_does_not_come_back_as_its_answer() {
    let (mut client, _) = established(Versions::Both);
    let records = sealed(&mut client, b"text");
    assert!(unsealed(&mut client, &records).is_err());
}

/// Records in clear, which TLS would take during a handshake: alert, handshake, change of cipher.
#[test]
fn other_records_than_data_end_the_session() {
    for tls in [Versions::Tls12, Versions::Tls13] {
        for record in [&[21, 3, 3, 0, 2, 1, 0][..], &[22, 3, 3, 0, 4, 0, 0, 0, 0], &[20, 3, 3, 0, 1, 1]] {
            let (_, mut server) = established(tls);
            assert!(unsealed(&mut server, record).is_err(), "{record:?}");
        }
    }
}

#[test]
fn a_token_has_at_most_so_many_records() {
    let (mut client, mut server) = established(Versions::Both);
    let most: Vec<u8> = (1..crate::limits::TLS_TURNS_MAX).flat_map(|_| sealed(&mut client, b"x")).collect();
    assert_eq!(unsealed(&mut server, &most).map(|text| text.len()), Ok(crate::limits::TLS_TURNS_MAX - 1));
    let more: Vec<u8> = (0..crate::limits::TLS_TURNS_MAX).flat_map(|_| sealed(&mut client, b"x")).collect();
    assert_eq!(unsealed(&mut server, &more), Err(CredSspError::Tls(SessionError::TooManyRecords).into()));
}

#[test]
fn a_session_takes_no_data_before_its_handshake() {
    let mut session = Session::server(&server_of(Versions::Both)).unwrap();
    assert_eq!(session.seal(&mut b"x".to_vec()), Err(SessionError::NotEstablished));
    assert!(session.receive(vec![23, 3, 3, 0, 1, 7]).is_err());
    assert_eq!(session.receive(Vec::new()), Err(SessionError::Closed));
}
