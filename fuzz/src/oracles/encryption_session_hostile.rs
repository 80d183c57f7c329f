//! What a peer sealed on this connection comes out once, in its order, and nothing else does, whatever somebody between the
//! peers does to a whole session of messages.
//!
//! The first octet chooses what protects the session; the rest are operations of three octets each on its messages:
//! flipped, cut, sent again, in another order, taken from another connection or from the other direction, with other
//! lengths, with parts twice, with another message's token.

use winrm_harness::auth::AuthError;
use winrm_harness::auth::Principal;
use winrm_harness::auth::Role;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::ntlm;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::EncryptionError;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::encryption::ToleranceSet;

use crate::allocation::within;
use crate::oracles::encryption_message_unseal::CONTENT_TYPE;

/// What the client seals, in this order.
pub const ORIGINALS: [&str; 4] = [
    "<s:Envelope>one</s:Envelope>",
    "<s:Envelope>two</s:Envelope>",
    "<s:Envelope>a third, which is longer</s:Envelope>",
    "<s:Envelope/>",
];
/// Kinds of sessions: NTLM, and Kerberos with each encryption type.
pub const KINDS: u8 = 6;

/// Octets that the receiver may allocate for each octet that it gets.
const FACTOR: usize = 16;
const OPERATIONS_MAX: usize = 16;
/// The keys of this connection, and of another one of the same user.
const KEYS: [u8; 2] = [0x55, 0x66];
/// The line before the length field.
const DATA: &[u8] = b"application/octet-stream\r\n";
/// What a length field is set to: nothing, part of a token, all, and more than there can be.
const LENGTH_FIELDS: [u32; 8] = [0, 1, 15, 17, 60, 0x7FFF_FFFF, 0x8000_0000, u32::MAX];
/// What Length is set to.
const LENGTHS: [&str; 8] = ["0", "1", "27", "29", "4294967296", "18446744073709551615", "-1", ""];

/// What makes the receiver of a kind of session, so that a test can show a careless one being found.
pub type Receiver = dyn Fn(u8) -> Box<dyn SecurityContext>;

/// The oracle.
pub fn encryption_session_hostile(input: &[u8]) {
    judge(input, &|kind| side(kind, Role::Acceptor, KEYS[0]));
}

/// The oracle over any receiver.
pub fn judge(input: &[u8], receiver: &Receiver) {
    let Some((kind, operations)) = input.split_first() else { return };
    let genuine = bodies(&mut *side(*kind, Role::Initiator, KEYS[0]));
    let mut wire = genuine.clone();
    for operation in operations.as_chunks::<3>().0.iter().take(OPERATIONS_MAX) {
        change(&mut wire, *kind, *operation);
    }
    let mut receiver = receiver(*kind);
    let len = wire.iter().map(Vec::len).sum();
    let opened = within(FACTOR, len, || open(&wire, &mut *receiver));
    for (opened, original) in opened.iter().zip(ORIGINALS) {
        assert_eq!(opened, original.as_bytes(), "something opened that was not sealed as the next message");
    }
    assert!(opened.len() <= ORIGINALS.len(), "more opened than was sealed");
    assert!(wire != genuine || opened.len() == ORIGINALS.len(), "an unchanged session does not open");
}

/// An input of these operations.
#[must_use]
pub fn input_of(kind: u8, operations: &[[u8; 3]]) -> Vec<u8> {
    std::iter::once(kind).chain(operations.iter().flatten().copied()).collect()
}

/// One side of a session whose key is made of one octet.
#[must_use]
pub fn side(kind: u8, role: Role, key: u8) -> Box<dyn SecurityContext> {
    match EncryptionType::KNOWN.get(usize::from(kind % KINDS).wrapping_sub(1)) {
        Some(encryption_type) => Box::new(ByKerberos::new(*encryption_type, role, key)),
        None => Box::new(ByNtlm::new(role, key)),
    }
}

/// The bodies of all originals from this sender.
fn bodies(sender: &mut dyn SecurityContext) -> Vec<Vec<u8>> {
    let seal = |original: &str| {
        let plaintext = original.as_bytes().to_vec();
        match EncryptedMessage::seal(sender, Protocol::Spnego, Charset::Utf8, plaintext) {
            Ok(message) => message.encode(Form::default()),
            Err(error) => panic!("a message cannot be sealed: {error}"),
        }
    };
    ORIGINALS.map(seal).to_vec()
}

/// Everything that opens; what is refused is left behind.
fn open(wire: &[Vec<u8>], receiver: &mut dyn SecurityContext) -> Vec<Vec<u8>> {
    let mut opened = Vec::new();
    for body in wire {
        let Ok(messages) = EncryptedMessage::decode_all(CONTENT_TYPE, body, ToleranceSet::ALL) else {
            continue;
        };
        for message in messages {
            match message.and_then(|message| message.unseal(receiver)) {
                Ok(unsealed) => opened.push(unsealed.plaintext),
                // The seal was genuine and is used up: what came next would open, where both sides hang up.
                Err(EncryptionError::PlaintextLength { .. }) => return opened,
                Err(_) => {}
            }
        }
    }
    opened
}

