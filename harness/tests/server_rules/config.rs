use winrm_harness::http::Request;
use winrm_harness::limits::CONFIG_ROWS_MAX;

use crate::support::*;

const CONFIG: &str = "http://schemas.microsoft.com/wbem/wsman/1/config";
const DEPRECATED: Option<u32> = Some(2_150_859_182);
const PLUGIN: &str = "http://schemas.microsoft.com/wbem/wsman/1/config/PluginConfiguration";

fn ask(action: &str, table: &str) -> Ask {
    Ask::new(&format!("{TRANSFER}/{action}")).uri(&format!("{CONFIG}{table}"))
}

/// A Put or Create of settings, in the namespace of the text.
fn with(action: &str, table: &str, element: &str, settings: &str) -> Ask {
    ask(action, table).body(&format!("<{element} xmlns=\"{CONFIG}\">{settings}</{element}>"))
}

fn put(table: &str, element: &str, settings: &str) -> Ask {
    with("Put", table, element, settings)
}

fn selecting(ask: Ask, selectors: &[(&str, &str)]) -> Ask {
    let selectors: String = selectors
        .iter()
        .map(|(name, value)| format!("<w:Selector Name=\"{name}\">{value}</w:Selector>"))
        .collect();
    ask.block("SelectorSet", &format!("<w:SelectorSet>{selectors}</w:SelectorSet>"))
}

fn administrator() -> (World, Client) {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    (world, alice)
}

/// Asks for what must be done.
fn done(world: &mut World, client: &mut Client, ask: &Ask) -> Answer {
    let answer = world.ask(client, ask);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// What a new connection is offered.
fn offered(world: &mut World) -> Vec<String> {
    let id = world.pair.connect();
    values(&world.exchange(id, &post()), "WWW-Authenticate")
}

fn profiles(world: &mut World, client: &mut Client) -> Vec<String> {
    let request = client.session.request(IDENTIFY).unwrap();
    let response = world.exchange(client.id, &request);
    let text = String::from_utf8(client.session.open(&response).unwrap().envelope).unwrap();
    let names = Answer { status: 200, is_sealed: true, text }.texts("SecurityProfileName");
    names.iter().map(|name| name.rsplit_once("secprofile/").unwrap().1.to_owned()).collect()
}

#[test]
fn every_table_is_told_by_its_own_uri() {
    let (mut world, mut alice) = administrator();
    for (table, element, some) in [
        ("", "Config", "MaxEnvelopeSizekb"),
        ("/client", "Client", "TrustedHosts"),
        ("/client/auth", "Auth", "Digest"),
        ("/client/defaultports", "DefaultPorts", "HTTP"),
        ("/service", "Service", "RootSDDL"),
        ("/service/auth", "Auth", "CbtHardeningLevel"),
        ("/service/defaultports", "DefaultPorts", "HTTPS"),
        ("/winrs", "Winrs", "MaxShellsPerUser"),
        ("/WinRS", "Winrs", "IdleTimeout"),
    ] {
        let answer = done(&mut world, &mut alice, &ask("Get", table));
        assert_eq!((answer.texts(element).len(), answer.texts(some).len()), (1, 1), "{table}");
    }
    let whole = done(&mut world, &mut alice, &ask("Get", ""));
    assert_eq!(whole.text_of("MaxEnvelopeSizekb").as_deref(), Some("500"));
    assert_eq!(whole.text_of("MaxProviderRequests").as_deref(), Some("4294967295"));
    assert_eq!(whole.texts("Basic"), ["true", "false"]);
    let root = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)";
    assert_eq!(whole.text_of("RootSDDL").as_deref(), Some(root));
}

