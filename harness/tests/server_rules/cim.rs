use crate::support::*;

const ROOT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2";
const DMTF: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2";
const NOT_FOUND: Option<u32> = Some(2_150_858_752);

fn wmi(class: &str) -> String {
    format!("{ROOT}/{class}")
}

fn selectors(pairs: &[(&str, &str)]) -> String {
    let selectors = pairs.iter().map(|(n, v)| format!("<w:Selector Name=\"{n}\">{v}</w:Selector>"));
    format!("<w:SelectorSet>{}</w:SelectorSet>", selectors.collect::<String>())
}

fn at(ask: Ask, uri: &str, pairs: &[(&str, &str)]) -> Ask {
    ask.uri(uri).block("SelectorSet", &selectors(pairs))
}

fn get_of(uri: &str, pairs: &[(&str, &str)]) -> Ask {
    at(Ask::new(&format!("{TRANSFER}/Get")), uri, pairs)
}

fn service(name: &str) -> Ask {
    get_of(&wmi("Win32_Service"), &[("Name", name)])
}

fn body_of(class: &str, element: &str, content: &str) -> String {
    format!("<q:{element} xmlns:q=\"{}\">{content}</q:{element}>", wmi(class))
}

fn invoke(class: &str, method: &str, pairs: &[(&str, &str)], input: &str) -> Ask {
    let ask = at(Ask::new(&format!("{}/{method}", wmi(class))), &wmi(class), pairs);
    ask.body(&body_of(class, &format!("{method}_INPUT"), input))
}

fn world() -> (World, Client) {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    (world, alice)
}

fn fault(world: &mut World, client: &mut Client, ask: &Ask) -> (String, String, Option<u32>) {
    let answer = world.ask(client, ask);
    assert_eq!(answer.status, 500, "{}", answer.text);
    (answer.subcode(), answer.detail(), answer.code())
}

fn check_fault(ask: &Ask, subcode: &str, detail: &str) {
    let (mut world, mut alice) = world();
    let (found, found_detail, _) = fault(&mut world, &mut alice, ask);
    assert_eq!((found.as_str(), found_detail.as_str()), (subcode, detail));
}

#[test]
fn an_instance_is_in_the_namespace_of_its_class_and_says_its_type() {
    let (mut world, mut alice) = world();
    let answer = world.ask(&mut alice, &service("WinRM"));
    assert_eq!(answer.text_of("State").as_deref(), Some("Running"), "{}", answer.text);
    let document = roxmltree::Document::parse(&answer.text).unwrap();
    let found = document.descendants().find(|n| n.tag_name().name() == "Win32_Service").unwrap();
    assert_eq!(found.tag_name().namespace(), Some(wmi("Win32_Service").as_str()));
    let xsi = "http://www.w3.org/2001/XMLSchema-instance";
    assert!(found.attribute((xsi, "type")).unwrap().ends_with(":Win32_Service_Type"));
    let nil = found.children().find(|n| n.tag_name().name() == "InstallDate").unwrap();
    assert_eq!(nil.attribute((xsi, "nil")), Some("true"));
}

#[test]
fn names_and_values_of_selectors_match_in_any_letter_case() {
    let (mut world, mut alice) = world();
    let ask = get_of(&wmi("WIN32_service").replace("http", "HTTP"), &[("NAME", "winrm")]);
    assert_eq!(world.ask(&mut alice, &ask).text_of("Name").as_deref(), Some("WinRM"));
    let escaped = world.ask(&mut alice, &service("r&amp;d"));
    assert_eq!(escaped.text_of("DisplayName").unwrap(), "Research & <Development> \"quoted\"");
}

