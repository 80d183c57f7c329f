use std::fmt;

use crate::auth::AuthError;
use crate::auth::ChannelBindingPolicy;
use crate::auth::Established;
use crate::auth::Foresight;
use crate::auth::Principal;
use crate::auth::Protection;
use crate::auth::Role;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::TokenKind;
use crate::auth::acceptance::TokenBindings;
use crate::auth::ntlm::Account;
use crate::auth::ntlm::Accounts;
use crate::auth::ntlm::Authenticate;
use crate::auth::ntlm::AvId;
use crate::auth::ntlm::AvPairs;
use crate::auth::ntlm::Challenge;
use crate::auth::ntlm::ExportedSessionKey;
use crate::auth::ntlm::FileTime;
use crate::auth::ntlm::MessageKind;
use crate::auth::ntlm::Negotiate;
use crate::auth::ntlm::NegotiateFlags;
use crate::auth::ntlm::NtHash;
use crate::auth::ntlm::NtlmV2Response;
use crate::auth::ntlm::Seal;
use crate::auth::ntlm::ServerNames;
use crate::auth::ntlm::Version;
use crate::auth::ntlm::WireText;
use crate::auth::ntlm::authenticate::MIC_RANGE;
use crate::auth::ntlm::crypto::ResponseKey;
use crate::auth::ntlm::established::NOTHING_SEALED;
use crate::auth::ntlm::established::sealed_with;
use crate::auth::ntlm::response::PROOF_LEN;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::limits::TOKEN_BYTES_MAX;

/// [MS-NLMP 3.2] The server of one connection.
///
/// It refuses what Windows can be told to refuse: LM, NTLMv1, anonymous logons, less than 128-bit sealing, and a
/// response without MIC.
pub struct Acceptor {
    accounts: Accounts,
    names: ServerNames,
    policy: AcceptorPolicy,
    given: AcceptorGiven,
    state: State,
}

/// What differs from connection to connection and must not be guessable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptorGiven {
    /// The nonce. [MS-NLMP 3.2.5.1.1] It has to be fresh and random for each connection.
    pub server_challenge: [u8; 8],
    /// The time that the CHALLENGE tells.
    pub now: FileTime,
}

/// What an [`Acceptor`] requires beside the password. The default is the strictest that needs no TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcceptorPolicy {
    /// Whether messages have to be sealed.
    pub protection: Protection,
    /// Whether the response has to have a MIC.
    pub mic: MicPolicy,
    /// What the response has to be bound to.
    pub channel_bindings: ChannelBindingPolicy,
}

/// Whether a response without MIC is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MicPolicy {
    /// The response has to have one, as the CHALLENGE has a timestamp.
    #[default]
    Required,
    /// [MS-NLMP 3.2.5.1.2] The response's own flag decides. Old clients (curl) never send one.
    IfPromised,
}

enum State {
    ExpectNegotiate,
    ExpectAuthenticate(Box<Offered>),
    Established(Principal, Box<Seal>, Sealing),
    Dead,
}

/// Whether the peers agreed to seal.
#[derive(Debug, Clone, Copy)]
enum Sealing {
    Agreed(&'static Established),
    NotAgreed,
}

/// The first two messages as they were on the wire, which the MIC covers, and what the second one says.
struct Offered {
    negotiate: Vec<u8>,
    challenge: Vec<u8>,
    flags: NegotiateFlags,
}

/// Flags that an acceptor grants to a client that asks for them.
const GRANTED: NegotiateFlags = NegotiateFlags(
    NegotiateFlags::FULL_STRENGTH.0
        | NegotiateFlags::NTLM.0
        | NegotiateFlags::REQUEST_TARGET.0
        | NegotiateFlags::ALWAYS_SIGN.0
        | NegotiateFlags::KEY_56.0
        | NegotiateFlags::VERSION.0,
);

/// Flags without which there is no NTLMv2 to speak of.
const ALWAYS_REQUIRED: NegotiateFlags =
    NegotiateFlags(NegotiateFlags::UNICODE.0 | NegotiateFlags::EXTENDED_SESSION_SECURITY.0);

impl Acceptor {
    /// A server for one connection.
    pub fn new(accounts: Accounts, names: ServerNames, policy: AcceptorPolicy, given: AcceptorGiven) -> Self {
        Self { accounts, names, policy, given, state: State::ExpectNegotiate }
    }

    fn required_flags(&self) -> NegotiateFlags {
        match self.policy.protection {
            Protection::Sealed => NegotiateFlags::FULL_STRENGTH,
            Protection::Elsewhere => ALWAYS_REQUIRED,
        }
    }

    /// [MS-NLMP 3.2.5.1.1] Server Receives a NEGOTIATE_MESSAGE from the Client
    fn challenge(&self, token: &[u8]) -> Result<(State, Step), AuthError> {
        expect(TokenKind::NtlmNegotiate, token)?;
        let negotiate = Negotiate::from_bytes(token)?;
        require(self.required_flags(), negotiate.flags)?;
        let flags = self.challenge_flags(negotiate.flags);
        let challenge = Challenge {
            flags,
            server_challenge: self.given.server_challenge,
            target_name: WireText::utf16(&self.names.netbios_domain),
            target_info: Some(self.target_info()),
            version: Some(Version::WINDOWS_SERVER_2022),
        };
        let challenge = challenge.to_bytes()?;
        let offered = Offered { negotiate: token.to_vec(), challenge: challenge.clone(), flags };
        Ok((State::ExpectAuthenticate(Box::new(offered)), Step::Continue(challenge)))
    }

