//! [RFC 7617] The Basic scheme's credential: a user name and a password in clear.
//!
//! ```
//! use winrm_harness::auth::basic::BasicCredential;
//!
//! let credential = BasicCredential::decode("QUNNRVxhbGljZTphOmI=")?;
//! assert_eq!(credential.domain_and_user(), ("ACME", "alice"));
//! assert_eq!(credential.password(), "a:b");
//! # Ok::<(), winrm_harness::auth::AuthError>(())
//! ```
//!
//! [RFC 7617]: https://www.rfc-editor.org/rfc/rfc7617

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::codec::CodecError;
use crate::limits::TOKEN_BYTES_MAX;

/// [RFC 7617 2] The user-id and the password. The first colon splits them, so a user-id has none.
///
/// The octets are UTF-8 whether the server asks for it or not: what else it would take, its system's code page, no client
/// can know.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicCredential {
    user_id: String,
    password: Zeroizing<String>,
}

/// [RFC 7617 2] What a server's challenge says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasicChallenge {
    /// What the credential is for. WinRM says `WSMAN`.
    pub realm: String,
    /// How the server reads what is not ASCII.
    pub charset: Charset,
}

/// [RFC 7617 2.1] The charset parameter, "purely advisory".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// Nothing is said.
    #[default]
    Unsaid,
    /// "The only allowed value is 'UTF-8'; it is to be matched case-insensitively".
    Utf8,
    /// Something else, which has no meaning.
    Unknown,
}

impl BasicCredential {
    /// A credential. Fails where the user-id has a colon, because the peer would split it there, and where either part has
    /// a control character: both "MUST NOT contain any control characters".
    pub fn new(user_id: &str, password: &str) -> Result<Self, AuthError> {
        if user_id.contains(':') || has_control(user_id) || has_control(password) {
            return Err(AuthError::CredentialNotExpressible);
        }
        Ok(Self { user_id: user_id.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }

    /// Reads what follows `Basic ` in an `Authorization` field.
    pub fn decode(token: &str) -> Result<Self, AuthError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
        }
        let bytes = STANDARD.decode(token).map_err(|_| CodecError::BadText { field: "token68" })?;
        let bytes = Zeroizing::new(bytes);
        let bad_text = CodecError::BadText { field: "user-pass" };
        let text = std::str::from_utf8(&bytes).map_err(|_| bad_text.clone())?;
        if has_control(text) {
            return Err(bad_text.into());
        }
        let (user_id, password) = text.split_once(':').ok_or(CodecError::Missing { field: "colon" })?;
        Ok(Self { user_id: user_id.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }

    /// What follows `Basic ` in an `Authorization` field.
    pub fn encode(&self) -> String {
        STANDARD.encode(Zeroizing::new(format!("{}:{}", self.user_id, self.password.as_str())).as_bytes())
    }

    /// The user-id as it was sent.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The user-id split as Windows does: `DOMAIN\user`, `user@realm`, or a bare user, whose domain is empty.
    pub fn domain_and_user(&self) -> (&str, &str) {
        if let Some((domain, user)) = self.user_id.split_once('\\') {
            return (domain, user);
        }
        match self.user_id.rsplit_once('@') {
            Some((user, realm)) => (realm, user),
            None => ("", &self.user_id),
        }
    }
}

impl BasicChallenge {
    /// Reads the parameters of a challenge. "The authentication parameter 'realm' is REQUIRED".
    pub fn parse<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, AuthError> {
        let (mut realm, mut charset) = (None, Charset::Unsaid);
        for (name, value) in parameters {
            match name {
                name if name.eq_ignore_ascii_case("realm") => realm = Some(value.to_owned()),
                name if name.eq_ignore_ascii_case("charset") => charset = Charset::parse(value),
                // "New parameters MUST be ignored."
                _ => {}
            }
        }
        Ok(Self { realm: realm.ok_or(CodecError::Missing { field: "realm" })?, charset })
    }
}

impl Charset {
    fn parse(value: &str) -> Self {
        if value.eq_ignore_ascii_case("UTF-8") { Self::Utf8 } else { Self::Unknown }
    }
}

/// [RFC 5234 B.1] CTL. The others that Unicode has are no concern of Basic.
fn has_control(text: &str) -> bool {
    text.bytes().any(|octet| octet.is_ascii_control())
}

impl fmt::Debug for BasicCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicCredential").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_rfc_decodes() {
        let credential = BasicCredential::decode("dGVzdDoxMjPCow==").unwrap();
        assert_eq!((credential.user_id(), credential.password()), ("test", "123£"));
        let credential = BasicCredential::decode("QWxhZGRpbjpvcGVuIHNlc2FtZQ==").unwrap();
        assert_eq!((credential.user_id(), credential.password()), ("Aladdin", "open sesame"));
    }

