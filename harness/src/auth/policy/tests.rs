use proptest::prelude::*;

use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::kerberos::EncryptionType;
use crate::auth::policy::Choice;
use crate::auth::policy::ClientPolicy;
use crate::auth::policy::Host;
use crate::auth::policy::Means;
use crate::auth::policy::Protection;
use crate::auth::policy::Refusal;
use crate::auth::policy::Scheme;
use crate::auth::policy::ServerIdentity;
use crate::auth::policy::ServiceClass;
use crate::auth::policy::Target;
use crate::auth::policy::TrustedHosts;
use crate::auth::policy::Unproven;

const AES256: EncryptionType = EncryptionType::AES256_CTS_HMAC_SHA1_96;

const SCHEMES: [Scheme; 7] = [
    Scheme::Negotiate,
    Scheme::Ntlm,
    Scheme::Kerberos,
    Scheme::CredSsp,
    Scheme::Certificate,
    Scheme::Digest,
    Scheme::Basic,
];

fn host(text: &str) -> Host {
    Host::parse(text).unwrap()
}

fn http(text: &str) -> Target {
    Target::http(host(text))
}

fn https(text: &str) -> Target {
    Target::https(host(text))
}

fn trusting(list: &str) -> ClientPolicy {
    ClientPolicy::trusting(TrustedHosts::parse(list).unwrap())
}

fn mechanisms(policy: &ClientPolicy, target: &Target, means: &Means) -> Vec<Mechanism> {
    policy.choose(target, means).unwrap().mechanisms
}

fn proved(mechanism: Mechanism, is_mutual: bool) -> Established {
    let delegation = crate::auth::Delegation::None;
    Established { mechanism, is_mutual, cipher: "a cipher", delegation }
}

#[test]
fn the_defaults_are_those_of_windows() {
    let policy = ClientPolicy::default();
    assert!(policy.basic && policy.digest && policy.negotiate && policy.kerberos && policy.certificate);
    assert!(!policy.credssp && !policy.allow_unencrypted && !policy.delegate);
    assert_eq!((policy.trusted_hosts, policy.key_bits_min), (TrustedHosts::NOBODY, 128));
}

#[test]
fn sec_22_kerberos_is_first_for_a_host_name() {
    let means = Means::password(Scheme::Negotiate).with_ticket(AES256);
    let (default, trusting) = (ClientPolicy::default(), trusting("server"));
    assert_eq!(mechanisms(&default, &http("server"), &means), [Mechanism::Kerberos]);
    assert_eq!(mechanisms(&trusting, &http("server"), &means), [Mechanism::Kerberos, Mechanism::Ntlm]);
    assert_eq!(mechanisms(&default, &https("server"), &means), [Mechanism::Kerberos, Mechanism::Ntlm]);
    let wanted = default.wanted_ticket(&http("server"), Scheme::Negotiate, ServiceClass::Http);
    assert_eq!(wanted.unwrap().to_string(), "HTTP/server");
}

#[test]
fn sec_23_ntlm_is_for_addresses_and_no_ticket_is_asked_for() {
    let (policy, target) = (trusting("10.0.0.5"), http("10.0.0.5"));
    let means = Means::password(Scheme::Negotiate).with_ticket(AES256);
    assert_eq!(mechanisms(&policy, &target, &means), [Mechanism::Ntlm]);
    for scheme in SCHEMES {
        assert_eq!(policy.wanted_ticket(&target, scheme, ServiceClass::Http), None);
    }
    let kerberos = Means { scheme: Scheme::Kerberos, ..means };
    let host = host("10.0.0.5");
    assert_eq!(policy.choose(&target, &kerberos), Err(Refusal::NoPrincipal { host }));
}

#[test]
fn sec_26_ntlm_needs_tls_or_a_trusted_host() {
    let policy = trusting("other");
    for scheme in [Scheme::Negotiate, Scheme::Ntlm] {
        let means = Means::password(scheme);
        let refusal = policy.choose(&http("server"), &means).unwrap_err();
        assert_eq!(refusal, Refusal::UntrustedHost { host: host("server"), scheme: Scheme::Ntlm });
        assert_eq!(mechanisms(&policy, &https("server"), &means), [Mechanism::Ntlm]);
        assert_eq!(mechanisms(&policy, &http("other"), &means), [Mechanism::Ntlm]);
    }
}

