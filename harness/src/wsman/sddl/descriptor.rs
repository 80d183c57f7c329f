use std::fmt;

use crate::limits::SDDL_ACES_MAX;
use crate::limits::SDDL_BYTES_MAX;
use crate::wsman::sddl::Ace;
use crate::wsman::sddl::AceKind;
use crate::wsman::sddl::Right;
use crate::wsman::sddl::SddlError;
use crate::wsman::sddl::Sid;
use crate::wsman::sddl::Trustee;

/// [MS-DTYP 2.5.1] A security descriptor.
///
/// [MS-DTYP 2.5.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityDescriptor {
    /// Whose it is.
    pub owner: Option<Trustee>,
    /// The owner's group.
    pub group: Option<Trustee>,
    /// Who may do what; without a list everybody may do everything.
    pub dacl: Option<Acl>,
    /// What is to be audited: kept as it stands, since nothing is.
    pub sacl: Option<String>,
}

/// [MS-DTYP 2.4.5] ACL, the entries in the order in which they decide.
///
/// [MS-DTYP 2.4.5]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acl {
    /// How the list is inherited.
    flags: String,
    /// The entries.
    pub aces: Vec<Ace>,
}

const ACL_FLAGS: &[&str] = &["P", "AR", "AI", "NO_ACCESS_CONTROL"];

impl SecurityDescriptor {
    /// Parses a descriptor. White space means nothing: long ones are wrapped where they are printed.
    pub fn parse(text: &str) -> Result<Self, SddlError> {
        if text.len() > SDDL_BYTES_MAX {
            return Err(SddlError::TooLong { bytes_max: SDDL_BYTES_MAX });
        }
        let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let mut rest = text.as_str();
        let mut trustee = |tag| match strip_tag(rest, tag) {
            Some(behind) => {
                let (trustee, behind) = Trustee::parse_front(behind)?;
                rest = behind;
                Ok::<_, SddlError>(Some(trustee))
            }
            None => Ok(None),
        };
        let (owner, group) = (trustee("O:")?, trustee("G:")?);
        let mut dacl = None;
        if let Some(behind) = strip_tag(rest, "D:") {
            let (list, behind) = Acl::parse_front(behind)?;
            (dacl, rest) = (Some(list), behind);
        }
        let mut sacl = None;
        if let Some(behind) = strip_tag(rest, "S:") {
            (sacl, rest) = (Some(behind.to_owned()), "");
            require_list(behind)?;
        }
        let is_nothing = owner.is_none() && group.is_none() && dacl.is_none() && sacl.is_none();
        if is_nothing || !rest.is_empty() {
            return Err(SddlError::Part { found: rest.chars().take(64).collect() });
        }
        Ok(Self { owner, group, dacl, sacl })
    }

    /// Whether somebody who is all of `sids` has the right: the first entry that is about it decides, and where none
    /// is, nobody has it.
    #[must_use]
    pub fn grants(&self, right: Right, sids: &[Sid]) -> bool {
        let Some(dacl) = &self.dacl else { return true };
        let deciding = dacl.aces.iter().find(|ace| ace.decides(right, sids));
        dacl.flags.contains("NO_ACCESS_CONTROL") || deciding.is_some_and(|ace| ace.kind == AceKind::Allow)
    }
}

impl Acl {
    /// Parses what `text` begins with, and gives the rest.
    fn parse_front(text: &str) -> Result<(Self, &str), SddlError> {
        let (flags, mut rest) = split_flags(text)?;
        let mut aces = Vec::new();
        while let Some(inside) = rest.strip_prefix('(') {
            let wrong = || SddlError::Ace { found: rest.chars().take(64).collect() };
            let (ace, behind) = inside.split_once(')').ok_or_else(wrong)?;
            if aces.len() == SDDL_ACES_MAX {
                return Err(SddlError::TooManyAces { aces_max: SDDL_ACES_MAX });
            }
            aces.push(Ace::parse(ace)?);
            rest = behind;
        }
        Ok((Self { flags: flags.to_owned(), aces }, rest))
    }
}

fn strip_tag<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    let (front, rest) = text.split_at_checked(tag.len())?;
    front.eq_ignore_ascii_case(tag).then_some(rest)
}

/// The flags that a list begins with. Those of the next part, `S:`, are not among them.
fn split_flags(text: &str) -> Result<(&str, &str), SddlError> {
    let end =
        text.find('(').or_else(|| text.find(':').map(|colon| colon.saturating_sub(1))).unwrap_or(text.len());
    let end = end.min(text.find(':').map_or(end, |colon| colon.saturating_sub(1)));
    let (flags, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let mut unread = flags;
    while !unread.is_empty() {
        let known = ACL_FLAGS.iter().find_map(|flag| strip_tag(unread, flag));
        unread = known.ok_or_else(|| SddlError::Flags { found: flags.chars().take(64).collect() })?;
    }
    Ok((flags, rest))
}

/// Entries of audit have types of their own; that they are entries is all that is asked of them.
fn require_list(text: &str) -> Result<(), SddlError> {
    let (_, mut rest) = split_flags(text)?;
    while let Some(inside) = rest.strip_prefix('(') {
        rest = inside.split_once(')').map(|(_, rest)| rest).unwrap_or(inside);
    }
    match rest.is_empty() {
        true => Ok(()),
        false => Err(SddlError::Ace { found: rest.chars().take(64).collect() }),
    }
}

impl fmt::Display for SecurityDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(owner) = &self.owner {
            write!(f, "O:{owner}")?;
        }
        if let Some(group) = &self.group {
            write!(f, "G:{group}")?;
        }
        if let Some(dacl) = &self.dacl {
            write!(f, "D:{}", dacl.flags)?;
            dacl.aces.iter().try_for_each(|ace| ace.fmt(f))?;
        }
        if let Some(sacl) = &self.sacl {
            write!(f, "S:{sacl}")?;
        }
        Ok(())
    }
}
