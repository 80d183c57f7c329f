use std::fmt;
use std::net::IpAddr;
use std::net::Ipv6Addr;

use crate::limits::HOST_CHARS_MAX;

/// A server as its user names it. A name can be somebody's in a directory; an address can't, so Kerberos needs a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A NetBIOS name or an Internet host name.
    Name(HostName),
    /// An address.
    Address(IpAddr),
}

/// A host name in lower case, as names are compared without case; an international one in its ASCII form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostName(String);

/// Why a text names no host.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostError {
    /// There is nothing.
    Empty,
    /// It is longer than a name can be.
    TooLong {
        /// Characters a name has at most.
        chars_max: usize,
    },
    /// A character that no name has.
    Character {
        /// It.
        found: char,
    },
    /// What stands in brackets is no IPv6 address, or a bracket is alone.
    Brackets,
    /// A last label of digits that makes no IPv4 address. Resolvers read `2130706433` and `0x7f.1` as addresses, so it can't
    /// pass for a name.
    NumericName,
    /// What follows the host is no port.
    Port,
}

impl Host {
    /// A name, an IPv4 address, or an IPv6 address with or without brackets.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if text.is_empty() {
            return Err(HostError::Empty);
        }
        if text.chars().nth(HOST_CHARS_MAX).is_some() {
            return Err(HostError::TooLong { chars_max: HOST_CHARS_MAX });
        }
        if text.contains(['[', ']']) {
            let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let address = inner.and_then(|inner| inner.parse::<Ipv6Addr>().ok());
            return address.map(|address| Self::Address(address.into())).ok_or(HostError::Brackets);
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        HostName::parse(text).map(Self::Name)
    }

    /// The host of `host:port`, as it stands in a `Host` header. The port may be missing.
    pub fn of_authority(authority: &str) -> Result<Self, HostError> {
        Self::and_port_of(authority).map(|(host, _)| host)
    }

    /// Host and port of `host:port`. An IPv6 address with a port needs its brackets.
    pub fn and_port_of(authority: &str) -> Result<(Self, Option<u16>), HostError> {
        let is_bare_ipv6 = !authority.starts_with('[') && authority.matches(':').count() > 1;
        let is_port = |at: &usize| authority.rfind(']').is_none_or(|bracket| bracket < *at);
        let colon = authority.rfind(':').filter(|at| !is_bare_ipv6 && is_port(at));
        let Some((host, port)) = colon.and_then(|at| authority.split_at_checked(at)) else {
            return Ok((Self::parse(authority)?, None));
        };
        let is_digits = |port: &&str| port.bytes().all(|digit| digit.is_ascii_digit());
        let port = port.get(1..).filter(is_digits).and_then(|port| port.parse().ok());
        match port.filter(|port| *port > 0) {
            Some(port) => Ok((Self::parse(host)?, Some(port))),
            None => Err(HostError::Port),
        }
    }

    /// The name, unless it is an address.
    #[must_use]
    pub fn name(&self) -> Option<&HostName> {
        match self {
            Self::Name(name) => Some(name),
            Self::Address(_) => None,
        }
    }
}

impl HostName {
    fn parse(text: &str) -> Result<Self, HostError> {
        let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if let Some(found) = text.chars().find(|c| !is_known(*c)) {
            return Err(HostError::Character { found });
        }
        let mut labels = text.strip_suffix('.').unwrap_or(text).rsplit('.');
        let last = labels.next().unwrap_or_default();
        if last.is_empty() || labels.any(str::is_empty) {
            return Err(HostError::Character { found: '.' });
        }
        if is_number(last) {
            return Err(HostError::NumericName);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.chars().all(|c| c.is_ascii_hexdigit()),
        None => label.chars().all(|c| c.is_ascii_digit()),
    }
}

/// As it stands in a list or a principal; IPv6 without brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name.as_str()),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("expected a host name or an address, found nothing"),
            Self::TooLong { chars_max } => {
                write!(f, "expected a host of at most {chars_max} characters, found a longer one")
            }
            Self::Character { found } => {
                write!(f, "expected a host name or an address, found {found:?} in it")
            }
            Self::Brackets => f.write_str("expected an IPv6 address between [ and ]"),
            Self::NumericName => f.write_str("expected a host name or four numbers, found digits alone"),
            Self::Port => f.write_str("expected a port from 1 to 65535 after the host"),
        }
    }
}

impl std::error::Error for HostError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<String, HostError> {
        Host::parse(text).map(|host| host.to_string())
    }

    #[test]
    fn names_and_addresses_are_told_apart() {
        assert!(matches!(Host::parse("Server-1.Example.TEST"), Ok(Host::Name(_))));
        for address in ["10.0.0.5", "::1", "[::1]", "[FE80::1]"] {
            assert!(matches!(Host::parse(address), Ok(Host::Address(_))), "{address}");
        }
        assert_eq!(parse("Server-1.Example.TEST"), Ok("server-1.example.test".to_owned()));
        assert_eq!(parse("[FE80:0:0:0:0:0:0:1]"), Ok("fe80::1".to_owned()));
    }

    #[test]
    fn what_resolvers_read_as_an_address_is_no_name() {
        for text in ["2130706433", "0x7f000001", "127.1", "10.0.0.256", "1.2.3.4.5", "a.0x7f", "a.1."] {
            assert_eq!(parse(text), Err(HostError::NumericName), "{text}");
        }
        assert_eq!(parse("1a"), Ok("1a".to_owned()));
        assert_eq!(parse("10.example"), Ok("10.example".to_owned()));
    }

    #[test]
    fn what_names_no_host_is_an_error_of_its_own() {
        assert_eq!(parse(""), Err(HostError::Empty));
        for (text, found) in
            [("a b", ' '), ("a/b", '/'), ("a@b", '@'), ("a:1", ':'), ("*", '*'), ("a..b", '.')]
        {
            assert_eq!(parse(text), Err(HostError::Character { found }), "{text}");
        }
        for text in ["[::1", "::1]", "[10.0.0.1]", "[]", "[a]"] {
            assert_eq!(parse(text), Err(HostError::Brackets), "{text}");
        }
    }

    #[test]
    fn a_name_on_the_bound_is_taken_and_one_past_it_is_not() {
        assert!(parse(&"a".repeat(HOST_CHARS_MAX)).is_ok());
        let refused = parse(&"a".repeat(HOST_CHARS_MAX + 1));
        assert_eq!(refused, Err(HostError::TooLong { chars_max: HOST_CHARS_MAX }));
    }

    #[test]
    fn the_host_of_an_authority_has_no_port() {
        let of = |text| Host::of_authority(text).map(|host| host.to_string());
        for (authority, host) in [
            ("h:5985", "h"),
            ("h", "h"),
            ("10.0.0.5:5985", "10.0.0.5"),
            ("[::1]:5985", "::1"),
            ("[::1]", "::1"),
            ("::1", "::1"),
        ] {
            assert_eq!(of(authority), Ok(host.to_owned()), "{authority}");
        }
        for authority in ["h:", "h:0", "h:65536", "h:x", "h:+1", "[::1]:"] {
            assert_eq!(of(authority), Err(HostError::Port), "{authority}");
        }
    }

    proptest! {
        #[test]
        fn what_is_parsed_says_itself_again(text in "\\PC{0,40}") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(&host.to_string()), Ok(host));
            }
        }
    }
}
