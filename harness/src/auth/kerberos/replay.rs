use std::collections::BTreeSet;

use sha2::Digest;
use sha2::Sha256;

use crate::auth::AuthError;
use crate::auth::kerberos::KerberosError;
use crate::limits::KERBEROS_REPLAYS_MAX;

/// [RFC 4120 3.2.3] The authenticators that were accepted while they could be accepted again.
///
/// One for all connections: a replay comes on another one. What is remembered is a hash of the encrypted authenticator,
/// as two clients may well share a microsecond. When it is full, new authenticators are refused until old ones expire:
/// forgetting one early would let it in again. Only who has a ticket can fill it.
#[derive(Debug, Clone)]
pub struct ReplayCache {
    entries_max: usize,
    /// When it can be forgotten, and its hash.
    entries: BTreeSet<(u64, Fingerprint)>,
}

/// Seconds since 1970 until which an authenticator is acceptable can't tell two of them apart; this does.
type Fingerprint = [u8; 32];

impl ReplayCache {
    /// One that has its full size.
    pub fn new() -> Self {
        Self::with_entries_max(KERBEROS_REPLAYS_MAX)
    }

    /// A smaller one, for tests of what happens when it is full.
    pub fn with_entries_max(entries_max: usize) -> Self {
        Self { entries_max: entries_max.min(KERBEROS_REPLAYS_MAX), entries: BTreeSet::new() }
    }

    /// Remembers an authenticator that nobody will accept after `acceptable_until`, unless it came before.
    pub(crate) fn admit(
        &mut self,
        authenticator: &[u8],
        acceptable_until: u64,
        now: u64,
    ) -> Result<(), AuthError> {
        self.forget_before(now);
        let entry = (acceptable_until, Sha256::digest(authenticator).into());
        if self.entries.contains(&entry) {
            return Err(KerberosError::Replay.into());
        }
        if self.entries.len() >= self.entries_max {
            return Err(KerberosError::ReplayCacheFull { entries_max: self.entries_max }.into());
        }
        self.entries.insert(entry);
        Ok(())
    }

    fn forget_before(&mut self, now: u64) {
        while self.entries.first().is_some_and(|(until, _)| *until < now) {
            self.entries.pop_first();
        }
    }
}

impl Default for ReplayCache {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLAY: AuthError = AuthError::Kerberos(KerberosError::Replay);

    #[test]
    fn an_authenticator_is_admitted_once_until_it_expires() {
        let mut cache = ReplayCache::new();
        assert_eq!(cache.admit(b"a", 300, 0), Ok(()));
        assert_eq!(cache.admit(b"b", 300, 0), Ok(()));
        assert_eq!(cache.admit(b"a", 300, 0), Err(REPLAY));
        assert_eq!(cache.admit(b"a", 300, 300), Err(REPLAY));
        assert_eq!(cache.entries.len(), 2);
        assert_eq!(cache.admit(b"c", 601, 301), Ok(()));
        assert_eq!(cache.entries.len(), 1);
    }

    #[test]
    fn a_full_cache_refuses_the_new_and_remembers_the_old() {
        let mut cache = ReplayCache::with_entries_max(2);
        assert_eq!(cache.admit(b"a", 300, 0), Ok(()));
        assert_eq!(cache.admit(b"b", 400, 0), Ok(()));
        let full = KerberosError::ReplayCacheFull { entries_max: 2 };
        assert_eq!(cache.admit(b"c", 300, 0), Err(full.into()));
        assert_eq!(cache.admit(b"a", 300, 0), Err(REPLAY));
        assert_eq!(cache.admit(b"c", 700, 301), Ok(()));
        assert_eq!(cache.admit(b"b", 400, 301), Err(REPLAY));
        assert_eq!(ReplayCache::with_entries_max(usize::MAX).entries_max, KERBEROS_REPLAYS_MAX);
    }
}
