use std::net::IpAddr;

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::limits::CONFIG_ITEMS_MAX;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::wsman::config::CapabilityType;
use crate::wsman::config::CertMappingType;
use crate::wsman::config::ClientAuthType;
use crate::wsman::config::ClientDefaultPortsType;
use crate::wsman::config::ClientType;
use crate::wsman::config::ConfigType;
use crate::wsman::config::ListenerType;
use crate::wsman::config::ParamType;
use crate::wsman::config::PluginType;
use crate::wsman::config::QuotasType;
use crate::wsman::config::ResourceType;
use crate::wsman::config::Secret;
use crate::wsman::config::SecurityType;
use crate::wsman::config::ServiceAuthType;
use crate::wsman::config::ServiceDefaultPortsType;
use crate::wsman::config::ServiceType;
use crate::wsman::config::Setting;
use crate::wsman::config::Table;
use crate::wsman::config::WinrsType;
use crate::wsman::config::filter_allows;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::XmlError;

fn read<T: FromXml>(text: &str) -> T {
    Document::parse(text.as_bytes()).unwrap().root().read().unwrap()
}

fn read_known<T: Table>(text: &str) -> Result<T, XmlError> {
    T::read_known(Document::parse(text.as_bytes()).unwrap().root())
}

fn setting<T>(value: T) -> Option<Setting<T>> {
    Some(value.into())
}

/// A setting that may be absent, and may be a policy's.
fn any_setting<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<Setting<T>>> {
    let source = proptest::option::of(prop_oneof![Just("GPO".to_owned()), trimmed()]);
    proptest::option::of((value, source).prop_map(|(value, source)| Setting { value, source }))
}

prop_compose! {
    fn service()(
        texts in proptest::collection::vec(any_setting(trimmed()), 4),
        numbers in proptest::collection::vec(any_setting(any::<u64>()), 7),
        flags in proptest::collection::vec(any_setting(any::<bool>()), 9),
        level in any_setting(trimmed()),
        tables: [bool; 2],
    ) -> ServiceType {
        ServiceType {
            root_sddl: texts[0].clone(),
            max_concurrent_operations: numbers[0].clone(),
            max_concurrent_operations_per_user: numbers[1].clone(),
            enumeration_timeout_ms: numbers[2].clone(),
            max_connections: numbers[3].clone(),
            max_packet_retrieval_time_seconds: numbers[4].clone(),
            allow_unencrypted: flags[0].clone(),
            auth: tables[0].then(|| ServiceAuthType {
                basic: flags[1].clone(),
                kerberos: flags[2].clone(),
                negotiate: flags[3].clone(),
                certificate: flags[4].clone(),
                cred_ssp: flags[5].clone(),
                cbt_hardening_level: level,
            }),
            default_ports: tables[1].then(|| ServiceDefaultPortsType {
                http: numbers[5].clone(),
                https: numbers[6].clone(),
            }),
            ipv4_filter: texts[1].clone(),
            ipv6_filter: texts[2].clone(),
            enable_compatibility_http_listener: flags[6].clone(),
            enable_compatibility_https_listener: flags[7].clone(),
            certificate_thumbprint: texts[3].clone(),
            allow_remote_access: flags[8].clone(),
        }
    }
}

prop_compose! {
    fn client()(
        texts in proptest::collection::vec(any_setting(trimmed()), 2),
        numbers in proptest::collection::vec(any_setting(any::<u64>()), 3),
        flags in proptest::collection::vec(any_setting(any::<bool>()), 7),
    ) -> ClientType {
        ClientType {
            network_delay_ms: numbers[0].clone(),
            url_prefix: texts[0].clone(),
            allow_unencrypted: flags[0].clone(),
            auth: Some(ClientAuthType {
                basic: flags[1].clone(),
                digest: flags[2].clone(),
                kerberos: flags[3].clone(),
                negotiate: flags[4].clone(),
                certificate: flags[5].clone(),
                cred_ssp: flags[6].clone(),
            }),
            default_ports: Some(ClientDefaultPortsType { http: numbers[1].clone(), https: numbers[2].clone() }),
            trusted_hosts: texts[1].clone(),
        }
    }
}

prop_compose! {
    fn winrs()(
        numbers in proptest::collection::vec(any_setting(any::<u64>()), 6),
        flag in any_setting(any::<bool>()),
    ) -> WinrsType {
        WinrsType {
            allow_remote_shell_access: flag,
            idle_timeout: numbers[0].clone(),
            max_concurrent_users: numbers[1].clone(),
            max_shell_run_time: numbers[2].clone(),
            max_processes_per_shell: numbers[3].clone(),
            max_memory_per_shell_mb: numbers[4].clone(),
            max_shells_per_user: numbers[5].clone(),
        }
    }
}

