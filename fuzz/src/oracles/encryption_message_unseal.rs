//! A sealed body opens to what was sealed or not at all, whatever is done to it on its way.
//!
//! The first octet says how the rest is read: even, as the body itself; odd, as a plaintext and what to do to the body
//! that seals it.

use winrm_harness::auth::AuthError;
use winrm_harness::auth::Principal;
use winrm_harness::auth::Role;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::ntlm::ExportedSessionKey;
use winrm_harness::auth::ntlm::NegotiateFlags;
use winrm_harness::auth::ntlm::Seal;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::encryption::ToleranceSet;

use crate::allocation::within;

/// The Content-Type of all bodies here.
pub const CONTENT_TYPE: &[u8] =
    br#"multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary""#;
/// What the peer with the key has sealed, in this order. Nothing else may ever come out.
pub const ORIGINALS: [&str; 2] = ["<s:Envelope>one</s:Envelope>", "<s:Envelope>and another</s:Envelope>"];

/// Octets that decoding and unsealing may allocate for each octet of input.
const FACTOR: usize = 16;
/// Changes to one body.
const CHANGES_MAX: usize = 8;

/// The oracle.
pub fn encryption_message_unseal(input: &[u8]) {
    judge(input, &|| Box::new(Session::new(Role::Acceptor)));
}

/// The oracle over any receiver, so that a test can show a careless one being found.
pub fn judge(input: &[u8], receiver: &dyn Fn() -> Box<dyn SecurityContext>) {
    match input.split_first() {
        Some((mode, body)) if mode % 2 == 0 => {
            judge_body(body, &mut *receiver(), &ORIGINALS.map(str::as_bytes));
        }
        Some((mode, rest)) => judge_changed(*mode, rest, receiver),
        None => {}
    }
}

/// A sealed body of the peer with the key.
#[must_use]
pub fn sealed(plaintexts: &[&[u8]], form: Form) -> Vec<u8> {
    let mut sender = Session::new(Role::Initiator);
    let seal = |plaintext: &&[u8]| {
        let sealed = EncryptedMessage::seal(&mut sender, Protocol::Spnego, Charset::Utf8, plaintext.to_vec());
        match sealed {
            Ok(message) => message.encode(form),
            Err(error) => panic!("a message cannot be sealed: {error}"),
        }
    };
    plaintexts.iter().flat_map(seal).collect()
}

fn judge_body(body: &[u8], receiver: &mut dyn SecurityContext, originals: &[&[u8]]) {
    let opened = within(FACTOR, body.len(), || open(body, receiver));
    for (opened, original) in opened.iter().zip(originals) {
        assert_eq!(opened, original, "something opened that nobody sealed");
    }
    assert!(opened.len() <= originals.len(), "more opened than was sealed");
}

/// The plaintexts up to the first error, after which the receiver may not be of use for anything but what is next.
fn open(body: &[u8], receiver: &mut dyn SecurityContext) -> Vec<Vec<u8>> {
    let mut opened = Vec::new();
    let Ok(messages) = EncryptedMessage::decode_all(CONTENT_TYPE, body, ToleranceSet::ALL) else {
        return opened;
    };
    for message in messages {
        match message.and_then(|message| message.unseal(receiver)) {
            Ok(unsealed) => opened.push(unsealed.plaintext),
            Err(_) => break,
        }
    }
    opened
}

/// Seals, changes some octets, and opens: unchanged it has to open, and afterwards a refused body has changed nothing
/// that an intruder could not change anyway.
fn judge_changed(mode: u8, rest: &[u8], receiver: &dyn Fn() -> Box<dyn SecurityContext>) {
    let form = Form {
        tab: mode & 2 == 0,
        spaced_boundary: mode & 4 != 0,
        crlf_before_close: mode & 8 != 0,
        crlf_after_close: mode & 16 != 0,
    };
    let (count, rest) = rest.split_first().map_or((0, rest), |(count, rest)| (usize::from(*count), rest));
    let changes_len = count.min(CHANGES_MAX).saturating_mul(3).min(rest.len());
    let (changes, plaintext) = rest.split_at_checked(changes_len).unwrap_or((&[], rest));
    let body = sealed(&[plaintext], form);
    let changed = change(&body, changes);
    let opened = open(&changed, &mut *receiver());
    match opened.as_slice() {
        [] => assert_ne!(changed, body, "an unchanged body does not open"),
        [opened] => assert_eq!(opened, plaintext, "a changed body opens to something else"),
        _ => panic!("more opened than was sealed"),
    }
    let mut receiver = receiver();
    let refused = open(&changed, &mut *receiver).is_empty();
    let replayed = open(&body, &mut *receiver);
    assert!(refused || replayed.is_empty(), "a message was opened twice");
    assert!(replayed.is_empty() || replayed == [plaintext], "the genuine body opens to something else");
    let messages = EncryptedMessage::decode_all(CONTENT_TYPE, &changed, ToleranceSet::ALL);
    let is_framed = messages.is_ok_and(|mut messages| messages.next().is_some_and(|message| message.is_ok()));
    assert!(is_framed || !refused || !replayed.is_empty(), "a body that is no message ended the session");
}

/// Each change is an offset of two octets and a mask; a mask of 0 cuts the body there.
fn change(body: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut changed = body.to_vec();
    for change in changes.as_chunks::<3>().0 {
        let [high, low, mask] = *change;
        let offset = usize::from(u16::from_be_bytes([high, low])) % changed.len().max(1);
        if mask == 0 {
            changed.truncate(offset);
        } else if let Some(octet) = changed.get_mut(offset) {
            *octet ^= mask;
        }
    }
    changed
}

/// An established session with a key that everybody here knows.
pub struct Session(Seal);

impl Session {
    /// One side of the session.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self(Seal::new(&ExportedSessionKey([0x55; 16]), NegotiateFlags::FULL_STRENGTH, role))
    }
}

impl SecurityContext for Session {
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
