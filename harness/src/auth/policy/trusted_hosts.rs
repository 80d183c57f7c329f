use std::fmt;

use crate::auth::policy::Host;
use crate::auth::policy::HostError;
use crate::limits::TRUSTED_HOSTS_BYTES_MAX;
use crate::limits::TRUSTED_HOSTS_MAX;

/// [MS-WSMV 2.2.4.6] TrustedHosts: the servers that need not prove who they are.
///
/// A host in the list isn't known to be the one that was meant: the list only says that its user takes the risk. A pattern
/// is compared with the name as it was given, so `10.*` fits the address 10.0.0.5 and also a host called `10.example`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedHosts(List);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum List {
    #[default]
    Nobody,
    Everybody,
    Patterns(Vec<Pattern>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// `*.example`, without the asterisk.
    Suffix(String),
    /// `web*`, without the asterisk.
    Prefix(String),
    /// `<local>`
    Local,
    Exactly(Host),
}

/// Why a text is no list of trusted hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustedHostsError {
    /// The list is longer than the bound.
    TooLong {
        /// Octets of it.
        len: usize,
        /// The bound.
        len_max: usize,
    },
    /// The list has more hosts than the bound.
    TooMany {
        /// The bound.
        hosts_max: usize,
    },
    /// Nothing between two commas, or before the first or after the last.
    EmptyItem {
        /// Which item, counted from 0.
        index: usize,
    },
    /// `*` alone trusts everybody, so nothing can stand beside it.
    AsteriskInList {
        /// Which item, counted from 0.
        index: usize,
    },
    /// An asterisk that stands neither first nor last, or two of them.
    Asterisk {
        /// The item.
        found: String,
    },
    /// A word in angle brackets that is not `<local>`.
    Word {
        /// The item.
        found: String,
    },
    /// What is no host.
    Host {
        /// The item.
        found: String,
        /// What is wrong with it.
        error: HostError,
    },
}

impl TrustedHosts {
    /// Nobody: what Windows starts with.
    pub const NOBODY: Self = Self(List::Nobody);
    /// Everybody, `*`.
    pub const EVERYBODY: Self = Self(List::Everybody);

    /// [MS-WSMV 2.2.4.6] Reads a blank, `*`, or a comma list of `prefix*`, `*suffix`, `<local>`, names and addresses.
    /// White space around an item is none of it.
    pub fn parse(text: &str) -> Result<Self, TrustedHostsError> {
        if text.len() > TRUSTED_HOSTS_BYTES_MAX {
            let len_max = TRUSTED_HOSTS_BYTES_MAX;
            return Err(TrustedHostsError::TooLong { len: text.len(), len_max });
        }
        match text.trim() {
            "" => return Ok(Self::NOBODY),
            "*" => return Ok(Self::EVERYBODY),
            _ => {}
        }
        if text.split(',').nth(TRUSTED_HOSTS_MAX).is_some() {
            return Err(TrustedHostsError::TooMany { hosts_max: TRUSTED_HOSTS_MAX });
        }
        let items = text.split(',').map(str::trim).enumerate();
        let patterns = items.map(|(index, item)| Pattern::parse(index, item)).collect::<Result<_, _>>()?;
        Ok(Self(List::Patterns(patterns)))
    }

    /// Whether `host` is trusted.
    #[must_use]
    pub fn contains(&self, host: &Host) -> bool {
        match &self.0 {
            List::Nobody => false,
            List::Everybody => true,
            List::Patterns(patterns) => {
                let text = host.to_string();
                patterns.iter().any(|pattern| pattern.fits(host, &text))
            }
        }
    }
}

impl Pattern {
    fn parse(index: usize, item: &str) -> Result<Self, TrustedHostsError> {
        if item.is_empty() {
            return Err(TrustedHostsError::EmptyItem { index });
        }
        if item == "*" {
            return Err(TrustedHostsError::AsteriskInList { index });
        }
        if item.starts_with('<') {
            return match item.eq_ignore_ascii_case("<local>") {
                true => Ok(Self::Local),
                false => Err(TrustedHostsError::Word { found: item.to_owned() }),
            };
        }
        if let Some(suffix) = item.strip_prefix('*') {
            return part(item, suffix.strip_suffix(']').unwrap_or(suffix)).map(Self::Suffix);
        }
        if let Some(prefix) = item.strip_suffix('*') {
            return part(item, prefix.strip_prefix('[').unwrap_or(prefix)).map(Self::Prefix);
        }
        if item.contains('*') {
            return Err(TrustedHostsError::Asterisk { found: item.to_owned() });
        }
        let host = Host::parse(item);
        host.map(Self::Exactly).map_err(|error| TrustedHostsError::Host { found: item.to_owned(), error })
    }

    fn fits(&self, host: &Host, text: &str) -> bool {
        match self {
            Self::Suffix(suffix) => text.ends_with(suffix),
            Self::Prefix(prefix) => text.starts_with(prefix),
            // An IPv6 address has no period either, and is nobody's NetBIOS name.
            Self::Local => host.name().is_some_and(|name| !name.as_str().contains('.')),
            Self::Exactly(trusted) => trusted == host,
        }
    }
}

/// What stands beside the asterisk of a pattern: part of a name or an address.
fn part(item: &str, part: &str) -> Result<String, TrustedHostsError> {
    if part.contains('*') {
        return Err(TrustedHostsError::Asterisk { found: item.to_owned() });
    }
    let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let error = match part.chars().find(|c| !is_known(*c)) {
        Some(found) => HostError::Character { found },
        None if part.is_empty() => HostError::Empty,
        None => return Ok(part.to_ascii_lowercase()),
    };
    Err(TrustedHostsError::Host { found: item.to_owned(), error })
}