prop_compose! {
    fn plugin()(
        texts in proptest::collection::vec(trimmed(), 10),
        flags: [bool; 5],
        count in 0_usize..3,
        number: u64,
    ) -> PluginType {
        let security = SecurityType { uri: texts[0].clone(), sddl: texts[1].clone(), exact_match: flags[0] };
        let capability = CapabilityType {
            kind: texts[2].clone(),
            supports_fragment: flags[1],
            supports_filtering: flags[2],
        };
        let resource = ResourceType {
            resource_uri: texts[3].clone(),
            supports_options: flags[3],
            exact_match: flags[4],
            security: vec![security; count],
            capability: vec![capability; count],
        };
        PluginType {
            name: texts[4].clone(),
            attributes: vec![("Filename", texts[5].clone()), ("RunAsUser", texts[6].clone())],
            run_as_password: flags[1].then(|| Secret(texts[9].clone())),
            resources: vec![resource; count],
            initialization_parameters: vec![ParamType { name: texts[7].clone(), value: texts[8].clone() }; count],
            quotas: flags[0].then(|| QuotasType(vec![("MaxConcurrentUsers", number), ("MaxShells", 7)])),
        }
    }
}

proptest! {
    #[test]
    fn the_configuration_is_read_as_it_was_written(
        numbers in proptest::collection::vec(any_setting(any::<u64>()), 4),
        client in proptest::option::of(client()),
        service in proptest::option::of(service()),
        winrs in proptest::option::of(winrs()),
    ) {
        let config = ConfigType {
            max_envelope_size_kb: numbers[0].clone(),
            max_timeout_ms: numbers[1].clone(),
            max_batch_items: numbers[2].clone(),
            max_provider_requests: numbers[3].clone(),
            client,
            service,
            winrs,
        };
        prop_assert_eq!(round_trip(&config), config.clone());
        let mut writer = crate::xml::Writer::new();
        writer.write(&config);
        prop_assert_eq!(read_known::<ConfigType>(&writer.finish()), Ok(config));
    }

    #[test]
    fn rows_are_read_as_they_were_written(
        texts in proptest::collection::vec(any_setting(trimmed()), 9),
        port in any_setting(any::<u64>()),
        flags in proptest::collection::vec(any_setting(any::<bool>()), 3),
        listening_on in proptest::collection::vec(trimmed(), 0..3),
        source in proptest::option::of(trimmed()),
        plugin in plugin(),
    ) {
        let listener = ListenerType {
            address: texts[0].clone(),
            transport: texts[1].clone(),
            port,
            hostname: texts[2].clone(),
            enabled: flags[0].clone(),
            url_prefix: texts[3].clone(),
            certificate_thumbprint: texts[4].clone(),
            listening_on,
            source,
        };
        prop_assert_eq!(round_trip(&listener), listener);
        let mapping = CertMappingType {
            uri: texts[5].clone(),
            subject: texts[6].clone(),
            issuer: texts[7].clone(),
            user_name: texts[8].clone(),
            enabled: flags[1].clone(),
            pass_cert_to_plugin: flags[2].clone(),
            password: texts[0].clone().map(|text| Setting { value: Secret(text.value), source: text.source }),
        };
        prop_assert_eq!(round_trip(&mapping), mapping);
        prop_assert_eq!(round_trip(&plugin), plugin.clone());
        if let Some(security) = plugin.resources.first().and_then(|resource| resource.security.first()) {
            prop_assert_eq!(&round_trip(security), security);
        }
    }
}

#[test]
fn a_policy_s_setting_says_so() {
    let service: ServiceType = read(
        r#"<cfg:Service xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config/service" xml:lang="en-US"><cfg:AllowUnencrypted Source="GPO"> true
</cfg:AllowUnencrypted><cfg:CertificateThumbprint/><cfg:Tomorrow>1</cfg:Tomorrow></cfg:Service>"#,
    );
    let expected = Setting { value: true, source: Some("GPO".to_owned()) };
    assert_eq!(service.allow_unencrypted, Some(expected));
    assert_eq!(service.certificate_thumbprint, setting(String::new()));
}

#[test]
fn names_are_taken_in_any_letter_case() {
    let mapping: CertMappingType = read(
        r#"<c:certmapping xmlns:c="http://schemas.microsoft.com/wbem/wsman/1/config/service/certmapping.xsd"><c:UserName>account</c:UserName><c:password>secret</c:password></c:certmapping>"#,
    );
    assert_eq!(
        (mapping.user_name, mapping.password),
        (setting("account".to_owned()), setting(Secret("secret".to_owned())))
    );
    let plugin: PluginType = read(
        r#"<PluginConfiguration name="x"><Resources><Resource ResourceURI="urn:r"/></Resources></PluginConfiguration>"#,
    );
    assert_eq!((plugin.name.as_str(), plugin.resources[0].resource_uri.as_str()), ("x", "urn:r"));
}