#[test]
fn selectors_that_name_no_instance_are_told_apart() {
    let uri = wmi("Win32_Service");
    let keys = wmi("Reference_Keys");
    check_fault(&get_of(&uri, &[]), "InvalidSelectors", "InsufficientSelectors");
    check_fault(&get_of(&uri, &[("DisplayName", "x")]), "InvalidSelectors", "UnexpectedSelectors");
    check_fault(&get_of(&uri, &[("Name", "WinRM"), ("No", "x")]), "InvalidSelectors", "UnexpectedSelectors");
    check_fault(&get_of(&keys, &[("Active", "perhaps")]), "InvalidSelectors", "TypeMismatch");
    check_fault(&get_of(&keys, &[("When", "yesterday")]), "InvalidSelectors", "TypeMismatch");
    check_fault(&get_of(&keys, &[("Owner", "WinRM")]), "InvalidSelectors", "TypeMismatch");
    check_fault(&get_of(&keys, &[("Number", "4294967296")]), "InvalidSelectors", "InvalidValue");
    check_fault(&get_of(&keys, &[("Number", "one")]), "InvalidSelectors", "TypeMismatch");
    check_fault(&get_of(&keys, &[("Number", "1")]), "InvalidSelectors", "InsufficientSelectors");
}

#[test]
fn what_wmi_does_not_find_is_told_by_the_provider_too() {
    let (mut world, mut alice) = world();
    for (ask, parameter) in [
        (service("NoSuch\"One"), "Win32_Service.Name=\"NoSuch\\\"One\""),
        (get_of(&wmi("Win32_NoSuchClass"), &[("Name", "x")]), "Win32_NoSuchClass"),
        (
            get_of("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/none/Win32_Service", &[]),
            "Win32_Service",
        ),
    ] {
        let answer = world.ask(&mut alice, &ask);
        let said = (answer.subcode(), answer.detail(), answer.code());
        assert_eq!(said, ("DestinationUnreachable".into(), "InvalidResourceURI".into(), NOT_FOUND));
        assert_eq!(answer.attribute("WSManFault", "Code"), ["2150858752", "2150858752"]);
        assert_eq!(answer.attribute("ProviderFault", "provider"), ["WMI Provider"]);
        assert_eq!(answer.text_of("Operation").as_deref(), Some("GetObject"));
        assert_eq!(answer.text_of("ParameterInfo").as_deref(), Some(parameter));
    }
}

#[test]
fn keys_of_every_kind_name_an_instance() {
    let (mut world, mut alice) = world();
    let owner = |name: &str| {
        format!(
            "<a:EndpointReference><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>{}</w:ResourceURI>{}\
             </a:ReferenceParameters></a:EndpointReference>",
            wmi("Win32_Service"),
            selectors(&[("Name", name)])
        )
    };
    let keys = |owner: &str, when: &str, text: &str| {
        get_of(
            &wmi("Reference_Keys"),
            &[("Active", "1"), ("Number", "4294967295"), ("Owner", owner), ("Text", text), ("When", when)],
        )
    };
    let text = "A \"KEY\" &amp; &lt;MORE>";
    for when in ["20240229120000.000000+000", "2024-02-29T12:00:00Z"] {
        let answer = world.ask(&mut alice, &keys(&owner("winmgmt"), when, text));
        assert_eq!(answer.text_of("Text").as_deref(), Some("a \"key\" & <more>"), "{}", answer.text);
    }
    let when = "2024-02-29T12:00:00Z";
    for wrong in [
        keys(&owner("WinRM"), when, text),
        keys(&owner("winmgmt"), "2024-02-29T12:00:01Z", text),
        keys(&owner("winmgmt"), when, "a key"),
    ] {
        assert_eq!(world.ask(&mut alice, &wrong).code(), NOT_FOUND);
    }
}

#[test]
fn an_association_is_named_by_references_and_its_reference_can_be_followed() {
    let (mut world, mut alice) = world();
    let all = Ask::new(&format!("{ENUMERATION}/Enumerate"))
        .uri(&wmi("Win32_DependentService"))
        .body("<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>1</w:MaxElements><w:EnumerationMode>EnumerateEPR</w:EnumerationMode></n:Enumerate>");
    let answer = world.ask(&mut alice, &all);
    let document = roxmltree::Document::parse(&answer.text).unwrap();
    let set = document.descendants().find(|n| n.tag_name().name() == "SelectorSet").unwrap();
    let got = world.ask(
        &mut alice,
        &Ask::new(&format!("{TRANSFER}/Get"))
            .uri(&wmi("Win32_DependentService"))
            .block("SelectorSet", answer.text.get(set.range()).unwrap()),
    );
    assert_eq!(got.text_of("TypeOfDependency").as_deref(), Some("0"), "{}", got.text);
    assert_eq!(got.texts("Selector"), ["Winmgmt", "WinRM"]);
}