    #[test]
    fn windows_spellings_of_a_user_split_into_domain_and_user() {
        let split = |user_id: &str| {
            let credential = BasicCredential::new(user_id, "").unwrap();
            let (domain, user) = credential.domain_and_user();
            (domain.to_owned(), user.to_owned())
        };
        assert_eq!(split("ACME\\bob"), ("ACME".into(), "bob".into()));
        assert_eq!(split("bob@acme.example"), ("acme.example".into(), "bob".into()));
        assert_eq!(split("bob"), (String::new(), "bob".into()));
        assert_eq!(split("ACME\\bob@x"), ("ACME".into(), "bob@x".into()));
        assert_eq!(split("bob@x@acme.example"), ("acme.example".into(), "bob@x".into()));
        assert_eq!(split("A\\b\\c"), ("A".into(), "b\\c".into()));
        assert_eq!(split("\\bob"), (String::new(), "bob".into()));
        assert_eq!(split(""), (String::new(), String::new()));
    }

    #[test]
    fn a_credential_without_colon_or_utf8_or_base64_is_refused() {
        let bad_text = |field| Err(AuthError::Malformed(CodecError::BadText { field }));
        let missing = Err(AuthError::Malformed(CodecError::Missing { field: "colon" }));
        assert_eq!(BasicCredential::decode("YWxpY2U="), missing);
        assert_eq!(BasicCredential::decode("/zpw"), bad_text("user-pass"));
        assert_eq!(BasicCredential::decode("*"), bad_text("token68"));
        assert_eq!(BasicCredential::new("a:b", ""), Err(AuthError::CredentialNotExpressible));
    }

    #[test]
    fn the_first_colon_splits_and_the_others_are_of_the_password() {
        let credential = BasicCredential::decode(&STANDARD.encode("ACME\\é:a:b::")).unwrap();
        assert_eq!((credential.user_id(), credential.password()), ("ACME\\é", "a:b::"));
        let empty = BasicCredential::decode(&STANDARD.encode(":")).unwrap();
        assert_eq!((empty.user_id(), empty.password()), ("", ""));
    }

    #[test]
    fn control_characters_are_refused_by_both_sides() {
        let bad_text = Err(AuthError::Malformed(CodecError::BadText { field: "user-pass" }));
        for control in (0..0x20).chain([0x7F]).map(char::from) {
            let text = format!("a{control}b");
            assert_eq!(BasicCredential::new(&text, ""), Err(AuthError::CredentialNotExpressible));
            assert_eq!(BasicCredential::new("", &text), Err(AuthError::CredentialNotExpressible));
            assert_eq!(BasicCredential::decode(&STANDARD.encode(format!("u:{text}"))), bad_text);
            assert_eq!(BasicCredential::decode(&STANDARD.encode(format!("{text}:p"))), bad_text);
        }
        assert!(BasicCredential::new("a b~", "\u{80}\u{a0}").is_ok());
    }

    #[test]
    fn a_challenge_has_a_realm_and_says_utf8_or_nothing_of_value() {
        let charset =
            |value| BasicChallenge::parse([("Realm", "WSMAN"), ("charset", value)]).unwrap().charset;
        assert_eq!([charset("UTF-8"), charset("utf-8")], [Charset::Utf8; 2]);
        assert_eq!([charset("ISO-8859-1"), charset("")], [Charset::Unknown; 2]);
        let plain = BasicChallenge::parse([("realm", "WSMAN"), ("new", "x")]).unwrap();
        assert_eq!(plain, BasicChallenge { realm: "WSMAN".to_owned(), charset: Charset::Unsaid });
        let missing = Err(AuthError::Malformed(CodecError::Missing { field: "realm" }));
        assert_eq!(BasicChallenge::parse([("charset", "UTF-8")]), missing);
    }

    #[test]
    fn a_token_on_the_bound_decodes_and_one_past_it_does_not() {
        let fitting = STANDARD.encode(format!("u:{}", "p".repeat(TOKEN_BYTES_MAX / 4 * 3 - 2)));
        assert_eq!(fitting.len(), TOKEN_BYTES_MAX);
        assert!(BasicCredential::decode(&fitting).is_ok());
        let refused = BasicCredential::decode(&format!("{fitting}A"));
        let len = TOKEN_BYTES_MAX + 1;
        assert_eq!(refused, Err(AuthError::TokenTooLong { len, len_max: TOKEN_BYTES_MAX }));
    }

    #[test]
    fn debug_output_has_no_password() {
        let credential = BasicCredential::new("alice", "wonderland").unwrap();
        assert!(!format!("{credential:?}").contains("wonderland"));
    }

    proptest! {
        #[test]
        fn a_credential_round_trips(user in "[\\PC&&[^:]]{0,20}", password in "\\PC{0,40}") {
            let credential = BasicCredential::new(&user, &password).unwrap();
            prop_assert_eq!(BasicCredential::decode(&credential.encode()).unwrap(), credential);
        }
    }
}
