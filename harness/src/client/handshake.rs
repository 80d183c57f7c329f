use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::auth::AuthError;
use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::policy::Choice;
use crate::auth::policy::Refusal;
use crate::auth::policy::Scheme;
use crate::client::SequenceError;
use crate::client::Session;
use crate::encryption::Protocol;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::Challenge;
use crate::http::challenge::ChallengeError;
use crate::http::challenge::challenges;
use crate::limits::HANDSHAKE_LEGS_MAX;

/// Where the requests of a connection go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The `Host` header: host and port.
    pub host: String,
    /// The path, usually `/wsman`.
    pub path: String,
}

impl Endpoint {
    /// An empty POST, which is what a client sends until it is authenticated: never SOAP in clear.
    #[must_use]
    pub fn post(&self) -> Request {
        Request::new("POST", self.path.clone())
            .with_header("Host", self.host.clone())
            .with_header("User-Agent", "winrm-harness")
    }
}

/// A handshake that waits for the server's next token.
///
/// No request of it has a body: SOAP leaves when it is over, never on the way.
pub struct ExpectToken {
    endpoint: Endpoint,
    protocol: Protocol,
    context: Box<dyn SecurityContext>,
    /// What the policy allowed, if somebody asked it.
    choice: Option<Choice>,
    /// Whether our side is done and only the server's word is missing.
    is_complete: bool,
    /// Requests that went out.
    legs: usize,
}

/// What a response of a handshake leads to.
#[expect(
    clippy::large_enum_variant,
    reason = "its receiver takes it apart at once; a box would be an allocation for nothing"
)]
pub enum HandshakeStep {
    /// Send this and wait.
    Send(ExpectToken, Request),
    /// The connection is authenticated.
    Done(Session),
}

impl ExpectToken {
    /// Begins a handshake under the scheme of `protocol`, which leads to a session that seals. No policy is asked; a
    /// [`Logon`](crate::client::Logon) does that.
    pub fn begin(
        endpoint: Endpoint,
        protocol: Protocol,
        mut context: Box<dyn SecurityContext>,
    ) -> Result<(Self, Request), SequenceError> {
        let (token, is_complete) = match context.step(&[])? {
            Step::Continue(token) => (token, false),
            Step::Complete(token) => (token.unwrap_or_default(), true),
        };
        let request = with_token(&endpoint, &protocol, &token);
        Ok((Self { endpoint, protocol, context, choice: None, is_complete, legs: 1 }, request))
    }

    /// The same handshake, held to what the policy allowed.
    pub(super) fn held_to(self, choice: Choice) -> Self {
        Self { choice: Some(choice), ..self }
    }

    /// Takes the server's answer.
    pub fn step(mut self, response: &Response) -> Result<HandshakeStep, SequenceError> {
        let offered = challenges(&response.headers, "WWW-Authenticate")?;
        let token = token_of(&offered, self.protocol.scheme())?;
        match (response.status, token) {
            (Status::UNAUTHORIZED, None) => {
                let refusal = refused(&offered, &self.protocol);
                if self.protocol != Protocol::CredSsp || refusal != SequenceError::CredentialsRefused {
                    return Err(refusal);
                }
                // After the client's last flight of TLS 1.3 the server has nothing to say, and says that.
                match self.context.step(&[]) {
                    Ok(Step::Continue(token)) if !self.is_complete && !token.is_empty() => self.send(&token),
                    _ => Err(refusal),
                }
            }
            (Status::UNAUTHORIZED, Some(token)) if self.is_complete => Err(self.refused_with(&token)),
            (Status::UNAUTHORIZED, Some(token)) => match self.context.step(&token)? {
                Step::Continue(token) => self.send(&token),
                Step::Complete(Some(token)) => Self { is_complete: true, ..self }.send(&token),
                // [RFC 4559 5] The last token comes with the success: with a 401 it is a refusal all the same.
                Step::Complete(None) => Err(SequenceError::CredentialsRefused),
            },
            (Status::OK, Some(token)) => match self.context.step(&token)? {
                Step::Complete(None) => self.finish(),
                _ => Err(SequenceError::UnexpectedStatus { expected: "a 401", found: response.status }),
            },
            (Status::OK, None) if self.is_complete => self.finish(),
            (Status::OK, None) => Err(SequenceError::NoToken),
            (found, _) => Err(SequenceError::UnexpectedStatus { expected: "401 or 200", found }),
        }
    }

