use std::fmt;

use crate::wsman::sddl::SddlError;
use crate::wsman::sddl::Sid;
use crate::wsman::sddl::Trustee;

/// [MS-DTYP 2.4.3] The rights that a WS-Management operation needs ([MS-WSMV 3.1.4.1.28]).
///
/// [MS-DTYP 2.4.3]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
/// [MS-WSMV 3.1.4.1.28]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// `GR`
    Read,
    /// `GW`
    Write,
    /// `GX`
    Execute,
}

/// Whether an entry gives or takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AceKind {
    /// `A`
    Allow,
    /// `D`
    Deny,
}

/// [MS-DTYP 2.5.1.1] One entry of an access control list.
///
/// [MS-DTYP 2.5.1.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ace {
    /// What it does.
    pub kind: AceKind,
    /// How it is inherited, in pairs of letters.
    flags: String,
    /// What it is about.
    pub rights: Rights,
    /// Whom it is about.
    pub trustee: Trustee,
}

/// The rights of an [`Ace`], as it spells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    text: String,
    mask: u32,
}

const GENERIC_ALL: u32 = 0x1000_0000;
/// Only for what is inside the object that has the list.
const INHERIT_ONLY: &str = "IO";
const FLAGS: &[&str] = &["CI", "OI", "NP", INHERIT_ONLY, "ID", "SA", "FA"];

/// [MS-DTYP 2.5.1.1] the letters of rights. Only the generic ones mean something to a service.
///
/// [MS-DTYP 2.5.1.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
const LETTERS: &[(&str, u32)] = &[
    ("GA", GENERIC_ALL),
    ("GX", 0x2000_0000),
    ("GW", 0x4000_0000),
    ("GR", 0x8000_0000),
    ("RC", 0x0002_0000),
    ("SD", 0x0001_0000),
    ("WD", 0x0004_0000),
    ("WO", 0x0008_0000),
    ("CC", 0x0001),
    ("DC", 0x0002),
    ("LC", 0x0004),
    ("SW", 0x0008),
    ("RP", 0x0010),
    ("WP", 0x0020),
    ("DT", 0x0040),
    ("LO", 0x0080),
    ("CR", 0x0100),
    ("FA", 0x001F_01FF),
    ("FR", 0x0012_0089),
    ("FW", 0x0012_0116),
    ("FX", 0x0012_00A0),
    ("KA", 0x000F_003F),
    ("KR", 0x0002_0019),
    ("KW", 0x0002_0006),
    ("KX", 0x0002_0019),
];

impl Right {
    fn mask(self) -> u32 {
        match self {
            Self::Read => 0x8000_0000,
            Self::Write => 0x4000_0000,
            Self::Execute => 0x2000_0000,
        }
    }
}

impl Rights {
    /// Parses `GRGX`, a number, or nothing, which is no right.
    pub fn parse(text: &str) -> Result<Self, SddlError> {
        let wrong = || SddlError::Rights { found: text.chars().take(64).collect() };
        let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let mask = match hexadecimal {
            Some(digits) if digits.starts_with('+') => return Err(wrong()),
            Some(digits) => u32::from_str_radix(digits, 16).map_err(|_| wrong())?,
            None if text.starts_with(|c: char| c.is_ascii_digit()) => text.parse().map_err(|_| wrong())?,
            None => {
                let mut letters = pairs(text).ok_or_else(wrong)?;
                letters.try_fold(0, |all, pair| Some(all | mask_of(pair)?)).ok_or_else(wrong)?
            }
        };
        Ok(Self { text: text.to_owned(), mask })
    }

    /// Whether the right is among them.
    #[must_use]
    pub fn has(&self, right: Right) -> bool {
        self.mask & (GENERIC_ALL | right.mask()) != 0
    }
}

fn mask_of(letters: &str) -> Option<u32> {
    LETTERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(letters)).map(|(_, mask)| *mask)
}

/// The text in pieces of two octets; `None` if it has none or can't be cut so.
fn pairs(text: &str) -> Option<impl Iterator<Item = &str>> {
    let is_even = text.is_ascii() && text.len().is_multiple_of(2);
    is_even.then(|| (0..text.len()).step_by(2).filter_map(|at| text.get(at..at.saturating_add(2))))
}

impl Ace {
    /// Parses what stands between the parentheses.
    pub(super) fn parse(text: &str) -> Result<Self, SddlError> {
        let wrong = || SddlError::Ace { found: text.chars().take(64).collect() };
        let fields: Vec<&str> = text.splitn(7, ';').collect();
        let [kind, flags, rights, object, inherited, trustee] = fields.as_slice() else {
            return Err(wrong());
        };
        let kind = match kind.to_ascii_uppercase().as_str() {
            "A" => AceKind::Allow,
            "D" => AceKind::Deny,
            _ => return Err(SddlError::AceKind { found: kind.chars().take(64).collect() }),
        };
        if !object.is_empty() || !inherited.is_empty() {
            return Err(wrong());
        }
        let is_flag = |pair: &str| FLAGS.iter().any(|flag| flag.eq_ignore_ascii_case(pair));
        if !pairs(flags).is_some_and(|mut pairs| pairs.all(is_flag)) {
            return Err(SddlError::Flags { found: flags.chars().take(64).collect() });
        }
        Ok(Self {
            kind,
            flags: (*flags).to_owned(),
            rights: Rights::parse(rights)?,
            trustee: Trustee::parse(trustee)?,
        })
    }

    /// Whether it decides about a right of somebody who is all of `sids`.
    pub(super) fn decides(&self, right: Right, sids: &[Sid]) -> bool {
        let is_inherit_only = pairs(&self.flags)
            .is_some_and(|mut pairs| pairs.any(|pair| pair.eq_ignore_ascii_case(INHERIT_ONLY)));
        !is_inherit_only && self.rights.has(right) && sids.contains(&self.trustee.sid())
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Ace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            AceKind::Allow => "A",
            AceKind::Deny => "D",
        };
        write!(f, "({kind};{};{};;;{})", self.flags, self.rights, self.trustee)
    }
}
