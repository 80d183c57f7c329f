//! Tickets whose DER is picky-krb's, and the sides that use them.

use std::sync::Arc;

use picky_asn1::bit_string::BitString;
use picky_asn1::date::GeneralizedTime;
use picky_asn1::restricted_string::Ia5String;
use picky_asn1::wrapper::*;
use picky_asn1_der::application_tag::ApplicationTag;
use picky_krb::data_types as picky;

use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::kerberos::*;

/// 2027-01-15 08:00:00.
pub(super) const NOW: u64 = 1_800_000_000;
pub(super) const HOUR: u64 = 3600;
pub(super) const AES256: EncryptionType = EncryptionType::AES256_CTS_HMAC_SHA1_96;

/// What a KDC decides about a ticket.
#[derive(Clone)]
pub(super) struct Minted {
    pub(super) ticket_type: EncryptionType,
    pub(super) session_type: EncryptionType,
    pub(super) key_version: u32,
    pub(super) server: PrincipalName,
    pub(super) flags: TicketFlags,
    pub(super) start_time: u64,
    pub(super) end_time: u64,
}

impl Default for Minted {
    fn default() -> Self {
        Self {
            ticket_type: AES256,
            session_type: AES256,
            key_version: 2,
            server: service("HTTP"),
            flags: TicketFlags::default(),
            start_time: NOW - HOUR,
            end_time: NOW + HOUR,
        }
    }
}

pub(super) fn service(class: &str) -> PrincipalName {
    name(&[class, "server.example.test"])
}

pub(super) fn name(components: &[&str]) -> PrincipalName {
    let components = components.iter().map(ToString::to_string).collect();
    PrincipalName { realm: "EXAMPLE.TEST".to_owned(), components }
}

pub(super) fn key(kind: EncryptionType, octet: u8) -> Key {
    Key::new(kind, &vec![octet; kind.key_len().unwrap()]).unwrap()
}

pub(super) fn service_key(kind: EncryptionType) -> Key {
    key(kind, 0x5E)
}

pub(super) fn session_key(kind: EncryptionType) -> Key {
    key(kind, 0x55)
}

/// Octets that count up from `seed`.
pub(super) fn random(seed: u8) -> crate::auth::Random {
    let mut next = seed;
    Box::new(move |octets| {
        for octet in octets {
            *octet = next;
            next = next.wrapping_mul(5).wrapping_add(3);
        }
    })
}

impl Minted {
    pub(super) fn credential(&self) -> Credential {
        let part = picky_asn1_der::to_vec(&self.part()).unwrap();
        let cipher = service_key(self.ticket_type).encrypt(KeyUsage(2), [9; 16], &part).unwrap();
        let ticket = ApplicationTag::<_, 1>(picky::TicketInner {
            tkt_vno: ExplicitContextTag0::from(number(5)),
            realm: ExplicitContextTag1::from(text(&self.server.realm)),
            sname: ExplicitContextTag2::from(principal(2, &self.server)),
            enc_part: ExplicitContextTag3::from(picky::EncryptedData {
                etype: ExplicitContextTag0::from(number(self.ticket_type.0.try_into().unwrap())),
                kvno: Optional::from(Some(ExplicitContextTag1::from(number(self.key_version)))),
                cipher: ExplicitContextTag2::from(OctetStringAsn1::from(cipher)),
            }),
        });
        Credential {
            client: name(&["alice"]),
            server: self.server.clone(),
            ticket: picky_asn1_der::to_vec(&ticket).unwrap(),
            session_key: session_key(self.session_type),
            flags: self.flags.0,
            start_time: self.start_time,
            end_time: self.end_time,
        }
    }

    fn part(&self) -> picky::EncTicketPart {
        let session_key = session_key(self.session_type);
        ApplicationTag(picky::EncTicketPartInner {
            flags: ExplicitContextTag0::from(flags(self.flags.0)),
            key: ExplicitContextTag1::from(picky::EncryptionKey {
                key_type: ExplicitContextTag0::from(number(self.session_type.0.try_into().unwrap())),
                key_value: ExplicitContextTag1::from(OctetStringAsn1::from(session_key.octets().to_vec())),
            }),
            crealm: ExplicitContextTag2::from(text("EXAMPLE.TEST")),
            cname: ExplicitContextTag3::from(principal(1, &name(&["alice"]))),
            transited: ExplicitContextTag4::from(picky::TransitedEncoding {
                tr_type: ExplicitContextTag0::from(number(0)),
                contents: ExplicitContextTag1::from(OctetStringAsn1::from(Vec::new())),
            }),
            auth_time: ExplicitContextTag5::from(moment(self.start_time)),
            starttime: Optional::from(Some(ExplicitContextTag6::from(moment(self.start_time)))),
            endtime: ExplicitContextTag7::from(moment(self.end_time)),
            renew_till: Optional::from(None),
            caddr: Optional::from(None),
            authorization_data: Optional::from(None),
        })
    }

