use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::client::SequenceError;
use crate::client::Session;
use crate::encryption::Protocol;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::challenges;

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
pub struct ExpectToken {
    endpoint: Endpoint,
    protocol: Protocol,
    context: Box<dyn SecurityContext>,
    /// Whether our side is done and only the server's word is missing.
    is_complete: bool,
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
    /// Begins a handshake under the scheme of `protocol`.
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
        Ok((Self { endpoint, protocol, context, is_complete }, request))
    }

    /// Takes the server's answer.
    pub fn step(mut self, response: &Response) -> Result<HandshakeStep, SequenceError> {
        let token = token_of(response, &self.protocol)?;
        match (response.status, token) {
            (Status::UNAUTHORIZED, None) => Err(SequenceError::CredentialsRefused),
            (Status::UNAUTHORIZED, Some(token)) if !self.is_complete => match self.context.step(&token)? {
                Step::Continue(token) => {
                    let request = with_token(&self.endpoint, &self.protocol, &token);
                    Ok(HandshakeStep::Send(self, request))
                }
                Step::Complete(Some(token)) => {
                    let request = with_token(&self.endpoint, &self.protocol, &token);
                    Ok(HandshakeStep::Send(Self { is_complete: true, ..self }, request))
                }
                Step::Complete(None) => {
                    Ok(HandshakeStep::Done(Session::sealing(self.endpoint, self.protocol, self.context)))
                }
            },
            (Status::OK, token) => {
                if let Some(token) = token {
                    let step = self.context.step(&token)?;
                    if !matches!(step, Step::Complete(None)) {
                        return Err(SequenceError::UnexpectedStatus {
                            expected: "a 401",
                            found: response.status,
                        });
                    }
                } else if !self.is_complete {
                    return Err(SequenceError::NoToken);
                }
                Ok(HandshakeStep::Done(Session::sealing(self.endpoint, self.protocol, self.context)))
            }
            (found, _) => Err(SequenceError::UnexpectedStatus { expected: "401 or 200", found }),
        }
    }
}

fn with_token(endpoint: &Endpoint, protocol: &Protocol, token: &[u8]) -> Request {
    let authorization = format!("{} {}", protocol.scheme(), STANDARD.encode(token));
    endpoint.post().with_header("Authorization", authorization)
}

/// The token behind the scheme in the WWW-Authenticate headers, whichever line it stands on.
fn token_of(response: &Response, protocol: &Protocol) -> Result<Option<Vec<u8>>, SequenceError> {
    let offered = challenges(&response.headers, "WWW-Authenticate")?;
    let Some(challenge) = offered.iter().find(|challenge| challenge.is(protocol.scheme())) else {
        return Ok(None);
    };
    Ok(challenge.token()?.filter(|token| !token.is_empty()))
}
