use crate::auth::AuthError;
use crate::auth::Delegation;
use crate::auth::Established;
use crate::auth::Foresight;
use crate::auth::Mechanism;
use crate::auth::Random;
use crate::auth::Role;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::Seal;

/// A complete context of either side.
pub(crate) struct Session {
    seal: Seal,
    is_sealed: bool,
    established: Established,
}

/// The key of the messages, and where the two counts of them begin.
#[derive(Debug, Clone)]
pub(crate) struct SessionKey {
    pub(crate) key: Key,
    /// Whether the acceptor chose it.
    pub(crate) is_acceptors: bool,
    pub(crate) send: u32,
    pub(crate) receive: u32,
}

impl Session {
    pub(crate) fn new(
        role: Role,
        key: &SessionKey,
        random: Random,
        is_mutual: bool,
        is_sealed: bool,
        delegation: Delegation,
    ) -> Result<Self, AuthError> {
        let (send, receive) = (key.send.into(), key.receive.into());
        let seal = Seal::new(&key.key, role, key.is_acceptors, send, receive, random)?;
        let cipher = key.key.encryption_type().name();
        let established = Established { mechanism: Mechanism::Kerberos, is_mutual, cipher, delegation };
        Ok(Self { seal, is_sealed, established })
    }

    pub(crate) fn established(&self) -> &Established {
        &self.established
    }

    pub(crate) fn seal(&mut self, message: &mut [u8]) -> Result<Vec<u8>, AuthError> {
        self.sealing()?.seal(message)
    }

    pub(crate) fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        self.sealing()?.unseal(header, message)
    }

    /// Works without sealing too: SPNEGO covers its list of mechanisms whatever the messages are protected by.
    pub(crate) fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        self.seal.sign(data)
    }

    pub(crate) fn verify(&mut self, mic: &[u8], data: &[u8]) -> Result<(), AuthError> {
        self.seal.verify(mic, data)
    }

    pub(crate) fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        self.sealing()?.foresee(len)
    }

    fn sealing(&mut self) -> Result<&mut Seal, AuthError> {
        match self.is_sealed {
            true => Ok(&mut self.seal),
            false => Err(AuthError::SealingNotNegotiated),
        }
    }
}

pub(crate) fn fresh_confounder(random: &mut Random) -> [u8; 16] {
    let mut confounder = [0; 16];
    random(&mut confounder);
    confounder
}

/// [RFC 4120 5.3.2] A random start of 30 bits: old peers take a number above 2^31 for a negative one.
pub(crate) fn first_sequence(random: &mut Random) -> u32 {
    let mut octets = [0; 4];
    random(&mut octets);
    u32::from_be_bytes(octets) & 0x3FFF_FFFF
}