    fn challenge_flags(&self, asked: NegotiateFlags) -> NegotiateFlags {
        let target_type = match self.names.netbios_domain == self.names.netbios_computer {
            true => NegotiateFlags::TARGET_TYPE_SERVER,
            false => NegotiateFlags::TARGET_TYPE_DOMAIN,
        };
        let granted = asked.intersection(GRANTED) | NegotiateFlags::NTLM | NegotiateFlags::TARGET_INFO;
        granted | target_type | NegotiateFlags::REQUEST_TARGET
    }

    /// In the order that Windows uses.
    fn target_info(&self) -> AvPairs {
        let mut pairs = AvPairs::default();
        pairs.push_text(AvId::NETBIOS_DOMAIN_NAME, &self.names.netbios_domain);
        pairs.push_text(AvId::NETBIOS_COMPUTER_NAME, &self.names.netbios_computer);
        pairs.push_text(AvId::DNS_DOMAIN_NAME, &self.names.dns_domain);
        pairs.push_text(AvId::DNS_COMPUTER_NAME, &self.names.dns_computer);
        pairs.set(AvId::TIMESTAMP, self.given.now.0.to_le_bytes().to_vec());
        pairs
    }

    /// [MS-NLMP 3.2.5.1.2] Server Receives an AUTHENTICATE_MESSAGE from the Client
    fn authenticate(&self, offered: &Offered, token: &[u8]) -> Result<(State, Step), AuthError> {
        expect(TokenKind::NtlmAuthenticate, token)?;
        let message = Authenticate::from_bytes(token)?;
        let flags = message.flags().intersection(offered.flags);
        refuse_anonymous(&message)?;
        require(self.required_flags(), flags)?;
        let (account, response, exported) = self.prove(&message, flags)?;
        self.check_mic(offered, &message, &response, &exported, token)?;
        self.check_channel_bindings(&response)?;
        let seal = Box::new(Seal::new(&exported, flags, Role::Acceptor));
        let sealing = match flags.contains(NegotiateFlags::SEAL) {
            true => Sealing::Agreed(sealed_with(flags)),
            false => Sealing::NotAgreed,
        };
        Ok((State::Established(account.principal().clone(), seal, sealing), Step::Complete(None)))
    }

    /// Finds the account and checks the proof of its password, and only then reads what the proof covers. An unknown
    /// account costs as much time as a wrong password.
    fn prove(
        &self,
        message: &Authenticate,
        flags: NegotiateFlags,
    ) -> Result<(&Account, NtlmV2Response, ExportedSessionKey), AuthError> {
        let nt_response = message.nt_response.as_slice();
        let old_response = AuthError::OldResponse { nt_response_len: nt_response.len() };
        if nt_response.len() <= OLD_RESPONSE_LEN {
            return Err(old_response);
        }
        let (proof, client_challenge) = nt_response.split_first_chunk::<PROOF_LEN>().ok_or(old_response)?;
        let user = message.user.to_text(flags, "UserName")?;
        let domain = message.domain.to_text(flags, "DomainName")?;
        let account = self.accounts.find(&domain, &user, &self.names);
        let nobody = NtHash([0; 16]);
        let key = ResponseKey::new(account.map_or(&nobody, Account::hash), &user, &domain);
        let proved = key.verify_proof(&self.given.server_challenge, client_challenge, proof);
        let account = account.ok_or(AuthError::UnknownAccount)?;
        if !proved {
            return Err(AuthError::WrongPassword);
        }
        let response = NtlmV2Response::from_bytes(client_challenge)?;
        Ok((account, response, exported_key(message, flags, &key, proof)?))
    }

    /// "If the … MIC … does not match, … fail the authentication"; that the response promises one is required by
    /// policy, because the CHALLENGE always has a timestamp.
    fn check_mic(
        &self,
        offered: &Offered,
        message: &Authenticate,
        response: &NtlmV2Response,
        exported: &ExportedSessionKey,
        token: &[u8],
    ) -> Result<(), AuthError> {
        if !response.av_pairs.promises_mic() {
            return match self.policy.mic {
                MicPolicy::Required => Err(AuthError::MicMissing),
                MicPolicy::IfPromised => Ok(()),
            };
        }
        let mic = message.mic().ok_or(AuthError::MicMissing)?;
        let mut without_mic = token.to_vec();
        without_mic.get_mut(MIC_RANGE).ok_or(AuthError::MicMissing)?.fill(0);
        if !exported.verify_mic([&offered.negotiate, &offered.challenge, &without_mic], &mic) {
            return Err(AuthError::MicWrong);
        }
        Ok(())
    }

