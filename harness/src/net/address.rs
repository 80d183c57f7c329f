use std::fmt;

use crate::auth::policy::Host;
use crate::auth::policy::HostError;
use crate::limits::WSMAN_URI_BYTES_MAX;

/// [MS-WSMV 2.2.4.5] Where a service is when nothing else is said.
const HTTP_PORT: u16 = 5985;
const HTTPS_PORT: u16 = 5986;

/// Where a service is: `host`, `host:port`, `http://host:port/path` or the same with `https`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether it is spoken to over TLS.
    pub is_tls: bool,
    /// The computer.
    pub host: Host,
    /// The port.
    pub port: u16,
    /// The path, with its slash.
    pub path: String,
}

/// Why a text is no address of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// It begins with another scheme than `http` and `https`.
    Scheme {
        /// Which.
        found: String,
    },
    /// The host is none, or the port.
    Host(HostError),
    /// A character that no path of a service has. A query or a fragment would go to another resource than its reader
    /// thinks, a line break into the next header.
    Path {
        /// It.
        found: char,
    },
    /// It is longer than the bound.
    TooLong {
        /// The bound.
        len_max: usize,
    },
}

impl Address {
    /// Reads an address. Ports are 5985 and 5986 and the path is `/wsman` unless something else stands there.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > WSMAN_URI_BYTES_MAX {
            return Err(AddressError::TooLong { len_max: WSMAN_URI_BYTES_MAX });
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            found => return Err(AddressError::Scheme { found: found.to_owned() }),
        };
        let (authority, path) = match rest.find('/').and_then(|at| rest.split_at_checked(at)) {
            Some((authority, path)) if path != "/" => (authority, path),
            Some((authority, _)) => (authority, "/wsman"),
            None => (rest, "/wsman"),
        };
        let is_known = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
        if let Some(found) = path.chars().find(|c| !is_known(*c)) {
            return Err(AddressError::Path { found });
        }
        let (host, port) = Host::and_port_of(authority)?;
        let port = port.unwrap_or(if is_tls { HTTPS_PORT } else { HTTP_PORT });
        Ok(Self { is_tls, host, port, path: path.to_owned() })
    }

    /// Host and port as they stand in a `Host` header.
    #[must_use]
    pub fn authority(&self) -> String {
        match &self.host {
            Host::Address(address) => std::net::SocketAddr::new(*address, self.port).to_string(),
            Host::Name(name) => format!("{}:{}", name.as_str(), self.port),
        }
    }
}

impl From<HostError> for AddressError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme { found } => write!(f, "expected an address of http or https, found {found}"),
            Self::Host(error) => error.fmt(f),
            Self::Path { found } => write!(f, "expected a path such as /wsman, found {found:?} in it"),
            Self::TooLong { len_max } => write!(f, "expected an address of at most {len_max} octets"),
        }
    }
}

impl std::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, AddressError> {
        Address::parse(text).map(|address| address.to_string())
    }

    #[test]
    fn sec_02_an_address_without_port_has_that_of_its_scheme() {
        for (text, expected) in [
            ("server", "http://server:5985/wsman"),
            ("http://server", "http://server:5985/wsman"),
            ("https://Server/", "https://server:5986/wsman"),
            ("HTTPS://server:443/a/b", "https://server:443/a/b"),
            ("10.0.0.5:80", "http://10.0.0.5:80/wsman"),
            ("[::1]", "http://[::1]:5985/wsman"),
            ("https://[::1]:1/wsman", "https://[::1]:1/wsman"),
        ] {
            assert_eq!(parse(text), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_would_lead_elsewhere_is_no_address() {
        assert_eq!(parse("ftp://server"), Err(AddressError::Scheme { found: "ftp".to_owned() }));
        for (text, found) in [("server/wsman?x", '?'), ("server/a b", ' '), ("server/a\r\nX: y", '\r')] {
            assert_eq!(parse(text), Err(AddressError::Path { found }), "{text:?}");
        }
        for (text, found) in [("server?x", '?'), ("user@server", '@'), ("server#x", '#'), ("a\r\nb", '\r')] {
            assert_eq!(parse(text), Err(AddressError::Host(HostError::Character { found })), "{text:?}");
        }
        assert_eq!(parse("server:99999"), Err(AddressError::Host(HostError::Port)));
        assert_eq!(parse("http://"), Err(AddressError::Host(HostError::Empty)));
    }

    #[test]
    fn an_address_on_the_bound_is_read_and_one_past_it_is_not() {
        let of = |len: usize| format!("a/{}", "p".repeat(len - 2));
        assert!(parse(&of(WSMAN_URI_BYTES_MAX)).is_ok());
        let refused = parse(&of(WSMAN_URI_BYTES_MAX + 1));
        assert_eq!(refused, Err(AddressError::TooLong { len_max: WSMAN_URI_BYTES_MAX }));
    }
}