#[test]
fn a_service_refuses_what_its_tables_do_not_have() {
    let refused = |text: &str| read_known::<ConfigType>(text).unwrap_err().to_string();
    assert!(refused("<Config><Tomorrow>1</Tomorrow></Config>").contains("Tomorrow"));
    assert!(refused("<Config><Service><Auth><Magic>1</Magic></Auth></Service></Config>").contains("Magic"));
    let twice = "<Config><MaxTimeoutms>1</MaxTimeoutms><maxtimeoutms>2</maxtimeoutms></Config>";
    assert!(refused(twice).contains("maxtimeoutms"));
    assert!(
        read_known::<ListenerType>("<Listener><ListeningOn/><ListeningOn/><Port>1</Port></Listener>").is_ok()
    );
    assert!(read_known::<ListenerType>("<Listener><Port>1</Port><Port>1</Port></Listener>").is_err());
    assert!(read_known::<ServiceType>("<Winrs/>").is_err());
}

#[test]
fn what_is_no_value_of_its_type_is_refused() {
    let wrong = [
        "<Config><MaxTimeoutms>soon</MaxTimeoutms></Config>",
        "<Config><MaxTimeoutms>-1</MaxTimeoutms></Config>",
        "<Config><Winrs><AllowRemoteShellAccess>perhaps</AllowRemoteShellAccess></Winrs></Config>",
    ];
    for text in wrong {
        assert!(read_known::<ConfigType>(text).is_err(), "{text}");
    }
}

#[test]
fn a_newer_table_changes_what_it_has_and_nothing_else() {
    let mut service = ServiceType {
        max_connections: setting(300),
        auth: Some(ServiceAuthType {
            basic: setting(false),
            kerberos: setting(true),
            ..ServiceAuthType::default()
        }),
        ..ServiceType::default()
    };
    let auth = ServiceAuthType { basic: setting(true), ..ServiceAuthType::default() };
    Table::merge(
        &mut service,
        ServiceType { auth: Some(auth), max_connections: None, ..ServiceType::default() },
    );
    let auth = service.auth.unwrap();
    assert_eq!(
        (service.max_connections, auth.basic, auth.kerberos),
        (setting(300), setting(true), setting(true))
    );
}

#[test]
fn numbers_stand_on_their_bounds_and_not_past_them() {
    let ranges: &[(&str, &str, &[u64], &[u64])] = &[
        ("", "MaxEnvelopeSizekb", &[32, 4_294_967_295], &[31, 4_294_967_296]),
        ("", "MaxTimeoutms", &[500, 4_294_967_295], &[499, 4_294_967_296]),
        ("", "MaxBatchItems", &[1, 4_294_967_295], &[0, 4_294_967_296]),
        ("Client", "NetworkDelayms", &[500], &[499]),
        ("Service", "MaxConnections", &[1, 512], &[0, 513]),
        ("Service", "EnumerationTimeoutms", &[500], &[499]),
        ("Service", "MaxConcurrentOperationsPerUser", &[1], &[0]),
        ("Service", "MaxPacketRetrievalTimeSeconds", &[1], &[0]),
        ("Winrs", "MaxConcurrentUsers", &[1, 100, 2_147_483_647], &[0, 101]),
        ("Winrs", "IdleTimeout", &[0, 2_147_483_647], &[2_147_483_648]),
        ("Winrs", "MaxShellsPerUser", &[0, 2_147_483_647], &[2_147_483_648]),
    ];
    for (table, name, good, bad) in ranges {
        let check = |value: &u64| {
            let inner = format!("<{name}>{value}</{name}>");
            let table = if table.is_empty() { inner } else { format!("<{table}>{inner}</{table}>") };
            read_known::<ConfigType>(&format!("<Config>{table}</Config>")).unwrap().check()
        };
        assert!(good.iter().all(|value| check(value).is_ok()), "{name}");
        assert!(bad.iter().all(|value| check(value).is_err()), "{name}");
    }
}

fn check_service(inside: &str) -> bool {
    read::<ServiceType>(&format!("<Service>{inside}</Service>")).check().is_ok()
}