#[test]
fn a_singleton_has_no_selectors() {
    let (mut world, mut alice) = administrator();
    let got = world.ask(&mut alice, &selecting(ask("Get", "/winrs"), &[("Name", "x")]));
    assert_eq!((got.subcode().as_str(), got.detail().as_str()), ("InvalidSelectors", "UnexpectedSelectors"));
    let change = put("/winrs", "Winrs", "<IdleTimeout>60000</IdleTimeout>");
    let put = world.ask(&mut alice, &selecting(change, &[("Name", "x")]));
    assert_eq!(put.subcode(), "InvalidSelectors");
    for action in ["Create", "Delete"] {
        let other = world.ask(&mut alice, &with(action, "/winrs", "Winrs", ""));
        assert_eq!(other.status, 500, "{action}");
    }
}

#[test]
fn basic_is_offered_and_identified_as_soon_as_a_put_says_so_and_no_longer_than_that() {
    let (mut world, mut alice) = administrator();
    let auth = |on| put("/service/auth", "Auth", &format!("<Basic>{on}</Basic>"));
    let clear = |on| put("/service", "Service", &format!("<AllowUnencrypted>{on}</AllowUnencrypted>"));
    let spnego = ["http/spnego-kerberos", "https/spnego-kerberos"];
    assert_eq!(
        (offered(&mut world), profiles(&mut world, &mut alice)),
        (vec!["Negotiate".to_owned()], spnego.map(str::to_owned).to_vec())
    );
    let answer = done(&mut world, &mut alice, &auth(true));
    assert_eq!(answer.text_of("Basic").as_deref(), Some("true"));
    assert_eq!(profiles(&mut world, &mut alice)[..2], ["http/basic", "https/basic"]);
    assert_eq!(offered(&mut world), ["Negotiate"]);
    done(&mut world, &mut alice, &clear(true));
    assert_eq!(offered(&mut world), ["Negotiate", "Basic realm=\"WSMAN\""]);
    done(&mut world, &mut alice, &auth(false));
    assert_eq!(
        (offered(&mut world).len(), profiles(&mut world, &mut alice)),
        (1, spnego.map(str::to_owned).to_vec())
    );
    done(&mut world, &mut alice, &auth(true));
    done(&mut world, &mut alice, &clear(false));
    assert_eq!(offered(&mut world), ["Negotiate"]);
}

#[test]
fn soap_in_clear_is_taken_while_it_is_allowed() {
    let (mut world, mut alice) = administrator();
    let settings = "<AllowUnencrypted>true</AllowUnencrypted><Auth><Basic>true</Basic></Auth>";
    done(&mut world, &mut alice, &put("/service", "Service", settings));
    let request =
        plain(&ask("Get", "/winrs").text()).with_header("Authorization", basic("bob", "bob-password"));
    let id = world.pair.connect();
    assert_eq!(world.exchange(id, &request).status.0, 200);
    let settings = "<AllowUnencrypted>false</AllowUnencrypted>";
    done(&mut world, &mut alice, &put("/service", "Service", settings));
    let id = world.pair.connect();
    assert_eq!(world.exchange(id, &request).status.0, 401);
}

#[test]
fn whoever_turns_every_scheme_off_is_obeyed_and_can_take_it_back() {
    let (mut world, mut alice) = administrator();
    let both = |on| format!("<Kerberos>{on}</Kerberos><Negotiate>{on}</Negotiate>");
    done(&mut world, &mut alice, &put("/service/auth", "Auth", &both("false")));
    assert_eq!(offered(&mut world), Vec::<String>::new());
    let id = world.pair.connect();
    assert!(world.pair.log_on(id, "alice", "alice-password").is_err());
    done(&mut world, &mut alice, &put("/service/auth", "Auth", &both("true")));
    world.log_on("alice");
}