    pub(super) fn initiator(&self, options: InitiatorOptions) -> Initiator {
        let given = InitiatorGiven { now: Time { unix_s: NOW, micros: 7 }, random: random(1) };
        Initiator::new(self.credential(), options, given)
    }

    /// The client's first token.
    pub(super) fn token(&self, options: InitiatorOptions) -> Vec<u8> {
        match self.initiator(options).step(&[]).unwrap() {
            Step::Continue(token) | Step::Complete(Some(token)) => token,
            Step::Complete(None) => panic!("a client begins"),
        }
    }
}

fn number(value: u32) -> IntegerAsn1 {
    IntegerAsn1::from_bytes_be_unsigned(
        value.to_be_bytes().iter().copied().skip_while(|octet| *octet == 0).collect(),
    )
}

fn text(text: &str) -> picky::KerberosStringAsn1 {
    GeneralStringAsn1::from(Ia5String::from_string(text.to_owned()).unwrap())
}

fn principal(kind: u32, name: &PrincipalName) -> picky::PrincipalName {
    let strings: Vec<_> = name.components.iter().map(|component| text(component)).collect();
    picky::PrincipalName {
        name_type: ExplicitContextTag0::from(number(kind)),
        name_string: ExplicitContextTag1::from(Asn1SequenceOf::from(strings)),
    }
}

fn flags(flags: u32) -> picky::KerberosFlags {
    BitStringAsn1::from(BitString::with_bytes(flags.to_be_bytes().to_vec()))
}

fn moment(unix_s: u64) -> picky::KerberosTime {
    let text = ::time::OffsetDateTime::from_unix_timestamp(unix_s.try_into().unwrap()).unwrap();
    let year = u16::try_from(text.year()).unwrap();
    let date = GeneralizedTime::new(
        year,
        text.month().into(),
        text.day(),
        text.hour(),
        text.minute(),
        text.second(),
    );
    GeneralizedTimeAsn1::from(date.unwrap())
}

/// The keys of HTTP/server.example.test: version 2, one of each type.
pub(super) fn keytab() -> Keytab {
    let entry = |kind| entry(service("HTTP"), 2, service_key(kind));
    Keytab { entries: EncryptionType::KNOWN.into_iter().map(entry).collect() }
}

pub(super) fn entry(principal: PrincipalName, version: u32, key: Key) -> KeytabEntry {
    let version = KeyVersion(version);
    KeytabEntry { principal, name_type: NameType::PRINCIPAL, timestamp: 0, version, key }
}

pub(super) fn acceptor(policy: AcceptorPolicy) -> Acceptor {
    acceptor_of(&Arc::new(AcceptorCredentials::new(keytab())), policy, NOW)
}

pub(super) fn acceptor_of(
    credentials: &Arc<AcceptorCredentials>,
    policy: AcceptorPolicy,
    now: u64,
) -> Acceptor {
    let given = AcceptorGiven { now: Time { unix_s: now, micros: 0 }, random: random(101) };
    Acceptor::new(Arc::clone(credentials), policy, given)
}

/// Runs both sides to their end.
pub(super) fn establish(client: &mut Initiator, server: &mut Acceptor) {
    match client.step(&[]).unwrap() {
        Step::Continue(request) => {
            let Step::Complete(Some(answer)) = server.step(&request).unwrap() else { panic!("no AP-REP") };
            assert_eq!(client.step(&answer).unwrap(), Step::Complete(None));
        }
        Step::Complete(Some(request)) => assert_eq!(server.step(&request).unwrap(), Step::Complete(None)),
        Step::Complete(None) => panic!("a client begins"),
    }
}

/// Sends a message each way.
pub(super) fn converse(one: &mut dyn SecurityContext, other: &mut dyn SecurityContext) {
    for text in ["first", "second"] {
        let mut message = text.as_bytes().to_vec();
        let header = one.seal(&mut message).unwrap();
        assert_ne!(message, text.as_bytes());
        other.unseal(&header, &mut message).unwrap();
        assert_eq!(message, text.as_bytes());
        let mic = other.sign(text.as_bytes()).unwrap();
        one.verify(&mic, text.as_bytes()).unwrap();
        let mut answer = text.as_bytes().to_vec();
        let header = other.seal(&mut answer).unwrap();
        one.unseal(&header, &mut answer).unwrap();
        assert_eq!(answer, text.as_bytes());
    }
}
