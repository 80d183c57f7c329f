use std::sync::Mutex;
use std::sync::PoisonError;

use crate::auth::AuthError;
use crate::auth::kerberos::KerberosError;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::KeyVersion;
use crate::auth::kerberos::Keytab;
use crate::auth::kerberos::KeytabEntry;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::ReplayCache;
use crate::auth::kerberos::ticket::EncTicketPart;
use crate::auth::kerberos::ticket::Ticket;
use crate::limits::KERBEROS_KEYS_TRIED_MAX;

/// What all acceptors of a server share: its keys, and which authenticators it has seen.
#[derive(Debug, Default)]
pub struct AcceptorCredentials {
    keytab: Keytab,
    replays: Mutex<ReplayCache>,
}

/// Classes of service that are one to a Windows host, which keeps one key for all of them: a client asks for any.
/// [MS-KILE 3.4.5] names the last.
const HOST_CLASSES: [&str; 4] = ["HTTP", "WSMAN", "host", "RestrictedKrbHost"];

impl AcceptorCredentials {
    /// The services whose keys are in `keytab`.
    pub fn new(keytab: Keytab) -> Self {
        Self::remembering(keytab, ReplayCache::new())
    }

    /// The same, with a replay cache of another size.
    pub fn remembering(keytab: Keytab, replays: ReplayCache) -> Self {
        Self { keytab, replays: Mutex::new(replays) }
    }

    /// [RFC 4120 3.2.3] Refuses an authenticator that came before, on whatever connection.
    pub(crate) fn admit(
        &self,
        authenticator: &[u8],
        acceptable_until: u64,
        now: u64,
    ) -> Result<(), AuthError> {
        let mut replays = self.replays.lock().unwrap_or_else(PoisonError::into_inner);
        replays.admit(authenticator, acceptable_until, now)
    }

    /// Opens a ticket by the service's key, or by an older one [MS-KILE 3.4.5].
    pub(crate) fn open(&self, ticket: &Ticket) -> Result<EncTicketPart, AuthError> {
        let found = ticket.enc_part.encryption_type;
        let mut keys = self.keys_of(&ticket.server);
        if keys.is_empty() {
            return Err(KerberosError::UnknownService.into());
        }
        keys.retain(|entry| entry.key.encryption_type() == found);
        if keys.is_empty() {
            return Err(KerberosError::NoKey { found }.into());
        }
        let version = ticket.enc_part.key_version.map(KeyVersion);
        keys.sort_by_key(|entry| version != Some(entry.version));
        let open = |entry: &&KeytabEntry| entry.key.decrypt(KeyUsage::TICKET, &ticket.enc_part.cipher).ok();
        let opened = keys.iter().take(KERBEROS_KEYS_TRIED_MAX).find_map(open);
        EncTicketPart::parse(&opened.ok_or(KerberosError::TicketModified)?)
    }

    /// The keys of this very service, else those of another class of the same host.
    fn keys_of(&self, server: &PrincipalName) -> Vec<&KeytabEntry> {
        let of = |fits: &dyn Fn(&PrincipalName) -> bool| -> Vec<&KeytabEntry> {
            self.keytab.entries.iter().filter(|entry| fits(&entry.principal)).collect()
        };
        let exact = of(&|principal| is_same(principal, server));
        match exact.is_empty() {
            true => of(&|principal| is_same_host(principal, server)),
            false => exact,
        }
    }
}

/// [MS-KILE 3.1.5.11] Names are compared without regard to case. Other KDCs do regard it, and then the key decides.
fn is_same(one: &PrincipalName, other: &PrincipalName) -> bool {
    let is_same_text = |(one, other): (&String, &String)| one.eq_ignore_ascii_case(other);
    one.realm.eq_ignore_ascii_case(&other.realm)
        && one.components.len() == other.components.len()
        && one.components.iter().zip(&other.components).all(is_same_text)
}

fn is_same_host(one: &PrincipalName, other: &PrincipalName) -> bool {
    let host = |name: &PrincipalName| match name.components.as_slice() {
        [class, host] if HOST_CLASSES.iter().any(|known| known.eq_ignore_ascii_case(class)) => {
            Some((host.to_ascii_lowercase(), name.realm.to_ascii_lowercase()))
        }
        _ => None,
    };
    host(one).is_some_and(|one| host(other) == Some(one))
}
