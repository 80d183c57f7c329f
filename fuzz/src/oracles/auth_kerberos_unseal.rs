//! A token of Kerberos opens to what was sealed or not at all, whatever its counts say and wherever it is parted.
//!
//! The first octet chooses the encryption type, the second says how long the header is; the rest is the token, header
//! and message. The peer with the key has made two of each type, and no others exist.

use winrm_harness::auth::AuthError;
use winrm_harness::auth::Role;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::Key;
use winrm_harness::auth::kerberos::Seal;

use crate::allocation::within;

/// What the peer has sealed, in this order.
pub const ORIGINALS: [&[u8]; 2] = [b"<s:Envelope>one</s:Envelope>", b"<s:Envelope>and another</s:Envelope>"];
/// The number of the first token.
const FIRST: u64 = 1;
/// Octets that unsealing may allocate for each octet of input.
const FACTOR: usize = 4;

/// How a receiver opens a token, so that a test can show a careless one being found.
pub type Receiver<'a> = dyn FnMut(&[u8], &mut Vec<u8>) -> Result<(), AuthError> + 'a;

/// The oracle.
pub fn auth_kerberos_unseal(input: &[u8]) {
    let Some((kind, _)) = input.split_first() else { return };
    let mut seal = seal(*kind, Role::Acceptor);
    judge(input, &mut |header, message| seal.unseal(header, message));
}

/// The oracle over any receiver that has opened nothing yet.
pub fn judge(input: &[u8], receiver: &mut Receiver<'_>) {
    let [kind, header_len, token @ ..] = input else { return };
    let (header, message) = token.split_at(usize::from(*header_len).min(token.len()));
    let [[first_header, first_message], _] = tokens(*kind);
    let mut opened = message.to_vec();
    let unsealed = within(FACTOR, token.len(), || receiver(header, &mut opened));
    if unsealed.is_ok() {
        assert_eq!(opened, ORIGINALS[0], "something opened that nobody sealed");
    } else {
        assert_eq!(opened, b"", "a refused token leaves something behind");
    }
    let mut opened = first_message;
    let genuine = receiver(&first_header, &mut opened);
    assert_eq!(genuine.is_ok(), unsealed.is_err(), "a token counts once, and one that is refused never");
}

/// Header and message of both tokens under the encryption type that an input names so.
#[must_use]
pub fn tokens(kind: u8) -> [[Vec<u8>; 2]; 2] {
    let mut sender = seal(kind, Role::Initiator);
    ORIGINALS.map(|original| {
        let mut message = original.to_vec();
        match sender.seal(&mut message) {
            Ok(header) => [header, message],
            Err(error) => panic!("a message cannot be sealed: {error}"),
        }
    })
}

/// A token in the spelling of an input.
#[must_use]
pub fn input_of(kind: u8, header_len: u8, token: &[u8]) -> Vec<u8> {
    [&[kind, header_len], token].concat()
}

/// One side of the session.
#[must_use]
pub fn seal(kind: u8, role: Role) -> Seal {
    let types = EncryptionType::KNOWN.iter().cycle();
    let encryption_type = types.copied().nth(usize::from(kind)).unwrap_or(EncryptionType::RC4_HMAC);
    let octets = vec![0x55; encryption_type.key_len().unwrap_or_default()];
    let sevens = Box::new(|octets: &mut [u8]| octets.fill(7));
    match Key::new(encryption_type, &octets).and_then(|key| Seal::new(&key, role, true, FIRST, FIRST, sevens))
    {
        Ok(seal) => seal,
        Err(error) => panic!("a session cannot be made: {error}"),
    }
}
