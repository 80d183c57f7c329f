//! A KDC that nobody here wrote gives tickets to our client, and MIT's own commands read what we write.
//!
//! Needs the Debian packages `krb5-kdc krb5-admin-server krb5-user`.
#![cfg(test)]

#[path = "kdc/realm.rs"]
mod realm;

use std::fs;

use realm::OTHER;
use realm::PASSWORD;
use realm::REALM;
use realm::Realm;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::Random;
use winrm_harness::auth::kerberos::Credential;
use winrm_harness::auth::kerberos::CredentialCache;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::ErrorCode;
use winrm_harness::auth::kerberos::Mint;
use winrm_harness::auth::kerberos::MintedTicket;
use winrm_harness::auth::kerberos::PrincipalName;
use winrm_harness::auth::kerberos::TicketFlags;
use winrm_harness::auth::kerberos::kdc::Account;
use winrm_harness::auth::kerberos::kdc::KdcError;
use winrm_harness::auth::kerberos::kdc::KdcOptions;
use winrm_harness::auth::kerberos::kdc::Wish;
use winrm_harness::net::TicketError;
use winrm_harness::net::random_octets;

const TYPES: [(&str, EncryptionType); 5] = [
    ("aes128", EncryptionType::AES128_CTS_HMAC_SHA1_96),
    ("aes256", EncryptionType::AES256_CTS_HMAC_SHA1_96),
    ("aes128-sha2", EncryptionType::AES128_CTS_HMAC_SHA256_128),
    ("aes256-sha2", EncryptionType::AES256_CTS_HMAC_SHA384_192),
    ("rc4", EncryptionType::RC4_HMAC),
];

fn alice() -> Account {
    Account::principal(REALM, "alice")
}

fn name(realm: &str, components: &[&str]) -> PrincipalName {
    let components = components.iter().map(|component| (*component).to_owned()).collect();
    PrincipalName { realm: realm.to_owned(), components }
}

fn flags(credential: &Credential) -> TicketFlags {
    TicketFlags(credential.flags)
}

#[tokio::test]
async fn users_and_services_of_every_encryption_type_get_their_tickets() {
    let Some(realm) = Realm::start() else { return };
    let wish = Wish::default();
    for (kind, encryption_type) in TYPES {
        let user = Account::principal(REALM, &format!("user-{kind}"));
        let of_user = realm.kdc().log_on(user, PASSWORD, &wish).await;
        let of_user = of_user.unwrap_or_else(|error| panic!("user-{kind}: {error}"));
        assert_eq!(of_user.server, name(REALM, &["krbtgt", REALM]));
        let host = format!("{kind}.example.test");
        let ticket = realm.kdc().service_ticket(&of_user, &["HTTP", &host], &wish).await;
        let ticket = ticket.unwrap_or_else(|error| panic!("HTTP/{host}: {error}"));
        assert_eq!(ticket.server, name(REALM, &["HTTP", &host]));
        assert_eq!(ticket.client, name(REALM, &[&format!("user-{kind}")]));
        assert_eq!(ticket.session_key.encryption_type(), encryption_type);
        // With that type alone in both requests, so that the session of the first is of it too.
        let only = Wish { encryption_types: vec![encryption_type], ..wish.clone() };
        let of_alice = realm.kdc().log_on(alice(), PASSWORD, &only).await;
        let of_alice = of_alice.unwrap_or_else(|error| panic!("alice by {kind}: {error}"));
        assert_eq!(of_alice.session_key.encryption_type(), encryption_type);
        let ticket = realm.kdc().service_ticket(&of_alice, &["HTTP", "localhost"], &only).await;
        let ticket = ticket.unwrap_or_else(|error| panic!("HTTP/localhost by {kind}: {error}"));
        assert_eq!(ticket.session_key.encryption_type(), encryption_type);
    }
}

