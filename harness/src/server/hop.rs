//! The second hop: where a command wants to log on in its user's name, and what came of it.

use std::fmt;
use std::net::IpAddr;
use std::net::SocketAddr;

use crate::auth::Delegation;
use crate::auth::policy::Host;
use crate::limits::WSMAN_URI_BYTES_MAX;
use crate::server::Config;

/// [MS-WSMV 2.2.4.5] Where a service is when nothing else is said.
const HTTP_PORT: u16 = 5985;

/// A service that a hop leads to: it is over HTTP, where messages are sealed or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopTarget {
    /// The computer.
    pub host: Host,
    /// The port.
    pub port: u16,
}

/// Names one errand of a [`Server`](crate::server::Server).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrandId(pub(super) u64);

/// A logon at another host that the server wants made. It holds what the user delegated: whoever makes the logon drops it
/// behind, or earlier when the server no longer [wants](crate::server::Server::wants) it.
#[derive(Debug)]
pub struct Errand {
    /// What to name it by when it is done.
    pub id: ErrandId,
    /// Where to log on, and to ask who one is there.
    pub target: HopTarget,
    /// In whose name, and by what. With nothing the logon is nobody's.
    pub delegation: Delegation,
    /// The realm of the server.
    pub realm: String,
    /// The KDC of the realm, `host:port`; empty for none.
    pub kdc: String,
}

/// Why a hop came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unmet {
    /// [`Config::hops_to`] doesn't let it.
    NotAllowed {
        /// The host it was for.
        host: Host,
    },
    /// So many others are under way.
    Busy {
        /// The bound.
        hops_max: usize,
    },
    /// The other host, or its KDC, refused the user.
    Denied {
        /// What it or the client said.
        why: String,
    },
    /// Nobody answered in time.
    Unreachable {
        /// What the network said.
        why: String,
    },
    /// The logon that the server would have acted by has ended.
    LoggedOff,
}

impl HopTarget {
    /// Reads `http://HOST[:PORT][/wsman]`. What is read is said anew, so that no two readers of an address can differ.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://").filter(|_| url.len() <= WSMAN_URI_BYTES_MAX)?;
        let authority = rest.strip_suffix("/wsman").or_else(|| rest.strip_suffix('/')).unwrap_or(rest);
        let (host, port) = Host::and_port_of(authority).ok()?;
        Some(Self { host, port: port.unwrap_or(HTTP_PORT) })
    }

    /// Host and port as they stand in a `Host` header.
    #[must_use]
    pub fn authority(&self) -> String {
        match &self.host {
            Host::Address(address) => SocketAddr::new(*address, self.port).to_string(),
            Host::Name(name) => format!("{}:{}", name.as_str(), self.port),
        }
    }

    /// Whether the server may go there. Without a word of its administrator it stays on the computer: it is no proxy into
    /// the network that it stands in.
    pub(super) fn is_allowed_by(&self, config: &Config) -> bool {
        let is_loopback = match &self.host {
            Host::Address(IpAddr::V4(address)) => address.is_loopback(),
            Host::Address(IpAddr::V6(address)) => address.is_loopback(),
            Host::Name(name) => name.as_str() == "localhost",
        };
        is_loopback || config.hops_to.contains(&self.host)
    }
}

impl Unmet {
    /// The exit code of the command, an error of Windows.
    #[must_use]
    pub fn exit_code(&self) -> i64 {
        match self {
            // ERROR_ACCESS_DENIED
            Self::Denied { .. } | Self::LoggedOff => 5,
            // ERROR_BAD_NETPATH
            Self::Unreachable { .. } => 53,
            // ERROR_NETWORK_ACCESS_DENIED
            Self::NotAllowed { .. } => 65,
            // ERROR_BUSY
            Self::Busy { .. } => 170,
        }
    }
}

impl fmt::Display for HopTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}/wsman", self.authority())
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed { host } => {
                write!(f, "expected localhost or a host of the configuration's list, found {host}")
            }
            Self::Busy { hops_max } => write!(f, "expected less than {hops_max} hops under way"),
            Self::Denied { why } => write!(f, "access is denied: {why}"),
            Self::Unreachable { why } => write!(f, "the host can't be reached: {why}"),
            Self::LoggedOff => f.write_str("access is denied: the logon that asked has ended"),
        }
    }
}

impl std::error::Error for Unmet {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Option<String> {
        HopTarget::parse(url).map(|target| target.to_string())
    }

    #[test]
    fn a_target_is_a_host_and_a_port_over_http() {
        for (url, target) in [
            ("http://Third", "http://third:5985/wsman"),
            ("http://third:80/wsman", "http://third:80/wsman"),
            ("http://[::1]:1/", "http://[::1]:1/wsman"),
        ] {
            assert_eq!(parse(url).as_deref(), Some(target), "{url}");
        }
        for url in
            ["", "third", "https://third", "http://", "http://a@third", "http://third/x", "http://third?x"]
        {
            assert_eq!(parse(url), None, "{url}");
        }
        let of = |len: usize| format!("http://{}third", "0".repeat(len - 12));
        assert_eq!(parse(&of(WSMAN_URI_BYTES_MAX + 1)), None);
    }

    #[test]
    fn only_loopback_is_reached_unless_the_configuration_names_the_host() {
        let allowed = |config: &Config, host: &str| {
            HopTarget { host: Host::parse(host).unwrap(), port: 1 }.is_allowed_by(config)
        };
        let config = Config::default();
        for host in ["127.0.0.1", "127.1.2.3", "::1", "LocalHost"] {
            assert!(allowed(&config, host), "{host}");
        }
        let outside = ["10.0.0.5", "0.0.0.0", "::", "::ffff:127.0.0.1", "localhost.example", "third"];
        for host in outside {
            assert!(!allowed(&config, host), "{host}");
        }
        let named = Config { hops_to: vec![Host::parse("third").unwrap()], ..config };
        assert!(allowed(&named, "THIRD"));
        assert!(!allowed(&named, "fourth"));
    }
}