impl fmt::Display for TrustedHostsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { len, len_max } => {
                write!(f, "TrustedHosts of {len} octets: expected at most {len_max}")
            }
            Self::TooMany { hosts_max } => write!(f, "expected at most {hosts_max} trusted hosts"),
            Self::EmptyItem { index } => write!(f, "expected a host as item {index}, found nothing"),
            Self::AsteriskInList { index } => {
                write!(f, "found `*` as item {index}: expected it alone, or with part of a name")
            }
            Self::Asterisk { found } => {
                write!(f, "expected one asterisk, first or last, found `{found}`")
            }
            Self::Word { found } => write!(f, "expected `<local>`, found `{found}`"),
            Self::Host { found, error } => write!(f, "no trusted host `{found}`: {error}"),
        }
    }
}

impl std::error::Error for TrustedHostsError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trusts(list: &str, host: &str) -> bool {
        TrustedHosts::parse(list).unwrap().contains(&Host::parse(host).unwrap())
    }

    fn check(list: &str, trusted: &[&str], others: &[&str]) {
        for host in trusted {
            assert!(trusts(list, host), "{list:?} trusts {host}");
        }
        for host in others {
            assert!(!trusts(list, host), "{list:?} does not trust {host}");
        }
    }

    #[test]
    fn sec_27_blank_trusts_nobody_and_the_asterisk_everybody() {
        check("", &[], &["a", "10.0.0.5", "::1"]);
        check(" \t", &[], &["a"]);
        check(" * ", &["a", "a.example", "10.0.0.5", "::1"], &[]);
    }

    #[test]
    fn sec_27_a_pattern_has_its_asterisk_first_or_last() {
        check("web*", &["web", "WEB1", "web.example"], &["aweb", "10.0.0.5"]);
        check(
            "*.example.TEST",
            &["a.Example.test", "a.b.example.test"],
            &["example.test", "a.example.tests"],
        );
        check("10.0.*", &["10.0.0.5", "10.0.example"], &["10.1.0.5", "110.0.0.5"]);
        check("fe80:*, *:1", &["fe80::2", "[fe80::2]", "::1"], &["fec0::2"]);
        check("[fe80:*, *:1]", &["fe80::2", "[::1]"], &["fec0::2"]);
    }

    #[test]
    fn sec_27_local_is_every_name_without_a_period_and_no_address() {
        check("<local>", &["server", "SERVER"], &["server.example", "server.", "10.0.0.5", "::1"]);
        check("<LOCAL>", &["server"], &[]);
    }

    #[test]
    fn sec_27_an_exact_host_is_compared_without_case_and_brackets() {
        check(
            "Server.Example, 10.0.0.5 ,[::1]",
            &["sERVER.example", "10.0.0.5", "::1", "[0:0::1]"],
            &["server", "server.example.org", "10.0.0.55", "::2", "::ffff:10.0.0.5"],
        );
        check("FE80::00A1", &["[fe80::a1]"], &["fe80::a"]);
    }

    #[test]
    fn sec_27_what_is_no_list_is_an_error_of_its_own() {
        let error = |text| TrustedHosts::parse(text).unwrap_err();
        for (text, index) in [(",", 0), ("a,,b", 1), ("a,", 1), (" ,a", 0)] {
            assert_eq!(error(text), TrustedHostsError::EmptyItem { index }, "{text}");
        }
        assert_eq!(error("a,*"), TrustedHostsError::AsteriskInList { index: 1 });
        for text in ["a*b", "*a*", "**", "*a*b"] {
            assert_eq!(error(text), TrustedHostsError::Asterisk { found: text.to_owned() }, "{text}");
        }
        for text in ["<remote>", "<local", "<>"] {
            assert_eq!(error(text), TrustedHostsError::Word { found: text.to_owned() }, "{text}");
        }
        for (text, found) in [("a b", ' '), ("a;b", ';'), ("h:5985", ':'), ("h/x*", '/'), ("*a b", ' ')] {
            let error = HostError::Character { found };
            let expected = TrustedHostsError::Host { found: text.to_owned(), error };
            assert_eq!(TrustedHosts::parse(text), Err(expected), "{text}");
        }
        let (found, brackets) = ("[::1".to_owned(), HostError::Brackets);
        assert_eq!(error("[::1"), TrustedHostsError::Host { found, error: brackets });
    }

    #[test]
    fn a_list_on_the_bounds_is_taken_and_one_past_them_is_not() {
        let of = |count: usize| vec!["a"; count].join(",");
        assert!(TrustedHosts::parse(&of(TRUSTED_HOSTS_MAX)).is_ok());
        let refused = TrustedHosts::parse(&of(TRUSTED_HOSTS_MAX + 1));
        assert_eq!(refused, Err(TrustedHostsError::TooMany { hosts_max: TRUSTED_HOSTS_MAX }));
        let len_max = TRUSTED_HOSTS_BYTES_MAX;
        assert!(TrustedHosts::parse(&" ".repeat(len_max)).is_ok());
        let refused = TrustedHosts::parse(&" ".repeat(len_max + 1));
        assert_eq!(refused, Err(TrustedHostsError::TooLong { len: len_max + 1, len_max }));
    }

    proptest! {
        #[test]
        fn a_list_without_asterisk_or_local_trusts_only_what_stands_in_it(
            list in prop::collection::vec("[a-z]{1,3}(\\.[a-z]{1,2})?", 1..4),
            host in "[a-z]{1,3}(\\.[a-z]{1,2})?",
        ) {
            prop_assert_eq!(trusts(&list.join(","), &host), list.contains(&host));
        }

        #[test]
        fn any_text_is_a_list_or_an_error(text in "\\PC{0,60}") {
            let _ = TrustedHosts::parse(&text).map(|list| list.contains(&Host::parse("a").unwrap()));
        }
    }
}