    fn send(self, token: &[u8]) -> Result<HandshakeStep, SequenceError> {
        if self.legs >= HANDSHAKE_LEGS_MAX {
            return Err(SequenceError::TooManyLegs { legs_max: HANDSHAKE_LEGS_MAX });
        }
        let request = with_token(&self.endpoint, &self.protocol, token);
        Ok(HandshakeStep::Send(Self { legs: self.legs + 1, ..self }, request))
    }

    fn finish(self) -> Result<HandshakeStep, SequenceError> {
        let Self { endpoint, protocol, context, choice, .. } = self;
        let Some(choice) = choice else {
            return Ok(HandshakeStep::Done(Session::sealing(endpoint, protocol, context)));
        };
        require_allowed(&choice, context.established())?;
        if !choice.protection.seals() {
            let established = context.established().cloned();
            return Ok(HandshakeStep::Done(Session::of_connection(endpoint, established)));
        }
        let identity = choice.identity(context.established());
        Ok(HandshakeStep::Done(Session::sealing(endpoint, protocol, context).known_as(identity)))
    }

    /// What a server says after our last token may say why: CredSSP has a status there.
    fn refused_with(mut self, token: &[u8]) -> SequenceError {
        match self.context.step(token) {
            Ok(_) | Err(AuthError::Finished) => SequenceError::CredentialsRefused,
            Err(error) => error.into(),
        }
    }
}

/// [RFC 4559 4.2] Kerberos has to have proved the server, and nothing that was not allowed has to have proved us.
fn require_allowed(choice: &Choice, proved: Option<&Established>) -> Result<(), SequenceError> {
    let Some(proved) = proved else {
        // Only NTLM has nothing to say for itself.
        let is_ntlm = choice.mechanisms.contains(&Mechanism::Ntlm);
        return if is_ntlm { Ok(()) } else { Err(SequenceError::NotMutual) };
    };
    let is_allowed = match choice.scheme {
        Scheme::CredSsp => proved.mechanism == Mechanism::CredSsp,
        _ => choice.mechanisms.contains(&proved.mechanism),
    };
    if !is_allowed {
        return Err(AuthError::WrongMechanism.into());
    }
    match proved.is_mutual || proved.mechanism == Mechanism::Ntlm {
        true => Ok(()),
        false => Err(SequenceError::NotMutual),
    }
}

/// A 401 without a token. One that offers the scheme again refuses the user; one that doesn't has never known it.
fn refused(offered: &[Challenge], protocol: &Protocol) -> SequenceError {
    let name = protocol.scheme();
    if offered.is_empty() || offered.iter().any(|challenge| challenge.is(name)) {
        return SequenceError::CredentialsRefused;
    }
    let scheme = Scheme::offered_as(name).unwrap_or_default();
    let offered = offered.iter().filter_map(|challenge| Scheme::offered_as(&challenge.scheme)).collect();
    Refusal::NotOffered { scheme, offered }.into()
}

fn with_token(endpoint: &Endpoint, protocol: &Protocol, token: &[u8]) -> Request {
    let authorization = format!("{} {}", protocol.scheme(), STANDARD.encode(token));
    endpoint.post().with_header("Authorization", authorization)
}

