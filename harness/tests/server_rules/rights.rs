use winrm_harness::server::Config;
use winrm_harness::wsman::sddl::SecurityDescriptor;

use crate::support::*;

const CONFIG: &str = "http://schemas.microsoft.com/wbem/wsman/1/config";
const PLUGIN: &str = "http://schemas.microsoft.com/wbem/wsman/1/config/PluginConfiguration";
const EVENTING: &str = "http://schemas.xmlsoap.org/ws/2004/08/eventing";

/// Where carol, who is no administrator, has what `root` gives her.
fn world(root: &str) -> (World, Client) {
    let root_sddl = SecurityDescriptor::parse(root).unwrap();
    let mut world = World::new(Config { root_sddl, ..config() });
    let carol = world.log_on("carol");
    (world, carol)
}

fn get() -> Ask {
    Ask::new(&format!("{TRANSFER}/Get")).uri(&format!("{CONFIG}/winrs"))
}

fn put(time: u32) -> Ask {
    let body = format!("<Winrs xmlns=\"{CONFIG}\"><IdleTimeout>{time}</IdleTimeout></Winrs>");
    Ask::new(&format!("{TRANSFER}/Put")).uri(&format!("{CONFIG}/winrs")).body(&body)
}

fn is_denied(world: &mut World, client: &mut Client, ask: &Ask) -> bool {
    world.ask(client, ask).subcode() == "AccessDenied"
}

/// Which of read, write, execute somebody is let do.
fn allowed(world: &mut World, client: &mut Client) -> [bool; 3] {
    [get(), put(60_000), create(SHELL_ID)].map(|ask| !is_denied(world, client, &ask))
}

#[test]
fn by_default_only_administrators_do_anything() {
    let mut world = World::new(config());
    let mut carol = world.log_on("carol");
    assert_eq!(allowed(&mut world, &mut carol), [false; 3]);
    let mut alice = world.log_on("alice");
    assert_eq!(allowed(&mut world, &mut alice), [true; 3]);
}

#[test]
fn the_root_descriptor_gives_each_right_apart() {
    for (root, expected) in [
        ("D:(A;;GR;;;BU)", [true, false, false]),
        ("D:(A;;GW;;;AU)", [false, true, false]),
        ("D:(A;;GX;;;NU)", [false, false, true]),
        ("D:(A;;GA;;;WD)", [true; 3]),
        ("D:(D;;GX;;;BU)(A;;GA;;;WD)", [true, true, false]),
        ("D:(A;;GA;;;IU)", [false; 3]),
        ("D:(A;;GA;;;S-1-5-21-1111111111-2222222222-3333333333-1002)", [true; 3]),
        ("D:(A;;GA;;;S-1-5-21-1111111111-2222222222-3333333333-1001)", [false; 3]),
    ] {
        let (mut world, mut carol) = world(root);
        assert_eq!(allowed(&mut world, &mut carol), expected, "{root}");
    }
}

#[test]
fn a_put_of_the_root_descriptor_counts_from_the_next_request() {
    let (mut world, mut carol) = world("D:(A;;GA;;;BA)");
    let mut alice = world.log_on("alice");
    assert!(is_denied(&mut world, &mut carol, &get()));
    let root = |sddl: &str| {
        let body = format!("<Service xmlns=\"{CONFIG}\"><RootSDDL>{sddl}</RootSDDL></Service>");
        Ask::new(&format!("{TRANSFER}/Put")).uri(&format!("{CONFIG}/service")).body(&body)
    };
    assert_eq!(world.ask(&mut alice, &root("D:(A;;GA;;;BA)(A;;GR;;;BU)")).status, 200);
    assert!(!is_denied(&mut world, &mut carol, &get()));
    assert!(is_denied(&mut world, &mut carol, &root("D:(A;;GA;;;WD)")));
}

#[test]
fn each_action_needs_the_right_of_the_text() {
    let uri = format!("{CONFIG}/listener");
    let reads = [
        format!("{TRANSFER}/Get"),
        format!("{ENUMERATION}/Enumerate"),
        format!("{ENUMERATION}/Pull"),
        format!("{ENUMERATION}/Release"),
        format!("{EVENTING}/Subscribe"),
        format!("{EVENTING}/Unsubscribe"),
    ];
    let writes = ["Put", "Create", "Delete"].map(|action| format!("{TRANSFER}/{action}"));
    let executes = [format!("{EVENTING}/Renew"), format!("{uri}/Analyze")];
    for (right, actions) in [("GR", reads.as_slice()), ("GW", &writes), ("GX", &executes)] {
        let (mut with, mut carol) = world(&format!("D:(A;;{right};;;BU)"));
        let (mut without, mut other) = world(&format!("D:(D;;{right};;;BU)(A;;GA;;;BU)"));
        for action in actions {
            let ask = Ask::new(action).uri(&uri);
            assert!(!is_denied(&mut with, &mut carol, &ask), "{right} {action}");
            assert!(is_denied(&mut without, &mut other, &ask), "{right} {action}");
        }
    }
    // Whatever the action, to have to do with shells is to execute.
    let (mut world, mut carol) = world("D:(A;;GRGW;;;BU)");
    for action in reads.iter().chain(&writes) {
        assert!(is_denied(&mut world, &mut carol, &Ask::new(action).uri(SHELL)), "{action}");
    }
}

