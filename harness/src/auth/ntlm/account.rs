use std::fmt;
use std::sync::Arc;

use crate::auth::Principal;
use crate::auth::ntlm::NtHash;

/// Somebody who may log on.
#[derive(Clone)]
pub struct Account {
    principal: Principal,
    hash: NtHash,
}

/// Everybody who may log on. Cheap to clone, as each connection has an acceptor of its own.
#[derive(Debug, Clone)]
pub struct Accounts {
    list: Arc<[Account]>,
}

/// What an initiator proves to know.
#[derive(Clone)]
pub struct Credential {
    pub(crate) domain: String,
    pub(crate) user: String,
    pub(crate) hash: NtHash,
}

/// [MS-NLMP 3.2.1.1] The names that a server says it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerNames {
    /// NetBIOS name of the computer.
    pub netbios_computer: String,
    /// NetBIOS name of the domain; the computer's own in a workgroup.
    pub netbios_domain: String,
    /// DNS name of the computer.
    pub dns_computer: String,
    /// DNS name of the domain.
    pub dns_domain: String,
}

impl Account {
    /// An account with a password. An empty domain is a local account.
    pub fn new(domain: &str, user: &str, password: &str) -> Self {
        let principal = Principal { domain: domain.to_owned(), user: user.to_owned() };
        Self { principal, hash: NtHash::from_password(password) }
    }

    /// Who it is.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    pub(crate) fn hash(&self) -> &NtHash {
        &self.hash
    }

    fn answers_to(&self, domain: &str, user: &str, names: &ServerNames) -> bool {
        let known = domain.is_empty()
            || same(domain, &self.principal.domain)
            || names.all().iter().any(|name| same(domain, name));
        known && same(user, &self.principal.user)
    }
}

impl Accounts {
    /// These accounts; the first that fits is taken.
    pub fn new(list: Vec<Account>) -> Self {
        Self { list: list.into() }
    }

    /// The account that a peer means. Case does not matter. The domain may be empty, the account's own or a name of
    /// the server, and may stand behind an `@` in the user name instead.
    pub fn find(&self, domain: &str, user: &str, names: &ServerNames) -> Option<&Account> {
        let find = |domain: &str, user: &str| {
            self.list.iter().find(|account| account.answers_to(domain, user, names))
        };
        let with_realm = || match user.rsplit_once('@') {
            Some((user, realm)) if domain.is_empty() => find(realm, user),
            _ => None,
        };
        find(domain, user).or_else(with_realm)
    }
}

impl Credential {
    /// A user with a password. With an empty domain, `user` may be `user@realm`.
    pub fn password(domain: &str, user: &str, password: &str) -> Self {
        Self::hash(domain, user, NtHash::from_password(password))
    }

    /// A user of whose password only the hash is known; NTLM needs no more.
    pub fn hash(domain: &str, user: &str, hash: NtHash) -> Self {
        Self { domain: domain.to_owned(), user: user.to_owned(), hash }
    }
}

impl ServerNames {
    /// The names of a computer that is in no domain.
    pub fn workgroup(computer: &str) -> Self {
        Self {
            netbios_computer: computer.to_uppercase(),
            netbios_domain: computer.to_uppercase(),
            dns_computer: computer.to_lowercase(),
            dns_domain: computer.to_lowercase(),
        }
    }

    fn all(&self) -> [&str; 4] {
        [&self.netbios_computer, &self.netbios_domain, &self.dns_computer, &self.dns_domain]
    }
}

fn same(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Account").field(&self.principal).finish()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("domain", &self.domain)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_answers_to_its_spellings_and_to_no_other() {
        let accounts = Accounts::new(vec![Account::new("ACME", "Alice", "")]);
        let mut names = ServerNames::workgroup("host");
        names.dns_domain = "acme.example".to_owned();
        let finds = |domain, user| accounts.find(domain, user, &names).is_some();
        assert!(finds("", "alice") && finds("acme", "ALICE") && finds("HOST", "alice"));
        assert!(finds("", "alice@acme") && finds("", "alice@acme.example"));
        assert!(!finds("OTHER", "alice") && !finds("", "alice@other") && !finds("", "bob"));
        assert!(!finds("ACME", "alice@acme"));
    }
}
