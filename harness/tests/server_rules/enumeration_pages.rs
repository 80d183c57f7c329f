use winrm_harness::server::Config;

use crate::support::*;

pub(crate) const SERVICE: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service";
const SERVICES: usize = 200;

pub(crate) fn enumerate(uri: &str, body: &str) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Enumerate")).uri(uri).body(&format!("<n:Enumerate>{body}</n:Enumerate>"))
}

pub(crate) fn pull(uri: &str, context: &str, inside: &str) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Pull"))
        .uri(uri)
        .body(&format!("<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext>{inside}</n:Pull>"))
}

pub(crate) fn open(world: &mut World, alice: &mut Client, uri: &str, body: &str) -> String {
    let answer = world.ask(alice, &enumerate(uri, body));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text_of("EnumerationContext").unwrap()
}

fn begin() -> (World, Client) {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    (world, alice)
}

/// The names of all services, in the order they came, and how many there were in each page.
fn pages(max: u32, envelope: Option<u64>, optimize: &str) -> (Vec<String>, Vec<usize>) {
    let (mut world, mut alice) = begin();
    let sized = |ask: Ask| envelope.map_or(ask.clone(), |size| ask.max_envelope(size));
    let mut answer = world.ask(&mut alice, &sized(enumerate(SERVICE, optimize)));
    let bytes_max = envelope.map_or(usize::MAX, |size| usize::try_from(size).unwrap());
    let (mut names, mut sizes) = (Vec::new(), Vec::new());
    loop {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.len() <= bytes_max, "{} octets", answer.text.len());
        let page = answer.texts("Name");
        sizes.push(page.len());
        names.extend(page);
        if !answer.texts("EndOfSequence").is_empty() {
            return (names, sizes);
        }
        assert!(sizes.len() <= SERVICES + 1, "{sizes:?}");
        let context = answer.text_of("EnumerationContext").unwrap();
        let max = format!("<n:MaxElements>{max}</n:MaxElements>");
        answer = world.ask(&mut alice, &sized(pull(SERVICE, &context, &max)));
    }
}

#[test]
fn every_instance_comes_exactly_once_and_in_order_whatever_the_pages() {
    let (all, sizes) = pages(32_000, Some(512_000), "");
    assert_eq!((all.len(), sizes.as_slice()), (SERVICES, [0, SERVICES].as_slice()));
    let different: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(different.len(), SERVICES);
    let (by_default, sizes) = pages(32_000, None, "");
    assert_eq!((by_default, sizes.len()), (all.clone(), 3), "two pages of 150 KiB");
    let (one_by_one, sizes) = pages(1, None, "");
    assert_eq!((one_by_one, sizes.len()), (all.clone(), SERVICES + 1));
    let (by_seven, sizes) = pages(7, None, "");
    assert_eq!((by_seven, sizes.len(), sizes.last()), (all.clone(), 30, Some(&4)));
    let optimize = "<w:OptimizeEnumeration/><w:MaxElements>7</w:MaxElements>";
    let (optimized, sizes) = pages(7, None, optimize);
    assert_eq!((optimized, sizes.len(), sizes[0]), (all.clone(), 29, 7));
    for (max, optimize) in [(32_000, ""), (7, ""), (32_000, optimize)] {
        let (small, sizes) = pages(max, Some(8_192), optimize);
        assert_eq!(small, all);
        assert!(sizes.iter().skip(1).all(|size| *size > 0), "{sizes:?}");
    }
}

#[test]
fn a_page_is_as_full_as_the_envelope_allows() {
    let (mut world, mut alice) = begin();
    let context = open(&mut world, &mut alice, SERVICE, "");
    let all = "<n:MaxElements>32000</n:MaxElements>";
    let page = world.ask(&mut alice, &pull(SERVICE, &context, all).max_envelope(16_384));
    let item = page.text.len() / page.texts("Name").len();
    assert!(page.text.len() <= 16_384 && page.text.len() + item + 300 > 16_384, "{}", page.text.len());
}

/// A shell whose description is larger than the smallest envelope.
fn large_shell() -> (World, Client) {
    let (mut world, mut alice) = begin();
    let name = format!(" Name=\"{}\"", "n".repeat(9_000));
    assert_eq!(world.ask(&mut alice, &create_with(&name, "")).status, 200);
    (world, alice)
}