#[test]
fn sec_28_a_trusted_host_is_not_a_verified_one() {
    let choice = trusting("server").choose(&http("server"), &Means::password(Scheme::Ntlm)).unwrap();
    let unverified = ServerIdentity::Unverified { why: Unproven::Ntlm };
    assert_eq!(choice.identity(Some(&proved(Mechanism::Ntlm, false))), unverified);
    assert_eq!(choice.identity(None), unverified);
    assert!(unverified.to_string().contains("not verified"));
}

#[test]
fn a_server_is_verified_by_tls_or_by_mutual_kerberos() {
    let means = Means { scheme: Scheme::Kerberos, ..Means::password(Scheme::Kerberos).with_ticket(AES256) };
    let choice = ClientPolicy::default().choose(&http("server"), &means).unwrap();
    assert_eq!(choice.identity(Some(&proved(Mechanism::Kerberos, true))), ServerIdentity::Kerberos);
    let one_sided = choice.identity(Some(&proved(Mechanism::Kerberos, false)));
    assert!(matches!(one_sided, ServerIdentity::Unverified { .. }));
    let choice = ClientPolicy::default().choose(&https("server"), &Means::password(Scheme::Ntlm)).unwrap();
    assert_eq!(choice.identity(Some(&proved(Mechanism::Ntlm, false))), ServerIdentity::Tls);
}

#[test]
fn credssp_is_as_good_as_the_mechanism_inside() {
    let policy = ClientPolicy { credssp: true, ..trusting("server") };
    let identity = |means: Means| {
        let choice = policy.choose(&http("server"), &means).unwrap();
        choice.identity(Some(&proved(Mechanism::CredSsp, true)))
    };
    let means = Means::password(Scheme::CredSsp);
    assert_eq!(identity(means.with_ticket(AES256)), ServerIdentity::Kerberos);
    assert_eq!(identity(means), ServerIdentity::Unverified { why: Unproven::Ntlm });
}

#[test]
fn sec_16_basic_and_digest_over_http_need_two_switches() {
    for scheme in [Scheme::Basic, Scheme::Digest] {
        let means = Means::password(scheme);
        let refusal = trusting("*").choose(&http("server"), &means);
        assert_eq!(refusal, Err(Refusal::Unencrypted { scheme }));
        let policy = ClientPolicy { allow_unencrypted: true, basic: false, digest: false, ..trusting("*") };
        assert_eq!(policy.choose(&http("server"), &means), Err(Refusal::SchemeOff { scheme }));
        let policy = ClientPolicy { allow_unencrypted: true, ..trusting("*") };
        assert_eq!(policy.choose(&http("server"), &means).unwrap().protection, Protection::Clear);
        let protection = ClientPolicy::default().choose(&https("server"), &means).unwrap().protection;
        assert_eq!(protection, Protection::Tls);
        let policy = ClientPolicy { allow_unencrypted: true, ..ClientPolicy::default() };
        let untrusted = Refusal::UntrustedHost { host: host("server"), scheme };
        assert_eq!(policy.choose(&http("server"), &means), Err(untrusted));
    }
}

#[test]
fn sec_35_credssp_is_off_until_it_is_switched_on_and_asked_for() {
    let means = Means::password(Scheme::CredSsp);
    let scheme = Scheme::CredSsp;
    assert_eq!(trusting("*").choose(&https("server"), &means), Err(Refusal::SchemeOff { scheme }));
    let policy = ClientPolicy { credssp: true, ..ClientPolicy::default() };
    assert!(policy.choose(&https("server"), &means).is_ok());
    let untrusted = Refusal::UntrustedHost { host: host("server"), scheme: Scheme::Ntlm };
    assert_eq!(policy.choose(&http("server"), &means), Err(untrusted));
    assert_eq!(mechanisms(&policy, &http("server"), &means.with_ticket(AES256)), [Mechanism::Kerberos]);
}

#[test]
fn sec_25_nothing_is_delegated_unless_asked() {
    let means = Means::password(Scheme::Negotiate).with_ticket(AES256);
    let delegates = |policy: &ClientPolicy, target: &Target| policy.choose(target, &means).unwrap().delegates;
    assert!(!delegates(&ClientPolicy::default(), &http("server")));
    let policy = ClientPolicy { delegate: true, ..trusting("10.0.0.5") };
    assert!(delegates(&policy, &http("server")));
    assert!(!delegates(&policy, &http("10.0.0.5")));
}