/// The token behind the scheme in the WWW-Authenticate headers, whichever line it stands on and whatever stands around it.
/// Two tokens for one handshake are none.
fn token_of(offered: &[Challenge], scheme: &str) -> Result<Option<Vec<u8>>, SequenceError> {
    let mut found = Vec::new();
    for challenge in offered.iter().filter(|challenge| challenge.is(scheme)) {
        found.extend(challenge.token()?.filter(|token| !token.is_empty()));
    }
    match found.len() {
        0 | 1 => Ok(found.pop()),
        found => Err(ChallengeError::NotOne { found }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Delegation;
    use crate::auth::Principal;
    use crate::auth::policy::ServerIdentity;
    use crate::auth::policy::Unproven;

    /// Has something to say so often, and has proved that then.
    struct Chatter {
        legs: usize,
        proved: Option<Established>,
    }

    impl SecurityContext for Chatter {
        fn step(&mut self, _token: &[u8]) -> Result<Step, AuthError> {
            let Some(left) = self.legs.checked_sub(1) else { return Ok(Step::Complete(None)) };
            self.legs = left;
            Ok(Step::Continue(vec![7]))
        }

        fn seal(&mut self, _message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
            Err(AuthError::NotEstablished)
        }

        fn unseal(&mut self, _header: &[u8], _message: &mut Vec<u8>) -> Result<(), AuthError> {
            Err(AuthError::NotEstablished)
        }

        fn principal(&self) -> Option<&Principal> {
            None
        }

        fn established(&self) -> Option<&Established> {
            self.proved.as_ref()
        }
    }

    fn begin(legs: usize, proved: Option<Established>) -> ExpectToken {
        let endpoint = Endpoint { host: "h:5985".to_owned(), path: "/wsman".to_owned() };
        ExpectToken::begin(endpoint, Protocol::Kerberos, Box::new(Chatter { legs, proved })).unwrap().0
    }

    fn answer(status: Status) -> Response {
        Response::new(status).with_header("WWW-Authenticate", "Kerberos Bw==")
    }

    /// Requests of a handshake whose client has so much to say.
    fn legs_of(legs: usize) -> Result<usize, SequenceError> {
        let mut state = begin(legs, None);
        for count in 1.. {
            let status = if count < legs { Status::UNAUTHORIZED } else { Status::OK };
            match state.step(&answer(status))? {
                HandshakeStep::Send(next, _) => state = next,
                HandshakeStep::Done(_) => return Ok(count),
            }
        }
        Ok(0)
    }

    #[test]
    fn a_handshake_on_the_bound_ends_and_one_past_it_is_given_up() {
        assert_eq!(legs_of(HANDSHAKE_LEGS_MAX), Ok(HANDSHAKE_LEGS_MAX));
        let given_up = SequenceError::TooManyLegs { legs_max: HANDSHAKE_LEGS_MAX };
        assert_eq!(legs_of(HANDSHAKE_LEGS_MAX + 1), Err(given_up));
    }

    fn finish(
        mechanisms: &[Mechanism],
        proved: Option<(Mechanism, bool)>,
    ) -> Result<ServerIdentity, SequenceError> {
        let choice = Choice {
            scheme: Scheme::Negotiate,
            mechanisms: mechanisms.to_vec(),
            protection: crate::auth::policy::Protection::Sealed,
            delegates: false,
        };
        let proved = proved.map(|(mechanism, is_mutual)| {
            let delegation = Delegation::None;
            Established { mechanism, is_mutual, cipher: "a cipher", delegation }
        });
        match begin(1, proved).held_to(choice).step(&answer(Status::OK))? {
            HandshakeStep::Done(session) => Ok(session.identity()),
            HandshakeStep::Send(..) => Err(SequenceError::NoToken),
        }
    }

    #[test]
    fn only_what_was_allowed_may_have_proved_the_user_and_kerberos_has_to_be_mutual() {
        let (kerberos, ntlm) = (Mechanism::Kerberos, Mechanism::Ntlm);
        let unverified = Ok(ServerIdentity::Unverified { why: Unproven::Ntlm });
        assert_eq!(finish(&[kerberos, ntlm], Some((kerberos, true))), Ok(ServerIdentity::Kerberos));
        assert_eq!(finish(&[kerberos, ntlm], Some((ntlm, false))), unverified);
        assert_eq!(finish(&[kerberos], Some((kerberos, false))), Err(SequenceError::NotMutual));
        let wrong = Err(SequenceError::Auth(AuthError::WrongMechanism));
        assert_eq!(finish(&[kerberos], Some((ntlm, false))), wrong);
        assert_eq!(finish(&[ntlm], Some((Mechanism::CredSsp, true))), wrong);
        assert_eq!(finish(&[kerberos], None), Err(SequenceError::NotMutual));
    }
}
