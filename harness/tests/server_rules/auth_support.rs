//! Connections over TLS as the server sees them, and tickets for it.

use winrm_harness::auth::ChannelBindings;
use winrm_harness::auth::Random;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::kerberos::Credential;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::InitiatorGiven;
use winrm_harness::auth::kerberos::InitiatorOptions;
use winrm_harness::auth::kerberos::Key;
use winrm_harness::auth::kerberos::KeyVersion;
use winrm_harness::auth::kerberos::Keytab;
use winrm_harness::auth::kerberos::KeytabEntry;
use winrm_harness::auth::kerberos::Mint;
use winrm_harness::auth::kerberos::MintedTicket;
use winrm_harness::auth::kerberos::NameType;
use winrm_harness::auth::kerberos::PrincipalName;
use winrm_harness::auth::kerberos::Time;
use winrm_harness::auth::ntlm;
use winrm_harness::client::Session;
use winrm_harness::encryption::Protocol;
use winrm_harness::pair::PairError;
use winrm_harness::server::Config;
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
        ..TlsChannel::default()
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

/// The realm that the server is in.
pub(crate) const REALM: &str = "EXAMPLE.TEST";

pub(crate) fn principal(realm: &str, name: &str) -> PrincipalName {
    PrincipalName { realm: realm.to_owned(), components: name.split('/').map(str::to_owned).collect() }
}

fn service_key() -> Key {
    Key::new(EncryptionType::AES256_CTS_HMAC_SHA1_96, &[7; 32]).unwrap()
}

/// A server in a realm.
pub(crate) fn realm_config() -> Config {
    let entry = KeytabEntry {
        principal: principal(REALM, "HTTP/reference"),
        name_type: NameType::SERVICE,
        timestamp: 0,
        version: KeyVersion(1),
        key: service_key(),
    };
    let service_keys = Keytab { entries: vec![entry] };
    Config { realm: REALM.to_owned(), service_keys, ..config() }
}

/// The time of a pair, which stands still: seconds since 1970.
const NOW: u64 = (0x01DC_0000_0000_0000 - 116_444_736_000_000_000) / 10_000_000;

/// A ticket for the server.
pub(crate) fn ticket(client: PrincipalName) -> Credential {
    let mint = Mint { service: principal(REALM, "HTTP/reference"), key: service_key(), key_version: Some(1) };
    let minted = MintedTicket::new(client, NOW - 60, NOW + 3600);
    let mut random: Random = Box::new(|octets| octets.fill(9));
    mint.strike(&minted, &mut random).unwrap()
}

/// A client that shows a ticket of somebody. The same `seed` makes the same token.
pub(crate) fn kerberos(client: PrincipalName, bindings: Bindings, seed: u8) -> Box<dyn SecurityContext> {
    let options = InitiatorOptions { channel_bindings: bindings.value(), ..InitiatorOptions::default() };
    let now = Time { unix_s: NOW, micros: 0 };
    let random = Box::new(move |octets: &mut [u8]| octets.fill(seed));
    Box::new(kerberos::Initiator::new(ticket(client), options, InitiatorGiven { now, random }))
}

pub(crate) fn alice() -> PrincipalName {
    principal(REALM, "alice")
}

impl World {
    /// Logs somebody on by a ticket.
    pub(crate) fn log_on_by_ticket(
        &mut self,
        client: PrincipalName,
        protocol: Protocol,
    ) -> Result<Client, PairError> {
        let id = self.pair.connect();
        self.tickets += 1;
        let context = kerberos(client, Bindings::Absent, self.tickets);
        let session = self.pair.log_on_by(id, protocol, context)?;
        Ok(Client { id, session })
    }
}