#[tokio::test]
async fn a_service_of_another_realm_is_found_by_referral_and_delegation_is_what_was_asked() {
    let Some(realm) = Realm::start() else { return };
    let (kdc, wish) = (realm.kdc(), Wish::default());
    let ticket_granting_ticket = kdc.log_on(alice(), PASSWORD, &wish).await.unwrap();

    let referred =
        kdc.service_ticket(&ticket_granting_ticket, &["HTTP", "host.other.test"], &wish).await.unwrap();
    assert_eq!(referred.server, name(OTHER, &["HTTP", "host.other.test"]));
    assert_eq!(referred.client, name(REALM, &["alice"]));
    let no_referral = Wish { options: KdcOptions::FORWARDABLE, ..wish.clone() };
    let unknown =
        kdc.service_ticket(&ticket_granting_ticket, &["HTTP", "host.other.test"], &no_referral).await;
    assert_eq!(refusal(unknown), ErrorCode::SERVER_UNKNOWN);

    assert!(!flags(&ticket_granting_ticket).contains(TicketFlags::FORWARDED));
    let forwarded = kdc.forwarded(&ticket_granting_ticket, &wish).await.unwrap();
    assert!(flags(&forwarded).contains(TicketFlags::FORWARDED));
    assert_eq!(forwarded.server, name(REALM, &["krbtgt", REALM]));
    let second_hop = kdc.service_ticket(&forwarded, &["HTTP", "third.example.test"], &wish).await.unwrap();
    assert!(flags(&second_hop).contains(TicketFlags::FORWARDED));

    let trusted =
        kdc.service_ticket(&ticket_granting_ticket, &["HTTP", "delegate.example.test"], &wish).await.unwrap();
    assert!(flags(&trusted).contains(TicketFlags::OK_AS_DELEGATE));
    assert!(!flags(&second_hop).contains(TicketFlags::OK_AS_DELEGATE));

    let sensitive = kdc.log_on(Account::principal(REALM, "sensitive"), PASSWORD, &wish).await.unwrap();
    assert!(!flags(&sensitive).contains(TicketFlags::FORWARDABLE));
    assert_eq!(refusal(kdc.forwarded(&sensitive, &wish).await), ErrorCode::BAD_OPTION);

    let upn = kdc.log_on(Account::enterprise(REALM, "upn@example.test"), PASSWORD, &wish).await.unwrap();
    assert_eq!(upn.client, name(REALM, &["upn@example.test"]));
    let brief = kdc.log_on(Account::principal(REALM, "brief"), PASSWORD, &wish).await.unwrap();
    assert_eq!(brief.end_time - brief.start_time, 5);
}