#[test]
fn an_item_that_does_not_fit_is_refused_and_can_be_pulled_with_more_room() {
    let (mut world, mut alice) = large_shell();
    let context = open(&mut world, &mut alice, SHELL, "");
    for _ in 0..2 {
        let small = world.ask(&mut alice, &pull(SHELL, &context, "").max_envelope(8_192));
        assert_eq!((small.subcode().as_str(), small.detail().as_str()), ("EncodingLimit", "MaxEnvelopeSize"));
    }
    let few = "<n:MaxCharacters>8000</n:MaxCharacters>";
    assert_eq!(world.ask(&mut alice, &pull(SHELL, &context, few)).subcode(), "EncodingLimit");
    let large = world.ask(&mut alice, &pull(SHELL, &context, "").max_envelope(32_768));
    assert_eq!((large.texts("ShellId").len(), large.texts("EndOfSequence").len()), (1, 1));
}

#[test]
fn an_optimised_answer_without_room_holds_no_item_and_a_context() {
    let (mut world, mut alice) = large_shell();
    let optimized = enumerate(SHELL, "<w:OptimizeEnumeration/>").max_envelope(8_192);
    let answer = world.ask(&mut alice, &optimized);
    assert_eq!(
        (answer.status, answer.texts("ShellId").len(), answer.texts("EndOfSequence").len()),
        (200, 0, 0)
    );
    let context = answer.text_of("EnumerationContext").unwrap();
    assert_eq!(world.ask(&mut alice, &pull(SHELL, &context, "")).texts("ShellId").len(), 1);
}

#[test]
fn max_characters_bounds_what_stands_inside_items() {
    let (mut world, mut alice) = begin();
    let context = open(&mut world, &mut alice, SERVICE, "");
    let inside = "<n:MaxElements>50</n:MaxElements><n:MaxCharacters>5000</n:MaxCharacters>";
    let page = world.ask(&mut alice, &pull(SERVICE, &context, inside));
    let (_, behind) = page.text.split_once("<n:Items>").unwrap();
    let (items, _) = behind.split_once("</n:Items>").unwrap();
    let count = page.texts("Name").len();
    assert!(count > 1 && count < 50 && items.chars().count() <= 5000, "{count}: {}", items.len());
}

#[test]
fn max_batch_items_bounds_what_is_asked() {
    let mut world = World::new(Config { max_batch_items: 3, ..config() });
    let mut alice = world.log_on("alice");
    let context = open(&mut world, &mut alice, SERVICE, "");
    for (asked, expected) in [("4294967295", 3), ("99999999999999999999", 3), ("4", 3), ("3", 3), ("2", 2)] {
        let asked = format!("<n:MaxElements>{asked}</n:MaxElements>");
        assert_eq!(world.ask(&mut alice, &pull(SERVICE, &context, &asked)).texts("Name").len(), expected);
    }
    let optimized = "<w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements>";
    assert_eq!(world.ask(&mut alice, &enumerate(SERVICE, optimized)).texts("Name").len(), 3);
    let none = world.ask(&mut alice, &pull(SERVICE, &context, "<n:MaxElements>0</n:MaxElements>"));
    assert_eq!(none.subcode(), "SchemaValidationError");
}

#[test]
fn each_mode_tells_what_it_says() {
    let (mut world, mut alice) = begin();
    let mut first = |mode: &str| {
        let mode = format!("<w:OptimizeEnumeration/><w:EnumerationMode>{mode}</w:EnumerationMode>");
        world.ask(&mut alice, &enumerate(SERVICE, &mode))
    };
    let references = first("EnumerateEPR");
    assert_eq!(
        (references.texts("EndpointReference").len(), references.texts("Win32_Service").len()),
        (1, 0)
    );
    assert_eq!(references.texts("ResourceURI"), [SERVICE]);
    assert_eq!(references.attribute("Selector", "Name").last().map(String::as_str), Some("Name"));
    assert_eq!(references.texts("Address"), ["http://reference:5985/wsman"]);
    let both = first("EnumerateObjectAndEPR");
    let counts = ["Item", "Win32_Service", "EndpointReference"].map(|name| both.texts(name).len());
    assert_eq!(counts, [1, 1, 1]);
    let unknown = first("EnumerateObject");
    assert_eq!(
        (unknown.subcode().as_str(), unknown.detail().as_str()),
        ("UnsupportedFeature", "EnumerationMode")
    );
}

#[test]
fn shells_have_all_modes_and_no_filter() {
    let (mut world, mut alice) = begin();
    world.create(&mut alice);
    let mode = "<w:OptimizeEnumeration/><w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode>";
    let both = world.ask(&mut alice, &enumerate(SHELL, mode));
    assert_eq!((both.texts("Shell").len(), both.texts("Selector")), (1, vec![SHELL_ID.to_owned()]));
    assert_eq!(both.texts("ResourceURI"), [CMD]);
    for filter in ["<w:Filter>a</w:Filter>", "<n:Filter Dialect=\"urn:x\">a</n:Filter>"] {
        assert_eq!(world.ask(&mut alice, &enumerate(SHELL, filter)).code(), Some(2_150_858_776));
    }
}

