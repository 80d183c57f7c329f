use std::fmt;

use crate::auth::Random;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::Time;

/// Who logs on, in one of the two ways that a name is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub(crate) name: PrincipalName,
    pub(crate) kind: NameType,
}

impl Account {
    /// [RFC 4120 6.2] NT-PRINCIPAL: the name that the realm itself has for the account.
    #[must_use]
    pub fn principal(realm: &str, user: &str) -> Self {
        let components = user.split('/').map(str::to_owned).collect();
        Self { name: PrincipalName { realm: realm.to_owned(), components }, kind: NameType::PRINCIPAL }
    }

    /// [RFC 6806 5] NT-ENTERPRISE: `alice@example.test` as one component, which the realm looks up. Windows calls it the
    /// user principal name; its suffix need not be the realm.
    #[must_use]
    pub fn enterprise(realm: &str, user_principal_name: &str) -> Self {
        let components = vec![user_principal_name.to_owned()];
        Self { name: PrincipalName { realm: realm.to_owned(), components }, kind: NameType::ENTERPRISE }
    }

    /// The realm whose KDC is asked.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.name.realm
    }
}

/// What a ticket should be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The types of key that the client can use, the best first. The KDC chooses of them, and nothing else is taken.
    pub encryption_types: Vec<EncryptionType>,
    /// Seconds that it should be valid; a KDC may give less.
    pub lifetime_s: u64,
    /// What else.
    pub options: KdcOptions,
    /// [MS-KILE 2.2.3] KERB-PA-PAC-REQUEST: whether the ticket says who the user is to Windows. `None` leaves it to the
    /// KDC.
    pub pac: Option<bool>,
}

/// What Windows' clients ask for: any type, ten hours, to be forwarded if need be, a PAC.
impl Default for Wish {
    fn default() -> Self {
        Self {
            encryption_types: EncryptionType::KNOWN.to_vec(),
            lifetime_s: 10 * 3600,
            options: KdcOptions::FORWARDABLE.with(KdcOptions::CANONICALIZE),
            pac: Some(true),
        }
    }
}

/// [RFC 4120 5.4.1] KDCOptions, bit 0 the most significant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KdcOptions(pub u32);

impl KdcOptions {
    /// The ticket may become a forwarded one.
    pub const FORWARDABLE: Self = Self(0x4000_0000);
    /// A ticket-granting ticket for somebody else to use.
    pub const FORWARDED: Self = Self(0x2000_0000);
    /// [RFC 6806 3] The KDC may answer with other names and refer to other realms.
    pub const CANONICALIZE: Self = Self(0x0001_0000);

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// [RFC 6806 5]
impl NameType {
    /// NT-ENTERPRISE
    const ENTERPRISE: Self = Self(10);
}

/// What the core does not have by itself.
pub struct Given {
    /// What the time is.
    pub now: Time,
    /// For nonces and confounders.
    pub random: Random,
}

impl Given {
    /// [RFC 4120 5.4.1] A nonce; its highest bit is 0, as some KDCs read it with a sign.
    pub(crate) fn nonce(&mut self) -> u32 {
        let mut octets = [0; 4];
        (self.random)(&mut octets);
        u32::from_be_bytes(octets) & 0x7FFF_FFFF
    }

    pub(crate) fn confounder(&mut self) -> [u8; 16] {
        let mut octets = [0; 16];
        (self.random)(&mut octets);
        octets
    }
}

/// Its randomness is nobody's business.
impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").field("now", &self.now).finish_non_exhaustive()
    }
}
