use std::fmt;

use winrm_harness::client::Endpoint;

use crate::wsx::NEEDS;
use crate::wsx::ShownCertificate;

/// [RFC 3986 3] The address of a WS-Management service, as `http://host:5985/wsman` or `https://host:5986/wsman`.
///
/// [RFC 3986 3]: https://www.rfc-editor.org/rfc/rfc3986#section-3
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointUrl {
    is_tls: bool,
    /// A name or an address; IPv6 without brackets.
    host: String,
    port: u16,
    path: String,
}

/// MS-WSMV 2.1: the ports of WinRM over HTTP and HTTPS.
const PORT_HTTP: u16 = 5985;
const PORT_HTTPS: u16 = 5986;
const PATH_DEFAULT: &str = "/wsman";

/// Why a text is no address of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectError {
    /// It starts with neither `http://` nor `https://`.
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
    /// A case asks for HTTPS, and the run has no address of it.
    NoHttps,
    /// It is of HTTPS, and nobody said whose certificates to believe.
    NoTrust,
    /// The run has no such client certificate.
    NoCertificate(ShownCertificate),
    /// No such capability.
    Capability {
        /// The word.
        got: String,
    },
}

impl EndpointUrl {
    /// Parses `http://host` or `https://host`, with port and path if they aren't 5985 or 5986 and `/wsman`. IPv6 addresses stand in brackets.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        let (scheme, rest) = text.split_once("://").ok_or(SubjectError::Scheme { got: text.to_owned() })?;
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(SubjectError::Scheme { got: text.to_owned() }),
        };
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
            None if is_tls => PORT_HTTPS,
            None => PORT_HTTP,
            Some(port) => {
                let number = port.parse().ok().filter(|port| *port > 0);
                number.ok_or(SubjectError::Port { got: port.to_owned() })?
            }
        };
        let valid_path = path.chars().all(|c| c.is_ascii_graphic());
        if !valid_path {
            return Err(SubjectError::Host { got: text.to_owned() });
        }
        Ok(Self { is_tls, host: host.to_owned(), port, path: path.to_owned() })
    }

    /// `host:port`, as a socket and the `Host` field want it.
    pub fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Whether it is of HTTPS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The host; IPv6 without brackets.
    pub fn host(&self) -> &str {
        &self.host
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
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl fmt::Display for SubjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme { got } => {
                write!(f, "expected `http://host:port/wsman` or `https://host:port/wsman`, found `{got}`")
            }
            Self::Host { got } => {
                write!(f, "expected a host name, an IPv4 address or `[IPv6]`, found `{got}`")
            }
            Self::Port { got } => write!(f, "expected a port from 1 to 65535, found `{got}`"),
            Self::NoHttps => {
                f.write_str("expected `--https URL`: the case needs HTTPS, and the run has no address of it")
            }
            Self::NoTrust => f.write_str(
                "expected `--ca FILE` or `--pin SHA256` with HTTPS: whose certificates are to be believed",
            ),
            Self::NoCertificate(which) => {
                write!(f, "expected a client certificate that is {which}, and the run has none")
            }
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
        assert_eq!(parsed("HTTPS://host"), "https://host:5986/wsman");
        assert_eq!(parsed("https://host:443/x"), "https://host:443/x");
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_was_expected() {
        let error = |text| EndpointUrl::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("host"), @"expected `http://host:port/wsman` or `https://host:port/wsman`, found `host`");
        insta::assert_snapshot!(error("http://"), @"expected a host name, an IPv4 address or `[IPv6]`, found ``");
        insta::assert_snapshot!(error("http://::1/"), @"expected a host name, an IPv4 address or `[IPv6]`, found `::1`");
        insta::assert_snapshot!(error("http://host:0"), @"expected a port from 1 to 65535, found `0`");
        insta::assert_snapshot!(error("http://[::1]x"), @"expected a port from 1 to 65535, found `x`");
        assert!(EndpointUrl::parse("http://user:pw@host/").is_err());
    }
}
