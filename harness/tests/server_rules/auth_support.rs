//! Connections over TLS, as the server sees them.

use winrm_harness::auth::ChannelBindings;
use winrm_harness::auth::ntlm;
use winrm_harness::client::Session;
use winrm_harness::encryption::Protocol;
use winrm_harness::pair::PairError;
use winrm_harness::server::ConnectionId;
use winrm_harness::tls::Channel;
use winrm_harness::tls::TlsChannel;

use crate::support::*;

/// The hash of the certificate that connections over TLS have shown.
pub(crate) const CERTIFICATE_HASH: [u8; 32] = [0xAB; 32];

pub(crate) fn tls() -> Channel {
    Channel::Tls(Box::new(TlsChannel {
        end_point_hash: CERTIFICATE_HASH.to_vec(),
        version: "TLSv1.3".to_owned(),
        cipher_suite: "TLS13_AES_256_GCM_SHA384".to_owned(),
        client_certificate: None,
    }))
}

/// What a client binds its logon to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bindings {
    Absent,
    Right,
    /// Those of a connection to somebody between.
    Wrong,
}

impl Bindings {
    pub(crate) const ALL: [Self; 3] = [Self::Absent, Self::Right, Self::Wrong];

    pub(crate) fn value(self) -> Option<ChannelBindings> {
        match self {
            Self::Absent => None,
            Self::Right => Some(ChannelBindings::tls_server_end_point(&CERTIFICATE_HASH)),
            Self::Wrong => Some(ChannelBindings::tls_server_end_point(&[0xCD; 32])),
        }
    }
}

impl World {
    /// Logs alice on by NTLM.
    pub(crate) fn log_on_bound(
        &mut self,
        id: ConnectionId,
        bindings: Bindings,
    ) -> Result<Session, PairError> {
        let credential = ntlm::Credential::password("", "alice", "alice-password");
        let context = ntlm::Initiator::new(credential, bindings.value()).unwrap();
        self.pair.log_on_by(id, Protocol::Spnego, Box::new(context))
    }

    /// Logs alice on over TLS, by NTLM.
    pub(crate) fn log_on_over_tls(&mut self) -> Client {
        let id = self.pair.connect_over(tls());
        let session = self.log_on_bound(id, Bindings::Right).unwrap();
        Client { id, session }
    }
}