    /// [MS-NLMP 3.2.5.1.2] Zeros are the same as none.
    fn check_channel_bindings(&self, response: &NtlmV2Response) -> Result<(), AuthError> {
        let found = response.av_pairs.find(AvId::CHANNEL_BINDINGS).unwrap_or_default();
        match found.iter().all(|octet| *octet == 0) {
            true => self.policy.channel_bindings.check(TokenBindings::Absent),
            false => self.policy.channel_bindings.check(TokenBindings::Hash(found)),
        }
    }

    /// The session's keys even where it does not seal: SPNEGO signs with them.
    fn seal_for_signing(&mut self) -> Result<&mut Seal, AuthError> {
        match &mut self.state {
            State::Established(_, seal, _) => Ok(seal),
            State::Dead => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }

    fn seal_of_session(&mut self) -> Result<&mut Seal, AuthError> {
        match &mut self.state {
            State::Established(_, seal, Sealing::Agreed(_)) => Ok(seal),
            State::Established(_, _, Sealing::NotAgreed) => Err(AuthError::SealingNotNegotiated),
            State::Dead => Err(AuthError::Finished),
            _ => Err(AuthError::NotEstablished),
        }
    }
}

/// Octets of an LM or NTLMv1 response; an NTLMv2 response is longer.
const OLD_RESPONSE_LEN: usize = 24;

fn expect(expected: TokenKind, token: &[u8]) -> Result<(), AuthError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
    }
    match MessageKind::sniff(token) {
        Some(found) if found == expected => Ok(()),
        Some(found) => Err(AuthError::UnexpectedToken { expected, found }),
        None if token.is_empty() => Err(AuthError::UnexpectedToken { expected, found: TokenKind::Empty }),
        None => Err(AuthError::UnexpectedToken { expected, found: TokenKind::Unknown }),
    }
}

fn require(required: NegotiateFlags, flags: NegotiateFlags) -> Result<(), AuthError> {
    if !flags.contains(required) {
        return Err(AuthError::WeakFlags { missing: flags.missing(required) });
    }
    Ok(())
}

/// [MS-NLMP 3.2.5.1.2] No user, no NT response, and an LM response of one zero or nothing.
fn refuse_anonymous(message: &Authenticate) -> Result<(), AuthError> {
    let says_so = message.flags().contains(NegotiateFlags::ANONYMOUS);
    if says_so || message.user.as_octets().is_empty() {
        return Err(AuthError::Anonymous);
    }
    if message.nt_response.is_empty() {
        return Err(AuthError::OldResponse { nt_response_len: 0 });
    }
    Ok(())
}

fn exported_key(
    message: &Authenticate,
    flags: NegotiateFlags,
    key: &ResponseKey,
    proof: &[u8],
) -> Result<ExportedSessionKey, AuthError> {
    let base = key.session_base_key(proof);
    if !flags.contains(NegotiateFlags::KEY_EXCHANGE) {
        return Ok(base.into_exported());
    }
    let encrypted = message.encrypted_session_key();
    let encrypted = encrypted.try_into().map_err(|_| AuthError::SessionKeyLength { len: encrypted.len() })?;
    Ok(ExportedSessionKey(base.exchange(encrypted)))
}

impl SecurityContext for Acceptor {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        let (state, step) = match std::mem::replace(&mut self.state, State::Dead) {
            State::ExpectNegotiate => self.challenge(token)?,
            State::ExpectAuthenticate(offered) => self.authenticate(&offered, token)?,
            State::Established(..) | State::Dead => return Err(AuthError::Finished),
        };
        self.state = state;
        Ok(step)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        Ok(self.seal_of_session()?.seal(message)?.to_vec())
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = self.seal_of_session().and_then(|seal| seal.unseal(header, message));
        unsealed.inspect_err(|_| message.clear())
    }

    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, AuthError> {
        Ok(self.seal_for_signing()?.sign(data)?.to_vec())
    }

    fn verify(&mut self, mic: &[u8], data: &[u8]) -> Result<(), AuthError> {
        self.seal_for_signing()?.verify(mic, data)
    }

    fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        Ok(Foresight::KeyStream(self.seal_of_session()?.key_stream(len)))
    }

    fn restart(&mut self) {
        if let State::Established(_, seal, _) = &mut self.state {
            seal.restart();
        }
    }

    fn principal(&self) -> Option<&Principal> {
        match &self.state {
            State::Established(principal, _, _) => Some(principal),
            _ => None,
        }
    }

    fn established(&self) -> Option<&Established> {
        match &self.state {
            State::Established(_, _, Sealing::Agreed(established)) => Some(established),
            State::Established(_, _, Sealing::NotAgreed) => Some(&NOTHING_SEALED),
            _ => None,
        }
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::ExpectNegotiate => "ExpectNegotiate",
            State::ExpectAuthenticate(_) => "ExpectAuthenticate",
            State::Established(..) => "Established",
            State::Dead => "Dead",
        };
        f.debug_struct("Acceptor")
            .field("state", &state)
            .field("principal", &self.principal())
            .finish_non_exhaustive()
    }
}