fn refusal(result: Result<Credential, TicketError>) -> ErrorCode {
    match result {
        Err(TicketError::Auth(AuthError::Kdc(KdcError::Refused { code, .. }))) => code,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[tokio::test]
async fn each_refusal_of_the_kdc_has_its_name() {
    let Some(realm) = Realm::start() else { return };
    let (kdc, wish) = (realm.kdc(), Wish::default());
    let user = |user: &str| Account::principal(REALM, user);
    let log_on = async |name: &str, password: &str| refusal(kdc.log_on(user(name), password, &wish).await);
    assert_eq!(log_on("nobody", PASSWORD).await, ErrorCode::CLIENT_UNKNOWN);
    assert_eq!(log_on("alice", "wrong").await, ErrorCode::PREAUTHENTICATION_FAILED);
    assert_eq!(log_on("expired", PASSWORD).await.name(), "KDC_ERR_NAME_EXP");
    assert_eq!(log_on("stale", PASSWORD).await, ErrorCode::KEY_EXPIRED);
    assert_eq!(log_on("locked", PASSWORD).await, ErrorCode::CLIENT_REVOKED);

    let only_rc4 = Wish { encryption_types: vec![EncryptionType::RC4_HMAC], ..wish.clone() };
    // MIT's KDC asks for a proof all the same, and names no type for it.
    let no_common = kdc.log_on(user("user-aes256"), PASSWORD, &only_rc4).await;
    let no_common = no_common.map_err(|error| error.to_string());
    assert_eq!(no_common.unwrap_err(), KdcError::NoPreauthentication.to_string());

    let ticket_granting_ticket = kdc.log_on(alice(), PASSWORD, &wish).await.unwrap();
    let no_common =
        kdc.service_ticket(&ticket_granting_ticket, &["HTTP", "aes256.example.test"], &only_rc4).await;
    assert_eq!(refusal(no_common), ErrorCode::ENCRYPTION_TYPE_UNSUPPORTED);
    let only_there = [("http", "HTTP"), ("wsman", "WSMAN"), ("host", "host")];
    for (host, there) in only_there {
        for (_, service) in only_there {
            let host = format!("only-{host}.example.test");
            let result = kdc.service_ticket(&ticket_granting_ticket, &[service, &host], &wish).await;
            match service == there {
                true => assert_eq!(result.unwrap().server, name(REALM, &[service, &host])),
                false => assert_eq!(refusal(result), ErrorCode::SERVER_UNKNOWN, "{service}/{host}"),
            }
        }
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test reads its own data")]
async fn a_cache_of_kinit_is_read_here_and_one_of_ours_there() {
    let Some(realm) = Realm::start() else { return };
    let theirs = realm.path("theirs");
    realm.run(&format!(
        "echo {PASSWORD} | kinit -c {0} alice && kvno -c {0} HTTP/localhost",
        theirs.display()
    ));
    let cache = CredentialCache::parse(&fs::read(&theirs).unwrap()).unwrap();
    assert_eq!(cache.principal, name(REALM, &["alice"]));
    assert_eq!(cache.credentials.len(), 2, "{cache:?}");
    let ticket = cache.find(&["HTTP", "localhost"]).unwrap();
    assert_eq!(ticket.end_time - cache.ticket_granting_ticket().unwrap().start_time, 36_000);
    // Their ticket-granting ticket serves our client.
    let of_theirs = cache.ticket_granting_ticket().unwrap();
    let wsman =
        realm.kdc().service_ticket(of_theirs, &["WSMAN", "localhost"], &Wish::default()).await.unwrap();
    assert_eq!(wsman.client, cache.principal);

    let ticket_granting_ticket = realm.kdc().log_on(alice(), PASSWORD, &Wish::default()).await.unwrap();
    let principal = ticket_granting_ticket.client.clone();
    let ours = CredentialCache { principal, credentials: vec![ticket_granting_ticket, wsman] };
    let path = realm.path("ours");
    fs::write(&path, ours.to_bytes().unwrap().as_slice()).unwrap();
    // Our ticket-granting ticket serves theirs, and our other ticket opens with the service's key.
    let said = realm.run(&format!(
        "kvno -c {0} HTTP/third.example.test && kvno -c {0} -k $KRB5_KTNAME WSMAN/localhost && klist -c {0}",
        path.display()
    ));
    assert!(said.contains("WSMAN/localhost@EXAMPLE.TEST: kvno = 1, keytab entry valid"), "{said}");
    assert!(said.contains("Default principal: alice@EXAMPLE.TEST"), "{said}");
    for service in ["krbtgt/EXAMPLE.TEST@EXAMPLE.TEST", "WSMAN/localhost", "HTTP/third.example.test"] {
        assert!(said.contains(service), "{service}: {said}");
    }
}

#[tokio::test]
async fn a_minted_ticket_opens_with_the_services_key_in_the_hands_of_others() {
    let Some(realm) = Realm::start() else { return };
    let (client, service) = (name(REALM, &["mallory"]), name(REALM, &["HTTP", "localhost"]));
    for (_, encryption_type) in TYPES {
        let key = realm.service_key("HTTP/localhost", encryption_type);
        let mint = Mint { service: service.clone(), key, key_version: Some(1) };
        let now = realm::unix_now();
        let ticket = MintedTicket {
            session_key: encryption_type,
            flags: TicketFlags::FORWARDABLE.with(TicketFlags::FORWARDED),
            ..MintedTicket::new(client.clone(), now - 60, now + 3600)
        };
        let mut random: Random = Box::new(random_octets);
        let credential = mint.strike(&ticket, &mut random).unwrap();
        let cache = CredentialCache { principal: client.clone(), credentials: vec![credential] };
        let path = realm.path("minted");
        fs::write(&path, cache.to_bytes().unwrap().as_slice()).unwrap();
        let said = realm
            .run(&format!("kvno -c {0} -k $KRB5_KTNAME HTTP/localhost && klist -f -c {0}", path.display()));
        assert!(said.contains("HTTP/localhost@EXAMPLE.TEST: kvno = 1, keytab entry valid"), "{said}");
        assert!(said.contains("Flags: Ff"), "{said}");
    }
}
