//! The reference client enumerates what the reference server has, in memory, and what odd servers answer.

use winrm_harness::client::Enumeration;
use winrm_harness::client::EnumerationStep;
use winrm_harness::client::ExpectPulled;
use winrm_harness::client::OpenEnumeration;
use winrm_harness::client::Outgoing;
use winrm_harness::client::Reply;
use winrm_harness::client::SequenceError;
use winrm_harness::limits::ENUMERATION_EMPTY_PAGES_MAX;
use winrm_harness::server::Config;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::enumeration::EnumerationMode;
use winrm_harness::wsman::enumeration::Item;
use winrm_harness::wsman::filter::Filter;
use winrm_harness::wsman::filter::WQL;

use crate::wire::Wire;
use crate::wire::requests;

const SERVICE: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service";

impl Wire {
    fn begin(&mut self, enumeration: Enumeration) -> EnumerationStep {
        let (state, outgoing) = enumeration.begin(requests(60_000));
        state.step(self.ask(&outgoing)).unwrap()
    }

    fn all(&mut self, enumeration: Enumeration) -> Vec<Item> {
        let (mut step, mut all) = (self.begin(enumeration), Vec::new());
        loop {
            match step {
                EnumerationStep::End(items) => return [all, items].concat(),
                EnumerationStep::More(open, items) => {
                    all.extend(items);
                    let (state, outgoing) = open.pull();
                    step = state.step(self.ask(&outgoing)).unwrap();
                }
            }
        }
    }
}

fn services() -> Enumeration {
    Enumeration::of(ResourceUri::new(SERVICE))
}

fn names(items: &[Item]) -> Vec<String> {
    let name = |item: &Item| {
        let object = item.object()?.element();
        Some(object.children().find(|child| child.local() == "Name")?.text().to_owned())
    };
    items.iter().filter_map(name).collect()
}

#[test]
fn all_pages_of_an_enumeration_are_gathered() {
    let mut wire = Wire::new(Config::default());
    let whole = names(&wire.all(services()));
    assert_eq!((whole.len(), wire.exchanges), (200, 2), "153,600 octets hold most services");
    let paged = wire.all(Enumeration { max_elements: 7, ..services() });
    assert_eq!((names(&paged), wire.exchanges), (whole, 2 + 29));
    assert_eq!(wire.pair.server.enumeration_count(), 0);
}

#[test]
fn references_and_filters_are_asked_for() {
    let mut wire = Wire::new(Config::default());
    let query = "SELECT * FROM Win32_Service WHERE Name LIKE 'Win%'";
    let filter = Some(Filter::of_text(WQL, query).unwrap());
    let mode = EnumerationMode::ObjectAndEpr;
    let found = wire.all(Enumeration { filter, mode, ..services() });
    assert_eq!(names(&found), ["Winmgmt", "WinRM"]);
    assert!(found.iter().all(|item| item.reference().is_some()));
    let references = wire.all(Enumeration { mode: EnumerationMode::Epr, ..services() });
    assert_eq!(references.len(), 200);
    assert!(references.iter().all(|item| item.object().is_none() && item.reference().is_some()));
}

#[test]
fn an_enumeration_that_is_released_early_leaves_nothing_on_the_server() {
    let mut wire = Wire::new(Config::default());
    let EnumerationStep::More(open, items) = wire.begin(Enumeration { max_elements: 3, ..services() }) else {
        panic!("there are more than three services");
    };
    assert_eq!((items.len(), wire.pair.server.enumeration_count()), (3, 1));
    let release = open.release();
    assert!(matches!(wire.ask(&release), Reply::Response(_)));
    assert_eq!(wire.pair.server.enumeration_count(), 0);
}

#[test]
fn a_fault_ends_the_enumeration() {
    let mut wire = Wire::new(Config::default());
    let (state, outgoing) = Enumeration::of(ResourceUri::new("urn:none")).begin(requests(60_000));
    let faulted = state.step(wire.ask(&outgoing)).err();
    assert!(matches!(faulted, Some(SequenceError::Faulted(_))), "{faulted:?}");
}

/// The answer of some other server to a request.
fn answer(outgoing: &Outgoing, body: &str) -> Reply {
    let text = format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
        xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
        xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
        xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration">
        <s:Header><a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"#,
        outgoing.message_id
    );
    Reply::read(text.as_bytes(), &outgoing.message_id).unwrap()
}

fn begun(body: &str) -> EnumerationStep {
    let (state, outgoing) = services().begin(requests(60_000));
    state.step(answer(&outgoing, &format!("<n:EnumerateResponse>{body}</n:EnumerateResponse>"))).unwrap()
}

fn more(step: EnumerationStep) -> OpenEnumeration {
    match step {
        EnumerationStep::More(open, _) => *open,
        EnumerationStep::End(items) => panic!("the enumeration ended with {items:?}"),
    }
}

fn pulled(state: ExpectPulled, outgoing: &Outgoing, body: &str) -> Result<EnumerationStep, SequenceError> {
    state.step(answer(outgoing, &format!("<n:PullResponse>{body}</n:PullResponse>")))
}

#[test]
fn items_and_the_end_are_taken_in_either_namespace_and_an_empty_context_is_the_end() {
    for (items, end) in [
        ("<w:Items><x/></w:Items>", "<w:EndOfSequence/>"),
        ("<n:Items><x/></n:Items>", "<n:EndOfSequence/>"),
        ("<w:Items><x/></w:Items>", ""),
    ] {
        let step = begun(&format!("<n:EnumerationContext/>{items}{end}"));
        assert!(matches!(step, EnumerationStep::End(found) if found.len() == 1), "{items}{end}");
        let (state, outgoing) = more(begun("<n:EnumerationContext>0</n:EnumerationContext>")).pull();
        let last = pulled(state, &outgoing, &format!("{items}<w:EndOfSequence/>")).unwrap();
        assert!(matches!(last, EnumerationStep::End(found) if found.len() == 1), "{items}");
    }
}

#[test]
fn each_pull_has_the_newest_context_as_it_came() {
    let first = r#"<n:EnumerationContext v="1"><q xmlns="urn:q"/></n:EnumerationContext>"#;
    let (state, outgoing) = more(begun(first)).pull();
    assert!(outgoing.envelope.contains(r#"v="1"><q xmlns="urn:q"/></n:EnumerationContext>"#));
    let second = "<n:EnumerationContext>two</n:EnumerationContext><n:Items><x/></n:Items>";
    let (state, outgoing) = more(pulled(state, &outgoing, second).unwrap()).pull();
    assert!(outgoing.envelope.contains("<n:EnumerationContext>two</n:EnumerationContext>"));
    assert!(!outgoing.envelope.contains("urn:q"));
    let release = more(pulled(state, &outgoing, "<n:Items><x/></n:Items>").unwrap()).release();
    assert!(release.envelope.contains("<n:EnumerationContext>two</n:EnumerationContext>"));
}

#[test]
fn responses_without_items_are_taken_up_to_the_bound() {
    let empty_after = |pages: usize| {
        let mut open = more(begun("<n:EnumerationContext>1</n:EnumerationContext><w:Items><x/></w:Items>"));
        for _ in 0..pages {
            let (state, outgoing) = open.pull();
            open = more(pulled(state, &outgoing, "<n:Items/>")?);
        }
        Ok(())
    };
    assert!(empty_after(ENUMERATION_EMPTY_PAGES_MAX).is_ok());
    let past: Result<(), SequenceError> = empty_after(ENUMERATION_EMPTY_PAGES_MAX + 1);
    assert!(matches!(past, Err(SequenceError::NoProgress { .. })), "{past:?}");
}