#[test]
fn an_estimate_is_told_when_it_is_asked_for() {
    let (mut world, mut alice) = begin();
    let estimate = "<w:RequestTotalItemsCountEstimate/>";
    let asked = world.ask(&mut alice, &enumerate(SERVICE, "").block("estimate", estimate));
    assert_eq!(asked.text_of("TotalItemsCountEstimate").as_deref(), Some("200"));
    let context = asked.text_of("EnumerationContext").unwrap();
    let page = world.ask(&mut alice, &pull(SERVICE, &context, "").block("estimate", estimate));
    assert_eq!(page.text_of("TotalItemsCountEstimate").as_deref(), Some("200"));
    let unasked = world.ask(&mut alice, &enumerate(SERVICE, ""));
    assert_eq!(unasked.text_of("TotalItemsCountEstimate"), None);
}

#[test]
fn an_enumeration_ends_when_it_expires_however_often_it_is_pulled() {
    let (mut world, mut alice) = begin();
    let answer = world.ask(&mut alice, &enumerate(SERVICE, "<n:Expires>PT90S</n:Expires>"));
    assert_eq!(answer.text_of("Expires").as_deref(), Some("PT90.000S"));
    let context = answer.text_of("EnumerationContext").unwrap();
    for _ in 0..2 {
        world.pair.advance(44_000);
        assert_eq!(world.ask(&mut alice, &pull(SERVICE, &context, "")).status, 200);
    }
    world.pair.advance(2_000);
    assert_eq!(world.ask(&mut alice, &pull(SERVICE, &context, "")).code(), Some(2_150_858_779));
    for wrong in ["PT0S", "2001-01-01T00:00:00Z"] {
        let answer = world.ask(&mut alice, &enumerate(SERVICE, &format!("<n:Expires>{wrong}</n:Expires>")));
        assert_eq!(answer.subcode(), "InvalidExpirationTime", "{wrong}");
    }
    let later = enumerate(SERVICE, "<n:Expires>2100-01-01T00:00:00Z</n:Expires>");
    assert_eq!(world.ask(&mut alice, &later).text_of("Expires").as_deref(), Some("2100-01-01T00:00:00Z"));
    let broken = enumerate(SERVICE, "<n:Expires>PT738a.000000S</n:Expires>");
    assert_eq!(world.ask(&mut alice, &broken).subcode(), "SchemaValidationError");
}

#[test]
fn a_pull_repeats_the_reference_of_its_enumeration() {
    let (mut world, mut alice) = begin();
    let context = open(&mut world, &mut alice, SERVICE, "");
    let absent = world.ask(&mut alice, &pull(SERVICE, &context, "").block("ResourceURI", ""));
    assert_eq!(absent.subcode(), "MessageInformationHeaderRequired");
    let shell = world.ask(&mut alice, &pull(SHELL, &context, ""));
    assert_eq!(shell.subcode(), "InvalidEnumerationContext");
    let other = world.ask(&mut alice, &pull(SERVICE, &context, "").shell(SHELL_ID));
    assert_eq!(other.subcode(), "InvalidEnumerationContext");
    let upper = SERVICE.replace("Win32_Service", "WIN32_SERVICE");
    assert_eq!(world.ask(&mut alice, &pull(&upper, &context, "")).status, 200);
}

#[test]
fn what_ws_management_discourages_is_known_and_refused() {
    let (mut world, mut alice) = begin();
    for action in ["Renew", "GetStatus", "EnumerationEnd"] {
        let ask = Ask::new(&format!("{ENUMERATION}/{action}")).uri(SERVICE);
        assert_eq!(world.ask(&mut alice, &ask).subcode(), "ActionNotSupported", "{action}");
    }
    let end_to = "<n:EndTo><a:Address>http://h/end</a:Address></n:EndTo>";
    let refused = world.ask(&mut alice, &enumerate(SERVICE, end_to));
    assert_eq!(
        (refused.subcode().as_str(), refused.detail().as_str()),
        ("UnsupportedFeature", "AddressingMode")
    );
    let ignored = "<b:PolymorphismMode xmlns:b=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\">None</b:PolymorphismMode>";
    assert_eq!(world.ask(&mut alice, &enumerate(SERVICE, ignored)).status, 200);
    assert_eq!(world.pair.server.enumeration_count(), 1);
}
