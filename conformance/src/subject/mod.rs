//! The endpoint under test: where it is, who logs on, what it has, and what a run may do to it.

mod capabilities;
mod tickets;
mod tls;
mod url;

use std::fmt;

use crate::wsx::Safety;

pub use capabilities::Capabilities;
pub use tickets::TicketSource;
pub use tls::Certificates;
pub use tls::TlsMeans;
pub use url::EndpointUrl;
pub use url::SubjectError;

/// Who logs on.
#[derive(Clone, PartialEq, Eq)]
pub struct Logon {
    /// The domain; empty for a local account.
    pub domain: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Logon {
    /// Splits `DOMAIN\user`.
    pub fn new(user: &str, password: &str) -> Self {
        let (domain, user) = user.split_once('\\').unwrap_or(("", user));
        Self { domain: domain.to_owned(), user: user.to_owned(), password: password.to_owned() }
    }
}

/// No password in a log.
impl fmt::Debug for Logon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logon")
            .field("domain", &self.domain)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// How a case logs on that only says `negotiate`: who certifies an endpoint without it names another scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// NTLM in SPNEGO; envelopes are sealed.
    #[default]
    Negotiate,
    /// Kerberos in SPNEGO.
    NegotiatedKerberos,
    /// NTLM without SPNEGO.
    Ntlm,
    /// Kerberos under its own name.
    Kerberos,
    /// CredSSP, with NTLM inside.
    CredSsp,
    /// A certificate over TLS, envelopes in clear inside that.
    Certificate,
    /// A proof of the password on every request, envelopes in clear.
    Digest,
    /// User and password on every request, envelopes in clear.
    Basic,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negotiate => "Negotiate with NTLM",
            Self::NegotiatedKerberos => "Negotiate with Kerberos",
            Self::Ntlm => "NTLM",
            Self::Kerberos => "Kerberos",
            Self::CredSsp => "CredSSP",
            Self::Certificate => "certificate",
            Self::Digest => "Digest",
            Self::Basic => "Basic",
        })
    }
}

/// The endpoint under test.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Where it is.
    pub url: EndpointUrl,
    /// Where it is over HTTPS, if it is: `url` itself, or another address of the same server.
    pub https: Option<EndpointUrl>,
    /// How to reach it over TLS.
    pub tls: TlsMeans,
    /// Where tickets come from.
    pub tickets: TicketSource,
    /// Who logs on.
    pub logon: Logon,
    /// How.
    pub scheme: Scheme,
    /// A resource that the user can read without selectors, for cases that need any; `winrm/config` is one.
    pub resource_uri: String,
    /// Somebody else who may do what the first one may.
    pub other_logon: Option<Logon>,
    /// Somebody who may log on and do nothing.
    pub ordinary_logon: Option<Logon>,
    /// What it has.
    pub capabilities: Capabilities,
    /// What a case may do to it.
    pub allowances: Allowances,
}

/// A client under test: a command of the shell that makes it do what a case is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The command.
    pub trigger: String,
    /// Who it is to log on as.
    pub logon: Logon,
}

impl Subject {
    /// Whether those are the credentials of somebody whom the run knows.
    pub fn knows(&self, logon: &Logon) -> bool {
        self.logons()
            .any(|known| known.user.eq_ignore_ascii_case(&logon.user) && known.password == logon.password)
    }

    /// All who log on.
    pub fn logons(&self) -> impl Iterator<Item = &Logon> {
        std::iter::once(&self.logon).chain(&self.other_logon).chain(&self.ordinary_logon)
    }
}

/// What a run may do to an endpoint beyond what a careful administrator would.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowances(Vec<Safety>);

impl Allowances {
    /// Those kinds of cases.
    pub fn new(allowed: impl IntoIterator<Item = Safety>) -> Self {
        Self(allowed.into_iter().collect())
    }

    /// Whether such a case may run.
    pub fn allow(&self, safety: Safety) -> bool {
        safety == Safety::Normal || self.0.contains(&safety)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_normal_is_allowed_unasked() {
        assert!(Allowances::default().allow(Safety::Normal) && !Allowances::default().allow(Safety::Load));
        assert!(Allowances::new([Safety::Load]).allow(Safety::Load));
    }
}