#[test]
fn a_put_changes_what_it_names_and_tells_the_rest() {
    let (mut world, mut alice) = administrator();
    let answer = done(&mut world, &mut alice, &put("", "Config", "<MaxBatchItems>10</MaxBatchItems>"));
    assert_eq!(answer.text_of("MaxBatchItems").as_deref(), Some("10"));
    assert_eq!(answer.text_of("MaxTimeoutms").as_deref(), Some("60000"));
    let config = world.pair.server.config();
    assert_eq!((config.max_batch_items, config.max_timeout_ms), (10, 60_000));
    // Windows' own tools send another namespace, and the client's half of the configuration is kept as well.
    let hosts = format!(
        "<cfg:Client xmlns:cfg=\"{CONFIG}/client\"><cfg:TrustedHosts>*.corp</cfg:TrustedHosts></cfg:Client>"
    );
    done(&mut world, &mut alice, &ask("Put", "/client").body(&hosts));
    let got = done(&mut world, &mut alice, &ask("Get", "/client"));
    assert_eq!(got.text_of("TrustedHosts").as_deref(), Some("*.corp"));
}

#[test]
fn a_configuration_can_be_put_back_as_it_was_got() {
    let (mut world, mut alice) = administrator();
    let got = done(&mut world, &mut alice, &ask("Get", ""));
    let (_, inside) = got.text.split_once("<s:Body>").unwrap();
    let (config, _) = inside.split_once("</s:Body>").unwrap();
    let answer = done(&mut world, &mut alice, &ask("Put", "").body(config));
    assert!(answer.text.contains(config), "{}", answer.text);
}

#[test]
fn values_out_of_range_change_nothing() {
    let (mut world, mut alice) = administrator();
    for (table, element, settings) in [
        ("", "Config", "<MaxTimeoutms>70000</MaxTimeoutms><MaxEnvelopeSizekb>31</MaxEnvelopeSizekb>"),
        ("", "Config", "<MaxTimeoutms>499</MaxTimeoutms>"),
        ("", "Config", "<MaxTimeoutms>soon</MaxTimeoutms>"),
        ("", "Config", "<MaxTimeoutms>600</MaxTimeoutms><MaxTimeoutms>700</MaxTimeoutms>"),
        ("", "Config", "<Tomorrow>1</Tomorrow>"),
        ("/service", "Service", "<MaxConnections>513</MaxConnections>"),
        ("/winrs", "Winrs", "<MaxConcurrentUsers>0</MaxConcurrentUsers>"),
        ("/winrs", "Service", "<MaxConcurrentUsers>5</MaxConcurrentUsers>"),
        ("/service/auth", "Auth", "<CredSSP>false</CredSSP>"),
        ("/service/auth", "Auth", "<CbtHardeningLevel>Firm</CbtHardeningLevel>"),
    ] {
        let answer = world.ask(&mut alice, &put(table, element, settings));
        assert_eq!(answer.subcode(), "SchemaValidationError", "{settings}");
    }
    let sddl = world.ask(&mut alice, &put("/service", "Service", "<RootSDDL>nonsense</RootSDDL>"));
    assert_eq!((sddl.subcode().as_str(), sddl.detail().as_str()), ("InvalidRepresentation", "InvalidValues"));
    let config = winrm_harness::server::Config::default();
    assert_eq!(world.pair.server.config().max_timeout_ms, config.max_timeout_ms);
    assert_eq!(world.pair.server.config().max_connections, config.max_connections);
}

#[test]
fn settings_that_are_out_of_use_can_not_be_changed() {
    let (mut world, mut alice) = administrator();
    for (table, element, settings) in [
        ("", "Config", "<MaxProviderRequests>25</MaxProviderRequests>"),
        ("/service", "Service", "<MaxConcurrentOperations>100</MaxConcurrentOperations>"),
        ("/winrs", "Winrs", "<MaxShellRunTime>28800000</MaxShellRunTime>"),
    ] {
        let answer = world.ask(&mut alice, &put(table, element, settings));
        assert_eq!((answer.subcode().as_str(), answer.code()), ("InternalError", DEPRECATED), "{settings}");
    }
    let same = "<MaxConcurrentOperations>4294967295</MaxConcurrentOperations>";
    done(&mut world, &mut alice, &put("/service", "Service", same));
    let ports = put("/service/defaultports", "DefaultPorts", "<HTTP>80</HTTP>");
    assert_eq!(world.ask(&mut alice, &ports).detail(), "ReadOnly");
    let inside = put("/service", "Service", "<DefaultPorts><HTTP>80</HTTP></DefaultPorts>");
    assert_eq!(world.ask(&mut alice, &inside).subcode(), "InternalError");
    let custom = world.ask(&mut alice, &ask("Get", "/winrs/customremoteshell"));
    assert_eq!(custom.subcode(), "InternalError");
}

