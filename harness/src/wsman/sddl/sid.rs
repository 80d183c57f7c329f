use std::fmt;

use crate::limits::SID_SUB_AUTHORITIES_MAX;
use crate::wsman::sddl::SddlError;

/// [MS-DTYP 2.4.2] SID, who somebody is or which group somebody is in.
///
/// [MS-DTYP 2.4.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid {
    authority: u64,
    sub_authorities: [u32; SID_SUB_AUTHORITIES_MAX],
    count: usize,
}

/// The authority of most SIDs.
const NT: u64 = 5;
/// The sub-authority before the groups that every computer has.
const BUILTIN: u32 = 32;
/// The sub-authorities of the accounts of this computer: no other computer is ever seen, so any will do.
const COMPUTER: [u32; 4] = [21, 1_111_111_111, 2_222_222_222, 3_333_333_333];

impl Sid {
    /// Everybody, `WD`.
    pub const EVERYONE: Self = Self::new(1, &[0]);
    /// Those who logged on over a network, `NU`, which all users of a service did.
    pub const NETWORK: Self = Self::new(NT, &[2]);
    /// Those who sit in front of the computer, `IU`.
    pub const INTERACTIVE: Self = Self::new(NT, &[4]);
    /// Those who proved who they are, `AU`.
    pub const AUTHENTICATED_USERS: Self = Self::new(NT, &[11]);
    /// The group of administrators, `BA`.
    pub const ADMINISTRATORS: Self = Self::new(NT, &[BUILTIN, 544]);
    /// The group of users, `BU`.
    pub const USERS: Self = Self::new(NT, &[BUILTIN, 545]);

    const fn new(authority: u64, parts: &[u32]) -> Self {
        let (mut sub_authorities, mut count) = ([0; SID_SUB_AUTHORITIES_MAX], 0);
        let mut rest = parts;
        let mut place: &mut [u32] = &mut sub_authorities;
        while let (Some((part, others)), Some((first, places))) =
            (rest.split_first(), place.split_first_mut())
        {
            *first = *part;
            count += 1;
            (rest, place) = (others, places);
        }
        Self { authority, sub_authorities, count }
    }

    /// The account of this computer with that relative identifier.
    #[must_use]
    pub const fn of_account(relative: u32) -> Self {
        let [a, b, c, d] = COMPUTER;
        Self::new(NT, &[a, b, c, d, relative])
    }

    /// Parses `S-1-5-32-544`.
    pub fn parse(text: &str) -> Result<Self, SddlError> {
        let wrong = || SddlError::Sid { found: text.chars().take(64).collect() };
        let mut parts =
            text.strip_prefix("S-1-").or_else(|| text.strip_prefix("s-1-")).ok_or_else(wrong)?.split('-');
        let authority = parts.next().and_then(digits).filter(|n| *n < 1 << 48).ok_or_else(wrong)?;
        let mut sub_authorities = Vec::new();
        for part in parts {
            let part = digits(part).and_then(|n| u32::try_from(n).ok()).ok_or_else(wrong)?;
            if sub_authorities.len() == SID_SUB_AUTHORITIES_MAX {
                return Err(wrong());
            }
            sub_authorities.push(part);
        }
        match sub_authorities.is_empty() {
            true => Err(wrong()),
            false => Ok(Self::new(authority, &sub_authorities)),
        }
    }

    /// The SID that two letters stand for, if they stand for one.
    fn of_alias(alias: &str) -> Option<Self> {
        let found = ALIASES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(alias));
        found.map(|(_, authority, parts)| match (*authority, *parts) {
            (0, [relative]) => Self::of_account(*relative),
            (authority, parts) => Self::new(authority, parts),
        })
    }
}

/// Nothing but digits: a sign is no part of a SID.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-1-{}", self.authority)?;
        self.sub_authorities.iter().take(self.count).try_for_each(|part| write!(f, "-{part}"))
    }
}

