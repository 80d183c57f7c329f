use std::fmt;

use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::negotiate::MechType;
use crate::auth::negotiate::MechTypes;
use crate::auth::negotiate::NegTokenResp;
use crate::codec::Decode;
use crate::limits::TOKEN_BYTES_MAX;

/// The mechanism that was chosen, and the list that it was chosen from.
pub(crate) struct Chosen {
    pub(crate) mech: MechType,
    pub(crate) context: Box<dyn SecurityContext>,
    pub(crate) need: ListMic,
    /// What the MICs cover.
    list: Vec<u8>,
}

/// Whether the peer has to prove which list of mechanisms was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListMic {
    Optional,
    Required,
}

/// Whether our own proof is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OurMic {
    Sent,
    NotSent,
}

impl Chosen {
    pub(crate) fn new(
        mech: MechType,
        context: Box<dyn SecurityContext>,
        need: ListMic,
        mech_types: &MechTypes,
    ) -> Self {
        Self { mech, context, need, list: mech_types.to_der() }
    }

    pub(crate) fn sign(&mut self) -> Result<Vec<u8>, AuthError> {
        self.context.sign(&self.list)
    }

    pub(crate) fn verify(&mut self, mic: &[u8]) -> Result<(), AuthError> {
        self.context.verify(mic, &self.list).map_err(|_| AuthError::MechListMicWrong)
    }

    /// [MS-SPNG 3.2.5.1] "This results in the RC4 key state being the same for the mechListMIC and for the first
    /// message signed by the application."
    pub(crate) fn restarted(mut self) -> Box<dyn SecurityContext> {
        self.context.restart();
        self.context
    }
}

impl fmt::Debug for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chosen").field("mech", &self.mech).field("need", &self.need).finish_non_exhaustive()
    }
}

/// Reads a token that is not the first.
///
/// An empty responseToken is none. Old acceptors and initiators repeat responseToken as mechListMIC, which no MIC can
/// equal; that is none either.
pub(crate) fn receive(token: &[u8]) -> Result<NegTokenResp, AuthError> {
    expect_short(token)?;
    let mut response = NegTokenResp::from_bytes(token)?;
    response.response_token = response.response_token.filter(|token| !token.is_empty());
    if response.mech_list_mic == response.response_token {
        response.mech_list_mic = None;
    }
    Ok(response)
}

pub(crate) fn expect_short(token: &[u8]) -> Result<(), AuthError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
    }
    Ok(())
}
