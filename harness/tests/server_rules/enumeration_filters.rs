use crate::enumeration_pages::*;
use crate::support::*;

const ALL: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*";
const WQL: &str = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
const SELECTORS: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter";

fn begin() -> (World, Client) {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    (world, alice)
}

fn filtered(uri: &str, element: &str, dialect: &str, inside: &str, rest: &str) -> Ask {
    enumerate(
        uri,
        &format!(
            "<w:OptimizeEnumeration/><w:MaxElements>500</w:MaxElements><{element} Dialect=\"{dialect}\">{inside}</{element}>{rest}"
        ),
    )
}

fn wql(uri: &str, query: &str) -> Ask {
    filtered(uri, "w:Filter", WQL, &query.replace('<', "&lt;"), "")
}

#[test]
fn a_query_chooses_instances_in_either_element_and_by_class_or_by_all() {
    let (mut world, mut alice) = begin();
    let query = "select * from Win32_Service where Name = 'WinRM'";
    for uri in [SERVICE, ALL] {
        for element in ["w:Filter", "n:Filter"] {
            let answer = world.ask(&mut alice, &filtered(uri, element, WQL, query, ""));
            assert_eq!(
                (answer.texts("Name"), answer.texts("EndOfSequence").len()),
                (vec!["WinRM".to_owned()], 1)
            );
        }
    }
    let above = "SELECT * FROM CIM_Service WHERE StartMode = 'Auto' AND ProcessId < 1008 AND Started = TRUE";
    let answer = world.ask(&mut alice, &wql(ALL, above));
    assert_eq!(answer.texts("Name"), ["Winmgmt", "WinRM"]);
    let none = world.ask(&mut alice, &wql(ALL, "select * from Win32_Service where Name = 'none'"));
    assert_eq!((none.status, none.texts("Name").len(), none.texts("EndOfSequence").len()), (200, 0, 1));
}

#[test]
fn an_enumeration_by_query_is_pulled_by_the_uri_that_it_was_asked_by() {
    let (mut world, mut alice) = begin();
    let filter = format!("<w:Filter Dialect=\"{WQL}\">select Name from Win32_Service</w:Filter>");
    let context = open(&mut world, &mut alice, ALL, &filter);
    let page = world.ask(&mut alice, &pull(ALL, &context, "<n:MaxElements>3</n:MaxElements>"));
    assert_eq!(page.texts("Name"), ["Winmgmt", "WinRM", "Spooler"]);
}

#[test]
fn a_projection_is_a_fragment_without_namespaces_in_alphabetical_order() {
    let (mut world, mut alice) = begin();
    let query = "SELECT state, Name, InstallDate, NAME FROM Win32_Service WHERE Name LIKE 'R&amp;_'";
    let answer = world.ask(&mut alice, &filtered(ALL, "w:Filter", WQL, query, ""));
    let (_, behind) = answer.text.split_once("<w:XmlFragment>").unwrap();
    let (fragment, _) = behind.split_once("</w:XmlFragment>").unwrap();
    let nil = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"";
    let expected = format!("<InstallDate {nil}/><Name>R&amp;D</Name><State>Stopped</State>");
    assert_eq!(fragment, expected);
    for mode in ["EnumerateEPR", "EnumerateObjectAndEPR"] {
        let mode = format!("<w:EnumerationMode>{mode}</w:EnumerationMode>");
        let refused = world.ask(&mut alice, &filtered(ALL, "w:Filter", WQL, query, &mode));
        assert_eq!(refused.subcode(), "CannotProcessFilter");
    }
}

#[test]
fn a_query_that_can_not_be_processed_says_why() {
    let (mut world, mut alice) = begin();
    let wrong = [
        (SERVICE, "select * from", "expected the name of a class at octet 13"),
        (SERVICE, "select * from CIM_Service", "expected FROM Win32_Service as the resource URI has it"),
        (ALL, "REFERENCES OF {Win32_Service.Name='x'}", "found `{`"),
    ];
    for (uri, query, why) in wrong {
        let refused = world.ask(&mut alice, &wql(uri, query));
        assert_eq!(
            (refused.subcode().as_str(), refused.code()),
            ("CannotProcessFilter", Some(2_150_858_778))
        );
        assert!(refused.text_of("Text").unwrap().contains(why), "{}", refused.text);
    }
    assert_eq!(world.pair.server.enumeration_count(), 0);
}

