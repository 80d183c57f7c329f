//! [MS-NLMP 4.2] Cryptographic Values for Validation.

use crate::auth::Role;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::ntlm::crypto::ResponseKey;
use crate::auth::ntlm::*;
use crate::codec::Decode;
use crate::codec::Encode;

const SERVER_CHALLENGE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
const CLIENT_CHALLENGE: [u8; 8] = [0xAA; 8];
const RANDOM_SESSION_KEY: ExportedSessionKey = ExportedSessionKey([0x55; 16]);
const PLAINTEXT: &[u8] = b"P\0l\0a\0i\0n\0t\0e\0x\0t\0";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    let value = |digit: u8| u8::try_from(char::from(digit).to_digit(16).unwrap()).unwrap();
    digits.chunks(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect()
}

/// 4.2.4.3
fn challenge() -> Vec<u8> {
    hex("4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 2400240044000000
         060070170000000f 530065007200760065007200
         02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000")
}

/// 4.2.4.3
fn authenticate() -> Vec<u8> {
    hex("4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000 0800080054000000
         100010005c000000 10001000d8000000 358288e2 0501280a0000000f
         44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200
         86c35097ac9cec102554764a57cccc19 aaaaaaaaaaaaaaaa
         68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
         02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000
         c5dad2544fc9799094ce1ce90bc9d03e")
}

#[test]
fn our_client_makes_the_published_authenticate_octet_by_octet() {
    let mut given = FixedGiven::new(CLIENT_CHALLENGE, RANDOM_SESSION_KEY);
    given.version = Version([5, 1, 0x28, 0x0A, 0, 0, 0, 15]);
    given.workstation = "COMPUTER".to_owned();
    let mut client = FixedInitiator::new(Credential::password("Domain", "User", "Password"), given);
    client.step(&[]).unwrap();
    assert_eq!(client.step(&challenge()), Ok(Step::Complete(Some(authenticate()))));
    let mut message = PLAINTEXT.to_vec();
    let signature = client.seal(&mut message).unwrap();
    assert_eq!(message, hex("54e50165bf1936dc996020c1811b0f06fb5f"));
    assert_eq!(signature, hex("010000007fb38ec5c55d497600000000"));
}

#[test]
fn keys_and_proof_of_ntlmv2_are_the_published_ones() {
    let hash = NtHash::from_password("Password");
    assert_eq!(hash.0[..], hex("a4f49c406510bdcab6824ee7c30fd852"));
    let key = ResponseKey::new(&hash, "User", "Domain");
    let message = Authenticate::from_bytes(&authenticate()).unwrap();
    let (proof, client_challenge) = message.nt_response.split_first_chunk::<16>().unwrap();
    assert_eq!(key.proof(&SERVER_CHALLENGE, client_challenge), *proof);
    let base = key.session_base_key(proof);
    assert_eq!(base.exchange(message.encrypted_session_key().try_into().unwrap()), RANDOM_SESSION_KEY.0);
    assert_eq!(base.into_exported().0[..], hex("8de40ccadbc14a82f15cb0ad0de95ca3"));
    let seal_key = RANDOM_SESSION_KEY.seal_key(message.flags(), Role::Initiator);
    assert_eq!(seal_key[..], hex("59f600973cc4960a25480a7c196e4c58"));
    assert_eq!(RANDOM_SESSION_KEY.sign_key(Role::Initiator)[..], hex("4788dc861b4782f35d43fd98fe1a2d39"));
}

#[test]
fn the_published_messages_decode_and_encode_again() {
    let decoded = Challenge::from_bytes(&challenge()).unwrap();
    assert_eq!(decoded.to_bytes().unwrap(), challenge());
    assert_eq!(decoded.server_challenge, SERVER_CHALLENGE);
    let decoded = Authenticate::from_bytes(&authenticate()).unwrap();
    assert_eq!(decoded.to_bytes().unwrap(), authenticate());
    let response = NtlmV2Response::from_bytes(&decoded.nt_response[16..]).unwrap();
    assert_eq!(response.to_bytes().unwrap(), decoded.nt_response[16..]);
}

/// 4.2.3.4: NTLMv1 there, but from the exported key on the same as ours, with 56 bits and without key exchange.
#[test]
fn a_seal_with_56_bits_and_without_key_exchange_is_the_published_one() {
    let key = ExportedSessionKey(hex("eb93429a8bd952f8b89c55b87f475edc").try_into().unwrap());
    let flags = NegotiateFlags(0x820A_8233);
    assert_eq!(key.seal_key(flags, Role::Initiator)[..], hex("04dd7f014d8504d265a25cc86a3a7c06"));
    assert_eq!(key.sign_key(Role::Initiator)[..], hex("60e799be5c72fc92922ae8ebe961fb8d"));
    let mut client = Seal::new(&key, flags, Role::Initiator);
    let mut server = Seal::new(&key, flags, Role::Acceptor);
    let mut message = PLAINTEXT.to_vec();
    let signature = client.seal(&mut message).unwrap();
    assert_eq!(message, hex("a02372f6530273f3aa1eb90190ce5200c99d"));
    assert_eq!(signature[..], hex("01000000ff2aeb52f681793a00000000"));
    server.unseal(&signature, &mut message).unwrap();
    assert_eq!(message, PLAINTEXT);
}
