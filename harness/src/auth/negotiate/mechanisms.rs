use std::fmt;

use crate::auth::SecurityContext;
use crate::auth::negotiate::MechType;
use crate::auth::ntlm;

/// What an acceptor can do, its own favourite first: each mechanism with a context that has not been used yet.
///
/// One that was not chosen is dropped unused. [`MechType::KERBEROS`] stands for both spellings of Kerberos.
pub struct Mechanisms {
    offered: Vec<(MechType, Box<dyn SecurityContext>)>,
    list_mic: ListMicPolicy,
}

/// When a client has to prove which list of mechanisms it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListMicPolicy {
    /// Whenever the mechanism is not the client's favourite. A client whose favourite it is notices itself when somebody
    /// shortened its list, and old ones (curl with NTLM) send no MIC then.
    #[default]
    UnlessClientsFavourite,
    /// [RFC 4178 5] Also when it is not the acceptor's favourite: "MIC tokens MUST be exchanged".
    UnlessFavouriteOfBoth,
}

impl Mechanisms {
    /// These, the favourite first.
    pub fn new(offered: Vec<(MechType, Box<dyn SecurityContext>)>) -> Self {
        Self { offered, list_mic: ListMicPolicy::default() }
    }

    /// The same, demanding MICs by another policy.
    #[must_use]
    pub fn with_list_mic(mut self, list_mic: ListMicPolicy) -> Self {
        self.list_mic = list_mic;
        self
    }

    pub(crate) fn has(&self, mech: &MechType) -> bool {
        self.offered.iter().any(|(ours, _)| ours.is_same_mechanism(mech))
    }

    /// Whether the choice of `mech` obliges the client to a MIC although it is the client's favourite.
    pub(crate) fn demands_list_mic(&self, mech: &MechType) -> bool {
        let is_favourite = self.offered.first().is_some_and(|(ours, _)| ours.is_same_mechanism(mech));
        self.list_mic == ListMicPolicy::UnlessFavouriteOfBoth && !is_favourite
    }

    pub(crate) fn take(self, mech: &MechType) -> Option<Box<dyn SecurityContext>> {
        let mut offered = self.offered.into_iter();
        offered.find(|(ours, _)| ours.is_same_mechanism(mech)).map(|(_, context)| context)
    }
}

impl From<ntlm::Acceptor> for Mechanisms {
    /// NTLM alone.
    fn from(context: ntlm::Acceptor) -> Self {
        Self::new(vec![(MechType::NTLM, Box::new(context))])
    }
}

impl fmt::Debug for Mechanisms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.offered.iter().map(|(mech, _)| mech);
        f.debug_list().entries(names).finish()
    }
}
