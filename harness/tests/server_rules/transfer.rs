//! Get, Put, Create and Delete of CIM instances, whole and in fragments.

use winrm_harness::encryption::ToleranceSet;

use crate::support::*;

const WMI: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2";
const FRAGMENT_UNSUPPORTED: Option<u32> = Some(2_150_858_871);
const INVALID_FRAGMENT: Option<u32> = Some(2_150_858_841);

fn ask(action: &str, class: &str, key: &str, value: &str) -> Ask {
    let selectors = format!("<w:SelectorSet><w:Selector Name=\"{key}\">{value}</w:Selector></w:SelectorSet>");
    Ask::new(&format!("{TRANSFER}/{action}")).uri(&format!("{WMI}/{class}")).block("SelectorSet", &selectors)
}

fn spooler(action: &str) -> Ask {
    ask(action, "Win32_Service", "Name", "Spooler")
}

fn values(action: &str) -> Ask {
    ask(action, "Reference_Values", "Id", "null")
}

trait Fragments {
    fn fragment(self, expression: &str) -> Self;
    fn wrapped(self, content: &str) -> Self;
}

impl Fragments for Ask {
    fn fragment(self, expression: &str) -> Self {
        self.block(
            "FragmentTransfer",
            &format!("<w:FragmentTransfer s:mustUnderstand=\"true\">{expression}</w:FragmentTransfer>"),
        )
    }

    fn wrapped(self, content: &str) -> Self {
        self.body(&format!("<w:XmlFragment xmlns:p=\"{WMI}/Reference_Values\">{content}</w:XmlFragment>"))
    }
}

fn world() -> (World, Client) {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    (world, alice)
}

#[track_caller]
fn refused(answer: &Answer, subcode: &str, detail: &str) {
    assert_eq!((answer.subcode().as_str(), answer.detail().as_str()), (subcode, detail), "{}", answer.text);
}

/// What a mutant of this area does otherwise.
pub(crate) fn probe(world: &mut World, alice: &mut Client, log: &mut String) {
    let asks = [
        values("Get").fragment("Id"),
        values("Put").fragment("Uint8").wrapped("<p:Uint8>7</p:Uint8>"),
        values("Get").fragment("Uint8"),
    ];
    for ask in asks {
        let request = alice.session.request(&ask.text()).unwrap();
        let response = world.exchange(alice.id, &request);
        let opened = alice.session.open_any(&response, ToleranceSet::ALL).unwrap();
        let text = String::from_utf8(opened.envelope).unwrap();
        let answer = Answer { status: response.status.0, is_sealed: opened.is_sealed, text };
        let names = ["FragmentTransfer", "XmlFragment", "Sint8", "Uint8"].map(|name| answer.texts(name));
        log.push_str(&format!("{} {names:?}\n", answer.status));
    }
}