#[test]
fn null_is_nil_an_array_repeats_and_an_empty_one_is_not_there() {
    let (mut world, mut alice) = world();
    let full = world.ask(&mut alice, &get_of(&wmi("Reference_Values"), &[("Id", "full")]));
    assert_eq!(full.texts("Numbers"), ["0", "1", "4294967295"], "{}", full.text);
    assert_eq!((full.texts("ArrayOfOne").len(), full.texts("ArrayEmpty").len()), (1, 0));
    assert_eq!(full.text_of("Escaped").unwrap(), "<a b=\"c\">&amp;\u{e9}\u{1f600} ]]> \t'");
    assert_eq!(full.text_of("Sint64Min").as_deref(), Some("-9223372036854775808"));
    assert_eq!(full.texts("Inner"), ["inside & deeper", "first & deeper", "second & deeper"]);
    assert_eq!(full.texts("Interval").last().map(String::as_str), Some("P1DT2H3M4.000005S"));
    let null = world.ask(&mut alice, &get_of(&wmi("Reference_Values"), &[("Id", "null")]));
    for name in ["ArrayNull", "Numbers", "Null", "Reference", "Embedded", "Datetime"] {
        let nils = null.all_nil(name);
        assert_eq!(nils, [true], "{name}");
    }
}

#[test]
fn a_class_without_keys_has_one_instance() {
    let (mut world, mut alice) = world();
    let uri = wmi("Win32_OperatingSystem");
    let ask = Ask::new(&format!("{TRANSFER}/Get")).uri(&uri);
    assert_eq!(world.ask(&mut alice, &ask).text_of("CSName").as_deref(), Some("REFERENCE"));
    check_fault(&get_of(&uri, &[("CSName", "x")]), "InvalidSelectors", "UnexpectedSelectors");
}

#[test]
fn the_dmtf_form_takes_the_namespace_from_a_selector() {
    let (mut world, mut alice) = world();
    let uri = format!("{DMTF}/Win32_Service");
    let named = get_of(&uri, &[("__cimnamespace", r"ROOT\cimv2"), ("Name", "WinRM")]);
    let answer = world.ask(&mut alice, &named);
    assert!(answer.text.contains(&format!("=\"{uri}\"")), "{}", answer.text);
    // The default namespace is root/hardware, which has no services.
    assert_eq!(world.ask(&mut alice, &get_of(&uri, &[("Name", "WinRM")])).code(), NOT_FOUND);
    let chassis = [("CreationClassName", "CIM_Chassis"), ("Tag", "Chassis 0")];
    let answer = world.ask(&mut alice, &get_of(&format!("{DMTF}/CIM_Chassis"), &chassis));
    assert_eq!(answer.text_of("Manufacturer").as_deref(), Some("Reference"));
}

#[test]
fn a_namespace_that_contradicts_the_uri_is_refused() {
    let (mut world, mut alice) = world();
    let same = get_of(&wmi("Win32_Service"), &[("__cimnamespace", "root/CIMV2"), ("Name", "WinRM")]);
    assert_eq!(world.ask(&mut alice, &same).status, 200);
    let other = get_of(&wmi("Win32_Service"), &[("__cimnamespace", "root/hardware"), ("Name", "WinRM")]);
    let said = fault(&mut world, &mut alice, &other);
    assert_eq!(said, ("InternalError".to_owned(), String::new(), Some(2_150_859_067)));
}

#[test]
fn a_class_above_has_the_instances_of_those_below() {
    let (mut world, mut alice) = world();
    let answer = world.ask(&mut alice, &get_of(&wmi("CIM_Service"), &[("Name", "WinRM")]));
    assert_eq!(answer.texts("Win32_Service").len(), 1, "{}", answer.text);
}

