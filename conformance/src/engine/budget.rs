//! How many wrong passwords a run may send: who sends many locks accounts out.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Wrong passwords of one account in one run, unless `--allow lockout` says that it doesn't matter. Lock-outs begin at
/// three where administrators are strict.
pub(crate) const WRONG_PASSWORDS_MAX: u32 = 2;

/// What was sent so far.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    is_unbounded: bool,
    /// By the name of the account.
    sent: Mutex<BTreeMap<String, u32>>,
}

impl Budget {
    /// A budget; without a bound if nobody minds.
    pub(crate) fn new(is_unbounded: bool) -> Self {
        Self { is_unbounded, sent: Mutex::default() }
    }

    /// Takes one from the account's share. Says no if nothing is left.
    pub(crate) fn take(&self, account: &str) -> bool {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sent.entry(account.to_owned()).or_default();
        if *count >= WRONG_PASSWORDS_MAX && !self.is_unbounded {
            return false;
        }
        *count = count.saturating_add(1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_its_share_and_not_one_more() {
        let budget = Budget::new(false);
        assert!((0..WRONG_PASSWORDS_MAX).all(|_| budget.take("alice")));
        assert!(!budget.take("alice") && budget.take("bob"));
    }

    #[test]
    fn who_does_not_mind_has_no_bound() {
        let budget = Budget::new(true);
        assert!((0..=WRONG_PASSWORDS_MAX).all(|_| budget.take("alice")));
    }
}
