//! The sspi crate's acceptor and our initiator: nobody here wrote its reading of the request, nor its seal.

use std::time::Duration;
use std::time::SystemTime;

use sspi::BufferType;
use sspi::DataRepresentation;
use sspi::EncryptionFlags;
use sspi::Kerberos;
use sspi::KerberosConfig;
use sspi::SecurityBuffer;
use sspi::SecurityBufferRef;
use sspi::ServerRequestFlags;
use sspi::Sspi;
use sspi::SspiImpl;
use sspi::kerberos::ServerProperties;

use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::kerberos::tests::minted::*;
use crate::auth::kerberos::*;

/// Octets of its header of a message: 16, the confounder, and 28 that were turned to the front.
const HEADER_LEN: usize = 60;

fn server() -> Kerberos {
    let config = KerberosConfig::new_with_kdc_url("tcp://127.0.0.1:1", "server".to_owned());
    let key = service_key(AES256).octets().to_vec();
    let skew = Duration::from_secs(300);
    let properties = ServerProperties::new(&["HTTP", "server.example.test"], None, skew, Some(key.into()));
    Kerberos::new_server_from_config(config, properties.unwrap()).unwrap()
}

fn accept(server: &mut Kerberos, token: &[u8]) -> Vec<u8> {
    let mut credentials = None;
    let mut input = [SecurityBuffer::new(token.to_vec(), BufferType::Token)];
    let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
    let builder = server
        .accept_security_context()
        .with_credentials_handle(&mut credentials)
        .with_context_requirements(ServerRequestFlags::empty())
        .with_target_data_representation(DataRepresentation::Native)
        .with_input(&mut input)
        .with_output(&mut output);
    SspiImpl::accept_security_context_impl(&mut *server, builder).unwrap().resolve_to_result().unwrap();
    output[0].buffer.clone()
}

/// The library reads the clock itself.
#[expect(clippy::disallowed_methods, reason = "the other side reads the clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn its_acceptor_takes_our_request_and_each_reads_what_the_other_seals() {
    let now = now();
    let minted = Minted { start_time: now - HOUR, end_time: now + HOUR, ..Default::default() };
    let options = InitiatorOptions { encryption_types: vec![AES256], ..Default::default() };
    let given = InitiatorGiven { now: Time { unix_s: now, micros: 1 }, random: random(1) };
    let mut client = Initiator::new(minted.credential(), options, given);
    let mut server = server();
    let Step::Continue(request) = client.step(&[]).unwrap() else { panic!("mutual") };
    let answer = accept(&mut server, &request);
    assert_eq!(client.step(&answer).unwrap(), Step::Complete(None));
    assert!(client.established().unwrap().is_mutual);
    for text in ["", "first", "second"] {
        let mut message = text.as_bytes().to_vec();
        let mut header = client.seal(&mut message).unwrap();
        let mut buffers =
            [SecurityBufferRef::token_buf(&mut header), SecurityBufferRef::data_buf(&mut message)];
        server.decrypt_message(&mut buffers).unwrap();
        assert_eq!(buffers[1].data(), text.as_bytes());

        let (mut header, mut message) = (vec![0; HEADER_LEN], text.as_bytes().to_vec());
        let mut buffers =
            [SecurityBufferRef::token_buf(&mut header), SecurityBufferRef::data_buf(&mut message)];
        server.encrypt_message(EncryptionFlags::empty(), &mut buffers).unwrap();
        client.unseal(&header, &mut message).unwrap();
        assert_eq!(message, text.as_bytes());
    }
}