#[test]
fn sec_18_short_keys_are_refused() {
    let policy = trusting("*");
    let kerberos = |etype| Means::password(Scheme::Kerberos).with_ticket(EncryptionType(etype));
    for etype in [17, 18, 19, 20, 23] {
        assert_eq!(mechanisms(&policy, &http("server"), &kerberos(etype)), [Mechanism::Kerberos]);
    }
    for (etype, bits) in [(1, 56), (3, 56), (24, 56), (16, 112), (99, 0)] {
        let short = Refusal::KeyTooShort { mechanism: Mechanism::Kerberos, bits, bits_min: 128 };
        assert_eq!(policy.choose(&http("server"), &kerberos(etype)), Err(short));
    }
    let strict = ClientPolicy { key_bits_min: 129, ..policy };
    let short = Refusal::KeyTooShort { mechanism: Mechanism::Ntlm, bits: 128, bits_min: 129 };
    assert_eq!(strict.choose(&http("server"), &Means::password(Scheme::Ntlm)), Err(short));
    assert_eq!(mechanisms(&strict, &http("server"), &kerberos(18)), [Mechanism::Kerberos]);
}

#[test]
fn what_is_off_or_missing_is_a_refusal_of_its_own() {
    let everything_off = ClientPolicy {
        basic: false,
        digest: false,
        negotiate: false,
        kerberos: false,
        certificate: false,
        ..trusting("*")
    };
    for scheme in SCHEMES {
        let means = Means { has_certificate: true, ..Means::password(scheme).with_ticket(AES256) };
        assert_eq!(everything_off.choose(&https("server"), &means), Err(Refusal::SchemeOff { scheme }));
    }
    let kerberos_alone = ClientPolicy { negotiate: false, ..trusting("*") };
    let refusal = kerberos_alone.choose(&http("server"), &Means::password(Scheme::Negotiate));
    assert!(matches!(refusal, Err(Refusal::NoTicket { .. })), "{refusal:?}");
    let nobody = |scheme| Means { has_password: false, ..Means::password(scheme) };
    let policy = ClientPolicy { credssp: true, ..trusting("*") };
    for (scheme, named) in [
        (Scheme::Negotiate, Scheme::Ntlm),
        (Scheme::CredSsp, Scheme::CredSsp),
        (Scheme::Basic, Scheme::Basic),
        (Scheme::Digest, Scheme::Digest),
    ] {
        let refusal = policy.choose(&http("server"), &nobody(scheme));
        assert_eq!(refusal, Err(Refusal::NoPassword { scheme: named }));
    }
    let certificate = Means { has_certificate: true, ..nobody(Scheme::Certificate) };
    let scheme = Scheme::Certificate;
    assert_eq!(policy.choose(&http("server"), &certificate), Err(Refusal::NeedsTls { scheme }));
    assert_eq!(policy.choose(&https("server"), &certificate).unwrap().protection, Protection::Tls);
    assert_eq!(policy.choose(&https("server"), &nobody(scheme)), Err(Refusal::NoCertificate));
}

#[test]
fn sec_16_a_server_that_offers_only_basic_gets_nothing_else() {
    let policy = ClientPolicy { allow_unencrypted: true, credssp: true, ..trusting("*") };
    let offered = Some(vec![Scheme::Basic]);
    let target = Target { offered: offered.clone(), ..http("server") };
    for scheme in [Scheme::Negotiate, Scheme::Ntlm, Scheme::Kerberos, Scheme::CredSsp, Scheme::Digest] {
        let means = Means::password(scheme).with_ticket(AES256);
        let refusal = Refusal::NotOffered { scheme, offered: vec![Scheme::Basic] };
        assert_eq!(policy.choose(&target, &means), Err(refusal));
    }
    assert!(policy.choose(&target, &Means::password(Scheme::Basic)).is_ok());
}

