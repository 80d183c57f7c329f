use crate::shell::NAMESPACE;
use crate::soap::text_newtype;
use crate::wsman::SelectorSet;
use crate::xml::Element;
use crate::xml::QName;

text_newtype! {
    /// [MS-WSMV 2.2.4.37] `ShellId`, an upper case GUID; the client may choose it.
    ///
    /// [MS-WSMV 2.2.4.37]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    ShellId
}

text_newtype! {
    /// [MS-WSMV 2.2.4.8] `CommandId`, an upper case GUID; the client may choose it.
    ///
    /// [MS-WSMV 2.2.4.8]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    CommandId
}

impl ShellId {
    /// The name of the selector; the text writes `ShellID`.
    pub const SELECTOR: &'static str = "ShellId";

    /// The shell that a set of selectors names.
    #[must_use]
    pub fn in_selectors(selectors: &SelectorSet) -> Option<Self> {
        selectors.text(Self::SELECTOR).map(Self::new)
    }

    /// The set of selectors that names the shell.
    #[must_use]
    pub fn to_selectors(&self) -> SelectorSet {
        SelectorSet::of(Self::SELECTOR, self.as_str())
    }

    /// Whether both name the same shell: Windows ignores the case, and the text puts `uuid:` before the GUID.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        is_same_guid(self.as_str(), other.as_str())
    }
}

impl CommandId {
    /// Whether both name the same command; see [`ShellId::is_same`].
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        is_same_guid(self.as_str(), other.as_str())
    }
}

fn is_same_guid(one: &str, other: &str) -> bool {
    bare_guid(one) == bare_guid(other)
}

/// The GUID of an id in upper case, without the `uuid:` that the text has: what two spellings of one id share.
pub(crate) fn bare_guid(id: &str) -> String {
    match id.split_at_checked(5) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("uuid:") => rest.to_ascii_uppercase(),
        _ => id.to_ascii_uppercase(),
    }
}

/// The attribute or element name of a command's id.
pub(super) const COMMAND_ID: QName = QName::new(NAMESPACE, "CommandId");
/// The same as an attribute, which is in no namespace.
pub(super) const COMMAND_ID_ATTRIBUTE: QName = QName::local("CommandId");

/// The command that the attribute of `element` names.
pub(super) fn command_id(element: Element<'_>) -> Option<CommandId> {
    element.attribute(COMMAND_ID_ATTRIBUTE).map(CommandId::new)
}
