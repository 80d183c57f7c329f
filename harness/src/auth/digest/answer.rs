use std::fmt;

use digest_auth::AlgorithmType;
use digest_auth::AuthContext;
use digest_auth::AuthorizationHeader;
use digest_auth::Charset;
use digest_auth::HttpMethod;
use digest_auth::Qop;
use digest_auth::WwwAuthenticateHeader;

use crate::auth::digest::Algorithm;
use crate::auth::digest::DigestChallenge;
use crate::auth::digest::DigestError;

/// A user and a password. What is printed of it has no password.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestCredential {
    user: String,
    password: String,
}

/// The client's part in what is hashed; the caller draws it, once for a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientNonce(String);

/// The client's side of a session: it answers one request after the other, until the server wants a fresh nonce.
#[derive(Clone)]
pub struct Digest {
    credential: DigestCredential,
    client_nonce: ClientNonce,
    /// The challenge that is answered, once there is one.
    current: Option<Current>,
}

/// A challenge and how often it was answered.
#[derive(Clone)]
struct Current {
    challenge: DigestChallenge,
    count: u32,
}

impl DigestCredential {
    /// A credential; control characters can't be sent.
    pub fn new(user: &str, password: &str) -> Result<Self, DigestError> {
        if user.chars().any(char::is_control) {
            return Err(DigestError::NotExpressible { what: "user" });
        }
        Ok(Self { user: user.to_owned(), password: password.to_owned() })
    }
}

impl fmt::Debug for DigestCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestCredential").field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest").field("credential", &self.credential).finish_non_exhaustive()
    }
}

impl ClientNonce {
    /// A nonce of visible ASCII characters other than quotes.
    pub fn new(text: &str) -> Result<Self, DigestError> {
        let is_fit = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        if text.is_empty() || !text.bytes().all(is_fit) {
            return Err(DigestError::NotExpressible { what: "client nonce" });
        }
        Ok(Self(text.to_owned()))
    }

    /// A nonce of random octets, in hex.
    #[must_use]
    pub fn of(random: [u8; 16]) -> Self {
        Self(random.iter().map(|octet| format!("{octet:02x}")).collect())
    }
}

impl Digest {
    /// A session that was not asked anything yet.
    #[must_use]
    pub fn new(credential: DigestCredential, client_nonce: ClientNonce) -> Self {
        Self { credential, client_nonce, current: None }
    }

    /// Whether there is a challenge to answer.
    #[must_use]
    pub fn is_challenged(&self) -> bool {
        self.current.is_some()
    }

    /// Takes what the server offers in this scheme and chooses the strongest hash.
    ///
    /// After an answer, a challenge that is not stale says that user or password are wrong, and a stale one to the first
    /// use of a nonce that the server would go on for ever.
    pub fn challenge(
        &mut self,
        offered: impl IntoIterator<Item = Result<DigestChallenge, DigestError>>,
    ) -> Result<(), DigestError> {
        let mut best: Result<DigestChallenge, DigestError> = Err(DigestError::NotOffered);
        for offer in offered {
            best = match (best, offer) {
                (Ok(best), Ok(offer)) if best.algorithm() >= offer.algorithm() => Ok(best),
                (Ok(best), Err(_)) => Ok(best),
                (_, offer) => offer,
            };
        }
        let challenge = best?;
        match &self.current {
            Some(current) if current.count > 0 && !challenge.is_stale => return Err(DigestError::Refused),
            Some(current) if current.count == 1 && current.challenge.is_stale => {
                return Err(DigestError::AlwaysStale);
            }
            _ => {}
        }
        self.current = Some(Current { challenge, count: 0 });
        Ok(())
    }

