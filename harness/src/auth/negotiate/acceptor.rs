use crate::auth::AuthError;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::negotiate::FirstToken;
use crate::auth::negotiate::MechType;
use crate::auth::negotiate::MechTypes;
use crate::auth::negotiate::NegState;
use crate::auth::negotiate::NegTokenInit;
use crate::auth::negotiate::NegTokenResp;
use crate::auth::negotiate::sniff;
use crate::auth::ntlm;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::TOKEN_BYTES_MAX;

/// The server of one connection under `Negotiate`: takes bare NTLM, or SPNEGO with NTLM inside.
///
/// ```
/// use winrm_harness::auth::SecurityContext;
/// use winrm_harness::auth::Step;
/// use winrm_harness::auth::negotiate;
/// use winrm_harness::auth::ntlm;
///
/// let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", "wonderland")]);
/// let names = ntlm::ServerNames::workgroup("HOST");
/// let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
/// let inner = ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given);
/// let mut server = negotiate::Acceptor::new(inner);
/// let inner = ntlm::Initiator::new(ntlm::Credential::password("", "alice", "wonderland"), None)?;
/// let mut client = negotiate::Initiator::new(inner);
///
/// let Step::Continue(init) = client.step(&[])? else { panic!("a NegTokenInit") };
/// let Step::Continue(challenge) = server.step(&init)? else { panic!("a NegTokenResp with a CHALLENGE") };
/// let Step::Continue(authenticate) = client.step(&challenge)? else { panic!("one with an AUTHENTICATE") };
/// let Step::Complete(Some(last)) = server.step(&authenticate)? else { panic!("the server's mechListMIC") };
/// assert_eq!(client.step(&last)?, Step::Complete(None));
/// # Ok::<(), winrm_harness::auth::AuthError>(())
/// ```
#[derive(Debug)]
pub struct Acceptor {
    inner: ntlm::Acceptor,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    /// Bare NTLM, to the end.
    Bare,
    /// NTLM was chosen; its tokens come in NegTokenResp.
    Wrapped(MechTypes, ListMic),
    Complete,
    Dead,
}

/// Whether the client has to prove which list it sent.
#[derive(Debug, Clone, Copy)]
enum ListMic {
    /// [RFC 4178 5] NTLM is the client's favourite.
    Optional,
    /// [RFC 4178 5] It is not.
    Required,
}

impl Acceptor {
    /// A server around that of NTLM, which has not been used yet.
    pub fn new(inner: ntlm::Acceptor) -> Self {
        Self { inner, state: State::Start }
    }

    fn start(&mut self, token: &[u8]) -> Result<(State, Step), AuthError> {
        let expected = TokenKind::NegTokenInit;
        match sniff(token) {
            FirstToken::Ntlm => Ok((State::Bare, self.inner.step(token)?)),
            FirstToken::Spnego(init) => self.choose(*init),
            FirstToken::Kerberos => Err(AuthError::UnexpectedToken { expected, found: TokenKind::Kerberos }),
            FirstToken::Unknown if token.is_empty() => {
                Err(AuthError::UnexpectedToken { expected, found: TokenKind::Empty })
            }
            // Whatever it was meant to be, this says where it goes wrong.
            FirstToken::Unknown => Err(match NegTokenInit::from_bytes(token) {
                Err(error) => error.into(),
                Ok(_) => AuthError::UnexpectedToken { expected, found: TokenKind::Unknown },
            }),
        }
    }

    /// [RFC 4178 4.2.2] The optimistic token counts only if it is NTLM's, which means that NTLM is first.
    fn choose(&mut self, init: NegTokenInit) -> Result<(State, Step), AuthError> {
        if !init.mech_types.0.contains(&MechType::NTLM) {
            return Err(AuthError::NoCommonMechanism);
        }
        let is_favourite = init.mech_types.0.first() == Some(&MechType::NTLM);
        let (neg_state, list_mic) = match is_favourite {
            true => (NegState::ACCEPT_INCOMPLETE, ListMic::Optional),
            false => (NegState::REQUEST_MIC, ListMic::Required),
        };
        let response_token = match init.mech_token.filter(|_| is_favourite) {
            Some(token) => Some(self.step_inner(&token)?),
            None => None,
        };
        let response = NegTokenResp {
            neg_state: Some(neg_state),
            supported_mech: Some(MechType::NTLM),
            response_token,
            mech_list_mic: None,
        };
        Ok((State::Wrapped(init.mech_types, list_mic), Step::Continue(response.to_bytes()?)))
    }

