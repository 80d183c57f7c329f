//! The reference client gets, puts, creates and deletes on the reference server, in memory.

use winrm_harness::client::RemoteResource;
use winrm_harness::client::SequenceError;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;
use winrm_harness::soap::Opaque;
use winrm_harness::wsman::FragmentTransfer;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::fragment::XmlFragment;
use winrm_harness::wsman::transfer::RequestedEpr;
use winrm_harness::xml::Element;
use winrm_harness::xml::Namespace;
use winrm_harness::xml::QName;

use crate::wire::Wire;
use crate::wire::requests;

const CLASS: Namespace =
    Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Reference_Values", "p");

fn resource() -> RemoteResource {
    let requests = requests(60_000);
    RemoteResource {
        requests,
        resource_uri: ResourceUri::new(CLASS.uri),
        selector_set: SelectorSet::of("Id", "null"),
        asks_for_epr: true,
    }
}

fn values(id: &str, escaped: &str) -> Opaque {
    Opaque::build(QName::new(CLASS, "Reference_Values"), |w| {
        w.text_element(QName::new(CLASS, "Escaped"), escaped);
        w.text_element(QName::new(CLASS, "Id"), id);
    })
    .unwrap()
}

fn escaped(element: Element<'_>) -> String {
    element.child(QName::new(CLASS, "Escaped")).unwrap().text().to_owned()
}

fn subcode(error: Option<SequenceError>) -> String {
    match error {
        Some(SequenceError::Faulted(fault)) => fault.subcode.map(|code| code.local).unwrap_or_default(),
        other => panic!("expected a fault, found {other:?}"),
    }
}

#[test]
fn what_is_created_is_got_put_and_deleted() {
    let mut wire = Wire::new(Config::default());
    let (state, outgoing) = resource().create(&values("new", "a < b"));
    let new = state.step(wire.ask(&outgoing)).unwrap();
    assert_eq!(new.selector_set.text("Id"), Some("new"));
    let (state, outgoing) = new.get();
    let (new, got) = state.step(wire.ask(&outgoing)).unwrap();
    assert_eq!(escaped(got.content.unwrap().element()), "a < b");
    let Some(RequestedEpr::Reference(epr)) = got.epr else { panic!("{:?}", got.epr) };
    assert_eq!((epr.resource_uri.as_str(), epr.selector_set.text("Id")), (CLASS.uri, Some("new")));
    let (state, outgoing) = new.put(&values("new", "c & d"));
    let (new, put) = state.step(wire.ask(&outgoing)).unwrap();
    assert_eq!(escaped(put.content.unwrap().element()), "c & d");
    let selector_set = new.selector_set.clone();
    let (state, outgoing) = new.delete();
    let requests = state.step(wire.ask(&outgoing)).unwrap();
    let (state, outgoing) = RemoteResource { requests, selector_set, ..resource() }.get();
    assert_eq!(subcode(state.step(wire.ask(&outgoing)).err()), "DestinationUnreachable");
}

#[test]
fn a_fragment_is_put_and_got() {
    let mut wire = Wire::new(Config::default());
    let fragment = FragmentTransfer {
        namespaces: vec![("p".to_owned(), CLASS.uri.to_owned())],
        ..FragmentTransfer::new("p:Escaped/text()")
    };
    let text = XmlFragment::Text(" \"1\" < 2 ".to_owned());
    let (state, outgoing) = resource().put_fragment(fragment.clone(), &text);
    let (resource, put) = state.step(wire.ask(&outgoing)).unwrap();
    let (state, outgoing) = resource.get_fragment(fragment);
    let (resource, got) = state.step(wire.ask(&outgoing)).unwrap();
    assert_eq!((&put, &got), (&text, &text));
    let (state, outgoing) = resource.get_fragment(FragmentTransfer::new("Nobody"));
    assert_eq!(subcode(state.step(wire.ask(&outgoing)).err()), "InvalidRepresentation");
}

#[test]
fn an_answer_about_the_whole_is_no_fragment() {
    let ask = |mutant| {
        let (state, outgoing) = resource().get_fragment(FragmentTransfer::new("Id"));
        state.step(Wire::new(Config { mutant: Some(mutant), ..Config::default() }).ask(&outgoing)).err()
    };
    assert_eq!(ask(Mutant::FragmentWhole), Some(SequenceError::FragmentIgnored));
    assert_eq!(ask(Mutant::FragmentHeaderAbsent), Some(SequenceError::FragmentIgnored));
    let expected = XmlFragment::NAME.to_string();
    assert_eq!(ask(Mutant::FragmentBare), Some(SequenceError::MissingBody { expected }));
}

#[test]
fn an_action_of_the_resources_own_has_a_typed_answer() {
    let mut wire = Wire::new(Config::default());
    let input = Opaque::build(QName::new(CLASS, "Echo_INPUT"), |w| {
        w.text_element(QName::new(CLASS, "Text"), "a & b");
    });
    let action = format!("{}/Echo", CLASS.uri);
    let whole = RemoteResource { selector_set: SelectorSet::default(), ..resource() };
    let (state, outgoing) = whole.invoke(&action, &input.unwrap());
    let (_, answer): (_, Opaque) = state.step(wire.ask(&outgoing), QName::new(CLASS, "Echo_OUTPUT")).unwrap();
    let text = answer.element().child(QName::new(CLASS, "Text")).map(Element::text);
    assert_eq!(text, Some("a & b"));
}
