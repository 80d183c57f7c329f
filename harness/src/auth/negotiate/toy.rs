//! A mechanism of a given number of tokens, for the frame around it: Kerberos has one or two, NTLM three.

use crate::auth::AuthError;
use crate::auth::Delegation;
use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::negotiate::MechType;

/// Who sends a toy's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Initiator,
    Acceptor,
}

/// Each side knows how many tokens there are and which is next; each signature has its sender, number and data in it.
pub(super) struct Toy {
    mech: MechType,
    side: Side,
    count: usize,
    next: usize,
    sent: usize,
    received: usize,
    principal: Principal,
    established: Established,
}

impl Toy {
    pub(super) fn new(mech: MechType, side: Side, count: usize) -> Self {
        let is_mutual = count == 2;
        let (mechanism, delegation) = (Mechanism::Kerberos, Delegation::None);
        let principal = Principal { domain: "TOY".to_owned(), user: "alice".to_owned() };
        let established = Established { mechanism, is_mutual, cipher: "toy", delegation };
        Self { mech, side, count, next: 0, sent: 0, received: 0, principal, established }
    }

    pub(super) fn boxed(mech: MechType, side: Side, count: usize) -> Box<dyn SecurityContext> {
        Box::new(Self::new(mech, side, count))
    }

    fn is_complete(&self) -> bool {
        self.next == self.count
    }

    fn expect_complete(&self) -> Result<(), AuthError> {
        if self.is_complete() { Ok(()) } else { Err(AuthError::NotEstablished) }
    }
}

/// A toy's token; the first looks like what it stands for.
pub(super) fn token(mech: &MechType, number: usize) -> Vec<u8> {
    let kind = u8::try_from(number + 1).unwrap();
    if *mech == MechType::NTLM {
        return [b"NTLMSSP\0".as_slice(), &[kind, 0, 0, 0], b"toy"].concat();
    }
    let name = element(Tag::OBJECT_IDENTIFIER, MechType::KERBEROS.as_octets());
    element(Tag::APPLICATION_0, &[name.as_slice(), &[kind, 0]].concat())
}

/// A toy's signature.
pub(super) fn mic(sender: Side, number: usize, data: &[u8]) -> Vec<u8> {
    [format!("{sender:?}{number}").as_bytes(), data].concat()
}

impl SecurityContext for Toy {
    fn step(&mut self, received: &[u8]) -> Result<Step, AuthError> {
        if self.is_complete() {
            return Err(AuthError::Finished);
        }
        let is_first_call = self.side == Side::Initiator && self.next == 0;
        let expected = if is_first_call { Vec::new() } else { token(&self.mech, self.next) };
        if received != expected {
            self.next = usize::MAX;
            return Err(AuthError::WrongPassword);
        }
        self.next += usize::from(!is_first_call);
        if self.is_complete() {
            return Ok(Step::Complete(None));
        }
        let answer = token(&self.mech, self.next);
        self.next += 1;
        Ok(if self.is_complete() { Step::Complete(Some(answer)) } else { Step::Continue(answer) })
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.sign(message)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        self.verify(header, message)
    }

    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        self.expect_complete()?;
        self.sent += 1;
        Ok(mic(self.side, self.sent - 1, data))
    }

    fn verify(&mut self, found: &[u8], data: &[u8]) -> Result<(), AuthError> {
        self.expect_complete()?;
        let sender = if self.side == Side::Initiator { Side::Acceptor } else { Side::Initiator };
        if found != mic(sender, self.received, data) {
            return Err(AuthError::SignatureWrong);
        }
        self.received += 1;
        Ok(())
    }

    fn principal(&self) -> Option<&Principal> {
        (self.is_complete() && self.side == Side::Acceptor).then_some(&self.principal)
    }

    fn established(&self) -> Option<&Established> {
        self.is_complete().then_some(&self.established)
    }
}