#[test]
fn texts_have_their_forms() {
    let listener =
        |inside: &str| read::<ListenerType>(&format!("<Listener>{inside}</Listener>")).check().is_ok();
    for (prefix, is_right) in
        [("wsman", true), ("a/b_9", true), ("", false), ("/x", false), ("x/", false), ("x-y", false)]
    {
        assert_eq!(listener(&format!("<URLPrefix>{prefix}</URLPrefix>")), is_right, "{prefix}");
    }
    for (address, is_right) in [
        ("*", true),
        ("IP:10.0.0.1", true),
        ("IP:::1", true),
        ("MAC:32-a3-58-90-be-cc", true),
        ("MAC:32-a3-58-90-be-cc-00-11", true),
        ("10.0.0.1", false),
        ("IP:10.0.0", false),
        ("MAC:32-a3", false),
        ("MAC:32-a3-58-90-be-cg", false),
    ] {
        assert_eq!(listener(&format!("<Address>{address}</Address>")), is_right, "{address}");
    }
    assert!(listener("<Transport>https</Transport>") && !listener("<Transport>FTP</Transport>"));
    assert!(listener("<Port>65535</Port>") && !listener("<Port>0</Port>") && !listener("<Port>65536</Port>"));
    for (filter, is_right) in [
        ("", true),
        ("*", true),
        ("10.0.0.1-10.0.0.9, 10.1.0.0-10.1.0.0", true),
        ("10.0.0.9-10.0.0.1", false),
        ("10.0.0.1", false),
        ("::1-::2", false),
    ] {
        assert_eq!(check_service(&format!("<IPv4Filter>{filter}</IPv4Filter>")), is_right, "{filter}");
    }
    assert!(check_service("<Auth><CbtHardeningLevel>strict</CbtHardeningLevel></Auth>"));
    assert!(!check_service("<Auth><CbtHardeningLevel>Firm</CbtHardeningLevel></Auth>"));
    let hosts = |list: &str| {
        read::<ClientType>(&format!("<Client><TrustedHosts>{list}</TrustedHosts></Client>")).check()
    };
    for (list, is_right) in [
        ("", true),
        ("*", true),
        ("*.corp,web*,host,&lt;local&gt;", true),
        ("a*b", false),
        ("a,", false),
        ("*,a", false),
    ] {
        assert_eq!(hosts(list).is_ok(), is_right, "{list}");
    }
}

#[test]
fn a_mapping_is_of_a_thumbprint_and_patterns_with_one_asterisk() {
    let thumbprint = "5600a015ca5e8a26f638b74e819ae92096da5c8c".to_owned();
    let mapping = |issuer: &str, subject: &str, uri: &str| CertMappingType {
        issuer: setting(issuer.to_owned()),
        subject: setting(subject.to_owned()),
        uri: setting(uri.to_owned()),
        ..CertMappingType::default()
    };
    for (subject, uri) in [("*", "*"), ("*@a.net", "http://a/*"), ("a*", "urn:x")] {
        assert_eq!(mapping(&thumbprint, subject, uri).check(), Ok(()), "{subject} {uri}");
    }
    for (subject, uri) in
        [("", "*"), ("**", "*"), ("a*b", "*"), ("a", ""), ("a", "*a"), ("a", "a?b"), ("a", "a b")]
    {
        assert!(mapping(&thumbprint, subject, uri).check().is_err(), "{subject} {uri}");
    }
    assert_snapshot!(mapping("5600", "a", "*").check().unwrap_err(), @"expected Issuer to be 40 hexadecimal digits, found `5600`");
    assert_snapshot!(
        read::<WinrsType>("<Winrs><MaxConcurrentUsers>101</MaxConcurrentUsers></Winrs>").check().unwrap_err(),
        @"expected MaxConcurrentUsers from 1 to 100, found 101"
    );
}

#[test]
fn no_password_is_in_a_log() {
    let mapping =
        CertMappingType { password: setting(Secret("hush".to_owned())), ..CertMappingType::default() };
    let plugin = PluginType { run_as_password: Some(Secret("hush".to_owned())), ..PluginType::default() };
    assert!(!format!("{mapping:?} {plugin:?}").contains("hush"));
}

#[test]
fn a_filter_allows_the_addresses_of_its_ranges() {
    let allows = |filter: &str, address: &str| filter_allows(filter, address.parse::<IpAddr>().unwrap());
    assert!(allows("*", "10.0.0.1") && !allows("", "10.0.0.1"));
    let ranges = "10.0.0.1-10.0.0.9,10.1.0.0-10.1.0.0";
    assert!(allows(ranges, "10.0.0.9") && allows(ranges, "10.1.0.0"));
    assert!(!allows(ranges, "10.0.0.10") && !allows(ranges, "10.0.0.0"));
}

#[test]
fn a_listener_has_as_many_addresses_as_the_bound_and_not_one_more() {
    let with = |count: usize| {
        let text = format!("<Listener>{}</Listener>", "<ListeningOn>::1</ListeningOn>".repeat(count));
        Document::parse(text.as_bytes()).unwrap().root().read::<ListenerType>()
    };
    assert_eq!(with(CONFIG_ITEMS_MAX).unwrap().listening_on.len(), CONFIG_ITEMS_MAX);
    assert!(matches!(with(CONFIG_ITEMS_MAX + 1), Err(XmlError::TooMany { .. })));
}
