//! The endpoint under test: where it is, who logs on, what it has, and what a run may do to it.

use std::collections::BTreeSet;
use std::fmt;

use winrm_harness::client::Endpoint;

use crate::wsx::NEEDS;
use crate::wsx::Safety;

/// [RFC 3986 3] The address of a WS-Management service, as `http://host:5985/wsman`.
///
/// [RFC 3986 3]: https://www.rfc-editor.org/rfc/rfc3986#section-3
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointUrl {
    /// A name or an address; IPv6 without brackets.
    host: String,
    port: u16,
    path: String,
}

/// MS-WSMV 2.1: the port of WinRM over HTTP.
const PORT_DEFAULT: u16 = 5985;
const PATH_DEFAULT: &str = "/wsman";

/// Why a text is no address of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectError {
    /// TLS isn't there yet.
    Https,
    /// It doesn't start with `http://`.
    Scheme {
        /// The text.
        got: String,
    },
    /// There is no host, or one that can't be.
    Host {
        /// The text.
        got: String,
    },
    /// The port isn't a number from 1 to 65535.
    Port {
        /// The text.
        got: String,
    },
    /// No such capability.
    Capability {
        /// The word.
        got: String,
    },
}

impl EndpointUrl {
    /// Parses `http://host`, with port and path if they aren't 5985 and `/wsman`. IPv6 addresses stand in brackets.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        let (scheme, rest) = text.split_once("://").ok_or(SubjectError::Scheme { got: text.to_owned() })?;
        match scheme.to_ascii_lowercase().as_str() {
            "http" => {}
            "https" => return Err(SubjectError::Https),
            _ => return Err(SubjectError::Scheme { got: text.to_owned() }),
        }
        let (authority, path) = match rest.find('/').and_then(|at| rest.split_at_checked(at)) {
            Some((authority, "/")) => (authority, PATH_DEFAULT),
            Some((authority, path)) => (authority, path),
            None => (rest, PATH_DEFAULT),
        };
        let invalid_host = || SubjectError::Host { got: authority.to_owned() };
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (address, tail) = rest.split_once(']').ok_or_else(invalid_host)?;
                address.parse::<std::net::Ipv6Addr>().map_err(|_| invalid_host())?;
                (address, tail.strip_prefix(':').or((!tail.is_empty()).then_some(tail)))
            }
            None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
        };
        let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
        if host.is_empty() || !host.chars().all(is_valid) {
            return Err(invalid_host());
        }
        let port = match port {
            None => PORT_DEFAULT,
            Some(port) => {
                let number = port.parse().ok().filter(|port| *port > 0);
                number.ok_or(SubjectError::Port { got: port.to_owned() })?
            }
        };
        let valid_path = path.chars().all(|c| c.is_ascii_graphic());
        if !valid_path {
            return Err(SubjectError::Host { got: text.to_owned() });
        }
        Ok(Self { host: host.to_owned(), port, path: path.to_owned() })
    }

    /// `host:port`, as a socket and the `Host` field want it.
    pub fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the client of the harness wants to know.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint { host: self.authority(), path: self.path.clone() }
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.path)
    }
}

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
    /// User and password on every request, envelopes in clear.
    Basic,
}

/// The endpoint under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Where it is.
    pub url: EndpointUrl,
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
    /// All who log on.
    pub fn logons(&self) -> impl Iterator<Item = &Logon> {
        std::iter::once(&self.logon).chain(&self.other_logon).chain(&self.ordinary_logon)
    }
}

/// What an endpoint has, of [`NEEDS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities(BTreeSet<String>);

/// What the reference server has, and others may not.
const OF_THE_REFERENCE: [&str; 10] = [
    "cim",
    "compression",
    "config",
    "eventing",
    "other-user",
    "reference-cim",
    "reference-commands",
    "robust",
    "second-hop",
    "user.ordinary",
];

impl Capabilities {
    /// What every WinRM service over HTTP has as it is installed.
    pub fn usual() -> Self {
        let usual =
            ["http", "auth.negotiate", "auth.ntlm", "seal", "identify", "resource", "shell.cmd", "slow"];
        Self(usual.into_iter().map(str::to_owned).collect())
    }

