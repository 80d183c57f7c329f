//! Stands in until the seals are merged.
use crate::auth::AuthError;
use crate::auth::Random;
use crate::auth::kerberos::Key;
use crate::auth::ntlm::Role;

pub struct Seal;

impl Seal {
    pub fn new(_: &Key, _: Role, _: bool, _: u64, _: u64, _: Random) -> Result<Self, AuthError> {
        Ok(Self)
    }
    pub fn seal(&mut self, _: &mut [u8]) -> Result<Vec<u8>, AuthError> {
        Err(AuthError::NotEstablished)
    }
    pub fn unseal(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<(), AuthError> {
        Err(AuthError::NotEstablished)
    }
    pub fn sign(&mut self, _: &[u8]) -> Result<Vec<u8>, AuthError> {
        Err(AuthError::NotEstablished)
    }
    pub fn verify(&mut self, _: &[u8], _: &[u8]) -> Result<(), AuthError> {
        Err(AuthError::NotEstablished)
    }
}
