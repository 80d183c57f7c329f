//! The challenges of the Digest scheme in a response.

use crate::auth::AuthError;
use crate::auth::digest::Digest;
use crate::auth::digest::DigestChallenge;
use crate::auth::digest::DigestError;
use crate::client::SequenceError;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::Challenge;
use crate::http::challenge::ChallengeData;
use crate::http::challenge::challenges;

/// Gives `digest` what a 401 asks for.
pub(super) fn take_challenge(digest: &mut Digest, response: &Response) -> Result<(), SequenceError> {
    if response.status != Status::UNAUTHORIZED {
        return Err(SequenceError::UnexpectedStatus { expected: "401", found: response.status });
    }
    let offered = challenges(&response.headers, "WWW-Authenticate")?;
    let of_digest = offered.iter().filter(|challenge| challenge.is("Digest")).map(read);
    match digest.challenge(of_digest) {
        Err(DigestError::Refused) => Err(SequenceError::CredentialsRefused),
        taken => Ok(taken.map_err(AuthError::from)?),
    }
}

fn read(challenge: &Challenge) -> Result<DigestChallenge, DigestError> {
    match &challenge.data {
        ChallengeData::Parameters(parameters) => {
            DigestChallenge::parse(parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        }
        ChallengeData::Empty | ChallengeData::Token68(_) => DigestChallenge::parse([]),
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::AuthError;
    use crate::auth::digest::ClientNonce;
    use crate::auth::digest::Digest;
    use crate::auth::digest::DigestCredential;
    use crate::auth::digest::DigestError;
    use crate::client::Endpoint;
    use crate::client::SequenceError;
    use crate::client::Session;
    use crate::http::Response;
    use crate::http::Status;

    fn session() -> Session {
        let credential = DigestCredential::new("Mufasa", "Circle of Life").unwrap();
        let digest = Digest::new(credential, ClientNonce::new("c").unwrap());
        Session::digest(Endpoint { host: "h:16992".to_owned(), path: "/wsman".to_owned() }, digest)
    }

    fn refusal(challenges: &[&str]) -> Response {
        let plain = Response::new(Status::UNAUTHORIZED);
        challenges.iter().fold(plain, |response, value| response.with_header("WWW-Authenticate", *value))
    }

    fn authorization(session: &mut Session) -> Option<String> {
        let request = session.request("<e/>").unwrap();
        assert_eq!(request.body.is_empty(), request.headers.text("Authorization").is_none());
        request.headers.text("Authorization").map(str::to_owned)
    }

    #[test]
    fn an_envelope_goes_only_to_a_server_that_asked() {
        let mut session = session();
        assert!(!session.seals());
        assert_eq!(authorization(&mut session), None);
        session
            .take_challenge(&refusal(&["Basic realm=\"b\", Digest realm=\"r\", nonce=\"n\", qop=\"auth\""]))
            .unwrap();
        let first = authorization(&mut session).unwrap();
        assert!(first.contains("nonce=\"n\", uri=\"/wsman\", qop=auth, nc=00000001"), "{first}");
        let second = authorization(&mut session).unwrap();
        assert!(second.contains("nc=00000002"), "{second}");
    }

    #[test]
    fn the_strongest_hash_is_chosen_wherever_it_stands() {
        let mut session = session();
        let offers = [
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5-sess",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=ROT13",
        ];
        session.take_challenge(&refusal(&offers)).unwrap();
        assert!(authorization(&mut session).unwrap().contains("algorithm=SHA-256"));
    }

    #[test]
    fn a_stale_nonce_is_replaced_and_a_refusal_is_final() {
        let mut session = session();
        session.take_challenge(&refusal(&["Digest realm=\"r\", nonce=\"1\", qop=\"auth\""])).unwrap();
        authorization(&mut session).unwrap();
        session
            .take_challenge(&refusal(&["Digest realm=\"r\", nonce=\"2\", qop=\"auth\", stale=TRUE"]))
            .unwrap();
        assert!(
            authorization(&mut session)
                .unwrap()
                .contains("nonce=\"2\", uri=\"/wsman\", qop=auth, nc=00000001")
        );
        let again =
            session.take_challenge(&refusal(&["Digest realm=\"r\", nonce=\"3\", qop=\"auth\", stale=true"]));
        assert_eq!(again, Err(SequenceError::Auth(AuthError::Digest(DigestError::AlwaysStale))));
        let refused = session.take_challenge(&refusal(&["Digest realm=\"r\", nonce=\"4\", qop=\"auth\""]));
        assert_eq!(refused, Err(SequenceError::CredentialsRefused));
    }

    #[test]
    fn what_asks_for_no_digest_is_an_error() {
        let error = |error| Err(SequenceError::Auth(AuthError::Digest(error)));
        let missing = |name| error(DigestError::Missing { name });
        assert_eq!(session().take_challenge(&refusal(&["Negotiate"])), error(DigestError::NotOffered));
        assert_eq!(session().take_challenge(&refusal(&["Digest"])), missing("qop"));
        assert_eq!(session().take_challenge(&refusal(&["Digest qop=auth, nonce=n"])), missing("realm"));
        let ok = Response::new(Status::OK);
        assert!(matches!(session().take_challenge(&ok), Err(SequenceError::UnexpectedStatus { .. })));
    }
}