#[test]
fn the_largest_envelope_is_what_a_put_says_at_once() {
    let (mut world, mut alice) = administrator();
    let long = |kb: usize| command(COMMAND_ID, &format!("echo {}", "x".repeat(kb * 1024)));
    done(&mut world, &mut alice, &put("", "Config", "<MaxEnvelopeSizekb>32</MaxEnvelopeSizekb>"));
    let request = sealed(&mut alice, &long(33));
    assert_eq!(world.exchange(alice.id, &request).status.0, 413);
    let mut alice = world.log_on("alice");
    done(&mut world, &mut alice, &put("", "Config", "<MaxEnvelopeSizekb>1000</MaxEnvelopeSizekb>"));
    let request = sealed(&mut alice, &long(900));
    assert_eq!(world.exchange(alice.id, &request).status.0, 500);
}

#[test]
fn quotas_of_shells_are_what_a_put_says() {
    let (mut world, mut alice) = administrator();
    let winrs = |settings: &str| put("/winrs", "Winrs", settings);
    let id = |n: u8| format!("11111111-AAAA-BBBB-CCCC-{n:012}");
    done(&mut world, &mut alice, &winrs("<MaxShellsPerUser>1</MaxShellsPerUser>"));
    done(&mut world, &mut alice, &create(&id(1)));
    assert_eq!(world.ask(&mut alice, &create(&id(2))).subcode(), "QuotaLimit");
    done(
        &mut world,
        &mut alice,
        &winrs("<MaxShellsPerUser>0</MaxShellsPerUser><MaxConcurrentUsers>1</MaxConcurrentUsers>"),
    );
    done(&mut world, &mut alice, &create(&id(2)));
    let mut bob = world.log_on("bob");
    assert_eq!(world.ask(&mut bob, &create(&id(3))).subcode(), "QuotaLimit");
    done(&mut world, &mut alice, &winrs("<AllowRemoteShellAccess>false</AllowRemoteShellAccess>"));
    let refused = world.ask(&mut alice, &create(&id(4)));
    assert_eq!((refused.subcode().as_str(), refused.code()), ("InternalError", Some(2_150_859_180)));
    assert_eq!(world.shells(), 2);
}

#[test]
fn a_shell_is_idle_as_long_as_a_put_says() {
    let (mut world, mut alice) = administrator();
    done(&mut world, &mut alice, &put("/winrs", "Winrs", "<IdleTimeout>60000</IdleTimeout>"));
    world.create(&mut alice);
    world.pair.advance(59_999);
    assert_eq!(world.shells(), 1);
    world.pair.advance(1);
    assert_eq!(world.shells(), 0);
}

const LISTENER: [(&str, &str); 2] = [("Address", "IP:127.0.0.1"), ("Transport", "HTTP")];

fn create_listener(settings: &str) -> Ask {
    selecting(with("Create", "/listener", "Listener", settings), &LISTENER)
}

/// The status of an empty POST to a path.
fn at(world: &mut World, path: &str) -> u16 {
    let id = world.pair.connect();
    world.exchange(id, &Request::new("POST", path).with_header("Host", "h")).status.0
}