#[test]
fn other_dialects_are_refused_with_the_list_of_those_that_are_known() {
    let (mut world, mut alice) = begin();
    for dialect in ["urn:invented", "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"] {
        let refused = world.ask(&mut alice, &filtered(SERVICE, "w:Filter", dialect, "x", ""));
        assert_eq!(refused.subcode(), "FilterDialectRequestedUnavailable");
        let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
        assert_eq!(refused.texts("SupportedDialect"), [WQL, SELECTORS, xpath]);
    }
}

#[test]
fn an_expression_chooses_the_instances_in_which_it_selects_something() {
    let (mut world, mut alice) = begin();
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    let mut ask = |inside: &str| world.ask(&mut alice, &filtered(SERVICE, "w:Filter", xpath, inside, ""));
    for expression in ["/Win32_Service[Name='WinRM']", "/Win32_Service[Name='WinRM']/State"] {
        assert_eq!(ask(expression).texts("Name"), ["WinRM"], "{expression}");
    }
    let stopped = ask("/Win32_Service[State='Stopped' and StartMode='Auto']");
    assert_eq!((stopped.status, stopped.texts("Name").len()), (200, 0));
    let refused = ask("//Name");
    assert_eq!(refused.subcode(), "CannotProcessFilter");
    // Without a dialect it is this one.
    let plain = "<w:OptimizeEnumeration/><n:Filter>/Win32_Service[Name='WinRM']</n:Filter>";
    assert_eq!(world.ask(&mut alice, &enumerate(SERVICE, plain)).texts("Name"), ["WinRM"]);
}

#[test]
fn all_classes_are_enumerated_only_with_a_filter() {
    let (mut world, mut alice) = begin();
    let refused = world.ask(&mut alice, &enumerate(ALL, ""));
    assert_eq!(
        (refused.subcode().as_str(), refused.detail().as_str()),
        ("UnsupportedFeature", "FilteringRequired")
    );
}

#[test]
fn two_filters_and_a_filter_of_two_kinds_are_refused() {
    let (mut world, mut alice) = begin();
    let query = "select * from Win32_Service";
    let both = format!("<n:Filter Dialect=\"{WQL}\">{query}</n:Filter>");
    let refused = world.ask(&mut alice, &filtered(SERVICE, "w:Filter", WQL, query, &both));
    assert_eq!(refused.subcode(), "CannotProcessFilter");
    for inside in ["<w:a/><w:b/>", "text<w:a/>", "", "<w:SelectorSet/>"] {
        let refused = world.ask(&mut alice, &filtered(SERVICE, "w:Filter", WQL, inside, ""));
        assert_eq!(refused.subcode(), "CannotProcessFilter", "{inside}");
    }
}

#[test]
fn selectors_choose_instances_of_one_class() {
    let (mut world, mut alice) = begin();
    let set = |inside: &str| format!("<w:SelectorSet>{inside}</w:SelectorSet>");
    let stopped =
        r#"<w:Selector Name="StartMode">auto</w:Selector><w:Selector Name="ProcessId">1004</w:Selector>"#;
    let answer = world.ask(&mut alice, &filtered(SERVICE, "w:Filter", SELECTORS, &set(stopped), ""));
    assert_eq!(answer.texts("Name"), ["WinRM"]);
    let twice = r#"<w:Selector Name="State">x</w:Selector><w:Selector Name="state">y</w:Selector>"#;
    let quote = r#"<w:Selector Name="State">'</w:Selector>"#;
    let refused =
        [(SERVICE, set(twice)), (SERVICE, set(quote)), (SERVICE, "text".to_owned()), (ALL, set(stopped))];
    for (uri, inside) in refused {
        let answer = world.ask(&mut alice, &filtered(uri, "w:Filter", SELECTORS, &inside, ""));
        assert_eq!(answer.subcode(), "CannotProcessFilter", "{inside}");
    }
}