/// A SID as a descriptor spells it, by its numbers or by two letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trustee {
    text: String,
    sid: Sid,
}

impl Trustee {
    /// Parses `BA` or `S-1-5-32-544`.
    pub fn parse(text: &str) -> Result<Self, SddlError> {
        let sid = match Sid::of_alias(text) {
            Some(sid) => sid,
            None => Sid::parse(text)?,
        };
        Ok(Self { text: text.to_owned(), sid })
    }

    /// Parses what `text` begins with, and gives the rest.
    pub(super) fn parse_front(text: &str) -> Result<(Self, &str), SddlError> {
        let length = match text.get(..2) {
            Some("S-" | "s-") => text
                .char_indices()
                .skip(1)
                .find(|(_, c)| !c.is_ascii_digit() && *c != '-')
                .map_or(text.len(), |(at, _)| at),
            _ => 2,
        };
        let wrong = || SddlError::Sid { found: text.chars().take(64).collect() };
        let (front, rest) = text.split_at_checked(length).ok_or_else(wrong)?;
        Ok((Self::parse(front)?, rest))
    }

    /// Who it is.
    #[must_use]
    pub fn sid(&self) -> Sid {
        self.sid
    }
}

impl fmt::Display for Trustee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// [MS-DTYP 2.5.1.1] the letters, with authority and sub-authorities; authority 0 is an account of this computer, which
/// is its own domain.
///
/// [MS-DTYP 2.5.1.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
const ALIASES: &[(&str, u64, &[u32])] = &[
    ("AC", 15, &[2, 1]),
    ("AN", NT, &[7]),
    ("AO", NT, &[BUILTIN, 548]),
    ("AU", NT, &[11]),
    ("BA", NT, &[BUILTIN, 544]),
    ("BG", NT, &[BUILTIN, 546]),
    ("BO", NT, &[BUILTIN, 551]),
    ("BU", NT, &[BUILTIN, 545]),
    ("CA", 0, &[517]),
    ("CD", NT, &[BUILTIN, 574]),
    ("CG", 3, &[1]),
    ("CO", 3, &[0]),
    ("CY", NT, &[BUILTIN, 569]),
    ("DA", 0, &[512]),
    ("DC", 0, &[515]),
    ("DD", 0, &[516]),
    ("DG", 0, &[514]),
    ("DU", 0, &[513]),
    ("EA", 0, &[519]),
    ("ED", NT, &[9]),
    ("ER", NT, &[BUILTIN, 573]),
    ("HI", 16, &[12_288]),
    ("IS", NT, &[BUILTIN, 568]),
    ("IU", NT, &[4]),
    ("LA", 0, &[500]),
    ("LG", 0, &[501]),
    ("LS", NT, &[19]),
    ("LU", NT, &[BUILTIN, 559]),
    ("LW", 16, &[4096]),
    ("ME", 16, &[8192]),
    ("MU", NT, &[BUILTIN, 558]),
    ("NO", NT, &[BUILTIN, 556]),
    ("NS", NT, &[20]),
    ("NU", NT, &[2]),
    ("OW", 3, &[4]),
    ("PA", 0, &[520]),
    ("PO", NT, &[BUILTIN, 550]),
    ("PS", NT, &[10]),
    ("PU", NT, &[BUILTIN, 547]),
    ("RC", NT, &[12]),
    ("RD", NT, &[BUILTIN, 555]),
    ("RE", NT, &[BUILTIN, 552]),
    ("RM", NT, &[BUILTIN, 580]),
    ("RS", 0, &[553]),
    ("RU", NT, &[BUILTIN, 554]),
    ("SA", 0, &[518]),
    ("SI", 16, &[16_384]),
    ("SO", NT, &[BUILTIN, 549]),
    ("SU", NT, &[6]),
    ("SY", NT, &[18]),
    ("WD", 1, &[0]),
];