#[test]
fn a_listener_is_created_told_changed_and_deleted() {
    let (mut world, mut alice) = administrator();
    let created = done(&mut world, &mut alice, &create_listener(""));
    assert_eq!(created.texts("Selector"), ["IP:127.0.0.1", "HTTP"]);
    let lower = [("transport", "http"), ("address", "ip:127.0.0.1")];
    let got = done(&mut world, &mut alice, &selecting(ask("Get", "/listener"), &lower));
    let told = ["Address", "Transport", "Port", "Hostname", "Enabled", "URLPrefix", "ListeningOn"]
        .map(|name| got.text_of(name).unwrap());
    assert_eq!(told, ["IP:127.0.0.1", "HTTP", "5985", "", "true", "wsman", "127.0.0.1"]);
    let change = |settings: &str| selecting(put("/listener", "Listener", settings), &LISTENER);
    let changed = done(&mut world, &mut alice, &change("<Port>80</Port><URLPrefix>other/path</URLPrefix>"));
    assert_eq!(changed.text_of("Port").as_deref(), Some("80"));
    assert_eq!(
        (at(&mut world, "/other/path"), at(&mut world, "/wsman"), at(&mut world, "/other")),
        (401, 401, 404)
    );
    done(&mut world, &mut alice, &change("<Enabled>false</Enabled>"));
    assert_eq!((at(&mut world, "/other/path"), at(&mut world, "/wsman")), (404, 401));
    done(&mut world, &mut alice, &selecting(ask("Delete", "/listener"), &LISTENER));
    let gone = world.ask(&mut alice, &selecting(ask("Get", "/listener"), &LISTENER));
    assert_eq!(
        (gone.subcode().as_str(), gone.detail().as_str()),
        ("InvalidSelectors", "UnexpectedSelectors")
    );
}

#[test]
fn a_listener_needs_its_two_selectors_and_no_other() {
    let (mut world, mut alice) = administrator();
    for (selectors, detail) in [
        (vec![], "InsufficientSelectors"),
        (vec![("Address", "*")], "InsufficientSelectors"),
        (vec![("Address", "*"), ("Transport", "HTTP"), ("Port", "1")], "UnexpectedSelectors"),
        (vec![("Address", "*"), ("Transport", "HTTPS")], "UnexpectedSelectors"),
    ] {
        let answer = world.ask(&mut alice, &selecting(ask("Get", "/listener"), &selectors));
        assert_eq!((answer.subcode().as_str(), answer.detail().as_str()), ("InvalidSelectors", detail));
    }
}

#[test]
fn a_listener_that_can_not_be_is_not_created() {
    let (mut world, mut alice) = administrator();
    let at = |address: &str, transport: &str, settings: &str| {
        let ask = with("Create", "/listener", "Listener", settings);
        selecting(ask, &[("Address", address), ("Transport", transport)])
    };
    for (ask, subcode) in [
        (at("*", "HTTP", ""), "AlreadyExists"),
        (at("IP:10.9.8.7", "HTTP", ""), "InternalError"),
        (at("MAC:00-00-00-00-00-01", "HTTP", ""), "InternalError"),
        (at("*", "HTTPS", ""), "InternalError"),
        (at("IP:::1", "HTTP", "<ListeningOn>::1</ListeningOn>"), "InternalError"),
        (at("IP:::1", "HTTP", "<CertificateThumbprint>00</CertificateThumbprint>"), "InternalError"),
        (at("IP:::1", "HTTP", "<Address>*</Address>"), "InternalError"),
        (at("10.9.8.7", "HTTP", ""), "SchemaValidationError"),
        (at("IP:::1", "FTP", ""), "SchemaValidationError"),
        (at("IP:::1", "HTTP", "<Port>0</Port>"), "SchemaValidationError"),
        (at("IP:::1", "HTTP", "<URLPrefix>/x</URLPrefix>"), "SchemaValidationError"),
    ] {
        let answer = world.ask(&mut alice, &ask);
        assert_eq!(answer.subcode(), subcode, "{}", ask.text());
    }
    assert_eq!(world.pair.server.config().listeners.len(), 1);
}

