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

use crate::auth::AuthError;
use crate::codec::CodecError;
use crate::limits::TOKEN_BYTES_MAX;

/// [RFC 7617 2] The user-id and the password. The first colon splits them, so a user-id has none.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicCredential {
    user_id: String,
    password: String,
}

impl BasicCredential {
    /// A credential. Fails where the user-id has a colon, because the peer would split it there.
    pub fn new(user_id: &str, password: &str) -> Result<Self, AuthError> {
        if user_id.contains(':') {
            return Err(AuthError::CredentialNotExpressible);
        }
        Ok(Self { user_id: user_id.to_owned(), password: password.to_owned() })
    }

    /// Reads what follows `Basic ` in an `Authorization` field.
    pub fn decode(token: &str) -> Result<Self, AuthError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
        }
        let bytes = STANDARD.decode(token).map_err(|_| CodecError::BadText { field: "token68" })?;
        let text = String::from_utf8(bytes).map_err(|_| CodecError::BadText { field: "user-pass" })?;
        let (user_id, password) = text.split_once(':').ok_or(CodecError::Missing { field: "colon" })?;
        Ok(Self { user_id: user_id.to_owned(), password: password.to_owned() })
    }

    /// What follows `Basic ` in an `Authorization` field.
    pub fn encode(&self) -> String {
        STANDARD.encode(format!("{}:{}", self.user_id, self.password))
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
        fn a_credential_round_trips(user in "[^:]{0,20}", password in any::<String>()) {
            let credential = BasicCredential::new(&user, &password).unwrap();
            prop_assert_eq!(BasicCredential::decode(&credential.encode()).unwrap(), credential);
        }
    }
}