/// One thing that somebody between the peers does.
fn change(wire: &mut Vec<Vec<u8>>, kind: u8, [what, first, second]: [u8; 3]) {
    let count = wire.len().max(1);
    let (from, to) = (usize::from(first) % count, usize::from(second) % count);
    let original = usize::from(second) % ORIGINALS.len();
    let of = |role, key| bodies(&mut *side(kind, role, key)).swap_remove(original);
    let Some(body) = wire.get_mut(from) else { return };
    match what % 11 {
        0 => flip(body, second),
        1 => body.truncate(body.len().saturating_mul(usize::from(second)) / 256),
        2 => {
            let again = body.clone();
            wire.insert(to, again);
        }
        3 => wire.swap(from, to),
        4 => *body = of(Role::Initiator, KEYS[1]),
        5 => *body = of(Role::Acceptor, KEYS[0]),
        6 => set_length_field(body, chosen(&LENGTH_FIELDS, second)),
        7 => set_length(body, chosen(&LENGTHS, second)),
        8 => *body = twice(body),
        9 => {
            let other = of(Role::Initiator, chosen(&KEYS, second / 16));
            take_token(body, &other);
        }
        _ => drop(wire.remove(from)),
    }
}

/// The lowest bit of an octet, counted from the length field on in steps that reach all of the message.
fn flip(body: &mut [u8], at: u8) {
    let Some(data_at) = data_at(body) else { return };
    let rest = body.get_mut(data_at..).unwrap_or_default();
    let len = rest.len().max(1);
    if let Some(octet) = rest.get_mut(usize::from(at) % len) {
        *octet ^= 1;
    }
}

/// Where the length field is.
fn data_at(body: &[u8]) -> Option<usize> {
    let line_at = body.windows(DATA.len()).position(|window| window == DATA)?;
    Some(line_at.saturating_add(DATA.len()))
}

fn set_length_field(body: &mut [u8], value: u32) {
    let field = data_at(body).and_then(|at| body.get_mut(at..)).and_then(|rest| rest.first_chunk_mut());
    if let Some(field) = field {
        *field = value.to_le_bytes();
    }
}

fn set_length(body: &mut Vec<u8>, value: &str) {
    let name = b"Length=";
    let Some(at) = body.windows(name.len()).position(|window| window == name) else { return };
    let digits_at = at.saturating_add(name.len());
    let rest = body.get(digits_at..).unwrap_or_default();
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
    body.splice(digits_at..digits_at.saturating_add(digits), value.bytes());
}

/// Both parts, and both parts again before the closing delimiter line.
fn twice(body: &[u8]) -> Vec<u8> {
    let close = b"--Encrypted Boundary--\r\n";
    let parts = body.strip_suffix(close).unwrap_or(body);
    [parts, parts, close].concat()
}

/// The length field and the first octets behind it of another message.
fn take_token(body: &mut [u8], other: &[u8]) {
    let (Some(to), Some(from)) = (data_at(body), data_at(other)) else { return };
    let token = other.get(from..).unwrap_or_default();
    let place = body.get_mut(to..).unwrap_or_default();
    place.iter_mut().zip(token).take(20).for_each(|(octet, other)| *octet = *other);
}

/// A session of NTLM.
pub struct ByNtlm(ntlm::Seal);

/// A session of Kerberos.
pub struct ByKerberos(pub kerberos::Seal);

impl ByNtlm {
    fn new(role: Role, key: u8) -> Self {
        let key = ntlm::ExportedSessionKey([key; 16]);
        Self(ntlm::Seal::new(&key, ntlm::NegotiateFlags::FULL_STRENGTH, role))
    }
}

impl ByKerberos {
    /// Its first number is 1.
    #[must_use]
    pub fn new(encryption_type: EncryptionType, role: Role, key: u8) -> Self {
        let octets = vec![key; encryption_type.key_len().unwrap_or_default()];
        let sevens = Box::new(|octets: &mut [u8]| octets.fill(7));
        let key = kerberos::Key::new(encryption_type, &octets);
        match key.and_then(|key| kerberos::Seal::new(&key, role, true, 1, 1, sevens)) {
            Ok(seal) => Self(seal),
            Err(error) => panic!("a session cannot be made: {error}"),
        }
    }
}

impl SecurityContext for ByNtlm {
    fn step(&mut self, _: &[u8]) -> Result<Step, AuthError> {
        Err(AuthError::Finished)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        Ok(self.0.seal(message)?.to_vec())
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        self.0.unseal(header, message)
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }
}

impl SecurityContext for ByKerberos {
    fn step(&mut self, _: &[u8]) -> Result<Step, AuthError> {
        Err(AuthError::Finished)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.0.seal(message)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        self.0.unseal(header, message)
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }
}

/// One of a list, around and around.
fn chosen<T: Copy + Default>(list: &[T], number: u8) -> T {
    list.iter().cycle().nth(usize::from(number)).copied().unwrap_or_default()
}