#[test]
fn where_a_listener_listens_nobody_sets() {
    let (mut world, mut alice) = administrator();
    let any = [("Address", "*"), ("Transport", "HTTP")];
    let ask_put = selecting(put("/listener", "Listener", "<ListeningOn>127.0.0.1</ListeningOn>"), &any);
    assert_eq!(world.ask(&mut alice, &ask_put).subcode(), "InternalError");
    let got = done(&mut world, &mut alice, &selecting(ask("Get", "/listener"), &any));
    assert_eq!(got.texts("ListeningOn"), ["127.0.0.1", "::1"]);
    done(&mut world, &mut alice, &put("/service", "Service", "<IPv4Filter>10.0.0.1-10.0.0.2</IPv4Filter>"));
    let got = done(&mut world, &mut alice, &selecting(ask("Get", "/listener"), &any));
    assert_eq!(got.texts("ListeningOn"), ["::1"]);
}

fn enumerate(table: &str, inside: &str) -> Ask {
    let body = format!(
        "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements>{inside}</n:Enumerate>"
    );
    Ask::new(&format!("{ENUMERATION}/Enumerate")).uri(&format!("{CONFIG}{table}")).body(&body)
}

#[test]
fn listeners_are_enumerated_by_value_and_by_reference() {
    let (mut world, mut alice) = administrator();
    done(&mut world, &mut alice, &create_listener(""));
    let mode = |mode: &str| enumerate("/listener", &format!("<w:EnumerationMode>{mode}</w:EnumerationMode>"));
    for (ask, listeners, references) in [
        (enumerate("/listener", ""), 2, 0),
        (mode("EnumerateEPR"), 0, 2),
        (mode("EnumerateObjectAndEPR"), 2, 2),
    ] {
        let answer = done(&mut world, &mut alice, &ask);
        let told = (answer.texts("Listener").len(), answer.texts("EndpointReference").len());
        assert_eq!(told, (listeners, references), "{}", answer.text);
    }
    let other_mode = "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>";
    let refused = world.ask(&mut alice, &enumerate("/service/certmapping", other_mode));
    assert_eq!(refused.detail(), "EnumerationMode");
    let plugins = done(&mut world, &mut alice, &enumerate("/plugin", ""));
    assert_eq!(plugins.attribute("PlugInConfiguration", "Name"), ["WMI Provider", "Event Forwarding Plugin"]);
    assert_eq!(world.ask(&mut alice, &enumerate("/winrs", "")).status, 500);
}

const ISSUER: &str = "5600a015ca5e8a26f638b74e819ae92096da5c8c";

fn mapping(action: &str, subject: &str, settings: &str) -> Ask {
    let body = format!("<CertMapping xmlns=\"{CONFIG}/service/certmapping\">{settings}</CertMapping>");
    let ask = ask(action, "/service/certmapping").body(if action == "Delete" || action == "Get" {
        ""
    } else {
        &body
    });
    selecting(ask, &[("Issuer", ISSUER), ("Subject", subject), ("URI", "*")])
}

#[test]
fn a_certificate_mapping_keeps_its_password_to_itself() {
    let (mut world, mut alice) = administrator();
    let account = "<UserName>alice</UserName><Password>alice-password</Password>";
    done(&mut world, &mut alice, &mapping("Create", "*@a.net", account));
    let got = done(&mut world, &mut alice, &mapping("Get", "*@a.net", ""));
    assert_eq!(
        (got.text_of("UserName").as_deref(), got.text_of("Password").as_deref()),
        (Some("alice"), Some(""))
    );
    assert_eq!(got.text_of("Enabled").as_deref(), Some("true"));
    done(&mut world, &mut alice, &mapping("Put", "*@A.net", "<Enabled>false</Enabled><Password/>"));
    let kept = &world.pair.server.config().cert_mappings[0];
    assert_eq!(kept.password.as_ref().unwrap().value.0, "alice-password");
    assert!(!kept.enabled.as_ref().unwrap().value);
    let other_key = mapping("Put", "*@a.net", "<Subject>*</Subject>");
    assert_eq!(world.ask(&mut alice, &other_key).subcode(), "InternalError");
    done(&mut world, &mut alice, &mapping("Delete", "*@a.net", ""));
    assert_eq!(world.pair.server.config().cert_mappings, []);
}