    /// The same without what only Negotiate brings.
    pub fn unsealed() -> Self {
        let mut capabilities = Self::usual();
        capabilities
            .0
            .retain(|capability| !["auth.negotiate", "auth.ntlm", "seal"].contains(&capability.as_str()));
        capabilities
    }

    /// What the reference server has besides.
    pub fn reference() -> Self {
        let mut capabilities = Self::usual();
        capabilities.0.extend(OF_THE_REFERENCE.map(str::to_owned));
        capabilities
    }

    /// What the engine for clients can do itself.
    pub fn of_client_engine() -> Self {
        Self(["http", "auth.basic"].into_iter().map(str::to_owned).collect())
    }

    /// Adds one.
    pub fn add(&mut self, capability: &str) -> Result<(), SubjectError> {
        self.0.insert(known(capability)?.to_owned());
        Ok(())
    }

    /// Takes one away.
    pub fn remove(&mut self, capability: &str) -> Result<(), SubjectError> {
        self.0.remove(known(capability)?);
        Ok(())
    }

    /// Those of `needs` that aren't there.
    pub fn missing<'n>(&self, needs: &'n [String]) -> Vec<&'n str> {
        needs.iter().map(String::as_str).filter(|need| !self.0.contains(*need)).collect()
    }
}

fn known(capability: &str) -> Result<&str, SubjectError> {
    match NEEDS.contains(&capability) {
        true => Ok(capability),
        false => Err(SubjectError::Capability { got: capability.to_owned() }),
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

impl fmt::Display for SubjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Https => f.write_str("https is not supported yet: expected `http://host:port/wsman`"),
            Self::Scheme { got } => write!(f, "expected `http://host:port/wsman`, found `{got}`"),
            Self::Host { got } => {
                write!(f, "expected a host name, an IPv4 address or `[IPv6]`, found `{got}`")
            }
            Self::Port { got } => write!(f, "expected a port from 1 to 65535, found `{got}`"),
            Self::Capability { got } => {
                write!(f, "unknown capability `{got}`: expected one of {}", NEEDS.join(", "))
            }
        }
    }
}

impl std::error::Error for SubjectError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        EndpointUrl::parse(text).unwrap().to_string()
    }

    #[test]
    fn port_and_path_have_their_defaults() {
        assert_eq!(parsed("http://host"), "http://host:5985/wsman");
        assert_eq!(parsed("HTTP://host/"), "http://host:5985/wsman");
        assert_eq!(parsed("http://10.0.0.1:80/a/b"), "http://10.0.0.1:80/a/b");
        assert_eq!(parsed("http://[::1]"), "http://[::1]:5985/wsman");
        assert_eq!(parsed("http://[fe80::1]:1/x"), "http://[fe80::1]:1/x");
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_was_expected() {
        let error = |text| EndpointUrl::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("https://host"), @"https is not supported yet: expected `http://host:port/wsman`");
        insta::assert_snapshot!(error("host"), @"expected `http://host:port/wsman`, found `host`");
        insta::assert_snapshot!(error("http://"), @"expected a host name, an IPv4 address or `[IPv6]`, found ``");
        insta::assert_snapshot!(error("http://::1/"), @"expected a host name, an IPv4 address or `[IPv6]`, found `::1`");
        insta::assert_snapshot!(error("http://host:0"), @"expected a port from 1 to 65535, found `0`");
        insta::assert_snapshot!(error("http://[::1]x"), @"expected a port from 1 to 65535, found `x`");
        assert!(EndpointUrl::parse("http://user:pw@host/").is_err());
    }

    #[test]
    fn only_known_capabilities_can_be_had() {
        let mut capabilities = Capabilities::usual();
        capabilities.add("cim").unwrap();
        capabilities.remove("seal").unwrap();
        assert_eq!(capabilities.missing(&["cim".to_owned(), "seal".to_owned()]), ["seal"]);
        assert!(capabilities.add("teleport").is_err());
    }

    #[test]
    fn nothing_but_normal_is_allowed_unasked() {
        assert!(Allowances::default().allow(Safety::Normal) && !Allowances::default().allow(Safety::Load));
        assert!(Allowances::new([Safety::Load]).allow(Safety::Load));
    }
}
