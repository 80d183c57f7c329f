//! A ticket-granting service that answers whatever a test wants.
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::TicketFlags;
use crate::auth::kerberos::kdc::tests::NONCE;
use crate::auth::kerberos::kdc::tests::recorded::NOW;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::flags;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::key_to_der;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::name_to_der;
use crate::auth::kerberos::wire::sequence;

pub(crate) fn name(realm: &str, components: &[&str]) -> PrincipalName {
    let components = components.iter().map(|component| (*component).to_owned()).collect();
    PrincipalName { realm: realm.to_owned(), components }
}

fn session_key() -> Key {
    Key::new(EncryptionType::AES256_CTS_HMAC_SHA1_96, &[5; 32]).unwrap()
}

/// What the client has: a ticket-granting ticket of its own realm.
pub(crate) fn ticket_granting_ticket() -> Credential {
    Credential {
        client: name("A.TEST", &["alice"]),
        server: name("A.TEST", &["krbtgt", "A.TEST"]),
        ticket: Answer::default().ticket(),
        session_key: session_key(),
        flags: 0,
        start_time: NOW,
        end_time: NOW + 3600,
    }
}

/// What the service says; by default what was asked.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) nonce: u32,
    pub(crate) client: PrincipalName,
    pub(crate) server: PrincipalName,
    pub(crate) readable_server: PrincipalName,
    pub(crate) flags: TicketFlags,
    pub(crate) start_time: u64,
    pub(crate) end_time: u64,
    pub(crate) session_key: Key,
    pub(crate) sealed_with: Key,
    pub(crate) usage: KeyUsage,
}

impl Default for Answer {
    fn default() -> Self {
        let server = name("A.TEST", &["HTTP", "host.a.test"]);
        Self {
            nonce: NONCE,
            client: name("A.TEST", &["alice"]),
            server: server.clone(),
            readable_server: server,
            flags: TicketFlags::default(),
            start_time: NOW,
            end_time: NOW + 3600,
            session_key: session_key(),
            sealed_with: session_key(),
            usage: KeyUsage(8),
        }
    }
}

impl Answer {
    /// A ticket for this service.
    pub(crate) fn of(server: PrincipalName) -> Self {
        Self { server: server.clone(), readable_server: server, ..Self::default() }
    }

    fn ticket(&self) -> Vec<u8> {
        let sealed = EncryptedData {
            encryption_type: EncryptionType::AES256_CTS_HMAC_SHA1_96,
            key_version: Some(1),
            cipher: vec![0x5A; 60],
        };
        let server = &self.readable_server;
        message(
            1,
            &[
                field(0, &integer(5)),
                field(1, &general_string(&server.realm)),
                field(2, &name_to_der(NameType::SERVICE, server)),
                field(3, &sealed.to_der()),
            ],
        )
    }

    /// [RFC 4120 5.4.2] TGS-REP
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let inner = message(
            26,
            &[
                field(0, &key_to_der(&self.session_key)),
                field(1, &sequence(&[])),
                field(2, &integer(self.nonce.into())),
                field(4, &flags(self.flags.0)),
                field(5, &time::to_der(self.start_time)),
                field(6, &time::to_der(self.start_time)),
                field(7, &time::to_der(self.end_time)),
                field(9, &general_string(&self.server.realm)),
                field(10, &name_to_der(NameType::SERVICE, &self.server)),
            ],
        );
        let cipher = self.sealed_with.encrypt(self.usage, [1; 16], &inner).unwrap();
        let encryption_type = self.sealed_with.encryption_type();
        let sealed = EncryptedData { encryption_type, key_version: None, cipher };
        message(
            13,
            &[
                field(0, &integer(5)),
                field(1, &integer(13)),
                field(3, &general_string(&self.client.realm)),
                field(4, &name_to_der(NameType::PRINCIPAL, &self.client)),
                field(5, &self.ticket()),
                field(6, &sealed.to_der()),
            ],
        )
    }
}