#[test]
fn a_certificate_mapping_that_can_not_be_is_not_created() {
    let (mut world, mut alice) = administrator();
    for (subject, settings, subcode) in [
        ("*", "<Password>p</Password>", "InvalidRepresentation"),
        ("*", "<UserName>alice</UserName>", "InvalidRepresentation"),
        ("*", "<UserName>DOMAIN\\alice</UserName><Password>p</Password>", "InvalidRepresentation"),
        ("a*b", "<UserName>alice</UserName><Password>p</Password>", "SchemaValidationError"),
    ] {
        let answer = world.ask(&mut alice, &mapping("Create", subject, settings));
        assert_eq!(answer.subcode(), subcode, "{subject} {settings}");
    }
}

#[test]
fn there_are_as_many_mappings_as_the_bound_and_not_one_more() {
    let (mut world, mut alice) = administrator();
    let account = "<UserName>alice</UserName><Password>p</Password>";
    for n in 0..CONFIG_ROWS_MAX {
        done(&mut world, &mut alice, &mapping("Create", &format!("subject {n}"), account));
    }
    assert_eq!(world.ask(&mut alice, &mapping("Create", "one more", account)).subcode(), "QuotaLimit");
}

fn plugin(action: &str, name: &str, attributes: &str, inside: &str) -> Ask {
    let body = format!("<PlugInConfiguration xmlns=\"{PLUGIN}\" {attributes}>{inside}</PlugInConfiguration>");
    let ask = ask(action, "/plugin").body(if inside.is_empty() { "" } else { &body });
    selecting(ask, &[("Name", name)])
}

#[test]
fn a_plugin_is_created_told_changed_and_deleted() {
    let (mut world, mut alice) = administrator();
    let resources =
        "<Resources><Resource ResourceUri=\"urn:mine\"><Capability Type=\"Get\"/></Resource></Resources>";
    let attributes = "Name=\"mine\" Filename=\"x.dll\" XmlRenderingType=\"XmlReader\" RunAsUser=\"u\" RunAsPassword=\"secret\"";
    done(&mut world, &mut alice, &plugin("Create", "mine", attributes, resources));
    let got = done(&mut world, &mut alice, &plugin("Get", "MINE", "", ""));
    let told = |name: &str| got.attribute("PlugInConfiguration", name);
    assert_eq!(
        (told("XmlRenderingType"), told("RunAsPassword"), told("RunAsUser")),
        (vec!["text".to_owned()], vec![String::new()], vec!["u".to_owned()])
    );
    let quotas = "<Quotas MaxShells=\"0\"/>";
    assert_eq!(world.ask(&mut alice, &plugin("Put", "mine", "", quotas)).subcode(), "SchemaValidationError");
    done(&mut world, &mut alice, &plugin("Put", "mine", "", "<Quotas MaxShells=\"7\"/>"));
    let got = done(&mut world, &mut alice, &plugin("Get", "mine", "", ""));
    assert_eq!(
        (got.attribute("Quotas", "MaxShells"), got.attribute("Capability", "Type")),
        (vec!["7".to_owned()], vec!["Get".to_owned()])
    );
    done(&mut world, &mut alice, &plugin("Delete", "mine", "", ""));
    assert_eq!(world.ask(&mut alice, &plugin("Get", "mine", "", "")).subcode(), "InvalidSelectors");
}