#[test]
fn each_refusal_says_what_to_change() {
    let name = crate::auth::policy::ServicePrincipalName::of(ServiceClass::Http, &host("server")).unwrap();
    for (refusal, words) in [
        (Refusal::SchemeOff { scheme: Scheme::CredSsp }, "switch it on"),
        (Refusal::NotOffered { scheme: Scheme::Basic, offered: vec![] }, "found none"),
        (Refusal::UntrustedHost { host: host("h"), scheme: Scheme::Ntlm }, "add the host to TrustedHosts"),
        (Refusal::Unencrypted { scheme: Scheme::Basic }, "AllowUnencrypted"),
        (Refusal::NeedsTls { scheme: Scheme::Certificate }, "https"),
        (Refusal::NoPrincipal { host: host("::1") }, "use the name"),
        (Refusal::NoTicket { name }, "HTTP/server"),
        (Refusal::OtherTicket { found: "HTTP/o".to_owned(), host: host("h") }, "found one for HTTP/o"),
        (Refusal::NoPassword { scheme: Scheme::Ntlm }, "password"),
        (Refusal::NoCertificate, "give certificate and key"),
        (Refusal::KeyTooShort { mechanism: Mechanism::Ntlm, bits: 128, bits_min: 256 }, "256 bits"),
    ] {
        assert!(refusal.to_string().contains(words), "{refusal}");
    }
}

fn any_policy() -> impl Strategy<Value = ClientPolicy> {
    (any::<[bool; 8]>(), prop::sample::select(vec!["", "*", "<local>", "server", "10.*"]), 0..300_u32)
        .prop_map(
            |(
                [unencrypted, basic, digest, negotiate, kerberos, credssp, certificate, delegate],
                list,
                bits,
            )| {
                ClientPolicy {
                    trusted_hosts: TrustedHosts::parse(list).unwrap(),
                    allow_unencrypted: unencrypted,
                    basic,
                    digest,
                    negotiate,
                    kerberos,
                    credssp,
                    certificate,
                    delegate,
                    key_bits_min: bits,
                }
            },
        )
}

fn any_target() -> impl Strategy<Value = Target> {
    let names = prop::sample::select(vec!["server", "server.example", "10.0.0.5", "::1"]);
    let offered = prop::option::of(prop::sample::subsequence(SCHEMES.to_vec(), 0..=7));
    (names, any::<bool>(), offered).prop_map(|(name, is_tls, offered)| Target {
        host: host(name),
        is_tls,
        offered,
    })
}

fn any_means() -> impl Strategy<Value = Means> {
    let etypes = prop::option::of(prop::sample::select(vec![1, 3, 16, 17, 18, 19, 20, 23, 24, 99]));
    (prop::sample::select(SCHEMES.to_vec()), any::<[bool; 3]>(), etypes).prop_map(
        |(scheme, [has_password, has_certificate, seals_in_tls], etype)| Means {
            scheme,
            has_password,
            ticket: etype.map(EncryptionType),
            has_certificate,
            seals_in_tls,
        },
    )
}

proptest! {
    #[test]
    fn nothing_goes_in_clear_over_http_unless_both_switches_are_on(
        policy in any_policy(), target in any_target(), means in any_means(),
    ) {
        let Ok(choice) = policy.choose(&target, &means) else { return Ok(()) };
        let Choice { scheme, mechanisms, protection, delegates } = choice.clone();
        prop_assert_eq!(scheme, means.scheme);
        prop_assert_eq!(target.is_tls, matches!(protection, Protection::Tls | Protection::SealedInTls));
        if protection == Protection::Clear {
            let is_on = match scheme {
                Scheme::Basic => policy.basic,
                Scheme::Digest => policy.digest,
                _ => false,
            };
            prop_assert!(is_on && policy.allow_unencrypted && !target.is_tls);
        }
        let is_trusted = target.is_tls || policy.trusted_hosts.contains(&target.host);
        if mechanisms.contains(&Mechanism::Ntlm) {
            prop_assert!(is_trusted && means.has_password && policy.negotiate && policy.key_bits_min <= 128);
        }
        if mechanisms.first() == Some(&Mechanism::Kerberos) {
            prop_assert!(target.host.name().is_some() && means.ticket.is_some());
        }
        prop_assert!(mechanisms.get(1..).is_none_or(|rest| !rest.contains(&Mechanism::Kerberos)));
        prop_assert!(!delegates || policy.delegate);
        prop_assert!(scheme != Scheme::CredSsp || (policy.credssp && mechanisms.len() == 1));
        prop_assert!(is_trusted || matches!(choice.mechanisms.as_slice(), [Mechanism::Kerberos]));
    }
}