#[test]
fn options_that_must_be_complied_with_are_ignored_on_wmi() {
    let (mut world, mut alice) = world();
    let option = "<w:OptionSet s:mustUnderstand=\"true\"><w:Option Name=\"wmi:x\" MustComply=\"true\">1</w:Option></w:OptionSet>";
    assert_eq!(world.ask(&mut alice, &service("WinRM").block("OptionSet", option)).status, 200);
}

fn enumerate(uri: &str, filter: &str) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Enumerate")).uri(uri).body(&format!(
        "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>3</w:MaxElements>{filter}</n:Enumerate>"
    ))
}

fn wql(query: &str) -> String {
    format!("<w:Filter Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">{query}</w:Filter>")
}

#[test]
fn every_class_at_once_needs_a_filter_whose_class_is_known() {
    let (mut world, mut alice) = world();
    let said = fault(&mut world, &mut alice, &enumerate(&wmi("*"), ""));
    assert_eq!(said.0, "UnsupportedFeature");
    assert_eq!(said.1, "FilteringRequired");
    let some = world.ask(&mut alice, &enumerate(&wmi("*"), &wql("select * from win32_service")));
    assert_eq!(some.texts("Win32_Service").len(), 3, "{}", some.text);
    let none = world.ask(&mut alice, &enumerate(&wmi("*"), &wql("select * from Win32_Processa")));
    assert_eq!((none.subcode().as_str(), none.code()), ("CannotProcessFilter", Some(2_150_858_778)));
    assert_eq!(none.text_of("Operation").as_deref(), Some("ExecQuery"));
    check_fault(&get_of(&wmi("*"), &[]), "ActionNotSupported", "");
}

fn put(class: &str, pairs: &[(&str, &str)], content: &str) -> Ask {
    at(Ask::new(&format!("{TRANSFER}/Put")), &wmi(class), pairs).body(&body_of(class, class, content))
}

#[test]
fn put_changes_what_can_be_written_and_leaves_the_rest() {
    let (mut world, mut alice) = world();
    let ask = put("Win32_Service", &[("Name", "WinRM")], "<q:StartMode>Manual</q:StartMode>");
    assert_eq!(world.ask(&mut alice, &ask).text_of("StartMode").as_deref(), Some("Manual"));
    let now = world.ask(&mut alice, &service("WinRM"));
    let texts = (now.text_of("StartMode").unwrap(), now.text_of("State").unwrap());
    assert_eq!(texts, ("Manual".to_owned(), "Running".to_owned()));
    // What was got can be put back whole, keys and all.
    let document = roxmltree::Document::parse(&now.text).unwrap();
    let instance = document.descendants().find(|n| n.tag_name().name() == "Win32_Service").unwrap();
    let whole = now.text.get(instance.range()).unwrap().to_owned();
    let whole =
        whole.replacen("xmlns:p", "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:p", 1);
    let again = at(Ask::new(&format!("{TRANSFER}/Put")), &wmi("Win32_Service"), &[("Name", "WinRM")]);
    let answer = world.ask(&mut alice, &again.body(&deduplicated(&whole)));
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// A start tag has no attribute twice.
fn deduplicated(text: &str) -> String {
    let declaration = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let (first, rest) = text.split_once(declaration).unwrap();
    [first, declaration, &rest.replace(declaration, "")].concat()
}

#[test]
fn put_of_what_can_not_be_changed_is_refused() {
    let name = [("Name", "WinRM")];
    let put = |content: &str| put("Win32_Service", &name, content);
    for wrong in [
        "<q:State>Stopped</q:State>",
        "<q:Name>Other</q:Name>",
        "<q:NoSuch>1</q:NoSuch>",
        "<q:StartMode>Auto</q:StartMode><q:StartMode>Manual</q:StartMode>",
    ] {
        check_fault(&put(wrong), "InvalidRepresentation", "InvalidValues");
    }
    check_fault(&put("<StartMode>Auto</StartMode>"), "InvalidRepresentation", "InvalidNamespace");
    let other = put("").body(&body_of("Win32_Process", "Win32_Process", ""));
    check_fault(&other, "SchemaValidationError", "");
    let elsewhere = put("").body("<q:Win32_Service xmlns:q=\"urn:q\"/>");
    check_fault(&elsewhere, "InvalidRepresentation", "InvalidNamespace");
}

#[test]
fn put_of_an_array_takes_several_elements_or_one_that_is_nil_and_no_nil_among_others() {
    let (mut world, mut alice) = world();
    let full = [("Id", "full")];
    let nil = "<q:Numbers xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>";
    let ask = put("Reference_Values", &full, "<q:Numbers>7</q:Numbers><q:Numbers>8</q:Numbers>");
    assert_eq!(world.ask(&mut alice, &ask).texts("Numbers"), ["7", "8"]);
    let mixed = put("Reference_Values", &full, &format!("<q:Numbers>9</q:Numbers>{nil}"));
    assert_eq!(fault(&mut world, &mut alice, &mixed).1, "InvalidValues");
    let none = world.ask(&mut alice, &put("Reference_Values", &full, nil));
    assert_eq!(none.all_nil("Numbers"), [true], "{}", none.text);
}

fn create_of(class: &str, content: &str) -> Ask {
    Ask::new(&format!("{TRANSFER}/Create")).uri(&wmi(class)).body(&body_of(class, class, content))
}

#[test]
fn create_tells_a_reference_by_which_the_instance_is_got_and_deleted() {
    let (mut world, mut alice) = world();
    let ask = create_of("Reference_Values", "<q:Id>new</q:Id><q:Uint8>255</q:Uint8>");
    let answer = world.ask(&mut alice, &ask);
    assert_eq!(answer.texts("Selector"), ["new"], "{}", answer.text);
    let id = [("Id", "new")];
    let got = world.ask(&mut alice, &get_of(&wmi("Reference_Values"), &id));
    assert_eq!(got.text_of("Uint8").as_deref(), Some("255"));
    assert_eq!(fault(&mut world, &mut alice, &ask).0, "AlreadyExists");
    let delete = at(Ask::new(&format!("{TRANSFER}/Delete")), &wmi("Reference_Values"), &id);
    assert_eq!(world.ask(&mut alice, &delete).status, 200);
    assert_eq!(world.ask(&mut alice, &delete).code(), NOT_FOUND);
}

#[test]
fn create_and_delete_are_refused_where_the_class_or_the_representation_is_wrong() {
    check_fault(&create_of("Win32_Service", "<q:Name>x</q:Name>"), "ActionNotSupported", "");
    check_fault(&create_of("Reference_Values", ""), "InvalidRepresentation", "MissingValues");
    let wrong = "<q:Id>x</q:Id><q:Uint8>256</q:Uint8>";
    check_fault(&create_of("Reference_Values", wrong), "InvalidRepresentation", "InvalidValues");
    let delete = at(Ask::new(&format!("{TRANSFER}/Delete")), &wmi("Win32_Service"), &[("Name", "WinRM")]);
    check_fault(&delete, "ActionNotSupported", "");
}

#[test]
fn the_namespace_is_full_at_its_bound() {
    let (mut world, mut alice) = world();
    // So many are there from the start: 200 services, 4 processes, and 7 of other classes.
    for free in 0..1024 - 211 {
        let answer = world.ask(&mut alice, &create_of("Reference_Values", &format!("<q:Id>n{free}</q:Id>")));
        assert_eq!(answer.status, 200, "{free}: {}", answer.text);
    }
    let one_past = create_of("Reference_Values", "<q:Id>past</q:Id>");
    assert_eq!(fault(&mut world, &mut alice, &one_past).0, "QuotaLimit");
    let process = invoke("Win32_Process", "Create", &[], "<q:CommandLine>x</q:CommandLine>");
    assert_eq!(world.ask(&mut alice, &process).text_of("ReturnValue").as_deref(), Some("8"));
}
