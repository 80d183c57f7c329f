use std::fmt;

use zeroize::Zeroizing;

/// [MS-CSSP 2.2.1.2.1] TSPasswordCreds: what a CredSSP client hands over.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordCreds {
    /// domainName
    pub domain_name: String,
    /// userName
    pub user_name: String,
    /// password
    pub password: Zeroizing<String>,
}

/// No password in a log.
impl fmt::Debug for PasswordCreds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordCreds")
            .field("domain_name", &self.domain_name)
            .field("user_name", &self.user_name)
            .finish_non_exhaustive()
    }
}