    /// [RFC 7616 3.4] The value of `Authorization` for the next request.
    ///
    /// [RFC 7616 3.4]: https://www.rfc-editor.org/rfc/rfc7616#section-3.4
    pub fn authorization(&mut self, method: &str, path: &str) -> Result<String, DigestError> {
        if path.chars().any(char::is_control) {
            return Err(DigestError::NotExpressible { what: "path" });
        }
        let current = self.current.as_mut().ok_or(DigestError::NotOffered)?;
        let next = current.count.checked_add(1).ok_or(DigestError::NonceExhausted)?;
        let proof = prove(current, &self.credential, &self.client_nonce, method, path)?;
        current.count = next;
        Ok(write(&current.challenge, &self.credential.user, &proof))
    }
}

/// The crate counts, hashes and knows every algorithm. It is given neither a header to read, on which it can panic, nor
/// the choice of a nonce.
fn prove(
    current: &Current,
    credential: &DigestCredential,
    client_nonce: &ClientNonce,
    method: &str,
    path: &str,
) -> Result<AuthorizationHeader, DigestError> {
    let challenge = &current.challenge;
    let mut prompt = WwwAuthenticateHeader {
        domain: None,
        realm: challenge.realm.clone(),
        nonce: challenge.nonce.clone(),
        opaque: challenge.opaque.clone(),
        stale: false,
        algorithm: hash_of(challenge.algorithm()),
        qop: Some(vec![Qop::AUTH]),
        userhash: challenge.has_userhash,
        charset: Charset::UTF8,
        nc: current.count,
    };
    let mut context = AuthContext::new_with_method(
        credential.user.as_str(),
        credential.password.as_str(),
        path,
        None::<&[u8]>,
        HttpMethod(method.into()),
    );
    context.set_custom_cnonce(client_nonce.0.as_str());
    prompt.respond(&context).map_err(|_| DigestError::BadValue { name: "qop".to_owned() })
}

fn hash_of(algorithm: Algorithm) -> digest_auth::Algorithm {
    let (hash, has_session_key) = match algorithm {
        Algorithm::Md5 => (AlgorithmType::MD5, false),
        Algorithm::Md5Sess => (AlgorithmType::MD5, true),
        Algorithm::Sha256 => (AlgorithmType::SHA2_256, false),
        Algorithm::Sha256Sess => (AlgorithmType::SHA2_256, true),
        Algorithm::Sha512256 => (AlgorithmType::SHA2_512_256, false),
        Algorithm::Sha512256Sess => (AlgorithmType::SHA2_512_256, true),
    };
    digest_auth::Algorithm::new(hash, has_session_key)
}

/// [RFC 7616 3.4] What is quoted and what is not is fixed, and a user beyond ASCII has a parameter of its own.
fn write(challenge: &DigestChallenge, user: &str, proof: &AuthorizationHeader) -> String {
    let user = match user.is_ascii() || challenge.has_userhash {
        true => format!("username={}", quoted(&proof.username)),
        false => format!("username*=UTF-8''{}", percent_encoded(user)),
    };
    let mut parts = vec![
        user,
        format!("realm={}", quoted(&challenge.realm)),
        format!("nonce={}", quoted(&challenge.nonce)),
        format!("uri={}", quoted(&proof.uri)),
    ];
    parts.extend(challenge.algorithm.map(|algorithm| format!("algorithm={}", algorithm.name())));
    parts.push("qop=auth".to_owned());
    parts.push(format!("nc={:08x}", proof.nc));
    parts.extend(proof.cnonce.as_deref().map(|nonce| format!("cnonce={}", quoted(nonce))));
    parts.push(format!("response={}", quoted(&proof.response)));
    parts.extend(challenge.opaque.as_deref().map(|opaque| format!("opaque={}", quoted(opaque))));
    parts.extend(challenge.has_userhash.then(|| "userhash=true".to_owned()));
    format!("Digest {}", parts.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// [RFC 5987 3.2.1] ext-value.
///
/// [RFC 5987 3.2.1]: https://www.rfc-editor.org/rfc/rfc5987#section-3.2.1
fn percent_encoded(text: &str) -> String {
    let is_kept = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&octet);
    text.bytes()
        .map(|octet| if is_kept(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") })
        .collect()
}