fn security(uri: &str, sddl: &str, is_exact: bool) -> Ask {
    let body =
        format!("<Security xmlns=\"{PLUGIN}\" Uri=\"{uri}\" ExactMatch=\"{is_exact}\" Sddl=\"{sddl}\"/>");
    entry("Put", uri).body(&body)
}

fn entry(action: &str, uri: &str) -> Ask {
    let selectors = format!("<w:SelectorSet><w:Selector Name=\"Uri\">{uri}</w:Selector></w:SelectorSet>");
    Ask::new(&format!("{TRANSFER}/{action}"))
        .uri(&format!("{CONFIG}/service/security"))
        .block("SelectorSet", &selectors)
}

#[test]
fn the_entry_of_a_resource_wins_over_the_root() {
    let (mut world, mut carol) = world("D:(A;;GA;;;BA)");
    let mut alice = world.log_on("alice");
    let winrs = format!("{CONFIG}/winrs");
    let mut put_entry = |world: &mut World, uri: &str, sddl: &str, is_exact: bool| {
        let answer = world.ask(&mut alice, &security(uri, sddl, is_exact));
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    put_entry(&mut world, CONFIG, "D:(A;;GR;;;BU)(A;;GA;;;BA)", false);
    assert_eq!(allowed(&mut world, &mut carol), [true, false, false]);
    put_entry(&mut world, &winrs, "D:(A;;GW;;;BU)(A;;GA;;;BA)", false);
    assert_eq!(allowed(&mut world, &mut carol), [false, true, false]);
    put_entry(&mut world, &winrs, "", false);
    assert_eq!(allowed(&mut world, &mut carol), [true, false, false]);
    put_entry(&mut world, CONFIG, "D:(A;;GR;;;BU)(A;;GA;;;BA)", true);
    assert_eq!(allowed(&mut world, &mut carol), [false; 3]);
}

#[test]
fn an_entry_is_told_by_its_uri_and_by_the_plugin_that_it_is_in() {
    let (mut world, _) = world("D:(A;;GA;;;BA)");
    let mut alice = world.log_on("alice");
    let uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2";
    assert_eq!(world.ask(&mut alice, &entry("Get", uri)).subcode(), "InvalidSelectors");
    let answer = world.ask(&mut alice, &security(uri, "D:(A;;GA;;;BA)", false));
    assert_eq!(answer.attribute("PlugInConfiguration", "Name"), ["WMI Provider"]);
    assert_eq!(answer.attribute("Security", "Uri"), [uri]);
    let got = world.ask(&mut alice, &entry("Get", &uri.to_uppercase()));
    assert_eq!(got.attribute("Security", "Sddl"), ["D:(A;;GA;;;BA)"]);
    let wrong = world.ask(&mut alice, &security(uri, "D:(A;;GQ;;;BA)", false));
    assert_eq!(wrong.subcode(), "InvalidRepresentation");
}

#[test]
fn a_resource_of_a_plugin_with_the_capability_shell_is_a_shell() {
    let (mut world, mut carol) = world("D:(A;;GR;;;BU)(A;;GA;;;BA)");
    let ask = Ask::new(&format!("{TRANSFER}/Get")).uri("urn:mine/deep");
    assert!(!is_denied(&mut world, &mut carol, &ask));
    let mut alice = world.log_on("alice");
    let body = format!(
        "<PlugInConfiguration xmlns=\"{PLUGIN}\"><Resources><Resource ResourceUri=\"urn:mine\"><Capability Type=\"Shell\"/></Resource></Resources></PlugInConfiguration>"
    );
    let selectors = "<w:SelectorSet><w:Selector Name=\"Name\">mine</w:Selector></w:SelectorSet>";
    let created = Ask::new(&format!("{TRANSFER}/Create")).uri(&format!("{CONFIG}/plugin"));
    assert_eq!(world.ask(&mut alice, &created.block("SelectorSet", selectors).body(&body)).status, 200);
    assert!(is_denied(&mut world, &mut carol, &ask));
}

#[test]
fn a_query_for_all_classes_needs_the_right_to_the_class_that_it_names() {
    let (mut world, mut carol) = world("D:(A;;GR;;;BU)(A;;GA;;;BA)");
    let classes = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2";
    let query = "<n:Enumerate><w:Filter Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">select * from Win32_Service</w:Filter></n:Enumerate>";
    let all = Ask::new(&format!("{ENUMERATION}/Enumerate")).uri(&format!("{classes}/*")).body(query);
    assert_eq!(world.ask(&mut carol, &all).status, 200);
    let mut alice = world.log_on("alice");
    let class = format!("{classes}/Win32_Service");
    assert_eq!(world.ask(&mut alice, &security(&class, "D:(A;;GA;;;BA)", true)).status, 200);
    assert!(is_denied(&mut world, &mut carol, &all));
}

#[test]
fn who_may_execute_sees_only_shells_of_ones_own() {
    let (mut world, mut carol) = world("D:(A;;GA;;;WD)");
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    assert_eq!(world.ask(&mut carol, &crate::support::get(SHELL_ID)).subcode(), "InvalidSelectors");
    assert_eq!(world.ask(&mut carol, &delete(SHELL_ID)).subcode(), "InvalidSelectors");
    assert_eq!(world.shells(), 1);
}