#[test]
fn a_fragment_comes_alone_and_the_header_block_with_it() {
    let (mut world, mut alice) = world();
    let answer = world.ask(&mut alice, &spooler("Get").fragment("State"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!((answer.texts("State"), answer.texts("Name").len()), (vec!["Running".to_owned()], 0));
    assert_eq!(answer.texts("FragmentTransfer"), ["State"]);
    assert_eq!(answer.attribute("FragmentTransfer", "Dialect").len(), 0);
    let text = world.ask(&mut alice, &spooler("Get").fragment("State/text()"));
    assert_eq!((text.texts("XmlFragment"), text.texts("State").len()), (vec!["Running".to_owned()], 0));
    let whole = world.ask(&mut alice, &spooler("Get").fragment("/"));
    assert_eq!((whole.texts("Win32_Service").len(), whole.texts("Name").len()), (1, 1));
}

#[test]
fn a_fragment_that_is_not_there_or_not_understood_is_refused() {
    let (mut world, mut alice) = world();
    let missing = world.ask(&mut alice, &spooler("Get").fragment("Nobody"));
    refused(&missing, "InvalidRepresentation", "InvalidFragment");
    assert_eq!(missing.code(), INVALID_FRAGMENT);
    let beyond = world.ask(&mut alice, &spooler("Get").fragment("//State"));
    refused(&beyond, "CannotProcessFilter", "");
    assert!(beyond.text.contains("step `//` at octet 0"), "{}", beyond.text);
    let dialect =
        "<w:FragmentTransfer s:mustUnderstand=\"true\" Dialect=\"urn:x\">State</w:FragmentTransfer>";
    let unknown = world.ask(&mut alice, &spooler("Get").block("FragmentTransfer", dialect));
    refused(&unknown, "UnsupportedFeature", "FragmentLevelAccess");
    assert_eq!(unknown.code(), FRAGMENT_UNSUPPORTED);
    let known = dialect.replace("urn:x", "http://www.w3.org/TR/1999/REC-xpath-19991116");
    let answer = world.ask(&mut alice, &spooler("Get").block("FragmentTransfer", &known));
    assert_eq!(answer.texts("State"), ["Running"]);
    let optional = "<w:FragmentTransfer s:mustUnderstand=\"false\">State</w:FragmentTransfer>";
    let refusal = world.ask(&mut alice, &spooler("Get").block("FragmentTransfer", optional));
    refused(&refusal, "InvalidMessageInformationHeader", "");
}

#[test]
fn get_and_delete_have_no_body() {
    let (mut world, mut alice) = world();
    refused(&world.ask(&mut alice, &spooler("Get").body("<x/>")), "SchemaValidationError", "");
    refused(&world.ask(&mut alice, &spooler("Delete").body("<x/>")), "SchemaValidationError", "");
}

#[test]
fn put_and_create_have_one_element_in_the_body() {
    let (mut world, mut alice) = world();
    for action in ["Put", "Create"] {
        refused(&world.ask(&mut alice, &values(action)), "InvalidRepresentation", "MissingValues");
        let two = values(action).body("<x/><x/>");
        refused(&world.ask(&mut alice, &two), "SchemaValidationError", "");
    }
}

#[test]
fn put_answers_what_is_stored_then() {
    let (mut world, mut alice) = world();
    let body = format!(
        "<p:Reference_Values xmlns:p=\"{WMI}/Reference_Values\"><p:Escaped>&lt;&amp;</p:Escaped></p:Reference_Values>"
    );
    let answer = world.ask(&mut alice, &values("Put").body(&body));
    assert_eq!((answer.status, answer.texts("Escaped")), (200, vec!["<&".to_owned()]), "{}", answer.text);
    assert_eq!(answer.texts("Id"), ["null"]);
    let got = world.ask(&mut alice, &values("Get"));
    assert_eq!(got.texts("Escaped"), ["<&"]);
}

#[test]
fn put_of_a_fragment_changes_it_and_nothing_else() {
    let (mut world, mut alice) = world();
    let before = world.ask(&mut alice, &values("Get"));
    let put = values("Put").fragment("Uint8").wrapped("<p:Uint8>7</p:Uint8>");
    let answer = world.ask(&mut alice, &put);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!((answer.texts("Uint8"), answer.texts("Id").len()), (vec!["7".to_owned()], 0));
    assert_eq!((answer.texts("XmlFragment").len(), answer.texts("FragmentTransfer").len()), (1, 1));
    let text = values("Put").fragment("Escaped/text()").wrapped("a &amp; b");
    assert_eq!(world.ask(&mut alice, &text).texts("XmlFragment"), ["a & b"]);
    let after = world.ask(&mut alice, &values("Get"));
    assert_eq!(
        (after.text_of("Uint8").unwrap(), after.text_of("Escaped").unwrap()),
        ("7".into(), "a & b".into())
    );
    assert_eq!(after.attribute("Sint8", "nil"), before.attribute("Sint8", "nil"));
}

#[test]
fn arrays_change_by_position_and_as_a_whole() {
    let (mut world, mut alice) = world();
    let whole = values("Put").fragment("Numbers").wrapped("<p:Numbers>1</p:Numbers><p:Numbers>2</p:Numbers>");
    assert_eq!(world.ask(&mut alice, &whole).texts("Numbers"), ["1", "2"]);
    let second = values("Put").fragment("Numbers[2]").wrapped("<p:Numbers>5</p:Numbers>");
    assert_eq!(world.ask(&mut alice, &second).texts("Numbers"), ["5"]);
    let create = values("Create").fragment("Numbers[2]").wrapped("<p:Numbers>3</p:Numbers>");
    let created = world.ask(&mut alice, &create);
    assert_eq!((created.texts("ResourceCreated").len(), created.status), (1, 200), "{}", created.text);
    assert_eq!(world.ask(&mut alice, &values("Get")).texts("Numbers"), ["1", "3", "5"]);
    let delete = world.ask(&mut alice, &values("Delete").fragment("Numbers[1]"));
    assert_eq!((delete.status, delete.texts("FragmentTransfer")), (200, vec!["Numbers[1]".to_owned()]));
    assert_eq!(world.ask(&mut alice, &values("Get")).texts("Numbers"), ["3", "5"]);
}

#[test]
fn create_of_a_fragment_that_is_there_is_refused() {
    let (mut world, mut alice) = world();
    let create = values("Create").fragment("Id").wrapped("<p:Id>x</p:Id>");
    refused(&world.ask(&mut alice, &create), "AlreadyExists", "");
}

#[test]
fn what_a_resource_can_not_do_to_a_fragment_is_refused() {
    let (mut world, mut alice) = world();
    let delete = world.ask(&mut alice, &spooler("Delete").fragment("State"));
    refused(&delete, "UnsupportedFeature", "FragmentLevelAccess");
    let possible = world.ask(&mut alice, &spooler("Delete").fragment("DisplayName"));
    assert_eq!(possible.status, 200, "{}", possible.text);
    let state = format!("<p:State xmlns:p=\"{WMI}/Win32_Service\">Stopped</p:State>");
    let read_only = world.ask(&mut alice, &spooler("Put").fragment("State").wrapped(&state));
    refused(&read_only, "InvalidRepresentation", "InvalidValues");
}

#[test]
fn a_fragment_without_its_wrapper_or_of_another_kind_is_refused() {
    let (mut world, mut alice) = world();
    let bare = format!("<p:Uint8 xmlns:p=\"{WMI}/Reference_Values\">7</p:Uint8>");
    for ask in [
        values("Put").fragment("Uint8").body(&bare),
        values("Create").fragment("Uint8").body(&bare),
        values("Put").fragment("Uint8").wrapped("7"),
        values("Put").fragment("Uint8/text()").wrapped("<p:Uint8>7</p:Uint8>"),
        values("Put").fragment("Uint8").wrapped("7<p:Uint8>7</p:Uint8>"),
        values("Put").fragment("Uint8").wrapped("<p:Sint8>7</p:Sint8>"),
    ] {
        refused(&world.ask(&mut alice, &ask), "InvalidRepresentation", "InvalidFragment");
    }
    let missing = values("Put").fragment("Uint8");
    refused(&world.ask(&mut alice, &missing), "InvalidRepresentation", "MissingValues");
}

#[test]
fn prefixes_of_an_expression_mean_what_is_declared_on_it() {
    let (mut world, mut alice) = world();
    let ask = |prefix: &str, uri: &str| {
        let block = format!(
            "<w:FragmentTransfer s:mustUnderstand=\"true\" xmlns:q=\"{uri}\">{prefix}:State</w:FragmentTransfer>"
        );
        spooler("Get").block("FragmentTransfer", &block)
    };
    let class = format!("{WMI}/Win32_Service");
    let answer = world.ask(&mut alice, &ask("q", &class));
    assert_eq!(
        (answer.texts("State"), answer.texts("FragmentTransfer")),
        (vec!["Running".into()], vec!["q:State".into()])
    );
    refused(&world.ask(&mut alice, &ask("q", "urn:other")), "InvalidRepresentation", "InvalidFragment");
    refused(&world.ask(&mut alice, &ask("y", &class)), "CannotProcessFilter", "");
}

#[test]
fn who_asks_for_the_reference_is_told_it() {
    let (mut world, mut alice) = world();
    let epr = "<w:RequestEPR s:mustUnderstand=\"true\"/>";
    let answer = world.ask(&mut alice, &spooler("Get").block("RequestEPR", epr));
    assert_eq!((answer.status, answer.texts("RequestedEPR").len()), (200, 1), "{}", answer.text);
    assert_eq!(
        (answer.texts("Selector"), answer.attribute("Selector", "Name")),
        (vec!["Spooler".into()], vec!["Name".into()])
    );
    assert_eq!(answer.texts("ResourceURI"), [format!("{WMI}/Win32_Service")]);
    let plain = world.ask(&mut alice, &spooler("Get"));
    assert_eq!(plain.texts("RequestedEPR").len(), 0);
    let deleted = world.ask(&mut alice, &values("Delete").block("RequestEPR", epr));
    assert_eq!((deleted.status, deleted.texts("EPRInvalid").len()), (200, 1), "{}", deleted.text);
}

#[test]
fn create_answers_with_a_reference_and_no_representation() {
    let (mut world, mut alice) = world();
    let body = format!(
        "<p:Reference_Values xmlns:p=\"{WMI}/Reference_Values\"><p:Id>new</p:Id></p:Reference_Values>"
    );
    let create = Ask::new(&format!("{TRANSFER}/Create")).uri(&format!("{WMI}/Reference_Values")).body(&body);
    let answer = world.ask(&mut alice, &create);
    assert_eq!((answer.texts("Selector"), answer.texts("Reference_Values").len()), (vec!["new".into()], 0));
    refused(&world.ask(&mut alice, &create), "AlreadyExists", "");
    let get = ask("Get", "Reference_Values", "Id", "new");
    assert_eq!(world.ask(&mut alice, &get).texts("Id"), ["new"]);
    let delete = ask("Delete", "Reference_Values", "Id", "new");
    assert_eq!(world.ask(&mut alice, &delete).status, 200);
    refused(&world.ask(&mut alice, &get), "DestinationUnreachable", "InvalidResourceURI");
}

#[test]
fn shells_have_no_fragments() {
    let (mut world, mut alice) = world();
    world.create(&mut alice);
    for ask in [get(SHELL_ID), get(SHELL_ID).uri(CMD), delete(SHELL_ID)] {
        let answer = world.ask(&mut alice, &ask.fragment("ShellId"));
        refused(&answer, "UnsupportedFeature", "FragmentLevelAccess");
    }
    assert_eq!(world.shells(), 1);
}
