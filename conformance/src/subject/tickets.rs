use std::fmt;

use winrm_harness::auth::kerberos::CredentialCache;
use winrm_harness::auth::kerberos::Mint;
use winrm_harness::net::Kdc;

/// Where the Kerberos tickets of a run come from.
#[derive(Clone, Default)]
pub enum TicketSource {
    /// There are none.
    #[default]
    None,
    /// We make them: the service's key is ours.
    Minted(Mint),
    /// A KDC gives them for passwords.
    Kdc {
        /// Where it is.
        kdc: Kdc,
        /// The realm of the users.
        realm: String,
        /// Whom the tickets are for: `HTTP` and the host.
        service: Vec<String>,
    },
    /// Somebody got them before.
    Cache {
        /// The tickets.
        cache: CredentialCache,
        /// Whom the ticket has to be for.
        service: Vec<String>,
    },
}

impl TicketSource {
    /// What nobody may read: who has it can make tickets, or use them.
    pub fn secrets(&self) -> Vec<&[u8]> {
        match self {
            Self::Minted(mint) => vec![mint.key.octets()],
            Self::Cache { cache, .. } => {
                let credentials = cache.credentials.iter();
                credentials.flat_map(|known| [known.session_key.octets(), known.ticket.as_slice()]).collect()
            }
            Self::None | Self::Kdc { .. } => Vec::new(),
        }
    }
}

/// No key and no ticket in a log.
impl fmt::Debug for TicketSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Minted(_) => "Minted",
            Self::Kdc { .. } => "Kdc",
            Self::Cache { .. } => "Cache",
        })
    }
}
