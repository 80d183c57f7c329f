use crate::auth::digest::DigestError;
use crate::limits::DIGEST_VALUE_BYTES_MAX;

/// [RFC 7616 3.3] What a server asks for.
///
/// [RFC 7616 3.3]: https://www.rfc-editor.org/rfc/rfc7616#section-3.3
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestChallenge {
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) opaque: Option<String>,
    /// `None` is MD5, and the answer doesn't name it either: servers of RFC 2617 may not know the parameter.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) is_stale: bool,
    pub(super) has_userhash: bool,
}

/// [RFC 7616 6.1] A hash, and whether it makes a session key.
///
/// [RFC 7616 6.1]: https://www.rfc-editor.org/rfc/rfc7616#section-6.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// MD5, the only one of RFC 2617.
    Md5,
    /// MD5 with a session key.
    Md5Sess,
    /// SHA-256.
    Sha256,
    /// SHA-256 with a session key.
    Sha256Sess,
    /// SHA-512/256.
    Sha512256,
    /// SHA-512/256 with a session key.
    Sha512256Sess,
}

const ALGORITHMS: [(&str, Algorithm); 6] = [
    ("MD5", Algorithm::Md5),
    ("MD5-sess", Algorithm::Md5Sess),
    ("SHA-256", Algorithm::Sha256),
    ("SHA-256-sess", Algorithm::Sha256Sess),
    ("SHA-512-256", Algorithm::Sha512256),
    ("SHA-512-256-sess", Algorithm::Sha512256Sess),
];

impl Algorithm {
    /// The name in a challenge.
    #[must_use]
    pub fn name(self) -> &'static str {
        ALGORITHMS.iter().find(|(_, known)| *known == self).map_or("MD5", |(name, _)| name)
    }

    fn parse(name: &str) -> Result<Self, DigestError> {
        let known = ALGORITHMS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let unknown = || DigestError::UnknownAlgorithm { found: name.chars().take(64).collect() };
        known.map(|(_, algorithm)| *algorithm).ok_or_else(unknown)
    }
}

impl DigestChallenge {
    /// Reads the parameters of a challenge, as HTTP has them: names in any case, values without quotes. Unknown ones
    /// are skipped.
    pub fn parse<'p>(parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Self, DigestError> {
        let mut found: Vec<(String, &str)> = Vec::new();
        for (name, value) in parameters {
            let name = name.to_ascii_lowercase();
            check(&name, value)?;
            if found.iter().any(|(known, _)| *known == name) {
                return Err(DigestError::Repeated { name });
            }
            found.push((name, value));
        }
        let value = |name| found.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
        let required = |name| value(name).ok_or(DigestError::Missing { name });
        let is_true = |name| value(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        check_qop(required("qop")?)?;
        // "The only allowed value is UTF-8."
        if value("charset").is_some_and(|charset| !charset.eq_ignore_ascii_case("UTF-8")) {
            return Err(DigestError::BadValue { name: "charset".to_owned() });
        }
        Ok(Self {
            realm: required("realm")?.to_owned(),
            nonce: required("nonce")?.to_owned(),
            opaque: value("opaque").map(str::to_owned),
            algorithm: value("algorithm").map(Algorithm::parse).transpose()?,
            is_stale: is_true("stale"),
            has_userhash: is_true("userhash"),
        })
    }

    /// The hash; MD5 when the server names none.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm.unwrap_or(Algorithm::Md5)
    }

    /// Whether the proof before it was right and only too old.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }
}

fn check(name: &str, value: &str) -> Result<(), DigestError> {
    let len = name.len().max(value.len());
    let shown = || name.chars().take(64).collect();
    if len > DIGEST_VALUE_BYTES_MAX {
        return Err(DigestError::TooLong { name: shown(), len, len_max: DIGEST_VALUE_BYTES_MAX });
    }
    if value.chars().any(char::is_control) {
        return Err(DigestError::BadValue { name: shown() });
    }
    Ok(())
}

/// RFC 2069 knew no client nonce, which lets a server choose what is hashed with the password.
fn check_qop(offered: &str) -> Result<(), DigestError> {
    if offered.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth")) {
        return Ok(());
    }
    Err(DigestError::UnsupportedQop { found: offered.chars().take(64).collect() })
}