    /// A step that NTLM must not complete.
    fn step_inner(&mut self, token: &[u8]) -> Result<Vec<u8>, AuthError> {
        match self.inner.step(token)? {
            Step::Continue(challenge) => Ok(challenge),
            Step::Complete(_) => Err(AuthError::Finished),
        }
    }

    fn go_on(
        &mut self,
        mech_types: MechTypes,
        list_mic: ListMic,
        token: &[u8],
    ) -> Result<(State, Step), AuthError> {
        let response = NegTokenResp::from_bytes(token)?;
        if response.neg_state == Some(NegState::REJECT) {
            return Err(AuthError::Rejected);
        }
        let inner_token = response.response_token.unwrap_or_default();
        match self.inner.step(&inner_token)? {
            Step::Continue(challenge) => {
                let answer = NegTokenResp {
                    neg_state: Some(NegState::ACCEPT_INCOMPLETE),
                    response_token: Some(challenge),
                    ..NegTokenResp::default()
                };
                Ok((State::Wrapped(mech_types, list_mic), Step::Continue(answer.to_bytes()?)))
            }
            Step::Complete(_) => self.complete(&mech_types, list_mic, response.mech_list_mic.as_deref()),
        }
    }

    /// [MS-SPNG 3.2.5.1] Verifies the client's mechListMIC and makes our own, then starts both key streams again.
    fn complete(
        &mut self,
        mech_types: &MechTypes,
        list_mic: ListMic,
        found: Option<&[u8]>,
    ) -> Result<(State, Step), AuthError> {
        let mech_list_mic = match (found, list_mic) {
            (None, ListMic::Required) => return Err(AuthError::MechListMicWrong),
            (None, ListMic::Optional) => None,
            (Some(found), _) => {
                let covered = mech_types.to_der();
                let seal = self.inner.seal_for_signing().ok_or(AuthError::NotEstablished)?;
                seal.verify(found, &covered).map_err(|_| AuthError::MechListMicWrong)?;
                let ours = seal.sign(&covered)?.to_vec();
                seal.restart();
                Some(ours)
            }
        };
        let last = NegTokenResp {
            neg_state: Some(NegState::ACCEPT_COMPLETED),
            mech_list_mic,
            ..NegTokenResp::default()
        };
        Ok((State::Complete, Step::Complete(Some(last.to_bytes()?))))
    }

    fn expect_complete(&self) -> Result<(), AuthError> {
        match self.state {
            State::Bare | State::Complete => Ok(()),
            State::Dead => Err(AuthError::Finished),
            State::Start | State::Wrapped(..) => Err(AuthError::NotEstablished),
        }
    }
}

impl SecurityContext for Acceptor {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let state = std::mem::replace(&mut self.state, State::Dead);
        if token.len() > TOKEN_BYTES_MAX {
            return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
        }
        let (state, step) = match state {
            State::Start => self.start(token)?,
            State::Bare => (State::Bare, self.inner.step(token)?),
            State::Wrapped(mech_types, list_mic) => self.go_on(mech_types, list_mic, token)?,
            State::Complete | State::Dead => return Err(AuthError::Finished),
        };
        self.state = state;
        Ok(step)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.expect_complete()?;
        self.inner.seal(message)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        self.expect_complete().inspect_err(|_| message.clear())?;
        self.inner.unseal(header, message)
    }

    fn principal(&self) -> Option<&Principal> {
        self.expect_complete().ok().and_then(|()| self.inner.principal())
    }
}
